//! The network interfaces of this machine.

use std::io;

use ipnetwork::{Ipv4Network, Ipv6Network};
use mac_address::MacAddress;
use netdev::interface::state::OperState;

use super::{Interface, system};

/// The interfaces of this machine, by their numbers, with the routes that leave by them.
///
/// # Errors
/// `NotFound` where the system tells of none at all; not even a machine without network has no loopback.
pub fn interfaces() -> io::Result<Vec<Interface>> {
    let mut interfaces = without_routes()?;
    // A system that tells no routes has the networks of its own addresses all the same.
    for (index, route) in system::routes().unwrap_or_default() {
        let by = interfaces.iter_mut().find(|interface| interface.index == index);
        by.into_iter().for_each(|interface| interface.routes.push(route));
    }
    Ok(interfaces)
}

/// The same without routes, of which a router has many.
pub(super) fn without_routes() -> io::Result<Vec<Interface>> {
    let mut interfaces: Vec<Interface> = netdev::get_interfaces().iter().map(interface).collect();
    interfaces.sort_by_key(|interface| interface.index);
    interfaces.dedup_by_key(|interface| interface.index);
    if interfaces.is_empty() {
        return Err(io::Error::new(
            io::ErrorKind::NotFound,
            "the system names no network interface",
        ));
    }
    Ok(interfaces)
}

fn interface(found: &netdev::Interface) -> Interface {
    let mac = found
        .mac_addr
        .map(|mac| mac.octets())
        .filter(|mac| *mac != [0; 6] && *mac != [0xff; 6]);
    Interface {
        name: found.name.clone(),
        index: found.index,
        mac: mac.filter(|_| !found.is_loopback()).map(MacAddress::new),
        ipv4: found
            .ipv4
            .iter()
            .filter_map(|net| Ipv4Network::new(net.addr(), net.prefix_len()).ok())
            .collect(),
        ipv6: found
            .ipv6
            .iter()
            .filter_map(|net| Ipv6Network::new(net.addr(), net.prefix_len()).ok())
            .collect(),
        up: found.is_up() && found.is_running() && !matches!(found.oper_state, OperState::Down | OperState::NotPresent),
        broadcast: found.is_broadcast(),
        loopback: found.is_loopback(),
        is_virtual: !found.is_physical(),
        routes: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loopback_is_found_and_has_no_mac() {
        let interfaces = interfaces().unwrap();
        let loopback = interfaces
            .iter()
            .find(|interface| interface.loopback)
            .expect("every machine has one");
        assert_eq!(loopback.mac, None);
        assert!(interfaces.is_sorted_by_key(|interface| interface.index));
    }
}
