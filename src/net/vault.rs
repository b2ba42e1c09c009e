//! The logins that the user gave, and where they may still be used.
//!
//! They never leave this room. The scan names a unit that it has [`Confirmed`]; whether a login goes there is decided
//! here, and it is sent by `login.rs` alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::credential::{Confirmed, Credential, Reason};

/// The device said no.
pub(super) const REFUSED: Reason = Reason {
    why: "they refused it; a login that two devices have refused is used no further in that run",
    remedy: "check the user, the password, and what the user may do there: each refusal counts towards a lock-out",
};
/// The page is forbidden. Hikvision says so of pages that a unit does not have, too (hikvision_next 176).
pub(super) const BARRED: Reason = Reason {
    why: "they forbid the page to this user, or have no such page (403)",
    remedy: "check what the user may do there, and whether the user is locked out",
};
/// What came back was neither a yes nor a no.
pub(super) const UNCLEAR: Reason = Reason {
    why: "they answered it with neither a yes nor a no, and one attempt is all that is made",
    remedy: "log in by hand to see what they say",
};
/// Too many devices have said no.
const SPENT: Reason = Reason {
    why: "two devices had refused it by then",
    remedy: "check the user and the password before the next run",
};
/// The device has had its attempt, or there is no login for it at all.
const CLOSED: Reason = Reason {
    why: "no login may be used there (any more)",
    remedy: "see why it was refused",
};

/// How many devices may refuse a login before it is used no further.
const CHANCES: usize = 2;

/// The logins of a run. Empty where the user gave none.
#[derive(Debug, Default)]
pub struct Vault {
    entries: Vec<Entry>,
    withheld: Mutex<BTreeMap<Reason, BTreeSet<IpAddr>>>,
}

#[derive(Debug)]
struct Entry {
    credential: Credential,
    /// Who refuses keeps one for good. As many devices are tried at a time as may still refuse, so that never more
    /// than two of them can.
    chances: Semaphore,
    refusals: AtomicUsize,
    devices: Mutex<HashMap<IpAddr, Device>>,
}

/// Where a device stands that a login was meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Device {
    /// It has let us in.
    Open,
    /// It is having its attempt, or has had it.
    Closed,
}

impl Vault {
    /// A vault with these logins.
    pub fn new(credentials: Vec<Credential>) -> Self {
        let entry = |credential| Entry {
            credential,
            chances: Semaphore::new(CHANCES),
            refusals: AtomicUsize::new(0),
            devices: Mutex::default(),
        };
        Vault {
            entries: credentials.into_iter().map(entry).collect(),
            withheld: Mutex::default(),
        }
    }

    /// Whether there is a login that may (still) be used on a unit.
    pub fn has(&self, unit: &Confirmed) -> bool {
        self.entry(unit).is_some_and(|entry| entry.is_usable_on(unit.host()))
    }

    /// The first entry that fits, and no other after it: to try one login after another would be guessing.
    fn entry(&self, unit: &Confirmed) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.credential.is_for(unit))
    }

    /// Leave to log in once on a unit, which must be the host that is to be asked. Waits while as many devices are
    /// being tried as may still refuse.
    pub(super) async fn chance(&self, unit: &Confirmed, to: IpAddr) -> Result<Chance<'_>, Reason> {
        let chance = self.wait_for_chance(unit, to).await;
        chance.inspect_err(|reason| self.withhold(to, *reason))
    }

    async fn wait_for_chance(&self, unit: &Confirmed, to: IpAddr) -> Result<Chance<'_>, Reason> {
        let usable = |entry: &&Entry| unit.host() == to && entry.is_usable_on(to);
        let entry = self.entry(unit).filter(usable).ok_or(CLOSED)?;
        let permit = match entry.device(unit.host()) {
            Some(Device::Open) => None,
            _ => Some(entry.chances.acquire().await.map_err(|_| SPENT)?),
        };
        Ok(Chance {
            before: entry.close(unit.host())?,
            vault: self,
            entry,
            host: unit.host(),
            permit,
            sent: false,
        })
    }

    /// Remembers why a login was not used on a host, or is not any more.
    fn withhold(&self, host: IpAddr, reason: Reason) {
        lock(&self.withheld).entry(reason).or_default().insert(host);
    }

    /// Every reason for which a login was not used, and the hosts that it held for.
    pub fn withheld(&self) -> Vec<(Reason, Vec<IpAddr>)> {
        let withheld = lock(&self.withheld);
        let row = |(reason, hosts): (&Reason, &BTreeSet<IpAddr>)| (*reason, hosts.iter().copied().collect());
        withheld.iter().map(row).collect()
    }

    /// What each login is for, in words. Neither user nor password is among them.
    pub fn words(&self) -> Vec<String> {
        self.entries.iter().map(|entry| entry.credential.words()).collect()
    }
}

