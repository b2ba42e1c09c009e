//! Scans with a login: what every unit tells then, and what nobody gets who should not.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::check::{device, devices, scan, text};
use crate::estate;
use crate::host::{Host, password};
use crate::stage::{Lab, Privilege, Ran, with_lab};
use crate::tcp::cgi::CAMERA_PASSWORD;
use crate::tcp::digest::USER;
use crate::unsettled::{BASIC, BASIC_TLS, DECOY, ROGUES, TURNCOAT};

/// One entry of a file of credentials.
fn entry(maker: &str, scope: &str, password: &str, more: &str) -> String {
    format!(
        "[[credential]]\nscope = [\"{scope}\"]\nmaker = \"{maker}\"\nuser = \"{USER}\"\npassword = '{password}'\n{more}\n"
    )
}

/// The entry by which the units of a maker let us in.
pub fn right(maker: &str, scope: &str, more: &str) -> String {
    let unit = estate::all().find(|host| host.expect.maker == Some(maker));
    entry(maker, scope, password(unit.expect("both makers are there")), more)
}

/// Writes the entries to a file that nobody else may read.
fn file(folder: &Path, entries: &[String]) -> PathBuf {
    let path = folder.join("logins.toml");
    std::fs::write(&path, entries.concat()).expect("the file can be written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("its own file");
    path
}

pub fn scan_with(lab: &Lab, entries: &[String], arguments: &[&str]) -> (Value, Ran) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = file(folder.path(), entries);
    let path = path.to_str().expect("a plain path");
    let arguments: Vec<&str> = arguments.iter().copied().chain(["--credentials", path]).collect();
    scan(lab, &arguments, Privilege::RawSocket)
}

/// Lines of the ledger that begin with this word, as words.
pub fn lines<'a>(ran: &'a Ran, word: &str) -> Vec<Vec<&'a str>> {
    let words = ran.ledger.iter().map(|line| line.split(' ').collect::<Vec<_>>());
    words.filter(|words| words[0] == word).collect()
}

/// The hosts at which a login ended so.
pub fn logins<'a>(ran: &'a Ran, outcome: &str) -> BTreeSet<&'a str> {
    let lines = lines(ran, "login");
    let fitting = lines.iter().filter(|words| words[2] == outcome);
    fitting.map(|words| words[1]).collect()
}

/// Firmware is spelt differently by each protocol: with or without a blank, with or without the date.
fn is_firmware(found: Option<&str>, wanted: &str) -> bool {
    let bare = |text: &str| text.replace(' ', "");
    found.is_some_and(|found| bare(found).starts_with(&bare(wanted)))
}

/// What a unit did not tell although we logged in.
fn faults(report: &Value, host: &Host) -> Vec<String> {
    let Some(device) = device(report, host.ip) else {
        return vec![format!("{} is missing", host.ip)];
    };
    let mut faults = Vec::new();
    for (field, wanted) in [("model", host.model), ("serial", host.serial)] {
        if text(device, field) != Some(wanted) {
            faults.push(format!("{} {field}: {}, not {wanted}", host.ip, device[field]));
        }
    }
    let firmware = device["firmware"]["raw"].as_str();
    if !is_firmware(firmware, host.firmware) {
        faults.push(format!("{} firmware: {firmware:?}, not {}", host.ip, host.firmware));
    }
    if text(device, "maker") != host.expect.maker {
        faults.push(format!("{} maker: {}", host.ip, device["maker"]));
    }
    faults
}

/// Nobody gets in without TLS who knows Basic only; rogues are not asked for the truth.
fn tells(host: &Host) -> bool {
    let barred = [BASIC, BASIC_TLS, TURNCOAT].contains(&host.ip) || ROGUES.contains(&host.ip);
    host.expect.maker.is_some() && !barred
}

