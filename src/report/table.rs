//! `--format table`: the report for people, 100 columns wide.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::columns;
use super::escape::{elide, wrap};
use super::hosts;
use super::model::Report;
use super::outline::{self, Group, Section};

/// What stands before the rest of a line that is too long for the page.
const CONTINUED: &str = "    ";

/// What the reader wants of the table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Style {
    /// Use colour.
    pub colour: bool,
    /// List hosts of no known maker too.
    pub all: bool,
}

/// Writes the report.
///
/// # Errors
/// The writer's own.
pub fn write(report: &Report, style: Style, mut out: impl Write) -> io::Result<()> {
    out.write_all(text(report, style).as_bytes())
}

/// The report as text.
pub fn text(report: &Report, style: Style) -> String {
    if outline::is_list_of_hosts(report) {
        return hosts::text(report);
    }
    let mut text = String::new();
    for group in outline::groups(report, style.all) {
        push_table(&mut text, &group, style);
    }
    for section in outline::findings(report) {
        push_lines(&mut text, section);
    }
    if let Some(others) = outline::others(report, style.all) {
        let _ = writeln!(text, "{others} (--all lists them).\n");
    }
    push_summary(&mut text, report);
    push_looked_at(&mut text, report);
    text
}

/// The end of every table: what was looked at, and what was not.
pub(super) fn push_looked_at(text: &mut String, report: &Report) {
    for section in outline::looked_at(report) {
        push_lines(text, section);
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
}

pub(super) fn push_lines(text: &mut String, section: Section) {
    if section.lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "{}:", section.heading);
    for line in section.lines {
        let pieces = wrap(&line, columns::PAGE - CONTINUED.len());
        let _ = writeln!(text, "  {}", pieces.join(&format!("\n{CONTINUED}")));
    }
    text.push('\n');
}

fn push_table(text: &mut String, group: &Group, style: Style) {
    if !group.heading.is_empty() {
        // It may name a device by the label of its replies.
        let _ = writeln!(text, "{}", elide(&format!("{}:", group.heading), columns::PAGE));
    }
    for line in columns::lines(&group.devices, style.colour) {
        let _ = writeln!(text, "{line}");
    }
    text.push('\n');
}

fn push_summary(text: &mut String, report: &Report) {
    let _ = writeln!(text, "{}", outline::headline(report));
    for line in outline::by_maker(report) {
        let _ = writeln!(text, "  {line}");
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::super::sample::{device, report};
    use super::*;
    use crate::identify::{Behind, Class, Device, Firmware, Login};

    #[test]
    fn makers_come_first_and_addresses_count_as_numbers() {
        let devices = vec![
            device("10.0.0.10", Some("dahua")),
            device("10.0.0.3", None),
            device("10.0.0.1", Some("axis")),
            device("10.0.0.20", Some("hikvision")),
            device("10.0.0.9", Some("dahua")),
        ];
        let all = Style {
            colour: false,
            all: true,
        };
        let shown = text(&report(devices), all);
        let addresses = shown.lines().filter_map(|line| line.split_whitespace().next());
        let addresses: Vec<&str> = addresses.filter(|word| word.starts_with("10.")).collect();
        assert_eq!(
            addresses,
            ["10.0.0.20", "10.0.0.9", "10.0.0.10", "10.0.0.1", "10.0.0.3"]
        );
    }

    #[test]
    fn the_longest_and_nastiest_values_stay_in_100_columns_and_harm_nobody() {
        let long = "\u{1b}[31m摄".repeat(40);
        let mut nasty = device(
            "a very long label for a host, longer than an address",
            Some("hikvision"),
        );
        nasty.brand = Some(long.clone());
        nasty.model = Some(long.clone());
        nasty.serial = Some(long.clone());
        nasty.firmware = Some(Firmware {
            raw: long.clone(),
            version: None,
            build_date: Some("2018-03-26".into()),
            via: "sadp".into(),
        });
        let shown = text(&report(vec![nasty]), Style::default());
        assert!(!shown.contains('\u{1b}'), "{shown}");
        let row = shown.lines().nth(1).unwrap();
        let width: usize = row.chars().map(|c| if c == '摄' { 2 } else { 1 }).sum();
        assert!((80..=100).contains(&width), "{width}: {row}");
    }

    #[test]
    fn what_stands_below_the_table_stays_in_100_columns_too() {
        let mut doubtful = device("10.0.0.3", Some("dahua"));
        doubtful.notes = vec!["a note of many words ".repeat(12), "0123456789".repeat(30)];
        let shown = text(&report(vec![doubtful]), Style::default());
        let widest = shown.lines().map(|line| line.chars().count()).max().unwrap();
        assert!((90..=100).contains(&widest), "{widest}: {shown}");
    }

    #[test]
    fn none_found_is_never_said_without_the_coverage() {
        let shown = text(&report(vec![device("10.0.0.3", None)]), Style::default());
        assert!(shown.contains("No Hikvision or Dahua unit was found"), "{shown}");
        assert!(
            shown.contains("Looked at:\n  192.0.2.0/24 on eth0\n  0 addresses"),
            "{shown}"
        );
        assert!(shown.contains("1 other host"), "{shown}");
    }

    #[test]
    fn cameras_behind_a_recorder_have_a_table_of_their_own_and_a_recorder_without_one_is_a_blind_spot() {
        let recorder = |address| Device {
            class: Some(Class::Recorder),
            ..device(address, Some("dahua"))
        };
        let hidden = Device {
            behind: Some(Behind {
                recorder: "10.0.0.20".into(),
                channel: "1".into(),
            }),
            ..device("192.168.254.7", Some("hikvision"))
        };
        let report = report(vec![recorder("10.0.0.20"), recorder("10.0.0.21"), hidden]);
        assert_eq!(
            (
                report.summary.hosts,
                report.summary.behind_recorders,
                report.summary.units
            ),
            (2, 1, 3)
        );
        let shown = text(&report, Style::default());
        let (_, table) = shown.split_once("Behind 10.0.0.20, as it says:\n").unwrap();
        assert!(table.lines().nth(1).unwrap().starts_with("192.168.254.7 "), "{shown}");
        assert!(
            shown.contains("cameras behind 1 recorder(s), if there are any: 10.0.0.21:"),
            "{shown}"
        );
        assert!(shown.contains("--credentials"), "{shown}");
    }

    #[test]
    fn strangers_and_mis_addressed_units_are_said_apart() {
        let mut stranger = device("10.9.9.9", Some("dahua"));
        stranger.off_target = true;
        let mut lost = device("192.168.1.64", Some("hikvision"));
        lost.mis_addressed = true;
        lost.activated = Some(false);
        lost.login = Some(Login::AuthRequired);
        let shown = text(&report(vec![stranger, lost]), Style::default());
        for part in [
            "Heard from outside the targets",
            "Mis-addressed",
            "No administrator's password",
            "Auth required",
        ] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
    }
}
