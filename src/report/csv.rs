//! `--format csv`: the asset register, a device a row (RFC 4180).

use std::io::{self, Write};

use csv::{Terminator, WriterBuilder};

use super::register::Register;
use super::register::cell::no_formula;

/// Writes the register.
///
/// # Errors
/// The writer's own.
pub fn write(register: &Register, out: impl Write) -> io::Result<()> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    writer.write_record(register.columns.iter().map(|name| no_formula(name)))?;
    for row in &register.rows {
        writer.write_record(row.iter().map(|cell| no_formula(&cell.text())))?;
    }
    writer.flush()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::register::cell::{is_formula, safe};
    use super::super::sample::{behind, camera, device, report, tampered};
    use super::*;
    use crate::identify::Device;

    fn written(devices: Vec<Device>, all: bool) -> String {
        let mut bytes = Vec::new();
        write(&Register::of(&report(devices), all), &mut bytes).unwrap();
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
            text.starts_with("site,ip,ipv6,mac,oui_org,") && text.ends_with("\r\n"),
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
            ("open_services", "http 80"),
            ("evidence_ids", "hikvision/sadp; hikvision/http"),
            ("last_seen", "2026-11-25T08:59:01Z"),
            ("source", "arp; sadp; http"),
            ("kev_cves", "CVE-2017-7921; CVE-2021-36260"),
            ("remarks", "a stale row"),
            ("run_ended", "complete"),
            ("asset_id", ""),
            ("owner", ""),
            ("supplier_remote_access", ""),
            ("notes", ""),
        ];
        for (column, value) in table {
            assert_eq!(rows[0][column], value, "{column}");
        }
    }

    #[test]
    fn a_service_of_the_recorder_is_none_of_the_camera_that_it_lists() {
        let mut camera = camera();
        for evidence in &mut camera.evidence {
            evidence.reply.host = "10.0.0.20".into();
        }
        assert_eq!(rows(&written(vec![camera], false))[0]["open_services"], "");
    }

    #[test]
    fn every_host_is_a_row_where_all_are_wanted() {
        assert_eq!(
            rows(&written(vec![camera(), device("fe80::9", None)], true))[1]["ipv6"],
            "fe80::9"
        );
    }

    proptest! {
        #[test]
        fn whatever_comes_reads_back_without_formula_or_control(text in "[=+@;\t\r\n\" ,\u{1b}a-]{0,9}|\\PC{0,9}|.{0,9}") {
            let written = written(vec![tampered(&text), behind(&text)], true);
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
