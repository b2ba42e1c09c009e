//! The real network behind the door.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::datagrams::{self, Nudges, Roomy};
use super::interfaces::without_routes;
use super::legacy::Legacy;
use super::names::Names;
use super::pacing::Pacing;
use super::shown::Shown;
use super::system::{self, NeighbourEvents, PacketSocket, RawSocket};
use super::watch::Watch;
use super::{
    Answer, Body, Channel, Confirmed, Door, Exchange, FORBIDDEN_PORTS, Family, Fetch, Heard, Interface, Lane, Limits,
    Neighbour, Packet, Reason, Row, Vault, arp, fetch, login, overhear, streams,
};
use crate::fact::MAX_DATAGRAM;
use crate::wire;

/// What was heard and not yet fetched; at 64 KiB each this bounds the memory to 64 MiB. Beyond it
/// the kernel's buffers fill, and what they lose is counted.
const HEARD_WAITING: usize = 1024;
/// Files that are left for names, the store and the report.
const SPARE_FILES: usize = 12;
/// A pause after an error that would else be met again at once, for ever.
const AFTER_ERROR: Duration = Duration::from_millis(50);

/// The network in earnest. Channels close when it is dropped.
pub struct Live {
    interfaces: Arc<[Interface]>,
    pacing: Pacing,
    legacy: Legacy,
    shown: Shown,
    vault: Vault,
    names: Names,
    channels: Mutex<BTreeMap<Channel, Opened>>,
    ears: Mutex<JoinSet<()>>,
    tell: mpsc::Sender<Heard>,
    heard: tokio::sync::Mutex<mpsc::Receiver<Heard>>,
    overflows_before: u64,
    events_lost: Arc<AtomicU64>,
    mute: bool,
    watch: Mutex<Watch>,
    room: Once,
    raw: Mutex<BTreeMap<Channel, RawSocket>>,
    roomy: Roomy,
}

/// What was opened while it was allowed: raw sockets by their channels, and datagram sockets with more room than others.
#[derive(Default)]
pub struct RawSockets {
    by_channel: BTreeMap<Channel, RawSocket>,
    roomy: Roomy,
}

/// The most datagram sockets that are opened on an interface: two ways to ask and two to listen for each protocol.
const ON_AN_INTERFACE: usize = 4 * 6;

impl RawSockets {
    /// Opens what of these channels is raw and can be opened. What cannot is tried again, and said, by the door.
    pub fn open<'a>(channels: impl IntoIterator<Item = &'a Channel>, interfaces: &[Interface]) -> Self {
        let opened = channels.into_iter().filter_map(|channel| {
            let socket = open_raw(channel, |name| {
                interfaces.iter().find(|interface| interface.name == name)
            });
            Some((channel.clone(), socket?.ok()?))
        });
        RawSockets {
            by_channel: opened.collect(),
            roomy: Roomy::default(),
        }
    }

    /// The same, with room for what comes in on so many interfaces.
    pub fn with_room(self, interfaces: usize) -> Self {
        let roomy = Roomy::open(interfaces * ON_AN_INTERFACE);
        RawSockets { roomy, ..self }
    }

    /// How many raw ones there are.
    pub fn len(&self) -> usize {
        self.by_channel.len()
    }

    /// Whether there is no raw one.
    pub fn is_empty(&self) -> bool {
        self.by_channel.is_empty()
    }
}

/// Opens the socket of a raw channel; none for other channels and for interfaces that are not there.
fn open_raw<'a>(channel: &Channel, interface: impl Fn(&str) -> Option<&'a Interface>) -> Option<io::Result<RawSocket>> {
    let index = |name: &str| interface(name).map(|interface| interface.index);
    Some(match channel {
        Channel::Arp { interface } => RawSocket::of_packets(index(interface)?, wire::arp::ETHERTYPE),
        Channel::Ethernet { interface } => RawSocket::of_frames(index(interface)?, wire::sadp_l2::ETHERTYPE),
        Channel::Overhear { interface, port, .. } => RawSocket::of_datagrams(index(interface)?, *port),
        _ => return None,
    })
}

