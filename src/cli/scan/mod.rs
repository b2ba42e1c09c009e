//! `camsweep scan` and `camsweep hosts`.

mod live;

use tokio_util::sync::CancellationToken;

use super::args::ScanArgs;
use super::budget;
use super::console::{print, say};
use super::exit::Exit;
use super::file::WholeFile;
use super::memory::{self, Memory};
use super::outputs::Outputs;
use super::progress::Watch;
use super::resume::{self, Journal};
use super::setup::{Setup, remember};
use super::{Failure, credentials, data, given_up, others, outbox, plan, words};
use crate::net::live::{Live, RawSockets};
use crate::net::{self, Interface, Vault, guard};
use crate::scan::{Plan, Ranges, Segment};

/// Sweeps what is asked for, or says what that would be.
///
/// # Errors
/// Why nothing was sent, or what the run did not bring to its end.
pub fn scan(args: &ScanArgs) -> Exit {
    let scan = Scan::prepare(args)?;
    match args.dry_run {
        true => scan.rehearse(),
        false => scan.run(),
    }
}

/// This machine's interfaces.
///
/// # Errors
/// Where the system does not list them.
pub fn interfaces() -> Result<Vec<Interface>, Failure> {
    net::interfaces().map_err(|error| {
        Failure::could_not_run(
            format!("cannot list this machine's interfaces: {error}"),
            "see the system's limits",
        )
    })
}

/// A scan that is ready to begin.
struct Scan<'a> {
    args: &'a ScanArgs,
    setup: Setup<'a>,
    interfaces: Vec<Interface>,
    plan: Plan,
    vault: Vault,
    /// What is said before the first packet.
    header: String,
}

impl<'a> Scan<'a> {
    fn prepare(args: &'a ScanArgs) -> Result<Self, Failure> {
        let setup = Setup::read(&args.output)?;
        let interfaces = interfaces()?;
        let mut plan = plan::resolve(args, &interfaces)?;
        plan.without_arp = !guard::may_send_frames();
        plan.given_up.extend(given_up::core_dumps());
        let vault = credentials::vault(args, &setup.knowledge.makers)?;
        plan.logins = vault.words();
        let header = words::scope_header(&plan)
            + &words::configured(args.config.as_deref())
            + &memory::announced(&args.output.keep)
            + &outbox::words(&args.output.form)
            + &setup.notices.words(&args.output.keep);
        Ok(Scan {
            args,
            setup,
            interfaces,
            plan,
            vault,
            header,
        })
    }

    /// Says what a scan would do. What it would write is begun and left, so that a bad name is found here too; as by the
    /// scan, without privileges.
    fn rehearse(self) -> Exit {
        let known = self.args.known.as_deref().map(data::report).transpose();
        let expected = known
            .map_err(Failure::as_usage)?
            .map(|before| budget::expected(&before))
            .transpose()?;
        let expected = expected.map(|words| format!("  {words}\n")).unwrap_or_default();
        given_up::privileges()?;
        let resumed = self.args.resume.as_deref().map(|file| resume::look(file, &self.plan));
        let resumed = resumed
            .transpose()?
            .map(|words| format!("  {words}\n"))
            .unwrap_or_default();
        Outputs::begin(&self.args.output.form, self.args.inputs())?;
        self.args.record.as_deref().map(WholeFile::begin).transpose()?;
        print(&format!("{}{expected}{resumed}Nothing was sent.\n", self.header))
    }

    fn run(mut self) -> Exit {
        let args = self.args;
        // First of all: a run that waits hears nothing, keeps nothing from another, and leaves nothing when it is ended.
        let _mark = mark(&self.plan, args.wait_for_other)?;
        let raw = given_up::with_privileges(|| {
            let raw = RawSockets::open(&self.plan.raw_channels(), &self.interfaces);
            raw.with_room(self.plan.segments.len() + 1)
        })?;
        self.plan.given_up.extend(given_up::privileges()?);
        let resumed = args.resume.as_deref().map(|file| Journal::open(file, &self.plan));
        let (journal, past) = resumed.transpose()?.unzip();
        let outputs = self.setup.outputs(args.inputs())?;
        let record = args.record.as_deref().map(WholeFile::begin).transpose()?;
        // The folder of the store is made while that is allowed.
        let place = memory::place(&args.output.keep);
        if !args.no_sandbox {
            let store = place.as_ref().ok().and_then(Option::as_ref);
            self.plan.given_up.extend(given_up::access(args, store));
        }
        if args.output.keep.quiet_unless.is_empty() {
            say(&self.header);
        }
        let account = self.setup.account();
        let memory = remember(place, &words::scope(&self.plan), "the scan goes on, and is not stored");
        let mut watch = Watch::new(!args.no_progress, record);
        watch.store(memory.as_ref().ok().and_then(Option::as_ref).map(Memory::replies));
        let stop = CancellationToken::new();
        if let Some(journal) = journal {
            watch.keep(journal, stop.clone());
        }
        let limits = self.plan.limits.clone();
        let door = || Live::new(self.interfaces, limits, self.vault).with(raw);
        let findings = live::run(&self.plan, past, door, &self.setup.knowledge, &mut watch, stop)?;
        let interrupted = findings.interrupted || findings.coverage.stopped.is_some();
        let journal = watch.take_journal();
        let recorded = watch.finish();
        let report = account.of_scan(&self.plan, findings);
        let code = self.setup.close(report, outputs, memory);
        recorded.map_err(|error| {
            Failure::could_not_run(format!("the replies were not recorded: {error}"), "see --record")
        })?;
        let code = code?;
        journal.map_or(Ok(()), |journal| end(journal, interrupted))?;
        Ok(code)
    }
}

