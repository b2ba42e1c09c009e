//! Unicast questions to hosts that exist: one at a time and at the pace of one host, until the host is
//! settled or all are asked; then a second of listening.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

use tokio::time::Instant;

/// How long to listen after the last question of all.
pub const LISTEN: Duration = Duration::from_secs(1);
/// How long a host has to answer its last question before it counts as rested. Devices answer within milliseconds; what
/// comes later is heard all the same, and ends the conversation over TCP that may have begun.
pub const REST: Duration = Duration::from_millis(300);

/// How long the next datagram to a neighbour waits that the kernel still looks for. It asks by ARP three times, a second
/// apart; until it is answered it keeps what we send, and then lets all of it go at once (arp(7), `unres_qlen`).
const RESOLVING: Duration = Duration::from_secs(1);
/// After so many the kernel has given up, and nothing more can reach the neighbour.
const UNRESOLVED: usize = 3;

/// A question by its place in the list, and one of its asks.
pub type Place = (usize, usize);

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Ask this host that.
    Ask(IpAddr, Place),
    /// This host has been asked everything, and its time to answer is over.
    Rested(IpAddr),
    /// Nothing until then.
    Wait(Instant),
    /// No host is left; until then answers may come.
    Listen(Instant),
    /// No host is left, and no answer may come any more.
    Idle,
}

/// The hosts under way. Each of them holds a row in the kernel's neighbour table, hence the room.
#[derive(Debug)]
pub struct Asking {
    room: usize,
    pace: Duration,
    waiting: VecDeque<(IpAddr, Host)>,
    hosts: HashMap<IpAddr, Host>,
    due: BTreeSet<(Instant, IpAddr)>,
    /// Hosts that the kernel was heard to know before they were admitted.
    resolved: HashSet<IpAddr>,
    /// Until when answers may come to what was asked.
    listen: Option<Instant>,
}

/// What one host is still to be asked, and when; not due while it is talked to.
#[derive(Debug, Default)]
struct Host {
    places: VecDeque<Place>,
    due: Option<Instant>,
    /// How many datagrams wait in the kernel until it finds the host; none where it need not look for it.
    unresolved: Option<usize>,
    was_asked: bool,
}

impl Host {
    /// Whether the kernel knows it, or still looks for it.
    fn is_within_reach(&self) -> bool {
        self.unresolved < Some(UNRESOLVED)
    }
}

impl Asking {
    /// How many hosts may be under way.
    pub fn room(&self) -> usize {
        self.room
    }

    /// Nobody yet; at most `room` hosts at a time, each with a datagram every `pace`.
    pub fn new(room: usize, pace: Duration) -> Self {
        Asking {
            room,
            pace,
            waiting: VecDeque::new(),
            hosts: HashMap::new(),
            due: BTreeSet::new(),
            resolved: HashSet::new(),
            listen: None,
        }
    }

    /// Puts a host in the queue with the questions to ask it, the first not before `earliest`.
    pub fn admit(&mut self, host: IpAddr, places: impl IntoIterator<Item = Place>, earliest: Instant) {
        let entry = Host {
            places: places.into_iter().collect(),
            due: Some(earliest),
            ..Host::default()
        };
        self.waiting.push_back((host, entry));
    }

    /// The kernel does not know this host and has to look for it first, unless it was heard to know it.
    pub fn look_first(&mut self, host: IpAddr) {
        if self.resolved.contains(&host) {
            return;
        }
        // It has just been admitted: it is the last.
        if let Some((_, entry)) = self.waiting.iter_mut().rfind(|(other, _)| *other == host) {
            entry.unresolved = Some(0);
        }
    }

    /// Whether the kernel has given a host up: nothing that we send can reach it.
    pub fn is_out_of_reach(&self, host: IpAddr) -> bool {
        self.hosts.get(&host).is_some_and(|entry| !entry.is_within_reach())
    }

    /// The kernel knows a host now, `for_sure` or because the host has shown itself since it was asked.
    pub fn resolved(&mut self, host: IpAddr, for_sure: bool, now: Instant) {
        let waiting = self.waiting.iter_mut().find(|(other, _)| *other == host);
        let under_way = self.hosts.get_mut(&host);
        let Some(entry) = under_way.or(waiting.map(|(_, entry)| entry)) else {
            if for_sure {
                self.resolved.insert(host);
            }
            return;
        };
        if !(for_sure || entry.was_asked) {
            return;
        }
        // What the kernel has kept leaves now, all at once, and has its time like any other.
        let Some(kept) = entry.unresolved.take().filter(|kept| *kept > 0) else {
            return;
        };
        let is_due = entry.due.is_some();
        let next = now + self.patience(host).max(self.pace * kept as u32);
        self.set_due(host, is_due.then_some(next));
    }

