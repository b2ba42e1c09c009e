//! SADP documents, and the frames that SADP was before it was documents.

use super::{Reading, Sayings, flag, garbled};
use crate::fact::{Name, Reply, parse_mac};
use crate::wire::sadp::{Device, Message};
use crate::wire::sadp_l2;

/// An envelope proves nothing, for anybody can echo one: a reply must name its device to count as SADP.
pub(super) fn read(reply: &Reply) -> Reading {
    // By what was asked, not by the bytes: a datagram that looks like a frame shows no MAC on the wire.
    if reply
        .asked
        .as_deref()
        .is_some_and(|asked| asked.starts_with("ethernet "))
    {
        return read_frame(&reply.bytes);
    }
    match Message::decode(&reply.bytes) {
        Some(Message::ProbeMatch(device)) if names_itself(&device) => Reading::Facts(facts("probe-match", *device)),
        Some(Message::Hello(device)) if names_itself(&device) => Reading::Facts(facts("hello", *device)),
        Some(Message::ProbeMatch(_) | Message::Hello(_)) => garbled("a SADP document that names no device"),
        Some(Message::Opaque) if is_prose(&reply.bytes) => garbled("text that is no SADP document"),
        Some(Message::Opaque) => {
            let mut said = Sayings::default();
            said.say(Name::Sadp, "opaque");
            Reading::Facts(said.0)
        }
        Some(Message::Question) => Reading::Question,
        None => garbled("no SADP document"),
    }
}

fn read_frame(frame: &[u8]) -> Reading {
    match sadp_l2::Message::decode(frame) {
        Some(sadp_l2::Message::Answer(answer))
            if answer.device.serial.is_some() || answer.device.software.is_some() =>
        {
            let mut said = Sayings::default();
            said.mac(Name::Mac, Some(&answer.sender.to_string()));
            said.0.extend(facts("probe-match", answer.device));
            Reading::Facts(said.0)
        }
        Some(sadp_l2::Message::Answer(_)) => garbled("a SADP frame that names no device"),
        Some(sadp_l2::Message::Question) => Reading::Question,
        None => garbled("no SADP frame"),
    }
}

fn names_itself(device: &Device) -> bool {
    device.description.is_some()
        || device.serial.is_some()
        || device.software.is_some()
        || device.mac.as_deref().and_then(parse_mac).is_some()
}

/// What could be an encrypted answer is not readable.
fn is_prose(bytes: &[u8]) -> bool {
    let readable = |c: char| !c.is_control() || c.is_whitespace();
    std::str::from_utf8(bytes).is_ok_and(|text| text.chars().all(readable))
}

fn facts(kind: &str, device: Device) -> Vec<crate::fact::Said> {
    let mut said = Sayings::default();
    said.say(Name::Sadp, kind);
    said.maybe(Name::Model, device.description);
    said.maybe(Name::Serial, device.serial);
    said.mac(Name::ClaimedMac, device.mac.as_deref());
    said.maybe(Name::ClaimedAddress, device.address);
    said.maybe(Name::Firmware, device.software);
    said.maybe(Name::OtherFirmware, device.dsp.map(|version| format!("dsp {version}")));
    said.maybe(Name::Activated, device.activated.as_deref().and_then(flag));
    said.maybe(Name::HttpPort, device.http_port);
    said.maybe(Name::CommandPort, device.command_port);
    said.maybe(Name::AnalogChannels, device.analog_channels);
    said.maybe(Name::DigitalChannels, device.digital_channels);
    said.maybe(Name::Vendor, device.oem.filter(|oem| !oem.eq_ignore_ascii_case("N/A")));
    said.0
}
