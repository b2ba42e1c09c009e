//! Others that look like Hikvision's or Dahua's units, as whole replies: what must never be said of them.

use camsweep::fact::{Protocol, Reply};
use camsweep::identify::Knowledge;
use camsweep::judge::judge;

#[test]
fn a_host_that_echoes_a_fragment_on_every_port_is_accused_of_nothing() {
    let fragment = b"<?xml version=\"1.0\"?><ProbeMatch><Uuid>\xff\xfe</Uu\0<<DHIP{\"method\":\"client.not";
    let protocols = [Protocol::Sadp, Protocol::Dhip, Protocol::Wsd, Protocol::DvripUdp];
    let replies = protocols.map(|protocol| {
        let mut reply = Reply::new("10.0.0.66", protocol, fragment);
        reply.asked = Some("unicast question".into());
        reply
    });
    let judged = judge(&replies, Knowledge::builtin());
    assert_eq!(judged.devices[0].maker, None, "{:?}", judged.devices[0].evidence);
    assert_eq!(judged.garbled.values().sum::<u64>(), 4, "{:?}", judged.garbled);
}

/// A WS-Discovery match as Dahua's and as Hikvision's firmware words it, the texts our own.
fn scopes_as_dahua(name: &str, hardware: &str) -> String {
    format!(
        r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><s:Body><d:ProbeMatches><d:ProbeMatch><a:EndpointReference><a:Address>uuid:0a1b2c3d-0000-4000-8000-0f0e0d0c0b0a</a:Address></a:EndpointReference><d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>onvif://www.onvif.org/location/country/china onvif://www.onvif.org/name/{name} onvif://www.onvif.org/hardware/{hardware} onvif://www.onvif.org/Profile/Streaming onvif://www.onvif.org/type/Network_Video_Transmitter onvif://www.onvif.org/extension/unique_identifier/1</d:Scopes></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"#
    )
}

fn scopes_as_hikvision(name: &str, hardware: &str, tail: &str) -> String {
    format!(
        r#"<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope" xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl" xmlns:tnshik="http://www.hikvision.com/2011/event/topics" xmlns:hikwsd="http://www.onvifext.com/onvif/ext/ver10/wsdl"><env:Body><d:ProbeMatches><d:ProbeMatch><w:EndpointReference><w:Address>urn:uuid:0a1b2c3d-0000-11b5-83f6-{tail}</w:Address></w:EndpointReference><d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>onvif://www.onvif.org/Profile/Streaming onvif://www.onvif.org/hardware/{hardware} onvif://www.onvif.org/name/{name} onvif://www.onvif.org/location/city/hangzhou</d:Scopes></d:ProbeMatch></d:ProbeMatches></env:Body></env:Envelope>"#
    )
}

#[test]
fn a_clone_that_copies_the_scopes_is_no_unit_and_the_mac_on_the_wire_decides() {
    let xcam = scopes_as_dahua("IPC-Xcam", "IP_Camera");
    let camhi = scopes_as_hikvision("CamHiPro", "IPCAM", "48022a000001");
    let renamed = scopes_as_hikvision("HIKVISION%20DS-2CD1", "DS-2CD1", "0050560a0a0a");
    let real = scopes_as_dahua("Dahua", "IPC-HFW0000");
    let hik = scopes_as_hikvision("HIKVISION%20DS-2CD1", "DS-2CD1", "4447cc0a0a0a");
    let table = [
        (&xcam, Some("00:12:31:00:00:01"), None),
        (&camhi, Some("48:02:2a:00:00:01"), None),
        (&renamed, Some("00:50:56:0a:0a:0a"), Some("possible")),
        // Beyond a router the wire shows no MAC: it may be one.
        (&xcam, None, Some("possible")),
        (&hik, None, Some("possible")),
        (&real, Some("3c:ef:8c:00:00:01"), Some("probable")),
        (&hik, Some("44:47:cc:0a:0a:0a"), Some("probable")),
    ];
    for (text, mac, expected) in table {
        let mut replies = vec![Reply::new("10.0.0.55", Protocol::Wsd, text.as_str())];
        replies.extend(mac.map(|mac| Reply::new("10.0.0.55", Protocol::Arp, mac)));
        let device = judge(&replies, Knowledge::builtin()).devices.remove(0);
        let confidence = device.confidence.map(|confidence| confidence.to_string());
        assert_eq!(confidence.as_deref(), expected, "{mac:?} {text}: {:?}", device.evidence);
        assert_eq!(device.maker.is_some(), expected.is_some(), "{mac:?} {text}");
    }
}

