//! From what a run brought to its report: scans, recorded replies and the demo all end here.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;

use super::{budget::Budget, data, words};
use crate::coverage::Coverage;
use crate::identify::{Device, Knowledge};
use crate::judge::{Judged, judge};
use crate::report::model::Report;
use crate::report::{self, Run};
use crate::scan::{Findings, Plan};
use crate::store;

/// What a report says beside the replies: when the run began, and what it is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Account<'a> {
    /// When the run began.
    pub started: Timestamp,
    /// What verdicts are judged by.
    pub knowledge: &'a Knowledge,
    /// The registry that the user gave in place of the embedded one.
    pub oui_file: Option<&'a Path>,
}

impl Account<'_> {
    /// The report on a scan.
    pub fn of_scan(&self, plan: &Plan, findings: Findings) -> Report {
        self.report(
            Run {
                interrupted: findings.interrupted,
                plan: words::summary_of(plan, &Budget::of(&plan.limits)),
                coverage: findings.coverage,
                blind_spots: findings.blind_spots,
                ..self.begun()
            },
            judge(&findings.replies, self.knowledge),
        )
    }

    /// The report on replies that were recorded before, in these files.
    pub fn of_files(&self, files: &[String], judged: Judged) -> Report {
        let note = "recorded replies were judged; nothing was sent".to_owned();
        self.report(
            Run {
                plan: words::judged_files(files),
                coverage: Coverage {
                    notes: vec![note],
                    ..Coverage::default()
                },
                ..self.begun()
            },
            judged,
        )
    }

    fn begun(&self) -> Run {
        Run {
            oui_data: data::source(self.knowledge, self.oui_file),
            ..Run::begun("", Vec::new(), self.started)
        }
    }

    fn report(&self, mut run: Run, judged: Judged) -> Report {
        judged.count_into(&mut run.coverage);
        run.devices = judged.devices;
        run.devices.iter_mut().for_each(|device| note(device, &run.coverage));
        run.finished = Timestamp::now();
        report::assemble(run)
    }
}

/// The report on what a run has kept that was never closed. It claims nothing of where it looked.
pub fn of_remains(run: &store::Run, judged: Judged) -> Report {
    let knowledge = Knowledge::builtin();
    let time = |text: &str| text.parse().unwrap_or(Timestamp::UNIX_EPOCH);
    let mut coverage = Coverage {
        not_asked: run.scope.clone(),
        stopped: Some("it was never closed: it is under way, or was killed".to_owned()),
        ..Coverage::default()
    };
    judged.count_into(&mut coverage);
    report::assemble(Run {
        oui_data: data::source(knowledge, None),
        finished: time(&run.finished),
        coverage,
        devices: judged.devices,
        ..Run::begun("scan", run.scope.clone(), time(&run.started))
    })
}

/// Says of a device that was fenced, or that became silent, why so little is known of it.
fn note(device: &mut Device, coverage: &Coverage) {
    let of = |hosts: &BTreeMap<String, String>| device.addresses.iter().find_map(|address| hosts.get(address).cloned());
    let fenced = of(&coverage.fenced);
    let fenced = fenced.map(|why| format!("fenced, because it may be fragile ({why}): it was asked no more"));
    let silent = of(&coverage.became_silent);
    let silent = silent.map(|question| format!("became silent when it was asked {question}: see that it still works"));
    device.notes.extend(fenced.into_iter().chain(silent));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_that_was_fenced_or_became_silent_says_so_and_no_other_does() {
        let mut coverage = Coverage::default();
        coverage.fenced.insert("10.0.0.5".into(), "medical: a MAC of X".into());
        coverage.became_silent.insert("10.0.0.6".into(), "http 80".into());
        for (address, notes) in [("10.0.0.5", 1), ("10.0.0.6", 1), ("10.0.0.50", 0)] {
            let mut device = Device {
                addresses: vec!["10.0.0.4".into(), address.into()],
                ..Device::default()
            };
            note(&mut device, &coverage);
            assert_eq!(device.notes.len(), notes, "{address}");
        }
    }
}
