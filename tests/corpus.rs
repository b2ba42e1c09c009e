//! Real banners with known makers, nearly all of them neither Hikvision's nor Dahua's: each of those that is called
//! so is a defect.

#![expect(clippy::print_stdout, reason = "a test says how much it looked at")]
#![expect(clippy::print_stderr, reason = "a skipped test says so loudly")]

use std::collections::BTreeMap;

use camsweep::fact::{Fact, Name, Protocol, Reply};
use camsweep::identify::{Confidence, Device, Knowledge, identify};
use camsweep::judge::judge;
use serde::Deserialize;

const CORPUS: &str = "../shared/data/corpus.ndjson";

/// One banner.
#[derive(Debug, Deserialize)]
struct Row {
    id: String,
    protocol: String,
    field: String,
    text: String,
    truth_class: String,
    truth_vendor: Option<String>,
    truth_device: Option<String>,
}

impl Row {
    /// Hikvision's or Dahua's, whatever the label.
    fn is_unit(&self) -> bool {
        !["other", "unknown-device"].contains(&self.truth_class.as_str())
    }
}

fn rows() -> Option<Vec<Row>> {
    let Ok(corpus) = std::fs::read_to_string(CORPUS) else {
        eprintln!("SKIPPED: {CORPUS} is absent");
        return None;
    };
    let row = |line| serde_json::from_str(line).expect("the corpus is JSON");
    Some(corpus.lines().map(row).collect())
}

/// What the rows came to: each device's label is the row's id.
#[derive(Debug, Default)]
struct Tally<'a> {
    judged: usize,
    units: usize,
    found: usize,
    accused: Vec<&'a Row>,
}

fn tally<'a>(rows: impl IntoIterator<Item = &'a Row>, devices: &[Device]) -> Tally<'a> {
    let verdicts: BTreeMap<&str, &Device> = devices.iter().map(|d| (d.addresses[0].as_str(), d)).collect();
    let mut tally = Tally::default();
    for row in rows {
        let device = verdicts[row.id.as_str()];
        let ours = matches!(device.maker.as_deref(), Some("hikvision" | "dahua"));
        tally.judged += 1;
        tally.units += usize::from(row.is_unit());
        tally.found += usize::from(row.is_unit() && ours);
        if !row.is_unit() && ours && device.confidence > Some(Confidence::Possible) {
            tally.accused.push(row);
        }
    }
    tally
}

fn report(how: &str, tally: &Tally<'_>) {
    let Tally {
        judged, units, found, ..
    } = tally;
    let accused = tally.accused.len();
    println!("{how}: judged {judged} rows; recognised {found} of {units} units; accused {accused} others");
    assert!(tally.accused.is_empty(), "{how}: {:#?}", tally.accused);
}

/// The fact that a field is, for those that no reader of ours takes from bytes too.
fn facts(row: &Row, reply: usize) -> Vec<Fact> {
    let fact = |name, value: &str| Fact {
        channel: None,
        name,
        value: value.into(),
        reply,
    };
    let name = match (row.protocol.as_str(), row.field.as_str()) {
        ("rtsp", "header.server") => Name::RtspServer,
        (_, "header.server") => Name::HttpServer,
        (_, "html.title") => Name::HttpTitle,
        (_, "header.www-authenticate") => Name::HttpChallenge,
        (_, "header.set-cookie") => Name::HttpCookie,
        (_, "favicon.md5") => Name::Favicon,
        (_, "cert.subject") => Name::CertificateSubject,
        (_, "cert.issuer") => Name::CertificateIssuer,
        (_, "sysDescr") => Name::SnmpDescription,
        (_, "sysObjectID") => Name::SnmpObjectId,
        _ => return vec![],
    };
    let realm = row.text.split_once("realm=\"").filter(|_| name == Name::HttpChallenge);
    let realm = realm
        .and_then(|(_, rest)| rest.split('"').next())
        .map(|realm| fact(Name::HttpRealm, realm));
    std::iter::once(fact(name, &row.text)).chain(realm).collect()
}

/// A reply as a device sends it that has the field; none for a field that is no part of a reply as it is read.
fn reply(row: &Row) -> Option<Reply> {
    let text = &row.text;
    let escaped = || text.replace('&', "&amp;").replace('<', "&lt;");
    let (protocol, bytes) = match (row.protocol.as_str(), row.field.as_str()) {
        ("http", "header.server") => (Protocol::Http, head("200 OK", "Server", text)),
        ("http", "header.www-authenticate") => (Protocol::Http, head("401 Unauthorized", "WWW-Authenticate", text)),
        ("http", "header.set-cookie") => (Protocol::Http, head("200 OK", "Set-Cookie", text)),
        ("http", "header.x-powered-by") => (Protocol::Http, head("200 OK", "X-Powered-By", text)),
        ("http", "html.title") => {
            let page = format!("<html><head><title>{}</title></head><body></body></html>", escaped());
            (Protocol::Http, head("200 OK", "Content-Type", "text/html") + &page)
        }
        ("rtsp", "header.server") => (
            Protocol::Rtsp,
            format!("RTSP/1.0 200 OK\r\nCSeq: 1\r\nServer: {text}\r\nPublic: OPTIONS, DESCRIBE\r\n\r\n"),
        ),
        ("snmp", "sysDescr") => (Protocol::Snmp, format!("SNMPv2-MIB::sysDescr.0 = STRING: {text}\n")),
        ("snmp", "sysObjectID") => (Protocol::Snmp, format!(".1.3.6.1.2.1.1.2.0 = OID: {text}\n")),
        _ => return None,
    };
    Some(Reply::new(row.id.as_str(), protocol, bytes))
}

