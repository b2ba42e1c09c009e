//! How fast we speak: evenly spaced turns for everybody together and for each host, and one TCP conversation per host.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{Mutex as Turnstile, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};

use super::pacer::{Pacer, SECOND};
use super::profile::{CONNECTIONS_IN_TEN_SECONDS, KERNEL_RATE, Limits, TIME_FOR_A_HOST};

const TEN_SECONDS: Duration = Duration::from_secs(10);

/// What is about to leave for a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Datagram,
    Connection,
}

/// The hosts spoken to of late.
#[derive(Debug)]
struct Hosts {
    gap: Duration,
    recent: Mutex<HashMap<IpAddr, Recent>>,
}

#[derive(Debug)]
struct Recent {
    next: Instant,
    connections: VecDeque<Instant>,
}

/// The maps of hosts are swept when they have grown beyond so many.
const HOSTS_BEFORE_SWEEP: usize = 1024;

impl Recent {
    fn due(&self, kind: Kind) -> Instant {
        let full = self.connections.len() >= CONNECTIONS_IN_TEN_SECONDS;
        match self.connections.front().filter(|_| full && kind == Kind::Connection) {
            Some(first) => self.next.max(*first + TEN_SECONDS),
            None => self.next,
        }
    }

    fn is_over(&self, now: Instant) -> bool {
        self.next <= now && self.connections.back().is_none_or(|last| *last + TEN_SECONDS <= now)
    }
}

impl Hosts {
    /// When a host may be spoken to.
    fn due(&self, host: IpAddr, kind: Kind) -> Option<Instant> {
        Some(lock(&self.recent).get(&host)?.due(kind))
    }

    /// Whether it may be spoken to now; then it is taken as spoken to.
    fn claim(&self, host: IpAddr, kind: Kind) -> bool {
        let mut recent = lock(&self.recent);
        let now = Instant::now();
        if recent.len() > HOSTS_BEFORE_SWEEP {
            recent.retain(|_, recent| !recent.is_over(now));
        }
        let host = recent.entry(host).or_insert_with(|| Recent {
            next: now,
            connections: VecDeque::new(),
        });
        if host.due(kind) > now {
            return false;
        }
        host.next = now + self.gap;
        if kind == Kind::Connection {
            if host.connections.len() >= CONNECTIONS_IN_TEN_SECONDS {
                host.connections.pop_front();
            }
            host.connections.push_back(now);
        }
        true
    }
}

/// What has a pace of its own: while one waits for its turn, the others need not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// ARP requests.
    Arp,
    /// Nudges of the kernel, which are datagrams too.
    Nudge,
    /// Questions by datagram.
    Datagram,
}

/// All limits of a run, kept. Every packet that leaves has waited here.
#[derive(Debug)]
pub struct Pacing {
    limits: Limits,
    arp: Pacer,
    kernel: Pacer,
    datagrams: Pacer,
    connections: Pacer,
    hosts: Hosts,
    open: Arc<Semaphore>,
    talked_to: Mutex<HashMap<IpAddr, Weak<Turnstile<()>>>>,
    pages: Mutex<HashMap<IpAddr, u32>>,
    /// Further addresses of hosts, and the address that they are known by here.
    further: Mutex<HashMap<IpAddr, IpAddr>>,
    spent: Arc<Spent>,
    multicasts: Mutex<HashMap<String, u32>>,
}

/// How long each host has been talked to.
type Spent = Mutex<HashMap<IpAddr, Duration>>;

/// Leave to talk to one host; given back when dropped.
#[derive(Debug)]
pub struct Conversation {
    _host: OwnedMutexGuard<()>,
    _open: Option<OwnedSemaphorePermit>,
    host: IpAddr,
    begun: Instant,
    spent: Arc<Spent>,
}

impl Conversation {
    /// How much longer the host may be talked to in this run.
    pub fn time_left(&self) -> Duration {
        let before = lock(&self.spent).get(&self.host).copied().unwrap_or_default();
        TIME_FOR_A_HOST.saturating_sub(before + self.begun.elapsed())
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        *lock(&self.spent).entry(self.host).or_default() += self.begun.elapsed();
    }
}

impl Pacing {
    /// A run that has sent nothing yet.
    pub fn new(limits: Limits) -> Self {
        Pacing {
            arp: Pacer::new(limits.arp_rate),
            kernel: Pacer::new(KERNEL_RATE),
            datagrams: Pacer::new(limits.rate),
            connections: Pacer::new(limits.connection_rate),
            hosts: Hosts {
                gap: limits.host_gap(),
                recent: Mutex::default(),
            },
            open: Arc::new(Semaphore::new(limits.connections.max(1) as usize)),
            talked_to: Mutex::default(),
            pages: Mutex::default(),
            further: Mutex::default(),
            spent: Arc::default(),
            multicasts: Mutex::default(),
            limits,
        }
    }

    /// The limits that it keeps.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// When the next packet of a lane may leave, as far as all hosts together go; none, if that is now.
    pub fn next(&self, lane: Lane) -> Option<Instant> {
        match lane {
            Lane::Arp => self.arp.next(),
            // None is less than any moment.
            Lane::Nudge => self.kernel.next().max(self.datagrams.next()),
            Lane::Datagram => self.datagrams.next(),
        }
    }

