//! What a run gives up before it hears the first byte, on Linux: capabilities, the user root, the right to gain any, the
//! right to write elsewhere. Capabilities and Landlock belong to a thread, so all of it happens before there are others.

use std::io;
use std::path::PathBuf;

use landlock::{
    ABI, AccessFs, AccessNet, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError,
    RulesetStatus,
};
use rustix::process::{DumpableBehavior, Gid, Resource, Rlimit, Uid, getuid, set_dumpable_behavior, setrlimit};
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

/// Where `sudo` has lent root, acts as who has called it until [`drop_privileges`], so that no file is read or written
/// that this user might not. Only [`as_root`] is root meanwhile.
///
/// # Errors
/// The system's own.
pub fn act_as_caller() -> io::Result<()> {
    let Some((user, group)) = caller() else { return Ok(()) };
    set_thread_groups(&[group])?;
    set_thread_res_gid(Gid::ROOT, group, Gid::ROOT)?;
    become_user([Uid::ROOT, user, Uid::ROOT])
}

/// Does what only root may, where `sudo` has lent it.
///
/// # Errors
/// The system's own; nothing was done, or this process is root still and must end.
pub fn as_root<T>(act: impl FnOnce() -> T) -> io::Result<T> {
    let Some((user, _)) = caller() else { return Ok(act()) };
    become_user([Uid::ROOT; 3])?;
    let done = act();
    become_user([Uid::ROOT, user, Uid::ROOT])?;
    Ok(done)
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
    let caller = caller();
    if caller.is_some() {
        become_user([Uid::ROOT; 3])?;
    }
    let had = capabilities(None)?.permitted;
    // While it is still allowed: nothing that is ever executed gets them back.
    for one in CapabilitySet::all().iter() {
        let _ = remove_capability_from_bounding_set(one);
    }
    if let Some((user, group)) = caller {
        set_thread_groups(&[group])?;
        set_thread_res_gid(group, group, group)?;
        become_user([user; 3])?;
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

/// Whether this process may open raw sockets, as [`as_root`] where `sudo` has lent root.
pub fn may_send_frames() -> bool {
    capabilities(None).is_ok_and(|sets| sets.permitted.contains(CapabilitySet::NET_RAW))
}

/// The real, the effective and the saved user. With another effective one the kernel forgets that this process may not be
/// looked into, as fs.suid_dumpable has it (prctl(2), `PR_SET_DUMPABLE`).
fn become_user([real, effective, saved]: [Uid; 3]) -> io::Result<()> {
    set_thread_res_uid(real, effective, saved)?;
    Ok(set_dumpable_behavior(DumpableBehavior::NotDumpable)?)
}

/// Who has called `sudo`, as long as root is not given up for good.
fn caller() -> Option<(Uid, Gid)> {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u32>().ok();
    let (user, group) = (number("SUDO_UID")?, number("SUDO_GID")?);
    // All ones stand for "leave it as it is" (setresuid(2)).
    let is_user = user != 0 && user != u32::MAX && group != u32::MAX;
    (getuid().is_root() && is_user).then(|| (Uid::from_raw(user), Gid::from_raw(group)))
}

/// What is written to without being anybody's file.
const DEVICES: [&str; 2] = ["/dev/null", "/dev/tty"];

/// From now on nothing is executed, nothing is written but to these places (all that is beneath a folder; a device itself),
/// `/dev/null` and `/dev/tty`, and no TCP port is opened for others to call. Says what holds; nothing does where the
/// kernel has no Landlock.
///
/// # Errors
/// The system's own.
pub fn confine(places: &[PathBuf]) -> io::Result<Vec<String>> {
    let status = restrict(places).map_err(io::Error::other)?;
    let held = "execution, writing but beneath the folders of the files it writes and of the marks of runs (/run/lock, /tmp) \
                and to /dev/null and /dev/tty, TCP ports for others to call (Landlock)";
    Ok(match status {
        RulesetStatus::NotEnforced => Vec::new(),
        RulesetStatus::FullyEnforced => vec![held.into()],
        RulesetStatus::PartiallyEnforced => vec![format!("{held}, as far as this kernel knows them")],
    })
}

fn restrict(places: &[PathBuf]) -> Result<RulesetStatus, RulesetError> {
    let write = AccessFs::from_write(LANDLOCK);
    let mut rules = Ruleset::default()
        .handle_access(write | AccessFs::Execute)?
        .handle_access(AccessNet::BindTcp)?
        .create()?;
    let all = places.iter().cloned().chain(DEVICES.map(PathBuf::from));
    // What cannot be opened cannot be written to either.
    for (is_folder, place) in all.filter_map(|place| Some((place.is_dir(), PathFd::new(&place).ok()?))) {
        let access = if is_folder {
            write
        } else {
            write & AccessFs::from_file(LANDLOCK)
        };
        rules = rules.add_rule(PathBeneath::new(place, access))?;
    }
    Ok(rules.restrict_self()?.ruleset)
}
