//! What the program exits with.

use super::Failure;
use crate::report::model::{Ended, Report};

/// How a command ends: by a code, or by a failure that has one.
pub type Exit = Result<Code, Failure>;

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
    /// An address in scope was not asked as planned, or the run stopped by itself.
    Incomplete = 3,
    /// The run is complete, and what it found could not be handed on (`--syslog`, `--mail-to`, `--webhook`).
    NotDelivered = 4,
    /// What `--fail-on` names is the case, or an audit found a fault.
    Alarm = 10,
    /// Interrupted by the user.
    Interrupted = 130,
}

/// The exit code that a report calls for. `alarm`: what `--fail-on` names is the case.
pub fn code_of(report: &Report, alarm: bool) -> Code {
    match report.ended {
        Ended::Interrupted => Code::Interrupted,
        _ if alarm => Code::Alarm,
        Ended::Incomplete => Code::Incomplete,
        Ended::Complete => Code::Complete,
    }
}

impl Code {
    /// What becomes of it where the delivery failed: whatever calls for a look already goes on to do so.
    pub fn undelivered(self) -> Code {
        match self {
            Code::Complete => Code::NotDelivered,
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::Coverage;
    use crate::report::{Run, assemble};

    fn report(interrupted: bool, not_asked: bool) -> Report {
        assemble(Run {
            interrupted,
            coverage: Coverage {
                not_asked: not_asked.then(|| "10.0.0.9".to_owned()).into_iter().collect(),
                ..Coverage::default()
            },
            ..Run::begun("scan", Vec::new(), jiff::Timestamp::UNIX_EPOCH)
        })
    }

    #[test]
    fn a_failed_delivery_takes_the_place_of_success_only() {
        assert_eq!(Code::Complete.undelivered(), Code::NotDelivered);
        for code in [Code::Incomplete, Code::Alarm, Code::Interrupted] {
            assert_eq!(code.undelivered(), code);
        }
    }

    #[test]
    fn the_code_follows_the_report() {
        let table = [
            ((false, false), false, Code::Complete),
            ((false, false), true, Code::Alarm),
            ((false, true), false, Code::Incomplete),
            ((false, true), true, Code::Alarm),
            ((true, true), true, Code::Interrupted),
        ];
        for ((interrupted, not_asked), alarm, code) in table {
            assert_eq!(code_of(&report(interrupted, not_asked), alarm), code);
        }
    }
}
