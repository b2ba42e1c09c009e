//! Policies that name a class of equipment: the files of `oui-data/policies`, and those of the user. What is said of a
//! device is that it falls within such a class, or may; whether the policy holds for its owner is not for us to say.

use jiff::civil::Date;
use serde::{Deserialize, Deserializer};

use super::{Class, Confidence, Device, Falls, Knowledge, PolicyFinding, Strength};

/// A text that names a class of equipment.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// A short name: `us-ndaa-889`.
    #[serde(deserialize_with = "filled")]
    pub id: String,
    /// What it is called: "the class named in …".
    #[serde(deserialize_with = "filled")]
    pub name: String,
    /// When it was published, where that is known.
    pub published: Option<Date>,
    /// When the file was last compared with what it is taken from.
    pub date: Date,
    /// Where it can be read.
    #[serde(deserialize_with = "filled")]
    pub source: String,
    /// The class, in our own words.
    #[serde(deserialize_with = "filled")]
    pub class: String,
    /// Why these makers are taken to be meant.
    #[serde(deserialize_with = "filled")]
    pub basis: String,
    /// What it leaves open, and what cannot be seen from the network.
    #[serde(default)]
    pub limits: String,
    /// It is about sites that the user marked as sensitive, and about no other.
    #[serde(default)]
    pub sensitive_sites_only: bool,
    /// The ids of the makers whose equipment is meant.
    #[serde(deserialize_with = "makers")]
    pub makers: Vec<String>,
    /// The kinds of device that are certainly meant; of others it is left open.
    pub classes: Vec<Class>,
}

impl Policy {
    /// Reads a file.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place.
    pub fn from_toml(text: &str) -> Result<Policy, toml::de::Error> {
        toml::from_str(text)
    }

    /// What it is to a device. `sensitive`: the device is at a site that the user marked so.
    pub fn finding(&self, device: &Device, sensitive: bool) -> Option<PolicyFinding> {
        let maker = device.maker.as_ref()?;
        if !self.makers.contains(maker) || (self.sensitive_sites_only && !sensitive) {
            return None;
        }
        let doubts = self.doubts(device);
        let (falls, because) = match doubts.is_empty() {
            true => (Falls::Within, self.basis.clone()),
            false => (Falls::Perhaps, doubts.join("; ")),
        };
        Some(PolicyFinding {
            id: self.id.clone(),
            name: self.name.clone(),
            falls,
            because,
            source: self.source.clone(),
        })
    }

    /// Why a device may be none of what is meant.
    fn doubts(&self, device: &Device) -> Vec<String> {
        let unsure = device.confidence.filter(|sure| *sure < Confidence::Confirmed);
        let unsure = match device.confidence {
            None => Some("its maker is not certain".to_owned()),
            Some(_) => unsure.map(|sure| format!("its maker is {sure}, not confirmed")),
        };
        let claim = device.brand_claim.as_ref();
        let label = claim.filter(|claim| claim.strength >= Strength::Press);
        let label = label.map(|claim| format!("that its maker makes the label is {}", claim.strength));
        let kind = match device.class {
            None => Some("what kind of device it is is not known".to_owned()),
            Some(class) if !self.classes.contains(&class) => {
                Some(format!("whether a device of the kind {class} is meant is left open"))
            }
            Some(_) => None,
        };
        [unsure, label, kind].into_iter().flatten().collect()
    }
}

fn filled<'de, D: Deserializer<'de>>(source: D) -> Result<String, D::Error> {
    let text = String::deserialize(source)?;
    match text.trim().is_empty() {
        true => Err(serde::de::Error::custom("the text is empty")),
        false => Ok(text),
    }
}

fn makers<'de, D: Deserializer<'de>>(source: D) -> Result<Vec<String>, D::Error> {
    let ids = Vec::<String>::deserialize(source)?;
    let known = |id: &&String| Knowledge::builtin().makers.iter().any(|maker| maker.id == **id);
    match ids.iter().find(|id| !known(id)) {
        Some(id) => Err(serde::de::Error::custom(format!(
            "there is no maker {id:?}; camsweep data lists them"
        ))),
        None if ids.is_empty() => Err(serde::de::Error::custom("it names no maker")),
        None => Ok(ids),
    }
}

const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/policies.rs"));

/// The policies that the program carries.
pub fn builtin() -> Vec<Policy> {
    FILES
        .iter()
        .map(|(name, text)| Policy::from_toml(text).unwrap_or_else(|why| panic!("{name}.toml: {why}")))
        .collect()
}
