//! Dahua's older discovery, and the realm of TCP 37777.

use super::{Reading, Sayings, garbled};
use crate::fact::{Name, Reply, parse_mac};
use crate::wire::dvrip::{self, Device, Message};

pub(super) fn read_discovery(reply: &Reply) -> Reading {
    match Message::decode(&reply.bytes) {
        Some(Message::Device(device)) if names_itself(&device) => Reading::Facts(facts(&device).0),
        Some(Message::Device(_)) => garbled("a DVRIP discovery reply that names no device"),
        Some(Message::Question) => Reading::Question,
        None => garbled("no DVRIP discovery reply"),
    }
}

/// A first byte of 0xb3 proves nothing: many a datagram of somebody else's begins with it.
fn names_itself(device: &Device) -> bool {
    device.serial.is_some() || device.mac.as_deref().and_then(parse_mac).is_some()
}

fn facts(device: &Device) -> Sayings {
    let mut said = Sayings::default();
    let port = |port: Option<u16>| port.map(|port| port.to_string());
    said.say(Name::DvripUdp, "device");
    // The second section is the detailed model, the fixed one a family name of 16 bytes.
    said.maybe(
        Name::Model,
        device
            .model
            .as_ref()
            .or(device.device.as_ref())
            .or(device.kind.as_ref()),
    );
    said.maybe(Name::DeviceKind, device.kind.as_ref());
    said.maybe(Name::Serial, device.serial.as_ref());
    said.mac(Name::ClaimedMac, device.mac.as_deref());
    said.maybe(Name::ClaimedAddress, device.address.map(|address| address.to_string()));
    said.maybe(Name::Firmware, device.firmware.as_ref());
    said.maybe(
        Name::HostName,
        device.name.as_ref().filter(|_| device.name != device.serial),
    );
    said.maybe(Name::HttpPort, port(device.http_port));
    said.maybe(Name::HttpsPort, port(device.https_port));
    said.maybe(Name::CommandPort, port(device.tcp_port));
    said
}

pub(super) fn read_realm(reply: &Reply) -> Reading {
    let mut said = Sayings::default();
    said.maybe(Name::DvripRealm, dvrip::realm(&reply.bytes));
    if dvrip::is_uninitialised(&reply.bytes) {
        said.say(Name::Activated, "false");
    }
    said.or_garbled("no DVRIP reply with a realm")
}
