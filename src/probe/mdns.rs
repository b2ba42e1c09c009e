//! Multicast DNS: one query for the services that cameras offer, by multicast alone.
//!
//! It leaves from any port but 5353, so that whoever answers answers to us alone (RFC 6762 §6.7), and like every
//! other multicast question with a TTL of 1: no router passes that group on, and §11 asks a TTL of responses only.

use crate::fact::Protocol;
use crate::wire::mdns::{GROUP, PORT, query};

use super::{Ask, DatagramQuestion};

pub(super) fn question() -> DatagramQuestion {
    DatagramQuestion {
        protocol: Protocol::Mdns,
        port: PORT,
        source_port: 0,
        group: Some(GROUP),
        broadcast: false,
        listens: false,
        multicast: vec![Ask::new("query", query())],
        unicast: Vec::new(),
    }
}
