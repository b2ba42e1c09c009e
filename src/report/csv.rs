//! `--format csv`: the asset register, a device a row (RFC 4180).

use std::io::{self, Write};
use std::net::Ipv6Addr;

use csv::{Terminator, WriterBuilder};
use jiff::Timestamp;

use super::escape::escape;
use super::model::Report;
use super::outline;
use super::words::{brand, exploited, maker_name, remarks};
use crate::identify::Device;

/// What stands between two values of one cell.
const BETWEEN: &str = "; ";

type Column = (&'static str, fn(&Device) -> String);

/// The columns of an asset register that one run can fill.
const COLUMNS: &[Column] = &[
    ("ip", |device| addresses(device, false)),
    ("ipv6", |device| addresses(device, true)),
    ("mac", |device| text(&device.mac)),
    ("oui_org", |device| text(&device.oui_organisation)),
    ("hostname", |device| text(&device.host_name)),
    ("device_class", |device| text(&device.class)),
    ("manufacturer", |device| maker(device)),
    ("brand_on_label", brand),
    ("oem_of", |device| {
        device.brand.as_ref().map_or(String::new(), |_| maker(device))
    }),
    ("model", |device| text(&device.model)),
    ("serial", |device| text(&device.serial)),
    ("firmware_version", |device| firmware(device)),
    ("firmware_build_date", |device| built(device)),
    ("firmware_age_days", |device| text(&device.firmware_age_days)),
    ("activated", |device| activated(device).to_owned()),
    ("confidence_class", |device| text(&device.confidence)),
    ("evidence_ids", |device| {
        joined(device.evidence.iter().map(|one| one.rule.clone()))
    }),
    ("last_seen", |device| last_seen(device)),
    ("source", |device| source(device)),
    ("kev_cves", |device| joined(exploited(device).map(|one| one.id.clone()))),
    ("behind_recorder", |device| behind(device)),
    ("remarks", |device| joined(remarks(device))),
];

/// Writes the register. Two columns at its end say of which run a row is, and whether that was complete.
///
/// # Errors
/// The writer's own.
pub fn write(report: &Report, all: bool, out: impl Write) -> io::Result<()> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    let run = [
        ("run_finished", report.finished.clone()),
        ("run_ended", report.ended.to_string()),
    ];
    let names = COLUMNS.iter().map(|column| column.0);
    writer.write_record(names.chain(run.iter().map(|one| one.0)))?;
    for device in outline::groups(report, all).iter().flat_map(|group| &group.devices) {
        let cells = COLUMNS.iter().map(|column| safe(&column.1(device)));
        writer.write_record(cells.chain(run.iter().map(|one| safe(&one.1))))?;
    }
    writer.flush()
}

/// A cell that no spreadsheet takes for a formula, without control characters. A spreadsheet that splits at
/// semicolons sees several cells in one: each is made safe.
fn safe(text: &str) -> String {
    let cells = text.split(';').map(|cell| match is_formula(cell) {
        true => format!("'{}", escape(cell)),
        false => escape(cell).into_owned(),
    });
    cells.collect::<Vec<_>>().join(";")
}

/// Spreadsheets pass over blanks, and some read the wide forms as the narrow ones.
fn is_formula(cell: &str) -> bool {
    let begins = |text: &str, with: &[char]| text.starts_with(with);
    begins(cell, &['\t', '\r', '\n'])
        || begins(
            cell.trim_start(),
            &['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'],
        )
}

fn text(value: &Option<impl ToString>) -> String {
    value.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn joined(values: impl IntoIterator<Item = String>) -> String {
    let mut once: Vec<String> = Vec::new();
    for value in values {
        if !once.contains(&value) {
            once.push(value);
        }
    }
    once.join(BETWEEN)
}

fn addresses(device: &Device, v6: bool) -> String {
    let addresses = device.addresses.iter().cloned();
    joined(addresses.filter(|address| address.parse::<Ipv6Addr>().is_ok() == v6))
}

fn maker(device: &Device) -> String {
    device.maker.as_deref().map_or("", maker_name).to_owned()
}

fn firmware(device: &Device) -> String {
    let version = |firmware: &crate::identify::Firmware| firmware.version.clone().unwrap_or(firmware.raw.clone());
    device.firmware.as_ref().map(version).unwrap_or_default()
}

fn built(device: &Device) -> String {
    text(
        &device
            .firmware
            .as_ref()
            .and_then(|firmware| firmware.build_date.as_ref()),
    )
}

fn activated(device: &Device) -> &'static str {
    match device.activated {
        Some(true) => "yes",
        Some(false) => "no",
        None => "",
    }
}

