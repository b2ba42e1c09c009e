//! The run itself: what each part of the sweep wants is sent in turn, what is heard goes to the ledger,
//! and every host that has rested is judged and, if it is not settled, asked over TCP.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use mac_address::MacAddress;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use crate::coverage::BlindSpot;
use crate::fact::{Outcome, Protocol, Reply};
use crate::identify::Knowledge;
use crate::net::{Body, Channel, Door, Family, Heard, Lane, Limits, Neighbour, NeighbourState, Packet};
use crate::probe::tcp::{Asked, Talked};
use crate::probe::{self, DatagramQuestion, ORDER_FOR_LIVE, ORDER_FOR_SILENT};
use crate::wire::{arp, sadp_l2};

use super::asking::{Asking, Next, Place};
use super::chorus::{Chorus, Verse};
use super::ids::Ids;
use super::kernel::{KernelSweep, room};
use super::ledger::{Kept, Ledger, outcome_of};
use super::past::{Mark, Past};
use super::promptness::Promptness;
use super::rechecks::Rechecks;
use super::rounds::{MANY, Rounds, Tempo, Turn};
use super::signs::{self, Standing};
use super::steering::{Steer, Steering};
use super::{Findings, Plan, Progress, Ranges, Segment, Watcher};
use resume::Resume;
use tell::TELL_EVERY;

mod close;
mod families;
mod fence;
mod hear;
mod link_local;
mod open;
mod passive;
mod resume;
mod send;
mod silent;
mod talk;
mod tell;

/// Three rounds of ARP, only to the silent: at 10 % loss one round misses a tenth of the hosts. At 36 %, a fifth lost each
/// way, three miss one in twenty, and six one in five hundred. Two where many hosts show that hardly anything gets lost. See
/// [`Tempo::at`] for those who ask fast.
pub const ARP: Tempo = Tempo {
    rounds: 3,
    enough: 2,
    most: 6,
    pace: Duration::ZERO,
    pause: Duration::from_millis(300),
    rest: Duration::from_millis(500),
};
/// What a host that looks like a unit and is not settled is asked once more: the makers' own protocols.
pub const ASKED_AGAIN: &[Place] = &[ORDER_FOR_LIVE[0], ORDER_FOR_LIVE[1]];

/// The passes over silent addresses beyond a router, a question each.
fn passes(over: Ranges, limits: &Limits) -> Rounds {
    let tempo = Tempo {
        rounds: ORDER_FOR_SILENT.len(),
        enough: ORDER_FOR_SILENT.len(),
        most: ORDER_FOR_SILENT.len(),
        pace: limits.host_gap(),
        pause: Duration::ZERO,
        rest: super::asking::LISTEN,
    };
    Rounds::apart(over, tempo)
}

/// The coverage's name for the sweep without a raw socket, and what its replies say they were asked.
const KERNEL: &str = "kernel resolution";
/// The coverage's name for SADP in frames of Ethernet.
const ETHERNET: &str = "ethernet sadp";
/// The kernel's sweep shares its lane with the questions to the hosts that it finds. The host found last ends the run, so
/// the sweep gets most of the lane; but not all, or the hosts of a crowded range would fill the kernel's table.
const NUDGES_TO_A_QUESTION: u32 = 4;
/// Conversations over TCP that may be under way; the door has a limit of its own below it.
const MAX_CONVERSATIONS: usize = 256;
/// How much is taken in between two packets.
const AT_ONCE: usize = 1024;
/// How long the end of a run waits for names that reverse DNS still owes us.
const NAME_PATIENCE: Duration = Duration::from_secs(1);

/// How it is found out who is on a segment.
#[expect(clippy::large_enum_variant, reason = "there is one for each segment")]
enum Presence {
    Arp(Rounds, Steering, Promptness),
    Kernel(KernelSweep),
    /// Neither could be opened, or may be used: only what the table and the discovery protocols bring.
    None,
}

