//! Those who have an address of IPv6, on the segment and behind its router.
//!
//! The kernel speaks for these addresses as for all others, but does not tell whose they are: that is said here, by
//! neighbour advertisements (RFC 4861) with the MAC that each host has.

use std::io::Read;
use std::net::Ipv6Addr;
use std::sync::Arc;

use tokio::net::{TcpListener, UdpSocket};

use crate::arp::bytes_of;
use crate::estate;
use crate::host::{DAHUA, HIK, Host, PLAIN, bare, onvif, quiet, tells};
use crate::play;
use crate::replies as r;
use crate::tcp::{self, Device};
use crate::unsettled::FRAGILE;

pub const ETHERTYPE: u16 = 0x86dd;
/// The scanner's address, and the network that it is on.
pub const SCANNER: &str = "fd66::2";
pub const NETWORK: &str = "fd66::/64";
/// The router's address, and the network behind it.
pub const ROUTER: &str = "fd66::1";
pub const BEHIND: &str = "fd77::/64";

/// Hosts of the estate that have both families, and their second address.
const BOTH: [(&str, &str); 2] = [(FRAGILE, "fd66::47"), ("10.66.0.1", ROUTER)];

/// Hosts that have no address of IPv4.
static ALONE: &[Host] = &[
    onvif(
        tells(
            quiet(
                "hikvision",
                "fd66::a1",
                "44:47:cc:66:00:a1",
                "DS-2CD2143G2-I",
                "DS-2CD2143G2-I20220314AAWRJ512661A1",
                "V5.7.3build 220112",
                HIK,
            ),
            true,
            false,
        ),
        r::WSD_HIK,
        "HIKVISION%20DS-2CD2143G2-I",
    ),
    // It answers no discovery at all.
    quiet(
        "dahua",
        "fd66::a2",
        "3c:ef:8c:66:00:a2",
        "IPC-HFW1320S",
        "2M02F51PAA661A2",
        "2.420.0000.18.R",
        DAHUA,
    ),
    Host {
        wsd: Some(r::WSD_NAS),
        ..bare("fd66::a3", "00:11:32:66:00:a3", PLAIN)
    },
];

/// Those behind the router: the one answers discovery, the other none, and the third is no camera.
static FAR: &[Host] = &[
    onvif(
        tells(
            quiet(
                "hikvision",
                "fd77::b1",
                "44:47:cc:77:00:b1",
                "DS-2CD2086G2-I",
                "DS-2CD2086G2-I20220314AAWRJ512771B1",
                "V5.7.3build 220112",
                HIK,
            ),
            true,
            false,
        ),
        r::WSD_HIK,
        "HIKVISION%20DS-2CD2086G2-I",
    ),
    quiet(
        "dahua",
        "fd77::b2",
        "3c:ef:8c:77:00:b2",
        "IPC-HFW1320S",
        "2M02F51PAA771B2",
        "2.420.0000.18.R",
        DAHUA,
    ),
    Host {
        wsd: Some(r::WSD_NAS),
        ..bare("fd77::b3", "00:11:32:77:00:b3", PLAIN)
    },
];

/// Each address of the segment and who has it.
fn holders() -> impl Iterator<Item = (Ipv6Addr, &'static Host)> {
    let host = |ip: &str| estate::NEAR.iter().find(|host| host.ip == ip).expect("of the estate");
    let both = BOTH.map(|(ip, second)| (second, host(ip)));
    let all = both.into_iter().chain(ALONE.iter().map(|host| (host.ip, host)));
    all.map(|(address, host)| (address.parse().expect("a literal"), host))
}

/// The same with those behind the router, whom nobody on the segment asks by neighbour discovery.
fn all() -> impl Iterator<Item = (Ipv6Addr, &'static Host)> {
    let far = FAR.iter().map(|host| (host.ip.parse().expect("a literal"), host));
    holders().chain(far)
}

/// What `ip -batch` makes the cameras' namespace have them by.
pub fn dress(scanner: &str) -> String {
    let addresses = all().map(|(address, _)| format!("addr add {address}/128 dev lo nodad\n"));
    let upkeep =
        format!("route add {NETWORK} dev cam0\nneigh replace {SCANNER} lladdr {scanner} dev cam0 nud permanent\n");
    addresses.chain([upkeep]).collect()
}

/// Lets these devices be spoken to by their second address, too, and plays those who have no other.
pub async fn play(devices: &[Arc<Device>]) -> std::io::Result<()> {
    for (address, host) in all() {
        let same = devices.iter().find(|device| std::ptr::eq(device.host, host));
        let device = same.cloned().unwrap_or_else(|| Arc::new(Device::new(host)));
        serve(address, host, &device).await?;
    }
    Ok(())
}

async fn serve(address: Ipv6Addr, host: &'static Host, device: &Arc<Device>) -> std::io::Result<()> {
    let socket = UdpSocket::bind((address, play::WSD)).await?;
    tokio::spawn(answer_probes(socket, host));
    for &(port, how) in host.tcp {
        let listener = TcpListener::bind((address, port)).await?;
        tokio::spawn(tcp::accept(listener, device.clone(), how));
    }
    Ok(())
}

async fn answer_probes(socket: UdpSocket, host: &'static Host) {
    let mut buffer = vec![0; 65_536];
    while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
        if let Some(reply) = play::reply(host, play::WSD, &buffer[..length]) {
            let _ = socket.send_to(&reply, from).await;
        }
    }
}

/// Answers what asks by `socket` for one of these addresses, until the process ends.
pub fn advertise(mut socket: socket2::Socket) {
    let mut frame = [0; 2048];
    while let Ok(length) = socket.read(&mut frame) {
        let asked = target_of(&frame[..length]);
        if let Some((address, host)) = holders().find(|(address, _)| Some(*address) == asked) {
            let _ = socket.send(&advertisement(&frame, address, bytes_of(host.mac)));
        }
    }
}

/// The address that a neighbour solicitation asks for, ICMPv6 type 135 right behind the header.
fn target_of(frame: &[u8]) -> Option<Ipv6Addr> {
    let is_solicitation = *frame.get(20)? == 58 && *frame.get(54)? == 135;
    let target: [u8; 16] = frame.get(62..78)?.try_into().ok()?;
    is_solicitation.then(|| target.into())
}

/// Type 136, solicited and to take the place of what was known, with the option of the target's MAC.
fn advertisement(question: &[u8], address: Ipv6Addr, mac: [u8; 6]) -> Vec<u8> {
    let (asker_mac, asker) = (&question[6..12], &question[22..38]);
    let mut message = [&[136, 0, 0, 0, 0x60, 0, 0, 0], &address.octets()[..], &[2, 1], &mac].concat();
    let checksum = checksum(&[&address.octets(), asker, &[0, 0, 0, 32, 0, 0, 0, 58], &message].concat());
    message[2..4].copy_from_slice(&checksum.to_be_bytes());
    let header = [&[0x60, 0, 0, 0, 0, 32, 58, 255], &address.octets()[..], asker].concat();
    [asker_mac, &mac, &ETHERTYPE.to_be_bytes(), &header, &message].concat()
}

/// The Internet checksum (RFC 1071) of an even number of bytes.
fn checksum(bytes: &[u8]) -> u16 {
    let words = bytes
        .chunks_exact(2)
        .map(|pair| u32::from(pair[0]) << 8 | u32::from(pair[1]));
    let mut sum: u32 = words.sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}
