//! ARP over Ethernet for IPv4 (RFC 826).

use std::net::Ipv4Addr;

use etherparse::{ArpHardwareId, ArpOperation, ArpPacket, ArpPacketSlice, EtherType};
use mac_address::MacAddress;

/// The type of the frames that carry it.
pub const ETHERTYPE: u16 = 0x0806;

/// The length of a packet in bytes, Ethernet header and padding not counted.
pub const LENGTH: usize = 28;

/// The operation of a reply.
pub const REPLY: u16 = 2;

/// One packet, without its Ethernet header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet {
    /// 1 for a request, 2 for a reply.
    pub operation: u16,
    /// Who says so.
    pub sender_mac: MacAddress,
    /// The address that the sender says is its own.
    pub sender_ip: Ipv4Addr,
    /// Whom it is for; all zero in a request.
    pub target_mac: MacAddress,
    /// The address that is asked for.
    pub target_ip: Ipv4Addr,
}

/// The question who has `target_ip`, ready for an Ethernet frame of type 0x0806.
pub fn request(sender_mac: MacAddress, sender_ip: Ipv4Addr, target_ip: Ipv4Addr) -> [u8; LENGTH] {
    let packet = ArpPacket::new(
        ArpHardwareId::ETHERNET,
        EtherType::IPV4,
        ArpOperation::REQUEST,
        &sender_mac.bytes(),
        &sender_ip.octets(),
        &[0; 6],
        &target_ip.octets(),
    )
    .expect("both hardware addresses have six bytes and both protocol addresses four");
    packet
        .to_bytes()
        .as_slice()
        .try_into()
        .expect("8 + 2 × (6 + 4) bytes are 28")
}

impl Packet {
    /// Reads a packet of any operation. What follows it (Ethernet pads to 46 bytes) is ignored.
    /// `None` for what is too short and for other hardware or protocols.
    pub fn decode(bytes: &[u8]) -> Option<Packet> {
        let slice = ArpPacketSlice::from_slice(bytes).ok()?;
        if slice.hw_addr_type() != ArpHardwareId::ETHERNET || slice.proto_addr_type() != EtherType::IPV4 {
            return None;
        }
        Some(Packet {
            operation: slice.operation().0,
            sender_mac: mac(slice.sender_hw_addr())?,
            sender_ip: ip(slice.sender_protocol_addr())?,
            target_mac: mac(slice.target_hw_addr())?,
            target_ip: ip(slice.target_protocol_addr())?,
        })
    }
}

fn mac(bytes: &[u8]) -> Option<MacAddress> {
    <[u8; 6]>::try_from(bytes).ok().map(MacAddress::new)
}

fn ip(bytes: &[u8]) -> Option<Ipv4Addr> {
    <[u8; 4]>::try_from(bytes).ok().map(Ipv4Addr::from)
}
