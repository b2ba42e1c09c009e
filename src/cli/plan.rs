//! From what was typed and what this machine has to a plan. Pure: nothing is opened but target files.

use std::net::IpAddr;
use std::time::Duration;

use ipnetwork::Ipv4Network;

use super::Failure;
use super::args::ScanArgs;
use super::limits;
use super::render;
use crate::net::Interface;
use crate::ranges::routers_of;
use crate::scan::{Plan, Ranges, Segment, parse_exclusions, parse_targets};

/// The most addresses that are swept without `--yes-large`: a /20.
pub const LARGE: u64 = 4096;

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

/// Resolves the arguments.
///
/// # Errors
/// One line that names the value and the remedy; nothing has been sent.
pub fn resolve(args: &ScanArgs, interfaces: &[Interface]) -> Result<Plan, Failure> {
    render::check(&args.output.form, args.record.as_deref(), args.inputs())?;
    let limits = limits::resolve(&args.limits)?;
    let targets = parse_targets(&args.targets)?;
    let excluded = parse_exclusions(&args.exclude)?;
    let mut skipped = Vec::new();
    let used = match args.targets.is_empty() {
        true => for_default(args, interfaces, &mut skipped)?,
        false => for_targets(args, interfaces)?,
    };
    let wanted = match args.targets.is_empty() {
        true => used.iter().fold(Ranges::default(), |all, interface| {
            all.union(&hosts_over_ipv4(interface))
        }),
        false => targets,
    };
    let excluded = wanted.intersection(&excluded);
    let kept = without_unusable(&wanted.without(&excluded), &used, interfaces, &mut skipped);
    let (kept, deaf) = match args.passive {
        true => kept.by_family(),
        false => (kept, Ranges::default()),
    };
    if !deaf.is_empty() {
        skipped.push(format!("{deaf}: of IPv6, and --passive hears IPv4 alone"));
    }
    let (segments, mut routed) = split(kept, &used);
    if args.passive && !routed.is_empty() {
        skipped.push(format!(
            "{routed}: beyond a router, from where nothing is heard (--passive)"
        ));
        routed = Ranges::default();
    }
    if args.hosts && !routed.is_empty() {
        skipped.push(format!(
            "{routed}: beyond a router, where ARP does not reach (camsweep scan asks there)"
        ));
        routed = Ranges::default();
    }
    if args.l2_sadp && segments.is_empty() {
        skipped.push("raw Ethernet: no target is on a segment of this machine".into());
    }
    let plan = Plan {
        segments,
        routed_interface: args.interface.first().filter(|_| !routed.is_empty()).cloned(),
        routed,
        excluded,
        skipped,
        probe_silent: args.probe_silent,
        hosts_only: args.hosts,
        no_tcp: args.no_tcp,
        passive: args.passive.then(|| Duration::from_secs(args.listen)),
        ethernet: args.l2_sadp,
        ipv6: args.ipv6,
        names: !args.no_names && !args.passive,
        limits,
        logins: Vec::new(),
        given_up: Vec::new(),
    };
    check(plan, args)
}

fn check(plan: Plan, args: &ScanArgs) -> Result<Plan, Failure> {
    let addresses = plan.addresses();
    if args.passive && plan.segments.is_empty() {
        return Err(Failure::usage(
            "--passive hears nothing of these targets: none is on a segment of this machine",
            "name targets of an attached network, which camsweep without arguments shows",
        ));
    }
    if args.hosts && plan.segments.is_empty() && !plan.skipped.is_empty() {
        return Err(Failure::usage(
            format!(
                "none of these targets is on a segment of this machine ({})",
                plan.skipped.join("; ")
            ),
            "name targets of an attached network, which camsweep without arguments shows, or use camsweep scan",
        ));
    }
    if addresses == 0 {
        return Err(Failure::usage(
            "no address is left to sweep: exclusions, this machine's own addresses and network addresses are taken off",
            "name other targets or fewer exclusions",
        ));
    }
    if addresses > LARGE && !args.yes_large {
        return Err(Failure::usage(
            format!("{addresses} addresses are in scope, more than the {LARGE} that are swept without asking"),
            "name a smaller network, or add --yes-large",
        ));
    }
    if args.interface.len() > 1 && !plan.routed.is_empty() {
        return Err(Failure::usage(
            format!(
                "{} is on none of the interfaces named, and there are several",
                plan.routed
            ),
            "name one --interface for targets beyond a router",
        ));
    }
    Ok(plan)
}