/// When the latest reply came that the verdict rests on.
fn last_seen(device: &Device) -> String {
    let times = device.evidence.iter().filter_map(|one| one.reply.at.as_deref());
    text(&times.filter_map(|time| time.parse::<Timestamp>().ok()).max())
}

/// The protocols that told something.
fn source(device: &Device) -> String {
    let evidence = device.evidence.iter().map(|one| one.reply.protocol.clone());
    let firmware = device.firmware.iter().map(|firmware| firmware.via.clone());
    joined(device.mac_source.iter().cloned().chain(evidence).chain(firmware))
}

fn behind(device: &Device) -> String {
    let words = |behind: &crate::identify::Behind| format!("{} channel {}", behind.recorder, behind.channel);
    device.behind.as_ref().map(words).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::sample::{behind, camera, device, report, saying};
    use super::*;

    fn written(devices: Vec<Device>, all: bool) -> String {
        let mut bytes = Vec::new();
        write(&report(devices), all, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
        csv::Reader::from_reader(text.as_bytes())
            .deserialize()
            .map(Result::unwrap)
            .collect()
    }

    #[test]
    fn a_camera_fills_its_row() {
        let text = written(vec![camera(), device("10.0.0.9", None)], false);
        assert!(
            text.starts_with("ip,ipv6,mac,oui_org,") && text.ends_with("\r\n"),
            "{text}"
        );
        let rows = rows(&text);
        assert_eq!(rows.len(), 1);
        let table = [
            ("ip", "10.0.0.5"),
            ("oui_org", "Hangzhou Hikvision Digital Technology Co.,Ltd."),
            ("device_class", "camera"),
            ("manufacturer", "Hikvision"),
            ("brand_on_label", "Annke?"),
            ("oem_of", "Hikvision"),
            ("firmware_version", "5.4.5"),
            ("firmware_age_days", "3592"),
            ("activated", "no"),
            ("evidence_ids", "hikvision/sadp; hikvision/http"),
            ("last_seen", "2026-11-25T08:59:01Z"),
            ("source", "arp; sadp; http"),
            ("kev_cves", "CVE-2017-7921; CVE-2021-36260"),
            ("remarks", "a stale row"),
            ("run_ended", "complete"),
        ];
        for (column, value) in table {
            assert_eq!(rows[0][column], value, "{column}");
        }
    }

    #[test]
    fn every_host_is_a_row_where_all_are_wanted() {
        assert_eq!(
            rows(&written(vec![camera(), device("fe80::9", None)], true))[1]["ipv6"],
            "fe80::9"
        );
    }

    #[test]
    fn no_cell_is_a_formula() {
        let table = [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("  =1", "'  =1"),
            ("\u{a0}=1", "'\u{a0}=1"),
            ("\t=1", "'\\u{9}=1"),
            ("\r=1", "'\\u{d}=1"),
            ("\tx", "'\\u{9}x"),
            ("\u{feff}=1", "\\u{feff}=1"),
            ("\u{ff1d}1", "'\u{ff1d}1"),
            ("a;=1", "a;'=1"),
            ("a; -1", "a;' -1"),
            ("DS-2CD=1", "DS-2CD=1"),
            ("", ""),
        ];
        for (raw, cell) in table {
            assert_eq!(safe(raw), cell, "{raw:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_reads_back_without_formula_or_control(text in "[=+@;\t\r\n\" ,\u{1b}a-]{0,9}|\\PC{0,9}|.{0,9}") {
            let written = written(vec![saying(&text), behind(&text)], true);
            let rows = rows(&written);
            prop_assert_eq!(rows.len(), 2);
            for cell in rows.iter().flat_map(BTreeMap::values) {
                prop_assert!(!cell.chars().any(char::is_control), "{:?}", cell);
                prop_assert!(cell.split(';').all(|cell| !is_formula(cell)), "{:?}", cell);
            }
            prop_assert_eq!(&rows[0]["model"], &safe(&text));
        }
    }
}