#[test]
fn with_a_login_every_unit_tells_model_serial_and_firmware_and_no_rogue_gets_it() {
    with_lab(
        "logins::with_a_login_every_unit_tells_model_serial_and_firmware_and_no_rogue_gets_it",
        |lab| {
            let entries = [
                right("hikvision", "10.66.0.0/24", "allow_username_token = true"),
                right("dahua", "10.66.0.0/24", ""),
            ];
            let (report, ran) = scan_with(lab, &entries, &["10.66.0.0/24"]);
            let units = estate::NEAR.iter().filter(|host| tells(host));
            let faults: Vec<String> = units.flat_map(|host| faults(&report, host)).collect();
            assert!(faults.is_empty(), "{}", faults.join("\n"));
            assert_eq!(logins(&ran, "Wrong"), BTreeSet::new());
            // Nobody who is no unit became one.
            for host in estate::NEAR.iter().filter(|host| host.expect.maker.is_none()) {
                let device = device(&report, host.ip).expect("it exists");
                let maker = text(device, "maker");
                assert!(!matches!(maker, Some("hikvision" | "dahua")), "{device:#}");
            }
            for basic in [BASIC, BASIC_TLS] {
                let basic = device(&report, basic).expect("it exists");
                assert!(basic.to_string().contains("auth-required"), "{basic:#}");
            }
            // `harmless` has seen to it that rogues got nothing; they are listed all the same.
            assert!(ROGUES.iter().all(|rogue| device(&report, rogue).is_some()));
            let stolen = |words: &&Vec<&str>| words[4].contains("stolen") || words[1] == DECOY && words[4] != "/";
            let requests = lines(&ran, "http");
            assert_eq!(requests.iter().find(stolen), None);
        },
    );
}

#[test]
fn a_unit_beyond_a_router_that_answers_no_discovery_tells_its_firmware_to_who_logs_in() {
    with_lab(
        "logins::a_unit_beyond_a_router_that_answers_no_discovery_tells_its_firmware_to_who_logs_in",
        |lab| {
            let entries = [right("hikvision", "10.77.0.0/24", "")];
            let (report, _) = scan_with(lab, &entries, &["10.77.0.30", "--probe-silent"]);
            let unit = estate::FAR.iter().filter(|host| host.ip == "10.77.0.30");
            assert_eq!(unit.flat_map(|host| faults(&report, host)).collect::<Vec<_>>(), [""; 0]);
        },
    );
}

#[test]
fn a_wrong_password_goes_to_two_units_at_most_and_to_each_once() {
    with_lab(
        "logins::a_wrong_password_goes_to_two_units_at_most_and_to_each_once",
        |lab| {
            let entries = [entry("hikvision", "10.66.0.0/24", "not the password", "")];
            let (report, ran) = scan_with(lab, &entries, &["10.66.0.25-29", "10.66.0.35"]);
            let refused = logins(&ran, "Wrong");
            assert!((1..=2).contains(&refused.len()), "{refused:?}");
            assert_eq!(logins(&ran, "Accepted"), BTreeSet::new());
            for host in refused {
                let device = device(&report, host).expect("it exists");
                assert!(device.to_string().contains("auth-required"), "{device:#}");
                assert_eq!(text(device, "maker"), Some("hikvision"), "the other facts are intact");
            }
        },
    );
}

#[test]
fn no_login_goes_where_its_entry_does_not_reach() {
    with_lab("logins::no_login_goes_where_its_entry_does_not_reach", |lab| {
        let elsewhere = [
            right("hikvision", "10.66.0.26/32", ""),
            right("dahua", "10.66.0.25/32", ""),
        ];
        let (report, ran) = scan_with(lab, &elsewhere, &["10.66.0.25", "10.66.0.44", "10.66.0.64"]);
        assert_eq!(lines(&ran, "login"), [[""; 0]; 0]);
        assert!(device(&report, "10.66.0.25").is_some_and(|unit| unit["firmware"].is_null()));
    });
}

