//! Which addresses are left to ask, and over which interface.

use std::net::IpAddr;

use ipnetwork::{IpNetwork, Ipv4Network};

use crate::net::Interface;
use crate::ranges::routers_of;
use crate::scan::{Ranges, Segment};

/// Whom an interface has on its networks of IPv4.
pub(super) fn hosts_over_ipv4(interface: &Interface) -> Ranges {
    let hosts = interface.ipv4.iter().copied().map(Ranges::hosts_of);
    hosts.fold(Ranges::default(), |all, hosts| all.union(&hosts))
}

/// The neighbours that an interface can have: on the networks of its own addresses, and where a route leads by it without
/// a gateway, as many have it over IPv6 (an address alone puts nobody on the link, RFC 5942 §4). Link-local addresses are
/// no targets.
fn neighbours_on(interface: &Interface, interfaces: &[Interface]) -> Ranges {
    let hosts = interface.ipv6.iter().copied().map(Ranges::hosts_of);
    hosts
        .fold(hosts_over_ipv4(interface), |all, hosts| all.union(&hosts))
        .union(&routed_onto(interface, interfaces))
}

/// Where the routes lead by an interface without a gateway. Of two routes the longer prefix holds (RFC 1812 §5.2.4.3).
fn routed_onto(interface: &Interface, interfaces: &[Interface]) -> Ranges {
    let routes = interfaces
        .iter()
        .flat_map(|other| other.routes.iter().map(move |route| (other, route)));
    let mut routes: Vec<_> = routes.collect();
    routes.sort_by_key(|(_, route)| route.network.prefix());
    routes.into_iter().fold(Ranges::default(), |all, (by, route)| {
        let network = Ranges::of(route.network);
        match route.on_link && by.index == interface.index {
            true => all.union(&network),
            false => all.without(&network),
        }
    })
}

/// Takes off this machine's own addresses, and network and broadcast addresses of its subnets.
pub(super) fn without_unusable(
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

/// Takes off the targets on networks of interfaces that are down, where no other interface has a route as narrow: they are
/// not beyond a router, whatever the routes are while the interface is down. By interface.
pub(super) fn take_down(rest: &mut Ranges, interfaces: &[Interface]) -> Vec<(String, Ranges)> {
    let (up, down): (Vec<&Interface>, Vec<_>) = interfaces.iter().partition(|interface| interface.up);
    let routes: Vec<IpNetwork> = up
        .iter()
        .flat_map(|up| up.routes.iter().map(|route| route.network))
        .collect();
    let mut found = Vec::new();
    for interface in down.into_iter().filter(|interface| !interface.loopback) {
        let v4 = interface.ipv4.iter().copied().map(IpNetwork::from);
        let networks = v4.chain(interface.ipv6.iter().copied().map(IpNetwork::from));
        let hosts = networks.fold(Ranges::default(), |all, network| all.union(&only_by(network, &routes)));
        let targets = rest.intersection(&hosts);
        if !targets.is_empty() {
            *rest = rest.without(&targets);
            found.push((interface.name.clone(), targets));
        }
    }
    found
}

/// The hosts of a network to which none of these routes leads as narrowly.
fn only_by(network: IpNetwork, routes: &[IpNetwork]) -> Ranges {
    let narrow = routes.iter().filter(|route| route.prefix() >= network.prefix());
    narrow.fold(Ranges::hosts_of(network), |hosts, route| {
        hosts.without(&Ranges::of(*route))
    })
}

/// Neighbours by segment (a subnet on two interfaces goes to the first), and the rest.
pub(super) fn split(mut rest: Ranges, used: &[&Interface], interfaces: &[Interface]) -> (Vec<Segment>, Ranges) {
    let mut segments = Vec::new();
    for interface in used {
        let targets = rest.intersection(&neighbours_on(interface, interfaces));
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