/// Texts that rules in wide use call Hikvision or Dahua, as whole replies. What it really is, how it came, the text.
const INNOCENT: &[(&str, &str, &str)] = &[
    (
        "a FRITZ!Box",
        "http",
        "HTTP/1.1 200 OK\r\nServer: webserver\r\nContent-Type: text/html\r\n\r\n<title>FRITZ!Box</title>",
    ),
    (
        "a Xerox WorkCentre",
        "http",
        "HTTP/1.1 200 OK\r\nServer: webs\r\n\r\n<title>CentreWare Internet Services</title>",
    ),
    (
        "a D-Link router",
        "http",
        "HTTP/1.0 302 Redirect\r\nServer: web\r\nLocation: /login.asp\r\n\r\n",
    ),
    (
        "GoAhead",
        "http",
        "HTTP/1.0 302 Redirect\r\nServer: GoAhead-Webs\r\nSet-Cookie: _goaheadwebSessionId=1\r\nLocation: /doc/index.asp\r\n\r\n",
    ),
    (
        "Wind River's server",
        "http",
        "HTTP/1.1 200 OK\r\nServer: WindRiver-WebServer/4.4\r\n\r\n",
    ),
    (
        "any recorder",
        "http",
        "HTTP/1.1 200 OK\r\nServer: Cross Web Server\r\n\r\n<title>DVR</title>",
    ),
    (
        "Samsung SyncThru",
        "http",
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>WEB SERVICE</title>",
    ),
    (
        "the Java Web Services Pack",
        "http",
        "HTTP/1.1 200 OK\r\nServer: Apache-Coyote/1.1\r\nContent-Length: 9\r\n\r\n<title>Web Service</title>",
    ),
    (
        "a page with a privacy header",
        "http",
        "HTTP/1.1 200 OK\r\nConnection: close\r\nP3P: CP=CAO PSA OUR\r\nContent-Length: 0\r\nContent-Type: text/html\r\n\r\n",
    ),
    (
        "one header in capitals",
        "http",
        "HTTP/1.1 200 OK\r\nDate: Sun\r\nCONNECTION: close\r\nContent-Length: 0\r\n\r\n",
    ),
    (
        "thttpd",
        "http",
        "HTTP/1.1 200 OK\r\nServer: thttpd/2.25b 29dec2003\r\n\r\n",
    ),
    (
        "a DrayTek Vigor",
        "http",
        "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"Login to Vigor2860\"\r\n\r\n",
    ),
    (
        "a web application",
        "http",
        "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"Login to my shop\", nonce=\"1\"\r\n\r\n",
    ),
    (
        "a router",
        "http",
        "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"IP Camera\", nonce=\"1\"\r\n\r\n",
    ),
    (
        "a blog about cameras",
        "http",
        "HTTP/1.1 200 OK\r\nServer: nginx\r\n\r\n<title>Hikvision and Dahua compared</title><p>Open /doc/page/login.asp and /RPC2_Login of your App-webs, DNVRS-Webs, DHIP; global.login; xmlns=\"http://www.hikvision.com/ver20/XMLSchema\"</p>",
    ),
    (
        "a proxy that names itself after its upstream",
        "http",
        "HTTP/1.1 502 Bad Gateway\r\nServer: App-webs-proxy\r\n\r\n",
    ),
    (
        "any RTSP server",
        "rtsp",
        "RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, PAUSE\r\n\r\n",
    ),
    (
        "a camera that somebody named",
        "rtsp",
        "RTSP/1.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"IP Camera(door)\", nonce=\"1\"\r\n\r\n",
    ),
    (
        "LIVE555",
        "rtsp",
        "RTSP/1.0 401 Unauthorized\r\nServer: Rtsp Server\r\nWWW-Authenticate: Digest realm=\"Login to LIVE555\", nonce=\"1\"\r\n\r\n",
    ),
    (
        "a DrayTek Vigor",
        "rtsp",
        "RTSP/1.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"Login to Vigor2860\", nonce=\"1\"\r\n\r\n",
    ),
    (
        "an RTSP server that dates as HTTP does",
        "rtsp",
        "RTSP/1.0 200 OK\r\nPublic: OPTIONS, DESCRIBE, SETUP\r\nDate:  Mon, 05 Jan 2026 08:15:00 GMT\r\n\r\n",
    ),
    (
        "whatever shows a realm",
        "dvrip",
        "Realm:Login to my shop\r\nRandom:1\r\n\r\n",
    ),
    ("a mail server", "hik-sdk", "220 mail.example ESMTP Postfix\r\n"),
    (
        "a protocol whose messages begin with their length",
        "hik-sdk",
        "\0\0\0\x10\0\0\0\x01\0\0\0\0\0\0\0\0",
    ),
    ("some recorder", "snmp", "1.3.6.1.2.1.1.1.0 = STRING: NVR"),
    (
        "an echo server",
        "sadp",
        "<Probe><Uuid>1</Uuid><Types>inquiry</Types></Probe>",
    ),
    ("a web server", "sadp", "HTTP/1.1 400 Bad Request\r\n\r\n"),
    (
        "another tool's refusal",
        "sadp",
        "<ProbeMatch><Types>update</Types><Result>failed</Result></ProbeMatch>",
    ),
    (
        "an RPC server",
        "dhip",
        "{\"method\":\"client.notifyEvent\",\"params\":{}}",
    ),
    (
        "an echo server",
        "dhip",
        "{ \"method\" : \"DHDiscover.search\", \"params\" : { \"mac\" : \"\", \"uni\" : 1 } }",
    ),
    (
        "a vacuum cleaner",
        "dhip",
        "{\"SerialNo\":\"R1-0001\",\"Version\":\"1.0.4 Build 250208 Rel.48070n\",\"DeviceType\":\"robot\"}",
    ),
    (
        "a door that somebody named",
        "wsd",
        "<ProbeMatches><ProbeMatch><Types>tds:Device</Types><Scopes>onvif://www.onvif.org/name/Dahua%20door onvif://www.onvif.org/hardware/IPC-1</Scopes></ProbeMatch></ProbeMatches>",
    ),
    (
        "a printer",
        "wsd",
        "<ProbeMatches><ProbeMatch><Types>wsdp:Device wprt:PrintDeviceType</Types></ProbeMatch></ProbeMatches>",
    ),
    (
        "a router",
        "ssdp",
        "HTTP/1.1 200 OK\r\nSERVER: Linux/3.4 UPnP/1.0 MiniUPnPd/1.9\r\nX-User-Agent: redsonic\r\nST: upnp:rootdevice\r\nUSN: uuid:7::upnp:rootdevice\r\n\r\n",
    ),
    (
        "a recorder of somebody else's",
        "ssdp",
        "NOTIFY * HTTP/1.1\r\nNTS: ssdp:alive\r\nNT: urn:schemas-upnp-org:device:EmbeddedNetDevice:1\r\nUSN: uuid:8::urn:schemas-upnp-org:device:EmbeddedNetDevice:1\r\n\r\n",
    ),
    (
        "a player that somebody named",
        "ssdp",
        "HTTP/1.1 200 OK\r\nSERVER: Linux, UPnP/1.0, Private Upnp SDK\r\nUSN: uuid:device_3_0-kitchen::upnp:rootdevice\r\n\r\n",
    ),
    (
        "a device that has Dahua's name for a device",
        "ssdp",
        "HTTP/1.1 200 OK\r\nSERVER: Linux, UPnP/1.0, Portable SDK for UPnP devices/1.6\r\nUSN: uuid:device_3_0-4C0AAAAPAG00001::upnp:rootdevice\r\n\r\n",
    ),
    (
        "a PC that searches",
        "ssdp",
        "M-SEARCH * HTTP/1.1\r\nMAN: \"ssdp:discover\"\r\nUSER-AGENT: Hikvision Private Upnp SDK\r\nST: ssdp:all\r\n\r\n",
    ),
    (
        "a network storage",
        "ssdp",
        "<root><device><deviceType>urn:schemas-upnp-org:device:Basic:1</deviceType><friendlyName>Hikvision backup</friendlyName><manufacturer>Synology</manufacturer><modelName>DS-218</modelName></device></root>",
    ),
    ("Hikari's block", "neighbour", "00:08:c4:00:00:01"),
    ("Jorex Lorex India's block", "neighbour", "8c:1f:64:f4:b0:01"),
];

