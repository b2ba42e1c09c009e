use super::*;
use crate::fact::{Name, Protocol};

/// Host, protocol, what was asked, what was said.
type Row<'a> = (&'a str, Protocol, &'a str, &'a [(Name, &'a str)]);

/// Replies with their facts, written as a table.
fn judge(rows: &[Row<'_>]) -> Vec<Device> {
    let (mut replies, mut facts) = (Vec::new(), Vec::new());
    for (host, protocol, asked, said) in rows {
        let mut reply = Reply::new(*host, protocol.clone(), "x");
        reply.asked = Some((*asked).into());
        let place = replies.len();
        replies.push(reply);
        facts.extend(said.iter().map(|(name, value)| Fact {
            channel: None,
            name: *name,
            value: (*value).into(),
            reply: place,
        }));
    }
    identify(&replies, &facts, Knowledge::builtin())
}

const HIK: &str = "44:47:cc:00:00:01";
const SADP: &[(Name, &str)] = &[
    (Name::Sadp, "probe-match"),
    (Name::Model, "DS-2CD2320D-I"),
    (Name::Serial, "DS-2CD2320D-I20180101CCCH111111111"),
    (Name::Firmware, "V5.5.6build 180326"),
    (Name::ClaimedMac, "44-47-cc-00-00-01"),
];

#[test]
fn the_ladder_of_confidence_holds() {
    use Confidence::{Confirmed, Possible, Probable};
    let mac: &[(Name, &str)] = &[(Name::Mac, HIK)];
    let server: &[(Name, &str)] = &[(Name::HttpServer, "App-webs/")];
    let realm: &[(Name, &str)] = &[(Name::RtspRealm, "IP Camera(C1234)")];
    let public: &[(Name, &str)] = &[(
        Name::RtspPublic,
        "OPTIONS, DESCRIBE, PLAY, PAUSE, SETUP, TEARDOWN, SET_PARAMETER, GET_PARAMETER",
    )];
    let greeting: &[(Name, &str)] = &[(Name::HikSdk, "000000100000001e0000001e00000000")];
    let arp = ("10.0.0.5", Protocol::Arp, "", mac);
    let sdk = ("10.0.0.5", Protocol::HikSdk, "connect", greeting);
    let table = [
        // Sixteen bytes that anybody can send: strong, and a voice of their own, but no proof alone.
        (vec![sdk.clone()], Probable),
        (vec![arp.clone(), sdk.clone()], Probable),
        (vec![("10.0.0.5", Protocol::Http, "", server), sdk], Confirmed),
        (vec![arp.clone()], Possible),
        (vec![("10.0.0.5", Protocol::Rtsp, "", public)], Possible),
        (vec![("10.0.0.5", Protocol::Http, "", server)], Probable),
        (vec![arp.clone(), ("10.0.0.5", Protocol::Rtsp, "", public)], Probable),
        (vec![("10.0.0.5", Protocol::Sadp, "multicast inquiry", SADP)], Probable),
        (
            vec![arp, ("10.0.0.5", Protocol::Sadp, "multicast inquiry", SADP)],
            Confirmed,
        ),
        (vec![("10.0.0.5", Protocol::Sadp, "unicast inquiry", SADP)], Confirmed),
        (
            vec![
                ("10.0.0.5", Protocol::Http, "", server),
                ("10.0.0.5", Protocol::Rtsp, "", realm),
            ],
            Confirmed,
        ),
    ];
    for (rows, expected) in table {
        let devices = judge(&rows);
        assert_eq!(devices[0].maker.as_deref(), Some("hikvision"), "{rows:?}");
        assert_eq!(devices[0].confidence, Some(expected), "{rows:?}");
    }
}

#[test]
fn a_recorder_with_two_ports_is_one_device_and_its_firmware_is_read() {
    let devices = judge(&[
        ("10.0.0.9", Protocol::Sadp, "unicast inquiry", SADP),
        ("10.0.0.10", Protocol::Sadp, "unicast inquiry", SADP),
    ]);
    assert_eq!(devices.len(), 1);
    assert_eq!(devices[0].addresses, ["10.0.0.9", "10.0.0.10"]);
    let firmware = devices[0].firmware.as_ref().expect("it said so");
    assert_eq!(
        (firmware.version.as_deref(), firmware.build_date.as_deref()),
        (Some("5.5.6"), Some("2018-03-26"))
    );
    assert_eq!(devices[0].class, Some(Class::Camera));
}

#[test]
fn the_profiles_of_onvif_are_read_from_the_scopes_and_no_other_text_is_taken_for_one() {
    let scopes = "onvif://www.onvif.org/Profile/T onvif://www.onvif.org/Profile/Streaming \
                  onvif://www.onvif.org/Profile/Q/Operational onvif://www.onvif.org/Profile/=1+1 \
                  onvif://example.org/Profile/G onvif://www.onvif.org/Profile onvif://www.onvif.org/Profile/T";
    let said: &[(Name, &str)] = &[(Name::WsdScopes, scopes)];
    let devices = judge(&[
        ("10.0.0.5", Protocol::Wsd, "multicast Probe", said),
        ("10.0.0.5", Protocol::Wsd, "unicast Probe", said),
    ]);
    assert_eq!(devices[0].onvif_profiles, ["Q", "S", "T"]);
}

#[test]
fn a_speed_dome_that_calls_itself_an_ipc_is_a_ptz() {
    let said: &[(Name, &str)] = &[
        (Name::Dhip, "client.notifyDevInfo"),
        (Name::DeviceKind, "IPC"),
        (Name::Model, "SD49225XA-HNR"),
    ];
    let devices = judge(&[("10.0.0.9", Protocol::Dhip, "unicast search", said)]);
    assert_eq!(devices[0].class, Some(Class::Ptz));
}

#[test]
fn proxy_arp_is_marked_and_accuses_nobody() {
    let hosts: Vec<String> = (1..=20).map(|n| format!("10.0.0.{n}")).collect();
    let mac: &[(Name, &str)] = &[(Name::Mac, HIK)];
    let rows: Vec<_> = hosts
        .iter()
        .map(|host| (host.as_str(), Protocol::Arp, "", mac))
        .collect();
    let devices = judge(&rows);
    assert_eq!(devices.len(), 1);
    assert_eq!(devices[0].maker, None);
    assert_eq!(devices[0].addresses, hosts, "each of them answered");
    let note = &devices[0].notes[0];
    assert!(
        note.contains(&HIK.to_lowercase()) && note.contains("20 addresses"),
        "{note}"
    );
}

#[test]
fn a_proxy_takes_its_own_mac_from_a_host_and_nothing_else() {
    let hosts: Vec<String> = (1..=20).map(|n| format!("10.0.0.{n}")).collect();
    let proxy: &[(Name, &str)] = &[(Name::Mac, HIK), (Name::HostName, HIK)];
    let own: &[(Name, &str)] = &[(Name::Mac, "00:11:22:33:44:55")];
    let mut rows: Vec<_> = hosts
        .iter()
        .map(|host| (host.as_str(), Protocol::Arp, "", &proxy[..1]))
        .collect();
    rows[4].3 = proxy;
    rows.push(("10.0.0.6", Protocol::Arp, "", own));
    let devices = judge(&rows);
    let at = |address: &str| devices.iter().find(|device| device.addresses == [address]);
    assert_eq!(devices.len(), 3);
    assert_eq!(at("10.0.0.5").and_then(|device| device.host_name.as_deref()), Some(HIK));
    assert_eq!(
        at("10.0.0.6").and_then(|device| device.mac.as_deref()),
        Some("00:11:22:33:44:55")
    );
}

#[test]
fn of_two_macs_on_the_wire_a_unit_has_the_one_that_it_says_it_has() {
    let rogue: &[(Name, &str)] = &[(Name::Mac, "02:66:66:66:66:66")];
    let own: &[(Name, &str)] = &[(Name::Mac, HIK)];
    let inquiry = ("10.0.0.5", Protocol::Sadp, "unicast inquiry", SADP);
    for [first, second] in [[rogue, own], [own, rogue]] {
        let arp = |mac| ("10.0.0.5", Protocol::Arp, "who-has", mac);
        let devices = judge(&[arp(first), arp(second), inquiry.clone()]);
        assert_eq!(devices[0].mac.as_deref(), Some(HIK));
        assert!(devices[0].conflicts.iter().any(|conflict| conflict.about == "mac"));
    }
}

#[test]
fn a_datagram_that_nobody_asked_for_rewrites_no_unit_that_has_answered() {
    let own: &[(Name, &str)] = &[
        (Name::Sadp, "probe-match"),
        (Name::Model, "DS-7608NI-K2"),
        (Name::Firmware, "V5.5.6"),
        (Name::Activated, "true"),
        (Name::ClaimedMac, HIK),
    ];
    let forged: &[(Name, &str)] = &[
        (Name::Sadp, "probe-match"),
        (Name::Model, "DS-2CD2042WD-I"),
        (Name::Serial, "FORGED0"),
        (Name::Firmware, "V9.9.9build 260101"),
        (Name::Activated, "false"),
        (Name::ClaimedMac, HIK),
    ];
    let arp = ("10.0.0.5", Protocol::Arp, "who-has", &[(Name::Mac, HIK)][..]);
    let answer = ("10.0.0.5", Protocol::Sadp, "unicast inquiry", own);
    let [alone] = judge(&[arp.clone(), answer.clone()]).try_into().unwrap();
    for way in ["", "unproven inquiry", "multicast inquiry"] {
        let forgery = ("10.0.0.5", Protocol::Sadp, way, forged);
        for rows in [[forgery.clone(), answer.clone()], [answer.clone(), forgery]] {
            let [device] = judge(&[&[arp.clone()], &rows[..]].concat()).try_into().unwrap();
            let conflicts: Vec<&str> = device
                .conflicts
                .iter()
                .map(|conflict| conflict.about.as_str())
                .collect();
            assert_eq!(conflicts, ["model", "serial", "firmware"], "{way}");
            let (evidence, conflicts) = (alone.evidence.clone(), alone.conflicts.clone());
            assert_eq!(
                Device {
                    evidence,
                    conflicts,
                    ..device
                },
                alone,
                "{way}"
            );
        }
    }
}

#[test]
fn a_forged_serial_number_makes_no_device_of_two_and_a_forged_maker_none_of_another() {
    let forged: Vec<(Name, &str)> = SADP
        .iter()
        .filter(|(name, _)| *name != Name::ClaimedMac)
        .copied()
        .collect();
    let own: &[(Name, &str)] = &[(Name::Sadp, "probe-match"), (Name::Model, "DS-7608NI-K2")];
    let devices = judge(&[
        ("10.0.0.5", Protocol::Sadp, "unicast inquiry", SADP),
        ("10.0.0.6", Protocol::Sadp, "unicast inquiry", own),
        ("10.0.0.6", Protocol::Sadp, "", &forged),
        ("10.0.0.6", Protocol::Dhip, "", &[(Name::Dhip, "client.notifyDevInfo")]),
        (
            "10.0.0.6",
            Protocol::Mdns,
            "",
            &[(Name::MdnsService, "5J04C12PAG00020._http._tcp.local")],
        ),
    ]);
    assert_eq!(devices.len(), 2);
    assert_eq!(devices[1].maker.as_deref(), Some("hikvision"));
    assert_eq!(devices[1].model.as_deref(), Some("DS-7608NI-K2"));
}

#[test]
fn two_makers_are_a_conflict_and_never_sure() {
    let devices = judge(&[
        ("10.0.0.5", Protocol::Sadp, "unicast inquiry", SADP),
        (
            "10.0.0.5",
            Protocol::Dhip,
            "unicast search",
            &[(Name::Dhip, "client.notifyDevInfo")],
        ),
    ]);
    assert_eq!(devices[0].confidence, Some(Confidence::Probable));
    assert!(devices[0].conflicts.iter().any(|conflict| conflict.about == "maker"));
}

#[test]
fn a_claimed_mac_that_the_wire_does_not_show_is_a_conflict() {
    let devices = judge(&[
        ("10.0.0.5", Protocol::Arp, "", &[(Name::Mac, "00:11:22:33:44:55")]),
        ("10.0.0.5", Protocol::Sadp, "multicast inquiry", SADP),
    ]);
    assert_eq!(devices[0].confidence, Some(Confidence::Probable));
    assert!(devices[0].conflicts.iter().any(|conflict| conflict.about == "mac"));
}

#[test]
fn a_mac_that_only_the_reply_itself_claims_is_no_second_voice() {
    use Confidence::{Possible, Probable};
    let wsd: &[(Name, &str)] = &[
        (Name::WsdNamespace, "http://www.hikvision.com/2011/event/topics"),
        (Name::DerivedMac, HIK),
    ];
    let claimed: &[(Name, &str)] = &[(Name::ClaimedMac, HIK)];
    let public: &[(Name, &str)] = &[(
        Name::RtspPublic,
        "OPTIONS, DESCRIBE, PLAY, PAUSE, SETUP, TEARDOWN, SET_PARAMETER, GET_PARAMETER",
    )];
    let stranger: &[(Name, &str)] = &[(Name::Mac, "00:50:56:00:00:01")];
    let table = [
        (vec![("h", Protocol::Wsd, "multicast Probe", wsd)], Some(Possible)),
        // The same program asked twice is still one voice.
        (
            vec![
                ("h", Protocol::Wsd, "multicast Probe", wsd),
                ("h", Protocol::Wsd, "unicast Probe", wsd),
            ],
            Some(Possible),
        ),
        (vec![("h", Protocol::Isapi, "", claimed)], Some(Possible)),
        (
            vec![
                ("h", Protocol::Wsd, "multicast Probe", wsd),
                ("h", Protocol::Rtsp, "", public),
            ],
            Some(Probable),
        ),
        // Where the wire shows a MAC, a claimed one counts for nothing.
        (
            vec![("h", Protocol::Arp, "", stranger), ("h", Protocol::Isapi, "", claimed)],
            None,
        ),
    ];
    for (rows, expected) in table {
        assert_eq!(judge(&rows)[0].confidence, expected, "{rows:?}");
    }
    let devices = judge(&[("h", Protocol::Wsd, "multicast Probe", wsd)]);
    let rules: Vec<_> = devices[0]
        .evidence
        .iter()
        .map(|e| (e.rule.as_str(), e.weight))
        .collect();
    assert_eq!(rules, [("hikvision/wsd-namespace", 20), ("oui-derived", 20)]);
}

/// A SADP reply with these words.
fn sadp<'a>(model: &'a str, serial: &'a str) -> [(Name, &'a str); 3] {
    [
        (Name::Sadp, "probe-match"),
        (Name::Model, model),
        (Name::Serial, serial),
    ]
}

#[test]
fn a_serial_makes_one_device_only_where_the_makers_own_protocol_and_the_model_agree() {
    const S: &str = "DS-TEST20180101CCCH111111111";
    let realm: &[(Name, &str)] = &[(Name::HttpRealm, "Login to 4C0AAAAPAG00001")];
    let dhip: &[(Name, &str)] = &[
        (Name::Dhip, "client.notifyDevInfo"),
        (Name::Model, "DS-TEST"),
        (Name::Serial, S),
    ];
    let hik = sadp("DS-TEST", S);
    let other_model = sadp("DS-OTHER", S);
    let placeholders = ["", "000000000000", "N/A", "admin", "A1B2C", "12345678", "not written"];
    let mut table = vec![
        ((Protocol::Sadp, &hik[..]), (Protocol::Sadp, &hik[..]), 1, 0),
        ((Protocol::Sadp, &hik[..]), (Protocol::Sadp, &other_model[..]), 2, 1),
        ((Protocol::Sadp, &hik[..]), (Protocol::Dhip, dhip), 2, 1),
        // A serial that a login form shows is not the maker's own word.
        ((Protocol::Http, realm), (Protocol::Http, realm), 2, 0),
    ];
    let texts = placeholders.map(|serial| sadp("DS-TEST", serial));
    table.extend(
        texts
            .iter()
            .map(|text| ((Protocol::Sadp, &text[..]), (Protocol::Sadp, &text[..]), 2, 0)),
    );
    for ((p1, one), (p2, two), count, contested) in table {
        let rows = [
            ("10.0.0.9", p1, "unicast inquiry", one),
            ("10.0.0.10", p2, "unicast inquiry", two),
        ];
        let devices = judge(&rows);
        assert_eq!(devices.len(), count, "{rows:?}");
        for device in &devices {
            let about = device.conflicts.iter().filter(|conflict| conflict.about == "serial");
            assert_eq!(about.count(), contested, "{rows:?}: {:?}", device.conflicts);
        }
        let mut backwards = rows;
        backwards.reverse();
        assert_eq!(judge(&backwards), devices);
    }
}

#[test]
fn one_endpoint_at_two_addresses_is_two_devices() {
    let wsd: &[(Name, &str)] = &[
        (Name::WsdEndpoint, "urn:uuid:1419d68a-1dd2-11b2-a105-4447cc000001"),
        (Name::DerivedMac, HIK),
    ];
    let rows = ["10.0.0.5", "10.0.0.6"].map(|host| (host, Protocol::Wsd, "multicast Probe", wsd));
    assert_eq!(judge(&rows).len(), 2);
}

#[test]
fn an_ipv6_address_joins_the_host_of_its_mac_and_a_second_ipv4_address_does_not() {
    let mac: &[(Name, &str)] = &[(Name::Mac, HIK)];
    let rows = ["fe80::1%eth0", "10.0.0.6", "10.0.0.5"].map(|host| (host, Protocol::Neighbour, "", mac));
    let addresses: Vec<_> = judge(&rows).into_iter().map(|device| device.addresses).collect();
    assert_eq!(addresses, [vec!["10.0.0.5", "fe80::1%eth0"], vec!["10.0.0.6"]]);
}

#[test]
fn beyond_a_router_an_ipv6_address_joins_the_one_host_that_says_it_has_the_mac() {
    const FAR: &str = "2001:db8::20";
    let says: &[(Name, &str)] = &[(Name::ClaimedMac, HIK)];
    let derives: &[(Name, &str)] = &[(Name::DerivedMac, HIK)];
    let other_model: &[(Name, &str)] = &[(Name::ClaimedMac, HIK), (Name::Model, "DS-2CD2042WD-I")];
    let model: &[(Name, &str)] = &[(Name::DerivedMac, HIK), (Name::Model, "DS-2CD2320D-I")];
    let row = |host, said| (host, Protocol::Wsd, "unicast Probe", said);
    let table = [
        (vec![row("10.0.0.5", says), row(FAR, derives)], 1),
        (
            vec![row("10.0.0.5", says), row(FAR, derives), row("2001:db8::21", says)],
            1,
        ),
        // Clones ship with one UUID.
        (vec![row("10.0.0.5", derives), row(FAR, derives)], 2),
        (vec![row("10.0.0.5", says), row("10.0.0.6", says), row(FAR, derives)], 3),
        (vec![row("10.0.0.5", other_model), row(FAR, model)], 2),
        (vec![row("2001:db8::21", says), row(FAR, derives)], 2),
    ];
    for (rows, count) in table {
        let devices = judge(&rows);
        assert_eq!(devices.len(), count, "{rows:?}: {devices:?}");
    }
}

#[test]
fn evidence_quotes_what_fitted_and_not_how_the_page_begins() {
    let page = format!(
        "<html>{}<script src='/doc/page/login.asp?_17'></script>{}</html>",
        "é".repeat(500),
        "x".repeat(500)
    );
    let body: &[(Name, &str)] = &[(Name::HttpBody, &page)];
    let devices = judge(&[("10.0.0.5", Protocol::Http, "GET /", body)]);
    let saw = &devices[0].evidence[0].saw;
    assert!(saw.contains("/doc/page/login.asp?_17"), "{saw}");
    assert!(saw.starts_with("…é") && saw.ends_with("x…"), "{saw}");
    assert_eq!(saw.chars().count(), 120);
    let short: &[(Name, &str)] = &[(Name::HttpServer, "App-webs/")];
    let devices = judge(&[("10.0.0.5", Protocol::Http, "GET /", short)]);
    assert_eq!(devices[0].evidence[0].saw, "App-webs/");
}

#[test]
fn the_tail_of_a_random_uuid_is_no_mac() {
    for (tail, mac) in [
        ("44:47:CC:00:00:01", Some(HIK)),
        ("5A:00:13:0F:F0:01", None),
        ("0A:0B:0C:0D:0E:0F", None),
    ] {
        let wsd: &[(Name, &str)] = &[(Name::DerivedMac, tail)];
        let devices = judge(&[("10.0.0.5", Protocol::Wsd, "multicast Probe", wsd)]);
        assert_eq!(devices[0].mac.as_deref(), mac, "{tail}");
    }
}

#[test]
fn a_unit_without_a_telling_model_is_a_recorder_by_its_channels() {
    let table = [
        ("0", "1", Some(Class::Camera)),
        ("0", "4", Some(Class::Recorder)),
        ("4", "0", Some(Class::Recorder)),
        ("1", "1", Some(Class::Recorder)),
        ("1", "0", None),
        ("0", "0", None),
        ("2", "x", None),
    ];
    for (analog, digital, expected) in table {
        let said: &[(Name, &str)] = &[
            (Name::Sadp, "probe-match"),
            (Name::ClaimedMac, HIK),
            (Name::AnalogChannels, analog),
            (Name::DigitalChannels, digital),
        ];
        let devices = judge(&[("10.0.0.5", Protocol::Sadp, "multicast inquiry", said)]);
        assert_eq!(devices[0].class, expected, "{analog} {digital}");
    }
}
