//! Runs: begun, kept alive, closed, listed.

use std::io::{Read, Write};

use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use jiff::Timestamp;
use sqlx::any::{AnyQueryResult, AnyRow};
use sqlx::{AnyConnection, Connection, Row};

use super::census::Looked;
use super::devices::Source;
use super::diff::{Change, Diff, SCHEMA};
use super::{Known, Owed, Store, StoreError, chain, deliveries};
use crate::report::model::Report;

/// The most that a stored report unpacks to, in bytes: a store may be anybody's.
pub(super) const MAX_REPORT: u64 = 1 << 30;
/// How a run is marked that has not been closed.
pub(super) const RUNNING: &str = "running";

/// A run, as the history lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its number.
    pub run: i64,
    /// When it began, RFC 3339.
    pub started: String,
    /// When it ended, or for one that has not been closed its last sign of life.
    pub finished: String,
    /// `complete`, `incomplete`, `interrupted`, or `running` for one that has not been closed: it is under way, or was
    /// killed.
    pub ended: String,
    /// What was to be looked at.
    pub scope: Vec<String>,
    /// Hosts found.
    pub hosts: i64,
    /// Hikvision and Dahua units among them.
    pub units: i64,
    /// What changed.
    pub changes: i64,
}

impl Run {
    /// Whether it has not been closed.
    pub fn is_open(&self) -> bool {
        self.ended == RUNNING
    }
}

/// What the store says of a run that was closed.
#[derive(Debug, Clone)]
pub struct Remembered {
    /// The run's number.
    pub run: i64,
    /// What changed.
    pub diff: Diff,
    /// The units of the run that are not in the baseline; `None` where none was ever accepted.
    pub unexpected: Option<Vec<Known>>,
}

impl Store {
    /// Enters a run that begins now, and gives it a number.
    ///
    /// # Errors
    /// As the database has it.
    pub fn begin(&mut self, scope: &[String], now: Timestamp) -> Result<i64, StoreError> {
        let begun = async {
            let mut transaction = self.connection.begin_with(self.dialect.begin()).await?;
            let run = next_run(&mut transaction).await?;
            sqlx::query(
                "INSERT INTO runs (run, started, finished, ended, scope, hosts, units, not_looked_for) \
                 VALUES ($1, $2, $3, $4, $5, 0, 0, '[]')",
            )
            .bind(run)
            .bind(now.to_string())
            .bind(now.to_string())
            .bind(RUNNING)
            .bind(json(&scope)?)
            .execute(&mut *transaction)
            .await?;
            transaction.commit().await?;
            Ok(run)
        };
        let done = self.runtime.block_on(begun);
        done.map_err(|error| StoreError::of(&error, &self.name))
    }

    /// Keeps replies of a run that is under way (lines of `camsweep.reply/1`), and its sign of life.
    ///
    /// # Errors
    /// As the database has it.
    pub fn keep(&mut self, run: i64, part: i64, replies: &[u8], now: Timestamp) -> Result<(), StoreError> {
        let kept = async {
            let mut transaction = self.connection.begin_with(self.dialect.begin()).await?;
            sqlx::query("INSERT INTO parts (run, part, replies) VALUES ($1, $2, $3)")
                .bind(run)
                .bind(part)
                .bind(packed(replies)?)
                .execute(&mut *transaction)
                .await?;
            let alive = sqlx::query("UPDATE runs SET finished = $1 WHERE run = $2")
                .bind(now.to_string())
                .bind(run)
                .execute(&mut *transaction)
                .await?;
            is_there(&alive)?;
            transaction.commit().await
        };
        let done = self.runtime.block_on(kept);
        done.map_err(|error| self.unstored(run, &error))
    }

    /// The replies that a run has kept.
    ///
    /// # Errors
    /// As the database has it.
    pub fn replies(&mut self, run: i64) -> Result<Vec<u8>, StoreError> {
        let rows = sqlx::query("SELECT replies FROM parts WHERE run = $1 ORDER BY part").bind(run);
        let rows = self.runtime.block_on(rows.fetch_all(&mut self.connection));
        let rows = rows.map_err(|error| StoreError::of(&error, &self.name))?;
        let mut replies = Vec::new();
        for row in rows {
            let part = row.try_get::<Vec<u8>, _>(0).and_then(|bytes| unpacked(&bytes));
            replies.extend(part.map_err(|error| self.broken(run, &error))?);
        }
        Ok(replies)
    }

