//! A scan that is stopped or killed at any moment and taken up again: nobody is asked twice, and nothing that the
//! first run heard is lost.

#![expect(clippy::unwrap_used, reason = "a test may fail by it")]
#![expect(clippy::print_stdout, reason = "a test says how much it looked at")]

#[path = "worlds/plans.rs"]
mod plans;
#[path = "worlds/world.rs"]
#[expect(dead_code, reason = "what a world expects is for tests/scan.rs")]
mod world;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use camsweep::fact::{Protocol, Reply};
use camsweep::identify::Knowledge;
use camsweep::judge::judge;
use camsweep::probe::datagram_questions;
use camsweep::probe::tcp::Question;
use camsweep::record;
use camsweep::scan::{ARP, ASKED_AGAIN, Findings, Mark, Past, Progress, RECHECKS_IN_ALL, Watcher, resume};
use plans::{plan, worlds};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use world::{Account, Scripted, World};

/// Keeps what a run says of itself as lines, as a file would.
#[derive(Default)]
struct Lines(Vec<String>);

impl Watcher for Lines {
    fn reply(&mut self, reply: &Reply) {
        self.0.push(record::to_line(reply));
    }
    fn recalled(&mut self, _: &Reply) {}
    fn progress(&mut self, _: &Progress) {}
    fn mark(&mut self, mark: &Mark) {
        self.0.push(serde_json::to_string(mark).unwrap());
    }
}

impl Lines {
    fn past(&self) -> Past {
        let mut past = Past::default();
        for line in &self.0 {
            match record::read_line(line) {
                Ok(reply) => past.take_reply(reply),
                Err(_) => past.take(serde_json::from_str(line).unwrap()),
            }
        }
        past
    }
}

/// How a run ends before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Stopped(Duration),
    Killed(Duration),
    Never,
}

/// One run. None where it was killed.
async fn run(world: &World, door: &Arc<Scripted>, lines: &mut Lines, end: End) -> Option<Findings> {
    let plan = plan(world);
    let (past, stop) = (lines.past(), CancellationToken::new());
    let run = resume(&plan, past, door.clone(), Knowledge::builtin(), lines, stop.clone());
    match end {
        End::Never => Some(run.await),
        End::Killed(after) => timeout(after, run).await.ok(),
        End::Stopped(after) => {
            tokio::spawn(async move {
                sleep(after).await;
                stop.cancel();
            });
            Some(run.await)
        }
    }
}

/// A run that ends before its time, and another that goes on after it.
async fn in_two_runs(world: &World, end: End) -> (Findings, Account) {
    let mut lines = Lines::default();
    let door = Arc::new(Scripted::new(world.hosts.clone(), world.raw, world.limits(), &[]));
    run(world, &door, &mut lines, end).await;
    let door = Arc::new(whole(door).await.again(world.limits()));
    let findings = run(world, &door, &mut lines, End::Never).await.unwrap();
    (findings, whole(door).await.ledger.into_inner().unwrap())
}

/// The door itself, when what a killed run had under way has let go of it.
async fn whole(mut door: Arc<Scripted>) -> Scripted {
    loop {
        door = match Arc::try_unwrap(door) {
            Ok(door) => return door,
            Err(door) => door,
        };
        sleep(Duration::from_secs(1)).await;
    }
}

/// Everything that the report says of the devices, reasons in no order, as they depend on when what came.
fn devices(findings: &Findings) -> Vec<String> {
    let devices = judge(&findings.replies, Knowledge::builtin()).devices;
    let line = |mut device: camsweep::identify::Device| {
        let reason = |evidence: &camsweep::identify::Evidence| format!("{} {}", evidence.rule, evidence.saw);
        let mut reasons: Vec<String> = device.evidence.iter().map(reason).collect();
        reasons.sort();
        // One answer may be heard by two ways, and then gives its reason twice.
        reasons.dedup();
        device.evidence.clear();
        format!("{} {reasons:?}", serde_json::to_string(&device).unwrap())
    };
    let mut lines: Vec<String> = devices.into_iter().map(line).collect();
    lines.sort();
    lines
}

fn same(name: &str, one: &Findings, other: &Findings) {
    // Which strangers of a flood stand for all is a matter of who came first.
    let is_compared = |line: &String| !name.starts_with("flood") || !line.contains("\"off_target\":true");
    let [one, other] =
        [one, other].map(|findings| devices(findings).into_iter().filter(is_compared).collect::<Vec<_>>());
    let only =
        |these: &[String], those: &[String]| these.iter().filter(|line| !those.contains(line)).cloned().collect();
    let differ: (Vec<String>, Vec<String>) = (only(&one, &other), only(&other, &one));
    assert!(one == other, "{name}: {differ:#?}");
}

