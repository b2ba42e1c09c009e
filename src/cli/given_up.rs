//! What a run gives up before it hears anything, so that who takes it over by a reply has little of it.

use std::path::PathBuf;

use super::Failure;
use super::args::ScanArgs;
use super::file;
use super::others;
use crate::net::guard;
use crate::store::Place;

/// Where secrets are held, none is left behind in a dump.
pub fn core_dumps(holds_secrets: bool) -> Option<String> {
    let given_up = holds_secrets && guard::no_core_dumps().is_ok();
    given_up.then(|| "core dumps".to_owned())
}

/// The raw sockets are open, nothing has been heard: from here on no privilege is needed.
///
/// # Errors
/// Where the system does not take them back.
pub fn privileges() -> Result<Vec<String>, Failure> {
    guard::drop_privileges().map_err(|error| {
        Failure::could_not_run(
            format!("cannot give up this program's privileges: {error}"),
            "run it as a user without them; it then finds hosts without ARP of its own",
        )
    })
}

/// What Linux denies from here on. Where it cannot, the run goes on as on a system that has no such thing.
pub fn access(args: &ScanArgs, store: Option<&Place>) -> Vec<String> {
    let files = args.files().map(PathBuf::as_path).chain(store.and_then(Place::file));
    let folders = files.map(file::folder_of).chain(others::places());
    guard::confine(&folders.collect::<Vec<_>>()).unwrap_or_default()
}
