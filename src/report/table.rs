//! `--format table`: the report for people, 100 columns wide.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::net::IpAddr;

use super::build::is_unit;
use super::columns;
use super::escape::{elide, wrap};
use super::meaning;
use super::model::{Ended, MakerCount, Report};
use super::words::{maker_name, name, why};
use crate::fact::Outcome;
use crate::identify::{Confidence, Device, Login};

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
    let mut text = String::new();
    let (behind, seen): (Vec<_>, Vec<_>) = report.devices.iter().partition(|device| device.behind.is_some());
    let (outside, inside): (Vec<_>, Vec<_>) = seen.into_iter().partition(|device| device.off_target);
    let (listed, others): (Vec<_>, Vec<_>) = inside
        .into_iter()
        .partition(|device| device.maker.is_some() || style.all);
    push_table(&mut text, "", &listed, style);
    push_table(
        &mut text,
        "Heard from outside the targets, and not contacted:",
        &outside,
        style,
    );
    for (recorder, cameras) in by_recorder(&behind) {
        push_table(&mut text, &format!("Behind {recorder}, as it says:"), &cameras, style);
    }
    push_lines(
        &mut text,
        "Known to be exploited, by model and version (nothing was tried):",
        meaning::exploited(report),
    );
    push_lines(&mut text, "Oldest firmware:", meaning::oldest(report));
    push_lines(
        &mut text,
        "Mis-addressed (in no subnet of the segment they are on):",
        mis_addressed(report),
    );
    push_lines(&mut text, "No administrator's password set yet:", not_activated(report));
    push_lines(
        &mut text,
        "Auth required (the login given was refused or could not be sent; all else that they told stands):",
        auth_required(report),
    );
    push_lines(&mut text, "Less than confirmed, because of:", doubts(report));
    push_lines(&mut text, "To note:", remarks(report));
    if !others.is_empty() {
        let _ = writeln!(
            text,
            "{} other hosts of no known camera maker (--all lists them).\n",
            others.len()
        );
    }
    push_summary(&mut text, report);
    push_lines(&mut text, "Looked at:", coverage(report));
    push_lines(&mut text, "Not looked at, or less well:", blind_spots(report));
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn push_lines(text: &mut String, heading: &str, lines: Vec<String>) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "{heading}");
    for line in lines {
        let pieces = wrap(&line, columns::PAGE - CONTINUED.len());
        let _ = writeln!(text, "  {}", pieces.join(&format!("\n{CONTINUED}")));
    }
    text.push('\n');
}

fn push_table(text: &mut String, heading: &str, devices: &[&Device], style: Style) {
    if devices.is_empty() {
        return;
    }
    if !heading.is_empty() {
        // It may name a device by the label of its replies.
        let _ = writeln!(text, "{}", elide(heading, columns::PAGE));
    }
    let mut devices = devices.to_vec();
    devices.sort_by_cached_key(|device| rank(device));
    for line in columns::lines(&devices, style.colour) {
        let _ = writeln!(text, "{line}");
    }
    text.push('\n');
}

fn by_recorder<'a>(cameras: &[&'a Device]) -> BTreeMap<&'a str, Vec<&'a Device>> {
    let mut groups: BTreeMap<&str, Vec<&Device>> = BTreeMap::new();
    for camera in cameras {
        let recorder = camera.behind.as_ref().map_or("", |behind| behind.recorder.as_str());
        groups.entry(recorder).or_default().push(camera);
    }
    groups
}

/// Hikvision, Dahua, other makers by name, none; then by address as a number.
fn rank(device: &Device) -> (u8, String, Option<IpAddr>, String) {
    let maker = device.maker.clone().unwrap_or_default();
    let group = match maker.as_str() {
        "hikvision" => 0,
        "dahua" => 1,
        "" => 3,
        _ => 2,
    };
    let label = device.addresses.first().cloned().unwrap_or_default();
    (group, maker, label.parse().ok(), label)
}

fn mis_addressed(report: &Report) -> Vec<String> {
    let found = report.devices.iter().filter(|device| device.mis_addressed);
    found.map(name).collect()
}

fn not_activated(report: &Report) -> Vec<String> {
    let found = report.devices.iter().filter(|device| device.activated == Some(false));
    found.map(name).collect()
}

fn auth_required(report: &Report) -> Vec<String> {
    let found = report.devices.iter();
    found
        .filter(|device| device.login == Some(Login::AuthRequired))
        .map(name)
        .collect()
}

/// The reasons for a verdict stand beside it where there is doubt; those for the rest are in the JSON.
fn doubts(report: &Report) -> Vec<String> {
    let units = report.devices.iter().filter(|device| is_unit(device));
    let doubted = units.filter(|device| device.confidence < Some(Confidence::Confirmed));
    doubted.map(why).collect()
}

