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
    /// An address in scope was not asked as planned, or the run stopped by itself.
    Incomplete = 3,
    /// The run is complete, and `--syslog` could not hand on what it found.
    NotDelivered = 4,
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
    use crate::identify::Device;
    use crate::report::model::PlanSummary;
    use crate::report::{Run, assemble};

    fn report(interrupted: bool, not_asked: bool, found: bool) -> Report {
        let unit = Device {
            maker: Some("dahua".into()),
            ..Device::default()
        };
        assemble(Run {
            oui_data: String::new(),
            started: jiff::Timestamp::UNIX_EPOCH,
            finished: jiff::Timestamp::UNIX_EPOCH,
            interrupted,
            plan: PlanSummary::default(),
            coverage: Coverage {
                not_asked: not_asked.then(|| "10.0.0.9".to_owned()).into_iter().collect(),
                ..Coverage::default()
            },
            blind_spots: Vec::new(),
            devices: found.then_some(unit).into_iter().collect(),
        })
    }

    #[test]
    fn a_failed_delivery_takes_the_place_of_success_only() {
        assert_eq!(Code::Complete.undelivered(), Code::NotDelivered);
        for code in [Code::Incomplete, Code::Found, Code::Interrupted] {
            assert_eq!(code.undelivered(), code);
        }
    }

    #[test]
    fn the_code_follows_the_report() {
        let table = [
            ((false, false, true), false, Code::Complete),
            ((false, false, true), true, Code::Found),
            ((false, false, false), true, Code::Complete),
            ((false, true, true), false, Code::Incomplete),
            ((false, true, true), true, Code::Found),
            ((true, true, true), true, Code::Interrupted),
        ];
        for ((interrupted, not_asked, found), fail_on_found, code) in table {
            assert_eq!(code_of(&report(interrupted, not_asked, found), fail_on_found), code);
        }
    }
}
