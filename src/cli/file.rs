//! Files that are never left half written.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tempfile::NamedTempFile;

use super::Failure;

/// Every temporary file begun, for whoever leaves without unwinding.
static BEGUN: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Removes what is unfinished: a process that exits at once runs no destructor. Finished files bear
/// another name by then and stay.
pub fn discard_unfinished() {
    let begun = BEGUN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    for path in begun.iter() {
        let _ = std::fs::remove_file(path);
    }
}

/// The folder in which a file is begun and replaced: the one of what it is a link to.
pub fn folder_of(path: &Path) -> PathBuf {
    let to = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new(".")).to_owned()
}

/// Has a file removed with what is unfinished.
pub(super) fn discard_too(path: &Path) {
    let mut begun = BEGUN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    begun.push(path.to_owned());
}

/// A file that appears under its name when it is whole.
#[derive(Debug)]
pub struct WholeFile {
    to: PathBuf,
    temporary: Option<NamedTempFile>,
    direct: Option<std::fs::File>,
}

impl WholeFile {
    /// Begins a file. What is no regular file (a pipe, a device) is written straight away, as there is
    /// nothing to replace.
    ///
    /// # Errors
    /// Where the directory does not exist or cannot be written.
    pub fn begin(path: &Path) -> Result<Self, Failure> {
        WholeFile::begin_with(path, 0o666)
    }

    /// The same, of a file that is for its owner only; one that is replaced stays as private as it was.
    ///
    /// # Errors
    /// As [`begin`](WholeFile::begin).
    pub fn begin_private(path: &Path) -> Result<Self, Failure> {
        WholeFile::begin_with(path, 0o600)
    }

    /// `mode`: the permissions of a new file (Unix).
    fn begin_with(path: &Path, mode: u32) -> Result<Self, Failure> {
        if path == Path::new("-") {
            return Err(Failure::usage(
                "- is standard output elsewhere, and would be a file of that name here",
                "name a file; a report is printed where no --output is given",
            ));
        }
        let failed = |error: io::Error| {
            Failure::could_not_run(
                format!("cannot write {:?}: {error}", path.display().to_string()),
                "name a file in a directory that exists and that you may write to",
            )
        };
        let to = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let special = std::fs::metadata(&to).is_ok_and(|found| !found.is_file());
        let direct = special.then(|| OpenOptions::new().write(true).open(&to));
        let direct = direct.transpose().map_err(failed)?;
        let temporary = (!special).then(|| temporary_beside(&to, mode));
        let temporary = temporary.transpose().map_err(failed)?;
        Ok(WholeFile { to, temporary, direct })
    }

    /// Puts the whole file in its place.
    ///
    /// # Errors
    /// The system's own.
    pub fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        match self.temporary.take() {
            Some(temporary) => temporary.persist(&self.to).map(drop).map_err(|failed| failed.error),
            None => Ok(()),
        }
    }

    fn inner(&mut self) -> &mut dyn Write {
        match (&mut self.temporary, &mut self.direct) {
            (Some(temporary), _) => temporary,
            (None, Some(direct)) => direct,
            (None, None) => unreachable!("a file is either temporary or direct until it is finished"),
        }
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner().flush()
    }
}

/// Those of the file that is replaced, so that nobody reads more than before; the umask applies.
#[cfg(unix)]
fn permissions(path: &Path, mode: u32) -> std::fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path).map_or(mode, |found| found.permissions().mode() & 0o777);
    PermissionsExt::from_mode(mode)
}

#[cfg_attr(not(unix), expect(unused_variables, reason = "files have no such permissions there"))]
fn temporary_beside(path: &Path, mode: u32) -> io::Result<NamedTempFile> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let mut builder = tempfile::Builder::new();
    builder.prefix(".camsweep-");
    #[cfg(unix)]
    builder.permissions(permissions(path, mode));
    let file = builder.tempfile_in(parent.unwrap_or(Path::new(".")))?;
    discard_too(file.path());
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_only_when_it_is_whole() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("report");
        std::fs::write(&path, "old").unwrap();
        let mut file = WholeFile::begin(&path).unwrap();
        file.write_all(b"new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        file.finish().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        drop(WholeFile::begin(&path).unwrap());
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_is_replaced_stays_as_private_as_it_was() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("register");
        std::fs::write(&path, "old").unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        WholeFile::begin(&path).unwrap().finish().unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_written_and_never_replaced() {
        let mut file = WholeFile::begin(Path::new("/dev/null")).unwrap();
        file.write_all(b"x").unwrap();
        assert!(file.temporary.is_none());
        file.finish().unwrap();
    }
}
