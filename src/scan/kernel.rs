//! The sweep for everybody: let the kernel resolve each address, and read what it learnt.
//!
//! Linux has one neighbour table for the whole machine, 1,024 rows by default, and forgets without a
//! word when it is full. An unanswered address holds a row for about three seconds. So only a few
//! hundred addresses are under way at a time.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use tokio::time::Instant;

use super::Ranges;
use super::rounds::{Place, Turn};

/// Addresses under way at a time at the most: with as many hosts under identification the table stays below its default
/// limit.
const ROOM: u64 = 400;
/// And at the least, or a sweep would not end: rows that nobody needs are given up by the kernel.
const LEAST: u64 = 64;

/// Addresses that may be under way at a time, and as many hosts, where so many rows of the table are free. A fifth of them
/// is left to others.
pub fn room(free: Option<u64>) -> usize {
    free.map_or(ROOM, |free| (free / 5 * 2).clamp(LEAST, ROOM)) as usize
}
/// The kernel asks three times, a second apart, and gives up after the third. A little more than that.
pub const PATIENCE: Duration = Duration::from_millis(3500);

/// The walk through one segment.
#[derive(Debug)]
pub struct KernelSweep {
    targets: Ranges,
    room: usize,
    cursor: Option<IpAddr>,
    known: BTreeSet<IpAddr>,
    /// Known before their turn came.
    spared: HashSet<IpAddr>,
    under_way: HashMap<IpAddr, Instant>,
}

impl KernelSweep {
    /// A sweep over `targets` with at most `room` addresses under way.
    pub fn new(targets: Ranges, room: usize) -> Self {
        KernelSweep {
            targets,
            room,
            cursor: None,
            known: BTreeSet::new(),
            spared: HashSet::new(),
            under_way: HashMap::new(),
        }
    }

    /// This address is known to exist: it need not be asked. Whether that is news.
    pub fn found(&mut self, address: IpAddr) -> bool {
        self.under_way.remove(&address);
        let is_news = self.targets.contains(address) && self.known.insert(address);
        if is_news && !self.has_reached(address) {
            self.spared.insert(address);
        }
        is_news
    }

    fn has_reached(&self, address: IpAddr) -> bool {
        self.cursor.is_some_and(|cursor| address <= cursor)
    }

    /// Whether this address was asked.
    pub fn was_asked(&self, address: IpAddr) -> bool {
        self.targets.contains(address) && self.has_reached(address) && !self.spared.contains(&address)
    }

    /// The kernel has given this address up.
    pub fn failed(&mut self, address: IpAddr) {
        self.under_way.remove(&address);
    }

    /// What to do at `now`.
    pub fn poll(&mut self, now: Instant) -> Turn {
        if self.under_way.len() < self.room
            && let Some(address) = self.next_unknown()
        {
            self.cursor = Some(address);
            self.under_way.insert(address, now + PATIENCE);
            return Turn::Ask(0, address);
        }
        self.under_way.retain(|_, until| *until > now);
        match self.under_way.values().min() {
            Some(&until) => Turn::Wait(until),
            None if self.next_unknown().is_some() => Turn::Wait(now),
            None => Turn::Done,
        }
    }

    fn next_unknown(&self) -> Option<IpAddr> {
        let mut next = self.targets.next_after(self.cursor);
        while let Some(address) = next.filter(|address| self.known.contains(address)) {
            next = self.targets.next_after(Some(address));
        }
        next
    }

    /// Goes on after so many addresses, as an earlier run had come so far.
    pub fn go_to(&mut self, (_, steps): Place) {
        let last = steps.min(self.targets.len()).checked_sub(1);
        self.cursor = last.and_then(|last| self.targets.nth(last));
    }

    /// Where it stands. There is one round.
    pub fn place(&self) -> Place {
        let place = self.cursor.and_then(|cursor| self.targets.place_of(cursor));
        (0, place.map_or(0, |place| place + 1))
    }

    /// The addresses that have not been asked yet.
    pub fn unreached(&self) -> Ranges {
        let known: Ranges = self.known.iter().copied().collect();
        let reached = self
            .cursor
            .map(|cursor| Ranges::between(Ipv4Addr::UNSPECIFIED, cursor))
            .unwrap_or_default();
        self.targets.without(&reached).without(&known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_follows_the_rows_that_are_free_in_the_kernels_table() {
        let table = [
            (None, 400),
            (Some(1024), 400),
            (Some(16_384), 400),
            (Some(500), 200),
            (Some(0), 64),
        ];
        for (free, expected) in table {
            assert_eq!(room(free), expected, "{free:?}");
        }
    }

    #[test]
    fn no_more_than_the_room_is_under_way_and_the_dead_make_room_in_time() {
        let targets = Ranges::between(Ipv4Addr::new(10, 0, 0, 1), Ipv4Addr::new(10, 0, 0, 5));
        let mut sweep = KernelSweep::new(targets, 2);
        let now = Instant::now();
        let [one, two, three, five] = [1, 2, 3, 5].map(|last| [10, 0, 0, last].into());
        assert!(sweep.found(five), "read in the table beforehand");
        assert!(!sweep.was_asked(one));
        assert_eq!(sweep.poll(now), Turn::Ask(0, one));
        assert_eq!(sweep.poll(now), Turn::Ask(0, two));
        assert_eq!(sweep.poll(now), Turn::Wait(now + PATIENCE));
        assert!(sweep.found(one));
        assert_eq!(sweep.poll(now), Turn::Ask(0, three));
        sweep.failed(two);
        assert_eq!(sweep.poll(now), Turn::Ask(0, [10, 0, 0, 4].into()));
        let later = now + PATIENCE;
        assert_eq!(sweep.poll(later), Turn::Done, "what was never heard of is given up");
        assert!(sweep.unreached().is_empty());
        assert!(sweep.was_asked(one) && sweep.was_asked(two) && !sweep.was_asked(five));
    }

    #[test]
    fn addresses_given_up_by_time_alone_make_room_for_the_rest() {
        let targets = Ranges::between(Ipv4Addr::new(10, 0, 0, 1), Ipv4Addr::new(10, 0, 0, 5));
        let mut sweep = KernelSweep::new(targets, 2);
        let (mut now, mut asked) = (Instant::now(), 0);
        loop {
            match sweep.poll(now) {
                Turn::Ask(..) => asked += 1,
                Turn::Wait(until) => now = until,
                Turn::Done => break,
            }
        }
        assert_eq!(asked, 5);
    }
}
