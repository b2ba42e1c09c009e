//! ONVIF's device service: what is sent byte for byte, what is read from good, broken and hostile answers, and what
//! comes of it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use camsweep::fact::{Name, Protocol, Reply};
use camsweep::identify::{Device, Knowledge};
use camsweep::judge::judge;
use camsweep::read::{Reading, read};
use camsweep::wire::http::Response;
use camsweep::wire::onvif::{
    Answer, Body, Clock, DeviceInformation, Fault, NetworkInterface, Request, Service, UsernameToken,
};
use camsweep::wire::xml::Document;
use jiff::Timestamp;
use jiff::civil::date;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use sha1::{Digest, Sha1};

const REQUESTS: [Request; 7] = [
    Request::SystemDateAndTime,
    Request::Capabilities,
    Request::Services,
    Request::Hostname,
    Request::EndpointReference,
    Request::DeviceInformation,
    Request::NetworkInterfaces,
];

/// An envelope as gSOAP and its like write it.
fn envelope(body: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<env:Envelope xmlns:env=\"http://www.w3.org/2003/05/soap-envelope\" \
         xmlns:tds=\"http://www.onvif.org/ver10/device/wsdl\"><env:Body>{body}</env:Body></env:Envelope>"
    )
}

fn fault(code: &str, subcode: &str, reason: &str) -> String {
    let subcode = match subcode {
        "" => String::new(),
        subcode => format!("<env:Subcode><env:Value>{subcode}</env:Value></env:Subcode>"),
    };
    envelope(&format!(
        "<env:Fault><env:Code><env:Value>{code}</env:Value>{subcode}</env:Code><env:Reason>\
         <env:Text xml:lang=\"en\">{reason}</env:Text></env:Reason></env:Fault>"
    ))
}

fn over_http(status: &str, fields: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{fields}content-length: {length}\r\n\r\n{body}")
}

fn information(manufacturer: &str, model: &str, firmware: &str, serial: &str) -> String {
    envelope(&format!(
        "<tds:GetDeviceInformationResponse><tds:Manufacturer>{manufacturer}</tds:Manufacturer><tds:Model>{model}</tds:Model>\
         <tds:FirmwareVersion>{firmware}</tds:FirmwareVersion><tds:SerialNumber>{serial}</tds:SerialNumber>\
         <tds:HardwareId>88</tds:HardwareId></tds:GetDeviceInformationResponse>"
    ))
}

fn answer(bytes: impl AsRef<[u8]>) -> Answer {
    Answer::read(&Response::decode(bytes.as_ref()))
}

fn reply(host: &str, bytes: impl Into<Vec<u8>>) -> Reply {
    Reply {
        port: Some(80),
        asked: Some("GetDeviceInformation".into()),
        ..Reply::new(host, Protocol::Onvif, bytes)
    }
}

fn facts(bytes: impl Into<Vec<u8>>) -> Vec<(Name, String)> {
    match read(&reply("10.0.0.5", bytes)) {
        Reading::Facts(facts) => facts.into_iter().map(|said| (said.name, said.value)).collect(),
        other => panic!("{other:?}"),
    }
}

// What is sent.

#[test]
fn a_question_is_a_bare_body_on_one_line() {
    assert_eq!(
        Request::DeviceInformation.envelope(),
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body>\
         <GetDeviceInformation xmlns=\"http://www.onvif.org/ver10/device/wsdl\"></GetDeviceInformation></s:Body></s:Envelope>"
    );
    assert_eq!(
        Request::Services.content_type(),
        "application/soap+xml; charset=utf-8; action=\"http://www.onvif.org/ver10/device/wsdl/GetServices\""
    );
    let token = UsernameToken::new("viewer", "a pass phrase", [7; 16], Timestamp::UNIX_EPOCH);
    for request in REQUESTS {
        assert!(request.operation().starts_with("Get"), "{request:?}");
        for envelope in [request.envelope(), request.envelope_with(&token)] {
            assert!(!envelope.contains(['\r', '\n']), "{envelope}");
            let document = Document::read(&envelope);
            assert!(document.well_formed, "{envelope}");
            assert_eq!(document.find("Body").unwrap().children().count(), 1);
            assert!(document.find(request.operation()).is_some());
        }
    }
}

