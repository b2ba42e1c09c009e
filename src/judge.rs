//! Reading and identifying joined: live scans and `camsweep judge` both end here.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::coverage::Coverage;
use crate::fact::{Fact, Name, Reply, Said};
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
    let mut judge = Judge::new(knowledge);
    replies.iter().for_each(|reply| judge.take(reply));
    judge.finish()
}

/// What a few replies say, without a verdict.
pub fn facts_of(replies: &[Reply]) -> Vec<Fact> {
    let said = |(place, reply): (usize, &Reply)| {
        let said = Judged::default().count(reply, read_guarded(reply));
        said.into_iter().map(move |said| fact(place, said))
    };
    replies.iter().enumerate().flat_map(said).collect()
}

/// A judgement under way. Replies are read as they come; what is kept of one is what it says, not its bytes.
#[derive(Debug)]
pub struct Judge<'a> {
    knowledge: &'a Knowledge,
    replies: Vec<Reply>,
    facts: Vec<Fact>,
    judged: Judged,
}

impl<'a> Judge<'a> {
    /// A judgement by this knowledge, of no reply yet.
    pub fn new(knowledge: &'a Knowledge) -> Self {
        Judge {
            knowledge,
            replies: Vec::new(),
            facts: Vec::new(),
            judged: Judged::default(),
        }
    }

    /// Takes in one reply.
    pub fn take(&mut self, reply: &Reply) {
        self.take_read(reply, read_guarded(reply));
    }

    fn take_read(&mut self, reply: &Reply, reading: Option<Reading>) {
        let place = self.replies.len();
        let said = self
            .judged
            .count(reply, reading)
            .into_iter()
            .map(|said| fact(place, said));
        // A page that no rule knows is the bulk of what comes.
        let knowledge = self.knowledge;
        self.facts
            .extend(said.filter(|fact| fact.name != Name::HttpBody || knowledge.knows(fact)));
        self.replies.push(without_bytes(reply));
    }

    /// The verdicts on all hosts that a reply came from.
    pub fn finish(self) -> Judged {
        let knowledge = self.knowledge;
        self.finish_by(|replies, facts| identify(replies, facts, knowledge))
    }

    fn finish_by(mut self, identify: impl Fn(&[Reply], &[Fact]) -> Vec<Device>) -> Judged {
        let (replies, facts) = (&self.replies, &self.facts);
        self.judged.replies = replies.len() as u64;
        self.judged.devices =
            guarded(|| identify(replies, facts)).unwrap_or_else(|| host_by_host(replies, facts, identify));
        self.judged
    }
}

fn fact(reply: usize, said: Said) -> Fact {
    Fact {
        channel: said.channel,
        name: said.name,
        value: said.value,
        reply,
    }
}

/// The reply with a hash in place of its bytes, by which equal ones are told from others.
fn without_bytes(reply: &Reply) -> Reply {
    let mut hasher = DefaultHasher::new();
    reply.bytes.hash(&mut hasher);
    Reply {
        host: reply.host.clone(),
        protocol: reply.protocol.clone(),
        interface: reply.interface.clone(),
        asked: reply.asked.clone(),
        bytes: hasher.finish().to_be_bytes().to_vec(),
        ..*reply
    }
}

/// Reads one reply; `None` where a reader of ours panics. One odd camera must not cost the report.
pub fn read_guarded(reply: &Reply) -> Option<Reading> {
    guarded(|| read(reply))
}

/// What `work` makes of what a device sent; `None` where that panics.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
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

/// The way out where a verdict panics: each host alone, so that the odd one costs only itself.
fn host_by_host(replies: &[Reply], facts: &[Fact], identify: impl Fn(&[Reply], &[Fact]) -> Vec<Device>) -> Vec<Device> {
    let hosts: BTreeSet<&str> = replies.iter().map(|reply| reply.host.as_str()).collect();
    let judge_one = |host: &str| {
        let (replies, facts) = part_of(host, replies, facts);
        guarded(|| identify(&replies, &facts)).unwrap_or_else(|| vec![unjudged(host)])
    };
    hosts.into_iter().flat_map(judge_one).collect()
}

/// One host's replies, and its facts pointing at them.
fn part_of(host: &str, replies: &[Reply], facts: &[Fact]) -> (Vec<Reply>, Vec<Fact>) {
    let places: Vec<usize> = (0..replies.len())
        .filter(|&place| replies[place].host == host)
        .collect();
    let facts = facts.iter().filter_map(|fact| {
        let reply = places.binary_search(&fact.reply).ok()?;
        Some(Fact { reply, ..fact.clone() })
    });
    let facts = facts.collect();
    (places.into_iter().map(|place| replies[place].clone()).collect(), facts)
}

fn unjudged(host: &str) -> Device {
    Device {
        addresses: vec![host.to_owned()],
        notes: vec!["not judged because of a fault in camsweep itself".into()],
        ..Device::default()
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
        let read = |reply: &Reply| {
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
        };
        let mut judge = Judge::new(Knowledge::builtin());
        replies.iter().for_each(|reply| judge.take_read(reply, read(reply)));
        let judged = judge.finish_by(|_, _| Vec::new());
        let one = BTreeMap::from([("http".to_owned(), 1)]);
        assert_eq!(judged.replies, 6);
        assert_eq!((&judged.garbled, &judged.unread, &judged.broken), (&one, &one, &one));
    }

    #[test]
    fn a_panic_in_a_verdict_costs_one_host_only() {
        let replies = ["a", "odd", "b"].map(|host| Reply::new(host, Protocol::Tcp, ""));
        let fact = |_: &Reply| {
            let said = Said {
                channel: None,
                name: crate::fact::Name::Model,
                value: "M".into(),
            };
            Some(Reading::Facts(vec![said]))
        };
        let mut judge = Judge::new(Knowledge::builtin());
        replies.iter().for_each(|reply| judge.take_read(reply, fact(reply)));
        let judged = judge.finish_by(|replies, facts| {
            assert!(replies.iter().all(|reply| reply.host != "odd"), "an odd camera");
            let device = |fact: &Fact| Device {
                addresses: vec![replies[fact.reply].host.clone()],
                ..Device::default()
            };
            facts.iter().map(device).collect()
        });
        let words: Vec<_> = judged
            .devices
            .iter()
            .map(|device| (&device.addresses[0][..], device.notes.len()))
            .collect();
        assert_eq!(words, [("a", 0), ("b", 0), ("odd", 1)]);
    }
}
