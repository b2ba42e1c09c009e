//! What only Linux can do for us: neighbour table and routes by netlink, ARP and frames by packet sockets, large buffers,
//! leaving by one interface, and the kernel's counters of what it dropped.
#![expect(
    deprecated,
    reason = "AsyncFd::new is sound here: both sockets own the descriptor that they name"
)]
#![expect(
    unsafe_code,
    reason = "socket options and link-layer addresses that no safe crate offers"
)]

use std::io::{self, Read};
use std::net::Ipv4Addr;
use std::num::NonZeroU32;
use std::os::fd::{AsFd, AsRawFd};
use std::sync::atomic::{AtomicU64, Ordering};

use socket2::{Domain, Protocol, SockAddr, SockFilter, Socket, Type};
use tokio::io::unix::AsyncFd;

use super::datagrams::Offers;

mod netlink;

pub(super) use netlink::{NeighbourEvents, is_overflow, neighbours, routes};

/// A lack of room that passes by itself.
pub(super) fn is_transient(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock || error.raw_os_error() == Some(libc::ENOBUFS)
}

/// One type of Ethernet frames on one interface, below the kernel's own protocols, which stay untouched. Opening it takes
/// CAP_NET_RAW, using it does not.
pub(super) struct RawSocket {
    socket: Socket,
    everybody: SockAddr,
}

impl RawSocket {
    /// Opens it for what such frames carry, Ethernet's header left to the kernel; `PermissionDenied` without CAP_NET_RAW.
    pub(super) fn of_packets(index: u32, ethertype: u16) -> io::Result<Self> {
        Self::open(Type::DGRAM, index, ethertype, &[])
    }

    /// Opens it for whole frames, which say who sent them.
    pub(super) fn of_frames(index: u32, ethertype: u16) -> io::Result<Self> {
        Self::open(Type::RAW, index, ethertype, &[])
    }

    /// Opens it for copies of the UDP datagrams over IPv4 that come to a port, Ethernet's header left to the kernel, and
    /// lets multicast to any group in. That tells the interface alone: no group is joined, and no IGMP leaves.
    pub(super) fn of_datagrams(index: u32, port: u16) -> io::Result<Self> {
        let opened = Self::open(Type::DGRAM, index, IPV4, &only_udp_to(port))?;
        // What is refused leaves the groups that others have joined.
        let _ = set_option(
            &opened.socket,
            libc::SOL_PACKET,
            libc::PACKET_ADD_MEMBERSHIP,
            all_groups(index),
        );
        Ok(opened)
    }

    fn open(kind: Type, index: u32, ethertype: u16, filter: &[SockFilter]) -> io::Result<Self> {
        // Protocol 0 hears nothing, so that nothing of other interfaces comes before the bind.
        let socket = Socket::new(Domain::PACKET, kind, Some(Protocol::from(0)))?;
        socket.set_nonblocking(true)?;
        grow_receive_buffer(&socket);
        if !filter.is_empty() {
            socket.attach_filter(filter)?;
        }
        let everybody = link_layer_broadcast(index, ethertype)?;
        socket.bind(&everybody)?;
        Ok(RawSocket { socket, everybody })
    }
}

/// The same in use.
pub(super) struct PacketSocket {
    socket: AsyncFd<Socket>,
    everybody: SockAddr,
    dropped: AtomicU64,
    held_up: AtomicU64,
}

impl PacketSocket {
    /// Begins to listen.
    pub(super) fn listen(raw: RawSocket) -> io::Result<Self> {
        Ok(PacketSocket {
            socket: AsyncFd::new(raw.socket)?,
            everybody: raw.everybody,
            dropped: AtomicU64::new(0),
            held_up: AtomicU64::new(0),
        })
    }

    /// Sends one packet to everybody, or one frame to whom it says. Where the interface's queue is full (`ENOBUFS`,
    /// packet(7)), it is offered again.
    pub(super) async fn send(&self, packet: &[u8]) -> io::Result<()> {
        let mut offers = Offers::default();
        loop {
            let sent = self.try_send(packet).await;
            if !offers.go_on_after(&sent).await {
                return sent;
            }
            self.held_up.fetch_add(1, Ordering::Relaxed);
        }
    }

    async fn try_send(&self, packet: &[u8]) -> io::Result<()> {
        loop {
            let mut ready = self.socket.writable().await?;
            if let Ok(sent) = ready.try_io(|socket| socket.get_ref().send_to(packet, &self.everybody)) {
                return sent.map(drop);
            }
        }
    }

    /// How often a packet found no room and was offered again.
    pub(super) fn held_up(&self) -> u64 {
        self.held_up.load(Ordering::Relaxed)
    }

