//! What the doors of all networks that are only scripted have in common.

use std::net::Ipv4Addr;

use camsweep::fact::Outcome;
use camsweep::net::Answer;
use jiff::Timestamp;

/// What of a `Door` its pacing answers, in the field of that name; and what no script brings about.
macro_rules! paced {
    () => {
        fn next(&self, lane: camsweep::net::Lane) -> Option<tokio::time::Instant> {
            self.pacing.next(lane)
        }

        fn set_arp_rate(&self, per_second: u32) {
            self.pacing.set_arp_rate(per_second);
        }

        fn is_one_with(&self, address: std::net::IpAddr, host: std::net::IpAddr) {
            self.pacing.is_one_with(address, host);
        }

        fn pages_left(&self, host: std::net::IpAddr) -> u32 {
            self.pacing.pages_left(host)
        }

        fn pages_asked(&self, host: std::net::IpAddr, pages: u32) {
            self.pacing.pages_asked(host, pages);
        }

        fn out_of_time(&self) -> Vec<std::net::IpAddr> {
            self.pacing.out_of_time()
        }

        fn held_up(&self) -> u64 {
            0
        }

        fn free_neighbours(&self) -> Option<u64> {
            None
        }

        fn lost(&self) -> std::collections::BTreeMap<String, u64> {
            Default::default()
        }
    };
}
pub(crate) use paced;

/// How one connection ended.
pub fn answer(outcome: Outcome, bytes: Vec<u8>) -> Answer {
    Answer {
        outcome,
        connected: outcome == Outcome::Answered,
        at: Timestamp::UNIX_EPOCH,
        bytes,
        cut: false,
        certificate: None,
        tls: None,
        connections: 1,
        login: None,
        why: None,
    }
}

/// The ARP reply of a host to 10.0.0.2, written out: Ethernet, IPv4, lengths, operation 2, sender, target.
pub fn arp_reply(mac: [u8; 6], sender: Ipv4Addr) -> Vec<u8> {
    let mut packet = vec![0, 1, 8, 0, 6, 4, 0, 2];
    packet.extend(mac);
    packet.extend(sender.octets());
    packet.extend([2, 0, 0, 0, 0, 2, 10, 0, 0, 2]);
    packet
}
