//! What was accepted as expected.

use jiff::Timestamp;

use super::super::Failure;
use super::super::args::store::{BaselineArgs, BaselineCommand};
use super::place::{failed, open, read};
use super::words::day;
use crate::report::escape::escape;

/// `camsweep baseline`.
///
/// # Errors
/// As the store has it.
pub fn baseline(args: &BaselineArgs) -> Result<String, Failure> {
    match &args.command {
        Some(BaselineCommand::Accept { note, store }) => {
            let args = if store.store.is_some() { store } else { &args.store };
            let accepted = open(args)?
                .accept(note, Timestamp::now())
                .map_err(|error| failed(&error))?;
            let none = || Failure::could_not_run("the store has no closed run yet", "camsweep scan --store makes one");
            let accepted = accepted.ok_or_else(none)?;
            Ok(format!(
                "baseline {}: the {} unit(s) that are there as of run {} are expected from now on\n",
                accepted.baseline, accepted.units, accepted.run
            ))
        }
        None => {
            let mut store = read(&args.store)?;
            let baselines = store.baselines().map_err(|error| failed(&error))?;
            let mut text = format!("{} baseline(s) in {}\n", baselines.len(), escape(store.name()));
            for one in baselines {
                text.push_str(&format!(
                    "{:>5}  {}  {} units, as of run {}  {}\n",
                    one.baseline,
                    day(&one.accepted),
                    one.units,
                    one.run,
                    escape(&one.note)
                ));
            }
            Ok(text)
        }
    }
}
