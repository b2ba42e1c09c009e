//! SSDP answers and announcements.

use super::wsd::address_of;
use super::{Reading, Sayings, upnp};
use crate::fact::{Name, Reply};
use crate::wire::ssdp::{Announcement, Message};

pub(super) fn read(reply: &Reply) -> Reading {
    match Message::decode(&reply.bytes) {
        Some(Message::Announcement(announcement)) => Reading::Facts(facts(&announcement, &reply.host).0),
        Some(Message::Question) => Reading::Question,
        // The description itself, kept without the response that brought it.
        None => upnp::read_document(&reply.bytes),
    }
}

/// Nothing where the description is at another address: a router that passes such answers on between networks
/// is no camera.
fn facts(announcement: &Announcement, host: &str) -> Sayings {
    let mut said = Sayings::default();
    let address = announcement.location.as_deref().and_then(address_of);
    if address.is_some_and(|address| is_another(address, host)) {
        return said;
    }
    said.maybe(Name::SsdpServer, announcement.server.as_ref());
    said.maybe(Name::SsdpUsn, announcement.usn.as_ref());
    said.maybe(Name::SsdpUserAgent, announcement.user_agent.as_ref());
    said.maybe(Name::SsdpLocation, announcement.location.as_ref());
    said
}

/// Whether both are IPv4 addresses, and not the same one.
fn is_another(address: &str, host: &str) -> bool {
    let parse = |text: &str| text.parse::<std::net::Ipv4Addr>().ok();
    matches!((parse(address), parse(host)), (Some(address), Some(host)) if address != host)
}
