//! What the scanner's machine sent, seen from the cables' far ends, one line a packet:
//!
//! ```text
//! arp ADDRESS                      an ARP packet about ADDRESS
//! sadp HEX                         a frame of raw SADP
//! udp ADDRESS PORT HEX             a datagram
//! connect ADDRESS SOURCE PORT OPEN a new connection; OPEN others stand with that host
//! again ADDRESS SOURCE PORT OPEN   a repeated SYN; OPEN others with that host were begun since the first
//! authorization ADDRESS PORT       a segment with a credential that is there to be read
//! ip NUMBER ADDRESS                any other IPv4 packet, by its protocol number
//! ip6 NUMBER ADDRESS               any other IPv6 packet but the kernel's own upkeep
//! ```

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv6Addr};

const FIN: u8 = 1;
const SYN: u8 = 2;
const RST: u8 = 4;
const ACK: u8 = 16;

/// Writes what passes `socket` and comes from `scanner`, until the process ends.
pub fn keep(mut socket: socket2::Socket, scanner: [u8; 6], mut file: std::fs::File) {
    let mut connections = Connections::default();
    let mut frame = vec![0; 65_536];
    while let Ok(length) = socket.read(&mut frame) {
        if let Some(line) = line(&frame[..length], scanner, &mut connections) {
            let _ = file.write_all(line.as_bytes());
        }
    }
}

fn line(frame: &[u8], scanner: [u8; 6], connections: &mut Connections) -> Option<String> {
    let ours = frame.get(6..12)? == scanner;
    let packet = frame.get(14..)?;
    match (frame.get(12..14)?, ours) {
        ([8, 0], true) => sent(&Packet::of_ipv4(packet)?, connections),
        ([8, 0], false) => {
            connections.answered(&Packet::of_ipv4(packet)?);
            None
        }
        ([8, 6], true) => Some(format!("arp {}\n", ipv4(packet, 24)?)),
        ([0x80, 0x33], true) => Some(format!("sadp {}\n", hexadecimal(packet))),
        // Hop-by-hop options and ICMPv6: listener reports, router solicitations, address checks.
        ([0x86, 0xdd], true) if matches!(packet.get(6)?, 0 | 58) => None,
        ([0x86, 0xdd], true) => sent(&Packet::of_ipv6(packet)?, connections),
        ([0x86, 0xdd], false) => {
            connections.answered(&Packet::of_ipv6(packet)?);
            None
        }
        _ => None,
    }
}

/// What counts of a packet of either family.
struct Packet<'a> {
    from: IpAddr,
    to: IpAddr,
    protocol: u8,
    body: &'a [u8],
}

impl<'a> Packet<'a> {
    fn of_ipv4(bytes: &'a [u8]) -> Option<Self> {
        Some(Packet {
            from: ipv4(bytes, 12)?,
            to: ipv4(bytes, 16)?,
            protocol: *bytes.get(9)?,
            body: bytes.get(usize::from(bytes.first()? & 15) * 4..)?,
        })
    }

    /// Without headers between that of IPv6 and the rest, which nobody sends here.
    fn of_ipv6(bytes: &'a [u8]) -> Option<Self> {
        let address = |at: usize| Some(Ipv6Addr::from(<[u8; 16]>::try_from(bytes.get(at..at + 16)?).ok()?));
        Some(Packet {
            from: address(8)?.into(),
            to: address(24)?.into(),
            protocol: *bytes.get(6)?,
            body: bytes.get(40..)?,
        })
    }
}

fn sent(packet: &Packet, connections: &mut Connections) -> Option<String> {
    let (to, body) = (packet.to, packet.body);
    match packet.protocol {
        17 => {
            let length = usize::from(u16::from_be_bytes([*body.get(4)?, *body.get(5)?]));
            let payload = hexadecimal(body.get(8..length)?);
            Some(format!("udp {to} {} {payload}\n", port(body, 2)?))
        }
        6 => connections.sent(to, body).or_else(|| credential(to, body)),
        protocol if to.is_ipv6() => Some(format!("ip6 {protocol} {to}\n")),
        protocol => Some(format!("ip {protocol} {to}\n")),
    }
}

/// A line where a segment has the header field or the element by which somebody logs in.
fn credential(to: IpAddr, body: &[u8]) -> Option<String> {
    let payload = body.get(usize::from(body.get(12)? >> 4) * 4..)?.to_ascii_lowercase();
    let has = |word: &[u8]| payload.windows(word.len()).any(|part| part == word);
    let found = has(b"\nauthorization:") || has(b"usernametoken");
    found.then(|| format!("authorization {to} {}\n", port(body, 2).unwrap_or_default()))
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn ipv4(packet: &[u8], at: usize) -> Option<IpAddr> {
    let octets: [u8; 4] = packet.get(at..at + 4)?.try_into().ok()?;
    Some(octets.into())
}

fn port(body: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*body.get(at)?, *body.get(at + 1)?]))
}

