//! Where the configuration file is, and whether it can be trusted.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::super::history::variable;
use super::super::{Failure, is_root};

/// Of the machine, for who has none of their own.
const OF_THE_MACHINE: &str = "/etc/camsweep/camsweep.toml";

/// The file that was named, or the first that is there: the user's (XDG Base Directory Specification), then the
/// machine's. Never one of the folder that somebody happens to be in: an archive that was unpacked, or a folder that is
/// shared, would say what is asked and which files are written.
pub(super) fn find(named: Option<&Path>) -> Option<PathBuf> {
    let there = |place: &PathBuf| match std::fs::symlink_metadata(place).map_err(|error| error.kind()) {
        Err(ErrorKind::NotFound | ErrorKind::NotADirectory) => false,
        // A home that this user may not enter is somebody else's (`sudo -u`). Of the machine's file it is not known what
        // would be left out without it.
        Err(ErrorKind::PermissionDenied) => place == Path::new(OF_THE_MACHINE),
        _ => true,
    };
    match named {
        Some(named) => Some(named.to_owned()),
        None => usual().into_iter().find(there),
    }
}

/// Where it is looked for.
pub(super) fn usual() -> Vec<PathBuf> {
    places(|name| variable(name).map(PathBuf::from))
}

fn places(variable: impl Fn(&str) -> Option<PathBuf>) -> Vec<PathBuf> {
    // The specification has relative paths ignored.
    let folder = |name| variable(name).filter(|path| path.is_absolute());
    let own = folder("XDG_CONFIG_HOME")
        .or_else(|| folder("HOME").map(|home| home.join(".config")))
        .or_else(|| folder("APPDATA"));
    let own = own.map(|folder| folder.join("camsweep/camsweep.toml"));
    own.into_iter().chain([OF_THE_MACHINE.into()]).collect()
}

/// As root, refuses a file that somebody else may write or replace: what it names is opened and written by root.
#[cfg(unix)]
pub(super) fn refuse_strangers(file: &Path) -> Result<(), Failure> {
    if !is_root() {
        return Ok(());
    }
    // Who may put another file or folder in the place of one on the way may write it, by whatever way it is named.
    let real = std::fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let named = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let all = real.ancestors().chain(named.ancestors().skip(1));
    match all.filter_map(|part| Some((part, why_not(part)?))).next() {
        None => Ok(()),
        Some((part, why)) => Err(Failure::usage(
            format!(
                "the configuration file {:?} is not for root: {:?} {why}",
                file.display().to_string(),
                part.display().to_string()
            ),
            "give it to root (chown root, chmod go-w), name another with --config, or leave it out with --no-config",
        )),
    }
}

#[cfg(not(unix))]
pub(super) fn refuse_strangers(_: &Path) -> Result<(), Failure> {
    Ok(())
}

#[cfg(unix)]
fn why_not(part: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    // What cannot be looked at is said when it is read.
    let found = std::fs::metadata(part).ok()?;
    // In a folder with the sticky bit each may replace their own files only (/tmp).
    let sticky = found.is_dir() && found.mode() & 0o1000 != 0;
    match found.mode() & 0o022 != 0 && !sticky {
        _ if found.uid() != 0 => Some(format!("belongs to the user {}", found.uid())),
        true => Some("may be written by others".to_owned()),
        false => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_follows_the_environment() {
        let machine = OF_THE_MACHINE;
        /// The environment; the places.
        type Case<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str]);
        let table: [Case; 5] = [
            (
                &[("HOME", "/home/ann")],
                &["/home/ann/.config/camsweep/camsweep.toml", machine],
            ),
            (
                &[("HOME", "/home/ann"), ("XDG_CONFIG_HOME", "/conf")],
                &["/conf/camsweep/camsweep.toml", machine],
            ),
            (
                &[("HOME", "/home/ann"), ("XDG_CONFIG_HOME", "conf")],
                &["/home/ann/.config/camsweep/camsweep.toml", machine],
            ),
            (&[("HOME", "")], &[machine]),
            (&[], &[machine]),
        ];
        for (variables, expected) in table {
            let variable = |name: &str| {
                variables
                    .iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| value.into())
            };
            let expected: Vec<PathBuf> = expected.iter().map(PathBuf::from).collect();
            assert_eq!(places(variable), expected, "{variables:?}");
        }
    }
}
