//! Scripted worlds: each file in `worlds/` is a network, what a scan must find there, how long it may
//! take and what it may send. The clock is paused, so the seconds are the scan's own.

#![expect(clippy::unwrap_used, reason = "a test may fail by it")]
#![expect(clippy::print_stdout, reason = "a test says how much it looked at")]

#[path = "worlds/plans.rs"]
mod plans;
#[path = "golden/published.rs"]
mod published;
#[path = "worlds/world.rs"]
#[expect(dead_code, reason = "a second scan of a world is for tests/resume.rs")]
mod world;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use camsweep::cli::budget::Budget;
use camsweep::coverage::Traffic;
use camsweep::fact::{Protocol, Reply};
use camsweep::identify::{Device, Knowledge};
use camsweep::judge::judge;
use camsweep::net::Channel;
use camsweep::report::{Run, assemble};
use camsweep::scan::{Findings, Progress, Ranges, Watcher, scan};
use jiff::Timestamp;
use plans::{plan, worlds};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use world::{Expect, Scripted, World};

/// Watches nothing.
struct Nobody;

impl Watcher for Nobody {
    fn reply(&mut self, _: &Reply) {}
    fn progress(&mut self, _: &Progress) {}
}

async fn run(world: &World, stop: CancellationToken) -> (Findings, Arc<Scripted>, Duration) {
    let door = Arc::new(
        Scripted::new(world.hosts.clone(), world.raw, world.limits(), &world.logins).with_fault(world.fault.clone()),
    );
    let start = Instant::now();
    let findings = scan(&plan(world), door.clone(), Knowledge::builtin(), &mut Nobody, stop).await;
    (findings, door, start.elapsed())
}

fn line(device: &Device) -> String {
    let word = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
    let confidence = device
        .confidence
        .map_or("-".into(), |confidence| confidence.to_string());
    let firmware = device.firmware.as_ref().map_or("-", |firmware| &firmware.raw);
    let model = word(&device.model);
    format!(
        "{} {} {confidence} {model} {firmware}",
        device.addresses.join("+"),
        word(&device.maker)
    )
}

fn web_ui(device: &Device) -> Option<String> {
    let (version, day) = (device.web_ui_version.as_deref(), device.web_ui_date.as_deref());
    (version.is_some() || day.is_some()).then(|| format!("{} {}", version.unwrap_or("-"), day.unwrap_or("-")))
}

fn check(name: &str, expect: &Expect, findings: &Findings, door: &Scripted, took: Duration) {
    let devices = judge(&findings.replies, Knowledge::builtin()).devices;
    let units: Vec<String> = devices
        .iter()
        .filter(|device| device.maker.is_some())
        .map(line)
        .collect();
    assert_eq!(units, expect.units, "{name}: units");
    let by_address = |value: fn(&Device) -> Option<String>| -> BTreeMap<String, String> {
        let value = |device: &Device| Some((device.addresses[0].clone(), value(device)?));
        devices.iter().filter_map(value).collect()
    };
    for (host, serial) in &expect.serials {
        let serials = by_address(|device| device.serial.clone());
        assert_eq!(serials.get(host), Some(serial), "{name}: serial of {host}");
    }
    assert_eq!(by_address(web_ui), expect.web_ui, "{name}: web pages");
    if let Some(hosts) = expect.hosts {
        assert_eq!(devices.len(), hosts, "{name}: hosts\n{devices:#?}");
    }
    if let Some(seconds) = expect.seconds {
        assert!(took.as_secs_f64() <= seconds, "{name}: took {took:?}, not {seconds} s");
    }
    if let Some(least) = expect.least_seconds {
        assert!(took.as_secs_f64() >= least, "{name}: took {took:?}, not even {least} s");
    }
    for reply in &findings.replies {
        let text = String::from_utf8_lossy(&reply.bytes);
        assert!(
            !text.contains("cam-secret") && !text.contains("cam-user"),
            "{name}: a camera's login is kept: {text}"
        );
    }
    let ledger = door.ledger.lock().unwrap();
    for (host, most) in &expect.datagrams {
        let sent = ledger.datagrams.get(host).copied().unwrap_or_default();
        assert!(sent <= *most, "{name}: {sent} datagrams to {host}, not {most}");
    }
    if let Some(nudges) = expect.nudges {
        assert_eq!(ledger.nudges.len(), nudges, "{name}: nudges");
    }
    assert_eq!(ledger.connections, expect.connections, "{name}: connections");
    let others = ["arp", "kernel", "ethernet ", "multicast ", "unicast "];
    let by_tcp = |question: &str| !others.iter().any(|other| question.starts_with(other));
    let questions = findings.coverage.questions.iter();
    let counted: u64 = questions
        .filter(|(question, _)| by_tcp(question))
        .map(|(_, counts)| counts.sent)
        .sum();
    assert_eq!(
        counted,
        ledger.connections.values().sum::<u64>(),
        "{name}: connections in the account"
    );
    for (host, ports) in &expect.ports {
        assert_eq!(ledger.ports.get(host), Some(ports), "{name}: ports of {host}");
    }
    assert_eq!(ledger.logins, expect.logins, "{name}: asked with a login");
    let fared = devices
        .iter()
        .filter_map(|device| Some(format!("{} {}", device.addresses[0], device.login?)));
    assert_eq!(fared.collect::<Vec<_>>(), expect.fared, "{name}: logins");
    check_pace(name, door.limits().host_rate as usize, &ledger.moments);
    check_account(name, expect, findings);
    published::holds("report", &report(findings, devices));
}

