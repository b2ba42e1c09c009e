//! What may be in the ledger: questions that are known to hurt nobody, and credentials only where they belong.

use std::collections::BTreeMap;

use crate::estate;
use crate::tcp::onvif;
use crate::unsettled::{ROGUES, TURNCOAT};

/// Printers print what they hear, plants and patients may be hurt by it.
const NEVER_TOUCHED: [u16; 19] = [
    102, 104, 502, 515, 631, 2404, 2575, 9100, 9101, 9102, 9103, 9104, 9105, 9106, 9107, 11112, 20000, 44818, 47808,
];
const UDP_PORTS: [&str; 6] = ["1900", "3702", "5050", "5353", "37020", "37810"];

/// What may reach a host: known questions, never an empty datagram, never a port that is never touched,
/// one connection at a time, and a credential only where `logins` were given and only where it belongs.
pub fn assert_harmless(ledger: &[String], logins: bool) {
    let mut connections: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong: BTreeMap<&str, usize> = BTreeMap::new();
    for line in ledger {
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["udp", _, "9", payload] => assert_eq!(*payload, "00", "{line}"),
            ["udp", _, port, payload] => {
                assert!(UDP_PORTS.contains(port), "{line}");
                assert!(payload.len() > 16, "{line}");
            }
            ["connect", host, _, port, open] => {
                let port: u16 = port.parse().expect("a port");
                assert!(!NEVER_TOUCHED.contains(&port), "{line}");
                assert_eq!(*open, "0", "two connections at once: {line}");
                *connections.entry(host).or_default() += 1;
            }
            ["again", _, _, _, begun] => assert_eq!(*begun, "0", "two connections at once: {line}"),
            ["http", host, port, method, target, credential, operation] => {
                assert!(asks_only(method, target, operation), "{line}");
                assert!(
                    *credential == "-" || logins && belongs(host, port, credential),
                    "{line}"
                );
            }
            ["rtsp", _, method] => assert!(matches!(*method, "OPTIONS" | "DESCRIBE"), "{line}"),
            ["authorization", host, port] => assert!(logins && belongs(host, port, "Digest"), "{line}"),
            ["login", host, outcome] => match *outcome {
                "Accepted" | "Stale" => {}
                "Wrong" => *wrong.entry(host).or_default() += 1,
                _ => panic!("a login that no device can have asked for: {line}"),
            },
            ["wedged", ..] => panic!("a fragile unit did not survive: {line}"),
            // Nothing but an inquiry: operation 3 without parameters.
            ["sadp", packet] => assert_eq!((&packet[..8], &packet[20..24]), ("21020142", "0300"), "{line}"),
            // Of IPv4's other protocols only what the kernel sends unasked: ICMP errors and IGMP reports.
            ["arp", _] | ["ip", "1" | "2", _] => {}
            other => panic!("an unknown line in the ledger: {other:?}"),
        }
    }
    let most = connections.iter().max_by_key(|(_, count)| **count);
    // As docs/what-it-sends.md promises.
    let bound = camsweep::probe::tcp::most_connections(camsweep::net::Limits::default().pages) as usize;
    assert!(most.is_none_or(|(_, count)| *count <= bound), "{most:?}");
    assert!(
        wrong.values().all(|count| *count == 1),
        "a second wrong password: {wrong:?}"
    );
    assert!(
        wrong.len() <= 2,
        "a password that two devices refused was tried again: {wrong:?}"
    );
}

/// Whether a request can change nothing: a page, or one of ONVIF's questions.
fn asks_only(method: &str, target: &str, operation: &str) -> bool {
    match method {
        "GET" | "HEAD" => true,
        "POST" => target == onvif::PATH && operation != "-",
        _ => false,
    }
}

/// Whether a credential may come here in this way: to a unit that is no rogue, and not in clear.
fn belongs(host: &str, port: &str, credential: &str) -> bool {
    let unit = estate::all().any(|unit| unit.ip == host && unit.expect.maker.is_some());
    let hidden = match credential {
        "Digest" | "UsernameToken" => true,
        "Basic" => port == "443",
        _ => false,
    };
    unit && hidden && (!ROGUES.contains(&host) || host == TURNCOAT)
}
