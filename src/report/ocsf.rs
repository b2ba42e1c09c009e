//! `--format ocsf`: each host as an event of the Open Cybersecurity Schema Framework, class Device Inventory Info (5001),
//! one a line. The fields are those of version 1.4.0; what it has no field for is in `unmapped`.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::event::{addresses, exploited_ids, filled, firmware_version, label, millis};
use super::model::Report;
use super::words::maker_name;
use crate::identify::{Class, Device};

/// The version of the schema: the first whose device has a vendor and a model.
const VERSION: &str = "1.4.0";
const CLASS: u32 = 5001;
/// Category Discovery.
const CATEGORY: u32 = 5;
/// Activity Collect.
const COLLECT: u32 = 2;
/// Severity Informational: that a device is there is no finding.
const INFORMATIONAL: u32 = 1;
const UNKNOWN: u32 = 0;
/// Device type IOT.
const IOT: u32 = 7;

/// Writes an event a line.
///
/// # Errors
/// The writer's own.
pub fn write(report: &Report, mut out: impl Write) -> io::Result<()> {
    for device in &report.devices {
        writeln!(out, "{}", event(report, device))?;
    }
    Ok(())
}

fn event(report: &Report, device: &Device) -> Value {
    json!({
        "class_uid": CLASS,
        "class_name": "Device Inventory Info",
        "category_uid": CATEGORY,
        "category_name": "Discovery",
        "activity_id": COLLECT,
        "activity_name": "Collect",
        "type_uid": CLASS * 100 + COLLECT,
        "severity_id": INFORMATIONAL,
        "severity": "Informational",
        "time": millis(&report.finished).unwrap_or_default(),
        "metadata": {
            "version": VERSION,
            "product": {"name": report.tool.name, "version": report.tool.version, "vendor_name": report.tool.name},
        },
        "device": inventory(device),
        "unmapped": unmapped(report, device),
    })
}

fn inventory(device: &Device) -> Value {
    let seen = device
        .evidence
        .iter()
        .filter_map(|one| millis(one.reply.at.as_deref()?))
        .max();
    filled([
        ("type_id", json!(kind(device))),
        ("ip", json!(addresses(device).first())),
        ("name", json!(label(device))),
        ("mac", json!(device.mac)),
        ("hostname", json!(device.host_name)),
        ("vendor_name", json!(device.maker.as_deref().map(maker_name))),
        ("model", json!(device.model)),
        ("last_seen_time", json!(seen)),
        ("hw_info", filled([("serial_number", json!(device.serial))])),
    ])
}

/// Of a host of no known kind the type is not known.
fn kind(device: &Device) -> u32 {
    match device.class {
        Some(Class::Other) | None => UNKNOWN,
        Some(_) => IOT,
    }
}

fn unmapped(report: &Report, device: &Device) -> Value {
    let built = device
        .firmware
        .as_ref()
        .and_then(|firmware| firmware.build_date.as_ref());
    filled([
        ("confidence", json!(device.confidence)),
        ("class", json!(device.class)),
        ("brand", json!(device.brand)),
        ("site", json!(device.site)),
        ("firmware_version", json!(firmware_version(device))),
        ("firmware_build_date", json!(built)),
        ("activated", json!(device.activated)),
        ("exploited_advisories", json!(exploited_ids(device))),
        (
            "behind_recorder",
            json!(device.behind.as_ref().map(|behind| &behind.recorder)),
        ),
        ("run_ended", json!(report.ended)),
    ])
}

#[cfg(test)]
mod tests {
    use super::super::sample::{camera, device, report, tampered};
    use super::*;

    fn events(devices: Vec<Device>) -> Vec<Value> {
        let mut bytes = Vec::new();
        write(&report(devices), &mut bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn each_event_has_what_the_schema_requires() {
        let devices = vec![
            camera(),
            device("10.0.0.9", None),
            device("a label", None),
            tampered("\n\u{1b}=\""),
        ];
        let events = events(devices);
        assert_eq!(events.len(), 4);
        for event in &events {
            for field in [
                "activity_id",
                "category_uid",
                "class_uid",
                "severity_id",
                "time",
                "type_uid",
            ] {
                assert!(event[field].is_number(), "{field}: {event}");
            }
            assert!(event["metadata"]["version"].is_string() && event["metadata"]["product"]["name"].is_string());
            assert!(event["device"]["type_id"].is_number());
            // At least one of what tells a device.
            assert!(
                event["device"]["ip"].is_string() || event["device"]["name"].is_string(),
                "{event}"
            );
        }
    }

    #[test]
    fn a_camera_fills_its_event() {
        let event = events(vec![camera()]).remove(0);
        let table = [
            ("/type_uid", json!(500_102)),
            ("/time", json!(1_795_597_200_000_i64)),
            ("/device/type_id", json!(7)),
            ("/device/ip", json!("10.0.0.5")),
            ("/device/vendor_name", json!("Hikvision")),
            ("/device/model", json!("DS-2CD0000-I")),
            (
                "/device/hw_info/serial_number",
                json!("DS-2CD0000-I20160101AAWR000000005"),
            ),
            ("/device/last_seen_time", json!(1_795_597_141_000_i64)),
            ("/unmapped/confidence", json!("confirmed")),
            (
                "/unmapped/exploited_advisories",
                json!(["CVE-2017-7921", "CVE-2021-36260"]),
            ),
        ];
        for (place, value) in table {
            assert_eq!(event.pointer(place), Some(&value), "{place}: {event}");
        }
    }
}
