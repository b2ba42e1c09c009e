//! Hosts in doubt: they had answered, and now something of ours stays unanswered. Whether they are still there is asked by
//! ARP, which no firewall drops: three times over ten seconds, each time by two requests, so that a lost packet neither
//! holds up a host nor slanders it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use tokio::time::Instant;

/// How often a host in doubt is looked for.
const CHECKS: usize = 3;
/// ARP requests that a host in doubt gets at most: two for each re-check.
pub const REQUESTS: usize = 2 * CHECKS;
/// ARP requests that a host gets at most for that in a run. Beyond it nobody is in doubt any more.
pub const REQUESTS_IN_ALL: usize = 3 * REQUESTS;
/// From the first request of a re-check to the second.
const REPEAT: Duration = Duration::from_millis(300);
/// From the first re-check to the verdict.
const PATIENCE: Duration = Duration::from_secs(10);

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// Look for this host.
    Ask(IpAddr),
    /// This host became silent, after that.
    Gone(IpAddr, String),
    /// Nothing until then.
    Wait(Instant),
    /// Nobody is in doubt.
    Idle,
}

/// Everybody in doubt.
#[derive(Debug, Default)]
pub struct Rechecks {
    doubts: HashMap<IpAddr, Doubt>,
    /// Requests so far, by host.
    asked: HashMap<IpAddr, usize>,
}

#[derive(Debug)]
struct Doubt {
    after: String,
    asked: usize,
    due: Instant,
}

impl Rechecks {
    /// A host does not answer any more, since it was asked `after`. Whether it may be looked for.
    pub fn doubt(&mut self, host: IpAddr, after: String, now: Instant) -> bool {
        if self
            .asked
            .get(&host)
            .is_some_and(|asked| asked + REQUESTS > REQUESTS_IN_ALL)
        {
            return false;
        }
        let doubt = Doubt {
            after,
            asked: 0,
            due: now,
        };
        self.doubts.entry(host).or_insert(doubt);
        true
    }

    /// A host was looked for so often in an earlier run.
    pub fn were_asked(&mut self, host: IpAddr, requests: usize) {
        self.asked.insert(host, requests);
    }

    /// A host has given a sign of life. Whether it was in doubt.
    pub fn answered(&mut self, host: IpAddr) -> bool {
        self.doubts.remove(&host).is_some()
    }

    /// A host cannot be looked for any more.
    pub fn forget(&mut self, host: IpAddr) {
        self.doubts.remove(&host);
    }

    /// Whether nobody is in doubt.
    pub fn is_idle(&self) -> bool {
        self.doubts.is_empty()
    }

    /// What to do at `now`.
    pub fn poll(&mut self, now: Instant) -> Check {
        let Some((&host, doubt)) = self.doubts.iter_mut().min_by_key(|(host, doubt)| (doubt.due, **host)) else {
            return Check::Idle;
        };
        if now < doubt.due {
            return Check::Wait(doubt.due);
        }
        if doubt.asked < REQUESTS {
            let pause = [REPEAT, PATIENCE / CHECKS as u32 - REPEAT][doubt.asked % 2];
            doubt.asked += 1;
            *self.asked.entry(host).or_default() += 1;
            doubt.due = now + pause;
            return Check::Ask(host);
        }
        let after = std::mem::take(&mut doubt.after);
        self.doubts.remove(&host);
        Check::Gone(host, after)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const HOST: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));

    /// Lets time pass until nobody is in doubt; the host answers the so-manieth request.
    fn run(answers: usize) -> (Vec<u128>, Option<u128>) {
        let (mut rechecks, start) = (Rechecks::default(), Instant::now());
        let (mut now, mut asked) = (start, Vec::new());
        rechecks.doubt(HOST, "http 80".into(), start);
        loop {
            let passed = (now - start).as_millis();
            match rechecks.poll(now) {
                Check::Ask(HOST) => {
                    asked.push(passed);
                    if asked.len() == answers {
                        assert!(rechecks.answered(HOST));
                    }
                }
                Check::Gone(HOST, after) => {
                    assert_eq!(after, "http 80");
                    return (asked, Some(passed));
                }
                Check::Wait(until) => now = until,
                _ => return (asked, None),
            }
        }
    }

    #[test]
    fn three_rechecks_over_ten_seconds_and_one_that_is_answered_ends_them() {
        assert_eq!(run(1), (vec![0], None));
        assert_eq!(run(2), (vec![0, 300], None));
        assert_eq!(run(5), (vec![0, 300, 3333, 3633, 6666], None));
        assert_eq!(run(0), (vec![0, 300, 3333, 3633, 6666, 6966], Some(9999)));
    }

    #[test]
    fn a_host_gets_so_many_requests_and_no_more() {
        let (mut rechecks, now) = (Rechecks::default(), Instant::now());
        let mut asked = 0;
        while rechecks.doubt(HOST, String::new(), now) {
            assert_eq!(rechecks.poll(now), Check::Ask(HOST));
            asked += 1;
            assert!(rechecks.answered(HOST));
        }
        assert_eq!(asked, REQUESTS_IN_ALL - REQUESTS + 1);
    }

    #[test]
    fn who_is_not_in_doubt_is_no_news() {
        assert!(!Rechecks::default().answered(HOST));
        assert_eq!(Rechecks::default().poll(Instant::now()), Check::Idle);
    }
}
