//! Dahua's DVRIP. The older discovery: one fixed frame, by broadcast and unicast, from port 5050 to port 5050.
//! And over TCP the question for the realm, which often is the serial number; nothing follows it.

use crate::fact::Protocol;
use crate::net::Door;
use crate::wire::dvrip::{TCP_PORT, UDP_PORT, answers, discovery, realm_request};

use super::tcp::{Asked, Signs, Web, Whom};
use super::{Ask, DatagramQuestion};

/// Ten times as long as a reply with a realm of 32 digits.
pub(super) const CAP: usize = 1024;

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
        unicast_v6: Vec::new(),
    }
}

/// A unit by Dahua that is not sure yet or has told no serial number, or nobody's camera that announced this very port.
pub(super) fn is_called_for(signs: &Signs) -> bool {
    signs.is_by("dahua") && !(signs.confirmed && signs.known.serial)
        || signs.is_nobodys() && signs.command_port == Some(TCP_PORT)
}

/// Asks for the realm.
pub(super) async fn ask<D: Door>(door: &D, whom: &Whom, signs: &Signs) -> Vec<Asked> {
    let port = signs.command_port.unwrap_or(TCP_PORT);
    let question = whom.exchange(Web { port, tls: false }, vec![realm_request().to_vec()], answers, CAP);
    let answer = door.exchange(question).await;
    vec![whom.asked(format!("dvrip {port}"), port, Protocol::Dvrip, "realm", answer)]
}
