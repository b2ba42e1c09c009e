//! The only door to the scanned network.
//!
//! Nothing outside this room opens a socket towards it, resolves a name or reads the wall clock.
//! So pacing, byte caps, deadlines, one conversation per host and the ports that are never touched
//! are kept in one place, and a scripted network can stand in for the real one ([`Door`]).

mod arp;
mod challenge;
mod credential;
mod datagrams;
mod fetch;
#[cfg_attr(not(all(target_os = "linux", not(camsweep_elsewhere))), path = "no_guard.rs")]
pub mod guard;
mod interfaces;
#[cfg_attr(not(feature = "legacy-tls"), path = "no_legacy.rs")]
mod legacy;
mod line;
pub mod live;
mod login;
mod names;
mod overhear;
mod pacer;
mod pacing;
pub mod profile;
mod shown;
mod streams;
// One file per system. The second condition lets tests/run compile what is for elsewhere on Linux too.
#[cfg_attr(all(target_os = "linux", not(camsweep_elsewhere)), path = "linux.rs")]
#[cfg_attr(not(all(target_os = "linux", not(camsweep_elsewhere))), path = "elsewhere.rs")]
mod system;
mod tls;
mod vault;
mod watch;

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use ipnetwork::{IpNetwork, Ipv4Network, Ipv6Network};
use jiff::Timestamp;
use mac_address::MacAddress;
use tokio::time::Instant;

use crate::fact::{Outcome, Protocol};
use crate::wire::onvif;

pub use credential::{Confirmed, Credential, Reason, Secret};
pub use interfaces::interfaces;
pub use pacing::{Conversation, Lane, Pacing};
pub use profile::{Limits, PROFILES, Profile, TIME_FOR_A_HOST};
pub use vault::Vault;

/// TCP ports that are never connected to: printers that print what they hear (9100–9107, 515, 631),
/// industrial control (502, 102, 2404, 20000, 44818, 47808), imaging and patient data (104, 11112, 2575).
pub const FORBIDDEN_PORTS: &[u16] = &[
    102, 104, 502, 515, 631, 2404, 2575, 9100, 9101, 9102, 9103, 9104, 9105, 9106, 9107, 11112, 20000, 44818, 47808,
];

/// A network interface of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// Its name.
    pub name: String,
    /// The kernel's number for it.
    pub index: u32,
    /// Its MAC address, absent on loopback and tunnels.
    pub mac: Option<MacAddress>,
    /// Its IPv4 addresses with their prefixes, host bits kept.
    pub ipv4: Vec<Ipv4Network>,
    /// Its IPv6 addresses with their prefixes, likewise.
    pub ipv6: Vec<Ipv6Network>,
    /// Administratively and operationally up.
    pub up: bool,
    /// It can broadcast.
    pub broadcast: bool,
    /// It is the loopback.
    pub loopback: bool,
    /// It is no hardware (bridge, veth, tunnel) as far as the system tells.
    pub is_virtual: bool,
    /// The routes that leave by it.
    pub routes: Vec<Route>,
}

/// A route of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// Where it leads.
    pub network: IpNetwork,
    /// Whether it leads there without a gateway: then whoever is there is a neighbour, whatever addresses we have.
    pub on_link: bool,
}

impl Interface {
    /// Its addresses, IPv4 first.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> + '_ {
        let v4 = self.ipv4.iter().map(|network| network.ip().into());
        v4.chain(self.ipv6.iter().map(|network| network.ip().into()))
    }
}

/// A family of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl Family {
    /// Both.
    pub const ALL: [Family; 2] = [Family::V4, Family::V6];

    /// The family that an address is of.
    pub fn of(address: IpAddr) -> Self {
        if address.is_ipv4() { Family::V4 } else { Family::V6 }
    }
}

