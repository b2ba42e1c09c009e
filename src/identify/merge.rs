//! Which replies and facts belong to one host.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;

use mac_address::MacAddress;

use super::names::Names;
use super::verdict::Weighed;
use super::{Behind, Conflict, Device};
use crate::fact::{Fact, Name, Reply, parse_mac};

/// More addresses than this behind one MAC is a router that answers for others, and no device.
const PROXY_ABOVE: usize = 8;

/// One host: its addresses, replies and facts.
#[derive(Debug, Clone, Default)]
pub struct Host<'a> {
    pub addresses: Vec<String>,
    pub replies: Vec<usize>,
    /// By name, and those of one name in the order that they came. The name stands beside the fact, which lies
    /// anywhere in memory: nearly all searches need no more.
    facts: Vec<(Name, &'a Fact)>,
    /// What is among them: most of what is asked for is not there.
    names: Names,
    pub notes: Vec<String>,
    pub conflicts: Vec<Conflict>,
    /// Where nothing but a recorder speaks of it.
    pub behind: Option<Behind>,
    /// The verdict on these facts, once it was asked for.
    pub weighed: Option<Box<Weighed<'a>>>,
}

impl<'a> Host<'a> {
    fn new(address: Option<String>, behind: Option<Behind>, replies: Vec<usize>, facts: Vec<&'a Fact>) -> Self {
        let mut facts: Vec<(Name, &'a Fact)> = facts.into_iter().map(|fact| (fact.name, fact)).collect();
        facts.sort_by_key(|(name, _)| *name);
        Host {
            addresses: address.into_iter().collect(),
            replies,
            names: facts.iter().map(|(name, _)| *name).collect(),
            facts,
            behind,
            ..Host::default()
        }
    }

    /// What was said about these.
    pub fn of(&self, names: Names) -> impl Iterator<Item = &'a Fact> {
        let wanted = self.facts.iter().filter(move |(name, _)| names.contains(*name));
        wanted.map(|(_, fact)| *fact)
    }

    /// The values of a fact, in the order they came.
    pub fn all(&self, name: Name) -> impl Iterator<Item = &'a Fact> {
        let first = match self.names.contains(name) {
            true => self.facts.partition_point(|(of, _)| *of < name),
            false => self.facts.len(),
        };
        let same = self.facts[first..].iter().take_while(move |(of, _)| *of == name);
        same.map(|(_, fact)| *fact)
    }

    /// Forgets what these replies said.
    pub fn disregard(&mut self, replies: &BTreeSet<usize>) {
        self.facts.retain(|(_, fact)| !replies.contains(&fact.reply));
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
        self.facts.sort_by_key(|(name, _)| *name);
        self.names = self.names.and(other.names);
        self.weighed = None;
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
    let mut facts: Vec<&'a Fact> = facts.iter().collect();
    facts.sort_by_key(|fact| fact.reply);
    let mut said: Vec<&[&'a Fact]> = vec![&[]; replies.len()];
    for of_reply in facts.chunk_by(|one, other| one.reply == other.reply) {
        if let Some(said) = said.get_mut(of_reply[0].reply) {
            *said = of_reply;
        }
    }
    let places = replies.iter().enumerate();
    let mut senders: Vec<_> = places.map(|(place, reply)| (order(&reply.host), place)).collect();
    senders.sort_unstable();
    let hosts = senders.chunk_by(|(one, _), (other, _)| one == other).flat_map(|its| {
        let mut places: Vec<usize> = its.iter().map(|(_, place)| *place).collect();
        places.sort_by(|a, b| precedence(&replies[*a]).cmp(&precedence(&replies[*b])));
        of_sender(&replies[places[0]].host, places, &said)
    });
    hosts.collect()
}

/// The sender itself, and what it says of the cameras on its channels.
fn of_sender<'a>(sender: &str, places: Vec<usize>, said: &[&[&'a Fact]]) -> Vec<Host<'a>> {
    let facts = places.iter().flat_map(|&place| said[place].iter().copied());
    let (about_itself, about_others): (Vec<&Fact>, Vec<&Fact>) = facts.partition(|fact| fact.channel.is_none());
    let mut channels: BTreeMap<&str, Vec<&'a Fact>> = BTreeMap::new();
    for fact in about_others {
        let channel = fact.channel.as_deref().unwrap_or_default();
        channels.entry(channel).or_default().push(fact);
    }
    let mut hosts = vec![Host::new(Some(sender.to_owned()), None, places, about_itself)];
    hosts.extend(
        channels
            .into_iter()
            .map(|(channel, facts)| on_channel(sender, channel, facts)),
    );
    hosts
}

/// A camera behind a recorder goes by the address that the recorder gives it, or by its channel.
fn on_channel<'a>(recorder: &str, channel: &str, facts: Vec<&'a Fact>) -> Host<'a> {
    let given = facts.iter().find(|fact| fact.name == Name::ClaimedAddress);
    let address = given.map_or_else(|| format!("{recorder} channel {channel}"), |fact| fact.value.clone());
    let behind = Behind {
        recorder: recorder.to_owned(),
        channel: channel.to_owned(),
    };
    let mut replies: Vec<usize> = facts.iter().map(|fact| fact.reply).collect();
    replies.dedup();
    Host::new(Some(address), Some(behind), replies, facts)
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
    let mut holders: HashMap<MacAddress, usize> = HashMap::new();
    for host in hosts.iter().filter(|host| order(&host.addresses[0]).0 == 0) {
        let mut macs: Vec<MacAddress> = host.all(Name::Mac).filter_map(|fact| parse_mac(&fact.value)).collect();
        macs.sort_unstable();
        macs.dedup();
        macs.into_iter().for_each(|mac| *holders.entry(mac).or_default() += 1);
    }
    holders.retain(|_, count| *count > PROXY_ABOVE);
    if holders.is_empty() {
        return Vec::new();
    }
    let proxy = |(mac, count): (MacAddress, usize)| {
        let shown = mac.to_string().to_lowercase();
        let note = format!("proxy ARP: the one MAC {shown} answers for {count} addresses");
        let device = Device {
            notes: vec![note],
            ..Device::default()
        };
        (mac, device)
    };
    let mut proxies: BTreeMap<MacAddress, Device> = holders.into_iter().map(proxy).collect();
    hosts.retain_mut(|host| !is_proxied_away(host, &mut proxies));
    proxies
        .into_values()
        .filter(|device| !device.addresses.is_empty())
        .collect()
}

/// Takes the MACs of proxies from a host. A host of which nothing else is known goes to the last of them.
fn is_proxied_away(host: &mut Host<'_>, proxies: &mut BTreeMap<MacAddress, Device>) -> bool {
    let taken = host.all(Name::Mac).filter_map(|fact| parse_mac(&fact.value));
    let macs: BTreeSet<MacAddress> = taken.filter(|mac| proxies.contains_key(mac)).collect();
    let Some(last) = macs.last() else { return false };
    let proxied = |fact: &Fact| fact.name == Name::Mac && parse_mac(&fact.value).is_some_and(|mac| macs.contains(&mac));
    host.facts.retain(|(_, fact)| !proxied(fact));
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
