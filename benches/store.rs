//! `cargo bench --bench store`: a store of 1,000 runs over 500 units; how long a further run takes to be written, how
//! long it takes to say what changed, to count and to export; and the page of 5,000 devices. In `docs/benchmarks.md`.
#![allow(clippy::print_stdout, clippy::expect_used, reason = "it prints figures")]

use std::time::{Duration, Instant};

use camsweep::coverage::Coverage;
use camsweep::identify::{Device, Evidence, Firmware, ReplyRef};
use camsweep::report::model::Report;
use camsweep::report::{Run, assemble, html};
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
    let census = measured(|_| drop(store.census().expect("a census")));
    println!("the units of every run are counted in {} ms", census.as_millis());
    let exported = Instant::now();
    let mut lines = 0;
    let counted = store.export(|_| {
        lines += 1;
        Ok(())
    });
    counted.expect("an export");
    println!("{lines} runs are exported in {:.1} s", exported.elapsed().as_secs_f64());
    page();
}

/// The page of a large estate.
fn page() {
    let report = report(0, 5000);
    let page = measured(|_| drop(html::text(&report, false)));
    let bytes = html::text(&report, false).len();
    println!(
        "a page of {} devices is made in {} ms, and has {:.1} MiB",
        report.devices.len(),
        page.as_millis(),
        bytes as f64 / f64::from(1 << 20)
    );
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
    let report = report(run, UNITS);
    let began = report.started.parse().expect("a time");
    let number = store.begin(&report.plan.scope, began).expect("begun");
    store.finish(number, &report).expect("stored");
}

/// Every run has one unit less than there are, each time another, and one with new firmware.
fn report(run: i64, units: u32) -> Report {
    let time = jiff::Timestamp::from_second(1_700_000_000 + run * 86_400).expect("a time");
    let missing = run as u32 % units;
    let there = (0..units).filter(|unit| *unit != missing);
    assemble(Run {
        oui_data: "2026-01-01".into(),
        coverage: Coverage {
            asked: vec!["10.0.0.1-10.0.31.254".into()],
            ..Coverage::default()
        },
        devices: there.map(|unit| device(unit, run)).collect(),
        ..Run::begun("scan", vec!["10.0.0.1-10.0.31.254 on eth0".into()], time)
    })
}

fn device(unit: u32, run: i64) -> Device {
    let address = std::net::Ipv4Addr::from(0x0a00_0001 + unit).to_string();
    let upgraded = i64::from(unit) <= run % i64::from(UNITS);
    Device {
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
        evidence: vec![sign(&address); 8],
        addresses: vec![address],
        ..Device::default()
    }
}

fn sign(address: &str) -> Evidence {
    Evidence {
        rule: "hikvision/sadp-device-description".into(),
        maker: "hikvision".into(),
        weight: 60,
        saw: "DS-2CD2143G2-I".into(),
        reply: ReplyRef {
            host: address.into(),
            protocol: "sadp".into(),
            port: Some(37020),
            asked: Some("multicast inquiry".into()),
            at: Some("2026-01-01T00:00:00Z".into()),
        },
    }
}
