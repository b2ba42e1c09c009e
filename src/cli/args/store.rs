//! The commands and options of the store.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};

use super::FormArgs;

/// An empty name would be taken for the usual store.
fn named(text: &str) -> Result<String, String> {
    match text.is_empty() {
        true => Err("it is empty: leave it away for no store, or say default for the usual one".to_owned()),
        false => Ok(text.to_owned()),
    }
}

/// What is no hash is in no chain, which would be taken for a chain that was made anew.
fn hash(text: &str) -> Result<String, String> {
    let is_hash = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match is_hash {
        true => Ok(text.to_owned()),
        false => Err("a link's hash has 64 hexadecimal digits".to_owned()),
    }
}

/// Which store.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Store")]
pub struct StoreArgs {
    /// The store: a file, or postgres://…; without a value, or without this option, the one of this machine or user.
    #[arg(long, value_name = "PATH|URL", num_args = 0..=1, require_equals = true, default_missing_value = "default",
        env = "CAMSWEEP_STORE", hide_env_values = true, value_parser = named)]
    pub store: Option<String>,
}

/// The file that a store was named as, which no report may replace.
fn file_of(store: Option<&str>) -> Option<&Path> {
    let is_file = |name: &&str| *name != "default" && !name.contains("://");
    store.filter(is_file).map(Path::new)
}

impl StoreArgs {
    /// The file, where one was named.
    pub fn file(&self) -> Option<&Path> {
        file_of(self.store.as_deref())
    }
}

impl KeepArgs {
    /// The file, where one was named.
    pub fn file(&self) -> Option<&Path> {
        file_of(self.store.as_deref()).filter(|_| !self.no_store)
    }
}

/// Whether a run is stored, and where.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Store")]
pub struct KeepArgs {
    /// Remember this run, and say what changed since the ones before: in a file, in postgres://…, or without a value in
    /// the store of this machine (root) or user. Not done unless asked for.
    #[arg(long, value_name = "PATH|URL", num_args = 0..=1, require_equals = true, default_missing_value = "default",
        env = "CAMSWEEP_STORE", hide_env_values = true, value_parser = named)]
    pub store: Option<String>,
    /// Do not, whatever CAMSWEEP_STORE says.
    #[arg(long)]
    pub no_store: bool,
    /// Print nothing unless this is the case; several with commas. Errors are always said.
    #[arg(long, value_enum, value_name = "WHAT", value_delimiter = ',')]
    pub quiet_unless: Vec<QuietUnless>,
    /// Exit with 10 where this is the case; several with commas.
    #[arg(long, value_enum, value_name = "WHAT", value_delimiter = ',')]
    pub fail_on: Vec<FailOn>,
}

/// What makes the exit code 10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// A Hikvision or Dahua unit, however sure.
    Found,
    /// A unit with a model and version that a published advisory names.
    Affected,
    /// A unit that the store did not know, or that was gone and came back; with a baseline any that is not in it, and
    /// no other.
    New,
    /// Any change against what the store knew; with a baseline any unit that is not in it too.
    Changed,
}

/// When something is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum QuietUnless {
    /// As with --fail-on changed.
    Changed,
    /// As with --fail-on found.
    Found,
    /// The run is incomplete, or was interrupted.
    Incomplete,
}

/// `camsweep history`.
#[derive(Debug, Clone, Default, Args)]
pub struct HistoryArgs {
    /// Say in place of the runs how many units each counted: a line of bars for each scope, complete runs only.
    #[arg(long)]
    pub chart: bool,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// `camsweep show`.
#[derive(Debug, Clone, Default, Args)]
pub struct ShowArgs {
    /// The unit: its serial number, MAC address, an address that it had, or its number in the store.
    pub device: String,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// `camsweep diff`.
#[derive(Debug, Clone, Default, Args)]
pub struct DiffArgs {
    /// The earlier and the later one: numbers of stored runs, or files (./REPORT.json). With one, what changed in that run;
    /// with none, in the one that ended last.
    #[arg(value_name = "RUN", num_args = 0..=2)]
    pub runs: Vec<String>,
    /// The form.
    #[arg(long, value_enum, default_value_t)]
    pub format: DiffFormat,
    /// Write it to this file.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// The form of what changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON document (camsweep.diff/1).
    Json,
    /// One page for a browser or the printer, with a chart of the runs over the same scope.
    Html,
}

/// `camsweep forget`.
#[derive(Debug, Clone, Default, Args)]
pub struct ForgetArgs {
    /// The day (2026-01-31, as it begins in UTC) or the time (RFC 3339) that a run must have ended before.
    #[arg(long, value_name = "DATE")]
    pub before: String,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// `camsweep import`.
#[derive(Debug, Clone, Default, Args)]
pub struct ImportArgs {
    /// Reports as --format json writes them (- is standard input) and files of camsweep export, the oldest first.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<String>,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// `camsweep export`.
#[derive(Debug, Clone, Default, Args)]
pub struct ExportArgs {
    /// The file. It has every closed run with its report, and the audit record.
    pub file: PathBuf,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// `camsweep baseline`.
#[derive(Debug, Clone, Args)]
pub struct BaselineArgs {
    /// What to do; without it, list the baselines.
    #[command(subcommand)]
    pub command: Option<BaselineCommand>,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// What to do with the baseline.
#[derive(Debug, Clone, Subcommand)]
pub enum BaselineCommand {
    /// Accept every unit that is there now as expected: --fail-on new passes over it from now on; changed does too for as
    /// long as nothing of it changes.
    Accept {
        /// Why, for who reads it later.
        #[arg(long, value_name = "TEXT", default_value = "")]
        note: String,
        /// Which store.
        #[command(flatten)]
        store: StoreArgs,
    },
}

/// `camsweep audit`.
#[derive(Debug, Clone, Args)]
pub struct AuditArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: AuditCommand,
}

/// What to do with the audit record.
#[derive(Debug, Clone, Subcommand)]
pub enum AuditCommand {
    /// Find out whether a stored run was changed, taken away or slipped in; exit code 10 where one was.
    Verify {
        /// A last link's hash that was noted before: it must still be in the chain.
        #[arg(long, value_name = "HASH", value_parser = hash)]
        noted: Option<String>,
        /// Which store.
        #[command(flatten)]
        store: StoreArgs,
    },
}

/// `camsweep report`.
#[derive(Debug, Clone, Default, Args)]
pub struct ReportArgs {
    /// A report as --format json writes it (- is standard input), or the number of a stored run.
    #[arg(value_name = "REPORT.json|RUN")]
    pub file: String,
    /// How to report.
    #[command(flatten)]
    pub form: FormArgs,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}