/// A way of speaking and hearing. Opened once a run, by [`Door::open`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Channel {
    /// Raw ARP on an interface; needs CAP_NET_RAW on Linux.
    Arp {
        /// The interface's name.
        interface: String,
    },
    /// Hikvision's SADP in frames of Ethernet on an interface; needs CAP_NET_RAW on Linux.
    Ethernet {
        /// The interface's name.
        interface: String,
    },
    /// The kernel's own address resolution: a harmless datagram makes it ask, and what it learns is
    /// heard as [`Body::Neighbour`]. Works for everybody.
    Kernel,
    /// Multicast and broadcast questions that leave by one interface, from a port of their own.
    Multicast {
        /// The protocol asked.
        protocol: Protocol,
        /// The interface's name.
        interface: String,
        /// The port to send from; 0 for any. Where it is taken, any is used.
        source_port: u16,
    },
    /// Ears only: the well-known port of a protocol, shared with other programs, joined to the group.
    Listen {
        /// The protocol listened for.
        protocol: Protocol,
        /// The interface's name.
        interface: String,
        /// The port.
        port: u16,
        /// The group joined.
        group: Ipv4Addr,
    },
    /// Ears only: the well-known port of a protocol on this machine itself, shared with other programs. There are
    /// units that answer to it, whatever port they were asked from.
    OwnPort {
        /// The protocol listened for.
        protocol: Protocol,
        /// The only interface to hear by, or none for any.
        interface: Option<String>,
        /// The port.
        port: u16,
    },
    /// Questions to link-local groups of IPv6, which leave by one interface from any port.
    LinkLocal {
        /// The protocol asked.
        protocol: Protocol,
        /// The interface's name.
        interface: String,
    },
    /// Ears only, and no group joined: copies of the datagrams to a port that reach an interface, whoever they are for.
    /// Needs CAP_NET_RAW on Linux.
    Overhear {
        /// The protocol listened for.
        protocol: Protocol,
        /// The interface's name.
        interface: String,
        /// The port.
        port: u16,
    },
    /// Ears only, and no group joined: what comes to a group because another program of this machine has joined it,
    /// or what is broadcast. Works for everybody.
    Bystander {
        /// The protocol listened for.
        protocol: Protocol,
        /// The interface's name.
        interface: String,
        /// The port.
        port: u16,
        /// The group, or `255.255.255.255`.
        to: Ipv4Addr,
    },
    /// Unicast questions, wherever the routes lead.
    Unicast {
        /// The protocol asked.
        protocol: Protocol,
        /// The family of those who are asked.
        family: Family,
        /// The only interface to leave by, or none for the routing table's choice.
        interface: Option<String>,
        /// The port to send from; 0 for any. Where it is taken, any is used.
        source_port: u16,
    },
}

/// One packet that we originate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Packet {
    /// An ARP request for an address, from the interface's own addresses.
    Arp {
        /// The interface's name.
        interface: String,
        /// The address asked for.
        target: Ipv4Addr,
    },
    /// A SADP inquiry in a frame of Ethernet, to everybody, from the interface's own addresses. No other frame can be sent.
    EthernetInquiry {
        /// The interface's name.
        interface: String,
    },
    /// One byte to the discard port (UDP 9) of an address, so that the kernel resolves it.
    Nudge {
        /// The interface that the address is on.
        interface: String,
        /// The address asked for.
        target: IpAddr,
    },
    /// A datagram.
    Datagram {
        /// The channel to send it by: [`Channel::Multicast`] or [`Channel::Unicast`].
        channel: Channel,
        /// Where to.
        to: SocketAddr,
        /// The bytes.
        payload: Arc<[u8]>,
    },
    /// A datagram to a link-local group of IPv6.
    LinkLocal {
        /// The channel to send it by: [`Channel::LinkLocal`].
        channel: Channel,
        /// The group.
        group: Ipv6Addr,
        /// The port.
        port: u16,
        /// The bytes.
        payload: Arc<[u8]>,
    },
}

const ETHERNET_HEADER: usize = 14;
/// The headers of Ethernet, IPv4 and UDP before a datagram's own bytes.
const HEADERS: usize = ETHERNET_HEADER + 20 + 8;

/// The bytes on the wire of a datagram that carries so many.
pub fn length_of_datagram(family: Family, payload: usize) -> usize {
    match family {
        Family::V4 => HEADERS + payload,
        // Its header is twice as long (RFC 8200 §3).
        Family::V6 => HEADERS + 20 + payload,
    }
}

impl Packet {
    /// Its bytes on the wire, without padding and checksum of the frame.
    pub fn length(&self) -> u64 {
        let bytes = match self {
            Packet::Arp { .. } => ETHERNET_HEADER + crate::wire::arp::LENGTH,
            Packet::EthernetInquiry { .. } => crate::wire::sadp_l2::LENGTH,
            Packet::Nudge { target, .. } => length_of_datagram(Family::of(*target), 1),
            Packet::Datagram { to, payload, .. } => length_of_datagram(Family::of(to.ip()), payload.len()),
            Packet::LinkLocal { payload, .. } => length_of_datagram(Family::V6, payload.len()),
        };
        bytes as u64
    }
}

