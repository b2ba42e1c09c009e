//! Where a report goes: files, standard output, and the collector of `--syslog`.

use std::io;
use std::path::Path;

use super::Failure;
use super::args::FormArgs;
use super::console::{complain, has_colour, print_bytes, say};
use super::exit::{Code, Exit};
use super::outbox::Outbox;
use super::render::{self, Files};
use crate::report::model::Report;
use crate::report::redact::redact;

/// All of it, begun before anything is sent, so that a bad name costs no scan.
#[derive(Debug)]
pub struct Outputs<'a> {
    form: &'a FormArgs,
    files: Files,
    outbox: Outbox,
}

impl<'a> Outputs<'a> {
    /// Begins them; `inputs`: the files that are read, which none may replace.
    ///
    /// # Errors
    /// Where one cannot be written, or has the name of another.
    pub fn begin<'b>(form: &'a FormArgs, inputs: impl IntoIterator<Item = &'b Path>) -> Result<Self, Failure>
    where
        'a: 'b,
    {
        Ok(Outputs {
            form,
            files: Files::begin(form, inputs)?,
            outbox: Outbox::begin(form)?,
        })
    }

    /// To the files, unless `quiet` to standard output where no --output takes its place or a file could not be written,
    /// and at last to the collector: nothing that fails there takes anything from the former. `code`: what the run itself
    /// exits with.
    ///
    /// # Errors
    /// Where the report could not be written or printed.
    pub fn write(self, report: Report, code: Code, quiet: bool) -> Exit {
        let Outputs { form, files, outbox } = self;
        let cannot =
            |error: io::Error| Failure::could_not_run(format!("cannot write the report: {error}"), "see --output");
        let report = match form.redact {
            true => redact(report).map_err(|error| cannot(error.into()))?,
            false => report,
        };
        let written = files.finish(&report, form);
        let mut printed = Ok(());
        // What is known must not be lost with the file that it was for.
        if (form.output.is_none() && !quiet) || written.is_err() {
            let format = render::printable(form.format);
            let rendered = render::render(&report, format, form, has_colour());
            printed = rendered.and_then(|bytes| print_bytes(&bytes));
        }
        let delivered = outbox.deliver(&report).inspect_err(complain);
        printed.map_err(cannot)?;
        let said = written?;
        if !quiet {
            say(&said);
        }
        Ok(delivered.map_or(code.undelivered(), |()| code))
    }
}
