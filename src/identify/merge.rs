//! Which replies belong to one device.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::verdict::{View, weigh};
use super::{Device, details};
use crate::fact::{Fact, Name, Reply};

/// More addresses than this behind one MAC is a router that answers for others, and no device.
const PROXY_ABOVE: usize = 8;
/// How many addresses of a proxied range are listed; the note has the total.
const PROXY_LISTED: usize = 16;

/// One host: its addresses, replies and facts.
#[derive(Debug, Clone, Default)]
pub struct Host<'a> {
    pub addresses: Vec<String>,
    pub replies: Vec<usize>,
    pub facts: Vec<&'a Fact>,
    pub notes: Vec<String>,
}

impl<'a> Host<'a> {
    /// The values of a fact, in the order they came.
    pub fn all(&self, name: Name) -> impl Iterator<Item = &'a Fact> {
        self.facts.iter().copied().filter(move |fact| fact.name == name)
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

/// Groups replies and facts by their sender. A fact that points at no reply is dropped: it has no evidence.
pub fn hosts<'a>(replies: &[Reply], facts: &'a [Fact]) -> Vec<Host<'a>> {
    let mut hosts: BTreeMap<_, Host<'a>> = BTreeMap::new();
    for (place, reply) in replies.iter().enumerate() {
        let host = hosts.entry(order(&reply.host)).or_default();
        if host.addresses.is_empty() {
            host.addresses.push(reply.host.clone());
        }
        host.replies.push(place);
    }
    for fact in facts {
        if let Some(host) = replies
            .get(fact.reply)
            .and_then(|reply| hosts.get_mut(&order(&reply.host)))
        {
            host.facts.push(fact);
        }
    }
    hosts.into_values().collect()
}

/// Takes the MAC from addresses that one MAC answers for, and collapses those that said nothing else.
pub fn take_proxy_arp(hosts: &mut Vec<Host<'_>>) -> Vec<Device> {
    let mut holders: BTreeMap<String, usize> = BTreeMap::new();
    for host in hosts.iter().filter(|host| order(&host.addresses[0]).0 == 0) {
        let macs: std::collections::BTreeSet<_> = host.all(Name::Mac).map(|fact| fact.value.to_lowercase()).collect();
        macs.into_iter().for_each(|mac| *holders.entry(mac).or_default() += 1);
    }
    holders.retain(|_, count| *count > PROXY_ABOVE);
    holders
        .into_iter()
        .map(|(mac, count)| collapse(hosts, &mac, count))
        .filter(|device| !device.addresses.is_empty())
        .collect()
}

fn collapse(hosts: &mut Vec<Host<'_>>, mac: &str, count: usize) -> Device {
    let note = format!("proxy ARP: one MAC answers for {count} addresses");
    let mut device = Device {
        notes: vec![note.clone()],
        ..Device::default()
    };
    hosts.retain_mut(|host| {
        let before = host.facts.len();
        host.facts
            .retain(|fact| fact.name != Name::Mac || fact.value.to_lowercase() != mac);
        if host.facts.len() == before {
            return true;
        }
        host.notes.push(note.clone());
        if host.facts.is_empty() && device.addresses.len() < PROXY_LISTED {
            device.addresses.append(&mut host.addresses);
        }
        !host.facts.is_empty()
    });
    device
}

/// Merges hosts with one maker's serial number, and the IPv4 and IPv6 addresses of one MAC on one interface.
pub fn same_devices<'a>(hosts: Vec<Host<'a>>, view: &View<'_>) -> Vec<Host<'a>> {
    let mut merged: Vec<(Vec<String>, Host<'a>)> = Vec::new();
    for host in hosts {
        let keys = keys(&host, view);
        // Two IPv4 addresses with one MAC may be a router's: a MAC joins only an IPv6 address to what came before.
        let joins = |key: &String| order(&host.addresses[0]).0 == 1 || key.starts_with("serial ");
        match merged
            .iter_mut()
            .find(|(known, _)| keys.iter().any(|key| joins(key) && known.contains(key)))
        {
            Some((known, first)) => {
                known.extend(keys);
                first.addresses.extend(host.addresses);
                first.replies.extend(host.replies);
                first.facts.extend(host.facts);
                first.notes.extend(host.notes);
            }
            None => merged.push((keys, host)),
        }
    }
    merged.into_iter().map(|(_, host)| host).collect()
}

/// What two hosts must share to be one device.
fn keys(host: &Host<'_>, view: &View<'_>) -> Vec<String> {
    let weighed = weigh(host, view);
    let serial =
        details::serial(host, &weighed, view).filter(|s| s.len() >= 8 && s.bytes().any(|b| b.is_ascii_digit()));
    let mut keys: Vec<String> = weighed
        .maker
        .iter()
        .zip(serial)
        .map(|(maker, serial)| format!("serial {} {serial}", maker.id))
        .collect();
    for fact in host.all(Name::Mac) {
        let interface = view.replies[fact.reply].interface.as_deref().unwrap_or("");
        keys.push(format!("mac {interface} {}", fact.value.to_lowercase()));
    }
    keys
}
