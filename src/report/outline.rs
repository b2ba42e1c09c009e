//! What every form for people says, in its order: the devices, what is to be known of them, the counts, and what was
//! looked at. The texts are as the devices sent them; each writer escapes for its own reader.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::build::is_unit;
use super::model::{Ended, MakerCount, Report};
use super::words::{maker_name, name, remarks, when, why};
use super::{lens, meaning};
use crate::coverage::{Coverage, addresses};
use crate::fact::Outcome;
use crate::identify::{Confidence, Device, Login};

/// Of more ranges than so many the rest is counted.
const MOST_RANGES: usize = 20;

/// How it was looked, and what that cannot tell.
pub const METHOD: [&str; 4] = [
    "camsweep asks and reads. It sends well-formed questions and nothing that changes a device, guesses no password and \
     exploits nothing; it logs in only where its user gave it a login.",
    "Confirmed: the maker's own protocol answered from that very address, or two independent signs agree. Probable: one \
     sign of a protocol, or one beside the MAC address's prefix. Possible: one weak sign, such as that prefix alone.",
    "A device is said to run firmware named in an advisory where its model and version are compared with what is \
     published. Nothing was tried on it.",
    "A unit that is switched off, on a network that was not looked at, or behind a recorder whose list was not read is \
     not seen. That none was found is no proof that there is none.",
];

/// Devices that belong together, in the order that they are shown in.
pub struct Group<'a> {
    /// What they have in common; empty for what was looked for.
    pub heading: String,
    /// At least one.
    pub devices: Vec<&'a Device>,
}

/// A heading and what stands below it.
pub struct Section {
    /// Without a colon.
    pub heading: &'static str,
    /// One thing each.
    pub lines: Vec<String>,
}

/// Every device that is shown. `all`: hosts of no known maker too.
pub fn groups(report: &Report, all: bool) -> Vec<Group<'_>> {
    let (behind, seen): (Vec<_>, Vec<_>) = report.devices.iter().partition(|device| device.behind.is_some());
    let (outside, inside): (Vec<_>, Vec<_>) = seen.into_iter().partition(|device| device.off_target);
    let listed = inside.into_iter().filter(|device| device.maker.is_some() || all);
    let mut groups = vec![
        group("", listed.collect()),
        group("Heard from outside the targets, and not contacted", outside),
    ];
    for (recorder, cameras) in by_recorder(&behind) {
        groups.push(group(&format!("Behind {recorder}, as it says"), cameras));
    }
    groups.retain(|group| !group.devices.is_empty());
    groups
}

fn group<'a>(heading: &str, mut devices: Vec<&'a Device>) -> Group<'a> {
    devices.sort_by_cached_key(|device| rank(device));
    Group {
        heading: heading.to_owned(),
        devices,
    }
}

/// How many hosts of no known maker there are beside what [`groups`] shows.
pub fn others(report: &Report, all: bool) -> Option<String> {
    let other = |device: &&Device| device.maker.is_none() && device.behind.is_none() && !device.off_target;
    let count = report.devices.iter().filter(other).count();
    let hosts = if count == 1 { "host" } else { "hosts" };
    (count > 0 && !all).then(|| format!("{count} other {hosts} of no known camera maker"))
}

/// What is to be known of single devices; sections without a line are left out.
pub fn findings(report: &Report) -> Vec<Section> {
    let sections = [
        (
            "Known to be exploited, by model and version (nothing was tried)",
            meaning::exploited(report),
        ),
        ("Oldest firmware", meaning::oldest(report)),
        (
            "Mis-addressed (in no subnet of the segment they are on)",
            mis_addressed(report),
        ),
        ("No administrator's password set yet", not_activated(report)),
        (
            "Auth required (the login given was refused or could not be sent; all else that they told stands)",
            auth_required(report),
        ),
        (
            "Became silent (had answered, then no question and no ARP re-check for ten seconds): look after",
            became_silent(report),
        ),
        (
            "Policies (whether one holds for you is not for camsweep to say)",
            lens::lines(report),
        ),
        ("Less than confirmed, because of", doubts(report)),
        ("To note", to_note(report)),
    ];
    let sections = sections.map(|(heading, lines)| Section { heading, lines });
    sections
        .into_iter()
        .filter(|section| !section.lines.is_empty())
        .collect()
}

/// What was looked at, always; and what was not.
pub fn looked_at(report: &Report) -> [Section; 2] {
    [
        ("Looked at", coverage(report)),
        ("Not looked at, or less well", blind_spots(report)),
    ]
    .map(|(heading, lines)| Section { heading, lines })
}

/// What the verdicts rest on, and when.
pub fn data(report: &Report) -> Section {
    let tool = &report.tool;
    Section {
        heading: "Data",
        lines: vec![
            format!("MAC registry: {}", tool.oui_data),
            format!("advisories: {}", tool.advisories_data),
            format!(
                "{} {}, from {} to {}",
                tool.name,
                tool.version,
                when(&report.started),
                when(&report.finished)
            ),
        ],
    }
}

