//! `--redact`: the report without what tells single units, or where they hang: serial numbers, addresses, MAC
//! addresses, host names, sites, places. It is done to the model, once, before any writer sees it.
//!
//! Every text of the report is gone through, so that a field that is added later is redacted too; only what camsweep
//! itself words is left alone by name.

use std::collections::{BTreeSet, HashMap};
use std::net::Ipv6Addr;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::Value;

use super::model::Report;
use crate::identify::Device;

const REDACTED: &str = "[redacted]";
const ADDRESS: &str = "[address]";
const MAC: &str = "[MAC]";
const NOTE: &str = "redacted (--redact): serial numbers, addresses, MAC addresses, host names, sites and places";
/// Shorter names tell nobody, and stand in other texts by chance.
const SHORTEST: usize = 3;
/// Words of camsweep's own and of its data, and times.
const OURS: &[&str] = &[
    "schema",
    "tool",
    "started",
    "finished",
    "ended",
    "command",
    "class",
    "confidence",
    "login",
    "maker",
    "mac_source",
    "oui_organisation",
    "brand_claim",
    "build_date",
    "production_date",
    "web_ui_date",
    "via",
    "about",
    "rule",
    "protocol",
    "at",
    "id",
    "verdict",
    "exploited_since",
    "source",
];
/// Texts with version numbers, which may look like addresses.
const VERSIONS: &[&str] = &["raw", "version", "web_ui_version", "because", "model"];

static MACS: LazyLock<Regex> = LazyLock::new(|| {
    let forms = r"(?i)\b(?:[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}|[0-9a-f]{12})\b";
    Regex::new(forms).expect("a pattern")
});
static IPV4: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b\d{1,3}(?:\.\d{1,3}){3}\b").expect("a pattern"));
static IPV6: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*").expect("a pattern"));

/// The report redacted. Each host keeps a name of its own (`host-01`), so that it can be told which hosts belong
/// together.
///
/// # Errors
/// None in practice: what was a report is one again.
pub fn redact(mut report: Report) -> serde_json::Result<Report> {
    let mut secrets = Secrets::of(&report.devices);
    rename_sites(&mut report, &mut secrets);
    for (place, device) in report.devices.iter_mut().enumerate() {
        blank(device, &secrets.hosts[place]);
    }
    if report.plan.command == "judge" {
        // Files are named after places.
        report.plan.scope = vec![format!("{} file(s) of recorded replies", report.plan.scope.len())];
    }
    for hosts in [&mut report.coverage.fenced, &mut report.coverage.became_silent] {
        let named = std::mem::take(hosts).into_iter();
        *hosts = named.map(|(host, why)| (secrets.hidden(&host, true), why)).collect();
    }
    report.coverage.notes.push(NOTE.to_owned());
    let mut value = serde_json::to_value(report)?;
    secrets.hide(&mut value, true);
    serde_json::from_value(value)
}

/// A site keeps a name of its own (`site-1`), so that the units at one can still be counted.
fn rename_sites(report: &mut Report, secrets: &mut Secrets) {
    let of_devices = report.devices.iter_mut().filter_map(|device| device.site.as_mut());
    let mut names: Vec<String> = Vec::new();
    for site in report.sites.iter_mut().map(|site| &mut site.name).chain(of_devices) {
        let known = names.iter().position(|name| name == site);
        let place = known.unwrap_or(names.len());
        if known.is_none() {
            names.push(site.clone());
        }
        *site = format!("site-{}", place + 1);
    }
    report.sites.iter_mut().for_each(|site| site.networks.clear());
    for (name, number) in names.into_iter().zip(1..) {
        if name.len() >= SHORTEST {
            secrets.add(&name, &format!("site-{number}"));
        }
    }
}

/// Empties what can hold a secret that is not known as one: a page's title, the other side of a conflict, a path.
fn blank(device: &mut Device, host: &str) {
    let redacted = |value: &mut Option<String>| *value = value.as_ref().map(|_| REDACTED.to_owned());
    redacted(&mut device.serial);
    redacted(&mut device.mac);
    redacted(&mut device.host_name);
    device.addresses.fill(host.to_owned());
    for evidence in &mut device.evidence {
        evidence.saw = REDACTED.to_owned();
        evidence.reply.asked = None;
    }
    let telling = |about: &str| !matches!(about, "maker" | "model" | "firmware");
    for conflict in device.conflicts.iter_mut().filter(|conflict| telling(&conflict.about)) {
        conflict.says.fill(REDACTED.to_owned());
    }
}

