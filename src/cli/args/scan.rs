//! `camsweep scan`: what can be typed there, and which files that names.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::OutputArgs;
use crate::cli::outbox::SyslogTo;

/// Whom a run may ask.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Scope")]
pub struct ScopeArgs {
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
}

/// `camsweep scan`.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Scope")]
pub struct ScanArgs {
    /// Only list who is there: `camsweep hosts`.
    #[arg(skip)]
    pub hosts: bool,
    /// Whom to ask.
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// Print the scope, what each phase sends at the most and how long it takes, and send nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// With --dry-run: the report of the run before, to say what to expect of known hosts.
    #[arg(long, value_name = "REPORT.json", requires = "dry_run")]
    pub known: Option<String>,
    /// Ask silent addresses beyond a router by TCP too; not in the profile `clinical`.
    #[arg(long)]
    pub probe_silent: bool,
    /// Open no TCP connection: tables, listening, ARP and discovery datagrams only.
    #[arg(long, conflicts_with_all = ["probe_silent", "login", "credentials", "connections", "connection_rate", "pages"])]
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
    /// The files that are read.
    pub fn inputs(&self) -> impl Iterator<Item = &Path> {
        let lists = self.scope.targets.iter().chain(&self.scope.exclude);
        let lists = lists.filter_map(|target| target.strip_prefix('@')).map(Path::new);
        let files = [&self.credentials, &self.config].into_iter().flatten();
        let files = files.map(PathBuf::as_path);
        lists.chain(files).chain(self.output.inputs())
    }

    /// The files that it writes.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        let form = &self.output.form;
        let reports = form.report.iter().map(|report| &report.file);
        let events = form.syslog.iter().filter_map(SyslogTo::file);
        reports
            .chain(&form.output)
            .chain(&form.register)
            .chain(&self.record)
            .chain(&self.resume)
            .chain(events)
    }

    /// Those that a scan alone writes, each with its option.
    pub fn kept(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        let kept = [("--record", &self.record), ("--resume", &self.resume)];
        kept.into_iter()
            .filter_map(|(option, file)| Some((option, file.as_deref()?)))
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
