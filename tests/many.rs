//! Ten thousand hosts that exist: a run asks them all, in a time and in a memory that are asserted. The clock is paused, so
//! the seconds are the scan's own.

#![expect(clippy::unwrap_used, reason = "a test may fail by it")]
#![expect(clippy::print_stdout, reason = "a test says what it took")]

#[path = "worlds/door.rs"]
mod door;

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use camsweep::fact::{Outcome, Protocol, Reply};
use camsweep::identify::{Device, Knowledge};
use camsweep::judge::judge;
use camsweep::net::{
    Answer, Body, Channel, Confirmed, Door, Exchange, Fetch, Heard, Interface, Limits, Neighbour, Pacing, Packet,
    Reason,
};
use camsweep::scan::{Findings, Plan, Progress, Ranges, Segment, Watcher, scan};
use door::{answer, arp_reply, paced};
use jiff::Timestamp;
use peak_alloc::PeakAlloc;
use tokio::sync::{Mutex, mpsc};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Of the 16,382 addresses of 10.0.0.0/18, after the first few.
const LIVE: u32 = 10_000;
const FIRST: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 10);
const MAC: [u8; 6] = [2, 0, 0, 0, 0, 2];

/// A crowd: every address up to a number exists, answers ARP, and refuses connections; one in ten is a camera.
struct Crowd {
    live: u32,
    /// Days by which the wall clock is set forth and back, each time that it is read.
    days: i64,
    read: AtomicI64,
    pacing: Pacing,
    speak: mpsc::UnboundedSender<Heard>,
    listen: Mutex<mpsc::UnboundedReceiver<Heard>>,
}

impl Crowd {
    fn new(live: u32, days: i64) -> Self {
        let (speak, listen) = mpsc::unbounded_channel();
        Crowd {
            live,
            days,
            read: AtomicI64::new(0),
            pacing: Pacing::new(Limits::default()),
            speak,
            listen: Mutex::new(listen),
        }
    }

    /// Which of those that exist.
    fn nth(&self, host: Ipv4Addr) -> Option<u32> {
        let nth = u32::from(host).checked_sub(FIRST.into());
        nth.filter(|nth| *nth < self.live)
    }

    fn say(&self, channel: Channel, body: Body) {
        let interface = Some("eth0".to_owned());
        let at = self.now();
        let _ = self.speak.send(Heard {
            channel,
            interface,
            at,
            body,
        });
    }

    fn answer_arp(&self, target: Ipv4Addr) {
        let [_, _, high, low] = target.octets();
        let packet = arp_reply([2, 1, 0, 0, high, low], target);
        let interface = "eth0".into();
        self.say(Channel::Arp { interface }, Body::Arp(packet));
    }

    fn answer_sadp(&self, channel: Channel, host: Ipv4Addr) {
        let said = format!(
            "<ProbeMatch><DeviceDescription>DS-2CD2042WD-I</DeviceDescription><DeviceSN>DS-2CD2042WD-I20180326AAWR1{:010}\
             </DeviceSN><MAC>02-01-00-00-00-00</MAC><SoftwareVersion>V5.5.6build 180326</SoftwareVersion></ProbeMatch>",
            u32::from(host)
        );
        self.say(
            channel,
            Body::Datagram(SocketAddr::from((host, 37020)), said.into_bytes()),
        );
    }
}

impl Door for Crowd {
    paced!();

    async fn open(&self, _: &Channel) -> io::Result<()> {
        Ok(())
    }

    async fn send(&self, packet: Packet) -> io::Result<()> {
        match packet {
            Packet::Arp { target, .. } => {
                self.pacing.arp().await;
                if self.nth(target).is_some() {
                    self.answer_arp(target);
                }
            }
            Packet::Datagram { channel, to, .. } if matches!(channel, Channel::Unicast { .. }) => {
                let IpAddr::V4(host) = to.ip() else { return Ok(()) };
                self.pacing.datagram(to.ip()).await;
                // The kernel asks for the MAC before it sends.
                self.answer_arp(host);
                let is_sadp = matches!(&channel, Channel::Unicast { protocol, .. } if *protocol == Protocol::Sadp);
                if is_sadp && self.nth(host).is_some_and(|nth| nth % 10 == 0) {
                    self.answer_sadp(channel, host);
                }
            }
            _ => {}
        }
        Ok(())
    }