/// The example of the ONVIF Application Programmer's Guide, chapter 6.1.1.3.
#[test]
fn the_digest_is_the_one_of_the_programmers_guide() {
    let nonce = STANDARD.decode("LKqI6G/AikKCQrN0zqZFlg==").unwrap();
    let created = "2010-09-16T07:50:45Z".parse().unwrap();
    let token = UsernameToken::new("user", "userpassword", nonce.try_into().unwrap(), created);
    let document = Document::read(&Request::DeviceInformation.envelope_with(&token));
    let text = |name| document.text(name).unwrap();
    assert_eq!(text("Password"), "tuOSpGlFlIXsozq4HFNeeGeFLEI=");
    assert_eq!(text("Nonce"), "LKqI6G/AikKCQrN0zqZFlg==");
    assert_eq!(text("Created"), "2010-09-16T07:50:45Z");
    assert_eq!(text("Username"), "user");
    let kind = document.find("Password").unwrap().attribute("Type").unwrap();
    assert!(kind.ends_with("username-token-profile-1.0#PasswordDigest"), "{kind}");
}

#[test]
fn a_token_is_whole_seconds_and_sixteen_bytes_whatever_the_clock_says() {
    let created: Timestamp = "2026-11-25T08:09:10.123456789Z".parse().unwrap();
    let token = UsernameToken::new("a<b>&\"c\"", "p", [0xff; 16], created);
    let envelope = Request::Hostname.envelope_with(&token);
    assert!(envelope.contains(">2026-11-25T08:09:10Z<"), "{envelope}");
    let document = Document::read(&envelope);
    assert!(document.well_formed, "{envelope}");
    assert_eq!(document.text("Username").as_deref(), Some("a<b>&\"c\""));
    assert_eq!(STANDARD.decode(document.text("Nonce").unwrap()).unwrap().len(), 16);
    assert_eq!(format!("{token:?}"), "UsernameToken { user: \"a<b>&\\\"c\\\"\", .. }");
}

// What is read.

