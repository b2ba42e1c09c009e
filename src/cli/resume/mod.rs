//! The file of `--resume`: what a scan does and hears, line by line, so that another run can go on after it.
//!
//! The first line says of which scan the file is. Then come marks ([`Mark`]) and reply lines ([`record`]), each written
//! to the system before the run goes on: the end of the process, however sudden, loses none of them. The system is not
//! made to bring them to the disk at once; that would cost milliseconds a packet. A last line that is not whole is
//! what was being written then, and is taken off.

mod contents;
mod header;
#[cfg(test)]
mod tests;

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufReader, Write};
use std::path::Path;

use serde::Serialize;

use super::Failure;
use super::file::folder_of;
use crate::fact::Reply;
use crate::record;
use crate::scan::{Mark, Past, Plan};
use contents::{Contents, read};
use header::Header;

/// The name and version of the format.
pub const SCHEMA: &str = "camsweep.resume/1";
const OTHER_FILE: &str = "name another file, or remove it to begin anew";

/// The file of a scan under way. It is locked as long as this lives.
#[derive(Debug)]
pub struct Journal {
    file: File,
    failed: Option<io::Error>,
}

impl Journal {
    /// Opens the file, or creates it for its owner alone, and reads what earlier runs have left in it.
    ///
    /// # Errors
    /// Where it is of another scan, broken, complete or in use, or cannot be opened. It is untouched then.
    pub fn open(path: &Path, plan: &Plan) -> Result<(Self, Past), Failure> {
        let name = name_of(path);
        let mut options = OpenOptions::new();
        let file = open(path, &name, options.append(true).create(true))?;
        locked(&name, file.try_lock())?;
        let header = Header::of(plan);
        let read = unfinished(&name, &file, &header)?;
        let mut journal = Journal { file, failed: None };
        let begun = journal.begin(&header, read.whole);
        begun.map_err(|error| cannot("write", &name, &error))?;
        Ok((journal, read.past))
    }

    /// Takes off what is not whole, and says of which scan the file is where it does not say so yet.
    fn begin(&mut self, header: &Header, whole: u64) -> io::Result<()> {
        self.file.set_len(whole)?;
        if whole == 0 {
            self.file.write_all(line_of(header).as_bytes())?;
        }
        self.file.sync_data()
    }

    /// Writes down a reply. Whether all could be written so far.
    pub fn reply(&mut self, reply: &Reply) -> bool {
        self.line(record::to_line(reply) + "\n")
    }

    /// Writes down a mark. Whether all could be written so far.
    pub fn mark(&mut self, mark: &Mark) -> bool {
        self.line(line_of(mark))
    }

    /// In one piece. After a failure nothing more is written, so that only a last line can be in pieces.
    fn line(&mut self, line: String) -> bool {
        if self.failed.is_none() {
            self.failed = self.file.write_all(line.as_bytes()).err();
        }
        self.failed.is_none()
    }

    /// Ends the file, as complete where the scan is. From here on another run may use it.
    ///
    /// # Errors
    /// The first that writing met: the run has ended there.
    pub fn finish(mut self, is_complete: bool) -> io::Result<()> {
        if is_complete {
            self.mark(&Mark::Complete);
        }
        match self.failed {
            Some(error) => Err(error),
            None => self.file.sync_data(),
        }
    }
}

/// What a scan would find in the file, in words. Nothing is written, and a file that is not there is not made.
///
/// # Errors
/// As [`Journal::open`].
pub fn look(path: &Path, plan: &Plan) -> Result<String, Failure> {
    let name = name_of(path);
    let begun = format!("the resume file {name} is begun");
    match std::fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let folder = std::fs::metadata(folder_of(path));
            return folder.map_err(|error| cannot("open", &name, &error)).map(|_| begun);
        }
        _ => {}
    }
    let file = open(path, &name, &mut OpenOptions::new())?;
    locked(&name, file.try_lock_shared())?;
    let past = unfinished(&name, &file, &Header::of(plan))?.past;
    Ok(match past.is_empty() {
        true => begun,
        false => format!("the resume file {name} is gone on from: {}", past.words()),
    })
}

/// What is in the file of a scan that has not come to its end.
fn unfinished(name: &str, file: &File, header: &Header) -> Result<Contents, Failure> {
    let read = read(name, BufReader::new(file), header)?;
    match read.past.is_complete() {
        true => Err(Failure::could_not_run(
            format!("the scan of the resume file {name} is complete: nothing is left to ask, and nothing was sent"),
            OTHER_FILE,
        )),
        false => Ok(read),
    }
}

fn locked(name: &str, lock: Result<(), TryLockError>) -> Result<(), Failure> {
    match lock {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(Failure::could_not_run(
            format!("another run uses the resume file {name}"),
            "wait until it has ended, or name another file",
        )),
        Err(TryLockError::Error(error)) => Err(cannot("lock", name, &error)),
    }
}

fn name_of(path: &Path) -> String {
    format!("{:?}", path.display().to_string())
}

/// Opens it for reading, and for what else is wanted.
fn open(path: &Path, name: &str, options: &mut OpenOptions) -> Result<File, Failure> {
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    if std::fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(Failure::usage(
            format!("{name} is no file that a scan can go on from"),
            OTHER_FILE,
        ));
    }
    options.open(path).map_err(|error| cannot("open", name, &error))
}

fn cannot(what: &str, name: &str, error: &io::Error) -> Failure {
    Failure::could_not_run(
        format!("cannot {what} the resume file {name}: {error}"),
        "name a file on a local disk that you may read and write",
    )
}

fn line_of(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("strings, numbers and lists are always JSON") + "\n"
}
