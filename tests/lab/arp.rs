//! Who answers for which address on the segments, and how: promptly, late, or without having been asked.

use std::collections::HashMap;
use std::io::Read;
use std::net::Ipv4Addr;
use std::time::Duration;

use crate::changing;
use crate::crowd;
use crate::estate;
use crate::host::When;
use crate::mortal;
use crate::play;

const BROADCAST: [u8; 6] = [0xff; 6];

/// An address and a MAC that answers for it.
pub struct Holder {
    ip: Ipv4Addr,
    mac: [u8; 6],
    when: When,
}

/// Who speaks up when an address is asked for.
pub type Holders = HashMap<Ipv4Addr, Vec<Holder>>;

/// Everybody on the segment of `interface`. A fast scanner asks 80,000 times a second, of which a look at each of a thousand
/// hosts would see two thousand, and the others be lost.
pub fn holders(interface: &str) -> Holders {
    let (hosts, claims): (Vec<_>, _) = match interface {
        "cam0" if crowd::is_quiet() => (estate::near().collect(), [].as_slice()),
        "cam0" => (estate::near().chain(changing::NEAR).collect(), estate::CLAIMS),
        _ => (estate::SECOND.iter().collect(), [].as_slice()),
    };
    // A unit with a foreign address stays mute: it does not see itself on this segment.
    let hosts = hosts.iter().filter(|host| !host.expect.mis_addressed);
    let hosts = hosts.map(|host| (host.ip, host.mac, When::Asked));
    let mut holders = Holders::new();
    for (ip, mac, when) in hosts.chain(claims.iter().map(|claim| (claim.ip, claim.mac, claim.when))) {
        let (ip, mac) = (play::literal(ip), bytes_of(mac));
        let called_by = match when {
            When::Unasked { once } => play::literal(once),
            When::Asked | When::Late(_) => ip,
        };
        holders.entry(called_by).or_default().push(Holder { ip, mac, when });
    }
    holders
}

/// Answers what comes in by `socket` until the process ends.
pub fn answer(mut socket: socket2::Socket, holders: &Holders) {
    let mut frame = [0; 2048];
    while let Ok(length) = socket.read(&mut frame) {
        let Some(asked) = frame[..length].get(38..42) else {
            continue;
        };
        let asked = Ipv4Addr::new(asked[0], asked[1], asked[2], asked[3]);
        if frame[20..22] != [0, 1] {
            continue;
        }
        let asker: [u8; 10] = std::array::from_fn(|at| frame[22 + at]);
        let called = holders.get(&asked).into_iter().flatten();
        for holder in called.filter(|holder| !mortal::is_dead(holder.ip) && !changing::is_absent(holder.ip)) {
            match holder.when {
                When::Asked => send(&socket, &reply(holder, &asker)),
                When::Late(wait) => send_later(&socket, reply(holder, &asker), wait),
                When::Unasked { .. } => send(&socket, &announcement(holder)),
            }
        }
    }
}

fn send(socket: &socket2::Socket, frame: &[u8]) {
    let _ = socket.send(frame);
}

fn send_later(socket: &socket2::Socket, frame: Vec<u8>, wait: Duration) {
    let socket = socket.try_clone().expect("a second handle");
    std::thread::spawn(move || {
        std::thread::sleep(wait);
        send(&socket, &frame);
    });
}

fn reply(holder: &Holder, asker: &[u8; 10]) -> Vec<u8> {
    frame(&asker[..6], holder, asker)
}

/// A reply to everybody that nobody asked for, about the sender's own address.
fn announcement(holder: &Holder) -> Vec<u8> {
    let target = [BROADCAST.as_slice(), &holder.ip.octets()].concat();
    frame(&BROADCAST, holder, &target)
}

fn frame(to: &[u8], holder: &Holder, target: &[u8]) -> Vec<u8> {
    let (mac, ip) = (holder.mac.as_slice(), holder.ip.octets());
    let kind = b"\x08\x06\0\x01\x08\0\x06\x04\0\x02".as_slice();
    [to, mac, kind, mac, &ip, target, &[0; 18]].concat()
}

/// The six bytes of a MAC that is written with colons.
pub fn bytes_of(mac: &str) -> [u8; 6] {
    let mut bytes = mac
        .split(':')
        .map(|byte| u8::from_str_radix(byte, 16).expect("a MAC in hexadecimal"));
    std::array::from_fn(|_| bytes.next().expect("six bytes"))
}
