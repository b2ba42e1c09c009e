//! The maker files prove themselves: examples match, lookalikes do not, blocks agree with the registry.

#![expect(clippy::print_stderr, reason = "a skipped test says so loudly")]

use std::collections::BTreeSet;

use camsweep::fact::{Fact, Name, Protocol, Reply};
use camsweep::identify::Knowledge;
use camsweep::identify::makers::{Maker, Yields};
use camsweep::judge::judge;

fn makers() -> &'static [Maker] {
    &Knowledge::builtin().makers
}

fn heaviest(maker: &Maker, name: Name, text: &str) -> u8 {
    let fact = Fact {
        name,
        value: text.into(),
        reply: 0,
    };
    maker
        .hits(&[&fact])
        .iter()
        .map(|hit| hit.pattern.weight)
        .max()
        .unwrap_or(0)
}

#[test]
fn every_example_matches_its_own_maker_alone_and_yields_its_values() {
    for maker in makers() {
        assert!(!maker.example.is_empty(), "{} has no example", maker.id);
        for example in &maker.example {
            let said = example.facts.iter();
            let facts: Vec<Fact> = said
                .map(|text| Fact {
                    name: text.fact,
                    value: text.text.clone(),
                    reply: 0,
                })
                .collect();
            let facts: Vec<&Fact> = facts.iter().collect();
            let hits = maker.hits(&facts);
            assert!(!hits.is_empty(), "{}: {:?} matches nothing", maker.id, example.facts);
            let mut read = Yields::default();
            for hit in hits {
                read.model = read.model.or(hit.yields.model);
                read.serial = read.serial.or(hit.yields.serial);
                read.firmware = read.firmware.or(hit.yields.firmware);
                read.brand = read.brand.or(hit.yields.brand);
            }
            assert_eq!(read, example.yields, "{}: {:?}", maker.id, example.facts);
            for other in makers().iter().filter(|other| other.id != maker.id) {
                assert!(
                    other.hits(&facts).is_empty(),
                    "{} matches an example of {}",
                    other.id,
                    maker.id
                );
            }
        }
    }
}

#[test]
fn no_lookalike_is_accused() {
    for maker in makers() {
        for lookalike in &maker.lookalike {
            let weight = heaviest(maker, lookalike.fact, &lookalike.text);
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
                    heaviest(accused, lookalike.fact, &lookalike.text) < 40,
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