#[test]
fn the_innocent_are_accused_of_nothing() {
    for (really, protocol, text) in INNOCENT {
        let mut reply = Reply::new("10.0.0.9", protocol.parse().expect("a protocol"), *text);
        reply.asked = Some("unicast question".into());
        let device = judge(&[reply], Knowledge::builtin()).devices.remove(0);
        let ours = device
            .maker
            .filter(|maker| ["hikvision", "dahua"].contains(&maker.as_str()));
        assert_eq!(ours, None, "{really}: {:?}", device.evidence);
    }
}

/// The SDK of Eyenix has Hikvision's methods and its challenge, but dates with one blank.
#[test]
fn a_chip_makers_sdk_that_copies_the_dialogue_is_no_unit() {
    let dialogue = "RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: OPTIONS, DESCRIBE, PLAY, PAUSE, SETUP, TEARDOWN, SET_PARAMETER, \
                    GET_PARAMETER\r\nDate: Mon, Jan 05 2026 08:15:00 GMT\r\n\r\nRTSP/1.0 401 Unauthorized\r\nCSeq: 2\r\n\
                    WWW-Authenticate: Digest realm=\"EN673\", nonce=\"00112233445566778899aabbccddeeff\", \
                    stale=\"FALSE\"\r\n\r\n";
    for (mac, expected) in [(Some("00:50:56:0a:0a:0a"), None), (None, Some("possible"))] {
        let mut replies = vec![Reply::new("10.0.0.57", Protocol::Rtsp, dialogue)];
        replies.extend(mac.map(|mac| Reply::new("10.0.0.57", Protocol::Arp, mac)));
        let device = judge(&replies, Knowledge::builtin()).devices.remove(0);
        let confidence = device.confidence.map(|confidence| confidence.to_string());
        assert_eq!(confidence.as_deref(), expected, "{mac:?}: {:?}", device.evidence);
    }
}

