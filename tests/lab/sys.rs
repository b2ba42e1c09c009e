//! The few kernel calls that std lacks.
#![expect(
    unsafe_code,
    reason = "sockaddr_ll, the time of a frame, ethtool, kill and wait4 have no safe wrapper in std or socket2"
)]

use std::io;
use std::time::Duration;

use socket2::{Domain, Protocol, SockAddr, SockAddrStorage, Socket, Type};

/// The index of an interface of this namespace (/sys would show that of whoever mounted it).
pub fn index(name: &str) -> io::Result<u32> {
    let name = std::ffi::CString::new(name)?;
    // SAFETY: `name` is a NUL-ended string that outlives the call.
    match unsafe { libc::if_nametoindex(name.as_ptr()) } {
        0 => Err(io::Error::last_os_error()),
        index => Ok(index),
    }
}

/// Every ethertype, and what leaves as well as what comes in (ETH_P_ALL).
pub const EVERYTHING: u16 = 3;

/// A raw socket that sees and sends whole frames of `ethertype` on one interface, with room for what comes while its reader
/// waits for a processor: hosts that are many lose no packet because they live in one process here.
pub fn packet_socket(interface: &str, ethertype: u16) -> io::Result<Socket> {
    let index = index(interface)?;
    let socket = Socket::new(
        Domain::PACKET,
        Type::RAW,
        Some(Protocol::from(i32::from(ethertype.to_be()))),
    )?;
    socket.set_recv_buffer_size(4 << 20)?;
    let mut storage = SockAddrStorage::zeroed();
    let length = size_of::<libc::sockaddr_ll>();
    // SAFETY: SockAddrStorage is as large and as aligned as any socket address, and zero is valid for sockaddr_ll.
    let address = unsafe {
        let link = storage.view_as::<libc::sockaddr_ll>();
        link.sll_family = libc::AF_PACKET as u16;
        link.sll_protocol = ethertype.to_be();
        link.sll_ifindex = index as i32;
        SockAddr::new(storage, length as libc::socklen_t)
    };
    socket.bind(&address)?;
    Ok(socket)
}

/// The kernel's name for asking when the frame that was read last had passed (sockios.h), where `long` has 64 bits.
const SIOCGSTAMPNS: libc::Ioctl = 0x8907;

/// When the frame that was read last from a packet socket had passed, by the kernel's clock.
pub fn time_of_last(socket: &Socket) -> io::Result<std::time::Duration> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel writes one timespec, which outlives the call.
    match unsafe { libc::ioctl(std::os::fd::AsRawFd::as_raw_fd(socket), SIOCGSTAMPNS, &raw mut time) } {
        0 => Ok(std::time::Duration::new(time.tv_sec as u64, time.tv_nsec as u32)),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Lets the kernel fill in checksums itself rather than leave them to a card: who carries frames between interfaces would
/// carry the gaps (ethtool -K INTERFACE tx off).
pub fn checksums_by_kernel(interface: &str) -> io::Result<()> {
    const SIOCETHTOOL: libc::c_ulong = 0x8946;
    const ETHTOOL_STXCSUM: u32 = 0x17;
    let mut off = [ETHTOOL_STXCSUM, 0];
    // SAFETY: zero is valid for ifreq, whose name is longer than any interface's; `off` outlives the call.
    let done = unsafe {
        let mut request: libc::ifreq = std::mem::zeroed();
        for (place, byte) in request.ifr_name.iter_mut().zip(interface.bytes()) {
            *place = byte as libc::c_char;
        }
        request.ifr_ifru.ifru_data = off.as_mut_ptr().cast();
        let socket = libc::socket(libc::AF_INET, libc::SOCK_DGRAM, 0);
        let done = libc::ioctl(socket, SIOCETHTOOL, &mut request);
        libc::close(socket);
        done
    };
    if done < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

/// Sends a signal: SIGINT, as Ctrl-C does, or another.
pub fn send(pid: u32, signal: libc::c_int) -> io::Result<()> {
    // SAFETY: kill takes no pointers.
    match unsafe { libc::kill(pid as libc::pid_t, signal) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// A process that has ended.
pub struct Ended {
    pub code: Option<i32>,
    /// Peak resident memory in KiB.
    pub peak: i64,
    /// User's and system's time.
    pub cpu: Duration,
}

/// Waits for `pid`.
pub fn wait(pid: u32) -> io::Result<Ended> {
    let mut status = 0;
    // SAFETY: both pointers are to locals; rusage is plain data for which zero is valid.
    let (done, usage) = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        (libc::wait4(pid as libc::pid_t, &mut status, 0, &mut usage), usage)
    };
    if done < 0 {
        return Err(io::Error::last_os_error());
    }
    let time = |time: libc::timeval| {
        let micros = u64::try_from(time.tv_sec * 1_000_000 + time.tv_usec);
        Duration::from_micros(micros.unwrap_or_default())
    };
    Ok(Ended {
        code: libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status)),
        peak: usage.ru_maxrss,
        cpu: time(usage.ru_utime) + time(usage.ru_stime),
    })
}
