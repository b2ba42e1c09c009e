//! What the kernel tells by netlink: the neighbour table, news of it, and the routes. None of it takes a privilege.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnetwork::IpNetwork;
use mac_address::MacAddress;
use netlink_packet_core::{NLM_F_DUMP, NLM_F_REQUEST, NetlinkHeader, NetlinkMessage, NetlinkPayload};
use netlink_packet_route::neighbour::{
    NeighbourAddress, NeighbourAttribute, NeighbourMessage, NeighbourState as KernelState,
};
use netlink_packet_route::route::{RouteAddress, RouteAttribute, RouteHeader, RouteMessage, RouteType};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use netlink_sys::{Socket as Netlink, SocketAddr as NetlinkAddress, protocols::NETLINK_ROUTE};
use tokio::io::unix::AsyncFd;

use super::RECEIVE_BUFFER;
use crate::net::{NeighbourState, Route, Row};

const RTNLGRP_NEIGH: u32 = 3;
const NETLINK_HEADER: usize = 16;

/// The neighbour table as it is now, IPv4 and IPv6. Blocks for as long as the kernel writes it.
pub(in crate::net) fn neighbours() -> io::Result<Vec<Row>> {
    let mut rows = Vec::new();
    dump(
        RouteNetlinkMessage::GetNeighbour(NeighbourMessage::default()),
        |message| rows.extend(read_neighbour(&message)),
    )?;
    Ok(rows)
}

/// The routes of the main table, IPv4 and IPv6, each with the number of the interface that it leaves by.
pub(in crate::net) fn routes() -> io::Result<Vec<(u32, Route)>> {
    let mut routes = Vec::new();
    dump(RouteNetlinkMessage::GetRoute(RouteMessage::default()), |message| {
        routes.extend(read_route(&message))
    })?;
    Ok(routes)
}

/// Asks for a whole table, and takes each row of it.
fn dump(request: RouteNetlinkMessage, mut take: impl FnMut(RouteNetlinkMessage)) -> io::Result<()> {
    let socket = Netlink::new(NETLINK_ROUTE)?;
    socket.send_to(&dump_request(request), &NetlinkAddress::new(0, 0), 0)?;
    loop {
        let (bytes, from) = socket.recv_from_full()?;
        if from.port_number() == 0 && read_messages(&bytes, &mut take)? {
            return Ok(());
        }
    }
}

fn dump_request(request: RouteNetlinkMessage) -> Vec<u8> {
    let mut header = NetlinkHeader::default();
    header.flags = NLM_F_DUMP | NLM_F_REQUEST;
    let mut message = NetlinkMessage::new(header, NetlinkPayload::from(request));
    message.finalize();
    let mut bytes = vec![0; message.buffer_len()];
    message.serialize(&mut bytes);
    bytes
}

