//! Two runs at once on one machine, so that no host sees double the rate: each run leaves a mark while it lasts, and
//! one that finds a mark over the same addresses refuses, or waits.

mod mark;

use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::Failure;
use crate::scan::Ranges;

pub use mark::Mark;

/// How often a run that waits looks again.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How long a run waits for another that is just looking. Who holds the gate longer is no run of camsweep.
const GATE_PATIENCE: Duration = Duration::from_secs(2);
/// How much of another run's scope is said.
const MAX_WORDS: usize = 5;

/// Another run, by its mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    /// Its process.
    pub pid: u32,
    /// What it asks.
    pub scope: Ranges,
    /// The file that says so.
    pub mark: PathBuf,
    /// Whose that is, where the system tells.
    pub owner: Option<u32>,
}

impl Other {
    /// Who it is and what it asks, in words of bounded length.
    pub fn words(&self) -> String {
        let mut words = self.scope.words();
        let more = words.len().saturating_sub(MAX_WORDS);
        words.truncate(MAX_WORDS);
        let more = match more {
            0 => String::new(),
            more => format!(" and {more} ranges more"),
        };
        let owner = self.owner.map(|user| format!(" of user {user}")).unwrap_or_default();
        let mark = self.mark.display().to_string();
        let words = words.join(", ");
        format!(
            "pid {}, which asks {words}{more} (by its mark {mark:?}{owner})",
            self.pid
        )
    }
}

/// Where marks are left: what all users of a machine share.
pub fn places() -> Vec<PathBuf> {
    match cfg!(unix) {
        true => vec!["/run/lock".into(), "/tmp".into()],
        false => vec![std::env::temp_dir()],
    }
}

/// Leaves a mark for a scope in the first of the places that takes it, unless another run asks some of it: then refuses,
/// or says so and waits. `None` where no place takes one.
///
/// # Errors
/// One line that names the other run; nothing has been sent.
pub fn claim(scope: &Ranges, places: &[PathBuf], wait: bool, say: &dyn Fn(&str)) -> Result<Option<Mark>, Failure> {
    let network = network();
    let mut said = None;
    loop {
        {
            let _gates: Vec<_> = places.iter().map(|place| gate(place)).collect();
            let found = places.iter().find_map(|place| mark::over(place, scope, &network));
            match found {
                None => return Ok(places.iter().find_map(|place| Mark::leave(place, scope, &network).ok())),
                Some(other) if !wait => return Err(refusal(&other)),
                Some(other) if said.as_ref() != Some(&other) => {
                    say(&format!(
                        "waiting for another run (--wait-for-other): {}\n",
                        other.words()
                    ));
                    said = Some(other);
                }
                Some(_) => {}
            }
        }
        sleep(LOOK_EVERY);
    }
}

fn refusal(other: &Other) -> Failure {
    Failure::could_not_run(
        format!(
            "another run of camsweep is under way over the same addresses, or asks their segment by multicast: {}",
            other.words()
        ),
        "let it end, wait for it with --wait-for-other, or name targets that it does not ask: no host is to see double the rate",
    )
}

/// Keeps other runs from looking while this one looks and leaves its mark; given back when dropped.
fn gate(place: &Path) -> Option<std::fs::File> {
    let gate = mark::gate_in(place)?;
    let begun = Instant::now();
    while gate.try_lock().is_err() {
        if begun.elapsed() > GATE_PATIENCE {
            return None;
        }
        sleep(Duration::from_millis(20));
    }
    Some(gate)
}

/// The network that this process sees: on Linux its namespace (namespaces(7)). The same address in another one is
/// another host.
fn network() -> String {
    let namespace = std::fs::read_link("/proc/self/ns/net");
    namespace.map_or_else(|_| "-".into(), |name| name.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests;
