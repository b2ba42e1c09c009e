//! Reports and whole stores that come from elsewhere, and go there.

use super::super::args::store::ImportArgs;
use super::super::{Failure, data};
use super::place::{failed, make, prepared};
use super::words::counted;
use crate::report::escape::escape;

/// `camsweep import`.
///
/// # Errors
/// The first report that cannot be read or stored; those before it are.
pub fn import(args: &ImportArgs) -> Result<String, Failure> {
    let mut store = make(&prepared(args.store.store.as_deref().unwrap_or("default"))?)?;
    let mut text = String::new();
    for file in &args.files {
        let report = data::report(file)?;
        if report.plan.command == "hosts" {
            return Err(Failure::usage(
                format!("{} is of camsweep hosts, which asks nobody what it is", escape(file)),
                "import the reports of scans",
            ));
        }
        let stored = store.import(&report).map_err(|error| failed(&error))?;
        text.push_str(&match stored {
            Some((run, diff)) => format!("{} is run {run}: {}\n", escape(file), counted(&diff)),
            None => format!("{} is stored already\n", escape(file)),
        });
    }
    Ok(text)
}
