//! Which interfaces of this machine are used.

use crate::cli::Failure;
use crate::cli::args::ScopeArgs;
use crate::net::Interface;

/// Names that container engines, hypervisors and VPNs give their interfaces. Cameras do not live there.
const PLUMBING: &[&str] = &[
    "docker",
    "veth",
    "virbr",
    "cni",
    "flannel",
    "cali",
    "podman",
    "lxc",
    "lxdbr",
    "vmnet",
    "vboxnet",
    "tailscale",
    "wg",
    "tun",
    "tap",
    "zt",
    "utun",
    "ppp",
    "nordlynx",
    "kube-",
];

/// The interfaces that the user allows, in the order of the system.
fn allowed<'a>(scope: &ScopeArgs, interfaces: &'a [Interface]) -> Result<Vec<&'a Interface>, Failure> {
    for name in &scope.interface {
        let Some(found) = interfaces.iter().find(|interface| interface.name == *name) else {
            let names: Vec<&str> = interfaces.iter().map(|interface| interface.name.as_str()).collect();
            return Err(Failure::usage(
                format!("there is no interface {name:?}"),
                format!("this machine has: {}", names.join(", ")),
            ));
        };
        if !found.up {
            return Err(Failure::could_not_run(
                format!("the interface {name:?} is down"),
                "connect it or bring it up, or name another",
            ));
        }
    }
    let named = |interface: &&Interface| scope.interface.is_empty() || scope.interface.contains(&interface.name);
    Ok(interfaces.iter().filter(named).collect())
}

pub(super) fn for_targets<'a>(scope: &ScopeArgs, interfaces: &'a [Interface]) -> Result<Vec<&'a Interface>, Failure> {
    let mut used = allowed(scope, interfaces)?;
    used.retain(|interface| !interface.loopback && interface.up && interface.broadcast);
    used.sort_by_key(|interface| is_plumbing(&interface.name)); // a shared subnet goes to the real wire
    Ok(used)
}

pub(super) fn for_default<'a>(
    scope: &ScopeArgs,
    interfaces: &'a [Interface],
    skipped: &mut Vec<String>,
) -> Result<Vec<&'a Interface>, Failure> {
    let mut used = Vec::new();
    for interface in allowed(scope, interfaces)? {
        match why_not(interface) {
            None => used.push(interface),
            Some(_) if interface.loopback => {}
            Some(why) => skipped.push(format!("{}: {why}", interface.name)),
        }
    }
    if used.is_empty() {
        return Err(Failure::could_not_run(
            "no interface of this machine is on an IPv4 network that can be swept",
            "connect one, or name targets: camsweep scan 10.0.0.0/24",
        ));
    }
    let (plumbing, real): (Vec<_>, Vec<_>) = used.iter().copied().partition(|interface| is_plumbing(&interface.name));
    if real.is_empty() || !scope.interface.is_empty() {
        return Ok(used);
    }
    skipped.extend(plumbing.iter().map(|interface| {
        let subnets = subnets_of(interface);
        format!(
            "{} ({subnets}): container or VPN plumbing; name it with --interface to sweep it",
            interface.name
        )
    }));
    Ok(real)
}

fn why_not(interface: &Interface) -> Option<&'static str> {
    match interface {
        Interface { loopback: true, .. } => Some("the loopback"),
        Interface { up: false, .. } => Some("down"),
        Interface { ipv4, ipv6, .. } if ipv4.is_empty() && !ipv6.is_empty() => {
            Some("has IPv6 addresses only, and nobody can sweep a network of IPv6: name its devices' addresses")
        }
        Interface { ipv4, .. } if ipv4.is_empty() => Some("has no address"),
        Interface { broadcast: false, .. } => Some("cannot broadcast"),
        _ => None,
    }
}

/// Whether an interface is named as container engines, hypervisors and VPNs name theirs.
pub fn is_plumbing(name: &str) -> bool {
    let bridge = name.strip_prefix("br-"); // Docker's: br- and hexadecimal digits
    bridge.is_some_and(|id| id.len() >= 8 && id.bytes().all(|byte| byte.is_ascii_hexdigit()))
        || PLUMBING.iter().any(|prefix| name.starts_with(prefix))
}

/// The subnets of an interface in words.
pub fn subnets_of(interface: &Interface) -> String {
    let words: Vec<String> = interface.ipv4.iter().map(ToString::to_string).collect();
    words.join(", ")
}
