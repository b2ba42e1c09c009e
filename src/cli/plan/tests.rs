use super::*;
use crate::cli::args::ScopeArgs;
use crate::cli::exit::Code;
use crate::net::Route;

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
        routes: Vec::new(),
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
        scope: ScopeArgs {
            targets: targets.iter().map(ToString::to_string).collect(),
            ..ScopeArgs::default()
        },
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

/// A machine with an on-link route beside its own networks, and one behind a gateway within it.
fn machine_with_routes() -> Vec<Interface> {
    let mut eth0 = interface("eth0", &["10.0.0.2/24"]);
    (eth0.index, eth0.ipv6) = (2, vec!["2001:db8:1::7/128".parse().unwrap()]);
    let mut eth1 = interface("eth1", &["10.1.0.2/24"]);
    eth1.index = 3;
    let route = |network: &str, on_link| Route {
        network: network.parse().unwrap(),
        on_link,
    };
    eth0.routes = vec![
        route("10.5.7.0/24", false),
        route("10.5.0.0/16", true),
        route("2001:db8:1::/64", true),
        route("0.0.0.0/0", false),
    ];
    eth1.routes = vec![route("10.5.9.0/24", true)];
    vec![eth0, eth1]
}

#[test]
fn whoever_a_route_without_gateway_reaches_is_a_neighbour() {
    let table: &[(&[&str], &[&str])] = &[
        (&["10.5.0.2"], &["eth0 10.5.0.2"]),
        (&["10.5.7.2"], &["routed 10.5.7.2"]),
        (&["10.5.9.2"], &["eth1 10.5.9.2"]),
        (&["10.6.0.2"], &["routed 10.6.0.2"]),
        (&["2001:db8:1::9"], &["eth0 2001:db8:1::9"]),
        (&["2001:db8:2::9"], &["routed 2001:db8:2::9"]),
    ];
    for (targets, expected) in table {
        let plan = resolve(&args(targets), &machine_with_routes()).unwrap();
        assert_eq!(scope(&plan), *expected, "{targets:?}");
    }
    let all = scope(&resolve(&args(&[]), &machine_with_routes()).unwrap());
    assert_eq!(
        all,
        [
            "eth0 10.0.0.1, 10.0.0.3-10.0.0.254",
            "eth1 10.1.0.1, 10.1.0.3-10.1.0.254"
        ]
    );
}

#[test]
fn who_is_on_the_network_of_an_interface_that_is_down_is_not_beyond_a_router() {
    let failure = resolve(&args(&["10.9.0.0/24"]), &machine()).unwrap_err();
    assert_eq!(failure.code, Code::CouldNotRun);
    assert!(failure.message.starts_with("eth9 is down"), "{failure:?}");
    let some = resolve(&args(&["10.9.0.7-8", "10.0.0.9", "10.8.0.1"]), &machine()).unwrap();
    assert_eq!(scope(&some), ["eth0 10.0.0.9", "routed 10.8.0.1"]);
    assert_eq!(some.behind_down().to_string(), "10.9.0.7-10.9.0.8");
    assert!(
        some.skipped
            .contains(&"10.9.0.7-10.9.0.8: not asked, because eth9 is down".into())
    );
    let mut led = machine();
    led[2].routes = vec![Route {
        network: "10.9.0.0/24".parse().unwrap(),
        on_link: false,
    }];
    assert_eq!(
        scope(&resolve(&args(&["10.9.0.7"]), &led).unwrap()),
        ["routed 10.9.0.7"]
    );
    let mut named = args(&["10.9.0.7"]);
    named.scope.interface = vec!["eth0".into()];
    assert_eq!(scope(&resolve(&named, &machine()).unwrap()), ["routed 10.9.0.7"]);
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
    named.scope.interface = vec!["docker0".into()];
    named.scope.yes_large = true;
    assert!(scope(&resolve(&named, &machine()).unwrap())[0].starts_with("docker0 "));
}

#[test]
fn exclusions_are_taken_off_and_kept_apart() {
    let mut some = args(&["10.0.0.8-11"]);
    some.scope.exclude = vec!["10.0.0.9,10.0.0.200".into()];
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
        scope: ScopeArgs {
            exclude: exclude.iter().map(ToString::to_string).collect(),
            interface: interface.iter().map(ToString::to_string).collect(),
            ..args(targets).scope
        },
        ..ScanArgs::default()
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
fn clinical_asks_nobody_by_tcp_for_silence_and_does_not_say_so() {
    let mut both = args(&["192.168.7.1"]);
    both.probe_silent = true;
    assert!(resolve(&both, &machine()).is_ok());
    both.limits.profile = crate::cli::args::ProfileName::Clinical;
    let failure = resolve(&both, &machine()).unwrap_err();
    assert_eq!((failure.code, failure.message.lines().count()), (Code::Usage, 1));
    assert!(failure.message.contains("--probe-silent contradicts"), "{failure:?}");
}

#[test]
fn one_named_interface_carries_the_routed_targets_too() {
    let mut one = args(&["192.168.7.1"]);
    one.scope.interface = vec!["eth1".into()];
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

#[test]
fn a_dry_run_promises_what_can_leave_and_the_time_that_it_takes() {
    let large = [interface("eth0", &["10.40.0.1/16"])];
    let budget = |plan: &Plan| crate::cli::budget::Budget::of(&plan.limits).words(plan).join("\n");
    let said = |targets: &[&str], change: fn(&mut ScanArgs), without_arp: bool| {
        let mut args = args(targets);
        args.scope.yes_large = true;
        change(&mut args);
        let machine = if targets == ["10.40.0.0/16"] {
            large.to_vec()
        } else {
            machine()
        };
        let mut plan = resolve(&args, &machine).unwrap();
        plan.without_arp = without_arp;
        budget(&plan)
    };
    let clinical: fn(&mut ScanArgs) = |args| args.limits.profile = crate::cli::args::ProfileName::Clinical;
    let silent: fn(&mut ScanArgs) = |args| args.probe_silent = true;
    let table: [(&[&str], _, _, &str); 6] = [
        (
            &["10.0.0.0/24"],
            (|_| ()) as fn(&mut ScanArgs),
            true,
            "ARP by the kernel (no raw socket): at most 252 datagrams",
        ),
        (&["10.0.0.0/24"], clinical, true, "ARP: none (no raw socket)"),
        (
            &["10.40.0.0/16"],
            |_| (),
            false,
            "; 394.3 s, down to 99.4 s while its hosts keep up",
        ),
        (&["10.40.0.0/16"], |_| (), true, "up to 576.9 s"),
        (&["fd00:10::/116"], |_| (), true, "looks for it; up to 39.3 s"),
        (
            &["10.64.0.0/20"],
            silent,
            false,
            "(--probe-silent), 20470 in all; up to 205.9 s",
        ),
    ];
    for (targets, change, without_arp, part) in table {
        let words = said(targets, change, without_arp);
        assert!(words.contains(part), "{part}: {words}");
        assert!(!without_arp || !words.contains("ARP: at most"), "{part}: {words}");
    }
}
