//! What the help says beside the options, and which of them the short one has.

use clap::Arg;

pub(super) const EXIT_CODES: &str = "\
Exit codes:
    0  complete
    1  could not run, or something could not be read, written or stored
    2  wrong usage; nothing was sent
    3  incomplete: an address in scope was not asked as planned, or with --profile clinical two hosts became silent
    4  complete, but --syslog, --mail-to or --webhook was not delivered to (3, 10 and 130 win over it)
   10  what --fail-on names is the case (wins over 3); of audit verify: the store is not sound; of verify:
       the file is not what was signed
  130  interrupted (Ctrl-C or SIGTERM); what was known by then is reported";

pub(super) const SCAN_EXAMPLES: &str = "\
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

pub(super) const SHORT_HELP: &str = "\
Examples:
  camsweep scan --dry-run                        say what would be sent, send nothing
  camsweep scan 10.0.4.0/24 --exclude 10.0.4.7   one network without one address

camsweep scan --help has every option, more examples and the exit codes.";

/// Hides what is not common from the short help.
pub(super) fn only_common(arg: Arg) -> Arg {
    let common = COMMON.contains(&arg.get_id().as_str());
    arg.hide_short_help(!common)
}