#[derive(Clone)]
enum Opened {
    Packets(Arc<PacketSocket>),
    Kernel(Arc<Nudges>),
    Datagrams(Arc<UdpSocket>),
}

impl Live {
    /// A door to the network of these interfaces, all channels closed, within these limits and with these logins.
    pub fn new(interfaces: Vec<Interface>, limits: Limits, vault: Vault) -> Self {
        let (tell, heard) = mpsc::channel(HEARD_WAITING);
        Live {
            interfaces: interfaces.into(),
            pacing: Pacing::new(limits),
            legacy: Default::default(),
            shown: Shown::default(),
            vault,
            names: Names::default(),
            channels: Mutex::default(),
            ears: Mutex::default(),
            tell,
            heard: tokio::sync::Mutex::new(heard),
            overflows_before: system::table_overflows(),
            events_lost: Arc::default(),
            mute: false,
            watch: Mutex::default(),
            room: Once::new(),
            raw: Mutex::default(),
            roomy: Roomy::default(),
        }
    }

    /// The same door, by which nothing leaves: what is to be sent is refused.
    pub fn mute(self) -> Self {
        Live { mute: true, ..self }
    }

    /// Once, when all channels are open: where this program may open few files, fewer conversations are held at a time.
    fn measure_room(&self) {
        self.room.call_once(|| {
            self.pacing
                .converse_with(system::files_left().saturating_sub(SPARE_FILES))
        });
    }

