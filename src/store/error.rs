//! What can be wrong with a store: one line each, and what to do.

use thiserror::Error;

/// Why the store could not be used. `name` is the store as the user named it, without a password.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Nothing is there, and nothing was to be made.
    #[error("there is no store {name:?}")]
    Missing {
        /// Which.
        name: String,
    },
    /// It cannot be opened, made or written.
    #[error("cannot use the store {name:?}: {why}")]
    Unusable {
        /// Which.
        name: String,
        /// In the words of the database or the system.
        why: String,
    },
    /// It may be read only.
    #[error("the store {name:?} may not be written")]
    ReadOnly {
        /// Which.
        name: String,
    },
    /// The disk is full.
    #[error("the store {name:?} cannot grow: the disk is full")]
    Full {
        /// Which.
        name: String,
    },
    /// Another program holds it.
    #[error("the store {name:?} is locked by another program")]
    Locked {
        /// Which.
        name: String,
    },
    /// It is a file or a database of something else.
    #[error("{name:?} is no store of camsweep")]
    Foreign {
        /// Which.
        name: String,
    },
    /// A later version made it.
    #[error("the store {name:?} is of version {found}; this camsweep reads up to {known}")]
    Newer {
        /// Which.
        name: String,
        /// Its version.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// An earlier version made it, and it may be read only.
    #[error("the store {name:?} is of version {found}, and may not be written to bring it up")]
    Older {
        /// Which.
        name: String,
        /// Its version.
        found: i64,
    },
    /// No such run.
    #[error("the store {name:?} has no run {run}")]
    NoRun {
        /// Which.
        name: String,
        /// The number asked for.
        run: i64,
    },
    /// A report ends in the future: whatever came after it would be taken for older.
    #[error("the report ends in the future, at {finished}")]
    Ahead {
        /// When it says.
        finished: String,
    },
    /// A run was forgotten before it was closed.
    #[error("run {run} of the store {name:?} was forgotten while it was under way")]
    Forgotten {
        /// Which.
        name: String,
        /// The run.
        run: i64,
    },
    /// What is in it cannot be read.
    #[error("run {run} of the store {name:?} cannot be read: {why}")]
    Broken {
        /// Which.
        name: String,
        /// The run.
        run: i64,
        /// Why.
        why: String,
    },
}

impl StoreError {
    /// What the user can do.
    pub fn remedy(&self) -> &'static str {
        match self {
            StoreError::Missing { .. } => "camsweep scan --store makes one; --store=PATH names another",
            StoreError::Unusable { .. } => {
                "check its name, your permissions and the server, or name another: --store=PATH"
            }
            StoreError::ReadOnly { .. } => "run as its owner, or name another: --store=PATH",
            StoreError::Full { .. } => "make room, or name a store elsewhere: --store=PATH",
            StoreError::Locked { .. } => {
                "let the other program end, then store the report: camsweep import REPORT.json"
            }
            StoreError::Foreign { .. } => "name another: --store=PATH; nothing was written to this one",
            StoreError::Newer { .. } => "use the camsweep that wrote it, or a later one; nothing was written",
            StoreError::Older { .. } => "have its owner look into it with this camsweep once: camsweep history",
            StoreError::NoRun { .. } => "camsweep history lists what there is",
            StoreError::Ahead { .. } => "a clock is wrong, here or where it was made; nothing of it was stored",
            StoreError::Forgotten { .. } => "store its report: camsweep import REPORT.json",
            StoreError::Broken { .. } => {
                "it was damaged, or written by another program; the other runs are not concerned"
            }
        }
    }

    /// What a database said, in our words. The codes are SQLite's result codes (sqlite.org/rescode.html; the last byte
    /// is the primary one) and PostgreSQL's (appendix A of its manual).
    pub(super) fn of(error: &sqlx::Error, name: &str) -> StoreError {
        let name = name.to_owned();
        let code = match error {
            sqlx::Error::Database(said) => said.code().map(|code| code.into_owned()).unwrap_or_default(),
            _ => String::new(),
        };
        let primary = code
            .parse::<i64>()
            .ok()
            .filter(|_| code.len() < 5)
            .map(|code| code & 0xff);
        match (primary, code.as_str()) {
            (Some(5 | 6), _) | (_, "55P03") => StoreError::Locked { name },
            (Some(8), _) | (_, "25006" | "42501") => StoreError::ReadOnly { name },
            // 4874: its shared memory could not grow, which is how a full disk shows first.
            (Some(13), _) | (_, "53100" | "4874") => StoreError::Full { name },
            (Some(26), _) => StoreError::Foreign { name },
            _ => StoreError::Unusable { name, why: why(error) },
        }
    }
}

/// In the words of the database where it has some.
fn why(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(said) => said.message().to_owned(),
        error => error.to_string(),
    }
}