    /// Closes a run with its report: what changed comes back.
    ///
    /// # Errors
    /// As the database has it; nothing of it is stored then.
    pub fn finish(&mut self, run: i64, report: &Report) -> Result<Diff, StoreError> {
        let remembered = self.finish_owing(run, report, |_| Vec::new());
        remembered.map(|remembered| remembered.diff)
    }

    /// The same, with the notices that are `owed` once it is known what changed: either both are stored or neither.
    ///
    /// # Errors
    /// As the database has it; nothing of it is stored then.
    pub fn finish_owing(
        &mut self,
        run: i64,
        report: &Report,
        owed: impl FnOnce(&Remembered) -> Vec<Owed>,
    ) -> Result<Remembered, StoreError> {
        let closed = async {
            let mut transaction = self.connection.begin_with(self.dialect.begin()).await?;
            // Recorded replies were heard whenever their record says.
            let source = match report.plan.command == "judge" {
                true => Source::Report,
                false => Source::Live,
            };
            let diff = close(&mut transaction, run, report, &json(report)?, source).await?;
            let unexpected = super::devices::unexpected(&mut transaction, run).await?;
            let remembered = Remembered { run, diff, unexpected };
            deliveries::owe(&mut transaction, run, &owed(&remembered)).await?;
            transaction.commit().await?;
            Ok(remembered)
        };
        let done = self.runtime.block_on(closed);
        done.map_err(|error| self.unstored(run, &error))
    }

    /// Every run, the first one first.
    ///
    /// # Errors
    /// As the database has it.
    pub fn runs(&mut self) -> Result<Vec<Run>, StoreError> {
        let rows = sqlx::query(
            "SELECT run, started, finished, ended, scope, hosts, units, \
             (SELECT COUNT(*) FROM changes WHERE changes.run = runs.run) FROM runs ORDER BY run",
        );
        let rows = self.runtime.block_on(rows.fetch_all(&mut self.connection));
        let runs = rows.and_then(|rows| rows.iter().map(listed).collect());
        runs.map_err(|error| StoreError::of(&error, &self.name))
    }

    /// The closed run that ended last, which need not be the one that was stored last: `None` where there is none. One
    /// that ended in the future, by a wrong clock, comes before all others.
    ///
    /// # Errors
    /// As the database has it.
    pub fn latest(&mut self, now: Timestamp) -> Result<Option<Run>, StoreError> {
        let closed = self.runs()?.into_iter().filter(|run| !run.is_open());
        let ended = |run: &Run| run.finished.parse::<Timestamp>().ok().filter(|ended| *ended <= now);
        Ok(closed.max_by_key(|run| (ended(run), run.run)))
    }

    /// The report of a run; `None` for a run that has not been closed.
    ///
    /// # Errors
    /// Where there is no such run, or it cannot be read.
    pub fn report(&mut self, run: i64) -> Result<Option<Report>, StoreError> {
        let row = self.row(run, "SELECT report FROM runs WHERE run = $1")?;
        let bytes: Option<Vec<u8>> = row.try_get(0).map_err(|error| self.broken(run, &error))?;
        let report = bytes.map(|bytes| serde_json::from_slice(&unpacked(&bytes)?).map_err(decode));
        report
            .transpose()
            .map_err(|error: sqlx::Error| self.broken(run, &error))
    }

    /// What changed in a run against all that was known before it.
    ///
    /// # Errors
    /// Where there is no such run, or it cannot be read.
    pub fn diff(&mut self, run: i64) -> Result<Diff, StoreError> {
        let row = self.row(run, "SELECT not_looked_for FROM runs WHERE run = $1")?;
        let not_looked_for: Vec<Known> = text(&row, 0).map_err(|error| self.broken(run, &error))?;
        let rows = sqlx::query("SELECT change FROM changes WHERE run = $1 ORDER BY number").bind(run);
        let rows = self.runtime.block_on(rows.fetch_all(&mut self.connection));
        let rows = rows.map_err(|error| StoreError::of(&error, &self.name))?;
        let changes: sqlx::Result<Vec<Change>> = rows.iter().map(|row| text(row, 0)).collect();
        Ok(Diff {
            schema: SCHEMA.into(),
            earlier: None,
            later: run.to_string(),
            changes: changes.map_err(|error| self.broken(run, &error))?,
            not_looked_for,
        })
    }

    fn row(&mut self, run: i64, query: &'static str) -> Result<AnyRow, StoreError> {
        let row = sqlx::query(query).bind(run).fetch_optional(&mut self.connection);
        let row = self.runtime.block_on(row);
        let row = row.map_err(|error| StoreError::of(&error, &self.name))?;
        row.ok_or_else(|| StoreError::NoRun {
            name: self.name.clone(),
            run,
        })
    }

