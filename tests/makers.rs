//! The maker files prove themselves: examples match, lookalikes do not, blocks agree with the registry.

#![expect(clippy::print_stderr, reason = "a skipped test says so loudly")]

use std::collections::BTreeSet;

use camsweep::fact::{Fact, Name, Protocol, Reply};
use camsweep::identify::makers::{Example, Hit, Lookalike, Maker, Text, Yields};
use camsweep::identify::{Device, Knowledge, Registry, identify};
use camsweep::judge::judge;

fn makers() -> &'static [Maker] {
    &Knowledge::builtin().makers
}

/// What one reply says.
fn facts(texts: &[Text]) -> Vec<Fact> {
    let fact = |text: &Text| Fact {
        channel: None,
        name: text.fact,
        value: text.text.clone(),
        reply: 0,
    };
    texts.iter().map(fact).collect()
}

/// The patterns of one maker that fit.
fn hits<'a>(maker: &Maker, facts: &[&'a Fact]) -> Vec<Hit<'a>> {
    let hits = Knowledge::builtin().hits(facts).into_iter();
    hits.filter(|(of, _)| of.id == maker.id).map(|(_, hit)| hit).collect()
}

fn prefixes(id: &str) -> BTreeSet<&str> {
    let maker = makers().iter().find(|maker| maker.id == id).expect("it has a file");
    maker
        .oui
        .iter()
        .flat_map(|block| &block.prefixes)
        .map(String::as_str)
        .collect()
}

fn heaviest(knowledge: &Knowledge, maker: &Maker, name: Name, text: &str) -> u8 {
    let fact = Fact {
        channel: None,
        name,
        value: text.into(),
        reply: 0,
    };
    let hits = knowledge.hits(&[&fact]).into_iter();
    let of_maker = hits.filter(|(of, _)| of.id == maker.id);
    of_maker.map(|(_, hit)| hit.pattern.weight).max().unwrap_or(0)
}

#[test]
fn every_example_matches_its_own_maker_alone_and_yields_its_values() {
    for maker in makers() {
        assert!(!maker.example.is_empty(), "{} has no example", maker.id);
        for example in &maker.example {
            let facts = facts(&example.facts);
            let facts: Vec<&Fact> = facts.iter().collect();
            let fitting = hits(maker, &facts);
            assert!(!fitting.is_empty(), "{}: {:?} matches nothing", maker.id, example.facts);
            let mut read = Yields::default();
            for hit in fitting {
                read.model = read.model.or(hit.yields.model.map(str::to_owned));
                read.serial = read.serial.or(hit.yields.serial.map(str::to_owned));
                read.firmware = read.firmware.or(hit.yields.firmware.map(str::to_owned));
                read.brand = read.brand.or(hit.yields.brand.map(str::to_owned));
            }
            assert_eq!(read, example.yields, "{}: {:?}", maker.id, example.facts);
            for other in makers().iter().filter(|other| other.id != maker.id) {
                assert!(
                    hits(other, &facts).is_empty(),
                    "{} matches an example of {}",
                    other.id,
                    maker.id
                );
            }
        }
    }
}

#[test]
fn every_pattern_has_an_example_and_a_lookalike() {
    for maker in makers() {
        for pattern in &maker.pattern {
            let fits = |example: &Example| {
                let said = facts(&example.facts);
                let said: Vec<&Fact> = said.iter().collect();
                hits(maker, &said).iter().any(|hit| hit.pattern.id == pattern.id)
            };
            assert!(
                maker.example.iter().any(fits),
                "{}/{}: no example",
                maker.id,
                pattern.id
            );
            let alike = |lookalike: &Lookalike| lookalike.fact == pattern.fact;
            assert!(
                maker.lookalike.iter().any(alike),
                "{}/{}: no lookalike",
                maker.id,
                pattern.id
            );
        }
    }
}

#[test]
fn every_class_rule_decides_its_examples() {
    for maker in makers() {
        for rule in &maker.class {
            assert!(
                !rule.examples.is_empty(),
                "{}: {} has no example",
                maker.id,
                rule.regex.as_str()
            );
            for text in &rule.examples {
                let mut fitting = maker.class.iter().filter(|other| other.fact == rule.fact);
                let first = fitting
                    .find(|other| other.regex.is_match(text))
                    .expect("its own rule fits");
                assert!(
                    std::ptr::eq(first, rule),
                    "{}: {text} is decided by {}",
                    maker.id,
                    first.regex.as_str()
                );
            }
        }
    }
}

