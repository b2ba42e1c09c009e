//! `cargo run --example demo`: the real scanner sweeps a simulated segment on 127.0.66.0/27. No packet leaves
//! this machine, and no privilege is needed.
//!
//! Exits with 1 where a unit was missed or a neighbour accused.
#![allow(
    dead_code,
    reason = "the lab's estate and players are shared; the demo plays some of them"
)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it talks to its reader")]

mod announce;
mod changing;
mod host;
mod mortal;
mod play;
mod replies;
mod street;
mod tcp;

use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::Arc;

use camsweep::cli::account::Account;
use camsweep::cli::args::{FormArgs, Format, ScanArgs, ScopeArgs};
use camsweep::cli::progress::Watch;
use camsweep::cli::{plan, render, words};
use camsweep::identify::{Device, Knowledge};
use camsweep::net::{Limits, Vault, live::Live};
use camsweep::report::is_unit;
use camsweep::report::model::Report;
use camsweep::scan;
use host::Host;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

fn main() -> ExitCode {
    match demo() {
        Ok(faults) if faults.is_empty() => {
            println!("\nThis was a simulation. On a network that you administer: camsweep scan");
            ExitCode::SUCCESS
        }
        Ok(faults) => {
            eprintln!("\nthe demo went wrong:\n{}", faults.join("\n"));
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: the demo cannot run here: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Plays the street, sweeps it, prints the report; what the report has wrong.
fn demo() -> Result<Vec<String>, Box<dyn std::error::Error>> {
    println!("$ camsweep scan {}", street::TARGETS);
    let report = tokio::runtime::Runtime::new()?.block_on(sweep())?;
    let terminal = std::io::stdout().is_terminal();
    let table = render::render(&report, Format::Table, &FormArgs::default(), terminal)?;
    print!("{}", String::from_utf8_lossy(&table));
    let faults = street::STREET.iter().flat_map(|host| faults(&report, host));
    Ok(faults.chain(without_rtsp(&report)).collect())
}

async fn sweep() -> Result<Report, Box<dyn std::error::Error>> {
    play::play(street::STREET.iter().collect()).await?;
    let args = ScanArgs {
        scope: ScopeArgs {
            targets: vec![street::TARGETS.into()],
            ..ScopeArgs::default()
        },
        ..ScanArgs::default()
    };
    let interfaces = camsweep::net::interfaces()?;
    let plan = plan::resolve(&args, &interfaces).map_err(|failure| failure.message)?;
    print!("{}", words::scope_header(&plan));
    let account = Account {
        started: Timestamp::now(),
        knowledge: Knowledge::builtin(),
        oui_file: None,
    };
    let door = Arc::new(Live::new(interfaces, Limits::default(), Vault::default()));
    let mut watch = Watch::new(true, None);
    let findings = scan::scan(&plan, door, account.knowledge, &mut watch, CancellationToken::new()).await;
    watch.finish()?;
    Ok(account.of_scan(&plan, findings))
}

/// Compares one host of the street with the report.
fn faults(report: &Report, host: &Host) -> Vec<String> {
    let has = |device: &&Device, address: &str| device.addresses.iter().any(|other| other == address);
    let Some(device) = report.devices.iter().find(|device| has(device, host.ip)) else {
        return vec![format!("{} is missing", host.ip)];
    };
    let expect = &host.expect;
    let firmware = device.firmware.as_ref().map(|firmware| firmware.raw.as_str());
    let compared = [
        (
            "maker",
            device.maker.as_deref().filter(|_| is_unit(device)),
            expect.maker,
        ),
        (
            "model",
            device.model.as_deref().filter(|_| is_unit(device)),
            expect.model,
        ),
        ("serial", device.serial.as_deref(), expect.serial),
        ("firmware", firmware, expect.firmware),
    ];
    let wrong = compared.iter().filter(|(_, found, wanted)| found != wanted);
    let mut faults: Vec<String> = wrong
        .map(|(what, found, wanted)| format!("{} {what}: {found:?}, not {wanted:?}", host.ip))
        .collect();
    if expect.same_as.is_some_and(|same| !has(&device, same)) {
        faults.push(format!("{} is not one device with {:?}", host.ip, expect.same_as));
    }
    faults
}

/// What is wrong where nothing was told by RTSP on the port that was announced.
fn without_rtsp(report: &Report) -> Option<String> {
    let mut told = report.devices.iter().flat_map(|device| &device.evidence);
    let by_rtsp = told.any(|told| told.reply.protocol == "rtsp" && told.reply.port == Some(street::RTSP));
    (!by_rtsp).then(|| format!("nobody was told by RTSP on port {}", street::RTSP))
}

#[test]
fn the_demo_finds_its_units_and_accuses_nobody() {
    let faults = demo().expect("the loopback is there");
    assert!(faults.is_empty(), "{faults:#?}");
}
