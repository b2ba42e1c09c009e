//! UDP: one socket per channel, never connected, because devices answer from other ports than they were asked on.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;
use tokio::time::{sleep, timeout};

use super::{Channel, Family, Interface, system};

/// Sockets of IPv4 without an address yet, with more room for what comes in than a program without privileges may ask for.
#[derive(Default)]
pub(super) struct Roomy(Mutex<Vec<Socket>>);

impl Roomy {
    /// Opens at most so many, and leaves files for all else; none where the system gives no more room than to anybody.
    pub(super) fn open(most: usize) -> Self {
        let sockets = (0..most.min(system::files_left() / 2)).map_while(|_| {
            let socket = bare_socket(Family::V4).ok()?;
            system::force_receive_buffer(&socket).then_some(socket)
        });
        Roomy(Mutex::new(sockets.collect()))
    }

    /// One of them, or any socket where there is none (any more).
    fn take(&self) -> io::Result<Socket> {
        let roomy = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        roomy.map_or_else(|| bare_socket(Family::V4), Ok)
    }
}

/// Opens the socket of a multicast, listening or unicast channel. `interface` is the channel's own.
pub(super) fn open(channel: &Channel, interface: Option<&Interface>, roomy: &Roomy) -> io::Result<UdpSocket> {
    let socket = || on_interface(roomy.take()?, interface);
    let socket = match *channel {
        Channel::Listen { port, group, .. } => listen(socket()?, port, group, interface)?,
        Channel::OwnPort { port, .. } => own_port(socket()?, port)?,
        Channel::Bystander { port, to, .. } => bystander(socket()?, port, to, interface)?,
        Channel::Multicast { source_port, .. } => multicast(socket()?, source_port, interface)?,
        Channel::Unicast {
            family: Family::V4,
            source_port,
            ..
        } => speak_from(socket()?, source_port, interface)?,
        Channel::Unicast { family: Family::V6, .. } => unicast_v6(interface)?,
        Channel::LinkLocal { .. } => link_local(interface)?,
        Channel::Arp { .. } | Channel::Ethernet { .. } | Channel::Overhear { .. } | Channel::Kernel => {
            return Err(io::ErrorKind::InvalidInput.into());
        }
    };
    system::grow_receive_buffer(&socket);
    UdpSocket::from_std(socket.into())
}

fn bare_socket(family: Family) -> io::Result<Socket> {
    let domain = match family {
        Family::V4 => Domain::IPV4,
        Family::V6 => Domain::IPV6,
    };
    let socket = Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    if family == Family::V6 {
        socket.set_only_v6(true)?;
    }
    Ok(socket)
}

fn on_interface(socket: Socket, interface: Option<&Interface>) -> io::Result<Socket> {
    if let Some(interface) = interface {
        // What cannot be bound still sends to groups by the right interface.
        let _ = system::bind_device(&socket, &interface.name, interface.index);
    }
    Ok(socket)
}

fn bind(socket: &Socket, address: impl Into<IpAddr>, port: u16) -> io::Result<()> {
    socket.bind(&SocketAddr::new(address.into(), port).into())
}

/// A socket on the port, shared where it is a fixed one, or on any port where it is taken.
fn speak_from(mut socket: Socket, port: u16, interface: Option<&Interface>) -> io::Result<Socket> {
    if port != 0 {
        system::share_port(&socket)?;
        if bind(&socket, Ipv4Addr::UNSPECIFIED, port).is_ok() {
            return Ok(socket);
        }
        // One that shares nothing.
        socket = on_interface(bare_socket(Family::V4)?, interface)?;
    }
    bind(&socket, Ipv4Addr::UNSPECIFIED, 0)?;
    Ok(socket)
}

/// No question over IPv6 cares which port it leaves from.
fn unicast_v6(interface: Option<&Interface>) -> io::Result<Socket> {
    let socket = on_interface(bare_socket(Family::V6)?, interface)?;
    bind(&socket, Ipv6Addr::UNSPECIFIED, 0)?;
    Ok(socket)
}

fn multicast(socket: Socket, port: u16, interface: Option<&Interface>) -> io::Result<Socket> {
    let interface = interface.ok_or(io::ErrorKind::NotFound)?;
    let socket = speak_from(socket, port, Some(interface))?;
    socket.set_broadcast(true)?;
    socket.set_multicast_ttl_v4(1)?;
    socket.set_multicast_loop_v4(false)?;
    system::multicast_by(&socket, interface.index, own_address(interface))?;
    system::only_own_groups(&socket)?;
    Ok(socket)
}

