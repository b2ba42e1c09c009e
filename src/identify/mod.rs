//! The fold from facts to verdicts. Pure: the same replies and the same data give the same verdicts.
//!
//! Facts are grouped by host (`merge`), each host is weighed against the makers (`verdict`), hosts that are one device
//! are merged (`same`) and weighed again, and what the device says of itself is put in order (`details`), but for what
//! others may have said in its name (`vouch`). What its
//! version means is looked up (`exposure`).

pub mod advisories;
mod details;
mod device;
pub mod exposure;
pub mod firmware;
pub mod fragile;
pub mod lazy;
pub mod makers;
mod merge;
mod names;
pub mod oui;
pub mod policies;
mod rules;
mod same;
mod serial;
mod table;
mod verdict;
mod vouch;

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::fact::{Fact, Reply, parse_mac};

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
    /// All the makers' rules at once.
    rules: rules::Rules,
    /// All their MAC prefixes by length in bits and number: the places of maker and block.
    prefixes: HashMap<(u32, u64), Vec<(usize, usize)>>,
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
        let mut prefixes: HashMap<(u32, u64), Vec<(usize, usize)>> = HashMap::new();
        for (place, maker) in makers.iter().enumerate() {
            for (at, block) in maker.oui.iter().enumerate() {
                for prefix in block.prefixes.iter().filter_map(|prefix| table::prefix(prefix).ok()) {
                    prefixes.entry(prefix).or_default().push((place, at));
                }
            }
        }
        Knowledge {
            registry,
            rules: rules::Rules::of(&makers),
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
        rules::Texts::new(self).hits(facts)
    }

    /// The makers' blocks that a MAC address is in; none where it is registered no more.
    fn blocks(&self, mac: &str) -> Vec<(&makers::Maker, &makers::Oui)> {
        let Some(mac) = parse_mac(mac) else { return Vec::new() };
        let number = oui::number(mac);
        let prefixes = table::LENGTHS.iter().map(|length| (*length, number >> (48 - length)));
        let places = prefixes.filter_map(|prefix| self.prefixes.get(&prefix));
        let mut places: Vec<(usize, usize)> = places.flatten().copied().collect();
        if !places.is_empty() && self.registry.lookup(mac).organisation().is_none() {
            return Vec::new();
        }
        places.sort_unstable();
        let block = |(maker, at): (usize, usize)| (&self.makers[maker], &self.makers[maker].oui[at]);
        places.into_iter().map(block).collect()
    }

    /// Whether any rule of any maker reads something in this fact.
    pub fn knows(&self, fact: &Fact) -> bool {
        self.rules.fit(fact.name, &fact.value)
    }
}

/// Folds facts into one verdict a device, in the order of their addresses. [`Fact::reply`] is a place in `replies`.
pub fn identify(replies: &[Reply], facts: &[Fact], knowledge: &Knowledge) -> Vec<Device> {
    let mut hosts = merge::hosts(replies, facts);
    let proxies = merge::take_proxy_arp(&mut hosts);
    let (texts, exposures) = (
        rules::Texts::new(knowledge),
        exposure::Exposures::new(&knowledge.advisories),
    );
    let view = verdict::View {
        replies,
        knowledge,
        texts: &texts,
        exposures: &exposures,
    };
    let hosts = same::same_devices(hosts, &view);
    let mut devices: Vec<Device> = hosts.into_iter().map(|host| details::device(host, &view)).collect();
    devices.extend(proxies);
    devices.sort_by_cached_key(|device| merge::order(device.addresses.first().map_or("", String::as_str)));
    devices
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod recorders;
#[cfg(test)]
mod tests;
