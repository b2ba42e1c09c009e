//! Plays the devices: one socket for each host and port, real kernel TCP, answers from `replies`.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, UdpSocket};

use crate::announce::{self, MDNS, SSDP};
use crate::changing;
use crate::host::{Hears, Host, Odd};
use crate::mortal;
use crate::replies;
use crate::tcp::{self, Device, Tcp};

pub const WSD: u16 = 3702;
pub const SADP: u16 = 37020;
pub const DHIP: u16 = 37810;
pub const DVRIP: u16 = 5050;
pub const SADP_GROUP: Ipv4Addr = Ipv4Addr::new(239, 255, 255, 250);

pub fn address(host: &Host) -> Ipv4Addr {
    literal(host.ip)
}

pub fn literal(address: &str) -> Ipv4Addr {
    address.parse().expect("the estate's addresses are literals")
}

/// Opens every port of every host and answers until the process ends.
pub async fn play(hosts: Vec<&'static Host>) -> std::io::Result<Vec<Arc<Device>>> {
    let mut devices = Vec::new();
    for host in hosts {
        let device = Arc::new(Device::new(host));
        for port in [WSD, SADP, DHIP, DVRIP, SSDP, MDNS] {
            let socket = Arc::new(bind(address(host), port)?);
            tokio::spawn(answer_unicast(device.clone(), port, socket));
        }
        for &(port, how) in host.tcp {
            let listener = TcpListener::bind((address(host), port)).await?;
            tokio::spawn(tcp::accept(listener, device.clone(), how));
        }
        devices.push(device);
    }
    Ok(devices)
}

pub fn bind(ip: Ipv4Addr, port: u16) -> std::io::Result<UdpSocket> {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None)?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&SocketAddrV4::new(ip, port).into())?;
    UdpSocket::from_std(socket.into())
}

/// Hears `group:port` on the interface that owns `via` and lets each host answer from its own address.
pub async fn hear_group(
    group: Ipv4Addr,
    port: u16,
    interface: Option<(&str, u32)>,
    hosts: Vec<&'static Host>,
) -> std::io::Result<()> {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None)?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    if let Some((name, _)) = interface {
        socket.bind_device(Some(name.as_bytes()))?;
    }
    socket.bind(&SocketAddrV4::new(group, port).into())?;
    if let (true, Some((_, index))) = (group.is_multicast(), interface) {
        socket.join_multicast_v4_n(&group, &socket2::InterfaceIndexOrAddress::Index(index))?;
    }
    let socket = UdpSocket::from_std(socket.into())?;
    let interface = interface.map(|(name, _)| name.to_owned());
    tokio::spawn(async move {
        let mut buffer = vec![0; 65_536];
        while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
            for host in hosts
                .iter()
                .copied()
                .filter(|host| !mortal::is_dead(address(host)) && !changing::is_absent(address(host)))
                .filter(|host| hears(host, port) != Hears::UnicastOnly)
            {
                if let Some(reply) = reply(host, port, &buffer[..length]) {
                    tokio::spawn(send(host, port, reply, from, interface.clone()));
                }
            }
        }
    });
    Ok(())
}

fn hears(host: &Host, port: u16) -> Hears {
    if port == WSD && host.wsd_hears != Hears::Both {
        host.wsd_hears
    } else {
        host.hears
    }
}

async fn answer_unicast(device: Arc<Device>, port: u16, socket: Arc<UdpSocket>) {
    let host = device.host;
    let mut buffer = vec![0; 65_536];
    while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
        if mortal::struck(address(host)) || changing::is_absent(address(host)) {
            continue;
        }
        if hears(host, port) == Hears::MulticastOnly || host.firewalled || device.strain.is_wedged() {
            continue;
        }
        if let Some(reply) = reply(host, port, &buffer[..length]) {
            tokio::spawn(send(host, port, reply, from, None));
        }
    }
}

async fn send(host: &'static Host, port: u16, reply: Vec<u8>, to: SocketAddr, interface: Option<String>) {
    if port == WSD {
        // The specification lets a responder wait up to 500 ms; each host has its own habit.
        let wait = u64::from(address(host).octets()[3]) * 37 % 500;
        tokio::time::sleep(Duration::from_millis(wait)).await;
    }
    let from = if port == WSD && host.odd == Odd::OtherPort {
        0
    } else {
        port
    };
    let Ok(socket) = bind(address(host), from) else { return };
    let to = match (host.to_own_port, port) {
        (true, SADP | DHIP) => SocketAddr::new(to.ip(), port),
        _ => to,
    };
    let _ = socket.send_to(&reply, to).await;
    if let (SADP, true, Some(name)) = (port, host.sadp_to_group, interface) {
        let raw = socket2::SockRef::from(&socket);
        let _ = raw.bind_device(Some(name.as_bytes()));
        let _ = socket.send_to(&reply, (SADP_GROUP, SADP)).await;
    }
}