/// What one channel heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The channel that heard it.
    pub channel: Channel,
    /// The interface that it came in by, where that is known.
    pub interface: Option<String>,
    /// When.
    pub at: Timestamp,
    /// What.
    pub body: Body,
}

/// The content of what was heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// An ARP packet, Ethernet header taken off: at most [`crate::fact::MAX_DATAGRAM`] bytes.
    Arp(Vec<u8>),
    /// A whole frame of Ethernet that carries SADP, likewise.
    Frame(Vec<u8>),
    /// A row of the kernel's neighbour table that has changed.
    Neighbour(Neighbour),
    /// A datagram and its sender, at most [`crate::fact::MAX_DATAGRAM`] bytes.
    Datagram(SocketAddr, Vec<u8>),
}

/// A row of the operating system's neighbour table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// The address.
    pub address: IpAddr,
    /// The interface's name.
    pub interface: String,
    /// What is known of it.
    pub state: NeighbourState,
}

/// The same as the system tells it: the interface by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Row {
    address: IpAddr,
    index: u32,
    state: NeighbourState,
}

/// How much the kernel knows of a neighbour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NeighbourState {
    /// It answered lately.
    Reachable(MacAddress),
    /// It answered once; whether it still does is not known.
    Stale(MacAddress),
    /// It was asked and did not answer.
    Failed,
}

/// One dialogue over TCP: connect, (TLS,) send, read, close.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// Whom to ask.
    pub to: SocketAddr,
    /// The only interface to leave by, or none for the routing table's choice.
    pub interface: Option<String>,
    /// Whether TLS comes first. Certificates are recorded, never trusted.
    pub tls: bool,
    /// The requests, each sent when the one before is answered. None where the device speaks first.
    pub requests: Vec<Vec<u8>>,
    /// How many whole answers there are in what has come so far. The dialogue ends with the last one.
    pub answers: fn(&[u8]) -> usize,
    /// The most bytes to read.
    pub cap: usize,
    /// Whether it is an HTTP request, of which a host gets so many and no more.
    pub page: bool,
    /// How long to wait for a connection.
    pub patience: Duration,
    /// How long the whole exchange may take once it is connected.
    pub deadline: Duration,
}

/// How an [`Exchange`] or a fetch ended, with whatever came until then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// `Answered` where at least one byte came.
    pub outcome: Outcome,
    /// Whether a connection stood, even if nothing was said on it.
    pub connected: bool,
    /// When it ended.
    pub at: Timestamp,
    /// The bytes as they came.
    pub bytes: Vec<u8>,
    /// Whether it was longer than the cap, or not at an end when the time was over.
    pub cut: bool,
    /// The certificate that the device showed, DER.
    pub certificate: Option<Vec<u8>>,
    /// How TLS went; absent where none was wanted, or it did not come so far.
    pub tls: Option<Tls>,
    /// How many connections it took: two where older TLS was tried after that of today.
    pub connections: u64,
    /// What became of the login, where one was meant for it and the device wanted one.
    pub login: Option<LoginEnd>,
    /// Why not, where it was not answered: what we were doing and what went wrong.
    pub why: Option<String>,
}

/// How TLS went on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// TLS of today, by its version: `1.2`, `1.3`.
    Modern(&'static str),
    /// Older TLS, or TLS 1.2 with what is long broken, because the device refused that of today. Whoever is on
    /// the way may read and change what is said, as without TLS.
    Legacy(&'static str),
    /// The device refused what it was offered.
    Refused,
}

/// What became of a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginEnd {
    /// The device let us in.
    Accepted,
    /// It refused.
    Refused,
    /// It did not say who it thinks we are, but forbids the page (403): to this user, to everybody, or for now.
    Barred,
    /// It was sent, and what came back was neither.
    Unclear,
    /// It was not sent.
    Withheld(Reason),
}

