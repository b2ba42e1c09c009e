//! What the program exits with.

use crate::report::model::{Ended, Report};

/// The exit codes, as `--help` lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Code {
    /// Everything in scope was asked as planned.
    Complete = 0,
    /// Could not run.
    CouldNotRun = 1,
    /// Wrong usage.
    Usage = 2,
    /// An address in scope was not asked as planned.
    Incomplete = 3,
    /// `--fail-on found`, and something was found.
    Found = 10,
    /// Interrupted by the user.
    Interrupted = 130,
}

/// The exit code that a report calls for.
pub fn code_of(report: &Report, fail_on_found: bool) -> Code {
    match report.ended {
        Ended::Interrupted => Code::Interrupted,
        _ if fail_on_found && report.summary.units > 0 => Code::Found,
        Ended::Incomplete => Code::Incomplete,
        Ended::Complete => Code::Complete,
    }
}
