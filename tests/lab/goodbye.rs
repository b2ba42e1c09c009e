//! How connections end, on the wire: in order, with a FIN of each side, and none stays half open.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use crate::estate;
use crate::host::Host;
use crate::logins::{right, scan_with};
use crate::stage::with_lab;
use crate::tcp::{Site, Tcp};
use crate::wire::{Capture, Segment, segment};

const FIN: u8 = 1;
const RST: u8 = 4;
const SYN_ACK: u8 = 0x12;

/// What was seen of one connection.
#[derive(Debug, Default)]
struct Seen {
    accepted: bool,
    /// Ours, and the host's.
    fins: [bool; 2],
    resets: [bool; 2],
}

fn connections(segments: &[Segment]) -> BTreeMap<(Ipv4Addr, u16, u16), Seen> {
    let mut connections: BTreeMap<_, Seen> = BTreeMap::new();
    for Segment {
        connection,
        is_ours,
        flags,
    } in segments
    {
        let seen = connections.entry(*connection).or_default();
        seen.accepted |= !is_ours && flags & SYN_ACK == SYN_ACK;
        seen.fins[usize::from(!is_ours)] |= flags & FIN != 0;
        seen.resets[usize::from(!is_ours)] |= flags & RST != 0;
    }
    connections
}

/// Whether a host answers what it is asked, whole, and hangs up when the other side does.
fn is_orderly(host: &Host) -> bool {
    let keeps_to_itself = |tcp: &Tcp| matches!(tcp, Tcp::Mute | Tcp::Http(Site::Rogue(_)) | Tcp::Https(Site::Rogue(_)));
    !host.fragile && !host.tcp.iter().any(|(_, tcp)| keeps_to_itself(tcp))
}

fn speaks_tls(host: &Host, port: u16) -> bool {
    host.tcp
        .iter()
        .any(|(other, tcp)| *other == port && matches!(tcp, Tcp::Https(_) | Tcp::OldTls(_)))
}

/// How many connections ended in order, by TLS and without it, and with hosts that break the rules somehow.
fn judged(connections: BTreeMap<(Ipv4Addr, u16, u16), Seen>) -> [usize; 3] {
    let mut ended = [0; 3];
    for ((address, near, far), seen) in connections.iter().filter(|(_, seen)| seen.accepted) {
        let name = format!("{address} port {far} (from {near}): {seen:?}");
        let is_over = seen.fins == [true; 2] || seen.resets.contains(&true);
        assert!(is_over, "half open: {name}");
        let host = estate::near().find(|host| host.ip == address.to_string());
        let Some(host) = host.filter(|host| is_orderly(host)) else {
            ended[2] += 1;
            continue;
        };
        // Who hangs up altogether at the very moment of our goodbye within TLS resets that.
        let bids_farewell = seen.fins[0] || (seen.fins[1] && seen.resets[1]);
        assert!(!seen.resets[0] && bids_farewell, "not in order: {name}");
        ended[usize::from(!speaks_tls(host, *far))] += 1;
    }
    ended
}

#[test]
fn every_connection_ends_in_order_and_none_stays_half_open() {
    with_lab(
        "goodbye::every_connection_ends_in_order_and_none_stays_half_open",
        |lab| {
            let logins = [
                right("hikvision", "10.66.0.0/24", ""),
                right("dahua", "10.66.0.0/24", "allow_basic = true"),
            ];
            let capture = Capture::of(segment).expect("root in its own namespace");
            scan_with(lab, &logins, &["10.66.0.0/24"]);
            let [by_tls, bare, others] = judged(connections(&capture.end()));
            println!(
                "{bare} connections ended in order, {by_tls} by TLS, and {others} with hosts that break the rules ended"
            );
            assert!(bare > 50 && by_tls > 5, "too little to be a test");
        },
    );
}
