//! The mark of a run: a small file, locked as long as the run lasts. The lock is what counts: the kernel takes it back
//! from a run that has died, so that a file without a lock is a stale one. Marks of others may be anything: they are
//! read with care and never written.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::Other;
use crate::cli::file;
use crate::scan::Ranges;

const PREFIX: &str = "camsweep-run-";
const GATE: &str = "camsweep-gate";
const HEAD: &str = "camsweep.run/1";
/// No mark is larger: a scope that would be, or that is in more pieces than [`MAX_RANGES`], is marked from its first
/// address to its last.
const MAX_BYTES: u64 = 64 * 1024;
const MAX_RANGES: usize = 1000;
/// More files than runs can be: then somebody plays.
const MAX_MARKS: usize = 1000;

/// A mark that has been left; it goes with this value.
#[derive(Debug)]
pub struct Mark {
    path: PathBuf,
    _locked: File,
}

impl Drop for Mark {
    fn drop(&mut self) {
        // One that cannot be removed is stale from now on.
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Mark {
    /// Leaves a mark that everybody on the machine may read. It appears when it is whole and locked.
    pub(super) fn leave(place: &Path, scope: &Ranges, network: &str) -> io::Result<Mark> {
        let mut begun = tempfile::Builder::new().prefix(".camsweep-").tempfile_in(place)?;
        let text = text(std::process::id(), scope, network);
        begun.write_all(text.as_bytes())?;
        readable_by_all(begun.as_file())?;
        begun.as_file().try_lock()?;
        let path = place.join(format!("{PREFIX}{}", uuid::Uuid::new_v4()));
        file::discard_too(&path);
        let locked = begun.persist_noclobber(&path).map_err(|failed| failed.error)?;
        Ok(Mark { path, _locked: locked })
    }
}

#[cfg(unix)]
fn readable_by_all(file: &File) -> io::Result<()> {
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644)) // the umask is taken for what others write
}

#[cfg(not(unix))]
fn readable_by_all(_file: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn owner(file: &File) -> Option<u32> {
    Some(std::os::unix::fs::MetadataExt::uid(&file.metadata().ok()?))
}

#[cfg(not(unix))]
fn owner(_file: &File) -> Option<u32> {
    None
}

/// A run whose mark is in this place and that asks some of this scope on this network. Stale marks are taken away
/// where that is allowed.
pub(super) fn over(place: &Path, scope: &Ranges, network: &str) -> Option<Other> {
    let entries = std::fs::read_dir(place).into_iter().flatten().filter_map(Result::ok);
    let marks = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX));
    let mut others = marks.take(MAX_MARKS).filter_map(|entry| other(&entry.path(), network));
    others.find(|other| !other.scope.intersection(scope).is_empty())
}

fn other(path: &Path, network: &str) -> Option<Other> {
    let file = open(path)?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => {
            let (pid, scope) = read(&file, network)?;
            Some(Other {
                pid,
                scope,
                mark: path.to_owned(),
                owner: owner(&file),
            })
        }
        Err(TryLockError::Error(_)) => None,
        Ok(()) => {
            let _ = std::fs::remove_file(path);
            None
        }
    }
}

/// The file at whose lock runs queue up, made where it is not there.
pub(super) fn gate_in(place: &Path) -> Option<File> {
    let path = place.join(GATE);
    let make = || {
        let made = OpenOptions::new().write(true).create_new(true).open(&path).ok()?;
        readable_by_all(&made).ok()?;
        Some(made)
    };
    open(&path).or_else(make)
}

/// Opens a file of somebody else's for reading: no link is followed, and a pipe cannot make us wait.
fn open(path: &Path) -> Option<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW | libc::O_NONBLOCK);
    let file = options.open(path).ok()?;
    let found = file.metadata().ok()?;
    (found.is_file() && found.len() <= MAX_BYTES).then_some(file)
}

fn text(pid: u32, scope: &Ranges, network: &str) -> String {
    let text = |scope: &[String]| format!("{HEAD}\npid {pid}\nnetwork {network}\nscope {}\n", scope.join(", "));
    let words = scope.words();
    let whole = text(&words);
    match words.len() > MAX_RANGES || whole.len() as u64 > MAX_BYTES {
        true => text(&scope.hull().words()),
        false => whole,
    }
}

/// What a mark says, if it is one and speaks of this network.
fn read(mut file: &File, network: &str) -> Option<(u32, Ranges)> {
    let mut text = String::new();
    Read::by_ref(&mut file).take(MAX_BYTES).read_to_string(&mut text).ok()?;
    parse(&text, network)
}

/// The process and its scope.
fn parse(text: &str, network: &str) -> Option<(u32, Ranges)> {
    let mut lines = text.lines();
    (lines.next()? == HEAD).then_some(())?;
    let pid = lines.next()?.strip_prefix("pid ")?.parse().ok()?;
    (lines.next()?.strip_prefix("network ")? == network).then_some(())?;
    let ranges = lines
        .next()?
        .strip_prefix("scope ")?
        .split(", ")
        .take(MAX_RANGES)
        .map(|word| word.parse().ok());
    let scope = ranges.collect::<Option<Vec<Ranges>>>()?;
    let scope = scope.iter().fold(Ranges::default(), |all, range| all.union(range));
    Some((pid, scope))
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    #[test]
    fn a_mark_is_read_as_it_was_written_and_nothing_else_is() {
        let scope = Ranges::between([10, 0, 0, 1], [10, 0, 0, 9])
            .union(&Ipv4Addr::new(10, 0, 0, 20).into())
            .union(&Ranges::between(Ipv6Addr::LOCALHOST, Ipv6Addr::from(9)));
        let written = text(7, &scope, "net:[1]");
        assert_eq!(parse(&written, "net:[1]"), Some((7, scope)));
        assert_eq!(parse(&written, "net:[2]"), None, "another network");
        for broken in [
            "",
            "camsweep.run/2\n",
            "camsweep.run/1\npid x\n",
            &written.replace("10.0.0.1-", "@/etc/passwd-"),
        ] {
            assert_eq!(parse(broken, "net:[1]"), None, "{broken}");
        }
    }

    #[test]
    fn a_scope_of_many_pieces_is_marked_as_a_whole() {
        let scope: Ranges = (0..3000_u32)
            .map(|number| Ipv4Addr::from(number * 2 + 0x0a00_0000))
            .collect();
        let (_, read) = parse(&text(7, &scope, "-"), "-").unwrap();
        assert_eq!(read.words(), ["10.0.0.0-10.0.23.110"]);
    }

    #[test]
    fn a_scope_of_long_words_is_marked_as_a_whole_before_its_mark_is_too_large_to_be_read() {
        let address = |number: u128| Ipv6Addr::from(0xfd00_1234_1234_1234_1234_1234_0000_0000 + number);
        let spans = (0..950).map(|number| Ranges::between(address(number * 4096), address(number * 4096 + 9)));
        let scope = spans.fold(Ranges::from(Ipv4Addr::new(10, 0, 0, 9)), |all, span| all.union(&span));
        let written = text(7, &scope, "-");
        assert!(written.len() as u64 <= MAX_BYTES);
        let (_, read) = parse(&written, "-").unwrap();
        assert_eq!(read, scope.hull());
        assert_eq!(read.words().len(), 2, "{read}");
    }
}
