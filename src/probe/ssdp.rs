//! SSDP: one search for root devices, by multicast alone. A unit that answers it is on the segment and has better
//! things to say to the questions that it gets there; beyond a router the makers' own protocols are asked.

use crate::fact::Protocol;
use crate::wire::ssdp::{GROUP, PORT, search};

use super::{Ask, DatagramQuestion};

pub(super) fn question() -> DatagramQuestion {
    DatagramQuestion {
        protocol: Protocol::Ssdp,
        port: PORT,
        source_port: 0,
        group: Some(GROUP),
        broadcast: false,
        // On a busy segment everybody's announcements would be heard, and none of them is an answer.
        listens: false,
        multicast: vec![Ask::new("M-SEARCH", search())],
        unicast: Vec::new(),
        unicast_v6: Vec::new(),
    }
}