    /// The kernel knows a host no more.
    pub fn forgotten(&mut self, host: IpAddr) {
        self.resolved.remove(&host);
    }

    /// From one datagram to the next, or to the end where there is none.
    fn patience(&self, host: IpAddr) -> Duration {
        match self.hosts.get(&host) {
            Some(entry) if entry.unresolved.is_some() => RESOLVING.max(self.pace),
            Some(entry) if entry.places.is_empty() => REST,
            _ => self.pace,
        }
    }

    /// Whether nothing is left that a host under way is to be asked.
    pub fn is_asked_all(&self, host: IpAddr) -> bool {
        self.hosts.get(&host).is_some_and(|entry| entry.places.is_empty())
    }

    /// Asks a host that has been asked everything some more.
    pub fn ask_again(&mut self, host: IpAddr, places: impl IntoIterator<Item = Place>, now: Instant) {
        if let Some(entry) = self.hosts.get_mut(&host) {
            entry.places.extend(places);
            self.set_due(host, Some(now));
        }
    }

    /// What was handed out for a host is not asked yet: it is the next, when [`Asking::ask_again`] lets the host go on.
    pub fn put_back(&mut self, host: IpAddr, place: Place) {
        if let Some(entry) = self.hosts.get_mut(&host) {
            entry.places.push_front(place);
        }
    }

    /// Nothing goes to a host before then: it has been spoken to by another of its addresses.
    pub fn wait_until(&mut self, host: IpAddr, earliest: Instant) {
        let due = self.hosts.get(&host).and_then(|entry| entry.due);
        if due.is_some_and(|due| due < earliest) {
            self.set_due(host, Some(earliest));
        }
    }

    /// A host is settled: whatever it was still to be asked is dropped, and it rests at once.
    pub fn settle(&mut self, host: IpAddr, now: Instant) {
        if let Some((_, entry)) = self.waiting.iter_mut().find(|(other, _)| *other == host) {
            entry.places.clear();
        }
        if let Some(entry) = self.hosts.get_mut(&host) {
            entry.places.clear();
            let is_due = entry.due.is_some();
            self.set_due(host, is_due.then_some(now));
        }
    }

    /// What was handed out for a host has been sent only now: its pace and its patience count from here.
    pub fn sent(&mut self, host: IpAddr, now: Instant) {
        if let Some(entry) = self.hosts.get_mut(&host) {
            entry.was_asked = true;
            entry.unresolved = entry.unresolved.map(|waiting| waiting + 1);
            self.listen = Some(now + LISTEN);
            self.set_due(host, Some(now + self.patience(host)));
        }
    }

    /// What was handed out for a host is not asked after all: its patience counts from the question before.
    pub fn passed_over(&mut self, host: IpAddr, now: Instant) {
        if let Some(entry) = self.hosts.get(&host) {
            let left = if entry.places.is_empty() {
                REST.saturating_sub(self.pace)
            } else {
                Duration::ZERO
            };
            self.set_due(host, Some(now + left));
        }
    }

    /// A host is done with altogether: its place is free for the next.
    pub fn release(&mut self, host: IpAddr) {
        self.set_due(host, None);
        self.hosts.remove(&host);
    }

    /// What to do at `now`. A host that is handed out is due again when [`Asking::sent`] says so.
    pub fn poll(&mut self, now: Instant) -> Next {
        while self.hosts.len() < self.room
            && let Some((host, mut entry)) = self.waiting.pop_front()
        {
            let earliest = entry.due.take();
            self.hosts.insert(host, entry);
            self.set_due(host, earliest.max(Some(now)));
        }
        let Some(&(due, host)) = self.due.first() else {
            return self
                .listen
                .filter(|until| now < *until)
                .map_or(Next::Idle, Next::Listen);
        };
        if now < due {
            return Next::Wait(due);
        }
        self.set_due(host, None);
        let within_reach = self.hosts.get_mut(&host).filter(|entry| entry.is_within_reach());
        match within_reach.and_then(|entry| entry.places.pop_front()) {
            Some(place) => Next::Ask(host, place),
            None => Next::Rested(host),
        }
    }

