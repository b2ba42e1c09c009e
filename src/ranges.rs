//! Sets of IP addresses, kept as sorted, disjoint, non-touching ranges. IPv4 comes before IPv6.

use std::fmt;
use std::net::{AddrParseError, IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnetwork::{IpNetwork, Ipv6Network};

/// From the first address to the last, both included and of one family.
type Span = (IpAddr, IpAddr);

/// A set of addresses. Its size does not depend on how many addresses are in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ranges(Vec<Span>);

impl Ranges {
    /// The addresses from `first` to `last`, both included; empty where `last` comes before `first`.
    pub fn between(first: impl Into<IpAddr>, last: impl Into<IpAddr>) -> Self {
        Ranges::from_spans(vec![(first.into(), last.into())])
    }

    /// All addresses of a network.
    pub fn of(network: impl Into<IpNetwork>) -> Self {
        let network = network.into();
        Ranges::between(network.network(), network.broadcast())
    }

    /// The host addresses of a network. In IPv4 all of them in a /31 or /32, else without the network's own and the
    /// broadcast address. In IPv6, which has no broadcast, all but the one that belongs to the routers of a /64.
    pub fn hosts_of(network: impl Into<IpNetwork>) -> Self {
        match network.into() {
            IpNetwork::V4(network) if network.prefix() < 31 => {
                let (first, last) = (u32::from(network.network()), u32::from(network.broadcast()));
                Ranges::between(Ipv4Addr::from(first + 1), Ipv4Addr::from(last - 1))
            }
            IpNetwork::V6(network) => match routers_of(network) {
                Some(routers) => Ranges::of(network).without(&routers.into()),
                None => Ranges::of(network),
            },
            network => Ranges::of(network),
        }
    }

    fn from_spans(spans: Vec<Span>) -> Self {
        let mut spans: Vec<Span> = spans.into_iter().flat_map(by_family).collect();
        spans.sort_unstable();
        let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
        for (first, last) in spans {
            match merged.last_mut() {
                Some(previous) if touches(previous, first) => previous.1 = previous.1.max(last),
                _ => merged.push((first, last)),
            }
        }
        Ranges(merged)
    }

    /// The addresses in either.
    pub fn union(&self, other: &Ranges) -> Ranges {
        Ranges::from_spans(self.0.iter().chain(&other.0).copied().collect())
    }

    /// The addresses in both.
    pub fn intersection(&self, other: &Ranges) -> Ranges {
        let mut spans = Vec::new();
        let (mut left, mut right) = (0, 0);
        while let (Some(&a), Some(&b)) = (self.0.get(left), other.0.get(right)) {
            let (first, last) = (a.0.max(b.0), a.1.min(b.1));
            spans.extend((first <= last).then_some((first, last)));
            if a.1 < b.1 { left += 1 } else { right += 1 }
        }
        Ranges::from_spans(spans)
    }

    /// The addresses in `self` that are not in `other`.
    pub fn without(&self, other: &Ranges) -> Ranges {
        let mut spans = Vec::new();
        for &(first, last) in &self.0 {
            let mut next = Some(first);
            for &(cut_first, cut_last) in other.0.iter().filter(|cut| cut.0 <= last && cut.1 >= first) {
                spans.extend(next.filter(|next| *next < cut_first).zip(before(cut_first)));
                next = after(cut_last);
            }
            spans.extend(next.filter(|next| *next <= last).map(|next| (next, last)));
        }
        Ranges::from_spans(spans)
    }

    /// The networks that have one of them, whole (a /24, a /64): beyond a router a segment is as a rule one of these or less.
    pub fn networks(&self) -> Ranges {
        let whole = |address: IpAddr| {
            let prefix = if address.is_ipv4() { 24 } else { 64 };
            let network = IpNetwork::new(address, prefix).ok()?;
            Some((network.network(), network.broadcast()))
        };
        let spans = self
            .0
            .iter()
            .filter_map(|span| Some((whole(span.0)?.0, whole(span.1)?.1)));
        Ranges::from_spans(spans.collect())
    }

    /// An address and all after it, those of IPv6 after those of IPv4.
    pub fn since(first: IpAddr) -> Self {
        Ranges::between(first, Ipv6Addr::from(u128::MAX))
    }

    /// All addresses from the first to the last, of either family.
    pub fn hull(&self) -> Ranges {
        let (v4, v6) = self.by_family();
        let ends = |of: Ranges| Some((of.0.first()?.0, of.0.last()?.1));
        Ranges::from_spans([v4, v6].into_iter().filter_map(ends).collect())
    }

    /// How many addresses; of more than 2^64 - 1 as many.
    pub fn len(&self) -> u64 {
        self.0.iter().fold(0, |sum: u64, span| sum.saturating_add(length(span)))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The IPv4 addresses of it, and those of IPv6.
    pub fn by_family(&self) -> (Ranges, Ranges) {
        let (v4, v6) = self.0.iter().partition(|(first, _)| first.is_ipv4());
        (Ranges(v4), Ranges(v6))
    }

    /// Whether some of them are of IPv6.
    pub fn has_ipv6(&self) -> bool {
        self.0.last().is_some_and(|(first, _)| first.is_ipv6())
    }

    /// Whether an address is in it.
    pub fn contains(&self, address: impl Into<IpAddr>) -> bool {
        let address = address.into();
        let after = self.0.partition_point(|range| range.0 <= address);
        after > 0 && self.0[after - 1].1 >= address
    }

    /// The first address after `previous`, or the very first where there is no previous one.
    pub fn next_after(&self, previous: Option<IpAddr>) -> Option<IpAddr> {
        let Some(previous) = previous else {
            return Some(self.0.first()?.0);
        };
        let &(first, last) = self.0.get(self.0.partition_point(|range| range.1 <= previous))?;
        match first <= previous {
            true => after(previous).filter(|next| *next <= last),
            false => Some(first),
        }
    }

    /// The address at this place of the ascending order.
    pub fn nth(&self, mut place: u64) -> Option<IpAddr> {
        for span in &self.0 {
            let length = length(span);
            if place < length {
                return Some(further(span.0, place));
            }
            place -= length;
        }
        None
    }

    /// The place of an address in the ascending order.
    pub fn place_of(&self, address: IpAddr) -> Option<u64> {
        let mut before = 0;
        for span in &self.0 {
            if (span.0..=span.1).contains(&address) {
                return Some(before + length(&(span.0, address)) - 1);
            }
            before += length(span);
        }
        None
    }

    /// Takes the first address out.
    pub fn take_first(&mut self) -> Option<IpAddr> {
        let (first, last) = *self.0.first()?;
        match after(first).filter(|next| *next <= last) {
            Some(next) => self.0[0].0 = next,
            None => drop(self.0.remove(0)),
        }
        Some(first)
    }

    /// The addresses in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = IpAddr> + '_ {
        let all = |&(first, last): &Span| {
            std::iter::successors(Some(first), move |&one| after(one).filter(|next| *next <= last))
        };
        self.0.iter().flat_map(all)
    }

    /// The ranges in words, `10.0.0.1-10.0.0.254`, a single address as itself.
    pub fn words(&self) -> Vec<String> {
        let word = |&(first, last): &Span| match first == last {
            true => first.to_string(),
            false => format!("{first}-{last}"),
        };
        self.0.iter().map(word).collect()
    }
}

/// The address of a network that no host has but every router answers to, where the network is, or begins, a /64
/// (RFC 4291 §2.6.1). Those between two routers and those of one host have none (RFC 6164 §5.1).
pub fn routers_of(network: Ipv6Network) -> Option<Ipv6Addr> {
    let first = network.network();
    let is_whole = u128::from(first) as u64 == 0;
    (is_whole && network.prefix() < 127).then_some(first)
}

/// What lies between two addresses, by families; nothing where the last comes first.
fn by_family((first, last): Span) -> impl Iterator<Item = Span> {
    let spans = match (first, last) {
        (IpAddr::V4(_), IpAddr::V6(_)) => {
            let (end, beginning) = (Ipv4Addr::BROADCAST.into(), Ipv6Addr::UNSPECIFIED.into());
            [Some((first, end)), Some((beginning, last))]
        }
        _ => [Some((first, last)).filter(|_| first <= last), None],
    };
    spans.into_iter().flatten()
}

fn touches(previous: &Span, first: IpAddr) -> bool {
    first <= previous.1 || after(previous.1) == Some(first)
}

/// The next address of the same family.
fn after(address: IpAddr) -> Option<IpAddr> {
    Some(match address {
        IpAddr::V4(address) => Ipv4Addr::from(u32::from(address).checked_add(1)?).into(),
        IpAddr::V6(address) => Ipv6Addr::from(u128::from(address).checked_add(1)?).into(),
    })
}

/// The previous address of the same family.
fn before(address: IpAddr) -> Option<IpAddr> {
    Some(match address {
        IpAddr::V4(address) => Ipv4Addr::from(u32::from(address).checked_sub(1)?).into(),
        IpAddr::V6(address) => Ipv6Addr::from(u128::from(address).checked_sub(1)?).into(),
    })
}

/// The address so many places later, which the caller knows to exist.
fn further(address: IpAddr, places: u64) -> IpAddr {
    match address {
        IpAddr::V4(address) => Ipv4Addr::from(u32::from(address) + places as u32).into(),
        IpAddr::V6(address) => Ipv6Addr::from(u128::from(address) + u128::from(places)).into(),
    }
}

/// How many addresses a span has, as far as can be counted.
fn length((first, last): &Span) -> u64 {
    match (*first, *last) {
        (IpAddr::V4(first), IpAddr::V4(last)) => u64::from(u32::from(last) - u32::from(first)) + 1,
        (IpAddr::V6(first), IpAddr::V6(last)) => u64::try_from(u128::from(last) - u128::from(first))
            .unwrap_or(u64::MAX)
            .saturating_add(1),
        _ => 0,
    }
}

impl From<IpAddr> for Ranges {
    fn from(address: IpAddr) -> Self {
        Ranges(vec![(address, address)])
    }
}

impl From<Ipv4Addr> for Ranges {
    fn from(address: Ipv4Addr) -> Self {
        IpAddr::from(address).into()
    }
}

impl From<Ipv6Addr> for Ranges {
    fn from(address: Ipv6Addr) -> Self {
        IpAddr::from(address).into()
    }
}

impl<A: Into<IpAddr>> FromIterator<A> for Ranges {
    fn from_iter<I: IntoIterator<Item = A>>(addresses: I) -> Self {
        let addresses = addresses.into_iter().map(Into::into);
        Ranges::from_spans(addresses.map(|address| (address, address)).collect())
    }
}

impl FromStr for Ranges {
    type Err = AddrParseError;

    /// Reads one of the [`words`](Ranges::words).
    fn from_str(word: &str) -> Result<Self, AddrParseError> {
        let (first, last) = word.split_once('-').unwrap_or((word, word));
        Ok(Ranges::between(first.parse::<IpAddr>()?, last.parse::<IpAddr>()?))
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

    /// Small numbers count up through the last addresses of IPv4, and on through the first of IPv6.
    fn address(number: u32) -> IpAddr {
        match number {
            0..30 => Ipv4Addr::from(u32::MAX - 29 + number).into(),
            _ => Ipv6Addr::from(u128::from(number) - 30).into(),
        }
    }

    fn ranges(pairs: &[(u32, u32)]) -> Ranges {
        let span = |&(first, last): &(u32, u32)| (address(first), address(last));
        Ranges::from_spans(pairs.iter().map(span).collect())
    }

    #[test]
    fn a_network_gives_its_hosts() {
        let table = [
            ("10.0.0.5/24", "10.0.0.1-10.0.0.254", 254),
            ("10.0.0.4/31", "10.0.0.4-10.0.0.5", 2),
            ("10.0.0.4/32", "10.0.0.4", 1),
            ("0.0.0.0/0", "0.0.0.1-255.255.255.254", (1 << 32) - 2),
            ("fd00:10::5/120", "fd00:10::1-fd00:10::ff", 255),
            ("fd00:10::1ff/120", "fd00:10::100-fd00:10::1ff", 256),
            ("fd00:10::/127", "fd00:10::-fd00:10::1", 2),
            ("fd00:10::/128", "fd00:10::", 1),
            ("fd00:10::/64", "fd00:10::1-fd00:10::ffff:ffff:ffff:ffff", u64::MAX),
            ("::/0", "::1-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", u64::MAX),
        ];
        for (network, words, len) in table {
            let hosts = Ranges::hosts_of(network.parse::<IpNetwork>().unwrap());
            assert_eq!((hosts.to_string().as_str(), hosts.len()), (words, len), "{network}");
        }
    }

    #[test]
    fn the_networks_of_some_addresses_are_whole() {
        let some: Ranges = ["10.0.0.5", "10.0.2.0", "10.0.3.255", "fd00::1:0:0:0:7"]
            .map(|one| one.parse::<IpAddr>().unwrap())
            .into_iter()
            .collect();
        let whole = "10.0.0.0-10.0.0.255, 10.0.2.0-10.0.3.255, fd00:0:0:1::-fd00::1:ffff:ffff:ffff:ffff";
        assert_eq!(some.networks().to_string(), whole);
        assert!(Ranges::default().networks().is_empty());
    }

    #[test]
    fn the_ends_of_the_address_spaces_do_not_overflow() {
        for (text, some) in [("0.0.0.0/0", "128.0.0.0/1"), ("::/0", "8000::/1")] {
            let [all, some] = [text, some].map(|network| Ranges::of(network.parse::<IpNetwork>().unwrap()));
            let rest = all.without(&some);
            assert_eq!(
                (rest.union(&some), rest.intersection(&some)),
                (all.clone(), Ranges::default())
            );
            assert_eq!(all.without(&rest), some);
            assert_eq!(all.without(&all), Ranges::default());
            assert_eq!(all.next_after(some.0.last().map(|span| span.1)), None);
        }
        assert_eq!(Ranges::of("0.0.0.0/0".parse::<IpNetwork>().unwrap()).len(), 1 << 32);
    }

    #[test]
    fn a_range_over_both_families_is_two() {
        let all = Ranges::between(Ipv4Addr::new(10, 0, 0, 1), Ipv6Addr::LOCALHOST);
        assert_eq!(all.to_string(), "10.0.0.1-255.255.255.255, ::-::1");
        let (v4, v6) = all.by_family();
        assert_eq!((v4.has_ipv6(), v6.has_ipv6(), all.has_ipv6()), (false, true, true));
        assert_eq!(
            (v4.to_string().as_str(), v6.to_string().as_str()),
            ("10.0.0.1-255.255.255.255", "::-::1")
        );
        assert!(Ranges::between(Ipv6Addr::LOCALHOST, Ipv4Addr::LOCALHOST).is_empty());
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
            let listed = |ranges: &Ranges| (0..60).filter(|&number| ranges.iter().any(|one| one == address(number))).collect::<BTreeSet<u32>>();
            prop_assert_eq!(listed(&left.union(&right)), &left_set | &right_set);
            prop_assert_eq!(listed(&left.intersection(&right)), &left_set & &right_set);
            prop_assert_eq!(listed(&left.without(&right)), &left_set - &right_set);
            prop_assert_eq!(left.len() as usize, left_set.len());
            let walked = std::iter::successors(left.next_after(None), |&previous| left.next_after(Some(previous)));
            prop_assert_eq!(walked.collect::<Vec<_>>(), left.iter().collect::<Vec<_>>());
            let mut rest = left.clone();
            let taken = std::iter::from_fn(|| rest.take_first());
            prop_assert_eq!(taken.collect::<Vec<_>>(), left.iter().collect::<Vec<_>>());
            for number in 0..60 {
                prop_assert_eq!(left.contains(address(number)), left_set.contains(&number));
            }
            for place in 0..left.len() {
                let found = left.nth(place).unwrap();
                prop_assert_eq!((left.iter().nth(place as usize), left.place_of(found)), (Some(found), Some(place)));
            }
        }
    }
}
