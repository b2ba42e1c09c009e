//! From what was typed and what this machine has to a plan. Pure: nothing is opened but target files.

mod interfaces;
mod segments;
#[cfg(test)]
mod tests;

use std::time::Duration;

use super::Failure;
use super::args::ScanArgs;
use super::limits;
use super::render;
use crate::net::Interface;
use crate::scan::{Plan, Ranges, Segment, parse_exclusions, parse_targets};
use interfaces::{for_default, for_targets};
use segments::{hosts_over_ipv4, split, take_down, without_unusable};

pub use interfaces::{is_plumbing, subnets_of};

/// The most addresses that are swept without `--yes-large`: a /20.
pub const LARGE: u64 = 4096;

/// Resolves the arguments.
///
/// # Errors
/// One line that names the value and the remedy; nothing has been sent.
pub fn resolve(args: &ScanArgs, interfaces: &[Interface]) -> Result<Plan, Failure> {
    render::check(&args.output.form, args.kept(), args.inputs())?;
    let limits = limits::resolve(&args.limits)?;
    let targets = parse_targets(&args.scope.targets)?;
    let excluded = parse_exclusions(&args.scope.exclude)?;
    let mut skipped = Vec::new();
    let (used, wanted) = match args.scope.targets.is_empty() {
        true => {
            let used = for_default(&args.scope, interfaces, &mut skipped)?;
            let hosts = used.iter().map(|interface| hosts_over_ipv4(interface));
            let wanted = hosts.fold(Ranges::default(), |all, hosts| all.union(&hosts));
            (used, wanted)
        }
        false => (for_targets(&args.scope, interfaces)?, targets),
    };
    let excluded = wanted.intersection(&excluded);
    let kept = without_unusable(&wanted.without(&excluded), &used, interfaces, &mut skipped);
    let (segments, routed, down) = within_reach(args, kept, (&used, interfaces), &mut skipped);
    if args.l2_sadp && segments.is_empty() {
        skipped.push("raw Ethernet: no target is on a segment of this machine".into());
    }
    let plan = Plan {
        segments,
        routed_interface: args.scope.interface.first().filter(|_| !routed.is_empty()).cloned(),
        routed,
        down,
        excluded,
        skipped,
        probe_silent: args.probe_silent,
        hosts_only: args.hosts,
        no_tcp: args.no_tcp,
        passive: args.passive.then(|| Duration::from_secs(args.listen)),
        without_arp: false,
        ethernet: args.l2_sadp,
        ipv6: args.ipv6,
        names: !args.no_names && !args.passive,
        limits,
        logins: Vec::new(),
        given_up: Vec::new(),
    };
    check(plan, args)
}

/// Whom this kind of run reaches: on segments, and beyond a router; and whom it cannot, because an interface is down.
fn within_reach(
    args: &ScanArgs,
    kept: Ranges,
    (used, interfaces): (&[&Interface], &[Interface]),
    skipped: &mut Vec<String>,
) -> (Vec<Segment>, Ranges, Vec<(String, Ranges)>) {
    let (kept, deaf) = match args.passive {
        true => kept.by_family(),
        false => (kept, Ranges::default()),
    };
    if !deaf.is_empty() {
        skipped.push(format!("{deaf}: of IPv6, and --passive hears IPv4 alone"));
    }
    let (segments, mut routed) = split(kept, used, interfaces);
    // Who names an interface wants its way, whatever networks the others had.
    let down = match args.scope.interface.is_empty() {
        true => take_down(&mut routed, interfaces),
        false => Vec::new(),
    };
    let is_down = |(name, targets): &(String, Ranges)| format!("{targets}: not asked, because {name} is down");
    skipped.extend(down.iter().map(is_down));
    let why_not = match args {
        _ if routed.is_empty() => None,
        ScanArgs { passive: true, .. } => Some("from where nothing is heard (--passive)"),
        ScanArgs { hosts: true, .. } => Some("where ARP does not reach (camsweep scan asks there)"),
        _ => None,
    };
    match why_not {
        Some(why) => {
            skipped.push(format!("{routed}: beyond a router, {why}"));
            (segments, Ranges::default(), down)
        }
        None => (segments, routed, down),
    }
}

fn check(plan: Plan, args: &ScanArgs) -> Result<Plan, Failure> {
    let addresses = plan.addresses();
    if addresses == 0
        && let Some((name, targets)) = plan.down.first()
    {
        return Err(Failure::could_not_run(
            format!("{name} is down, and {targets} is on its network"),
            "connect it or bring it up, or name the interface that leads there (--interface)",
        ));
    }
    if args.passive && plan.segments.is_empty() {
        return Err(Failure::usage(
            "--passive hears nothing of these targets: none is on a segment of this machine",
            "name targets of an attached network, which camsweep without arguments shows",
        ));
    }
    if args.hosts && plan.segments.is_empty() && !plan.skipped.is_empty() {
        return Err(Failure::usage(
            format!(
                "none of these targets is on a segment of this machine ({})",
                plan.skipped.join("; ")
            ),
            "name targets of an attached network, which camsweep without arguments shows, or use camsweep scan",
        ));
    }
    if args.probe_silent && plan.limits.gentle {
        return Err(Failure::usage(
            "--probe-silent contradicts the profile clinical, which opens no connection to who gives no sign of being a camera",
            "leave one of them out",
        ));
    }
    if addresses == 0 {
        return Err(Failure::usage(
            "no address is left to sweep: exclusions, this machine's own addresses and network addresses are taken off",
            "name other targets or fewer exclusions",
        ));
    }
    if addresses > LARGE && !args.scope.yes_large {
        return Err(Failure::usage(
            format!("{addresses} addresses are in scope, more than the {LARGE} that are swept without asking"),
            "name a smaller network, or add --yes-large",
        ));
    }
    if args.scope.interface.len() > 1 && !plan.routed.is_empty() {
        return Err(Failure::usage(
            format!(
                "{} is on none of the interfaces named, and there are several",
                plan.routed
            ),
            "name one --interface for targets beyond a router",
        ));
    }
    Ok(plan)
}
