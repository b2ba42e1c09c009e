//! A scripted network behind the scanner's door. A world is a TOML file: who is on the wire, what each
//! host answers to which question, and what the scan must make of it. Time is tokio's paused clock, so
//! a whole /24 takes milliseconds and the length of a scan is a number that a test asserts.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Mutex;
use std::time::Duration;

use camsweep::fact::{Outcome, Protocol, parse_mac};
use camsweep::net::{
    Answer, Ask, Body, Channel, Confirmed, Credential, Door, Exchange, Fetch, Heard, Interface, Limits, LoginEnd,
    Neighbour, NeighbourState, Pacing, Packet, Reason, Secret, Vault,
};
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::Instant;

#[path = "bytes.rs"]
pub mod bytes;
#[path = "door.rs"]
mod door;
#[path = "ids.rs"]
mod ids;
#[path = "script.rs"]
mod script;

use door::{answer, paced};
use ids::without_ids;

pub use door::arp_reply;
pub use script::*;

/// The door to a world, and the ledger of what went through it.
pub struct Scripted {
    hosts: Vec<Host>,
    raw: bool,
    /// ARP requests a second that the network bears.
    bears: Option<u32>,
    /// Which ARP requests cannot be sent, by their place.
    refuses: std::ops::Range<usize>,
    /// The interface that went down.
    fault: Option<String>,
    vault: Vault,
    speak: mpsc::UnboundedSender<Heard>,
    listen: tokio::sync::Mutex<mpsc::UnboundedReceiver<Heard>>,
    pacing: Pacing,
    pub ledger: Mutex<Account>,
}

/// What was sent.
#[derive(Debug, Default)]
pub struct Account {
    pub arp: HashMap<Ipv4Addr, u32>,
    /// When each ARP request left, and for whom.
    pub arps: Vec<(Ipv4Addr, Instant)>,
    pub nudges: HashMap<IpAddr, u32>,
    pub datagrams: BTreeMap<String, u64>,
    pub asked: HashMap<(String, String), u32>,
    pub multicasts: u64,
    pub connections: BTreeMap<String, u64>,
    pub ports: BTreeMap<String, Vec<u16>>,
    /// What was asked with a login, by host.
    pub logins: BTreeMap<String, Vec<String>>,
    /// Who refused it.
    pub refused: HashSet<IpAddr>,
    pub opened: Vec<Channel>,
    /// Hosts that have refused TLS of today.
    pub legacy: std::collections::HashSet<String>,
    /// How often a host was asked what, whoever it is: by datagram without the random ids in it, or over TCP.
    pub questions: BTreeMap<String, u32>,
    /// The moment of each datagram to a single host.
    pub moments: HashMap<IpAddr, Vec<Instant>>,
}

impl Account {
    /// Whether the latest ARP request is one too many for a network that bears so many in a second: of those of the last
    /// hundredth as many pass as may, whichever they are.
    fn is_lost(&self, per_second: u32) -> bool {
        let now = Instant::now();
        let before = self
            .arps
            .partition_point(|(_, at)| *at + Duration::from_millis(10) <= now);
        let lately = (self.arps.len() - before) as u64;
        let die = BuildHasherDefault::<DefaultHasher>::default().hash_one(self.arps.len());
        die % lately >= u64::from(per_second / 100)
    }

    fn is_dead(&self, host: &Host) -> bool {
        let count = |counts: &BTreeMap<String, u64>| counts.get(&host.address).copied().unwrap_or_default();
        host.dies_at
            .is_some_and(|last| count(&self.datagrams) + count(&self.connections) >= last)
    }
}

impl Scripted {
    /// The limits that it keeps.
    pub fn limits(&self) -> &Limits {
        self.pacing.limits()
    }

    pub fn new(hosts: Vec<Host>, raw: bool, limits: Limits, logins: &[Login]) -> Self {
        let (speak, listen) = mpsc::unbounded_channel();
        let credential = |login: &Login| Credential {
            scope: login
                .scope
                .iter()
                .map(|network| network.parse().expect("a network in the world"))
                .collect(),
            maker: login.maker.clone(),
            user: "audit".into(),
            password: Secret::from(zeroize::Zeroizing::new("never seen here".to_owned())),
            allow_basic: false,
            allow_username_token: false,
        };
        Scripted {
            hosts,
            raw,
            bears: None,
            refuses: 0..0,
            fault: None,
            vault: Vault::new(logins.iter().map(credential).collect()),
            speak,
            listen: tokio::sync::Mutex::new(listen),
            pacing: Pacing::new(limits),
            ledger: Mutex::default(),
        }
    }