/// What the policies say that devices were held against.
pub fn policies(report: &Report) -> Section {
    Section {
        heading: "Policies",
        lines: lens::texts(report),
    }
}

/// Whether a run found out who is there, and asked nobody anything.
pub fn is_list_of_hosts(report: &Report) -> bool {
    report.plan.command == "hosts"
}

/// The whole run in one sentence.
pub fn headline(report: &Report) -> String {
    let summary = &report.summary;
    if is_list_of_hosts(report) {
        return format!(
            "{} hosts; none was asked what it is, and the run is {}.",
            summary.hosts, report.ended
        );
    }
    match (summary.units, report.ended) {
        (0, Ended::Complete) => "No Hikvision or Dahua unit was found in what was looked at, below.".to_owned(),
        (0, ended) => format!("No Hikvision or Dahua unit was found, but the run is {ended}: see below."),
        (units, ended) => format!(
            "{units} Hikvision or Dahua unit(s) among {} hosts, {} with firmware; the run is {ended}.",
            summary.hosts, summary.with_firmware
        ),
    }
}

/// Each maker's units by confidence.
pub fn by_maker(report: &Report) -> Vec<String> {
    let makers = report.summary.by_maker.iter();
    makers
        .map(|(maker, count)| format!("{}: {}", maker_name(maker), by_confidence(count)))
        .collect()
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

fn became_silent(report: &Report) -> Vec<String> {
    let hosts = report.coverage.became_silent.iter();
    hosts
        .map(|(host, question)| format!("{host}: since it was asked {question}"))
        .chain(
            report
                .coverage
                .stopped
                .iter()
                .map(|why| format!("the run stopped: {why}")),
        )
        .collect()
}

/// The reasons for a verdict stand beside it where there is doubt; those for the rest are in the JSON.
fn doubts(report: &Report) -> Vec<String> {
    let units = report.devices.iter().filter(|device| is_unit(device));
    let doubted = units.filter(|device| device.confidence < Some(Confidence::Confirmed));
    doubted.map(why).collect()
}

fn to_note(report: &Report) -> Vec<String> {
    report.devices.iter().flat_map(noted).collect()
}

fn noted(device: &Device) -> impl Iterator<Item = String> {
    let first = device.addresses.first().map_or("", String::as_str);
    remarks(device).map(move |remark| format!("{first}: {remark}"))
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
    if report.plan.command != "judge" {
        lines.push(format!(
            "{} ({} on a segment of this machine, {} not), {} exist, {} stayed silent, {} excluded",
            addresses(c.addresses),
            c.on_link,
            c.routed,
            c.live,
            c.silent,
            c.excluded
        ));
    }
    lines.extend(questions(report));
    lines.extend(sent(c));
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
    lines.extend(c.stopped.iter().map(|why| format!("stopped early: {why}")));
    lines.extend(not_asked(&c.not_asked));
    lines.extend(c.skipped.iter().map(|skip| format!("left out: {skip}")));
    lines.extend(c.notes.iter().cloned());
    lines.extend(protections(report));
    lines
}

/// What camsweep itself could no more when the first byte came: what a rogue could not have misused.
fn protections(report: &Report) -> Option<String> {
    let given_up = &report.plan.given_up;
    (!given_up.is_empty()).then(|| {
        format!(
            "camsweep had given up before it heard anything: {}",
            given_up.join("; ")
        )
    })
}

/// One line each, as far as somebody wants to read them.
fn not_asked(ranges: &[String]) -> impl Iterator<Item = String> + '_ {
    let more = ranges.len().saturating_sub(MOST_RANGES);
    let more = (more > 0).then(|| format!("not asked as planned: {more} ranges more, which the report in JSON names"));
    let shown = ranges.iter().take(MOST_RANGES);
    shown.map(|range| format!("not asked as planned: {range}")).chain(more)
}

fn fenced(hosts: &BTreeMap<String, String>) -> Option<String> {
    let words: Vec<String> = hosts.iter().map(|(host, why)| format!("{host} ({why})")).collect();
    let count = hosts.len();
    (count > 0).then(|| format!("{count} fenced, because they may be fragile: {}", words.join(", ")))
}

/// The account: what was sent in each phase.
fn sent(coverage: &Coverage) -> Option<String> {
    let parts = coverage
        .account()
        .into_iter()
        .map(|(part, traffic)| match traffic.packets {
            0 => format!("{part} {} connections", traffic.connections),
            packets => format!("{part} {packets} packets ({} bytes)", traffic.bytes),
        });
    let parts: Vec<String> = parts.collect();
    (!parts.is_empty()).then(|| format!("sent: {}", parts.join(", ")))
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

    #[test]
    fn ranges_by_the_thousand_fill_no_page() {
        let ranges: Vec<String> = (0..22_572).map(|number| format!("range {number}")).collect();
        assert_eq!(not_asked(&ranges[..MOST_RANGES]).count(), MOST_RANGES);
        let lines: Vec<String> = not_asked(&ranges).collect();
        assert_eq!(lines.len(), MOST_RANGES + 1);
        assert!(lines[MOST_RANGES].contains("22552 ranges more"), "{lines:?}");
    }
}
