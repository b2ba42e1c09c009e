//! Units that come, go, move and are upgraded from run to run: who is there, and with which firmware, is told by a file
//! beside the ledger (`Lab::change`). Without it none of them is there, and nothing of them is heard in the other tests.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use crate::host::{Host, hik};
use crate::play::literal;

/// Who is there, each with its firmware.
static PRESENT: LazyLock<Mutex<BTreeMap<Ipv4Addr, &'static str>>> = LazyLock::new(Mutex::default);

const fn unit(ip: &'static str, mac: &'static str, serial: &'static str) -> Host {
    hik(ip, mac, "DS-2CD2143G0-I", serial, "V5.5.0build 180326")
}

/// On the segment, in 10.66.0.224/28. The second and the third are one unit at two addresses.
pub const NEAR: &[Host] = &[
    unit(
        "10.66.0.225",
        "44:47:cc:10:66:25",
        "DS-2CD2143G0-I20190611AAWRD10000225",
    ),
    unit(
        "10.66.0.226",
        "44:47:cc:10:66:26",
        "DS-2CD2143G0-I20190611AAWRD10000226",
    ),
    unit(
        "10.66.0.227",
        "44:47:cc:10:66:26",
        "DS-2CD2143G0-I20190611AAWRD10000226",
    ),
    unit(
        "10.66.0.228",
        "44:47:cc:10:66:28",
        "DS-2CD2143G0-I20190611AAWRD10000228",
    ),
    unit(
        "10.66.0.229",
        "44:47:cc:10:66:29",
        "DS-2CD2143G0-I20190611AAWRD10000229",
    ),
    unit(
        "10.66.0.230",
        "44:47:cc:10:66:30",
        "DS-2CD2143G0-I20190611AAWRD10000230",
    ),
];

/// In a network of their own behind the router, 10.79.0.0/28.
pub const FAR: &[Host] = &[
    unit("10.79.0.5", "44:47:cc:10:79:05", "DS-2CD2143G0-I20190611AAWRD10007905"),
    unit("10.79.0.6", "44:47:cc:10:79:06", "DS-2CD2143G0-I20190611AAWRD10007906"),
];

fn is_one(ip: Ipv4Addr) -> bool {
    NEAR.iter().chain(FAR).any(|host| literal(host.ip) == ip)
}

/// Whether it is one of them, and not there now.
pub fn is_absent(ip: Ipv4Addr) -> bool {
    is_one(ip) && !present().contains_key(&ip)
}

/// A host as it is now.
pub fn now(host: &Host) -> Host {
    // Those who have no address but one of IPv6 do not change.
    let address = host.ip.parse::<Ipv4Addr>().ok();
    let firmware = address.and_then(|address| present().get(&address).copied());
    Host {
        firmware: firmware.unwrap_or(host.firmware),
        ..*host
    }
}

fn present() -> std::sync::MutexGuard<'static, BTreeMap<Ipv4Addr, &'static str>> {
    PRESENT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The file that says who is there, a line each: address, firmware.
pub fn word(ledger: &Path) -> PathBuf {
    ledger.with_extension("present")
}

/// Waits for the file again and again; it is taken away when what it says is so.
pub fn heed(word: PathBuf) {
    wall(&[]).expect("nft dressed the namespace");
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(Duration::from_millis(20));
            let Ok(text) = std::fs::read_to_string(&word) else {
                continue;
            };
            let line = |line: &str| {
                let (ip, firmware) = line.split_once(' ').expect("an address and a firmware");
                (literal(ip), &*firmware.to_owned().leak())
            };
            let there: BTreeMap<Ipv4Addr, &'static str> = text.lines().map(line).collect();
            wall(&there.keys().copied().collect::<Vec<_>>()).expect("nft dressed the namespace");
            *present() = there;
            std::fs::remove_file(&word).expect("the lab's own folder");
        }
    });
}

/// Tells it, and waits until it is so. The kernel of the scanner's side forgets who it has seen: days are between two runs
/// of cron.
pub fn tell(word: &Path, present: &[(&str, &str)]) {
    let lines: Vec<String> = present
        .iter()
        .map(|(ip, firmware)| format!("{ip} {firmware}"))
        .collect();
    let unfinished = word.with_extension("unfinished");
    std::fs::write(&unfinished, lines.join("\n")).expect("the lab's own folder");
    std::fs::rename(&unfinished, word).expect("the lab's own folder");
    while word.exists() {
        std::thread::sleep(Duration::from_millis(20));
    }
    let flushed = Command::new("ip").args(["neigh", "flush", "all"]).status();
    assert!(flushed.is_ok_and(|status| status.success()), "ip neigh flush");
}

/// What is not there answers to nothing.
fn wall(there: &[Ipv4Addr]) -> std::io::Result<()> {
    let absent = NEAR.iter().chain(FAR).filter(|host| !there.contains(&literal(host.ip)));
    let absent: Vec<&str> = absent.map(|host| host.ip).collect();
    let mut rules =
        "add table ip changing\nflush table ip changing\nadd chain ip changing absent { type filter hook input \
                     priority 0; }\n"
            .to_owned();
    if !absent.is_empty() {
        rules += &format!(
            "add rule ip changing absent ip daddr {{ {} }} drop\n",
            absent.join(", ")
        );
    }
    let mut nft = Command::new("nft");
    let path = std::env::var("PATH").unwrap_or_default();
    nft.args(["-f", "-"]).env("PATH", format!("{path}:/usr/sbin:/sbin"));
    let mut nft = nft.stdin(Stdio::piped()).spawn()?;
    nft.stdin.take().expect("piped").write_all(rules.as_bytes())?;
    match nft.wait()?.success() {
        true => Ok(()),
        false => Err(std::io::Error::other(format!("nft refused:\n{rules}"))),
    }
}