    /// The same on a network that loses what is more than so many ARP requests a second.
    pub fn that_bears(self, per_second: u32) -> Self {
        Scripted {
            bears: Some(per_second),
            ..self
        }
    }

    /// The same where this machine cannot send these ARP requests.
    pub fn that_refuses(self, requests: std::ops::Range<usize>) -> Self {
        Scripted {
            refuses: requests,
            ..self
        }
    }

    /// The same where this machine's own interface has failed meanwhile.
    pub fn with_fault(self, fault: Option<String>) -> Self {
        Scripted { fault, ..self }
    }

    /// The same network when another scan of it begins: what was sent to it so far stays in the ledger.
    pub fn again(self, limits: Limits) -> Self {
        let mut ledger = self.ledger.into_inner().expect("no test panics with it held");
        ledger.opened.clear();
        Scripted {
            ledger: Mutex::new(ledger),
            ..Scripted::new(self.hosts, self.raw, limits, &[])
        }
    }

    /// Whether an ARP request is one of those that cannot be sent.
    fn is_refused(&self, target: Ipv4Addr) -> bool {
        let mut ledger = self.ledger.lock().expect("no test panics with it held");
        let refused = self.refuses.contains(&ledger.arps.len());
        if refused {
            ledger.arps.push((target, Instant::now()));
        }
        refused
    }

    fn note_question(&self, host: IpAddr, what: &str) {
        let mut ledger = self.ledger.lock().expect("no test panics with it held");
        *ledger.questions.entry(format!("{host} {what}")).or_default() += 1;
    }

    fn say(&self, delay: u64, channel: Channel, interface: Option<String>, body: Body) {
        self.say_all(delay, channel, interface, std::iter::once(body));
    }