/// What a user would be given.
fn report(findings: &Findings, devices: Vec<Device>) -> serde_json::Value {
    let report = assemble(Run {
        coverage: findings.coverage.clone(),
        blind_spots: findings.blind_spots.clone(),
        interrupted: findings.interrupted,
        devices,
        ..Run::begun("scan", Vec::new(), Timestamp::UNIX_EPOCH)
    });
    serde_json::to_value(report).unwrap()
}

/// A run that only listens sends nothing, and opens nothing that could or that joins a group.
fn assert_mute(name: &str, door: &Scripted) {
    let ledger = door.ledger.lock().unwrap();
    let sent = (
        ledger.arp.len(),
        ledger.nudges.len(),
        ledger.datagrams.len(),
        ledger.multicasts,
    );
    assert_eq!((sent, ledger.connections.len()), ((0, 0, 0, 0), 0), "{name}: sent");
    let ears = |channel: &&Channel| {
        matches!(
            channel,
            Channel::Arp { .. } | Channel::Overhear { .. } | Channel::Bystander { .. } | Channel::OwnPort { .. }
        )
    };
    let other: Vec<&Channel> = ledger.opened.iter().filter(|channel| !ears(channel)).collect();
    assert_eq!(other, [&Channel::Kernel; 0], "{name}: opened");
}