impl Entry {
    fn device(&self, host: IpAddr) -> Option<Device> {
        lock(&self.devices).get(&host.to_canonical()).copied()
    }

    fn is_usable_on(&self, host: IpAddr) -> bool {
        !self.chances.is_closed() && self.device(host) != Some(Device::Closed)
    }

    /// Closes a device while it has its attempt. Where it stood before.
    fn close(&self, host: IpAddr) -> Result<Option<Device>, Reason> {
        match lock(&self.devices).insert(host.to_canonical(), Device::Closed) {
            Some(Device::Closed) => Err(CLOSED),
            before => Ok(before),
        }
    }

    fn count_refusal(&self) {
        if self.refusals.fetch_add(1, Ordering::SeqCst) + 1 == CHANCES {
            self.chances.close();
        }
    }

    fn set(&self, host: IpAddr, device: Option<Device>) {
        let (host, mut devices) = (host.to_canonical(), lock(&self.devices));
        match device {
            Some(device) => devices.insert(host, device),
            None => devices.remove(&host),
        };
    }
}

/// Leave to log in on one device once. Whatever comes of it but [`Chance::accepted`], the device stays closed,
/// unless the login was not [`sent`](Chance::sent) at all.
pub(super) struct Chance<'a> {
    vault: &'a Vault,
    entry: &'a Entry,
    host: IpAddr,
    permit: Option<SemaphorePermit<'a>>,
    before: Option<Device>,
    sent: bool,
}

impl Chance<'_> {
    /// The login.
    pub(super) fn credential(&self) -> &Credential {
        &self.entry.credential
    }

    /// To be said before it is sent.
    pub(super) fn sent(&mut self) {
        self.sent = true;
    }

    /// It was not, after all.
    pub(super) fn unsent(&mut self) {
        self.sent = false;
    }

    /// The device has let us in.
    pub(super) fn accepted(self) {
        self.entry.set(self.host, Some(Device::Open));
    }

    /// The device has said no. One that had let us in before does so for itself alone.
    pub(super) fn refused(mut self) {
        self.vault.withhold(self.host, REFUSED);
        if let Some(permit) = self.permit.take() {
            permit.forget();
            self.entry.count_refusal();
        }
    }

    /// It is not used, or what came of it is unclear.
    pub(super) fn withheld(self, reason: Reason) {
        self.vault.withhold(self.host, reason);
    }
}

