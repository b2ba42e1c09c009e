//! Whether the stored runs are what was stored.

use super::super::Failure;
use super::super::args::store::{AuditArgs, AuditCommand};
use super::place::{failed, read};
use super::words::day;
use crate::report::escape::escape;

/// `camsweep audit verify`: what is said, and whether the store is sound.
///
/// # Errors
/// As the store has it.
pub fn audit(args: &AuditArgs) -> Result<(String, bool), Failure> {
    let AuditCommand::Verify { noted, store } = &args.command;
    let mut store = read(store)?;
    let audit = store.audit(noted.as_deref()).map_err(|error| failed(&error))?;
    let mut text = format!(
        "{} closed run(s) in the chain of {}\n",
        audit.links,
        escape(store.name())
    );
    for (run, when) in &audit.forgotten {
        text.push_str(&format!("  run {run} was forgotten on {}\n", day(when)));
    }
    if audit.imported > 0 {
        text.push_str(&format!("  {} chain(s) of imported stores beside it\n", audit.imported));
    }
    let faults = audit.faults.iter().map(|fault| format!("  FAULT: {fault}\n"));
    text.extend(faults);
    if !audit.has_noted {
        text.push_str("  FAULT: the hash that was noted is in no link: the chain was made anew\n");
    }
    let sound = audit.faults.is_empty() && audit.has_noted;
    text.push_str(if sound { "sound\n" } else { "NOT sound\n" });
    if let Some(head) = audit.head {
        text.push_str(&format!("last link: {}\n", escape(&head)));
    }
    Ok((text, sound))
}
