//! `cargo bench --bench lab`: camsweep beside arp-scan and nmap on the lab of `tests/lab`, on the same wire in
//! the same run. What it prints is what `docs/benchmarks.md` shows.
//!
//! `LAB_SHELL=bash cargo bench --bench lab` gives a shell on the scanner's side of the lab instead, to try
//! things by hand.
#![cfg(target_os = "linux")]
#![allow(
    dead_code,
    reason = "the lab is the tests'; the benchmark stands it up and looks at it"
)]
#![allow(clippy::print_stdout, reason = "it prints figures")]

#[path = "../tests/lab/announce.rs"]
mod announce;
#[path = "../tests/lab/arp.rs"]
mod arp;
#[path = "../tests/lab/below.rs"]
mod below;
#[path = "../tests/lab/cameras.rs"]
mod cameras;
#[path = "../tests/lab/crier.rs"]
mod crier;
#[path = "../tests/lab/estate.rs"]
mod estate;
#[path = "../tests/lab/host.rs"]
mod host;
#[path = "../tests/lab/ledger.rs"]
mod ledger;
#[path = "../tests/lab/mortal.rs"]
mod mortal;
#[path = "../tests/lab/play.rs"]
mod play;
#[path = "../tests/lab/replies.rs"]
mod replies;
#[path = "../tests/lab/stage.rs"]
mod stage;
#[path = "../tests/lab/sys.rs"]
mod sys;
#[path = "../tests/lab/tcp/mod.rs"]
mod tcp;
#[path = "../tests/lab/unsettled.rs"]
mod unsettled;

use std::collections::BTreeMap;
use std::path::Path;

use host::Host;
use serde_json::Value;
use stage::{Lab, Privilege, Ran};

/// The segment that every tool sweeps.
const SEGMENT: &str = "10.66.0.0/24";

/// What a tool says of each address.
type Said = BTreeMap<String, Finding>;

#[derive(Default)]
struct Finding {
    /// All that it says, in small letters, for its maker to be looked for in.
    maker: String,
    firmware: String,
}

/// A tool, how it is run and how often, and how its output is read.
struct Tool {
    name: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
    privilege: Privilege,
    runs: usize,
    read: fn(&str) -> Said,
}

const CAMSWEEP: &[&str] = &["scan", SEGMENT, "--format", "json", "--no-names"];
const TOOLS: &[Tool] = &[
    Tool {
        name: "camsweep scan",
        program: env!("CARGO_BIN_EXE_camsweep"),
        arguments: CAMSWEEP,
        privilege: Privilege::RawSocket,
        runs: 3,
        read: read_camsweep,
    },
    Tool {
        name: "camsweep scan, ordinary user",
        program: env!("CARGO_BIN_EXE_camsweep"),
        arguments: CAMSWEEP,
        privilege: Privilege::None,
        runs: 3,
        read: read_camsweep,
    },
    Tool {
        name: "arp-scan",
        program: "/usr/sbin/arp-scan",
        arguments: &["--interface=scan0", SEGMENT],
        privilege: Privilege::RawSocket,
        runs: 3,
        read: read_arp_scan,
    },
    Tool {
        name: "nmap -sn",
        program: "/usr/bin/nmap",
        arguments: &["-n", "-sn", SEGMENT],
        privilege: Privilege::RawSocket,
        runs: 3,
        read: read_nmap,
    },
    Tool {
        name: "nmap -sV, camera ports",
        program: "/usr/bin/nmap",
        arguments: &["-n", "-sV", "-p", "80,443,554,8000,8080,37777", SEGMENT],
        privilege: Privilege::RawSocket,
        runs: 1,
        read: read_nmap,
    },
];

fn main() {
    if std::env::args().any(|argument| argument == "cameras_process") {
        return cameras::cameras();
    }
    stage::with_lab("bench", |lab| {
        if let Some(shell) = std::env::var_os("LAB_SHELL") {
            let status = std::process::Command::new("sh").arg("-c").arg(shell).status();
            return println!("the shell ended: {status:?}");
        }
        println!(
            "| command | wall, s (least, most) | peak, MiB | hosts missed | units missed | others accused | firmware read |"
        );
        println!("| --- | --- | --- | --- | --- | --- | --- |");
        for tool in TOOLS {
            match Path::new(tool.program).exists() {
                true => measure(lab, tool),
                false => println!("| {} | not installed: {} |", tool.name, tool.program),
            }
        }
    });
}

