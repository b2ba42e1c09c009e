//! How fast we speak: evenly spaced turns, and one TCP conversation per host.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{Mutex as Turnstile, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};

/// How much of the network this run may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// ARP requests per second, all interfaces together.
    pub arp_per_second: u32,
    /// Nudges of the kernel per second. Above 250 its neighbour table overflows (1024 rows for all).
    pub kernel_per_second: u32,
    /// Datagrams per second, multicast and unicast together.
    pub datagrams_per_second: u32,
    /// New TCP connections per second.
    pub connections_per_second: u32,
    /// TCP connections open at one time.
    pub connections_open: u32,
}

impl Default for Limits {
    /// The "standard" profile.
    fn default() -> Self {
        Limits {
            arp_per_second: 500,
            kernel_per_second: 250,
            datagrams_per_second: 300,
            connections_per_second: 100,
            connections_open: 128,
        }
    }
}

/// Hands out turns at an even pace. Time in which nobody asked is not saved up for a burst.
#[derive(Debug)]
pub struct Pacer {
    gap: Duration,
    next: Mutex<Option<Instant>>,
}

impl Pacer {
    /// A pacer of so many turns per second; 0 counts as 1.
    pub fn new(per_second: u32) -> Self {
        Pacer {
            gap: Duration::from_secs(1) / per_second.max(1),
            next: Mutex::new(None),
        }
    }

    /// Waits for the next turn. A turn whose taker gives up is lost, never doubled.
    pub async fn turn(&self) {
        let turn = self.reserve();
        if turn > Instant::now() {
            sleep_until(turn).await;
        }
    }

    fn reserve(&self) -> Instant {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = next.map_or_else(Instant::now, |next| next.max(Instant::now()));
        *next = Some(turn + self.gap);
        turn
    }
}

/// Who may open a TCP connection, and when.
#[derive(Debug)]
pub(super) struct Conversations {
    pacer: Pacer,
    open: Arc<Semaphore>,
    hosts: Mutex<HashMap<IpAddr, Weak<Turnstile<()>>>>,
}

/// Leave to talk to one host; given back when dropped.
#[derive(Debug)]
pub(super) struct Conversation {
    _host: OwnedMutexGuard<()>,
    _open: Option<OwnedSemaphorePermit>,
}

/// The map of hosts is swept when it has grown beyond so many.
const HOSTS_BEFORE_SWEEP: usize = 1024;

impl Conversations {
    pub(super) fn new(limits: Limits) -> Self {
        Conversations {
            pacer: Pacer::new(limits.connections_per_second),
            open: Arc::new(Semaphore::new(limits.connections_open.max(1) as usize)),
            hosts: Mutex::default(),
        }
    }

    /// Waits until nobody else talks to the host, a connection is free and its turn has come.
    ///
    /// In that order: who waits for a busy host holds nothing that others could use.
    pub(super) async fn begin(&self, host: IpAddr) -> Conversation {
        let host = self.turnstile(host.to_canonical()).lock_owned().await;
        let open = Arc::clone(&self.open).acquire_owned().await.ok();
        self.pacer.turn().await;
        Conversation {
            _host: host,
            _open: open,
        }
    }

    /// Waits for the turn of one more connection in a conversation that has begun.
    pub(super) async fn another(&self) {
        self.pacer.turn().await;
    }

    fn turnstile(&self, host: IpAddr) -> Arc<Turnstile<()>> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn turns_are_evenly_spaced() {
        let pacer = Pacer::new(100);
        let start = Instant::now();
        for _ in 0..101 {
            pacer.turn().await;
        }
        let taken = start.elapsed();
        assert!(
            (Duration::from_millis(1000)..Duration::from_millis(1110)).contains(&taken),
            "{taken:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn idle_time_is_not_saved_for_a_burst() {
        let pacer = Pacer::new(10);
        pacer.turn().await;
        tokio::time::sleep(Duration::from_secs(60)).await;
        let start = Instant::now();
        for _ in 0..3 {
            pacer.turn().await;
        }
        assert!(start.elapsed() >= Duration::from_millis(200));
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_is_talked_to_by_one_at_a_time_and_two_hosts_at_once() {
        let conversations = Conversations::new(Limits::default());
        let one: IpAddr = [192, 0, 2, 1].into();
        let first = conversations.begin(one).await;
        conversations.begin([192, 0, 2, 2].into()).await;
        let wait = Duration::from_secs(5);
        let mapped = "::ffff:192.0.2.1".parse().unwrap();
        assert!(tokio::time::timeout(wait, conversations.begin(mapped)).await.is_err());
        drop(first);
        assert!(tokio::time::timeout(wait, conversations.begin(one)).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn the_map_of_hosts_does_not_grow_without_bound() {
        let conversations = Conversations::new(Limits {
            connections_per_second: 1_000_000,
            ..Limits::default()
        });
        for number in 0..5000_u32 {
            conversations.begin(std::net::Ipv4Addr::from(number).into()).await;
        }
        assert!(conversations.hosts.lock().unwrap().len() <= HOSTS_BEFORE_SWEEP + 1);
    }
}
