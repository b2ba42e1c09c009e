//! Which replies and facts belong to one host.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::{Behind, Conflict, Device};
use crate::fact::{Fact, Name, Reply};

/// More addresses than this behind one MAC is a router that answers for others, and no device.
const PROXY_ABOVE: usize = 8;

/// One host: its addresses, replies and facts.
#[derive(Debug, Clone, Default)]
pub struct Host<'a> {
    pub addresses: Vec<String>,
    pub replies: Vec<usize>,
    pub facts: Vec<&'a Fact>,
    pub notes: Vec<String>,
    pub conflicts: Vec<Conflict>,
    /// Where nothing but a recorder speaks of it.
    pub behind: Option<Behind>,
}

impl<'a> Host<'a> {
    /// The values of a fact, in the order they came.
    pub fn all(&self, name: Name) -> impl Iterator<Item = &'a Fact> {
        self.facts.iter().copied().filter(move |fact| fact.name == name)
    }

    /// Takes in a host that is the same device.
    pub fn absorb(&mut self, other: Host<'a>) {
        let news = other
            .addresses
            .into_iter()
            .filter(|address| !self.addresses.contains(address));
        self.addresses.extend(news.collect::<Vec<_>>());
        self.replies.extend(other.replies);
        self.facts.extend(other.facts);
        self.notes.extend(other.notes);
        self.conflicts.extend(other.conflicts);
        // Who has spoken for itself is not behind the recorder, though recorded by it.
        let (kept, recorded) = match (self.behind.take(), other.behind) {
            (Some(first), second @ Some(_)) => (Some(first), second),
            (first, second) => (None, first.or(second)),
        };
        self.behind = kept;
        self.notes
            .extend(recorded.map(|behind| format!("recorded by {} (channel {})", behind.recorder, behind.channel)));
    }
}

/// Addresses by number, IPv4 before IPv6, labels last.
pub fn order(label: &str) -> (u8, u128, String) {
    match label.split('%').next().unwrap_or("").parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => (0, u128::from(u32::from(address)), String::new()),
        Ok(IpAddr::V6(address)) => (1, u128::from(address), label.to_string()),
        Err(_) => (2, 0, label.to_string()),
    }
}

/// Groups replies and facts by their sender, the earliest first, so that the order in which they are given does not
/// count. A fact that points at no reply is dropped: it has no evidence.
pub fn hosts<'a>(replies: &[Reply], facts: &'a [Fact]) -> Vec<Host<'a>> {
    let mut said: BTreeMap<usize, Vec<&'a Fact>> = BTreeMap::new();
    facts
        .iter()
        .for_each(|fact| said.entry(fact.reply).or_default().push(fact));
    let mut places: Vec<usize> = (0..replies.len()).collect();
    places.sort_by(|a, b| precedence(&replies[*a]).cmp(&precedence(&replies[*b])));
    let mut hosts: BTreeMap<_, Host<'a>> = BTreeMap::new();
    for place in places {
        let label = &replies[place].host;
        let (about_others, about_itself): (Vec<_>, Vec<_>) = said
            .remove(&place)
            .unwrap_or_default()
            .into_iter()
            .partition(|fact| fact.channel.is_some());
        let host = hosts.entry((order(label), None)).or_default();
        if host.addresses.is_empty() {
            host.addresses.push(label.clone());
        }
        host.replies.push(place);
        host.facts.extend(about_itself);
        for fact in about_others {
            let host = hosts.entry((order(label), fact.channel.clone())).or_default();
            host.behind = fact.channel.clone().map(|channel| Behind {
                recorder: label.clone(),
                channel,
            });
            if host.replies.last() != Some(&place) {
                host.replies.push(place);
            }
            host.facts.push(fact);
        }
    }
    hosts.into_values().map(with_address).collect()
}

/// A camera behind a recorder goes by the address that the recorder gives it, or by its channel.
fn with_address(mut host: Host<'_>) -> Host<'_> {
    if let (Some(behind), true) = (&host.behind, host.addresses.is_empty()) {
        let given = host.all(Name::ClaimedAddress).next().map(|fact| fact.value.clone());
        let address = given.unwrap_or_else(|| format!("{} channel {}", behind.recorder, behind.channel));
        host.addresses.push(address);
    }
    host
}

/// By time, then by all else that a reply has, so that only equal replies are interchangeable.
fn precedence(reply: &Reply) -> impl Ord + '_ {
    (
        (reply.at, &reply.protocol, &reply.host, reply.port, &reply.asked),
        (&reply.interface, reply.off_subnet, reply.off_target, &reply.bytes),
    )
}

/// Takes the MAC from addresses that one MAC answers for, and collapses those that said nothing else.
pub fn take_proxy_arp(hosts: &mut Vec<Host<'_>>) -> Vec<Device> {
    let mut holders: BTreeMap<String, usize> = BTreeMap::new();
    for host in hosts.iter().filter(|host| order(&host.addresses[0]).0 == 0) {
        let macs: BTreeSet<_> = host.all(Name::Mac).map(|fact| fact.value.to_lowercase()).collect();
        macs.into_iter().for_each(|mac| *holders.entry(mac).or_default() += 1);
    }
    holders.retain(|_, count| *count > PROXY_ABOVE);
    let note = |(mac, count): (String, usize)| {
        let note = format!("proxy ARP: the one MAC {mac} answers for {count} addresses");
        (
            mac,
            Device {
                notes: vec![note],
                ..Device::default()
            },
        )
    };
    let mut proxies: BTreeMap<String, Device> = holders.into_iter().map(note).collect();
    hosts.retain_mut(|host| !is_proxied_away(host, &mut proxies));
    proxies
        .into_values()
        .filter(|device| !device.addresses.is_empty())
        .collect()
}

/// Takes the MACs of proxies from a host. A host of which nothing else is known goes to the last of them.
fn is_proxied_away(host: &mut Host<'_>, proxies: &mut BTreeMap<String, Device>) -> bool {
    let proxied = |fact: &&Fact| fact.name == Name::Mac && proxies.contains_key(&fact.value.to_lowercase());
    let (taken, kept): (Vec<&Fact>, Vec<&Fact>) = host.facts.iter().copied().partition(proxied);
    let macs: BTreeSet<String> = taken.iter().map(|fact| fact.value.to_lowercase()).collect();
    let Some(last) = macs.last() else { return false };
    host.facts = kept;
    let notes = macs
        .iter()
        .filter_map(|mac| proxies.get(mac))
        .flat_map(|device| device.notes.iter().cloned());
    host.notes.extend(notes);
    match proxies.get_mut(last) {
        Some(device) if host.facts.is_empty() => device.addresses.append(&mut host.addresses),
        _ => return false,
    }
    true
}
