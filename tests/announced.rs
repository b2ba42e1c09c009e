//! What is read in announcements, and what follows from it: SSDP and its descriptions, multicast DNS, frames of SADP.

#[path = "worlds/bytes.rs"]
mod bytes;

use bytes::{Frame, Service};
use camsweep::fact::{Name, Protocol, Reply};
use camsweep::identify::{Confidence, Device, Knowledge};
use camsweep::judge::judge;
use camsweep::read::{Reading, read};

const UNIT: [u8; 6] = [0x44, 0x47, 0xcc, 0x0a, 0x0b, 0x0c];

fn reply(protocol: Protocol, asked: Option<&str>, bytes: impl Into<Vec<u8>>) -> Reply {
    Reply {
        asked: asked.map(str::to_owned),
        ..Reply::new("10.0.0.5", protocol, bytes)
    }
}

#[track_caller]
fn assert_says(reply: &Reply, expected: &[(Name, &str)]) {
    let Reading::Facts(said) = read(reply) else {
        panic!("{:?}", read(reply))
    };
    let said: Vec<(Name, &str)> = said.iter().map(|said| (said.name, said.value.as_str())).collect();
    assert_eq!(said, expected);
}

fn verdict(replies: &[Reply]) -> Device {
    judge(replies, Knowledge::builtin()).devices.remove(0)
}

fn announcement(location: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nX-User-Agent: redsonic\r\nLOCATION: {location}\r\nSERVER: Linux, UPnP/1.0, Private Upnp SDK\r\n\
         ST: upnp:rootdevice\r\nUSN: uuid:device_3_0-AMC0000000000A5B6C::upnp:rootdevice\r\n\r\n"
    )
}

fn service(address: Option<&str>, texts: &[&str]) -> Vec<u8> {
    let service = Service {
        name: "5C0020DPAG00020".into(),
        kind: "_http._tcp".into(),
        host: "hall".into(),
        port: 8081,
        address: address.map(|address| address.parse().expect("an address")),
        texts: texts.iter().map(|text| (*text).to_owned()).collect(),
    };
    service.answer()
}

#[test]
fn an_announcement_is_read_where_it_is_about_the_sender() {
    for location in [
        "http://10.0.0.5:49152/d.xml",
        "http://camera.example/d.xml",
        "http://[fe80::1]:80/d.xml",
    ] {
        assert_says(
            &reply(Protocol::Ssdp, Some("multicast M-SEARCH"), announcement(location)),
            &[
                (Name::SsdpServer, "Linux, UPnP/1.0, Private Upnp SDK"),
                (Name::SsdpUsn, "uuid:device_3_0-AMC0000000000A5B6C::upnp:rootdevice"),
                (Name::SsdpUserAgent, "redsonic"),
                (Name::SsdpLocation, location),
            ],
        );
    }
    let passed_on = announcement("http://10.9.0.20/d.xml");
    assert_says(&reply(Protocol::Ssdp, None, passed_on), &[]);
}

#[test]
fn a_description_is_read_as_a_page_and_as_a_document() {
    let table = [
        (
            "<modelName>IPC family</modelName><modelNumber>IPC-1</modelNumber>",
            "IPC-1",
        ),
        ("<modelName>IPC-1</modelName><modelNumber>1.0</modelNumber>", "IPC-1"),
        ("<modelNumber>210</modelNumber>", "210"),
    ];
    for (model, expected) in table {
        let document = format!(
            "<root><device><deviceType>urn:x:device:Camera:1</deviceType><friendlyName>hall</friendlyName>\
             <manufacturer>Acme</manufacturer>{model}<serialNumber>A1</serialNumber></device></root>"
        );
        let facts = [
            (Name::UpnpDeviceType, "urn:x:device:Camera:1"),
            (Name::HostName, "hall"),
            (Name::Manufacturer, "Acme"),
            (Name::Model, expected),
            (Name::Serial, "A1"),
        ];
        assert_says(&reply(Protocol::Ssdp, None, document.clone()), &facts);
        let page = format!("HTTP/1.1 200 OK\r\nserver: x\r\n\r\n{document}");
        // The head of the page tells whose web server it is.
        let head = [
            (Name::HttpStatus, "200"),
            (Name::HttpServer, "x"),
            (Name::HttpHeaderNames, "server"),
        ];
        let facts = [&head[..], &facts].concat();
        assert_says(&reply(Protocol::Ssdp, Some("GET /d.xml"), page), &facts);
    }
    let absent = reply(Protocol::Ssdp, Some("GET /d.xml"), "HTTP/1.1 404 Not Found\r\n\r\n");
    assert_says(&absent, &[(Name::HttpStatus, "404")]);
    let nothing = reply(Protocol::Ssdp, Some("GET /d.xml"), "hello");
    assert!(matches!(read(&nothing), Reading::Garbled { .. }));
}