    fn set_due(&mut self, host: IpAddr, due: Option<Instant>) {
        let Some(entry) = self.hosts.get_mut(&host) else { return };
        if let Some(before) = std::mem::replace(&mut entry.due, due) {
            self.due.remove(&(before, host));
        }
        self.due.extend(due.map(|due| (due, host)));
    }

    /// Hosts that have not been asked everything.
    pub fn unfinished(&self) -> impl Iterator<Item = IpAddr> + '_ {
        let asked = self
            .hosts
            .iter()
            .filter(|(_, entry)| !entry.places.is_empty())
            .map(|(host, _)| *host);
        asked.chain(self.waiting.iter().map(|(host, _)| *host))
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const PACE: Duration = Duration::from_millis(200);
    const HOST: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
    const OTHER: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2));

    fn run(asking: &mut Asking, start: Instant) -> Vec<(u64, Next)> {
        let (mut now, mut log) = (start, Vec::new());
        loop {
            match asking.poll(now) {
                Next::Wait(until) | Next::Listen(until) => now = until,
                Next::Idle => return log,
                next => {
                    log.push(((now - start).as_millis() as u64, next));
                    if let Next::Ask(host, _) = next {
                        now += Duration::from_millis(3);
                        asking.sent(host, now);
                    }
                }
            }
        }
    }

    #[test]
    fn one_host_is_asked_five_times_a_second_and_then_listened_to() {
        let (mut asking, start) = (Asking::new(10, PACE), Instant::now());
        asking.admit(HOST, [(0, 0), (1, 0)], start);
        let expected = [
            (0, Next::Ask(HOST, (0, 0))),
            (203, Next::Ask(HOST, (1, 0))),
            (506, Next::Rested(HOST)),
        ];
        assert_eq!(run(&mut asking, start), expected);
    }

    #[test]
    fn what_is_passed_over_takes_no_time() {
        let (mut asking, start) = (Asking::new(10, PACE), Instant::now());
        asking.admit(HOST, [(0, 0), (5, 0)], start);
        assert_eq!(asking.poll(start), Next::Ask(HOST, (0, 0)));
        asking.sent(HOST, start);
        assert_eq!(asking.poll(start + PACE), Next::Ask(HOST, (5, 0)));
        asking.passed_over(HOST, start + PACE);
        assert_eq!(asking.poll(start + PACE), Next::Wait(start + REST));
        assert_eq!(asking.poll(start + REST), Next::Rested(HOST));
    }

    #[test]
    fn what_the_kernel_keeps_for_a_host_it_looks_for_is_never_more_than_a_second_may_have() {
        let places = [(0, 0), (1, 0), (2, 0), (0, 1), (3, 0)];
        let (mut asking, start) = (Asking::new(10, PACE), Instant::now());
        asking.admit(HOST, places, start);
        asking.look_first(HOST);
        let moments: Vec<u64> = run(&mut asking, start).into_iter().map(|(at, _)| at).collect();
        assert_eq!(moments, [0, 1003, 2006, 3009], "three datagrams, then it rests");
        // One that answers the kernel goes on at the pace of all, and what was heard before it was asked does not count.
        for (for_sure, heard, expected) in [(false, 50, 250), (false, 500, 700), (true, 0, 200)] {
            let mut asking = Asking::new(10, PACE);
            asking.admit(HOST, places, start);
            asking.look_first(HOST);
            asking.resolved(HOST, for_sure, start);
            assert_eq!(asking.poll(start), Next::Ask(HOST, (0, 0)));
            asking.sent(HOST, start);
            asking.resolved(HOST, false, start + Duration::from_millis(heard));
            assert_eq!(
                asking.poll(start),
                Next::Wait(start + Duration::from_millis(expected)),
                "{heard}"
            );
        }
    }

    #[test]
    fn what_the_kernel_lets_go_at_once_is_followed_by_no_more_than_a_second_may_have() {
        let places = [(0, 0), (1, 0), (2, 0), (0, 1), (3, 0), (4, 0), (0, 2), (1, 1)];
        for kept in 1..=UNRESOLVED {
            let (mut asking, mut now) = (Asking::new(10, PACE), Instant::now());
            asking.admit(HOST, places, now);
            asking.look_first(HOST);
            for _ in 0..kept {
                assert!(matches!(asking.poll(now), Next::Ask(..)));
                asking.sent(HOST, now);
                now += RESOLVING;
            }
            // The kernel asks a second time, or a third, when the next datagram would be due.
            asking.resolved(HOST, false, now);
            let after: Vec<u64> = run(&mut asking, now).into_iter().map(|(at, _)| at).collect();
            let within_a_second = after.iter().filter(|at| **at < 1000).count();
            assert_eq!(kept + within_a_second, 5, "{kept}: {after:?}");
            assert_eq!(
                after.len(),
                places.len() - kept + 1,
                "{kept}: all are asked, and it rests"
            );
        }
    }

    #[test]
    fn a_host_that_the_kernel_came_to_know_before_it_was_admitted_is_asked_at_its_pace() {
        for (for_sure, expected) in [(true, PACE), (false, RESOLVING)] {
            let (mut asking, start) = (Asking::new(10, PACE), Instant::now());
            asking.resolved(HOST, for_sure, start);
            asking.admit(HOST, [(0, 0), (1, 0)], start);
            asking.look_first(HOST);
            assert_eq!(asking.poll(start), Next::Ask(HOST, (0, 0)));
            asking.sent(HOST, start);
            assert_eq!(asking.poll(start), Next::Wait(start + expected));
        }
        let (mut asking, start) = (Asking::new(10, PACE), Instant::now());
        asking.resolved(HOST, true, start);
        asking.forgotten(HOST);
        asking.admit(HOST, [(0, 0), (1, 0)], start);
        asking.look_first(HOST);
        assert_eq!(asking.poll(start), Next::Ask(HOST, (0, 0)));
        asking.sent(HOST, start);
        assert_eq!(asking.poll(start), Next::Wait(start + RESOLVING), "known no more");
    }

    #[test]
    fn a_settled_host_is_asked_nothing_more() {
        let (mut asking, start) = (Asking::new(10, PACE), Instant::now());
        asking.admit(HOST, [(0, 0), (1, 0), (2, 0)], start);
        assert_eq!(asking.poll(start), Next::Ask(HOST, (0, 0)));
        asking.sent(HOST, start);
        asking.settle(HOST, start);
        assert_eq!(asking.poll(start), Next::Rested(HOST));
        assert_eq!(
            asking.poll(start),
            Next::Listen(start + LISTEN),
            "an answer may still come"
        );
        assert_eq!(asking.poll(start + LISTEN), Next::Idle);
        asking.settle(HOST, start);
        assert_eq!(asking.poll(start + LISTEN), Next::Idle, "a host rests once");
        asking.admit(OTHER, [(0, 0)], start);
        asking.settle(OTHER, start);
        assert_eq!(asking.poll(start), Next::Rested(OTHER), "settled before its turn came");
    }

    #[test]
    fn a_host_waits_while_it_is_spoken_to_by_another_address() {
        let (mut asking, start) = (Asking::new(10, PACE), Instant::now());
        asking.admit(HOST, [(0, 0)], start);
        asking.admit(OTHER, [(0, 0)], start);
        assert_eq!(asking.poll(start), Next::Ask(HOST, (0, 0)));
        asking.sent(HOST, start);
        asking.wait_until(OTHER, start + PACE);
        assert_eq!(asking.poll(start), Next::Wait(start + PACE));
        assert_eq!(asking.poll(start + PACE), Next::Ask(OTHER, (0, 0)));
        asking.wait_until(OTHER, start + REST);
        assert_ne!(
            asking.poll(start + PACE),
            Next::Ask(OTHER, (0, 0)),
            "one that is handed out is not due"
        );
    }

    #[test]
    fn a_host_waits_while_the_room_is_full() {
        let (mut asking, start) = (Asking::new(1, PACE), Instant::now());
        asking.admit(HOST, [], start);
        asking.admit(OTHER, [], start);
        assert_eq!(asking.poll(start), Next::Rested(HOST));
        assert_eq!(asking.poll(start), Next::Idle, "its conversation goes on");
        asking.release(HOST);
        assert_eq!(asking.poll(start), Next::Rested(OTHER));
    }

    #[test]
    fn a_host_that_a_pass_has_just_asked_waits_its_pace() {
        let (mut asking, start) = (Asking::new(10, PACE), Instant::now());
        asking.admit(HOST, [(1, 0)], start + PACE);
        assert_eq!(run(&mut asking, start)[0], (200, Next::Ask(HOST, (1, 0))));
    }
}
