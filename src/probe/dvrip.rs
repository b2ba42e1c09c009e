//! The older Dahua discovery: one fixed frame, by broadcast and unicast, from port 5050 to port 5050.

use crate::fact::Protocol;
use crate::wire::dvrip::{UDP_PORT, discovery};

use super::{Ask, DatagramQuestion};

pub(super) fn question() -> DatagramQuestion {
    let ask = Ask::new("discovery", discovery().to_vec());
    DatagramQuestion {
        protocol: Protocol::DvripUdp,
        port: UDP_PORT,
        // The tools that old units were made for ask from this port, and some units answer to no other.
        source_port: UDP_PORT,
        group: None,
        broadcast: true,
        listens: false,
        multicast: vec![ask.clone()],
        unicast: vec![ask],
    }
}
