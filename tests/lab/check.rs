//! Runs a scan and compares its report and its packets with the estate.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::estate;
use crate::harmless::assert_harmless;
use crate::host::Host;
use crate::stage::{Lab, Privilege, Ran};

/// Runs a scan and reads its report.
pub fn scan(lab: &Lab, arguments: &[&str], privilege: Privilege) -> (Value, Ran) {
    let arguments: Vec<&str> = arguments
        .iter()
        .copied()
        .chain(["--format", "json", "--no-names"])
        .collect();
    let ran = lab.run_scan(&arguments, privilege);
    let report =
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}\n{}", ran.stdout, ran.stderr));
    println!(
        "{arguments:?} {privilege:?}: {:?}, peak {} KiB, exit {:?}",
        ran.wall, ran.peak, ran.code
    );
    assert_harmless(&ran.ledger, arguments.contains(&"--credentials"));
    (report, ran)
}

pub fn text<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value[field].as_str()
}

pub fn devices(report: &Value) -> &[Value] {
    report["devices"].as_array().expect("a list of devices")
}

/// The device that has this address.
pub fn device<'a>(report: &'a Value, address: &str) -> Option<&'a Value> {
    let mut found = devices(report).iter().filter(|device| has(device, address));
    let first = found.next();
    assert!(found.next().is_none(), "{address} is in two devices");
    first
}

fn has(device: &Value, address: &str) -> bool {
    device["addresses"]
        .as_array()
        .is_some_and(|all| all.iter().any(|other| other == address))
}

const SURENESS: [&str; 4] = ["none", "possible", "probable", "confirmed"];

fn sureness(word: &str) -> usize {
    SURENESS
        .iter()
        .position(|other| *other == word)
        .unwrap_or_else(|| panic!("{word:?} is no confidence"))
}

/// Compares one host of the estate with the report, and says what is wrong.
fn faults(report: &Value, host: &Host) -> Vec<String> {
    let expect = &host.expect;
    let Some(device) = device(report, host.ip) else {
        return vec![format!("{} is missing", host.ip)];
    };
    let mut faults = Vec::new();
    let mut compare = |what: &str, found: Option<&str>, wanted: Option<&str>| {
        if wanted.is_some() && found != wanted {
            faults.push(format!("{} {what}: {found:?}, not {wanted:?}", host.ip));
        }
    };
    compare("maker", text(device, "maker"), expect.maker);
    compare("model", text(device, "model"), expect.model);
    compare("serial", text(device, "serial"), expect.serial);
    compare("class", text(device, "class"), expect.class);
    compare("brand", text(device, "brand"), expect.brand);
    compare("firmware", device["firmware"]["raw"].as_str(), expect.firmware);
    let accused = matches!(text(device, "maker"), Some("hikvision" | "dahua"));
    let sure = sureness(text(device, "confidence").unwrap_or("none"));
    if expect.maker.is_none() && accused {
        faults.push(format!("{} is accused: {device:#}", host.ip));
    }
    if expect.maker.is_some() && sure > sureness(expect.at_most) {
        faults.push(format!("{} is too sure: {device:#}", host.ip));
    }
    if expect.maker.is_some() && sure < sureness(expect.least) {
        faults.push(format!("{} is not sure enough: {device:#}", host.ip));
    }
    if (host.sadp.is_some() || host.dhip.is_some()) && device["activated"] != host.activated {
        faults.push(format!("{} activated is {}", host.ip, device["activated"]));
    }
    if expect.same_as.is_none() && text(device, "mac").is_some_and(|mac| !mac.eq_ignore_ascii_case(host.mac)) {
        faults.push(format!("{} has the MAC {}", host.ip, device["mac"]));
    }
    if device["mis_addressed"] != expect.mis_addressed {
        faults.push(format!("{} mis_addressed is {}", host.ip, device["mis_addressed"]));
    }
    if let Some(same) = expect.same_as
        && !has(device, same)
    {
        faults.push(format!("{} is not one device with {same}", host.ip));
    }
    faults
}

pub fn assert_estate<'a>(report: &Value, hosts: impl IntoIterator<Item = &'a Host>) {
    let faults: Vec<String> = hosts.into_iter().flat_map(|host| faults(report, host)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Whoever is in the report exists, and all who exist on the segments are counted.
pub fn assert_nobody_else(report: &Value) {
    let near = || estate::NEAR.iter().chain(estate::SECOND);
    let held: BTreeSet<&str> = estate::CLAIMS.iter().map(|claim| claim.ip).collect();
    let real: BTreeSet<&str> = near().map(|host| host.ip).chain(held.iter().copied()).collect();
    let reported: BTreeSet<&str> = devices(report)
        .iter()
        .flat_map(|device| device["addresses"].as_array().expect("a list of addresses"))
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(reported, real);
    let live = near().filter(|host| !host.expect.mis_addressed).count() + held.len();
    assert_eq!(report["coverage"]["live"], live, "{}", report["coverage"]);
}

/// Addresses, maker, model, serial and firmware of every unit: what must not depend on privileges.
pub fn units(report: &Value) -> BTreeSet<String> {
    let unit = |device: &&Value| matches!(text(device, "maker"), Some("hikvision" | "dahua"));
    let line = |device: &Value| {
        let words = ["maker", "model", "serial", "confidence"].map(|field| text(device, field).unwrap_or("-"));
        format!(
            "{} {} {}",
            device["addresses"],
            words.join(" "),
            device["firmware"]["raw"]
        )
    };
    devices(report).iter().filter(unit).map(line).collect()
}
