//! Evenly spaced turns, of which no second on the wire has more than allowed.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

/// A second, and a little more for what lies between a turn and the wire: so no second on the wire has more packets
/// than the rate.
pub(super) const SECOND: Duration = Duration::from_millis(1020);

/// What a turn may be late by and the next ones make up for: [`TOGETHER`], and the timer's ticks of a millisecond. More is
/// lost, so that idle time is not saved up for a burst.
const LATE: Duration = Duration::from_millis(5);

/// Who does something else meanwhile comes for the turns of so long a time at once: to wake for each would cost more than
/// the packets.
const TOGETHER: Duration = Duration::from_millis(3);

/// Hands out turns at an even pace, of which no second has more than the rate, however late some of them came.
#[derive(Debug)]
pub struct Pacer {
    per_second: AtomicU32,
    past: Mutex<Past>,
}

#[derive(Debug, Default)]
struct Past {
    next: Option<Instant>,
    /// The turns of the last second.
    turns: VecDeque<Instant>,
}

impl Pacer {
    /// A pacer of so many turns per second; 0 counts as 1.
    pub fn new(per_second: u32) -> Self {
        Pacer {
            per_second: AtomicU32::new(per_second.max(1)),
            past: Mutex::default(),
        }
    }

    /// So many turns per second from the next on.
    pub fn set_rate(&self, per_second: u32) {
        self.per_second.store(per_second.max(1), Ordering::Relaxed);
    }

    fn per_second(&self) -> u32 {
        self.per_second.load(Ordering::Relaxed)
    }

    /// Waits for the next turn. Whoever gives up waiting takes none.
    pub async fn turn(&self) {
        let mut past = self.past.lock().await;
        let turn = self.due(&past);
        // The timer rounds up to its next tick, even what is past.
        if turn > Instant::now() {
            sleep_until(turn).await;
        }
        while past.turns.len() >= self.per_second() as usize {
            past.turns.pop_front();
        }
        past.turns.push_back(Instant::now());
        past.next = Some(turn + SECOND / self.per_second());
    }

    /// When to come for the next turns, for who has something else to do until then; none, if one is due now.
    pub fn next(&self) -> Option<Instant> {
        // If somebody waits for it already, whoever comes now finds out in the queue.
        let past = self.past.try_lock().ok()?;
        let due = Some(self.due(&past)).filter(|due| *due > Instant::now());
        due.map(|due| due + TOGETHER.saturating_sub(SECOND / self.per_second()))
    }

    fn due(&self, past: &Past) -> Instant {
        let now = Instant::now();
        let lately = now.checked_sub(LATE).unwrap_or(now);
        let even = past.next.map_or(now, |next| next.max(lately));
        let beyond = past.turns.len().checked_sub(self.per_second() as usize);
        let a_second_ago = beyond
            .and_then(|place| past.turns.get(place))
            .map(|first| *first + SECOND);
        a_second_ago.map_or(even, |due| due.max(even))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The most of these moments that lie in one second.
    pub(crate) fn peak(moments: &[Instant]) -> usize {
        let within = |first: &Instant| {
            let last = *first + Duration::from_secs(1);
            moments.iter().filter(|moment| (*first..last).contains(moment)).count()
        };
        moments.iter().map(within).max().unwrap_or_default()
    }

    #[tokio::test(start_paused = true)]
    async fn turns_are_evenly_spaced() {
        let pacer = Pacer::new(100);
        let start = Instant::now();
        for _ in 0..101 {
            pacer.turn().await;
        }
        let taken = start.elapsed();
        assert!(
            (Duration::from_millis(1000)..Duration::from_millis(1110)).contains(&taken),
            "{taken:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn idle_time_is_not_saved_for_a_burst() {
        let pacer = Pacer::new(10);
        pacer.turn().await;
        tokio::time::sleep(Duration::from_secs(60)).await;
        let start = Instant::now();
        for _ in 0..3 {
            pacer.turn().await;
        }
        assert!(start.elapsed() >= 2 * SECOND / 10 - LATE);
    }

    #[tokio::test(start_paused = true)]
    async fn who_comes_when_told_to_keeps_the_pace_and_comes_for_several_turns_at_once() {
        for rate in [500, 2000] {
            let pacer = Pacer::new(rate);
            let (start, mut turns, mut comings) = (Instant::now(), Vec::new(), 0);
            while turns.len() < 3 * rate as usize {
                match pacer.next() {
                    Some(due) => {
                        comings += 1;
                        sleep_until(due).await;
                    }
                    None => {
                        pacer.turn().await;
                        turns.push(Instant::now());
                    }
                }
            }
            let taken = start.elapsed();
            assert!(taken <= 3 * SECOND + Duration::from_millis(10), "{rate}: {taken:?}");
            assert!(peak(&turns) <= rate as usize, "{rate}: {}", peak(&turns));
            assert!(comings < 1500, "{rate}: {comings}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_that_is_due_is_taken_before_the_timer_ticks() {
        tokio::time::advance(Duration::from_micros(300)).await;
        let start = Instant::now();
        Pacer::new(1).turn().await;
        assert_eq!(start.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn it_says_when_the_next_turn_is_due_and_keeps_a_new_rate_from_then_on() {
        let pacer = Pacer::new(10);
        assert_eq!(pacer.next(), None);
        for rate in [10, 5, 1] {
            pacer.set_rate(rate);
            pacer.turn().await;
            let next = Instant::now() + SECOND / rate;
            assert_eq!(pacer.next(), Some(next), "{rate}");
            sleep_until(next).await;
            assert_eq!(pacer.next(), None, "{rate}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_lower_rate_counts_the_turns_of_the_second_before() {
        let (pacer, start) = (Pacer::new(10), Instant::now());
        for _ in 0..5 {
            pacer.turn().await;
        }
        pacer.set_rate(2);
        // The last but one was at 306 ms.
        assert_eq!(pacer.next(), Some(start + Duration::from_millis(306) + SECOND));
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_comes_late_does_not_make_up_for_it_within_a_second() {
        for rate in [1, 5, 50, 300, 5000] {
            let pacer = Pacer::new(rate);
            let mut turns = Vec::new();
            for number in 0..3 * rate {
                pacer.turn().await;
                turns.push(Instant::now());
                // The machine is busy with something else now and then.
                if number % 7 == 3 {
                    tokio::time::sleep(Duration::from_millis(u64::from(number % 90))).await;
                }
            }
            assert!(peak(&turns) <= rate as usize, "{} of {rate}", peak(&turns));
        }
    }
}
