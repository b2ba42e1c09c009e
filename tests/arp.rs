//! Who is there: `camsweep hosts`, and the pace of the ARP rounds that it shares with a scan. The worlds are scripted
//! and the clock is paused, so the seconds are the run's own.

#![expect(clippy::unwrap_used, reason = "a test may fail by it")]

#[path = "worlds/plans.rs"]
#[expect(dead_code, reason = "all worlds together are for tests/scan.rs")]
mod plans;
#[path = "worlds/world.rs"]
#[expect(dead_code, reason = "what a whole scan is held against is for tests/scan.rs")]
mod world;

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use camsweep::cli::budget::Budget;
use camsweep::coverage::Traffic;
use camsweep::fact::Reply;
use camsweep::identify::Knowledge;
use camsweep::net::profile::PROFILES;
use camsweep::net::{Channel, Limits};
use camsweep::scan::{ARP, Findings, Plan, Progress, Watcher, scan};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use world::{Host, Scripted, World};

/// Watches nothing.
struct Nobody;

impl Watcher for Nobody {
    fn reply(&mut self, _: &Reply) {}
    fn progress(&mut self, _: &Progress) {}
}

async fn run(plan: &Plan, world: &World) -> (Findings, Arc<Scripted>, Duration) {
    let door = Scripted::new(world.hosts.clone(), world.raw, plan.limits.clone(), &[]);
    let (door, start) = (Arc::new(door), Instant::now());
    let findings = sweep(plan, door.clone()).await;
    (findings, door, start.elapsed())
}

async fn sweep(plan: &Plan, door: Arc<Scripted>) -> Findings {
    let stop = CancellationToken::new();
    scan(plan, door, Knowledge::builtin(), &mut Nobody, stop).await
}

fn host(address: Ipv4Addr) -> Host {
    let [_, two, three, four] = address.octets();
    Host {
        address: address.to_string(),
        mac: Some(format!("02:00:00:{two:02x}:{three:02x}:{four:02x}")),
        ..Host::default()
    }
}

/// A world of these networks and hosts.
fn world(networks: &[&str], hosts: impl IntoIterator<Item = Ipv4Addr>) -> World {
    let interface =
        |(place, network): (usize, &&str)| format!("[[interface]]\nname = \"eth{place}\"\nnetwork = \"{network}\"\n");
    let interfaces: String = networks.iter().enumerate().map(interface).collect();
    let text = format!("about = \"who is there\"\n{interfaces}[expect]\nunits = []\n");
    World {
        hosts: hosts.into_iter().map(host).collect(),
        ..toml::from_str(&text).unwrap()
    }
}

fn sixty() -> impl Iterator<Item = Ipv4Addr> {
    (1..=60).map(|number| Ipv4Addr::new(10, 0, 0, 10 + 4 * number))
}

