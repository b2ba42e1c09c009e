//! Codecs and readers: what is sent byte for byte, what is read from good, broken and hostile bytes.

#![expect(clippy::unwrap_used, reason = "a test may fail at once")]
#![expect(clippy::print_stderr, reason = "a skipped test says so loudly")]
#![expect(clippy::type_complexity, reason = "tables read best with their type in sight")]

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use camsweep::fact::{Name, Protocol, Reply, parse_mac};
use camsweep::read::{Reading, read};
use camsweep::wire::{arp, dhip, dvrip, http, rtsp, sadp, text, wsd, xml};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use strum::IntoEnumIterator;
use uuid::Uuid;

fn protocol(name: &str) -> Protocol {
    name.parse().expect("every text is a protocol")
}

fn read_from(host: &str, name: &str, bytes: impl Into<Vec<u8>>) -> Vec<(Name, String)> {
    match read(&Reply::new(host, protocol(name), bytes)) {
        Reading::Facts(facts) => facts.into_iter().map(|said| (said.name, said.value)).collect(),
        other => panic!("{name}: {other:?}"),
    }
}

#[track_caller]
fn assert_says(facts: &[(Name, String)], expected: &[(Name, &str)]) {
    for (name, value) in expected {
        assert!(
            facts.iter().any(|fact| fact == &(*name, (*value).to_owned())),
            "{name}={value} in {facts:#?}"
        );
    }
}

fn values(facts: &[(Name, String)], name: Name) -> Vec<&str> {
    facts
        .iter()
        .filter(|fact| fact.0 == name)
        .map(|fact| fact.1.as_str())
        .collect()
}

// What is sent.

#[test]
fn requests_are_byte_exact() {
    let uuid = Uuid::from_u128(0x12d1_7626_0de1_48db_97e3_40b1_0646_7932);
    for (inquiry, types) in [(sadp::Inquiry::V1, "inquiry"), (sadp::Inquiry::V32, "inquiry_v32")] {
        let expected = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><Probe><Uuid>12D17626-0DE1-48DB-97E3-40B106467932</Uuid>\
             <Types>{types}</Types></Probe>"
        );
        assert_eq!(sadp::request(uuid, inquiry), expected.as_bytes());
    }
    let search = "2000000044484950000000000000000049000000000000004900000000000000\
                  7b20226d6574686f6422203a20224448446973636f7665722e736561726368222c\
                  2022706172616d7322203a207b20226d616322203a2022222c2022756e6922203a2031207d207d0a";
    assert_eq!(hex(&dhip::search()), search);
    assert_eq!(dhip::search().len(), 105);
    assert_eq!(
        hex(&dvrip::discovery()),
        format!("a3010001{}02{}", "00".repeat(12), "00".repeat(15))
    );
    let get = "GET /doc/ HTTP/1.1\r\nHost: 10.0.0.5:88\r\nUser-Agent: camsweep/0.1.0\r\nAccept: */*\r\nConnection: close\r\n\r\n";
    assert_eq!(String::from_utf8(http::get("10.0.0.5:88", "/doc/")).unwrap(), get);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_probe_is_one_line_and_declares_its_prefixes_on_types() {
    let id = Uuid::from_u128(7);
    let probe = |sought| String::from_utf8(wsd::probe(id, sought)).unwrap();
    let transmitter = probe(wsd::Sought::NetworkVideoTransmitter);
    assert_eq!(
        transmitter,
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" \
         xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\"><s:Header><a:Action s:mustUnderstand=\"1\">\
         http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action>\
         <a:MessageID>uuid:00000000-0000-0000-0000-000000000007</a:MessageID><a:ReplyTo><a:Address>\
         http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>\
         <a:To s:mustUnderstand=\"1\">urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header><s:Body>\
         <Probe xmlns=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\"><d:Types \
         xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\" \
         xmlns:dp0=\"http://www.onvif.org/ver10/network/wsdl\">dp0:NetworkVideoTransmitter</d:Types></Probe>\
         </s:Body></s:Envelope>"
    );
    assert!(probe(wsd::Sought::Device).contains("http://www.onvif.org/ver10/device/wsdl\">dp0:Device</d:Types>"));
    assert!(!probe(wsd::Sought::Anything).contains("Types"));
    for sought in [
        wsd::Sought::NetworkVideoTransmitter,
        wsd::Sought::Device,
        wsd::Sought::Anything,
    ] {
        assert!(!probe(sought).contains(['\n', '\r']));
        assert!(xml::Document::read(&probe(sought)).well_formed);
    }
}

#[test]
fn our_own_questions_are_no_replies() {
    let id = Uuid::from_u128(1);
    let questions = [
        ("sadp", sadp::request(id, sadp::Inquiry::V32)),
        ("dhip", dhip::search()),
        ("dvrip-udp", dvrip::discovery().to_vec()),
        ("wsd", wsd::probe(id, wsd::Sought::Anything)),
        ("wsd", b"<a:Envelope><a:Body><d:Bye/></a:Body></a:Envelope>".to_vec()),
        ("wsd", b"<NetdevProbe><x/></NetdevProbe>".to_vec()),
    ];
    for (name, bytes) in questions {
        assert_eq!(
            read(&Reply::new("10.0.0.9", protocol(name), bytes)),
            Reading::Question,
            "{name}"
        );
    }
}

