//! What is remembered of a unit from run to run.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::identify::{Behind, Device, Login};
use crate::report::register::identity::Identity;

/// A unit, as the last run that was told each of these knew it. A device does not tell everything every time: what a
/// later run is not told stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Known {
    /// Its addresses (or labels) in the last run that saw it.
    pub addresses: Vec<String>,
    /// Its MAC address.
    pub mac: Option<String>,
    /// The serial number.
    pub serial: Option<String>,
    /// The maker's id.
    pub maker: Option<String>,
    /// The brand on the label, where it differs.
    pub brand: Option<String>,
    /// The model.
    pub model: Option<String>,
    /// The site it is at, as the last run that saw it was told.
    pub site: Option<String>,
    /// The firmware, verbatim.
    pub firmware: Option<String>,
    /// Whether an administrator's password has been set.
    pub activated: Option<bool>,
    /// How the user's login fared, where one was used.
    pub login: Option<Login>,
    /// The recorder that lists it, where it has not spoken for itself.
    pub behind: Option<Behind>,
}

impl From<&Device> for Known {
    fn from(device: &Device) -> Known {
        Known {
            addresses: device.addresses.clone(),
            mac: device.mac.clone(),
            serial: device.serial.clone(),
            maker: device.maker.clone(),
            brand: device.brand.clone(),
            model: device.model.clone(),
            site: device.site.clone(),
            firmware: device.firmware.as_ref().map(|firmware| firmware.raw.clone()),
            activated: device.activated,
            login: device.login,
            behind: device.behind.clone(),
        }
    }
}

impl Known {
    /// The same unit after a later run.
    pub fn after(&self, later: &Known) -> Known {
        fn told<T: Clone>(later: &Option<T>, before: &Option<T>) -> Option<T> {
            later.clone().or_else(|| before.clone())
        }
        Known {
            addresses: later.addresses.clone(),
            mac: told(&later.mac, &self.mac),
            serial: told(&later.serial, &self.serial),
            maker: told(&later.maker, &self.maker),
            brand: told(&later.brand, &self.brand),
            model: told(&later.model, &self.model),
            site: later.site.clone(),
            firmware: told(&later.firmware, &self.firmware),
            activated: later.activated.or(self.activated),
            login: later.login.or(self.login),
            behind: later.behind.clone(),
        }
    }

    /// Where it is: its first address, and the channel of a recorder.
    pub fn place(&self) -> String {
        let address = self.addresses.first().map_or("", String::as_str);
        match &self.behind {
            Some(behind) => format!("{address} behind {} channel {}", behind.recorder, behind.channel)
                .trim_start()
                .to_owned(),
            None => address.to_owned(),
        }
    }

    /// Serial number, else MAC address, else where it is together with what it looks like.
    /// `by_mac`: nobody else has its MAC address.
    pub(super) fn identity(&self, by_mac: bool) -> Identity {
        let looks = [&self.maker, &self.model].map(|text| text.as_deref().unwrap_or_default());
        let site = self.site.as_deref().unwrap_or_default();
        let place = format!(
            "{site} {} {} {}",
            self.addresses.join(" "),
            self.place(),
            looks.join(" ")
        );
        Identity::new(self.serial.as_deref(), self.mac.as_deref().filter(|_| by_mac), place)
    }

    /// Whether they are at one address, and nothing that both tell speaks against their being one. A camera beyond a
    /// router does not tell its serial number every time.
    pub(super) fn may_be(&self, other: &Known) -> bool {
        let differ = |mine: &Option<String>, other: &Option<String>| match (mine, other) {
            (Some(mine), Some(other)) => !mine.eq_ignore_ascii_case(other),
            _ => false,
        };
        self.behind == other.behind
            && self.addresses.iter().any(|address| other.addresses.contains(address))
            && !differ(&self.site, &other.site)
            && !differ(&self.serial, &other.serial)
            && !differ(&self.mac, &other.mac)
            && !differ(&self.maker, &other.maker)
            && !differ(&self.model, &other.model)
    }
}