fn remarks(report: &Report) -> Vec<String> {
    let of_one = |device: &Device| {
        let first = device.addresses.first().cloned().unwrap_or_default();
        let conflicts = device.conflicts.iter().map(|conflict| {
            format!(
                "the replies disagree about {}: {}",
                conflict.about,
                conflict.says.join("; ")
            )
        });
        let remarks: Vec<String> = conflicts.chain(device.notes.iter().cloned()).collect();
        remarks
            .into_iter()
            .map(move |remark| format!("{first}: {remark}"))
            .collect::<Vec<_>>()
    };
    report.devices.iter().flat_map(of_one).collect()
}

fn push_summary(text: &mut String, report: &Report) {
    let summary = &report.summary;
    let line = match (summary.units, report.ended) {
        (0, Ended::Complete) => "No Hikvision or Dahua unit was found in what was looked at, below.".to_owned(),
        (0, ended) => format!("No Hikvision or Dahua unit was found, but the run is {ended}: see below."),
        (units, ended) => format!(
            "{units} Hikvision or Dahua unit(s) among {} hosts, {} with firmware; the run is {ended}.",
            summary.hosts, summary.with_firmware
        ),
    };
    let _ = writeln!(text, "{line}");
    for (maker, count) in &summary.by_maker {
        let _ = writeln!(text, "  {}: {}", maker_name(maker), by_confidence(count));
    }
    text.push('\n');
}

fn by_confidence(count: &MakerCount) -> String {
    let counts = [
        (count.confirmed, "confirmed"),
        (count.probable, "probable"),
        (count.possible, "possible"),
    ];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    counts
        .map(|(count, sure)| format!("{count} {sure}"))
        .collect::<Vec<_>>()
        .join(", ")
}

fn counts(counts: &BTreeMap<String, u64>) -> String {
    let words: Vec<String> = counts.iter().map(|(what, count)| format!("{count} {what}")).collect();
    words.join(", ")
}

/// Always there, so that "none found" never stands alone.
fn coverage(report: &Report) -> Vec<String> {
    let c = &report.coverage;
    let mut lines: Vec<String> = report.plan.scope.clone();
    if report.plan.command == "scan" {
        lines.push(format!(
            "{} addresses ({} on a segment of this machine, {} not), {} exist, {} stayed silent, {} excluded",
            c.addresses, c.on_link, c.routed, c.live, c.silent, c.excluded
        ));
    }
    lines.extend(questions(report));
    lines.push(format!("{} replies", c.replies));
    let kinds = [
        ("garbled, and kept: ", &c.garbled),
        ("of protocols that are not read yet: ", &c.unread),
        ("dropped by this machine before they could be read: ", &c.lost),
    ];
    lines.extend(
        kinds
            .iter()
            .filter(|kind| !kind.1.is_empty())
            .map(|kind| format!("{}{}", kind.0, counts(kind.1))),
    );
    lines.extend(fenced(&c.fenced));
    lines.extend(c.not_asked.iter().map(|range| format!("not asked as planned: {range}")));
    lines.extend(c.skipped.iter().map(|skip| format!("left out: {skip}")));
    lines.extend(c.notes.iter().cloned());
    lines
}

fn fenced(hosts: &BTreeMap<String, String>) -> Option<String> {
    let words: Vec<String> = hosts.iter().map(|(host, why)| format!("{host} ({why})")).collect();
    (!words.is_empty()).then(|| {
        format!(
            "{} fenced, because they may be fragile: {}",
            hosts.len(),
            words.join(", ")
        )
    })
}

/// Each question that was asked, with how many answered: "none" is worth what was asked.
fn questions(report: &Report) -> Option<String> {
    let words = report.coverage.questions.iter().map(|(name, question)| {
        let answered = question.outcomes.get(&Outcome::Answered).copied().unwrap_or_default();
        format!("{name} {answered}/{}", question.asked.max(answered))
    });
    let words: Vec<String> = words.collect();
    (!words.is_empty()).then(|| format!("answered/asked: {}", words.join(", ")))
}

fn blind_spots(report: &Report) -> Vec<String> {
    let spots = report.blind_spots.iter();
    spots
        .map(|spot| format!("{}: {}; {}", spot.what, spot.why, spot.remedy))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::Coverage;
    use crate::identify::{Behind, Class, Firmware};
    use crate::report::model::PlanSummary;
    use crate::report::{Run, assemble};

    fn device(address: &str, maker: Option<&str>) -> Device {
        Device {
            addresses: vec![address.into()],
            maker: maker.map(str::to_owned),
            confidence: maker.map(|_| Confidence::Confirmed),
            ..Device::default()
        }
    }

    fn report(devices: Vec<Device>) -> Report {
        assemble(Run {
            oui_data: "2026-01-01".into(),
            started: jiff::Timestamp::UNIX_EPOCH,
            finished: jiff::Timestamp::UNIX_EPOCH,
            interrupted: false,
            plan: PlanSummary::default(),
            coverage: Coverage::default(),
            blind_spots: Vec::new(),
            devices,
        })
    }

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
        assert!(shown.contains("Looked at:\n  0 replies"), "{shown}");
        assert!(shown.contains("1 other hosts"), "{shown}");
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
