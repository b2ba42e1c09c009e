//! The audit record: every closed run is a link that has the hash of what is stored of it and of the link before, so that
//! a run that is changed, taken away or slipped in is found. What was forgotten keeps its link, without what it was of.
//!
//! Whoever may write the store could write a chain anew: that is found by who has noted the last link's hash elsewhere.

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::runs::unpacked;
use super::{Store, StoreError};

/// What the hash of the first link stands on.
const BEGINNING: &str = "camsweep.chain/1";

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audit {
    /// Links in the chain.
    pub links: usize,
    /// The runs whose content was forgotten, each with when.
    pub forgotten: Vec<(i64, String)>,
    /// What does not fit, one thing each; none in a sound store.
    pub faults: Vec<String>,
    /// The last link's hash; note it elsewhere.
    pub head: Option<String>,
    /// Whether a hash that was noted before is in the chain.
    pub has_noted: bool,
}

struct Link {
    link: i64,
    run: i64,
    content: String,
    hash: String,
    forgotten: Option<String>,
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
    let content = content(connection, run).await?.unwrap_or_default();
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
    let forget = sqlx::query("UPDATE chain SET forgotten = $1 WHERE run = $2");
    forget.bind(now.to_string()).bind(run).execute(connection).await?;
    Ok(())
}

async fn audit(connection: &mut AnyConnection, noted: Option<&str>) -> sqlx::Result<Audit> {
    let mut audit = Audit {
        has_noted: noted.is_none(),
        ..Audit::default()
    };
    let rows = sqlx::query("SELECT link, run, content, hash, forgotten FROM chain ORDER BY link");
    let rows = rows.fetch_all(&mut *connection).await?;
    let (mut before, mut next) = (BEGINNING.to_owned(), 1);
    for row in &rows {
        let link = link(row)?;
        let run = link.run;
        if link.link != next {
            audit
                .faults
                .push(format!("links {next} to {} are missing", link.link - 1));
        }
        if hash_of(&before, link.link, run, &link.content) != link.hash {
            audit.faults.push(format!(
                "link {} (run {run}) does not follow from the one before",
                link.link
            ));
        }
        match (&link.forgotten, content(connection, run).await?) {
            (None, None) => audit
                .faults
                .push(format!("run {run} is missing, and was not forgotten by camsweep")),
            (None, Some(content)) if content != link.content => audit.faults.push(format!("run {run} was changed")),
            (Some(_), Some(_)) => audit
                .faults
                .push(format!("run {run} is there, though it was forgotten")),
            (Some(when), None) => audit.forgotten.push((run, when.clone())),
            (None, Some(_)) => {}
        }
        audit.has_noted |= noted.is_some_and(|noted| link.hash.eq_ignore_ascii_case(noted));
        (before, next) = (link.hash, link.link + 1);
    }
    audit.links = rows.len();
    audit.head = (!rows.is_empty()).then_some(before);
    let loose = "SELECT run FROM runs WHERE report IS NOT NULL AND NOT EXISTS \
                 (SELECT 1 FROM chain WHERE chain.run = runs.run) ORDER BY run";
    for row in sqlx::query(loose).fetch_all(connection).await? {
        audit
            .faults
            .push(format!("run {} is in no link", row.try_get::<i64, _>(0)?));
    }
    Ok(audit)
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
