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
    let arp = ("10.0.0.5", Protocol::Arp, "", mac);
    let table = [
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
    assert_eq!(devices[0].addresses.len(), 16);
    assert!(devices[0].notes[0].contains("20 addresses"), "{:?}", devices[0].notes);
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
