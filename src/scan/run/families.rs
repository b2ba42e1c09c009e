//! Hosts with addresses of both families: what is known of them beside what each address says.

use mac_address::MacAddress;

use super::*;
use crate::fact::{Name, parse_mac};
use crate::judge::facts_of;

/// No device has more addresses; behind a MAC with more there is a router that answers for others.
const MOST: usize = 8;

#[derive(Debug, Default)]
pub(super) struct Families {
    /// Who has answered a question to everybody over IPv6 and is no target.
    pub(super) heard: HashSet<IpAddr>,
    /// The MACs that targets were seen with, and the addresses of each.
    macs: HashMap<IpAddr, MacAddress>,
    /// None where a MAC is a router's.
    by_mac: HashMap<MacAddress, Option<Vec<IpAddr>>>,
}

impl<D: Door> Run<'_, D> {
    /// A device hears no more by two addresses than by one: what has the same MAC on the wire is one host to the door.
    /// With two addresses of IPv4 it may be a router's, that answers for others: they stay what they are.
    pub(super) fn pair(&mut self, host: IpAddr) {
        if !self.scope.has_ipv6() || self.families.macs.contains_key(&host) {
            return;
        }
        let facts = facts_of(&self.ledger.of(host));
        let mut macs = facts.iter().filter(|fact| fact.name == Name::Mac);
        let Some(mac) = macs.find_map(|fact| parse_mac(&fact.value)) else {
            return;
        };
        self.families.macs.insert(host, mac);
        let known = self.families.by_mac.entry(mac).or_insert_with(|| Some(Vec::new()));
        let Some(addresses) = known else { return };
        let is_second = host.is_ipv4() && addresses.iter().any(IpAddr::is_ipv4);
        if is_second || addresses.len() >= MOST {
            *known = None;
            return;
        }
        if let Some(first) = addresses.first() {
            self.door.is_one_with(host, *first);
        }
        addresses.push(host);
    }

    /// Whether a host is spoken to by another of its addresses now.
    pub(super) fn is_busy_elsewhere(&self, host: IpAddr) -> bool {
        let others = self.families.others(host);
        !others.is_empty() && self.talks.with.values().any(|busy| others.contains(busy))
    }

    /// Whether a host has said all there is to say by another of its addresses.
    pub(super) fn is_settled_elsewhere(&self, host: IpAddr) -> bool {
        let others = self.families.others(host).into_iter();
        let mut standings = others.map(|other| signs::standing(other, &self.ledger.of(other), self.knowledge));
        standings.any(|standing| standing.settled)
    }

    /// A host is settled, by whatever address.
    pub(super) fn settle(&mut self, host: IpAddr) {
        let now = Instant::now();
        self.asking.settle(host, now);
        for other in self.families.others(host) {
            self.asking.settle(other, now);
        }
    }

    /// A host has been spoken to: its other addresses have to wait.
    pub(super) fn hold_others(&mut self, host: IpAddr, now: Instant) {
        for other in self.families.others(host) {
            self.asking.wait_until(other, now + self.plan.limits.host_gap());
        }
    }
}

impl Families {
    /// The other addresses of a host.
    pub(super) fn others(&self, host: IpAddr) -> Vec<IpAddr> {
        let mac = self.macs.get(&host).and_then(|mac| self.by_mac.get(mac)?.as_ref());
        let others = mac.into_iter().flatten().copied();
        others.filter(|other| *other != host).collect()
    }
}
