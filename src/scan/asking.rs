//! Unicast questions to hosts that exist: one at a time, a fifth of a second apart, until the host is
//! settled or all are asked; then a second of listening.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::net::Ipv4Addr;
use std::time::Duration;

use tokio::time::Instant;

/// Between two datagrams to one host: five a second.
pub const PACE: Duration = Duration::from_millis(200);
/// How long to listen after the last.
pub const LISTEN: Duration = Duration::from_secs(1);

/// A question by its place in the list, and one of its asks.
pub type Place = (usize, usize);

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Ask this host that.
    Ask(Ipv4Addr, Place),
    /// This host has been asked everything, and its time to answer is over.
    Rested(Ipv4Addr),
    /// Nothing until then.
    Wait(Instant),
    /// No host is left.
    Idle,
}

/// The hosts under way. Each of them holds a row in the kernel's neighbour table, hence the room.
#[derive(Debug)]
pub struct Asking {
    room: usize,
    waiting: VecDeque<(Ipv4Addr, VecDeque<Place>)>,
    hosts: HashMap<Ipv4Addr, VecDeque<Place>>,
    due: BTreeSet<(Instant, Ipv4Addr)>,
}

impl Asking {
    /// Nobody yet, and at most `room` hosts at a time.
    pub fn new(room: usize) -> Self {
        Asking {
            room,
            waiting: VecDeque::new(),
            hosts: HashMap::new(),
            due: BTreeSet::new(),
        }
    }

    /// Puts a host in the queue with the questions to ask it.
    pub fn admit(&mut self, host: Ipv4Addr, places: impl IntoIterator<Item = Place>) {
        self.waiting.push_back((host, places.into_iter().collect()));
    }

    /// Asks a host that has rested some more.
    pub fn ask_again(&mut self, host: Ipv4Addr, places: impl IntoIterator<Item = Place>, now: Instant) {
        if let Some(queue) = self.hosts.get_mut(&host) {
            queue.extend(places);
            self.due.insert((now, host));
        }
    }

    /// A host is settled: whatever it was still to be asked is dropped, and it rests at once.
    pub fn settle(&mut self, host: Ipv4Addr, now: Instant) {
        if let Some(queue) = self.hosts.get_mut(&host) {
            queue.clear();
            let before = self.due.len();
            self.due.retain(|&(_, other)| other != host);
            if self.due.len() < before {
                self.due.insert((now, host));
            }
        }
    }

    /// A host is done with altogether: its place is free for the next.
    pub fn release(&mut self, host: Ipv4Addr) {
        self.hosts.remove(&host);
        self.due.retain(|&(_, other)| other != host);
    }

    /// What to do at `now`.
    pub fn poll(&mut self, now: Instant) -> Next {
        while self.hosts.len() < self.room
            && let Some((host, queue)) = self.waiting.pop_front()
        {
            self.hosts.insert(host, queue);
            self.due.insert((now, host));
        }
        let Some(&(due, host)) = self.due.first() else {
            return Next::Idle;
        };
        if now < due {
            return Next::Wait(due);
        }
        self.due.pop_first();
        let queue = self.hosts.entry(host).or_default();
        let Some(place) = queue.pop_front() else {
            return Next::Rested(host);
        };
        self.due
            .insert((now + if queue.is_empty() { LISTEN } else { PACE }, host));
        Next::Ask(host, place)
    }

    /// Hosts that have not been asked everything.
    pub fn unfinished(&self) -> impl Iterator<Item = Ipv4Addr> + '_ {
        let asked = self
            .hosts
            .iter()
            .filter(|(_, queue)| !queue.is_empty())
            .map(|(host, _)| *host);
        asked.chain(self.waiting.iter().map(|(host, _)| *host))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);
    const OTHER: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 2);

    fn run(asking: &mut Asking, start: Instant) -> Vec<(u64, Next)> {
        let (mut now, mut log) = (start, Vec::new());
        loop {
            match asking.poll(now) {
                Next::Wait(until) => now = until,
                Next::Idle => return log,
                next => log.push(((now - start).as_millis() as u64, next)),
            }
        }
    }

    #[test]
    fn one_host_is_asked_five_times_a_second_and_then_listened_to() {
        let (mut asking, start) = (Asking::new(10), Instant::now());
        asking.admit(HOST, [(0, 0), (1, 0)]);
        let expected = [
            (0, Next::Ask(HOST, (0, 0))),
            (200, Next::Ask(HOST, (1, 0))),
            (1200, Next::Rested(HOST)),
        ];
        assert_eq!(run(&mut asking, start), expected);
    }

    #[test]
    fn a_settled_host_is_asked_nothing_more() {
        let (mut asking, start) = (Asking::new(10), Instant::now());
        asking.admit(HOST, [(0, 0), (1, 0), (2, 0)]);
        assert_eq!(asking.poll(start), Next::Ask(HOST, (0, 0)));
        asking.settle(HOST, start);
        assert_eq!(asking.poll(start), Next::Rested(HOST));
        assert_eq!(asking.poll(start), Next::Idle);
        asking.settle(HOST, start);
        assert_eq!(asking.poll(start), Next::Idle, "a host rests once");
    }

    #[test]
    fn a_host_waits_while_the_room_is_full() {
        let (mut asking, start) = (Asking::new(1), Instant::now());
        asking.admit(HOST, []);
        asking.admit(OTHER, []);
        assert_eq!(asking.poll(start), Next::Rested(HOST));
        assert_eq!(asking.poll(start), Next::Idle, "its conversation goes on");
        asking.release(HOST);
        assert_eq!(asking.poll(start), Next::Rested(OTHER));
    }
}