#[test]
fn basic_goes_only_through_tls_and_only_where_it_is_allowed() {
    with_lab(
        "logins::basic_goes_only_through_tls_and_only_where_it_is_allowed",
        |lab| {
            let by = |more: &str| scan_with(lab, &[right("dahua", "10.66.0.0/24", more)], &[BASIC, BASIC_TLS]);
            let (_, ran) = by("");
            assert!(lines(&ran, "http").iter().all(|words| words[5] == "-"));
            let (report, ran) = by("allow_basic = true");
            let unit = estate::NEAR.iter().filter(|host| host.ip == BASIC_TLS);
            assert_eq!(unit.flat_map(|host| faults(&report, host)).collect::<Vec<_>>(), [""; 0]);
            let requests = lines(&ran, "http");
            let with_basic: BTreeSet<&str> = requests
                .iter()
                .filter(|words| words[5] == "Basic")
                .map(|words| words[1])
                .collect();
            assert_eq!(with_basic, BTreeSet::from([BASIC_TLS]));
        },
    );
}

#[test]
fn the_cameras_behind_a_recorder_are_listed_and_their_passwords_nowhere() {
    with_lab(
        "logins::the_cameras_behind_a_recorder_are_listed_and_their_passwords_nowhere",
        |lab| {
            let folder = tempfile::tempdir().expect("a folder");
            let record = folder.path().join("replies.ndjson");
            let record = record.to_str().expect("a plain path");
            let scope = "10.66.0.0/24";
            let entries = [right("hikvision", scope, ""), right("dahua", scope, "")];
            let targets = [
                "10.66.0.10",
                "10.66.0.20-21",
                "10.66.0.30",
                "10.66.0.40",
                "--record",
                record,
            ];
            let (report, ran) = scan_with(lab, &entries, &targets);
            let table = [
                ("192.168.254.2", Some("hikvision"), "DS-2CD2T43G2-4I"),
                ("192.168.254.3", Some("hikvision"), "DS-2CD2046G2-I"),
                ("192.168.254.5", None, "P3245-LV"),
                ("192.168.254.21", Some("dahua"), "IPC-HDBW2431E-S"),
                ("192.168.254.23", Some("hikvision"), "DS-2CD2143G2-IS"),
            ];
            for (address, maker, model) in table {
                let camera = device(&report, address).unwrap_or_else(|| panic!("{address} is missing"));
                assert_eq!(text(camera, "model"), Some(model), "{camera:#}");
                assert!(!camera["behind"].is_null(), "{camera:#}");
                if maker.is_some() {
                    assert_eq!(text(camera, "maker"), maker, "{camera:#}");
                }
            }
            // Whoever has spoken for himself is no camera behind anything.
            for address in ["10.66.0.10", "10.66.0.30"] {
                let camera = device(&report, address).expect("once");
                assert!(camera["behind"].is_null(), "{camera:#}");
            }
            let behind = devices(&report).iter().filter(|device| !device["behind"].is_null());
            assert_eq!(behind.count(), table.len());
            let replies = std::fs::read_to_string(record).expect("the record");
            for secret in [CAMERA_PASSWORD, "Lens:cap-42", "shutter ="] {
                let seen = [&replies, &ran.stdout, &ran.stderr]
                    .iter()
                    .any(|text| text.contains(secret));
                assert!(!seen, "{secret} is to be read");
            }
            assert!(!replies.to_lowercase().contains("authorization: "));
        },
    );
}

#[test]
fn a_file_that_others_may_read_is_refused_before_the_first_packet() {
    with_lab(
        "logins::a_file_that_others_may_read_is_refused_before_the_first_packet",
        |lab| {
            let folder = tempfile::tempdir().expect("a folder");
            let path = file(folder.path(), &[right("dahua", "10.66.0.0/24", "")]);
            let mode = std::fs::Permissions::from_mode(0o644);
            std::fs::set_permissions(&path, mode).expect("its own file");
            let ran = lab.run_scan(
                &["10.66.0.44", "--credentials", path.to_str().expect("a plain path")],
                Privilege::RawSocket,
            );
            assert!(matches!(ran.code, Some(1 | 2)), "{:?}: {}", ran.code, ran.stderr);
            assert_eq!(ran.ledger, Vec::<String>::new());
        },
    );
}
