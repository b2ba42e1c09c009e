//! Which hosts of a segment answer ARP at once, while hardly a packet gets lost there.

use std::collections::{HashSet, VecDeque};
use std::net::Ipv4Addr;
use std::time::Duration;

use tokio::time::Instant;

/// How long an answer that comes at once may take.
const AT_ONCE: Duration = Duration::from_millis(100);
/// Requests whose answers are timed: what `fast` sends in that time. Above its rate, who is not among the last so many
/// counts as slow.
const TIMED: usize = 512;
/// The share of the hosts that did not answer their first request at once, from which on packets count as lost; one
/// such host may be slow by itself.
const LOSSY: f64 = 0.05;

/// What the first round of ARP shows of a segment.
#[derive(Debug, Default)]
pub struct Promptness {
    asked: VecDeque<(Instant, Ipv4Addr)>,
    prompt: HashSet<Ipv4Addr>,
    late: usize,
}

impl Promptness {
    /// An address is asked for the first time.
    pub fn asked(&mut self, host: Ipv4Addr, now: Instant) {
        if self.asked.len() == TIMED {
            self.asked.pop_front();
        }
        self.asked.push_back((now, host));
    }

    /// A host was heard for the first time, asked so many times by then. One that spoke before its turn shows nothing.
    pub fn found(&mut self, host: Ipv4Addr, times_asked: usize, now: Instant) {
        let at_once = |(asked, other): &(Instant, Ipv4Addr)| *other == host && now - *asked <= AT_ONCE;
        match times_asked {
            0 => {}
            1 if self.asked.iter().any(at_once) => drop(self.prompt.insert(host)),
            _ => self.late += 1,
        }
    }

    /// Whether a host answers at once, where packets hardly get lost.
    pub fn is_prompt(&self, host: Ipv4Addr) -> bool {
        let found = self.prompt.len() + self.late;
        let is_lossy = self.late > 1 && self.late as f64 >= LOSSY * found as f64;
        self.prompt.contains(&host) && !is_lossy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROMPT: u64 = 100;

    fn host(last: u64) -> Ipv4Addr {
        Ipv4Addr::new(10, 0, 0, last as u8)
    }

    /// Hosts 1, 2, ... that answer their first request after so many milliseconds.
    fn after(answers: impl IntoIterator<Item = u64>) -> Promptness {
        let (mut promptness, start) = (Promptness::default(), Instant::now());
        for (host, wait) in (1..).map(host).zip(answers) {
            promptness.asked(host, start);
            promptness.found(host, 1, start + Duration::from_millis(wait));
        }
        promptness
    }

    #[test]
    fn a_host_that_takes_its_time_is_not_prompt_and_one_such_says_nothing_of_the_others() {
        let promptness = after([0, PROMPT, PROMPT + 1]);
        let prompt = [1, 2, 3, 4].map(|last| promptness.is_prompt(host(last)));
        assert_eq!(prompt, [true, true, false, false]);
    }

    #[test]
    fn nobody_is_prompt_where_packets_get_lost() {
        for (at_once, late, expected) in [(1, 1, true), (1, 2, false), (38, 2, false), (39, 2, true)] {
            let answers = std::iter::repeat_n(1, at_once).chain(std::iter::repeat_n(900, late));
            assert_eq!(
                after(answers).is_prompt(host(1)),
                expected,
                "{at_once} at once, {late} late"
            );
        }
    }

    #[test]
    fn who_is_asked_twice_before_it_answers_is_not_prompt() {
        let (mut promptness, now) = (Promptness::default(), Instant::now());
        promptness.asked(host(1), now);
        promptness.found(host(1), 2, now);
        assert!(!promptness.is_prompt(host(1)));
    }

    #[test]
    fn who_speaks_before_its_turn_is_not_prompt_and_says_nothing_of_the_others() {
        let mut promptness = after([0]);
        (2..9).for_each(|last| promptness.found(host(last), 0, Instant::now()));
        assert_eq!([1, 2].map(|last| promptness.is_prompt(host(last))), [true, false]);
    }

    #[test]
    fn of_more_than_so_many_requests_the_last_are_timed() {
        let (mut promptness, now) = (Promptness::default(), Instant::now());
        promptness.asked(host(1), now);
        promptness.asked(host(2), now);
        (1..TIMED).for_each(|_| promptness.asked(host(9), now));
        promptness.found(host(2), 1, now);
        promptness.found(host(1), 1, now);
        assert_eq!([1, 2].map(|last| promptness.is_prompt(host(last))), [false, true]);
    }
}
