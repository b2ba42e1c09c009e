//! A notice in the words of a run.

use jiff::Timestamp;

use crate::cli::history::{counted, happened};
use crate::deliver::notice::{Changed, Notice, SCHEMA};
use crate::report::escape::escape;
use crate::report::model::Report;
use crate::report::outline;
use crate::store::Remembered;

/// The most changes that a notice has. The store has them all.
const MAX_CHANGES: usize = 500;
/// The most that its text names; a mail is read by people.
const MAX_NAMED: usize = 100;

/// What a run has to tell. `remembered`: what the store says of it, where it was stored.
pub(super) fn notice(
    report: &Report,
    remembered: Option<&Remembered>,
    machine: Option<String>,
    now: Timestamp,
) -> Notice {
    let [looked_at, not_looked_at] = outline::looked_at(report).map(|section| section.lines);
    Notice {
        schema: SCHEMA.into(),
        id: uuid::Uuid::new_v4().to_string(),
        made: now.to_string(),
        run: remembered.map(|remembered| remembered.run),
        started: report.started.clone(),
        finished: report.finished.clone(),
        ended: report.ended,
        scope: report.plan.scope.clone(),
        subject: subject(report, remembered, machine.as_deref()),
        text: text(report, remembered, machine.as_deref(), [&looked_at, &not_looked_at]),
        summary: report.summary.clone(),
        changed: remembered.map(changed),
        machine,
        looked_at,
        not_looked_at,
    }
}

fn changed(remembered: &Remembered) -> Changed {
    let diff = &remembered.diff;
    let mut counts = std::collections::BTreeMap::new();
    for change in &diff.changes {
        *counts.entry(change.kind.to_string()).or_default() += 1;
    }
    Changed {
        counts,
        changes: diff.changes.iter().take(MAX_CHANGES).cloned().collect(),
        changes_left_out: diff.changes.len().saturating_sub(MAX_CHANGES) as u64,
        not_looked_for: diff.not_looked_for.len() as u64,
        unexpected: remembered.unexpected.as_ref().map(|units| units.len() as u64),
    }
}

fn subject(report: &Report, remembered: Option<&Remembered>, machine: Option<&str>) -> String {
    let on = machine
        .map(|machine| format!(" on {}", escape(machine)))
        .unwrap_or_default();
    let what = match remembered {
        Some(remembered) => counts(remembered),
        None => format!("{} unit(s); not stored, so not compared", report.summary.units),
    };
    format!("camsweep{on}: {what} ({})", report.ended)
}

/// The changes by kind, and where nothing else speaks what is not in the baseline.
fn counts(remembered: &Remembered) -> String {
    let unexpected = remembered.unexpected.as_ref().filter(|units| !units.is_empty());
    let unexpected = unexpected.map(|units| format!(", {} not in the baseline", units.len()));
    counted(&remembered.diff) + &unexpected.unwrap_or_default()
}

fn text(
    report: &Report,
    remembered: Option<&Remembered>,
    machine: Option<&str>,
    [looked_at, not_looked_at]: [&[String]; 2],
) -> String {
    let mut text = String::new();
    match remembered {
        Some(remembered) => changes(&mut text, remembered),
        None => text.push_str("The run was not stored, so it is not known what changed.\n"),
    }
    text.push_str(&format!("\n{}\n", escape(&outline::headline(report))));
    list(&mut text, &outline::by_maker(report));
    for (heading, lines) in [("Looked at", looked_at), ("Not looked at, or less well", not_looked_at)] {
        if !lines.is_empty() {
            text.push_str(&format!("\n{heading}:\n"));
            list(&mut text, lines);
        }
    }
    let on = machine
        .map(|machine| format!(" on {}", escape(machine)))
        .unwrap_or_default();
    let (started, finished) = (escape(&report.started), escape(&report.finished));
    text.push_str(&format!("\n-- \ncamsweep{on}, from {started} to {finished}\n"));
    if let Some(run) = remembered.map(|remembered| remembered.run) {
        text.push_str(&format!("There: camsweep diff {run}, camsweep report {run}\n"));
    }
    text
}

