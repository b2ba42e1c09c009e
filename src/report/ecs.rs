//! `--format ecs`: each host as an event of the Elastic Common Schema, one a line. The fields are those of version 8.16.0;
//! what it has no field for is under `camsweep`.

use std::io::{self, Write};
use std::net::IpAddr;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::event::{addresses, build_date, exploited_ids, filled, firmware_version, label, mac, severity};
use super::model::Report;
use super::words::maker_name;
use crate::identify::Device;

/// The version of the schema: the first whose device has a serial number.
const VERSION: &str = "8.16.0";

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
    filled([
        ("@timestamp", json!(when(report))),
        ("ecs", json!({"version": VERSION})),
        ("event", about(report, device)),
        ("observer", observer(report)),
        ("host", host(device)),
        ("device", unit(device)),
        ("related", related(device)),
        ("labels", filled([("site", json!(device.site))])),
        ("camsweep", own(report, device)),
    ])
}

/// An asset of category host: inventory, no alert.
fn about(report: &Report, device: &Device) -> Value {
    filled([
        ("kind", json!("asset")),
        ("category", json!(["host"])),
        ("type", json!(["info"])),
        ("module", json!("camsweep")),
        ("dataset", json!("camsweep.device")),
        ("severity", json!(severity(device))),
        ("start", json!(time(&report.started))),
        ("end", json!(time(&report.finished))),
    ])
}

fn observer(report: &Report) -> Value {
    json!({
        "vendor": report.tool.name,
        "product": report.tool.name,
        "version": report.tool.version,
        "type": "scanner",
    })
}

fn host(device: &Device) -> Value {
    // RFC 7042, as the schema wants it.
    let mac = mac(device).map(|bytes| bytes.map(|byte| format!("{byte:02X}")).join("-"));
    filled([
        ("ip", json!(addresses(device))),
        ("mac", json!(mac.into_iter().collect::<Vec<_>>())),
        ("name", json!(label(device).or(device.host_name.as_ref()))),
        ("hostname", json!(device.host_name)),
    ])
}

fn unit(device: &Device) -> Value {
    filled([
        ("manufacturer", json!(device.maker.as_deref().map(maker_name))),
        ("model", filled([("identifier", json!(device.model))])),
        ("serial_number", json!(device.serial)),
    ])
}

fn related(device: &Device) -> Value {
    let recorder = device.behind.as_ref().map(|behind| &behind.recorder);
    let recorder = recorder.and_then(|recorder| recorder.parse::<IpAddr>().ok());
    let names: Vec<&String> = label(device).into_iter().chain(&device.host_name).collect();
    let mut all = addresses(device);
    all.extend(recorder.filter(|recorder| !all.contains(recorder)));
    filled([("ip", json!(all)), ("hosts", json!(names))])
}

/// What the schema has no field for.
fn own(report: &Report, device: &Device) -> Value {
    let behind = device.behind.as_ref();
    let firmware = [
        ("version", json!(firmware_version(device))),
        ("build_date", json!(build_date(device))),
        ("age_days", json!(device.firmware_age_days)),
    ];
    filled([
        ("confidence", json!(device.confidence)),
        ("class", json!(device.class)),
        ("maker", json!(device.maker)),
        ("brand", json!(device.brand)),
        ("firmware", filled(firmware)),
        ("activated", json!(device.activated)),
        ("exploited_advisories", json!(exploited_ids(device))),
        ("behind_recorder", json!(behind.map(|behind| &behind.recorder))),
        ("run_ended", json!(report.ended)),
    ])
}

/// An index takes no event without a time: that of a broken report is 1970, as in `ocsf`.
fn when(report: &Report) -> String {
    time(&report.finished).unwrap_or_else(|| format!("{:.3}", Timestamp::UNIX_EPOCH))
}

