//! The audit record: every closed run is a link that has the hash of what is stored of it and of the link before, so that
//! a run that is changed, taken away or slipped in is found. What was forgotten keeps its link, without what it was of.
//!
//! Whoever may write the store could write a chain anew: that is found by who has noted the last link's hash elsewhere.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::runs::unpacked;
use super::{Store, StoreError};
use crate::report::model::Report;

/// What the hash of the first link stands on.
const BEGINNING: &str = "camsweep.chain/1";

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audit {
    /// Links in the chain.
    pub links: usize,
    /// Chains that came with imported stores.
    pub imported: usize,
    /// The runs whose content was forgotten, each with when.
    pub forgotten: Vec<(i64, String)>,
    /// What does not fit, one thing each; none in a sound store.
    pub faults: Vec<String>,
    /// The last link's hash; note it elsewhere.
    pub head: Option<String>,
    /// Whether a hash that was noted before is in the chain.
    pub has_noted: bool,
}

/// One link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Link {
    /// Its place in the chain, from 1.
    pub link: i64,
    /// The run that it is of.
    pub run: i64,
    /// The hash of what is stored of the run.
    pub content: String,
    /// The hash of the link before, and of all of this one.
    pub hash: String,
    /// When the run was forgotten, RFC 3339.
    pub forgotten: Option<String>,
}

/// Goes along a chain.
#[derive(Debug)]
pub(super) struct Walk {
    before: String,
    next: i64,
}

impl Default for Walk {
    fn default() -> Walk {
        Walk {
            before: BEGINNING.to_owned(),
            next: 1,
        }
    }
}

impl Walk {
    /// Why the next link does not fit; it is gone on from, whether it does or not.
    pub(super) fn fault(&mut self, link: &Link) -> Option<String> {
        let missing = (link.link != self.next).then(|| format!("links {} to {} are missing", self.next, link.link - 1));
        let follows = hash_of(&self.before, link.link, link.run, &link.content) == link.hash;
        let loose = || {
            format!(
                "link {} (run {}) does not follow from the one before",
                link.link, link.run
            )
        };
        (self.before, self.next) = (link.hash.clone(), link.link + 1);
        missing.or_else(|| (!follows).then(loose))
    }
}

impl Store {
    /// Goes through the chain. `noted`: a hash that was noted before.
    ///
    /// # Errors
    /// As the database has it. What does not fit is no error.
    pub fn audit(&mut self, noted: Option<&str>) -> Result<Audit, StoreError> {
        let audit = self.runtime.block_on(audit(&mut self.connection, noted));
        audit.map_err(|error| StoreError::of(&error, &self.name))
    }
}

/// Adds a run that has just been closed.
pub(super) async fn add(connection: &mut AnyConnection, run: i64) -> sqlx::Result<()> {
    let last = sqlx::query("SELECT link, hash FROM chain ORDER BY link DESC LIMIT 1");
    let last = last.fetch_optional(&mut *connection).await?;
    let (link, before): (i64, String) = match last {
        Some(row) => (row.try_get::<i64, _>(0)? + 1, row.try_get(1)?),
        None => (1, BEGINNING.to_owned()),
    };
    let content = content(connection, run).await?.ok_or(sqlx::Error::RowNotFound)?;
    let hash = hash_of(&before, link, run, &content);
    sqlx::query("INSERT INTO chain (link, run, content, hash) VALUES ($1, $2, $3, $4)")
        .bind(link)
        .bind(run)
        .bind(content)
        .bind(hash)
        .execute(connection)
        .await?;
    Ok(())
}

/// Says of a run that its content is forgotten.
pub(super) async fn forget(connection: &mut AnyConnection, run: i64, now: Timestamp) -> sqlx::Result<()> {
    for chain in [
        "UPDATE chain SET forgotten = $1 WHERE run = $2",
        "UPDATE imported SET forgotten = $1 WHERE here = $2",
    ] {
        let forget = sqlx::query(chain).bind(now.to_string()).bind(run);
        forget.execute(&mut *connection).await?;
    }
    Ok(())
}

async fn audit(connection: &mut AnyConnection, noted: Option<&str>) -> sqlx::Result<Audit> {
    let mut audit = Audit {
        has_noted: noted.is_none(),
        ..Audit::default()
    };
    let mut walk = Walk::default();
    for link in links(connection).await? {
        audit.faults.extend(walk.fault(&link));
        match compared(connection, &link, link.run).await? {
            Ok(()) => {}
            Err(fault) => audit.faults.push(fault),
        }
        if let Some(when) = link.forgotten {
            audit.forgotten.push((link.run, when));
        }
        audit.has_noted |= noted.is_some_and(|noted| link.hash.eq_ignore_ascii_case(noted));
        audit.links += 1;
        audit.head = Some(link.hash);
    }
    let loose = "SELECT run FROM runs WHERE report IS NOT NULL AND NOT EXISTS \
                 (SELECT 1 FROM chain WHERE chain.run = runs.run) ORDER BY run";
    for row in sqlx::query(loose).fetch_all(&mut *connection).await? {
        audit
            .faults
            .push(format!("run {} is in no link", row.try_get::<i64, _>(0)?));
    }
    imported(connection, &mut audit, noted).await?;
    Ok(audit)
}

/// What does not fit between a link and what is stored of its run, which has the number `here`.
async fn compared(connection: &mut AnyConnection, link: &Link, here: i64) -> sqlx::Result<Result<(), String>> {
    Ok(match (&link.forgotten, content(connection, here).await?) {
        (None, None) => Err(format!("run {here} is missing, and was not forgotten by camsweep")),
        (None, Some(content)) if content != link.content => Err(format!("run {here} was changed")),
        (Some(_), Some(_)) => Err(format!("run {here} is there, though it was forgotten")),
        _ => Ok(()),
    })
}