/// A page to fetch after the banner, from the very host that the banner came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// Whom to ask.
    pub to: SocketAddr,
    /// The only interface to leave by, or none for the routing table's choice.
    pub interface: Option<String>,
    /// Whether to use TLS.
    pub tls: bool,
    /// Whether it may be asked by older TLS where the device refuses that of today.
    pub legacy_tls: bool,
    /// What is asked.
    pub ask: Ask,
    /// The unit that is there, where a login may be used on it. It is sent to `to` and nowhere else.
    pub login: Option<Confirmed>,
    /// How long to wait for each connection.
    pub patience: Duration,
    /// How long each request of the fetch may take once it is connected: one, or two or three with a login.
    pub deadline: Duration,
}

/// What is asked of a web server. A request that changes a device cannot be expressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// A page: path and query, beginning with `/`.
    Get(String),
    /// A question to an ONVIF device service.
    Onvif {
        /// Path of the service, beginning with `/`.
        path: String,
        /// The question.
        request: onvif::Request,
    },
}

impl Ask {
    /// Path and query.
    pub fn path(&self) -> &str {
        match self {
            Ask::Get(path) | Ask::Onvif { path, .. } => path,
        }
    }
}

/// The network, as the scan sees it: [`live`](live::Live) in earnest, a script in the tests.
///
/// Sending waits for its turn (pacing). Hearing never ends; it waits while nothing is heard.
pub trait Door: Send + Sync + 'static {
    /// Opens a channel. What is sent and heard before belongs to nobody.
    ///
    /// # Errors
    /// The system's own, `PermissionDenied` where a privilege is lacking.
    fn open(&self, channel: &Channel) -> impl Future<Output = io::Result<()>> + Send;

    /// When the next packet of a lane may leave; none, if that is now.
    fn next(&self, lane: Lane) -> Option<Instant>;

    /// So many ARP requests a second from now on, as far as the limits allow.
    fn set_arp_rate(&self, per_second: u32);

    /// Sends one packet when its turn has come.
    ///
    /// # Errors
    /// The system's own; `NotConnected` where the channel was not opened.
    fn send(&self, packet: Packet) -> impl Future<Output = io::Result<()>> + Send;

    /// The next thing heard on any open channel.
    fn heard(&self) -> impl Future<Output = Heard> + Send;

    /// The operating system's neighbour table, IPv4 and IPv6.
    ///
    /// # Errors
    /// The system's own; `Unsupported` where this system's table cannot be read yet.
    fn neighbours(&self) -> impl Future<Output = io::Result<Vec<Neighbour>>> + Send;

    /// Asks one question over TCP when the host is free and its turn has come.
    fn exchange(&self, exchange: Exchange) -> impl Future<Output = Answer> + Send;

    /// Fetches one page over HTTP(S) when the host is free and its turn has come. No redirect is followed.
    fn fetch(&self, fetch: Fetch) -> impl Future<Output = Answer> + Send;

    /// From now on an address counts as another one of a host, so that all limits hold for the two together.
    fn is_one_with(&self, address: IpAddr, host: IpAddr);

    /// How many more HTTP requests without a login a host may get in this run. Beyond it they are not sent.
    fn pages_left(&self, host: IpAddr) -> u32;

    /// A host has had so many in an earlier run of the same scan.
    fn pages_asked(&self, host: IpAddr, pages: u32);

    /// The hosts that have kept us in conversation for as long as one host may, and were asked no further.
    fn out_of_time(&self) -> Vec<IpAddr>;

    /// Every interface that was not as at the beginning when this was asked, at most once a second, and what was wrong.
    fn faults(&self) -> BTreeMap<String, &'static str>;

    /// Whether there is a login that may (still) be used on a unit.
    fn has_login(&self, unit: &Confirmed) -> bool;

    /// Every reason for which a login was not used, or used no further, and the hosts that it held for.
    fn withheld_logins(&self) -> Vec<(Reason, Vec<IpAddr>)>;

    /// The name that reverse DNS gives an address.
    fn name_of(&self, address: IpAddr) -> impl Future<Output = Option<String>> + Send;

    /// The wall clock.
    fn now(&self) -> Timestamp;

    /// How often the system had no room for an ARP request, so that it had to be offered again.
    fn held_up(&self) -> u64;

    /// Rows of the system's neighbour table that are free, where it says so.
    fn free_neighbours(&self) -> Option<u64>;

    /// Answers that the kernel dropped before we could read them, by where.
    fn lost(&self) -> BTreeMap<String, u64>;
}
