//! Runs that are made up, and what a store makes of them.

mod audit;
mod changes;
mod files;
mod kept;
mod owing;
mod transfer;

use super::*;
use crate::coverage::Coverage;
use crate::identify::{Behind, Device, Firmware, Login};
use crate::report::model::Report;
use crate::report::{Run as Made, assemble};
use std::path::Path;

/// `10.0.0.5 serial=A mac=… maker=dahua fw=… act=no login=refused behind=10.0.0.2/3 outside`; a Hikvision unit unless said
/// otherwise.
fn device(words: &str) -> Device {
    let mut device = Device {
        maker: Some("hikvision".into()),
        ..Device::default()
    };
    for word in words.split_whitespace() {
        let Some((key, value)) = word.split_once('=') else {
            match word {
                "outside" => device.off_target = true,
                address => device.addresses.push(address.to_owned()),
            }
            continue;
        };
        let value = value.to_owned();
        match key {
            "serial" => device.serial = Some(value),
            "mac" => device.mac = Some(format!("44:47:cc:00:00:{value}")),
            "maker" => device.maker = Some(value).filter(|maker| maker != "none"),
            "model" => device.model = Some(value),
            "fw" => {
                device.firmware = Some(Firmware {
                    raw: value,
                    version: None,
                    build_date: None,
                    via: "sadp".into(),
                });
            }
            "act" => device.activated = Some(value == "yes"),
            "login" if value == "accepted" => device.login = Some(Login::Accepted),
            "login" => device.login = Some(Login::AuthRequired),
            "behind" => {
                let (recorder, channel) = value.split_once('/').unwrap();
                device.behind = Some(Behind {
                    recorder: recorder.into(),
                    channel: channel.into(),
                });
            }
            other => panic!("{other}"),
        }
    }
    device
}

/// `asked`: ranges; `fenced:`, `silent:`, `unheard:`, `routed`, `tcp`, `lost` beside them.
fn coverage(words: &str) -> Coverage {
    let mut coverage = Coverage::default();
    for word in words.split_whitespace() {
        match word.split_once(':') {
            Some(("fenced", host)) => drop(coverage.fenced.insert(host.into(), "medical".into())),
            Some(("silent", host)) => drop(coverage.became_silent.insert(host.into(), "http 80".into())),
            Some(("unheard", range)) => coverage.unheard.push(range.into()),
            None if word == "routed" => coverage.routed = 254,
            None if word == "tcp" => coverage.silent_routed_asked_by_tcp = true,
            None if word == "lost" => drop(coverage.lost.insert("arp".into(), 1)),
            _ => coverage.asked.push(word.into()),
        }
    }
    coverage
}

fn report(day: u8, asked: &str, devices: &[&str]) -> Report {
    assemble(made(day, asked, devices))
}

fn made(day: u8, asked: &str, devices: &[&str]) -> Made {
    let time: jiff::Timestamp = format!("2026-01-{day:02}T09:00:00Z").parse().unwrap();
    Made {
        coverage: coverage(asked),
        devices: devices.iter().map(|words| device(words)).collect(),
        ..Made::begun("scan", vec![format!("{asked} on eth0")], time)
    }
}

/// `new 10.0.0.5`, `moved 10.0.0.5 10.0.0.6`, and `? 10.0.0.5` for what nothing is said of.
fn said(diff: &diff::Diff) -> Vec<String> {
    let value = |value: &Option<String>| value.as_ref().map(|value| format!(" {value}")).unwrap_or_default();
    let changes = diff.changes.iter().map(|change| {
        let values = value(&change.before) + &value(&change.after);
        let place = if values.is_empty() {
            format!(" {}", change.unit.place())
        } else {
            values
        };
        let note = if change.note.is_some() { " (note)" } else { "" };
        format!("{}{place}{note}", change.kind)
    });
    let unasked = diff.not_looked_for.iter().map(|unit| format!("? {}", unit.place()));
    changes.chain(unasked).collect()
}

const ALL: &str = "10.0.0.1-10.0.0.254";

/// After every report, 2026-02-01.
const NOW: i64 = 1_769_904_000;

fn store_in(folder: &Path) -> Store {
    Store::open(&Place::File(folder.join("store.sqlite")), true).unwrap()
}

fn enter(store: &mut Store, report: &Report) -> Vec<String> {
    let run = store
        .begin(&report.plan.scope, report.started.parse().unwrap())
        .unwrap();
    said(&store.finish(run, report).unwrap())
}

fn with_a_store(test: impl FnOnce(&mut Store)) {
    let folder = tempfile::tempdir().unwrap();
    test(&mut store_in(folder.path()));
}

/// Run, units, and those that may be there beside.
fn counts(census: &Census) -> Vec<(i64, u64, u64)> {
    let counts = census.counts.iter();
    counts.map(|one| (one.run, one.units, one.maybe)).collect()
}

fn forgot(runs: u64, units: u64) -> Forgotten {
    Forgotten {
        runs,
        units,
        under_way: 0,
    }
}

fn at(second: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_second(second).unwrap()
}