#[test]
fn answers_are_read_by_local_name() {
    let some = |text: &str| Some(text.to_owned());
    let service = |name: &str, xaddr: &str, version: Option<&str>| Service {
        name: name.into(),
        xaddr: some(xaddr),
        version: version.map(str::to_owned),
    };
    let table = [
        (
            envelope(
                "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType>\
                 <tt:TimeZone><tt:TZ>CST-8</tt:TZ></tt:TimeZone><tt:UTCDateTime><tt:Time><tt:Hour>7</tt:Hour>\
                 <tt:Minute>05</tt:Minute><tt:Second>9</tt:Second></tt:Time><tt:Date><tt:Year>2026</tt:Year>\
                 <tt:Month>11</tt:Month><tt:Day>25</tt:Day></tt:Date></tt:UTCDateTime><tt:LocalDateTime><tt:Time>\
                 <tt:Hour>25</tt:Hour><tt:Minute>5</tt:Minute><tt:Second>9</tt:Second></tt:Time><tt:Date><tt:Year>2026</tt:Year>\
                 <tt:Month>11</tt:Month><tt:Day>25</tt:Day></tt:Date></tt:LocalDateTime></tds:SystemDateAndTime>\
                 </tds:GetSystemDateAndTimeResponse>",
            ),
            Body::SystemDateAndTime(Clock {
                utc: Some(date(2026, 11, 25).at(7, 5, 9, 0)),
                local: None,
                time_zone: some("CST-8"),
                kind: some("NTP"),
            }),
        ),
        (
            envelope(
                "<tds:GetCapabilitiesResponse><tds:Capabilities><tt:Device><tt:XAddr>http://10.0.0.5/onvif/device_service</tt:XAddr>\
                 <tt:Network><tt:IPFilter>false</tt:IPFilter></tt:Network></tt:Device><tt:Media>\
                 <tt:XAddr>http://10.0.0.5/onvif/Media</tt:XAddr></tt:Media><tt:Extension><hikxsd:hikCapabilities>\
                 <hikxsd:XAddr>http://10.0.0.5/onvif/hik_ext</hikxsd:XAddr></hikxsd:hikCapabilities></tt:Extension>\
                 </tds:Capabilities></tds:GetCapabilitiesResponse>",
            ),
            Body::Capabilities(vec![
                service("Device", "http://10.0.0.5/onvif/device_service", None),
                service("Media", "http://10.0.0.5/onvif/Media", None),
                service("hikCapabilities", "http://10.0.0.5/onvif/hik_ext", None),
            ]),
        ),
        (
            envelope(
                "<GetServicesResponse><Service><Namespace>http://www.onvif.org/ver10/device/wsdl</Namespace>\
                 <XAddr>http://10.0.0.5/onvif/device_service</XAddr><Version><Major>2</Major><Minor>60</Minor></Version></Service>\
                 <Service><XAddr>http://10.0.0.5/</XAddr></Service><Service><Namespace>urn:x</Namespace><XAddr>x</XAddr></Service>\
                 </GetServicesResponse>",
            ),
            Body::Services(vec![
                service(
                    "http://www.onvif.org/ver10/device/wsdl",
                    "http://10.0.0.5/onvif/device_service",
                    Some("2.60"),
                ),
                service("urn:x", "x", None),
            ]),
        ),
        (
            envelope(
                "<a:GetHostnameResponse><a:HostnameInformation><FromDHCP>true</FromDHCP><Name> gate </Name></a:HostnameInformation></a:GetHostnameResponse>",
            ),
            Body::Hostname(some("gate")),
        ),
        (envelope("<GetHostnameResponse/>"), Body::Hostname(None)),
        (
            envelope(
                "<tds:GetEndpointReferenceResponse><tds:GUID>urn:uuid:1</tds:GUID></tds:GetEndpointReferenceResponse>",
            ),
            Body::EndpointReference(some("urn:uuid:1")),
        ),
        (
            information("HIKVISION", "DS-2DF1", "V5.1.8 build 140616", "DS-2DF1A20140705"),
            Body::DeviceInformation(DeviceInformation {
                manufacturer: some("HIKVISION"),
                model: some("DS-2DF1"),
                firmware: some("V5.1.8 build 140616"),
                serial: some("DS-2DF1A20140705"),
                hardware: some("88"),
            }),
        ),
        // Neither an envelope nor all end tags.
        (
            "<GetDeviceInformationResponse><Model>M & M</Model><SerialNumber>1A</GetDeviceInformationResponse>".into(),
            Body::DeviceInformation(DeviceInformation {
                model: some("M & M"),
                serial: some("1A"),
                ..DeviceInformation::default()
            }),
        ),
        (
            envelope(
                "<GetNetworkInterfacesResponse><NetworkInterfaces token=\"eth0\"><Info><Name>eth0</Name>\
                 <HwAddress>44:47:cc:00:00:05</HwAddress></Info><IPv4><Config><Manual><Address>10.0.0.5</Address></Manual>\
                 <LinkLocal><Address>169.254.1.5</Address></LinkLocal></Config></IPv4><IPv6><Config><Manual>\
                 <Address>10.9.9.9</Address></Manual></Config></IPv6></NetworkInterfaces><NetworkInterfaces/></GetNetworkInterfacesResponse>",
            ),
            Body::NetworkInterfaces(vec![
                NetworkInterface {
                    mac: some("44:47:cc:00:00:05"),
                    addresses: vec!["10.0.0.5".parse().unwrap(), "169.254.1.5".parse().unwrap()],
                },
                NetworkInterface::default(),
            ]),
        ),
    ];
    for (document, expected) in table {
        assert_eq!(answer(&document).body, expected, "{document}");
        let whole = answer(over_http("200 OK", "content-type: application/soap+xml\r\n", &document));
        assert_eq!((whole.status, whole.body), (Some(200), expected), "{document}");
    }
}

