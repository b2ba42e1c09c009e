//! `cargo bench --bench lab`: camsweep beside arp-scan and nmap on the lab of `tests/lab`, on the same wire in
//! the same run. What it prints is what `docs/benchmarks.md` shows.
//!
//! `LAB_CROWD=1000 cargo bench --bench lab` does the same on a /16 with so many hosts more, and `LAB_FAR=300` on a /20
//! behind a router.
//!
//! `LAB_LOSS=5 LAB_DELAY=50 cargo bench --bench lab` sweeps the /24 twenty times over a cable that loses five frames in a
//! hundred, each way, and takes 50 ms for each, and counts the units missed in all.
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
#[path = "../tests/lab/cable.rs"]
mod cable;
#[path = "../tests/lab/cameras.rs"]
mod cameras;
#[path = "../tests/lab/changing.rs"]
mod changing;
#[path = "../tests/lab/crier.rs"]
mod crier;
#[path = "../tests/lab/crowd.rs"]
mod crowd;
#[path = "../tests/lab/estate.rs"]
mod estate;
#[path = "../tests/lab/host.rs"]
mod host;
#[path = "../tests/lab/ledger.rs"]
mod ledger;
#[path = "../tests/lab/mortal.rs"]
mod mortal;
#[path = "../tests/lab/over_ipv6.rs"]
mod over_ipv6;
#[path = "../tests/lab/play.rs"]
mod play;
#[path = "../tests/lab/replies.rs"]
mod replies;
#[path = "../tests/lab/rogue.rs"]
#[allow(
    unused_imports,
    reason = "its own tests, which are not run here, look into the estate"
)]
mod rogue;
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

/// Stands for the segment that every tool sweeps, in its arguments.
const SEGMENT: &str = "SEGMENT";

fn segment() -> String {
    match crowd::far_size() {
        0 => format!("10.66.0.0/{}", crowd::prefix()),
        _ => "10.77.0.0/20".into(),
    }
}

/// Who lives there.
fn hosts() -> Vec<&'static Host> {
    match crowd::far_size() {
        0 => estate::near().collect(),
        _ => estate::far().collect(),
    }
}

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
    /// The largest number of hosts more that it is tried on.
    crowd: usize,
    program: &'static str,
    arguments: &'static [&'static str],
    privilege: Privilege,
    runs: usize,
    read: fn(&str) -> Said,
}

const CAMSWEEP: &[&str] = &["scan", SEGMENT, "--yes-large", "--format", "json", "--no-names"];
const TOOLS: &[Tool] = &[
    Tool {
        name: "camsweep scan",
        crowd: usize::MAX,
        program: env!("CARGO_BIN_EXE_camsweep"),
        arguments: CAMSWEEP,
        privilege: Privilege::RawSocket,
        runs: 3,
        read: read_camsweep,
    },
    Tool {
        name: "camsweep scan, ordinary user",
        crowd: usize::MAX,
        program: env!("CARGO_BIN_EXE_camsweep"),
        arguments: CAMSWEEP,
        privilege: Privilege::None,
        runs: 3,
        read: read_camsweep,
    },
    Tool {
        name: "arp-scan",
        crowd: usize::MAX,
        program: "/usr/sbin/arp-scan",
        arguments: &["--interface=scan0", SEGMENT],
        privilege: Privilege::RawSocket,
        runs: 3,
        read: read_arp_scan,
    },
    Tool {
        name: "nmap -sn",
        crowd: usize::MAX,
        program: "/usr/bin/nmap",
        arguments: &["-n", "-sn", SEGMENT],
        privilege: Privilege::RawSocket,
        runs: 3,
        read: read_nmap,
    },
    Tool {
        name: "nmap -sV, camera ports",
        crowd: 0,
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
        if cable::bad().is_some() {
            return over_a_bad_cable(lab);
        }
        println!(
            "| command | wall, s (least, most) | processor, s | peak, MiB | packets sent | at most in a second | hosts missed | units missed | others accused | firmware read |"
        );
        println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        let crowd = crowd::size() + crowd::far_size();
        for tool in TOOLS.iter().filter(|tool| crowd <= tool.crowd) {
            match Path::new(tool.program).exists() {
                true => measure(lab, tool),
                false => println!("| {} | not installed: {} |", tool.name, tool.program),
            }
        }
    });
}

const SWEEPS: usize = 20;

fn over_a_bad_cable(lab: &Lab) {
    println!("| command | sweeps | wall, s (least, most) | sightings of units missed | of another maker, accused |");
    println!("| --- | --- | --- | --- | --- |");
    for tool in TOOLS.iter().filter(|tool| tool.arguments == CAMSWEEP) {
        let (mut missed, mut accused, mut units, mut walls) = (0, 0, 0, Vec::new());
        for _ in 0..SWEEPS {
            let ran = run(lab, tool);
            let score = Score::of(&(tool.read)(&ran.stdout));
            (missed, units, accused) = (
                missed + score.units_missed,
                units + score.units,
                accused + score.accused,
            );
            walls.push(ran.wall.as_secs_f64());
        }
        walls.sort_by(f64::total_cmp);
        println!(
            "| {} | {SWEEPS} | {:.1} ({:.1}, {:.1}) | {missed} of {units} | {accused} |",
            tool.name,
            walls[SWEEPS / 2],
            walls[0],
            walls[SWEEPS - 1]
        );
    }
}

