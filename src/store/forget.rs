//! Runs are forgotten, with the units that no other run saw.

use jiff::{SignedDuration, Timestamp};
use sqlx::Connection;

use super::{Run, Store, StoreError, chain};

/// How long after its last sign of life an open run may still be under way. It gives one every second; a machine may
/// have slept meanwhile.
const ALIVE: SignedDuration = SignedDuration::from_hours(1);

/// What was forgotten.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Runs.
    pub runs: u64,
    /// Units that no run that is left has seen.
    pub units: u64,
    /// Open runs that were left alone, since they may be under way.
    pub under_way: u64,
}

impl Store {
    /// Forgets the runs that ended before a time, and the units that no run that is left has seen. An open run with a
    /// sign of life in the last hour is left alone: its report could not be stored any more.
    ///
    /// # Errors
    /// As the database has it; nothing is forgotten then.
    pub fn forget(&mut self, before: Timestamp, now: Timestamp) -> Result<Forgotten, StoreError> {
        let old = self.runs()?.into_iter().filter(|run| ended_before(run, before));
        let (under_way, old): (Vec<Run>, Vec<Run>) = old.partition(|run| may_be_under_way(run, now));
        let forgotten = async {
            let mut transaction = self.connection.begin_with(self.dialect.begin()).await?;
            for Run { run, .. } in &old {
                for table in [
                    "DELETE FROM parts WHERE run = $1",
                    "DELETE FROM sightings WHERE run = $1",
                    "DELETE FROM changes WHERE run = $1",
                    "DELETE FROM deliveries WHERE run = $1",
                    "DELETE FROM runs WHERE run = $1",
                ] {
                    sqlx::query(table).bind(*run).execute(&mut *transaction).await?;
                }
                chain::forget(&mut transaction, *run, now).await?;
            }
            let unseen = "DELETE FROM devices WHERE NOT EXISTS \
                          (SELECT 1 FROM sightings WHERE sightings.device = devices.device)";
            let units = sqlx::query(unseen).execute(&mut *transaction).await?.rows_affected();
            let orphans = "DELETE FROM changes WHERE NOT EXISTS \
                           (SELECT 1 FROM devices WHERE devices.device = changes.device)";
            sqlx::query(orphans).execute(&mut *transaction).await?;
            transaction.commit().await?;
            Ok(Forgotten {
                runs: old.len() as u64,
                units,
                under_way: under_way.len() as u64,
            })
        };
        let done = self.runtime.block_on(forgotten);
        done.map_err(|error| StoreError::of(&error, &self.name))
    }
}

fn ended_before(run: &Run, time: Timestamp) -> bool {
    run.finished.parse::<Timestamp>().is_ok_and(|finished| finished < time)
}

fn may_be_under_way(run: &Run, now: Timestamp) -> bool {
    let sign = run.finished.parse::<Timestamp>();
    run.is_open() && sign.is_ok_and(|sign| now.duration_since(sign).abs() < ALIVE)
}
