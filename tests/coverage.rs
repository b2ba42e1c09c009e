//! `docs/coverage.md` is made from `probe::brings`, and every cell of it is held to an answer here that brings just that.

use std::collections::BTreeSet;

use camsweep::fact::{Fact, Name, Protocol, Reply};
use camsweep::identify::{Knowledge, identify};
use camsweep::judge::{Judged, judge};
use camsweep::probe::brings::What::{self, *};
use camsweep::probe::brings::{Brings, Family, TABLE, Way, markdown};
use camsweep::probe::datagram_questions;
use camsweep::probe::login::Login;
use camsweep::probe::tcp::{ORDER, Question};

const HOST: &str = "10.0.0.5";
const HIK_SERIAL: &str = "DS-2CD0000G0-I20200102AAWRJ00000005";
const DAHUA_SERIAL: &str = "4C0AAAAPAG00005";

#[test]
fn the_page_is_the_table() {
    let page = include_str!("../docs/coverage.md");
    assert!(
        page.ends_with(&markdown()),
        "camsweep data --questions prints what docs/coverage.md must end with"
    );
}

#[test]
fn every_question_has_a_row() {
    let has = |way: Way| TABLE.iter().filter(|row| row.way == way).count() == 1;
    for question in datagram_questions(uuid::Uuid::nil) {
        assert!(has(Way::Datagram(question.protocol.clone())), "{}", question.protocol);
    }
    for question in ORDER {
        assert!(has(Way::Tcp(*question)), "{question:?}");
    }
}

#[test]
fn every_cell_is_what_an_answer_brings() {
    // The makers' icons are not ours to keep; their hashes stand for them below.
    let icon = Way::Tcp(Question::Favicon);
    for row in TABLE.iter().filter(|row| row.way != icon) {
        for (family, claimed) in Family::ALL.into_iter().zip(row.from) {
            let claimed: BTreeSet<What> = claimed.iter().copied().collect();
            let brought = answers(row, family).map(|(known, answers)| brought(family, &known, &answers));
            assert_eq!(brought.unwrap_or_default(), claimed, "{}, {family:?}", row.title);
        }
    }
}

#[test]
fn an_icon_tells_the_maker() {
    let row = TABLE.iter().find(|row| row.way == Way::Tcp(Question::Favicon)).unwrap();
    let hashes = [Some("999357577"), Some("1653394551"), None];
    for ((family, claimed), hash) in Family::ALL.into_iter().zip(row.from).zip(hashes) {
        let replies = [reply(Protocol::Http, "GET /favicon.ico", "")];
        let fact = hash.map(|hash| Fact {
            name: Name::FaviconHash,
            value: hash.to_owned(),
            reply: 0,
            channel: None,
        });
        let facts: Vec<Fact> = fact.into_iter().collect();
        let judged = Judged {
            devices: identify(&replies, &facts, Knowledge::builtin()),
            ..Judged::default()
        };
        assert_eq!(said(family, &judged), claimed.iter().copied().collect(), "{family:?}");
    }
}

/// What the answers add to what was known before.
fn brought(family: Family, known: &[Reply], answers: &[Reply]) -> BTreeSet<What> {
    let all = [known, answers].concat();
    let judge = |replies: &[Reply]| said(family, &judge(replies, Knowledge::builtin()));
    let (before, after) = (judge(known), judge(&all));
    &after - &before
}

fn said(family: Family, judged: &Judged) -> BTreeSet<What> {
    let Some(device) = judged.devices.iter().find(|device| device.behind.is_none()) else {
        return BTreeSet::new();
    };
    let maker = device.maker.as_deref();
    let is_his = match family {
        Family::Hikvision => maker == Some("hikvision"),
        Family::Dahua => maker == Some("dahua"),
        Family::Other => maker.is_some_and(|maker| !["hikvision", "dahua"].contains(&maker)),
    };
    let firmware = device.firmware.as_ref();
    let table = [
        (Maker, is_his),
        (Model, device.model.is_some()),
        (Serial, device.serial.is_some()),
        (Production, device.production_date.is_some()),
        (Firmware, firmware.is_some()),
        (
            BuildDate,
            firmware.is_some_and(|firmware| firmware.build_date.is_some()),
        ),
        (Mac, device.mac.is_some()),
        (Activation, device.activated.is_some()),
        (HostName, device.host_name.is_some()),
        (WebVersion, device.web_ui_version.is_some()),
        (WebDate, device.web_ui_date.is_some()),
        (Channels, judged.devices.iter().any(|device| device.behind.is_some())),
    ];
    table
        .into_iter()
        .filter(|(_, there)| *there)
        .map(|(what, _)| what)
        .collect()
}

