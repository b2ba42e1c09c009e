//! The questions to everybody on a segment over IPv6, each to its link-local group: who has no usable address of IPv4
//! still has one of these.
//!
//! The makers' own protocols know no IPv6. The probes have ids of their own: a device with both would take one that it
//! has seen over IPv4 for a retransmission, and keep silent where it could answer only now.

use std::net::Ipv6Addr;

use uuid::Uuid;

use super::{Ask, DatagramQuestion, mdns, wsd};
use crate::fact::Protocol;
use crate::wire;

/// One protocol as it is asked over IPv6.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkLocalQuestion {
    /// The protocol of the replies.
    pub protocol: Protocol,
    /// The group.
    pub group: Ipv6Addr,
    /// The devices' port.
    pub port: u16,
    /// What is sent.
    pub asks: Vec<Ask>,
}

/// Every question. `id` gives a fresh random id each time.
pub fn link_local_questions(mut id: impl FnMut() -> Uuid) -> [LinkLocalQuestion; 2] {
    [
        to_group(wsd::question(&mut id), wire::wsd::LINK_LOCAL_GROUP),
        to_group(mdns::question(), wire::mdns::LINK_LOCAL_GROUP),
    ]
}

fn to_group(question: DatagramQuestion, group: Ipv6Addr) -> LinkLocalQuestion {
    LinkLocalQuestion {
        protocol: question.protocol,
        group,
        port: question.port,
        asks: question.multicast,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_groups_stay_on_the_link() {
        for question in link_local_questions(Uuid::nil) {
            assert_eq!(question.group.segments()[0], 0xff02, "{question:?}");
            assert!(!question.asks.is_empty());
        }
    }
}