    fn interface(&self, name: &str) -> io::Result<&Interface> {
        let found = self.interfaces.iter().find(|interface| interface.name == name);
        found.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, format!("no interface {name}")))
    }

    fn interface_of(&self, name: Option<&str>) -> io::Result<Option<&Interface>> {
        name.map(|name| self.interface(name)).transpose()
    }

    fn opened(&self, channel: &Channel) -> io::Result<Opened> {
        let opened = lock(&self.channels).get(channel).cloned();
        opened.ok_or_else(|| io::Error::new(io::ErrorKind::NotConnected, format!("{channel:?} is not open")))
    }

    fn listen(&self, ear: impl Future<Output = ()> + Send + 'static) {
        lock(&self.ears).spawn(ear);
    }

    fn open_now(&self, channel: &Channel) -> io::Result<Opened> {
        match channel {
            Channel::Arp { interface } => self.open_arp(channel, self.interface(interface)?),
            Channel::Ethernet { interface } => self.open_ethernet(channel, self.interface(interface)?),
            Channel::Kernel => self.open_kernel(),
            Channel::Overhear { interface, .. } => self.open_overhear(channel, self.interface(interface)?),
            Channel::Multicast { interface, .. }
            | Channel::Listen { interface, .. }
            | Channel::Bystander { interface, .. }
            | Channel::LinkLocal { interface, .. } => self.open_datagrams(channel, Some(interface)),
            Channel::Unicast { interface, .. } | Channel::OwnPort { interface, .. } => {
                self.open_datagrams(channel, interface.as_deref())
            }
        }
    }

    /// A door that has these sockets already.
    pub fn with(self, raw: RawSockets) -> Self {
        Live {
            raw: Mutex::new(raw.by_channel),
            roomy: raw.roomy,
            ..self
        }
    }

    /// The socket of a raw channel: the one opened before, or a new one.
    fn raw(&self, channel: &Channel) -> io::Result<Arc<PacketSocket>> {
        let before = lock(&self.raw).remove(channel).map(Ok);
        let opened = before.or_else(|| open_raw(channel, |name| self.interface(name).ok()));
        let raw = opened.ok_or(io::ErrorKind::NotFound)??;
        Ok(Arc::new(PacketSocket::listen(raw)?))
    }

    fn open_arp(&self, channel: &Channel, interface: &Interface) -> io::Result<Opened> {
        let socket = self.raw(channel)?;
        let ear = self.ear(channel, Some(interface.name.clone()));
        self.listen(hear_arp(ear, Arc::clone(&socket), interface.clone()));
        Ok(Opened::Packets(socket))
    }

    fn open_ethernet(&self, channel: &Channel, interface: &Interface) -> io::Result<Opened> {
        let socket = self.raw(channel)?;
        let ear = self.ear(channel, Some(interface.name.clone()));
        self.listen(hear_frames(ear, Arc::clone(&socket)));
        Ok(Opened::Packets(socket))
    }

    fn open_overhear(&self, channel: &Channel, interface: &Interface) -> io::Result<Opened> {
        let socket = self.raw(channel)?;
        let ear = self.ear(channel, Some(interface.name.clone()));
        self.listen(hear_copies(ear, Arc::clone(&socket)));
        Ok(Opened::Packets(socket))
    }

    fn ear(&self, channel: &Channel, interface: Option<String>) -> Ear {
        Ear {
            channel: channel.clone(),
            interface,
            tell: self.tell.clone(),
        }
    }

    fn open_kernel(&self) -> io::Result<Opened> {
        let events = NeighbourEvents::subscribe()?;
        let interfaces = Arc::clone(&self.interfaces);
        self.listen(hear_kernel(
            self.tell.clone(),
            events,
            interfaces,
            Arc::clone(&self.events_lost),
        ));
        Ok(Opened::Kernel(Arc::default()))
    }

    fn open_datagrams(&self, channel: &Channel, interface: Option<&str>) -> io::Result<Opened> {
        let socket = Arc::new(datagrams::open(channel, self.interface_of(interface)?, &self.roomy)?);
        let ear = self.ear(channel, interface.map(str::to_owned));
        self.listen(hear_datagrams(ear, Arc::clone(&socket)));
        Ok(Opened::Datagrams(socket))
    }

    async fn send_arp(&self, interface: String, target: Ipv4Addr) -> io::Result<()> {
        let from = self.interface(&interface)?;
        let Opened::Packets(socket) = self.opened(&Channel::Arp { interface })? else {
            return wrong_channel();
        };
        let request = arp::request_from(from, target).ok_or_else(no_address)?;
        self.pacing.arp().await;
        socket.send(&request).await
    }

    async fn send_inquiry(&self, interface: String) -> io::Result<()> {
        let from = self.interface(&interface)?;
        let Opened::Packets(socket) = self.opened(&Channel::Ethernet {
            interface: interface.clone(),
        })?
        else {
            return wrong_channel();
        };
        let mac = from.mac.ok_or_else(no_address)?;
        let address = from.ipv4.first().ok_or_else(no_address)?.ip();
        self.pacing.multicast(&interface).await?;
        socket.send(&wire::sadp_l2::inquiry(mac, address)).await
    }

    async fn send_nudge(&self, interface: &str, target: IpAddr) -> io::Result<()> {
        let Opened::Kernel(nudges) = self.opened(&Channel::Kernel)? else {
            return wrong_channel();
        };
        self.pacing.nudge(target).await;
        nudges.nudge(self.interface(interface)?, target).await
    }

    async fn send_datagram(&self, channel: &Channel, to: SocketAddr, payload: &[u8]) -> io::Result<()> {
        check_datagram(to.port(), payload)?;
        if !matches!(channel, Channel::Multicast { .. } | Channel::Unicast { .. }) {
            return wrong_channel();
        }
        let to_everybody = to.ip().is_multicast() || to.ip() == IpAddr::V4(Ipv4Addr::BROADCAST);
        let Opened::Datagrams(socket) = self.opened(channel)? else {
            return wrong_channel();
        };
        match channel {
            Channel::Multicast { interface, .. } if to_everybody => self.pacing.multicast(interface).await?,
            Channel::Unicast { family, .. } if !to_everybody && *family == Family::of(to.ip()) => {
                self.pacing.datagram(to.ip()).await;
            }
            _ => return wrong_channel(),
        }
        datagrams::send(&socket, to, payload).await
    }

    async fn send_link_local(&self, channel: &Channel, to: (Ipv6Addr, u16), payload: &[u8]) -> io::Result<()> {
        check_datagram(to.1, payload)?;
        // ff02::/16 (RFC 4291 §2.7): what is meant for the link, and for everybody on it alone.
        let (Channel::LinkLocal { interface, .. }, 0xff02) = (channel, to.0.segments()[0]) else {
            return wrong_channel();
        };
        let Opened::Datagrams(socket) = self.opened(channel)? else {
            return wrong_channel();
        };
        self.pacing.multicast(interface).await?;
        datagrams::send(&socket, to.into(), payload).await
    }
}

