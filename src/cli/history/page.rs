//! What changed, as a page that can be handed on: the same look as the report's.

use maud::{Markup, html};

use super::words::{counted, day, name, steps, sum};
use crate::report::html::chart::{Column, columns};
use crate::report::html::page::{Part, Text, list, page as whole};
use crate::store::diff::{Change, Diff, Kind};
use crate::store::{Census, Count};

const TITLE: &str = "What changed among the cameras found by camsweep";
/// The most columns of the chart: of more runs the latest.
const COLUMNS: usize = 120;

/// The page. `census`: the runs over the scope of the later one.
pub(super) fn page(diff: &Diff, census: &Option<Census>) -> String {
    let mut parts: Vec<Part> = vec![("changes", "What changed", changes(diff))];
    parts.extend(census.iter().map(|census| ("units", "Units over time", units(census))));
    parts.push(("silence", "What nothing is said of", silence(diff)));
    parts.push(("method", "How it is compared", method()));
    whole(TITLE, &header(diff), &parts)
}

fn header(diff: &Diff) -> Markup {
    let than = match &diff.earlier {
        Some(earlier) => format!("From {earlier} to {}", diff.later),
        None => format!("In run {}, against all that was known before it", diff.later),
    };
    html! {
        p.headline { (Text(&counted(diff))) }
        p.muted { (Text(&than)) "." }
    }
}

fn changes(diff: &Diff) -> Markup {
    let gone = diff.changes.iter().filter(|change| change.kind == Kind::Gone).count();
    html! {
        @if diff.changes.is_empty() { p { "Nothing, as far as was looked." } } @else {
            div.wide role="region" aria-label="Table of changes" tabindex="0" {
                table {
                    caption { "Changes (" (diff.changes.len()) ")" }
                    thead { tr { @for name in ["Change", "Unit", "Before", "After", "To note"] { th scope="col" { (name) } } } }
                    tbody { @for change in &diff.changes { (row(change)) } }
                }
            }
        }
        @if gone > 0 {
            p.muted { "Gone is who was at none of its addresses, all of which were asked: it may be switched off." }
        }
    }
}

fn row(change: &Change) -> Markup {
    let value = |value: &Option<String>| value.clone().unwrap_or_default();
    html! {
        tr {
            th scope="row" { (change.kind.to_string()) }
            td { (Text(&name(&change.unit))) }
            td { (Text(&value(&change.before))) }
            td { (Text(&value(&change.after))) }
            td { (Text(&value(&change.note))) }
        }
    }
}

fn units(census: &Census) -> Markup {
    let first = census.counts.len().saturating_sub(COLUMNS);
    let column = |count: &Count| Column {
        name: format!("{}: {}{}", day(&count.finished), count.units, maybe(count)),
        sure: count.units,
        maybe: count.maybe,
    };
    let shown: Vec<Column> = census.counts[first..].iter().map(column).collect();
    html! {
        p { (Text(&sum(census))) "." }
        @if first > 0 { p.muted { "Drawn are the latest " (COLUMNS) "." } }
        (columns("Units in each run; the table below has the numbers", &shown))
        table {
            caption { "Runs that counted otherwise than the one before" }
            thead { tr {
                th scope="col" { "Run" } th scope="col" { "Ended" }
                th.number scope="col" { "Units" } th.number scope="col" { "Known, not looked for" }
            } }
            tbody {
                @for count in steps(&census.counts) {
                    tr {
                        th scope="row" { (count.run) } td { (day(&count.finished)) }
                        td.number { (count.units) } td.number { (count.maybe) }
                    }
                }
            }
        }
        p.muted {
            "Complete runs over this very scope only. A run with other options (--probe-silent, a login, another \
             profile) may see more or less of it."
        }
    }
}

fn maybe(count: &Count) -> String {
    match count.maybe {
        0 => String::new(),
        maybe => format!(" and {maybe} not looked for"),
    }
}

fn silence(diff: &Diff) -> Markup {
    let names: Vec<String> = diff.not_looked_for.iter().map(name).collect();
    html! {
        @if names.is_empty() { p { "Every unit that was known was found or looked for." } } @else {
            p { "Known units that were neither found nor looked for where they were: " (names.len()) "." }
            (list(&names))
        }
    }
}

fn method() -> Markup {
    html! {
        p {
            "A unit is known by its serial number, else by its MAC address, else by its address, maker and model. What a \
             run is not told is no change. Gone is only who was looked for: a run with another scope, one that lost \
             answers, and one that heard nothing of a unit's network beyond a router say nothing of it."
        }
    }
}
