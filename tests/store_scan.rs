//! Scans that remember: an estate on a network of this machine's loopback (127.78.4.0/23) changes from run to run, and
//! the program is killed in the middle.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may fail by it")]
#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

mod program;

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use camsweep::store::{Place, Store};
use serde_json::Value;

/// By the last byte of its address: the end of the serial number, and the firmware.
type Estate = Arc<Mutex<BTreeMap<u8, (u8, &'static str)>>>;

const OLD: &str = "V5.5.0build 180326";
const NEW: &str = "V5.6.0build 190507";

/// Every address of 127.78.`third`.0/24 that is asked listens for SADP; only units answer.
fn play(third: u8) -> Option<Estate> {
    let estate = Estate::default();
    for last in 1..=40 {
        let socket = match bound(Ipv4Addr::new(127, 78, third, last)) {
            Err(error) if error.kind() == ErrorKind::AddrNotAvailable => {
                eprintln!("SKIPPED: this system has no more of 127.0.0.0/8 than 127.0.0.1");
                return None;
            }
            bound => bound.unwrap(),
        };
        let estate = estate.clone();
        std::thread::spawn(move || answer(&socket, third, last, &estate));
    }
    Some(estate)
}

/// A scan beside this test may have the port for every address.
fn bound(address: Ipv4Addr) -> std::io::Result<UdpSocket> {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None)?;
    socket.set_reuse_address(true)?;
    socket.bind(&SocketAddrV4::new(address, 37020).into())?;
    Ok(socket.into())
}

fn answer(socket: &UdpSocket, third: u8, last: u8, estate: &Estate) {
    let mut buffer = [0; 4096];
    while let Ok((_, from)) = socket.recv_from(&mut buffer) {
        let unit = estate.lock().unwrap().get(&last).copied();
        let Some((serial, firmware)) = unit else { continue };
        let answer = format!(
            "<ProbeMatch><Uuid>1</Uuid><Types>inquiry</Types><DeviceDescription>DS-2CD2143G0-I</DeviceDescription>\
             <DeviceSN>DS-2CD2143G0-I20190611AAWRD100000{serial:02}</DeviceSN><MAC>44:47:cc:10:07:{serial:02}</MAC>\
             <SoftwareVersion>{firmware}</SoftwareVersion><Activated>true</Activated>\
             <IPv4Address>127.78.{third}.{last}</IPv4Address></ProbeMatch>"
        );
        let _ = socket.send_to(answer.as_bytes(), from);
    }
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = program::camsweep();
    command
        .args(args)
        .arg("--store=store.sqlite")
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Exit code, standard output, standard error.
fn run(folder: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let output = command(folder, args).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn scan(folder: &Path, targets: &str) -> (Option<i32>, String, String) {
    let cron = [
        "--no-names",
        "--quiet-unless",
        "changed,incomplete",
        "--fail-on",
        "changed",
    ];
    run(folder, &[&["scan", targets], cron.as_slice()].concat())
}

/// `moved 127.78.4.6 01`: the kind, where the unit is, and the end of its serial number.
fn changes(folder: &Path) -> (Vec<String>, usize) {
    let (_, out, err) = run(folder, &["diff", "--format", "json"]);
    let diff: Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {err}"));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let changes = diff["changes"].as_array().unwrap().iter().map(|change| {
        let serial = text(&change["unit"]["serial"]);
        let end = &serial[serial.len() - 2..];
        format!(
            "{} {} {end}",
            text(&change["kind"]),
            text(&change["unit"]["addresses"][0])
        )
    });
    (changes.collect(), diff["not_looked_for"].as_array().unwrap().len())
}

