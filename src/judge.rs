//! Reading and identifying joined: from replies to devices, with a panic in one reply costing only that reply.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::fact::{Fact, Reply, Said};
use crate::identify::{Device, Knowledge, identify};
use crate::read::{Reading, read};

/// What replies come to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Judged {
    /// Every host that exists.
    pub devices: Vec<Device>,
    /// Replies judged.
    pub replies: u64,
    /// Replies that could not be read, by protocol.
    pub garbled: BTreeMap<String, u64>,
    /// Replies of protocols that this version does not read, by protocol.
    pub unread: BTreeMap<String, u64>,
    /// Replies that our own code failed at, by protocol.
    pub broken: BTreeMap<String, u64>,
}

/// Judges replies, wherever they come from. Nothing is sent.
pub fn judge(replies: &[Reply], knowledge: &Knowledge) -> Judged {
    let mut judged = Judged {
        replies: replies.len() as u64,
        ..Judged::default()
    };
    let mut facts = Vec::new();
    for (place, reply) in replies.iter().enumerate() {
        let (counted, said) = match read_guarded(reply) {
            Some(Reading::Facts(said)) => (None, said),
            Some(Reading::Garbled { facts, .. }) => (Some(&mut judged.garbled), facts),
            Some(Reading::Question) => (None, Vec::new()),
            Some(Reading::Unread) => (Some(&mut judged.unread), Vec::new()),
            None => (Some(&mut judged.broken), Vec::new()),
        };
        if let Some(counted) = counted {
            *counted.entry(reply.protocol.to_string()).or_default() += 1;
        }
        facts.extend(said.into_iter().map(|said| fact(said, place)));
    }
    judged.devices = identify(replies, &facts, knowledge);
    judged
}

/// What a few replies say.
pub fn facts_of(replies: &[Reply]) -> Vec<Fact> {
    let said = |reply| match read_guarded(reply) {
        Some(Reading::Facts(said) | Reading::Garbled { facts: said, .. }) => said,
        _ => Vec::new(),
    };
    let places = replies.iter().enumerate();
    places
        .flat_map(|(place, reply)| said(reply).into_iter().map(move |said| fact(said, place)))
        .collect()
}

/// Reads one reply; `None` where a reader of ours panics. One odd camera never costs the report.
pub fn read_guarded(reply: &Reply) -> Option<Reading> {
    catch_unwind(AssertUnwindSafe(|| read(reply))).ok()
}

fn fact(said: Said, reply: usize) -> Fact {
    Fact {
        name: said.name,
        value: said.value,
        reply,
    }
}
