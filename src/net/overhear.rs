//! Copies of datagrams as a packet socket brings them: who sent what. Any bytes may come.

use std::net::SocketAddr;

use etherparse::{NetSlice, SlicedPacket, TransportSlice};

/// Sender and payload of an IPv4 packet that carries a whole UDP datagram.
pub(super) fn datagram(packet: &[u8]) -> Option<(SocketAddr, &[u8])> {
    let sliced = SlicedPacket::from_ip(packet).ok()?;
    let (Some(NetSlice::Ipv4(ip)), Some(TransportSlice::Udp(udp))) = (sliced.net, sliced.transport) else {
        return None;
    };
    let sender = ip.header().source_addr();
    Some((SocketAddr::new(sender.into(), udp.source_port()), udp.payload()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 10.0.0.9, port 1900, to 239.255.255.250, port 1900: `hello`, and the padding that short frames have.
    const PACKET: &[u8] = b"\x45\0\0\x21\0\0\x40\0\x04\x11\0\0\x0a\0\0\x09\xef\xff\xff\xfa\
        \x07\x6c\x07\x6c\0\x0d\0\0hello\0\0\0";

    #[test]
    fn the_sender_and_what_it_said_without_the_padding() {
        let from: SocketAddr = ([10, 0, 0, 9], 1900).into();
        assert_eq!(datagram(PACKET), Some((from, &b"hello"[..])));
    }

    #[test]
    fn a_fragment_and_what_is_cut_short_say_nothing() {
        let mut fragment = PACKET.to_vec();
        fragment[6] = 0x20;
        assert_eq!(datagram(&fragment), None);
        for length in 0..PACKET.len() - 3 {
            assert_eq!(datagram(&PACKET[..length]), None, "{length}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_may_come(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = datagram(&bytes);
        }
    }
}