#[test]
fn every_brand_has_its_source_and_decides_its_examples() {
    for maker in makers() {
        for rule in &maker.brand {
            let name = &rule.name;
            assert!(!rule.source.is_empty(), "{}: {name} has no source", maker.id);
            assert!(!rule.examples.is_empty(), "{}: {name} has no example", maker.id);
            for text in &rule.examples {
                for fact in &rule.facts {
                    let mut fitting = maker.brand.iter().filter(|other| other.facts.contains(fact));
                    let first = fitting
                        .find(|other| other.regex.is_match(text))
                        .unwrap_or_else(|| panic!("{}: {text} is no {name}", maker.id));
                    assert!(
                        std::ptr::eq(first, rule),
                        "{}: {text} is decided by {}",
                        maker.id,
                        first.name
                    );
                }
            }
        }
    }
}

/// A label that several makers' devices bear says nothing of the maker, whoever registered its MAC block.
#[test]
fn a_mixed_label_alone_names_no_maker() {
    let mixed = makers()
        .iter()
        .flat_map(|maker| &maker.brand)
        .filter(|brand| brand.mixed);
    let mixed: BTreeSet<&str> = mixed.map(|brand| brand.name.as_str()).collect();
    for known in ["Annke", "Honeywell", "ADT", "Swann", "Lorex", "Alibi"] {
        assert!(mixed.contains(known), "{known} is not marked");
    }
    let ours = |device: &Device| matches!(device.maker.as_deref(), Some("hikvision" | "dahua"));
    for label in &mixed {
        for name in [
            Name::Manufacturer,
            Name::Vendor,
            Name::WsdName,
            Name::HostName,
            Name::HttpTitle,
        ] {
            let fact = Fact {
                channel: None,
                name,
                value: (*label).into(),
                reply: 0,
            };
            let replies = [Reply::new("10.0.0.5", Protocol::Onvif, "x")];
            let device = identify(&replies, &[fact], Knowledge::builtin()).remove(0);
            assert!(!ours(&device), "{name} {label}: {:?}", device.evidence);
        }
    }
    let blocks = makers().iter().flat_map(|maker| &maker.oui);
    for block in blocks.filter(|block| block.brand.as_deref().is_some_and(|brand| mixed.contains(brand))) {
        let mac = format!("{:0<12}", block.prefixes[0]);
        let replies = [Reply::new("10.0.0.5", Protocol::Arp, mac)];
        let device = judge(&replies, Knowledge::builtin()).devices.remove(0);
        assert!(!ours(&device), "{}: {:?}", block.organisation, device.evidence);
    }
}

#[test]
fn what_speaks_the_makers_protocol_shows_its_label_beside_the_maker() {
    use camsweep::identify::Strength::{Field, Press, Registry, Suspected, Vendor};
    let table = [
        (
            Name::Sadp,
            "probe-match",
            Name::Model,
            "IPC-T221H",
            Some(("HiLook", Vendor)),
        ),
        (Name::Sadp, "probe-match", Name::Model, "DS-2CD2146G2-ISU", None),
        (
            Name::Sadp,
            "probe-match",
            Name::Mac,
            "34:c6:dd:00:00:01",
            Some(("EZVIZ", Registry)),
        ),
        (
            Name::Sadp,
            "probe-match",
            Name::Mac,
            "64:25:5e:00:00:01",
            Some(("Alibi", Registry)),
        ),
        (Name::Sadp, "probe-match", Name::Vendor, "ANNKE", Some(("Annke", Field))),
        (
            Name::Sadp,
            "probe-match",
            Name::WsdName,
            "Swann",
            Some(("Swann", Press)),
        ),
        (
            Name::Dhip,
            "client.notifyDevInfo",
            Name::Mac,
            "00:1f:54:00:00:01",
            Some(("Lorex", Registry)),
        ),
        (
            Name::Dhip,
            "client.notifyDevInfo",
            Name::Firmware,
            "2.800.106F004.0.R",
            Some(("BCS", Field)),
        ),
        (
            Name::Dhip,
            "client.notifyDevInfo",
            Name::Model,
            "WV-V1330LK",
            Some(("Panasonic", Suspected)),
        ),
        (Name::Dhip, "client.notifyDevInfo", Name::Vendor, "Private", None),
    ];
    for (own, text, name, value, expected) in table {
        let said = [(own, text), (name, value)];
        let facts = said.map(|(name, value)| Fact {
            channel: None,
            name,
            value: value.into(),
            reply: 0,
        });
        let mut reply = Reply::new("10.0.0.5", Protocol::Sadp, "x");
        reply.asked = Some("unicast inquiry".into());
        let device = identify(&[reply], &facts, Knowledge::builtin()).remove(0);
        let claim = device
            .brand_claim
            .as_ref()
            .map(|claim| (claim.name.as_str(), claim.strength));
        assert_eq!(claim, expected, "{value}");
        assert_eq!(device.brand.as_deref(), expected.map(|(name, _)| name));
    }
}