/// Tells other runs of this machine what this one asks; one that asks nobody need not.
fn mark(plan: &Plan, wait: bool) -> Result<Option<others::Mark>, Failure> {
    if plan.passive.is_some() {
        return Ok(None);
    }
    let mark = others::claim(&spoken_to(plan), &others::places(), wait, &say)?;
    if mark.is_none() {
        say("note: there is no place where other runs on this machine could see this one\n");
    }
    Ok(mark)
}

/// Who hears something of it: whom it asks and, where it asks by multicast, whoever else is on the segment.
fn spoken_to(plan: &Plan) -> Ranges {
    let mut all = plan.scope();
    if plan.hosts_only {
        return all;
    }
    for Segment { interface, targets } in &plan.segments {
        let (over_ipv4, _) = targets.by_family();
        if plan.ipv6 || !over_ipv4.is_empty() {
            let subnets = interface.ipv4.iter().map(|network| Ranges::of(*network));
            all = subnets.fold(all, |all, subnet| all.union(&subnet));
        }
        if plan.ipv6 {
            // Link-local ones are the same on every segment.
            let subnets = interface
                .ipv6
                .iter()
                .filter(|network| !network.ip().is_unicast_link_local());
            all = subnets.fold(all, |all, subnet| all.union(&Ranges::of(*subnet)));
        }
    }
    all
}

/// Only when the report is written is the scan complete: until then the file of `--resume` is all there is of it.
fn end(journal: Journal, interrupted: bool) -> Result<(), Failure> {
    let ended = journal.finish(!interrupted);
    ended.map_err(|error| {
        Failure::could_not_run(
            format!("the run was stopped, as the resume file could not be written: {error}"),
            "make room for it, and start the same command again",
        )
    })?;
    if interrupted {
        say("\nhint: the same command goes on from here\n");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(segment: &str, routed: &str) -> Plan {
        let interface = Interface {
            name: "eth0".into(),
            index: 2,
            mac: None,
            ipv4: vec!["192.168.9.1/24".parse().unwrap()],
            ipv6: vec!["fe80::1/64".parse().unwrap(), "fd00:9::1/120".parse().unwrap()],
            up: true,
            broadcast: true,
            loopback: false,
            is_virtual: false,
            routes: Vec::new(),
        };
        let targets = |words: &str| words.parse::<Ranges>().unwrap_or_default();
        let segment = Some(targets(segment)).filter(|targets| !targets.is_empty());
        Plan {
            segments: segment
                .map(|targets| Segment { interface, targets })
                .into_iter()
                .collect(),
            routed: targets(routed),
            ..Plan::default()
        }
    }

    #[test]
    fn who_asks_a_segment_by_multicast_speaks_to_everybody_there() {
        let some = "192.168.9.2-192.168.9.100";
        let whole = "192.168.9.0-192.168.9.255";
        let as_it_is = |plan| plan;
        let hosts = |plan| Plan {
            hosts_only: true,
            ..plan
        };
        let ipv6 = |plan| Plan { ipv6: true, ..plan };
        type With = fn(Plan) -> Plan;
        let table: [(&str, &str, With, &str); 6] = [
            (some, "", as_it_is, whole),
            (some, "", hosts, some),
            ("", "10.0.0.1", as_it_is, "10.0.0.1"),
            ("fd00:9::5", "", as_it_is, "fd00:9::5"),
            ("fd00:9::5", "", ipv6, "192.168.9.0-192.168.9.255, fd00:9::-fd00:9::ff"),
            (some, "10.0.0.1", as_it_is, "10.0.0.1, 192.168.9.0-192.168.9.255"),
        ];
        for (segment, routed, with, expected) in table {
            let plan = with(plan(segment, routed));
            assert_eq!(spoken_to(&plan).to_string(), expected, "{segment} {routed}");
        }
    }
}