#[test]
fn a_service_is_read_where_it_runs_on_the_sender() {
    let texts = ["mac=3c:ef:8c:20:00:20", "ip=10.0.0.5", "subnet=255.255.255.0"];
    let expected = [
        (Name::MdnsService, "5C0020DPAG00020._http._tcp.local"),
        (Name::HostName, "hall"),
        (Name::HttpPort, "8081"),
        (Name::MdnsText, "mac=3c:ef:8c:20:00:20"),
        (Name::ClaimedMac, "3C:EF:8C:20:00:20"),
        (Name::MdnsText, "ip=10.0.0.5"),
        (Name::MdnsText, "subnet=255.255.255.0"),
    ];
    for address in [None, Some("10.0.0.5"), Some("10.0.0.7")] {
        assert_says(&reply(Protocol::Mdns, None, service(address, &texts)), &expected);
    }
    let elsewhere = ["mac=3c:ef:8c:20:00:20", "ip=10.9.0.5", "subnet=255.255.255.0"];
    assert_says(&reply(Protocol::Mdns, None, service(None, &elsewhere)), &[]);
    assert_says(
        &reply(Protocol::Mdns, None, service(Some("10.9.0.5"), &["path=/"])),
        &[],
    );
    let label = Reply::new("label", Protocol::Mdns, service(Some("10.9.0.5"), &texts));
    assert_says(&label, &expected);
    let question = reply(Protocol::Mdns, None, camsweep::wire::mdns::query());
    assert_eq!(read(&question), Reading::Question);
}

#[test]
fn dahua_is_probable_by_one_announcement_and_confirmed_by_two() {
    let ssdp = reply(
        Protocol::Ssdp,
        Some("multicast M-SEARCH"),
        announcement("http://10.0.0.5/d.xml"),
    );
    let texts = ["mac=3c:ef:8c:20:00:20", "subnet=255.255.255.0"];
    let mdns = reply(Protocol::Mdns, Some("multicast query"), service(None, &texts));
    let table = [
        (vec![ssdp.clone()], Confidence::Probable, "AMC0000000000A5B6C"),
        (vec![mdns.clone()], Confidence::Probable, "5C0020DPAG00020"),
        (vec![ssdp, mdns], Confidence::Confirmed, "AMC0000000000A5B6C"),
    ];
    for (replies, confidence, serial) in table {
        let device = verdict(&replies);
        assert_eq!(
            (device.maker.as_deref(), device.confidence),
            (Some("dahua"), Some(confidence))
        );
        assert_eq!(device.serial.as_deref(), Some(serial), "{:?}", device.conflicts);
    }
}

#[test]
fn a_printer_and_a_player_that_announce_themselves_are_nobodys() {
    for (name, kind, text) in [
        ("Office Printer", "_http._tcp", "mac=00:80:77:00:00:01"),
        ("5C0020DPAG00020", "_http._tcp", "path=/"),
        ("Dahua", "_http._tcp", "subnet=255.255.255.0"),
        ("HIKVISION DS-2CD2043G2-I", "_http._tcp", "path=/"),
        ("5C0020DPAG00020", "_rtsp._tcp", "subnet=255.255.255.0"),
    ] {
        let service = Service {
            name: name.into(),
            kind: kind.into(),
            host: "x".into(),
            port: 80,
            address: None,
            texts: vec![text.into()],
        };
        let device = verdict(&[reply(Protocol::Mdns, Some("multicast query"), service.answer())]);
        assert_eq!(device.maker, None, "{name}.{kind}: {:?}", device.evidence);
    }
}

fn frame() -> Frame {
    Frame {
        address: [10, 0, 0, 5].into(),
        serial: "DS-2CD2043G2-I20230101AAWRK30000064".into(),
        firmware: "V5.7.3build 220112".into(),
        model: Some("DS-2CD2043G2-I".into()),
    }
}

#[test]
fn a_frame_is_read_with_the_mac_that_sent_it_and_vouches_for_itself() {
    let reply = reply(Protocol::Sadp, Some("ethernet inquiry"), frame().answer(UNIT));
    assert_says(
        &reply,
        &[
            (Name::Mac, "44:47:CC:0A:0B:0C"),
            (Name::Sadp, "probe-match"),
            (Name::Model, "DS-2CD2043G2-I"),
            (Name::Serial, "DS-2CD2043G2-I20230101AAWRK30000064"),
            (Name::ClaimedMac, "44:47:CC:0A:0B:0C"),
            (Name::ClaimedAddress, "10.0.0.5"),
            (Name::Firmware, "V5.7.3build 220112"),
            (Name::OtherFirmware, "dsp V7.3 build 220110"),
            (Name::CommandPort, "8000"),
            (Name::Vendor, "HIKVISION"),
        ],
    );
    let device = verdict(&[reply]);
    assert_eq!(
        (device.maker.as_deref(), device.confidence),
        (Some("hikvision"), Some(Confidence::Confirmed))
    );
    assert_eq!(device.mac_source.as_deref(), Some("sadp"));
}

#[test]
fn a_frame_with_the_mac_of_somebody_else_vouches_for_nothing() {
    let mut forged = frame().answer(UNIT);
    forged[6..12].copy_from_slice(&[2, 0, 0, 0, 0, 9]);
    let device = verdict(&[reply(Protocol::Sadp, Some("ethernet inquiry"), forged)]);
    assert_eq!(device.confidence, Some(Confidence::Probable), "{:?}", device.evidence);
    assert!(device.conflicts.iter().any(|conflict| conflict.about == "mac"));
}

#[test]
fn bytes_of_a_frame_in_a_datagram_are_no_frame() {
    for asked in [Some("multicast inquiry"), Some("unicast inquiry"), None] {
        let device = verdict(&[reply(Protocol::Sadp, asked, frame().answer(UNIT))]);
        assert_eq!((device.mac, device.serial), (None, None), "{asked:?}");
    }
    let nameless = Frame {
        serial: String::new(),
        firmware: String::new(),
        model: None,
        ..frame()
    };
    let read = read(&reply(Protocol::Sadp, Some("ethernet inquiry"), nameless.answer(UNIT)));
    assert!(matches!(read, Reading::Garbled { .. }), "{read:?}");
}
