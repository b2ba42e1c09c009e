//! Whose devices may be fragile: medical, industrial, printers. By the MAC's organisation, or by what a device says.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::Registry;
use crate::fact::{Fact, Name, parse_mac};

/// Why a device may be fragile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Kind {
    /// It may keep a patient alive.
    Medical,
    /// It may control a machine, a plant or a building.
    Industrial,
    /// It prints whatever comes to some of its ports.
    Printer,
}

/// Organisations that make the same.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Group {
    /// Why their devices may be fragile.
    pub kind: Kind,
    /// What they are known for.
    pub known_for: String,
    /// Their names, as the IEEE's registry spells them.
    pub organisations: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    group: Vec<Group>,
}

/// The organisations that the program carries.
pub fn builtin() -> &'static [Group] {
    static GROUPS: OnceLock<Vec<Group>> = OnceLock::new();
    GROUPS.get_or_init(|| {
        let file: Result<File, _> = toml::from_str(include_str!("../../oui-data/fragile.toml"));
        file.unwrap_or_else(|why| panic!("fragile.toml: {why}")).group
    })
}

/// What a device says of itself, in lower case, that makes it fragile.
const SIGNS: &[(Name, &str, Kind)] = &[
    // IEEE 11073-20702, devices at the point of care.
    (Name::WsdTypes, "medicaldevice", Kind::Medical),
    (Name::WsdTypes, "printdevicetype", Kind::Printer),
    (Name::WsdTypes, "scandevicetype", Kind::Printer),
    (Name::MdnsService, "._ipp._tcp.", Kind::Printer),
    (Name::MdnsService, "._ipps._tcp.", Kind::Printer),
    (Name::MdnsService, "._printer._tcp.", Kind::Printer),
    (Name::MdnsService, "._pdl-datastream._tcp.", Kind::Printer),
    (Name::MdnsService, "._uscan._tcp.", Kind::Printer),
    (Name::SsdpUsn, ":device:printer:", Kind::Printer),
    (Name::UpnpDeviceType, ":device:printer:", Kind::Printer),
];

/// Why a device of which these are facts may be fragile, in words.
pub fn why(facts: &[Fact], registry: &Registry) -> Option<String> {
    let own = facts.iter().filter(|fact| fact.channel.is_none());
    own.clone()
        .find_map(|fact| by_mac(fact, registry))
        .or_else(|| own.clone().find_map(by_sign))
}

/// Whether one of these facts is a MAC address that tells whose device it is. One that was derived may belong to
/// anything: the identifiers of a library carry the MAC of the machine that it was built on.
pub fn has_mac(facts: &[Fact]) -> bool {
    let mut own = facts.iter().filter(|fact| fact.channel.is_none());
    own.any(|fact| matches!(fact.name, Name::Mac | Name::ClaimedMac))
}

fn is_mac(fact: &Fact) -> bool {
    matches!(fact.name, Name::Mac | Name::ClaimedMac | Name::DerivedMac)
}

/// The registry in use may be the user's, and spell the names otherwise: the one that is built in counts, too.
fn by_mac(fact: &Fact, registry: &Registry) -> Option<String> {
    let mac = parse_mac(&fact.value).filter(|_| is_mac(fact))?;
    let of = |registry: &Registry| {
        let name = registry.lookup(mac).organisation()?;
        // Several owners of a block are named together; a single one may have such a stroke in its own name.
        let names = std::iter::once(name).chain(name.split(" / "));
        let (name, kind) = names.filter_map(|name| Some((name, kind_of(name)?))).next()?;
        Some(format!("{kind}: a MAC of {name}"))
    };
    of(registry).or_else(|| of(&Registry::builtin()))
}

fn kind_of(organisation: &str) -> Option<Kind> {
    static KINDS: OnceLock<HashMap<&str, Kind>> = OnceLock::new();
    let of_group = |group: &'static Group| group.organisations.iter().map(|name| (name.as_str(), group.kind));
    let kinds = KINDS.get_or_init(|| builtin().iter().flat_map(of_group).collect());
    kinds.get(organisation).copied()
}

fn by_sign(fact: &Fact) -> Option<String> {
    let value = fact.value.to_ascii_lowercase();
    let says = |(name, part, _): &&(Name, &str, Kind)| fact.name == *name && value.contains(part);
    let (_, part, kind) = SIGNS.iter().find(says)?;
    Some(format!("{kind}: it says {part:?}"))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::identify::makers;

    fn fact(name: Name, value: &str) -> Fact {
        Fact {
            channel: None,
            name,
            value: value.into(),
            reply: 0,
        }
    }

    #[test]
    fn every_organisation_is_in_the_registry_once_in_the_list_and_no_maker_of_units() {
        let registry = Registry::builtin();
        let registered: HashSet<&str> = registry.organisations().collect();
        let makers = makers::builtin();
        let units = makers
            .iter()
            .filter(|maker| ["hikvision", "dahua"].contains(&maker.id.as_str()));
        let units: Vec<&str> = units
            .flat_map(|maker| &maker.oui)
            .map(|block| block.organisation.as_str())
            .collect();
        let mut names: Vec<&String> = builtin().iter().flat_map(|group| &group.organisations).collect();
        let listed = names.len();
        for name in &names {
            assert!(registered.contains(name.as_str()), "{name:?} is not in the registry");
            assert!(!units.contains(&name.as_str()), "{name:?} makes units");
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), listed);
        assert!(builtin().iter().all(|group| !group.known_for.is_empty()));
    }

    #[test]
    fn a_mac_or_a_word_of_its_own_makes_a_device_fragile() {
        let registry = Registry::builtin();
        let table = [
            (Name::Mac, "3c:2a:f4:50:00:50", Some("printer: a MAC of Brother")),
            (
                Name::ClaimedMac,
                "00:09:fb:00:00:01",
                Some("medical: a MAC of Philips Patient"),
            ),
            (Name::Mac, "00:1b:1b:00:00:01", Some("industrial: a MAC of Siemens AG")),
            (Name::Mac, "44:47:cc:00:00:01", None),
            (Name::Mac, "02:00:00:00:00:01", None),
            (Name::HostName, "3c:2a:f4:50:00:50", None),
            (Name::WsdTypes, "Device PrintDeviceType", Some("printer")),
            (Name::WsdTypes, "Device MedicalDevice", Some("medical")),
            (Name::WsdTypes, "NetworkVideoTransmitter Device", None),
            (Name::MdnsService, "Office._ipp._tcp.local", Some("printer")),
            (Name::MdnsService, "Hall._http._tcp.local", None),
        ];
        for (name, value, begins) in table {
            let why = why(&[fact(name, value)], &registry);
            let fits = match begins {
                Some(begins) => why.as_ref().is_some_and(|why| why.starts_with(begins)),
                None => why.is_none(),
            };
            assert!(fits, "{value}: {why:?}");
        }
        let behind = Fact {
            channel: Some("1".into()),
            ..fact(Name::ClaimedMac, "3c:2a:f4:50:00:50")
        };
        assert_eq!(super::why(&[behind], &registry), None, "not itself");
    }

    #[test]
    fn a_registry_of_the_users_takes_nothing_off_the_list() {
        let registry = Registry::from_csv("prefix,organisation\n3C2AF4,Brother by another name\n").expect("a registry");
        assert!(why(&[fact(Name::Mac, "3c:2a:f4:50:00:50")], &registry).is_some());
    }
}
