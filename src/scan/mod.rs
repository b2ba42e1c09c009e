//! One run: who is there, what they say of themselves, and when to stop asking.

mod asking;
mod chorus;
mod ids;
mod kernel;
mod ledger;
mod past;
mod plan;
mod promptness;
mod rechecks;
mod room;
mod rounds;
mod run;
mod signs;
mod steering;
mod targets;
mod walk;

pub use crate::ranges::Ranges;
pub use chorus::LISTEN;
pub use kernel::{PATIENCE as HELD, room};
pub use past::{Mark, Past};
pub use plan::{Plan, Segment};
pub use rechecks::{REQUESTS as RECHECKS, REQUESTS_IN_ALL as RECHECKS_IN_ALL};
pub use rounds::{MANY, Tempo};
pub use run::{ARP, ASKED_AGAIN, resume, scan};
pub use steering::{LEG, SAMPLE};
pub use targets::{TargetError, parse_exclusions, parse_targets};

use crate::coverage::{BlindSpot, Coverage};
use crate::fact::Reply;

/// What a run brought.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// Every reply, in the order they came.
    pub replies: Vec<Reply>,
    /// What was looked at.
    pub coverage: Coverage,
    /// What could not be looked at.
    pub blind_spots: Vec<BlindSpot>,
    /// The user stopped the run.
    pub interrupted: bool,
}

/// Where a run stands, for people who wait for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// What is being done, in a few words.
    pub phase: &'static str,
    /// Addresses asked so far.
    pub asked: u64,
    /// Addresses to ask.
    pub total: u64,
    /// Hosts that exist, so far.
    pub hosts: u64,
    /// Hosts that gave a sign of being a Hikvision or Dahua unit, so far.
    pub units: u64,
    /// Requests a second to addresses that have not shown that they exist, of late.
    pub per_second: u64,
    /// An estimate of what is left, in seconds.
    pub seconds_left: u64,
}

/// Who is told what happens while it happens.
pub trait Watcher: Send {
    /// A reply has come.
    fn reply(&mut self, reply: &Reply);
    /// The run has moved on.
    fn progress(&mut self, progress: &Progress);
    /// A reply that an earlier run of the same scan has heard.
    fn recalled(&mut self, reply: &Reply) {
        self.reply(reply);
    }
    /// The run is about to do this. Only a run that can be resumed says so.
    fn mark(&mut self, _: &Mark) {}
}
