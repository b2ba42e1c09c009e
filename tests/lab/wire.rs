//! What leaves the scanner's side of the first cable, frame by frame, with the kernel's own times.

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

/// A capture under way.
pub struct Capture {
    stop: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<Vec<Sent>>,
}

impl Capture {
    pub fn begin() -> std::io::Result<Self> {
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

    /// What has left by now.
    pub fn end(self) -> Vec<Sent> {
        // The last frames are on their way through the kernel.
        std::thread::sleep(Duration::from_millis(200));
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("the capture does not panic")
    }
}

fn read(frame: &[u8], mac: [u8; 6], at: Duration) -> Option<Sent> {
    let packet = frame.get(14..).filter(|_| frame[6..12] == mac)?;
    let address = |at: usize| {
        let octets: Option<[u8; 4]> = packet.get(at..at + 4)?.try_into().ok();
        octets.map(Ipv4Addr::from)
    };
    let (to, what) = match [frame[12], frame[13]] {
        [8, 6] => (address(24)?, What::Arp),
        [8, 0] => (address(16)?, within(packet)?),
        _ => return None,
    };
    let length = frame.len();
    Some(Sent { at, to, what, length })
}

fn within(packet: &[u8]) -> Option<What> {
    let body = packet.get(usize::from(packet[0] & 15) * 4..)?;
    let port = |at: usize| Some(u16::from_be_bytes([*body.get(at)?, *body.get(at + 1)?]));
    // SYN without ACK.
    let begins = |flags: u8| flags & 0b1_0010 == 0b10;
    Some(match packet[9] {
        17 => What::Datagram,
        6 if begins(*body.get(13)?) => What::Syn(port(0)?, port(2)?),
        6 => What::Segment,
        _ => What::Other,
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

#[test]
fn a_peak_is_that_of_any_second_not_of_the_clocks() {
    let moments = [0, 900, 1000, 1800, 1899].map(Duration::from_millis);
    let second = Duration::from_secs(1);
    assert_eq!(peak(&moments, second), 4);
    assert_eq!(peak(&moments[..3], second), 2);
    assert_eq!(peak(&[], second), 0);
}
