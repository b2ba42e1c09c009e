//! A segment with a rogue on it who floods, lies and takes what is others': the scan ends in its time, is right about who
//! is there, is small, goes nowhere it was not sent, and no password goes astray.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::time::Duration;

use serde_json::Value;

use crate::check::{assert_estate, device, devices, scan, text};
use crate::estate;
use crate::host::Host;
use crate::logins::{lines, logins, right, scan_with};
use crate::rogue::{self, SLANDERED, TAKEN};
use crate::stage::{Lab, Privilege, Ran, with_lab};

const SEGMENT: &str = "10.66.0.0/24";
/// The longest that a scan of it may take, on a machine that is busy with a flood as well.
const ITS_TIME: Duration = Duration::from_secs(60);
/// The most memory that a run may take, in KiB.
const MOST_MEMORY: i64 = 80 << 10;

fn attacked(lab: &Lab, attacks: &[&str], privilege: Privilege) -> (Value, Ran) {
    lab.let_attack(attacks);
    let (report, ran) = scan(lab, &[SEGMENT], privilege);
    assert!(ran.wall < ITS_TIME, "{:?}", ran.wall);
    assert!(ran.peak < MOST_MEMORY, "{} KiB", ran.peak);
    assert_stays_in_scope(&ran);
    assert_eq!(report["ended"], "complete", "{}", ran.stderr);
    (report, ran)
}

/// Whoever was asked anything is in the segment. `scan` has seen to it already that no trap port was.
fn assert_stays_in_scope(ran: &Ran) {
    let asked = ran
        .ledger
        .iter()
        .filter_map(|line| match line.split(' ').collect::<Vec<_>>()[..] {
            ["arp" | "udp" | "connect" | "again" | "http" | "rtsp", address, ..] => Some(address),
            _ => None,
        });
    let outside = |address: &str| {
        let address: Ipv4Addr = address.parse().expect("an address");
        address.octets()[..3] != [10, 66, 0] && !address.is_multicast() && !address.is_broadcast()
    };
    let strangers: BTreeSet<&str> = asked.filter(|address| outside(address)).collect();
    assert_eq!(strangers, BTreeSet::new());
}

fn is_slandered(host: &&Host) -> bool {
    SLANDERED.contains(&host.ip)
}

#[test]
fn among_storms_and_forgeries_every_unit_is_found_and_nobody_is_confirmed_who_is_none() {
    with_lab(
        "hostile::among_storms_and_forgeries_every_unit_is_found_and_nobody_is_confirmed_who_is_none",
        |lab| {
            let (report, ran) = attacked(lab, rogue::NOISE, Privilege::RawSocket);
            assert_estate(&report, estate::NEAR.iter().filter(|host| !is_slandered(host)));
            for victim in SLANDERED {
                let device = device(&report, victim).unwrap_or_else(|| panic!("{victim} is missing"));
                assert_ne!(text(device, "confidence"), Some("confirmed"), "{device:#}");
            }
            // Where a MAC was seen on the wire, the one that was said is held against it.
            for host in estate::NEAR.iter().filter(is_slandered) {
                let conflicts = device(&report, host.ip).expect("just seen")["conflicts"].to_string();
                let both = [host.mac, "44:a6:42:66:66:66"];
                assert!(
                    both.iter().all(|mac| conflicts.contains(mac)),
                    "{}: {conflicts}",
                    host.ip
                );
            }
            let contested = device(&report, rogue::CONTESTED).expect("a unit of the estate");
            assert!(contested["conflicts"].to_string().contains(rogue::MAC), "{contested:#}");
            // Strangers without number are few in the report, and the reader is told.
            let foreign = devices(&report).iter().filter(|device| device["off_target"] == true);
            assert!(foreign.count() < 40, "{} devices", devices(&report).len());
            let notes = report["coverage"]["notes"].to_string();
            assert!(
                notes.contains("somebody may be making hosts up"),
                "{notes}\n{}",
                ran.stderr
            );
        },
    );
}

#[test]
fn where_one_machine_answers_for_every_address_units_are_found_and_nobody_is_made_up() {
    with_lab(
        "hostile::where_one_machine_answers_for_every_address_units_are_found_and_nobody_is_made_up",
        |lab| {
            let (report, _) = attacked(lab, &["proxy"], Privilege::RawSocket);
            assert_estate(&report, estate::NEAR);
            let real = |device: &&Value| estate::NEAR.iter().any(|host| has(device, host.ip));
            let units = devices(&report)
                .iter()
                .filter(|device| !device["maker"].is_null() && !real(device));
            assert_eq!(units.collect::<Vec<_>>(), [&Value::Null; 0]);
            let made_up = device(&report, "10.66.0.250").expect("somebody answers for it");
            assert!(made_up["notes"].to_string().contains("proxy ARP"), "{made_up:#}");
        },
    );
}

fn has(device: &Value, address: &str) -> bool {
    device["addresses"]
        .as_array()
        .is_some_and(|all| all.iter().any(|other| other == address))
}

#[test]
fn an_address_taken_over_between_confirmation_and_login_is_sent_no_login() {
    with_lab(
        "hostile::an_address_taken_over_between_confirmation_and_login_is_sent_no_login",
        |lab| {
            lab.let_attack(&["take-over"]);
            let entries = [right("hikvision", SEGMENT, "")];
            let (report, ran) = scan_with(lab, &entries, &[TAKEN, "10.66.0.26"]);
            assert_eq!(logins(&ran, "Accepted"), BTreeSet::from(["10.66.0.26"]));
            let to_it = |words: &&Vec<&str>| words[1] == TAKEN;
            assert_eq!(lines(&ran, "authorization").iter().find(to_it), None);
            assert!(
                lines(&ran, "connect").iter().any(|words| words[1] == TAKEN),
                "it was confirmed"
            );
            let taken = device(&report, TAKEN).expect("both answer");
            assert!(taken["conflicts"].to_string().contains(rogue::MAC), "{taken:#}");
        },
    );
}
