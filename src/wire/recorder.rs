//! The cameras that a recorder lists to somebody who has logged in.
//!
//! Two dialects: Hikvision's `/ISAPI/ContentMgmt/InputProxy/channels` and its `status` (XML), and Dahua's
//! `configManager.cgi?action=getConfig&name=RemoteDevice` (`key=value` lines).

use std::sync::OnceLock;

use regex::bytes::{Captures, Regex};

use super::filled;
use super::xml::Document;

/// The most channels of one recorder that are read. The largest recorders have 256.
const MOST: usize = 512;

/// One camera, as its recorder describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Channel {
    /// The channel's number, as the recorder's own pages show it.
    pub number: u32,
    /// The channel's name.
    pub name: Option<String>,
    /// The protocol by which the recorder speaks to it: `HIKVISION`, `Dahua2`, `Private`, `ONVIF`.
    pub protocol: Option<String>,
    /// Its address, often on a network of the recorder's own.
    pub address: Option<String>,
    /// Its MAC address, in the recorder's spelling.
    pub mac: Option<String>,
    /// Its model.
    pub model: Option<String>,
    /// Its serial number.
    pub serial: Option<String>,
    /// Its firmware, verbatim.
    pub firmware: Option<String>,
}

impl Channel {
    /// Whether anything tells that a camera is there. Recorders list their empty channels too.
    fn is_taken(&self) -> bool {
        let unset = |address: &String| address.ends_with(".0.0") || address.ends_with(".0.0.0");
        let addressed = self.address.as_ref().is_some_and(|address| !unset(address));
        addressed || self.serial.is_some() || self.model.is_some()
    }
}

/// Reads an `InputProxyChannelList` or `InputProxyChannelStatusList`; absent where it is neither.
///
/// A list of 64 channels is longer than a document may be, so that each channel is a document of its own.
pub fn input_proxy(body: &str) -> Option<Vec<Channel>> {
    ["InputProxyChannelStatus", "InputProxyChannel"]
        .into_iter()
        .find_map(|element| elements(body, element))
}

fn elements(body: &str, element: &str) -> Option<Vec<Channel>> {
    let end = format!("</{element}>");
    body.contains(&format!("<{element}List")).then(|| {
        let pieces = body.split_inclusive(end.as_str()).take(MOST);
        pieces.filter_map(|piece| input(piece, element)).collect()
    })
}

fn input(piece: &str, element: &str) -> Option<Channel> {
    // The first piece begins with the list's own tag.
    let start = piece
        .rfind(&format!("<{element}>"))
        .or_else(|| piece.rfind(&format!("<{element} ")))?;
    let document = Document::read(&piece[start..]);
    let text = |name| document.text(name);
    let channel = Channel {
        number: text("id")?.parse().ok()?,
        name: text("name"),
        protocol: text("proxyProtocol").or_else(|| text("adminProtocol")),
        address: text("ipAddress").or_else(|| text("ipv6Address")),
        mac: text("macAddress"),
        model: text("model"),
        serial: text("serialNumber"),
        firmware: text("firmwareVersion"),
    };
    channel.is_taken().then_some(channel)
}

/// Reads `table.RemoteDevice` lines; none where there are none. The recorder counts from 0, its pages from 1.
///
/// Two spellings of the key are in use: `uuid:System_CONFIG_NETCAMERA_INFO_4` and `[4]`.
pub fn remote_devices(body: &str) -> Vec<Channel> {
    let mut channels: Vec<(u32, Channel, bool)> = Vec::new();
    for (index, key, value) in body.lines().filter_map(remote_device) {
        let place = channels.iter().position(|(known, ..)| *known == index);
        let place = place.unwrap_or_else(|| {
            let channel = Channel {
                number: index.saturating_add(1),
                ..Channel::default()
            };
            channels.push((index, channel, true));
            channels.len() - 1
        });
        if place < MOST {
            let (_, channel, enabled) = &mut channels[place];
            set(channel, enabled, key, value);
        }
    }
    let taken = |(_, channel, enabled): (u32, Channel, bool)| (enabled && channel.is_taken()).then_some(channel);
    channels.into_iter().take(MOST).filter_map(taken).collect()
}

fn remote_device(line: &str) -> Option<(u32, &str, &str)> {
    let (key, value) = line.trim().strip_prefix("table.RemoteDevice")?.split_once('=')?;
    let (index, key) = match key.strip_prefix('[') {
        Some(rest) => rest.split_once("].")?,
        None => key
            .strip_prefix(".uuid:System_CONFIG_NETCAMERA_INFO_")?
            .split_once('.')?,
    };
    Some((index.parse().ok()?, key, value))
}