/// Takes what one read holds; true where the kernel says that it is done.
fn read_messages(mut bytes: &[u8], take: &mut impl FnMut(RouteNetlinkMessage)) -> io::Result<bool> {
    while let Some(length) = bytes.first_chunk().map(|length| u32::from_ne_bytes(*length) as usize) {
        let Some(message) = bytes.get(..length).filter(|_| length >= NETLINK_HEADER) else {
            break;
        };
        match NetlinkMessage::<RouteNetlinkMessage>::deserialize(message).map(|message| message.payload) {
            Ok(NetlinkPayload::Done(_)) => return Ok(true),
            Ok(NetlinkPayload::Error(error)) if error.code.is_some() => return Err(error.to_io()),
            Ok(NetlinkPayload::InnerMessage(message)) => take(message),
            _ => {}
        }
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Ok(false)
}

fn read_neighbour(message: &RouteNetlinkMessage) -> Option<Row> {
    let RouteNetlinkMessage::NewNeighbour(message) = message else {
        return None;
    };
    let address = message.attributes.iter().find_map(|attribute| match attribute {
        NeighbourAttribute::Destination(NeighbourAddress::Inet(address)) => Some((*address).into()),
        NeighbourAttribute::Destination(NeighbourAddress::Inet6(address)) => Some((*address).into()),
        _ => None,
    })?;
    let mac = message.attributes.iter().find_map(|attribute| match attribute {
        NeighbourAttribute::LinkLayerAddress(bytes) => <[u8; 6]>::try_from(bytes.as_slice()).ok(),
        _ => None,
    });
    let mac = mac.filter(|mac| *mac != [0; 6]).map(MacAddress::new);
    let state = match message.header.state {
        KernelState::Reachable | KernelState::Permanent => NeighbourState::Reachable(mac?),
        KernelState::Stale | KernelState::Delay | KernelState::Probe => NeighbourState::Stale(mac?),
        KernelState::Failed => NeighbourState::Failed,
        _ => return None,
    };
    Some(Row {
        address,
        index: message.header.ifindex,
        state,
    })
}

/// A route by one interface. Of those that are shared out among several none can be said to be on a link.
fn read_route(message: &RouteNetlinkMessage) -> Option<(u32, Route)> {
    let RouteNetlinkMessage::NewRoute(message) = message else {
        return None;
    };
    let header = &message.header;
    if header.kind != RouteType::Unicast || header.table != RouteHeader::RT_TABLE_MAIN {
        return None;
    }
    let attributes = &message.attributes;
    let to = attributes.iter().find_map(|attribute| match attribute {
        RouteAttribute::Destination(RouteAddress::Inet(address)) => Some(IpAddr::from(*address)),
        RouteAttribute::Destination(RouteAddress::Inet6(address)) => Some(IpAddr::from(*address)),
        _ => None,
    });
    // The default route names no destination.
    let to = to.or(match header.address_family {
        AddressFamily::Inet => Some(Ipv4Addr::UNSPECIFIED.into()),
        AddressFamily::Inet6 => Some(Ipv6Addr::UNSPECIFIED.into()),
        _ => None,
    })?;
    let index = attributes.iter().find_map(|attribute| match attribute {
        RouteAttribute::Oif(index) => Some(*index),
        _ => None,
    })?;
    let is_gateway =
        |attribute: &RouteAttribute| matches!(attribute, RouteAttribute::Gateway(_) | RouteAttribute::Via(_));
    let route = Route {
        network: IpNetwork::new(to, header.destination_prefix_length).ok()?,
        on_link: !attributes.iter().any(is_gateway),
    };
    Some((index, route))
}

/// News of the neighbour table.
pub(in crate::net) struct NeighbourEvents(AsyncFd<Netlink>);

impl NeighbourEvents {
    /// Subscribes; needs no privilege.
    pub(in crate::net) fn subscribe() -> io::Result<Self> {
        let mut socket = Netlink::new(NETLINK_ROUTE)?;
        socket.bind_auto()?;
        socket.set_non_blocking(true)?;
        // A failure leaves the system's own size, and overflows are reported all the same.
        let _ = socket.set_rx_buf_sz(RECEIVE_BUFFER);
        socket.add_membership(RTNLGRP_NEIGH)?;
        AsyncFd::new(socket).map(NeighbourEvents)
    }

    /// The rows that have changed.
    ///
    /// # Errors
    /// `ENOBUFS` where the kernel had more to say than we could hold; see [`is_overflow`].
    pub(in crate::net) async fn next(&self) -> io::Result<Vec<Row>> {
        loop {
            let mut ready = self.0.readable().await?;
            if let Ok(read) = ready.try_io(|socket| socket.get_ref().recv_from_full()) {
                let (bytes, from) = read?;
                let mut rows = Vec::new();
                if from.port_number() == 0 {
                    read_messages(&bytes, &mut |message| rows.extend(read_neighbour(&message)))?;
                }
                return Ok(rows);
            }
        }
    }
}

/// The kernel dropped events.
pub(in crate::net) fn is_overflow(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::ENOBUFS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_neighbour_table_is_readable_by_anybody() {
        neighbours().expect("the dump needs no privilege");
    }

    #[test]
    fn the_routes_are_readable_by_anybody() {
        routes().expect("the dump needs no privilege");
    }

    #[test]
    fn a_route_without_a_gateway_is_on_its_link_and_only_the_main_table_counts() {
        let header = RouteHeader {
            address_family: AddressFamily::Inet,
            destination_prefix_length: 24,
            table: RouteHeader::RT_TABLE_MAIN,
            kind: RouteType::Unicast,
            ..RouteHeader::default()
        };
        let other_table = RouteHeader {
            table: 255,
            ..header.clone()
        };
        let default = RouteHeader {
            destination_prefix_length: 0,
            ..header.clone()
        };
        let unreachable = RouteHeader {
            kind: RouteType::Unreachable,
            ..header.clone()
        };
        let to = RouteAttribute::Destination(RouteAddress::Inet([10, 5, 0, 0].into()));
        let gateway = RouteAttribute::Gateway(RouteAddress::Inet([10, 9, 0, 1].into()));
        let by = RouteAttribute::Oif(7);
        let table = [
            (&header, vec![to.clone(), by.clone()], Some(("10.5.0.0/24", true))),
            (
                &header,
                vec![to.clone(), by.clone(), gateway.clone()],
                Some(("10.5.0.0/24", false)),
            ),
            (&default, vec![by.clone(), gateway], Some(("0.0.0.0/0", false))),
            (&header, vec![to.clone()], None),
            (&other_table, vec![to.clone(), by.clone()], None),
            (&unreachable, vec![to, by], None),
        ];
        for (header, attributes, expected) in table {
            let mut message = RouteMessage::default();
            (message.header, message.attributes) = (header.clone(), attributes);
            let found = read_route(&RouteNetlinkMessage::NewRoute(message));
            let found = found.map(|(index, route)| (index, route.network.to_string(), route.on_link));
            let expected = expected.map(|(network, on_link)| (7, network.to_owned(), on_link));
            assert_eq!(found, expected, "{header:?}");
        }
    }

    #[test]
    fn broken_netlink_messages_end_the_reading() {
        for bytes in [&[][..], &[0; 4], &[0xff; 64], &[17, 0, 0, 0, 0]] {
            let mut messages = Vec::new();
            assert!(!read_messages(bytes, &mut |message| messages.push(message)).unwrap());
            assert_eq!(messages, []);
        }
    }
}