/// The bytes that `host` gives to `question` on `port`, if it gives any.
pub fn reply(host: &Host, port: u16, question: &[u8]) -> Option<Vec<u8>> {
    let host = &changing::now(host);
    let text = String::from_utf8_lossy(question);
    if host.garbled {
        return Some(b"<?xml version=\"1.0\"?><ProbeMatch><Uuid>\xff\xfe</Uu\0<<DHIP{\"method\":\"client.not".to_vec());
    }
    match port {
        SADP if text.contains("<Probe>") => Some(
            fill(host, host.sadp?)
                .replace("{uuid}", between(&text, "<Uuid>", "</Uuid>"))
                .into_bytes(),
        ),
        DHIP if question.get(4..8) == Some(b"DHIP") && text.contains("DHDiscover.search") => {
            Some(replies::dhip_frame(fill(host, host.dhip?).as_bytes()))
        }
        DVRIP if host.dvrip && question.len() == 32 && question.starts_with(b"\xa3\x01\0") => Some(dvrip(host)),
        SSDP => announce::ssdp(host, &text),
        MDNS => announce::mdns(host, question),
        WSD if text.contains("/discovery/Probe") => wsd(host, &text),
        _ => None,
    }
}

fn dvrip(host: &Host) -> Vec<u8> {
    let mut version = host.firmware.split('.').map(|number| number.parse().expect("a number"));
    replies::dvrip(
        address(host).octets(),
        std::array::from_fn(|_| version.next().expect("four numbers")),
        host.kind,
        host.mac,
        host.model,
        host.serial,
    )
}

fn wsd(host: &Host, question: &str) -> Option<Vec<u8>> {
    let template = host.wsd?;
    let id = question
        .split("MessageID")
        .nth(1)
        .map_or("", |rest| between(rest, ">", "<"));
    let prefix = if template.contains("wsadis:") {
        "wsadis"
    } else if template.contains("<a:Action") {
        "a"
    } else {
        "wsa"
    };
    let relates = match host.odd {
        Odd::NoRelatesTo => String::new(),
        _ => format!("<{prefix}:RelatesTo>{id}</{prefix}:RelatesTo>"),
    };
    let text = fill(host, template).replace("{relates}", &relates);
    // "Camera" in Chinese, as GBK, where the XML says UTF-8.
    Some(match host.odd {
        Odd::Gbk => text
            .into_bytes()
            .split(|&b| b == b'K')
            .collect::<Vec<_>>()
            .join(&b"\xc9\xe3\xcf\xf1\xbb\xfa"[..]),
        _ => text.into_bytes(),
    })
}

fn between<'a>(text: &'a str, open: &str, close: &str) -> &'a str {
    text.split_once(open)
        .and_then(|(_, rest)| rest.split_once(close))
        .map_or("", |(inside, _)| inside)
}

/// Puts the host's particulars where a template has their names in braces.
pub fn fill(host: &Host, template: &str) -> String {
    let http = host
        .tcp
        .iter()
        .find(|(_, how)| matches!(how, Tcp::Http(_)))
        .map_or(80, |(port, _)| *port);
    let xaddr = match host.odd {
        Odd::ZeroXaddr => "0.0.0.0".to_owned(),
        Odd::StaleXaddr => "192.168.1.19".to_owned(),
        Odd::ForeignXaddr => crate::host::STRANGER.to_owned(),
        _ if host.ip.contains(':') => format!("[{}]", host.ip),
        _ if http == 80 => host.ip.to_owned(),
        _ => format!("{}:{http}", host.ip),
    };
    let tail: String = host.mac.replace(':', "").chars().skip(4).collect();
    template
        .replace("{model}", host.model)
        .replace("{serial}", host.serial)
        .replace("{serial8}", &tail)
        .replace("{firmware}", host.firmware)
        .replace("{mac-}", &host.mac.replace(':', "-"))
        .replace("{mac0}", &host.mac.replace(':', ""))
        .replace("{mac}", host.mac)
        .replace("{ip}", host.ip)
        .replace("{http}", &http.to_string())
        .replace("{xaddr}", &xaddr)
        .replace("{kind}", host.kind)
        .replace("{name}", host.name)
        .replace("{vendor}", if host.name == "Dahua" { "General" } else { host.name })
        .replace("{init}", if host.activated { "2714" } else { "3733" })
        .replace("{activated}", if host.activated { "true" } else { "false" })
}
