//! SADP documents.

use super::{Reading, Sayings, garbled};
use crate::fact::{Name, Reply};
use crate::wire::sadp::{Device, Message};

pub(super) fn read(reply: &Reply) -> Reading {
    match Message::decode(&reply.bytes) {
        Some(Message::ProbeMatch(device)) => Reading::Facts(facts("probe-match", &device)),
        Some(Message::Hello(device)) => Reading::Facts(facts("hello", &device)),
        Some(Message::Opaque) => {
            let mut said = Sayings::default();
            said.say(Name::Sadp, "opaque");
            Reading::Facts(said.0)
        }
        Some(Message::Question) => Reading::Question,
        None => garbled("no SADP document"),
    }
}

fn facts(kind: &str, device: &Device) -> Vec<crate::fact::Said> {
    let mut said = Sayings::default();
    said.say(Name::Sadp, kind);
    said.maybe(Name::Model, device.description.as_ref());
    said.maybe(Name::Serial, device.serial.as_ref());
    said.mac(Name::ClaimedMac, device.mac.as_deref());
    said.maybe(Name::ClaimedAddress, device.address.as_ref());
    said.maybe(Name::Firmware, device.software.as_ref());
    said.maybe(
        Name::OtherFirmware,
        device.dsp.as_ref().map(|version| format!("dsp {version}")),
    );
    said.maybe(Name::Activated, device.activated.as_deref().and_then(flag));
    said.maybe(Name::HttpPort, device.http_port.as_ref());
    said.maybe(Name::CommandPort, device.command_port.as_ref());
    said.maybe(Name::AnalogChannels, device.analog_channels.as_ref());
    said.maybe(Name::DigitalChannels, device.digital_channels.as_ref());
    said.maybe(
        Name::Vendor,
        device.oem.as_ref().filter(|oem| !oem.eq_ignore_ascii_case("N/A")),
    );
    said.0
}

/// Only what is clearly said: firmware has been seen to send `flase`.
fn flag(text: &str) -> Option<&'static str> {
    ["true", "false"]
        .into_iter()
        .find(|word| text.eq_ignore_ascii_case(word))
}