    async fn heard(&self) -> Heard {
        self.listen.lock().await.recv().await.unwrap()
    }

    fn faults(&self) -> std::collections::BTreeMap<String, &'static str> {
        Default::default()
    }

    async fn neighbours(&self) -> io::Result<Vec<Neighbour>> {
        Ok(Vec::new())
    }

    async fn exchange(&self, exchange: Exchange) -> Answer {
        let _conversation = self.pacing.begin(exchange.to.ip()).await;
        answer(Outcome::Refused, Vec::new())
    }

    async fn fetch(&self, fetch: Fetch) -> Answer {
        let _conversation = self.pacing.begin(fetch.to.ip()).await;
        answer(Outcome::Refused, Vec::new())
    }

    fn has_login(&self, _: &Confirmed) -> bool {
        false
    }

    fn withheld_logins(&self) -> Vec<(Reason, Vec<IpAddr>)> {
        Vec::new()
    }

    async fn name_of(&self, _: IpAddr) -> Option<String> {
        None
    }

    fn now(&self) -> Timestamp {
        let days = self.read.fetch_add(1, Ordering::Relaxed) % 2 * self.days;
        Timestamp::from_second(days * 86_400).unwrap()
    }
}

struct Nobody;

impl Watcher for Nobody {
    fn reply(&mut self, _: &Reply) {}
    fn progress(&mut self, _: &Progress) {}
}

fn plan() -> Plan {
    let interface = Interface {
        name: "eth0".into(),
        index: 2,
        mac: Some(MAC.into()),
        ipv4: vec!["10.0.0.2/18".parse().unwrap()],
        ipv6: Vec::new(),
        up: true,
        broadcast: true,
        loopback: false,
        is_virtual: false,
        routes: Vec::new(),
    };
    let own: Ranges = interface.ipv4.iter().map(|network| network.ip()).collect();
    let targets = Ranges::hosts_of(interface.ipv4[0]).without(&own);
    Plan {
        segments: vec![Segment { interface, targets }],
        ..Plan::default()
    }
}

async fn run(crowd: Crowd) -> Findings {
    let stop = CancellationToken::new();
    scan(&plan(), Arc::new(crowd), Knowledge::builtin(), &mut Nobody, stop).await
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_live_hosts_are_all_asked_in_their_time_and_memory() {
    let (begun, before) = (Instant::now(), MEMORY.current_usage());
    let findings = run(Crowd::new(LIVE, 0)).await;
    let (took, memory) = (begun.elapsed(), (MEMORY.peak_usage() - before) >> 20);
    println!(
        "{took:?} of the scan's time, {memory} MiB, {} replies",
        findings.replies.len()
    );
    let coverage = findings.coverage;
    assert_eq!((coverage.live, coverage.not_asked.len()), (u64::from(LIVE), 0));
    // Cameras are settled by their answer; all others are asked everything.
    let asked = ["unicast sadp", "http 80", "https 443"].map(|name| coverage.questions[name].asked);
    assert_eq!(asked, [LIVE, LIVE / 10 * 9, LIVE / 10 * 9].map(u64::from));
    // Seven datagrams to nine in ten at 300 a second.
    assert!(took < Duration::from_secs(300), "{took:?}");
    assert!(memory < 64, "{memory} MiB");
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_forth_and_back_changes_no_verdict_and_no_wait() {
    let mut runs = Vec::new();
    for days in [0, 1, -4000] {
        let begun = Instant::now();
        let findings = run(Crowd::new(50, days)).await;
        let judged = judge(&findings.replies, Knowledge::builtin()).devices;
        let verdict = |device: &Device| (device.addresses.clone(), device.maker.clone(), device.confidence);
        let verdicts: Vec<_> = judged.iter().map(verdict).collect();
        runs.push((verdicts, findings.coverage.questions, begun.elapsed()));
    }
    assert_eq!(runs[0].0.iter().filter(|verdict| verdict.1.is_some()).count(), 5);
    assert!(runs.iter().all(|run| *run == runs[0]), "{runs:?}");
}