#[test]
fn a_refusal_proves_a_service_in_whatever_form_it_comes() {
    let page = "<html><head><title>401</title></head><body><Fault>Unauthorized</Fault></body></html>";
    let digest = "www-authenticate: Digest qop=\"auth\", realm=\"IP Camera(12345)\", nonce=\"1\"\r\n";
    let both = "www-authenticate: Basic realm=\"a\", Digest realm=\"b\", nonce=\"1\"\r\n";
    let basic = "www-authenticate: Basic realm=\"digest of all\"\r\n";
    let nested = envelope(
        "<Fault><Code><Value>Sender</Value><Subcode><Value>ter:InvalidArgVal</Value><Subcode><Value>ter:NotAuthorized</Value>\
         </Subcode></Subcode></Code></Fault>",
    );
    let old = envelope("<Fault><faultcode>Client</faultcode><faultstring>Failed Authentication</faultstring></Fault>");
    // What came, whether it proves a service, whether it asks for a login.
    let table = [
        (over_http("401 Unauthorized", digest, page), true, true),
        (over_http("401 Unauthorized", both, ""), true, true),
        (over_http("401 Unauthorized", basic, page), false, true),
        (
            over_http("400 Bad Request", "", &fault("s:Sender", "ter:NotAuthorized", "x")),
            true,
            true,
        ),
        (
            over_http("500 Internal Server Error", "", &fault("s:Receiver", "", "x")),
            true,
            false,
        ),
        (
            over_http("200 OK", "", &fault("s:Sender", "", "Sender not authorized")),
            true,
            true,
        ),
        (fault("s:Sender", "wsse:FailedAuthentication", ""), true, true),
        (
            fault("s:Receiver", "ter:ActionNotSupported", "no such operation"),
            true,
            false,
        ),
        (nested, true, true),
        (old, true, true),
        (over_http("404 Not Found", "", page), false, false),
        (over_http("200 OK", digest, page), false, false),
        (page.into(), false, false),
        (String::new(), false, false),
    ];
    for (bytes, service, login) in table {
        let answer = answer(&bytes);
        assert_eq!(
            (answer.is_service(), answer.wants_login()),
            (service, login),
            "{bytes}: {answer:?}"
        );
    }
    let expected = Fault {
        code: Some("s:Sender".into()),
        subcode: Some("ter:NotAuthorized".into()),
        reason: Some("no".into()),
    };
    assert_eq!(
        answer(fault("s:Sender", "ter:NotAuthorized", "no")).body,
        Body::Fault(expected)
    );
}

#[test]
fn facts_are_what_the_device_says_and_what_stands_in_for_nothing_is_none() {
    let device = |manufacturer, model, serial| facts(information(manufacturer, model, "V5.1.8 build 140616", serial));
    let said = device("HIKVISION", "DS-2DF1", "DS-2DF1A20140705");
    for expected in [
        (Name::Onvif, "GetDeviceInformationResponse"),
        (Name::OnvifNamespace, "http://www.onvif.org/ver10/device/wsdl"),
        (Name::Manufacturer, "HIKVISION"),
        (Name::Model, "DS-2DF1"),
        (Name::Firmware, "V5.1.8 build 140616"),
        (Name::Serial, "DS-2DF1A20140705"),
        (Name::HardwareId, "88"),
    ] {
        assert!(
            said.contains(&(expected.0, expected.1.to_owned())),
            "{expected:?} in {said:#?}"
        );
    }
    for nothing in [
        "",
        "0",
        "0000-0000",
        "0.0.0",
        "N/A",
        "NVT",
        "unknown",
        "None",
        "--",
        " - ",
    ] {
        let said = device(nothing, nothing, nothing);
        let named = |(name, _): &&(Name, String)| matches!(name, Name::Manufacturer | Name::Model | Name::Serial);
        assert_eq!(said.iter().find(named), None, "{nothing:?}");
    }
    let host = |name: &str| {
        facts(envelope(&format!(
            "<GetHostnameResponse><Name>{name}</Name></GetHostnameResponse>"
        )))
    };
    assert!(host("gate").contains(&(Name::HostName, "gate".into())));
    assert!(host("localhost").iter().all(|(name, _)| *name != Name::HostName));
}

