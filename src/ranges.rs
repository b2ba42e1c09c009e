//! Sets of IPv4 addresses, kept as sorted, disjoint, non-touching ranges.

use std::fmt;
use std::net::{AddrParseError, Ipv4Addr};
use std::str::FromStr;

use ipnetwork::Ipv4Network;

/// A set of IPv4 addresses. Its size does not depend on how many addresses are in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ranges(Vec<(u32, u32)>);

impl Ranges {
    /// The addresses from `first` to `last`, both included; empty where `last` comes before `first`.
    pub fn between(first: Ipv4Addr, last: Ipv4Addr) -> Self {
        Ranges::from_pairs(vec![(first.into(), last.into())])
    }

    /// The host addresses of a network: all of them in a /31 or /32, else without the network's own
    /// and the broadcast address.
    pub fn hosts_of(network: Ipv4Network) -> Self {
        let (first, last) = (u32::from(network.network()), u32::from(network.broadcast()));
        match network.prefix() {
            31 | 32 => Ranges::from_pairs(vec![(first, last)]),
            _ => Ranges::from_pairs(vec![(first + 1, last - 1)]),
        }
    }

    fn from_pairs(mut pairs: Vec<(u32, u32)>) -> Self {
        pairs.retain(|(first, last)| first <= last);
        pairs.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::with_capacity(pairs.len());
        for (first, last) in pairs {
            match merged.last_mut() {
                Some(previous) if first <= previous.1.saturating_add(1) => previous.1 = previous.1.max(last),
                _ => merged.push((first, last)),
            }
        }
        Ranges(merged)
    }

    /// The addresses in either.
    pub fn union(&self, other: &Ranges) -> Ranges {
        Ranges::from_pairs(self.0.iter().chain(&other.0).copied().collect())
    }

    /// The addresses in both.
    pub fn intersection(&self, other: &Ranges) -> Ranges {
        let mut pairs = Vec::new();
        let (mut left, mut right) = (0, 0);
        while let (Some(&a), Some(&b)) = (self.0.get(left), other.0.get(right)) {
            pairs.push((a.0.max(b.0), a.1.min(b.1)));
            if a.1 < b.1 { left += 1 } else { right += 1 }
        }
        Ranges::from_pairs(pairs)
    }

    /// The addresses in `self` that are not in `other`.
    pub fn without(&self, other: &Ranges) -> Ranges {
        let mut pairs = Vec::new();
        for &(first, last) in &self.0 {
            let mut next = u64::from(first);
            for &(cut_first, cut_last) in other.0.iter().filter(|cut| cut.0 <= last && cut.1 >= first) {
                if next < u64::from(cut_first) {
                    pairs.push((next as u32, cut_first - 1));
                }
                next = u64::from(cut_last) + 1;
            }
            if next <= u64::from(last) {
                pairs.push((next as u32, last));
            }
        }
        Ranges::from_pairs(pairs)
    }

    /// The networks (/24) that have one of them, whole: beyond a router a segment is as a rule one of these or less.
    pub fn networks(&self) -> Ranges {
        let whole = |&(first, last): &(u32, u32)| (first & !0xff, last | 0xff);
        Ranges::from_pairs(self.0.iter().map(whole).collect())
    }

    /// How many addresses.
    pub fn len(&self) -> u64 {
        self.0.iter().map(|(first, last)| u64::from(last - first) + 1).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an address is in it.
    pub fn contains(&self, address: Ipv4Addr) -> bool {
        let address = u32::from(address);
        let after = self.0.partition_point(|range| range.0 <= address);
        after > 0 && self.0[after - 1].1 >= address
    }

    /// The first address after `previous`, or the very first where there is no previous one.
    pub fn next_after(&self, previous: Option<Ipv4Addr>) -> Option<Ipv4Addr> {
        let least = match previous {
            None => 0,
            Some(address) => u32::from(address).checked_add(1)?,
        };
        let range = self.0.get(self.0.partition_point(|range| range.1 < least))?;
        Some(range.0.max(least).into())
    }

    /// The address at this place of the ascending order.
    pub fn nth(&self, mut place: u64) -> Option<Ipv4Addr> {
        for &(first, last) in &self.0 {
            let length = u64::from(last - first) + 1;
            if place < length {
                return Some(Ipv4Addr::from(first + place as u32));
            }
            place -= length;
        }
        None
    }

    /// The place of an address in the ascending order.
    pub fn place_of(&self, address: Ipv4Addr) -> Option<u64> {
        let (address, mut before) = (u32::from(address), 0);
        for &(first, last) in &self.0 {
            if (first..=last).contains(&address) {
                return Some(before + u64::from(address - first));
            }
            before += u64::from(last - first) + 1;
        }
        None
    }

    /// Takes the first address out.
    pub fn take_first(&mut self) -> Option<Ipv4Addr> {
        let range = self.0.first_mut()?;
        let first = range.0;
        if first == range.1 {
            self.0.remove(0);
        } else {
            range.0 += 1;
        }
        Some(first.into())
    }

    /// The addresses in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = Ipv4Addr> + '_ {
        self.0
            .iter()
            .flat_map(|&(first, last)| (first..=last).map(Ipv4Addr::from))
    }

