//! What a run has to tell: the same by mail, which sends its subject and text, and by webhook, which sends all of it as
//! JSON (`camsweep.notice/1`).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::report::model::{Ended, Summary};
use crate::store::diff::Change;

/// The name and version of the format.
pub const SCHEMA: &str = "camsweep.notice/1";

/// One run, as those hear of it who were not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Notice {
    /// `camsweep.notice/1`.
    pub schema: String,
    /// The same however often it is sent: who has it already can tell.
    pub id: String,
    /// When it was made, RFC 3339.
    pub made: String,
    /// The name of the machine that ran; null where the system does not tell.
    pub machine: Option<String>,
    /// The number of the stored run; null for one that was not stored.
    pub run: Option<i64>,
    /// When the run began, RFC 3339.
    pub started: String,
    /// When it ended, RFC 3339.
    pub finished: String,
    /// How it ended.
    pub ended: Ended,
    /// The targets as ranges, one line each with the interface, or the files judged.
    pub scope: Vec<String>,
    /// One line of counts, without any text of a device.
    pub subject: String,
    /// All of it for people. What devices said is in it with controls and hidden characters written as `\u{…}`.
    pub text: String,
    /// The counts of what was found.
    pub summary: Summary,
    /// What changed; null for a run that was not stored.
    pub changed: Option<Changed>,
    /// What was looked at, one thing each.
    pub looked_at: Vec<String>,
    /// What was not looked at, or less well.
    pub not_looked_at: Vec<String>,
}

/// What changed against all that the store knew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Changed {
    /// How many of each kind, `changes_left_out` included.
    pub counts: BTreeMap<String, u64>,
    /// The changes, as in `camsweep.diff/1`. The texts are as the devices sent them.
    pub changes: Vec<Change>,
    /// How many more there are: a notice has no more than 500.
    pub changes_left_out: u64,
    /// Units known before that were not looked for, so that nothing is said of them.
    pub not_looked_for: u64,
    /// Units that were found and are not in the baseline; null where none was ever accepted.
    pub unexpected: Option<u64>,
}

impl Notice {
    /// As it is kept and sent.
    pub fn json(&self) -> String {
        serde_json::to_string(self).expect("texts, numbers and lists become JSON")
    }
}

/// A notice for the tests.
#[cfg(test)]
pub(super) fn sample() -> Notice {
    Notice {
        schema: SCHEMA.into(),
        id: "00000000-0000-4000-8000-000000000000".into(),
        made: "2026-11-25T09:00:01Z".into(),
        machine: Some("scanner".into()),
        run: Some(7),
        started: "2026-11-25T08:59:00Z".into(),
        finished: "2026-11-25T09:00:00Z".into(),
        ended: Ended::Complete,
        scope: vec!["192.0.2.0/24 on eth0".into()],
        subject: "camsweep: 1 new".into(),
        text: "1 new\n".into(),
        summary: Summary::default(),
        changed: None,
        looked_at: Vec::new(),
        not_looked_at: Vec::new(),
    }
}
