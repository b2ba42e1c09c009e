//! What came during a run, and the account of what was asked.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use crate::coverage::Coverage;
use crate::fact::{Outcome, Protocol, Reply};
use crate::judge::read_guarded;
use crate::read::Reading;

/// The most replies that are kept of one host by one protocol. A device has no honest reason for more.
const MAX_PER_HOST: usize = 24;
/// The most hosts outside the targets that are kept: whoever floods us with made-up senders ends here.
const MAX_STRANGERS: usize = 1024;

/// Replies in the order they came, and who was asked what.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    replies: Vec<Reply>,
    by_host: HashMap<String, Vec<usize>>,
    strangers: HashSet<String>,
    asked: HashSet<(IpAddr, String)>,
    answered: HashSet<(IpAddr, String)>,
    /// Interfaces, and the questions to everybody that left by them.
    left_by: HashSet<(String, String)>,
    pub(super) coverage: Coverage,
}

/// What became of a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// It is evidence now.
    Yes,
    /// It says nothing new, or too much came from that host.
    No,
    /// It was a question, ours or another scanner's.
    Question,
}

impl Ledger {
    /// Takes a reply in, if it is one and says something new.
    pub(super) fn keep(&mut self, reply: Reply) -> Kept {
        if matches!(read_guarded(&reply), Some(Reading::Question)) {
            return Kept::Question;
        }
        let known = self.by_host.get(&reply.host).map(Vec::as_slice).unwrap_or_default();
        let same_protocol = || {
            known
                .iter()
                .map(|&place| &self.replies[place])
                .filter(|old| old.protocol == reply.protocol)
        };
        // A certificate is shown at every connection, whatever is asked.
        let same_question = |old: &Reply| old.asked == reply.asked || reply.protocol == Protocol::Certificate;
        if same_protocol().any(|old| old.bytes == reply.bytes && same_question(old)) {
            return Kept::No;
        }
        let is_new_stranger = reply.off_target && !self.strangers.contains(&reply.host);
        if same_protocol().count() >= MAX_PER_HOST || (is_new_stranger && self.strangers.len() >= MAX_STRANGERS) {
            *self
                .coverage
                .lost
                .entry("replies over the cap of one host or of strangers".into())
                .or_default() += 1;
            return Kept::No;
        }
        if is_new_stranger {
            self.strangers.insert(reply.host.clone());
        }
        self.by_host
            .entry(reply.host.clone())
            .or_default()
            .push(self.replies.len());
        self.replies.push(reply);
        Kept::Yes
    }

    /// The latest reply.
    pub(super) fn latest(&self) -> Option<&Reply> {
        self.replies.last()
    }

    /// All replies of one host.
    pub(super) fn of(&self, host: IpAddr) -> Vec<Reply> {
        let places = self
            .by_host
            .get(&host.to_string())
            .map(Vec::as_slice)
            .unwrap_or_default();
        places.iter().map(|&place| self.replies[place].clone()).collect()
    }

    /// Counts a packet of so many bytes to a host, and the host once for the question.
    pub(super) fn sent(&mut self, question: &str, host: IpAddr, bytes: u64) {
        let first = self.asked.insert((host, question.to_owned()));
        self.sent_to_nobody(question, first, bytes);
    }

    /// Counts a connection to a host, and the host once for the question.
    pub(super) fn connected(&mut self, question: &str, host: IpAddr) {
        self.sent(question, host, 0);
    }

    /// Whether a host that exists was asked this.
    pub(super) fn was_asked(&self, question: &str, host: IpAddr) -> bool {
        self.asked.contains(&(host, question.to_owned()))
    }

    /// A host turned out to exist that was asked this before, as [`Ledger::sent_to_nobody`] has counted.
    pub(super) fn remember(&mut self, question: &str, host: IpAddr) {
        self.asked.insert((host, question.to_owned()));
    }

    /// Counts a packet to an address that may not exist. Nothing is remembered of it.
    pub(super) fn sent_to_nobody(&mut self, question: &str, first: bool, bytes: u64) {
        let entry = self.coverage.questions.entry(question.to_owned()).or_default();
        entry.sent += 1;
        entry.bytes += bytes;
        entry.asked += u64::from(first);
    }

    /// Counts a packet to everybody on an interface, and the interface once for the question.
    pub(super) fn sent_to_everybody(&mut self, question: &str, interface: &str, bytes: u64) {
        let first = self.left_by.insert((interface.to_owned(), question.to_owned()));
        self.sent_to_nobody(question, first, bytes);
    }

    /// Counts the end of a question to a host, once.
    pub(super) fn ended(&mut self, question: &str, host: IpAddr, outcome: Outcome) {
        if self.answered.insert((host, question.to_owned())) {
            self.coverage.count(question, outcome);
        }
    }

    /// Closes the account: who was asked and has no other end was silent.
    pub(super) fn close(mut self) -> (Vec<Reply>, Coverage) {
        for (name, question) in &mut self.coverage.questions {
            let ended: u64 = question.outcomes.values().sum();
            let silent = question.asked.saturating_sub(ended);
            if silent > 0 && !is_to_everybody(name) {
                *question.outcomes.entry(Outcome::Silent).or_default() += silent;
            }
        }
        self.coverage.replies = self.replies.len() as u64;
        (self.replies, self.coverage)
    }
}

/// Whether a question goes to all who are on a segment, so that nobody knows who was silent.
pub(super) fn is_to_everybody(question: &str) -> bool {
    question.starts_with("multicast ") || question.starts_with("ethernet ")
}

/// How a datagram reply came off: read, or garbled, or beyond us.
pub(super) fn outcome_of(reply: &Reply) -> Outcome {
    match read_guarded(reply) {
        None => Outcome::Broken,
        Some(Reading::Garbled { .. }) => Outcome::Garbled,
        Some(_) => Outcome::Answered,
    }
}
