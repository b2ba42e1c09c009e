//! Hikvision's SADP below IP: a frame of Ethernet, which finds units whose address belongs to another network, or
//! that have none at all. Layout by the header of a device's own program and by a capture of the maker's tool.
//!
//! Other operations change a device. [`inquiry`] cannot express them.

use std::net::Ipv4Addr;

use mac_address::MacAddress;

use super::filled;
use super::sadp::Device;

/// The frames' type.
pub const ETHERTYPE: u16 = 0x8033;

/// Ethernet's own header: destination, source, type.
const ETHERNET: usize = 14;
/// The header of every frame: what it is, who asks whom.
const HEADER: usize = 38;
/// What identifies the protocol: its number and its version.
const MAGIC: [u8; 2] = [0x21, 0x02];
const INQUIRY: u8 = 3;
const INQUIRY_RESPONSE: u8 = 4;
/// An inquiry carries 16 bytes for the asker's IPv6 address and 12 of zero.
const INQUIRY_DATA: usize = 28;
/// The length of an inquiry, Ethernet's header counted.
pub const LENGTH: usize = ETHERNET + HEADER + INQUIRY_DATA;
/// The length of a text of a device in bytes.
const TEXT: usize = 48;
/// The length of the two texts of the second version's tail.
const SHORT_TEXT: usize = 24;
/// Where that tail begins in the data.
const TAIL: usize = 4 * TEXT + 4 * 4;

/// The whole frame of an inquiry, to everybody, from an interface with this MAC and this address.
pub fn inquiry(mac: MacAddress, address: Ipv4Addr) -> [u8; LENGTH] {
    let mut frame = [0; LENGTH];
    frame[..6].fill(0xff);
    frame[6..12].copy_from_slice(&mac.bytes());
    frame[12..ETHERNET].copy_from_slice(&ETHERTYPE.to_be_bytes());
    let packet = &mut frame[ETHERNET..];
    packet[..2].copy_from_slice(&MAGIC);
    packet[2] = 1;
    packet[3] = (HEADER + INQUIRY_DATA) as u8;
    packet[8] = 6;
    packet[9] = 4;
    packet[10] = INQUIRY;
    packet[14..20].copy_from_slice(&mac.bytes());
    packet[20..24].copy_from_slice(&address.octets());
    packet[24..30].fill(0xff);
    let sum = checksum(packet);
    packet[12..14].copy_from_slice(&sum.to_be_bytes());
    frame
}

/// The sum of the Internet (RFC 1071), but over words of little endian.
fn checksum(packet: &[u8]) -> u16 {
    let words = packet
        .chunks(2)
        .map(|word| u32::from(word[0]) | word.get(1).map_or(0, |&high| u32::from(high) << 8));
    let sum: u32 = words.sum();
    let folded = (sum >> 16) + (sum & 0xffff);
    !((folded >> 16) as u16).wrapping_add(folded as u16)
}

/// What a device answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The source of the frame: on the wire, whatever the packet says.
    pub sender: MacAddress,
    /// The IPv4 address that the device has, or believes to have. All zero where it has none.
    pub address: Ipv4Addr,
    /// What it says of itself; model and brand only where it sends the second version's tail.
    pub device: Device,
}

/// What a frame of this type is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// An answer, to whomever.
    Answer(Box<Answer>),
    /// A question or an order, ours or another tool's, or the answer to an order.
    Question,
}

impl Message {
    /// Reads a whole frame. `None` for other types and for packets that are cut short. The checksum is not
    /// looked at: whoever forges a frame can sum it up, and no capture shows what newer units put there.
    pub fn decode(frame: &[u8]) -> Option<Message> {
        let packet = frame
            .get(ETHERNET..)
            .filter(|_| frame[12..ETHERNET] == ETHERTYPE.to_be_bytes())?;
        if packet.get(..2)? != MAGIC || packet.get(8..10)? != [6, 4] {
            return None;
        }
        if *packet.get(10)? != INQUIRY_RESPONSE {
            return Some(Message::Question);
        }
        Some(Message::Answer(Box::new(answer(mac(frame, 6)?, packet)?)))
    }
}

