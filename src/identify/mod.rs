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
pub mod makers;
mod merge;
pub mod oui;
mod same;
mod serial;
mod table;
mod verdict;

use std::sync::OnceLock;

use crate::fact::{Fact, Reply};

pub use device::{
    AdvisoryVerdict, Behind, BrandClaim, Class, Confidence, Conflict, Device, Evidence, Exposure, Firmware, Login,
    ReplyRef, Strength,
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
}

impl Knowledge {
    /// What the program carries.
    pub fn builtin() -> &'static Knowledge {
        static BUILTIN: OnceLock<Knowledge> = OnceLock::new();
        BUILTIN.get_or_init(|| Knowledge::with_registry(Registry::builtin()))
    }

    /// The makers that the program carries, beside another registry.
    pub fn with_registry(registry: Registry) -> Knowledge {
        Knowledge {
            registry,
            makers: makers::builtin(),
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
}

impl Knowledge {
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
    let mut devices: Vec<Device> = hosts.iter().map(|host| details::device(host, &view)).collect();
    devices.extend(proxies);
    devices.sort_by_key(|device| merge::order(device.addresses.first().map_or("", String::as_str)));
    devices
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
