//! Reports for the writers' tests.

use super::escape::escape;
use super::model::{PlanSummary, Report};
pub use super::nasty::NASTY;
use super::{Run, assemble};
use crate::coverage::{BlindSpot, Coverage};
use crate::identify::{
    AdvisoryVerdict, Behind, BrandClaim, Class, Confidence, Conflict, Device, Evidence, Exposure, Falls, Firmware,
    PolicyFinding, ReplyRef, Strength,
};

/// Whether no character of a text for people steers a terminal or deceives a reader.
pub fn is_plain(text: &str) -> bool {
    text.lines().all(|line| escape(line) == line)
}

/// How often a page has what only camsweep itself may write there; within brackets a text may say it as text.
pub fn markup(page: &str) -> [usize; 5] {
    ["<script", "</script", "</style", "<!--", "javascript:"]
        .map(|mark| page.matches(mark).count() - page.matches(&format!("({mark}")).count())
}

pub fn device(address: &str, maker: Option<&str>) -> Device {
    Device {
        addresses: vec![address.into()],
        maker: maker.map(str::to_owned),
        confidence: maker.map(|_| Confidence::Confirmed),
        ..Device::default()
    }
}

/// A camera of which everything is known.
pub fn camera() -> Device {
    Device {
        mac: Some("44:47:cc:00:00:05".into()),
        mac_source: Some("arp".into()),
        oui_organisation: Some("Hangzhou Hikvision Digital Technology Co.,Ltd.".into()),
        brand: Some("Annke".into()),
        brand_claim: Some(BrandClaim {
            name: "Annke".into(),
            source: "a newspaper".into(),
            strength: Strength::Press,
        }),
        class: Some(Class::Camera),
        model: Some("DS-2CD0000-I".into()),
        serial: Some("DS-2CD0000-I20160101AAWR000000005".into()),
        host_name: Some("gym-door".into()),
        firmware: Some(Firmware {
            raw: "V5.4.5build 170124".into(),
            version: Some("5.4.5".into()),
            build_date: Some("2017-01-24".into()),
            via: "sadp".into(),
        }),
        activated: Some(false),
        advisories: vec![
            advisory("CVE-2017-7921", "2026-01-01"),
            advisory("CVE-2021-36260", "2022-01-10"),
        ],
        evidence: vec![
            evidence("sadp", "2026-11-25T08:59:01Z"),
            evidence("http", "2026-11-25T10:59:00+02:00"),
        ],
        notes: vec!["a stale row".into()],
        ..device("10.0.0.5", Some("hikvision"))
    }
}

fn advisory(id: &str, since: &str) -> AdvisoryVerdict {
    AdvisoryVerdict {
        id: id.into(),
        verdict: Exposure::Affected,
        exploited_since: Some(since.into()),
        source: "https://example.org/advisory".into(),
        because: "5.4.5 is named".into(),
    }
}

fn evidence(protocol: &str, at: &str) -> Evidence {
    Evidence {
        rule: format!("hikvision/{protocol}"),
        maker: "hikvision".into(),
        weight: 90,
        saw: "DS-2CD0000-I at 10.0.0.5".into(),
        reply: ReplyRef {
            host: "10.0.0.5".into(),
            protocol: protocol.into(),
            port: Some(80),
            asked: Some("GET /".into()),
            at: Some(at.into()),
        },
    }
}

/// A device that says the same in every field that a text from the network can reach.
pub fn saying(text: &str) -> Device {
    let some = || Some(text.to_owned());
    let said = || vec![text.to_owned()];
    let mut device = Device {
        addresses: said(),
        mac: some(),
        brand: some(),
        model: some(),
        serial: some(),
        host_name: some(),
        web_ui_version: some(),
        confidence: Some(Confidence::Possible),
        conflicts: vec![Conflict {
            about: "model".into(),
            says: said(),
        }],
        notes: said(),
        ..camera()
    };
    for evidence in &mut device.evidence {
        evidence.saw = text.to_owned();
        evidence.reply.host = text.to_owned();
        evidence.reply.asked = some();
    }
    device.firmware = device.firmware.map(|firmware| Firmware {
        raw: text.to_owned(),
        version: None,
        ..firmware
    });
    device.other_firmware = device.firmware.clone().into_iter().collect();
    device
}

/// The same of a stored report in which somebody has written it over camsweep's own words too.
pub fn tampered(text: &str) -> Device {
    let some = || Some(text.to_owned());
    let mut device = Device {
        mac_source: some(),
        oui_organisation: some(),
        site: some(),
        web_ui_date: some(),
        production_date: some(),
        ..saying(text)
    };
    for evidence in &mut device.evidence {
        evidence.reply.protocol = text.to_owned();
        evidence.rule = text.to_owned();
    }
    if let Some(firmware) = &mut device.firmware {
        firmware.build_date = some();
        firmware.via = text.to_owned();
    }
    device.policies = vec![PolicyFinding {
        id: text.to_owned(),
        name: text.to_owned(),
        falls: Falls::Perhaps,
        because: text.to_owned(),
        source: text.to_owned(),
    }];
    for advisory in &mut device.advisories {
        advisory.id = text.to_owned();
        advisory.source = text.to_owned();
        advisory.because = text.to_owned();
    }
    device
}

/// The same behind a recorder that says it too.
pub fn behind(text: &str) -> Device {
    Device {
        behind: Some(Behind {
            recorder: text.to_owned(),
            channel: text.to_owned(),
        }),
        ..saying(text)
    }
}

/// A stored report in which somebody has written it over everything that is a text.
pub fn tampered_report(text: &str) -> Report {
    let said = || vec![text.to_owned()];
    let pair = || [(text.to_owned(), text.to_owned())].into();
    let mut report = report(vec![tampered(text), behind(text)]);
    report.plan = PlanSummary {
        scope: said(),
        excluded: said(),
        skipped: said(),
        budget: said(),
        given_up: said(),
        ..report.plan
    };
    report.coverage = Coverage {
        notes: said(),
        not_asked: said(),
        skipped: said(),
        stopped: Some(text.to_owned()),
        became_silent: pair(),
        fenced: pair(),
        garbled: [(text.to_owned(), 1)].into(),
        unread: [(text.to_owned(), 1)].into(),
        lost: [(text.to_owned(), 1)].into(),
        ..report.coverage
    };
    report.blind_spots = vec![BlindSpot {
        what: text.to_owned(),
        why: text.to_owned(),
        remedy: text.to_owned(),
    }];
    report.tool.oui_data = text.to_owned();
    report.tool.advisories_data = text.to_owned();
    report
}

pub fn report(devices: Vec<Device>) -> Report {
    assemble(Run {
        oui_data: "2026-01-01".into(),
        started: "2026-11-25T08:59:00Z".parse().expect("a time"),
        finished: "2026-11-25T09:00:00Z".parse().expect("a time"),
        interrupted: false,
        plan: PlanSummary {
            command: "scan".into(),
            scope: vec!["192.0.2.0/24 on eth0".into()],
            ..PlanSummary::default()
        },
        coverage: Coverage::default(),
        blind_spots: vec![BlindSpot {
            what: "units that are switched off".into(),
            why: "they do not answer".into(),
            remedy: "look again at another hour".into(),
        }],
        devices,
    })
}