    fn say_all(
        &self,
        delay: u64,
        channel: Channel,
        interface: Option<String>,
        bodies: impl Iterator<Item = Body> + Send + 'static,
    ) {
        let speak = self.speak.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(delay)).await;
            for body in bodies {
                let _ = speak.send(Heard {
                    channel: channel.clone(),
                    interface: interface.clone(),
                    at: Timestamp::UNIX_EPOCH,
                    body,
                });
            }
        });
    }

    /// What the hosts say unasked, to an ear that has just been opened.
    fn announce(&self, ear: &Channel) {
        for (host, said) in self
            .hosts
            .iter()
            .flat_map(|host| host.announces.iter().map(move |said| (host, said)))
        {
            let (by, interface, hears) = match ear {
                Channel::Arp { interface } => ("arp".to_owned(), interface, true),
                Channel::Overhear {
                    protocol, interface, ..
                } => (protocol.to_string(), interface, true),
                Channel::Bystander {
                    protocol,
                    interface,
                    to,
                    ..
                } => (
                    protocol.to_string(),
                    interface,
                    said.to
                        == if to.is_broadcast() {
                            Audience::Everybody
                        } else {
                            Audience::JoinedGroup
                        },
                ),
                _ => return,
            };
            if by != said.by || !hears || host.interface.as_ref().is_some_and(|name| name != interface) {
                continue;
            }
            let from: Ipv4Addr = host.address.parse().expect("an address in the world");
            let mac = host
                .mac
                .as_deref()
                .and_then(parse_mac)
                .map_or([2; 6], |mac| mac.bytes());
            let body = match ear {
                Channel::Arp { .. } => {
                    let mut packet = arp_reply(mac, from);
                    packet[7] = 1;
                    Body::Arp(packet)
                }
                _ => Body::Datagram(SocketAddr::new(from.into(), 3702), said.text.clone().into()),
            };
            self.say(said.after_ms, ear.clone(), Some(interface.clone()), body);
        }
    }

    fn host(&self, address: IpAddr) -> Option<&Host> {
        self.hosts.iter().find(|host| host.address == address.to_string())
    }

    fn answer_arp(&self, interface: String, target: Ipv4Addr) {
        let (times, dead) = {
            let mut ledger = self.ledger.lock().expect("no test panics with it held");
            ledger.arps.push((target, Instant::now()));
            if self.bears.is_some_and(|most| ledger.is_lost(most)) {
                return;
            }
            let times = ledger.arp.entry(target).or_default();
            *times += 1;
            let times = *times;
            let dead = |host: &&Host| ledger.is_dead(host);
            let dead: Vec<String> = self
                .hosts
                .iter()
                .filter(dead)
                .map(|host| host.address.clone())
                .collect();
            (times, dead)
        };
        for host in self
            .hosts
            .iter()
            .filter(|host| host.address == target.to_string() && times > host.arp_after)
            .filter(|host| !dead.contains(&host.address))
        {
            let Some(mac) = host.mac.as_deref().and_then(parse_mac) else {
                continue;
            };
            if host.interface.as_deref().is_none_or(|name| name == interface) {
                let packet = arp_reply(mac.bytes(), target);
                self.say(
                    2,
                    Channel::Arp {
                        interface: interface.clone(),
                    },
                    Some(interface.clone()),
                    Body::Arp(packet),
                );
            }
        }
    }

    fn answer_inquiry(&self, interface: String) {
        self.ledger.lock().expect("no test panics with it held").multicasts += 1;
        let on_segment = |host: &&Host| host.interface.as_deref().is_none_or(|name| name == interface);
        for host in self.hosts.iter().filter(on_segment) {
            let mac = host.mac.as_deref().and_then(parse_mac);
            if let (Some(frame), Some(mac)) = (&host.frame, mac) {
                let channel = Channel::Ethernet {
                    interface: interface.clone(),
                };
                self.say(
                    2,
                    channel,
                    Some(interface.clone()),
                    Body::Frame(frame.answer(mac.bytes())),
                );
            }
        }
    }

    /// Hosts with an address of IPv6 answer what they have for the way `link-local`.
    fn answer_link_local(&self, protocol: Protocol, interface: String) {
        self.ledger.lock().expect("no test panics with it held").multicasts += 1;
        let channel = Channel::LinkLocal {
            protocol: protocol.clone(),
            interface: interface.clone(),
        };
        for host in &self.hosts {
            let Ok(IpAddr::V6(from)) = host.address.parse() else {
                continue;
            };
            let way = |answer: &&Datagram| {
                answer.to == protocol.to_string() && answer.ways.iter().any(|way| way == "link-local")
            };
            for answer in host.datagram.iter().filter(way) {
                let body = Body::Datagram(SocketAddr::from((from, 3702)), answer.bytes());
                self.say(answer.delay_ms, channel.clone(), Some(interface.clone()), body);
            }
        }
    }

    fn answer_nudge(&self, interface: String, target: IpAddr) {
        *self
            .ledger
            .lock()
            .expect("no test panics with it held")
            .nudges
            .entry(target)
            .or_default() += 1;
        self.resolve(interface, target);
    }

    /// The kernel looks for whoever is sent a datagram.
    fn resolve(&self, interface: String, target: IpAddr) {
        let mac = self.host(target).and_then(|host| parse_mac(host.mac.as_deref()?));
        let (delay, state) = mac.map_or((3060, NeighbourState::Failed), |mac| {
            (2, NeighbourState::Reachable(mac))
        });
        let row = Neighbour {
            address: target,
            interface: interface.clone(),
            state,
        };
        self.say(delay, Channel::Kernel, Some(interface), Body::Neighbour(row));
    }

    /// What the kernel comes to know while nobody of ours asks.
    fn learn(&self) {
        for host in self.hosts.iter().filter(|host| host.learned == Some(Learned::Heard)) {
            let interface = host.interface.clone().unwrap_or_else(|| "eth0".into());
            self.resolve(interface, host.address.parse().expect("an address in the world"));
        }
    }

    /// Before a datagram to a neighbour leaves, the kernel asks for its MAC: once, or now and then whether it is still so.
    fn look_for(&self, ledger: &Account, interface: Option<&str>, to: IpAddr) {
        let Some(interface) = interface.map(str::to_owned) else {
            return;
        };
        if self.host(to).is_some_and(|host| host.learned.is_some()) {
            return;
        }
        if ledger.opened.contains(&Channel::Kernel) {
            let is_known = ledger.datagrams.contains_key(&to.to_string()) || ledger.nudges.contains_key(&to);
            if !is_known {
                self.resolve(interface.clone(), to);
            }
        }
        let IpAddr::V4(to) = to else { return };
        let asked = ledger.arp.get(&to).copied().unwrap_or_default();
        let answers = |host: &&Host| host.arp_after <= asked && !ledger.is_dead(host);
        let mac = self
            .host(to.into())
            .filter(answers)
            .and_then(|host| parse_mac(host.mac.as_deref()?));
        let channel = Channel::Arp {
            interface: interface.clone(),
        };
        if let Some(mac) = mac.filter(|_| ledger.opened.contains(&channel)) {
            self.say(2, channel, Some(interface), Body::Arp(arp_reply(mac.bytes(), to)));
        }
    }

    fn answer_datagram(&self, channel: &Channel, to: IpAddr, question: &[u8]) {
        let (protocol, way, interface) = match channel {
            Channel::Multicast {
                protocol, interface, ..
            } => (protocol, "multicast", Some(interface.clone())),
            Channel::Unicast {
                protocol, interface, ..
            } => (protocol, "unicast", interface.clone()),
            _ => unreachable!("datagrams leave by datagram channels"),
        };
        let mut ledger = self.ledger.lock().expect("no test panics with it held");
        match way {
            "multicast" => ledger.multicasts += 1,
            _ => {
                self.look_for(&ledger, interface.as_deref(), to);
                *ledger.datagrams.entry(to.to_string()).or_default() += 1;
                ledger.moments.entry(to).or_default().push(Instant::now());
            }
        }
        for host in self
            .hosts
            .iter()
            .filter(|host| way == "multicast" || host.address == to.to_string())
        {
            let is_deaf = || host.interface.is_some() && host.interface != interface || host.address.contains(':');
            if way == "multicast" && is_deaf() || ledger.is_dead(host) {
                continue;
            }
            let protocol = protocol.to_string();
            let times = ledger
                .asked
                .entry((host.address.clone(), format!("{way} {protocol}")))
                .or_default();
            *times += 1;
            let times = *times;
            let fits = |answer: &&Datagram| {
                answer.to == protocol
                    && answer.ways.iter().any(|other| other == way)
                    && times > answer.after
                    && (answer.times == 1 || times == answer.after + 1)
            };
            for answer in host.datagram.iter().filter(fits) {
                let from: IpAddr = host.address.parse().expect("an address in the world");
                let said = answer.to(question);
                let bodies = (0..answer.times).map(move |nth| said.again(nth, from));
                let heard_by = match answer.to_port {
                    Some(port) => own_port(channel, port),
                    None => channel.clone(),
                };
                if ledger.opened.contains(&heard_by) {
                    self.say_all(answer.delay_ms, heard_by, interface.clone(), bodies);
                }
            }
        }
    }

    fn answer_tcp(&self, to: SocketAddr, tls: bool, path: &str, operation: &str) -> Answer {
        let mut ledger = self.ledger.lock().expect("no test panics with it held");
        let host = to.ip().to_string();
        *ledger.connections.entry(host.clone()).or_default() += 1;
        ledger.ports.entry(host).or_default().push(to.port());
        let dead = self.host(to.ip()).is_some_and(|host| ledger.is_dead(host));
        drop(ledger);
        let Some(host) = self.host(to.ip()).filter(|_| !dead) else {
            return answer(Outcome::Silent, Vec::new());
        };
        match host
            .tcp
            .iter()
            .find(|tcp| tcp.port == to.port() && tcp.tls == tls && (tcp.path == path || tcp.path == operation))
        {
            Some(tcp) if tcp.text == "panic" => panic!("a question of this world breaks"),
            Some(tcp) if tcp.legacy => self.by_legacy_tls(&host.address, answer(Outcome::Answered, tcp.bytes())),
            Some(tcp) => Answer {
                cut: tcp.cut,
                ..answer(Outcome::Answered, tcp.bytes())
            },
            None if host.drops => answer(Outcome::Silent, Vec::new()),
            None if host.tcp.iter().any(|tcp| tcp.port == to.port() && tcp.tls == tls) => answer(
                Outcome::Answered,
                b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec(),
            ),
            None => answer(Outcome::Refused, Vec::new()),
        }
    }
}

