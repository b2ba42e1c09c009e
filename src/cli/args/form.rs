//! The form of a report, and where it goes.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::{Args, ValueEnum};

use super::notice::NoticeArgs;
use super::store::KeepArgs;
use crate::cli::outbox::SyslogTo;

/// How a report is written.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Report")]
pub struct FormArgs {
    /// The form of the report.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Write the report to this file; it is replaced when the report is whole.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write the report to a file in this form as well (html=cctv.html); may be given again.
    #[arg(long, value_name = "FORMAT=FILE")]
    pub report: Vec<Destination>,
    /// Say that everything found is at this site.
    #[arg(long, value_name = "NAME", conflicts_with = "sites", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub site: Option<String>,
    /// Say which network is at which site (docs/formats.md), and which sites are sensitive.
    #[arg(long, value_name = "FILE")]
    pub sites: Option<PathBuf>,
    /// Hold what was found against this policy too (docs/adding-a-policy.md); may be given again.
    #[arg(long, value_name = "FILE")]
    pub policy: Vec<PathBuf>,
    /// Keep an asset register (.csv or .xlsx): what people wrote into it stays, what this run found is merged into it, and
    /// the file from before is kept as FILE.bak.
    #[arg(long, value_name = "FILE", conflicts_with = "redact")]
    pub register: Option<PathBuf>,
    /// When the run is over, send each host as a CEF event by syslog (RFC 5424) to a collector of your own, or write them
    /// to a file, one a line; it is replaced when it is whole.
    #[arg(long, value_name = "udp://HOST:PORT|tcp://…|tls://…|FILE")]
    pub syslog: Option<SyslogTo>,
    /// Verify the collector of tls:// by these certificates (PEM) in place of the system's.
    #[arg(long, value_name = "FILE", requires = "syslog")]
    pub syslog_ca: Option<PathBuf>,
    /// List hosts of no known camera maker too (json, ndjson, ocsf, ecs and cef always do).
    #[arg(long)]
    pub all: bool,
    /// Leave serial numbers, addresses, MAC addresses, host names, sites and places out of the report (not out of --record).
    #[arg(long)]
    pub redact: bool,
    /// Colour in the table.
    #[arg(long, value_enum, default_value_t)]
    pub color: Color,
}

/// How a report is made.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Report")]
pub struct OutputArgs {
    /// How it is written.
    #[command(flatten)]
    pub form: FormArgs,
    /// Use this MAC registry (the IEEE's CSV) in place of the embedded one.
    #[arg(long, value_name = "FILE")]
    pub oui_file: Option<PathBuf>,
    /// Say more on standard error; twice for more.
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// What is remembered of it, and what of it is an alarm.
    #[command(flatten)]
    pub keep: KeepArgs,
    /// Whom it tells.
    #[command(flatten)]
    pub notice: NoticeArgs,
}

impl OutputArgs {
    /// The files that are read.
    pub fn inputs(&self) -> impl Iterator<Item = &Path> {
        let notices = self.notice.inputs().map(PathBuf::as_path);
        self.oui_file
            .as_deref()
            .into_iter()
            .chain(notices)
            .chain(self.keep.file())
    }
}

/// The form of a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table for people.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// A line for the run, then one for each device.
    Ndjson,
    /// A line for each host as an event of OCSF (Device Inventory Info, class 5001).
    Ocsf,
    /// The same as an event of ECS, the Elastic Common Schema (8.16.0).
    Ecs,
    /// The same as an event of CEF, the Common Event Format; --syslog sends it.
    Cef,
    /// The counts as gauges for Prometheus' text file collector.
    Prometheus,
    /// The asset register: a row for each device.
    Csv,
    /// The same as a workbook, with what was looked at on a sheet of its own; needs --output.
    Xlsx,
    /// Tables and lists for a ticket or a wiki.
    Markdown,
    /// One page of counts by site, maker and kind, for a request for information (Markdown; no addresses).
    Foi,
    /// One page for a browser or the printer, which needs no other file.
    Html,
}

/// A file, and the form of the report in it: `html=cctv.html`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The form.
    pub format: Format,
    /// The file.
    pub file: PathBuf,
}

impl FromStr for Destination {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form = text.split_once('=').filter(|(_, file)| !file.is_empty());
        let (format, file) = form.ok_or("it is written FORMAT=FILE, as in html=cctv.html")?;
        let known = || Format::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let names: Vec<String> = known().map(|format| format.get_name().to_owned()).collect();
        Ok(Destination {
            format: <Format as ValueEnum>::from_str(format, false)
                .map_err(|_| format!("{format:?} is no format; there are {}", names.join(", ")))?,
            file: file.into(),
        })
    }
}

/// When to use colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}
