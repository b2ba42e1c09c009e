//! The report, as every writer gets it and as `--format json` prints it: `camsweep.report/1`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::coverage::{BlindSpot, Coverage};
use crate::identify::Device;

/// The name and version of the report format.
pub const SCHEMA: &str = "camsweep.report/1";

/// The longest report that is read, in bytes: one of a whole /16, each address a device, has some 110 million.
pub const MAX_LENGTH: u64 = 256 << 20;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Ended {
    /// Everything in scope was asked as planned.
    Complete,
    /// An address in scope was not asked as planned, or the run stopped by itself.
    Incomplete,
    /// The user stopped it.
    Interrupted,
}

/// The program that made the report, and the data it judged by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// `camsweep`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The date of the MAC registry that it carries, or the file given in its place.
    pub oui_data: String,
    /// The dates of the advisories that it carries, and of the list of exploited ones.
    pub advisories_data: String,
}

/// What was planned.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlanSummary {
    /// `scan`, `hosts` or `judge`.
    pub command: String,
    /// The targets as ranges, one line each with the interface, or the files judged.
    pub scope: Vec<String>,
    /// The exclusions.
    pub excluded: Vec<String>,
    /// Interfaces and ranges that were left out, each with the reason.
    pub skipped: Vec<String>,
    /// The most that the plan could send, in words.
    pub budget: Vec<String>,
    /// What the program gave up before the first packet (privileges, core dumps, writing elsewhere), in words.
    #[serde(default)]
    pub given_up: Vec<String>,
}

/// The counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Hosts that exist.
    pub hosts: u64,
    /// Cameras that only their recorder speaks of; whatever is counted below counts them too.
    pub behind_recorders: u64,
    /// Hikvision and Dahua units at any confidence.
    pub units: u64,
    /// Units by maker, then by confidence.
    pub by_maker: std::collections::BTreeMap<String, MakerCount>,
    /// Units whose firmware is known.
    pub with_firmware: u64,
    /// Units without an administrator's password.
    pub not_activated: u64,
    /// Devices that run firmware named in an advisory that is known to be exploited.
    pub exploited: u64,
    /// Units by the age of their firmware, where its build date is known.
    pub by_firmware_age: std::collections::BTreeMap<String, u64>,
}

/// One maker's counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MakerCount {
    /// Sure.
    pub confirmed: u64,
    /// Likely.
    pub probable: u64,
    /// A weak sign only.
    pub possible: u64,
}

/// A place, as the user named it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Site {
    /// Its name.
    pub name: String,
    /// Its networks; none where everything is there.
    pub networks: Vec<String>,
    /// Whether the user marked it as sensitive.
    pub sensitive: bool,
}

/// A policy that devices were held against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyText {
    /// Its short name: `us-ndaa-889`.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// The class of equipment that it names.
    pub class: String,
    /// Why certain makers are taken to be meant.
    pub basis: String,
    /// What it leaves open, and what cannot be seen from the network.
    pub limits: String,
    /// Where it can be read.
    pub source: String,
    /// When it was last compared with what it is taken from, `YYYY-MM-DD`.
    pub date: String,
}

/// One run, as it is handed on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// `camsweep.report/1`.
    pub schema: String,
    /// What made it.
    pub tool: Tool,
    /// When the run began, RFC 3339.
    pub started: String,
    /// When it ended, RFC 3339.
    pub finished: String,
    /// How it ended.
    pub ended: Ended,
    /// What was planned.
    pub plan: PlanSummary,
    /// What was looked at.
    pub coverage: Coverage,
    /// The sites that the user named; reports of older versions have none.
    #[serde(default)]
    pub sites: Vec<Site>,
    /// The policies that devices were held against; reports of older versions have none.
    #[serde(default)]
    pub policies: Vec<PolicyText>,
    /// What could not be looked at.
    pub blind_spots: Vec<BlindSpot>,
    /// The counts.
    pub summary: Summary,
    /// Every host that exists.
    pub devices: Vec<Device>,
}