/// Promise 1: no host hears more datagrams in any second than the profile allows.
fn check_pace(name: &str, rate: usize, moments: &std::collections::HashMap<std::net::IpAddr, Vec<Instant>>) {
    for (host, moments) in moments {
        for some in moments.windows(rate + 1) {
            let span = some[rate] - some[0];
            assert!(
                span >= Duration::from_secs(1),
                "{name}: {} datagrams to {host} within {span:?}",
                rate + 1
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_becomes_silent_to_a_recheck_that_could_not_be_sent() {
    let (_, world) = worlds().into_iter().find(|(name, _)| name == "became-silent").unwrap();
    let door = Scripted::new(world.hosts.clone(), true, world.limits(), &[]);
    // The first round leaves, and nothing after it.
    let door = Arc::new(door.that_refuses(13..usize::MAX));
    let stop = CancellationToken::new();
    let findings = scan(&plan(&world), door, Knowledge::builtin(), &mut Nobody, stop).await;
    let coverage = findings.coverage;
    assert_eq!(coverage.became_silent, BTreeMap::new());
    let not_asked = coverage.not_asked.iter().map(|range| range.parse::<Ranges>().unwrap());
    let not_asked = not_asked.fold(Ranges::default(), |all, range| all.union(&range));
    for host in world.expect.became_silent.keys() {
        assert!(
            not_asked.contains(host.parse::<std::net::IpAddr>().unwrap()),
            "{host}: {not_asked}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_device_with_both_families_hears_no_more_than_one_with_one() {
    let (name, world) = worlds().into_iter().find(|(name, _)| name == "ipv6-targets").unwrap();
    let (_, door, _) = run(&world, CancellationToken::new()).await;
    let ledger = door.ledger.lock().unwrap();
    let addresses: [std::net::IpAddr; 2] = ["10.0.0.4", "fd00:10::20"].map(|address| address.parse().unwrap());
    let mut both: Vec<Instant> = addresses
        .iter()
        .flat_map(|address| ledger.moments[address].clone())
        .collect();
    both.sort_unstable();
    assert!(both.len() > 10, "{both:?}");
    check_pace(&name, door.limits().host_rate as usize, &[(addresses[0], both)].into());
}

fn check_account(name: &str, expect: &Expect, findings: &Findings) {
    let blind_spots = format!("{:?}", findings.blind_spots);
    for words in &expect.blind_spots {
        assert!(
            blind_spots.contains(words.as_str()),
            "{name}: {words:?} not in {blind_spots}"
        );
    }
    for words in &expect.notes {
        let notes = findings.coverage.notes.join("\n");
        assert!(notes.contains(words.as_str()), "{name}: {words:?} not in {notes}");
    }
    for words in &expect.not_noted {
        let notes = findings.coverage.notes.join("\n");
        assert!(!notes.contains(words.as_str()), "{name}: {words:?} in {notes}");
    }
    for (question, counts) in &findings.coverage.questions {
        assert!(
            question.starts_with("multicast ") || counts.asked <= findings.coverage.addresses,
            "{name}: {question} asked of {} addresses",
            counts.asked
        );
    }
    let outcomes: BTreeMap<String, u64> = findings
        .coverage
        .questions
        .iter()
        .flat_map(|(question, counts)| {
            counts
                .outcomes
                .iter()
                .map(move |(outcome, count)| (format!("{question} {outcome}"), *count))
        })
        .collect();
    for expected in &expect.outcomes {
        let (what, count) = expected.rsplit_once(' ').expect("question outcome count");
        let count: u64 = count.parse().expect("a count");
        assert_eq!(
            outcomes.get(what).copied().unwrap_or_default(),
            count,
            "{name}: {what} in {outcomes:#?}"
        );
    }
    assert_eq!(findings.coverage.not_asked, expect.not_asked, "{name}: not asked");
    let size = |words: &[String]| {
        words
            .iter()
            .map(|word| word.parse::<Ranges>().unwrap().len())
            .sum::<u64>()
    };
    let addresses = match findings.coverage.questions.values().all(|question| question.sent == 0) {
        // Who only listens has asked nobody.
        true => 0,
        false => findings.coverage.addresses - size(&findings.coverage.not_asked),
    };
    assert_eq!(size(&findings.coverage.asked), addresses, "{name}: asked");
    assert_eq!(
        findings.coverage.became_silent, expect.became_silent,
        "{name}: became silent"
    );
    assert_eq!(findings.coverage.stopped.is_some(), expect.stopped, "{name}: stopped");
    let kind = |why: &String| why.split(':').next().unwrap_or_default().to_owned();
    let fenced = findings.coverage.fenced.iter();
    let fenced: BTreeMap<String, String> = fenced.map(|(host, why)| (host.clone(), kind(why))).collect();
    assert_eq!(fenced, expect.fenced, "{name}: fenced");
}

#[tokio::test(start_paused = true)]
async fn every_world_is_found_as_it_is() {
    let worlds = worlds();
    assert!(worlds.len() >= 5, "the worlds are gone");
    for (name, world) in worlds {
        println!("{name}: {}", world.about);
        let (findings, door, took) = run(&world, CancellationToken::new()).await;
        check(&name, &world.expect, &findings, &door, took);
        if world.passive.is_some() {
            assert_mute(&name, &door);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn no_run_sends_more_than_its_bound_and_a_repeated_one_what_the_one_before_sent() {
    for (name, world) in worlds() {
        let [first, second] = [
            run(&world, CancellationToken::new()).await,
            run(&world, CancellationToken::new()).await,
        ]
        .map(|(findings, ..)| findings.coverage);
        let bound = Budget::of(&world.limits()).bound(&plan(&world), first.live);
        let [first, second] = [first, second].map(|coverage| coverage.account().into_values().sum::<Traffic>());
        assert!(
            first.packets <= bound.packets && first.bytes <= bound.bytes && first.connections <= bound.connections,
            "{name}: {first:?} is more than {bound:?}"
        );
        assert_eq!(first, second, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_stopped_says_what_it_has_not_asked() {
    let (_, world) = worlds().into_iter().find(|(name, _)| name == "segment").unwrap();
    let stop = CancellationToken::new();
    let later = stop.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(100)).await;
        later.cancel();
    });
    let (findings, _, took) = run(&world, stop).await;
    assert!(findings.interrupted);
    assert!(took < Duration::from_millis(200), "{took:?}");
    assert!(findings.coverage.is_incomplete());
    assert!(
        findings
            .coverage
            .not_asked
            .iter()
            .any(|range| range.ends_with("10.0.0.254")),
        "{:?}",
        findings.coverage
    );
}

/// Notes when it was told where the run stands.
#[derive(Default)]
struct Moments(Vec<Instant>);

impl Watcher for Moments {
    fn reply(&mut self, _: &Reply) {}
    fn progress(&mut self, _: &Progress) {
        self.0.push(Instant::now());
    }
}

#[tokio::test(start_paused = true)]
async fn the_progress_line_stays_alive_while_nothing_comes() {
    let (_, mut world) = worlds().into_iter().find(|(name, _)| name == "segment").unwrap();
    world.hosts.clear();
    let door = Arc::new(Scripted::new(Vec::new(), world.raw, world.limits(), &[]));
    let mut moments = Moments::default();
    let stop = CancellationToken::new();
    scan(&plan(&world), door, Knowledge::builtin(), &mut moments, stop).await;
    let longest = moments.0.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap();
    assert!(longest <= Duration::from_millis(250), "{longest:?}");
}

/// Hosts that exist and refuse everything, from .11 on, beside what a world has.
fn crowd(size: u8) -> impl Iterator<Item = world::Host> {
    (11..11 + size).map(|last| world::Host {
        address: format!("10.0.0.{last}"),
        mac: Some(format!("02:00:00:00:00:{last:02x}")),
        ..world::Host::default()
    })
}

#[tokio::test(start_paused = true)]
async fn a_crowd_that_is_asked_does_not_hold_up_the_sweep_behind_it() {
    let (_, mut world) = worlds().into_iter().find(|(name, _)| name == "segment").unwrap();
    world.hosts = crowd(120).collect();
    world.hosts.push(world::Host {
        address: "10.0.0.250".into(),
        mac: Some("02:00:00:00:00:fa".into()),
        ..world::Host::default()
    });
    // 250 addresses at 500 ARP requests a second, or four fifths of 300 datagrams, and once round the crowd at 300.
    for (raw, longest) in [(true, 1000), (false, 1600)] {
        world.raw = raw;
        let start = Instant::now();
        let (findings, door, _) = run(&world, CancellationToken::new()).await;
        assert_eq!(findings.coverage.live, 121);
        let first = door.ledger.lock().unwrap().moments[&"10.0.0.250".parse::<std::net::IpAddr>().unwrap()][0] - start;
        assert!(first < Duration::from_millis(longest), "{raw}: {first:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_host_still_to_be_asked_takes_nothing_from_the_silent() {
    let (_, mut world) = worlds().into_iter().find(|(name, _)| name == "segment").unwrap();
    world.hosts = crowd(120).collect();
    let stop = CancellationToken::new();
    let later = stop.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(2500)).await;
        later.cancel();
    });
    let (findings, ..) = run(&world, stop).await;
    let coverage = findings.coverage;
    assert!(!coverage.not_asked.is_empty(), "{coverage:?}");
    assert_eq!((coverage.live, coverage.silent), (120, 253 - 120), "{coverage:?}");
}

#[tokio::test(start_paused = true)]
async fn a_recorded_run_is_judged_the_same() {
    for (name, world) in worlds() {
        let (findings, ..) = run(&world, CancellationToken::new()).await;
        let lines: Vec<String> = findings.replies.iter().map(camsweep::record::to_line).collect();
        let replies: Vec<Reply> = lines
            .iter()
            .map(|line| camsweep::record::read_line(line).unwrap())
            .collect();
        assert_eq!(replies, findings.replies, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_crowd_that_announces_itself_over_and_over_costs_no_more_than_the_caps() {
    let (_, mut world) = worlds().into_iter().find(|(name, _)| name == "segment").unwrap();
    let chatter = |number: u32| world::Datagram {
        to: "ssdp".into(),
        ways: vec!["multicast".into()],
        delay_ms: 0,
        to_port: None,
        times: 1,
        from_everywhere: false,
        from_port: None,
        after: 0,
        text: format!("HTTP/1.1 200 OK\r\nUSN: uuid:{number}::upnp:rootdevice\r\nST: upnp:rootdevice\r\n\r\n"),
        service: None,
    };
    // A few in scope that never say the same twice, and more senders elsewhere than are kept.
    world.hosts = crowd(3).collect();
    for host in &mut world.hosts {
        host.datagram = (0..100).map(chatter).collect();
    }
    let stranger = |number: u32| world::Host {
        address: format!("192.168.{}.{}", 10 + number / 250, 1 + number % 250),
        datagram: vec![chatter(0)],
        ..world::Host::default()
    };
    world.hosts.extend((0..1100).map(stranger));
    let (findings, ..) = run(&world, CancellationToken::new()).await;
    let by = |near: bool| {
        findings
            .replies
            .iter()
            .filter(move |reply| reply.host.starts_with("10.") == near)
    };
    assert_eq!(
        by(true).filter(|reply| reply.protocol == Protocol::Ssdp).count(),
        3 * 24
    );
    // They may be made up: a few stand for all.
    assert_eq!(by(false).count(), 16);
    assert!(!findings.coverage.lost.is_empty(), "{:?}", findings.coverage);
}
