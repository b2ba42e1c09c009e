//! Devices that die of the first datagram of their own: from then on they answer nothing, not even ARP. Only where a test
//! of the lab wants it (`Lab::let_die`).

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

static DEAD: Mutex<BTreeSet<Ipv4Addr>> = Mutex::new(BTreeSet::new());
static WORD: OnceLock<PathBuf> = OnceLock::new();

/// The file that names who is mortal, beside the ledger.
pub fn word_to_die(ledger: &Path) -> PathBuf {
    ledger.with_extension("mortal")
}

/// Where the cameras look for it.
pub fn heed(word: PathBuf) {
    let _ = WORD.set(word);
}

pub fn is_dead(host: Ipv4Addr) -> bool {
    DEAD.lock().unwrap_or_else(PoisonError::into_inner).contains(&host)
}

/// A host got a datagram of its own. Whether that was its end.
pub fn struck(host: Ipv4Addr) -> bool {
    let mortals = WORD.get().and_then(|word| std::fs::read_to_string(word).ok());
    let name = host.to_string();
    if !mortals.is_some_and(|mortals| mortals.lines().any(|line| line == name)) {
        return false;
    }
    let is_news = DEAD.lock().unwrap_or_else(PoisonError::into_inner).insert(host);
    if is_news {
        let mut rule = std::process::Command::new("nft");
        rule.args(["add", "rule", "ip", "walls", "wall", "ip", "daddr", &name, "drop"]);
        let path = std::env::var("PATH").unwrap_or_default();
        let done = rule.env("PATH", format!("{path}:/usr/sbin:/sbin")).status();
        assert!(done.is_ok_and(|done| done.success()), "nft dressed the namespace");
    }
    true
}