/// One segment under sweep.
struct Sweep {
    segment: Segment,
    presence: Presence,
}

/// Scans the plan through the door, tells the watcher, and stops when `stop` says so.
pub async fn scan<'a, D: Door>(
    plan: &'a Plan,
    door: Arc<D>,
    knowledge: &'a Knowledge,
    watcher: &'a mut dyn Watcher,
    stop: CancellationToken,
) -> Findings {
    let mut run = Run::open(plan, door, knowledge, watcher, Resume::default()).await;
    let interrupted = run.until_done(&stop).await;
    run.close(interrupted).await
}

/// The same for a scan that can be resumed: it goes on after its past, and tells the watcher its marks.
pub async fn resume<'a, D: Door>(
    plan: &'a Plan,
    past: Past,
    door: Arc<D>,
    knowledge: &'a Knowledge,
    watcher: &'a mut dyn Watcher,
    stop: CancellationToken,
) -> Findings {
    let mut run = Run::open(plan, door, knowledge, watcher, Resume::after(past, plan)).await;
    let interrupted = run.until_done(&stop).await;
    if interrupted || run.ledger.coverage.stopped.is_some() {
        run.wind_down().await;
    }
    run.close(interrupted).await
}

/// What is known of hosts by now.
#[derive(Default)]
struct Hosts {
    /// Those in scope that exist.
    live: HashSet<IpAddr>,
    /// Those that have answered us, and how.
    answered: HashMap<IpAddr, silent::Answered>,
    /// What each was asked since its last sign of life.
    owed: HashMap<IpAddr, silent::Owed>,
    /// Neighbours that were heard and are not asked before their MAC is known, in the profile `clinical`.
    unknown: HashSet<IpAddr>,
    /// Neighbours that our kernel asked for their MAC in vain.
    out_of_reach: Vec<IpAddr>,
    /// Those that were asked a second time because they look like a unit and are not settled.
    asked_again: HashSet<IpAddr>,
    /// Those that were not asked for every page that could have said more.
    curtailed: HashSet<IpAddr>,
    /// Those that let a connection go unanswered which was waited for no longer than [`Limits::connect_prompt`].
    hurried: HashSet<IpAddr>,
    /// Those that are units of the two makers.
    units: HashSet<IpAddr>,
    /// Those that were not asked as planned.
    not_asked: Vec<IpAddr>,
    /// Those that could not be looked for, when last it was tried, and why.
    missed: HashSet<IpAddr>,
    why_missed: BTreeSet<String>,
}

/// The conversations over TCP.
#[derive(Default)]
struct Talks {
    under_way: JoinSet<Vec<Asked>>,
    /// With whom each of them is.
    with: HashMap<tokio::task::Id, IpAddr>,
    /// Those that wait for a connection no longer than [`Limits::connect_prompt`].
    hurried: HashSet<IpAddr>,
    /// What hosts have been asked in them.
    talked: HashMap<IpAddr, Talked>,
}

struct Run<'a, D: Door> {
    plan: &'a Plan,
    door: Arc<D>,
    knowledge: &'a Knowledge,
    watcher: &'a mut dyn Watcher,
    scope: Ranges,
    questions: Vec<DatagramQuestion>,
    ids: Ids,
    ledger: Ledger,
    blind_spots: Vec<BlindSpot>,
    chorus: Chorus,
    sweeps: Vec<Sweep>,
    passes: Rounds,
    asking: Asking,
    rechecks: Rechecks,
    hosts: Hosts,
    families: families::Families,
    talks: Talks,
    names: JoinSet<(IpAddr, Option<String>)>,
    /// The addresses beyond a router that are still to be asked by TCP, once it is known which were silent.
    silent: Option<Ranges>,
    told: tell::Told,
    reconciled: bool,
    /// Nudges since the last question to a host found so far.
    nudges_in_a_row: u32,
    started: Instant,
    resume: Resume,
}

