//! A scan of the network itself.

use std::io;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::cli::Failure;
use crate::cli::interrupt::interruptions;
use crate::cli::progress::Watch;
use crate::identify::Knowledge;
use crate::net::live::Live;
use crate::scan::{self, Findings, Past, Plan};

/// Scans by a door that is made within the runtime, and goes on from the `past` where there is one.
///
/// # Errors
/// Where the system has no means for it.
pub(super) fn run(
    plan: &Plan,
    past: Option<Past>,
    door: impl FnOnce() -> Live,
    knowledge: &Knowledge,
    watch: &mut Watch,
    stop: CancellationToken,
) -> Result<Findings, Failure> {
    let cannot = |error: io::Error| Failure::could_not_run(format!("cannot start: {error}"), "see the system's limits");
    // One thread: a sweep wakes for each packet or two, and to wake another thread costs more than to send them.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(cannot)?;
    runtime.spawn(interruptions(stop.clone()));
    let findings = runtime.block_on(async {
        let door = Arc::new(match plan.passive {
            Some(_) => door().mute(),
            None => door(),
        });
        match past {
            Some(past) => scan::resume(plan, past, door, knowledge, watch, stop).await,
            None => scan::scan(plan, door, knowledge, watch, stop).await,
        }
    });
    // A name that DNS still owes must not hold up the report, nor the kernel, which closes a packet socket when all
    // processors have let go of it (some 15 ms).
    std::thread::spawn(|| runtime.shutdown_background());
    Ok(findings)
}
