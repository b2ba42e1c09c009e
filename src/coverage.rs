//! What was asked, what answered, and what was not looked at.
//!
//! "None found" is only ever printed beside a [`Coverage`].

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fact::Outcome;

/// Something that could not be looked at here, and what the user can do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BlindSpot {
    /// What is not seen, or seen less well.
    pub what: String,
    /// Why.
    pub why: String,
    /// What would mend it.
    pub remedy: String,
}

/// How one question fared over all hosts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Question {
    /// Hosts asked, or for a multicast question the interfaces it left by.
    pub asked: u64,
    /// Packets or connections that we originated for it.
    pub sent: u64,
    /// Bytes of these packets on the wire, headers of Ethernet, IP and UDP counted. What travels in connections is not.
    #[serde(default)]
    pub bytes: u64,
    /// How many ended in which way.
    pub outcomes: BTreeMap<Outcome, u64>,
}

/// What a run, or a part of it, sends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Datagrams, ARP requests and raw frames.
    pub packets: u64,
    /// Their bytes on the wire.
    pub bytes: u64,
    /// TCP connections.
    pub connections: u64,
}

impl std::iter::Sum for Traffic {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Traffic::default(), |all, part| Traffic {
            packets: all.packets + part.packets,
            bytes: all.bytes + part.bytes,
            connections: all.connections + part.connections,
        })
    }
}

/// What one run looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// Addresses in scope, exclusions taken off.
    pub addresses: u64,
    /// Of these, the ones on a segment of this machine: asked by ARP, or through the kernel.
    pub on_link: u64,
    /// Of these, the ones beyond a router: asked by unicast datagrams only, unless said otherwise.
    pub routed: u64,
    /// Addresses that the user excluded from the scope.
    pub excluded: u64,
    /// Addresses in scope that exist.
    pub live: u64,
    /// Addresses in scope that were asked and stayed silent.
    pub silent: u64,
    /// Addresses in scope that were asked as planned, as ranges: who is at none of them now is not there. Reports of older
    /// versions have none.
    #[serde(default)]
    pub asked: Vec<String>,
    /// Of the addresses that were asked, those beyond a router in networks (/24) of which nothing at all was heard, as
    /// ranges: nobody may be there, or there may have been no way there. Reports of older versions have none.
    #[serde(default)]
    pub unheard: Vec<String>,
    /// Addresses in scope that were not asked as planned, as ranges.
    pub not_asked: Vec<String>,
    /// Hosts that may be fragile, each with the reason: the profile `clinical` has sent them nothing beyond ARP, and
    /// nothing more once they had given a sign of it.
    pub fenced: BTreeMap<String, String>,
    /// Hosts that had answered, and then answered neither a question nor three ARP re-checks over ten seconds, each with
    /// the question.
    #[serde(default)]
    pub became_silent: BTreeMap<String, String>,
    /// Why the run ended before its time, if it did so by itself.
    #[serde(default)]
    pub stopped: Option<String>,
    /// Whether silent addresses beyond a router were asked by TCP too.
    pub silent_routed_asked_by_tcp: bool,
    /// Every question by its name (`arp`, `multicast wsd`, `unicast sadp`, `http 80` …).
    pub questions: BTreeMap<String, Question>,
    /// Replies that came.
    pub replies: u64,
    /// Replies that could not be read, by protocol. They are kept.
    pub garbled: BTreeMap<String, u64>,
    /// Replies of protocols that this version does not read, by protocol.
    pub unread: BTreeMap<String, u64>,
    /// Answers that this machine's kernel dropped before we could read them, by where.
    pub lost: BTreeMap<String, u64>,
    /// Interfaces and ranges that were left out, each with the reason.
    pub skipped: Vec<String>,
    /// What else the reader must know before "none" can be believed.
    pub notes: Vec<String>,
}

impl Coverage {
    /// Counts one question to one host that ended.
    pub fn count(&mut self, question: &str, outcome: Outcome) {
        *self
            .questions
            .entry(question.to_owned())
            .or_default()
            .outcomes
            .entry(outcome)
            .or_default() += 1;
    }

    /// What was sent, by the phases in which a run is planned.
    pub fn account(&self) -> BTreeMap<&'static str, Traffic> {
        let mut account = BTreeMap::<_, Traffic>::new();
        for (name, question) in self.questions.iter().filter(|(_, question)| question.sent > 0) {
            let part = match name.split(' ').next() {
                Some("arp") => "ARP",
                Some("kernel") => "nudges of the kernel",
                Some("multicast") => "multicast",
                Some("ethernet") => "raw Ethernet",
                Some("unicast") => "unicast",
                _ => "TCP",
            };
            let traffic = account.entry(part).or_default();
            match part {
                "TCP" => traffic.connections += question.sent,
                _ => traffic.packets += question.sent,
            }
            traffic.bytes += question.bytes;
        }
        account
    }

    /// Whether an address in scope was not asked as planned, or the run stopped by itself.
    pub fn is_incomplete(&self) -> bool {
        !self.not_asked.is_empty() || self.stopped.is_some()
    }
}

/// In a sentence no more is said of a list.
const MOST_WORDS: usize = 20;

/// The first of a list, and how many there are more: for people, where the list itself is beside it.
pub fn some_of(words: &[String]) -> String {
    let (shown, more) = words.split_at(words.len().min(MOST_WORDS));
    match more.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// So many addresses, in words.
pub fn addresses(count: u64) -> String {
    match count {
        1 => "1 address".to_owned(),
        many => format!("{many} addresses"),
    }
}
