//! Which store is meant, and how it is opened.

use std::ffi::OsString;
use std::path::Path;

use super::super::args::store::StoreArgs;
use super::super::{Failure, is_root};
use crate::store::{Place, Store, StoreError};

/// A store's trouble as the user is told of it.
pub fn failed(error: &StoreError) -> Failure {
    Failure::could_not_run(error.to_string(), error.remedy())
}

/// The place that the user named, or the usual one.
fn place(named: Option<&str>) -> Result<Place, Failure> {
    match named {
        Some(text) if text != "default" => {
            let Ok(place) = text.parse();
            Ok(place)
        }
        _ => Place::default_for(is_root(), |name| variable(name)?.into_string().ok())
            .ok_or_else(|| Failure::could_not_run("there is no home to keep a store in", "name a file: --store=PATH")),
    }
}

/// The place of a store that may have to be made; the folder of the usual one is.
///
/// # Errors
/// One line and a remedy.
pub fn prepared(named: &str) -> Result<Place, Failure> {
    let place = place(Some(named))?;
    if let (Place::File(path), "default") = (&place, named) {
        let made = path.parent().map(private_folder);
        made.transpose().map_err(|error| {
            let why = format!("cannot make a folder for the store {:?}: {error}", place.name());
            Failure::could_not_run(why, "name a file in a folder that you may write to: --store=PATH")
        })?;
    }
    Ok(place)
}

/// Opens a store, and makes it where it is not there.
///
/// # Errors
/// One line and a remedy.
pub fn make(place: &Place) -> Result<Store, Failure> {
    Store::open(place, true).map_err(|error| failed(&error))
}

/// Opens a store that a command only reads, for which nobody needs the right to write.
pub(super) fn read(args: &StoreArgs) -> Result<Store, Failure> {
    Store::read(&place(args.store.as_deref())?).map_err(|error| failed(&error))
}

/// Opens a store that a command writes.
pub(in crate::cli) fn open(args: &StoreArgs) -> Result<Store, Failure> {
    Store::open(&place(args.store.as_deref())?, false).map_err(|error| failed(&error))
}

fn private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// What the environment says of the user's folders. HOME is root's still when root is given up, and so is whatever else
/// `sudo` has let through.
pub(in crate::cli) fn variable(name: &str) -> Option<OsString> {
    match lent_by() {
        Some(home) => (name == "HOME").then(|| home.into()),
        None => std::env::var_os(name).filter(|value| !value.is_empty()),
    }
}

/// The home of the user who has called `sudo`, where this process is that user's again; empty where there is none.
#[cfg(unix)]
fn lent_by() -> Option<String> {
    let user = nix::unistd::geteuid();
    let caller: u32 = std::env::var("SUDO_UID").ok()?.parse().ok()?;
    let home = || {
        nix::unistd::User::from_uid(user)
            .ok()
            .flatten()
            .map(|user| user.dir.to_string_lossy().into_owned())
    };
    (caller == user.as_raw()).then(|| home().unwrap_or_default())
}

#[cfg(not(unix))]
fn lent_by() -> Option<String> {
    None
}
