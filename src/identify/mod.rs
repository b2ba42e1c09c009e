//! The fold from facts to verdicts. Pure: the same replies and the same data give the same verdicts.
//!
//! Facts are grouped by host (`merge`), each host is weighed against the makers (`verdict`), hosts that are one device
//! are merged (`same`) and weighed again, and what the device says of itself is put in order (`details`). What its
//! version means is looked up (`exposure`).

pub mod advisories;
mod details;
mod device;
pub mod exposure;
pub mod firmware;
pub mod fragile;
pub mod makers;
mod merge;
pub mod oui;
pub mod policies;
mod rules;
mod same;
mod serial;
mod table;
mod verdict;

use std::collections::HashSet;
use std::sync::OnceLock;

use crate::fact::{Fact, Name, Reply, parse_mac};

pub use device::{
    AdvisoryVerdict, Behind, BrandClaim, Class, Confidence, Conflict, Device, Evidence, Exposure, Falls, Firmware,
    Login, PolicyFinding, ReplyRef, Strength,
};
pub use oui::Registry;

/// What verdicts are judged by.
#[derive(Debug, Clone)]
pub struct Knowledge {
    /// Who MAC prefixes are registered to.
    pub registry: Registry,
    /// What is known of the makers.
    pub makers: Vec<makers::Maker>,
    /// What is published about their devices.
    pub advisories: Vec<advisories::Bulletin>,
    /// All the makers' patterns at once.
    rules: rules::Rules,
    /// What the makers' patterns are about.
    names: HashSet<Name>,
    /// All their MAC prefixes, as upper-case hexadecimal digits.
    prefixes: HashSet<String>,
}

impl Knowledge {
    /// What the program carries.
    pub fn builtin() -> &'static Knowledge {
        static BUILTIN: OnceLock<Knowledge> = OnceLock::new();
        BUILTIN.get_or_init(|| Knowledge::with_registry(Registry::builtin()))
    }

    /// The makers that the program carries, beside another registry.
    pub fn with_registry(registry: Registry) -> Knowledge {
        Knowledge::of(registry, makers::builtin())
    }

    /// These makers and no others.
    pub fn of(registry: Registry, makers: Vec<makers::Maker>) -> Knowledge {
        let blocks = makers.iter().flat_map(|maker| &maker.oui);
        let prefixes = blocks.flat_map(|block| block.prefixes.iter().cloned()).collect();
        let patterns = makers.iter().flat_map(|maker| &maker.pattern);
        let about = |pattern: &makers::Pattern| {
            let also: Vec<Name> = pattern.all.iter().map(|also| also.fact).collect();
            also.into_iter().chain([pattern.fact])
        };
        Knowledge {
            registry,
            rules: rules::Rules::of(&makers),
            names: patterns.flat_map(about).collect(),
            prefixes,
            makers,
            advisories: advisories::builtin(),
        }
    }

    /// When the advisories were last compared with their sources, in words: the oldest file decides.
    pub fn advisories_date(&self) -> String {
        let oldest = |date: fn(&advisories::Bulletin) -> jiff::civil::Date| self.advisories.iter().map(date).min();
        let dates = oldest(|bulletin| bulletin.date).zip(oldest(|bulletin| bulletin.exploited_data));
        dates.map_or_else(String::new, |(date, exploited)| {
            format!("{date}, with the list of exploited ones of {exploited} and later single additions")
        })
    }

    /// The patterns that fit facts, each with its maker; a pattern's conditions hold within one reply.
    pub fn hits<'a>(&'a self, facts: &[&'a Fact]) -> Vec<(&'a makers::Maker, makers::Hit<'a>)> {
        self.rules.hits(&self.makers, facts)
    }

    /// Whether any pattern of any maker is about facts of this kind.
    fn is_about(&self, name: Name) -> bool {
        self.names.contains(&name)
    }

    /// The digits of a MAC address that is in a block of any maker, and still registered.
    fn digits(&self, mac: &str) -> Option<String> {
        let mac = parse_mac(mac)?;
        let number = mac
            .bytes()
            .iter()
            .fold(0, |number, &byte| number << 8 | u64::from(byte));
        let digits = format!("{number:012X}");
        // MA-L, MA-M, MA-S: 24, 28 and 36 bits.
        let listed = [6, 7, 9]
            .into_iter()
            .any(|length| self.prefixes.contains(&digits[..length]));
        (listed && self.registry.lookup(mac).organisation().is_some()).then_some(digits)
    }

    /// Whether any rule of any maker reads something in this fact.
    pub fn knows(&self, fact: &Fact) -> bool {
        self.makers.iter().any(|maker| maker.knows(fact))
    }
}

/// Folds facts into one verdict a device, in the order of their addresses. [`Fact::reply`] is a place in `replies`.
pub fn identify(replies: &[Reply], facts: &[Fact], knowledge: &Knowledge) -> Vec<Device> {
    let mut hosts = merge::hosts(replies, facts);
    let proxies = merge::take_proxy_arp(&mut hosts);
    let view = verdict::View { replies, knowledge };
    let hosts = same::same_devices(hosts, &view);
    let mut devices: Vec<Device> = hosts.into_iter().map(|host| details::device(host, &view)).collect();
    devices.extend(proxies);
    devices.sort_by_cached_key(|device| merge::order(device.addresses.first().map_or("", String::as_str)));
    devices
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
