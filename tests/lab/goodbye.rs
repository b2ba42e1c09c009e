//! How connections end, on the wire: in order, with a FIN of each side, and none stays half open.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use crate::check::scan;
use crate::estate;
use crate::host::Host;
use crate::stage::{Privilege, with_lab};
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
    let keeps_to_itself = |tcp: &Tcp| {
        matches!(
            tcp,
            Tcp::Mute | Tcp::OldTls(_) | Tcp::Http(Site::Rogue(_)) | Tcp::Https(Site::Rogue(_))
        )
    };
    !host.fragile && !host.tcp.iter().any(|(_, tcp)| keeps_to_itself(tcp))
}

/// Both sides say goodbye within TLS, too: whoever's comes when the other has closed already is reset.
fn speaks_tls(host: &Host, port: u16) -> bool {
    host.tcp
        .iter()
        .any(|(other, tcp)| *other == port && matches!(tcp, Tcp::Https(_) | Tcp::OldTls(_)))
}

#[test]
fn every_connection_ends_in_order_and_none_stays_half_open() {
    with_lab(
        "goodbye::every_connection_ends_in_order_and_none_stays_half_open",
        |lab| {
            let capture = Capture::of(segment).expect("root in its own namespace");
            scan(lab, &["10.66.0.0/24"], Privilege::RawSocket);
            let connections = connections(&capture.end());
            let stood = connections.iter().filter(|(_, seen)| seen.accepted);
            let (mut orderly, mut others) = (0, 0);
            for ((address, near, far), seen) in stood {
                let name = format!("{address} port {far} (from {near}): {seen:?}");
                let is_over = seen.fins == [true; 2] || seen.resets.contains(&true);
                assert!(is_over, "half open: {name}");
                let host = estate::near().find(|host| host.ip == address.to_string());
                match host.is_some_and(|host| is_orderly(host) && !speaks_tls(host, *far)) {
                    true => {
                        orderly += 1;
                        // Who hangs up altogether resets what still comes, as our goodbye of TLS.
                        let bids_farewell = seen.fins[0] || (seen.fins[1] && seen.resets[1]);
                        assert!(!seen.resets[0] && bids_farewell, "not in order: {name}");
                    }
                    false => others += 1,
                }
            }
            println!(
                "{orderly} connections ended in order, and {others} by TLS or with hosts that break the rules ended"
            );
            assert!(orderly > 50, "too little to be a test");
        },
    );
}