/// Whether a datagram may be sent to a port at all.
fn check_datagram(port: u16, payload: &[u8]) -> io::Result<()> {
    if FORBIDDEN_PORTS.contains(&port) {
        let why = format!("port {port} is never spoken to");
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
    }
    // No protocol here has an empty question, so an empty datagram can only be a mistake.
    if payload.is_empty() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "an empty datagram is never sent",
        ));
    }
    Ok(())
}

fn wrong_channel() -> io::Result<()> {
    Err(io::Error::new(
        io::ErrorKind::InvalidInput,
        "this channel does not carry such a packet",
    ))
}

/// Why a door that is mute sends nothing.
const MUTE: &str = "this run only listens";

fn no_address() -> io::Error {
    io::Error::new(io::ErrorKind::AddrNotAvailable, "no address to ask from")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Door for Live {
    async fn open(&self, channel: &Channel) -> io::Result<()> {
        if lock(&self.channels).contains_key(channel) {
            return Ok(());
        }
        let opened = self.open_now(channel)?;
        if let Entry::Vacant(place) = lock(&self.channels).entry(channel.clone()) {
            place.insert(opened);
        }
        Ok(())
    }

    fn next(&self, lane: Lane) -> Option<Instant> {
        self.pacing.next(lane)
    }

    fn set_arp_rate(&self, per_second: u32) {
        self.pacing.set_arp_rate(per_second);
    }

    async fn send(&self, packet: Packet) -> io::Result<()> {
        if self.mute {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, MUTE));
        }
        match packet {
            Packet::Arp { interface, target } => self.send_arp(interface, target).await,
            Packet::EthernetInquiry { interface } => self.send_inquiry(interface).await,
            Packet::Nudge { interface, target } => self.send_nudge(&interface, target).await,
            Packet::Datagram { channel, to, payload } => self.send_datagram(&channel, to, &payload).await,
            Packet::LinkLocal {
                channel,
                group,
                port,
                payload,
            } => self.send_link_local(&channel, (group, port), &payload).await,
        }
    }

    async fn heard(&self) -> Heard {
        match self.heard.lock().await.recv().await {
            Some(heard) => heard,
            None => std::future::pending().await,
        }
    }

    async fn neighbours(&self) -> io::Result<Vec<Neighbour>> {
        let rows = tokio::task::spawn_blocking(system::neighbours)
            .await
            .map_err(io::Error::other)??;
        Ok(rows.into_iter().map(|row| named(row, &self.interfaces)).collect())
    }

    async fn exchange(&self, mut exchange: Exchange) -> Answer {
        if self.mute {
            return streams::nothing(crate::fact::Outcome::Denied, MUTE);
        }
        if let Some(denied) = streams::forbidden(exchange.to, self.pacing.limits()) {
            return denied;
        }
        let interface = match self.interface_of(exchange.interface.as_deref()) {
            Ok(interface) => interface,
            Err(error) => return streams::nothing(crate::fact::Outcome::Denied, error.to_string()),
        };
        self.measure_room();
        let host = exchange.to.ip();
        let conversation = self.pacing.begin(host).await;
        if exchange.page && self.pacing.pages_left(host) == 0 {
            return streams::enough();
        }
        exchange.deadline = exchange.deadline.min(conversation.time_left());
        if exchange.deadline.is_zero() {
            return streams::out_of_time();
        }
        let answer = match self.legacy.open(&exchange, interface, &self.pacing).await {
            Ok(line) => line.ask_and_close(&exchange).await,
            Err(answer) => answer,
        };
        self.shown.keep(exchange.to, &answer);
        if exchange.page && answer.connected {
            self.pacing.page_asked(host);
        }
        answer
    }

    async fn fetch(&self, mut page: Fetch) -> Answer {
        if self.mute {
            return streams::nothing(crate::fact::Outcome::Denied, MUTE);
        }
        if let Some(denied) = streams::forbidden(page.to, self.pacing.limits()) {
            return denied;
        }
        let interface = match self.interface_of(page.interface.as_deref()) {
            Ok(interface) => interface,
            Err(error) => return streams::nothing(crate::fact::Outcome::Denied, error.to_string()),
        };
        // Before the conversation, so that who waits for leave holds nothing that others could use.
        let chance = match &page.login {
            Some(unit) => match self.vault.chance(unit, page.to.ip()).await {
                Ok(chance) => Some(chance),
                Err(reason) => return login::withheld(reason),
            },
            None => None,
        };
        self.measure_room();
        let host = page.to.ip();
        let conversation = self.pacing.begin(host).await;
        page.deadline = page.deadline.min(conversation.time_left());
        if page.deadline.is_zero() {
            return streams::out_of_time();
        }
        if page.login.is_none() {
            if self.pacing.pages_left(host) == 0 {
                return streams::enough();
            }
            self.pacing.page_asked(host);
        }
        let ways = fetch::Ways {
            interface,
            pacing: &self.pacing,
            legacy: &self.legacy,
            shown: &self.shown,
            conversation: &conversation,
        };
        let answer = fetch::fetch(&page, chance, ways).await;
        if page.login.is_none() {
            self.shown.keep(page.to, &answer);
        }
        answer
    }

    fn is_one_with(&self, address: IpAddr, host: IpAddr) {
        self.pacing.is_one_with(address, host);
    }

    fn pages_left(&self, host: IpAddr) -> u32 {
        self.pacing.pages_left(host)
    }

    fn pages_asked(&self, host: IpAddr, pages: u32) {
        self.pacing.pages_asked(host, pages);
    }

    fn out_of_time(&self) -> Vec<IpAddr> {
        self.pacing.out_of_time()
    }

    fn faults(&self) -> BTreeMap<String, &'static str> {
        lock(&self.watch).faults(&self.interfaces, without_routes)
    }

    fn has_login(&self, unit: &Confirmed) -> bool {
        self.vault.has(unit)
    }

    fn withheld_logins(&self) -> Vec<(Reason, Vec<IpAddr>)> {
        self.vault.withheld()
    }

    async fn name_of(&self, address: IpAddr) -> Option<String> {
        match self.mute {
            true => None,
            false => self.names.name_of(address).await,
        }
    }

    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn held_up(&self) -> u64 {
        let channels = lock(&self.channels);
        let counts = channels.values().map(|opened| match opened {
            Opened::Packets(socket) => socket.held_up(),
            Opened::Datagrams(_) | Opened::Kernel(_) => 0,
        });
        counts.sum()
    }

    fn free_neighbours(&self) -> Option<u64> {
        system::free_neighbours()
    }

    fn lost(&self) -> BTreeMap<String, u64> {
        let (mut udp, mut packets, mut events) = (0, 0, 0);
        for opened in lock(&self.channels).values() {
            match opened {
                Opened::Packets(socket) => packets += socket.dropped(),
                Opened::Datagrams(socket) => udp += system::dropped_by(&**socket),
                // Nobody is missed by them where the kernel is asked for nobody.
                Opened::Kernel(nudges) if nudges.is_unused() => {}
                Opened::Kernel(_) => events += self.events_lost.load(Ordering::Relaxed),
            }
        }
        let table = system::table_overflows().saturating_sub(self.overflows_before);
        [
            ("udp receive buffers", udp),
            ("packet sockets", packets),
            ("kernel neighbour table overflow", table),
            ("neighbour events", events),
        ]
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(place, count)| (place.to_owned(), count))
        .collect()
    }
}