impl Scripted {
    /// The first visit to a host that refuses TLS of today takes one more connection.
    fn by_legacy_tls(&self, host: &str, answer: Answer) -> Answer {
        let mut ledger = self.ledger.lock().expect("no test panics with it held");
        let more = u64::from(ledger.legacy.insert(host.to_owned()));
        *ledger.connections.entry(host.to_owned()).or_default() += more;
        Answer {
            tls: Some(camsweep::net::Tls::Legacy("1.0")),
            connections: answer.connections + more,
            ..answer
        }
    }
}

impl Scripted {
    /// The door sends a login only where a unit was confirmed at that very address, and one was given for it.
    fn log_in(&self, unit: &Confirmed, fetch: &Fetch, operation: &str, answer: Answer) -> Answer {
        let host = fetch.to.ip();
        assert!(
            unit.host() == host && self.has_login(unit),
            "a login for {host} that nobody gave"
        );
        let mut ledger = self.ledger.lock().expect("no test panics with it held");
        ledger
            .logins
            .entry(host.to_string())
            .or_default()
            .push(operation.to_owned());
        let found = self.host(host).into_iter().flat_map(|host| &host.tcp);
        let mut found = found.filter(|tcp| tcp.port == fetch.to.port() && tcp.tls == fetch.tls);
        let page = found.find(|tcp| tcp.path == fetch.ask.path() || tcp.path == operation);
        let login = match page.and_then(|page| page.login.as_deref()) {
            Some("accepted") => Some(LoginEnd::Accepted),
            Some("refused") => {
                ledger.refused.insert(host);
                Some(LoginEnd::Refused)
            }
            _ => None,
        };
        Answer { login, ..answer }
    }
}

