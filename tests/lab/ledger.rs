//! What the scanner's machine sent, seen from the cables' far ends, one line a packet:
//!
//! ```text
//! arp ADDRESS                      an ARP packet about ADDRESS
//! udp ADDRESS PORT HEX             a datagram
//! connect ADDRESS SOURCE PORT OPEN a new connection; OPEN others with that host were not over yet
//! ip NUMBER ADDRESS                any other IPv4 packet, by its protocol number
//! ip6 NUMBER                       any IPv6 packet but the kernel's own upkeep
//! ```

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

/// A connection that nobody answers is over unseen, when whoever asked has lost patience. A little
/// less than the scanner's 1.5 s.
const PATIENCE: Duration = Duration::from_millis(1400);
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
        ([8, 0], true) => sent(packet, connections),
        ([8, 0], false) => {
            connections.answered(packet);
            None
        }
        ([8, 6], true) => Some(format!("arp {}\n", address(packet, 24)?)),
        // Hop-by-hop options and ICMPv6: listener reports, router solicitations, address checks.
        ([0x86, 0xdd], true) => {
            let next = *packet.get(6)?;
            (!matches!(next, 0 | 58)).then(|| format!("ip6 {next}\n"))
        }
        _ => None,
    }
}

fn sent(packet: &[u8], connections: &mut Connections) -> Option<String> {
    let (to, body) = (address(packet, 16)?, body(packet)?);
    match *packet.get(9)? {
        17 => {
            let length = usize::from(u16::from_be_bytes([*body.get(4)?, *body.get(5)?]));
            let mut line = format!("udp {to} {} ", port(body, 2)?);
            for byte in body.get(8..length)? {
                let _ = write!(line, "{byte:02x}");
            }
            Some(line + "\n")
        }
        6 => connections.sent(to, body),
        protocol => Some(format!("ip {protocol} {to}\n")),
    }
}

fn body(packet: &[u8]) -> Option<&[u8]> {
    packet.get(usize::from(packet.first()? & 15) * 4..)
}

fn address(packet: &[u8], at: usize) -> Option<Ipv4Addr> {
    let octets: [u8; 4] = packet.get(at..at + 4)?.try_into().ok()?;
    Some(octets.into())
}

fn port(body: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*body.get(at)?, *body.get(at + 1)?]))
}

/// The connections that are not over: by host, the scanner's port and the host's.
#[derive(Default)]
struct Connections(HashMap<(Ipv4Addr, u16, u16), Stand>);

#[derive(PartialEq)]
enum Stand {
    Asked(Instant),
    Stands,
}

impl Connections {
    /// Takes in a segment of the scanner's; a line where it begins a connection (and is no retransmission).
    fn sent(&mut self, to: Ipv4Addr, body: &[u8]) -> Option<String> {
        let (from_port, to_port, flags) = (port(body, 0)?, port(body, 2)?, *body.get(13)?);
        let key = (to, from_port, to_port);
        if flags & (FIN | RST) != 0 {
            self.0.remove(&key);
        }
        if flags & (SYN | ACK) != SYN || self.0.contains_key(&key) {
            return None;
        }
        let over = |stand: &Stand| matches!(stand, Stand::Asked(at) if at.elapsed() > PATIENCE);
        let others = self.0.iter().filter(|((host, ..), stand)| *host == to && !over(stand));
        let line = format!("connect {to} {from_port} {to_port} {}\n", others.count());
        self.0.insert(key, Stand::Asked(Instant::now()));
        Some(line)
    }

    /// Takes in what a host sends: it accepts a connection or refuses it.
    fn answered(&mut self, packet: &[u8]) -> Option<()> {
        let body = body(packet).filter(|_| packet.get(9) == Some(&6))?;
        let key = (address(packet, 12)?, port(body, 2)?, port(body, 0)?);
        let flags = *body.get(13)?;
        if flags & RST != 0 {
            self.0.remove(&key);
        } else if let Some(stand) = self.0.get_mut(&key) {
            *stand = Stand::Stands;
        }
        Some(())
    }
}
