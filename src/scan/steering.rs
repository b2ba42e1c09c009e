//! How fast a large segment is asked by ARP: faster while hosts that are known to exist go on answering, slower
//! when they do not. The silence of addresses where nobody lives says nothing of the rate.

use std::net::Ipv4Addr;
use std::time::Duration;

use tokio::time::Instant;

/// Requests from one look at the rate to the next.
pub const LEG: u64 = 500;
/// Known hosts that are asked again at each look.
pub const SAMPLE: usize = 8;
/// How long they have to answer.
const PATIENCE: Duration = Duration::from_millis(300);

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Steer {
    /// Ask this host again.
    Ask(Ipv4Addr),
    /// From now on so many requests a second.
    Rate(u32),
    /// The sweep goes on.
    Straight,
}

/// The rate of one segment.
#[derive(Debug)]
pub struct Steering {
    least: u32,
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
    /// From `start` requests a second up to `most`, and down to a quarter of `start`.
    pub fn new(start: u32, most: u32) -> Self {
        Steering {
            least: (start / 4).max(1),
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

    /// What to do at `now`; `lost` counts the answers that this machine's kernel has dropped so far.
    pub fn poll(&mut self, now: Instant, lost: impl FnOnce() -> u64) -> Steer {
        if self.most <= self.least {
            return Steer::Straight;
        }
        if let Some(host) = self.to_ask.pop() {
            self.unanswered.push(host);
            self.look = Some(now + PATIENCE);
            return Steer::Ask(host);
        }
        match self.look {
            Some(look) if now >= look => self.look_at(lost()),
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
    fn look_at(&mut self, lost: u64) -> Steer {
        let (silent, dropped) = (self.unanswered.len(), lost > self.lost);
        (self.look, self.lost) = (None, lost);
        self.unanswered.clear();
        let rate = match silent {
            _ if dropped || silent * 2 >= SAMPLE => (self.rate / 2).max(self.least),
            0 | 1 => (self.rate + self.rate / 2).min(self.most),
            _ => self.rate,
        };
        match rate == self.rate {
            true => Steer::Straight,
            false => {
                self.rate = rate;
                Steer::Rate(rate)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(steering: &mut Steering) {
        (1..=SAMPLE as u8).for_each(|last| steering.answered(Ipv4Addr::new(10, 0, 0, last), true));
    }

    /// One leg, of whose sample so many answer: the rate after it, where it changed.
    fn leg(steering: &mut Steering, now: &mut Instant, answer: usize, lost: u64) -> Option<u32> {
        (0..LEG).for_each(|_| steering.asked());
        let mut asked = 0;
        loop {
            match steering.poll(*now, || lost) {
                Steer::Ask(host) if asked < answer => {
                    asked += 1;
                    steering.answered(host, false);
                }
                Steer::Ask(_) => {}
                Steer::Rate(rate) => return Some(rate),
                Steer::Straight if steering.look.is_none() => return None,
                Steer::Straight => *now += PATIENCE,
            }
        }
    }

    #[test]
    fn it_goes_faster_while_known_hosts_answer_and_slower_when_they_do_not() {
        let (mut steering, mut now) = (Steering::new(500, 2000), Instant::now());
        assert_eq!(leg(&mut steering, &mut now, 0, 0), None, "nobody is known");
        known(&mut steering);
        let table = [
            (8, 0, Some(750)),
            (7, 0, Some(1125)),
            (8, 0, Some(1687)),
            (8, 0, Some(2000)),
            (8, 0, None),
        ];
        let slower = [
            (5, 0, None),
            (4, 0, Some(1000)),
            (0, 0, Some(500)),
            (0, 0, Some(250)),
            (0, 0, Some(125)),
            (0, 0, None),
        ];
        let dropped = [(8, 0, Some(187)), (8, 3, Some(125)), (8, 3, Some(187))];
        for (answer, lost, rate) in table.into_iter().chain(slower).chain(dropped) {
            assert_eq!(
                leg(&mut steering, &mut now, answer, lost),
                rate,
                "{answer} answer, {lost} lost"
            );
        }
    }

    #[test]
    fn without_leave_to_go_faster_nobody_is_asked_again() {
        let mut steering = Steering::new(4, 1);
        known(&mut steering);
        (0..LEG).for_each(|_| steering.asked());
        assert_eq!(steering.poll(Instant::now(), || 9), Steer::Straight);
    }
}