/// A text without whatever looks like an address or a MAC address.
pub(super) fn without_addresses(text: &str) -> String {
    let text = MACS.replace_all(text, MAC);
    let text = IPV6.replace_all(&text, |found: &Captures| {
        let is_address = |text: &str| text.parse::<Ipv6Addr>().is_ok();
        let text = found[0].trim_end_matches('.');
        match text.strip_suffix(':') {
            _ if is_address(text) => ADDRESS.to_owned(),
            // `fd00::2: this machine's own`
            Some(before) if is_address(before) => format!("{ADDRESS}:"),
            _ => found[0].to_owned(),
        }
    });
    IPV4.replace_all(&text, ADDRESS).into_owned()
}

/// What is known to be secret, and what stands in its place.
struct Secrets {
    /// A name for each device, in their order.
    hosts: Vec<String>,
    /// In lower case.
    known: HashMap<String, String>,
    /// Their lengths in bytes.
    lengths: BTreeSet<usize>,
}

impl Secrets {
    fn of(devices: &[Device]) -> Secrets {
        let digits = devices.len().to_string().len();
        let hosts: Vec<String> = (1..=devices.len())
            .map(|number| format!("host-{number:0digits$}"))
            .collect();
        let mut secrets = Secrets {
            hosts,
            known: HashMap::new(),
            lengths: BTreeSet::new(),
        };
        for (device, host) in devices.iter().zip(secrets.hosts.clone()) {
            device.addresses.iter().for_each(|address| secrets.add(address, &host));
            let values = [&device.serial, &device.mac, &device.host_name].into_iter().flatten();
            for value in values.filter(|value| value.len() >= SHORTEST) {
                secrets.add(value, REDACTED);
            }
        }
        secrets
    }

    /// The first that a text stands for counts.
    fn add(&mut self, secret: &str, shown: &str) {
        if !secret.is_empty() {
            self.lengths.insert(secret.len());
            self.known
                .entry(secret.to_ascii_lowercase())
                .or_insert_with(|| shown.to_owned());
        }
    }

    /// Hides them in every text below. `patterns`: whatever looks like an address too.
    fn hide(&self, value: &mut Value, patterns: bool) {
        match value {
            Value::String(text) => *text = self.hidden(text, patterns),
            Value::Array(values) => values.iter_mut().for_each(|value| self.hide(value, patterns)),
            Value::Object(fields) => {
                for (name, value) in fields.iter_mut().filter(|(name, _)| !OURS.contains(&name.as_str())) {
                    self.hide(value, patterns && !VERSIONS.contains(&name.as_str()));
                }
            }
            _ => {}
        }
    }

    fn hidden(&self, text: &str, patterns: bool) -> String {
        let text = self.without_known(text);
        if patterns { without_addresses(&text) } else { text }
    }

    /// Whole words only: a host that is called `cam` must not spoil `camera`.
    fn without_known(&self, text: &str) -> String {
        let (mut shown, mut rest) = (String::with_capacity(text.len()), text);
        let mut within = false;
        while let Some(first) = rest.chars().next() {
            let found = if within { None } else { self.at_start(rest) };
            let taken = match found {
                Some((length, instead)) => {
                    shown.push_str(instead);
                    length
                }
                None => {
                    shown.push(first);
                    first.len_utf8()
                }
            };
            within = rest[..taken].ends_with(char::is_alphanumeric);
            rest = &rest[taken..];
        }
        shown
    }