/// Goes through the chains that came with imported stores.
async fn imported(connection: &mut AnyConnection, audit: &mut Audit, noted: Option<&str>) -> sqlx::Result<()> {
    let rows = "SELECT link, run, content, hash, forgotten, origin, here FROM imported ORDER BY origin, link";
    let (mut walk, mut last) = (Walk::default(), String::new());
    for row in sqlx::query(rows).fetch_all(&mut *connection).await? {
        let (link, origin) = (link(&row)?, row.try_get::<String, _>(5)?);
        if origin != last {
            (walk, last) = (Walk::default(), origin);
            audit.imported += 1;
        }
        let of = |fault: String| format!("imported chain {}: {fault}", last.get(..12).unwrap_or(&last));
        audit.faults.extend(walk.fault(&link).map(of));
        // What was forgotten there never came here.
        if let Some(here) = row.try_get::<Option<i64>, _>(6)? {
            audit
                .faults
                .extend(compared(connection, &link, here).await?.err().map(of));
        }
        audit.has_noted |= noted.is_some_and(|noted| link.hash.eq_ignore_ascii_case(noted));
    }
    Ok(())
}

/// Keeps a link that came with an import. Whether it is the same as the one that came before, if one did.
pub(super) async fn keep(
    connection: &mut AnyConnection,
    origin: &str,
    link: &Link,
    here: Option<i64>,
) -> sqlx::Result<bool> {
    let known = sqlx::query("SELECT hash FROM imported WHERE origin = $1 AND link = $2");
    let known = known
        .bind(origin)
        .bind(link.link)
        .fetch_optional(&mut *connection)
        .await?;
    if let Some(row) = known {
        return Ok(row.try_get::<String, _>(0)? == link.hash);
    }
    let insert = "INSERT INTO imported (origin, link, run, content, hash, forgotten, here) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7)";
    sqlx::query(insert)
        .bind(origin)
        .bind(link.link)
        .bind(link.run)
        .bind(&link.content)
        .bind(&link.hash)
        .bind(&link.forgotten)
        .bind(here)
        .execute(connection)
        .await?;
    Ok(true)
}

/// What a content is here.
pub(super) enum Here {
    /// This run's.
    Run(i64),
    /// Of a run that was forgotten here.
    Forgotten,
    /// Nobody's.
    Unknown,
}

/// Whose content it is. A report that was made anew from a stored run has the same times, and is another content.
pub(super) async fn whose(connection: &mut AnyConnection, content: &str) -> sqlx::Result<Here> {
    let query = "SELECT run, forgotten FROM chain WHERE content = $1 ORDER BY forgotten IS NOT NULL, link LIMIT 1";
    let row = sqlx::query(query).bind(content).fetch_optional(connection).await?;
    let Some(row) = row else { return Ok(Here::Unknown) };
    Ok(match row.try_get::<Option<String>, _>(1)? {
        Some(_) => Here::Forgotten,
        None => Here::Run(row.try_get(0)?),
    })
}

/// Whether an imported chain is this store's own, which came back.
pub(super) async fn is_own(connection: &mut AnyConnection, origin: &str) -> sqlx::Result<bool> {
    let own = sqlx::query("SELECT hash FROM chain WHERE link = 1 AND hash = $1").bind(origin);
    Ok(own.fetch_optional(connection).await?.is_some())
}

/// Every link, the first one first.
pub(super) async fn links(connection: &mut AnyConnection) -> sqlx::Result<Vec<Link>> {
    let rows = sqlx::query("SELECT link, run, content, hash, forgotten FROM chain ORDER BY link");
    rows.fetch_all(connection).await?.iter().map(link).collect()
}

fn link(row: &AnyRow) -> sqlx::Result<Link> {
    Ok(Link {
        link: row.try_get(0)?,
        run: row.try_get(1)?,
        content: row.try_get(2)?,
        hash: row.try_get(3)?,
        forgotten: row.try_get(4)?,
    })
}

/// The hash of a report that is closed, as [`content`] has it. `text`: the report in the bytes that are stored.
pub(super) fn content_of(report: &Report, text: &str) -> String {
    let mut hash = Sha256::new();
    let scope = serde_json::to_string(&report.plan.scope).unwrap_or_default();
    for column in [&report.started, &report.finished, &report.ended.to_string(), &scope] {
        hash.update(column);
        hash.update("\n");
    }
    hash.update(text);
    hex(hash)
}

/// The hash of what is stored of a closed run; `None` where nothing is. What can be made again from the reports (units,
/// sightings, changes) is not in it.
async fn content(connection: &mut AnyConnection, run: i64) -> sqlx::Result<Option<String>> {
    let row = sqlx::query("SELECT started, finished, ended, scope, report FROM runs WHERE run = $1");
    let Some(row) = row.bind(run).fetch_optional(connection).await? else {
        return Ok(None);
    };
    let mut hash = Sha256::new();
    for column in 0..4 {
        let text: Option<String> = row.try_get(column)?;
        hash.update(text.unwrap_or_default());
        hash.update("\n");
    }
    let report: Option<Vec<u8>> = row.try_get(4)?;
    // Bytes that do not unpack are another content, and no error.
    let report = report.map(|bytes| unpacked(&bytes).unwrap_or(bytes));
    hash.update(report.unwrap_or_default());
    Ok(Some(hex(hash)))
}

fn hash_of(before: &str, link: i64, run: i64, content: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(format!("{before}\n{link}\n{run}\n{content}\n"));
    hex(hash)
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
