//! The tools, how each is run, and on which labs.

use crate::score::{self, Said};
use crate::setting::Setting::{self, Crowd, Far, Odd, Quiet};
use crate::stage::Privilege;

/// Stands for the segment that every tool sweeps, in its arguments.
pub const SEGMENT: &str = "SEGMENT";

/// A tool, how it is run and how often, and how its output is read.
pub struct Tool {
    pub name: &'static str,
    pub labs: &'static [Setting],
    pub program: &'static str,
    pub arguments: &'static [&'static str],
    pub privilege: Privilege,
    pub runs: usize,
    pub read: fn(&str) -> Said,
}

impl Tool {
    const fn camsweep(name: &'static str, labs: &'static [Setting], arguments: &'static [&'static str]) -> Self {
        Tool {
            name,
            labs,
            program: CAMSWEEP,
            arguments,
            privilege: Privilege::RawSocket,
            runs: 3,
            read: score::read_camsweep,
        }
    }

    const fn nmap(
        name: &'static str,
        labs: &'static [Setting],
        runs: usize,
        arguments: &'static [&'static str],
    ) -> Self {
        Tool {
            program: NMAP,
            runs,
            read: score::read_nmap,
            ..Tool::camsweep(name, labs, arguments)
        }
    }

    const fn arp_scan(name: &'static str, labs: &'static [Setting], arguments: &'static [&'static str]) -> Self {
        Tool {
            program: "/usr/sbin/arp-scan",
            read: score::read_arp_scan,
            ..Tool::camsweep(name, labs, arguments)
        }
    }

    /// It knows neither the lab's routes nor that broadcast is where ARP goes.
    const fn masscan(name: &'static str, labs: &'static [Setting], arguments: &'static [&'static str]) -> Self {
        Tool {
            program: "/usr/bin/masscan",
            read: score::read_masscan,
            ..Tool::camsweep(name, labs, arguments)
        }
    }
}

const CAMSWEEP: &str = env!("CARGO_BIN_EXE_camsweep");
pub const NMAP: &str = "/usr/bin/nmap";
const EVERYWHERE: &[Setting] = &[Odd, Quiet, Crowd, Far];
const ON_SEGMENTS: &[Setting] = &[Odd, Quiet, Crowd];

pub const SCAN: &[&str] = &["scan", SEGMENT, "--yes-large", "--format", "json", "--no-names"];
pub const FAST: &[&str] = &[
    "scan",
    SEGMENT,
    "--yes-large",
    "--format",
    "json",
    "--no-names",
    "--profile",
    "fast",
];

pub const TOOLS: &[Tool] = &[
    Tool::camsweep("camsweep scan", EVERYWHERE, SCAN),
    Tool {
        privilege: Privilege::None,
        ..Tool::camsweep("camsweep scan, ordinary user", EVERYWHERE, SCAN)
    },
    Tool::camsweep("camsweep scan --profile fast", EVERYWHERE, FAST),
    Tool::camsweep(
        "camsweep hosts",
        ON_SEGMENTS,
        &["hosts", SEGMENT, "--yes-large", "--format", "json"],
    ),
    Tool::camsweep(
        "camsweep hosts --profile clinical",
        &[Quiet],
        &["hosts", SEGMENT, "--profile", "clinical", "--format", "json"],
    ),
    Tool::camsweep(
        "camsweep hosts --profile fast",
        &[Quiet],
        &["hosts", SEGMENT, "--profile", "fast", "--format", "json"],
    ),
    Tool::camsweep(
        "camsweep hosts --arp-rate 300000 --i-know",
        &[Quiet, Crowd],
        &[
            "hosts",
            SEGMENT,
            "--yes-large",
            "--arp-rate",
            "300000",
            "--i-know",
            "--format",
            "json",
        ],
    ),
    Tool::arp_scan("arp-scan", EVERYWHERE, &["--interface=scan0", SEGMENT]),
    Tool::arp_scan(
        "arp-scan -B 1000M -r 1 -t 100",
        &[Quiet, Crowd],
        &["--interface=scan0", "-B", "1000M", "-r", "1", "-t", "100", SEGMENT],
    ),
    Tool::masscan(
        "masscan --arp --rate 100000 --wait 1",
        &[Quiet, Crowd],
        &[
            "--arp",
            "--router-mac",
            "ff-ff-ff-ff-ff-ff",
            "--rate",
            "100000",
            "--wait",
            "1",
            "--adapter",
            "scan0",
            SEGMENT,
            "-oL",
            "-",
        ],
    ),
    Tool::masscan(
        "masscan --rate 10000 --wait 2, camera ports",
        &[Far],
        &[
            "--rate",
            "10000",
            "--wait",
            "2",
            "--adapter",
            "scan0",
            "-p",
            "80,443,554,8000,8080,37777",
            SEGMENT,
            "-oL",
            "-",
        ],
    ),
    Tool::nmap("nmap -sn", EVERYWHERE, 3, &["-n", "-sn", SEGMENT]),
    Tool::nmap(
        "nmap -sn -T5 --min-rate 100000",
        &[Quiet],
        3,
        &["-n", "-sn", "-T5", "--min-rate", "100000", SEGMENT],
    ),
    Tool::nmap(
        "nmap -sV --version-light -p 80,554",
        &[Odd, Quiet],
        1,
        &["-n", "-sV", "--version-light", "-p", "80,554", SEGMENT],
    ),
    Tool::nmap(
        "nmap -sV, camera ports",
        &[Odd],
        1,
        &["-n", "-sV", "-p", "80,443,554,8000,8080,37777", SEGMENT],
    ),
];