fn set(channel: &mut Channel, enabled: &mut bool, key: &str, value: &str) {
    let value = filled(value);
    match key {
        "Enable" => *enabled = value.as_deref() != Some("false"),
        "Name" => channel.name = value,
        "ProtocolType" => channel.protocol = value,
        // Older firmware has no ProtocolType, and says the same with Vendor.
        "Vendor" if channel.protocol.is_none() => channel.protocol = value,
        "Address" => channel.address = value,
        "Mac" => channel.mac = value,
        "DeviceType" => channel.model = value.filter(|model| !is_generic(model)),
        "SerialNo" => channel.serial = value,
        "Version" => channel.firmware = value,
        _ => {}
    }
}

/// What is a kind and no model: a recorder of the NVR5464 series says so for most of its channels.
fn is_generic(model: &str) -> bool {
    ["IP Camera", "IPCamera", "IPC", "Camera", "IP Dome", "Unknown"]
        .iter()
        .any(|word| model.eq_ignore_ascii_case(word))
}

/// The same bytes, with an asterisk for each byte of a user name or a password: a recorder lists those of its
/// cameras beside the rest. Evidence is kept, secrets are not.
pub fn without_secrets(bytes: &[u8]) -> Vec<u8> {
    static SECRET: OnceLock<Regex> = OnceLock::new();
    let secret = SECRET.get_or_init(|| {
        Regex::new(r"(?i-u)((?:password|username)[^=<>\r\n]{0,64}[=>])([^<\r\n]+)").expect("a pattern of ours")
    });
    let blank = |found: &Captures<'_>| [&found[1], &vec![b'*'; found[2].len()]].concat();
    secret.replace_all(bytes, blank).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wire::http;

    const LIST: &str = "<?xml version=\"1.0\"?>\n<InputProxyChannelList version=\"1.0\" xmlns=\"http://www.isapi.org/ver20/XMLSchema\">\n\
        <InputProxyChannel version=\"1.0\"><id>1</id><name>Gate</name><sourceInputPortDescriptor>\
        <proxyProtocol>HIKVISION</proxyProtocol><ipAddress>192.168.254.7</ipAddress><managePortNo>8000</managePortNo>\
        <userName>admin</userName><password>s3cret</password><model>DS-2CD2T43G2</model>\
        <serialNumber>DS-2CD2T43G220210107AAWRJ70000001</serialNumber><firmwareVersion>V5.7.1 build 211130</firmwareVersion>\
        </sourceInputPortDescriptor></InputProxyChannel>\n\
        <InputProxyChannel><id>2</id><name>IPCamera 02</name><sourceInputPortDescriptor><proxyProtocol>ONVIF</proxyProtocol>\
        <ipAddress>0.0.0.0</ipAddress></sourceInputPortDescriptor></InputProxyChannel>\n</InputProxyChannelList>";

    const STATUS: &str = "<InputProxyChannelStatusList><InputProxyChannelStatus><id>3</id><sourceInputPortDescriptor>\
        <adminProtocol>HIKVISION</adminProtocol><ipAddress>10.1.2.3</ipAddress></sourceInputPortDescriptor>\
        <online>true</online></InputProxyChannelStatus></InputProxyChannelStatusList>";

    const LINES: &str = "table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.Enable=true\r\n\
        table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.Address=172.16.9.4\r\n\
        table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.DeviceType=IP Camera\r\n\
        table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.ProtocolType=Dahua2\r\n\
        table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.Vendor=Private\r\n\
        table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.Password=hush, hush\r\n\
        table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_1.Enable=false\r\n\
        table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_1.Address=172.16.9.5\r\n\
        table.RemoteDevice[2].SerialNo=7A00000PAG00001\r\n\
        table.RemoteDevice[2].Name=Gate\r\n\
        table.RemoteDevice[2].Vendor=Dahua\r\n\
        table.RemoteDevice[2].Mac=3c:ef:8c:00:00:05\r\n\
        table.RemoteDevice[2].DeviceType=IPC-HFW2431S\r\n\
        table.RemoteDevice[2].Version=2.800.0000000.20.R\r\n\
        table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_3.Address=192.168.0.0\r\n";

    fn text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn the_channels_of_both_dialects_are_read_and_empty_ones_left_out() {
        let gate = Channel {
            number: 1,
            name: text("Gate"),
            protocol: text("HIKVISION"),
            address: text("192.168.254.7"),
            mac: None,
            model: text("DS-2CD2T43G2"),
            serial: text("DS-2CD2T43G220210107AAWRJ70000001"),
            firmware: text("V5.7.1 build 211130"),
        };
        let status = Channel {
            number: 3,
            protocol: text("HIKVISION"),
            address: text("10.1.2.3"),
            ..Channel::default()
        };
        let first = Channel {
            number: 1,
            protocol: text("Dahua2"),
            address: text("172.16.9.4"),
            ..Channel::default()
        };
        let third = Channel {
            number: 3,
            name: text("Gate"),
            protocol: text("Dahua"),
            address: None,
            mac: text("3c:ef:8c:00:00:05"),
            model: text("IPC-HFW2431S"),
            serial: text("7A00000PAG00001"),
            firmware: text("2.800.0000000.20.R"),
        };
        assert_eq!(input_proxy(LIST), Some(vec![gate]));
        assert_eq!(input_proxy(STATUS), Some(vec![status]));
        assert_eq!(remote_devices(LINES), [first, third]);
        assert_eq!(input_proxy("<DeviceInfo/>"), None);
        assert_eq!(remote_devices("type=IPC"), []);
    }

    #[test]
    fn no_password_of_a_camera_is_kept_and_nothing_else_is_lost() {
        let kept = |text: &str| String::from_utf8(without_secrets(text.as_bytes())).expect("asterisks are ASCII");
        assert_eq!(kept(LINES).len(), LINES.len());
        assert!(!kept(LINES).contains("hush") && kept(LINES).contains("Password=**********\r\n"));
        assert!(kept(LIST).contains("<userName>*****</userName><password>******</password><model>"));
        assert_eq!(input_proxy(&kept(LIST)), input_proxy(LIST));
        assert_eq!(remote_devices(&kept(LINES)), remote_devices(LINES));
        assert_eq!(kept("<password encrypted=\"yes\">x</password>").matches('x').count(), 0);
    }

    #[test]
    fn a_list_longer_than_a_document_may_be_is_read_to_the_end() {
        let one = |number: u32| {
            let filler = "x".repeat(1000);
            format!(
                "<InputProxyChannel><id>{number}</id><note>{filler}</note><ipAddress>10.0.0.1</ipAddress></InputProxyChannel>"
            )
        };
        let list: String = (1..=128).map(one).collect();
        let list = format!("<InputProxyChannelList>{list}</InputProxyChannelList>");
        assert_eq!(input_proxy(&list).map(|channels| channels.len()), Some(128));
    }

    proptest! {
        /// Chunks once left `<password>***` and the rest of it behind the boundary.
        #[test]
        fn no_secret_is_kept_of_a_body_in_chunks_wherever_they_end(ends in prop::collection::vec(any::<prop::sample::Index>(), 0..6), last in any::<bool>()) {
            for list in [LIST, LINES] {
                let mut ends: Vec<usize> = ends.iter().map(|end| end.index(list.len())).chain([0, list.len()]).collect();
                ends.sort_unstable();
                ends.dedup();
                let chunk = |ends: &[usize]| format!("{:x}\r\n{}\r\n", ends[1] - ends[0], &list[ends[0]..ends[1]]);
                let mut answer = String::from("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                answer.extend(ends.windows(2).map(chunk));
                answer.push_str(if last { "0\r\n\r\n" } else { "" });
                let kept = without_secrets(&http::in_one_chunk(answer.as_bytes()));
                let read = http::Response::decode(&kept);
                prop_assert_eq!(&read.body, &without_secrets(list.as_bytes()));
                prop_assert_eq!(http::is_complete(&kept), last);
                let secrets = ["s3cret", "hush", "admin<"];
                let text = String::from_utf8_lossy(&kept);
                prop_assert!(!secrets.iter().any(|secret| text.contains(secret)), "{}", text);
            }
        }

        #[test]
        fn any_text_is_read_without_panic_and_within_bounds(bytes in any::<Vec<u8>>(), text in "(?s).{0,80}") {
            prop_assert_eq!(without_secrets(&bytes).len(), bytes.len());
            let texts = [text.clone(), format!("<InputProxyChannelList>{text}</InputProxyChannel>"), format!("table.RemoteDevice{text}")];
            for text in texts {
                prop_assert!(input_proxy(&text).is_none_or(|channels| channels.len() <= MOST));
                prop_assert!(remote_devices(&text).len() <= MOST);
            }
        }
    }
}
