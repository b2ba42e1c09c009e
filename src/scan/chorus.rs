//! The multicast questions: every one on every segment, as often as the limits have it, then listening.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use crate::net::Packet;

/// How long to listen after the last send.
pub const LISTEN: Duration = Duration::from_secs(4);

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verse {
    /// Send this.
    Send(Packet),
    /// Nothing until then.
    Wait(Instant),
    /// All was sent; until then answers may come.
    Listen(Instant),
    /// All was sent and the listening is over.
    Done,
}

/// The schedule.
#[derive(Debug)]
pub struct Chorus {
    start: Instant,
    waiting: VecDeque<(Duration, Packet)>,
    until: Instant,
}

impl Chorus {
    /// A schedule for these packets, each of them sent so long after `start`.
    pub fn new(packets: &[Packet], sends: &[Duration], start: Instant) -> Self {
        let waiting: VecDeque<_> = sends
            .iter()
            .flat_map(|&due| packets.iter().map(move |packet| (due, packet.clone())))
            .collect();
        let until = waiting.back().map_or(start, |(last, _)| start + *last + LISTEN);
        Chorus { start, waiting, until }
    }

    /// What to do at `now`.
    pub fn poll(&mut self, now: Instant) -> Verse {
        match self.waiting.front() {
            Some(&(due, _)) if now < self.start + due => Verse::Wait(self.start + due),
            Some(_) => {
                self.until = now + LISTEN;
                self.waiting
                    .pop_front()
                    .map_or(Verse::Done, |(_, packet)| Verse::Send(packet))
            }
            None if now < self.until => Verse::Listen(self.until),
            None => Verse::Done,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn three_sends_and_four_seconds_of_listening_after_the_last() {
        let packet = Packet::Nudge {
            interface: "eth0".into(),
            target: Ipv4Addr::LOCALHOST.into(),
        };
        let start = Instant::now();
        let mut chorus = Chorus::new(&[packet], crate::net::Limits::default().sends, start);
        let (mut now, mut sends) = (start, Vec::new());
        loop {
            match chorus.poll(now) {
                Verse::Send(_) => sends.push((now - start).as_millis()),
                Verse::Wait(until) | Verse::Listen(until) => now = until,
                Verse::Done => break,
            }
        }
        assert_eq!(sends, [0, 250, 750]);
        assert_eq!((now - start).as_millis(), 4750);
    }

    #[test]
    fn nothing_to_send_is_nothing_to_wait_for() {
        let start = Instant::now();
        assert_eq!(Chorus::new(&[], &[Duration::ZERO], start).poll(start), Verse::Done);
    }
}
