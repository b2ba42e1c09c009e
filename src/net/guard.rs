//! What a run gives up before it hears the first byte, on Linux: capabilities, the user root, the right to gain any, the
//! right to write elsewhere. Capabilities and Landlock belong to a thread, so all of it happens before there are others.

use std::io;
use std::path::PathBuf;

use landlock::{
    ABI, AccessFs, AccessNet, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError,
    RulesetStatus,
};
use rustix::process::{DumpableBehavior, Gid, Resource, Rlimit, Uid, geteuid, set_dumpable_behavior, setrlimit};
use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, clear_ambient_capability_set, remove_capability_from_bounding_set,
    set_capabilities, set_no_new_privs, set_thread_groups, set_thread_res_gid, set_thread_res_uid,
};

/// The first kernel's Landlock that knows of TCP ports (Linux 6.7). Older ones keep what they know of it.
const LANDLOCK: ABI = ABI::V4;

/// Keeps secrets out of core dumps, and this process from being looked into by others of the same user.
///
/// # Errors
/// The system's own.
pub fn no_core_dumps() -> io::Result<()> {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none)?;
    Ok(set_dumpable_behavior(DumpableBehavior::NotDumpable)?)
}

/// Gives up every capability for good, and the user root where `sudo` has lent it, so that files belong to the user.
/// Says what was given up.
///
/// # Errors
/// The system's own, or where it would not hold because there are other threads: then a run must not begin.
pub fn drop_privileges() -> io::Result<Vec<String>> {
    if std::fs::read_dir("/proc/self/task").is_ok_and(|threads| threads.count() > 1) {
        return Err(io::Error::other("there are other threads, which would keep theirs"));
    }
    let mut given_up = Vec::new();
    let had = capabilities(None)?.permitted;
    // While it is still allowed: nothing that is ever executed gets them back.
    for one in CapabilitySet::all().iter() {
        let _ = remove_capability_from_bounding_set(one);
    }
    if let Some((user, group)) = lender() {
        let (user, group) = (Uid::from_raw(user), Gid::from_raw(group));
        set_thread_groups(&[group])?;
        set_thread_res_gid(group, group, group)?;
        set_thread_res_uid(user, user, user)?;
        given_up.push("the user root, for who has called sudo".into());
    }
    let none = CapabilitySets {
        effective: CapabilitySet::empty(),
        permitted: CapabilitySet::empty(),
        inheritable: CapabilitySet::empty(),
    };
    clear_ambient_capability_set()?;
    set_capabilities(None, none)?;
    if !had.is_empty() {
        given_up.push("all capabilities".into());
    }
    set_no_new_privs(true)?;
    given_up.push("new privileges (no_new_privs)".into());
    Ok(given_up)
}

/// Whether raw sockets can be opened.
pub fn may_send_frames() -> bool {
    capabilities(None).is_ok_and(|sets| sets.effective.contains(CapabilitySet::NET_RAW))
}

/// Whether this process is root's.
pub fn is_root() -> bool {
    geteuid().is_root()
}

/// The user and the group of who has called `sudo`, while this process is root's.
pub fn lender() -> Option<(u32, u32)> {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u32>().ok();
    let (user, group) = (number("SUDO_UID")?, number("SUDO_GID")?);
    // All ones stand for "leave it as it is" (setresuid(2)).
    let is_user = user != 0 && user != u32::MAX && group != u32::MAX;
    (is_root() && is_user).then_some((user, group))
}

/// From now on nothing is executed, nothing is written but beneath these folders and `/dev`, and no TCP port is opened
/// for others to call. Says what holds; nothing does where the kernel has no Landlock.
///
/// # Errors
/// The system's own.
pub fn confine(folders: &[PathBuf]) -> io::Result<Vec<String>> {
    let status = restrict(folders).map_err(io::Error::other)?;
    let held = "execution, files but for the report's folders, TCP ports for others to call (Landlock)";
    Ok(match status {
        RulesetStatus::NotEnforced => Vec::new(),
        RulesetStatus::FullyEnforced => vec![held.into()],
        RulesetStatus::PartiallyEnforced => vec![format!("{held}, as far as this kernel knows them")],
    })
}

fn restrict(folders: &[PathBuf]) -> Result<RulesetStatus, RulesetError> {
    let write = AccessFs::from_write(LANDLOCK);
    let mut rules = Ruleset::default()
        .handle_access(write | AccessFs::Execute)?
        .handle_access(AccessNet::BindTcp)?
        .create()?;
    let all = folders.iter().cloned().chain(["/dev".into()]);
    // A folder that cannot be opened cannot be written to either.
    for folder in all.filter_map(|folder| PathFd::new(folder).ok()) {
        rules = rules.add_rule(PathBeneath::new(folder, write))?;
    }
    Ok(rules.restrict_self()?.ruleset)
}
