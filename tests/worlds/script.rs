//! What the file of a world says: who is there, what each answers to which question, and what a scan must make of it.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use camsweep::net::{Body, Limits};
use serde::Deserialize;

use super::bytes;

/// A scripted network.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct World {
    /// What this world is about.
    pub about: String,
    /// The interfaces of the scanning machine.
    #[serde(rename = "interface")]
    pub interfaces: Vec<Nic>,
    /// Targets beyond a router, `address` or `first-last`.
    #[serde(default)]
    pub routed: Vec<String>,
    /// The only interface to leave by for them.
    #[serde(default)]
    pub routed_interface: Option<String>,
    /// Whether the scanner may open raw sockets.
    #[serde(default = "yes")]
    pub raw: bool,
    /// Ask silent addresses beyond a router by TCP too.
    #[serde(default)]
    pub probe_silent: bool,
    /// Open no TCP connection.
    #[serde(default)]
    pub no_tcp: bool,
    /// Look for units by raw Ethernet too.
    #[serde(default)]
    pub ethernet: bool,
    /// Ask over IPv6 too.
    #[serde(default)]
    pub ipv6: bool,
    /// Send nothing and listen for so many seconds.
    #[serde(default)]
    pub passive: Option<u64>,
    /// The interface that went down in the midst of the run.
    #[serde(default)]
    pub fault: Option<String>,
    /// The profile, `standard` where absent.
    #[serde(default)]
    pub profile: Option<String>,
    /// The logins that the user gave.
    #[serde(rename = "login", default)]
    pub logins: Vec<Login>,
    /// Who is there.
    #[serde(rename = "host", default)]
    pub hosts: Vec<Host>,
    /// What the scan must make of it.
    pub expect: Expect,
}

impl World {
    /// The limits that its scan keeps.
    pub fn limits(&self) -> Limits {
        let profile = self.profile.as_deref().unwrap_or("standard");
        camsweep::net::profile::profile(profile)
            .expect("a profile that exists")
            .limits
            .clone()
    }
}

/// An interface of the scanning machine.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Nic {
    pub name: String,
    pub network: String,
    /// Its network of IPv6, and the targets there: `address` or `first-last`.
    #[serde(default = "link_local")]
    pub network_v6: String,
    #[serde(default)]
    pub targets_v6: Vec<String>,
}

fn link_local() -> String {
    "fe80::2/64".into()
}

/// A login of the user's.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Login {
    pub scope: Vec<String>,
    pub maker: String,
}

/// One host.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Host {
    pub address: String,
    /// The interface that it is on, for hosts on a segment.
    pub interface: Option<String>,
    /// Answers ARP with this.
    pub mac: Option<String>,
    /// Answers ARP only from the nth question on.
    pub arp_after: u32,
    /// What it answers to datagrams.
    pub datagram: Vec<Datagram>,
    /// What it answers to a SADP inquiry in a frame of Ethernet.
    pub frame: Option<bytes::Frame>,
    /// What it answers on TCP ports. Others are refused, or silent where `drops`.
    pub tcp: Vec<Tcp>,
    pub drops: bool,
    /// It is in this machine's neighbour table already, as `stale` or `reachable`.
    pub table: Option<String>,
    /// This machine comes to know its MAC for other reasons when the run begins, and asks for it no more.
    pub learned: Option<Learned>,
    /// Its name in reverse DNS.
    pub name: Option<String>,
    /// Says nothing any more, not even by ARP, from its nth datagram or connection on.
    pub dies_at: Option<u64>,
    /// What it says unasked.
    pub announces: Vec<Announcement>,
}

/// Whether the kernel's news of what it has learned reaches the scanner: of many at once some get lost (netlink(7)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Learned {
    Heard,
    Unheard,
}

/// Something that a host says unasked.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Announcement {
    /// The protocol; `arp` is a request for somebody else.
    pub by: String,
    /// When, from the opening of the ears.
    pub after_ms: u64,
    /// Whom it tells: a group that nobody on the scanner's machine has joined, one that somebody has, or everybody.
    pub to: Audience,
    #[serde(default)]
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    Group,
    JoinedGroup,
    Everybody,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Datagram {
    /// The protocol of the question.
    pub to: String,
    /// Answers `multicast`, `unicast` or both.
    #[serde(default = "both")]
    pub ways: Vec<String>,
    #[serde(default)]
    pub delay_ms: u64,
    #[serde(default)]
    pub from_port: Option<u16>,
    /// Answers only the nth question of its kind and later ones.
    #[serde(default)]
    pub after: u32,
    /// Answers to this port, whatever port it was asked from.
    #[serde(default)]
    pub to_port: Option<u16>,
    /// How often it says so, to the first question alone; each time with another MAC address where the text has `{mac}`.
    #[serde(default = "once")]
    pub times: u32,
    /// Each time in the name of another host, none of which exists.
    #[serde(default)]
    pub from_everywhere: bool,
    #[serde(default)]
    pub text: String,
    /// In place of the text, what multicast DNS offers.
    #[serde(default)]
    pub service: Option<bytes::Service>,
}