#[test]
fn the_estate_changes_and_the_runs_say_exactly_that() {
    let Some(estate) = play(4) else { return };
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let all = "127.78.4.1-40";
    *estate.lock().unwrap() = BTreeMap::from([(5, (1, OLD)), (10, (2, OLD)), (15, (3, OLD))]);
    let (code, _, said) = scan(folder, all);
    assert_eq!(code, Some(10), "{said}");
    assert_eq!(
        changes(folder).0,
        ["new 127.78.4.5 01", "new 127.78.4.10 02", "new 127.78.4.15 03"]
    );
    assert_eq!(
        scan(folder, all),
        (Some(0), String::new(), String::new()),
        "nothing changed"
    );

    // One added, one at another address, one upgraded, one removed.
    *estate.lock().unwrap() = BTreeMap::from([(6, (1, OLD)), (10, (2, NEW)), (20, (4, OLD))]);
    let (code, _, said) = scan(folder, all);
    let expected = [
        "new 127.78.4.20 04",
        "gone 127.78.4.15 03",
        "moved 127.78.4.6 01",
        "firmware-changed 127.78.4.10 02",
    ];
    assert_eq!(
        (code, changes(folder)),
        (Some(10), (expected.map(str::to_owned).into(), 0)),
        "{said}"
    );

    // A part of the network: the rest is not gone.
    let (code, out, said) = scan(folder, "127.78.4.1-12");
    assert_eq!(
        (code, out.as_str(), changes(folder)),
        (Some(0), "", (Vec::new(), 1)),
        "{said}"
    );

    // Killed at its beginning, and when replies have been kept. The run that was alive says what it had.
    estate.lock().unwrap().clear();
    for kept in [false, true] {
        let mut child = command(folder, &["scan", all, "--no-names", "--rate", "20"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        estate.lock().unwrap().insert(30, (5, OLD));
        let has_kept = || {
            let runs = run(folder, &["history"]).1;
            let last = runs.lines().last().unwrap();
            let is_open = last.contains("under way, or killed");
            let number = last.split_whitespace().next().unwrap();
            is_open
                && (!kept
                    || run(folder, &["report", number, "--format", "json"])
                        .1
                        .contains("\"DS-2CD2143G0-I20190611AAWRD10000005\""))
        };
        while !has_kept() {
            assert!(
                child.try_wait().unwrap().is_none(),
                "it ended before it could be killed"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(
            changes(folder),
            (Vec::new(), 1),
            "a run that was not closed claims nothing"
        );
    }

    // What was removed has come back; what the killed runs saw is new to the first one that is closed.
    *estate.lock().unwrap() = BTreeMap::from([
        (6, (1, OLD)),
        (10, (2, NEW)),
        (15, (3, OLD)),
        (20, (4, OLD)),
        (30, (5, OLD)),
    ]);
    assert_eq!(scan(folder, all).0, Some(10));
    assert_eq!(
        changes(folder),
        (
            vec!["new 127.78.4.30 05".to_owned(), "back 127.78.4.15 03".to_owned()],
            0
        )
    );
}

/// How often the program is killed.
const KILLS: u32 = 50;

/// A moment within the run, every other time near its end, where the report is stored.
fn moment(kill: u32, whole: Duration) -> Duration {
    let part = f64::from(RandomState::new().hash_one(kill) as u32) / f64::from(u32::MAX);
    let end = Duration::from_millis(200).min(whole);
    match kill % 2 {
        0 => whole.mul_f64(part),
        _ => whole - end + end.mul_f64(part * 1.5),
    }
}

/// Kills a run after this time; whether it was still alive.
fn killed(folder: &Path, args: &[&str], after: Duration) -> bool {
    let mut child = command(folder, args)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(after);
    let alive = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    alive
}

#[test]
fn fifty_kills_leave_a_sound_store_that_claims_nothing_false() {
    let Some(estate) = play(5) else { return };
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let place = Place::File(folder.join("store.sqlite"));
    let args = ["scan", "127.78.5.1-8", "--no-names", "--profile", "fast"];
    *estate.lock().unwrap() = BTreeMap::from([(2, (1, OLD)), (5, (2, OLD))]);
    let begun = Instant::now();
    assert_eq!(run(folder, &args).0, Some(0));
    let whole = begun.elapsed();
    // Whichever run is the first to be closed may say this, and no other.
    *estate.lock().unwrap() = BTreeMap::from([(5, (2, OLD)), (7, (3, OLD))]);
    let said = |store: &mut Store, run: i64| {
        let changes = store.diff(run).unwrap().changes;
        let words = changes
            .iter()
            .map(|change| format!("{} {}", change.kind, change.unit.place()));
        words.collect::<Vec<String>>()
    };
    let mut moments = Vec::new();
    for kill in 0..KILLS {
        let moment = moment(kill, whole);
        moments.push((moment, killed(folder, &args, moment)));
        let mut store = Store::open(&place, false).unwrap_or_else(|error| panic!("{error}: {moments:?}"));
        let audit = store.audit(None).unwrap();
        assert_eq!(audit.faults, [""; 0], "{moments:?}");
        let runs = store.runs().unwrap();
        let open = runs.iter().filter(|run| run.is_open()).count();
        assert_eq!(
            audit.links,
            runs.len() - open,
            "a run is in the chain when it is closed: {moments:?}"
        );
        for run in runs.iter().filter(|run| run.is_open()) {
            assert_eq!(said(&mut store, run.run), [""; 0], "{moments:?}");
            assert!(store.report(run.run).unwrap().is_none(), "{moments:?}");
        }
    }
    let alive = moments.iter().filter(|(_, alive)| *alive).count();
    assert!(alive >= 10, "nearly all had ended: {moments:?}");
    assert_eq!(run(folder, &args).0, Some(0));
    let mut store = Store::open(&place, false).unwrap();
    let runs = store.runs().unwrap();
    let told: Vec<String> = runs.iter().skip(1).flat_map(|run| said(&mut store, run.run)).collect();
    assert_eq!(told, ["new 127.78.5.7", "gone 127.78.5.2"], "{moments:?}");
}
