//! What is said before anything is sent.

use std::path::Path;

use super::budget::Budget;
use super::plan::{is_plumbing, subnets_of};
use crate::coverage::addresses;
use crate::net::Interface;
use crate::report::model::PlanSummary;
use crate::scan::Plan;

/// Who is asked, over which interface.
pub fn scope(plan: &Plan) -> Vec<String> {
    let segments = plan.segments.iter();
    let mut scope: Vec<String> = segments
        .map(|segment| format!("{} on {}", segment.targets, segment.interface.name))
        .collect();
    if !plan.routed.is_empty() {
        let by = plan.routed_interface.as_ref().map(|name| format!(", by {name} only"));
        scope.push(format!(
            "{} not on a segment of this machine{}",
            plan.routed,
            by.unwrap_or_default()
        ));
    }
    scope
}

/// The plan as the report keeps it.
pub fn summary_of(plan: &Plan, budget: &Budget) -> PlanSummary {
    PlanSummary {
        command: if plan.hosts_only { "hosts" } else { "scan" }.into(),
        scope: scope(plan),
        excluded: plan.excluded.words(),
        skipped: plan.skipped.clone(),
        budget: budget.words(plan),
        given_up: plan.given_up.clone(),
    }
}

/// The scope, as it is printed before the first packet.
pub fn scope_header(plan: &Plan) -> String {
    let summary = summary_of(plan, &Budget::of(&plan.limits));
    let mut text = format!("scope: {}\n", addresses(plan.addresses()));
    let lists = [
        ("", &summary.scope),
        ("excluded: ", &summary.excluded),
        ("left out: ", &summary.skipped),
        ("", &summary.budget),
    ];
    for (label, lines) in lists {
        text.extend(lines.iter().map(|line| format!("  {label}{line}\n")));
    }
    text
}

/// That options come from a file too, where they do.
pub fn configured(file: Option<&Path>) -> String {
    file.map(|file| {
        format!(
            "  options of {} are in effect too (--no-config leaves them out)\n",
            file.display()
        )
    })
    .unwrap_or_default()
}

/// What `camsweep` alone shows: where this machine is, and the command that would sweep it.
pub fn attached(interfaces: &[Interface]) -> String {
    let mut text = String::from("This machine is attached to:\n");
    let shown = interfaces.iter().filter(|i| i.up && !i.loopback && !i.ipv4.is_empty());
    for interface in shown.clone() {
        let plumbing = if is_plumbing(&interface.name) {
            "  (container or VPN plumbing)"
        } else {
            ""
        };
        text.push_str(&format!(
            "  {:<15} {}{plumbing}\n",
            interface.name,
            subnets_of(interface)
        ));
    }
    if shown.count() == 0 {
        text.push_str("  no IPv4 network\n");
    }
    text.push_str("\nNothing was sent. To sweep:\n  camsweep scan\nTo see first what that would send:\n  camsweep scan --dry-run\n");
    text
}

/// The plan of a run that judges files.
pub fn judged_files(files: &[String]) -> PlanSummary {
    PlanSummary {
        command: "judge".into(),
        scope: files.iter().map(|file| format!("replies recorded in {file}")).collect(),
        budget: vec!["nothing is sent".into()],
        ..PlanSummary::default()
    }
}
