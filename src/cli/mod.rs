//! The command line: what the user typed, made into a plan, and what the user sees while it runs.

pub mod account;
pub mod additions;
pub mod alarm;
pub mod args;
pub mod budget;
pub mod config;
pub mod credentials;
pub mod data;
pub mod exit;
pub mod file;
pub mod history;
pub mod limits;
pub mod log;
pub mod manual;
pub mod memory;
pub mod notices;
pub mod others;
pub mod outbox;
pub mod plan;
pub mod progress;
pub mod register;
pub mod render;
pub mod resume;
mod secret_file;
pub mod sign;
pub mod words;

use exit::Code;

/// Why nothing was done: one line, and what the user can do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What is wrong, naming the value.
    pub message: String,
    /// The remedy, where there is one.
    pub hint: Option<String>,
    /// What to exit with.
    pub code: Code,
}

impl Failure {
    /// The command line is wrong.
    pub fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Failure {
            message: message.into(),
            hint: Some(hint.into()),
            code: Code::Usage,
        }
    }

    /// The command line is right, and this machine cannot do it.
    pub fn could_not_run(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Failure {
            message: message.into(),
            hint: Some(hint.into()),
            code: Code::CouldNotRun,
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

/// By the owner of this process, where the system tells.
fn is_root() -> bool {
    #[cfg(unix)]
    return std::fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0);
    #[cfg(not(unix))]
    return false;
}

/// Ctrl-C, or what a service manager or `timeout` sends in its place.
///
/// # Errors
/// Where the system cannot tell.
#[cfg(unix)]
pub async fn interruption() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
pub use tokio::signal::ctrl_c as interruption;

impl From<crate::scan::TargetError> for Failure {
    fn from(error: crate::scan::TargetError) -> Self {
        Failure::usage(error.to_string(), error.remedy())
    }
}