// Small codecs.

#[test]
fn arp_packets_both_ways() {
    let mac = parse_mac("44:47:cc:00:00:01").unwrap();
    let bytes = arp::request(mac, Ipv4Addr::new(10, 0, 0, 1), Ipv4Addr::new(10, 0, 0, 2));
    assert_eq!(hex(&bytes), "00010800060400014447cc0000010a0000010000000000000a000002");
    let mut padded = bytes.to_vec();
    padded.resize(46, 0);
    let packet = arp::Packet::decode(&padded).unwrap();
    assert_eq!(
        (packet.operation, packet.sender_mac, packet.target_ip),
        (1, mac, Ipv4Addr::new(10, 0, 0, 2))
    );
    assert_eq!(arp::Packet::decode(&bytes[..27]), None);
    assert_says(
        &read_from("10.0.0.1", "arp", bytes),
        &[(Name::Mac, "44:47:CC:00:00:01")],
    );
    assert_says(
        &read_from("unit 7", "neighbour", "4447.cc00.0001\n"),
        &[(Name::Mac, "44:47:CC:00:00:01")],
    );
    assert!(matches!(
        read(&Reply::new("10.0.0.3", Protocol::Arp, bytes)),
        Reading::Garbled { .. }
    ));
}

#[test]
fn text_of_unknown_character_sets() {
    let table: &[(&[u8], &str)] = &[
        (b"plain", "plain"),
        (b"\xef\xbb\xbfmark", "mark"),
        (b"\xff\xfeh\0i\0", "hi"),
        ("门口".as_bytes(), "门口"),
        (b"\xc3\xc5\xbf\xda", "门口"),
        (
            b"<?xml version='1.0' encoding='ISO-8859-1'?>\xc3\xc5",
            "<?xml version='1.0' encoding='ISO-8859-1'?>ÃÅ",
        ),
        (b"<?xml encoding=\"utf-16\"?>a", "<?xml encoding=\"utf-16\"?>a"),
        (b"\xe9\x97\xa8 cut \xe9\x97", "门 cut "),
        (b"caf\xe9", "café"),
        (b"\xff", "ÿ"),
    ];
    for (bytes, expected) in table {
        assert_eq!(&text::decode(bytes), expected, "{bytes:x?}");
    }
    assert_eq!(
        text::decode_as(b"\xe4", text::charset("text/html; Charset=\"iso-8859-1\"")),
        "ä"
    );
}

#[test]
fn xml_is_read_by_local_name_and_mended() {
    let table = [
        ("<a><x:b>1</x:b></a>", Some("1"), true),
        (
            "<a><b>1 &amp; 2 &#x41; &evil; & 3</b></a>",
            Some("1 & 2 A &evil; & 3"),
            true,
        ),
        ("<a><b>1<c>2</c></a>", Some("1"), false),
        ("<a><b>1</b>", Some("1"), false),
        ("<a><b>1</b><c attr=\"x", Some("1"), false),
        ("<a><b><![CDATA[<1>]]></b></a>", Some("<1>"), true),
        ("<a><b/></a>", None, true),
        (
            "<!DOCTYPE a [<!ENTITY e \"boom\">]><a><b>&e;</b></a>",
            Some("&e;"),
            true,
        ),
        ("", None, false),
    ];
    for (document, expected, well_formed) in table {
        let read = xml::Document::read(document);
        assert_eq!(read.text("B").as_deref(), expected, "{document}");
        assert_eq!(read.well_formed, well_formed, "{document}");
    }
    let read = xml::Document::read("<a xmlns='urn:1' k='v'><b xmlns:q='urn:2'/><c xmlns:q='urn:1'>t</c></a>");
    assert_eq!(read.namespaces(), ["urn:1", "urn:2"]);
    assert_eq!(read.root().and_then(|root| root.attribute("k")), Some("v"));
    assert_eq!(read.root().and_then(|root| root.text_of("c")).as_deref(), Some("t"));
    assert_eq!(read.find("b").and_then(|b| b.text_of("c")), None);
}

#[test]
fn http_heads_of_every_kind() {
    let table: &[(&[u8], Option<u16>, &[(&str, &str)], &[u8])] = &[
        (
            b"HTTP/1.1 200 OK\r\nServer: App-webs/\r\n\r\nhi",
            Some(200),
            &[("Server", "App-webs/")],
            b"hi",
        ),
        (
            b"HTTP/1.0 401\nwww-AUTH :x\n y\n\nb",
            Some(401),
            &[("www-AUTH", "x y")],
            b"b",
        ),
        (
            b"HTTP/1.1 200 OK\nno colon\nA: \xe9\rz\0\n<html>",
            Some(200),
            &[("A", "é z")],
            b"<html>",
        ),
        (
            b"ICY 200 OK\r\nicy-name:x\r\n\r\n",
            Some(200),
            &[("icy-name", "x")],
            b"",
        ),
        (b"<html>old</html>", None, &[], b"<html>old</html>"),
        (b"Server: webserver", None, &[("Server", "webserver")], b""),
        (
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 No\r\n\r\n",
            Some(404),
            &[],
            b"",
        ),
        (b"HTTP/1.1 20x\r\n: empty\r\n\r\n", None, &[], b""),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
            Some(200),
            &[("Transfer-Encoding", "chunked")],
            b"abcde",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n<p>not chunked",
            Some(200),
            &[("Transfer-Encoding", "chunked")],
            b"<p>not chunked",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\nabc",
            Some(200),
            &[("Transfer-Encoding", "chunked")],
            b"abc",
        ),
    ];
    for (bytes, status, headers, body) in table {
        let response = http::Response::decode(bytes);
        let read: Vec<(&str, &str)> = response.headers.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let shown = String::from_utf8_lossy(bytes);
        assert_eq!(
            (response.status, read.as_slice(), response.body.as_slice()),
            (*status, *headers, *body),
            "{shown}"
        );
    }
}

