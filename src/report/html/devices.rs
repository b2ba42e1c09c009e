//! The devices: tables of them, and what is known of each with the evidence.

use maud::{Markup, html};

use super::page::Text;
use crate::identify::{AdvisoryVerdict, Device, Evidence, ReplyRef};
use crate::report::columns::{HEADINGS, Row, SURE, row, shown};
use crate::report::escape::elide;
use crate::report::lens;
use crate::report::outline::Group;
use crate::report::words::{remarks, short_name};

/// The most pieces of evidence that are shown of one device.
const EVIDENCE: usize = 4;
/// The most columns that one of them takes.
const SAW: usize = 100;

pub(super) fn table(group: &Group) -> Markup {
    let rows: Vec<Row> = group.devices.iter().map(|device| row(device)).collect();
    let shown = shown(&rows);
    let caption = if group.heading.is_empty() {
        "Devices"
    } else {
        &group.heading
    };
    html! {
        div.wide role="region" aria-label="Table of devices" tabindex="0" {
            table {
                caption { (Text(caption)) " (" (rows.len()) ")" }
                thead { tr { @for place in &shown { th scope="col" { (HEADINGS[*place]) } } } }
                tbody { @for row in &rows { tr { @for place in &shown { (cell(row, *place)) } } } }
            }
        }
    }
}

fn cell(row: &Row, place: usize) -> Markup {
    let text = Text(&row[place]);
    html! {
        @match place {
            0 => th scope="row" { (text) },
            // One of three words of ours, or none.
            SURE => td { span class={ "sure " (text) } { (text) } },
            _ => td { (text) },
        }
    }
}

/// What is known of each device, folded up.
pub(super) fn evidence(groups: &[Group]) -> Markup {
    let devices = groups.iter().flat_map(|group| &group.devices);
    let told: Vec<_> = devices.filter(|device| !device.evidence.is_empty()).collect();
    html! {
        p.muted {
            "Of each device the " (EVIDENCE) " weightiest signs; the JSON report has all. "
            "Devices with evidence: " (told.len()) "."
        }
        @for device in told { (details(device)) }
    }
}

fn details(device: &Device) -> Markup {
    let total = device.evidence.len();
    html! {
        details {
            summary { (Text(&short_name(device))) }
            dl.values {
                @for (name, value) in values(device).iter().filter(|(_, value)| !value.is_empty()) {
                    dt { (name) } dd { (Text(value)) }
                }
            }
            (signs(&device.evidence))
            @if total > EVIDENCE { p.muted { "and " (total - EVIDENCE) " more of " (total) } }
        }
    }
}

fn signs(evidence: &[Evidence]) -> Markup {
    html! {
        table {
            thead { tr { @for name in ["Sign", "Weight", "Seen", "In the reply"] { th scope="col" { (name) } } } }
            tbody {
                @for one in evidence.iter().take(EVIDENCE) {
                    tr {
                        td { (Text(&one.rule)) }
                        td.number { (one.weight) }
                        td { (Text(&elide(&one.saw, SAW))) }
                        td { (Text(&reply(&one.reply))) }
                    }
                }
            }
        }
    }
}

fn reply(reply: &ReplyRef) -> String {
    let port = reply.port.map(|port| format!(" {port}")).unwrap_or_default();
    let words = [
        Some(format!("{}{port}", reply.protocol)),
        reply.asked.clone(),
        reply.at.clone(),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn values(device: &Device) -> Vec<(&'static str, String)> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let firmware = device.firmware.iter().chain(&device.other_firmware);
    let mut values = vec![
        ("Addresses", device.addresses.join(", ")),
        ("MAC address", text(&device.mac)),
        ("MAC prefix of", text(&device.oui_organisation)),
        ("Host name", text(&device.host_name)),
        ("Kind", device.class.map(|class| class.to_string()).unwrap_or_default()),
        ("Serial number", text(&device.serial)),
        ("Produced", text(&device.production_date)),
    ];
    values.extend(firmware.map(|firmware| ("Firmware", format!("{} ({})", firmware.raw, firmware.via))));
    values.extend(device.brand_claim.iter().map(|claim| {
        let words = format!(
            "{} is made by that maker: {} ({})",
            claim.name, claim.source, claim.strength
        );
        ("Brand", words)
    }));
    values.extend(device.advisories.iter().map(|one| ("Advisory", advisory(one))));
    let policies: Vec<String> = device.policies.iter().map(lens::short).collect();
    values.push(("Within the class of", policies.join("; ")));
    values.extend(remarks(device).map(|remark| ("To note", remark)));
    values
}

fn advisory(one: &AdvisoryVerdict) -> String {
    let since = one.exploited_since.as_ref();
    let exploited = since
        .map(|since| format!(", exploited since {since}"))
        .unwrap_or_default();
    format!(
        "{} {}{exploited}: {} ({})",
        one.id, one.verdict, one.because, one.source
    )
}
