//! What came during a run, and the account of what was asked.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::IpAddr;

use crate::coverage::Coverage;
use crate::fact::{Outcome, Protocol, Reply};
use crate::judge::read_guarded;
use crate::read::Reading;

use super::Ranges;
use super::room::{CRUSH, CRUSH_OF_PAGES, IN_A_CRUSH, Known, OF_A_PAGE, conversation_bytes, datagram_bytes};

/// The most hosts outside the targets that are kept: whoever floods us with made-up senders ends here.
const MAX_STRANGERS: usize = 256;
/// Where makers put a unit that nobody has addressed yet (Hikvision's activation manual, Dahua's quick start guide): of all
/// strangers these are looked for, and no flood of others takes their place.
const FACTORY: [&str; 3] = ["192.168.1.64", "192.0.0.64", "192.168.1.108"];

/// Of more strangers than are kept, so many are reported.
const SAMPLE: usize = 16;
/// From so many dropped replies on, a host is said to flood.
const FLOOD: u64 = 100;
/// The most hosts that are named as flooding.
const MOST_NAMED: usize = 16;
/// What the coverage calls the replies that were not kept.
const OVER_THE_CAP: &str = "replies over the cap of one host or of strangers";

/// Replies in the order they came, and who was asked what.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    replies: Vec<Reply>,
    by_host: HashMap<String, Vec<usize>>,
    /// The bytes of all datagrams, and of all that was said in conversations.
    datagram_bytes: usize,
    conversation_bytes: usize,
    /// The replies of which less was kept than came, because too much had come.
    shortened: HashSet<usize>,
    strangers: HashSet<String>,
    /// How many replies were dropped, of whom, and how many of them came from strangers.
    dropped: BTreeMap<String, u64>,
    dropped_of_strangers: u64,
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
    pub(super) fn keep(&mut self, mut reply: Reply) -> Kept {
        // Before it is read: a flood must not cost more than its counting.
        if self.is_too_much(&reply) {
            self.drop(&reply);
            return Kept::No;
        }
        if matches!(read_guarded(&reply), Some(Reading::Question)) {
            return Kept::Question;
        }
        let is_shortened = self.shorten(&mut reply);
        if self.known(&reply).has_it() {
            return Kept::No;
        }
        if reply.off_target && !self.strangers.contains(&reply.host) {
            self.strangers.insert(reply.host.clone());
        }
        if is_shortened {
            self.shortened.insert(self.replies.len());
        }
        self.datagram_bytes += datagram_bytes(&reply);
        self.conversation_bytes += conversation_bytes(&reply);
        self.by_host
            .entry(reply.host.clone())
            .or_default()
            .push(self.replies.len());
        self.replies.push(reply);
        Kept::Yes
    }

    /// Whether a reply finds no place any more, whatever it says.
    pub(super) fn is_too_much(&self, reply: &Reply) -> bool {
        let is_new_stranger = reply.off_target && !self.strangers.contains(&reply.host);
        if is_new_stranger && self.strangers.len() >= MAX_STRANGERS && !is_factory(&reply.host) {
            return true;
        }
        let known = self.known(reply);
        // A part of a certificate is none.
        let is_too_long = reply.protocol == Protocol::Certificate
            && self.is_crush_of_pages(reply)
            && reply.bytes.len() > known.room_in_a_crush();
        is_too_long || !known.has_place(self.datagram_bytes > CRUSH)
    }

    fn known<'a>(&'a self, reply: &'a Reply) -> Known<'a, impl Iterator<Item = &'a Reply> + Clone> {
        let places = self.by_host.get(&reply.host).map(Vec::as_slice).unwrap_or_default();
        Known::new(places.iter().map(|&place| &self.replies[place]), reply)
    }

    fn is_crush_of_pages(&self, reply: &Reply) -> bool {
        self.conversation_bytes + conversation_bytes(reply) > CRUSH_OF_PAGES
    }

    /// Leaves of a page in a crush no more than facts need. Whether it was longer.
    fn shorten(&self, reply: &mut Reply) -> bool {
        if reply.protocol.is_datagram() || !self.is_crush_of_pages(reply) {
            return false;
        }
        let room = self.known(reply).room_in_a_crush();
        let is_longer = reply.bytes.len() > room && reply.protocol != Protocol::Certificate;
        if is_longer {
            reply.bytes.truncate(room);
            reply.bytes.shrink_to_fit();
            reply.cut = true;
        }
        is_longer
    }

    /// Counts a reply that found no place.
    pub(super) fn drop(&mut self, reply: &Reply) {
        let lost = self.coverage.lost.entry(OVER_THE_CAP.into()).or_default();
        *lost += 1;
        if reply.off_target && !self.strangers.contains(&reply.host) {
            self.dropped_of_strangers += 1;
        } else if let Some(count) = self.dropped.get_mut(&reply.host) {
            *count += 1;
        } else {
            self.dropped.insert(reply.host.clone(), 1);
        }
    }

    /// Leaves the first few strangers: as many as show what the others are like.
    fn keep_a_sample_of_strangers(&mut self) {
        let mut sample = HashSet::new();
        self.replies.retain(|reply| {
            let has_room = sample.len() < SAMPLE;
            !reply.off_target
                || is_factory(&reply.host)
                || sample.contains(&reply.host)
                || (has_room && sample.insert(reply.host.clone()))
        });
    }

    /// What the reader must know of floods: replies that nobody has an honest reason to send.
    fn floods(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.dropped_of_strangers > 0 {
            notes.push(format!(
                "More than {MAX_STRANGERS} hosts outside the targets were heard, with {} replies that were not kept: somebody \
                 may be making hosts up, and {SAMPLE} of them stand for all. To look for those that exist, scan their network.",
                self.dropped_of_strangers
            ));
        }
        let (floods, other): (Vec<_>, Vec<_>) = self.dropped.iter().partition(|(_, count)| **count >= FLOOD);
        let named = floods.len().min(MOST_NAMED);
        notes.extend(floods[..named].iter().map(|(host, count)| {
            format!(
                "{count} further replies in the name of {host} were not kept: it, or somebody in its name, floods this \
                 machine, and what is said of it may be made up."
            )
        }));
        notes.extend(left_out(&[&floods[named..], &other].concat()));
        notes
    }

    /// The replies that the door did not read to their end.
    pub(super) fn cut(&self) -> impl Iterator<Item = &Reply> {
        let replies = self.replies.iter().enumerate();
        let by_door = replies.filter(|(place, reply)| reply.cut && !self.shortened.contains(place));
        by_door.map(|(_, reply)| reply)
    }

    /// That less was kept of pages than came.
    pub(super) fn shortened(&self) -> Option<String> {
        let hosts = self
            .shortened
            .iter()
            .filter_map(|&place| self.replies[place].host.parse::<IpAddr>().ok());
        let addresses = hosts.collect::<Ranges>().words().join(", ");
        (!addresses.is_empty()).then(|| {
            format!(
                "More than {} MiB of pages came: of a page no more than its first {} KiB were kept from then on, and less \
                 of a host that had said {} KiB; what the rest said is not known, of {addresses}.",
                CRUSH_OF_PAGES >> 20,
                OF_A_PAGE >> 10,
                IN_A_CRUSH >> 10,
            )
        })
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
        if self.dropped_of_strangers > 0 {
            self.keep_a_sample_of_strangers();
        }
        let floods = self.floods();
        self.coverage.notes.extend(floods);
        self.coverage.replies = self.replies.len() as u64;
        (self.replies, self.coverage)
    }
}

/// That more came from hosts than is kept of one, too little to be a flood.
fn left_out(dropped: &[(&String, &u64)]) -> Option<String> {
    let word = |(host, count): &(&String, &u64)| format!("{host} ({count})");
    let named: Vec<String> = dropped.iter().take(MOST_NAMED).map(word).collect();
    let more = match dropped.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!dropped.is_empty()).then(|| {
        format!(
            "More replies came than are kept of one host, and what the others said is not known, of {}{more}.",
            named.join(", ")
        )
    })
}

fn is_factory(host: &str) -> bool {
    FACTORY.contains(&host)
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

#[cfg(test)]
mod tests;
