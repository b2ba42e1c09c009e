//! What earlier runs have left in a file.

use std::io::{self, BufRead, BufReader, Read};

use super::OTHER_FILE;
use super::header::Header;
use crate::cli::Failure;
use crate::record;
use crate::scan::Past;

/// How every file begins.
const BEGINNING: &str = r#"{"schema":"camsweep.resume/"#;
/// The largest file that is read, in bytes: far more than a scan writes.
const MAX_FILE: u64 = 2 * 1024 * 1024 * 1024;

/// What is in a file, and how many bytes of it are whole lines.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) past: Past,
    pub(super) whole: u64,
}

/// Reads them up to the last whole line.
pub(super) fn read(name: &str, input: impl Read, header: &Header) -> Result<Contents, Failure> {
    let mut input = BufReader::new(input.take(MAX_FILE + 1));
    let (mut contents, mut number) = (Contents::default(), 0u64);
    loop {
        number += 1;
        let broken = |why: &dyn std::fmt::Display| {
            Failure::usage(
                format!("the resume file {name} is broken at line {number}: {why}"),
                OTHER_FILE,
            )
        };
        let line = next_line(&mut input).map_err(|error| broken(&error))?;
        if !line.ends_with(b"\n") {
            let is_ours = BEGINNING.as_bytes().starts_with(&line) || line.starts_with(BEGINNING.as_bytes());
            return match number == 1 && !is_ours {
                true => Err(no_resume_file(name)),
                false => Ok(contents),
            };
        }
        contents.whole += line.len() as u64;
        if contents.whole > MAX_FILE {
            return Err(broken(&"it is larger than any scan writes"));
        }
        if number == 1 {
            check(name, &line, header)?;
        } else {
            take(&mut contents.past, &line).map_err(|error| broken(&error))?;
        }
    }
}

/// The next line with its line feed; without one, the rest of the file.
fn next_line(input: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    input.take(record::MAX_LINE as u64 + 2).read_until(b'\n', &mut line)?;
    match line.len() > record::MAX_LINE + 1 {
        true => Err(io::Error::other("the line is too long")),
        false => Ok(line),
    }
}

fn check(name: &str, line: &[u8], header: &Header) -> Result<(), Failure> {
    let other: Header = serde_json::from_slice(line)
        .ok()
        .filter(|other: &Header| other.schema.starts_with("camsweep.resume/"))
        .ok_or_else(|| no_resume_file(name))?;
    match header.differs_from(&other) {
        Some(why) => Err(Failure::usage(
            format!("the resume file {name} {why}"),
            "give the same arguments as then, or name another file",
        )),
        None => Ok(()),
    }
}

fn no_resume_file(name: &str) -> Failure {
    Failure::usage(format!("{name} is no resume file"), OTHER_FILE)
}

/// Takes in one line: a reply, or else a mark.
fn take(past: &mut Past, line: &[u8]) -> io::Result<()> {
    let line = std::str::from_utf8(line).map_err(io::Error::other)?.trim_end();
    if line.starts_with(r#"{"schema":"#) {
        past.take_reply(record::read_line(line).map_err(io::Error::other)?);
    } else {
        past.take(serde_json::from_str(line)?);
    }
    Ok(())
}