#[tokio::test(start_paused = true)]
async fn who_is_there_alone_takes_little_longer_than_its_packets_and_one_wait() {
    let world = world(&["10.0.0.2/24"], sixty());
    let lifted = Limits {
        arp_rate: 300_000,
        arp_most: 300_000,
        ..Limits::default()
    };
    let profiles = PROFILES.iter().map(|profile| (profile.name, profile.limits.clone()));
    for (name, limits) in profiles.chain([("lifted", lifted)]) {
        let plan = Plan {
            hosts_only: true,
            limits,
            ..plans::plan(&world)
        };
        let (findings, door, took) = run(&plan, &world).await;
        assert_eq!(findings.coverage.live, 60, "{name}");
        assert_eq!(findings.replies.len(), 60, "{name}: one word of each");
        let ledger = door.ledger.lock().unwrap();
        assert_eq!(
            ledger.arps.len(),
            60 + 3 * 193,
            "{name}: only the silent are asked again"
        );
        let sending = Duration::from_secs(1) * ledger.arps.len() as u32 / plan.limits.arp_rate;
        let ideal = sending + ARP.at(plan.limits.arp_rate, 253).rest;
        let longest = match name {
            "lifted" => Duration::from_millis(60),
            _ => ideal.mul_f64(1.2),
        };
        assert!(took <= longest, "{name}: {took:?}, ideal {ideal:?}");
        let sent = (
            ledger.datagrams.len(),
            ledger.multicasts,
            ledger.nudges.len(),
            ledger.connections.len(),
        );
        assert_eq!(sent, (0, 0, 0, 0), "{name}: asked something");
        let arp = |channel: &Channel| matches!(channel, Channel::Arp { .. });
        assert!(ledger.opened.iter().all(arp), "{name}: {:?}", ledger.opened);
        let sent: Traffic = findings.coverage.account().into_values().sum();
        let bound = Budget::of(&plan.limits).bound(&plan, 60);
        assert!(
            sent.packets <= bound.packets && bound.connections == 0,
            "{name}: {sent:?}, {bound:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_raw_socket_the_kernel_finds_them_and_they_are_asked_nothing_else() {
    let mut world = world(&["10.0.0.2/24"], sixty());
    world.raw = false;
    let plan = Plan {
        hosts_only: true,
        ..plans::plan(&world)
    };
    let (findings, door, _) = run(&plan, &world).await;
    let sent = {
        let ledger = door.ledger.lock().unwrap();
        (ledger.nudges.len(), ledger.multicasts, ledger.connections.len())
    };
    assert_eq!((findings.coverage.live, sent), (60, (253, 0, 0)));
    assert!(format!("{:?}", findings.blind_spots).contains("no raw socket"));
    // In `clinical` nobody is sent a datagram to see who is there: then it is not known, and said so.
    let gentle = Plan {
        limits: PROFILES[0].limits.clone(),
        ..plan
    };
    let (findings, door, _) = run(&gentle, &world).await;
    assert!(door.ledger.lock().unwrap().nudges.is_empty());
    assert!(findings.coverage.is_incomplete());
}

/// The most of these moments that lie in one second.
fn peak(moments: &[Instant]) -> usize {
    let within = |(place, first): (usize, &Instant)| {
        moments[place..].partition_point(|moment| *moment < *first + Duration::from_secs(1))
    };
    moments.iter().enumerate().map(within).max().unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn a_segment_keeps_its_rate_beside_one_that_is_asked_faster() {
    let large = (0..20).map(|number| Ipv4Addr::new(10, 1, number, 20));
    let hosts: Vec<Ipv4Addr> = sixty().take(10).chain(large).collect();
    for networks in [["10.0.0.2/24", "10.1.0.2/19"], ["10.1.0.2/19", "10.0.0.2/24"]] {
        let world = world(&networks, hosts.clone());
        let plan = Plan {
            hosts_only: true,
            ..plans::plan(&world)
        };
        let (findings, door, _) = run(&plan, &world).await;
        assert_eq!(findings.coverage.live, 30, "{networks:?}");
        let ledger = door.ledger.lock().unwrap();
        let of = |second: u8| -> Vec<Instant> {
            let asked = ledger.arps.iter().filter(|(to, _)| to.octets()[1] == second);
            asked.map(|(_, at)| *at).collect()
        };
        let limits = &plan.limits;
        let peaks = [peak(&of(0)), peak(&of(1))];
        assert!(peaks[0] <= limits.arp_rate as usize, "{networks:?}: {peaks:?}");
        let faster = limits.arp_rate as usize + 1..=limits.arp_most as usize;
        assert!(faster.contains(&peaks[1]), "{networks:?}: {peaks:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_asks_faster_than_the_network_bears_slows_down_and_misses_nobody() {
    let hosts = (0..100).map(|number| Ipv4Addr::new(10, 0, number / 16, 10 + number % 16 * 15));
    let world = world(&["10.0.0.2/21"], hosts);
    for bears in [10_000, 30_000, 100_000] {
        let limits = Limits {
            arp_rate: 300_000,
            arp_most: 300_000,
            ..Limits::default()
        };
        let plan = Plan {
            hosts_only: true,
            limits: limits.clone(),
            ..plans::plan(&world)
        };
        let door = Arc::new(Scripted::new(world.hosts.clone(), true, limits, &[]).that_bears(bears));
        let findings = sweep(&plan, door.clone()).await;
        assert_eq!(findings.coverage.live, 100, "{bears}");
        let asked = door.ledger.lock().unwrap().arps.len();
        assert!(asked <= ARP.most * 2045, "{bears}: {asked}");
    }
}

#[tokio::test(start_paused = true)]
async fn whom_another_round_reaches_was_asked_all_the_same() {
    let world = world(&["10.0.0.2/24"], sixty());
    let plan = Plan {
        hosts_only: true,
        ..plans::plan(&world)
    };
    let table = [(100, 60, None), (100_000, 0, Some("10.0.0.1, 10.0.0.3-10.0.0.254"))];
    for (refused, live, not_asked) in table {
        let door = Scripted::new(world.hosts.clone(), true, plan.limits.clone(), &[]);
        let findings = sweep(&plan, Arc::new(door.that_refuses(0..refused))).await;
        let coverage = &findings.coverage;
        assert_eq!(coverage.live, live, "{refused}");
        let listed = (!coverage.not_asked.is_empty()).then(|| coverage.not_asked.join(", "));
        assert_eq!(listed.as_deref(), not_asked, "{refused}");
        assert_eq!(
            findings.blind_spots.is_empty(),
            not_asked.is_none(),
            "{:?}",
            findings.blind_spots
        );
    }
}

#[tokio::test(start_paused = true)]
async fn where_the_last_round_still_finds_somebody_it_is_said_that_others_may_be_missing() {
    let late = |(place, address): (u32, Ipv4Addr)| Host {
        arp_after: place,
        ..host(address)
    };
    let mut world = world(&["10.0.0.2/24"], []);
    for (hosts, is_said) in [(ARP.most, true), (ARP.most - 1, false)] {
        world.hosts = (0..).zip(sixty()).map(late).take(hosts).collect();
        let plan = Plan {
            hosts_only: true,
            ..plans::plan(&world)
        };
        let (findings, ..) = run(&plan, &world).await;
        assert_eq!(findings.coverage.live, hosts as u64);
        let said = findings
            .coverage
            .notes
            .iter()
            .any(|note| note.contains("may be missing"));
        assert_eq!(said, is_said, "{:?}", findings.coverage.notes);
    }
}