    /// Why a run could not be written that had been entered.
    fn unstored(&self, run: i64, error: &sqlx::Error) -> StoreError {
        match error {
            sqlx::Error::RowNotFound => StoreError::Forgotten {
                name: self.name.clone(),
                run,
            },
            error => StoreError::of(error, &self.name),
        }
    }

    fn broken(&self, run: i64, error: &sqlx::Error) -> StoreError {
        StoreError::Broken {
            name: self.name.clone(),
            run,
            why: error.to_string(),
        }
    }
}

/// A run that has no row any more cannot be written: what is told of it would be lost without a word.
fn is_there(written: &AnyQueryResult) -> sqlx::Result<()> {
    match written.rows_affected() {
        0 => Err(sqlx::Error::RowNotFound),
        _ => Ok(()),
    }
}

pub(super) async fn next_run(connection: &mut AnyConnection) -> sqlx::Result<i64> {
    let next = "UPDATE camsweep_store SET next_run = next_run + 1 RETURNING next_run";
    let row = sqlx::query(next).fetch_one(connection).await?;
    Ok(row.try_get::<i64, _>(0)? - 1)
}

/// `text`: the report as it is stored, which for one that was exported is what it was there.
pub(super) async fn close(
    connection: &mut AnyConnection,
    run: i64,
    report: &Report,
    text: &str,
    source: Source<'_>,
) -> sqlx::Result<Diff> {
    let diff = super::devices::enter(connection, run, report, source).await?;
    for (number, (device, change)) in (0_i64..).zip(&diff.changes) {
        sqlx::query("INSERT INTO changes (run, number, device, change) VALUES ($1, $2, $3, $4)")
            .bind(run)
            .bind(number)
            .bind(*device)
            .bind(json(change)?)
            .execute(&mut *connection)
            .await?;
    }
    let closed = "UPDATE runs SET started = $1, finished = $2, ended = $3, scope = $4, hosts = $5, units = $6, \
                  not_looked_for = $7, report = $8, looked = $9 WHERE run = $10";
    let closed = sqlx::query(closed)
        .bind(&report.started)
        .bind(&report.finished)
        .bind(report.ended.to_string())
        .bind(json(&report.plan.scope)?)
        .bind(report.summary.hosts as i64)
        .bind(report.summary.units as i64)
        .bind(json(&diff.not_looked_for)?)
        .bind(packed(text.as_bytes())?)
        .bind(json(&Looked::at(report))?)
        .bind(run)
        .execute(&mut *connection)
        .await?;
    is_there(&closed)?;
    sqlx::query("DELETE FROM parts WHERE run = $1")
        .bind(run)
        .execute(&mut *connection)
        .await?;
    chain::add(connection, run).await?;
    Ok(Diff {
        schema: SCHEMA.into(),
        earlier: None,
        later: run.to_string(),
        changes: diff.changes.into_iter().map(|(_, change)| change).collect(),
        not_looked_for: diff.not_looked_for,
    })
}

fn listed(row: &AnyRow) -> sqlx::Result<Run> {
    Ok(Run {
        run: row.try_get(0)?,
        started: row.try_get(1)?,
        finished: row.try_get::<Option<String>, _>(2)?.unwrap_or_default(),
        ended: row.try_get(3)?,
        scope: text(row, 4)?,
        hosts: row.try_get(5)?,
        units: row.try_get(6)?,
        changes: row.try_get(7)?,
    })
}

/// JSON of one of our own types.
pub(super) fn json(value: &impl serde::Serialize) -> sqlx::Result<String> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))
}

/// One of our own types in a column of text.
pub(super) fn text<T: serde::de::DeserializeOwned>(row: &AnyRow, column: usize) -> sqlx::Result<T> {
    serde_json::from_str(&row.try_get::<String, _>(column)?).map_err(decode)
}

fn decode(error: serde_json::Error) -> sqlx::Error {
    sqlx::Error::Decode(error.into())
}

fn packed(bytes: &[u8]) -> sqlx::Result<Vec<u8>> {
    let mut packing = ZlibEncoder::new(Vec::new(), Compression::fast());
    packing.write_all(bytes)?;
    Ok(packing.finish()?)
}

pub(super) fn unpacked(bytes: &[u8]) -> sqlx::Result<Vec<u8>> {
    let mut text = Vec::new();
    ZlibDecoder::new(bytes).take(MAX_REPORT).read_to_end(&mut text)?;
    Ok(text)
}
