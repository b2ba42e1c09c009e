//! What a scan leaves in the store while it runs and when it ends. The store has a thread of its own, so that a slow
//! disk holds up no packet.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::Failure;
use super::args::store::KeepArgs;
use super::history::{self, failed, make};
use crate::report::escape::escape;
use crate::report::model::Report;
use crate::store::{Owed, Place, Remembered, Store, StoreError};

/// How long replies wait before they are kept, and how long a run is without a sign of life.
const EVERY: Duration = Duration::from_secs(1);
/// How much waits at the most, in bytes.
const MUCH: usize = 1 << 20;

/// A run that is being stored.
#[derive(Debug)]
pub struct Memory {
    place: Place,
    run: i64,
    replies: Sender<String>,
    keeper: JoinHandle<(Store, Option<StoreError>)>,
}

impl Memory {
    /// Enters a run that begins now, if it is to be stored.
    ///
    /// # Errors
    /// Where the store cannot be used; the run can go on without it.
    pub fn begin(place: Result<Option<Place>, Failure>, scope: &[String]) -> Result<Option<Memory>, Failure> {
        let Some(place) = place? else {
            return Ok(None);
        };
        let mut store = make(&place)?;
        let run = store.begin(scope, Timestamp::now()).map_err(|error| failed(&error))?;
        let (replies, kept) = channel();
        let keeper = std::thread::spawn(move || {
            let trouble = keep(&mut store, run, &kept).err();
            (store, trouble)
        });
        Ok(Some(Memory {
            place,
            run,
            replies,
            keeper,
        }))
    }

    /// Takes lines of replies for as long as it lives.
    pub fn replies(&self) -> Sender<String> {
        self.replies.clone()
    }

    /// Closes the run, with the notices that it owes. Every sender of [`replies`](Memory::replies) must be gone.
    ///
    /// # Errors
    /// Where the report could not be stored. That replies could not be kept on the way is no matter then.
    pub fn finish(
        self,
        report: &Report,
        owed: impl FnOnce(&Remembered) -> Vec<Owed>,
    ) -> Result<(Store, Remembered), Failure> {
        let Memory {
            place,
            run,
            replies,
            keeper,
        } = self;
        drop(replies);
        let broken = |_| {
            Failure::could_not_run(
                "the store's thread ended",
                "camsweep import REPORT.json stores the report",
            )
        };
        let (mut store, trouble) = keeper.join().map_err(broken)?;
        if trouble.is_some() {
            // On a full disk SQLite rolls back by itself (sqlite.org/lang_transaction.html), and the driver goes on as if
            // within that transaction; a server may have been started anew.
            store = Store::open(&place, false).map_err(|error| failed(&error))?;
        }
        let remembered = store.finish_owing(run, report, owed).map_err(|error| failed(&error))?;
        Ok((store, remembered))
    }
}

/// What is said of it before the first packet. Where the usual store is depends on who this process is by then.
pub fn announced(args: &KeepArgs) -> String {
    let named = args.store.as_deref().filter(|_| !args.no_store);
    let name = named.map(|named| match (named, named.parse::<Place>()) {
        ("default", _) => "the usual one of this machine or user".to_owned(),
        (_, Ok(place)) => place.name(),
    });
    name.map(|name| format!("  remembered in a store: {}\n", escape(&name)))
        .unwrap_or_default()
}

/// Where a run is to be stored; `None` where it is not.
///
/// # Errors
/// Where there can be no store.
pub fn place(args: &KeepArgs) -> Result<Option<Place>, Failure> {
    let named = args.store.as_deref().filter(|_| !args.no_store);
    named.map(history::prepared).transpose()
}

/// What is said after a run that was stored; of a `redacted` one no more than counts.
pub fn words(remembered: &Remembered, redacted: bool) -> String {
    let mut text = match redacted {
        true => history::sums(&remembered.diff),
        false => history::words(&remembered.diff),
    };
    if let Some(units) = remembered.unexpected.as_ref().filter(|units| !units.is_empty()) {
        text.push_str(&format!(
            "  {} unit(s) are not in the baseline: camsweep baseline accept\n",
            units.len()
        ));
    }
    text
}

/// Keeps what comes until nobody sends any more. After the first trouble it only listens: the report still comes.
fn keep(store: &mut Store, run: i64, replies: &Receiver<String>) -> Result<(), StoreError> {
    let (mut waiting, mut part, mut since) = (String::new(), 0, Instant::now());
    loop {
        let next = replies.recv_timeout(EVERY.saturating_sub(since.elapsed()));
        let over = next == Err(RecvTimeoutError::Disconnected);
        if let Ok(line) = next {
            waiting.push_str(&line);
            waiting.push('\n');
        }
        if over {
            return Ok(());
        }
        if since.elapsed() >= EVERY || waiting.len() >= MUCH {
            store.keep(run, part, waiting.as_bytes(), Timestamp::now())?;
            waiting.clear();
            part += 1;
            since = Instant::now();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_run_will_be_remembered_is_said_beforehand() {
        let table = [
            (None, false, ""),
            (Some("s"), true, ""),
            (Some("s"), false, "  remembered in a store: s\n"),
            (
                Some("default"),
                false,
                "  remembered in a store: the usual one of this machine or user\n",
            ),
            (
                Some("postgres://ann:s3cret@db/cctv"),
                false,
                "  remembered in a store: postgres://ann@db/cctv\n",
            ),
        ];
        for (store, no_store, words) in table {
            let args = KeepArgs {
                store: store.map(str::to_owned),
                no_store,
                ..KeepArgs::default()
            };
            assert_eq!(announced(&args), words, "{store:?}");
        }
    }
}
