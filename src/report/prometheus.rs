//! `--format prometheus`: the counts as gauges in Prometheus' text format (version 0.0.4), for the text file collector of
//! its node exporter. No address and no serial number is in it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;

use super::build::is_unit;
use super::escape::escape;
use super::model::{Ended, Report};
use crate::identify::Confidence;

const SURE: [Confidence; 3] = [Confidence::Confirmed, Confidence::Probable, Confidence::Possible];
/// Counted also where there is none, so that an alarm can tell none from not looked.
const ALWAYS: [&str; 2] = ["hikvision", "dahua"];

/// Labels and the value that they have.
type Sample = (Vec<(&'static str, String)>, f64);

/// Name, help and samples; without a sample it is left out.
type Gauge = (&'static str, &'static str, Vec<Sample>);

/// The report as gauges.
pub fn text(report: &Report) -> String {
    let mut text = String::new();
    let by_maker = [
        (
            "units",
            "Hikvision and Dahua units by how sure it is.",
            by_maker(report),
        ),
        (
            "site_units",
            "The same by site, where sites are named.",
            by_site(report),
        ),
    ];
    let addresses = [("addresses", "Addresses by what became of them.", by_fate(report))];
    let gauges = by_maker.into_iter().chain(of_the_run(report)).chain(addresses);
    gauges.for_each(|gauge| push(&mut text, gauge));
    text
}

/// Those of one value.
fn of_the_run(report: &Report) -> [Gauge; 8] {
    let summary = &report.summary;
    let one = |value: u64| vec![(Vec::new(), value as f64)];
    [
        ("hosts", "Hosts that exist.", one(summary.hosts)),
        (
            "units_with_firmware",
            "Units whose firmware is known.",
            one(summary.with_firmware),
        ),
        (
            "units_not_activated",
            "Units without an administrator's password.",
            one(summary.not_activated),
        ),
        (
            "exploited_devices",
            "Devices with firmware named in an advisory that is known to be exploited.",
            one(summary.exploited),
        ),
        (
            "not_asked_ranges",
            "Ranges that were not asked as planned.",
            one(report.coverage.not_asked.len() as u64),
        ),
        (
            "blind_spots",
            "What could not be looked at.",
            one(report.blind_spots.len() as u64),
        ),
        (
            "run_complete",
            "Whether everything in scope was asked as planned.",
            one(u64::from(report.ended == Ended::Complete)),
        ),
        (
            "run_finished_timestamp_seconds",
            "When the run ended.",
            finished(report),
        ),
    ]
}

fn by_fate(report: &Report) -> Vec<Sample> {
    let coverage = &report.coverage;
    let fates = [
        ("in_scope", coverage.addresses),
        ("live", coverage.live),
        ("silent", coverage.silent),
        ("excluded", coverage.excluded),
    ];
    fates
        .map(|(state, count)| (vec![("state", state.to_owned())], count as f64))
        .to_vec()
}

fn push(text: &mut String, (name, help, samples): Gauge) {
    if samples.is_empty() {
        return;
    }
    let _ = writeln!(text, "# HELP camsweep_{name} {help}\n# TYPE camsweep_{name} gauge");
    for (labels, value) in samples {
        let labels: Vec<String> = labels
            .iter()
            .map(|(label, said)| format!("{label}=\"{}\"", quoted(said)))
            .collect();
        let labels = if labels.is_empty() {
            String::new()
        } else {
            format!("{{{}}}", labels.join(","))
        };
        let _ = writeln!(text, "camsweep_{name}{labels} {value}");
    }
}

/// As the format has it: a backslash before backslashes and quotation marks; no line end is left by then.
fn quoted(text: &str) -> String {
    escape(text).replace('\\', "\\\\").replace('"', "\\\"")
}

fn by_maker(report: &Report) -> Vec<Sample> {
    let mut counts: BTreeMap<(&str, Confidence), f64> = BTreeMap::new();
    counts.extend(ALWAYS.iter().flat_map(|maker| SURE.map(|sure| ((*maker, sure), 0.0))));
    for device in report.devices.iter().filter(|device| is_unit(device)) {
        let maker = device.maker.as_deref().unwrap_or_default();
        *counts
            .entry((maker, device.confidence.unwrap_or(Confidence::Possible)))
            .or_default() += 1.0;
    }
    let sample = |((maker, sure), count): ((&str, Confidence), f64)| {
        (
            vec![("maker", maker.to_owned()), ("confidence", sure.to_string())],
            count,
        )
    };
    counts.into_iter().map(sample).collect()
}

fn by_site(report: &Report) -> Vec<Sample> {
    let mut counts: BTreeMap<(&str, &str, Confidence), f64> = BTreeMap::new();
    for device in report.devices.iter().filter(|device| is_unit(device)) {
        let (Some(site), Some(maker)) = (&device.site, &device.maker) else {
            continue;
        };
        *counts
            .entry((site, maker, device.confidence.unwrap_or(Confidence::Possible)))
            .or_default() += 1.0;
    }
    let sample = |((site, maker, sure), count): ((&str, &str, Confidence), f64)| {
        let labels = [
            ("site", site.to_owned()),
            ("maker", maker.to_owned()),
            ("confidence", sure.to_string()),
        ];
        (labels.to_vec(), count)
    };
    counts.into_iter().map(sample).collect()
}

fn finished(report: &Report) -> Vec<Sample> {
    let time = report.finished.parse::<Timestamp>();
    time.map_or_else(|_| Vec::new(), |time| vec![(Vec::new(), time.as_second() as f64)])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::super::sample::{behind, camera, report, tampered};
    use super::*;

    #[test]
    fn counts_are_gauges_and_none_is_told_from_not_looked() {
        let mut one = camera();
        one.site = Some("Hill \"A\"".into());
        let text = text(&report(vec![one]));
        for line in [
            "# TYPE camsweep_units gauge",
            "camsweep_units{maker=\"hikvision\",confidence=\"confirmed\"} 1",
            "camsweep_units{maker=\"dahua\",confidence=\"confirmed\"} 0",
            "camsweep_site_units{site=\"Hill \\\"A\\\"\",maker=\"hikvision\",confidence=\"confirmed\"} 1",
            "camsweep_exploited_devices 1",
            "camsweep_run_complete 1",
            "camsweep_run_finished_timestamp_seconds 1795597200",
            "camsweep_addresses{state=\"silent\"} 0",
        ] {
            assert!(text.lines().any(|said| said == line), "{line}: {text}");
        }
        assert!(!text.contains("10.0.0.5"), "{text}");
        assert!(!super::text(&report(Vec::new())).contains("site_units"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn whatever_comes_every_line_is_of_the_format(said in "[\"\\\\{}\n\r,= a]{0,9}|.{0,9}") {
            let text = text(&report(vec![tampered(&said), behind(&said)]));
            let sample = Regex::new(r#"^camsweep_[a-z_]+(\{[a-z]+="([^"\\]|\\["\\])*"(,[a-z]+="([^"\\]|\\["\\])*")*\})? -?[0-9.]+$"#).unwrap();
            for line in text.lines() {
                prop_assert!(line.starts_with("# ") || sample.is_match(line), "{:?}", line);
            }
        }
    }
}
