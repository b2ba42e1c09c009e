//! The files of advisories prove themselves: every example gets the verdict that stands beside it, every range is shown
//! by one, and what is shown as exploited is what the catalogue lists.

#![expect(clippy::print_stderr, reason = "a skipped test says so loudly")]

use std::collections::{BTreeMap, BTreeSet};

use camsweep::fact::{Fact, Name, Protocol, Reply};
use camsweep::identify::advisories::{Advisory, Bulletin, Example};
use camsweep::identify::{
    AdvisoryVerdict, Confidence, Device, Exposure, Knowledge, exposure::Exposures, firmware, identify,
};
use proptest::prelude::*;
use proptest::sample::select;

fn bulletins() -> &'static [Bulletin] {
    &Knowledge::builtin().advisories
}

fn all() -> impl Iterator<Item = (&'static Bulletin, &'static Advisory)> {
    bulletins()
        .iter()
        .flat_map(|bulletin| bulletin.advisory.iter().map(move |advisory| (bulletin, advisory)))
}

fn device(bulletin: &Bulletin, example: &Example) -> Device {
    let read = |raw: &String| firmware::read(bulletin.firmware, raw, "sadp");
    Device {
        maker: Some(bulletin.maker.clone()),
        confidence: Some(Confidence::Confirmed),
        model: example.model.clone(),
        firmware: example.firmware.as_ref().map(read),
        brand: example.brand.clone(),
        ..Device::default()
    }
}

fn verdict_of(device: &Device, advisory: &Advisory) -> Option<AdvisoryVerdict> {
    let mut verdicts = Exposures::new(bulletins()).about(device, false).into_iter();
    verdicts.find(|verdict| verdict.id == advisory.id)
}

#[test]
fn every_example_gets_its_verdict() {
    for (bulletin, advisory) in all() {
        for example in &advisory.example {
            let found = verdict_of(&device(bulletin, example), advisory);
            // What is unknown is told of exploited ones only.
            let told = example.verdict != Exposure::Unknown || advisory.exploited_since.is_some();
            let verdict = found.as_ref().map(|found| found.verdict);
            assert_eq!(
                verdict,
                told.then_some(example.verdict),
                "{}: {example:?} {found:?}",
                advisory.id
            );
            assert!(found.is_none_or(|found| found.because.len() > 10));
        }
    }
}

#[test]
fn every_range_of_every_advisory_is_shown_by_an_example() {
    for (bulletin, advisory) in all() {
        for range in &advisory.range {
            let mut alone = [bulletin.clone()];
            alone[0].advisory = vec![advisory.clone()];
            alone[0].advisory[0].range = vec![range.clone()];
            let shows = |example: &Example| {
                let verdicts = Exposures::new(&alone).about(&device(bulletin, example), false);
                let within = |one: &AdvisoryVerdict| one.verdict <= Exposure::Possibly;
                example.verdict <= Exposure::Possibly && verdicts.iter().any(within)
            };
            assert!(advisory.example.iter().any(shows), "{}: {}", advisory.id, range.words());
        }
        let outside = |example: &Example| example.verdict > Exposure::Possibly;
        let every = advisory.range.iter().all(|range| range.words() == "every version");
        assert!(
            every || advisory.example.iter().any(outside),
            "{}: nothing is outside",
            advisory.id
        );
    }
}

#[test]
fn every_advisory_has_a_source_and_an_id_of_its_own_and_a_maker_with_a_file() {
    let mut seen = BTreeSet::new();
    for (bulletin, advisory) in all() {
        assert!(seen.insert(&advisory.id), "{} stands in two places", advisory.id);
        assert!(
            !advisory.source.is_empty() && !advisory.title.is_empty(),
            "{}",
            advisory.id
        );
        let maker = Knowledge::builtin()
            .makers
            .iter()
            .find(|maker| maker.id == bulletin.maker);
        assert_eq!(
            maker.map(|maker| maker.firmware),
            Some(bulletin.firmware),
            "{}",
            bulletin.maker
        );
    }
}

/// The parts of the two files at hand that this test needs.
#[derive(serde::Deserialize)]
struct Rules {
    rules: Vec<Rule>,
}

