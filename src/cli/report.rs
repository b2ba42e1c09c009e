//! `camsweep report`: a report that is there already, in another form.

use std::path::Path;

use super::additions::Additions;
use super::args::store::ReportArgs;
use super::exit::{Code, Exit};
use super::history;
use super::outputs::Outputs;

/// Writes it.
///
/// # Errors
/// Where it cannot be read, or not be written.
pub fn report(args: &ReportArgs) -> Exit {
    let additions = Additions::read(&args.form)?;
    let mut report = history::report(&args.file, &args.store)?;
    additions.apply_again(&mut report);
    let inputs = std::iter::once(Path::new(&args.file)).chain(args.store.file());
    Outputs::begin(&args.form, inputs)?.write(report, Code::Complete, false)
}
