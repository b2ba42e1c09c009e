//! DHIP messages.

use super::{Reading, Sayings, garbled};
use crate::fact::{Name, Reply};
use crate::wire::dhip::{Device, Message};

/// The method of an answer.
const ANSWER: &str = "client.notifyDevInfo";

pub(super) fn read(reply: &Reply) -> Reading {
    match Message::decode(&reply.bytes) {
        Some(Message::Device(device)) => facts(&device).or_garbled("a DHIP message that says nothing"),
        Some(Message::Question) => Reading::Question,
        None => garbled("no DHIP message"),
    }
}

/// A method alone proves nothing, for anybody can echo one.
fn names_itself(device: &Device) -> bool {
    device.method.as_deref() == Some(ANSWER)
        && (device.serial.is_some() || device.version.is_some() || device.model.is_some())
}

fn facts(device: &Device) -> Sayings {
    let mut said = Sayings::default();
    said.maybe(Name::Dhip, device.method.as_ref().filter(|_| names_itself(device)));
    said.maybe(Name::Model, device.model.as_ref());
    said.maybe(Name::DeviceKind, device.class.as_ref());
    said.maybe(Name::Serial, device.serial.as_ref());
    said.mac(Name::ClaimedMac, device.mac.as_deref());
    said.maybe(Name::ClaimedAddress, device.address.as_ref());
    said.maybe(Name::Firmware, device.version.as_ref());
    said.maybe(Name::Vendor, device.vendor.as_ref());
    said.maybe(Name::Manufacturer, device.manufacturer.as_ref());
    said.maybe(
        Name::HostName,
        device
            .machine_name
            .as_ref()
            .filter(|_| device.machine_name != device.serial),
    );
    said.maybe(Name::HttpPort, device.http_port.as_ref());
    said.maybe(Name::CommandPort, device.port.as_ref());
    said.maybe(Name::Activated, device.init.as_deref().and_then(activated));
    said.maybe(Name::DigitalChannels, device.remote_video_inputs.as_ref());
    said.maybe(Name::AnalogChannels, device.video_inputs.as_ref());
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
