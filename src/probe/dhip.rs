//! Dahua DHIP: the vendor tool's own search frame, by multicast, broadcast and unicast.

use crate::fact::Protocol;
use crate::wire::dhip::{GROUP, PORT, search};

use super::{Ask, DatagramQuestion};

pub(super) fn question() -> DatagramQuestion {
    let ask = Ask::new("DHDiscover.search", search());
    DatagramQuestion {
        protocol: Protocol::Dhip,
        port: PORT,
        source_port: 0,
        group: Some(GROUP),
        broadcast: true,
        listens: true,
        multicast: vec![ask.clone()],
        unicast: vec![ask],
        unicast_v6: Vec::new(),
    }
}