fn changes(text: &mut String, remembered: &Remembered) {
    text.push_str(&format!(
        "Run {}, against all that was known before it: {}\n",
        remembered.run,
        counts(remembered)
    ));
    let changes = &remembered.diff.changes;
    text.extend(
        changes
            .iter()
            .take(MAX_NAMED)
            .map(|change| format!("  {}\n", happened(change))),
    );
    if let Some(more) = changes.len().checked_sub(MAX_NAMED).filter(|more| *more > 0) {
        text.push_str(&format!("  and {more} more\n"));
    }
}

fn list(text: &mut String, lines: &[String]) {
    text.extend(lines.iter().map(|line| format!("  {}\n", escape(line))));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{NASTY, behind, camera, report, tampered};
    use crate::store::Known;
    use crate::store::diff::{self, Change, Diff, Kind};

    fn remembered(units: impl Iterator<Item = Known>) -> Remembered {
        let change = |unit: Known| Change {
            kind: Kind::FirmwareChanged,
            before: unit.firmware.clone(),
            after: unit.model.clone(),
            note: unit.serial.clone(),
            unit,
        };
        Remembered {
            run: 7,
            diff: Diff {
                schema: diff::SCHEMA.into(),
                earlier: None,
                later: "7".into(),
                changes: units.map(change).collect(),
                not_looked_for: vec![Known::default()],
            },
            unexpected: Some(vec![Known::default()]),
        }
    }

    fn of(report: &Report, remembered: Option<&Remembered>) -> Notice {
        notice(report, remembered, Some("scanner".into()), Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn nasty_strings_stay_in_their_line_and_out_of_the_subject() {
        for said in NASTY {
            let report = report(vec![tampered(said), behind(said)]);
            let told = remembered(report.devices.iter().map(Known::from));
            let notice = of(&report, Some(&told));
            assert_eq!(
                notice.subject,
                "camsweep on scanner: 2 with other firmware, 1 known unit(s) not looked for, 1 not in the baseline (complete)"
            );
            assert_eq!(
                notice.text.replace('\n', ""),
                escape(&notice.text.replace('\n', "")),
                "{said:?}"
            );
            let lines = notice.text.lines().count();
            assert!(
                lines <= lines_of_the_harmless(),
                "{said:?} makes lines of its own: {}",
                notice.text
            );
            let again: Notice = serde_json::from_str(&notice.json()).unwrap();
            assert_eq!(again, notice);
        }
    }

    fn lines_of_the_harmless() -> usize {
        let report = report(vec![tampered("x"), behind("x")]);
        let told = remembered(report.devices.iter().map(Known::from));
        of(&report, Some(&told)).text.lines().count()
    }

    #[test]
    fn a_notice_of_many_changes_is_cut_and_says_so() {
        let report = report(vec![camera()]);
        let told = remembered((0..600).map(|_| Known::from(&camera())));
        let notice = of(&report, Some(&told));
        let changed = notice.changed.unwrap();
        assert_eq!((changed.changes.len(), changed.changes_left_out), (500, 100));
        assert_eq!(changed.counts["firmware-changed"], 600);
        assert_eq!(notice.text.matches("firmware-changed: ").count(), 100);
        assert!(notice.text.contains("\n  and 500 more\n"), "{}", notice.text);
    }

    #[test]
    fn none_found_never_stands_without_what_was_looked_at() {
        let report = report(Vec::new());
        let notice = of(&report, None);
        assert!(notice.subject.contains("not stored") && notice.changed.is_none());
        let text = &notice.text;
        let parts = [
            "not known what changed",
            "No Hikvision or Dahua unit was found",
            "Looked at:",
            "Not looked at",
        ];
        assert!(parts.iter().all(|part| text.contains(part)), "{text}");
    }
}
