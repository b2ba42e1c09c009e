//! The worlds, and the plan of a scan of each.

use std::path::PathBuf;
use std::time::Duration;

use camsweep::scan::{Plan, Ranges, Segment};

use crate::world::{Nic, World, interface};

/// The union of ranges in words.
fn all(ranges: &[String]) -> Ranges {
    let ranges = ranges.iter().map(|range| range.parse().expect("a range in the world"));
    ranges.fold(Ranges::default(), |all, range: Ranges| all.union(&range))
}

/// What a scan of a world is to look at.
pub fn plan(world: &World) -> Plan {
    let segment = |(index, nic): (usize, &Nic)| {
        let interface = interface(nic, index as u32 + 2);
        let own: Ranges = interface.ipv4.iter().map(|network| network.ip()).collect();
        let all = all(&nic.targets_v6).union(&Ranges::hosts_of(interface.ipv4[0]));
        let targets = all.without(&own);
        Segment { interface, targets }
    };
    Plan {
        segments: world.interfaces.iter().enumerate().map(segment).collect(),
        routed: all(&world.routed),
        routed_interface: world.routed_interface.clone(),
        probe_silent: world.probe_silent,
        no_tcp: world.no_tcp,
        ethernet: world.ethernet,
        ipv6: world.ipv6,
        passive: world.passive.map(Duration::from_secs),
        limits: world.limits(),
        logins: world.logins.iter().map(|_| "a login".into()).collect(),
        names: world.passive.is_none(),
        ..Plan::default()
    }
}

/// Every world, with its name.
pub fn worlds() -> Vec<(String, World)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/worlds");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let load = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        let world = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (path.file_stem().unwrap().to_string_lossy().into_owned(), world)
    };
    files.into_iter().map(load).collect()
}
