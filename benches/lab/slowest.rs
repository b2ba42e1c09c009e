//! The device that keeps a scan longest: `fast` aims at two seconds and as long as that one takes.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::Duration;

use crate::wire::{Sent, What};

/// From when it was first asked by ARP to the last that it got; what it may still have had time to answer is not in it.
pub fn of(sent: &[Sent]) -> Option<(Ipv4Addr, Duration)> {
    let mut hosts: BTreeMap<Ipv4Addr, (Duration, Duration)> = BTreeMap::new();
    let to_one = |sent: &&Sent| !sent.to.is_multicast() && !sent.to.is_broadcast();
    for sent in sent.iter().filter(to_one) {
        hosts.entry(sent.to).or_insert((sent.at, sent.at)).1 = sent.at;
    }
    let exists = |host: &Ipv4Addr| sent.iter().any(|sent| sent.to == *host && sent.what != What::Arp);
    let hosts = hosts.into_iter().filter(|(host, _)| exists(host));
    let spans = hosts.map(|(host, (first, last))| (host, last - first));
    spans.max_by_key(|(_, span)| *span)
}
