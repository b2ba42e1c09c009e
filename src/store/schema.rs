//! The tables, and how they came about. What is here was released: add a step, never change one.

use sqlx::{AnyConnection, Connection, Row};

use super::StoreError;

/// One step a version. `{bytes}` is the type for bytes of the database at hand; everything else is the same for both:
/// numbers are BIGINT, times and JSON are TEXT.
const STEPS: &[&[&str]] = &[RUNS, DELIVERIES, IMPORTED, LOOKED];

/// What was found, and what is known.
const RUNS: &[&str] = &[
    "CREATE TABLE camsweep_store (version BIGINT NOT NULL, next_run BIGINT NOT NULL, next_device BIGINT NOT NULL)",
    "INSERT INTO camsweep_store (version, next_run, next_device) VALUES (0, 1, 1)",
    "CREATE TABLE runs (run BIGINT PRIMARY KEY, started TEXT NOT NULL, finished TEXT, ended TEXT NOT NULL, \
     scope TEXT NOT NULL, hosts BIGINT NOT NULL, units BIGINT NOT NULL, \
     not_looked_for TEXT NOT NULL, report {bytes})",
    "CREATE TABLE parts (run BIGINT NOT NULL, part BIGINT NOT NULL, replies {bytes} NOT NULL, PRIMARY KEY (run, part))",
    "CREATE TABLE devices (device BIGINT PRIMARY KEY, known TEXT NOT NULL, present BIGINT NOT NULL, \
     by_tcp BIGINT NOT NULL, first_run BIGINT NOT NULL, last_run BIGINT NOT NULL, first_seen TEXT NOT NULL, \
     last_seen TEXT NOT NULL, accepted BIGINT)",
    "CREATE TABLE sightings (device BIGINT NOT NULL, run BIGINT NOT NULL, place TEXT NOT NULL, firmware TEXT, \
     PRIMARY KEY (device, run))",
    "CREATE INDEX sightings_of_run ON sightings (run)",
    "CREATE TABLE changes (run BIGINT NOT NULL, number BIGINT NOT NULL, device BIGINT NOT NULL, \
     change TEXT NOT NULL, PRIMARY KEY (run, number))",
    "CREATE INDEX changes_of_device ON changes (device)",
    "CREATE TABLE chain (link BIGINT PRIMARY KEY, run BIGINT NOT NULL, content TEXT NOT NULL, hash TEXT NOT NULL, \
     forgotten TEXT)",
    "CREATE TABLE baselines (baseline BIGINT PRIMARY KEY, accepted TEXT NOT NULL, run BIGINT NOT NULL, \
     units BIGINT NOT NULL, note TEXT NOT NULL)",
];

/// Notices that are owed. `claimed`: since when a run is at it, in seconds since 1970.
const DELIVERIES: &[&str] = &[
    "CREATE TABLE deliveries (run BIGINT NOT NULL, number BIGINT NOT NULL, way TEXT NOT NULL, target TEXT NOT NULL, \
     notice TEXT NOT NULL, tries BIGINT NOT NULL, tried TEXT, trouble TEXT, claimed BIGINT, delivered TEXT, \
     PRIMARY KEY (run, number))",
];

/// The chains of imported stores, each by the hash of its first link. `here`: the number that the run has in this store.
const IMPORTED: &[&str] = &[
    "CREATE TABLE imported (origin TEXT NOT NULL, link BIGINT NOT NULL, run BIGINT NOT NULL, content TEXT NOT NULL, \
     hash TEXT NOT NULL, forgotten TEXT, here BIGINT, PRIMARY KEY (origin, link))",
    "CREATE INDEX imported_here ON imported (here)",
];

/// Where a run looked ([`Looked`](super::census::Looked)), so that no report is read for it. Null of a run that an earlier version closed.
const LOOKED: &[&str] = &["ALTER TABLE runs ADD COLUMN looked TEXT"];

