//! The device that keeps a scan longest: `fast` aims at two seconds and as long as that one takes.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::Duration;

use crate::wire::{Sent, What};

/// From when it was first asked by ARP to the last that it got, ARP aside; what it may still have had time to answer is not in it.
pub fn of(sent: &[Sent]) -> Option<(Ipv4Addr, Duration)> {
    let mut begun: BTreeMap<Ipv4Addr, Duration> = BTreeMap::new();
    let mut spans: BTreeMap<Ipv4Addr, Duration> = BTreeMap::new();
    let to_one = |sent: &&Sent| !sent.to.is_multicast() && !sent.to.is_broadcast();
    for sent in sent.iter().filter(to_one) {
        let first = *begun.entry(sent.to).or_insert(sent.at);
        if sent.what != What::Arp {
            spans.insert(sent.to, sent.at - first);
        }
    }
    spans.into_iter().max_by_key(|(_, span)| *span)
}