/// The questions that a host may hear more than once in one run: what looks like a unit is asked again by the makers'
/// own protocols.
fn is_asked_again(question: &str) -> bool {
    let all = datagram_questions(uuid::Uuid::nil);
    let nil = uuid::Uuid::nil().to_string();
    ASKED_AGAIN.iter().any(|&(place, ask)| {
        let text = String::from_utf8_lossy(&all[place].unicast[ask].payload).replace(&nil, "");
        let text = text.replace(&nil.to_uppercase(), "");
        question.ends_with(&text)
    })
}

fn nobody_is_asked_twice(name: &str, account: &Account, alone: &Account) {
    for (target, times) in &account.arp {
        assert!(
            *times <= (ARP.most + RECHECKS_IN_ALL) as u32,
            "{name}: {target} was asked by ARP {times} times"
        );
    }
    for (target, times) in &account.nudges {
        assert_eq!(*times, 1, "{name}: {target} was nudged");
    }
    for (question, times) in &account.questions {
        let most = alone.questions.get(question).copied().unwrap_or_default();
        let most = most.max(1 + u32::from(is_asked_again(question)));
        assert!(*times <= most, "{name}: asked {times} times, not {most}: {question}");
    }
}

/// The worlds but those that are only listened to: such a run cannot be resumed.
fn resumable() -> impl Iterator<Item = (String, World)> {
    worlds().into_iter().filter(|(_, world)| world.passive.is_none())
}

fn moments() -> impl Iterator<Item = Duration> {
    let early = (0..6).map(|step| step * 71);
    let late = (1..6).map(|step| 400 + step * 871);
    early.chain(late).map(Duration::from_millis)
}

