//! Hosts that stop answering after we spoke to them.
//!
//! A host that had answered us is in doubt when nothing has come from it since we last spoke to it, and
//! 1. that was a connection, which it neither accepted nor refused, or
//! 2. we are about to let go of it, or
//! 3. we are about to ask it something else: once a run where it has answered more than ARP, and each time in the
//!    profile `clinical`.
//!
//! A question that goes to two ports (80, then 443) is asked to its end.
//!
//! Ports that a firewall drops and questions that mean nothing to a host are normal, so that ARP decides: until it is
//! answered we send the host nothing else. What else comes from the host is an answer, too. Where ARP cannot be asked
//! (beyond a router, without a raw socket) nobody is in doubt, and the coverage says so. Where our own interface has failed
//! meanwhile, or a re-check cannot be sent, nothing is said of the host but that it was not asked as planned.

use super::*;
use crate::scan::rechecks::Check;

/// The coverage's name for a re-check.
pub(super) const RECHECK: &str = "arp re-check";
/// So many hosts that became silent stop a run with the profile `clinical`.
const STOP_AT: usize = 2;

/// How a host has answered us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answered {
    /// By ARP alone.
    Arp,
    /// A question, or a connection.
    Question,
}

/// The first question that a host has not answered, and whether there was a connection among them.
pub(super) struct Owed {
    question: String,
    by_tcp: bool,
}

impl<D: Door> Run<'_, D> {
    /// A host was asked something by a datagram of its own, or over TCP without any sign of life.
    pub(super) fn owes(&mut self, host: IpAddr, question: &str, by_tcp: bool) {
        let owed = self.hosts.owed.entry(host).or_insert_with(|| Owed {
            question: question.to_owned(),
            by_tcp,
        });
        owed.by_tcp |= by_tcp;
    }

    /// A host has given a sign of life, which answers a question of ours or does not.
    pub(super) fn alive(&mut self, host: IpAddr, answers: bool) {
        self.hosts.owed.remove(&host);
        if answers {
            self.hosts.answered.insert(host, Answered::Question);
        }
        self.believe(host);
    }

    /// A host was heard by ARP. That pays no debt: what our kernel asks, to send a datagram at all, is answered after we
    /// have let go of that datagram and before the host has it.
    pub(super) fn heard_by_arp(&mut self, host: IpAddr, answers: bool) {
        if answers {
            self.hosts.answered.entry(host).or_insert(Answered::Arp);
        }
        self.believe(host);
    }

    /// A host in doubt goes on where it was.
    fn believe(&mut self, host: IpAddr) {
        if self.rechecks.answered(host) {
            self.ledger.ended(RECHECK, host, Outcome::Answered);
            self.asking.ask_again(host, [], Instant::now());
        }
    }

    /// Whether a host is in doubt from now on; `is_last`: there is nothing more to ask it.
    pub(super) fn doubts(&mut self, host: IpAddr, is_last: bool) -> bool {
        let Some(&how) = self.hosts.answered.get(&host) else {
            return false;
        };
        let odd = how == Answered::Question && !self.ledger.was_asked(RECHECK, host);
        let wary = is_last || odd || self.plan.limits.gentle;
        let owes = self.hosts.owed.get(&host).is_some_and(|owed| wary || owed.by_tcp);
        if !owes || !self.can_look_for(host) {
            return false;
        }
        let owed = self.hosts.owed.remove(&host);
        owed.is_some_and(|owed| self.rechecks.doubt(host, owed.question, Instant::now()))
    }

    fn can_look_for(&self, host: IpAddr) -> bool {
        let by_arp = |sweep: &&Sweep| matches!(sweep.presence, Presence::Arp(..));
        let mut sweeps = self.sweeps.iter().filter(by_arp);
        sweeps.any(|sweep| sweep.segment.targets.contains(host))
    }

    pub(super) async fn step_rechecks(&mut self, now: Instant, waits: &mut Vec<Instant>) -> Option<Step> {
        if self.rechecks.is_idle() || !self.is_free(Lane::Arp, waits) {
            return None;
        }
        match self.rechecks.poll(now) {
            Check::Ask(host) => self.look_again(host).await,
            Check::Gone(host, _) if self.is_cut_off(host) => self.is_not_asked_further(host),
            Check::Gone(host, after) => self.became_silent(host, after),
            Check::Wait(until) => {
                waits.push(until);
                return None;
            }
            Check::Idle => return None,
        }
        Some(Step::Sent)
    }

    async fn look_again(&mut self, host: IpAddr) {
        let (Some(interface), IpAddr::V4(target)) = (self.segment_of(host), host) else {
            return;
        };
        let packet = Packet::Arp { interface, target };
        self.mark(Mark::Checked { host });
        let bytes = packet.length();
        match self.door.send(packet).await {
            Ok(()) => self.ledger.sent(RECHECK, host, bytes),
            // Nobody is silent to what never left.
            Err(why) => {
                self.rechecks.forget(host);
                self.asking.release(host);
                self.cannot_ask(host, &why);
            }
        }
    }

    /// Whether it is this machine that may have become silent: its interface is not as it was, or its cable was pulled.
    fn is_cut_off(&self, host: IpAddr) -> bool {
        let interface = self.segment_of(host);
        interface.is_some_and(|interface| self.door.faults().contains_key(&interface))
    }

    fn is_not_asked_further(&mut self, host: IpAddr) {
        self.asking.release(host);
        self.hosts.not_asked.push(host);
    }

    fn became_silent(&mut self, host: IpAddr, after: String) {
        self.asking.release(host);
        let mark = Mark::Gone {
            host,
            after: after.clone(),
        };
        self.mark(mark);
        let coverage = &mut self.ledger.coverage;
        coverage.became_silent.insert(host.to_string(), after);
        let count = coverage.became_silent.len();
        if self.plan.limits.gentle && count >= STOP_AT {
            coverage.stopped = Some(format!(
                "{count} hosts became silent after they were asked, and the profile clinical goes no further then"
            ));
        }
    }
}
