//! What leaves the scanner's side of the first cable, frame by frame, with the kernel's own times, and how its TCP
//! connections end.

use std::collections::BTreeMap;
use std::io::Read;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::arp::bytes_of;
use crate::sys;

const INTERFACE: &str = "scan0";

/// One frame that left.
pub struct Sent {
    /// By the kernel's clock.
    pub at: Duration,
    /// The host, or the group.
    pub to: Ipv4Addr,
    pub what: What,
    /// Bytes of Ethernet.
    pub length: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    Arp,
    Datagram,
    /// The scanner's port and the host's.
    Syn(u16, u16),
    /// What belongs to a connection that was begun before.
    Segment,
    Other,
}

/// A capture under way, of what it makes of each frame.
pub struct Capture<T = Sent> {
    stop: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<Vec<T>>,
}

impl Capture {
    /// Of what leaves.
    pub fn begin() -> std::io::Result<Self> {
        Capture::of(read)
    }
}

impl<T: Send + 'static> Capture<T> {
    /// `read` is given a frame, the scanner's MAC and when the frame passed.
    pub fn of(read: fn(&[u8], [u8; 6], Duration) -> Option<T>) -> std::io::Result<Self> {
        let mac = bytes_of(&crate::stage::mac(INTERFACE)?);
        let mut socket = sys::packet_socket(INTERFACE, sys::EVERYTHING)?;
        socket.set_read_timeout(Some(Duration::from_millis(100)))?;
        // What is refused leaves a smaller buffer; the ledger at the cable's other end shows whether it was too small.
        let _ = socket.set_recv_buffer_size(8 << 20);
        // The first asking makes the kernel stamp what comes from now on.
        let _ = sys::time_of_last(&socket);
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let (mut frame, mut sent) = (vec![0; 65_536], Vec::new());
            while !stopped.load(Ordering::Relaxed) {
                let Ok(length) = socket.read(&mut frame) else { continue };
                let at = sys::time_of_last(&socket).expect("a frame was read");
                sent.extend(read(&frame[..length], mac, at));
            }
            sent
        });
        Ok(Capture { stop, thread })
    }

    /// What has passed by now.
    pub fn end(self) -> Vec<T> {
        // The last frames are on their way through the kernel.
        std::thread::sleep(Duration::from_millis(200));
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("the capture does not panic")
    }
}

fn read(frame: &[u8], mac: [u8; 6], at: Duration) -> Option<Sent> {
    let packet = frame.get(14..).filter(|_| frame[6..12] == mac)?;
    let (to, what) = match [frame[12], frame[13]] {
        [8, 6] => (address(packet, 24)?, What::Arp),
        [8, 0] => (address(packet, 16)?, within(packet)?),
        _ => return None,
    };
    let length = frame.len();
    Some(Sent { at, to, what, length })
}

fn address(packet: &[u8], at: usize) -> Option<Ipv4Addr> {
    let octets: Option<[u8; 4]> = packet.get(at..at + 4)?.try_into().ok();
    octets.map(Ipv4Addr::from)
}

fn port(body: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*body.get(at)?, *body.get(at + 1)?]))
}

fn within(packet: &[u8]) -> Option<What> {
    let body = packet.get(usize::from(packet[0] & 15) * 4..)?;
    // SYN without ACK.
    let begins = |flags: u8| flags & 0b1_0010 == 0b10;
    Some(match packet[9] {
        17 => What::Datagram,
        6 if begins(*body.get(13)?) => What::Syn(port(body, 0)?, port(body, 2)?),
        6 => What::Segment,
        _ => What::Other,
    })
}

/// A segment of TCP, on its way to a host or from it.
pub struct Segment {
    /// The host, the scanner's port and the host's.
    pub connection: (Ipv4Addr, u16, u16),
    pub is_ours: bool,
    pub flags: u8,
}

/// Reads one for a [`Capture`].
pub fn segment(frame: &[u8], mac: [u8; 6], _: Duration) -> Option<Segment> {
    let packet = frame
        .get(14..)
        .filter(|_| frame[12..14] == [8, 0] && frame.get(23) == Some(&6))?;
    let body = packet.get(usize::from(packet[0] & 15) * 4..)?;
    let is_ours = frame[6..12] == mac;
    let (host, near, far) = if is_ours { (16, 0, 2) } else { (12, 2, 0) };
    Some(Segment {
        connection: (address(packet, host)?, port(body, near)?, port(body, far)?),
        is_ours,
        flags: *body.get(13)?,
    })
}

/// The most of these moments that lie in one such span. They are in order.
pub fn peak(moments: &[Duration], span: Duration) -> usize {
    let within =
        |(place, first): (usize, &Duration)| moments[place..].partition_point(|moment| *moment < *first + span);
    moments.iter().enumerate().map(within).max().unwrap_or_default()
}

/// Whom something went to, and when.
pub type Moment = (Ipv4Addr, Duration);

/// The moments of the datagrams and of the new connections, each connection once, however often its SYN was repeated.
pub fn originated(sent: &[Sent]) -> (Vec<Moment>, Vec<Moment>) {
    let datagrams = sent.iter().filter(|sent| sent.what == What::Datagram);
    let mut connections = BTreeMap::new();
    for syn in sent.iter().filter(|sent| matches!(sent.what, What::Syn(..))) {
        connections.entry((syn.to, syn.what)).or_insert(syn.at);
    }
    let mut connections: Vec<_> = connections.into_iter().map(|((to, _), at)| (to, at)).collect();
    connections.sort_by_key(|(_, at)| *at);
    (datagrams.map(|sent| (sent.to, sent.at)).collect(), connections)
}

/// What one host got, ARP aside.
#[derive(Default)]
pub struct Got {
    pub packets: usize,
    pub bytes: usize,
    /// What of these were datagrams, and their bytes.
    pub datagrams: (usize, usize),
    /// When each datagram and each new connection left for it.
    pub moments: Vec<Duration>,
    /// When each new connection did.
    pub connections: Vec<Duration>,
}

/// The same for each.
pub fn by_host(sent: &[Sent]) -> BTreeMap<Ipv4Addr, Got> {
    let is_host = |address: Ipv4Addr| !address.is_multicast() && !address.is_broadcast();
    let mut hosts: BTreeMap<Ipv4Addr, Got> = BTreeMap::new();
    for sent in sent.iter().filter(|sent| sent.what != What::Arp && is_host(sent.to)) {
        let got = hosts.entry(sent.to).or_default();
        got.packets += 1;
        got.bytes += sent.length;
        if sent.what == What::Datagram {
            got.datagrams = (got.datagrams.0 + 1, got.datagrams.1 + sent.length);
        }
    }
    let (datagrams, connections) = originated(sent);
    for (to, at) in datagrams.iter().chain(&connections).filter(|(to, _)| is_host(*to)) {
        hosts.entry(*to).or_default().moments.push(*at);
    }
    for (to, at) in connections {
        hosts.entry(to).or_default().connections.push(at);
    }
    hosts.values_mut().for_each(|got| got.moments.sort());
    hosts
}

#[test]
fn a_peak_is_that_of_any_second_not_of_the_clocks() {
    let moments = [0, 900, 1000, 1800, 1899].map(Duration::from_millis);
    let second = Duration::from_secs(1);
    assert_eq!(peak(&moments, second), 4);
    assert_eq!(peak(&moments[..3], second), 2);
    assert_eq!(peak(&[], second), 0);
}
