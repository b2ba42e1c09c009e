//! What can be typed. Strings only: nothing here is looked up or opened.

pub mod hosts;
pub mod notice;
pub mod sign;
pub mod store;

use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::outbox::SyslogTo;
use clap::{Arg, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use hosts::HostsArgs;
use notice::{DeliverArgs, NoticeArgs};
use sign::{KeygenArgs, SignArgs, VerifyArgs};
use store::{
    AuditArgs, BaselineArgs, DiffArgs, ExportArgs, ForgetArgs, HistoryArgs, ImportArgs, KeepArgs, ReportArgs, ShowArgs,
};

const EXIT_CODES: &str = "\
Exit codes:
    0  complete
    1  could not run, or something could not be read, written or stored
    2  wrong usage; nothing was sent
    3  incomplete: an address in scope was not asked as planned, or with --profile clinical two hosts became silent
    4  complete, but --syslog, --mail-to or --webhook was not delivered to (3, 10 and 130 win over it)
   10  what --fail-on names is the case (wins over 3); of audit verify: the store is not sound; of verify:
       the file is not what was signed
  130  interrupted (Ctrl-C or SIGTERM); what was known by then is reported";

const SCAN_EXAMPLES: &str = "\
Examples:
  camsweep scan                                  the subnets this machine is attached to
  camsweep scan 10.0.4.0/24 --exclude 10.0.4.7   one network without one address
  camsweep scan 10.0.0.10-40 @school.txt         a range and a file of targets
  camsweep scan 2001:db8::20 fd00:10::/120       an address and a network of IPv6
  camsweep scan --dry-run                        say what would be sent, send nothing
  camsweep scan 10.0.0.0/16 --yes-large --resume state    go on there after an interruption
  camsweep scan --login hikvision:audit@10.0.4.0/24    log in once on each confirmed unit there
  camsweep scan --report json=cameras.json --report html=cameras.html --record replies.ndjson
  camsweep scan --store --quiet-unless changed,incomplete    from cron: speak only when something changed

";

/// What `scan -h` shows; `--help` shows all.
const COMMON: &[&str] = &[
    "targets",
    "exclude",
    "interface",
    "yes_large",
    "dry_run",
    "passive",
    "l2_sadp",
    "credentials",
    "login",
    "profile",
    "resume",
    "record",
    "format",
    "output",
    "report",
    "register",
    "all",
    "redact",
    "store",
    "quiet_unless",
    "fail_on",
    "config",
    "help",
];

const SHORT_HELP: &str = "\
Examples:
  camsweep scan --dry-run                        say what would be sent, send nothing
  camsweep scan 10.0.4.0/24 --exclude 10.0.4.7   one network without one address

camsweep scan --help has every option, more examples and the exit codes.";

fn only_common(arg: Arg) -> Arg {
    let common = COMMON.contains(&arg.get_id().as_str());
    arg.hide_short_help(!common)
}

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

/// `camsweep scan`.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Scope")]
pub struct ScanArgs {
    /// Only list who is there: `camsweep hosts`.
    #[arg(skip)]
    pub hosts: bool,
    /// Addresses, networks (10.0.0.0/24, fd00:10::/120), ranges (10.0.0.10-40) or @FILE; without any, all attached IPv4
    /// subnets.
    #[arg(help_heading = "Targets")]
    pub targets: Vec<String>,
    /// Leave these out; same forms as targets.
    #[arg(long, value_name = "TARGET")]
    pub exclude: Vec<String>,
    /// Use only this interface; may be given again.
    #[arg(long, value_name = "NAME")]
    pub interface: Vec<String>,
    /// Allow more than 4096 addresses.
    #[arg(long)]
    pub yes_large: bool,
    /// Print the scope, what each phase sends at the most and how long it takes, and send nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// With --dry-run: the report of the run before, to say what to expect of known hosts.
    #[arg(long, value_name = "REPORT.json", requires = "dry_run")]
    pub known: Option<String>,
    /// Ask silent addresses beyond a router by TCP too.
    #[arg(long)]
    pub probe_silent: bool,
    /// Open no TCP connection: tables, listening, ARP and discovery datagrams only.
    #[arg(long, conflicts_with_all = ["probe_silent", "login", "credentials"])]
    pub no_tcp: bool,
    /// Only listen: send nothing at all, join no group, and report what neighbours say by themselves.
    #[arg(long, conflicts_with_all = [
        "probe_silent", "no_tcp", "l2_sadp", "login", "credentials", "profile", "arp_rate", "rate", "host_rate",
        "connections", "connection_rate", "pages", "allow_port", "i_know",
    ])]
    pub passive: bool,
    /// How long to listen. UPnP devices announce themselves every quarter of an hour, others at their start only.
    #[arg(long = "for", value_name = "SECONDS", requires = "passive", default_value_t = 30,
        value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub listen: u64,
    /// Look for Hikvision units by raw Ethernet too, which finds those with an address of another network or with none;
    /// needs CAP_NET_RAW (sudo).
    #[arg(long)]
    pub l2_sadp: bool,
    /// Ask by link-local multicast over IPv6 too: WS-Discovery and multicast DNS. Who answers only so is listed, and asked no
    /// more.
    #[arg(long, conflicts_with = "passive")]
    pub ipv6: bool,
    /// Where another run on this machine asks some of the same addresses: wait for its end, in place of refusing.
    #[arg(long, conflicts_with = "passive")]
    pub wait_for_other: bool,
    /// Do not ask reverse DNS for host names.
    #[arg(long)]
    pub no_names: bool,
    /// Log in with what this file has (docs/logins.md): only on confirmed units in the scope of an entry, once each.
    #[arg(long, value_name = "FILE", help_heading = "Logins", conflicts_with = "login")]
    pub credentials: Option<PathBuf>,
    /// The same for one login; the password comes from CAMSWEEP_PASSWORD or is asked for, never from here.
    #[arg(long, value_name = "MAKER:USER@SCOPE", help_heading = "Logins")]
    pub login: Option<String>,
    /// How fast.
    #[command(flatten)]
    pub limits: LimitArgs,
    /// Write each reply to this file, one a line, for `camsweep judge`.
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub record: Option<PathBuf>,
    /// Keep what is asked and heard in this file, and go on from there when started again with it after an interruption,
    /// so that nobody is asked twice (docs/formats.md).
    #[arg(long, value_name = "FILE", conflicts_with_all = ["login", "credentials", "passive"])]
    pub resume: Option<PathBuf>,
    /// Show no progress line.
    #[arg(long, help_heading = "Report")]
    pub no_progress: bool,
    /// Do not have Linux deny this program execution, files elsewhere and ports for others to call (Landlock).
    #[arg(long, help_heading = "Safety")]
    pub no_sandbox: bool,
    /// How to report.
    #[command(flatten)]
    pub output: OutputArgs,
    /// The file that some of this comes from.
    #[arg(skip)]
    pub config: Option<PathBuf>,
}

