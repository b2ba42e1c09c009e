//! The command line: what the user typed, made into a plan, and what the user sees while it runs.

pub mod account;
pub mod additions;
pub mod alarm;
pub mod args;
pub mod budget;
pub mod config;
pub mod console;
pub mod credentials;
pub mod data;
pub mod deliver;
pub mod exit;
pub mod file;
pub mod given_up;
pub mod history;
mod interrupt;
pub mod judge;
pub mod limits;
pub mod log;
pub mod manual;
pub mod memory;
pub mod notices;
pub mod others;
pub mod outbox;
mod outputs;
pub mod plan;
pub mod progress;
pub mod register;
pub mod render;
pub mod report;
pub mod resume;
pub mod scan;
pub mod schema;
mod secret_file;
mod setup;
pub mod sign;
pub mod words;

use crate::report::escape::elide;
use exit::Code;
pub use interrupt::interruption;

/// The longest message, in columns; its middle is left out where it would be longer.
const LONGEST_MESSAGE: usize = 1000;

/// Why nothing was done: one line, and what the user can do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What is wrong, naming the value: plain, and of bounded length.
    pub message: String,
    /// The remedy, where there is one.
    pub hint: Option<String>,
    /// What to exit with.
    pub code: Code,
}

impl Failure {
    /// The command line is wrong.
    pub fn usage(message: impl AsRef<str>, hint: impl Into<String>) -> Self {
        Failure::new(Code::Usage, message, hint)
    }

    /// The command line is right, and this machine cannot do it.
    pub fn could_not_run(message: impl AsRef<str>, hint: impl Into<String>) -> Self {
        Failure::new(Code::CouldNotRun, message, hint)
    }

    /// A message may quote what stands in a file, or what a server said, whatever that is.
    fn new(code: Code, message: impl AsRef<str>, hint: impl Into<String>) -> Self {
        Failure {
            message: elide(message.as_ref(), LONGEST_MESSAGE),
            hint: Some(hint.into()),
            code,
        }
    }

    /// The same, where it is the user's words that are looked at.
    pub fn as_usage(self) -> Self {
        Failure {
            code: Code::Usage,
            ..self
        }
    }
}

/// Whether files are root's that are written from now on.
fn is_root() -> bool {
    #[cfg(unix)]
    return nix::unistd::geteuid().is_root();
    #[cfg(not(unix))]
    return false;
}

impl From<crate::scan::TargetError> for Failure {
    fn from(error: crate::scan::TargetError) -> Self {
        Failure::usage(error.to_string(), error.remedy())
    }
}
