//! Systems other than Linux: what needs no system of its own works, the rest says `Unsupported`,
//! which the scan reports as a blind spot.

use std::io;
use std::net::Ipv4Addr;

use socket2::Socket;

use super::{Route, Row};

fn unsupported<T>(what: &str) -> io::Result<T> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        format!("{what}: not on this system yet"),
    ))
}

/// The neighbour table as it is now.
pub(super) fn neighbours() -> io::Result<Vec<Row>> {
    unsupported("reading the neighbour table")
}

/// The routes: not read here, so that nothing but an interface's own networks is known to be on its link.
pub(super) fn routes() -> io::Result<Vec<(u32, Route)>> {
    Ok(Vec::new())
}

/// News of the neighbour table; there is none here.
pub(super) enum NeighbourEvents {}

impl NeighbourEvents {
    /// Subscribes.
    pub(super) fn subscribe() -> io::Result<Self> {
        unsupported("watching the neighbour table")
    }

    /// The rows that have changed.
    pub(super) async fn next(&self) -> io::Result<Vec<Row>> {
        match *self {}
    }
}

/// The kernel dropped events.
pub(super) fn is_overflow(_error: &io::Error) -> bool {
    false
}

/// A lack of room that passes by itself.
pub(super) fn is_transient(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
}

/// One type of Ethernet frames on one interface; there is none here.
pub(super) enum RawSocket {}

impl RawSocket {
    /// Opens it for what such frames carry.
    pub(super) fn of_packets(_index: u32, _ethertype: u16) -> io::Result<Self> {
        unsupported("raw ARP")
    }

    /// Opens it for whole frames.
    pub(super) fn of_frames(_index: u32, _ethertype: u16) -> io::Result<Self> {
        unsupported("raw Ethernet")
    }

    /// Opens it for copies of the datagrams to a port.
    pub(super) fn of_datagrams(_index: u32, _port: u16) -> io::Result<Self> {
        unsupported("overhearing")
    }
}

/// The same in use.
pub(super) enum PacketSocket {}

impl PacketSocket {
    /// Begins to listen.
    pub(super) fn listen(raw: RawSocket) -> io::Result<Self> {
        match raw {}
    }

    /// Sends one packet to everybody, or one frame to whom it says.
    pub(super) async fn send(&self, _packet: &[u8]) -> io::Result<()> {
        match *self {}
    }

    /// The next packet or frame.
    pub(super) async fn receive(&self, _buffer: &mut [u8]) -> io::Result<usize> {
        match *self {}
    }

    /// How often a packet found no room and was offered again.
    pub(super) fn held_up(&self) -> u64 {
        match *self {}
    }

    /// Packets dropped since the socket was opened.
    pub(super) fn dropped(&self) -> u64 {
        match *self {}
    }
}

/// Makes room for a burst of answers.
pub(super) fn grow_receive_buffer(socket: &Socket) {
    // What is refused leaves a smaller buffer.
    let _ = socket.set_recv_buffer_size(4 << 20);
}

/// How many files this program may still open: not known here.
pub(super) fn files_left() -> usize {
    usize::MAX
}

/// Makes more room than anybody may have: not asked for here. Whether there is.
pub(super) fn force_receive_buffer(_socket: &Socket) -> bool {
    false
}

/// Lets a socket speak and hear by one interface only.
pub(super) fn bind_device(_socket: &Socket, _name: &str, _index: u32) -> io::Result<()> {
    unsupported("binding to an interface")
}

/// Lets what a socket sends to groups leave by the interface that has this address.
pub(super) fn multicast_by(socket: &Socket, _index: u32, address: Ipv4Addr) -> io::Result<()> {
    socket.set_multicast_if_v4(&address)
}

/// Keeps groups out that other programs of this machine have joined: so it is here anyway.
pub(super) fn only_own_groups(_socket: &Socket) -> io::Result<()> {
    Ok(())
}

/// Shares a port with other programs.
pub(super) fn share_port(socket: &Socket) -> io::Result<()> {
    socket.set_reuse_address(true)
}

/// Where a pair of ears for a group is bound. Not every system binds to a group.
pub(super) fn listening_address(_group: Ipv4Addr) -> Ipv4Addr {
    Ipv4Addr::UNSPECIFIED
}

/// Datagrams that came to a socket and found its buffer full: not counted here.
pub(super) fn dropped_by<T>(_socket: &T) -> u64 {
    0
}

/// The rows that are free in the neighbour table: not counted here.
pub(super) fn free_neighbours() -> Option<u64> {
    None
}

/// How often the neighbour table was full: not counted here.
pub(super) fn table_overflows() -> u64 {
    0
}