#[test]
fn a_datagram_that_begins_as_the_older_discovery_does_is_no_dahua() {
    for filling in [0x00, 0x20, 0x41, 0xff] {
        let mut bytes = vec![filling; 120];
        bytes[0] = 0xb3;
        let mut reply = Reply::new("10.0.0.67", Protocol::DvripUdp, bytes);
        reply.asked = Some("unicast discovery".into());
        let judged = judge(&[reply], Knowledge::builtin());
        assert_eq!(
            judged.devices[0].maker, None,
            "{filling:#x}: {:?}",
            judged.devices[0].evidence
        );
    }
}

/// Televisions, routers and the like are made by those who make cameras, too: their descriptions accuse nobody at all.
#[test]
fn what_the_descriptions_of_others_say_makes_no_camera() {
    for kind in [
        "InternetGatewayDevice:1",
        "InternetGatewayDevice:2",
        "MediaRenderer:1",
        "MediaServer:1",
        "Printer:1",
    ] {
        for maker in ["TP-Link", "Panasonic", "Bosch", "Hikvision", "Dahua"] {
            let text = format!(
                "HTTP/1.1 200 OK\r\n\r\n<root><device><deviceType>urn:schemas-upnp-org:device:{kind}</deviceType>\
                 <manufacturer>{maker}</manufacturer><modelName>X</modelName></device></root>"
            );
            let mut reply = Reply::new("10.0.0.9", Protocol::Ssdp, text);
            reply.asked = Some("GET /rootDesc.xml".into());
            let device = judge(&[reply], Knowledge::builtin()).devices.remove(0);
            assert_eq!(device.maker, None, "{kind} by {maker}");
        }
    }
}
