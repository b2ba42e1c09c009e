//! Which hosts of a segment answer ARP at once, while hardly a packet gets lost there.

use std::collections::{HashMap, HashSet, VecDeque};
use std::net::Ipv4Addr;
use std::time::Duration;

use mac_address::MacAddress;
use tokio::time::Instant;

/// How long an answer that comes at once may take.
const AT_ONCE: Duration = Duration::from_millis(100);
/// Requests whose answers are timed: what `fast` sends in that time. Above its rate, who is not among the last so many
/// counts as slow.
const TIMED: usize = 512;
/// The share of the machines that did not answer their first request at once, from which on packets count as lost; one
/// such machine may be slow by itself.
const LOSSY: f64 = 0.05;

/// What ARP shows of a segment.
#[derive(Debug, Default)]
pub struct Promptness {
    asked: VecDeque<(Instant, Ipv4Addr)>,
    prompt: HashMap<Ipv4Addr, MacAddress>,
    /// For how many addresses a machine has answered at once. One that answers for several may do it in the place of
    /// others, who are not as quick (RFC 1027).
    machines: HashMap<MacAddress, usize>,
    late: HashSet<MacAddress>,
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
    pub fn found(&mut self, host: Ipv4Addr, by: MacAddress, times_asked: usize, now: Instant) {
        let at_once = |(asked, other): &(Instant, Ipv4Addr)| *other == host && now - *asked <= AT_ONCE;
        match times_asked {
            0 => {}
            1 if self.asked.iter().any(at_once) => {
                self.prompt.insert(host, by);
                *self.machines.entry(by).or_default() += 1;
            }
            _ => drop(self.late.insert(by)),
        }
    }

    /// A host was heard once more. Where it is by another machine, nobody knows which of them was quick.
    pub fn heard(&mut self, host: Ipv4Addr, by: MacAddress) {
        if self.prompt.get(&host).is_some_and(|before| *before != by) {
            self.prompt.remove(&host);
        }
    }

    /// Whether a host answers at once, where packets hardly get lost.
    pub fn is_prompt(&self, host: Ipv4Addr) -> bool {
        let (late, all) = (self.late.len(), self.machines.len() + self.late.len());
        let is_lossy = late > 1 && late as f64 >= LOSSY * all as f64;
        let by = self.prompt.get(&host);
        !is_lossy && by.is_some_and(|by| self.machines.get(by) == Some(&1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROMPT: u64 = 100;

    fn host(last: u64) -> Ipv4Addr {
        Ipv4Addr::new(10, 0, 0, last as u8)
    }

    fn mac(last: u64) -> MacAddress {
        MacAddress::new([2, 0, 0, 0, 0, last as u8])
    }

    /// Hosts 1, 2, ... that answer their first request after so many milliseconds.
    fn after(answers: impl IntoIterator<Item = u64>) -> Promptness {
        let (mut promptness, start) = (Promptness::default(), Instant::now());
        for (last, wait) in (1..).zip(answers) {
            promptness.asked(host(last), start);
            promptness.found(host(last), mac(last), 1, start + Duration::from_millis(wait));
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
        promptness.found(host(1), mac(1), 2, now);
        assert!(!promptness.is_prompt(host(1)));
    }

    #[test]
    fn who_speaks_before_its_turn_is_not_prompt_and_says_nothing_of_the_others() {
        let mut promptness = after([0]);
        (2..9).for_each(|last| promptness.found(host(last), mac(last), 0, Instant::now()));
        assert_eq!([1, 2].map(|last| promptness.is_prompt(host(last))), [true, false]);
    }

    #[test]
    fn who_is_answered_for_by_another_is_not_prompt_and_hides_no_loss() {
        let (mut promptness, now) = (after([0, 0, 900, 900]), Instant::now());
        for last in 10..200 {
            promptness.asked(host(last), now);
            promptness.found(host(last), mac(9), 1, now);
        }
        assert_eq!([1, 10].map(|last| promptness.is_prompt(host(last))), [false, false]);
        let mut promptness = after([0, 0]);
        promptness.heard(host(1), mac(1));
        promptness.heard(host(2), mac(9));
        assert_eq!([1, 2].map(|last| promptness.is_prompt(host(last))), [true, false]);
    }

    #[test]
    fn of_more_than_so_many_requests_the_last_are_timed() {
        let (mut promptness, now) = (Promptness::default(), Instant::now());
        promptness.asked(host(1), now);
        promptness.asked(host(2), now);
        (1..TIMED).for_each(|_| promptness.asked(host(9), now));
        promptness.found(host(2), mac(2), 1, now);
        promptness.found(host(1), mac(1), 1, now);
        assert_eq!([1, 2].map(|last| promptness.is_prompt(host(last))), [false, true]);
    }
}
