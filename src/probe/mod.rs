//! One question a file: who is asked, when and how. The list is here.
//!
//! Datagram questions are data: the sweep decides when each is sent. Questions over TCP are plain
//! sequential `async`: ask, read, next.

pub mod brings;
mod description;
mod dhip;
mod dvrip;
mod hik_sdk;
pub mod http;
mod link_local;
pub mod login;
pub mod mdns;
pub mod onvif;
pub mod pages;
mod rtsp;
mod sadp;
mod ssdp;
pub mod tcp;
mod wsd;

pub use link_local::{LinkLocalQuestion, link_local_questions};

use std::net::Ipv4Addr;
use std::sync::Arc;

use uuid::Uuid;

use crate::fact::Protocol;
use crate::net::Family;

/// One datagram, ready to be sent as often as the schedule wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// What is asked, in a word: the second half of a reply's `asked`.
    pub word: &'static str,
    /// The bytes.
    pub payload: Arc<[u8]>,
}

impl Ask {
    fn new(word: &'static str, payload: impl Into<Arc<[u8]>>) -> Self {
        Ask {
            word,
            payload: payload.into(),
        }
    }
}

/// One discovery protocol as it is asked by datagram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatagramQuestion {
    /// The protocol of the replies.
    pub protocol: Protocol,
    /// The devices' port.
    pub port: u16,
    /// The port to ask from; 0 for any.
    pub source_port: u16,
    /// The multicast group, where the protocol has one.
    pub group: Option<Ipv4Addr>,
    /// Whether it is asked by broadcast.
    pub broadcast: bool,
    /// Whether devices answer or announce themselves to the group, or answer to the port that they are asked on, so
    /// that it is listened on.
    pub listens: bool,
    /// What is sent to the group and by broadcast.
    pub multicast: Vec<Ask>,
    /// What is sent to single hosts. Other ids than in `multicast`: a device that has seen a
    /// MessageID takes the second one for a retransmission and keeps silent.
    pub unicast: Vec<Ask>,
    /// The same over IPv6, for protocols that know it. Other ids again: a device with both families would take one
    /// that it has seen over IPv4 for a retransmission.
    pub unicast_v6: Vec<Ask>,
}

impl DatagramQuestion {
    /// What is sent to single hosts of this family.
    pub fn asks_over(&self, family: Family) -> &[Ask] {
        match family {
            Family::V4 => &self.unicast,
            Family::V6 => &self.unicast_v6,
        }
    }
}

/// Every datagram question, the makers' own protocols first. `id` gives a fresh random id each time.
pub fn datagram_questions(mut id: impl FnMut() -> Uuid) -> Vec<DatagramQuestion> {
    vec![
        sadp::question(&mut id),
        dhip::question(),
        wsd::question(&mut id),
        dvrip::question(),
        ssdp::question(),
        mdns::question(),
    ]
}

/// The order in which a silent address beyond a router is asked, two passes of three: each pass has
/// one word of each great protocol, so that a lost packet costs no unit.
/// Pairs of (question, ask) by their place in [`datagram_questions`].
pub const ORDER_FOR_SILENT: &[(usize, usize)] = &[(0, 0), (1, 0), (2, 0), (0, 1), (3, 0), (2, 2)];

/// The order in which a host that exists is asked, until it is settled. Multicast DNS comes last: whether it is
/// called for ([`mdns::is_called_for`]) the other answers say.
pub const ORDER_FOR_LIVE: &[(usize, usize)] = &[(0, 0), (1, 0), (2, 0), (0, 1), (3, 0), (2, 1), (2, 2), (5, 0)];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_names_asks_that_exist_and_only_once() {
        let questions = datagram_questions(Uuid::nil);
        for order in [ORDER_FOR_SILENT, ORDER_FOR_LIVE] {
            for (place, &(question, ask)) in order.iter().enumerate() {
                assert!(questions[question].unicast.get(ask).is_some());
                assert!(!order[..place].contains(&(question, ask)));
            }
        }
        let asks: usize = questions.iter().map(|question| question.unicast.len()).sum();
        assert_eq!(ORDER_FOR_LIVE.len(), asks, "a live host is asked everything");
    }

    #[test]
    fn ids_are_never_shared_between_multicast_and_unicast() {
        let mut next = 0u128;
        let questions = datagram_questions(|| {
            next += 1;
            Uuid::from_u128(next)
        });
        for question in questions
            .iter()
            .filter(|question| matches!(question.protocol, Protocol::Wsd | Protocol::Sadp))
        {
            for ask in &question.multicast {
                assert!(question.unicast.iter().all(|other| other.payload != ask.payload));
            }
        }
    }

    #[test]
    fn no_question_is_an_empty_datagram() {
        for question in datagram_questions(Uuid::nil) {
            assert!(
                question
                    .multicast
                    .iter()
                    .chain(&question.unicast)
                    .all(|ask| !ask.payload.is_empty())
            );
        }
    }
}
