//! Hikvision's SADP: XML over UDP, the one source that names model, serial, MAC and firmware without a login.
//!
//! Other values of `Types` change a device or attack it. [`Inquiry`] cannot express them.

use std::net::Ipv4Addr;

use uuid::Uuid;

use super::xml::{Document, Node};

/// The port that devices listen on, and the one they answer from.
pub const PORT: u16 = 37020;
/// The group that devices and tools join.
pub const GROUP: Ipv4Addr = Ipv4Addr::new(239, 255, 255, 250);

/// What can be asked: two spellings of "who are you".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inquiry {
    /// `inquiry`.
    V1,
    /// `inquiry_v32`, for which EZVIZ battery cameras are known to listen too.
    V32,
}

/// The question, on one line. The UUID is echoed by most devices.
pub fn request(uuid: Uuid, inquiry: Inquiry) -> Vec<u8> {
    let types = match inquiry {
        Inquiry::V1 => "inquiry",
        Inquiry::V32 => "inquiry_v32",
    };
    let uuid = uuid.to_string().to_uppercase();
    format!("<?xml version=\"1.0\" encoding=\"utf-8\"?><Probe><Uuid>{uuid}</Uuid><Types>{types}</Types></Probe>")
        .into_bytes()
}

/// What a device says of itself. Everything verbatim, blanks around it removed, absent where empty:
/// firmware really sends `flase`, so that nothing here is a boolean or a number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Device {
    /// The UUID of the question, or of another scanner's.
    pub uuid: Option<String>,
    /// The kind of answer, `inquiry` or another tool's verb.
    pub types: Option<String>,
    /// `failed` where the device refused another tool's wish.
    pub result: Option<String>,
    /// An opaque number, no model.
    pub device_type: Option<String>,
    /// The model.
    pub description: Option<String>,
    /// The serial number, which begins with the model.
    pub serial: Option<String>,
    /// The port of the maker's own protocol.
    pub command_port: Option<String>,
    /// The port of the web server.
    pub http_port: Option<String>,
    /// The MAC address, dashes or colons.
    pub mac: Option<String>,
    /// The IPv4 address that the device has, or believes to have.
    pub address: Option<String>,
    /// How many analogue channels.
    pub analog_channels: Option<String>,
    /// How many network channels.
    pub digital_channels: Option<String>,
    /// The firmware (`V5.5.6build 180326`).
    pub software: Option<String>,
    /// The encoder's firmware.
    pub dsp: Option<String>,
    /// The brand on the label, `N/A` on many.
    pub oem: Option<String>,
    /// Whether an administrator's password has been set.
    pub activated: Option<String>,
}

/// What came in on SADP's port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// An answer, to whomever.
    ProbeMatch(Box<Device>),
    /// A device that has just started.
    Hello(Box<Device>),
    /// A question, ours or another scanner's.
    Question,
    /// Bytes that are no XML.
    Opaque,
}

impl Message {
    /// The id of the question that it says it answers.
    pub fn id(&self) -> Option<&str> {
        match self {
            Message::ProbeMatch(device) | Message::Hello(device) => device.uuid.as_deref(),
            Message::Question | Message::Opaque => None,
        }
    }

    /// Reads a datagram. `None` for an empty one and for documents of another kind.
    pub fn decode(bytes: &[u8]) -> Option<Message> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
        if *bytes.first()? != b'<' {
            return Some(Message::Opaque);
        }
        let document = Document::decode(bytes);
        if let Some(node) = document.find("ProbeMatch") {
            return Some(Message::ProbeMatch(Box::new(device(node))));
        }
        if let Some(node) = document
            .find("Hello")
            .filter(|node| node.find("EndpointReference").is_none())
        {
            return Some(Message::Hello(Box::new(device(node))));
        }
        document.find("Probe").map(|_| Message::Question)
    }
}

fn device(node: Node<'_>) -> Device {
    Device {
        uuid: node.text_of("Uuid"),
        types: node.text_of("Types"),
        result: node.text_of("Result"),
        device_type: node.text_of("DeviceType"),
        description: node.text_of("DeviceDescription"),
        serial: node.text_of("DeviceSN"),
        command_port: node.text_of("CommandPort"),
        http_port: node.text_of("HttpPort"),
        mac: node.text_of("MAC"),
        address: node.text_of("IPv4Address"),
        analog_channels: node.text_of("AnalogChannelNum"),
        digital_channels: node.text_of("DigitalChannelNum"),
        software: node.text_of("SoftwareVersion"),
        dsp: node.text_of("DSPVersion"),
        oem: node.text_of("OEMInfo"),
        activated: node.text_of("Activated"),
    }
}
