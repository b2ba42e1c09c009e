//! Asking by ARP: who asks, with which address, and which packets are only our own voice.

use std::net::Ipv4Addr;

use mac_address::MacAddress;

use super::Interface;
use crate::wire::arp::request;

/// The request that an interface sends for an address, from its own address in the same subnet,
/// else from its first. `None` where it has no MAC or no IPv4 address.
pub(super) fn request_from(interface: &Interface, target: Ipv4Addr) -> Option<[u8; 28]> {
    let same = interface.ipv4.iter().find(|net| net.contains(target));
    let sender = same.or(interface.ipv4.first())?.ip();
    Some(request(interface.mac?, sender, target))
}

/// Whether a packet is a request sent by this MAC address.
pub(super) fn is_own_request(packet: &[u8], mac: Option<MacAddress>) -> bool {
    let sender = packet.get(8..14);
    packet.get(6..8) == Some(&[0, 1]) && mac.is_some_and(|mac| sender == Some(&mac.bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interface(ipv4: &[&str]) -> Interface {
        Interface {
            name: "eth0".into(),
            index: 2,
            mac: Some(MacAddress::new([2, 0, 0, 0, 0, 1])),
            ipv4: ipv4.iter().map(|net| net.parse().unwrap()).collect(),
            ipv6: vec![],
            up: true,
            broadcast: true,
            loopback: false,
            is_virtual: false,
            routes: Vec::new(),
        }
    }

    #[test]
    fn the_sender_is_the_address_of_the_targets_subnet() {
        let two = interface(&["192.0.2.5/24", "198.51.100.7/24"]);
        let table = [
            ([198, 51, 100, 9], [198, 51, 100, 7]),
            ([192, 0, 2, 9], [192, 0, 2, 5]),
            ([203, 0, 113, 1], [192, 0, 2, 5]),
        ];
        for (target, sender) in table {
            let packet = request_from(&two, target.into()).unwrap();
            assert_eq!((&packet[14..18], &packet[24..]), (&sender[..], &target[..]));
            assert!(is_own_request(&packet, two.mac));
        }
        assert_eq!(request_from(&interface(&[]), [192, 0, 2, 9].into()), None);
    }

    #[test]
    fn replies_and_stumps_are_not_our_own_requests() {
        let mac = MacAddress::new([2, 0, 0, 0, 0, 1]);
        let own = Some(mac);
        let mut reply = request(mac, [192, 0, 2, 5].into(), [192, 0, 2, 9].into());
        assert!(!is_own_request(&reply[..9], own));
        reply[7] = 2;
        assert!(!is_own_request(&reply, own));
    }
}