/// The numbers of the tail are left alone: no capture shows their byte order.
fn answer(sender: MacAddress, packet: &[u8]) -> Option<Answer> {
    let data = packet.get(HEADER..).filter(|data| data.len() >= TAIL)?;
    let text = |at, length| data.get(at..at + length).and_then(text);
    let address = Ipv4Addr::from(<[u8; 4]>::try_from(packet.get(20..24)?).ok()?);
    let port = u32::from_be_bytes(data.get(52..56)?.try_into().ok()?);
    let device = Device {
        mac: mac(packet, 14).map(|mac| mac.to_string()),
        address: (!address.is_unspecified()).then(|| address.to_string()),
        serial: text(0, TEXT),
        command_port: (port != 0).then(|| port.to_string()),
        software: text(64, TEXT),
        dsp: text(112, TEXT),
        description: text(TAIL + 104, SHORT_TEXT),
        oem: text(TAIL + 128, SHORT_TEXT),
        ..Device::default()
    };
    Some(Answer {
        sender,
        address,
        device,
    })
}

fn mac(bytes: &[u8], at: usize) -> Option<MacAddress> {
    <[u8; 6]>::try_from(bytes.get(at..at + 6)?).ok().map(MacAddress::new)
}

/// A text up to its NUL. What stands behind it is left over from another.
fn text(bytes: &[u8]) -> Option<String> {
    filled(&super::text::decode(bytes.split(|&byte| byte == 0).next()?))
}

