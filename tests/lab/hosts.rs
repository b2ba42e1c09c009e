//! Who is there, and nothing else.

use serde_json::Value;

use crate::estate;
use crate::stage::{CAMSWEEP, Privilege, with_lab};

#[test]
fn hosts_are_listed_with_their_macs_and_hear_arp_alone() {
    with_lab("hosts::hosts_are_listed_with_their_macs_and_hear_arp_alone", |lab| {
        for (privilege, more) in [
            (Privilege::RawSocket, &[][..]),
            (Privilege::RawSocket, &["--profile", "fast"][..]),
            (Privilege::None, &[][..]),
        ] {
            let arguments = [&["hosts", "10.66.0.0/24", "--format", "json"], more].concat();
            let ran = lab.run(CAMSWEEP.as_ref(), &arguments, privilege);
            let report: Value = serde_json::from_str(&ran.stdout).expect("a report");
            assert_eq!(
                (ran.code, &report["plan"]["command"]),
                (Some(0), &"hosts".into()),
                "{}",
                ran.stderr
            );
            let devices = report["devices"].as_array().expect("a list");
            for host in estate::near().filter(|host| !host.expect.mis_addressed) {
                let device = devices.iter().find(|device| device["addresses"][0] == host.ip);
                let mac = device.and_then(|device| device["mac"].as_str()).unwrap_or_default();
                assert!(mac.eq_ignore_ascii_case(host.mac), "{} {mac} {privilege:?}", host.ip);
            }
            let is_harmless = |line: &str| {
                let words: Vec<&str> = line.split(' ').collect();
                match words.as_slice() {
                    // The kernel is nudged where ARP is not allowed.
                    ["udp", _, port, payload] => privilege == Privilege::None && (*port, *payload) == ("9", "00"),
                    // Of IPv4's other protocols only what the kernel sends unasked: ICMP errors.
                    [word, ..] => *word == "arp" || line.starts_with("ip 1 "),
                    [] => false,
                }
            };
            let asked: Vec<&String> = ran.ledger.iter().filter(|line| !is_harmless(line)).collect();
            assert_eq!(asked, [""; 0], "{privilege:?}");
        }
        let listed = lab.run(CAMSWEEP.as_ref(), &["hosts", "10.66.0.0/24"], Privilege::RawSocket);
        let first = listed.stdout.lines().next().unwrap_or_default();
        assert!(
            first.starts_with("10.66.0.1        4c:5e:0c:10:00:01  "),
            "{}",
            listed.stdout
        );
        let beyond = lab.run(CAMSWEEP.as_ref(), &["hosts", "10.77.0.0/24"], Privilege::RawSocket);
        assert_eq!(beyond.code, Some(2), "{}", beyond.stderr);
    });
}