    /// So many ARP requests a second from now on, or as many as the limits allow.
    pub fn set_arp_rate(&self, per_second: u32) {
        self.arp.set_rate(per_second.min(self.limits.arp_most));
    }

    /// Waits for the turn of an ARP request.
    pub async fn arp(&self) {
        self.arp.turn().await;
    }

    /// Waits for the turn of a nudge, which a host that exists gets as a datagram.
    pub async fn nudge(&self, host: IpAddr) {
        self.kernel.turn().await;
        self.datagram(host).await;
    }

    /// Waits for the turn of a datagram to a host.
    pub async fn datagram(&self, host: IpAddr) {
        self.turn(self.known_as(host), Kind::Datagram).await;
    }

    /// Waits for the turn of a datagram or frame to everybody on an interface.
    ///
    /// # Errors
    /// `PermissionDenied` where they have heard as many as a host may.
    pub async fn multicast(&self, interface: &str) -> io::Result<()> {
        {
            let mut multicasts = lock(&self.multicasts);
            let sent = multicasts.entry(interface.to_owned()).or_default();
            if *sent >= self.limits.multicasts {
                let why = format!("{sent} datagrams to everybody have left by {interface}, and no host may hear more");
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
            }
            *sent += 1;
        }
        self.datagrams.turn().await;
        Ok(())
    }

    /// Waits until nobody else talks to the host, a connection is free and its turn has come.
    ///
    /// In that order: who waits for a busy host holds nothing that others could use.
    pub async fn begin(&self, host: IpAddr) -> Conversation {
        let host = self.known_as(host);
        let turnstile = self.turnstile(host).lock_owned().await;
        let open = Arc::clone(&self.open).acquire_owned().await.ok();
        self.another(host).await;
        Conversation {
            _host: turnstile,
            _open: open,
            host,
            begun: Instant::now(),
            spent: Arc::clone(&self.spent),
        }
    }

    /// Waits for the turn of one more connection in a conversation that has begun.
    pub async fn another(&self, host: IpAddr) {
        self.turn(self.known_as(host), Kind::Connection).await;
    }

    /// How many more HTTP requests a host may get without a login.
    pub fn pages_left(&self, host: IpAddr) -> u32 {
        let asked = lock(&self.pages).get(&self.known_as(host)).copied().unwrap_or_default();
        self.limits.pages.saturating_sub(asked)
    }

    /// A host has got one.
    pub fn page_asked(&self, host: IpAddr) {
        self.pages_asked(host, 1);
    }

    /// The same for several.
    pub fn pages_asked(&self, host: IpAddr, pages: u32) {
        let host = self.known_as(host);
        let mut all = lock(&self.pages);
        let asked = all.entry(host).or_default();
        *asked = asked.saturating_add(pages);
    }

    /// From now on an address counts as a further one of a host.
    pub fn is_one_with(&self, address: IpAddr, host: IpAddr) {
        let (address, host) = (address.to_canonical(), self.known_as(host));
        if address != host {
            lock(&self.further).insert(address, host);
        }
    }

    /// The address by which all limits of a host are kept.
    fn known_as(&self, address: IpAddr) -> IpAddr {
        let address = address.to_canonical();
        lock(&self.further).get(&address).copied().unwrap_or(address)
    }

    /// No more than so many conversations at a time from now on, and one at the least. Before the first of them.
    pub fn converse_with(&self, most: usize) {
        let all = self.open.available_permits();
        self.open.forget_permits(all.saturating_sub(most.max(1)));
    }

    /// The hosts that have had all the time that one host gets.
    pub fn out_of_time(&self) -> Vec<IpAddr> {
        let spent = lock(&self.spent);
        let over = spent.iter().filter(|(_, time)| **time >= TIME_FOR_A_HOST);
        over.map(|(host, _)| *host).collect()
    }

    async fn turn(&self, host: IpAddr, kind: Kind) {
        let pacer = match kind {
            Kind::Datagram => &self.datagrams,
            Kind::Connection => &self.connections,
        };
        loop {
            if let Some(due) = self.hosts.due(host, kind).filter(|due| *due > Instant::now()) {
                sleep_until(due).await;
            }
            pacer.turn().await;
            if self.hosts.claim(host, kind) {
                return;
            }
        }
    }

    fn turnstile(&self, host: IpAddr) -> Arc<Turnstile<()>> {
        let mut hosts = lock(&self.talked_to);
        if hosts.len() > HOSTS_BEFORE_SWEEP {
            hosts.retain(|_, turnstile| turnstile.strong_count() > 0);
        }
        if let Some(turnstile) = hosts.get(&host).and_then(Weak::upgrade) {
            return turnstile;
        }
        let turnstile = Arc::default();
        hosts.insert(host, Arc::downgrade(&turnstile));
        turnstile
    }
}

impl Limits {
    /// From one datagram or connection to a host to the next, at least.
    pub fn host_gap(&self) -> Duration {
        SECOND / self.host_rate.max(1)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
