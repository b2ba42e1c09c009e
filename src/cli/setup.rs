//! What every run that makes a report begins and ends with, whether it scans or judges stored replies.

use std::borrow::Cow;
use std::path::Path;

use jiff::Timestamp;

use super::account::Account;
use super::additions::Additions;
use super::args::OutputArgs;
use super::console::{complain, log, say};
use super::exit::{self, Code, Exit};
use super::memory::{self, Memory};
use super::notices::{Notices, Post};
use super::outputs::Outputs;
use super::{Failure, alarm, data};
use crate::identify::Knowledge;
use crate::report::model::Report;
use crate::store::{Place, Remembered};

/// What a run is judged by and whom it tells: all that is read beforehand, so that a bad file costs no scan.
#[derive(Debug)]
pub struct Setup<'a> {
    output: &'a OutputArgs,
    /// What verdicts are judged by.
    pub knowledge: Cow<'static, Knowledge>,
    additions: Additions,
    /// Whom it tells.
    pub notices: Notices,
}

impl<'a> Setup<'a> {
    /// Reads it, and lets the log speak.
    ///
    /// # Errors
    /// The first file or combination of options that cannot be used. Nothing has been sent.
    pub fn read(output: &'a OutputArgs) -> Result<Self, Failure> {
        log(output.verbose);
        alarm::check(&output.keep)?;
        Ok(Setup {
            output,
            knowledge: data::knowledge(output.oui_file.as_deref())?,
            additions: Additions::read(&output.form)?,
            notices: Notices::of_run(output)?,
        })
    }

    /// Begins the files that the report goes to.
    ///
    /// # Errors
    /// As [`Outputs::begin`].
    pub fn outputs<'b>(&self, inputs: impl IntoIterator<Item = &'b Path>) -> Result<Outputs<'a>, Failure>
    where
        'a: 'b,
    {
        Outputs::begin(&self.output.form, inputs)
    }

    /// An account of a run that begins now.
    pub fn account(&self) -> Account<'_> {
        Account {
            started: Timestamp::now(),
            knowledge: &self.knowledge,
            oui_file: self.output.oui_file.as_deref(),
        }
    }

    /// Stores a run, tells of it, and says how to exit. That it could not be stored is said before the report, and keeps
    /// nothing from being told.
    ///
    /// # Errors
    /// Where the report could not be written.
    pub fn close(&self, mut report: Report, outputs: Outputs<'_>, memory: Result<Option<Memory>, Code>) -> Exit {
        self.additions.apply(&mut report);
        let keep = &self.output.keep;
        let owed = |remembered: Option<&Remembered>| self.notices.owed(keep, &report, remembered);
        let stored = memory.and_then(|memory| {
            let finish = |memory: Memory| memory.finish(&report, |remembered| owed(Some(remembered)));
            let stored = memory.map(finish).transpose();
            stored.map_err(|failure| without_memory(&failure, NOT_STORED))
        });
        let (stored, failed) = stored.map_or_else(|code| (None, Some(code)), |stored| (stored, None));
        let (mut post, remembered) = match stored {
            Some((store, remembered)) => (Post::Kept(Box::new(store)), Some(remembered)),
            None => (Post::Unkept(owed(None)), None),
        };
        let remembered = remembered.as_ref();
        let code = exit::code_of(&report, alarm::rings(keep, &report, remembered));
        let quiet = alarm::is_quiet(keep, &report, remembered);
        let written = outputs.write(report, code, quiet);
        if let Some(remembered) = remembered.filter(|_| !quiet && written.is_ok()) {
            say(&memory::words(remembered, self.output.form.redact));
        }
        let delivered = self.notices.deliver(&mut post).inspect_err(complain);
        let code = written?;
        Ok(failed.unwrap_or(delivered.map_or(code.undelivered(), |()| code)))
    }
}

/// Enters a run in the store, if it is to be stored. Where that fails it is said, with what becomes of the run (`so`).
///
/// # Errors
/// The code to exit with at the end.
pub fn remember(place: Result<Option<Place>, Failure>, scope: &[String], so: &str) -> Result<Option<Memory>, Code> {
    Memory::begin(place, scope).map_err(|failure| without_memory(&failure, so))
}

/// What becomes of a run that is over and cannot be stored.
pub const NOT_STORED: &str = "the run is not stored; what it found follows";

/// Says what is wrong with the store, and what that means; the code to exit with at the end.
fn without_memory(failure: &Failure, so: &str) -> Code {
    complain(failure);
    say(&format!("{so}\n"));
    failure.code
}
