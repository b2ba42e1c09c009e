//! The counts: figures, and tables with a bar in each row.

use maud::{Markup, html};

use super::page::Text;
use crate::report::build::is_unit;
use crate::report::model::{MakerCount, Report};
use crate::report::words::maker_name;

/// A piece of a bar: its colour's class, and how many it stands for.
type Piece = (&'static str, u64);

pub(super) fn markup(report: &Report) -> Markup {
    html! {
        (figures(report))
        (makers(report))
        (plain_bars("Age of the firmware", &ages(report)))
        (plain_bars("Administrator's password", &activation(report)))
    }
}

fn figures(report: &Report) -> Markup {
    let summary = &report.summary;
    let figures = [
        ("Hikvision or Dahua units", summary.units),
        ("Hosts that exist", summary.hosts),
        ("Units with firmware known", summary.with_firmware),
        ("Named in an exploited advisory", summary.exploited),
        ("Without an administrator's password", summary.not_activated),
        ("Listed by a recorder only", summary.behind_recorders),
    ];
    html! {
        dl.figures { @for (name, count) in figures { div { dt { (name) } dd { (count) } } } }
    }
}

fn makers(report: &Report) -> Markup {
    let makers = &report.summary.by_maker;
    let most = makers
        .values()
        .map(|count| sum(&pieces(count)))
        .max()
        .unwrap_or_default();
    html! {
        @if !makers.is_empty() {
            table.bars {
                caption { "Units by maker and confidence" }
                thead { tr {
                    th scope="col" { "Maker" }
                    @for sure in ["confirmed", "probable", "possible"] { th scope="col" class={ "number " (sure) } { (sure) } }
                    td {}
                } }
                tbody {
                    @for (maker, count) in makers {
                        tr {
                            th scope="row" { (Text(maker_name(maker))) }
                            @for (_, count) in pieces(count) { td.number { (count) } }
                            td { (bar(&pieces(count), most)) }
                        }
                    }
                }
            }
        }
    }
}

fn pieces(count: &MakerCount) -> [Piece; 3] {
    [
        ("confirmed", count.confirmed),
        ("probable", count.probable),
        ("possible", count.possible),
    ]
}

fn ages(report: &Report) -> Vec<(&str, u64)> {
    let ages = &report.summary.by_firmware_age;
    let order = |name: &&str| ["under", "2 to", "over"].iter().position(|word| name.starts_with(word));
    let mut rows: Vec<(&str, u64)> = ages.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    rows.sort_by_key(|(name, _)| order(name));
    let known = rows.iter().fold(0u64, |sum, (_, count)| sum.saturating_add(*count));
    rows.push(("not known", report.summary.units.saturating_sub(known)));
    rows
}

fn activation(report: &Report) -> Vec<(&'static str, u64)> {
    let count = |set: Option<bool>| {
        let units = report.devices.iter().filter(|device| is_unit(device));
        units.filter(|device| device.activated == set).count() as u64
    };
    vec![
        ("set", count(Some(true))),
        ("not set", count(Some(false))),
        ("not known", count(None)),
    ]
}

fn plain_bars(caption: &str, rows: &[(&str, u64)]) -> Markup {
    let most = rows.iter().map(|(_, count)| *count).max().unwrap_or_default();
    html! {
        @if most > 0 {
            table.bars {
                caption { (caption) }
                tbody {
                    @for (name, count) in rows {
                        tr {
                            th scope="row" { (Text(name)) }
                            td.number { (count) }
                            td { (bar(&[("plain", *count)], most)) }
                        }
                    }
                }
            }
        }
    }
}

fn sum(pieces: &[Piece]) -> u64 {
    pieces.iter().fold(0, |sum, (_, count)| sum.saturating_add(*count))
}

/// Pieces beside one another; the longest bar of a table fills its cell. The numbers stand in the row, so that a
/// screen reader passes over it.
fn bar(pieces: &[Piece], most: u64) -> Markup {
    let width = |count: u64| count as f64 * 100.0 / most.max(1) as f64;
    let starts = pieces.iter().scan(0.0, |end, (_, count)| {
        let start = *end;
        *end += width(*count);
        Some(start)
    });
    html! {
        svg.bar viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
            @for ((class, count), start) in pieces.iter().zip(starts) {
                @if *count > 0 {
                    rect class=(class) x=(format!("{start:.2}")) width=(format!("{:.2}", width(*count))) height="10" {}
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{camera, device, report};

    #[test]
    fn bars_are_as_long_as_their_numbers() {
        let drawn = bar(&[("confirmed", 3), ("probable", 0), ("possible", 1)], 8).into_string();
        assert!(
            drawn.contains(r#"<rect class="confirmed" x="0.00" width="37.50""#),
            "{drawn}"
        );
        assert!(
            drawn.contains(r#"<rect class="possible" x="37.50" width="12.50""#),
            "{drawn}"
        );
        assert!(!drawn.contains("probable"), "{drawn}");
        assert!(bar(&[("plain", 0)], 0).into_string().contains("></svg>"));
    }

    #[test]
    fn every_unit_is_counted_once_in_each_table() {
        let report = report(vec![
            camera(),
            device("10.0.0.6", Some("dahua")),
            device("10.0.0.7", Some("axis")),
        ]);
        assert_eq!(ages(&report), [("over 5 years", 1), ("not known", 1)]);
        assert_eq!(activation(&report), [("set", 0), ("not set", 1), ("not known", 1)]);
    }
}