    /// The next packet or frame.
    pub(super) async fn receive(&self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let mut ready = self.socket.readable().await?;
            if let Ok(read) = ready.try_io(|socket| socket.get_ref().read(buffer)) {
                return read;
            }
        }
    }

    /// Packets dropped since the socket was opened.
    pub(super) fn dropped(&self) -> u64 {
        // Reading the statistics sets them to zero (packet(7)), hence our own sum.
        let [_, drops] =
            option::<[u32; 2]>(self.socket.get_ref(), libc::SOL_PACKET, libc::PACKET_STATISTICS).unwrap_or_default();
        self.dropped.fetch_add(drops.into(), Ordering::Relaxed) + u64::from(drops)
    }
}

/// The ethertype of IPv4 (RFC 894).
const IPV4: u16 = 0x0800;

fn all_groups(index: u32) -> libc::packet_mreq {
    libc::packet_mreq {
        mr_ifindex: index as i32,
        mr_type: libc::PACKET_MR_ALLMULTI as libc::c_ushort,
        mr_alen: 0,
        mr_address: [0; 8],
    }
}

/// A program for the kernel's packet filter (linux/filter.h): what is whole UDP over IPv4, and goes to this port.
fn only_udp_to(port: u16) -> [SockFilter; 9] {
    let step = SockFilter::new;
    [
        step(0x30, 0, 0, 9),           // the protocol of the IPv4 header,
        step(0x15, 0, 6, 17),          // UDP, or no;
        step(0x28, 0, 0, 6),           // flags and offset:
        step(0x45, 4, 0, 0x3fff),      // a fragment, no;
        step(0xb1, 0, 0, 0),           // past the header
        step(0x48, 0, 0, 2),           // the port it goes to:
        step(0x15, 0, 1, port.into()), // ours, or no
        step(0x06, 0, 0, u32::MAX),    // all of it
        step(0x06, 0, 0, 0),           // nothing of it
    ]
}

fn link_layer_broadcast(index: u32, ethertype: u16) -> io::Result<SockAddr> {
    // SAFETY: the storage is zeroed, larger than sockaddr_ll and aligned for every address family
    // (sockaddr_storage); all fields of sockaddr_ll are plain integers, and the length set is its size.
    let ((), address) = unsafe {
        SockAddr::try_init(|storage, length| {
            let address = &mut *storage.cast::<libc::sockaddr_ll>();
            address.sll_family = libc::AF_PACKET as u16;
            address.sll_protocol = ethertype.to_be();
            address.sll_ifindex = index as i32;
            address.sll_halen = 6;
            address.sll_addr[..6].fill(0xff);
            *length = size_of::<libc::sockaddr_ll>() as libc::socklen_t;
            Ok(())
        })?
    };
    Ok(address)
}

const RECEIVE_BUFFER: usize = 4 << 20;

/// How many files this program may still open (RLIMIT_NOFILE).
pub(super) fn files_left() -> usize {
    let most = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let open = std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    let most = most.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
    most.saturating_sub(open)
}

/// Makes room for a burst of answers, unless there is more already: as much as anybody may have, or more with
/// CAP_NET_ADMIN.
pub(super) fn grow_receive_buffer(socket: &Socket) {
    if !socket.recv_buffer_size().is_ok_and(|size| size >= RECEIVE_BUFFER) {
        // What is refused leaves a smaller buffer, and what it loses is counted.
        let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER);
        force_receive_buffer(socket);
    }
}

/// Makes more room than anybody may have, which takes CAP_NET_ADMIN. Whether it was given.
pub(super) fn force_receive_buffer(socket: &Socket) -> bool {
    let size = RECEIVE_BUFFER as libc::c_int;
    set_option(socket, libc::SOL_SOCKET, libc::SO_RCVBUFFORCE, size).is_ok()
}

/// Lets a socket speak and hear by one interface only.
pub(super) fn bind_device(socket: &Socket, name: &str, index: u32) -> io::Result<()> {
    match socket.bind_device(Some(name.as_bytes())) {
        // Kernels before 5.7 ask for CAP_NET_RAW; then at least what we send leaves by the right one.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            socket.bind_device_by_index_v4(NonZeroU32::new(index))
        }
        bound => bound,
    }
}

/// Lets what a socket sends to groups leave by one interface.
pub(super) fn multicast_by(socket: &Socket, index: u32, _address: Ipv4Addr) -> io::Result<()> {
    let nobody = libc::in_addr { s_addr: 0 };
    let interface = libc::ip_mreqn {
        imr_multiaddr: nobody,
        imr_address: nobody,
        imr_ifindex: index as i32,
    };
    set_option(socket, libc::IPPROTO_IP, libc::IP_MULTICAST_IF, interface)
}

/// Keeps groups out that other programs of this machine have joined.
pub(super) fn only_own_groups(socket: &Socket) -> io::Result<()> {
    socket.set_multicast_all_v4(false)
}