/// The hop limit of one keeps what is sent on the link, whatever the group.
fn link_local(interface: Option<&Interface>) -> io::Result<Socket> {
    let interface = interface.ok_or(io::ErrorKind::NotFound)?;
    let socket = on_interface(bare_socket(Family::V6)?, Some(interface))?;
    socket.set_multicast_hops_v6(1)?;
    socket.set_multicast_loop_v6(false)?;
    socket.set_multicast_if_v6(interface.index)?;
    bind(&socket, Ipv6Addr::UNSPECIFIED, 0)?;
    Ok(socket)
}

/// Ears only. Where the group is none (`255.255.255.255`), it hears what is broadcast.
fn listen(socket: Socket, port: u16, group: Ipv4Addr, interface: Option<&Interface>) -> io::Result<Socket> {
    let interface = interface.ok_or(io::ErrorKind::NotFound)?;
    system::share_port(&socket)?;
    if !group.is_multicast() {
        bind(&socket, group, port)?;
        return Ok(socket);
    }
    bind(&socket, system::listening_address(group), port)?;
    system::only_own_groups(&socket)?;
    socket.join_multicast_v4_n(&group, &socket2::InterfaceIndexOrAddress::Index(interface.index))?;
    Ok(socket)
}

/// Ears only, for what is sent to this machine alone: no group is joined, so that nothing is heard twice. Of the
/// sockets that share a port the kernel gives such a datagram to one, which is ours before another's that is bound
/// to neither interface nor address: that program hears the groups alone while a scan runs.
fn own_port(socket: Socket, port: u16) -> io::Result<Socket> {
    system::share_port(&socket)?;
    system::only_own_groups(&socket)?;
    bind(&socket, Ipv4Addr::UNSPECIFIED, port)?;
    Ok(socket)
}

/// Ears only, for a group that is not joined, because joining makes the kernel send IGMP (RFC 3376), or for what is
/// broadcast. Bound to that very address it takes nothing from a program that has the port.
fn bystander(socket: Socket, port: u16, to: Ipv4Addr, interface: Option<&Interface>) -> io::Result<Socket> {
    interface.ok_or(io::ErrorKind::NotFound)?;
    system::share_port(&socket)?;
    bind(&socket, to, port)?;
    Ok(socket)
}

fn own_address(interface: &Interface) -> Ipv4Addr {
    interface.ipv4.first().map_or(Ipv4Addr::UNSPECIFIED, |net| net.ip())
}

/// How often a packet is offered to a kernel that has no room: again after 5, 10, 20 and 40 ms.
const OFFERS: u32 = 5;
/// Datagrams that wait for an address fill the buffer until the kernel gives up asking, after 3 s.
const ROOM_WAIT: Duration = Duration::from_secs(4);

/// Sends one datagram.
pub(super) async fn send(socket: &UdpSocket, to: SocketAddr, payload: &[u8]) -> io::Result<()> {
    let mut offers = Offers::default();
    loop {
        let sent = timeout(ROOM_WAIT, socket.send_to(payload, to)).await;
        let sent = sent.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?.map(drop);
        if !offers.go_on_after(&sent).await {
            return sent;
        }
    }
}

/// The offers of one packet.
#[derive(Default)]
pub(super) struct Offers(u32);

impl Offers {
    /// Whether the packet is to be offered once more after this, when the kernel has had some time.
    pub(super) async fn go_on_after(&mut self, sent: &io::Result<()>) -> bool {
        self.0 += 1;
        let again = self.0 < OFFERS && sent.as_ref().is_err_and(system::is_transient);
        if again {
            sleep(Duration::from_millis(5 << (self.0 - 1))).await;
        }
        again
    }
}

/// The discard port (RFC 863).
const DISCARD: u16 = 9;
/// A socket has room for about 260 datagrams that wait for an address; it is replaced before.
const NUDGES_PER_SOCKET: u32 = 200;

/// Makes the kernel resolve addresses.
#[derive(Default)]
pub(super) struct Nudges(Mutex<BTreeMap<(u32, Family), (Socket, u32)>>);

impl Nudges {
    /// Whether none was sent.
    pub(super) fn is_unused(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Sends one zero byte to the discard port of an address, by the interface.
    pub(super) async fn nudge(&self, interface: &Interface, target: IpAddr) -> io::Result<()> {
        let mut offers = Offers::default();
        loop {
            let sent = self.try_nudge(interface, target);
            if !offers.go_on_after(&sent).await {
                return sent;
            }
        }
    }

    fn try_nudge(&self, interface: &Interface, target: IpAddr) -> io::Result<()> {
        let mut sockets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (interface.index, Family::of(target));
        let (socket, left) = match sockets.remove(&key) {
            Some((socket, left)) if left > 0 => (socket, left),
            _ => (on_interface(bare_socket(key.1)?, Some(interface))?, NUDGES_PER_SOCKET),
        };
        let sent = socket.send_to(&[0], &SocketAddr::from((target, DISCARD)).into());
        if sent.is_ok() {
            sockets.insert(key, (socket, left - 1));
        }
        sent.map(drop)
    }
}
