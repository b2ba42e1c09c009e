//! SSDP answers and announcements, and the description that they point at.

use super::wsd::address_of;
use super::{Reading, Sayings, garbled};
use crate::fact::{Name, Reply};
use crate::wire::http::Response;
use crate::wire::ssdp::{Announcement, Message};
use crate::wire::upnp::Description;

pub(super) fn read(reply: &Reply) -> Reading {
    if reply.asked.as_deref().is_some_and(|asked| asked.starts_with("GET ")) {
        return description(&Response::decode(&reply.bytes).body);
    }
    match Message::decode(&reply.bytes) {
        Some(Message::Announcement(announcement)) => Reading::Facts(facts(&announcement, &reply.host).0),
        Some(Message::Question) => Reading::Question,
        None => description(&reply.bytes),
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

fn description(document: &[u8]) -> Reading {
    let Some(description) = Description::decode(document) else {
        return garbled("no SSDP message and no description");
    };
    let mut said = Sayings::default();
    said.maybe(Name::UpnpDeviceType, description.device_type.as_ref());
    said.maybe(Name::HostName, description.friendly_name.as_ref());
    said.maybe(
        Name::Manufacturer,
        description
            .manufacturer
            .as_ref()
            .filter(|_| !is_no_camera(&description)),
    );
    said.maybe(Name::Model, model(&description));
    said.maybe(Name::Serial, description.serial_number.as_ref());
    said.or_garbled("a description that says nothing")
}

/// Types that the forum has for routers, televisions, printers and the like. Who makes those may make cameras, too.
const NO_CAMERAS: [&str; 5] = [
    "InternetGatewayDevice",
    "WLANAccessPointDevice",
    "MediaRenderer",
    "MediaServer",
    "Printer",
];

fn is_no_camera(description: &Description) -> bool {
    let kind = description.device_type.as_deref().unwrap_or_default();
    NO_CAMERAS.iter().any(|name| kind.split(':').any(|word| word == *name))
}

/// The number, which on cameras is the model, unless it is but a version (`1.0`).
fn model(description: &Description) -> Option<&String> {
    let has_letters = |number: &&String| number.chars().any(char::is_alphabetic);
    let number = description.model_number.as_ref();
    number
        .filter(has_letters)
        .or(description.model_name.as_ref())
        .or(number)
}
