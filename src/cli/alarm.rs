//! Whether a run is an alarm (`--fail-on`), and whether anybody is to hear of it (`--quiet-unless`, notices).

use super::Failure;
use super::args::store::{FailOn, KeepArgs, QuietUnless};
use crate::identify::Exposure;
use crate::report::is_unit;
use crate::report::model::{Ended, Report};
use crate::store::{Remembered, diff::Kind};

/// Whether what is asked for needs a store, and there is none.
///
/// # Errors
/// Names the option.
pub fn check(args: &KeepArgs) -> Result<(), Failure> {
    let stored = args.store.is_some() && !args.no_store;
    let option = match args {
        _ if stored => return Ok(()),
        args if args.quiet_unless.contains(&QuietUnless::Changed) => "--quiet-unless changed",
        args if args.fail_on.contains(&FailOn::Changed) => "--fail-on changed",
        args if args.fail_on.contains(&FailOn::New) => "--fail-on new",
        _ => return Ok(()),
    };
    Err(Failure::usage(
        format!("{option} needs a memory of the runs before"),
        "add --store, or set CAMSWEEP_STORE",
    ))
}

/// Whether the exit code is to be 10.
pub fn rings(args: &KeepArgs, report: &Report, remembered: Option<&Remembered>) -> bool {
    args.fail_on.iter().any(|what| match what {
        FailOn::Found => report.summary.units > 0,
        FailOn::Affected => is_affected(report),
        FailOn::New => remembered.is_some_and(is_new),
        FailOn::Changed => remembered.is_some_and(is_changed),
    })
}

/// Whether nothing is to be printed. A run whose memory failed is never quiet.
pub fn is_quiet(args: &KeepArgs, report: &Report, remembered: Option<&Remembered>) -> bool {
    let speaks = |what: &QuietUnless| match what {
        QuietUnless::Changed => remembered.is_none_or(is_changed),
        QuietUnless::Found => report.summary.units > 0,
        QuietUnless::Incomplete => report.ended != Ended::Complete,
    };
    !args.quiet_unless.is_empty() && !args.quiet_unless.iter().any(speaks)
}

/// Whether notices are sent: on an alarm, and where something would be printed or, without --quiet-unless, something
/// changed. A run that was not stored cannot know, and tells.
pub fn tells(args: &KeepArgs, report: &Report, remembered: Option<&Remembered>) -> bool {
    let speaks = match args.quiet_unless.is_empty() {
        true => remembered.is_none_or(is_changed),
        false => !is_quiet(args, report, remembered),
    };
    speaks || rings(args, report, remembered)
}

fn is_affected(report: &Report) -> bool {
    let mut units = report.devices.iter().filter(|device| is_unit(device));
    units.any(|device| {
        device
            .advisories
            .iter()
            .any(|advisory| advisory.verdict == Exposure::Affected)
    })
}

/// Without a baseline a unit is new once; with one it is until it is accepted, and who was accepted may come back.
fn is_new(remembered: &Remembered) -> bool {
    let mut kinds = remembered.diff.changes.iter().map(|change| change.kind);
    match &remembered.unexpected {
        Some(units) => !units.is_empty(),
        None => kinds.any(|kind| matches!(kind, Kind::New | Kind::Back)),
    }
}

fn is_changed(remembered: &Remembered) -> bool {
    !remembered.diff.changes.is_empty() || remembered.unexpected.as_ref().is_some_and(|units| !units.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Known;
    use crate::store::diff::{Change, Diff, SCHEMA};

    #[test]
    fn who_was_accepted_is_new_no_more_also_when_it_comes_back() {
        /// What happened; how many units are not in the baseline, where there is one; whether that is new, and a change.
        type Case = (&'static [Kind], Option<usize>, bool, bool);
        let table: [Case; 8] = [
            (&[], None, false, false),
            (&[Kind::New], None, true, true),
            (&[Kind::Back], None, true, true),
            (&[Kind::Gone], None, false, true),
            (&[Kind::Back], Some(0), false, true),
            (&[Kind::FirmwareChanged], Some(0), false, true),
            (&[Kind::Back], Some(1), true, true),
            (&[], Some(1), true, true),
        ];
        for (kinds, unexpected, new, changed) in table {
            let change = |kind: &Kind| Change {
                kind: *kind,
                unit: Known::default(),
                before: None,
                after: None,
                note: None,
            };
            let remembered = Remembered {
                run: 3,
                diff: Diff {
                    schema: SCHEMA.into(),
                    earlier: None,
                    later: "3".into(),
                    changes: kinds.iter().map(change).collect(),
                    not_looked_for: Vec::new(),
                },
                unexpected: unexpected.map(|count| vec![Known::default(); count]),
            };
            let alarms = (is_new(&remembered), is_changed(&remembered));
            assert_eq!(alarms, (new, changed), "{kinds:?} {unexpected:?}");
        }
    }
}
