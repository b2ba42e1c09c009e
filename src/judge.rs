//! Reading and identifying joined: live scans and `camsweep judge` both end here.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::coverage::Coverage;
use crate::fact::{Fact, Reply, Said};
use crate::identify::{Device, Knowledge, identify};
use crate::read::{Reading, read};

/// What the replies amount to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judged {
    /// Every host that a reply came from, with its verdict.
    pub devices: Vec<Device>,
    /// How many replies there were.
    pub replies: u64,
    /// Replies that could not be read to the end, by protocol.
    pub garbled: BTreeMap<String, u64>,
    /// Replies of protocols that this version does not read, by protocol.
    pub unread: BTreeMap<String, u64>,
    /// Replies that a fault of our own kept us from reading, by protocol.
    pub broken: BTreeMap<String, u64>,
}

/// Reads every reply and folds what they say into verdicts. Nothing is sent.
pub fn judge(replies: &[Reply], knowledge: &Knowledge) -> Judged {
    judge_by(replies, knowledge, read_guarded)
}

/// What a few replies say, without a verdict.
pub fn facts_of(replies: &[Reply]) -> Vec<Fact> {
    let mut judged = Judged::default();
    judged.read_all(replies, read_guarded)
}

/// Reads one reply; `None` where a reader of ours panics. One odd camera must not cost the report.
pub fn read_guarded(reply: &Reply) -> Option<Reading> {
    guarded(|| read(reply))
}

fn guarded(reading: impl FnOnce() -> Reading) -> Option<Reading> {
    catch_unwind(AssertUnwindSafe(reading)).ok()
}

fn judge_by(replies: &[Reply], knowledge: &Knowledge, read: impl Fn(&Reply) -> Option<Reading>) -> Judged {
    let mut judged = Judged {
        replies: replies.len() as u64,
        ..Judged::default()
    };
    let facts = judged.read_all(replies, read);
    judged.devices = identify(replies, &facts, knowledge);
    judged
}

impl Judged {
    /// Enters the counts of replies into the coverage.
    pub fn count_into(&self, coverage: &mut Coverage) {
        coverage.replies = self.replies;
        add(&mut coverage.garbled, &self.garbled);
        add(&mut coverage.unread, &self.unread);
        for (protocol, count) in &self.broken {
            coverage.notes.push(format!(
                "{count} {protocol} replies could not be read because of a fault in camsweep itself; --record keeps \
                 them for a report of the fault"
            ));
        }
    }

    fn read_all(&mut self, replies: &[Reply], read: impl Fn(&Reply) -> Option<Reading>) -> Vec<Fact> {
        let mut facts = Vec::new();
        for (place, reply) in replies.iter().enumerate() {
            let said = self.count(reply, read(reply));
            facts.extend(said.into_iter().map(|said| Fact {
                name: said.name,
                value: said.value,
                reply: place,
            }));
        }
        facts
    }

    fn count(&mut self, reply: &Reply, reading: Option<Reading>) -> Vec<Said> {
        let (counts, said) = match reading {
            Some(Reading::Facts(said)) => return said,
            Some(Reading::Question) => return Vec::new(),
            Some(Reading::Garbled { facts, .. }) => (&mut self.garbled, facts),
            Some(Reading::Unread) => (&mut self.unread, Vec::new()),
            None => (&mut self.broken, Vec::new()),
        };
        *counts.entry(reply.protocol.to_string()).or_default() += 1;
        said
    }
}

fn add(sums: &mut BTreeMap<String, u64>, counts: &BTreeMap<String, u64>) {
    for (protocol, count) in counts {
        *sums.entry(protocol.clone()).or_default() += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::Protocol;

    #[test]
    fn every_reading_is_counted_and_a_panic_costs_one_reply_only() {
        let replies = ["facts", "garbled", "question", "unread", "panic", "facts"]
            .map(|word| Reply::new(format!("host-{word}"), Protocol::Http, word));
        let judged = judge_by(&replies, Knowledge::builtin(), |reply| {
            guarded(|| match reply.bytes.as_slice() {
                b"facts" => Reading::Facts(Vec::new()),
                b"garbled" => Reading::Garbled {
                    facts: Vec::new(),
                    why: "half of it is missing",
                },
                b"question" => Reading::Question,
                b"unread" => Reading::Unread,
                _ => panic!("an odd camera"),
            })
        });
        let one = BTreeMap::from([("http".to_owned(), 1)]);
        assert_eq!(judged.replies, 6);
        assert_eq!((&judged.garbled, &judged.unread, &judged.broken), (&one, &one, &one));
    }
}
