//! `--format cef`: each host as an event of ArcSight's Common Event Format, version 0, one a line. The keys are those of
//! its extension dictionary.

use std::net::IpAddr;

use jiff::tz::TimeZone;

use super::build::is_unit;
use super::escape::escape;
use super::event::{addresses, build_date, exploited_ids, firmware_version, label, mac, millis, severity};
use super::model::Report;
use super::words::maker_name;
use crate::identify::Device;

/// The most bytes that a value takes: a line of CEF has a place in the 8 KiB that collectors take.
const MAX_VALUE: usize = 240;

/// One event: a line without its end, and how much it matters (0 to 10).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// `CEF:0|camsweep|…`
    pub line: String,
    /// As the line has it.
    pub severity: u8,
}

/// The report as an event a line.
pub fn text(report: &Report) -> String {
    events(report).map(|event| event.line + "\n").collect()
}

/// An event for each host.
pub fn events(report: &Report) -> impl Iterator<Item = Event> {
    report.devices.iter().map(|device| event(report, device))
}

fn event(report: &Report, device: &Device) -> Event {
    let severity = severity(device);
    let (id, name) = kind(device);
    let (tool, version) = (header(&report.tool.name), header(&report.tool.version));
    let head = format!("CEF:0|{tool}|{tool}|{version}|{id}|{}|{severity}|", header(&name));
    let fields: Vec<String> = extension(report, device)
        .into_iter()
        .filter_map(|(key, said)| Some(format!("{key}={}", value(&said?))))
        .collect();
    Event {
        line: head + &fields.join(" "),
        severity,
    }
}

/// The id of the event's class, and its name for people.
fn kind(device: &Device) -> (&'static str, String) {
    let maker = device.maker.as_deref().map(maker_name);
    let sure = device.confidence.map(|sure| format!(", {sure}")).unwrap_or_default();
    match maker {
        Some(maker) if is_unit(device) => ("unit", format!("{maker} unit{sure}")),
        Some(maker) => ("host", format!("{maker} device{sure}")),
        None => ("host", "Host".to_owned()),
    }
}

