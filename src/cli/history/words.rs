//! What changed, and how many units there were, for people.

use jiff::Timestamp;

use crate::report::escape::escape;
use crate::store::diff::{Change, Diff, Kind};
use crate::store::{Census, Count, Known};

/// The most units that are named where they are only counted otherwise.
const NAMED: usize = 20;
/// The most lines of a chart, and the longest bar in characters.
const LINES: usize = 40;
const BAR: u64 = 40;

/// To the second: that is how precisely runs are told apart by people.
pub(in crate::cli) fn day(time: &str) -> String {
    let time = time
        .parse::<Timestamp>()
        .map(|time| time.strftime("%Y-%m-%d %H:%M:%S").to_string());
    time.unwrap_or_else(|_| "?".to_owned())
}

/// How much changed, without a word of whom.
pub fn sums(diff: &Diff) -> String {
    let than = match &diff.earlier {
        Some(earlier) => format!("from {} to {}", escape(earlier), escape(&diff.later)),
        None => format!("in run {}, against all that was known before it", diff.later),
    };
    format!("{than}: {}\n", counted(diff))
}

/// What changed, for people.
pub fn words(diff: &Diff) -> String {
    let mut text = sums(diff);
    for change in &diff.changes {
        text.push_str(&format!("  {}\n", happened(change)));
    }
    let unasked = &diff.not_looked_for;
    if !unasked.is_empty() {
        text.push_str("  not looked for where they were, so nothing is said of them:\n");
        text.extend(unasked.iter().take(NAMED).map(|unit| format!("    {}\n", name(unit))));
    }
    if let Some(more) = unasked.len().checked_sub(NAMED).filter(|more| *more > 0) {
        text.push_str(&format!("    and {more} more\n"));
    }
    text
}

pub(in crate::cli) fn counted(diff: &Diff) -> String {
    let kinds = [
        (Kind::New, "new"),
        (Kind::Back, "back"),
        (Kind::Gone, "gone"),
        (Kind::Moved, "moved"),
        (Kind::FirmwareChanged, "with other firmware"),
        (Kind::ActivationChanged, "with other activation"),
        (Kind::LoginRefused, "refusing the login"),
    ];
    let count = |kind: Kind| diff.changes.iter().filter(|change| change.kind == kind).count();
    let counts = kinds.into_iter().filter(|(kind, _)| count(*kind) > 0);
    let mut counts: Vec<String> = counts.map(|(kind, word)| format!("{} {word}", count(kind))).collect();
    if counts.is_empty() {
        counts.push("nothing changed".to_owned());
    }
    if !diff.not_looked_for.is_empty() {
        counts.push(format!("{} known unit(s) not looked for", diff.not_looked_for.len()));
    }
    counts.join(", ")
}

pub(in crate::cli) fn happened(change: &Change) -> String {
    let values = match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!(": {} → {}", escape(before), escape(after)),
        _ => String::new(),
    };
    let note = change
        .note
        .as_ref()
        .map(|note| format!(" ({})", escape(note)))
        .unwrap_or_default();
    format!("{}: {}{values}{note}", change.kind, name(&change.unit))
}

pub(super) fn name(unit: &Known) -> String {
    let maker = unit.maker.as_deref().map(crate::report::maker_name);
    let serial = unit.serial.as_ref().map(|serial| format!("serial {serial}"));
    let place = unit.place();
    let parts = [
        Some(place.as_str()),
        maker,
        unit.model.as_deref(),
        serial.as_deref(),
        unit.mac.as_deref(),
    ];
    let parts: Vec<&str> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    escape(&parts.join(", ")).into_owned()
}

/// How many units the runs counted, a bar each; of many the ones with another count than the one before.
pub(super) fn chart(all: &[Census]) -> String {
    if all.is_empty() {
        return "no complete run yet\n".to_owned();
    }
    let texts: Vec<String> = all.iter().map(line_of_bars).collect();
    texts.join("\n")
}

fn line_of_bars(census: &Census) -> String {
    let most = census.counts.iter().map(|count| count.units + count.maybe).max();
    let mut text = format!("{}\n", escape(&sum(census)));
    let steps = steps(&census.counts);
    let shown = steps.len().min(LINES);
    if steps.len() > shown {
        text.push_str(&format!(
            "  the last {shown} of {} that differ from the one before\n",
            steps.len()
        ));
    }
    for count in &steps[steps.len() - shown..] {
        let bar = |units: u64, of: &str| of.repeat((units * BAR).div_ceil(most.unwrap_or_default().max(1)) as usize);
        let maybe = match count.maybe {
            0 => String::new(),
            maybe => format!(" + {maybe} known, not looked for"),
        };
        text.push_str(&format!(
            "  {}  run {:>4}  {:>5}  {}{}{maybe}\n",
            day(&count.finished),
            count.run,
            count.units,
            bar(count.units, "█"),
            bar(count.maybe, "░"),
        ));
    }
    text
}

/// `10.0.4.0-10.0.4.255 on eth0: 12 complete run(s), 47 → 12 units`.
pub(super) fn sum(census: &Census) -> String {
    let counts = &census.counts;
    let ends = counts.first().zip(counts.last());
    let units = ends.map_or_else(String::new, |(first, last)| {
        format!("{} → {} units", first.units, last.units)
    });
    let mut place = census.sites.join(", ");
    if let Some(origin) = &census.origin {
        place = format!("imported store {}", origin.get(..12).unwrap_or(origin));
    }
    if !place.is_empty() {
        place.push_str(": ");
    }
    let scope = census.scope.join("; ");
    format!("{place}{scope}: {} complete run(s), {units}", counts.len())
}

/// The first run, the last one, and all that counted otherwise than the one before.
pub(super) fn steps(counts: &[Count]) -> Vec<&Count> {
    let differs = |place: usize| {
        let of = |place: usize| (counts[place].units, counts[place].maybe);
        place == 0 || place + 1 == counts.len() || of(place) != of(place - 1)
    };
    (0..counts.len())
        .filter(|place| differs(*place))
        .map(|place| &counts[place])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn census(counts: &[(u64, u64)]) -> Census {
        let count = |(run, (units, maybe)): (i64, &(u64, u64))| Count {
            run,
            finished: format!("2026-01-{run:02}T09:00:00Z"),
            units: *units,
            maybe: *maybe,
        };
        Census {
            scope: vec!["10.0.0.1-10.0.0.254 on eth0".into()],
            sites: Vec::new(),
            origin: None,
            counts: (1..).zip(counts).map(count).collect(),
        }
    }

    #[test]
    fn a_removal_is_drawn_without_the_runs_that_changed_nothing() {
        let text = chart(&[census(&[(40, 0), (40, 0), (40, 0), (20, 10), (10, 0)])]);
        let expected = format!(
            "10.0.0.1-10.0.0.254 on eth0: 5 complete run(s), 40 → 10 units\n\
             \x20 2026-01-01 09:00:00  run    1     40  {}\n\
             \x20 2026-01-04 09:00:00  run    4     20  {}{} + 10 known, not looked for\n\
             \x20 2026-01-05 09:00:00  run    5     10  {}\n",
            "█".repeat(40),
            "█".repeat(20),
            "░".repeat(10),
            "█".repeat(10)
        );
        assert_eq!(text, expected);
        assert!(chart(&[]).contains("no complete run"));
        assert!(chart(&[census(&[(0, 0)])]).contains("0 → 0 units"));
    }
}