impl Datagram {
    pub fn bytes(&self) -> Vec<u8> {
        let service = self.service.as_ref().map(bytes::Service::answer);
        service.unwrap_or_else(|| self.text.clone().into())
    }

    /// The same with the id of the question, where it says one.
    pub fn to(&self, question: &[u8]) -> Self {
        let ids = question
            .windows(36)
            .filter_map(|text| uuid::Uuid::try_parse_ascii(text).ok());
        let id = ids.map(|id| id.to_string()).next().unwrap_or_default();
        Datagram {
            text: self.text.replace("{id}", &id),
            ..self.clone()
        }
    }

    /// What it says the nth time, and in whose name.
    pub fn again(&self, nth: u32, host: IpAddr) -> Body {
        let [_, a, b, c] = nth.to_be_bytes();
        let from = match self.from_everywhere {
            true => Ipv4Addr::new(198, 18 | a & 1, b, c).into(),
            false => host,
        };
        let bytes = match self.text.contains("{mac}") {
            true => self
                .text
                .replace("{mac}", &format!("3c:ef:8c:{a:02x}:{b:02x}:{c:02x}"))
                .into(),
            false => self.bytes(),
        };
        Body::Datagram(SocketAddr::new(from, self.from_port.unwrap_or(3702)), bytes)
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Tcp {
    pub port: u16,
    #[serde(default)]
    pub tls: bool,
    /// The path; for one operation of an ONVIF service `/path#GetHostname`.
    #[serde(default = "slash")]
    pub path: String,
    /// Bytes before the text, in hexadecimal.
    #[serde(default)]
    pub hex: String,
    /// The answer, or `panic` to make the door itself fail.
    #[serde(default)]
    pub text: String,
    /// There was more of it when its time was over.
    #[serde(default)]
    pub cut: bool,
    /// It refuses TLS of today.
    #[serde(default)]
    pub legacy: bool,
    /// The page wants a login, and one that is sent is `accepted` or `refused`.
    #[serde(default)]
    pub login: Option<String>,
}

/// What must come of it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Expect {
    /// Devices with a maker, in the report's order: `address maker confidence model firmware`.
    pub units: Vec<String>,
    /// Serial numbers by address.
    pub serials: BTreeMap<String, String>,
    /// What the web pages say of their version and their day, by address: `version day`, `-` where nothing.
    pub web_ui: BTreeMap<String, String>,
    /// Hosts that exist.
    pub hosts: Option<usize>,
    /// Seconds that the scan takes at the most, on the scan's own clock.
    pub seconds: Option<f64>,
    /// Seconds that it takes at the least.
    pub least_seconds: Option<f64>,
    /// Datagrams to single hosts, by host.
    pub datagrams: BTreeMap<String, u64>,
    /// TCP connections by host; a host that is not named has none.
    pub connections: BTreeMap<String, u64>,
    /// The ports that a host was connected to, in order.
    pub ports: BTreeMap<String, Vec<u16>>,
    /// What was asked with a login, by host; a host that is not named was asked nothing so.
    pub logins: BTreeMap<String, Vec<String>>,
    /// How the login fared: `address accepted` or `address auth-required`; for others it is null.
    pub fared: Vec<String>,
    /// Words that must occur in the blind spots.
    pub blind_spots: Vec<String>,
    /// Who is fenced, and the word that the reason begins with.
    pub fenced: BTreeMap<String, String>,
    /// Who became silent, and since which question.
    pub became_silent: BTreeMap<String, String>,
    /// Whether the run stopped by itself.
    pub stopped: bool,
    /// Addresses that were not asked as planned, as ranges.
    pub not_asked: Vec<String>,
    /// Addresses that the kernel was nudged for.
    pub nudges: Option<usize>,
    /// Words that must occur in the coverage's notes.
    pub notes: Vec<String>,
    /// Words that must not.
    pub not_noted: Vec<String>,
    /// Outcomes in the coverage: `question outcome count`.
    pub outcomes: Vec<String>,
}

impl Tcp {
    pub fn bytes(&self) -> Vec<u8> {
        let digits = self.hex.split_whitespace().collect::<String>();
        let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal in the world");
        let head = (0..digits.len()).step_by(2).map(byte);
        head.chain(self.text.bytes()).collect()
    }
}

fn once() -> u32 {
    1
}

fn yes() -> bool {
    true
}

fn both() -> Vec<String> {
    vec!["multicast".into(), "unicast".into()]
}

fn slash() -> String {
    "/".into()
}
