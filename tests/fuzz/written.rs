//! What was decoded, written again as a device would: reading that must bring the same.

use camsweep::wire::{arp, sadp, ssdp, upnp, wsd};

/// The packet of RFC 826, which a scanner never needs to write but as a request.
pub fn arp(packet: &arp::Packet) -> Vec<u8> {
    let head = [0, 1, 8, 0, 6, 4];
    let (from, to) = (packet.sender_ip.octets(), packet.target_ip.octets());
    let operation = packet.operation.to_be_bytes();
    let macs = (packet.sender_mac.bytes(), packet.target_mac.bytes());
    [&head[..], &operation, &macs.0, &from, &macs.1, &to].concat()
}

/// A `ProbeMatch` or a `Hello`.
pub fn sadp(kind: &str, device: &sadp::Device) -> String {
    let fields = [
        ("Uuid", &device.uuid),
        ("Types", &device.types),
        ("Result", &device.result),
        ("DeviceType", &device.device_type),
        ("DeviceDescription", &device.description),
        ("DeviceSN", &device.serial),
        ("CommandPort", &device.command_port),
        ("HttpPort", &device.http_port),
        ("MAC", &device.mac),
        ("IPv4Address", &device.address),
        ("AnalogChannelNum", &device.analog_channels),
        ("DigitalChannelNum", &device.digital_channels),
        ("SoftwareVersion", &device.software),
        ("DSPVersion", &device.dsp),
        ("OEMInfo", &device.oem),
        ("Activated", &device.activated),
    ];
    element(kind, &elements(&fields))
}

/// The head of an answer to a search.
pub fn ssdp(announcement: &ssdp::Announcement) -> String {
    let fields = [
        ("SERVER", &announcement.server),
        ("USN", &announcement.usn),
        ("ST", &announcement.target),
        ("LOCATION", &announcement.location),
        ("X-User-Agent", &announcement.user_agent),
    ];
    let lines: String = said(&fields)
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    format!("HTTP/1.1 200 OK\r\n{lines}\r\n")
}

/// The description of a device.
pub fn upnp(description: &upnp::Description) -> String {
    let fields = [
        ("deviceType", &description.device_type),
        ("friendlyName", &description.friendly_name),
        ("manufacturer", &description.manufacturer),
        ("modelName", &description.model_name),
        ("modelNumber", &description.model_number),
        ("serialNumber", &description.serial_number),
        ("UDN", &description.udn),
        ("presentationURL", &description.presentation_url),
    ];
    element("root", &element("device", &elements(&fields)))
}

/// An envelope of this kind of matches.
pub fn wsd(kind: &str, answer: &wsd::Answer) -> String {
    let namespaces = answer.namespaces.iter().enumerate();
    let namespaces: String = namespaces
        .map(|(place, name)| format!(" xmlns:n{place}=\"{}\"", escaped(name)))
        .collect();
    let matches: String = answer
        .matches
        .iter()
        .map(|one| element(kind, &one_match(one)))
        .collect();
    let relates_to = elements(&[("RelatesTo", &answer.relates_to)]);
    format!("<Envelope{namespaces}>{relates_to}<Body>{matches}</Body></Envelope>")
}

fn one_match(one: &wsd::Match) -> String {
    let list = |name, values: &[String]| element(name, &escaped(&values.join(" ")));
    [
        element("EndpointReference", &elements(&[("Address", &one.endpoint)])),
        list("Types", &one.types),
        list("Scopes", &one.scopes),
        list("XAddrs", &one.xaddrs),
    ]
    .concat()
}

fn elements(fields: &[(&str, &Option<String>)]) -> String {
    let elements = said(fields).map(|(name, value)| element(name, &escaped(value)));
    elements.collect()
}

/// Those that the device has.
fn said<'a>(fields: &'a [(&str, &Option<String>)]) -> impl Iterator<Item = (&'a str, &'a str)> {
    fields
        .iter()
        .filter_map(|(name, value)| Some((*name, value.as_deref()?)))
}

fn element(name: &str, content: &str) -> String {
    format!("<{name}>{content}</{name}>")
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&apos;")
}
