//! `--register FILE`: the register from before, read, merged with this run, and put in its own place.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::Failure;
use super::file::WholeFile;
use crate::report::escape::escape;
use crate::report::model::Report;
use crate::report::register::former::{Form, MAX_FILE, read};
use crate::report::register::{Merged, Register};
use crate::report::{csv, xlsx};

/// The most conflicts that are said; all of them stand in the register.
const SAID: usize = 20;

/// A register that this run is written into. What was there before is kept beside it, as `FILE.bak`.
#[derive(Debug)]
pub struct RegisterFile {
    path: PathBuf,
    form: Form,
    file: WholeFile,
}

impl RegisterFile {
    /// Begins it, so that neither a bad name nor a broken register costs a scan.
    ///
    /// # Errors
    /// Where its name says no form, what is there is no register, or it cannot be written.
    pub fn begin(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let extension = path.extension().map(|extension| extension.to_ascii_lowercase());
        let form = match extension.as_deref().and_then(|extension| extension.to_str()) {
            Some("csv") => Form::Csv,
            Some("xlsx") => Form::Xlsx,
            _ => {
                let why = format!("the register {name:?} is named neither .csv nor .xlsx");
                return Err(Failure::usage(why, "its name says its form: --register register.xlsx"));
            }
        };
        if path.exists() && !path.is_file() {
            return Err(Failure::usage(
                format!("the register {name:?} is no file"),
                "name a file",
            ));
        }
        let before = former(path).and_then(|bytes| bytes.map(|bytes| read(&bytes, form)).transpose());
        before.map_err(|why| Failure::could_not_run(format!("the register {name:?}: {why}"), "mend or rename it"))?;
        let file = WholeFile::begin(path)?;
        Ok(RegisterFile {
            path: path.to_owned(),
            form,
            file,
        })
    }

    /// The file that the register from before is kept in.
    pub fn backup(path: &Path) -> PathBuf {
        let mut name = path.as_os_str().to_owned();
        name.push(".bak");
        name.into()
    }

    /// Merges and replaces it. Says how it went.
    ///
    /// # Errors
    /// Where what is there is no register, or cannot be replaced: it is left as it is.
    pub fn finish(mut self, report: &Report, all: bool) -> Result<String, Failure> {
        let name = self.path.display().to_string();
        let left = |why: String, remedy: &str| {
            Failure::could_not_run(
                format!("the register {name:?} was left as it is: {why}"),
                format!("{remedy}; camsweep report REPORT.json --register FILE does this part again"),
            )
        };
        let failed = |why: String| left(why, "mend or rename it");
        let unwritten = |why: String| left(why, "make room, or see whether you may write there");
        let before = former(&self.path).map_err(&failed)?;
        let register = before.as_ref().map(|bytes| read(bytes, self.form));
        let merged = Register::merged(register.transpose().map_err(&failed)?, report, all);
        let bytes = written(&merged.register, self.form, report).map_err(|error| failed(error.to_string()))?;
        // One that the next run would refuse must not take the place of one that it reads.
        read(&bytes, self.form).map_err(|why| failed(format!("with this run it would be unreadable: {why}")))?;
        if let Some(before) = &before {
            let kept = keep(before, &self.path);
            kept.map_err(|error| unwritten(format!("cannot keep it as .bak: {error}")))?;
        }
        let replaced = self.file.write_all(&bytes).and_then(|()| self.file.finish());
        replaced.map_err(|error| unwritten(error.to_string()))?;
        Ok(said(&name, &merged))
    }
}

/// Keeps what was there beside it, whole and with its permissions.
fn keep(before: &[u8], path: &Path) -> io::Result<()> {
    let backup = RegisterFile::backup(path);
    let begun = WholeFile::begin(&backup).map_err(|failure| io::Error::other(failure.message));
    let mut copy = begun?;
    copy.write_all(before)?;
    copy.finish()?;
    std::fs::set_permissions(&backup, std::fs::metadata(path)?.permissions())
}

/// What is there; `None` where nothing is.
fn former(path: &Path) -> Result<Option<Vec<u8>>, String> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(|error| error.to_string())?,
    };
    let mut bytes = Vec::new();
    let read = file.take(MAX_FILE + 1).read_to_end(&mut bytes);
    read.map_err(|error| error.to_string())?;
    match bytes.len() as u64 > MAX_FILE {
        true => Err(format!("it is longer than {MAX_FILE} bytes")),
        false => Ok(Some(bytes)),
    }
}

fn written(register: &Register, form: Form, report: &Report) -> io::Result<Vec<u8>> {
    match form {
        Form::Xlsx => xlsx::bytes(report, register),
        Form::Csv => {
            let mut bytes = Vec::new();
            csv::write(register, &mut bytes)?;
            Ok(bytes)
        }
    }
}

fn said(name: &str, merged: &Merged) -> String {
    let mut text = format!(
        "register {name:?}: {} row(s) updated, {} added, {} of devices not seen in this run\n",
        merged.updated, merged.added, merged.not_seen
    );
    if merged.later > 0 {
        text.push_str(&format!(
            "  {} row(s) are of a later run and were left alone\n",
            merged.later
        ));
    }
    for conflict in merged.conflicts.iter().take(SAID) {
        text.push_str(&format!("  conflict: {}\n", escape(conflict)));
    }
    if let Some(more) = merged.conflicts.len().checked_sub(SAID).filter(|more| *more > 0) {
        text.push_str(&format!("  and {more} more: see the column register_note\n"));
    }
    text
}
