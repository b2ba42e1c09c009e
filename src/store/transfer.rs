//! What comes from elsewhere and goes there: single reports, and whole stores (`camsweep.export/1`).
//!
//! An export is a line for each link of the chain, with the report in the very bytes that the link was made of. Who
//! imports it goes through the chain first, and keeps it beside its own: the runs can be held against it for as long as
//! they are there.

use std::io;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, Connection, Row};
use thiserror::Error;

use super::chain::{self, Here, Link, Walk};
use super::devices::Source;
use super::diff::Diff;
use super::runs::{RUNNING, close, json, next_run, unpacked};
use super::{Store, StoreError};
use crate::report::model::Report;

/// The name and version of the format of a whole store.
pub const SCHEMA: &str = "camsweep.export/1";

/// A line of an export after its first one, which has the schema alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// The link of the chain.
    #[serde(flatten)]
    pub link: Link,
    /// The report, as it was stored; none where it was forgotten.
    pub report: Option<String>,
}

/// What was exported.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exported {
    /// Links of the chain.
    pub links: u64,
    /// Runs among them that were not forgotten.
    pub runs: u64,
}

/// What an import brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merged {
    /// Links of the chain.
    pub links: u64,
    /// The runs that were stored, by their numbers here.
    pub stored: Vec<i64>,
    /// Runs that were stored already.
    pub known: u64,
    /// Runs that had been forgotten there.
    pub forgotten: u64,
    /// Runs that had been forgotten here, and stay so.
    pub forgotten_here: u64,
    /// Runs among the stored ones that end in the future, and so say nothing of units.
    pub ahead: u64,
}

/// Why a store could not be exported or imported.
#[derive(Debug, Error)]
pub enum TransferError {
    /// The store itself.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file.
    #[error("{0}")]
    File(#[from] io::Error),
    /// What is in the file is not what was exported.
    #[error("link {link}: {why}")]
    Broken {
        /// The first link that does not fit.
        link: i64,
        /// Why.
        why: String,
    },
    /// The chain goes on otherwise than the one that was imported before.
    #[error("link {link}: it is not the one that was imported before")]
    Forked {
        /// The first link that differs.
        link: i64,
    },
    /// The store itself, in the middle of an import.
    #[error("{why}")]
    Halfway {
        /// How many runs were stored by then.
        stored: usize,
        /// Why.
        why: StoreError,
    },
    /// The report of a link is none.
    #[error("link {link} has no report that this version reads: {why}")]
    Unreadable {
        /// The link.
        link: i64,
        /// Why.
        why: serde_json::Error,
    },
}

impl Store {
    /// Stores a report that was made elsewhere or before; `None` where it is stored already.
    ///
    /// # Errors
    /// Where it ends in the future; else as the database has it.
    pub fn import(&mut self, report: &Report, now: Timestamp) -> Result<Option<(i64, Diff)>, StoreError> {
        if is_ahead(report, now) {
            let finished = report.finished.clone();
            return Err(StoreError::Ahead { finished });
        }
        let stored = async {
            let mut transaction = self.connection.begin_with(self.dialect.begin()).await?;
            lock(&mut transaction).await?;
            if same(&mut transaction, report).await?.is_some() {
                return Ok(None);
            }
            let stored = insert(&mut transaction, report, &json(report)?, Source::Report).await?;
            transaction.commit().await?;
            Ok(Some(stored))
        };
        let done = self.runtime.block_on(stored);
        done.map_err(|error| StoreError::of(&error, &self.name))
    }

    /// Hands over every link of the chain, the first one first, as of one moment.
    ///
    /// # Errors
    /// As the database has it, or the first that `take` has.
    pub fn export(&mut self, mut take: impl FnMut(&Line) -> io::Result<()>) -> Result<Exported, TransferError> {
        let (runtime, connection, dialect) = (&self.runtime, &mut self.connection, self.dialect);
        let exported = runtime.block_on(async {
            let mut exported = Exported::default();
            let mut transaction = connection.begin_with(dialect.begin_reading()).await?;
            for link in chain::links(&mut transaction).await? {
                let report = stored(&mut transaction, link.run).await?;
                exported.links += 1;
                exported.runs += u64::from(report.is_some());
                if let Err(error) = take(&Line { link, report }) {
                    return Ok(Err(error));
                }
            }
            Ok(Ok(exported))
        });
        let exported = exported.map_err(|error| StoreError::of(&error, &self.name))?;
        Ok(exported?)
    }

    /// Takes an export in, a run at a time, so that others get to the store meanwhile. `open`: its lines, which are gone
    /// through twice, as nothing of an export is stored in which something does not fit.
    ///
    /// # Errors
    /// As the database has it, with how many runs were stored by then; or what does not fit, and nothing was.
    pub fn merge<I: Iterator<Item = io::Result<Line>>>(
        &mut self,
        open: impl Fn() -> io::Result<I>,
        now: Timestamp,
    ) -> Result<Merged, TransferError> {
        let mut walk = Walk::default();
        for line in open()? {
            sound(&mut walk, &line?)?;
        }
        let (mut walk, mut merged, mut origin) = (Walk::default(), Merged::default(), None);
        for line in open()? {
            let line = line?;
            let report = sound(&mut walk, &line)?;
            let origin = origin.get_or_insert_with(|| line.link.hash.clone());
            let taken = self.take_in(origin, &line, report.as_ref(), now, &mut merged);
            taken.map_err(|error| match error {
                TransferError::Store(why) => TransferError::Halfway {
                    stored: merged.stored.len(),
                    why,
                },
                error => error,
            })?;
        }
        Ok(merged)
    }