#[test]
fn no_lookalike_is_accused() {
    for maker in makers() {
        for lookalike in &maker.lookalike {
            let weight = heaviest(Knowledge::builtin(), maker, lookalike.fact, &lookalike.text);
            assert!(
                weight <= lookalike.at_most,
                "{}: {:?} is {}",
                maker.id,
                lookalike.text,
                lookalike.really
            );
            for accused in makers()
                .iter()
                .filter(|maker| ["hikvision", "dahua"].contains(&maker.id.as_str()))
            {
                assert!(
                    heaviest(Knowledge::builtin(), accused, lookalike.fact, &lookalike.text) < 40,
                    "{}: {:?}",
                    accused.id,
                    lookalike.text
                );
            }
        }
    }
}

#[test]
fn every_block_is_registered_to_exactly_the_organisation_that_is_named_and_none_is_missing() {
    let mut seen = BTreeSet::new();
    for maker in makers() {
        for block in &maker.oui {
            let listed: BTreeSet<String> = block.prefixes.iter().cloned().collect();
            let registered = Knowledge::builtin()
                .registry
                .prefixes_of(&block.organisation)
                .into_iter()
                .collect();
            assert_eq!(listed, registered, "{}: {}", maker.id, block.organisation);
            for prefix in listed {
                assert!(seen.insert(prefix.clone()), "{prefix} stands in two lists");
            }
        }
    }
}

#[test]
fn hikvision_and_dahua_share_no_prefix() {
    for one in prefixes("hikvision") {
        for other in prefixes("dahua") {
            assert!(!one.starts_with(other) && !other.starts_with(one), "{one} and {other}");
        }
    }
}

#[test]
fn shanghai_dahua_scale_factory_is_not_dahua() {
    let registry = &Knowledge::builtin().registry;
    let blocks = registry.prefixes_of("Shanghai Dahua Scale Factory");
    assert_eq!(blocks, ["402C761"]);
    let replies = [Reply::new("10.0.0.65", Protocol::Arp, "40:2c:76:10:00:65")];
    let device = judge(&replies, Knowledge::builtin()).devices.remove(0);
    assert_eq!(device.oui_organisation.as_deref(), Some("Shanghai Dahua Scale Factory"));
    assert_eq!((device.maker, device.evidence), (None, vec![]));
}

#[test]
fn the_false_friends_are_nobodys() {
    for prefix in ["402C761", "8C1F64F4B", "0008C4", "205A8F", "446FD8A", "C0619AE"] {
        let clash = |listed: &String| prefix.starts_with(listed.as_str()) || listed.starts_with(prefix);
        let owner = makers()
            .iter()
            .find(|maker| maker.oui.iter().any(|block| block.prefixes.iter().any(clash)));
        assert!(owner.is_none(), "{prefix} is in {:?}", owner.map(|maker| &maker.id));
    }
}

#[test]
fn the_lists_know_what_the_shared_list_knows() {
    let Ok(csv) = std::fs::read_to_string("../shared/data/camera_ouis.csv") else {
        eprintln!("SKIPPED: ../shared/data/camera_ouis.csv is absent");
        return;
    };
    for (class, id) in [("hikvision", "hikvision"), ("dahua", "dahua"), ("dahua-group", "dahua")] {
        let maker = makers().iter().find(|maker| maker.id == id).expect("both have a file");
        for line in csv.lines().filter(|line| line.contains(&format!(",{class},"))) {
            let prefix = line.split(',').nth(1).expect("a prefix");
            assert!(
                maker.oui.iter().any(|block| block.prefixes.iter().any(|p| p == prefix)),
                "{prefix} is missing"
            );
        }
    }
}

#[test]
fn the_file_in_the_documentation_can_be_read() {
    let page = include_str!("../docs/adding-a-maker.md");
    let toml = page
        .split("```")
        .nth(1)
        .expect("a fenced file")
        .trim_start_matches("toml");
    let maker = Maker::from_toml(toml).expect("it is a maker's file");
    let knowledge = Knowledge::of(Registry::builtin(), vec![maker]);
    let weighs = |text| heaviest(&knowledge, &knowledge.makers[0], Name::HttpServer, text);
    assert_eq!((weighs("Acme-Webs/1.2"), weighs("Acme-Webserver")), (80, 0));
}
