//! Notices that are owed: entered with the run that they tell of, in the same transaction, and kept until they have been
//! delivered. So whoever is killed in between owes them still.

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::{Store, StoreError};

/// How long who has begun to send a notice has it for itself, in seconds: longer than sending one may take.
const CLAIM: i64 = 300;
/// How much is kept of why something was not delivered, in characters: a server may say anything.
const MAX_TROUBLE: usize = 500;

/// A notice that is to be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// How: `mail`, `webhook`.
    pub way: String,
    /// To whom, as it may be shown.
    pub target: String,
    /// What: a document of `camsweep.notice/1`.
    pub notice: String,
}

/// One that has not been delivered yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The run that it tells of.
    pub run: i64,
    /// Its number among those of the run.
    pub number: i64,
    /// What, how and to whom.
    pub owed: Owed,
    /// How often it was tried.
    pub tries: i64,
    /// When last, RFC 3339.
    pub tried: Option<String>,
    /// Why it was not delivered then. May have any character that a server sends.
    pub trouble: Option<String>,
}

impl Store {
    /// What has not been delivered, the oldest first.
    ///
    /// # Errors
    /// As the database has it.
    pub fn waiting(&mut self) -> Result<Vec<Delivery>, StoreError> {
        let rows = sqlx::query(
            "SELECT run, number, way, target, notice, tries, tried, trouble FROM deliveries \
             WHERE delivered IS NULL ORDER BY run, number",
        );
        let rows = self.runtime.block_on(rows.fetch_all(&mut self.connection));
        let waiting = rows.and_then(|rows| rows.iter().map(listed).collect());
        waiting.map_err(|error| StoreError::of(&error, &self.name))
    }

    /// Begins to deliver one. `false` where it was delivered by now, or another run is at it.
    ///
    /// # Errors
    /// As the database has it.
    pub fn claim(&mut self, delivery: &Delivery, now: Timestamp) -> Result<bool, StoreError> {
        let claim = sqlx::query(
            "UPDATE deliveries SET claimed = $1, tries = tries + 1, tried = $2 \
             WHERE run = $3 AND number = $4 AND delivered IS NULL AND (claimed IS NULL OR claimed < $5)",
        )
        .bind(now.as_second())
        .bind(now.to_string())
        .bind(delivery.run)
        .bind(delivery.number)
        .bind(now.as_second() - CLAIM);
        let claimed = self.runtime.block_on(claim.execute(&mut self.connection));
        let claimed = claimed.map_err(|error| StoreError::of(&error, &self.name))?;
        Ok(claimed.rows_affected() > 0)
    }

    /// Says how it went with one that was claimed. What was delivered is not kept.
    ///
    /// # Errors
    /// As the database has it.
    pub fn settle(&mut self, delivery: &Delivery, went: Result<(), &str>, now: Timestamp) -> Result<(), StoreError> {
        let (settle, word) = match went {
            Ok(()) => (
                "UPDATE deliveries SET claimed = NULL, trouble = NULL, notice = '', delivered = $1 \
                 WHERE run = $2 AND number = $3",
                now.to_string(),
            ),
            Err(why) => (
                "UPDATE deliveries SET claimed = NULL, trouble = $1 WHERE run = $2 AND number = $3",
                // PostgreSQL takes no zero in a text.
                why.chars().filter(|c| *c != '\0').take(MAX_TROUBLE).collect(),
            ),
        };
        let settle = sqlx::query(settle).bind(word).bind(delivery.run).bind(delivery.number);
        let settled = self.runtime.block_on(settle.execute(&mut self.connection));
        settled.map(drop).map_err(|error| StoreError::of(&error, &self.name))
    }

    /// Gives up what is waiting of a run. How many.
    ///
    /// # Errors
    /// As the database has it.
    pub fn give_up(&mut self, run: i64) -> Result<u64, StoreError> {
        let give_up = sqlx::query("DELETE FROM deliveries WHERE run = $1 AND delivered IS NULL").bind(run);
        let given_up = self.runtime.block_on(give_up.execute(&mut self.connection));
        let given_up = given_up.map_err(|error| StoreError::of(&error, &self.name))?;
        Ok(given_up.rows_affected())
    }
}

/// Enters what a run owes.
pub(super) async fn owe(connection: &mut AnyConnection, run: i64, owed: &[Owed]) -> sqlx::Result<()> {
    for (number, one) in (1_i64..).zip(owed) {
        let insert = "INSERT INTO deliveries (run, number, way, target, notice, tries) VALUES ($1, $2, $3, $4, $5, 0)";
        sqlx::query(insert)
            .bind(run)
            .bind(number)
            .bind(&one.way)
            .bind(&one.target)
            .bind(&one.notice)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

fn listed(row: &AnyRow) -> sqlx::Result<Delivery> {
    Ok(Delivery {
        run: row.try_get(0)?,
        number: row.try_get(1)?,
        owed: Owed {
            way: row.try_get(2)?,
            target: row.try_get(3)?,
            notice: row.try_get(4)?,
        },
        tries: row.try_get(5)?,
        tried: row.try_get(6)?,
        trouble: row.try_get(7)?,
    })
}
