//! `camsweep hosts` for people: an address, its MAC and whose that is, a line each.

use std::fmt::Write as _;
use std::net::IpAddr;

use super::columns::PAGE;
use super::escape::elide;
use super::model::Report;
use super::outline::{self, Section};
use super::table::{push_lines, push_looked_at};
use super::words::remarks;
use crate::identify::Device;

const ADDRESS: usize = 15;
const MAC: usize = 17;
const GAP: usize = 2;

/// The list as text, with what was looked at below it.
pub fn text(report: &Report) -> String {
    let mut devices: Vec<&Device> = report.devices.iter().collect();
    devices.sort_by_key(|device| (device.off_target, first(device).parse::<IpAddr>().ok()));
    let mut text = String::new();
    for device in &devices {
        let _ = writeln!(text, "{}", line(device).trim_end());
    }
    let _ = writeln!(text, "\n{}\n", outline::headline(report));
    let noted = |device: &&Device| {
        remarks(device)
            .map(|remark| format!("{}: {remark}", first(device)))
            .collect::<Vec<_>>()
    };
    let lines = devices.iter().flat_map(noted).collect();
    push_lines(
        &mut text,
        Section {
            heading: "To note",
            lines,
        },
    );
    push_looked_at(&mut text, report);
    text
}

fn first(device: &Device) -> &str {
    device.addresses.first().map_or("", String::as_str)
}

/// What belongs to one host, in columns.
fn line(device: &Device) -> String {
    let outside = if device.off_target {
        " (outside the targets)"
    } else {
        ""
    };
    let owner = format!("{}{outside}", device.oui_organisation.as_deref().unwrap_or_default());
    let mac = device.mac.as_deref().unwrap_or_default();
    let rest = PAGE - ADDRESS - MAC - 2 * GAP;
    format!(
        "{:<ADDRESS$}  {:<MAC$}  {}",
        elide(first(device), ADDRESS),
        elide(mac, MAC),
        elide(&owner, rest)
    )
}

#[cfg(test)]
mod tests {
    use super::super::sample::{NASTY, camera, device, report, tampered};
    use super::*;

    fn list(devices: Vec<Device>) -> String {
        let mut report = report(devices);
        report.plan.command = "hosts".into();
        text(&report)
    }

    #[test]
    fn hosts_are_listed_by_address_with_their_macs_and_whose_those_are_and_nobody_is_accused() {
        let text = list(vec![device("10.0.0.10", None), camera(), device("10.0.0.9", None)]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[..3],
            [
                "10.0.0.5         44:47:cc:00:00:05  Hangzhou Hikvision Digital Technology Co.,Ltd.",
                "10.0.0.9",
                "10.0.0.10",
            ]
        );
        assert!(
            text.contains("\n3 hosts; none was asked what it is") && text.contains("Looked at:"),
            "{text}"
        );
        assert!(!text.contains("Dahua unit"), "{text}");
    }

    #[test]
    fn nothing_that_was_heard_steers_the_terminal() {
        for nasty in NASTY {
            let text = list(vec![tampered(nasty)]);
            assert!(
                text.chars().all(|c| c == '\n' || !c.is_control()),
                "{nasty:?}: {text:?}"
            );
        }
    }
}
