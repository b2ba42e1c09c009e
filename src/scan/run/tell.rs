//! What the watcher is told of where the run stands.

use super::*;

/// How often.
pub(super) const TELL_EVERY: Duration = Duration::from_millis(100);
/// How long the rate is counted over: rates are steered, and what was an hour ago says little.
const WINDOW: Duration = Duration::from_secs(5);

/// When that was done last, and since when steps are counted.
#[derive(Debug, Default)]
pub(super) struct Told {
    last: Option<Instant>,
    /// A moment and the steps that were done by then, and one at most a window later.
    since: Option<[(Instant, u64); 2]>,
}

impl Told {
    /// Steps a second, of late.
    fn rate(&mut self, now: Instant, done: u64) -> f64 {
        let [mut since, mut next] = self.since.unwrap_or([(now, done); 2]);
        if now >= next.0 + WINDOW {
            (since, next) = (next, (now, done));
        }
        self.since = Some([since, next]);
        let took = now.duration_since(since.0).as_secs_f64();
        match took > 0.0 {
            true => done.saturating_sub(since.1) as f64 / took,
            false => 0.0,
        }
    }
}

impl<D: Door> Run<'_, D> {
    /// Tells the watcher, ten times a second at the most: the count costs more than a packet.
    pub(super) fn tell(&mut self, now: Instant) {
        if self.told.last.is_some_and(|last| now < last + TELL_EVERY) {
            return;
        }
        self.told.last = Some(now);
        self.door.faults();
        let progress = match self.plan.passive {
            Some(time) => self.listening(now, time),
            None => self.progress(now),
        };
        self.watcher.progress(&progress);
    }

    fn progress(&mut self, now: Instant) -> Progress {
        let sweeps = self.sweeps.iter();
        let parts = sweeps.map(|sweep| sweep.presence.steps(&sweep.segment.targets));
        let steps = parts.chain([self.passes.steps()]);
        let (asked, done, planned) =
            steps.fold((0, 0, 0), |all, part| (all.0 + part.0, all.1 + part.1, all.2 + part.2));
        let rate = self.told.rate(now, done);
        let left = planned - done;
        let sweeping = if rate > 0.0 { left as f64 / rate } else { 0.0 };
        let elapsed = now.duration_since(self.started).as_secs_f64();
        let last = self.plan.limits.sends.last().copied().unwrap_or_default();
        let listening = match self.plan.limits.hasty {
            true => 0.0,
            false => (last + crate::scan::LISTEN).as_secs_f64() - elapsed,
        };
        let total = self.plan.addresses();
        let phase = match (left > 0, self.talks.under_way.is_empty()) {
            (true, _) => "looking for hosts",
            (false, true) => "asking and listening",
            (false, false) => "reading banners",
        };
        Progress {
            phase,
            asked,
            total,
            hosts: self.hosts.live.len() as u64,
            units: self.hosts.units.len() as u64,
            per_second: rate.round() as u64,
            seconds_left: listening.max(sweeping).max(0.0).ceil() as u64,
        }
    }
}

impl Presence {
    /// How many of the targets were asked, or need not be; how many steps of all rounds are done, and of how many.
    fn steps(&self, targets: &Ranges) -> (u64, u64, u64) {
        match self {
            Presence::Arp(rounds, ..) => rounds.steps(),
            Presence::Kernel(kernel) => {
                let (asked, all) = (targets.len() - kernel.unreached().len(), targets.len());
                (asked, asked, all)
            }
            Presence::None => (targets.len(), 0, 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_that_of_late() {
        let (mut told, start) = (Told::default(), Instant::now());
        let mut at = |seconds: u64, done| told.rate(start + Duration::from_secs(seconds), done);
        assert_eq!(at(0, 500), 0.0, "what an earlier run has done is no rate");
        assert_eq!(at(1, 600), 100.0);
        let rates: Vec<f64> = (2..60).map(|second| at(second, 600 + 300 * (second - 1))).collect();
        assert!(rates.iter().all(|rate| (100.0..=300.0).contains(rate)), "{rates:?}");
        assert_eq!(rates.last(), Some(&300.0));
    }
}
