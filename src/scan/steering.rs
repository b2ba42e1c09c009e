//! How fast a large segment is asked by ARP: faster while hosts that are known to exist go on answering, slower
//! when they do not. The silence of addresses where nobody lives says nothing of the rate.

use std::net::Ipv4Addr;
use std::time::Duration;

use tokio::time::Instant;

use super::rounds::Loss;

/// Requests from one look at the rate to the next.
pub const LEG: u64 = 500;
/// Known hosts that are asked again at each look.
pub const SAMPLE: usize = 8;
/// How long they have to answer.
const PATIENCE: Duration = Duration::from_millis(300);

/// A rate at which hosts are missed for other reasons than haste: that of arp-scan.
const UNHURRIED: u32 = 500;
/// What counts as the share that was kept up with where hardly anything was: so few that are found prove no less.
const LEAST_KEPT_UP: f64 = 1.0 / 16.0;

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Steer {
    /// Ask this host again.
    Ask(Ipv4Addr),
    /// The sweep goes on.
    Straight,
}

/// The rate of one segment.
#[derive(Debug)]
pub struct Steering {
    start: u32,
    most: u32,
    rate: u32,
    leg: u64,
    known: Vec<Ipv4Addr>,
    /// Where in `known` the next sample begins.
    turn: usize,
    to_ask: Vec<Ipv4Addr>,
    unanswered: Vec<Ipv4Addr>,
    look: Option<Instant>,
    lost: u64,
}

impl Steering {
    /// From `start` requests a second up to `most`, and down to a quarter of `start`; always `start` where `most` is no more.
    pub fn new(start: u32, most: u32) -> Self {
        Steering {
            start,
            most,
            rate: start,
            leg: 0,
            known: Vec::new(),
            turn: 0,
            to_ask: Vec::new(),
            unanswered: Vec::new(),
            look: None,
            lost: 0,
        }
    }

    /// Requests a second, now.
    pub fn rate(&self) -> u32 {
        self.rate
    }

    /// The sweep has asked one address.
    pub fn asked(&mut self) {
        self.leg += 1;
    }

    /// A host has answered.
    pub fn answered(&mut self, host: Ipv4Addr, is_news: bool) {
        if is_news {
            self.known.push(host);
        }
        self.unanswered.retain(|other| *other != host);
    }

    /// What a second round found the first had missed. Where that is one in ten, and more than a single one, a switch, a bridge to a radio
    /// or the hosts themselves do not keep up: so much as they did, and half of that for safety, is asked from now on.
    pub fn missed(&mut self, loss: Loss) {
        if loss.late > 1 && loss.late * 10 >= loss.found {
            let kept_up = 1.0 - loss.late as f64 / loss.found.max(1) as f64;
            let slower = f64::from(loss.per_second) * kept_up.max(LEAST_KEPT_UP) / 2.0;
            let slower = (slower as u32).max(UNHURRIED);
            (self.rate, self.most) = (self.rate.min(slower), self.most.min(slower));
        }
    }

    /// What to do at `now`; `lost` counts what this machine's kernel has dropped, or had no room for, so far.
    pub fn poll(&mut self, now: Instant, lost: impl FnOnce() -> u64) -> Steer {
        if self.most <= self.start {
            return Steer::Straight;
        }
        if let Some(host) = self.to_ask.pop() {
            self.unanswered.push(host);
            self.look = Some(now + PATIENCE);
            return Steer::Ask(host);
        }
        match self.look {
            Some(look) if now >= look => {
                self.look_at(lost());
                Steer::Straight
            }
            None if self.leg >= LEG && self.known.len() >= SAMPLE => {
                self.leg = 0;
                let sample = (0..SAMPLE).map(|place| self.known[(self.turn + place) % self.known.len()]);
                self.to_ask = sample.collect();
                self.turn = (self.turn + SAMPLE) % self.known.len();
                self.poll(now, lost)
            }
            _ => Steer::Straight,
        }
    }