#[test]
fn a_response_is_complete_only_without_doubt() {
    let table = [
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab", true),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na", false),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n", false),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\ncontent-length: 3\r\n\r\nab",
            false,
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nab", false),
        ("HTTP/1.1 200 OK\r\n\r\nab", false),
        ("HTTP/1.1 304 Not\r\n\r\n", true),
        ("HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n", false),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
            true,
        ),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n", false),
        ("", false),
    ];
    for (bytes, expected) in table {
        assert_eq!(http::is_complete(bytes.as_bytes()), expected, "{bytes}");
    }
}

#[test]
fn a_connection_is_kept_open_only_without_doubt() {
    let table = [
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab", true),
        (
            "HTTP/1.1 401 No\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n",
            true,
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na", false),
        (
            "HTTP/1.1 200 OK\r\nCONNECTION: Close\r\nContent-Length: 2\r\n\r\nab",
            false,
        ),
        (
            "HTTP/1.1 200 OK\r\nConnection: x\r\nConnection: y, close\r\nContent-Length: 0\r\n\r\n",
            false,
        ),
        (
            "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nab",
            false,
        ),
        ("", false),
    ];
    for (bytes, expected) in table {
        assert_eq!(http::is_kept_open(bytes.as_bytes()), expected, "{bytes}");
    }
    let [closing, open] =
        [http::get("h", "/p"), http::keeping_open(http::get("h", "/p"))].map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(closing.replace("Connection: close\r\n", ""), open);
    assert!(closing.len() > open.len() && open.ends_with("\r\n\r\n"));
}

#[test]
fn half_a_head_is_no_head() {
    let whole = "HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n\r\n";
    let ended = |length: &usize| http::has_whole_head(&whole.as_bytes()[..*length]);
    assert_eq!((0..=whole.len()).find(ended), Some(whole.len()));
}

#[test]
fn realms_and_titles() {
    let table: &[(&str, &[&str])] = &[
        (
            "Digest realm=\"IP Camera(C2183)\", nonce=\"a=b\", stale=\"FALSE\"",
            &["IP Camera(C2183)"],
        ),
        (
            "Digest qop=\"auth,auth-int\",realm=\"Login to 5K, 2\"",
            &["Login to 5K, 2"],
        ),
        ("Basic realm=Login to 5K00A11, x=y", &["Login to 5K00A11"]),
        ("Digest realm='single'", &["single"]),
        ("Digest realm=\"a\", Basic REALM = \"b \\\"q\\\"\"", &["a", "b \"q\""]),
        ("Digest realm=\"never closed", &["never closed"]),
        ("Digest nonce=\"realm=no\", other_realm=\"no\"", &[]),
        ("Basic realm=\"\"", &[]),
        ("NTLM", &[]),
    ];
    for (challenge, expected) in table {
        assert_eq!(&http::realms(challenge), expected, "{challenge}");
    }
    let titles = [
        ("<TITLE lang=x>\n WEB &amp;  SERVICE </title>", Some("WEB & SERVICE")),
        ("<title></title>", None),
        ("<title>open", Some("open")),
        ("<title", None),
        ("İ<title>ı</title>", Some("ı")),
    ];
    for (page, expected) in titles {
        assert_eq!(http::title(page).as_deref(), expected, "{page}");
    }
}

#[test]
fn rtsp_dialogues_give_every_response() {
    let dialogue = "OPTIONS rtsp://x RTSP/1.0\r\nCSeq: 1\r\n\r\nRTSP/1.0 200 OK\r\nPublic: OPTIONS, PLAY\r\n\r\n\
                    RTSP/1.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"Login to 5K\"\r\n\
                    WWW-Authenticate: Basic realm=\"/\"\r\nServer: Rtsp Server/3.0\r\n\r\n";
    assert_eq!(
        rtsp::responses(dialogue.as_bytes())
            .iter()
            .map(|r| r.status)
            .collect::<Vec<_>>(),
        [Some(200), Some(401)]
    );
    let facts = read_from("10.0.0.1", "rtsp", dialogue);
    assert_says(
        &facts,
        &[
            (Name::RtspPublic, "OPTIONS, PLAY"),
            (Name::RtspServer, "Rtsp Server/3.0"),
        ],
    );
    assert_eq!(values(&facts, Name::RtspRealm), ["Login to 5K", "/"]);
    assert_says(
        &read_from("x", "rtsp", "Server: Dahua Rtsp Server"),
        &[(Name::RtspServer, "Dahua Rtsp Server")],
    );
}

// Replies.

#[test]
fn sadp_replies() {
    let facts = read_from("10.20.30.40", "sadp", include_bytes!("replies/sadp-camera.xml"));
    let expected = [
        (Name::Sadp, "probe-match"),
        (Name::Model, "DS-2CD2143G0-I"),
        (Name::Serial, "DS-2CD2143G0-I20190311AAWRC90000017"),
        (Name::ClaimedMac, "44:47:CC:0A:0B:0C"),
        (Name::ClaimedAddress, "10.20.30.40"),
        (Name::Firmware, "V5.5.83build 190221"),
        (Name::OtherFirmware, "dsp V7.3 build 190221"),
        (Name::HttpPort, "88"),
        (Name::CommandPort, "8000"),
        (Name::AnalogChannels, "0"),
        (Name::DigitalChannels, "1"),
    ];
    let expected: Vec<(Name, String)> = expected.map(|(name, value)| (name, value.to_owned())).to_vec();
    let mut sorted = facts.clone();
    sorted.sort();
    let mut wanted = expected;
    wanted.sort();
    assert_eq!(sorted, wanted, "`flase` is no activation state and N/A no vendor");
    let broken = read_from("10.20.30.41", "sadp", include_bytes!("replies/sadp-broken.xml"));
    assert_says(
        &broken,
        &[
            (Name::Model, "DS-7604NI-K1 & co"),
            (Name::Serial, "DS-7604NI-K10420200505CCRRE00000021WCVU"),
            (Name::ClaimedMac, "BC:AD:28:00:00:09"),
            (Name::Firmware, "V4.30.085build 200915"),
            (Name::Activated, "false"),
        ],
    );
    assert_eq!(
        read_from("x", "sadp", [0x21, 2, 1]),
        [(Name::Sadp, "opaque".to_owned())]
    );
    let failed = "<ProbeMatch><Types>activate </Types><Result>failed</Result></ProbeMatch>";
    let echo = "<?xml version=\"1.0\"?><ProbeMatch><Uuid>1</Uuid></ProbeMatch>";
    let hello = "<Hello><Types>hello</Types><DeviceSN>S1</DeviceSN></Hello>";
    assert_says(
        &read_from("x", "sadp", hello),
        &[(Name::Sadp, "hello"), (Name::Serial, "S1")],
    );
    for bytes in ["", "<html></html>", "not xml", failed, echo] {
        assert!(
            matches!(read(&Reply::new("x", Protocol::Sadp, bytes)), Reading::Garbled { .. }),
            "{bytes}"
        );
    }
}

#[test]
fn a_charset_is_read_as_content_types_spell_it() {
    let table = [
        ("text/html; charset=GBK", Some("GBK")),
        ("text/html;CHARSET=\"utf-8\"; x=y", Some("utf-8")),
        ("charset=gb2312,x", Some("gb2312")),
        ("text/html; charset='big5'", Some("big5")),
        ("text/html", None),
    ];
    for (content_type, expected) in table {
        assert_eq!(text::charset(content_type), expected, "{content_type}");
    }
}

#[test]
fn what_stands_behind_the_announced_length_of_a_dhip_message_is_not_read() {
    let broken = b"{\"mac\":\"3C:EF:8C:00:00:22\",\"SerialNo\":\"5K00\n";
    let whole = [framed(broken).as_slice(), b"\"HttpPort\":81"].concat();
    let said = |bytes: &[u8]| {
        read_from("x", "dhip", bytes)
            .into_iter()
            .map(|(name, _)| name)
            .collect::<Vec<_>>()
    };
    assert!(said(&whole).contains(&Name::Serial) && !said(&whole).contains(&Name::HttpPort));
    assert!(
        said(&whole[32..]).contains(&Name::HttpPort),
        "without a header it is all there is"
    );
}

fn framed(body: &[u8]) -> Vec<u8> {
    let mut frame = dhip::search()[..32].to_vec();
    let length = u32::try_from(body.len() + 2).unwrap().to_le_bytes();
    frame[16..20].copy_from_slice(&length);
    [frame.as_slice(), body, b"\n\0 trailing rubbish"].concat()
}

#[test]
fn dhip_replies() {
    let recorder = include_bytes!("replies/dhip-recorder.json");
    let expected = [
        (Name::Dhip, "client.notifyDevInfo"),
        (Name::Model, "NVR4104-P-4KS2"),
        (Name::DeviceKind, "NVR"),
        (Name::Serial, "5K00A11PAZ00021"),
        (Name::ClaimedMac, "3C:EF:8C:00:00:21"),
        (Name::ClaimedAddress, "10.20.30.41"),
        (Name::Firmware, "4.001.0000001.3"),
        (Name::Manufacturer, "General"),
        (Name::HostName, "Gate"),
        (Name::HttpPort, "8081"),
        (Name::CommandPort, "37777"),
        (Name::Activated, "false"),
        (Name::DigitalChannels, "4"),
        (Name::AnalogChannels, "0"),
    ];
    let expected: Vec<(Name, String)> = expected.map(|(name, value)| (name, value.to_owned())).to_vec();
    assert_eq!(read_from("x", "dhip", recorder), expected);
    assert_eq!(read_from("x", "dhip", framed(recorder)), expected);
    let broken = read_from("x", "dhip", framed(include_bytes!("replies/dhip-broken.json")));
    assert_says(
        &broken,
        &[
            (Name::Model, "IPC-HFW2431S"),
            (Name::Serial, "5K00A11PAZ00022"),
            (Name::Firmware, "2.800.0000000.20.R"),
            (Name::ClaimedMac, "3C:EF:8C:00:00:22"),
            (Name::HttpPort, "80"),
        ],
    );
    let flat = r#"{"method":"client.notifyDevInfo","params":{"Mac":"3c:ef:8c:00:00:23","SoftwareVersion":"2.4"}}"#;
    assert_says(
        &read_from("x", "dhip", flat),
        &[(Name::Firmware, "2.4"), (Name::ClaimedMac, "3C:EF:8C:00:00:23")],
    );
    for bytes in ["", "x", "{}", "{\"a\":1}", "{\"method\":\"client.notifyDevInfo\"}"] {
        assert!(
            matches!(read(&Reply::new("x", Protocol::Dhip, bytes)), Reading::Garbled { .. }),
            "{bytes}"
        );
    }
}

fn dvrip_reply() -> Vec<u8> {
    let second = b"3c:ef:8c:00:00:31HCVR4104HS-S2\0";
    let third = b"Name:HCVR\r\nDevice:HCVR4104\r\nIPv6Addr:;gateway:\r\n\r\nSerialNo:5K00A11PAZ00031\r\n\r\n";
    let mut bytes = vec![0; 0x78];
    bytes[0] = 0xb3;
    bytes[2] = u8::try_from(second.len()).unwrap();
    bytes[0x14] = u8::try_from(third.len()).unwrap();
    bytes[0x20..0x28].copy_from_slice(&[3, 0, 210, 0, 1, 0, 4, 0]);
    bytes[0x28..0x2c].copy_from_slice(b"HCVR");
    bytes[0x38..0x3c].copy_from_slice(&[10, 20, 30, 45]);
    bytes[0x5e..0x64].copy_from_slice(&[0x50, 0, 0xbb, 0x01, 0x91, 0x93]);
    [bytes.as_slice(), second, third].concat()
}

#[test]
fn dvrip_replies() {
    let facts = read_from("x", "dvrip-udp", dvrip_reply());
    assert_says(
        &facts,
        &[
            (Name::DvripUdp, "device"),
            (Name::Firmware, "3.210.1.4"),
            (Name::Model, "HCVR4104HS-S2"),
            (Name::DeviceKind, "HCVR"),
            (Name::Serial, "5K00A11PAZ00031"),
            (Name::ClaimedMac, "3C:EF:8C:00:00:31"),
            (Name::ClaimedAddress, "10.20.30.45"),
            (Name::HttpPort, "80"),
            (Name::HttpsPort, "443"),
            (Name::CommandPort, "37777"),
            (Name::HostName, "HCVR"),
        ],
    );
    let mut silent = dvrip_reply();
    silent[0x20..0x28].fill(0);
    assert_eq!(values(&read_from("x", "dvrip-udp", silent), Name::Firmware), [""; 0]);
    for length in 0..dvrip_reply().len() {
        let _ = read(&Reply::new("x", Protocol::DvripUdp, &dvrip_reply()[..length]));
    }
    let body = b"Realm:Login to 5K00A11PAZ00032\r\nRandom:1234\r\n\r\n";
    let mut greeting = vec![0; 32];
    greeting[..8].copy_from_slice(&[0xb0, 1, 0, 0x78, u8::try_from(body.len()).unwrap(), 0, 7, 7]);
    greeting.extend_from_slice(body);
    let realm = (Name::DvripRealm, "Login to 5K00A11PAZ00032".to_owned());
    assert_eq!(read_from("x", "dvrip", greeting), vec![realm.clone()]);
    assert_eq!(read_from("x", "dvrip", body), vec![realm]);
}

/// Found by the fuzzer: of 64 matches in each other, each had all that stood in the innermost.
#[test]
fn a_match_of_wsd_within_another_is_read_once() {
    let inner = "<ProbeMatch><EndpointReference><Address>x</Address></EndpointReference><Types>b</Types></ProbeMatch>";
    let (itself, outer) = ((Some("x"), "b"), (None, "a"));
    for (document, said) in [
        (inner.to_owned(), vec![itself]),
        (format!("{inner}{inner}"), vec![itself, itself]),
        (
            format!("<ProbeMatch><Types>a</Types>{inner}</ProbeMatch>"),
            vec![outer, itself],
        ),
        (
            format!("<ProbeMatch><Types>a</Types><EndpointReference>{inner}"),
            vec![outer, itself],
        ),
        (
            format!("<ProbeMatch>{inner}<Types>a</Types></ProbeMatch>"),
            vec![(None, ""), itself],
        ),
    ] {
        let Some(wsd::Message::Matches(answer)) = wsd::Message::decode(document.as_bytes()) else {
            panic!("{document}");
        };
        let matches = answer.matches.iter();
        let read: Vec<_> = matches.map(|one| (one.endpoint.clone(), one.types.concat())).collect();
        let said: Vec<_> = said
            .iter()
            .map(|(endpoint, types)| (endpoint.map(str::to_owned), types.to_string()))
            .collect();
        assert_eq!(read, said, "{document}");
    }
}

#[test]
fn wsd_replies() {
    let camera = include_bytes!("replies/wsd-camera.xml");
    let facts = read_from("10.20.30.43", "wsd", camera);
    assert_says(
        &facts,
        &[
            (Name::WsdTypes, "NetworkVideoTransmitter Device"),
            (Name::WsdName, "HIKVISION DS-2DE4225IW-DE&x"),
            (Name::WsdHardware, "DS-2DE4225IW-DE"),
            (Name::Model, "DS-2DE4225IW-DE"),
            (Name::WsdEndpoint, "urn:uuid:11111111-2222-11b5-83f6-b4a38200aa01"),
            (Name::WsdXaddr, "http://169.254.3.4/onvif/device_service"),
            (Name::WsdNamespace, "http://www.onvifext.com/onvif/ext/ver10/schema"),
            (Name::WsdRelatesTo, "uuid:5ca1ab1e-0000-4000-8000-000000000001"),
        ],
    );
    assert_eq!(
        values(&facts, Name::DerivedMac),
        ["B4:A3:82:00:AA:01"],
        "scope, endpoint and address agree"
    );
    let second = read_from("10.20.30.44", "wsd", camera);
    assert_eq!(
        values(&second, Name::WsdEndpoint),
        ["uuid:other"],
        "the match that names the sender speaks"
    );
    let bare = "<ProbeMatch><XAddrs>not a url</XAddrs><Scopes>onvif://www.onvif.org/name/\u{95e8} ldap:///x</Scopes>";
    assert_says(
        &read_from("x", "wsd", bare),
        &[(Name::WsdName, "门"), (Name::WsdXaddr, "not")],
    );
    let printer = "<ProbeMatch><Types>wsdp:Device</Types><Scopes>http://x/hardware/HP</Scopes></ProbeMatch>";
    assert_eq!(values(&read_from("x", "wsd", printer), Name::Model), [""; 0]);
    let fault = "<s:Fault><s:Code><s:Subcode><s:Value>d:MatchingRuleNotSupported</s:Value></s:Subcode></s:Code>\
                 <s:Reason><s:Text>the xml format error</s:Text></s:Reason></s:Fault>";
    assert_says(
        &read_from("x", "wsd", fault),
        &[(Name::WsdFault, "the xml format error")],
    );
    let mut gbk = b"<ProbeMatch><Scopes>onvif://www.onvif.org/name/".to_vec();
    gbk.extend_from_slice(b"\xc3\xc5\xbf\xda</Scopes></ProbeMatch>");
    assert_says(&read_from("x", "wsd", gbk), &[(Name::WsdName, "门口")]);
    assert_eq!(
        wsd::percent_decode("a%20b%C3%C5%2g%"),
        "a b门%2g%".replace('门', &text::decode(b"\xc3\xc5"))
    );
}

#[test]
fn http_isapi_cgi_snmp_and_dns_replies() {
    let page = "HTTP/1.1 401 Unauthorized\r\nServer: DNVRS-Webs\r\nETag: \"1:2\"\r\nSet-Cookie: a=1\r\nLocation: /x\r\n\
                WWW-Authenticate: Digest realm=\"IP Camera(00001)\", nonce=\"n\"\r\n\r\n<title>index</title>";
    assert_says(
        &read_from("x", "https", page),
        &[
            (Name::HttpStatus, "401"),
            (Name::HttpServer, "DNVRS-Webs"),
            (Name::HttpEtag, "\"1:2\""),
            (Name::HttpCookie, "a=1"),
            (Name::HttpLocation, "/x"),
            (Name::HttpRealm, "IP Camera(00001)"),
            (Name::HttpChallenge, "Digest realm=\"IP Camera(00001)\", nonce=\"n\""),
            (
                Name::HttpHeaderNames,
                "Server,ETag,Set-Cookie,Location,WWW-Authenticate",
            ),
            (Name::HttpTitle, "index"),
            (Name::HttpBody, "<title>index</title>"),
        ],
    );
    let info = "<DeviceInfo xmlns=\"urn:x\"><model>DS-K1T341A</model><serialNumber>S9</serialNumber>\
                <macAddress>44:47:cc:00:00:09</macAddress><firmwareVersion>V3.2.30</firmwareVersion>\
                <firmwareReleasedDate>build 210818</firmwareReleasedDate></DeviceInfo>";
    assert_says(
        &read_from("x", "isapi", info),
        &[
            (Name::Model, "DS-K1T341A"),
            (Name::Serial, "S9"),
            (Name::ClaimedMac, "44:47:CC:00:00:09"),
            (Name::Firmware, "V3.2.30 build 210818"),
        ],
    );
    let cgi =
        "version=2.420.AC00.15.R\r\nBuildDate=2016-09-08\r\nserialNumber=5K1\r\ndeviceType=31\r\nupdateSerial=NVR4104";
    assert_says(
        &read_from("x", "dahua-cgi", cgi),
        &[
            (Name::Firmware, "2.420.AC00.15.R,build:2016-09-08"),
            (Name::Serial, "5K1"),
            (Name::Model, "NVR4104"),
        ],
    );
    let snmp = "SNMPv2-MIB::sysDescr.0 = STRING: \"NVR, build 1\"\n.1.3.6.1.2.1.1.2.0 = OID: iso.3.6.1.4.1.1004849.1\n";
    assert_says(
        &read_from("x", "snmp", snmp),
        &[
            (Name::SnmpDescription, "NVR, build 1"),
            (Name::SnmpObjectId, "1.3.6.1.4.1.1004849.1"),
        ],
    );
    assert_says(
        &read_from(
            "x",
            "snmp",
            "1.3.6.1.2.1.1.1.0 = Linux a=b\nsecond line\nSNMPv2-MIB::sysObjectID.0 = OID: SNMPv2-SMI::enterprises.39165.1",
        ),
        &[
            (Name::SnmpDescription, "Linux a=b\nsecond line"),
            (Name::SnmpObjectId, "1.3.6.1.4.1.39165.1"),
        ],
    );
    let camera =
        "1.3.6.1.4.1.39165.1.1.0 = STRING: DS-2CD2000\n1.3.6.1.4.1.39165.1.3.0 = STRING: V5.5.3 build 171025\n";
    assert_says(
        &read_from("x", "snmp", camera),
        &[(Name::Model, "DS-2CD2000"), (Name::Firmware, "V5.5.3 build 171025")],
    );
    assert_eq!(
        read_from("x", "dns", "cam-1.school.example.\n"),
        [(Name::HostName, "cam-1.school.example".to_owned())]
    );
    assert_eq!(read(&Reply::new("x", protocol("ftp"), "220 hello")), Reading::Unread);
}

// Captures of real devices, where they are at hand.

#[test]
fn captures_of_real_devices() {
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/captures");
    let table: &[(&str, &str, &[(Name, &str)])] = &[
        (
            "sadp_ipc.xml",
            "sadp",
            &[
                (Name::Model, "DS-2CD2320D-I"),
                (Name::Firmware, "V5.5.6build 180326"),
                (Name::Activated, "true"),
            ],
        ),
        (
            "dhip_ipc.json",
            "dhip",
            &[
                (Name::Model, "IPC-HDW1431T1-S4"),
                (Name::Firmware, "2.800.0000000.13.R"),
                (Name::Activated, "true"),
            ],
        ),
        (
            "wsd_hikvision.xml",
            "wsd",
            &[
                (Name::Model, "DS-2CD3955FWD-IWS"),
                (Name::DerivedMac, "B4:A3:82:00:00:01"),
                (Name::WsdNamespace, "http://www.hikvision.com/2011/event/topics"),
            ],
        ),
        (
            "wsd_amcrest.xml",
            "wsd",
            &[(Name::WsdName, "Amcrest"), (Name::Model, "IP2M-841B-EIG-IT")],
        ),
        (
            "http_401_nvr.txt",
            "http",
            &[(Name::HttpServer, "DNVRS-Webs"), (Name::HttpStatus, "401")],
        ),
        (
            "http_root_dahua_nvr.txt",
            "http",
            &[
                (Name::HttpTitle, "WEB SERVICE"),
                (Name::HttpEtag, "\"1542904346:5519\""),
                (
                    Name::HttpHeaderNames,
                    "CONNECTION,Date,Last-Modified,Etag,CONTENT-LENGTH,P3P,X-Frame-Options,CONTENT-TYPE",
                ),
            ],
        ),
        (
            "isapi_deviceinfo.xml",
            "isapi",
            &[(Name::Model, "DS-K1A340FWX"), (Name::Firmware, "V1.2.7 build 240102")],
        ),
        (
            "rtsp_dahua.txt",
            "rtsp",
            &[
                (Name::RtspRealm, "Login to 4M0747EPAA00001"),
                (Name::RtspServer, "Rtsp Server/3.0"),
            ],
        ),
        ("rtsp_hikvision.txt", "rtsp", &[(Name::RtspRealm, "IP Camera(C2875)")]),
        (
            "cgi_magicbox.txt",
            "dahua-cgi",
            &[(Name::Serial, "4C0048DPAJ00001"), (Name::Vendor, "Dahua")],
        ),
    ];
    let mut skipped = 0;
    for (file, name, expected) in table {
        match std::fs::read(directory.join(file)) {
            Ok(bytes) => assert_says(&read_from("192.0.2.1", name, bytes), expected),
            Err(error) => {
                skipped += 1;
                eprintln!("SKIPPED: capture {file}: {error}");
            }
        }
    }
    eprintln!("captures: {} read, {skipped} SKIPPED", table.len() - skipped);
}

// Hostile bytes.

fn hostile() -> Vec<Vec<u8>> {
    let sadp = "<ProbeMatch>".to_owned() + &"<a>".repeat(120_000);
    vec![
        "<a>".repeat(117_000).into_bytes(),
        "<a>".repeat(21_845).into_bytes(),
        "<a/>".repeat(90_000).into_bytes(),
        "</a>".repeat(90_000).into_bytes(),
        sadp.into_bytes(),
        vec![b'['; 65_536],
        "{\"a\":".repeat(13_000).into_bytes(),
        "{\"params\":[".repeat(6_000).into_bytes(),
        "&".repeat(65_536).into_bytes(),
        vec![b'<'; 350_000],
        vec![b'='; 262_144],
        vec![b'\n'; 262_144],
        format!("HTTP/1.1 200 OK\r\n{}", "a: b\r\n".repeat(60_000)).into_bytes(),
        format!("HTTP/1.1 200 OK\r\nA: b\r\n{}", " c\r\n".repeat(60_000)).into_bytes(),
        "HTTP/1.1 100 Continue\r\n\r\n".repeat(10_000).into_bytes(),
        format!(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{}",
            "1\r\na\r\n".repeat(40_000)
        )
        .into_bytes(),
        format!("HTTP/1.1 401 X\r\nWWW-Authenticate: {}", "realm=a,".repeat(8_000)).into_bytes(),
        "RTSP/1.0 200 OK\r\n\r\n".repeat(13_000).into_bytes(),
        "<ProbeMatch><XAddrs>http://a</XAddrs></ProbeMatch>"
            .repeat(1_300)
            .into_bytes(),
        format!("<ProbeMatch {}/>", "xmlns:a='b' ".repeat(5_000)).into_bytes(),
        "1.3.6.1.2.1.1.1.0 = a\n".repeat(11_000).into_bytes(),
        "<title>".repeat(37_000).into_bytes(),
    ]
}

#[test]
fn hostile_documents_end_quickly() {
    for bytes in hostile() {
        for protocol in Protocol::iter() {
            let start = Instant::now();
            let _ = read(&Reply::new("10.0.0.1", protocol.clone(), bytes.clone()));
            let _ = http::is_complete(&bytes);
            let took = start.elapsed();
            let beginning = String::from_utf8_lossy(&bytes[..20]).into_owned();
            assert!(
                took < Duration::from_secs(2),
                "{protocol} took {took:?} for {beginning:?}"
            );
        }
    }
}

/// Any bytes, behind every beginning that leads deeper into a decoder.
fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    let beginnings: Vec<Vec<u8>> = vec![
        vec![],
        b"<ProbeMatch><".to_vec(),
        b"<Fault>".to_vec(),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n".to_vec(),
        b"HTTP/1.1 401 x\r\nWWW-Authenticate: Digest ".to_vec(),
        b"RTSP/1.0 200 OK\r\n".to_vec(),
        dhip::search(),
        b"{\"method\":".to_vec(),
        dvrip_reply(),
        vec![0xb3],
        vec![0xb0],
        arp::request(
            parse_mac("44:47:cc:00:00:01").unwrap(),
            Ipv4Addr::LOCALHOST,
            Ipv4Addr::LOCALHOST,
        )[..8]
            .to_vec(),
    ];
    let tail = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..300),
        "[<>/a-c:=\"'&;#x0-9 \r\n{}\\[\\],%门é\\\\]{0,200}".prop_map(String::into_bytes),
    ];
    (prop::sample::select(beginnings), tail).prop_map(|(start, tail)| [start, tail].concat())
}

