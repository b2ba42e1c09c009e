//! What a run gives up before it hears anything, so that who takes it over by a reply has little of it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{ArgMatches, CommandFactory};

use super::Failure;
use super::args::{Cli, ScanArgs};
use super::file;
use super::others;
use crate::net::guard;
use crate::store::Place;

/// Before anything is read: no secret is left behind in a dump.
pub fn core_dumps() -> Option<String> {
    guard::no_core_dumps().is_ok().then(|| "core dumps".to_owned())
}

/// Before a file is read that a command line names: a scan by `sudo` is root for its raw sockets alone. Other commands are
/// what they were called as.
///
/// # Errors
/// Where this process cannot act as who has called `sudo`.
pub fn root_for_files(typed: &[OsString]) -> Result<(), Failure> {
    let lenient = Cli::command().ignore_errors(true).try_get_matches_from(typed);
    let is_scan = |matches: &ArgMatches| matches!(matches.subcommand_name(), Some("scan" | "hosts" | "config"));
    match lenient.is_ok_and(|matches| is_scan(&matches)) {
        true => guard::act_as_caller().map_err(|error| not_given_up(&error)),
        false => Ok(()),
    }
}

/// Does what needs the rights that this program was started with.
///
/// # Errors
/// Where the system does not give them back, or not take them again.
pub fn with_privileges<T>(act: impl FnOnce() -> T) -> Result<T, Failure> {
    guard::as_root(act).map_err(|error| not_given_up(&error))
}

/// The raw sockets are open, nothing has been heard: from here on no privilege is needed.
///
/// # Errors
/// Where the system does not take them back.
pub fn privileges() -> Result<Vec<String>, Failure> {
    guard::drop_privileges().map_err(|error| not_given_up(&error))
}

fn not_given_up(error: &std::io::Error) -> Failure {
    Failure::could_not_run(
        format!("cannot give up this program's privileges: {error}"),
        "run it as a user without them; it then finds hosts without ARP of its own",
    )
}

/// What Linux denies from here on. Where it cannot, the run goes on as on a system that has no such thing.
pub fn access(args: &ScanArgs, store: Option<&Place>) -> Vec<String> {
    let files = args.files().map(PathBuf::as_path).chain(store.and_then(Place::file));
    let places = files.map(written_at).chain(others::places());
    guard::confine(&places.collect::<Vec<_>>()).unwrap_or_default()
}

/// A file is begun beside the one that it replaces; a pipe or a device is written to as it is.
fn written_at(path: &Path) -> PathBuf {
    match path.metadata() {
        Ok(found) if !found.is_file() && !found.is_dir() => path.to_owned(),
        _ => file::folder_of(path),
    }
}
