//! What earlier runs of one scan have done, so that the next goes on where they ended and asks nobody twice.
//!
//! A run tells its watcher each [`Mark`] before it does what the mark says: whoever reads the marks back may believe
//! that something was asked which was not (the run was killed between the two), never the other way round.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::fact::{Protocol, Reply};
use crate::probe::tcp::{Question, Talked};

use super::asking::Place;
use super::rounds;

/// The most marks of one round over a range: beyond as many addresses a mark stands for several.
const MARKS_TO_A_ROUND: u64 = 4096;

/// One step of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Mark {
    /// So many addresses of a range are asked in a round over it, in the order that it has.
    Reached {
        /// Who asks, and the size of the range: `arp eth0 254`, `kernel eth0 254`, `passes 1024`.
        part: String,
        /// The round, counted from 0.
        round: usize,
        /// So many.
        steps: u64,
    },
    /// A host that the passes had asked so often has shown that it exists, and leaves them.
    Found {
        /// The host.
        host: IpAddr,
        /// So often.
        passes: usize,
    },
    /// A host is asked this by datagram.
    Asked {
        /// The host.
        host: IpAddr,
        /// The question and which of its asks, by their places.
        place: Place,
    },
    /// It is decided that a host is not asked this.
    LeftOut {
        /// The host.
        host: IpAddr,
        /// The question.
        place: Place,
    },
    /// A host that does not answer any more is looked for by ARP.
    Checked {
        /// The host.
        host: IpAddr,
    },
    /// A host is asked this over TCP.
    Talking {
        /// The host.
        host: IpAddr,
        /// The question.
        question: Question,
    },
    /// That question has ended, and its replies are kept.
    Talked {
        /// The host.
        host: IpAddr,
        /// How many of its connections have gone unanswered, since the first question.
        dropped: u32,
        /// How many HTTP requests it has had, since the first question.
        pages: u32,
    },
    /// A host became silent after it was asked something: it is let alone.
    Gone {
        /// The host.
        host: IpAddr,
        /// What it was asked.
        after: String,
    },
    /// The user stopped the run, and all that was under way has ended.
    Stopped,
    /// Nothing is left to ask.
    Complete,
}

/// Where the conversation with a host over TCP stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Conversation {
    pub(super) talked: Talked,
    pub(super) pages: u32,
    /// A question that was begun and of whose end nothing is known.
    pub(super) open: Option<Question>,
}

/// All that earlier runs have done. Empty for the first.
#[derive(Debug, Clone, Default)]
pub struct Past {
    pub(super) replies: Vec<Reply>,
    pub(super) reached: BTreeMap<String, rounds::Place>,
    pub(super) found: HashMap<IpAddr, usize>,
    pub(super) asked: HashMap<IpAddr, Vec<Place>>,
    pub(super) conversations: HashMap<IpAddr, Conversation>,
    /// How often hosts were looked for that did not answer any more.
    pub(super) checked: HashMap<IpAddr, usize>,
    /// Hosts that became silent, and after what.
    pub(super) gone: BTreeMap<IpAddr, String>,
    /// Hosts from which nothing had come since they were last asked, and whether that was over TCP.
    pub(super) owing: HashMap<IpAddr, bool>,
    /// The last run ended by itself or by the user, not by a kill.
    pub(super) ended: bool,
    complete: bool,
}

impl Past {
    /// Takes in a reply, in the order in which they came.
    pub fn take_reply(&mut self, reply: Reply) {
        let by_others = matches!(reply.protocol, Protocol::Arp | Protocol::Neighbour | Protocol::Dns);
        if let Some(host) = reply.host.parse().ok().filter(|_| !by_others) {
            self.owing.remove(&host);
        }
        self.replies.push(reply);
    }

    /// Takes in a mark, in the order in which they were made.
    pub fn take(&mut self, mark: Mark) {
        self.ended = matches!(mark, Mark::Stopped | Mark::Complete);
        match mark {
            Mark::Reached { part, round, steps } => drop(self.reached.insert(part, (round, steps))),
            Mark::Found { host, passes } => drop(self.found.insert(host, passes)),
            Mark::Asked { host, place } => {
                self.asked.entry(host).or_default().push(place);
                self.owing.entry(host).or_default();
            }
            Mark::LeftOut { host, place } => self.asked.entry(host).or_default().push(place),
            Mark::Checked { host } => {
                *self.checked.entry(host).or_default() += 1;
                self.owing.remove(&host);
            }
            Mark::Talking { host, question } => {
                self.owing.insert(host, true);
                let conversation = self.conversations.entry(host).or_default();
                conversation.open = Some(question);
                conversation.talked.asked.push(question);
            }
            Mark::Talked { host, dropped, pages } => {
                let conversation = self.conversations.entry(host).or_default();
                conversation.open = None;
                if conversation.talked.dropped == dropped as usize {
                    self.owing.remove(&host);
                }
                conversation.talked.dropped = dropped as usize;
                conversation.pages = pages;
            }
            Mark::Gone { host, after } => drop(self.gone.insert(host, after)),
            Mark::Stopped => {}
            Mark::Complete => self.complete = true,
        }
    }

    /// Whether nothing is left to ask.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// What is kept and how far it has come, in one line.
    pub fn words(&self) -> String {
        let hosts: HashSet<&IpAddr> = self.asked.keys().chain(self.conversations.keys()).collect();
        let kept = format!("replies kept: {}; hosts asked: {}", self.replies.len(), hosts.len());
        let rounds = self.reached.iter().map(|(part, (round, steps))| match steps {
            0 => format!("{part:?}: rounds that are over: {round}"),
            steps => format!("{part:?}: {steps} of round {}", round + 1),
        });
        [kept].into_iter().chain(rounds).collect::<Vec<_>>().join("; ")
    }

    /// Whether there was no run before.
    pub fn is_empty(&self) -> bool {
        self.replies.is_empty() && self.reached.is_empty() && self.asked.is_empty() && self.conversations.is_empty()
    }
}

/// How many addresses one mark of a round stands for, in a scope of this size: a power of two.
pub(super) fn grain(addresses: u64) -> u64 {
    (addresses / MARKS_TO_A_ROUND).max(1).next_power_of_two()
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn a_mark_stands_for_one_address_in_a_20_and_for_few_in_a_16() {
        for (addresses, expected) in [
            (0, 1),
            (254, 1),
            (4096, 1),
            (65_534, 16),
            (1 << 24, 4096),
            (1 << 32, 1 << 20),
        ] {
            assert_eq!(grain(addresses), expected, "{addresses}");
        }
    }

    #[test]
    fn a_question_is_open_until_its_end_is_marked() {
        let host = Ipv4Addr::new(10, 0, 0, 5).into();
        let mut past = Past::default();
        let question = Question::Banner;
        past.take(Mark::Talking { host, question });
        assert_eq!(past.conversations[&host].open, Some(question));
        past.take(Mark::Talked {
            host,
            dropped: 2,
            pages: 3,
        });
        let conversation = &past.conversations[&host];
        assert_eq!(
            (conversation.open, conversation.pages, conversation.talked.dropped),
            (None, 3, 2)
        );
        assert!(!past.ended && !past.is_complete() && !past.is_empty());
        past.take(Mark::Complete);
        assert!(past.ended && past.is_complete());
    }
}
