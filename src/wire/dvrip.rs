//! Dahua's older DVRIP: the binary discovery over UDP 5050, and the realm of TCP 37777.

use std::net::Ipv4Addr;

use super::{filled, text};

/// The port that devices listen on for [`discovery`].
pub const UDP_PORT: u16 = 5050;
/// The port of [`realm_request`], unless the device announces another.
pub const TCP_PORT: u16 = 37777;
/// The length of every header in bytes.
const HEADER: usize = 32;
/// The first byte of a reply on TCP 37777.
const REPLY: u8 = 0xb0;
/// Where its header has the body's length. It is a u16: the two bytes behind it are not always zero.
const LENGTH: usize = 4;
/// Where the second section of a discovery reply begins.
const SECOND: usize = 0x78;
/// The length of a MAC address with its separators.
const MAC: usize = 17;

/// The discovery question: 32 bytes.
pub fn discovery() -> [u8; HEADER] {
    let mut bytes = [0; HEADER];
    bytes[..4].copy_from_slice(&[0xa3, 0x01, 0x00, 0x01]);
    bytes[16] = 0x02;
    bytes
}

/// What a device says of itself in a discovery reply.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Device {
    /// Four numbers at 0x20 joined by points; absent where all are zero.
    pub firmware: Option<String>,
    /// The short name of the kind at 0x28.
    pub kind: Option<String>,
    /// The address that the device believes to have.
    pub address: Option<Ipv4Addr>,
    /// The port of its web server.
    pub http_port: Option<u16>,
    /// The port of its web server with TLS.
    pub https_port: Option<u16>,
    /// The port of the maker's own protocol.
    pub tcp_port: Option<u16>,
    /// The MAC address, as text.
    pub mac: Option<String>,
    /// The detailed model behind it.
    pub model: Option<String>,
    /// `Name:` of the third section.
    pub name: Option<String>,
    /// `Device:` of the third section.
    pub device: Option<String>,
    /// `SerialNo:` of the third section.
    pub serial: Option<String>,
}

/// What came in on the discovery port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// A device answers.
    Device(Box<Device>),
    /// A question, ours or another scanner's.
    Question,
}

impl Message {
    /// Reads a datagram. `None` where it is neither an answer (0xb3) nor a question (0xa3), or shorter
    /// than a header.
    pub fn decode(bytes: &[u8]) -> Option<Message> {
        match bytes.get(..HEADER)?[0] {
            0xa3 => Some(Message::Question),
            0xb3 => Some(Message::Device(Box::new(device(bytes)))),
            _ => None,
        }
    }
}

fn device(bytes: &[u8]) -> Device {
    let second_length = usize::from(bytes[2]);
    let second = section(bytes, SECOND, second_length);
    let third = section(
        bytes,
        SECOND + second_length,
        usize::from(number(bytes, 0x14).unwrap_or(0)),
    );
    let (mac, model) = second.split_at(second.len().min(MAC));
    let third = text::decode(third);
    Device {
        firmware: firmware(bytes),
        kind: filled(&text::decode(section(bytes, 0x28, 16))),
        address: address(bytes, 0x38),
        http_port: port(bytes, 0x5e),
        https_port: port(bytes, 0x60),
        tcp_port: port(bytes, 0x62),
        mac: filled(&text::decode(mac)),
        model: filled(&text::decode(model)),
        name: line(&third, "Name:"),
        device: line(&third, "Device:"),
        serial: line(&third, "SerialNo:"),
    }
}

/// The question of TCP 37777, 32 bytes: by what realm do you know yourself? It names no user, and nothing
/// is ever sent after it.
pub fn realm_request() -> [u8; HEADER] {
    let mut bytes = [0; HEADER];
    bytes[..2].copy_from_slice(&[0xa0, 0x01]);
    bytes[24..].copy_from_slice(&[0x05, 0x02, 0x01, 0x01, 0x00, 0x00, 0xa1, 0xaa]);
    bytes
}

/// How many whole replies to [`realm_request`] there are: none or one. Who speaks anything but DVRIP has
/// answered all.
pub fn answers(bytes: &[u8]) -> usize {
    match (bytes.first(), number(bytes, LENGTH)) {
        (Some(&REPLY), Some(body)) => usize::from(bytes.len() >= HEADER + usize::from(body)),
        (Some(&REPLY) | None, _) => 0,
        _ => 1,
    }
}

/// The realm of a reply on TCP 37777 (`Realm:Login to …`), with or without its 32-byte header.
pub fn realm(bytes: &[u8]) -> Option<String> {
    let body = match bytes.first()? {
        &REPLY => section(bytes, HEADER, usize::from(number(bytes, LENGTH)?)),
        _ => bytes,
    };
    line(&text::decode(body), "Realm:")
}

/// Whether a reply on TCP 37777 says that no administrator's password has been set: code 01 11 at 8.
pub fn is_uninitialised(bytes: &[u8]) -> bool {
    bytes.len() >= HEADER && bytes[0] == REPLY && bytes[8..10] == [0x01, 0x11]
}

/// As much of a section as there is, up to its first NUL.
fn section(bytes: &[u8], start: usize, length: usize) -> &[u8] {
    let rest = bytes.get(start..).unwrap_or_default();
    let section = &rest[..length.min(rest.len())];
    section.split(|&byte| byte == 0).next().unwrap_or_default()
}

fn number(bytes: &[u8], at: usize) -> Option<u16> {
    let pair = bytes.get(at..at + 2)?;
    Some(u16::from_le_bytes([pair[0], pair[1]]))
}

fn port(bytes: &[u8], at: usize) -> Option<u16> {
    number(bytes, at).filter(|&port| port != 0)
}

fn address(bytes: &[u8], at: usize) -> Option<Ipv4Addr> {
    let octets: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
    Some(Ipv4Addr::from(octets)).filter(|address| !address.is_unspecified())
}

fn firmware(bytes: &[u8]) -> Option<String> {
    let numbers: Vec<u16> = (0..4).map_while(|index| number(bytes, 0x20 + 2 * index)).collect();
    if numbers.len() < 4 || numbers.iter().all(|&number| number == 0) {
        return None;
    }
    Some(numbers.iter().map(u16::to_string).collect::<Vec<_>>().join("."))
}

fn line(text: &str, key: &str) -> Option<String> {
    text.lines()
        .find_map(|line| line.trim_start().strip_prefix(key))
        .and_then(filled)
}
