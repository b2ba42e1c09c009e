//! The asset register: a device a row, in columns that a spreadsheet and a data protection toolkit ask for. Two writers
//! take it, `csv` and `xlsx`.

pub mod cell;
pub mod former;
pub mod identity;
mod merge;

use std::collections::HashSet;
use std::net::Ipv6Addr;

use jiff::Timestamp;

use self::cell::Cell;
pub use self::merge::Merged;
use self::merge::{Run, merge};
use super::model::{Ended, Report};
use super::words::{brand, exploited, maker_name, remarks};
use super::{lens, outline};
use crate::fact::Protocol;
use crate::identify::Device;

/// What stands between two values of one cell.
const BETWEEN: &str = "; ";

type Column = (&'static str, fn(&Device) -> Cell);

/// What a run can fill.
const COLUMNS: &[Column] = &[
    ("site", |device| text(&device.site)),
    ("ip", |device| addresses(device, false)),
    ("ipv6", |device| addresses(device, true)),
    ("mac", |device| text(&device.mac)),
    ("oui_org", |device| text(&device.oui_organisation)),
    ("hostname", |device| text(&device.host_name)),
    ("device_class", |device| text(&device.class)),
    ("manufacturer", |device| Cell::said(maker(device))),
    ("brand_on_label", |device| Cell::said(&brand(device))),
    ("oem_of", |device| {
        device.brand.as_ref().map_or(Cell::Empty, |_| Cell::said(maker(device)))
    }),
    ("model", |device| text(&device.model)),
    ("serial", |device| text(&device.serial)),
    ("firmware_version", firmware),
    ("firmware_build_date", built),
    ("firmware_age_days", |device| {
        device
            .firmware_age_days
            .map_or(Cell::Empty, |days| Cell::Number(days as f64))
    }),
    ("activated", activated),
    ("open_services", open_services),
    ("onvif_profile", |device| joined(device.onvif_profiles.iter().cloned())),
    ("confidence_class", |device| text(&device.confidence)),
    ("evidence_ids", |device| {
        joined(device.evidence.iter().map(|one| one.rule.clone()))
    }),
    ("last_seen", last_seen),
    ("source", source),
    ("kev_cves", |device| joined(exploited(device).map(|one| one.id.clone()))),
    ("policy_findings", |device| {
        joined(device.policies.iter().map(lens::short))
    }),
    ("policy_basis_url", |device| {
        joined(device.policies.iter().map(|one| one.source.clone()))
    }),
    ("behind_recorder", behind),
    ("remarks", |device| joined(remarks(device))),
];

/// Of which run a row is, and whether that was complete.
const RUN: [&str; 2] = ["run_finished", "run_ended"];

/// How a row fared in the merge with a register from before.
const STATE: [&str; 3] = ["first_seen", "register_state", "register_note"];

/// What only people know: left blank for them.
pub const HUMAN: [&str; 13] = [
    "asset_id",
    "owner",
    "location",
    "vlan",
    "switch_port",
    "maintainer",
    "support_contract",
    "segmentation",
    "supplier_remote_access",
    "cloud_access",
    "action",
    "due",
    "notes",
];

/// The register: each row has a cell for each column.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Register {
    /// Their names.
    pub columns: Vec<String>,
    /// A device each.
    pub rows: Vec<Vec<Cell>>,
}

impl Register {
    /// The devices of a report. `all`: hosts of no known maker too.
    pub fn of(report: &Report, all: bool) -> Register {
        Register::of_devices(report, &devices(report, all))
    }

    fn of_devices(report: &Report, devices: &[&Device]) -> Register {
        let names = COLUMNS.iter().map(|column| column.0).chain(RUN).chain(HUMAN);
        Register {
            columns: names.map(str::to_owned).collect(),
            rows: devices.iter().map(|device| row(device, report)).collect(),
        }
    }