impl Drop for Chance<'_> {
    fn drop(&mut self) {
        if !self.sent {
            self.entry.set(self.host, self.before);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::super::Secret;
    use super::*;

    fn credential(maker: &str, scope: &[&str]) -> Credential {
        Credential {
            scope: scope.iter().map(|network| network.parse().unwrap()).collect(),
            maker: maker.into(),
            user: "audit".into(),
            password: Secret::from(Zeroizing::new("hunter2".to_owned())),
            allow_basic: false,
            allow_username_token: true,
        }
    }

    fn unit(host: &str, maker: &str) -> Confirmed {
        Confirmed::by_verdict(host.parse().unwrap(), maker)
    }

    #[test]
    fn a_login_is_for_its_scope_and_its_maker() {
        let vault = Vault::new(vec![
            credential("hikvision", &["10.0.4.0/24", "10.0.5.9", "2001:db8::/64"]),
            credential("dahua", &["10.0.0.0/8"]),
        ]);
        let table = [
            ("10.0.4.0", "hikvision", true),
            ("10.0.4.255", "hikvision", true),
            ("::ffff:10.0.4.7", "hikvision", true),
            ("10.0.5.9", "hikvision", true),
            ("2001:db8::7", "hikvision", true),
            ("10.0.5.8", "hikvision", false),
            ("10.0.3.255", "hikvision", false),
            ("2001:db8:0:1::7", "hikvision", false),
            ("10.0.4.7", "dahua", true),
            ("10.0.4.7", "axis", false),
            ("10.0.4.7", "Dahua", false),
            ("11.0.0.1", "dahua", false),
        ];
        for (host, maker, expected) in table {
            assert_eq!(vault.has(&unit(host, maker)), expected, "{host} {maker}");
        }
        assert!(!Vault::default().has(&unit("10.0.4.7", "dahua")));
    }

    #[test]
    fn nothing_shows_the_password() {
        let vault = Vault::new(vec![credential("dahua", &["10.0.0.0/8"])]);
        let shown = format!("{vault:?} {:#?} {:?}", vault, vault.words());
        assert!(
            !shown.contains("hunter2") && shown.contains("password: Secret"),
            "{shown}"
        );
        assert_eq!(
            vault.words(),
            ["confirmed dahua units in 10.0.0.0/8, by digest or UsernameToken"]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_device_has_one_attempt_unless_it_accepts_or_nothing_was_sent() {
        let vault = Vault::new(vec![credential("dahua", &["10.0.0.0/8"])]);
        let unit = unit("10.0.0.1", "dahua");
        let chance = || vault.chance(&unit, unit.host());
        let unused = chance().await.unwrap();
        assert!(!vault.has(&unit) && chance().await.is_err(), "one at a time");
        drop(unused);
        for _ in 0..3 {
            let mut accepted = chance().await.unwrap();
            accepted.sent();
            accepted.accepted();
        }
        let mut broken = chance().await.unwrap();
        broken.sent();
        drop(broken);
        assert!(!vault.has(&unit) && chance().await.is_err());
        assert!(
            vault.chance(&unit, "10.0.0.2".parse().unwrap()).await.is_err(),
            "another host"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn two_refusals_end_a_login_and_no_other() {
        let vault = Vault::new(vec![
            credential("dahua", &["10.0.0.0/8"]),
            credential("axis", &["10.0.0.0/8"]),
        ]);
        let host = |last: u8| IpAddr::from([10, 0, 0, last]);
        let unit = |last| Confirmed::by_verdict(host(last), "dahua");
        let mut pending = Vec::new();
        for last in [1, 2] {
            let mut chance = vault.chance(&unit(last), host(last)).await.unwrap();
            chance.sent();
            pending.push(chance);
        }
        let (third, wait) = (unit(3), std::time::Duration::from_secs(60));
        assert!(
            tokio::time::timeout(wait, vault.chance(&third, host(3))).await.is_err(),
            "two are pending"
        );
        assert!(vault.has(&third));
        pending.remove(0).refused();
        assert!(
            tokio::time::timeout(wait, vault.chance(&third, host(3))).await.is_err(),
            "one is pending, one may refuse"
        );
        let waiting = async { vault.chance(&third, host(3)).await.err() };
        let (end, ()) = tokio::join!(waiting, async { pending.remove(0).refused() });
        assert_eq!(end, Some(SPENT));
        assert!(!vault.has(&unit(4)) && vault.has(&Confirmed::by_verdict(host(4), "axis")));
        assert_eq!(
            vault.withheld(),
            [(REFUSED, vec![host(1), host(2)]), (SPENT, vec![host(3)])]
        );
    }
}