/// To the millisecond, as an index takes it.
fn time(text: &str) -> Option<String> {
    let time: Timestamp = text.parse().ok()?;
    Some(format!("{time:.3}"))
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::super::sample::{NASTY, behind, camera, device, report, tampered};
    use super::*;

    /// The fields of ECS 8.16.0 that are used (its generated/csv/fields.csv), and what is right for their type.
    const FIELDS: &[(&str, &str)] = &[
        ("@timestamp", "date"),
        ("ecs.version", "keyword"),
        ("event.kind", "keyword"),
        ("event.category", "keyword[]"),
        ("event.type", "keyword[]"),
        ("event.module", "keyword"),
        ("event.dataset", "keyword"),
        ("event.severity", "long"),
        ("event.start", "date"),
        ("event.end", "date"),
        ("observer.vendor", "keyword"),
        ("observer.product", "keyword"),
        ("observer.version", "keyword"),
        ("observer.type", "keyword"),
        ("host.ip", "ip[]"),
        ("host.mac", "mac[]"),
        ("host.name", "keyword"),
        ("host.hostname", "keyword"),
        ("device.manufacturer", "keyword"),
        ("device.model.identifier", "keyword"),
        ("device.serial_number", "keyword"),
        ("related.ip", "ip[]"),
        ("related.hosts", "keyword[]"),
        ("labels.site", "keyword"),
    ];

    fn events(devices: Vec<Device>) -> Vec<Value> {
        let mut bytes = Vec::new();
        write(&report(devices), &mut bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Each value with its dotted name.
    fn flat(name: &str, value: &Value, into: &mut Vec<(String, Value)>) {
        match value.as_object() {
            Some(fields) => fields
                .iter()
                .for_each(|(field, value)| flat(&format!("{name}.{field}"), value, into)),
            None => into.push((name.trim_start_matches('.').to_owned(), value.clone())),
        }
    }

    fn fits(kind: &str, value: &Value) -> bool {
        if let Some(kind) = kind.strip_suffix("[]") {
            return value
                .as_array()
                .is_some_and(|all| !all.is_empty() && all.iter().all(|one| fits(kind, one)));
        }
        let text = value.as_str().unwrap_or_default();
        match kind {
            "date" => Regex::new(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
                .unwrap()
                .is_match(text),
            "ip" => text.parse::<IpAddr>().is_ok(),
            "mac" => Regex::new("^[A-F0-9]{2}(-[A-F0-9]{2}){5}$").unwrap().is_match(text),
            "long" => value.is_u64(),
            _ => value.is_string(),
        }
    }

    #[test]
    fn each_event_has_what_the_schema_requires_and_no_field_that_it_does_not_have() {
        let mut devices = vec![camera(), device("10.0.0.9", None), device("a label", None)];
        devices.extend(NASTY.iter().flat_map(|text| [tampered(text), behind(text)]));
        let count = devices.len();
        let events = events(devices);
        assert_eq!(events.len(), count);
        for event in &events {
            let mut fields = Vec::new();
            flat("", event, &mut fields);
            for needed in ["@timestamp", "ecs.version", "event.kind", "observer.version"] {
                assert!(fields.iter().any(|(name, _)| name == needed), "{needed}: {event}");
            }
            for (name, value) in fields.iter().filter(|(name, _)| !name.starts_with("camsweep.")) {
                let known = FIELDS.iter().find(|(field, _)| field == name);
                let (_, kind) = known.unwrap_or_else(|| panic!("{name} is no field: {event}"));
                assert!(fits(kind, value), "{name} is no {kind}: {event}");
            }
        }
    }

    #[test]
    fn a_report_without_a_time_makes_events_all_the_same() {
        let mut broken = report(vec![camera()]);
        (broken.started, broken.finished) = ("yesterday".into(), "today".into());
        let event = event(&broken, &broken.devices[0]);
        assert_eq!(event["@timestamp"], json!("1970-01-01T00:00:00.000Z"));
        assert!(event["event"].get("start").is_none() && event["event"].get("end").is_none());
    }

    #[test]
    fn a_camera_fills_its_event() {
        let mut unit = camera();
        unit.site = Some("Hill \"A\"".into());
        let event = events(vec![unit]).remove(0);
        let table = [
            ("/@timestamp", json!("2026-11-25T09:00:00.000Z")),
            ("/event/start", json!("2026-11-25T08:59:00.000Z")),
            ("/event/severity", json!(9)),
            ("/host/ip", json!(["10.0.0.5"])),
            ("/host/mac", json!(["44-47-CC-00-00-05"])),
            ("/host/hostname", json!("gym-door")),
            ("/device/manufacturer", json!("Hikvision")),
            ("/device/model/identifier", json!("DS-2CD0000-I")),
            ("/device/serial_number", json!("DS-2CD0000-I20160101AAWR000000005")),
            ("/related/ip", json!(["10.0.0.5"])),
            ("/labels/site", json!("Hill \"A\"")),
            ("/camsweep/confidence", json!("confirmed")),
            ("/camsweep/firmware/build_date", json!("2017-01-24")),
            (
                "/camsweep/exploited_advisories",
                json!(["CVE-2017-7921", "CVE-2021-36260"]),
            ),
        ];
        for (place, value) in table {
            assert_eq!(event.pointer(place), Some(&value), "{place}: {event}");
        }
    }
}