/// A row with the name of its interface, or `#7` for one that has come since the run began.
fn named(row: Row, interfaces: &[Interface]) -> Neighbour {
    let known = interfaces.iter().find(|interface| interface.index == row.index);
    let interface = known.map_or_else(|| format!("#{}", row.index), |interface| interface.name.clone());
    Neighbour {
        address: row.address,
        interface,
        state: row.state,
    }
}

/// Where one channel tells what it hears.
struct Ear {
    channel: Channel,
    interface: Option<String>,
    tell: mpsc::Sender<Heard>,
}

impl Ear {
    async fn tell(&self, body: Body) {
        let heard = Heard {
            channel: self.channel.clone(),
            interface: self.interface.clone(),
            at: Timestamp::now(),
            body,
        };
        // Nobody listens only when the door is being dropped, and then this task ends with it.
        let _ = self.tell.send(heard).await;
    }
}

async fn hear_datagrams(ear: Ear, socket: Arc<UdpSocket>) {
    let mut buffer = vec![0; MAX_DATAGRAM];
    loop {
        match socket.recv_from(&mut buffer).await {
            Ok((length, from)) => ear.tell(Body::Datagram(from, buffer[..length].to_vec())).await,
            // An ICMP error about one host says nothing of the others.
            Err(_) => tokio::time::sleep(AFTER_ERROR).await,
        }
    }
}

