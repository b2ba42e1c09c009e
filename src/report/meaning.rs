//! What the versions mean, in plain words: which are named in advisories that are exploited, and which are old.

use std::collections::BTreeMap;

use super::model::Report;
use super::words::{firmware, short_name, title_of};
use crate::identify::{AdvisoryVerdict, Device, Exposure};

/// The most addresses that one line lists.
const LISTED: usize = 12;
/// The most units that are listed as old.
const OLDEST: usize = 5;
/// Firmware from this age on is listed as old, in days.
pub(super) const OLD: i64 = 2 * 365;

/// A line for each advisory that is known to be exploited and each thing that it may mean here.
pub(super) fn exploited(report: &Report) -> Vec<String> {
    let mut concerned: BTreeMap<(Exposure, &str), (&AdvisoryVerdict, Vec<&str>)> = BTreeMap::new();
    for device in &report.devices {
        for one in device.advisories.iter().filter(|one| one.exploited_since.is_some()) {
            let entry = concerned.entry((one.verdict, &one.id));
            let address = device.addresses.first().map_or("", String::as_str);
            entry.or_insert_with(|| (one, Vec::new())).1.push(address);
        }
    }
    let said = concerned
        .into_iter()
        .filter(|((verdict, _), _)| *verdict != Exposure::NotInRange);
    said.map(|(_, (one, addresses))| line(one, &addresses)).collect()
}

fn line(one: &AdvisoryVerdict, addresses: &[&str]) -> String {
    let (id, since) = (&one.id, one.exploited_since.as_deref().unwrap_or_default());
    // A report of a newer version may name one that this one does not know.
    let title = Some(title_of(id)).filter(|title| !title.is_empty());
    let title = title.map_or(String::new(), |title| format!(": {title}"));
    let about = format!("{id} (exploited since {since}{title})");
    let units = |few: &str, many: &str| match addresses.len() {
        1 => format!("1 unit {few}"),
        count => format!("{count} units {many}"),
    };
    let what = match one.verdict {
        Exposure::Affected => format!("{} firmware named in {about}", units("runs", "run")),
        Exposure::Possibly => format!("{} possibly concerned by {about}", units("is", "are")),
        _ => format!(
            "model and version do not tell whether {id} concerns {}",
            units("here", "here")
        ),
    };
    format!("{what}: {}", listed(addresses))
}

fn listed(addresses: &[&str]) -> String {
    let shown = addresses.iter().take(LISTED).copied().collect::<Vec<_>>().join(", ");
    match addresses.len().saturating_sub(LISTED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// The units whose firmware is the oldest.
pub(super) fn oldest(report: &Report) -> Vec<String> {
    let age = |device: &&Device| device.firmware_age_days.filter(|days| *days >= OLD);
    let mut old: Vec<&Device> = report.devices.iter().filter(|device| age(device).is_some()).collect();
    old.sort_by_key(|device| std::cmp::Reverse(device.firmware_age_days));
    let more = old.len().saturating_sub(OLDEST);
    let line = |device: &&Device| {
        let years = age(device).unwrap_or_default() / 365;
        format!("{}  {}, {years} years old", short_name(device), firmware(device))
    };
    let mut lines: Vec<String> = old.iter().take(OLDEST).map(line).collect();
    lines.extend((more > 0).then(|| format!("and {more} more from {} years on", OLD / 365)));
    lines
}

#[cfg(test)]
mod tests {
    use super::super::sample::report;
    use super::*;
    use crate::identify::Firmware;

    fn device(address: &str, build_date: &str, verdicts: &[(&str, Exposure)]) -> Device {
        let verdict = |(id, verdict): &(&str, Exposure)| AdvisoryVerdict {
            id: (*id).into(),
            verdict: *verdict,
            exploited_since: Some("2022-01-10".into()),
            source: "a source".into(),
            because: "a reason".into(),
        };
        Device {
            addresses: vec![address.into()],
            maker: Some("hikvision".into()),
            firmware: Some(Firmware {
                raw: "V5.5.6".into(),
                version: Some("5.5.6".into()),
                build_date: Some(build_date.into()),
                via: "sadp".into(),
            }),
            advisories: verdicts.iter().map(verdict).collect(),
            ..Device::default()
        }
    }

    #[test]
    fn exploited_advisories_are_said_in_plain_words_and_once_each() {
        use Exposure::{Affected, NotInRange, Possibly, Unknown};
        let id = "CVE-2021-36260";
        let report = report(vec![
            device("10.0.0.5", "2021-01-01", &[(id, Affected)]),
            device("10.0.0.6", "2021-01-01", &[(id, Affected), ("CVE-2017-7921", Unknown)]),
            device("10.0.0.7", "2021-01-01", &[(id, Possibly)]),
            device("10.0.0.8", "2021-01-01", &[(id, NotInRange)]),
        ]);
        let lines = exploited(&report);
        assert_eq!(lines.len(), 3, "{lines:#?}");
        assert!(
            lines[0]
                .starts_with("2 units run firmware named in CVE-2021-36260 (exploited since 2022-01-10: anybody who")
        );
        assert!(lines[0].ends_with(": 10.0.0.5, 10.0.0.6"), "{}", lines[0]);
        assert!(
            lines[1].starts_with("1 unit is possibly concerned by CVE-2021-36260"),
            "{}",
            lines[1]
        );
        assert!(
            lines[2].starts_with("model and version do not tell whether CVE-2017-7921 concerns 1 unit here: 10"),
            "{}",
            lines[2]
        );
        assert_eq!(report.summary.exploited, 2);
    }

    #[test]
    fn the_oldest_firmware_is_listed_and_the_rest_counted() {
        let days = ["2026-11-24", "2018-03-26", "2012-01-01", "2030-01-01", "2024-11-25"];
        let report = report(days.map(|day| device(day, day, &[])).to_vec());
        let ages = report.devices.iter().map(|device| device.firmware_age_days);
        // What is built tomorrow has no age.
        assert_eq!(
            ages.collect::<Vec<_>>(),
            [Some(1), Some(3166), Some(5442), None, Some(730)]
        );
        let lines = oldest(&report);
        assert_eq!(lines[0], "2012-01-01  Hikvision  5.5.6 2012-01-01, 14 years old");
        assert_eq!(lines.len(), 3, "{lines:#?}");
        let count = |words: &str| report.summary.by_firmware_age.get(words).copied();
        assert_eq!(
            (count("under 2 years"), count("2 to 5 years"), count("over 5 years")),
            (Some(1), Some(1), Some(2))
        );
    }
}