    fn take_in(
        &mut self,
        origin: &str,
        line: &Line,
        report: Option<&Report>,
        now: Timestamp,
        merged: &mut Merged,
    ) -> Result<(), TransferError> {
        let text = line.report.as_deref().unwrap_or_default();
        let ends_ahead = report.is_some_and(|report| is_ahead(report, now));
        let taken = async {
            let mut transaction = self.connection.begin_with(self.dialect.begin()).await?;
            lock(&mut transaction).await?;
            let whose = chain::whose(&mut transaction, &line.link.content).await?;
            let known = match whose {
                Here::Run(run) if report.is_some() => Some(run),
                _ => None,
            };
            let forgotten = report.is_some() && matches!(whose, Here::Forgotten);
            let source = match chain::is_own(&mut transaction, origin).await? {
                _ if ends_ahead => Source::Ahead,
                true => Source::Report,
                false => Source::Store(origin),
            };
            let new = match (report, whose) {
                (Some(report), Here::Unknown) => Some(insert(&mut transaction, report, text, source).await?.0),
                _ => None,
            };
            let is_same = chain::keep(&mut transaction, origin, &line.link, known.or(new)).await?;
            if is_same {
                transaction.commit().await?;
            }
            Ok((is_same, known, new, forgotten))
        };
        let taken = self.runtime.block_on(taken);
        let (is_same, known, new, forgotten) = taken.map_err(|error| StoreError::of(&error, &self.name))?;
        if !is_same {
            return Err(TransferError::Forked { link: line.link.link });
        }
        merged.links += 1;
        merged.known += u64::from(known.is_some());
        merged.forgotten += u64::from(report.is_none() && !line.link.is_of_forgetting());
        merged.forgotten_here += u64::from(forgotten);
        merged.ahead += u64::from(new.is_some() && ends_ahead);
        merged.stored.extend(new);
        Ok(())
    }
}

/// The report of a line that is what its link was made of, and whose link follows from the one before.
fn sound(walk: &mut Walk, line: &Line) -> Result<Option<Report>, TransferError> {
    let link = line.link.link;
    let broken = |why: String| TransferError::Broken { link, why };
    if let Some(why) = walk.fault(&line.link) {
        return Err(broken(why));
    }
    let Some(text) = &line.report else {
        let missing = || broken("its run is missing, and was not forgotten by camsweep".to_owned());
        return line.link.forgotten.as_ref().map(|_| None).ok_or_else(missing);
    };
    if line.link.forgotten.is_some() {
        return Err(broken("its run is there, though it was forgotten".to_owned()));
    }
    let report = serde_json::from_str(text).map_err(|why| TransferError::Unreadable { link, why })?;
    match chain::content_of(&report, text) == line.link.content {
        true => Ok(Some(report)),
        false => Err(broken("its run was changed".to_owned())),
    }
}

/// Whether it ends later than now, and than clocks differ.
fn is_ahead(report: &Report, now: Timestamp) -> bool {
    let finished = report.finished.parse::<Timestamp>();
    finished.is_ok_and(|finished| finished.duration_since(now) > SignedDuration::from_hours(1))
}

/// So that two that import one report do not store it twice.
async fn lock(connection: &mut AnyConnection) -> sqlx::Result<()> {
    let lock = sqlx::query("UPDATE camsweep_store SET next_run = next_run");
    lock.execute(connection).await.map(drop)
}

/// The run that has this report.
async fn same(connection: &mut AnyConnection, report: &Report) -> sqlx::Result<Option<i64>> {
    let same = "SELECT run FROM runs WHERE started = $1 AND finished = $2 AND scope = $3 AND report IS NOT NULL";
    let same = sqlx::query(same)
        .bind(&report.started)
        .bind(&report.finished)
        .bind(json(&report.plan.scope)?)
        .fetch_optional(connection)
        .await?;
    same.map(|row| row.try_get(0)).transpose()
}

async fn insert(
    connection: &mut AnyConnection,
    report: &Report,
    text: &str,
    source: Source<'_>,
) -> sqlx::Result<(i64, Diff)> {
    let run = next_run(connection).await?;
    sqlx::query(
        "INSERT INTO runs (run, started, finished, ended, scope, hosts, units, not_looked_for) \
         VALUES ($1, $2, $3, $4, $5, 0, 0, '[]')",
    )
    .bind(run)
    .bind(&report.started)
    .bind(&report.finished)
    .bind(RUNNING)
    .bind(json(&report.plan.scope)?)
    .execute(&mut *connection)
    .await?;
    Ok((run, close(connection, run, report, text, source).await?))
}

/// The report of a run in its own bytes.
async fn stored(connection: &mut AnyConnection, run: i64) -> sqlx::Result<Option<String>> {
    let row = sqlx::query("SELECT report FROM runs WHERE run = $1").bind(run);
    let row = row.fetch_optional(connection).await?;
    let packed: Option<Vec<u8>> = row.map(|row| row.try_get(0)).transpose()?.flatten();
    let text = packed.map(|bytes| unpacked(&bytes).map(|text| String::from_utf8_lossy(&text).into_owned()));
    text.transpose()
}