#[test]
fn the_mac_is_the_one_of_the_interface_that_answered_or_the_end_of_the_endpoint() {
    let interface = |mac: &str, address: &str| {
        format!(
            "<NetworkInterfaces><Info><HwAddress>{mac}</HwAddress></Info><IPv4><Config><FromDHCP><Address>{address}</Address>\
             </FromDHCP></Config></IPv4></NetworkInterfaces>"
        )
    };
    let interfaces = |all: [String; 2]| {
        let all = all.concat();
        envelope(&format!(
            "<GetNetworkInterfacesResponse>{all}</GetNetworkInterfacesResponse>"
        ))
    };
    let endpoint = |guid: &str| {
        envelope(&format!(
            "<GetEndpointReferenceResponse><GUID>{guid}</GUID></GetEndpointReferenceResponse>"
        ))
    };
    let wifi = interface("02:00:00:00:00:01", "192.168.7.1");
    let table = [
        (
            interfaces([wifi.clone(), interface("44-47-cc-00-00-05", "10.0.0.5")]),
            Name::ClaimedMac,
            Some("44:47:CC:00:00:05"),
        ),
        (
            interfaces([wifi, interface("44-47-cc-00-00-05", "10.0.0.6")]),
            Name::ClaimedMac,
            Some("02:00:00:00:00:01"),
        ),
        (
            interfaces([interface("none", "10.0.0.5"), interface("", "")]),
            Name::ClaimedMac,
            None,
        ),
        (
            endpoint("urn:uuid:5ca1ab1e-0000-11b5-83f6-4447cc000005"),
            Name::DerivedMac,
            Some("44:47:CC:00:00:05"),
        ),
        (
            endpoint("uuid:5ca1ab1e-0000-11b5-83f6-000000000000"),
            Name::DerivedMac,
            None,
        ),
        (endpoint("4447cc000005"), Name::DerivedMac, None),
    ];
    for (document, name, expected) in table {
        let said = facts(document.clone());
        let found = said
            .iter()
            .find(|(other, _)| *other == name)
            .map(|(_, value)| value.as_str());
        assert_eq!(found, expected, "{document}");
    }
}

#[test]
fn the_head_of_a_refusal_is_kept_and_a_page_in_its_place_is_read_as_one() {
    let digest = "server: App-webs/\r\nwww-authenticate: Digest realm=\"Login to 4C0AAAAPAG00005\", nonce=\"1\"\r\n";
    let said = facts(over_http("401 Unauthorized", digest, "<html><title>No</title></html>"));
    for expected in [
        (Name::Onvif, "fault"),
        (Name::HttpStatus, "401"),
        (Name::HttpServer, "App-webs/"),
        (Name::HttpRealm, "Login to 4C0AAAAPAG00005"),
    ] {
        assert!(
            said.contains(&(expected.0, expected.1.to_owned())),
            "{expected:?} in {said:#?}"
        );
    }
    let said = facts(over_http(
        "404 Not Found",
        "server: nginx\r\n",
        "<title>Not here</title>",
    ));
    assert!(said.contains(&(Name::HttpTitle, "Not here".into())), "{said:#?}");
    assert!(said.iter().all(|(name, _)| *name != Name::Onvif), "{said:#?}");
    // An envelope is no web page.
    let said = facts(over_http("200 OK", "", &information("a", "b", "c", "d")));
    assert!(said.iter().all(|(name, _)| *name != Name::HttpBody), "{said:#?}");
    for nothing in ["", "\0\u{1}", "plain text"] {
        let reading = read(&reply("10.0.0.5", nothing));
        assert!(matches!(reading, Reading::Garbled { .. }), "{nothing:?}: {reading:?}");
    }
}

// What comes of it.

fn device(replies: &[Reply]) -> Device {
    judge(replies, Knowledge::builtin()).devices.remove(0)
}

