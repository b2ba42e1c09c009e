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
use std::path::Path;

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
        sqlx::any::install_default_drivers();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(unusable)?;
        let url = place.url().map_err(unusable)?;
        let connection = runtime.block_on(connect(&url, dialect, &name))?;
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

async fn connect(url: &str, dialect: Dialect, name: &str) -> Result<AnyConnection, StoreError> {
    let of = |error: sqlx::Error| StoreError::of(&error, name);
    let options: AnyConnectOptions = url.parse().map_err(of)?;
    let options = options.disable_statement_logging();
    let connecting = tokio::time::timeout(PATIENCE, options.connect()).await;
    let late = |_: tokio::time::error::Elapsed| StoreError::Unusable {
        name: name.to_owned(),
        why: format!("nobody answers within {} s", PATIENCE.as_secs()),
    };
    let mut connection = connecting.map_err(late)?.map_err(of)?;
    schema::version(&mut connection, dialect, name).await?;
    for setting in dialect.settings() {
        let told = tokio::time::timeout(PATIENCE, tell(&mut connection, setting)).await;
        told.map_err(late)?.map_err(of)?;
    }
    schema::bring_up(&mut connection, dialect, name).await?;
    Ok(connection)
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