/// Runs a tool on the segment, of which this machine knows nobody.
fn run(lab: &Lab, tool: &Tool) -> Ran {
    let segment = segment();
    let arguments: Vec<&str> = tool
        .arguments
        .iter()
        .map(|argument| if *argument == SEGMENT { &segment } else { *argument })
        .collect();
    let _ = stage::run("ip", &["neigh", "flush", "all"], "");
    lab.run(Path::new(tool.program), &arguments, tool.privilege)
}

fn measure(lab: &Lab, tool: &Tool) {
    let runs = if crowd::size() + crowd::far_size() > 0 {
        1
    } else {
        tool.runs
    };
    let mut ran: Vec<(Ran, wire::Sent)> = (0..runs).map(|_| wire::watch("scan0", || run(lab, tool))).collect();
    ran.sort_by_key(|(ran, _)| ran.wall);
    let seconds = |at: usize| ran[at].0.wall.as_secs_f64();
    let (half, last) = (ran.len() / 2, ran.len() - 1);
    let peak = ran.iter().map(|(ran, _)| ran.peak).max().unwrap_or_default() as f64 / 1024.0;
    let (middle, sent) = &ran[half];
    println!(
        "| {} | {:.1} ({:.1}, {:.1}) | {:.2} | {peak:.0} | {} | {} | {} |",
        tool.name,
        seconds(half),
        seconds(0),
        seconds(last),
        middle.cpu.as_secs_f64(),
        sent.packets,
        sent.most_in_a_second,
        Score::of(&(tool.read)(&middle.stdout))
    );
}

/// What leaves by an interface, as its own counter has it.
mod wire {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    pub struct Sent {
        pub packets: u64,
        pub most_in_a_second: u64,
    }

    /// How often the counter is read: a second's worth is the difference of ten readings.
    const TICK: Duration = Duration::from_millis(100);

    pub fn watch<T>(interface: &str, run: impl FnOnce() -> T) -> (T, Sent) {
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let watcher = scope.spawn(|| {
                let mut readings = vec![packets(interface)];
                while !over.load(Ordering::Relaxed) {
                    std::thread::sleep(TICK);
                    readings.push(packets(interface));
                }
                readings
            });
            let ran = run();
            over.store(true, Ordering::Relaxed);
            let readings = watcher.join().unwrap_or_default();
            let of_a_second = readings
                .windows(readings.len().min(11))
                .map(|some| some[some.len() - 1] - some[0]);
            let sent = Sent {
                packets: readings
                    .last()
                    .zip(readings.first())
                    .map_or(0, |(last, first)| last - first),
                most_in_a_second: of_a_second.max().unwrap_or_default(),
            };
            (ran, sent)
        })
    }

    /// From /proc/net/dev, which is that of the namespace: the tenth number is of packets sent.
    fn packets(interface: &str) -> u64 {
        let table = std::fs::read_to_string("/proc/thread-self/net/dev").unwrap_or_default();
        let line = table
            .lines()
            .find_map(|line| line.trim().strip_prefix(interface)?.strip_prefix(':'));
        let number = line.and_then(|line| line.split_whitespace().nth(9)?.parse().ok());
        number.unwrap_or_default()
    }
}

/// How well a tool has done.
struct Score {
    hosts_missed: usize,
    units: usize,
    units_missed: usize,
    /// Addresses called a unit that are none.
    accused: usize,
    /// Firmware versions read.
    firmware: usize,
}

impl Score {
    fn of(said: &Said) -> Self {
        let hosts = hosts();
        let units: Vec<&Host> = hosts
            .iter()
            .copied()
            .filter(|host| host.expect.maker.is_some())
            .collect();
        let is_unit = |address: &str| units.iter().any(|unit| unit.ip == address);
        let called_unit = |finding: &Finding| finding.maker.contains("hikvision") || finding.maker.contains("dahua");
        let on_subnet: Vec<&&Host> = units.iter().filter(|host| !host.expect.mis_addressed).collect();
        let named = |host: &Host| {
            let maker = host.expect.maker.unwrap_or_default();
            said.get(host.ip).is_some_and(|found| found.maker.contains(maker))
        };
        let read = |host: &Host| {
            let found = said.get(host.ip).zip(host.expect.firmware);
            found.is_some_and(|(found, version)| found.firmware.contains(version))
        };
        let missed = |host: &&&Host| !host.expect.mis_addressed && !said.contains_key(host.ip);
        Score {
            hosts_missed: hosts.iter().filter(missed).count(),
            units: on_subnet.len(),
            units_missed: on_subnet.iter().filter(|host| !named(host)).count(),
            accused: said
                .iter()
                .filter(|(address, found)| called_unit(found) && !is_unit(address))
                .count(),
            firmware: on_subnet.iter().filter(|host| read(host)).count(),
        }
    }
}

impl std::fmt::Display for Score {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Score {
            hosts_missed,
            units,
            units_missed,
            accused,
            firmware,
        } = self;
        write!(
            f,
            "{hosts_missed} | {units_missed} of {units} | {accused} | {firmware} of {units}"
        )
    }
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
