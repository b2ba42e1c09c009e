//! `camsweep hosts`: what can be typed there, and the scan that it stands for.

use std::path::PathBuf;

use clap::{Arg, Args, ValueEnum};

use super::{FormArgs, Format, LimitArgs, OutputArgs, ProfileName, ScanArgs, ScopeArgs};

/// ARP reaches no further than this machine's segments.
fn on_segments(arg: Arg) -> Arg {
    match arg.get_id().as_str() {
        "targets" => arg.help(
            "Addresses, networks (10.0.0.0/24), ranges (10.0.0.10-40) or @FILE on segments of this machine; without \
             any, all of them",
        ),
        _ => arg,
    }
}

/// `camsweep hosts`.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Scope", mut_args(on_segments))]
pub struct HostsArgs {
    /// Whom to ask.
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// Print the scope, what is sent at the most and how long it takes, and send nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Where another run on this machine asks some of the same addresses: wait for its end, in place of refusing.
    #[arg(long)]
    pub wait_for_other: bool,
    /// How careful to be; `camsweep profiles` shows what that means.
    #[arg(long, value_enum, default_value_t, help_heading = "Pace")]
    pub profile: ProfileName,
    /// ARP requests a second, in place of the profile's. Above 5000 the waits for answers shrink with it.
    #[arg(long, value_name = "N", help_heading = "Pace")]
    pub arp_rate: Option<u32>,
    /// Allow more than the profile `fast` does.
    #[arg(long, help_heading = "Pace")]
    pub i_know: bool,
    /// The form of the list.
    #[arg(long, value_enum, default_value_t, help_heading = "Report")]
    pub format: ListFormat,
    /// Write the list to this file; it is replaced when the list is whole.
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub output: Option<PathBuf>,
    /// Use this MAC registry (the IEEE's CSV) in place of the embedded one.
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub oui_file: Option<PathBuf>,
    /// Show no progress line.
    #[arg(long, help_heading = "Report")]
    pub no_progress: bool,
    /// Say more on standard error; twice for more.
    #[arg(short, long, action = clap::ArgAction::Count, help_heading = "Report")]
    pub verbose: u8,
    /// Do not have Linux deny this program execution, files elsewhere and ports for others to call (Landlock).
    #[arg(long, help_heading = "Safety")]
    pub no_sandbox: bool,
}

/// The form of a list of hosts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// A table for people.
    #[default]
    Table,
    /// One JSON document, the report of a scan that asked no questions.
    Json,
    /// A row for each host, with the columns of a scan.
    Csv,
}

impl From<ListFormat> for Format {
    fn from(format: ListFormat) -> Self {
        match format {
            ListFormat::Table => Format::Table,
            ListFormat::Json => Format::Json,
            ListFormat::Csv => Format::Csv,
        }
    }
}

impl From<HostsArgs> for ScanArgs {
    fn from(args: HostsArgs) -> Self {
        ScanArgs {
            hosts: true,
            scope: args.scope,
            dry_run: args.dry_run,
            wait_for_other: args.wait_for_other,
            no_names: true,
            limits: LimitArgs {
                profile: args.profile,
                arp_rate: args.arp_rate,
                i_know: args.i_know,
                ..LimitArgs::default()
            },
            no_progress: args.no_progress,
            no_sandbox: args.no_sandbox,
            output: OutputArgs {
                form: FormArgs {
                    format: args.format.into(),
                    output: args.output,
                    all: true,
                    ..FormArgs::default()
                },
                oui_file: args.oui_file,
                verbose: args.verbose,
                ..OutputArgs::default()
            },
            ..ScanArgs::default()
        }
    }
}