fn reply(protocol: Protocol, asked: &str, bytes: impl Into<Vec<u8>>) -> Reply {
    Reply {
        asked: Some(asked.to_owned()),
        ..Reply::new(HOST, protocol, bytes)
    }
}

fn page(head: &str, body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\n{head}Content-Length: {}\r\n\r\n{body}", body.len())
}

fn refusal(head: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 401 Unauthorized\r\n{head}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn soap(operation: &str, body: &str) -> String {
    let body = format!(
        "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body>\
         <{operation}Response>{body}</{operation}Response></s:Body></s:Envelope>"
    );
    page("", &body)
}

fn information(maker: &str, model: &str, firmware: &str, serial: &str) -> String {
    soap(
        "GetDeviceInformation",
        &format!(
            "<Manufacturer>{maker}</Manufacturer><Model>{model}</Model><FirmwareVersion>{firmware}</FirmwareVersion>\
             <SerialNumber>{serial}</SerialNumber><HardwareId>1.00</HardwareId>"
        ),
    )
}

fn interfaces(mac: &str) -> String {
    let body = format!("<NetworkInterfaces><Info><HwAddress>{mac}</HwAddress></Info></NetworkInterfaces>");
    soap("GetNetworkInterfaces", &body)
}

fn description(maker: &str, model: &str, serial: &str) -> String {
    page(
        "",
        &format!(
            "<root><device><deviceType>urn:x:device:Camera:1</deviceType><manufacturer>{maker}</manufacturer>\
             <modelNumber>{model}</modelNumber><serialNumber>{serial}</serialNumber></device></root>"
        ),
    )
}

fn probe_match(endpoint: &str, name: &str, model: &str, more: &str) -> String {
    format!(
        "<e:Envelope xmlns:e=\"http://www.w3.org/2003/05/soap-envelope\"><e:Body><ProbeMatches><ProbeMatch>\
         <EndpointReference><Address>{endpoint}</Address></EndpointReference><Types>dn:NetworkVideoTransmitter</Types>\
         <Scopes>onvif://www.onvif.org/name/{name} onvif://www.onvif.org/hardware/{model}{more}</Scopes>\
         <XAddrs>http://{HOST}/onvif/device_service</XAddrs></ProbeMatch></ProbeMatches></e:Body></e:Envelope>"
    )
}

/// What was known before, and the answers to the question; `None` where the family has none.
fn answers(row: &Brings, family: Family) -> Option<(Vec<Reply>, Vec<Reply>)> {
    let answers = match &row.way {
        Way::Datagram(protocol) => vec![datagram(protocol, family)?],
        Way::Ethernet => vec![ethernet(family)?],
        Way::Tcp(Question::Login(login)) => with_login(*login, family)?,
        Way::Tcp(question) => vec![over_tcp(*question, family)?],
    };
    // Whose pages they are must be known before their age is anybody's business.
    let banner = reply(Protocol::Http, "GET /", page("Server: App-webs/\r\n", ""));
    let known = matches!(
        row.way,
        Way::Tcp(Question::HikWebUi | Question::Login(Login::HikvisionChannels))
    );
    Some((known.then_some(banner).into_iter().collect(), answers))
}

fn datagram(protocol: &Protocol, family: Family) -> Option<Reply> {
    let unicast = |bytes: Vec<u8>| reply(protocol.clone(), "unicast question", bytes);
    let bytes: Vec<u8> = match (protocol, family) {
        (Protocol::Sadp, Family::Hikvision) => format!(
            "<ProbeMatch><Types>inquiry</Types><DeviceDescription>DS-2CD0000G0-I</DeviceDescription><DeviceSN>{HIK_SERIAL}</DeviceSN>\
             <MAC>44-47-cc-00-00-05</MAC><SoftwareVersion>V5.5.83build 190221</SoftwareVersion><Activated>true</Activated></ProbeMatch>"
        )
        .into(),
        (Protocol::Dhip, Family::Dahua) => format!(
            "{{\"mac\":\"3c:ef:8c:00:00:05\",\"method\":\"client.notifyDevInfo\",\"params\":{{\"deviceInfo\":{{\
             \"DeviceType\":\"IPC-HFW0000\",\"SerialNo\":\"{DAHUA_SERIAL}\",\"Version\":\"2.800.0000000.13.R\",\"Init\":2714}}}}}}"
        )
        .into(),
        (Protocol::DvripUdp, Family::Dahua) => older_discovery(),
        (Protocol::Wsd, Family::Hikvision) => {
            let endpoint = "urn:uuid:11111111-2222-11b5-83f6-4447cc000005";
            probe_match(endpoint, "HIKVISION%20DS-2CD0000G0-I", "DS-2CD0000G0-I", "").into()
        }
        (Protocol::Wsd, Family::Dahua) => {
            let more = " onvif://www.onvif.org/type/Network_Video_Transmitter onvif://www.onvif.org/extension/unique_identifier/1";
            probe_match("uuid:5", "Dahua", "IPC-HFW0000", more).into()
        }
        (Protocol::Wsd, Family::Other) => probe_match("uuid:5", "AXIS%20P0000", "P0000", "").into(),
        (Protocol::Ssdp, Family::Dahua) => format!(
            "HTTP/1.1 200 OK\r\nSERVER: Linux, UPnP/1.0, Private Upnp SDK\r\nST: upnp:rootdevice\r\n\
             USN: uuid:device_3_0-{DAHUA_SERIAL}::upnp:rootdevice\r\nLOCATION: http://{HOST}:49152/upnp_device_desc.xml\r\n\r\n"
        )
        .into(),
        (Protocol::Mdns, Family::Dahua) => service(
            &format!("{DAHUA_SERIAL}._http._tcp.local"),
            &["mac=3c:ef:8c:00:00:05", "subnet=255.255.255.0"],
        ),
        (Protocol::Mdns, Family::Other) => service("AXIS P0000._axis-video._tcp.local", &[]),
        _ => return None,
    };
    Some(unicast(bytes))
}

/// The 0x78 bytes of the head, of which only the firmware is written, then MAC and model, then the serial number.
fn older_discovery() -> Vec<u8> {
    let second = "3c:ef:8c:00:00:05IPC-HFW0000\0";
    let third = format!("SerialNo:{DAHUA_SERIAL}\r\n\r\n");
    let mut bytes = [0; 0x78];
    bytes[0] = 0xb3;
    bytes[2] = second.len() as u8;
    bytes[4] = 0x58;
    bytes[0x10] = 2;
    bytes[0x14] = third.len() as u8;
    for (place, number) in [2_u16, 210, 1, 0].into_iter().enumerate() {
        bytes[0x20 + 2 * place..][..2].copy_from_slice(&number.to_le_bytes());
    }
    [&bytes[..], second.as_bytes(), third.as_bytes()].concat()
}

/// A response of multicast DNS with one TXT record and, where it has no texts, an SRV record to `gate.local`.
fn service(name: &str, texts: &[&str]) -> Vec<u8> {
    let labels = |name: &str| -> Vec<u8> {
        let labels = name
            .split('.')
            .flat_map(|label| [&[label.len() as u8], label.as_bytes()].concat());
        labels.chain([0]).collect()
    };
    let data = match texts {
        [] => [&[0, 0, 0, 0, 0x1f, 0x90][..], &labels("gate.local")].concat(),
        texts => texts
            .iter()
            .flat_map(|text| [&[text.len() as u8], text.as_bytes()].concat())
            .collect(),
    };
    let kind = if texts.is_empty() { 33 } else { 16 };
    let head = [0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0];
    let fixed = [0, kind, 0, 1, 0, 0, 0, 60, 0, data.len() as u8];
    [&head[..], &labels(name), &fixed, &data].concat()
}

fn ethernet(family: Family) -> Option<Reply> {
    if family != Family::Hikvision {
        return None;
    }
    let mac = [0x44, 0x47, 0xcc, 0, 0, 5];
    let mut frame = vec![0; 14 + 38 + 208 + 152];
    frame[6..12].copy_from_slice(&mac);
    frame[12..14].copy_from_slice(&[0x80, 0x33]);
    let packet = &mut frame[14..];
    packet[..2].copy_from_slice(&[0x21, 2]);
    packet[8..11].copy_from_slice(&[6, 4, 4]);
    packet[14..20].copy_from_slice(&mac);
    packet[20..24].copy_from_slice(&[10, 0, 0, 5]);
    let mut put = |at: usize, text: &str| packet[38 + at..][..text.len()].copy_from_slice(text.as_bytes());
    put(0, HIK_SERIAL);
    put(64, "V5.5.83build 190221");
    put(208 + 104, "DS-2CD0000G0-I");
    Some(reply(Protocol::Sadp, "ethernet inquiry", frame))
}

fn over_tcp(question: Question, family: Family) -> Option<Reply> {
    use Family::{Dahua, Hikvision, Other};
    let get = |protocol, path: &str, text: String| reply(protocol, &format!("GET {path}"), text);
    let onvif = |operation: &str, text: String| reply(Protocol::Onvif, operation, text);
    Some(match (question, family) {
        (Question::Banner, Hikvision) => get(Protocol::Http, "/", page("Server: App-webs/\r\n", "")),
        (Question::Banner, Dahua) => get(
            Protocol::Http,
            "/",
            "HTTP/1.1 200 OK\r\nCONNECTION: close\r\nDate: Sun, 01 Mar 2026 08:20:11 GMT\r\nLast-Modified: Wed, 12 Feb 2025 02:08:29 GMT\r\n\
             Etag: \"1739326109:2a\"\r\nCONTENT-LENGTH: 42\r\nP3P: CP=CAO PSA OUR\r\nX-Frame-Options: SAMEORIGIN\r\nCONTENT-TYPE: text/html\r\n\r\n\
             <html><title>WEB SERVICE</title></html>   "
                .into(),
        ),
        (Question::Banner, Other) => get(Protocol::Http, "/", refusal("WWW-Authenticate: Digest realm=\"AXIS_ACCC8E000005\"\r\n", "")),
        (Question::HikSdk, Hikvision) => reply(Protocol::HikSdk, "connect", b"\0\0\0\x10\0\0\0\x1e\0\0\0\x1e\0\0\0\0".to_vec()),
        (Question::Dvrip, Dahua) => {
            let body = format!("Realm:Login to {DAHUA_SERIAL}\r\nRandom:1\r\n\r\n");
            let mut head = vec![0; 32];
            head[0] = 0xb0;
            head[4] = body.len() as u8;
            reply(Protocol::Dvrip, "realm", [head, body.into()].concat())
        }
        (Question::Rtsp, Hikvision) => rtsp("IP Camera(C2183)"),
        (Question::Rtsp, Dahua) => rtsp(&format!("Login to {DAHUA_SERIAL}")),
        (Question::Onvif, Hikvision) => onvif(
            "GetDeviceInformation",
            information("HIKVISION", "DS-2CD0000G0-I", "V5.4.5 build 170124", HIK_SERIAL),
        ),
        (Question::Onvif, Dahua) => onvif(
            "GetDeviceInformation",
            information("Dahua", "IPC-HFW0000", "2.460.0000.5.R, Build Date 2018-01-02", DAHUA_SERIAL),
        ),
        (Question::Onvif, Other) => onvif("GetDeviceInformation", information("AXIS", "P0000", "9.80.3", "ACCC8E000005")),
        (Question::OnvifOpen, Hikvision) => onvif(
            "GetEndpointReference",
            soap("GetEndpointReference", "<GUID>urn:uuid:11111111-2222-11b5-83f6-4447cc000005</GUID>"),
        ),
        (Question::OnvifOpen, Dahua) => onvif(
            "GetHostname",
            soap("GetHostname", "<HostnameInformation><FromDHCP>false</FromDHCP><Name>gate</Name></HostnameInformation>"),
        ),
        (Question::OnvifOpen, Other) => onvif(
            "GetServices",
            soap("GetServices", "<Service><Namespace>http://www.axis.com/vapix/ws/action1</Namespace><XAddr>http://10.0.0.5/vapix/services</XAddr></Service>"),
        ),
        (Question::Isapi, Hikvision) => get(
            Protocol::Isapi,
            "/ISAPI/System/deviceInfo",
            refusal("", "<userCheck><statusValue>401</statusValue><statusString>Unauthorized</statusString></userCheck>"),
        ),
        (Question::Activation, Hikvision) => get(
            Protocol::Isapi,
            "/SDK/activateStatus",
            page("", "<ActivateStatus xmlns=\"http://www.hikvision.com/ver20/XMLSchema\"><Activated>true</Activated></ActivateStatus>"),
        ),
        (Question::DahuaWeb, Dahua) => get(
            Protocol::DahuaCgi,
            "/cgi-bin/magicBox.cgi?action=getSystemInfo",
            refusal(&format!("WWW-Authenticate: Digest realm=\"Login to {DAHUA_SERIAL}\", nonce=\"1\"\r\n"), ""),
        ),
        (Question::Description | Question::HikDescription, Hikvision) => {
            get(Protocol::Ssdp, "/upnpdevicedesc.xml", description("HIKVISION", "DS-2CD0000G0-I", HIK_SERIAL))
        }
        (Question::Description, Dahua) => get(Protocol::Ssdp, "/d.xml", description("Dahua", "IPC-HFW0000", DAHUA_SERIAL)),
        (Question::Description, Other) => get(Protocol::Ssdp, "/d.xml", description("AXIS", "P0000", "ACCC8E000005")),
        (Question::HikWebUi, Hikvision) => get(
            Protocol::Http,
            "/doc/script/lib/seajs/config/sea-config.js",
            page("", "seajs.web_version=\"V4.0.1build171121\";"),
        ),
        _ => return None,
    })
}

fn rtsp(realm: &str) -> Reply {
    let text = format!(
        "RTSP/1.0 401 Unauthorized\r\nCSeq: 2\r\nWWW-Authenticate: Digest realm=\"{realm}\", nonce=\"1\"\r\n\r\n"
    );
    reply(Protocol::Rtsp, "DESCRIBE", text)
}

fn with_login(login: Login, family: Family) -> Option<Vec<Reply>> {
    use Family::{Dahua, Hikvision, Other};
    let get = |protocol, path: &str, text: String| reply(protocol, &format!("GET {path} with login"), text);
    let onvif = |operation: &str, text: String| reply(Protocol::Onvif, &format!("{operation} with login"), text);
    let magic_box = |action: &str, text: &str| {
        let path = format!("/cgi-bin/magicBox.cgi?action={action}");
        get(Protocol::DahuaCgi, &path, page("", text))
    };
    Some(match (login, family) {
        (Login::Hikvision, Hikvision) => vec![get(
            Protocol::Isapi,
            "/ISAPI/System/deviceInfo",
            page(
                "",
                &format!(
                    "<DeviceInfo xmlns=\"http://www.hikvision.com/ver20/XMLSchema\"><model>DS-2CD0000G0-I</model>\
                     <serialNumber>{HIK_SERIAL}</serialNumber><macAddress>44:47:cc:00:00:05</macAddress>\
                     <firmwareVersion>V5.7.18</firmwareVersion><firmwareReleasedDate>build 240826</firmwareReleasedDate></DeviceInfo>"
                ),
            ),
        )],
        (Login::HikvisionChannels, Hikvision) => vec![get(
            Protocol::Isapi,
            "/ISAPI/ContentMgmt/InputProxy/channels",
            page(
                "",
                "<InputProxyChannelList><InputProxyChannel><id>1</id><ipAddress>192.168.254.7</ipAddress></InputProxyChannel></InputProxyChannelList>",
            ),
        )],
        (Login::Dahua, Dahua) => vec![
            magic_box("getSoftwareVersion", "version=2.800.0000016.0.R,build:2020-06-05\r\n"),
            magic_box("getDeviceType", "type=IPC-HFW0000\r\n"),
            magic_box("getSerialNo", &format!("sn={DAHUA_SERIAL}\r\n")),
            magic_box(
                "getSystemInfo",
                &format!("serialNumber={DAHUA_SERIAL}\r\ndeviceType=IPC-HFW0000\r\n"),
            ),
            get(
                Protocol::DahuaCgi,
                "/cgi-bin/magicBox.cgi?action=getSystemInfo",
                refusal(
                    &format!("WWW-Authenticate: Digest realm=\"Login to {DAHUA_SERIAL}\", nonce=\"1\"\r\n"),
                    "",
                ),
            ),
        ],
        (Login::DahuaChannels, Dahua) => vec![get(
            Protocol::DahuaCgi,
            "/cgi-bin/configManager.cgi?action=getConfig&name=RemoteDevice",
            page(
                "",
                "table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.Address=192.168.254.7\r\n",
            ),
        )],
        (Login::Onvif, Hikvision) => vec![
            onvif(
                "GetDeviceInformation",
                information("HIKVISION", "DS-2CD0000G0-I", "V5.4.5 build 170124", HIK_SERIAL),
            ),
            onvif("GetNetworkInterfaces", interfaces("44:47:cc:00:00:05")),
        ],
        (Login::Onvif, Dahua) => vec![
            onvif(
                "GetDeviceInformation",
                information(
                    "Dahua",
                    "IPC-HFW0000",
                    "2.460.0000.5.R, Build Date 2018-01-02",
                    DAHUA_SERIAL,
                ),
            ),
            onvif("GetNetworkInterfaces", interfaces("3c:ef:8c:00:00:05")),
        ],
        (Login::Onvif, Other) => vec![
            onvif(
                "GetDeviceInformation",
                information("AXIS", "P0000", "9.80.3", "ACCC8E000005"),
            ),
            onvif("GetNetworkInterfaces", interfaces("ac:cc:8e:00:00:05")),
        ],
        _ => return None,
    })
}