#[cfg(test)]
#[expect(clippy::print_stderr, reason = "a skipped test says so loudly")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MAC: [u8; 6] = [0x02, 0x11, 0x22, 0x33, 0x44, 0x55];

    fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
        let byte = |pair: &[u8]| u8::from_str_radix(&String::from_utf8_lossy(pair), 16).expect("two digits");
        digits.chunks(2).map(byte).collect()
    }

    #[test]
    fn the_inquiry_is_exact() {
        let expected = "ffffffffffff 021122334455 8033 \
             21020142 00000000 0604 0300 1c62 021122334455 0a000002 ffffffffffff 00000000 00000000 \
             00000000000000000000000000000000 000000000000000000000000";
        let frame = inquiry(MAC.into(), [10, 0, 0, 2].into());
        assert_eq!(frame.to_vec(), bytes(expected));
        assert_eq!(Message::decode(&frame), Some(Message::Question));
    }

    #[test]
    fn the_sum_is_the_one_that_the_makers_tool_computes() {
        let table = [
            (&[][..], 0xffff),
            (&[1, 0], 0xfffe),
            (&[1], 0xfffe),
            (&[0xff, 0xff, 2, 0], 0xfffd),
            (&[0, 1, 0xff, 0xff], 0xfeff),
        ];
        for (packet, expected) in table {
            assert_eq!(checksum(packet), expected, "{packet:?}");
        }
        let capture = "../shared/data/captures/sadp_l2_inquiry.hex";
        let Ok(hex) = std::fs::read_to_string(capture) else {
            eprintln!("SKIPPED: {capture} is absent");
            return;
        };
        let mut packet = bytes(&hex).split_off(ETHERNET);
        assert_eq!(packet[12..14], [0x13, 0x82]);
        packet[12..14].fill(0);
        assert_eq!(checksum(&packet), 0x1382);
        // But for sequence, addresses and the sum that follows from them, ours is the same packet.
        let ours = inquiry(MAC.into(), [10, 0, 0, 2].into());
        for places in [0..4, 8..12, 24..38, 54..66] {
            assert_eq!(ours[ETHERNET..][places.clone()], packet[places]);
        }
    }

    const UNIT: [u8; 6] = [0x44, 0x47, 0xcc, 0x0a, 0x0b, 0x0c];

    /// A frame of a unit at 192.168.1.64, with this operation and what a unit says.
    fn frame(operation: u8, data: &[u8]) -> Vec<u8> {
        let ethernet = [&MAC[..], &UNIT, &[0x80, 0x33]].concat();
        let head = [0x21, 2, 1, 0xf6, 0, 0, 0, 0, 6, 4, operation, 0, 0, 0];
        let addresses = [&UNIT[..], &[192, 168, 1, 64], &MAC, &[10, 0, 0, 2, 255, 255, 255, 0]].concat();
        [&ethernet[..], &head, &addresses, data].concat()
    }

    fn padded(text: &str, length: usize) -> Vec<u8> {
        let mut bytes = text.as_bytes().to_vec();
        bytes.resize(length, 0);
        bytes
    }

    /// The 208 bytes that every unit sends.
    fn said(serial: &str, software: &str, dsp: &str) -> Vec<u8> {
        let numbers = [0, 0, 0x9c, 0x42, 0, 0, 0x1f, 0x40, 0, 0, 0, 1, 0, 0, 0, 0];
        let texts = [software, dsp, "2026-11-24 08:00:00"].map(|text| padded(text, TEXT));
        [padded(serial, TEXT), numbers.to_vec(), texts.concat()].concat()
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    fn unit() -> Device {
        Device {
            mac: some("44:47:CC:0A:0B:0C"),
            address: some("192.168.1.64"),
            serial: some("DS-2CD2043G2-I20230101AAWRK30000064"),
            command_port: some("8000"),
            software: some("V5.7.3build 220112"),
            dsp: some("V7.3 build 220110"),
            ..Device::default()
        }
    }

    #[test]
    fn answers_are_read_with_the_tail_and_without() {
        let data = said(
            "DS-2CD2043G2-I20230101AAWRK30000064",
            "V5.7.3build 220112",
            "V7.3 build 220110",
        );
        assert_eq!(data.len(), 208);
        let tail = [
            vec![0; 104],
            padded("DS-2CD2043G2-I", SHORT_TEXT),
            padded("HIKVISION", SHORT_TEXT),
        ]
        .concat();
        let with_tail = Device {
            description: some("DS-2CD2043G2-I"),
            oem: some("HIKVISION"),
            ..unit()
        };
        let nothing = Device {
            serial: None,
            software: None,
            dsp: None,
            ..unit()
        };
        let mut left_over = said("", "", "");
        left_over[1..4].copy_from_slice(b"DS-");
        let table = [
            (data.clone(), unit()),
            ([&data[..], &tail].concat(), with_tail),
            ([&data[..], &tail[..120]].concat(), unit()),
            (left_over, nothing),
        ];
        for (data, device) in table {
            let answer = Answer {
                sender: UNIT.into(),
                address: [192, 168, 1, 64].into(),
                device,
            };
            assert_eq!(
                Message::decode(&frame(4, &data)),
                Some(Message::Answer(Box::new(answer)))
            );
        }
    }

    #[test]
    fn questions_orders_and_other_frames_are_no_answers() {
        let data = said("DS-1", "", "");
        for operation in [0, 2, 3, 6, 7, 10, 11, 255] {
            assert_eq!(
                Message::decode(&frame(operation, &data)),
                Some(Message::Question),
                "{operation}"
            );
        }
        let whole = frame(4, &data);
        let changed = |at: usize| {
            let mut frame = whole.clone();
            frame[at] ^= 1;
            frame
        };
        let others = [12, 14, 15, 22, 23].map(changed);
        for frame in others
            .iter()
            .map(Vec::as_slice)
            .chain([&whole[..259], &whole[..30], &whole[..24], &[]])
        {
            assert_eq!(Message::decode(frame), None, "{} bytes", frame.len());
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            Message::decode(&bytes);
            Message::decode(&frame(4, &bytes));
        }

        #[test]
        fn an_inquiry_asks_and_nothing_else_whoever_sends_it(mac: [u8; 6], address: [u8; 4]) {
            let frame = inquiry(mac.into(), address.into());
            prop_assert_eq!((frame[24], &frame[6..12], &frame[34..38]), (INQUIRY, &mac[..], &address[..]));
            // Summed up with its sum in place the packet comes to zero.
            let mut packet = frame[ETHERNET..].to_vec();
            packet.swap(12, 13);
            prop_assert_eq!(checksum(&packet), 0);
        }
    }
}