#[derive(serde::Deserialize)]
struct Rule {
    cve: String,
    kev: Option<String>,
}

#[derive(serde::Deserialize)]
struct Catalogue {
    vulnerabilities: Vec<Listed>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    #[serde(rename = "cveID")]
    id: String,
    vendor_project: String,
    date_added: String,
}

fn shared<T: serde::de::DeserializeOwned>(name: &str) -> Option<T> {
    let path = format!("../shared/data/{name}");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("SKIPPED: {path} is absent");
        return None;
    };
    Some(serde_json::from_str(&text).expect("it is JSON"))
}

#[test]
fn what_was_collected_is_there_and_what_is_exploited_has_the_catalogues_date() {
    let exploited: BTreeMap<&str, String> = all()
        .filter_map(|(_, advisory)| Some((advisory.id.as_str(), advisory.exploited_since?.to_string())))
        .collect();
    if let Some(collected) = shared::<Rules>("affected_ranges.json") {
        for rule in collected.rules {
            let (first, more) = rule.cve.split_once('/').unwrap_or((&rule.cve, ""));
            let more = (!more.is_empty()).then(|| format!("CVE-2024-{more}"));
            for id in [Some(first), more.as_deref()].into_iter().flatten() {
                assert!(all().any(|(_, advisory)| advisory.id == id), "{id} is missing");
            }
            let day = rule.kev.as_ref().map(|kev| kev[..10].to_owned());
            assert_eq!(exploited.get(first).cloned(), day, "{first}");
        }
    }
    if let Some(catalogue) = shared::<Catalogue>("kev_cameras_2025-08-25.json") {
        let ours = [
            "Hikvision",
            "Dahua",
            "Amcrest",
            "Reolink",
            "GeoVision",
            "D-Link",
            "NUUO",
        ];
        for listed in catalogue.vulnerabilities {
            if ours.contains(&listed.vendor_project.as_str()) {
                assert_eq!(
                    exploited.get(listed.id.as_str()),
                    Some(&listed.date_added),
                    "{}",
                    listed.id
                );
            }
        }
    }
}

/// Protocol, model and firmware of a unit, and what the exploited ones mean for it.
type Unit = (
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, Exposure)],
);

#[test]
fn units_as_they_speak_get_their_verdicts() {
    use Exposure::{Affected, NotInRange, Possibly, Unknown};
    let table: &[Unit] = &[
        (
            "sadp",
            "DS-2CD2032F-I",
            "V5.4.0build 160530",
            &[("CVE-2017-7921", Affected), ("CVE-2021-36260", Unknown)],
        ),
        (
            "sadp",
            "DS-2CD2146G2-ISU",
            "V5.5.113 build 210317",
            &[("CVE-2021-36260", Affected)],
        ),
        (
            "sadp",
            "DS-2CD2146G2-ISU",
            "V5.7.18 build 240826",
            &[("CVE-2021-36260", NotInRange)],
        ),
        // A terminal for doors is no camera, and a label is nobody's line.
        ("sadp", "DS-K1T341AM", "V3.3.15 build 220101", &[]),
        (
            "sadp",
            "CS-C6TC-32WFR",
            "V5.2.3 build 190731",
            &[("CVE-2021-36260", Possibly)],
        ),
        ("sadp", "HM-TD2028T-7/Q", "V5.5.31 build 220101", &[]),
        (
            "dhip",
            "IPC-HDW3441TM-AS",
            "2.800.0000000.13.R",
            &[("CVE-2021-33044", Unknown), ("CVE-2021-33045", Unknown)],
        ),
        (
            "dhip",
            "IP2M-841B",
            "2.420.AC00.15.R.20160908",
            &[
                ("CVE-2020-5735", Affected),
                ("CVE-2021-33044", Possibly),
                ("CVE-2021-33045", Possibly),
            ],
        ),
    ];
    for (protocol, model, version, expected) in table {
        let own = match *protocol {
            "sadp" => (Name::Sadp, "probe-match"),
            _ => (Name::Dhip, "client.notifyDevInfo"),
        };
        let mut reply = Reply::new("10.0.0.5", protocol.parse::<Protocol>().expect("a protocol"), "x");
        reply.asked = Some("unicast inquiry".into());
        let said = [own, (Name::Model, *model), (Name::Firmware, *version)];
        let facts = said.map(|(name, value)| Fact {
            channel: None,
            name,
            value: value.into(),
            reply: 0,
        });
        let device = identify(&[reply], &facts, Knowledge::builtin()).remove(0);
        let exploited = device.advisories.iter().filter(|one| one.exploited_since.is_some());
        let found: Vec<(&str, Exposure)> = exploited.map(|one| (one.id.as_str(), one.verdict)).collect();
        assert_eq!(found, *expected, "{model} {version}: {:#?}", device.advisories);
    }
}

