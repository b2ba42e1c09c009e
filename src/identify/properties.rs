//! What must hold for whatever comes in.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::fact::{Name, Protocol};

/// One reply and what it says.
#[derive(Debug, Clone)]
struct Heard {
    reply: Reply,
    said: Vec<(Name, String)>,
}

const HOSTS: &[&str] = &["10.0.0.5", "10.0.0.6", "fe80::1%eth0", "gate"];
const ASKED: &[&str] = &["multicast inquiry", "unicast inquiry", "GET /", "table stale"];
const SAID: &[(Name, &str)] = &[
    (Name::Mac, "44:47:cc:00:00:01"),
    (Name::Mac, "3C:EF:8C:00:00:01"),
    (Name::Mac, "00:12:31:00:00:01"),
    (Name::ClaimedMac, "44:47:CC:00:00:01"),
    (Name::ClaimedMac, "02:00:00:00:00:01"),
    (Name::DerivedMac, "3C:EF:8C:00:00:01"),
    (Name::ClaimedAddress, "10.0.0.5"),
    (Name::Model, "DS-2CD2320D-I"),
    (Name::Model, "IPC-HDW2431T-AS"),
    (Name::Serial, "DS-2CD2320D-I20180101CCCH111111111"),
    (Name::Serial, "4C0AAAAPAG00001"),
    (Name::Serial, "000000"),
    (Name::Firmware, "V5.5.6build 180326"),
    (Name::Firmware, "2.800.0000000.13.R"),
    (Name::OtherFirmware, "dsp V7.3"),
    (Name::Activated, "true"),
    (Name::Activated, "false"),
    (Name::DeviceKind, "NVR"),
    (Name::AnalogChannels, "64"),
    (Name::DigitalChannels, "1"),
    (Name::Sadp, "probe-match"),
    (Name::Sadp, "opaque"),
    (Name::Dhip, "client.notifyDevInfo"),
    (Name::WsdNamespace, "http://www.hikvision.com/2011/event/topics"),
    (Name::WsdName, "HIKVISION DS-2CD2320D-I"),
    (
        Name::WsdScopes,
        "type/Network_Video_Transmitter extension/unique_identifier",
    ),
    (Name::HttpServer, "App-webs/"),
    (Name::HttpRealm, "Login to 4C0AAAAPAG00001"),
    (Name::RtspRealm, "IP Camera(C1234)"),
    (Name::RtspServer, "Dahua Rtsp Server"),
    (Name::HikSdk, "000000100000001e0000001e00000000"),
    (Name::DvripRealm, "Login to 4C0AAAAPAG00001"),
    (Name::HostName, "gate"),
];

fn protocols() -> impl Strategy<Value = Protocol> {
    use Protocol::{Arp, Dhip, Dvrip, HikSdk, Http, Isapi, Neighbour, Rtsp, Sadp, Snmp, Wsd};
    select(vec![
        Arp, Neighbour, Wsd, Sadp, Dhip, Dvrip, HikSdk, Http, Rtsp, Isapi, Snmp,
    ])
}

fn names() -> impl Strategy<Value = Name> {
    select(SAID).prop_map(|(name, _)| name)
}

fn heard(hosts: &'static [&'static str]) -> impl Strategy<Value = Heard> {
    let known = select(SAID).prop_map(|(name, value)| (name, value.to_owned()));
    let said = prop::collection::vec(prop_oneof![9 => known, 1 => (names(), any::<String>())], 0..6);
    let at = prop::option::of(0i64..3);
    let context = (select(ASKED), any::<bool>(), at);
    (select(hosts), protocols(), context, said).prop_map(|(host, protocol, (asked, off_subnet, at), said)| {
        // As in life: what a reply says is in its bytes.
        let mut reply = Reply::new(host, protocol, format!("{said:?}"));
        reply.asked = Some(asked.into());
        reply.off_subnet = off_subnet;
        reply.at = at.map(|second| jiff::Timestamp::from_second(second).expect("a second of 1970"));
        Heard { reply, said }
    })
}

