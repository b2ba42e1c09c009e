//! Multicast DNS: one query for the services that cameras offer, to everybody on a segment, and to a single host
//! where it can still bring something: the ports of a camera whose segment, or whose own network, drops multicast.
//!
//! It leaves from any port but 5353, so that whoever answers answers to us alone (RFC 6762 §6.7), and like every
//! other multicast question with a TTL of 1: no router passes that group on, and §11 asks a TTL of responses only.
//! To a single host go the same bytes: §5.5 has it answer them as it would a question with the QU bit, which is no
//! part of a legacy query. Beyond a router only who does not heed §5.5 answers.

use crate::fact::Protocol;
use crate::wire::mdns::{GROUP, PORT, query};

use super::tcp::Signs;
use super::{Ask, DatagramQuestion};

pub(super) fn question() -> DatagramQuestion {
    let ask = Ask::new("query", query());
    DatagramQuestion {
        protocol: Protocol::Mdns,
        port: PORT,
        source_port: 0,
        group: Some(GROUP),
        broadcast: false,
        listens: false,
        multicast: vec![ask.clone()],
        unicast: vec![ask.clone()],
        unicast_v6: vec![ask],
    }
}

/// Whether a single host is asked: a camera by any sign, that has not said yet what it offers.
pub fn is_called_for(signs: &Signs) -> bool {
    signs.camera && !signs.offered
}