type Field = (&'static str, Option<String>);

fn extension(report: &Report, device: &Device) -> Vec<Field> {
    let mut fields = vec![
        ("start", millis(&report.started).map(|time| time.to_string())),
        ("end", millis(&report.finished).map(|time| time.to_string())),
        ("cat", Some("inventory".to_owned())),
        ("outcome", Some(report.ended.to_string())),
    ];
    fields.extend(whereabouts(device));
    let exploited = exploited_ids(device).join(" ");
    let age = device.firmware_age_days.map(|days| days.to_string());
    let activated = device.activated.map(|yes| u8::from(yes).to_string());
    let custom = [
        ("cs1", "cs1Label", "Maker", device.maker.clone()),
        ("cs2", "cs2Label", "Model", device.model.clone()),
        ("cs3", "cs3Label", "Serial Number", device.serial.clone()),
        ("cs4", "cs4Label", "Firmware", firmware_version(device).cloned()),
        (
            "cs5",
            "cs5Label",
            "Confidence",
            device.confidence.map(|sure| sure.to_string()),
        ),
        (
            "cs6",
            "cs6Label",
            "Exploited Advisories",
            (!exploited.is_empty()).then_some(exploited),
        ),
        ("flexString1", "flexString1Label", "Site", device.site.clone()),
        ("flexString2", "flexString2Label", "Brand", device.brand.clone()),
        ("cn1", "cn1Label", "Firmware Age Days", age),
        ("cn2", "cn2Label", "Activated", activated),
        (
            "deviceCustomDate1",
            "deviceCustomDate1Label",
            "Firmware Build Date",
            built(device),
        ),
    ];
    for (key, label_key, label, said) in custom.into_iter().filter(|(.., said)| said.is_some()) {
        fields.extend([(label_key, Some(label.to_owned())), (key, said)]);
    }
    fields
}

/// The key `dst` takes IPv4 only.
fn whereabouts(device: &Device) -> Vec<Field> {
    let all = addresses(device);
    let v4 = all.iter().find(|address| address.is_ipv4()).map(IpAddr::to_string);
    let v6 = all.iter().find(|address| address.is_ipv6()).map(IpAddr::to_string);
    let mac = mac(device).map(|bytes| bytes.map(|byte| format!("{byte:02x}")).join(":"));
    let behind = device.behind.as_ref();
    let behind = behind.map(|behind| format!("behind recorder {} channel {}", behind.recorder, behind.channel));
    vec![
        ("dst", v4),
        ("c6a3Label", v6.as_ref().map(|_| "Destination IPv6 Address".to_owned())),
        ("c6a3", v6),
        ("dmac", mac),
        ("dhost", label(device).or(device.host_name.as_ref()).cloned()),
        ("msg", behind),
    ]
}

/// The beginning of that day in UTC, in milliseconds since 1970.
fn built(device: &Device) -> Option<String> {
    let midnight = TimeZone::UTC.to_timestamp(build_date(device)?.at(0, 0, 0, 0)).ok()?;
    Some(midnight.as_millisecond().to_string())
}

/// A backslash before backslashes and bars; a header has no way to say a line's end, so that it is written out.
fn header(text: &str) -> String {
    shortened(text, |c| match c {
        '\\' | '|' => format!("\\{c}"),
        _ => harmless(c),
    })
}

/// A backslash before backslashes and equals signs; `\n` and `\r` for what ends lines.
fn value(text: &str) -> String {
    shortened(text, |c| match c {
        '\\' | '=' => format!("\\{c}"),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        _ => harmless(c),
    })
}

/// What could steer a terminal as `\u{…}`, its backslash escaped like any other.
fn harmless(c: char) -> String {
    escape(c.encode_utf8(&mut [0; 4])).replace('\\', "\\\\")
}

/// Ends between characters, so that no escape is cut in two.
fn shortened(text: &str, written: impl Fn(char) -> String) -> String {
    let mut whole = String::new();
    for next in text.chars().map(written) {
        if whole.len() + next.len() > MAX_VALUE {
            whole.push('…');
            break;
        }
        whole.push_str(&next);
    }
    whole
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::sample::{NASTY, behind, camera, device, report, tampered};
    use super::*;

    /// A reader of its own: the header's fields and the extension's, unescaped as the specification says.
    fn read(line: &str) -> (Vec<String>, Vec<(String, String)>) {
        let (mut head, mut rest) = (Vec::new(), line.chars());
        while head.len() < 7 {
            let mut field = String::new();
            loop {
                match rest.next().expect("a header of seven fields") {
                    '\\' => field.push(rest.next().expect("an escaped character")),
                    '|' => break,
                    c => field.push(c),
                }
            }
            head.push(field);
        }
        let mut fields: Vec<(String, String)> = Vec::new();
        let mut said = String::new();
        while let Some(c) = rest.next() {
            match c {
                '\\' => match rest.next().expect("an escaped character") {
                    'n' => said.push('\n'),
                    'r' => said.push('\r'),
                    c @ ('\\' | '=') => said.push(c),
                    c => panic!("\\{c} is no escape: {line}"),
                },
                '=' => {
                    let (before, key) = said.rsplit_once(' ').unwrap_or(("", &said));
                    let key = key.to_owned();
                    if let Some(last) = fields.last_mut() {
                        last.1 = before.to_owned();
                    }
                    fields.push((key, String::new()));
                    said.clear();
                }
                c => said.push(c),
            }
        }
        fields.last_mut().expect("a field").1 = said;
        (head, fields)
    }

    #[test]
    fn a_camera_fills_its_line() {
        let mut unit = camera();
        unit.site = Some("a=b|c\\d".into());
        let line = text(&report(vec![unit]));
        let version = env!("CARGO_PKG_VERSION");
        let expected = [
            &format!("CEF:0|camsweep|camsweep|{version}|unit|Hikvision unit, confirmed|9|start=1795597140000"),
            "end=1795597200000 cat=inventory outcome=complete dst=10.0.0.5 dmac=44:47:cc:00:00:05 dhost=gym-door",
            "cs1Label=Maker cs1=hikvision cs2Label=Model cs2=DS-2CD0000-I",
            "cs3Label=Serial Number cs3=DS-2CD0000-I20160101AAWR000000005 cs4Label=Firmware cs4=5.4.5",
            "cs5Label=Confidence cs5=confirmed cs6Label=Exploited Advisories cs6=CVE-2017-7921 CVE-2021-36260",
            "flexString1Label=Site flexString1=a\\=b|c\\\\d flexString2Label=Brand flexString2=Annke",
            "cn1Label=Firmware Age Days cn1=3592 cn2Label=Activated cn2=0",
            "deviceCustomDate1Label=Firmware Build Date deviceCustomDate1=1485216000000\n",
        ];
        assert_eq!(line, expected.join(" "));
    }

    #[test]
    fn what_is_no_unit_is_said_as_such() {
        let lines = text(&report(vec![
            device("10.0.0.9", None),
            device("10.0.0.8", Some("axis")),
            device("fe80::1%eth0", None),
        ]));
        for (line, part) in lines.lines().zip([
            "|host|Host|0|",
            "|host|Axis device, confirmed|0|",
            " c6a3Label=Destination IPv6 Address c6a3=fe80::1",
        ]) {
            assert!(line.contains(part), "{part}: {line}");
        }
    }

    #[test]
    fn header_and_extension_are_escaped_each_in_its_way() {
        let table = [
            ("a|b", "a\\|b", "a|b"),
            ("a\\b", "a\\\\b", "a\\\\b"),
            ("a=b", "a=b", "a\\=b"),
            ("a\r\nb", "a\\\\u{d}\\\\u{a}b", "a\\r\\nb"),
            ("\u{1b}[2J", "\\\\u{1b}[2J", "\\\\u{1b}[2J"),
            ("摄像机", "摄像机", "摄像机"),
        ];
        for (raw, in_header, in_extension) in table {
            assert_eq!((header(raw).as_str(), value(raw).as_str()), (in_header, in_extension));
        }
    }

    fn holds(said: &str) -> Result<(), TestCaseError> {
        let mut sent = report(vec![tampered(said), behind(said)]);
        sent.tool.name = said.to_owned();
        sent.tool.version = said.to_owned();
        let (tame, text) = (report(vec![tampered("x"), behind("x")]), text(&sent));
        prop_assert_eq!(text.matches('\n').count(), 2);
        for (line, tame) in text.lines().zip(super::text(&tame).lines()) {
            prop_assert!(line.len() < 8000 && escape(line) == line, "{}", line);
            let ((head, fields), (_, expected)) = (read(line), read(tame));
            prop_assert!(head[0] == "CEF:0" && head[4] == "unit", "{}", line);
            let keys = |fields: &[(String, String)]| fields.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>();
            // A text that is an address has its key; no other comes or goes.
            if addresses(&tampered(said)).is_empty() {
                prop_assert_eq!(keys(&fields), keys(&expected), "{}", line);
            }
            let model = fields
                .iter()
                .find(|(key, _)| key == "cs2")
                .map(|(_, said)| said.as_str());
            let plain = escape(&said.replace(['\n', '\r'], "")).len() == said.replace(['\n', '\r'], "").len();
            if said.len() < MAX_VALUE / 2 && plain {
                prop_assert_eq!(model, Some(said), "{}", line);
            }
        }
        Ok(())
    }

    #[test]
    fn nasty_strings_stay_in_their_field() {
        for said in NASTY {
            holds(said).unwrap_or_else(|fault| panic!("{said:?}: {fault}"));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn whatever_comes_stays_in_its_field(said in "[|\\\\=\n\r a]{0,9}|.{0,300}") {
            holds(&said)?;
        }
    }
}
