//! `--format foi`: one page for whoever answers a request for information: how many units of which maker and kind are at
//! which site, how sure that is, and what was not looked at. Counts only: no address, no serial number.

use std::collections::BTreeMap;

use super::markdown::{push_row, push_section, safe};
use super::model::{MakerCount, Report};
use super::outline::{self, METHOD, Section};
use super::redact::without_addresses;
use super::words::{maker_name, when};
use crate::identify::{Confidence, Device};

/// What stands above the counts.
pub(super) const HEADINGS: [&str; 6] = ["Site", "Maker", "Kind", "Confirmed", "Probable", "Possible"];
const NOT_NAMED: &str = "not named";

/// Site, maker and kind, and how many of them are how sure.
pub(super) type Line = ([String; 3], MakerCount);

/// The page, as Markdown.
pub fn text(report: &Report) -> String {
    let mut text = format!(
        "# Cameras and recorders on the network\n\n{}\n\n",
        safe(&outline::headline(report))
    );
    push_row(&mut text, HEADINGS.iter().map(ToString::to_string));
    push_row(&mut text, HEADINGS.iter().map(|_| "---".to_owned()));
    for (names, count) in lines(report) {
        let counts = counts(&count).map(|count| count.to_string());
        push_row(&mut text, names.iter().map(|name| safe(name)).chain(counts));
    }
    text.push('\n');
    for section in sections(report) {
        push_section(&mut text, &section);
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// The counts, by site, maker and kind; the last line has all.
pub(super) fn lines(report: &Report) -> Vec<Line> {
    let mut lines: BTreeMap<[String; 3], MakerCount> = BTreeMap::new();
    let mut total = MakerCount::default();
    for device in counted(report) {
        for count in [lines.entry(names(device)).or_default(), &mut total] {
            match device.confidence.unwrap_or(Confidence::Possible) {
                Confidence::Confirmed => count.confirmed += 1,
                Confidence::Probable => count.probable += 1,
                Confidence::Possible => count.possible += 1,
            }
        }
    }
    let total = (["All", "", ""].map(str::to_owned), total);
    lines.into_iter().chain([total]).collect()
}

/// In the order of the headings.
pub(super) fn counts(count: &MakerCount) -> [u64; 3] {
    [count.confirmed, count.probable, count.possible]
}

/// What a device that was only heard from elsewhere is, is another's to answer.
fn counted(report: &Report) -> impl Iterator<Item = &Device> {
    let devices = report.devices.iter();
    devices.filter(|device| device.maker.is_some() && !device.off_target)
}

fn names(device: &Device) -> [String; 3] {
    let kind = device.class.map_or("not known".to_owned(), |class| class.to_string());
    [
        device.site.clone().unwrap_or_else(|| NOT_NAMED.to_owned()),
        device.maker.as_deref().map_or("", maker_name).to_owned(),
        kind,
    ]
}

/// What must be known beside the counts.
pub(super) fn sections(report: &Report) -> Vec<Section> {
    let section = |heading, lines| Section { heading, lines };
    vec![
        section("About the counts", about(report)),
        section("Responded, or not reachable", reached(report)),
        section("Not looked at, or less well", not_looked_at(report)),
        section("Date and data", outline::data(report).lines),
        section("Method and limits", METHOD.map(str::to_owned).to_vec()),
    ]
}

fn about(report: &Report) -> Vec<String> {
    let of = |kind: &dyn Fn(&Device) -> bool| counted(report).filter(|device| kind(device)).count();
    let outside = report.devices.iter().filter(|device| device.off_target).count();
    let notes = [
        (
            "Counted as their maker's, though they bear another label",
            of(&|device| device.brand.is_some()),
        ),
        (
            "Counted by the word of their recorder only",
            of(&|device| device.behind.is_some()),
        ),
        (
            "Not counted, as they were heard from outside what was to be looked at",
            outside,
        ),
    ];
    let notes = notes.into_iter().filter(|(_, count)| *count > 0);
    let mut lines: Vec<String> = notes.map(|(words, count)| format!("{words}: {count}")).collect();
    lines.insert(
        0,
        "The search is for Hikvision and Dahua units; those of other makers are counted where they were recognised"
            .into(),
    );
    lines.extend(outline::others(report, false));
    lines
}

fn reached(report: &Report) -> Vec<String> {
    let coverage = &report.coverage;
    if report.plan.command == "judge" {
        return vec![format!(
            "Replies that were recorded before were judged ({}); nobody was asked",
            coverage.replies
        )];
    }
    let mut lines = vec![
        format!("Addresses to be asked: {}", coverage.addresses),
        format!("Responded: {}", coverage.live),
        format!(
            "Not reachable: {} (silent, which is no proof that there is nothing)",
            coverage.silent
        ),
        format!("Excluded: {}", coverage.excluded),
    ];
    let hosts = [
        (
            "Hosts that may be fragile, and were not asked what they are",
            coverage.fenced.len(),
        ),
        (
            "Hosts that answered no more after a time, and were left alone",
            coverage.became_silent.len(),
        ),
    ];
    let hosts = hosts.into_iter().filter(|(_, count)| *count > 0);
    lines.extend(hosts.map(|(words, count)| format!("{words}: {count}")));
    lines.push(format!(
        "The run is {} (ended {})",
        report.ended,
        when(&report.finished)
    ));
    lines
}

fn not_looked_at(report: &Report) -> Vec<String> {
    let coverage = &report.coverage;
    let ranges = &coverage.not_asked;
    let not_asked = (!ranges.is_empty()).then(|| format!("{} range(s) were not asked as planned", ranges.len()));
    let skipped = coverage.skipped.iter().map(|skip| format!("left out: {skip}"));
    let spots = report.blind_spots.iter();
    let spots = spots.map(|spot| format!("{}: {}", spot.what, spot.why));
    let stopped = coverage
        .stopped
        .iter()
        .map(|why| format!("the run stopped early: {why}"));
    let lines = not_asked.into_iter().chain(stopped).chain(skipped).chain(spots);
    lines.map(|line| without_addresses(&line)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::sample::{behind, camera, device, report, tampered};
    use super::*;
    use crate::identify::Class;

    fn at(site: Option<&str>, maker: &str, class: Option<Class>, confidence: Confidence) -> Device {
        Device {
            site: site.map(str::to_owned),
            class,
            confidence: Some(confidence),
            ..device("10.0.0.7", Some(maker))
        }
    }

    #[test]
    fn each_unit_is_counted_once_by_site_maker_kind_and_how_sure_it_is() {
        use Confidence::{Confirmed, Possible, Probable};
        let mut outside = camera();
        outside.off_target = true;
        let report = report(vec![
            at(Some("Hill"), "hikvision", Some(Class::Camera), Confirmed),
            at(Some("Hill"), "hikvision", Some(Class::Camera), Probable),
            at(Some("Hill"), "dahua", Some(Class::Recorder), Confirmed),
            at(None, "hikvision", None, Possible),
            device("10.0.0.9", None),
            outside,
        ]);
        let shown = text(&report);
        let table = "| Site | Maker | Kind | Confirmed | Probable | Possible |\n| --- | --- | --- | --- | --- | --- |\n\
             | Hill | Dahua | recorder | 1 | 0 | 0 |\n| Hill | Hikvision | camera | 1 | 1 | 0 |\n\
             | not named | Hikvision | not known | 0 | 0 | 1 |\n| All |  |  | 2 | 1 | 1 |\n";
        assert!(shown.contains(table), "{shown}");
        for part in [
            "heard from outside what was to be looked at: 1",
            "1 other host of no known camera maker",
            "2026-11-25",
        ] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
    }

    #[test]
    fn none_found_is_never_said_without_what_was_asked() {
        let mut none = report(Vec::new());
        none.coverage.addresses = 254;
        none.coverage.live = 12;
        none.coverage.silent = 242;
        none.coverage.not_asked = vec!["10.0.0.5-10.0.0.9".into()];
        none.coverage.skipped = vec!["docker0 172.17.0.0/16: containers".into()];
        none.coverage.became_silent.insert("10.0.0.7".into(), "http 80".into());
        none.coverage.stopped = Some("10.0.0.7 became silent".into());
        let shown = text(&none);
        for part in [
            "No Hikvision or Dahua unit was found in what was looked at",
            "Addresses to be asked: 254",
            "Responded: 12",
            "Not reachable: 242 (silent, which is no proof",
            "1 range(s) were not asked as planned",
            "left out: docker0",
            "answered no more after a time, and were left alone: 1",
            r"the run stopped early: \[address\] became silent",
            "units that are switched off",
            "no proof that there is none",
        ] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
    }

    #[test]
    fn no_address_and_no_serial_number_is_handed_on() {
        let mut recorder = camera();
        recorder.class = Some(Class::Recorder);
        let mut report = report(vec![recorder]);
        report.coverage.skipped = vec!["docker0 172.17.0.0/16: containers".into()];
        let shown = text(&report);
        for secret in ["10.0.0.5", "172.17", "192.0.2", "44:47", "AAWR", "gym-door"] {
            assert!(!shown.contains(secret), "{secret}: {shown}");
        }
        assert!(
            shown.contains(r"cameras behind 1 recorder(s), if there are any: \[address\]"),
            "{shown}"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn whatever_comes_stays_one_line_and_text(said in "[|`<&\\\\\n\r#*_a-]{1,9}|.{1,9}") {
            let lines = |said: &str| text(&report(vec![tampered(said), behind(said)])).lines().count();
            prop_assert_eq!(lines(&said), lines("x"));
        }
    }
}
