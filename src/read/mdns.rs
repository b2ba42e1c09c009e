//! Multicast DNS: the services that a host offers.

use std::net::Ipv4Addr;

use super::{Reading, Sayings, garbled};
use crate::fact::{Name, Reply};
use crate::wire::mdns::{Message, Service};

pub(super) fn read(reply: &Reply) -> Reading {
    match Message::decode(&reply.bytes) {
        Some(Message::Services(services)) => {
            let mut said = Sayings::default();
            let host = reply.host.parse().ok();
            let own = services.iter().filter(|service| !is_anothers(service, host));
            own.for_each(|service| facts(&mut said, service));
            Reading::Facts(said.0)
        }
        Some(Message::Question) => Reading::Question,
        None => garbled("no message of multicast DNS"),
    }
}

/// Whether it runs on another host than the sender: routers pass answers on between networks, and some computers
/// answer for others that sleep. Dahua's cameras name their address in a text, too.
fn is_anothers(service: &Service, sender: Option<Ipv4Addr>) -> bool {
    let in_text = |text: &String| text.strip_prefix("ip=")?.parse().ok();
    let in_texts = service.texts.iter().filter_map(in_text);
    let mut named = service.addresses.iter().copied().chain(in_texts).peekable();
    sender.is_some_and(|sender| named.peek().is_some() && named.all(|address| address != sender))
}

fn facts(said: &mut Sayings, service: &Service) {
    said.say(Name::MdnsService, &service.name);
    said.maybe(Name::HostName, service.host.as_deref().map(without_domain));
    let name = service.name.to_ascii_lowercase();
    let kinds = [
        ("._http._tcp.local", Name::HttpPort),
        ("._rtsp._tcp.local", Name::RtspPort),
    ];
    if let Some((_, port)) = kinds.iter().find(|(kind, _)| name.ends_with(kind)) {
        said.maybe(*port, service.port.map(|port| port.to_string()));
    }
    for text in &service.texts {
        said.say(Name::MdnsText, text);
        let (key, value) = text.split_once('=').unwrap_or_default();
        // Dahua's key, and Axis's.
        if ["mac", "macaddress"].iter().any(|name| key.eq_ignore_ascii_case(name)) {
            said.mac(Name::ClaimedMac, Some(value));
        }
    }
}

fn without_domain(host: &str) -> &str {
    host.strip_suffix(".local").unwrap_or(host)
}