    /// A single missing answer may be chance; half of them are not, and neither is what the kernel dropped.
    fn look_at(&mut self, lost: u64) {
        let (silent, dropped) = (self.unanswered.len(), lost > self.lost);
        (self.look, self.lost) = (None, lost);
        self.unanswered.clear();
        self.rate = match silent {
            _ if dropped || silent * 2 >= SAMPLE => (self.rate / 2).max(self.start / 4).max(1),
            0 | 1 => (self.rate + self.rate / 2).min(self.most),
            _ => self.rate,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(steering: &mut Steering) {
        (1..=SAMPLE as u8).for_each(|last| steering.answered(Ipv4Addr::new(10, 0, 0, last), true));
    }

    /// The rate after one leg, of whose sample so many answer.
    fn leg(steering: &mut Steering, now: &mut Instant, answer: usize, lost: u64) -> u32 {
        (0..LEG).for_each(|_| steering.asked());
        let mut asked = 0;
        loop {
            match steering.poll(*now, || lost) {
                Steer::Ask(host) if asked < answer => {
                    asked += 1;
                    steering.answered(host, false);
                }
                Steer::Ask(_) => {}
                Steer::Straight if steering.look.is_none() => return steering.rate(),
                Steer::Straight => *now += PATIENCE,
            }
        }
    }

    #[test]
    fn it_goes_faster_while_known_hosts_answer_and_slower_when_they_do_not() {
        let (mut steering, mut now) = (Steering::new(500, 2000), Instant::now());
        assert_eq!(leg(&mut steering, &mut now, 0, 0), 500, "nobody is known");
        known(&mut steering);
        let faster = [(8, 0, 750), (7, 0, 1125), (8, 0, 1687), (8, 0, 2000), (8, 0, 2000)];
        let slower = [
            (5, 0, 2000),
            (4, 0, 1000),
            (0, 0, 500),
            (0, 0, 250),
            (0, 0, 125),
            (0, 0, 125),
        ];
        let dropped = [(8, 0, 187), (8, 3, 125), (8, 3, 187)];
        for (answer, lost, rate) in faster.into_iter().chain(slower).chain(dropped) {
            assert_eq!(
                leg(&mut steering, &mut now, answer, lost),
                rate,
                "{answer} answer, {lost} lost"
            );
        }
    }

    #[test]
    fn whom_a_round_missed_slows_those_that_follow_but_no_single_one_and_nobody_who_is_slow_already() {
        let table = [
            (300_000, (400, 300, 80_000), 10_000),
            (300_000, (100, 99, 80_000), 2500),
            (300_000, (4, 400, 80_000), 2500),
            (300_000, (600, 59, 80_000), 300_000),
            (300_000, (4, 3, 80_000), 10_000),
            (300_000, (4, 1, 80_000), 300_000),
            (20_000, (400, 100, 80_000), 20_000),
            (5000, (40, 4, 5000), 2250),
            (2000, (100, 64, 1900), 500),
            (500, (100, 64, 500), 500),
            (50, (100, 64, 50), 50),
        ];
        for (rate, (found, late, per_second), expected) in table {
            let mut steering = Steering::new(rate, 0);
            let loss = Loss {
                found,
                late,
                per_second,
            };
            steering.missed(loss);
            assert_eq!(steering.rate(), expected, "{rate}, {loss:?}");
        }
    }

    #[test]
    fn a_rate_that_may_not_grow_is_kept_and_nobody_is_asked_again() {
        for (start, most) in [(50, 50), (400, 400), (500, 0)] {
            let mut steering = Steering::new(start, most);
            known(&mut steering);
            (0..LEG).for_each(|_| steering.asked());
            assert_eq!(steering.poll(Instant::now(), || 9), Steer::Straight);
            assert_eq!(steering.rate(), start);
        }
    }
}