async fn hear_frames(ear: Ear, socket: Arc<PacketSocket>) {
    let mut buffer = vec![0; MAX_DATAGRAM];
    loop {
        match socket.receive(&mut buffer).await {
            Ok(length) => ear.tell(Body::Frame(buffer[..length].to_vec())).await,
            Err(_) => tokio::time::sleep(AFTER_ERROR).await,
        }
    }
}

async fn hear_copies(ear: Ear, socket: Arc<PacketSocket>) {
    let mut buffer = vec![0; MAX_DATAGRAM];
    loop {
        match socket.receive(&mut buffer).await {
            Ok(length) => {
                if let Some((from, payload)) = overhear::datagram(&buffer[..length]) {
                    ear.tell(Body::Datagram(from, payload.to_vec())).await;
                }
            }
            Err(_) => tokio::time::sleep(AFTER_ERROR).await,
        }
    }
}

async fn hear_arp(ear: Ear, socket: Arc<PacketSocket>, interface: Interface) {
    let mut buffer = vec![0; MAX_DATAGRAM];
    loop {
        match socket.receive(&mut buffer).await {
            Ok(length) if arp::is_own_request(&buffer[..length], interface.mac) => {}
            Ok(length) => ear.tell(Body::Arp(buffer[..length].to_vec())).await,
            Err(_) => tokio::time::sleep(AFTER_ERROR).await,
        }
    }
}

async fn hear_kernel(
    tell: mpsc::Sender<Heard>,
    events: NeighbourEvents,
    interfaces: Arc<[Interface]>,
    lost: Arc<AtomicU64>,
) {
    loop {
        match events.next().await {
            Ok(rows) => {
                for neighbour in rows.into_iter().map(|row| named(row, &interfaces)) {
                    let interface = Some(neighbour.interface.clone());
                    let ear = Ear {
                        channel: Channel::Kernel,
                        interface,
                        tell: tell.clone(),
                    };
                    ear.tell(Body::Neighbour(neighbour)).await;
                }
            }
            Err(error) if system::is_overflow(&error) => drop(lost.fetch_add(1, Ordering::Relaxed)),
            Err(_) => tokio::time::sleep(AFTER_ERROR).await,
        }
    }
}