impl ScanArgs {
    /// The files that it writes.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        let form = &self.output.form;
        let reports = form.report.iter().map(|report| &report.file);
        let scans = self.record.iter().chain(&self.resume);
        let events = form.syslog.iter().filter_map(SyslogTo::file);
        reports
            .chain(&form.output)
            .chain(&form.register)
            .chain(scans)
            .chain(events)
    }
}

/// How much of the network a run may use.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Pace")]
pub struct LimitArgs {
    /// How careful to be; `camsweep profiles` shows what that means. The values below take the place of single ones.
    #[arg(long, value_enum, default_value_t)]
    pub profile: ProfileName,
    /// ARP requests a second.
    #[arg(long, value_name = "N")]
    pub arp_rate: Option<u32>,
    /// Datagrams a second, in all.
    #[arg(long, value_name = "N")]
    pub rate: Option<u32>,
    /// Datagrams and new connections a second, to one host.
    #[arg(long, value_name = "N")]
    pub host_rate: Option<u32>,
    /// TCP connections open at one time, in all; to one host it is always one.
    #[arg(long, value_name = "N")]
    pub connections: Option<u32>,
    /// New TCP connections a second.
    #[arg(long, value_name = "N")]
    pub connection_rate: Option<u32>,
    /// HTTP requests to one host, without a login.
    #[arg(long, value_name = "N")]
    pub pages: Option<u32>,
    /// Allow connections to a port that is otherwise never touched (printers, control systems, medical records), where a
    /// device announces it as its own; may be given again.
    #[arg(long, value_name = "PORT", conflicts_with = "no_tcp")]
    pub allow_port: Vec<u16>,
    /// Allow more than the profile `fast` does.
    #[arg(long)]
    pub i_know: bool,
}

/// A profile.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, strum::IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum ProfileName {
    /// Among devices that may be fragile: slow, TCP only where a sign says camera, and medical devices, controls and
    /// printers hear no unicast beyond ARP.
    Clinical,
    /// In a network like any other.
    #[default]
    Standard,
    /// Where the network and its devices are known to be sound.
    Fast,
}

impl ProfileName {
    /// As it is typed.
    pub fn name(self) -> &'static str {
        self.into()
    }
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

impl ScanArgs {
    /// The files that are read.
    pub fn inputs(&self) -> impl Iterator<Item = &Path> {
        let lists = self.targets.iter().chain(&self.exclude);
        let lists = lists.filter_map(|target| target.strip_prefix('@')).map(Path::new);
        let files = [&self.credentials, &self.output.oui_file, &self.config];
        let files = files.into_iter().flatten().map(PathBuf::as_path);
        let notices = self.output.notice.inputs().map(PathBuf::as_path);
        lists.chain(files).chain(notices).chain(self.output.keep.file())
    }
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