const MODELS: &[&str] = &[
    "DS-2CD2032F-I",
    "DS-2CD2146G2-ISU",
    "DS-7608NI-K1/8P",
    "IPC-T221H",
    "CS-C6TC-32WFR",
    "IPC-HFW5442E-ZE",
    "NVR4104HS-4KS2",
    "IP2M-841B",
    "RLC-410W",
    "GV-VS12",
    "DVR5108H",
    "ASI7213X",
];
const VERSIONS: &[&str] = &[
    "V5.4.0 build 160530",
    "V5.9.9 build 260101",
    "V1.0",
    "build 150101",
    "2.420.AC00.15.R",
    "2.800.0000000.13.R,build:2026-12-03",
    "2.608.0000.0",
    "9.999.0000000.9.R,build:2026-01-01",
    "nonsense",
];

fn devices() -> impl Strategy<Value = Device> {
    let names = (
        select(vec!["hikvision", "dahua", "reolink", "geovision", "axis"]),
        prop::option::of(select(MODELS)),
    );
    let sure = select(vec![Confidence::Possible, Confidence::Probable, Confidence::Confirmed]);
    (names, prop::option::of(select(VERSIONS)), sure).prop_map(|((maker, model), version, sure)| {
        let known = Knowledge::builtin().makers.iter().find(|known| known.id == maker);
        let grammar = known.expect("it has a file").firmware;
        Device {
            maker: Some(maker.into()),
            model: model.map(str::to_owned),
            firmware: version.map(|raw| firmware::read(grammar, raw, "sadp")),
            confidence: Some(sure),
            ..Device::default()
        }
    })
}

proptest! {
    #[test]
    fn what_bears_another_label_is_never_called_outside_a_range(device in devices(), rebuilt in any::<bool>()) {
        let labelled = Device { brand: (!rebuilt).then(|| "Other Label".into()), ..device };
        for verdict in Exposures::new(bulletins()).about(&labelled, rebuilt) {
            prop_assert!(verdict.verdict != Exposure::NotInRange, "{verdict:?}");
        }
    }

    #[test]
    fn nothing_is_said_of_another_makers_devices_nor_surely_of_a_possible_ones(device in devices()) {
        for verdict in Exposures::new(bulletins()).about(&device, false) {
            let (bulletin, _) = all().find(|(_, advisory)| advisory.id == verdict.id).expect("it is in a file");
            prop_assert_eq!(Some(&bulletin.maker), device.maker.as_ref());
            let sure = matches!(verdict.verdict, Exposure::Affected | Exposure::NotInRange);
            prop_assert!(!sure || device.confidence > Some(Confidence::Possible), "{verdict:?}");
        }
    }
}

#[test]
fn the_file_in_the_documentation_can_be_read() {
    let page = include_str!("../docs/adding-an-advisory.md");
    let toml = page
        .split("```")
        .nth(1)
        .expect("a fenced file")
        .trim_start_matches("toml");
    let bulletin = Bulletin::from_toml(toml).expect("it is a file of advisories");
    let mut device = device(&bulletin, &bulletin.advisory[0].example[0]);
    device.brand = Some("Other Label".into());
    let verdicts = Exposures::new(&[bulletin]).about(&device, false);
    assert_eq!(verdicts[0].verdict, Exposure::Possibly, "{verdicts:?}");
}