    /// The longest secret that a text begins with, as a whole word.
    fn at_start(&self, text: &str) -> Option<(usize, &str)> {
        self.lengths.iter().rev().find_map(|length| {
            let (word, after) = text.split_at_checked(*length)?;
            let whole = !after.starts_with(char::is_alphanumeric);
            let instead = whole.then(|| self.known.get(&word.to_ascii_lowercase())).flatten()?;
            Some((*length, instead.as_str()))
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::register::Register;
    use super::super::sample::{behind, camera, device, report};
    use super::super::{csv, html, markdown, table};
    use super::*;
    use crate::identify::{Behind, Conflict};

    fn in_every_form(report: &Report) -> String {
        let mut register = Vec::new();
        csv::write(&Register::of(report, true), &mut register).unwrap();
        let style = table::Style {
            colour: false,
            all: true,
        };
        [
            serde_json::to_string(report).unwrap(),
            String::from_utf8(register).unwrap(),
            markdown::text(report, true).replace('\\', ""),
            html::text(report, true),
            table::text(report, style),
        ]
        .concat()
    }

    #[test]
    fn what_belongs_together_still_does() {
        let hidden = Device {
            behind: Some(Behind {
                recorder: "10.0.0.20".into(),
                channel: "3".into(),
            }),
            ..device("10.0.0.20 channel 3", Some("dahua"))
        };
        let mut recorder = device("10.0.0.20", Some("dahua"));
        recorder.addresses.push("fe80::20".into());
        let mut whole = report(vec![camera(), recorder, hidden]);
        whole.coverage.fenced.insert("10.0.0.20".into(), "a printer".into());
        whole
            .coverage
            .became_silent
            .insert("10.0.0.20".into(), "http 80".into());
        let redacted = redact(whole).unwrap();
        assert!(redacted.coverage.fenced.keys().eq(["host-2"]));
        assert!(redacted.coverage.became_silent.keys().eq(["host-2"]));
        let addresses: Vec<_> = redacted
            .devices
            .iter()
            .map(|device| device.addresses.as_slice())
            .collect();
        assert_eq!(addresses, [&["host-1"][..], &["host-2", "host-2"], &["host-3"]]);
        assert_eq!(redacted.devices[2].behind.as_ref().unwrap().recorder, "host-2");
        assert_eq!(redacted.devices[0].evidence[0].reply.host, "host-1");
        // What is not asked to be left out stays.
        let (before, after) = (camera(), &redacted.devices[0]);
        assert_eq!(
            (&before.model, &before.firmware, &before.oui_organisation),
            (&after.model, &after.firmware, &after.oui_organisation)
        );
        assert_eq!(redacted.summary, report(redacted.devices.clone()).summary);
    }

    #[test]
    fn texts_lose_addresses_and_keep_the_rest() {
        let mut one = camera();
        one.host_name = Some("cam".into());
        let secrets = Secrets::of(&[one]);
        let table = [
            ("a camera at 10.0.0.5, cam", "a camera at host-1, [redacted]"),
            ("10.0.0.50-10.0.0.59", "[address]-[address]"),
            ("10.0.4.0/24 on eth0", "[address]/24 on eth0"),
            (
                "proxy ARP: the one MAC 3C-EF-8C-00-00-01 answers",
                "proxy ARP: the one MAC [MAC] answers",
            ),
            ("3cef8c000001, 3cef.8c00.0001", "[MAC], [MAC]"),
            ("fe80::1%eth0 and ::1", "[address]%eth0 and [address]"),
            ("fd00:10::1-fd00:10::ff, fd00::/64", "[address]-[address], [address]/64"),
            ("fd00:10::2: this machine's own", "[address]: this machine's own"),
            ("http 80: at 09:00:00", "http 80: at 09:00:00"),
            ("Ünit ds-2cd0000-i20160101aawr000000005.", "Ünit [redacted]."),
        ];
        for (text, shown) in table {
            assert_eq!(secrets.hidden(text, true), shown);
        }
        assert_eq!(secrets.hidden("V3.4.2.1 on 10.0.0.5", false), "V3.4.2.1 on host-1");
    }

    #[test]
    fn whatever_a_device_says_elsewhere_is_left_out_with_its_evidence() {
        let mut report = report(vec![behind("Ward 7 10.0.0.9")]);
        report.devices[0].model = None;
        report.devices[0].brand = None;
        report.devices[0].web_ui_version = None;
        report.devices[0].firmware = None;
        report.devices[0].other_firmware.clear();
        report.devices[0].conflicts[0].about = "serial".into();
        report.plan.command = "judge".into();
        report.plan.scope = vec!["replies recorded in ward-7.ndjson".into()];
        let shown = in_every_form(&redact(report).unwrap()).to_lowercase();
        assert!(!shown.contains("ward"), "{shown}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn no_form_shows_what_is_redacted(
            ip in "172\\.(1[6-9]|2[0-9])\\.[1-9][0-9]\\.[1-9][0-9]", mac in "3c(:[0-9a-f]{2}){5}", serial in "[A-Z]{3}[0-9]{9}",
            name in "zq[a-z]{6}", stranger in "198\\.51\\.100\\.[1-9][0-9]",
        ) {
            let mut one = Device { addresses: vec![ip.clone()], mac: Some(mac.clone()), serial: Some(serial.clone()), host_name: Some(name.clone()), ..camera() };
            let told = format!("{name} ({serial}) has {mac} at {ip}, {stranger}");
            one.notes = vec![told.clone()];
            one.conflicts = ["serial", "model"].map(|about| Conflict { about: about.into(), says: vec![told.clone(), told.to_uppercase()] }).to_vec();
            one.evidence[0].saw = told.clone();
            one.evidence[0].reply.host = ip.clone();
            let mut report = report(vec![one, device("10.0.0.9", None)]);
            report.coverage.not_asked = vec![format!("{ip}-{stranger}")];
            report.blind_spots[0].what = told;
            let shown = in_every_form(&redact(report).unwrap()).to_lowercase();
            for secret in [ip, mac, serial.to_lowercase(), name, stranger] {
                prop_assert!(!shown.contains(&secret), "{}: {}", secret, shown);
            }
        }
    }
}
