//! A memory of runs: what each found, which units it knew already, and what changed. In a file of SQLite, or in a
//! PostgreSQL database, by the same SQL.
//!
//! A run is entered when it begins ([`Store::begin`]), keeps its replies as they come ([`Store::keep`]), and is closed
//! with its report ([`Store::finish`]) in one transaction: whoever is killed in between leaves a run that says so.
//! Nothing here reads a clock.

mod baselines;
mod census;
mod chain;
mod deliveries;
mod devices;
pub mod diff;
mod error;
mod forget;
mod known;
mod place;
mod runs;
mod schema;
#[cfg(test)]
mod tests;
pub mod transfer;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use sqlx::any::AnyConnectOptions;
use sqlx::{AnyConnection, ConnectOptions};

pub use baselines::Baseline;
pub use census::{Census, Count};
pub use chain::Audit;
pub use deliveries::{Delivery, Owed};
pub use devices::{Sighting, Unit};
pub use error::StoreError;
pub use forget::Forgotten;
pub use known::Known;
pub use place::Place;
pub use runs::{Remembered, Run};
use schema::Dialect;

/// How long a store waits for another run that writes.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// An open store.
#[derive(Debug)]
pub struct Store {
    runtime: tokio::runtime::Runtime,
    connection: AnyConnection,
    dialect: Dialect,
    name: String,
}

impl Store {
    /// Opens a store. `make`: where there is none, make one that only its owner may read.
    ///
    /// # Errors
    /// One line for each of what can be wrong with it; a database that is none of ours is left as it is.
    pub fn open(place: &Place, make: bool) -> Result<Store, StoreError> {
        let name = place.name();
        let unusable = |why: std::io::Error| StoreError::Unusable {
            name: name.clone(),
            why: why.to_string(),
        };
        let dialect = match place {
            Place::Server(_) => Dialect::Postgres,
            Place::File(path) => {
                prepare(path, make, &name)?;
                Dialect::Sqlite
            }
        };
        let url = place.url("mode=rwc").map_err(unusable)?;
        let mut store = Store::connected(&url, dialect, name)?;
        store
            .runtime
            .block_on(made_ready(&mut store.connection, dialect, &store.name))?;
        Ok(store)
    }

    /// Opens a store to read it, which needs no right to write: that of another user, and what lies on a disk that may
    /// only be read, are read as they are.
    ///
    /// # Errors
    /// As [`open`](Store::open); a store of an earlier version is brought up first, which needs the right to write.
    pub fn read(place: &Place) -> Result<Store, StoreError> {
        match (Store::open(place, false), place) {
            (Err(StoreError::ReadOnly { .. }), Place::File(path)) => Store::read_only(place, path),
            (opened, _) => opened,
        }
    }

    fn read_only(place: &Place, path: &Path) -> Result<Store, StoreError> {
        let unusable = |why: String| StoreError::Unusable {
            name: place.name(),
            why,
        };
        std::fs::File::open(path).map_err(|error| unusable(error.to_string()))?;
        let opened = |mode: &str| {
            let url = place.url(mode).map_err(|error| unusable(error.to_string()))?;
            let mut store = Store::connected(&url, Dialect::Sqlite, place.name())?;
            let current = schema::is_current(&mut store.connection, Dialect::Sqlite, &store.name);
            store.runtime.block_on(current)?;
            Ok(store)
        };
        // Beside a file with a log (WAL) SQLite needs one more, which it cannot make here. Where there is no log nobody
        // writes, and it can be told so (sqlite.org/wal.html#readonly); what is in a log would be left out.
        let has_log = std::fs::metadata(log_of(path)).is_ok_and(|log| log.len() > 0);
        match opened("mode=ro") {
            Err(StoreError::Unusable { .. } | StoreError::ReadOnly { .. }) if !has_log => opened("mode=ro&immutable=1"),
            Err(StoreError::Unusable { .. } | StoreError::ReadOnly { .. }) => Err(unusable(
                "it has a log beside it (-wal), which is read where files may be made: copy both there".to_owned(),
            )),
            other => other,
        }
    }

    /// Without a look at what is there.
    fn connected(url: &str, dialect: Dialect, name: String) -> Result<Store, StoreError> {
        sqlx::any::install_default_drivers();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|why| StoreError::Unusable {
            name: name.clone(),
            why: why.to_string(),
        })?;
        let connection = runtime.block_on(connect(url, &name))?;
        Ok(Store {
            runtime,
            connection,
            dialect,
            name,
        })
    }

    /// As it may be shown.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Store {
    /// Brings SQLite's log into the file, as far as nobody has to wait for it: the process may end before the driver
    /// has closed the file, and people copy files.
    fn drop(&mut self) {
        if self.dialect == Dialect::Sqlite {
            let settle = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(&mut self.connection);
            let _ = self.runtime.block_on(settle);
        }
    }
}

/// Makes the file before SQLite does, which would let everybody read it. Its side files get the same permissions.
fn prepare(path: &Path, make: bool, name: &str) -> Result<(), StoreError> {
    let name = name.to_owned();
    if path.is_file() {
        // SQLite would say no more than that it cannot open the log beside it.
        let opened = std::fs::OpenOptions::new().write(true).open(path);
        return opened.map(drop).map_err(|error| match error.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => StoreError::ReadOnly { name },
            _ => StoreError::Unusable {
                name,
                why: error.to_string(),
            },
        });
    }
    if !make && !path.exists() {
        return Err(StoreError::Missing { name });
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        // Another run was faster.
        Err(_) if path.is_file() => Ok(()),
        Err(error) => Err(StoreError::Unusable {
            name,
            why: error.to_string(),
        }),
        Ok(_) => Ok(()),
    }
}

/// SQLite's log.
fn log_of(path: &Path) -> PathBuf {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    log.into()
}

async fn connect(url: &str, name: &str) -> Result<AnyConnection, StoreError> {
    let of = |error: sqlx::Error| StoreError::of(&error, name);
    let options: AnyConnectOptions = url.parse().map_err(of)?;
    let options = options.disable_statement_logging();
    let connecting = tokio::time::timeout(PATIENCE, options.connect()).await;
    connecting.map_err(|_| late(name))?.map_err(of)
}

/// A database that is ours, or nobody's yet, is told the settings and brought to this version.
async fn made_ready(connection: &mut AnyConnection, dialect: Dialect, name: &str) -> Result<(), StoreError> {
    schema::version(connection, dialect, name).await?;
    for setting in dialect.settings() {
        let told = tokio::time::timeout(PATIENCE, tell(connection, setting)).await;
        told.map_err(|_| late(name))?
            .map_err(|error| StoreError::of(&error, name))?;
    }
    schema::bring_up(connection, dialect, name).await
}

fn late(name: &str) -> StoreError {
    StoreError::Unusable {
        name: name.to_owned(),
        why: format!("nobody answers within {} s", PATIENCE.as_secs()),
    }
}

/// Tells a connection a setting. Who turns SQLite's log on while another does so is refused at once, however patient it
/// is (sqlite.org/wal.html), and tries again.
async fn tell(connection: &mut AnyConnection, setting: &'static str) -> sqlx::Result<()> {
    loop {
        match sqlx::query(setting).execute(&mut *connection).await {
            Err(error) if matches!(StoreError::of(&error, ""), StoreError::Locked { .. }) => {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            told => return told.map(drop),
        }
    }
}
