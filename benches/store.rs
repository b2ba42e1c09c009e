//! `cargo bench --bench store`: a store of 1,000 runs over 500 units; how long a further run takes to be written, and
//! how long it takes to say what changed. In `docs/benchmarks.md`.
#![allow(clippy::print_stdout, clippy::expect_used, reason = "it prints figures")]

use std::time::{Duration, Instant};

use camsweep::coverage::Coverage;
use camsweep::identify::{Device, Firmware};
use camsweep::report::model::{PlanSummary, Report};
use camsweep::report::{Run, assemble};
use camsweep::store::{Place, Store, diff};

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const RUNS: i64 = 1000;
const UNITS: u32 = 500;
/// How often each is measured.
const TIMES: i64 = 20;

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.sqlite");
    let mut store = Store::open(&Place::File(path.clone()), true).expect("a store");
    let filled = Instant::now();
    (0..RUNS).for_each(|run| enter(&mut store, run));
    println!(
        "{RUNS} runs over {UNITS} units: filled in {:.1} s",
        filled.elapsed().as_secs_f64()
    );
    let bytes = std::fs::metadata(&path).expect("the store").len();
    println!("size: {} MiB", bytes >> 20);
    let write = measured(|time| enter(&mut store, RUNS + time));
    println!("a further run is written in {} ms", write.as_millis());
    let last = measured(|time| drop(store.diff(RUNS + time).expect("a diff")));
    println!("what changed in a run is said in {} ms", last.as_millis());
    let two = measured(|time| {
        let [earlier, later] = [RUNS / 2, RUNS + time].map(|run| store.report(run).expect("a run").expect("a report"));
        drop(diff::between(&earlier, &later, &[], ["earlier", "later"]));
    });
    println!("what changed between two runs is said in {} ms", two.as_millis());
}

/// The median.
fn measured(mut what: impl FnMut(i64)) -> Duration {
    let mut times: Vec<Duration> = (1..=TIMES)
        .map(|time| {
            let begun = Instant::now();
            what(time);
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}

fn enter(store: &mut Store, run: i64) {
    let report = report(run);
    let began = report.started.parse().expect("a time");
    let number = store.begin(&report.plan.scope, began).expect("begun");
    store.finish(number, &report).expect("stored");
}

/// Every run has one unit less than there are, each time another, and one with new firmware.
fn report(run: i64) -> Report {
    let time = jiff::Timestamp::from_second(1_700_000_000 + run * 86_400).expect("a time");
    let missing = run as u32 % UNITS;
    assemble(Run {
        oui_data: "2026-01-01".into(),
        started: time,
        finished: time,
        interrupted: false,
        plan: PlanSummary {
            command: "scan".into(),
            scope: vec!["10.0.0.1-10.0.3.254 on eth0".into()],
            ..PlanSummary::default()
        },
        coverage: Coverage {
            asked: vec!["10.0.0.1-10.0.3.254".into()],
            ..Coverage::default()
        },
        blind_spots: Vec::new(),
        devices: (0..UNITS)
            .filter(|unit| *unit != missing)
            .map(|unit| device(unit, run))
            .collect(),
    })
}

fn device(unit: u32, run: i64) -> Device {
    let upgraded = i64::from(unit) <= run % i64::from(UNITS);
    Device {
        addresses: vec![std::net::Ipv4Addr::from(0x0a00_0001 + unit).to_string()],
        mac: Some(format!("44:47:cc:00:{:02x}:{:02x}", unit >> 8, unit & 0xff)),
        maker: Some("hikvision".into()),
        model: Some("DS-2CD2143G2-I".into()),
        serial: Some(format!("DS-2CD2143G2-I20220112AAWRJ{unit:08}")),
        firmware: Some(Firmware {
            raw: format!("V5.7.{} build 220112", if upgraded { 3 } else { 2 }),
            version: None,
            build_date: None,
            via: "sadp".into(),
        }),
        notes: vec!["a text as long as what is usually said of a device, so that packing has something to do".into()],
        ..Device::default()
    }
}
