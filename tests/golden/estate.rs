//! An estate of forty devices, none of which exists: every kind, every confidence, and ten that say hostile texts.

use camsweep::coverage::{BlindSpot, Coverage, Question};
use camsweep::fact::Outcome;
use camsweep::identify::{
    AdvisoryVerdict, Behind, BrandClaim, Class, Confidence, Conflict, Device, Evidence, Exposure, Falls, Firmware,
    Login, PolicyFinding, ReplyRef, Strength,
};
use camsweep::report::model::{PlanSummary, PolicyText, Report, Site};
use camsweep::report::{Run, assemble};

#[path = "../../src/report/nasty.rs"]
mod nasty;

use Class::{Camera, DoorStation, Ptz, Recorder};
use Confidence::{Confirmed, Possible, Probable};

const DEVICES: usize = 40;

/// Devices of one kind: how many, whose, what, the firmware (verbatim, version, day) and the protocol that told all this.
type Kind = (
    usize,
    Option<(&'static str, Confidence)>,
    Option<(Class, &'static str)>,
    Option<[&'static str; 3]>,
    &'static str,
);

const KINDS: [Kind; 10] = [
    (
        8,
        Some(("hikvision", Confirmed)),
        Some((Camera, "DS-2CD0000-I")),
        Some(["V5.4.5build 170124", "5.4.5", "2017-01-24"]),
        "sadp",
    ),
    (
        3,
        Some(("hikvision", Probable)),
        Some((Ptz, "DS-2DE0000-A")),
        Some(["V5.7.3 build 220112", "5.7.3", "2022-01-12"]),
        "http",
    ),
    (
        2,
        Some(("hikvision", Confirmed)),
        Some((Recorder, "DS-7600NI-X0")),
        Some(["V4.60.005 build 210909", "4.60.005", "2021-09-09"]),
        "sadp",
    ),
    (3, Some(("hikvision", Possible)), None, None, "arp"),
    (
        5,
        Some(("dahua", Confirmed)),
        Some((Camera, "IPC-HFW0000-Z")),
        Some([
            "2.840.0000000.16.R,build:2025-05-10",
            "2.840.0000000.16.R",
            "2025-05-10",
        ]),
        "dhip",
    ),
    (
        2,
        Some(("dahua", Probable)),
        Some((Recorder, "NVR0000-X")),
        None,
        "dvrip",
    ),
    (
        2,
        Some(("dahua", Confirmed)),
        Some((DoorStation, "VTO0000G")),
        None,
        "http",
    ),
    (
        2,
        Some(("axis", Confirmed)),
        Some((Camera, "M0000-X")),
        Some(["11.0.0", "11.0.0", "2025-01-02"]),
        "wsd",
    ),
    (3, None, None, None, "arp"),
    // Each says three texts of the list.
    (
        usize::MAX,
        Some(("hikvision", Probable)),
        Some((Camera, "DS-2CD0000-I")),
        Some(["V5.4.5build 170124", "5.4.5", "2017-01-24"]),
        "http",
    ),
];

fn device(number: usize, (_, maker, what, firmware, by): &Kind) -> Device {
    let address = format!("192.0.2.{number}");
    let maker = maker.map(|(name, sure)| (name.to_owned(), sure));
    let prefix = match maker.as_ref().map(|(name, _)| name.as_str()) {
        Some("hikvision") => "44:47:cc",
        Some("dahua") => "3c:ef:8c",
        _ => "02:00:00",
    };
    let firmware = firmware.map(|[raw, version, day]| Firmware {
        raw: raw.into(),
        version: Some(version.into()),
        build_date: Some(day.into()),
        via: (*by).into(),
    });
    Device {
        mac: Some(format!("{prefix}:00:00:{number:02x}")),
        mac_source: Some("arp".into()),
        oui_organisation: (prefix != "02:00:00").then(|| format!("An Organisation, {prefix}")),
        site: Some(["Hill", "Vale"][number % 2].into()),
        class: what.map(|(class, _)| class),
        model: what.map(|(_, model)| model.into()),
        serial: what.map(|(_, model)| format!("{model}2016010{}AAWR{number:09}", number % 10)),
        host_name: number.is_multiple_of(4).then(|| format!("door-{number}")),
        advisories: firmware.iter().flat_map(|firmware| advisories(&firmware.raw)).collect(),
        policies: maker.iter().flat_map(|(name, _)| policy_of(name)).collect(),
        activated: what.map(|_| !number.is_multiple_of(5)),
        evidence: maker
            .iter()
            .map(|(name, _)| evidence(&address, name, by, number))
            .collect(),
        confidence: maker.as_ref().map(|(_, sure)| *sure),
        maker: maker.map(|(name, _)| name),
        firmware,
        addresses: vec![address],
        ..Device::default()
    }
}

/// What is there once only.
fn oddity(number: usize, device: &mut Device) {
    match number {
        2 => {
            device.addresses.push("2001:db8::2".into());
            device.onvif_profiles = ["G", "S", "T"].map(str::to_owned).into();
        }
        3 => {
            device.brand = Some("Annke".into());
            device.brand_claim = Some(BrandClaim {
                name: "Annke".into(),
                source: "a newspaper".into(),
                strength: Strength::Press,
            });
        }
        4 => {
            device.conflicts = vec![Conflict {
                about: "model".into(),
                says: vec!["DS-2CD0000-I (sadp)".into(), "DS-2CD0001-I (http)".into()],
            }];
        }
        5 => device.mis_addressed = true,
        6 => device.off_target = true,
        7 | 8 => {
            device.behind = Some(Behind {
                recorder: "192.0.2.12".into(),
                channel: (number - 6).to_string(),
            });
        }
        9 => device.login = Some(Login::Accepted),
        10 => device.login = Some(Login::AuthRequired),
        17 => {
            device.web_ui_version = Some("3.2.1.000000".into());
            device.web_ui_date = Some("2018-08-13".into());
        }
        _ => {}
    }
}

/// The same, saying these.
fn says(texts: &[&str], device: &mut Device) {
    let text = |place: usize| texts.get(place).map(|text| (*text).to_owned());
    device.model = text(0);
    device.serial = text(1);
    device.host_name = text(2);
    device.notes = text(1).into_iter().collect();
    for evidence in &mut device.evidence {
        evidence.saw = text(0).unwrap_or_default();
    }
    device.firmware = device.firmware.take().map(|firmware| Firmware {
        raw: text(2).unwrap_or_default(),
        version: None,
        build_date: None,
        ..firmware
    });
}

fn evidence(address: &str, maker: &str, by: &str, number: usize) -> Evidence {
    Evidence {
        rule: format!("{maker}/{by}"),
        maker: maker.into(),
        weight: 90,
        saw: format!("what {by} said"),
        reply: ReplyRef {
            host: address.into(),
            protocol: by.into(),
            port: (by == "http").then_some(80),
            asked: (by == "http").then(|| "GET /".into()),
            at: Some(format!("2026-01-31T09:00:{number:02}Z")),
        },
    }
}

/// Advisories that were never published, so that the files change with our words alone.
fn advisories(firmware: &str) -> Vec<AdvisoryVerdict> {
    let one = |verdict, exploited: bool| AdvisoryVerdict {
        id: "CVE-2099-0001".into(),
        verdict,
        exploited_since: exploited.then(|| "2025-01-01".into()),
        source: "https://example.org/advisory".into(),
        because: format!("it is named beside {firmware}"),
    };
    match firmware {
        "V5.4.5build 170124" => vec![one(Exposure::Affected, true)],
        "V5.7.3 build 220112" => vec![one(Exposure::Possibly, true)],
        "V4.60.005 build 210909" => vec![one(Exposure::NotInRange, false)],
        _ => Vec::new(),
    }
}

fn policy() -> PolicyText {
    PolicyText {
        id: "example-1".into(),
        name: "An example".into(),
        class: "cameras of two makers".into(),
        basis: "they are named in it".into(),
        limits: "what cannot be seen from the network".into(),
        source: "https://example.org/policy".into(),
        date: "2026-01-01".into(),
    }
}

fn policy_of(maker: &str) -> Option<PolicyFinding> {
    let falls = match maker {
        "hikvision" => Falls::Within,
        "dahua" => Falls::Perhaps,
        _ => return None,
    };
    let PolicyText { id, name, source, .. } = policy();
    Some(PolicyFinding {
        id,
        name,
        falls,
        because: format!("its maker is {maker}"),
        source,
    })
}

fn devices() -> Vec<Device> {
    let hostile: Vec<&[&str]> = nasty::NASTY.chunks(3).collect();
    let innocent = DEVICES - hostile.len();
    let each = KINDS.iter().flat_map(|kind| std::iter::repeat_n(kind, kind.0));
    let mut devices: Vec<Device> = (1..=DEVICES)
        .zip(each)
        .map(|(number, kind)| device(number, kind))
        .collect();
    for (number, device) in (1..).zip(&mut devices) {
        oddity(number, device);
    }
    for (texts, device) in hostile.iter().zip(&mut devices[innocent..]) {
        says(texts, device);
    }
    devices
}

fn coverage() -> Coverage {
    let outcomes = [(Outcome::Answered, 24), (Outcome::Silent, 14)].into();
    Coverage {
        addresses: 254,
        on_link: 254,
        live: 38,
        silent: 216,
        asked: vec!["192.0.2.1-192.0.2.254".into()],
        became_silent: [("192.0.2.26".into(), "http 80".into())].into(),
        questions: [(
            "unicast sadp".into(),
            Question {
                asked: 38,
                sent: 40,
                bytes: 8000,
                outcomes,
            },
        )]
        .into(),
        replies: 64,
        garbled: [("sadp".into(), 1)].into(),
        skipped: vec!["docker0: a bridge of containers".into()],
        ..Coverage::default()
    }
}

fn site(name: &str, network: &str) -> Site {
    Site {
        name: name.into(),
        networks: vec![network.into()],
        sensitive: name == "Hill",
    }
}

/// The report of it. Day and version are not today's.
pub fn report() -> Report {
    let mut report = assemble(Run {
        oui_data: "2026-01-01".into(),
        started: "2026-01-31T08:59:00Z".parse().unwrap(),
        finished: "2026-01-31T09:01:00Z".parse().unwrap(),
        interrupted: false,
        plan: PlanSummary {
            command: "scan".into(),
            scope: vec!["192.0.2.0/24 on eth0".into()],
            budget: vec!["at most 3000 packets".into()],
            ..PlanSummary::default()
        },
        coverage: coverage(),
        blind_spots: vec![BlindSpot {
            what: "units that are switched off".into(),
            why: "they do not answer".into(),
            remedy: "look again at another hour".into(),
        }],
        devices: devices(),
    });
    report.tool.version = "0.0.0".into();
    report.tool.advisories_data = "2026-01-01".into();
    report.sites = vec![site("Hill", "192.0.2.0/25"), site("Vale", "192.0.2.128/25")];
    report.policies = vec![policy()];
    assert_eq!(report.devices.len(), DEVICES);
    report
}
