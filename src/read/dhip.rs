//! DHIP messages.

use super::{Reading, Sayings, garbled};
use crate::fact::{Name, Reply};
use crate::wire::dhip::{Device, Message};

/// The method of an answer.
const ANSWER: &str = "client.notifyDevInfo";

pub(super) fn read(reply: &Reply) -> Reading {
    match Message::decode(&reply.bytes) {
        Some(Message::Device(device)) => facts(*device).or_garbled("a DHIP message that says nothing"),
        Some(Message::Question) => Reading::Question,
        None => garbled("no DHIP message"),
    }
}

/// A method alone proves nothing, for anybody can echo one.
fn names_itself(device: &Device) -> bool {
    device.method.as_deref() == Some(ANSWER)
        && (device.serial.is_some() || device.version.is_some() || device.model.is_some())
}

fn facts(device: Device) -> Sayings {
    let mut said = Sayings::default();
    let is_device = names_itself(&device);
    let machine_name = device.machine_name.filter(|name| Some(name) != device.serial.as_ref());
    said.maybe(Name::Dhip, device.method.filter(|_| is_device));
    said.maybe(Name::Model, device.model);
    said.maybe(Name::DeviceKind, device.class);
    said.maybe(Name::Serial, device.serial);
    said.mac(Name::ClaimedMac, device.mac.as_deref());
    said.maybe(Name::ClaimedAddress, device.address);
    said.maybe(Name::Firmware, device.version);
    said.maybe(Name::Vendor, device.vendor);
    said.maybe(Name::Manufacturer, device.manufacturer);
    said.maybe(Name::HostName, machine_name);
    said.maybe(Name::HttpPort, device.http_port);
    said.maybe(Name::CommandPort, device.port);
    said.maybe(Name::Activated, device.init.as_deref().and_then(activated));
    said.maybe(Name::DigitalChannels, device.remote_video_inputs);
    said.maybe(Name::AnalogChannels, device.video_inputs);
    said
}

/// The two low bits of `Init`, as the NetSDK's `byInitStatus`: 0 knows no activation, 3 was never seen.
fn activated(init: &str) -> Option<&'static str> {
    match init.parse::<u64>().ok()? & 3 {
        1 => Some("false"),
        2 => Some("true"),
        _ => None,
    }
}
