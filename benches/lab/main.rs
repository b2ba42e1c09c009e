//! `cargo bench --bench lab`: camsweep beside arp-scan, nmap and masscan on the lab of `tests/lab`, on the same wire in
//! the same run. What it prints is what `docs/benchmarks.md` shows.
//!
//! `LAB_CROWD=1000 cargo bench --bench lab` does the same on a /16 with so many hosts more, and `LAB_FAR=300` on a /20
//! behind a router.
//!
//! `LAB_LOSS=5 LAB_DELAY=50 cargo bench --bench lab` sweeps the /24 twenty times over a cable that loses five frames in a
//! hundred, each way, and takes 50 ms for each, and counts the units missed in all.
//!
//! `LAB_QUIET=1 cargo bench --bench lab` is for sixty ordinary hosts on the /24, with `camsweep hosts` in every profile, and
//! `LAB_QUIET=cameras` for sixty of which seven in ten are units.
//!
//! `LAB_CROWD=1000 LAB_GROWTH=1 cargo bench --bench lab` sweeps a /24, a /20 and a /16 of the same lab, and `LAB_HARM=1`
//! counts what one host gets at the most, by tool.
//!
//! `LAB_TOOLS=hosts cargo bench --bench lab` runs only the tools that have this in their names.
//!
//! `LAB_SHELL=bash cargo bench --bench lab` gives a shell on the scanner's side of the lab instead, to try
//! things by hand.
#![cfg(target_os = "linux")]
#![allow(
    dead_code,
    unused_imports,
    reason = "the lab is the tests'; the benchmark stands it up and looks at it"
)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it prints figures")]

#[path = "../../tests/lab/announce.rs"]
mod announce;
#[path = "../../tests/lab/arp.rs"]
mod arp;
#[path = "../../tests/lab/below.rs"]
mod below;
#[path = "../../tests/lab/cable.rs"]
mod cable;
#[path = "../../tests/lab/cameras.rs"]
mod cameras;
#[path = "../../tests/lab/changing.rs"]
mod changing;
#[path = "../../tests/lab/crier.rs"]
mod crier;
#[path = "../../tests/lab/crowd.rs"]
mod crowd;
#[path = "../../tests/lab/estate.rs"]
mod estate;
#[path = "../../tests/lab/host.rs"]
mod host;
#[path = "../../tests/lab/ledger.rs"]
mod ledger;
#[path = "../../tests/lab/mortal.rs"]
mod mortal;
#[path = "../../tests/lab/over_ipv6.rs"]
mod over_ipv6;
#[path = "../../tests/lab/play.rs"]
mod play;
#[path = "../../tests/lab/replies.rs"]
mod replies;
#[path = "../../tests/lab/rogue.rs"]
mod rogue;
#[path = "../../tests/lab/stage.rs"]
mod stage;
#[path = "../../tests/lab/sys.rs"]
mod sys;
#[path = "../../tests/lab/tcp/mod.rs"]
mod tcp;
#[path = "../../tests/lab/unsettled.rs"]
mod unsettled;
#[path = "../../tests/lab/wire.rs"]
mod wire;

mod counter;
mod harm;
mod measured;
mod score;
mod setting;
mod slowest;
mod tools;

use std::path::Path;

use score::Score;
use setting::Setting;
use stage::{Lab, Ran};
use tools::{FAST, SCAN, SEGMENT, TOOLS, Tool};

fn main() {
    if std::env::args().any(|argument| argument == "cameras_process") {
        return cameras::cameras();
    }
    if std::env::args()
        .nth(1)
        .is_some_and(|argument| argument == measured::PROCESS)
    {
        measured::process();
    }
    stage::with_lab("bench", |lab| {
        let wants = |variable: &str| std::env::var_os(variable).is_some();
        if let Some(shell) = std::env::var_os("LAB_SHELL") {
            let status = std::process::Command::new("sh").arg("-c").arg(shell).status();
            return println!("the shell ended: {status:?}");
        }
        match cable::bad() {
            Some(_) => over_a_bad_cable(lab),
            None if wants("LAB_HARM") => harm::measure(lab),
            None if wants("LAB_GROWTH") => growth(lab),
            None => beside_others(lab),
        }
    });
}