/// Who hears what comes to a port of this machine in answer to what left by a channel.
fn own_port(asked_by: &Channel, port: u16) -> Channel {
    let (protocol, interface) = match asked_by {
        Channel::Multicast {
            protocol, interface, ..
        } => (protocol, Some(interface.clone())),
        Channel::Unicast {
            protocol, interface, ..
        } => (protocol, interface.clone()),
        _ => unreachable!("datagrams leave by datagram channels"),
    };
    Channel::OwnPort {
        protocol: protocol.clone(),
        interface,
        port,
    }
}

impl Door for Scripted {
    paced!();

    async fn open(&self, channel: &Channel) -> io::Result<()> {
        let needs_raw = matches!(
            channel,
            Channel::Arp { .. } | Channel::Ethernet { .. } | Channel::Overhear { .. }
        );
        if needs_raw && !self.raw {
            return Err(io::Error::from(io::ErrorKind::PermissionDenied));
        }
        self.announce(channel);
        if *channel == Channel::Kernel {
            self.learn();
        }
        self.ledger
            .lock()
            .expect("no test panics with it held")
            .opened
            .push(channel.clone());
        Ok(())
    }

    async fn send(&self, packet: Packet) -> io::Result<()> {
        match packet {
            Packet::Arp { interface, target } => {
                self.pacing.arp().await;
                if self.is_refused(target) {
                    return Err(io::Error::from_raw_os_error(105)); // ENOBUFS
                }
                self.answer_arp(interface, target);
            }
            Packet::Nudge { interface, target } => {
                self.pacing.nudge(target).await;
                self.answer_nudge(interface, target);
            }
            Packet::EthernetInquiry { interface } => {
                self.pacing.multicast(&interface).await?;
                self.answer_inquiry(interface);
            }
            Packet::LinkLocal {
                channel, group, port, ..
            } => {
                let Channel::LinkLocal { protocol, interface } = channel else {
                    panic!("link-local datagrams leave by their own channels");
                };
                assert!(group.is_multicast() && matches!(port, 3702 | 5353));
                self.pacing.multicast(&interface).await?;
                self.answer_link_local(protocol, interface);
            }
            Packet::Datagram { channel, to, payload } => {
                assert!(!payload.is_empty(), "an empty datagram kills an ONVIF server");
                match &channel {
                    Channel::Multicast { interface, .. } => self.pacing.multicast(interface).await?,
                    _ => self.pacing.datagram(to.ip()).await,
                }
                let ledger = self.ledger.lock().expect("no test panics with it held");
                if !ledger.opened.contains(&channel) {
                    return Err(io::ErrorKind::NotConnected.into());
                }
                drop(ledger);
                if matches!(channel, Channel::Unicast { .. }) {
                    self.note_question(to.ip(), &without_ids(&payload));
                }
                self.answer_datagram(&channel, to.ip(), &payload);
            }
        }
        Ok(())
    }