/// One run that nothing ends before its time.
async fn alone(world: &World) -> (Findings, Account) {
    let door = Arc::new(Scripted::new(world.hosts.clone(), world.raw, world.limits(), &[]));
    let findings = run(world, &door, &mut Lines::default(), End::Never).await.unwrap();
    (findings, whole(door).await.ledger.into_inner().unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_stopped_and_taken_up_reports_the_same_and_asks_nobody_twice() {
    for (name, world) in resumable() {
        let (whole, single) = alone(&world).await;
        for moment in moments() {
            let (findings, account) = in_two_runs(&world, End::Stopped(moment)).await;
            let name = format!("{name}, stopped after {moment:?}");
            nobody_is_asked_twice(&name, &account, &single);
            same(&name, &findings, &whole);
            assert_eq!(findings.coverage.not_asked, whole.coverage.not_asked, "{name}");
            assert_eq!(findings.coverage.live, whole.coverage.live, "{name}");
            assert_eq!(findings.coverage.fenced, whole.coverage.fenced, "{name}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_killed_and_taken_up_asks_nobody_twice_and_says_what_was_lost() {
    let mut lost = 0;
    for (name, world) in resumable() {
        let (whole, single) = alone(&world).await;
        for moment in moments().step_by(2) {
            let (findings, account) = in_two_runs(&world, End::Killed(moment)).await;
            let name = format!("{name}, killed after {moment:?}");
            nobody_is_asked_twice(&name, &account, &single);
            if devices(&findings) != devices(&whole) {
                lost += 1;
                let said = !findings.coverage.not_asked.is_empty() || !findings.coverage.notes.is_empty();
                assert!(said, "{name}: something was lost, and nothing says so");
            }
        }
    }
    println!("something was lost {lost} times");
}

#[tokio::test(start_paused = true)]
async fn a_complete_run_that_is_taken_up_asks_nobody_anything() {
    for (name, world) in resumable() {
        let mut lines = Lines::default();
        let door = Arc::new(Scripted::new(world.hosts.clone(), world.raw, world.limits(), &[]));
        let first = run(&world, &door, &mut lines, End::Never).await.unwrap();
        let before = account(&door);
        let door = Arc::new(whole(door).await.again(world.limits()));
        let second = run(&world, &door, &mut lines, End::Never).await.unwrap();
        let after = account(&door);
        let more: Vec<_> = after
            .0
            .iter()
            .filter(|(question, times)| before.0.get(*question) != Some(times))
            .collect();
        assert!(more.is_empty(), "{name}: {more:#?}");
        assert_eq!((after.1, after.2), (before.1, before.2), "{name}");
        same(&name, &second, &first);
        let silent = |findings: &Findings| findings.coverage.became_silent.keys().cloned().collect::<Vec<_>>();
        assert_eq!(silent(&second), silent(&first), "{name}");
    }
}

/// How often who was asked what.
fn account(door: &Scripted) -> (BTreeMap<String, u32>, u32, u32) {
    let ledger = door.ledger.lock().unwrap();
    let (arp, nudges) = (ledger.arp.values().sum(), ledger.nudges.values().sum());
    (ledger.questions.clone(), arp, nudges)
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_killed_over_and_over_gets_through_and_asks_nobody_twice() {
    for (name, world) in resumable() {
        let (_, single) = alone(&world).await;
        let mut lines = Lines::default();
        let mut door = Arc::new(Scripted::new(world.hosts.clone(), world.raw, world.limits(), &[]));
        let mut runs = 0;
        loop {
            runs += 1;
            assert!(runs < 100, "{name} never ends");
            // Longer each time: the multicast questions and the listening begin anew with every run.
            let end = End::Killed(Duration::from_millis(211 * runs));
            let ended = run(&world, &door, &mut lines, end).await.is_some();
            door = Arc::new(whole(door).await.again(world.limits()));
            if ended {
                break;
            }
        }
        nobody_is_asked_twice(&name, &whole(door).await.ledger.into_inner().unwrap(), &single);
    }
}

/// Whatever a file says: no panic, and nobody outside the scope is spoken to.
#[tokio::test(start_paused = true)]
async fn a_past_that_cannot_be_leads_nowhere() {
    let far: std::net::IpAddr = "192.0.2.7".parse().unwrap();
    for (name, world) in resumable() {
        let host = world
            .hosts
            .iter()
            .find_map(|host| host.address.parse().ok())
            .unwrap_or(far);
        let part = |part: &str, round| Mark::Reached {
            part: part.into(),
            round,
            steps: u64::MAX,
        };
        let mut past = Past::default();
        for target in [far, host] {
            past.take_reply(Reply::new(target.to_string(), Protocol::Sadp, "<ProbeMatch>"));
            past.take_reply(Reply::new(target.to_string(), Protocol::Http, [0xff; 9]));
            let question = Question::Banner;
            let marks = [
                part("arp eth0 253", usize::MAX),
                part("kernel eth0 253", 7),
                part("passes 254", usize::MAX),
                Mark::Found {
                    host: target,
                    passes: usize::MAX,
                },
                Mark::Asked {
                    host: target,
                    place: (usize::MAX, 99),
                },
                Mark::Asked {
                    host: target,
                    place: ASKED_AGAIN[0],
                },
                Mark::Talked {
                    host: target,
                    dropped: u32::MAX,
                    pages: u32::MAX,
                },
                Mark::Gone {
                    host: target,
                    after: String::new(),
                },
                Mark::Talking { host: target, question },
                Mark::Talking { host: target, question },
            ];
            marks.into_iter().for_each(|mark| past.take(mark));
        }
        let door = Arc::new(Scripted::new(world.hosts.clone(), world.raw, world.limits(), &[]));
        let (plan, stop) = (plan(&world), CancellationToken::new());
        resume(
            &plan,
            past,
            door.clone(),
            Knowledge::builtin(),
            &mut Lines::default(),
            stop,
        )
        .await;
        let ledger = door.ledger.lock().unwrap();
        let spoken_to = ledger
            .questions
            .keys()
            .any(|question| question.starts_with("192.0.2.7 "));
        assert!(!spoken_to, "{name}: {:?}", ledger.questions.keys());
    }
}

/// A scope so large that a mark stands for several addresses, and nobody in it.
fn desert() -> World {
    let (_, mut world) = worlds().into_iter().find(|(name, _)| name == "segment").unwrap();
    world.hosts.clear();
    world.interfaces[0].network = "10.0.0.1/18".parse().unwrap();
    world.routed = vec!["10.7.0.1-10.7.1.44".into()];
    world
}

/// How often addresses were asked, and how many of them so often.
fn turns(account: &Account) -> (BTreeMap<u32, usize>, BTreeMap<u64, usize>) {
    let (mut arp, mut datagrams) = (BTreeMap::new(), BTreeMap::new());
    account
        .arp
        .values()
        .for_each(|times| *arp.entry(*times).or_default() += 1);
    account
        .datagrams
        .values()
        .for_each(|times| *datagrams.entry(*times).or_default() += 1);
    (arp, datagrams)
}

#[tokio::test(start_paused = true)]
async fn where_a_mark_stands_for_several_a_stop_costs_nobody_a_turn_and_a_kill_those_few() {
    let world = desert();
    let (_, single) = alone(&world).await;
    let whole = turns(&single);
    for moment in [3_017, 9_011].map(Duration::from_millis) {
        let (_, account) = in_two_runs(&world, End::Stopped(moment)).await;
        assert_eq!(turns(&account), whole, "stopped after {moment:?}");
        let (findings, account) = in_two_runs(&world, End::Killed(moment)).await;
        let sum = |account: &Account| account.arp.values().map(|times| u64::from(*times)).sum::<u64>();
        let short = sum(&single) - sum(&account);
        assert!(short < 4, "killed after {moment:?}: {short} turns are lost");
        let notes = findings.coverage.notes.join("\n");
        assert!(notes.contains("up to 4 addresses may have missed"), "{notes}");
    }
}