#[test]
fn device_information_gives_a_verdict_and_the_firmware_in_its_makers_grammar() {
    let table = [
        ("HIKVISION", "V5.1.8 build 140616", "hikvision", "5.1.8", "2014-06-16"),
        (
            "Dahua",
            "2.460.0001.5.R, Build Date 2018-01-02",
            "dahua",
            "2.460.0001.5.R",
            "2018-01-02",
        ),
    ];
    for (manufacturer, firmware, maker, version, date) in table {
        let device = device(&[reply(
            "10.0.0.5",
            information(manufacturer, "M-1", firmware, "SERIAL000042"),
        )]);
        assert_eq!(device.maker.as_deref(), Some(maker), "{device:#?}");
        assert_eq!(
            device.confidence.unwrap().to_string(),
            "probable",
            "one field that anybody can copy"
        );
        let read = device.firmware.unwrap();
        assert_eq!((read.raw.as_str(), read.via.as_str()), (firmware, "onvif"));
        assert_eq!(
            (read.version.as_deref(), read.build_date.as_deref()),
            (Some(version), Some(date))
        );
        assert_eq!(device.model.as_deref(), Some("M-1"));
        assert_eq!(device.serial.as_deref(), Some("SERIAL000042"));
    }
}

/// WS-Discovery and the device service are one program, and the head of its answers is the web server's: a clone that
/// copies one copies the other.
#[test]
fn onvif_and_discovery_are_one_voice_and_the_head_is_the_web_servers() {
    let confidence = |replies: &[Reply]| device(replies).confidence.map(|confidence| confidence.to_string());
    let discovery = "<ProbeMatches><ProbeMatch><Scopes>onvif://www.onvif.org/name/HIKVISION%20DS-2CD1</Scopes></ProbeMatch></ProbeMatches>";
    let discovery = Reply::new("10.0.0.5", Protocol::Wsd, discovery);
    let information = reply(
        "10.0.0.5",
        information("HIKVISION", "DS-2CD1", "V5.1.8 build 140616", "DS-2CD1A0001"),
    );
    let page = Reply::new(
        "10.0.0.5",
        Protocol::Http,
        "HTTP/1.1 200 OK\r\nServer: App-webs/\r\n\r\n",
    );
    let refusal = over_http(
        "401 Unauthorized",
        "server: App-webs/\r\nwww-authenticate: Digest realm=\"a\"\r\n",
        "",
    );
    let refusal = reply("10.0.0.5", refusal);
    let table = [
        (vec![discovery.clone()], "possible"),
        (vec![information.clone()], "probable"),
        (vec![discovery, information.clone()], "probable"),
        (vec![page.clone(), refusal.clone()], "probable"),
        (vec![refusal, information.clone()], "confirmed"),
        (vec![page, information], "confirmed"),
    ];
    for (replies, expected) in table {
        assert_eq!(confidence(&replies).as_deref(), Some(expected), "{replies:#?}");
    }
}

#[test]
fn a_clone_that_copies_namespaces_and_scopes_alike_is_nobodys() {
    let namespaces = "xmlns:tnshik=\"http://www.hikvision.com/2011/event/topics\" xmlns:hikwsd=\"http://www.onvifext.com/onvif/ext/ver10/wsdl\"";
    let declared = |body: &str| envelope(body).replacen("<env:Envelope", &format!("<env:Envelope {namespaces}"), 1);
    let discovery = declared(
        "<ProbeMatches><ProbeMatch><Scopes>onvif://www.onvif.org/name/CamHiPro</Scopes></ProbeMatch></ProbeMatches>",
    );
    let services = declared("<GetServicesResponse/>");
    let mut replies = vec![
        Reply::new("10.0.0.5", Protocol::Wsd, discovery),
        reply("10.0.0.5", services),
    ];
    // Beyond a router it may be one; a stranger's MAC on the wire says that it is none.
    assert_eq!(device(&replies).confidence.unwrap().to_string(), "possible");
    replies.push(Reply::new("10.0.0.5", Protocol::Arp, "48:02:2a:00:00:01"));
    assert_eq!(device(&replies).maker, None);
}