/// The tools that are wanted on this lab.
fn tools() -> impl Iterator<Item = &'static Tool> {
    let wanted = std::env::var("LAB_TOOLS").unwrap_or_default();
    let here = Setting::here();
    TOOLS
        .iter()
        .filter(move |tool| tool.labs.contains(&here) && tool.name.contains(&wanted))
}

fn beside_others(lab: &Lab) {
    println!(
        "| command | wall, s (least, most) | processor, s | peak, MiB | packets sent | at most in a second | hosts missed | units missed | others accused | firmware read | slowest device, s |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for tool in tools() {
        match Path::new(tool.program).exists() {
            true => measure(lab, tool),
            false => println!("| {} | not installed: {} |", tool.name, tool.program),
        }
    }
}

/// The same sweep of more and more addresses: who is there alone, and a whole scan.
fn growth(lab: &Lab) {
    println!("| command | wall, s | processor, s | peak, MiB | packets sent |\n| --- | --- | --- | --- | --- |");
    let grows = |tool: &&Tool| ["camsweep hosts", "camsweep scan"].contains(&tool.name);
    for tool in tools().filter(grows) {
        for segment in ["10.66.0.0/24", "10.66.0.0/20", "10.66.0.0/16"] {
            let (ran, sent) = counter::watch("scan0", || run(lab, tool, segment));
            println!(
                "| {} {segment} | {:.1} | {:.2} | {:.0} | {} |",
                tool.name,
                ran.wall.as_secs_f64(),
                ran.cpu.as_secs_f64(),
                ran.peak as f64 / 1024.0,
                sent.packets
            );
        }
    }
}

const SWEEPS: usize = 20;

fn over_a_bad_cable(lab: &Lab) {
    println!("| command | sweeps | wall, s (least, most) | sightings of units missed | of another maker, accused |");
    println!("| --- | --- | --- | --- | --- |");
    for tool in tools().filter(|tool| [SCAN, FAST].contains(&tool.arguments)) {
        let (mut missed, mut accused, mut units, mut walls) = (0, 0, 0, Vec::new());
        for _ in 0..SWEEPS {
            let ran = run(lab, tool, &Setting::here().segment());
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
fn run(lab: &Lab, tool: &Tool, segment: &str) -> Ran {
    let arguments: Vec<&str> = tool
        .arguments
        .iter()
        .map(|argument| if *argument == SEGMENT { segment } else { *argument })
        .collect();
    let _ = stage::run("ip", &["neigh", "flush", "all"], "");
    measured::run(lab, Path::new(tool.program), &arguments, tool.privilege)
}

fn measure(lab: &Lab, tool: &Tool) {
    let here = Setting::here();
    let runs = if here.is_large() { 1 } else { tool.runs };
    let mut ran: Vec<(Ran, counter::Sent)> = (0..runs)
        .map(|_| counter::watch("scan0", || run(lab, tool, &here.segment())))
        .collect();
    ran.sort_by_key(|(ran, _)| ran.wall);
    let seconds = |at: usize| ran[at].0.wall.as_secs_f64();
    let (half, last) = (ran.len() / 2, ran.len() - 1);
    let peak = ran.iter().map(|(ran, _)| ran.peak).max().unwrap_or_default() as f64 / 1024.0;
    let (middle, sent) = &ran[half];
    println!(
        "| {} | {:.2} ({:.2}, {:.2}) | {:.2} | {peak:.0} | {} | {} | {} | {} |",
        tool.name,
        seconds(half),
        seconds(0),
        seconds(last),
        middle.cpu.as_secs_f64(),
        sent.packets,
        sent.most_in_a_second,
        Score::of(&(tool.read)(&middle.stdout)),
        slowest_device(lab, tool)
    );
}

/// Which device kept a scan longest, and how long, in one run more: to be watched costs the scanner processor time.
fn slowest_device(lab: &Lab, tool: &Tool) -> String {
    let here = Setting::here();
    if tool.arguments.first() != Some(&"scan") || here.is_large() {
        return String::new();
    }
    let capture = wire::Capture::begin().expect("root in its own namespace");
    run(lab, tool, &here.segment());
    let slowest = slowest::of(&capture.end());
    slowest.map_or_else(String::new, |(host, span)| {
        format!("{:.2} ({host})", span.as_secs_f64())
    })
}
