//! Reports and whole stores that come from elsewhere, and go there.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::args::store::{ExportArgs, ImportArgs};
use super::super::{Failure, data, file::WholeFile, render::place};
use super::place::{failed, make, prepared, read};
use super::words::counted;
use crate::report::escape::escape;
use crate::report::model::Report;
use crate::store::transfer::{Line, Merged, SCHEMA, TransferError};
use crate::store::{Store, StoreError};

/// What a file begins with that was packed by gzip (RFC 1952).
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// The longest line of an export, in bytes: a report of some 50,000 devices.
const MAX_LINE: u64 = 64 << 20;
/// How far an export unpacks at most: so many bytes for each packed one, and so many besides. Reports of devices that are all
/// alike come to some 20.
const UNPACKED: (u64, u64) = (64, 2 << 20);

/// The first line.
#[derive(Serialize, Deserialize)]
struct Head {
    schema: String,
}

/// `camsweep import`.
///
/// # Errors
/// The first file that cannot be read or stored; those before it are.
pub fn import(args: &ImportArgs) -> Result<String, Failure> {
    let mut store = make(&prepared(args.store.store.as_deref().unwrap_or("default"))?)?;
    let mut text = String::new();
    for file in &args.files {
        if is_export(file) {
            let merged = merge(&mut store, file)?;
            text.push_str(&format!("{}: {}\n", escape(file), came(&merged)));
            continue;
        }
        let report = data::report(file)?;
        if report.plan.command == "hosts" {
            return Err(Failure::usage(
                format!("{} is of camsweep hosts, which asks nobody what it is", escape(file)),
                "import the reports of scans",
            ));
        }
        has_times(&report, file)?;
        let stored = store.import(&report, Timestamp::now()).map_err(|error| match error {
            StoreError::Ahead { .. } => Failure::could_not_run(format!("{}: {error}", escape(file)), error.remedy()),
            error => failed(&error),
        })?;
        text.push_str(&match stored {
            Some((run, diff)) => format!("{} is run {run}: {}\n", escape(file), counted(&diff)),
            None => format!("{} is stored already\n", escape(file)),
        });
    }
    Ok(text)
}

/// Runs are told apart, and put in order, by when they were.
fn has_times(report: &Report, file: &str) -> Result<(), Failure> {
    for (what, time) in [("started", &report.started), ("finished", &report.finished)] {
        if let Err(error) = time.parse::<Timestamp>() {
            return Err(Failure::could_not_run(
                format!("{file:?} does not say when its run {what}: {error}"),
                "import a report as --format json writes it",
            ));
        }
    }
    Ok(())
}

/// What cannot be read is no export: whoever reads it as a report says why.
fn is_export(file: &str) -> bool {
    let mut first = [0; 2];
    let read = File::open(file).and_then(|mut file| file.read_exact(&mut first));
    read.is_ok() && first == GZIP
}

fn merge(store: &mut Store, file: &str) -> Result<Merged, Failure> {
    let failed = |error: TransferError| match error {
        TransferError::Store(error) => failed(&error),
        TransferError::Halfway { stored, why } => Failure::could_not_run(
            why.to_string(),
            format!(
                "{}; of {file:?} {stored} run(s) were stored: import it again for the rest",
                why.remedy()
            ),
        ),
        error @ TransferError::Forked { .. } => Failure::could_not_run(
            format!("{file:?} is of a store that went on otherwise than it had when it was imported last: {error}"),
            "it was set back to a backup, or its chain was made anew: ask there which. Nothing of it was stored. What it found \
             since then comes in a report at a time: there camsweep report RUN --format json, here camsweep import; or \
             import it into a store of its own, --store=PATH",
        ),
        TransferError::File(error) => Failure::could_not_run(
            format!("cannot read {file:?}: {error}"),
            "an export is a file of camsweep export; nothing of it was stored",
        ),
        error => Failure::could_not_run(
            format!("{file:?} is not what was exported: {error}"),
            "have it exported again; nothing of it was stored",
        ),
    };
    store.merge(|| lines(file), Timestamp::now()).map_err(failed)
}

/// The lines of an export after the first.
///
/// # Errors
/// Where it cannot be read, is no export, or unpacks to more than any does.
pub fn lines(file: &str) -> io::Result<impl Iterator<Item = io::Result<Line>>> {
    let packed = File::open(file)?;
    let left = UNPACKED.0 * packed.metadata()?.len() + UNPACKED.1;
    let unpacked = GzDecoder::new(packed);
    let mut unpacked = BufReader::new(Bounded { unpacked, left });
    let head: Option<Head> = next(&mut unpacked, MAX_LINE).transpose()?;
    let schema = head.map(|head| head.schema).unwrap_or_default();
    match schema == SCHEMA {
        true => Ok(std::iter::from_fn(move || next::<Line>(&mut unpacked, MAX_LINE))),
        false => Err(io::Error::other(format!(
            "it is {schema:?}; this version reads {SCHEMA:?}"
        ))),
    }
}

