//! A scan of targets of IPv6.

use serde_json::Value;

use crate::check::{device, scan, text};
use crate::stage::{Privilege, with_lab};
use crate::unsettled::FRAGILE;

/// A network of sixteen, one host with both families, and nobody else.
const TARGETS: [&str; 3] = [FRAGILE, "fd66::a0/124", "fd66::47"];

#[test]
fn targets_of_ipv6_are_found_asked_and_accused_as_they_deserve() {
    with_lab(
        "scans_v6::targets_of_ipv6_are_found_asked_and_accused_as_they_deserve",
        |lab| {
            for privilege in [Privilege::RawSocket, Privilege::None] {
                let (report, ran) = scan(lab, &TARGETS, privilege);
                assert_eq!(ran.code, Some(0), "{}", ran.stderr);
                assert_found(&report);
                let by_datagram = |port: &str| -> Vec<&String> {
                    let to = |line: &&String| line.starts_with("udp fd66:") && line.split(' ').nth(2) == Some(port);
                    ran.ledger.iter().filter(to).collect()
                };
                // Sixteen and one are looked for; the makers' protocols are asked of nobody.
                assert_eq!(by_datagram("3702").len(), 4 * 3, "{:?}", by_datagram("3702"));
                assert_eq!((by_datagram("37020").len(), by_datagram("37810").len()), (0, 0));
                assert!(ran.ledger.iter().any(|line| line.starts_with("connect fd66::a2 ")));
            }
        },
    );
}

#[test]
fn targets_of_ipv6_beyond_a_router_are_asked_by_datagram_and_spoken_to_where_they_answer() {
    with_lab(
        "scans_v6::targets_of_ipv6_beyond_a_router_are_asked_by_datagram_and_spoken_to_where_they_answer",
        |lab| {
            for (more, is_quiet_one_found) in [(None, false), (Some("--probe-silent"), true)] {
                let arguments: Vec<&str> = ["fd77::b0/124"].into_iter().chain(more).collect();
                let (report, ran) = scan(lab, &arguments, Privilege::RawSocket);
                let maker = |address| device(&report, address).map(|device| text(device, "maker"));
                assert_eq!(maker("fd77::b1"), Some(Some("hikvision")), "{report:#}");
                assert_eq!(
                    maker("fd77::b2"),
                    is_quiet_one_found.then_some(Some("dahua")),
                    "{report:#}"
                );
                assert_eq!(maker("fd77::b3"), Some(None), "an innocent: {report:#}");
                let unit = device(&report, "fd77::b1").expect("it was found");
                assert_eq!(text(unit, "model"), Some("DS-2CD2086G2-I"), "{unit:#}");
                let sent = |to: &str| ran.ledger.iter().filter(|line| line.starts_with(to)).count();
                // Nobody is there: two probes of WS-Discovery, and with `--probe-silent` five connections that nothing answers.
                assert_eq!(sent("udp fd77::b9 3702 "), 2);
                assert_eq!(sent("udp fd77::b9 "), 2);
                assert!(sent("connect fd77::b1 ") > 0);
                assert_eq!(sent("connect fd77::b2 ") > 0, is_quiet_one_found);
            }
        },
    );
}

fn assert_found(report: &Value) {
    let maker = |address| device(report, address).map(|device| text(device, "maker"));
    assert_eq!(maker("fd66::a1"), Some(Some("hikvision")), "{report:#}");
    assert_eq!(maker("fd66::a2"), Some(Some("dahua")), "{report:#}");
    assert_eq!(maker("fd66::a3"), Some(None), "an innocent: {report:#}");
    let model = |address| device(report, address).and_then(|device| text(device, "model"));
    assert_eq!(model("fd66::a1"), Some("DS-2CD2143G2-I"));
    let mac = |address| device(report, address).and_then(|device| text(device, "mac"));
    assert_eq!(mac("fd66::a3"), Some("00:11:32:66:00:a3"));
    let both = |address| device(report, address).map(|device| device["addresses"].to_string());
    assert_eq!(both("fd66::47"), both(FRAGILE), "one device by both families");
    let coverage = &report["coverage"];
    assert_eq!(
        (&coverage["live"], &coverage["addresses"]),
        (&5.into(), &18.into()),
        "{coverage:#}"
    );
    assert!(
        coverage["notes"].to_string().contains("17 addresses of IPv6"),
        "{coverage:#}"
    );
}
