//! What one host gets at the most, by tool: `LAB_HARM=1`.

use std::path::Path;

use crate::ledger;
use crate::stage::{Lab, Privilege, Ran};
use crate::tools::{NMAP, SCAN, SEGMENT};
use crate::wire::{Capture, Got, by_host};

/// A few hosts: nmap needs minutes for all.
const SOME: &str = "10.66.0.0/26";
const PORTS: &str = "80,443,554,8000,8080,37777";

/// Prints a row for each profile, and for nmap.
pub fn measure(lab: &Lab) {
    println!(
        "| command, on {SOME} | packets | bytes | connections | connections at once |\n| --- | --- | --- | --- | --- |"
    );
    for profile in ["clinical", "standard", "fast"] {
        let name = format!("camsweep scan --profile {profile}");
        let arguments = [SCAN, &["--profile", profile]].concat();
        row(lab, &name, env!("CARGO_BIN_EXE_camsweep"), &arguments);
    }
    for (name, how) in [("nmap -sV", ["-n", "-sV"]), ("nmap -A", ["-n", "-A"])] {
        let name = format!("{name} -p {PORTS}");
        row(lab, &name, NMAP, &[&how[..], &["-p", PORTS, SEGMENT]].concat());
    }
}

fn row(lab: &Lab, name: &str, program: &str, arguments: &[&str]) {
    let arguments = arguments
        .iter()
        .map(|argument| if *argument == SEGMENT { SOME } else { *argument });
    let arguments: Vec<&str> = arguments.collect();
    let capture = Capture::begin().expect("root in its own namespace");
    let ran: Ran = lab.run(Path::new(program), &arguments, Privilege::RawSocket);
    let hosts = by_host(&capture.end());
    let most = |of: fn(&Got) -> usize| hosts.values().map(of).max().unwrap_or_default();
    println!(
        "| {name} | {} | {} | {} | {} |",
        most(|got| got.packets),
        most(|got| got.bytes),
        most(|got| got.connections.len()),
        ledger::most_at_once(&ran.ledger)
    );
}