/// The interfaces that the user allows, in the order of the system.
fn allowed<'a>(args: &ScanArgs, interfaces: &'a [Interface]) -> Result<Vec<&'a Interface>, Failure> {
    for name in &args.interface {
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
    let named = |interface: &&Interface| args.interface.is_empty() || args.interface.contains(&interface.name);
    Ok(interfaces.iter().filter(named).collect())
}

fn for_targets<'a>(args: &ScanArgs, interfaces: &'a [Interface]) -> Result<Vec<&'a Interface>, Failure> {
    let mut used = allowed(args, interfaces)?;
    used.retain(|interface| !interface.loopback && interface.up && interface.broadcast);
    used.sort_by_key(|interface| is_plumbing(&interface.name)); // a shared subnet goes to the real wire
    Ok(used)
}

fn for_default<'a>(
    args: &ScanArgs,
    interfaces: &'a [Interface],
    skipped: &mut Vec<String>,
) -> Result<Vec<&'a Interface>, Failure> {
    let mut used = Vec::new();
    for interface in allowed(args, interfaces)? {
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
    if real.is_empty() || !args.interface.is_empty() {
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

fn hosts_over_ipv4(interface: &Interface) -> Ranges {
    let hosts = interface.ipv4.iter().copied().map(Ranges::hosts_of);
    hosts.fold(Ranges::default(), |all, hosts| all.union(&hosts))
}

/// The neighbours that an interface can have. Link-local addresses are no targets.
fn neighbours_on(interface: &Interface) -> Ranges {
    let hosts = interface.ipv6.iter().copied().map(Ranges::hosts_of);
    hosts.fold(hosts_over_ipv4(interface), |all, hosts| all.union(&hosts))
}

/// Takes off this machine's own addresses, and network and broadcast addresses of its subnets.
fn without_unusable(
    wanted: &Ranges,
    used: &[&Interface],
    interfaces: &[Interface],
    skipped: &mut Vec<String>,
) -> Ranges {
    let real = interfaces.iter().filter(|interface| !interface.loopback);
    let own: Ranges = real.flat_map(Interface::addresses).collect();
    let ends: Ranges = used
        .iter()
        .flat_map(|interface| {
            let routers = interface.ipv6.iter().copied().filter_map(routers_of).map(IpAddr::from);
            interface.ipv4.iter().flat_map(ends_of).chain(routers)
        })
        .collect();
    let mut kept = wanted.clone();
    for (off, why) in [(own, "this machine's own"), (ends, "network and broadcast addresses")] {
        let off = kept.intersection(&off);
        if !off.is_empty() {
            skipped.push(format!("{off}: {why}"));
            kept = kept.without(&off);
        }
    }
    kept
}

fn ends_of(network: &Ipv4Network) -> Vec<IpAddr> {
    match network.prefix() {
        31 | 32 => Vec::new(),
        _ => vec![network.network().into(), network.broadcast().into()],
    }
}

/// Neighbours by segment (a subnet on two interfaces goes to the first), and the rest.
fn split(mut rest: Ranges, used: &[&Interface]) -> (Vec<Segment>, Ranges) {
    let mut segments = Vec::new();
    for interface in used {
        let targets = rest.intersection(&neighbours_on(interface));
        if !targets.is_empty() {
            rest = rest.without(&targets);
            segments.push(Segment {
                interface: (*interface).clone(),
                targets,
            });
        }
    }
    (segments, rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::exit::Code;

    fn interface(name: &str, ipv4: &[&str]) -> Interface {
        Interface {
            name: name.into(),
            index: 1,
            mac: None,
            ipv4: ipv4.iter().map(|net| net.parse().unwrap()).collect(),
            ipv6: Vec::new(),
            up: true,
            broadcast: true,
            loopback: name == "lo",
            is_virtual: false,
        }
    }

    fn machine() -> Vec<Interface> {
        let mut down = interface("eth9", &["10.9.0.2/24"]);
        down.up = false;
        let mut six = interface("eth6", &[]);
        six.ipv6 = vec!["fe80::1/64".parse().unwrap(), "fd06::1/64".parse().unwrap()];
        vec![
            interface("lo", &["127.0.0.1/8"]),
            interface("docker0", &["172.17.0.1/16"]),
            Interface {
                ipv6: vec!["fe80::2/64".parse().unwrap(), "fd00:10::2/64".parse().unwrap()],
                ..interface("eth0", &["10.0.0.2/24"])
            },
            interface("eth1", &["10.0.0.3/24", "10.1.0.2/30"]),
            down,
            six,
        ]
    }

    fn args(targets: &[&str]) -> ScanArgs {
        ScanArgs {
            targets: targets.iter().map(ToString::to_string).collect(),
            ..ScanArgs::default()
        }
    }

    fn scope(plan: &Plan) -> Vec<String> {
        let segments = plan.segments.iter();
        let mut words: Vec<String> = segments
            .map(|s| format!("{} {}", s.interface.name, s.targets))
            .collect();
        if !plan.routed.is_empty() {
            words.push(format!("routed {}", plan.routed));
        }
        words
    }

    #[test]
    fn raw_ethernet_is_for_segments_and_counted() {
        let budget = crate::cli::budget::Budget::of(&crate::net::Limits::default());
        for (targets, lines, skipped) in [(&["10.0.0.9"], 1, 0), (&["10.7.0.9"], 0, 1)] {
            let args = ScanArgs {
                l2_sadp: true,
                ..args(targets)
            };
            let plan = resolve(&args, &machine()).unwrap();
            let said = |lines: &[String]| lines.iter().filter(|line| line.starts_with("raw Ethernet")).count();
            assert_eq!(
                (said(&budget.words(&plan)), said(&plan.skipped)),
                (lines, skipped),
                "{targets:?}"
            );
        }
    }

    #[test]
    fn targets_fall_to_their_segments_or_beyond_a_router() {
        let table: &[(&[&str], &[&str])] = &[
            (&[], &["eth0 10.0.0.1, 10.0.0.4-10.0.0.254", "eth1 10.1.0.1"]),
            (&["10.0.0.0/24"], &["eth0 10.0.0.1, 10.0.0.4-10.0.0.254"]),
            (&["10.0.0.0-10.0.0.1"], &["eth0 10.0.0.1"]),
            (&["10.0.0.9", "192.168.7.1"], &["eth0 10.0.0.9", "routed 192.168.7.1"]),
            (&["172.17.0.5"], &["docker0 172.17.0.5"]),
            (&["127.0.0.1-3"], &["routed 127.0.0.1-127.0.0.3"]),
            (&["10.9.0.7"], &["routed 10.9.0.7"]),
            (
                &["fd00:10::/126", "10.0.0.9"],
                &["eth0 10.0.0.9, fd00:10::1, fd00:10::3"],
            ),
            (
                &["2001:db8::20", "fd00:10::9-fd00:10::9", "fd00:10::9"],
                &["eth0 fd00:10::9", "routed 2001:db8::20"],
            ),
            (&["fd06::9"], &["eth6 fd06::9"]),
        ];
        for (targets, expected) in table {
            assert_eq!(
                scope(&resolve(&args(targets), &machine()).unwrap()),
                *expected,
                "{targets:?}"
            );
        }
    }

    #[test]
    fn what_is_left_out_is_said() {
        let skipped = resolve(&args(&[]), &machine()).unwrap().skipped.join("\n");
        for part in [
            "docker0 (172.17.0.1/16): container",
            "eth9: down",
            "eth6: has IPv6",
            "10.0.0.2-10.0.0.3, 10.1.0.2: this machine's own",
        ] {
            assert!(skipped.contains(part), "{part}: {skipped}");
        }
        let named = resolve(&args(&["10.0.0.0-10.0.0.5"]), &machine())
            .unwrap()
            .skipped
            .join("\n");
        assert!(named.contains("10.0.0.0: network and broadcast"), "{named}");
    }

    #[test]
    fn plumbing_is_swept_where_there_is_nothing_else_or_it_is_named() {
        let only = [
            interface("lo", &["127.0.0.1/8"]),
            interface("docker0", &["172.17.0.1/30"]),
        ];
        assert_eq!(scope(&resolve(&args(&[]), &only).unwrap()), ["docker0 172.17.0.2"]);
        let mut named = args(&[]);
        named.interface = vec!["docker0".into()];
        named.yes_large = true;
        assert!(scope(&resolve(&named, &machine()).unwrap())[0].starts_with("docker0 "));
    }

    #[test]
    fn exclusions_are_taken_off_and_kept_apart() {
        let mut some = args(&["10.0.0.8-11"]);
        some.exclude = vec!["10.0.0.9,10.0.0.200".into()];
        let plan = resolve(&some, &machine()).unwrap();
        assert_eq!(scope(&plan), ["eth0 10.0.0.8, 10.0.0.10-10.0.0.11"]);
        assert_eq!(plan.excluded.to_string(), "10.0.0.9");
    }

    #[test]
    fn a_passive_run_says_that_it_hears_no_ipv6() {
        let some = ScanArgs {
            passive: true,
            ..args(&["10.0.0.9", "fd00:10::9"])
        };
        let plan = resolve(&some, &machine()).unwrap();
        assert_eq!(scope(&plan), ["eth0 10.0.0.9"]);
        assert!(
            plan.skipped.iter().any(|line| line.starts_with("fd00:10::9: of IPv6")),
            "{:?}",
            plan.skipped
        );
    }

    #[test]
    fn the_bound_counts_what_each_family_gets() {
        let budget = crate::cli::budget::Budget::of(&crate::net::Limits::default());
        let table: &[(&[&str], &str)] = &[
            (
                &["fd00:10::10/124"],
                "at most 16 datagrams (1008 bytes), one to each address of IPv6",
            ),
            (
                &["2001:db8::10/124"],
                "unicast: at most 2 datagrams to each of 16 addresses not on a segment",
            ),
            (
                &["10.7.0.1-16"],
                "unicast: at most 6 datagrams to each of 16 addresses not on a segment",
            ),
        ];
        for (targets, line) in table {
            let words = budget.words(&resolve(&args(targets), &machine()).unwrap()).join("\n");
            assert!(words.contains(line), "{targets:?}: {words}");
            assert!(!words.contains("ARP: "), "{targets:?}: {words}");
        }
    }

    #[test]
    fn bad_plans_are_refused_with_a_remedy() {
        let with = |targets: &[&str], exclude: &[&str], interface: &[&str]| ScanArgs {
            exclude: exclude.iter().map(ToString::to_string).collect(),
            interface: interface.iter().map(ToString::to_string).collect(),
            ..args(targets)
        };
        let table = [
            (
                with(&["10.0.0.9"], &["10.0.0.0/24"], &[]),
                "no address is left",
                Code::Usage,
            ),
            (with(&["10.64.0.0/16"], &[], &[]), "65534 addresses", Code::Usage),
            (with(&["fd00:10::/112"], &[], &[]), "65534 addresses", Code::Usage),
            (
                with(&["fd00:10::9"], &["fd00::/16"], &[]),
                "no address is left",
                Code::Usage,
            ),
            (with(&[], &[], &["eth7"]), "no interface \"eth7\"", Code::Usage),
            (with(&[], &[], &["eth9"]), "\"eth9\" is down", Code::CouldNotRun),
            (
                with(&[], &[], &["eth6"]),
                "no interface of this machine",
                Code::CouldNotRun,
            ),
            (
                with(&["192.168.7.1"], &[], &["eth0", "eth1"]),
                "none of the interfaces",
                Code::Usage,
            ),
        ];
        for (args, part, code) in table {
            let failure = resolve(&args, &machine()).unwrap_err();
            assert!(failure.message.contains(part), "{part}: {failure:?}");
            assert_eq!((failure.code, failure.hint.is_some()), (code, true), "{part}");
        }
        let none = resolve(&args(&[]), &[]).unwrap_err();
        assert_eq!(none.code, Code::CouldNotRun);
    }

    #[test]
    fn one_named_interface_carries_the_routed_targets_too() {
        let mut one = args(&["192.168.7.1"]);
        one.interface = vec!["eth1".into()];
        assert_eq!(
            resolve(&one, &machine()).unwrap().routed_interface.as_deref(),
            Some("eth1")
        );
    }

    #[test]
    fn plumbing_is_known_by_its_name() {
        for name in [
            "docker0",
            "br-0a1b2c3d4e5f",
            "veth12ab",
            "wg0",
            "tun0",
            "tailscale0",
            "ztabcdef",
        ] {
            assert!(is_plumbing(name), "{name}");
        }
        for name in ["eth0", "enp3s0", "wlan0", "br0", "br-lan", "bond0", "wlp2s0"] {
            assert!(!is_plumbing(name), "{name}");
        }
    }
}
