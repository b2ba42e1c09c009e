//! ARP packets, and rows of a neighbour table.

use std::net::Ipv4Addr;

use super::{Reading, Sayings, garbled};
use crate::fact::{Name, Reply};
use crate::wire::{arp::Packet, text};

/// Requests count like replies: the sender states its own address in both.
pub(super) fn read(reply: &Reply) -> Reading {
    let mut said = Sayings::default();
    match Packet::decode(&reply.bytes) {
        Some(packet) if speaks_for_another(&reply.host, packet.sender_ip) => {
            return garbled("an ARP packet that speaks for another address");
        }
        Some(packet) => said.mac(Name::Mac, Some(&packet.sender_mac.to_string())),
        None => said.mac(Name::Mac, Some(&text::decode(&reply.bytes))),
    }
    said.or_garbled("neither an ARP packet nor a MAC address")
}

/// The label of a stored reply need not be an address, and then says nothing.
fn speaks_for_another(host: &str, sender: Ipv4Addr) -> bool {
    host.parse::<Ipv4Addr>().is_ok_and(|host| host != sender)
}
