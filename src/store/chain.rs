//! The audit record: every closed run is a link that has the hash of what is stored of it and of the link before, so that
//! a run that is changed, taken away or slipped in is found. What was forgotten keeps its link, without what it was of, and
//! another link says that it was forgotten.
//!
//! Whoever may write the store could write a chain anew: that is found by who has noted the last link's hash elsewhere.

use std::collections::HashSet;

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
/// How the content of a link begins that says that a run was forgotten; the time follows.
const FORGOTTEN: &str = "forgotten ";

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audit {
    /// Closed runs in the chain.
    pub links: usize,
    /// Chains that came with imported stores.
    pub imported: usize,
    /// The runs that were forgotten, each with when.
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
    /// The hash of what is stored of the run; `forgotten ` and when, RFC 3339, in a link that says that it was forgotten.
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

impl Link {
    /// Whether it says no more than that a run was forgotten.
    pub(super) fn is_of_forgetting(&self) -> bool {
        self.content.starts_with(FORGOTTEN)
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
    let content = content(connection, run).await?.ok_or(sqlx::Error::RowNotFound)?;
    append(connection, run, &content, None).await
}

async fn append(
    connection: &mut AnyConnection,
    run: i64,
    content: &str,
    forgotten: Option<String>,
) -> sqlx::Result<()> {
    let last = sqlx::query("SELECT link, hash FROM chain ORDER BY link DESC LIMIT 1");
    let last = last.fetch_optional(&mut *connection).await?;
    let (link, before): (i64, String) = match last {
        Some(row) => (row.try_get::<i64, _>(0)? + 1, row.try_get(1)?),
        None => (1, BEGINNING.to_owned()),
    };
    let hash = hash_of(&before, link, run, content);
    sqlx::query("INSERT INTO chain (link, run, content, hash, forgotten) VALUES ($1, $2, $3, $4, $5)")
        .bind(link)
        .bind(run)
        .bind(content)
        .bind(hash)
        .bind(forgotten)
        .execute(connection)
        .await?;
    Ok(())
}

/// Says of a run that its content is forgotten, and has a link of its own say so: who takes a run away by another way
/// has none.
pub(super) async fn forget(connection: &mut AnyConnection, run: i64, now: Timestamp) -> sqlx::Result<()> {
    let now = now.to_string();
    for chain in [
        "UPDATE chain SET forgotten = $1 WHERE run = $2",
        "UPDATE imported SET forgotten = $1 WHERE here = $2",
    ] {
        let forget = sqlx::query(chain).bind(&now).bind(run);
        forget.execute(&mut *connection).await?;
    }
    append(connection, run, &forgetting(&now), Some(now)).await
}

/// What stands for the content in a link that says that a run was forgotten.
fn forgetting(when: &str) -> String {
    format!("{FORGOTTEN}{when}")
}

async fn audit(connection: &mut AnyConnection, noted: Option<&str>) -> sqlx::Result<Audit> {
    let mut audit = Audit {
        has_noted: noted.is_none(),
        ..Audit::default()
    };
    let mut walk = Walk::default();
    let links = links(connection).await?;
    let said: HashSet<(i64, &str)> = links.iter().map(|link| (link.run, link.content.as_str())).collect();
    for link in &links {
        audit.faults.extend(walk.fault(link));
        audit.has_noted |= noted.is_some_and(|noted| link.hash.eq_ignore_ascii_case(noted));
        if let Some(when) = link.content.strip_prefix(FORGOTTEN) {
            audit.forgotten.push((link.run, when.to_owned()));
            continue;
        }
        audit.links += 1;
        let forgotten = link.forgotten.as_deref().map(forgetting);
        if forgotten.is_some_and(|words| !said.contains(&(link.run, &words))) {
            let why = format!("run {} is marked as forgotten, and no link says so", link.run);
            audit.faults.push(why);
        }
        let fault = match compared(connection, link, link.run).await? {
            Ok(()) => miscounted(connection, link.run).await?,
            Err(fault) => Some(fault),
        };
        audit.faults.extend(fault);
    }
    audit.head = links.last().map(|link| link.hash.clone());
    let loose = "SELECT run FROM runs WHERE report IS NOT NULL AND NOT EXISTS \
                 (SELECT 1 FROM chain WHERE chain.run = runs.run) ORDER BY run";
    for row in sqlx::query(loose).fetch_all(&mut *connection).await? {
        audit
            .faults
            .push(format!("run {} is in no link", row.try_get::<i64, _>(0)?));
    }
    audit.faults.extend(missing(connection).await?);
    imported(connection, &mut audit, noted).await?;
    Ok(audit)
}

/// The numbers that were given and are of no run: each is that of a run that is there or of a link.
async fn missing(connection: &mut AnyConnection) -> sqlx::Result<Option<String>> {
    let next = sqlx::query("SELECT next_run FROM camsweep_store");
    let next: i64 = next.fetch_one(&mut *connection).await?.try_get(0)?;
    let mut unaccounted = next - 1;
    let (mut first, mut last, mut before) = (None, 0, 0);
    let rows = sqlx::query("SELECT run FROM runs UNION SELECT run FROM chain ORDER BY run");
    let rows = rows.fetch_all(connection).await?;
    let there = rows.iter().map(|row| row.try_get::<i64, _>(0));
    for run in there.chain([Ok(next)]) {
        let run = run?;
        if run > before + 1 {
            first = first.or(Some(before + 1));
            last = run - 1;
        }
        unaccounted -= i64::from((1..next).contains(&run));
        before = run;
    }
    Ok(first.map(|first| format!("{unaccounted} run(s) from {first} to {last} are missing, with their links")))
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

/// What is read of a report.
#[derive(Deserialize)]
struct Part {
    summary: Counts,
}

#[derive(Deserialize, PartialEq)]
struct Counts {
    hosts: i64,
    units: i64,
}

/// Whether what the history and its chart count of a run is not what its report counts.
async fn miscounted(connection: &mut AnyConnection, run: i64) -> sqlx::Result<Option<String>> {
    let row = sqlx::query("SELECT hosts, units, report FROM runs WHERE run = $1").bind(run);
    let Some(row) = row.fetch_optional(connection).await? else {
        return Ok(None);
    };
    let listed = Counts {
        hosts: row.try_get(0)?,
        units: row.try_get(1)?,
    };
    let report: Option<Vec<u8>> = row.try_get(2)?;
    let part = report.and_then(|bytes| serde_json::from_slice::<Part>(&unpacked(&bytes).ok()?).ok());
    let differs = part.is_none_or(|part| part.summary != listed);
    Ok(differs.then(|| format!("the counts of run {run} are not those of its report")))
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
