//! How well a tool has done, against what the lab knows.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::host::Host;
use crate::setting::Setting;

/// What a tool says of each address.
pub type Said = BTreeMap<String, Finding>;

#[derive(Default)]
pub struct Finding {
    /// All that it says, in small letters, for its maker to be looked for in.
    maker: String,
    firmware: String,
}

/// How well a tool has done.
pub struct Score {
    pub hosts_missed: usize,
    pub units: usize,
    pub units_missed: usize,
    /// Addresses called a unit that are none.
    pub accused: usize,
    /// Firmware versions read.
    pub firmware: usize,
}

impl Score {
    pub fn of(said: &Said) -> Self {
        let hosts = Setting::here().hosts();
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

pub fn read_camsweep(output: &str) -> Said {
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
pub fn read_arp_scan(output: &str) -> Said {
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

/// `up arp 0 ADDRESS TIME` or `open tcp PORT ADDRESS TIME`; of whom they are it says nothing.
pub fn read_masscan(output: &str) -> Said {
    let address = |line: &str| line.split(' ').nth(3).map(str::to_owned);
    let lines = output.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(address)
        .map(|address| (address, Finding::default()))
        .collect()
}

/// A block of lines for each host.
pub fn read_nmap(output: &str) -> Said {
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