fn all() -> impl Strategy<Value = Vec<Heard>> {
    prop::collection::vec(heard(HOSTS), 0..12)
}

fn judge(heard: &[Heard]) -> Vec<Device> {
    let replies: Vec<Reply> = heard.iter().map(|heard| heard.reply.clone()).collect();
    let facts: Vec<Fact> = heard
        .iter()
        .enumerate()
        .flat_map(|(reply, heard)| {
            heard.said.iter().map(move |(name, value)| Fact {
                channel: None,
                name: *name,
                value: value.clone(),
                reply,
            })
        })
        .collect();
    identify(&replies, &facts, Knowledge::builtin())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn the_order_of_the_replies_does_not_count(heard in all(), turns in prop::collection::vec(any::<(Index, Index)>(), 8)) {
        let mut shuffled = heard.clone();
        for (a, b) in turns.iter().filter(|_| !heard.is_empty()) {
            shuffled.swap(a.index(heard.len()), b.index(heard.len()));
        }
        prop_assert_eq!(judge(&heard), judge(&shuffled));
    }

    #[test]
    fn every_address_is_in_exactly_one_device(heard in all()) {
        let devices = judge(&heard);
        let mut listed: Vec<&str> = devices.iter().flat_map(|d| &d.addresses).map(String::as_str).collect();
        let mut hosts: Vec<&str> = heard.iter().map(|heard| heard.reply.host.as_str()).collect();
        listed.sort_unstable();
        hosts.sort_unstable();
        hosts.dedup();
        prop_assert_eq!(listed, hosts);
    }

    #[test]
    fn a_host_that_has_nothing_in_common_changes_no_verdict(heard in all(), stranger in heard(&["172.16.0.9"])) {
        let mut stranger = stranger;
        let is_shared = |name| matches!(name, Name::Mac | Name::ClaimedMac | Name::DerivedMac | Name::Serial);
        stranger.said.retain(|(name, _)| !is_shared(*name));
        let mut more = judge(&[heard.clone(), vec![stranger]].concat());
        more.retain(|device| !device.addresses.iter().any(|address| address == "172.16.0.9"));
        prop_assert_eq!(judge(&heard), more);
    }

    #[test]
    fn a_mac_alone_is_never_more_than_possible(heard in all()) {
        let mut heard = heard;
        for one in &mut heard {
            one.said.retain(|(name, _)| matches!(name, Name::Mac | Name::ClaimedMac | Name::DerivedMac));
        }
        for device in judge(&heard) {
            prop_assert!(device.confidence <= Some(Confidence::Possible), "{device:?}");
        }
    }

    #[test]
    fn a_verdict_has_its_reasons_and_nobody_else_is_sure(heard in all()) {
        for device in judge(&heard) {
            prop_assert_eq!(device.maker.is_some(), device.confidence.is_some());
            let reasons = |maker: &String| device.evidence.iter().any(|evidence| evidence.maker == *maker);
            prop_assert!(device.maker.iter().all(reasons), "{device:?}");
            let unsure = device.mis_addressed || device.conflicts.iter().any(|c| c.about == "maker");
            let own = device.evidence.iter().any(|e| e.weight >= 90);
            prop_assert!(!unsure || own || device.confidence < Some(Confidence::Confirmed), "{device:?}");
        }
    }

    #[test]
    fn no_facts_make_it_panic(facts in prop::collection::vec((names(), any::<String>(), 0usize..4, prop::option::of("[1-3]")), 0..20)) {
        let replies = [Reply::new("a", Protocol::Sadp, "a"), Reply::new("::1", Protocol::Wsd, "b")];
        let facts: Vec<Fact> = facts.into_iter().map(|(name, value, reply, channel)| Fact { name, value, reply, channel }).collect();
        let devices = identify(&replies, &facts, Knowledge::builtin());
        prop_assert_eq!(identify(&replies, &facts, Knowledge::builtin()), devices);
    }
}