proptest! {
    // A case that was found is kept beside this file. Where proptest looks for a crate's root there is none.
    #![proptest_config(ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_bytes_of_any_protocol_panic(bytes in any_bytes(), protocol in prop::sample::select(Protocol::iter().collect::<Vec<_>>())) {
        let reply = Reply::new("10.0.0.1", protocol, bytes);
        if let Reading::Facts(facts) | Reading::Garbled { facts, .. } = read(&reply) {
            for said in facts {
                prop_assert!(!said.value.trim().is_empty());
                prop_assert!(said.value.len() <= 16 * 1024);
            }
        }
    }

    #[test]
    fn no_bytes_panic_in_any_codec(bytes in any_bytes()) {
        let text = text::decode(&bytes);
        let document = xml::Document::read(&text);
        let _ = (document.namespaces(), document.text("a"), xml::unescape(&text));
        let _ = (wsd::Message::decode(&bytes), sadp::Message::decode(&bytes), dhip::Message::decode(&bytes));
        let _ = (dvrip::Message::decode(&bytes), dvrip::realm(&bytes), arp::Packet::decode(&bytes));
        let _ = (http::Response::decode(&bytes), http::is_complete(&bytes), rtsp::responses(&bytes));
        let _ = (http::title(&text), http::realms(&text), wsd::scope(&text), wsd::percent_decode(&text));
    }

    #[test]
    fn arp_requests_decode_to_what_was_asked(mac in any::<[u8; 6]>(), from in any::<u32>(), to in any::<u32>()) {
        let (mac, from, to) = (mac_address::MacAddress::new(mac), Ipv4Addr::from(from), Ipv4Addr::from(to));
        let packet = arp::Packet::decode(&arp::request(mac, from, to)).unwrap();
        prop_assert_eq!((packet.sender_mac, packet.sender_ip, packet.target_ip), (mac, from, to));
    }

    #[test]
    fn a_broken_end_never_hides_the_beginning(cut in 0usize..400) {
        let whole = include_bytes!("replies/sadp-camera.xml");
        let kept = &whole[..whole.len() - cut];
        if let Some(end) = String::from_utf8_lossy(kept).find("</DeviceSN>") {
            prop_assert!(end > 0);
            let facts = read_from("x", "sadp", kept);
            prop_assert_eq!(values(&facts, Name::Model), ["DS-2CD2143G0-I"]);
        }
    }
}
