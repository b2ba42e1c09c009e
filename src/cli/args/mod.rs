//! What can be typed. Strings only: nothing here is looked up or opened.

mod form;
mod help;
pub mod hosts;
pub mod notice;
mod scan;
pub mod sign;
pub mod store;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use help::{EXIT_CODES, SCAN_EXAMPLES, SHORT_HELP, only_common};
use hosts::HostsArgs;
use notice::DeliverArgs;
use sign::{KeygenArgs, SignArgs, VerifyArgs};
use store::{AuditArgs, BaselineArgs, DiffArgs, ExportArgs, ForgetArgs, HistoryArgs, ImportArgs, ReportArgs, ShowArgs};

pub use form::{Color, Destination, FormArgs, Format, OutputArgs};
pub use scan::{LimitArgs, ProfileName, ScanArgs, ScopeArgs};

/// Finds the Hikvision and Dahua units on a network that you administer: model, serial number,
/// firmware version, how sure it is and why. It only asks; it never changes anything, and logs in
/// only where you tell it to.
#[derive(Debug, Parser)]
#[command(name = "camsweep", version, after_help = EXIT_CODES)]
pub struct Cli {
    /// Read options from this file (docs/configuration.md), in place of the user's or the machine's camsweep.toml.
    #[arg(long, value_name = "FILE", global = true, help_heading = "Configuration")]
    pub config: Option<PathBuf>,
    /// Read none from any file.
    #[arg(long, global = true, help_heading = "Configuration", conflicts_with = "config")]
    pub no_config: bool,
    /// What to do; without it, show the attached subnets and send nothing.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Sweep the attached subnets or the targets given.
    #[command(mut_args(only_common), after_help = SHORT_HELP, after_long_help = format!("{SCAN_EXAMPLES}{EXIT_CODES}"))]
    Scan(Box<ScanArgs>),
    /// List who is there, with their MAC addresses and whose those are, and ask nobody anything.
    #[command(after_help = EXIT_CODES)]
    Hosts(Box<HostsArgs>),
    /// Judge recorded replies again, without sending a packet.
    #[command(after_help = EXIT_CODES)]
    Judge(Box<JudgeArgs>),
    /// Make another form of a JSON report or of a stored run, without scanning.
    #[command(after_help = EXIT_CODES)]
    Report(ReportArgs),
    /// List the stored runs.
    History(HistoryArgs),
    /// Show what the store knows of a unit: where it was seen, and what happened to it.
    Show(ShowArgs),
    /// Say what changed: in a stored run against all before, or between two runs or reports.
    Diff(DiffArgs),
    /// Accept the units that are there now as expected.
    Baseline(BaselineArgs),
    /// Write the whole store to one file, for another store to import.
    Export(ExportArgs),
    /// Store reports that were made elsewhere or before, or what another store has exported.
    Import(ImportArgs),
    /// Make a key for signatures.
    Keygen(KeygenArgs),
    /// Sign a report, or any file, in the way of minisign.
    Sign(SignArgs),
    /// Check a signature; exit code 10 where the file is not what was signed.
    Verify(VerifyArgs),
    /// Check that the stored runs are what was stored.
    Audit(AuditArgs),
    /// Deliver the notices that are waiting, and list those that still are.
    #[command(after_help = EXIT_CODES)]
    Deliver(Box<DeliverArgs>),
    /// Forget the runs that ended before a day, and the units that only they saw.
    Forget(ForgetArgs),
    /// Show the data that verdicts rest on: the MAC registry and the makers.
    Data(DataArgs),
    /// Show the profiles: how fast each is, and why it is no faster.
    Profiles,
    /// Print the JSON schema of a format.
    Schema {
        /// Which format.
        format: SchemaOf,
    },
    /// Look after the file that options can stand in.
    Config {
        /// What to do.
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Print what a shell reads to complete this command line.
    Completions {
        /// Which shell.
        shell: Shell,
    },
    /// Print a page of the manual (roff; `man -l -` shows it).
    Man {
        /// Of which command; without one, of the program.
        command: Vec<String>,
    },
}

/// What to do with the configuration file.
#[derive(Debug, Clone, Subcommand)]
pub enum ConfigCommand {
    /// Say what it brings about, and whether a scan would take it; send nothing. Exits with 0 or 2.
    Check {
        /// Another file than the one a scan would read.
        file: Option<PathBuf>,
    },
}

/// `camsweep judge`.
#[derive(Debug, Clone, Default, Args)]
pub struct JudgeArgs {
    /// Files of reply lines (camsweep.reply/1); - is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<String>,
    /// How to report.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// `camsweep data`.
#[derive(Debug, Clone, Default, Args)]
pub struct DataArgs {
    /// Show instead what each question can bring from which family of devices, as Markdown.
    #[arg(long, conflicts_with = "oui_file")]
    pub questions: bool,
    /// Show this MAC registry (the IEEE's CSV) in place of the embedded one.
    #[arg(long, value_name = "FILE")]
    pub oui_file: Option<PathBuf>,
}

/// The formats that have a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// A line of --record.
    Reply,
    /// The document of --format json.
    Report,
    /// That of `camsweep diff --format json`.
    Diff,
    /// A line of what `camsweep export` writes, after the first.
    Export,
    /// That of --webhook.
    Notice,
}