    /// The ranges in words, `10.0.0.1-10.0.0.254`, a single address as itself.
    pub fn words(&self) -> Vec<String> {
        let word = |&(first, last): &(u32, u32)| match (Ipv4Addr::from(first), Ipv4Addr::from(last)) {
            (first, last) if first == last => first.to_string(),
            (first, last) => format!("{first}-{last}"),
        };
        self.0.iter().map(word).collect()
    }
}

impl From<Ipv4Addr> for Ranges {
    fn from(address: Ipv4Addr) -> Self {
        Ranges::between(address, address)
    }
}

impl FromIterator<Ipv4Addr> for Ranges {
    fn from_iter<I: IntoIterator<Item = Ipv4Addr>>(addresses: I) -> Self {
        Ranges::from_pairs(
            addresses
                .into_iter()
                .map(|address| (address.into(), address.into()))
                .collect(),
        )
    }
}

impl FromStr for Ranges {
    type Err = AddrParseError;

    /// Reads one of the [`words`](Ranges::words).
    fn from_str(word: &str) -> Result<Self, AddrParseError> {
        let (first, last) = word.split_once('-').unwrap_or((word, word));
        Ok(Ranges::between(first.parse()?, last.parse()?))
    }
}

impl fmt::Display for Ranges {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.words().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn ranges(pairs: &[(u32, u32)]) -> Ranges {
        Ranges::from_pairs(pairs.to_vec())
    }

    #[test]
    fn a_network_gives_its_hosts() {
        let table = [
            ("10.0.0.5/24", "10.0.0.1-10.0.0.254", 254),
            ("10.0.0.4/31", "10.0.0.4-10.0.0.5", 2),
            ("10.0.0.4/32", "10.0.0.4", 1),
            ("0.0.0.0/0", "0.0.0.1-255.255.255.254", (1 << 32) - 2),
        ];
        for (network, words, len) in table {
            let hosts = Ranges::hosts_of(network.parse().unwrap());
            assert_eq!((hosts.to_string().as_str(), hosts.len()), (words, len), "{network}");
        }
    }

    #[test]
    fn the_networks_of_some_addresses_are_whole() {
        let some: Ranges = ["10.0.0.5", "10.0.2.0", "10.0.3.255"]
            .map(|one| one.parse::<Ipv4Addr>().unwrap())
            .into_iter()
            .collect();
        assert_eq!(some.networks().to_string(), "10.0.0.0-10.0.0.255, 10.0.2.0-10.0.3.255");
        assert!(Ranges::default().networks().is_empty());
    }

    #[test]
    fn the_ends_of_the_address_space_do_not_overflow() {
        let all = ranges(&[(0, u32::MAX)]);
        assert_eq!(all.without(&ranges(&[(5, u32::MAX)])), ranges(&[(0, 4)]));
        assert_eq!(all.without(&ranges(&[(0, 5)])), ranges(&[(6, u32::MAX)]));
        assert_eq!(all.without(&all), Ranges::default());
        assert_eq!(all.union(&all).len(), 1 << 32);
    }

    proptest! {
        #[test]
        fn ranges_behave_as_sets(
            a in prop::collection::vec((0u32..60, 0u32..60), 0..6),
            b in prop::collection::vec((0u32..60, 0u32..60), 0..6),
        ) {
            let set = |pairs: &[(u32, u32)]| pairs.iter().flat_map(|&(x, y)| x..=y).collect::<BTreeSet<u32>>();
            let (left, right) = (ranges(&a), ranges(&b));
            let (left_set, right_set) = (set(&a), set(&b));
            let words = left.words();
            let read = words.iter().map(|word| word.parse::<Ranges>().unwrap());
            prop_assert_eq!(read.fold(Ranges::default(), |all, one| all.union(&one)), left.clone());
            let listed = |ranges: &Ranges| ranges.iter().map(u32::from).collect::<BTreeSet<u32>>();
            prop_assert_eq!(listed(&left.union(&right)), &left_set | &right_set);
            prop_assert_eq!(listed(&left.intersection(&right)), &left_set & &right_set);
            prop_assert_eq!(listed(&left.without(&right)), &left_set - &right_set);
            prop_assert_eq!(left.len() as usize, left_set.len());
            let walked = std::iter::successors(left.next_after(None), |&previous| left.next_after(Some(previous)));
            prop_assert_eq!(walked.collect::<Vec<_>>(), left.iter().collect::<Vec<_>>());
            let mut rest = left.clone();
            let taken = std::iter::from_fn(|| rest.take_first());
            prop_assert_eq!(taken.collect::<Vec<_>>(), left.iter().collect::<Vec<_>>());
            for address in 0..60 {
                prop_assert_eq!(left.contains(address.into()), left_set.contains(&address));
            }
        }
    }
}