fn measure(lab: &Lab, tool: &Tool) {
    let mut ran: Vec<Ran> = (0..tool.runs)
        .map(|_| {
            let _ = stage::run("ip", &["neigh", "flush", "all"], "");
            lab.run(Path::new(tool.program), tool.arguments, tool.privilege)
        })
        .collect();
    ran.sort_by_key(|ran| ran.wall);
    let seconds = |at: usize| ran[at].wall.as_secs_f64();
    let (middle, last) = (ran.len() / 2, ran.len() - 1);
    let peak = ran.iter().map(|ran| ran.peak).max().unwrap_or_default() as f64 / 1024.0;
    println!(
        "| {} | {:.1} ({:.1}, {:.1}) | {peak:.0} | {} |",
        tool.name,
        seconds(middle),
        seconds(0),
        seconds(last),
        score(&(tool.read)(&ran[middle].stdout))
    );
}

/// Hosts missed, units missed, addresses called a unit that are none, firmware versions read.
fn score(said: &Said) -> String {
    let units: Vec<&Host> = estate::NEAR.iter().filter(|host| host.expect.maker.is_some()).collect();
    let is_unit = |address: &str| units.iter().any(|unit| unit.ip == address);
    let called_unit = |finding: &Finding| finding.maker.contains("hikvision") || finding.maker.contains("dahua");
    let accused = said
        .iter()
        .filter(|(address, finding)| called_unit(finding) && !is_unit(address))
        .count();
    let on_subnet = |host: &&&Host| !host.expect.mis_addressed;
    let missed = estate::NEAR
        .iter()
        .filter(|host| !host.expect.mis_addressed && !said.contains_key(host.ip));
    let named = |host: &&&Host| {
        let maker = host.expect.maker.unwrap_or_default();
        said.get(host.ip).is_some_and(|found| found.maker.contains(maker))
    };
    let read = |host: &&&Host| {
        let found = said.get(host.ip).zip(host.expect.firmware);
        found.is_some_and(|(found, version)| found.firmware.contains(version))
    };
    let of_units = units.iter().filter(on_subnet).count();
    format!(
        "{} | {} of {of_units} | {accused} | {} of {of_units}",
        missed.count(),
        of_units - units.iter().filter(on_subnet).filter(named).count(),
        units.iter().filter(on_subnet).filter(read).count()
    )
}

fn read_camsweep(output: &str) -> Said {
    let report: Value = serde_json::from_str(output).unwrap_or_default();
    let mut said = Said::new();
    for device in report["devices"].as_array().into_iter().flatten() {
        for address in device["addresses"].as_array().into_iter().flatten() {
            let finding = Finding {
                maker: device["maker"].as_str().unwrap_or_default().to_owned(),
                firmware: device["firmware"]["raw"].as_str().unwrap_or_default().to_owned(),
            };
            said.insert(address.as_str().unwrap_or_default().to_owned(), finding);
        }
    }
    said
}

/// `ADDRESS <tab> MAC <tab> ORGANISATION`.
fn read_arp_scan(output: &str) -> Said {
    let line = |line: &str| {
        let (address, rest) = line.split_once('\t')?;
        let finding = Finding {
            maker: rest.to_lowercase(),
            firmware: rest.to_owned(),
        };
        Some((address.to_owned(), finding))
    };
    output.lines().filter_map(line).collect()
}

/// A block of lines for each host.
fn read_nmap(output: &str) -> Said {
    let block = |block: &str| {
        let address = block.lines().next()?.trim().to_owned();
        let finding = Finding {
            maker: block.to_lowercase(),
            firmware: block.to_owned(),
        };
        Some((address, finding))
    };
    output
        .split("Nmap scan report for ")
        .skip(1)
        .filter_map(block)
        .collect()
}