fn head(status: &str, name: &str, value: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{name}: {value}\r\nConnection: close\r\n\r\n")
}

#[test]
fn no_banner_of_another_maker_is_accused() {
    let Some(rows) = rows() else { return };
    let reply = |row: &Row| {
        let word = row.protocol.replace("tls", "certificate");
        let protocol: Protocol = word.parse().expect("every word is a protocol");
        Reply::new(row.id.as_str(), protocol, row.text.as_str())
    };
    let replies: Vec<Reply> = rows.iter().map(reply).collect();
    let facts: Vec<Fact> = rows.iter().enumerate().flat_map(|(at, row)| facts(row, at)).collect();
    let tally = tally(&rows, &identify(&replies, &facts, Knowledge::builtin()));
    report("as facts", &tally);
    assert!(
        tally.found * 10 >= tally.units * 8,
        "only {} of {}",
        tally.found,
        tally.units
    );
}

#[test]
fn no_reply_of_another_maker_is_accused() {
    let Some(rows) = rows() else { return };
    let (rows, replies): (Vec<&Row>, Vec<Reply>) = rows.iter().filter_map(|row| Some((row, reply(row)?))).unzip();
    let tally = tally(rows.iter().copied(), &judge(&replies, Knowledge::builtin()).devices);
    report("as replies", &tally);
    assert_eq!(
        tally.found, tally.units,
        "of those that are read from bytes each is recognised"
    );
}

/// A host may say anything on any port: its banner in the wrong place makes it no camera.
#[test]
fn no_banner_on_another_port_is_accused() {
    use Protocol::{DahuaCgi, Dhip, Dvrip, DvripUdp, HikSdk, Http, Isapi, Neighbour, Rtsp, Sadp, Snmp, Wsd};
    let Some(rows) = rows() else { return };
    for protocol in [
        Neighbour, Wsd, Sadp, Dhip, DvripUdp, Dvrip, HikSdk, Http, Rtsp, Isapi, DahuaCgi, Snmp,
    ] {
        let reply = |row: &Row| Reply::new(row.id.as_str(), protocol.clone(), row.text.as_str());
        let replies: Vec<Reply> = rows.iter().map(reply).collect();
        let devices = judge(&replies, Knowledge::builtin()).devices;
        report(&format!("as {protocol}"), &tally(&rows, &devices));
    }
}

/// The makers of cameras and recorders as the corpus calls them, and as we do.
const OTHERS: &[(&str, &str)] = &[
    ("AVTECH", "avtech"),
    ("AXIS", "axis"),
    ("Avigilon", "avigilon"),
    ("Axis", "axis"),
    ("Bosch", "bosch"),
    ("Canon", "canon"),
    ("D-Link", "d-link"),
    ("Foscam", "foscam"),
    ("Hanwha Techwin", "hanwha"),
    ("Merit LILIN", "lilin"),
    ("Mobotix", "mobotix"),
    ("Nuuo", "nuuo"),
    ("Panasonic", "i-pro"),
    ("Pelco", "pelco"),
    ("Samsung", "hanwha"),
    ("Sony", "sony"),
    ("TP-LINK", "tp-link"),
    ("Ubiquiti", "ubiquiti"),
    ("Xiongmai Technology", "xiongmai"),
    ("2N Telekomunikace", "2n"),
];

/// One row alone: the maker that it is called by, where one is.
fn maker_of(row: &Row) -> Option<String> {
    let protocol: Protocol = row.protocol.replace("tls", "certificate").parse().expect("a protocol");
    let reply = Reply::new(row.id.as_str(), protocol, row.text.as_str());
    identify(&[reply], &facts(row, 0), Knowledge::builtin()).remove(0).maker
}

/// The whole estate counts: a camera that says its name is called by it, and by no other.
#[test]
fn cameras_of_other_makers_are_named() {
    let Some(rows) = rows() else { return };
    let kind = |row: &Row| row.truth_device.clone().unwrap_or_default();
    let is_camera = |row: &&Row| ["IP Camera", "DVR", "Web Cam"].contains(&kind(row).as_str());
    let (mut asked, mut named) = (0, 0);
    for row in rows.iter().filter(is_camera).filter(|row| !facts(row, 0).is_empty()) {
        let maker = OTHERS
            .iter()
            .find(|(truth, _)| Some(*truth) == row.truth_vendor.as_deref());
        let Some((_, maker)) = maker else { continue };
        let found = maker_of(row);
        assert!(
            found.as_deref().is_none_or(|found| found == *maker),
            "{row:?}: {found:?}"
        );
        asked += 1;
        named += usize::from(found.is_some());
    }
    println!("named {named} of {asked} cameras and recorders of other makers");
    assert!(named * 10 >= asked * 8, "only {named} of {asked}");
}

/// What the corpus knows to be no camera is no camera maker's, whoever made it.
#[test]
fn printers_and_routers_are_no_cameras() {
    let Some(rows) = rows() else { return };
    let others = [
        "Printer",
        "Multifunction Device",
        "Switch",
        "Router",
        "WAP",
        "VoIP",
        "Laptop",
        "Mobile Phone",
    ];
    let is_other = |row: &&Row| row.truth_device.as_deref().is_some_and(|kind| others.contains(&kind));
    let is_called = |row: &&Row| maker_of(row).is_some();
    let called: Vec<&Row> = rows.iter().filter(is_other).filter(is_called).collect();
    println!(
        "{} printers, routers and the like were judged",
        rows.iter().filter(is_other).count()
    );
    assert!(called.is_empty(), "{called:#?}");
}
