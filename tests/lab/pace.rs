//! Each profile on the wire: no second has more than the profile allows, in all and to one host.

use std::time::Duration;

use camsweep::cli::budget::Budget;
use camsweep::net::Limits;
use camsweep::net::profile::{CONNECTIONS_IN_TEN_SECONDS, CONNECTIONS_TO_A_HOST, profile};

use crate::check::scan;
use crate::ledger::most_at_once;
use crate::stage::{Lab, Privilege, with_lab};
use crate::wire::{Capture, Got, Moment, Sent, What, by_host, originated, peak};

const SECOND: Duration = Duration::from_secs(1);
const TEN_SECONDS: Duration = Duration::from_secs(10);
/// What travels in one connection at the most, our way: handshakes of TCP and TLS, requests, acknowledgements of an answer
/// as long as its cap, and the closing.
const IN_A_CONNECTION: (usize, usize) = (20, 2_500);

#[test]
fn no_second_has_more_than_clinical_allows() {
    with_lab("pace::no_second_has_more_than_clinical_allows", |lab| {
        keeps_its_pace(lab, "clinical", &["10.66.0.8/29", "10.66.0.24/29", "10.66.0.60-63"]);
    });
}

#[test]
fn no_second_has_more_than_standard_allows() {
    with_lab("pace::no_second_has_more_than_standard_allows", |lab| {
        keeps_its_pace(lab, "standard", &["10.66.0.0/24"]);
    });
}

#[test]
fn no_second_has_more_than_fast_allows() {
    with_lab("pace::no_second_has_more_than_fast_allows", |lab| {
        keeps_its_pace(lab, "fast", &["10.66.0.0/24"]);
    });
}

fn keeps_its_pace(lab: &Lab, name: &str, targets: &[&str]) {
    let limits = &profile(name).expect("a profile").limits;
    let capture = Capture::begin().expect("root in its own namespace");
    let (_, ran) = scan(lab, &[targets, &["--profile", name]].concat(), Privilege::RawSocket);
    let sent = capture.end();
    let heard = ran.ledger.iter().filter(|line| line.starts_with("udp ")).count();
    let captured = sent.iter().filter(|sent| sent.what == What::Datagram).count();
    assert_eq!(
        captured, heard,
        "the capture and the cable's other end have not seen the same"
    );
    in_all(name, limits, &sent);
    to_one_host(name, limits, &sent, &ran.ledger);
}

fn in_all(name: &str, limits: &Limits, sent: &[Sent]) {
    let (datagrams, connections) = originated(sent);
    let moments = |some: &[Moment]| some.iter().map(|(_, at)| *at).collect::<Vec<_>>();
    let (datagrams, connections) = (moments(&datagrams), moments(&connections));
    let arp: Vec<Duration> = sent
        .iter()
        .filter(|sent| sent.what == What::Arp)
        .map(|sent| sent.at)
        .collect();
    let peaks = [&datagrams, &connections, &arp].map(|moments| peak(moments, SECOND));
    println!(
        "{name}: peak in any second: {} of {} datagrams, {} of {} connections, {} ARP (our own at most {}, the kernel's beside)",
        peaks[0], limits.rate, peaks[1], limits.connection_rate, peaks[2], limits.arp_rate
    );
    assert!(
        datagrams.len() > 50 && !connections.is_empty(),
        "{name}: too little to be a test"
    );
    assert!(peaks[0] <= limits.rate as usize, "{name}: datagrams");
    assert!(peaks[1] <= limits.connection_rate as usize, "{name}: connections");
    // The kernel asks for whom it does not know, once for a datagram or connection at the most in a second.
    assert!(
        peaks[2] <= (limits.arp_rate as usize) + peaks[0] + peaks[1],
        "{name}: ARP"
    );
}

fn to_one_host(name: &str, limits: &Limits, sent: &[Sent], ledger: &[String]) {
    let hosts = by_host(sent);
    let most = |of: fn(&Got) -> usize| hosts.values().map(of).max().unwrap_or_default();
    let at_once = most_at_once(ledger);
    println!(
        "{name}: to one host at most: {} packets, {} bytes, {} of {} datagrams and connections in any second, {} connections, \
         {} of {CONNECTIONS_IN_TEN_SECONDS} in ten seconds, {at_once} at once",
        most(|got| got.packets),
        most(|got| got.bytes),
        most(|got| peak(&got.moments, SECOND)),
        limits.host_rate,
        most(|got| got.connections.len()),
        most(|got| peak(&got.connections, TEN_SECONDS)),
    );
    for (host, got) in &hosts {
        let second = peak(&got.moments, SECOND);
        assert!(
            second <= limits.host_rate as usize,
            "{name}: {second} to {host} in a second"
        );
        let ten = peak(&got.connections, TEN_SECONDS);
        assert!(
            ten <= CONNECTIONS_IN_TEN_SECONDS,
            "{name}: {ten} to {host} in ten seconds"
        );
    }
    for (host, got) in &hosts {
        stays_below_the_dry_run(name, limits, host, got);
    }
    assert!(
        at_once <= CONNECTIONS_TO_A_HOST,
        "{name}: {at_once} connections at once"
    );
    let bound = camsweep::probe::tcp::most_connections(limits.pages) as usize;
    assert!(
        most(|got| got.connections.len()) <= bound,
        "{name}: connections to one host"
    );
}

/// What `--dry-run` says that a host gets at the most, which exists.
fn stays_below_the_dry_run(name: &str, limits: &Limits, host: &std::net::Ipv4Addr, got: &Got) {
    let bound = Budget::of(limits).to_live;
    let (packets, bytes) = got.datagrams;
    assert!(
        packets <= bound.packets as usize,
        "{name}: {packets} datagrams to {host}"
    );
    assert!(
        bytes <= bound.bytes as usize,
        "{name}: {bytes} bytes in datagrams to {host}"
    );
    let connections = got.connections.len();
    let most = (
        bound.packets as usize + connections * IN_A_CONNECTION.0,
        bound.bytes as usize + connections * IN_A_CONNECTION.1,
    );
    assert!(
        got.packets <= most.0,
        "{name}: {} packets to {host}, not {}",
        got.packets,
        most.0
    );
    assert!(
        got.bytes <= most.1,
        "{name}: {} bytes to {host}, not {}",
        got.bytes,
        most.1
    );
}
