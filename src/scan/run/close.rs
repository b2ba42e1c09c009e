//! The end of a run: the account.

use super::*;
use crate::net::Reason;

impl<D: Door> Run<'_, D> {
    /// Closes the account.
    pub(super) async fn close(mut self, interrupted: bool) -> Findings {
        let cut_short = interrupted || self.ledger.coverage.stopped.is_some();
        let unfinished = self.unfinished(cut_short);
        self.read_macs_over_ipv6().await;
        self.talks.under_way.shutdown().await;
        if !cut_short {
            let _ = timeout(NAME_PATIENCE, self.wait_for_names()).await;
        }
        self.names.shutdown().await;
        let live: Ranges = self.hosts.live.iter().copied().collect();
        let live = live.intersection(&self.scope);
        let not_asked = unfinished.union(&self.hosts.not_asked.iter().copied().collect());
        let not_asked = not_asked.union(&self.missed(&live)).union(&self.plan.behind_down());
        let not_asked = not_asked.union(&self.not_looked_for().without(&live));
        let cut_off = self.interrupted_conversations();
        self.blind_spots.extend(resume::cut_off(&cut_off));
        self.blind_spots.extend(self.without_mac());
        let not_asked = not_asked
            .union(&cut_off)
            .union(&self.behind_faults().without(&self.at_rest(&live)));
        self.count(&live, &not_asked);
        let unnamed = self.passes.unnamed().filter(|_| cut_short);
        self.ledger.coverage.notes.extend(unnamed.map(signs::unnamed));
        self.note();
        let withheld = self.door.withheld_logins();
        self.blind_spots.extend(withheld.iter().map(without_login));
        let (replies, coverage) = self.ledger.close();
        Findings {
            replies,
            coverage,
            blind_spots: self.blind_spots,
            interrupted,
        }
    }

    /// Which addresses were asked as planned, and what became of them.
    fn count(&mut self, live: &Ranges, not_asked: &Ranges) {
        let coverage = &mut self.ledger.coverage;
        coverage.addresses = self.plan.addresses() + self.plan.behind_down().len();
        coverage.on_link = self.plan.on_link();
        coverage.routed = self.plan.routed.len();
        coverage.excluded = self.plan.excluded.len();
        coverage.live = live.len();
        // Who was not asked was not silent.
        if self.plan.passive.is_none() {
            let routed = self.plan.routed.without(not_asked);
            coverage.silent = self.scope.without(live).without(not_asked).len();
            coverage.asked = self.scope.without(not_asked).words();
            coverage.unheard = routed.without(&live.networks()).words();
        }
        coverage.not_asked = not_asked.words();
        coverage.silent_routed_asked_by_tcp = self.plan.probe_silent;
        coverage.skipped = self.plan.skipped.clone();
        coverage.lost.extend(self.door.lost());
    }

    /// What must be known beside the counts.
    fn note(&mut self) {
        let mut cut_off = signs::cut_off(self.ledger.cut());
        cut_off.extend(self.ledger.shortened());
        let coverage = &mut self.ledger.coverage;
        coverage.notes.extend(signs::notes(self.plan, coverage));
        let out_of_reach = self.hosts.out_of_reach.iter().copied().collect();
        coverage.notes.extend(signs::out_of_reach(&out_of_reach));
        let curtailed = self.hosts.curtailed.iter().copied().collect();
        let pages = self.plan.limits.pages;
        coverage.notes.extend(signs::curtailed(&curtailed, pages));
        let hurried = self.hosts.hurried.iter().copied().collect();
        coverage
            .notes
            .extend(signs::hurried(&hurried, self.plan.limits.connect_prompt));
        coverage.notes.extend(signs::out_of_time(&self.door.out_of_time()));
        coverage.notes.extend(cut_off);
        coverage.notes.extend(self.sweeps.iter().filter_map(Sweep::lossy));
    }

    /// The addresses behind interfaces that were not there all the time: who was silent there may never have been asked.
    fn behind_faults(&mut self) -> Ranges {
        let faults = self.door.faults();
        let mut behind = Ranges::default();
        for segment in &self.plan.segments {
            if let Some(why) = faults.get(&segment.interface.name) {
                self.blind_spots.push(fault(&segment.interface.name, why));
                behind = behind.union(&segment.targets);
            }
        }
        let routed = self.plan.routed_interface.as_ref();
        match routed.is_some_and(|name| faults.contains_key(name)) {
            true => behind.union(&self.plan.routed),
            false => behind,
        }
    }

    /// The hosts of these that owe no answer.
    fn at_rest(&self, live: &Ranges) -> Ranges {
        live.without(&self.hosts.owed.keys().copied().collect())
    }

    /// Who could not be looked for, and did not show up all the same.
    fn missed(&mut self, live: &Ranges) -> Ranges {
        let missed: Ranges = self.hosts.missed.iter().copied().collect();
        let missed = missed.without(live);
        if !missed.is_empty() {
            let why = std::mem::take(&mut self.hosts.why_missed);
            self.blind_spots.extend(why.into_iter().map(open::no_way));
        }
        missed
    }

    pub(super) async fn wait_for_names(&mut self) {
        while let Some(named) = self.names.join_next().await {
            if let Ok((host, name)) = named {
                self.take_name(host, name);
            }
        }
    }

    /// The addresses that a run which was stopped has not asked as planned.
    pub(super) fn unfinished(&self, cut_short: bool) -> Ranges {
        if !cut_short {
            return Ranges::default();
        }
        let unreached = self.sweeps.iter().map(|sweep| sweep.presence.unreached());
        let hosts = self.asking.unfinished().chain(self.talks.with.values().copied());
        let hosts: Ranges = hosts.chain(self.resume.cut_short()).collect();
        let by_tcp = match self.plan.probe_silent {
            true => self
                .silent
                .clone()
                .unwrap_or_else(|| self.passes.silent().intersection(&self.plan.routed)),
            false => Ranges::default(),
        };
        let begun = self.passes.unreached().union(&hosts).union(&by_tcp);
        unreached.fold(begun, |all, ranges| all.union(&ranges))
    }
}

impl Sweep {
    /// That the rounds ended before they came to nothing: then some who exist have lost all of their packets.
    fn lossy(&self) -> Option<String> {
        let Presence::Arp(rounds, ..) = &self.presence else {
            return None;
        };
        let found = Some(rounds.found_at_last()).filter(|found| *found > 0)?;
        Some(format!(
            "On {} the last of {} rounds of ARP still found {found} that the others had missed: packets get lost there, and \
             further hosts may be missing. Slower (--arp-rate), fewer do.",
            self.segment.interface.name, ARP.most
        ))
    }
}

fn fault(interface: &str, why: &str) -> BlindSpot {
    BlindSpot {
        what: format!("who was silent behind {interface}"),
        why: why.into(),
        remedy: "look after the interface and its cable, and scan again".into(),
    }
}

/// What a login would have brought.
fn without_login((reason, hosts): &(Reason, Vec<IpAddr>)) -> BlindSpot {
    let hosts: Vec<String> = hosts.iter().map(ToString::to_string).collect();
    BlindSpot {
        what: format!("what the login would bring from {}", hosts.join(", ")),
        why: reason.why.into(),
        remedy: reason.remedy.into(),
    }
}
