//! The policy lens: what published policies are to the devices of a report. It names the class that a device falls
//! within, who says so and where, and nothing beyond.

use std::collections::{BTreeMap, HashSet};

use super::model::{PolicyText, Report};
use crate::identify::policies::Policy;
use crate::identify::{Falls, PolicyFinding};

/// Holds each device against these policies, in place of what was found before. One that is about sensitive sites is left
/// out where the user marked none as such.
pub fn apply(report: &mut Report, policies: &[Policy]) {
    let sensitive = report.sites.iter().filter(|site| site.sensitive);
    let sensitive: HashSet<String> = sensitive.map(|site| site.name.clone()).collect();
    let concerns = |policy: &&Policy| !policy.sensitive_sites_only || !sensitive.is_empty();
    let policies: Vec<&Policy> = policies.iter().filter(concerns).collect();
    for device in &mut report.devices {
        let there = device.site.as_ref().is_some_and(|site| sensitive.contains(site));
        device.policies = policies
            .iter()
            .filter_map(|policy| policy.finding(device, there))
            .collect();
    }
    report.policies = policies.into_iter().map(text).collect();
}

fn text(policy: &Policy) -> PolicyText {
    PolicyText {
        id: policy.id.clone(),
        name: policy.name.clone(),
        class: policy.class.clone(),
        basis: policy.basis.clone(),
        limits: policy.limits.clone(),
        source: policy.source.clone(),
        date: policy.date.to_string(),
    }
}

/// What each policy names, and what it leaves open.
pub(super) fn texts(report: &Report) -> Vec<String> {
    let words = |policy: &PolicyText| {
        let open = if policy.limits.is_empty() { "" } else { "; " };
        format!(
            "{}: {} ({}, as of {}) names {}; {}{open}{}",
            policy.id, policy.name, policy.source, policy.date, policy.class, policy.basis, policy.limits
        )
    };
    report.policies.iter().map(words).collect()
}

/// A line for each policy that concerns anything here.
pub(super) fn lines(report: &Report) -> Vec<String> {
    let mut counts: BTreeMap<&str, (&PolicyFinding, [u64; 2])> = BTreeMap::new();
    for finding in report.devices.iter().flat_map(|device| &device.policies) {
        let entry = counts.entry(&finding.id).or_insert((finding, [0; 2]));
        entry.1[usize::from(finding.falls == Falls::Perhaps)] += 1;
    }
    counts
        .into_values()
        .map(|(finding, counts)| line(finding, counts))
        .collect()
}

fn line(finding: &PolicyFinding, [within, perhaps]: [u64; 2]) -> String {
    let units = |count: u64, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 unit {one}")),
        count => Some(format!("{count} units {many}")),
    };
    let words = [units(within, "falls", "fall"), units(perhaps, "may fall", "may fall")];
    let words: Vec<String> = words.into_iter().flatten().collect();
    format!(
        "{} within the class named in {} ({})",
        words.join(" and "),
        finding.name,
        finding.source
    )
}

/// The policy's id, with ` (may)` where it is not certain that the device falls within its class.
pub(super) fn short(finding: &PolicyFinding) -> String {
    match finding.falls {
        Falls::Within => finding.id.clone(),
        Falls::Perhaps => format!("{} (may)", finding.id),
    }
}
