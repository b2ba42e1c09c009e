//! `--resume` as the system sees it: the program is killed at many moments on a network of this machine's loopback
//! (127.77.4.0/24), and goes on after each.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may fail by it")]
#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

#[path = "worlds/ids.rs"]
mod ids;
mod program;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ids::without_ids;

const TARGETS: &str = "127.77.4.1-40";
/// The ports of SADP, DHIP, WS-Discovery and the older discovery of Dahua.
const PORTS: [u16; 4] = [37020, 37810, 3702, 5050];
/// Units are at every fifth address, with a web server on this port.
const WEB: u16 = 18_477;

/// How often an address was asked what.
type Asked = Arc<Mutex<BTreeMap<(Ipv4Addr, String), u32>>>;

fn addresses() -> impl Iterator<Item = Ipv4Addr> {
    (1..=40).map(|last| Ipv4Addr::new(127, 77, 4, last))
}

fn is_unit(address: Ipv4Addr) -> bool {
    address.octets()[3].is_multiple_of(5)
}

fn note(asked: &Asked, address: Ipv4Addr, what: String) {
    *asked.lock().unwrap().entry((address, what)).or_default() += 1;
}

/// Every address listens on every port; only units answer, by SADP and on their web server.
fn play() -> Asked {
    let asked = Asked::default();
    for address in addresses() {
        for port in PORTS {
            let (socket, asked) = (UdpSocket::bind((address, port)).unwrap(), asked.clone());
            std::thread::spawn(move || listen(&socket, address, port, &asked));
        }
        if is_unit(address) {
            let (listener, asked) = (TcpListener::bind((address, WEB)).unwrap(), asked.clone());
            std::thread::spawn(move || serve(&listener, address, &asked));
        }
    }
    asked
}

fn listen(socket: &UdpSocket, address: Ipv4Addr, port: u16, asked: &Asked) {
    let mut buffer = [0; 4096];
    while let Ok((length, from)) = socket.recv_from(&mut buffer) {
        note(asked, address, format!("{port} {}", without_ids(&buffer[..length])));
        let last = address.octets()[3];
        let answer = format!(
            "<ProbeMatch><Uuid>1</Uuid><Types>inquiry</Types><DeviceDescription>DS-2CD2143G0-I</DeviceDescription>\
             <DeviceSN>DS-2CD2143G0-I20190611AAWRD100000{last:02}</DeviceSN><MAC>44:47:cc:10:07:{last:02}</MAC>\
             <HttpPort>{WEB}</HttpPort><IPv4Address>{address}</IPv4Address></ProbeMatch>"
        );
        if is_unit(address) && port == 37020 {
            let _ = socket.send_to(answer.as_bytes(), from);
        }
    }
}

fn serve(listener: &TcpListener, address: Ipv4Addr, asked: &Asked) {
    for mut stream in listener.incoming().flatten() {
        let mut buffer = [0; 4096];
        let length = stream.read(&mut buffer).unwrap_or_default();
        let request = String::from_utf8_lossy(&buffer[..length]);
        note(asked, address, request.lines().next().unwrap_or_default().to_owned());
        let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
}

fn camsweep(state: &Path) -> Command {
    let mut command = program::camsweep();
    command
        .args(["scan", TARGETS, "--format", "json", "--resume"])
        .arg(state);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Waits until the file has this many lines more, or the run has ended.
fn wait_for_lines(state: &Path, lines: usize, child: &mut Child) {
    let count = || std::fs::read(state).map_or(0, |bytes| bytes.iter().filter(|byte| **byte == b'\n').count());
    let enough = count() + lines;
    while count() < enough && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_scan_that_is_killed_over_and_over_asks_nobody_twice_and_finds_everybody() {
    if let Err(error) = UdpSocket::bind(SocketAddrV4::new(Ipv4Addr::new(127, 77, 4, 1), 0)) {
        assert_eq!(error.kind(), ErrorKind::AddrNotAvailable, "{error}");
        eprintln!("SKIPPED: this system has no more of 127.0.0.0/8 than 127.0.0.1");
        return;
    }
    let asked = play();
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("state");
    // By what has been written, not by time: from the header on into the conversations over TCP.
    for lines in [1, 2, 40, 55, 70, 60, 30, 20, 12, 7, 5, 3, 2, 1] {
        let mut child = camsweep(&state).spawn().unwrap();
        wait_for_lines(&state, lines, &mut child);
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let mut last = camsweep(&state).spawn().unwrap();
    wait_for_lines(&state, 1, &mut last);
    let output = last.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    // Whoever was being asked over TCP when the program was killed has missed an answer: 3.
    assert!(matches!(output.status.code(), Some(0 | 3)), "{said}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let units = report["devices"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|device| device["maker"] == "hikvision");
    same(
        "units",
        units.count(),
        addresses().filter(|address| is_unit(*address)).count(),
    );
    for ((address, what), times) in asked.lock().unwrap().iter() {
        // Hikvision's and Dahua's own question are repeated to what looks like a unit.
        let again = is_unit(*address) && (what.contains("<Types>inquiry</Types>") || what.contains("DHDiscover"));
        assert!(
            *times <= 1 + u32::from(again),
            "{address} was asked {times} times: {what}"
        );
    }
    a_complete_one_sends_nothing(&state, &asked);
}

fn a_complete_one_sends_nothing(state: &Path, asked: &Asked) {
    let (before, file) = (asked.lock().unwrap().clone(), std::fs::read(state).unwrap());
    let output = camsweep(state).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.starts_with("error: ") && said.contains("is complete"), "{said}");
    same("what was asked", asked.lock().unwrap().clone(), before);
    same("the file", std::fs::read(state).unwrap(), file);
}

fn same<T: PartialEq + Debug>(what: &str, one: T, other: T) {
    assert!(one == other, "{what}: {one:?}, not {other:?}");
}