/// The connections that may not be over.
///
/// One that nobody answers ends unseen, when the scanner loses patience; and its first SYN may have waited
/// in the kernel for an ARP answer. But where it lives, its SYN is repeated after a second: that shows
/// which others were begun in its lifetime.
#[derive(Default)]
struct Connections {
    /// By host, the scanner's port and the host's.
    stand: HashMap<(IpAddr, u16, u16), Stand>,
    begun: HashMap<IpAddr, usize>,
}

#[derive(PartialEq)]
enum Stand {
    /// Asked for, as the so-manieth with that host.
    Asked(usize),
    Stands,
}

impl Connections {
    /// Takes in a segment of the scanner's; a line where it asks for a connection.
    fn sent(&mut self, to: IpAddr, body: &[u8]) -> Option<String> {
        let (from_port, to_port, flags) = (port(body, 0)?, port(body, 2)?, *body.get(13)?);
        let key = (to, from_port, to_port);
        if flags & (FIN | RST) != 0 {
            self.stand.remove(&key);
        }
        if flags & (SYN | ACK) != SYN {
            return None;
        }
        let begun = self.begun.entry(to).or_default();
        let (word, open) = match self.stand.get(&key) {
            Some(Stand::Asked(place)) => ("again", *begun - place),
            _ => (
                "connect",
                self.stand
                    .iter()
                    .filter(|((host, ..), stand)| *host == to && **stand == Stand::Stands)
                    .count(),
            ),
        };
        if word == "connect" {
            *begun += 1;
            self.stand.insert(key, Stand::Asked(*begun));
        }
        Some(format!("{word} {to} {from_port} {to_port} {open}\n"))
    }

    /// Takes in what a host sends: it accepts a connection or refuses it.
    fn answered(&mut self, packet: &Packet) -> Option<()> {
        let body = Some(packet.body).filter(|_| packet.protocol == 6)?;
        let key = (packet.from, port(body, 2)?, port(body, 0)?);
        let flags = *body.get(13)?;
        if flags & RST != 0 {
            self.stand.remove(&key);
        } else if let Some(stand) = self.stand.get_mut(&key) {
            *stand = Stand::Stands;
        }
        Some(())
    }
}

/// How many connections with one host stood at one time, at the most.
pub fn most_at_once(ledger: &[String]) -> usize {
    let others = |line: &String| -> Option<usize> { line.strip_prefix("connect ")?.rsplit(' ').next()?.parse().ok() };
    1 + ledger.iter().filter_map(others).max().unwrap_or_default()
}

#[test]
fn two_connections_at_once_are_told_from_one_after_the_other() {
    let host: IpAddr = [10, 66, 0, 9].into();
    let segment = |from: u8, to: u8, flags: u8| [0, from, 0, to, 0, 0, 0, 0, 0, 0, 0, 0, 0x50, flags];
    let from_host = |to: u8, from: u8, flags: u8| {
        let mut packet = vec![0x45, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 10, 66, 0, 9, 10, 66, 0, 2];
        packet.extend(segment(from, to, flags));
        packet
    };
    let mut connections = Connections::default();
    let syn = |connections: &mut Connections, from, to| connections.sent(host, &segment(from, to, SYN));
    let line = |word: &str, from, to, open| Some(format!("{word} {host} {from} {to} {open}\n"));
    assert_eq!(syn(&mut connections, 1, 80), line("connect", 1, 80, 0));
    assert_eq!(syn(&mut connections, 1, 80), line("again", 1, 80, 0), "it lives on");
    assert_eq!(
        syn(&mut connections, 2, 88),
        line("connect", 2, 88, 0),
        "the first was given up"
    );
    assert_eq!(syn(&mut connections, 1, 80), line("again", 1, 80, 1), "or was it?");
    connections.answered(&Packet::of_ipv4(&from_host(2, 88, SYN | ACK)).expect("a whole packet"));
    assert_eq!(
        syn(&mut connections, 3, 90),
        line("connect", 3, 90, 1),
        "the second stands"
    );
    connections.sent(host, &segment(2, 88, FIN | ACK));
    assert_eq!(syn(&mut connections, 4, 91), line("connect", 4, 91, 0));
}
