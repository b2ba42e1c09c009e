//! Devices that die of a question: they are left alone, and the report says so.

use std::time::Duration;

use crate::check::{device, scan, text};
use crate::stage::{Privilege, Ran, with_lab};

/// They answer no multicast, so that each is asked by datagrams of its own.
const MORTALS: [&str; 2] = ["10.66.0.13", "10.66.0.33"];

/// What reached a host itself, ARP left out.
fn heard<'a>(ran: &'a Ran, host: &str) -> Vec<&'a String> {
    let to_it = |line: &&String| !line.starts_with("arp ") && line.split(' ').nth(1) == Some(host);
    ran.ledger.iter().filter(to_it).collect()
}

#[test]
fn two_devices_that_die_of_their_first_datagram_stop_a_clinical_run() {
    with_lab(
        "silent::two_devices_that_die_of_their_first_datagram_stop_a_clinical_run",
        |lab| {
            lab.let_die(&MORTALS);
            let (report, ran) = scan(
                lab,
                &["10.66.0.8/29", "10.66.0.33", "--profile", "clinical"],
                Privilege::RawSocket,
            );
            let coverage = &report["coverage"];
            for host in MORTALS {
                assert_eq!(heard(&ran, host).len(), 1, "{host}: {:?}", heard(&ran, host));
                assert!(text(&coverage["became_silent"], host).is_some(), "{coverage:#}");
                let notes = device(&report, host).map(|device| device["notes"].to_string());
                assert!(notes.is_some_and(|notes| notes.contains("became silent")), "{host}");
            }
            assert_eq!(
                coverage["became_silent"].as_object().map(|hosts| hosts.len()),
                Some(2),
                "{coverage:#}"
            );
            assert!(
                text(coverage, "stopped").is_some_and(|why| why.contains("2 hosts")),
                "{coverage:#}"
            );
            assert_eq!(
                (ran.code, &report["ended"]),
                (Some(3), &"incomplete".into()),
                "{}",
                ran.stderr
            );
        },
    );
}

#[test]
fn one_that_dies_is_waited_for_and_reported_and_firewalls_are_not() {
    with_lab(
        "silent::one_that_dies_is_waited_for_and_reported_and_firewalls_are_not",
        |lab| {
            lab.let_die(&MORTALS[..1]);
            let (report, ran) = scan(lab, &["10.66.0.0/26"], Privilege::RawSocket);
            let silent = &report["coverage"]["became_silent"];
            assert_eq!(silent.as_object().map(|hosts| hosts.len()), Some(1), "{silent}");
            assert!(text(silent, MORTALS[0]).is_some(), "{silent}");
            assert_eq!(
                (ran.code, &report["ended"]),
                (Some(0), &"complete".into()),
                "{}",
                ran.stderr
            );
            assert!(ran.wall > Duration::from_secs(10), "{:?}", ran.wall);
        },
    );
}