impl<'a, D: Door> Run<'a, D> {
    async fn open(
        plan: &'a Plan,
        door: Arc<D>,
        knowledge: &'a Knowledge,
        watcher: &'a mut dyn Watcher,
        resume: Resume,
    ) -> Self {
        let questions = probe::datagram_questions(uuid::Uuid::new_v4);
        let (started, room) = (Instant::now(), room(door.free_neighbours()));
        let mut run = Run {
            plan,
            door,
            knowledge,
            watcher,
            scope: plan.scope(),
            questions,
            ids: Ids::default(),
            ledger: Ledger::default(),
            blind_spots: Vec::new(),
            chorus: Chorus::new(&[], &[], started),
            sweeps: Vec::new(),
            passes: passes(Ranges::default(), &plan.limits),
            asking: Asking::new(room, plan.limits.host_gap()),
            rechecks: Rechecks::default(),
            hosts: Hosts::default(),
            families: Default::default(),
            talks: Talks::default(),
            names: JoinSet::new(),
            silent: None,
            told: Default::default(),
            reconciled: false,
            nudges_in_a_row: 0,
            started,
            resume,
        };
        match plan.passive {
            Some(_) => run.open_ears().await,
            None => {
                run.open_segments().await;
                if !plan.hosts_only {
                    run.open_unicast().await;
                }
            }
        }
        run.take_up();
        if !run.rests_on_arp() {
            run.read_table().await;
        }
        run
    }

    /// Sends, hears and judges until nothing is left to do. Whether the user stopped it.
    async fn until_done(&mut self, stop: &CancellationToken) -> bool {
        loop {
            self.catch_up().await;
            if stop.is_cancelled() {
                return true;
            }
            if self.ledger.coverage.stopped.is_some() {
                return false;
            }
            let now = Instant::now();
            self.tell(now);
            let step = match self.plan.passive {
                Some(time) => self.only_listen(now, time).await,
                None => self.step(now).await,
            };
            let wait = match step {
                Step::Sent => continue,
                Step::Wait(until) => until,
                Step::Talks => now + Duration::from_secs(60),
                Step::Done => return false,
            };
            let door = self.door.clone();
            tokio::select! {
                () = stop.cancelled() => return true,
                heard = door.heard() => self.hear(heard),
                Some(talk) = self.talks.under_way.join_next_with_id() => self.take_talk(talk),
                Some(Ok((host, name))) = self.names.join_next() => self.take_name(host, name),
                // However long nothing comes, the watcher is told.
                () = sleep_until(wait.min(now + TELL_EVERY)) => {}
            }
        }
    }

    /// Takes in what has come by now, so that sending never starves hearing; of a flood no more than so much, so that
    /// hearing never starves sending.
    async fn catch_up(&mut self) {
        let door = self.door.clone();
        for _ in 0..AT_ONCE {
            tokio::select! {
                biased;
                heard = door.heard() => self.hear(heard),
                Some(talk) = self.talks.under_way.join_next_with_id() => self.take_talk(talk),
                Some(Ok((host, name))) = self.names.join_next() => self.take_name(host, name),
                () = std::future::ready(()) => return,
            }
        }
    }

    /// The end of the kernel's sweep: events may have been lost, the table has not forgotten yet.
    async fn reconcile(&mut self) {
        if self
            .sweeps
            .iter()
            .any(|sweep| matches!(sweep.presence, Presence::Kernel(_)))
        {
            let rows = self.door.neighbours().await.unwrap_or_default();
            let is_news = |row: &&Neighbour| !self.hosts.live.contains(&row.address);
            let news: Vec<Neighbour> = rows.iter().filter(is_news).cloned().collect();
            news.iter().for_each(|row| self.hear_neighbour(row, "table"));
        }
    }