#[test]
fn the_mac_of_an_endpoint_is_marked_as_derived() {
    let endpoint = |tail: &str| {
        let body = format!(
            "<GetEndpointReferenceResponse><GUID>urn:uuid:5ca1ab1e-0000-11b5-83f6-{tail}</GUID></GetEndpointReferenceResponse>"
        );
        device(&[reply("10.9.0.5", envelope(&body))])
    };
    let known = endpoint("4447cc000005");
    assert_eq!(
        (known.mac.as_deref(), known.mac_source.as_deref()),
        (Some("44:47:cc:00:00:05"), Some("derived"))
    );
    assert_eq!(known.confidence.unwrap().to_string(), "possible");
    // The end of a random UUID belongs to nobody.
    let random = endpoint("ffee01020304");
    assert_eq!((random.mac, random.maker), (None, None));
}

fn any_answer() -> impl Strategy<Value = Vec<u8>> {
    let word = prop::sample::select(vec![
        "HTTP/1.1 401 x\r\n",
        "WWW-Authenticate: Digest realm=\"",
        "\r\n\r\n",
        "<Envelope>",
        "<s:Fault>",
        "<Code>",
        "<Value>",
        "<Subcode>",
        "<GetServicesResponse>",
        "<Service>",
        "<GetSystemDateAndTimeResponse>",
        "<UTCDateTime>",
        "<Year>",
        "32768",
        "<Month>",
        "-1",
        "<GetNetworkInterfacesResponse>",
        "<NetworkInterfaces>",
        "<IPv4>",
        "<Address>",
        "<GetCapabilitiesResponse>",
        "<XAddr>",
        "</",
        ">",
        "&#x0;",
        "<![CDATA[",
        "<GetEndpointReferenceResponse>",
        "<GUID>",
        "urn:uuid:1-2-3-4-4447cc000005",
    ]);
    let words = prop::collection::vec(word.prop_map(|word| word.as_bytes().to_vec()), 0..40);
    let noise = prop::collection::vec(any::<u8>(), 0..64);
    (words, noise).prop_map(|(words, noise)| [words.concat(), noise].concat())
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_bytes_panic_and_no_list_grows_without_end(bytes in any_answer()) {
        let list = match answer(&bytes).body {
            Body::Capabilities(list) | Body::Services(list) => list.len(),
            Body::NetworkInterfaces(list) => list.len(),
            _ => 0,
        };
        prop_assert!(list <= 64);
        if let Reading::Facts(facts) | Reading::Garbled { facts, .. } = read(&reply("10.0.0.5", bytes)) {
            prop_assert!(facts.iter().all(|said| !said.value.trim().is_empty()));
        }
    }

    #[test]
    fn a_fault_alone_names_no_maker(code in "[ -~]{0,40}", subcode in "[ -~]{0,40}", reason in "[ -~]{0,40}") {
        let replies = [reply("10.0.0.5", fault(&code, &subcode, &reason))];
        let device = judge(&replies, Knowledge::builtin()).devices.remove(0);
        prop_assert_eq!(device.maker, None);
    }

    #[test]
    fn the_digest_is_by_its_definition_and_the_password_stays_here(
        password in "[!-~]{12,40}", nonce in any::<[u8; 16]>(), seconds in 0i64..4_000_000_000,
    ) {
        let created = Timestamp::from_second(seconds).unwrap();
        let token = UsernameToken::new("viewer", &password, nonce, created);
        let envelope = Request::DeviceInformation.envelope_with(&token);
        let document = Document::read(&envelope);
        let mut text = nonce.to_vec();
        text.extend(document.text("Created").unwrap().bytes());
        text.extend(password.bytes());
        prop_assert_eq!(document.text("Password"), Some(STANDARD.encode(Sha1::digest(text))));
        for secret in [password.clone(), STANDARD.encode(&password)] {
            let debug = format!("{token:?}");
            prop_assert!(!envelope.contains(&secret) && !debug.contains(&secret));
        }
    }
}
