//! The scanner's own machine: who is a neighbour by its routes, and an interface that has no room or no carrier.

use serde_json::Value;

use crate::check::{scan, text};
use crate::stage::{CAMSWEEP, Lab, Privilege, Ran, run, with_lab};
use crate::wire::{Capture, by_host};

/// An address to which a route leads without a gateway, and a maker of printers who has the MAC there (Lexmark).
const FRAGILE: (&str, &str) = ("10.5.0.2", "00:20:00:00:05:02");

#[test]
fn clinical_sends_nothing_to_a_fragile_neighbour_that_only_a_route_reaches() {
    with_lab(
        "near::clinical_sends_nothing_to_a_fragile_neighbour_that_only_a_route_reaches",
        |lab| {
            let (host, mac) = FRAGILE;
            let set_up =
                format!("route add 10.5.0.0/24 dev scan0\nneigh add {host} lladdr {mac} dev scan0 nud reachable\n");
            run("ip", &["-batch", "-"], &set_up).expect("root in its own namespace");
            let capture = Capture::begin().expect("root in its own namespace");
            let targets = ["10.5.0.2-3", "--profile", "clinical"];
            let (report, _) = scan(lab, &targets, Privilege::RawSocket);
            let got = by_host(&capture.end());
            assert!(!got.keys().any(|to| to.octets()[..2] == [10, 5]), "{:?}", got.keys());
            let coverage = &report["coverage"];
            let why = text(&coverage["fenced"], host);
            assert!(why.is_some_and(|why| why.starts_with("printer")), "{coverage:#}");
            assert_eq!(coverage["on_link"], 2, "{coverage:#}");
        },
    );
}

fn hosts(lab: &Lab, targets: &str) -> (Value, Ran) {
    let ran = lab.run(
        CAMSWEEP.as_ref(),
        &["hosts", targets, "--format", "json"],
        Privilege::RawSocket,
    );
    let report = serde_json::from_str(&ran.stdout).unwrap_or_default();
    (report, ran)
}

#[test]
fn a_queue_that_is_full_slows_arp_and_costs_no_address() {
    with_lab("near::a_queue_that_is_full_slows_arp_and_costs_no_address", |lab| {
        let narrow = "qdisc add dev scan0 root tbf rate 100kbit burst 2000 limit 3000\n";
        if let Err(why) = run("tc", &["-batch", "-"], narrow) {
            println!("SKIPPED: near::a_queue_that_is_full_slows_arp_and_costs_no_address: no tbf here: {why}");
            return;
        }
        let (report, ran) = hosts(lab, "10.66.0.0/24");
        let coverage = &report["coverage"];
        assert_eq!(coverage["not_asked"], serde_json::json!([]), "{coverage:#}");
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    });
}

#[test]
fn the_network_of_an_interface_without_carrier_is_not_beyond_a_router() {
    with_lab(
        "near::the_network_of_an_interface_without_carrier_is_not_beyond_a_router",
        |lab| {
            let pair =
                "link add dead0 type veth peer name dead1\naddr add 192.168.9.1/24 dev dead0\nlink set dead0 up\n";
            run("ip", &["-batch", "-"], pair).expect("root in its own namespace");
            let alone = lab.run_scan(&["192.168.9.0/24"], Privilege::RawSocket);
            assert_eq!(alone.code, Some(1), "{}", alone.stdout);
            assert!(alone.stderr.contains("dead0 is down"), "{}", alone.stderr);
            let (report, ran) = scan(
                lab,
                &["192.168.9.7", "10.66.0.11", "--profile", "fast"],
                Privilege::RawSocket,
            );
            assert_eq!(
                (ran.code, &report["coverage"]["not_asked"]),
                (Some(3), &serde_json::json!(["192.168.9.7"]))
            );
        },
    );
}