/// Which database it is: the few words in which the two differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// The type for bytes.
    fn bytes(self) -> &'static str {
        match self {
            Dialect::Sqlite => "BLOB",
            Dialect::Postgres => "BYTEA",
        }
    }

    /// Begins what changes something: SQLite would otherwise find out in the middle that another writes.
    pub(super) fn begin(self) -> &'static str {
        match self {
            Dialect::Sqlite => "BEGIN IMMEDIATE",
            Dialect::Postgres => "BEGIN",
        }
    }

    /// Begins what only reads, and sees the store as of one moment: PostgreSQL would otherwise look anew each time.
    pub(super) fn begin_reading(self) -> &'static str {
        match self {
            Dialect::Sqlite => "BEGIN",
            Dialect::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }

    /// What a connection is told first. With a log beside the file (WAL) readers and a writer do not wait for each
    /// other; what is forgotten is overwritten.
    pub(super) fn settings(self) -> &'static [&'static str] {
        match self {
            Dialect::Sqlite => &[
                "PRAGMA busy_timeout = 10000",
                "PRAGMA journal_mode = WAL",
                "PRAGMA synchronous = FULL",
                "PRAGMA secure_delete = ON",
            ],
            Dialect::Postgres => &["SET lock_timeout = '10s'"],
        }
    }

    /// How many tables of anybody there are, and how many of ours: in one look, since another run may just be making them.
    fn tables(self) -> &'static str {
        match self {
            Dialect::Sqlite => {
                "SELECT COUNT(*), COUNT(CASE WHEN name = 'camsweep_store' THEN 1 END) FROM sqlite_master \
                 WHERE type = 'table'"
            }
            Dialect::Postgres => {
                "SELECT COUNT(*), COUNT(CASE WHEN tablename = 'camsweep_store' THEN 1 END) FROM pg_tables \
                 WHERE schemaname = current_schema()"
            }
        }
    }
}

/// Brings a database to this version; an empty one is made a store. One of another program is left alone.
pub(super) async fn bring_up(connection: &mut AnyConnection, dialect: Dialect, name: &str) -> Result<(), StoreError> {
    let of = |error: sqlx::Error| StoreError::of(&error, name);
    let known = STEPS.len() as i64;
    if version(connection, dialect, name).await? == Some(known) {
        return Ok(());
    }
    let mut transaction = connection.begin_with(dialect.begin()).await.map_err(of)?;
    if dialect == Dialect::Postgres {
        // Two runs may make the tables at once; any number that nobody else uses will do.
        let lock = sqlx::query("SELECT pg_advisory_xact_lock(7263278733)");
        lock.execute(&mut *transaction).await.map_err(of)?;
    }
    let found = version(&mut transaction, dialect, name).await?.unwrap_or(0);
    for step in STEPS.iter().skip(found as usize) {
        for statement in *step {
            let statement = statement.replace("{bytes}", dialect.bytes());
            let made = sqlx::query(sqlx::AssertSqlSafe(statement))
                .execute(&mut *transaction)
                .await;
            made.map_err(of)?;
        }
    }
    let set = sqlx::query("UPDATE camsweep_store SET version = $1").bind(known);
    set.execute(&mut *transaction).await.map_err(of)?;
    transaction.commit().await.map_err(of)
}

/// Whether a database that may not be written is a store of this version.
pub(super) async fn is_current(connection: &mut AnyConnection, dialect: Dialect, name: &str) -> Result<(), StoreError> {
    let name_of = || name.to_owned();
    match (version(connection, dialect, name).await?, STEPS.len() as i64) {
        (None, _) => Err(StoreError::Foreign { name: name_of() }),
        (Some(found), known) if found < known => Err(StoreError::Older { name: name_of(), found }),
        _ => Ok(()),
    }
}

/// The version of a store; `None` for an empty database.
pub(super) async fn version(
    connection: &mut AnyConnection,
    dialect: Dialect,
    name: &str,
) -> Result<Option<i64>, StoreError> {
    let of = |error: sqlx::Error| StoreError::of(&error, name);
    let foreign = || StoreError::Foreign { name: name.to_owned() };
    let tables = sqlx::query(dialect.tables()).fetch_one(&mut *connection).await;
    let tables = tables.and_then(|row| Ok((row.try_get::<i64, _>(0)?, row.try_get::<i64, _>(1)?)));
    match tables.map_err(of)? {
        (0, _) => return Ok(None),
        (_, 0) => return Err(foreign()),
        _ => {}
    }
    let row = sqlx::query("SELECT version FROM camsweep_store")
        .fetch_one(connection)
        .await;
    let found: i64 = row.and_then(|row| row.try_get(0)).map_err(|_| foreign())?;
    match STEPS.len() as i64 {
        known if found > known => Err(StoreError::Newer {
            name: name.to_owned(),
            found,
            known,
        }),
        _ => Ok(Some(found)),
    }
}
