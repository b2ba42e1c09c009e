//! Dahua's DHIP discovery: JSON behind a 32-byte header, over UDP.

use std::net::Ipv4Addr;

use serde_json::Value;

use super::{filled, text};

/// The port that devices listen on.
pub const PORT: u16 = 37810;
/// The group that devices join and announce themselves to.
pub const GROUP: Ipv4Addr = Ipv4Addr::new(239, 255, 255, 251);

const MAGIC: &[u8] = b"DHIP";
const HEADER: usize = 32;
/// How the methods of questions begin; answers are `client.…`.
const QUESTION: &str = "DHDiscover.";
const BODY: &str = "{ \"method\" : \"DHDiscover.search\", \"params\" : { \"mac\" : \"\", \"uni\" : 1 } }\n";

/// The vendor tool's search, byte for byte: units stay silent at a bare or differently framed body.
///
/// Header, little endian: its own length, `DHIP`, session and request 0, the body's length at 16 and 24.
pub fn search() -> Vec<u8> {
    let length = u32::try_from(BODY.len())
        .expect("the body is 73 bytes long")
        .to_le_bytes();
    let mut frame = vec![0; HEADER];
    frame[0] = 0x20;
    frame[4..8].copy_from_slice(MAGIC);
    frame[16..20].copy_from_slice(&length);
    frame[24..28].copy_from_slice(&length);
    frame.extend_from_slice(BODY.as_bytes());
    frame
}

/// What a device says of itself: texts verbatim, numbers as text, absent where null or empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Device {
    /// What kind of message this is, `client.notifyDevInfo` in an answer.
    pub method: Option<String>,
    /// The MAC address.
    pub mac: Option<String>,
    /// `DeviceClass`: `IPC`, `NVR`, `VTO`.
    pub class: Option<String>,
    /// `DeviceType`: the model.
    pub model: Option<String>,
    /// `SerialNo`.
    pub serial: Option<String>,
    /// `Version`: the firmware, without a build date.
    pub version: Option<String>,
    /// `Vendor`: a label that often lies.
    pub vendor: Option<String>,
    /// `Manufacturer`: likewise.
    pub manufacturer: Option<String>,
    /// `MachineName`: the serial unless an administrator has named the unit.
    pub machine_name: Option<String>,
    /// `HttpPort`.
    pub http_port: Option<String>,
    /// `Port`: the maker's own protocol, 37777 or 35000.
    pub port: Option<String>,
    /// `IPv4Address.IPAddress`: what the device believes its address to be.
    pub address: Option<String>,
    /// `Init`: its two low bits are 1 before and 2 after an administrator's password has been set.
    pub init: Option<String>,
    /// `RemoteVideoInputChannels`: network channels of a recorder.
    pub remote_video_inputs: Option<String>,
    /// `VideoInputChannels`.
    pub video_inputs: Option<String>,
}

/// What came in on DHIP's port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// A device speaks.
    Device(Box<Device>),
    /// A search, ours or another scanner's.
    Question,
}

impl Message {
    /// Reads a datagram with or without its header. `None` where nothing of a device can be read.
    pub fn decode(bytes: &[u8]) -> Option<Message> {
        let body = text::decode(body(bytes)?);
        // serde_json refuses to nest deeper than 128; what follows the first value does not count.
        let parsed = serde_json::Deserializer::from_str(&body).into_iter::<Value>().next();
        let device = match parsed {
            Some(Ok(message)) => {
                let params = &message["params"];
                let places = [&params["deviceInfo"], params, &message];
                device(|key| field(places, key))
            }
            _ => device(|key| scan(&body, key)),
        };
        match device.method.as_deref() {
            Some(method) if method.starts_with(QUESTION) => Some(Message::Question),
            _ if device == Device::default() => None,
            _ => Some(Message::Device(Box::new(device))),
        }
    }
}

/// From the first `{` for as long as the header says, or to the end, without trailing NULs and line ends.
fn body(bytes: &[u8]) -> Option<&[u8]> {
    let start = bytes.iter().position(|&byte| byte == b'{')?;
    let framed = start >= HEADER && bytes.get(4..8) == Some(MAGIC);
    let announced = bytes
        .get(16..20)
        .and_then(|length| length.try_into().ok())
        .map(u32::from_le_bytes);
    let length = announced
        .filter(|&length| framed && length > 0)
        .map_or(usize::MAX, |length| length as usize);
    let body = &bytes[start..start.saturating_add(length).min(bytes.len())];
    let end = body
        .iter()
        .rposition(|byte| !matches!(byte, 0 | b'\n' | b'\r' | b' '))?;
    Some(&body[..=end])
}

/// Fills a device from whatever knows a value by its key. Other spellings of a key follow its usual one.
fn device(value: impl Fn(&str) -> Option<String>) -> Device {
    let address = value("IPAddress").filter(|address| address.parse::<Ipv4Addr>().is_ok());
    Device {
        method: value("method"),
        mac: value("mac").or_else(|| value("Mac")),
        class: value("DeviceClass"),
        model: value("DeviceType"),
        serial: value("SerialNo"),
        version: value("Version").or_else(|| value("SoftwareVersion")),
        vendor: value("Vendor"),
        manufacturer: value("Manufacturer"),
        machine_name: value("MachineName"),
        http_port: value("HttpPort"),
        port: value("Port"),
        address,
        init: value("Init"),
        remote_video_inputs: value("RemoteVideoInputChannels"),
        video_inputs: value("VideoInputChannels"),
    }
}

/// A field of well-formed JSON: of `params.deviceInfo`, of `params` itself, or of the message.
fn field(places: [&Value; 3], key: &str) -> Option<String> {
    places.into_iter().find_map(|place| match key {
        "IPAddress" => as_text(&place["IPv4Address"][key]),
        _ => as_text(&place[key]),
    })
}

fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => filled(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// A field of broken JSON (unterminated strings were seen): what stands behind the first `"key":`.
fn scan(body: &str, key: &str) -> Option<String> {
    let after = body
        .split_once(&format!("\"{key}\""))?
        .1
        .trim_start()
        .strip_prefix(':')?
        .trim_start();
    match after.strip_prefix('"') {
        Some(string) => filled(string.split(['"', ',', '\n', '}']).next()?),
        None => filled(after.split(|c: char| !c.is_ascii_digit()).next()?),
    }
}