/// What is unpacked, of which there is no more than `left` bytes: a small file could unpack for ever.
struct Bounded<R> {
    unpacked: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.unpacked.read(buffer)?;
        let beyond = || io::Error::other(format!("it unpacks to more than {} times its length", UNPACKED.0));
        self.left = self.left.checked_sub(read as u64).ok_or_else(beyond)?;
        Ok(read)
    }
}

/// The next line, of at most so many bytes.
fn next<T: serde::de::DeserializeOwned>(from: &mut impl BufRead, most: u64) -> Option<io::Result<T>> {
    let mut line = Vec::new();
    match from.take(most + 1).read_until(b'\n', &mut line) {
        Ok(0) => None,
        Ok(length) if length as u64 > most => {
            Some(Err(io::Error::other(format!("a line is longer than {most} bytes"))))
        }
        Ok(_) => Some(serde_json::from_slice(&line).map_err(io::Error::from)),
        Err(error) => Some(Err(error)),
    }
}

fn came(merged: &Merged) -> String {
    let mut words = match merged.stored.as_slice() {
        [] => "no new run".to_owned(),
        [run] => format!("run {run} is new"),
        [first, .., last] => format!("{} runs are new, {first} to {last}", merged.stored.len()),
    };
    let others = [
        (merged.known, "stored already"),
        (merged.forgotten, "forgotten there"),
        (merged.forgotten_here, "forgotten here"),
        (
            merged.ahead,
            "ended in the future by a wrong clock, and say nothing of units",
        ),
    ];
    for (count, what) in others.iter().filter(|(count, _)| *count > 0) {
        words.push_str(&format!(", {count} {what}"));
    }
    format!("{words}; its chain of {} link(s) is sound, and kept", merged.links)
}

/// `camsweep export`.
///
/// # Errors
/// Where the store cannot be read or the file not be written.
pub fn export(args: &ExportArgs) -> Result<String, Failure> {
    if args.store.file().is_some_and(|store| place(store) == place(&args.file)) {
        return Err(Failure::usage(
            "the export would replace the store",
            "name another file",
        ));
    }
    let mut store = read(&args.store)?;
    let whole = WholeFile::begin_private(&args.file)?;
    let written = write(&mut store, whole).map_err(|error| match error {
        TransferError::Store(error) => failed(&error),
        error => unwritten(&args.file, &error),
    })?;
    Ok(format!(
        "{} run(s) in {}, with a chain of {} link(s): camsweep import stores them elsewhere\n",
        written.runs,
        escape(&args.file.display().to_string()),
        written.links
    ))
}

fn unwritten(file: &Path, error: &TransferError) -> Failure {
    let name = file.display().to_string();
    Failure::could_not_run(
        format!("cannot write {name:?}: {error}"),
        "name another file, or make room",
    )
}

fn write(store: &mut Store, file: WholeFile) -> Result<crate::store::transfer::Exported, TransferError> {
    let mut packing = GzEncoder::new(file, Compression::default());
    let line = |packing: &mut GzEncoder<WholeFile>, text: serde_json::Result<String>| writeln!(packing, "{}", text?);
    let head = Head { schema: SCHEMA.into() };
    line(&mut packing, serde_json::to_string(&head))?;
    let exported = store.export(|one| line(&mut packing, serde_json::to_string(one)))?;
    packing.finish()?.finish()?;
    Ok(exported)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut packing = GzEncoder::new(&file, Compression::best());
        packing.write_all(text.as_bytes()).unwrap();
        packing.finish().unwrap();
        file
    }

    fn read(text: &str) -> io::Result<Vec<Line>> {
        let file = packed(text);
        lines(file.path().to_str().unwrap())?.collect()
    }

    /// A file of 1 MB once unpacked to lines of 1 GiB each.
    #[test]
    fn a_small_export_that_unpacks_beyond_measure_is_refused() {
        let head = format!("{{\"schema\":\"{SCHEMA}\"}}\n");
        assert!(read(&head).is_ok_and(|lines| lines.is_empty()));
        let blanks = |length: usize| head.clone() + &" ".repeat(length);
        let why = |length| read(&blanks(length)).unwrap_err().to_string();
        assert!(why(1 << 20).starts_with("EOF"), "{}", why(1 << 20));
        assert_eq!(why(8 << 20), "it unpacks to more than 64 times its length");
        // At the end of a line, too: what follows is not left out without a word.
        let line = r#"{"link":1,"run":1,"content":"0","hash":"1","forgotten":null,"report":null}"#;
        let many = |count: usize| head.clone() + &format!("{line}\n").repeat(count);
        assert_eq!(read(&many(9)).map(|lines| lines.len()).ok(), Some(9));
        assert!(read(&many(100_000)).is_err());
    }

    #[test]
    fn a_line_is_read_whole_or_not_at_all() {
        for (line, is_read) in [("\"abc\"\n", true), ("\"abcd\"\n", false), ("\"abcdefghij\"", false)] {
            let read: io::Result<String> = next(&mut line.as_bytes(), 6).unwrap();
            assert_eq!(read.is_ok(), is_read, "{line:?}");
        }
        assert!(next::<String>(&mut &b""[..], 6).is_none());
    }
}