    /// A host has rested: it is asked once more, or talked to.
    fn rested(&mut self, host: IpAddr) -> Step {
        if self.asking.is_out_of_reach(host) {
            self.hosts.out_of_reach.push(host);
            self.asking.release(host);
            return Step::Sent;
        }
        let standing = self.standing(host);
        if standing.unit {
            self.hosts.units.insert(host);
        }
        if !self.ask_again(host, &standing) {
            self.talk(host, standing);
        }
        Step::Sent
    }

    fn standing(&self, host: IpAddr) -> Standing {
        let mut standing = signs::standing(host, &self.ledger.of(host), self.knowledge);
        standing.signs.login.take_if(|unit| !self.door.has_login(unit));
        standing.settled |= self.is_settled_elsewhere(host);
        standing
    }

    fn keep(&mut self, reply: Reply) -> Kept {
        let kept = self.ledger.keep(reply);
        if let (Kept::Yes, Some(reply)) = (kept, self.ledger.latest()) {
            self.watcher.reply(reply);
        }
        kept
    }
}

/// What one step came to.
enum Step {
    /// Something was done; there may be more at once.
    Sent,
    /// Nothing to send until then.
    Wait(Instant),
    /// Nothing to send; conversations are under way.
    Talks,
    /// Nothing is left.
    Done,
}

impl Presence {
    /// What its packets wait in.
    fn lane(&self) -> Lane {
        match self {
            Presence::Arp(..) => Lane::Arp,
            Presence::Kernel(_) | Presence::None => Lane::Nudge,
        }
    }

    fn poll(&mut self, now: Instant) -> Turn {
        match self {
            Presence::Arp(rounds, steering, _) => {
                let turn = rounds.poll(now);
                if let Some(loss) = rounds.take_loss() {
                    steering.missed(loss);
                }
                turn
            }
            Presence::Kernel(kernel) => kernel.poll(now),
            Presence::None => Turn::Done,
        }
    }

    /// With a raw socket nothing but an answer ends the asking: a row of the table may be old, and a
    /// datagram does not show what MAC is on the wire.
    fn answered_arp(&mut self, host: Ipv4Addr) {
        if let Presence::Arp(rounds, steering, _) = self {
            let is_news = rounds.found(host.into());
            steering.answered(host, is_news);
        }
    }

    /// An ARP packet by this machine, before [`Presence::answered_arp`]; `to_us`: it answers a question of this segment's.
    fn time_arp(&mut self, host: Ipv4Addr, by: MacAddress, to_us: bool) {
        let Presence::Arp(rounds, _, promptness) = self else {
            return;
        };
        match rounds.has_found(host.into()) {
            true => promptness.heard(host, by),
            false if to_us => promptness.found(host, by, rounds.times_asked(host.into()), Instant::now()),
            false => {}
        }
    }

    fn known_to_kernel(&mut self, host: IpAddr) {
        if let Presence::Kernel(kernel) = self {
            kernel.found(host);
        }
    }

    fn was_asked_by_arp(&self, host: IpAddr) -> bool {
        matches!(self, Presence::Arp(rounds, ..) if rounds.times_asked(host) > 0)
    }

    fn is_prompt(&self, host: IpAddr) -> bool {
        match (self, host) {
            // Before a second round is over nobody knows how many the first has missed.
            (Presence::Arp(rounds, _, promptness), IpAddr::V4(host)) => {
                rounds.place().0 >= 2 && promptness.is_prompt(host)
            }
            _ => false,
        }
    }

    fn unreached(&self) -> Ranges {
        match self {
            Presence::Arp(rounds, ..) => rounds.unreached(),
            Presence::Kernel(kernel) => kernel.unreached(),
            Presence::None => Ranges::default(),
        }
    }
}

fn unicast_channel(protocol: &Protocol, interface: Option<String>, family: Family) -> Channel {
    Channel::Unicast {
        protocol: protocol.clone(),
        family,
        interface,
        source_port: 0,
    }
}