    /// The register from before with the devices of a report. A host of no known maker is looked for in it too, since
    /// it was seen; it is added where `all` is wanted.
    pub fn merged(former: Option<Register>, report: &Report, all: bool) -> Merged {
        let everybody = devices(report, true);
        let listed: HashSet<*const Device> = devices(report, all).into_iter().map(std::ptr::from_ref).collect();
        let listed: Vec<bool> = everybody
            .iter()
            .map(|device| listed.contains(&std::ptr::from_ref(*device)))
            .collect();
        let seen = Register::of_devices(report, &everybody);
        let run = Run {
            finished: report.finished.parse().ok(),
            name: match report.ended {
                Ended::Complete => report.finished.clone(),
                ended => format!("{}, which is {ended}", report.finished),
            },
        };
        merge(former, seen, &listed, &run)
    }
}

fn devices(report: &Report, all: bool) -> Vec<&Device> {
    let groups = outline::groups(report, all);
    groups.into_iter().flat_map(|group| group.devices).collect()
}

fn row(device: &Device, report: &Report) -> Vec<Cell> {
    let run = [Cell::time(&report.finished), Cell::said(&report.ended.to_string())];
    let cells = COLUMNS.iter().map(|column| column.1(device));
    cells.chain(run).chain(HUMAN.map(|_| Cell::Empty)).collect()
}

fn text(value: &Option<impl ToString>) -> Cell {
    value
        .as_ref()
        .map_or(Cell::Empty, |value| Cell::said(&value.to_string()))
}

fn joined(values: impl IntoIterator<Item = String>) -> Cell {
    let mut once: Vec<String> = Vec::new();
    for value in values {
        if !once.contains(&value) {
            once.push(value);
        }
    }
    Cell::said(&once.join(BETWEEN))
}

fn addresses(device: &Device, v6: bool) -> Cell {
    let addresses = device.addresses.iter().cloned();
    joined(addresses.filter(|address| address.parse::<Ipv6Addr>().is_ok() == v6))
}

fn maker(device: &Device) -> &str {
    device.maker.as_deref().map_or("", maker_name)
}

fn firmware(device: &Device) -> Cell {
    let version = |firmware: &crate::identify::Firmware| firmware.version.clone().unwrap_or(firmware.raw.clone());
    text(&device.firmware.as_ref().map(version))
}

fn built(device: &Device) -> Cell {
    let built = device
        .firmware
        .as_ref()
        .and_then(|firmware| firmware.build_date.as_ref());
    built.map_or(Cell::Empty, |day| Cell::day(day))
}

fn activated(device: &Device) -> Cell {
    text(&device.activated.map(|set| if set { "yes" } else { "no" }))
}

/// Protocol and port of what answered by TCP at the device's own addresses and told something. A recorder's answer about a
/// camera is the recorder's service, and a datagram may come from any port.
fn open_services(device: &Device) -> Cell {
    use Protocol::{Certificate, DahuaCgi, DahuaRpc, Dvrip, HikSdk, Http, Https, Isapi, Onvif, Rtsp};
    let by_tcp = |protocol: &str| {
        let protocol = protocol.parse();
        let services = [
            Http,
            Https,
            Certificate,
            Rtsp,
            Dvrip,
            HikSdk,
            Isapi,
            DahuaCgi,
            DahuaRpc,
            Onvif,
        ];
        protocol.is_ok_and(|protocol: Protocol| services.contains(&protocol))
    };
    let own = device.evidence.iter().map(|one| &one.reply);
    let own = own.filter(|reply| device.addresses.contains(&reply.host) && by_tcp(&reply.protocol));
    joined(own.filter_map(|reply| Some(format!("{} {}", reply.protocol, reply.port?))))
}

/// When the latest reply came that the verdict rests on.
fn last_seen(device: &Device) -> Cell {
    let times = device.evidence.iter().filter_map(|one| one.reply.at.as_deref());
    let latest = times.filter_map(|time| time.parse::<Timestamp>().ok()).max();
    latest.map_or(Cell::Empty, Cell::Time)
}

/// The protocols that told something.
fn source(device: &Device) -> Cell {
    let evidence = device.evidence.iter().map(|one| one.reply.protocol.clone());
    let firmware = device.firmware.iter().map(|firmware| firmware.via.clone());
    joined(device.mac_source.iter().cloned().chain(evidence).chain(firmware))
}

fn behind(device: &Device) -> Cell {
    let words = |behind: &crate::identify::Behind| format!("{} channel {}", behind.recorder, behind.channel);
    text(&device.behind.as_ref().map(words))
}
