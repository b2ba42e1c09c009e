//! Ctrl-C, and what stands for it.

use tokio_util::sync::CancellationToken;

use super::console::say;
use super::exit::Code;
use super::file;

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

/// Once: stop asking and report what is known. Twice: leave at once.
pub async fn interruptions(stop: CancellationToken) {
    if interruption().await.is_ok() {
        stop.cancel();
        say("\nstopping; what is known is reported (again to leave at once)\n");
        if interruption().await.is_ok() {
            file::discard_unfinished();
            std::process::exit(Code::Interrupted as i32);
        }
    }
}