    async fn heard(&self) -> Heard {
        let mut listen = self.listen.lock().await;
        listen.recv().await.expect("the world keeps a sender")
    }

    fn faults(&self) -> BTreeMap<String, &'static str> {
        self.fault.iter().map(|name| (name.clone(), "it went down")).collect()
    }

    async fn neighbours(&self) -> io::Result<Vec<Neighbour>> {
        let row = |host: &Host| {
            let mac = parse_mac(host.mac.as_deref()?)?;
            let state = match host.table.as_deref()? {
                "stale" => NeighbourState::Stale(mac),
                _ => NeighbourState::Reachable(mac),
            };
            let interface = host.interface.clone().unwrap_or_else(|| "eth0".into());
            Some(Neighbour {
                address: host.address.parse().ok()?,
                interface,
                state,
            })
        };
        Ok(self.hosts.iter().filter_map(row).collect())
    }

    async fn exchange(&self, exchange: Exchange) -> Answer {
        let host = exchange.to.ip();
        let _conversation = self.pacing.begin(host).await;
        assert!(!exchange.page || self.pages_left(host) > 0, "a page too many");
        self.note_question(host, &format!("{} {:?}", exchange.to.port(), exchange.requests));
        let answer = self.answer_tcp(exchange.to, exchange.tls, "/", "/");
        if answer.outcome == Outcome::Silent {
            tokio::time::sleep(exchange.patience).await;
        }
        if exchange.page && answer.connected {
            self.pacing.page_asked(host);
        }
        answer
    }

    async fn fetch(&self, fetch: Fetch) -> Answer {
        let host = fetch.to.ip();
        let _conversation = self.pacing.begin(host).await;
        if fetch.login.is_none() {
            assert!(self.pages_left(host) > 0, "a page too many");
            self.pacing.page_asked(host);
        }
        let path = fetch.ask.path();
        let operation = match &fetch.ask {
            Ask::Onvif { request, .. } => format!("{path}#{}", request.operation()),
            Ask::Get(_) => path.to_owned(),
        };
        self.note_question(host, &format!("{} {operation}", fetch.to.port()));
        let answer = self.answer_tcp(fetch.to, fetch.tls, path, &operation);
        match &fetch.login {
            Some(unit) => self.log_in(unit, &fetch, &operation, answer),
            None => answer,
        }
    }

    fn has_login(&self, unit: &Confirmed) -> bool {
        let ledger = self.ledger.lock().expect("no test panics with it held");
        self.vault.has(unit) && !ledger.refused.contains(&unit.host())
    }

    fn withheld_logins(&self) -> Vec<(Reason, Vec<IpAddr>)> {
        self.vault.withheld()
    }

    async fn name_of(&self, address: IpAddr) -> Option<String> {
        self.host(address)?.name.clone()
    }

    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

/// The interface of a world as the plan wants it.
pub fn interface(nic: &Nic, index: u32) -> Interface {
    Interface {
        name: nic.name.clone(),
        index,
        mac: parse_mac("02:00:00:00:00:02"),
        ipv4: vec![nic.network.parse().expect("a network in the world")],
        ipv6: vec![nic.network_v6.parse().expect("a network in the world")],
        up: true,
        broadcast: true,
        loopback: false,
        is_virtual: false,
        routes: Vec::new(),
    }
}
