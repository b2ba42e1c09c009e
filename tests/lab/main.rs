//! Real packets on a real clock: an estate of devices in network namespaces, and the scanner swept over it.
//!
//! ```text
//!  test ── unshare -Urnm ──► the same test, root of a namespace of its own
//!                              scan0 10.66.0.2/24   camsweep runs here      ┌ cam0 ┐ 10.66.0.0/24, and behind
//!                              scan1 10.88.0.2/28   (veth pairs) ═══════════╡      │ its router 10.77.0.0/24
//!                              └─ unshare -n ──► `cameras_process`          └ cam1 ┘ 10.88.0.0/28
//! ```
//!
//! No root is needed, no packet leaves the machine, and it stands in a tenth of a second. The cameras'
//! namespace takes every address of the estate for its own (`ip route add local`), so its kernel speaks TCP
//! for all of them; nft gives each frame that leaves the MAC of its sender; `arp` answers who-has.
//!
//! - `estate` and `unsettled` are the table of who exists and what a good scan says of them, `host` what a host is made of;
//!   `crowd` is a thousand more of them and `cable` loses frames, for the benchmark;
//! - `replies` are the bytes that devices send, none of them from the scanner's own codec; `play` sends them;
//! - `below` is a unit that speaks no IP at all, `crier` are those that speak unasked, `mortal` those that die, `rogue` one that
//!   floods, forges and takes over, `changing` those that come, go, move and are upgraded;
//! - `stage` builds the scanner's side and runs programs there, `cameras` the other; `sys` has the kernel calls;
//! - `tcp` has the devices' servers, a file a protocol; `announce` SSDP and mDNS;
//! - `ledger` writes down what the scanner sent, and the servers what they were asked; `harmless` says what may be
//!   in it, `check` compares the report with the estate;
//! - `over_ipv6` has those who have an address of IPv6;
//! - `wire` captures what leaves, with the kernel's times;
//! - `scans`, `scans_v6`, `hosts`, `cron`, `logins`, `hostile`, `passive`, `silent`, `pace`, `near` and `goodbye` are the tests. A new device is an entry in `estate` (and, if it words things differently, in
//!   `replies`); every scan then demands that it is found as `expect` has it.
//!
//! One lab at a time, whatever the number of test threads: namespaces share the kernel's one neighbour
//! table. Where user namespaces, `ip` or `nft` are lacking, each test says SKIPPED and why.
#![cfg(target_os = "linux")]
#![allow(
    missing_docs,
    dead_code,
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a test talks to its reader"
)]

mod announce;
mod arp;
mod below;
mod cable;
mod cameras;
mod changing;
mod check;
mod crier;
mod cron;
mod crowd;
mod estate;
mod goodbye;
mod harmless;
mod host;
mod hostile;
mod hosts;
mod ledger;
mod logins;
mod mortal;
mod near;
mod over_ipv6;
mod owners;
mod pace;
mod passive;
mod play;
mod replies;
mod rogue;
mod scans;
mod scans_v6;
mod silent;
mod stage;
mod sys;
mod tcp;
mod unsettled;
mod wire;

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use stage::with_lab;

#[test]
#[ignore = "the cameras' half of the lab, started by the other tests"]
fn cameras_process() {
    cameras::cameras();
}

#[test]
fn the_lab_answers_as_its_devices_would() {
    let begun = Instant::now();
    with_lab("the_lab_answers_as_its_devices_would", |lab| {
        println!("the lab stands after {:?}", begun.elapsed());
        assert!(estate::NEAR.len() >= 60, "{} hosts", estate::NEAR.len());
        let socket = UdpSocket::bind("10.66.0.2:0").expect("the scanner's address");
        socket
            .set_read_timeout(Some(Duration::from_millis(800)))
            .expect("a timeout");
        let question =
            b"<?xml version=\"1.0\" encoding=\"utf-8\"?><Probe><Uuid>LAB-1</Uuid><Types>inquiry</Types></Probe>";
        socket.send_to(question, "239.255.255.250:37020").expect("sent");
        let mut from = Vec::new();
        let mut buffer = [0; 4096];
        while let Ok((length, sender)) = socket.recv_from(&mut buffer) {
            let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
            assert!(
                text.contains("<Uuid>LAB-1</Uuid>") || sender.ip().to_string() == "10.66.0.66",
                "{sender}: {text}"
            );
            from.push(sender.ip().to_string());
        }
        from.sort();
        let mut wanted: Vec<_> = estate::NEAR
            .iter()
            .filter(|host| (host.sadp.is_some() || host.garbled) && host.hears != host::Hears::UnicastOnly)
            // Its answer is for whoever listens on the protocol's own port, which this socket does not.
            .filter(|host| !host.to_own_port)
            .map(|host| host.ip.to_owned())
            .collect();
        wanted.sort();
        assert_eq!(from, wanted);
        socket.send_to(question, "10.77.0.10:37020").expect("sent");
        assert_eq!(
            socket
                .recv_from(&mut buffer)
                .expect("the routed unit answers")
                .1
                .to_string(),
            "10.77.0.10:37020"
        );
        let neighbours = std::process::Command::new("ip")
            .args(["neigh", "show", "10.66.0.1"])
            .output()
            .expect("ip");
        assert!(String::from_utf8_lossy(&neighbours.stdout).contains("4c:5e:0c:10:00:01"));
        assert!(
            lab.ledger()
                .iter()
                .any(|line| line.starts_with("udp 10.77.0.10 37020 3c3f786d6c"))
        );
    });
}