/// Shares a port with other programs.
pub(super) fn share_port(socket: &Socket) -> io::Result<()> {
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(true)
}

/// Where a pair of ears for a group is bound. Bound to the group itself, it hears the group and can
/// never take a unicast reply from another socket on the same port.
pub(super) fn listening_address(group: Ipv4Addr) -> Ipv4Addr {
    group
}

/// Datagrams that came to a socket and found its buffer full.
pub(super) fn dropped_by(socket: &impl AsFd) -> u64 {
    let counters = option::<[u32; 9]>(socket.as_fd(), libc::SOL_SOCKET, libc::SO_MEMINFO).unwrap_or_default();
    counters[libc::SK_MEMINFO_DROPS as usize].into()
}

/// How often the neighbour tables of IPv4 and IPv6 were full, since the machine was started.
pub(super) fn table_overflows() -> u64 {
    let fulls = |table: &str| {
        let text = std::fs::read_to_string(format!("/proc/net/stat/{table}"));
        text.map_or(0, |text| sum_column(&text, "table_fulls"))
    };
    fulls("arp_cache") + fulls("ndisc_cache")
}

/// The table's limit where the system does not tell it, as in a network namespace: the kernel's default (arp(7)).
const DEFAULT_LIMIT: u64 = 1024;

/// The rows that are free in the neighbour table of IPv4, or of IPv6 where there are fewer.
pub(super) fn free_neighbours() -> Option<u64> {
    let free = |family: &str, table: &str| {
        let counters = std::fs::read_to_string(format!("/proc/net/stat/{table}")).ok()?;
        let limit = std::fs::read_to_string(format!("/proc/sys/net/{family}/neigh/default/gc_thresh3"));
        Some(free_rows(&counters, limit.ok().as_deref()))
    };
    let free = [free("ipv4", "arp_cache"), free("ipv6", "ndisc_cache")];
    free.into_iter().flatten().min()
}

/// The limit less the rows, which each processor's line of counters gives for the whole table.
fn free_rows(counters: &str, limit: Option<&str>) -> u64 {
    let limit = limit
        .and_then(|limit| limit.trim().parse().ok())
        .unwrap_or(DEFAULT_LIMIT);
    let of_one: Vec<&str> = counters.lines().take(2).collect();
    limit.saturating_sub(sum_column(&of_one.join("\n"), "entries"))
}

/// The sum of a column of hexadecimal numbers, one row per processor.
fn sum_column(text: &str, name: &str) -> u64 {
    let mut lines = text.lines();
    let Some(column) = lines
        .next()
        .and_then(|head| head.split_whitespace().position(|word| word == name))
    else {
        return 0;
    };
    lines
        .filter_map(|line| line.split_whitespace().nth(column))
        .filter_map(|number| u64::from_str_radix(number, 16).ok())
        .fold(0, u64::saturating_add)
}

fn set_option<T: Copy>(socket: &Socket, level: libc::c_int, name: libc::c_int, value: T) -> io::Result<()> {
    // SAFETY: the kernel reads `size_of::<T>()` bytes of `value`, which outlives the call.
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            name,
            (&raw const value).cast(),
            size_of::<T>() as libc::socklen_t,
        )
    };
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

fn option<T: Numbers>(socket: impl AsFd, level: libc::c_int, name: libc::c_int) -> Option<T> {
    let mut value = T::default();
    let mut length = size_of::<T>() as libc::socklen_t;
    // SAFETY: the kernel writes at most `length` bytes to `value`, for which every bit pattern is valid (`Numbers`).
    let result = unsafe {
        libc::getsockopt(
            socket.as_fd().as_raw_fd(),
            level,
            name,
            (&raw mut value).cast(),
            &raw mut length,
        )
    };
    (result == 0).then_some(value)
}

/// Types for which every bit pattern is valid.
trait Numbers: Default {}
impl<const N: usize> Numbers for [u32; N] where [u32; N]: Default {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_summed_over_the_processors() {
        let text = "entries allocs table_fulls\n00000004 000000ff 0000000a\n00000004 00000001 00000010\n";
        assert_eq!(sum_column(text, "table_fulls"), 26);
        assert_eq!(sum_column(text, "absent"), 0);
        assert_eq!(sum_column("", "table_fulls"), 0);
    }

    #[test]
    fn the_neighbour_tables_limit_is_read_and_its_rows_are_counted_once() {
        let counters = "entries allocs table_fulls\n00000010 000000ff 0000000a\n00000010 00000001 00000010\n";
        let table = [
            (Some("128\n"), 112),
            (Some("4096\n"), 4080),
            (None, 1008),
            (Some("8\n"), 0),
        ];
        for (limit, free) in table {
            assert_eq!(free_rows(counters, limit), free, "{limit:?}");
        }
    }
}
