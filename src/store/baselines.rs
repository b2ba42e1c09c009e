//! What the user has accepted as expected.

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Connection, Row};

use super::{Store, StoreError};

/// What the user has accepted as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    /// Its number.
    pub baseline: i64,
    /// When it was accepted, RFC 3339.
    pub accepted: String,
    /// The latest run then.
    pub run: i64,
    /// How many units.
    pub units: i64,
    /// Why.
    pub note: String,
}

impl Store {
    /// Accepts every unit that is there now as expected. `None` where no run has been closed yet.
    ///
    /// # Errors
    /// As the database has it.
    pub fn accept(&mut self, note: &str, now: Timestamp) -> Result<Option<Baseline>, StoreError> {
        let Some(run) = self.latest(now)?.map(|run| run.run) else {
            return Ok(None);
        };
        let accepted = async {
            let mut transaction = self.connection.begin_with(self.dialect.begin()).await?;
            let last = sqlx::query("SELECT COALESCE(MAX(baseline), 0) FROM baselines");
            let baseline = last.fetch_one(&mut *transaction).await?.try_get::<i64, _>(0)? + 1;
            let units = sqlx::query("UPDATE devices SET accepted = $1 WHERE present = 1").bind(baseline);
            let units = units.execute(&mut *transaction).await?.rows_affected() as i64;
            let insert = "INSERT INTO baselines (baseline, accepted, run, units, note) VALUES ($1, $2, $3, $4, $5)";
            sqlx::query(insert)
                .bind(baseline)
                .bind(now.to_string())
                .bind(run)
                .bind(units)
                .bind(note)
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
            Ok(Baseline {
                baseline,
                accepted: now.to_string(),
                run,
                units,
                note: note.to_owned(),
            })
        };
        let done = self.runtime.block_on(accepted);
        done.map(Some).map_err(|error| StoreError::of(&error, &self.name))
    }

    /// Every baseline, the first one first.
    ///
    /// # Errors
    /// As the database has it.
    pub fn baselines(&mut self) -> Result<Vec<Baseline>, StoreError> {
        let rows = sqlx::query("SELECT baseline, accepted, run, units, note FROM baselines ORDER BY baseline");
        let rows = self.runtime.block_on(rows.fetch_all(&mut self.connection));
        let of = |row: &AnyRow| {
            Ok(Baseline {
                baseline: row.try_get(0)?,
                accepted: row.try_get(1)?,
                run: row.try_get(2)?,
                units: row.try_get(3)?,
                note: row.try_get(4)?,
            })
        };
        let baselines = rows.and_then(|rows| rows.iter().map(of).collect());
        baselines.map_err(|error| StoreError::of(&error, &self.name))
    }
}
