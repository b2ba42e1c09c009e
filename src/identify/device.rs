//! The verdict on one device.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString};

/// How sure a verdict is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Display, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Confidence {
    /// One weak sign, such as the MAC prefix alone.
    Possible,
    /// One tell of a protocol, or the MAC prefix and a tell.
    Probable,
    /// The maker's own protocol answered from that very address, or two independent tells.
    Confirmed,
}

/// How the login that the user gave for a device fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Login {
    /// The device let us in.
    Accepted,
    /// It wants a login, and has refused the one given or could not be sent it.
    AuthRequired,
}

/// What kind of device it is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Display, EnumString, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Class {
    /// A fixed camera.
    Camera,
    /// A camera that turns and zooms.
    Ptz,
    /// A recorder (NVR, DVR, XVR).
    Recorder,
    /// A video encoder.
    Encoder,
    /// A door station.
    DoorStation,
    /// A reader, terminal or controller for doors.
    AccessControl,
    /// An indoor station or a screen.
    Monitor,
    /// Anything else.
    Other,
}

/// A version, as the device spelt it and as we read it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Firmware {
    /// Verbatim.
    pub raw: String,
    /// The version number in it, leading zeros kept; absent where the grammar did not fit.
    pub version: Option<String>,
    /// The build date in it, `YYYY-MM-DD`.
    pub build_date: Option<String>,
    /// The protocol that said so.
    pub via: String,
}

/// How good a claim is that a maker makes what bears another's label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Display, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Strength {
    /// The maker itself says so.
    Vendor,
    /// The MAC registry says so.
    Registry,
    /// Units with that label were seen to be the maker's.
    Field,
    /// The press says so.
    Press,
    /// Something looks like it.
    Suspected,
}

/// Why a label is taken for the maker's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BrandClaim {
    /// The label.
    pub name: String,
    /// Who says that the maker makes it.
    pub source: String,
    /// How good that is.
    pub strength: Strength,
}

/// What a published advisory means for a device, by its model and version alone. Nothing was tried on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Display, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Exposure {
    /// The model is named, and so is its version.
    Affected,
    /// It may be: only certain units are, or the model is not known, or it bears another label and is old enough.
    Possibly,
    /// Whether it is cannot be said.
    Unknown,
    /// The model is named, and its version is outside what is named.
    NotInRange,
}

/// One advisory that concerns a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AdvisoryVerdict {
    /// The advisory: `CVE-2021-36260`.
    pub id: String,
    /// What it means for this device.
    pub verdict: Exposure,
    /// Since when it is known to be exploited (CISA's catalogue), `YYYY-MM-DD`.
    pub exploited_since: Option<String>,
    /// Where the advisory is.
    pub source: String,
    /// Why.
    pub because: String,
}

/// Whether a device falls within the class of equipment that a policy names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Display, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Falls {
    /// It does, by its maker and kind.
    Within,
    /// It may: its maker or its kind is not certain, or whether that kind is meant is left open.
    Perhaps,
}

/// What a published policy is to a device. Whether that policy holds for its owner is not said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyFinding {
    /// The policy: `us-ndaa-889`.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Whether the device falls within the class named in it.
    pub falls: Falls,
    /// Why, and why not surely.
    pub because: String,
    /// Where the policy can be read.
    pub source: String,
}

/// One reason for a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// The rule that fitted, as `maker/pattern`, or `oui`.
    pub rule: String,
    /// The maker that it speaks for.
    pub maker: String,
    /// How much it weighs, 1 to 100.
    pub weight: u8,
    /// What it saw, shortened.
    pub saw: String,
    /// The reply that it saw it in.
    pub reply: ReplyRef,
}

/// Which reply it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReplyRef {
    /// The sender.
    pub host: String,
    /// The protocol.
    pub protocol: String,
    /// The sender's port.
    pub port: Option<u16>,
    /// What was asked.
    pub asked: Option<String>,
    /// When it came.
    pub at: Option<String>,
}

/// Two replies that do not agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Conflict {
    /// What they disagree about: `mac`, `address`, `maker`, `model`, `serial`, `firmware`.
    pub about: String,
    /// What each says, with the protocol that says it.
    pub says: Vec<String>,
}

/// Where a camera is that only its recorder speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Behind {
    /// The recorder's address.
    pub recorder: String,
    /// The recorder's channel.
    pub channel: String,
}

/// One device, and why we say so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Device {
    /// Its addresses (or labels), the first one first heard.
    pub addresses: Vec<String>,
    /// Its MAC address.
    pub mac: Option<String>,
    /// Where that came from: `arp`, `neighbour`, `sadp`, `dhip`, … or `derived`.
    pub mac_source: Option<String>,
    /// The organisation that the MAC prefix is registered to.
    pub oui_organisation: Option<String>,
    /// The maker's id: `hikvision`, `dahua`, another, or null where no sign points at one.
    pub maker: Option<String>,
    /// How sure that is.
    pub confidence: Option<Confidence>,
    /// The brand on the label, where it differs from the maker.
    pub brand: Option<String>,
    /// Who says that the maker makes that brand, and how good that is.
    pub brand_claim: Option<BrandClaim>,
    /// The site it is at, where the user named sites.
    #[serde(default)]
    pub site: Option<String>,
    /// What kind of device.
    pub class: Option<Class>,
    /// The model.
    pub model: Option<String>,
    /// The serial number.
    pub serial: Option<String>,
    /// The name it goes by.
    pub host_name: Option<String>,
    /// The firmware, from the most direct source.
    pub firmware: Option<Firmware>,
    /// What other sources say, and other versions than the firmware's.
    pub other_firmware: Vec<Firmware>,
    /// The version of its web pages, verbatim. It is not the firmware's.
    pub web_ui_version: Option<String>,
    /// The day that its web pages were made, `YYYY-MM-DD`: a hint of the firmware's age, and no more than that.
    pub web_ui_date: Option<String>,
    /// How many days old the firmware was at the end of the run, by its build date.
    pub firmware_age_days: Option<i64>,
    /// The day it was produced, `YYYY-MM-DD`, as its serial number tells.
    pub production_date: Option<String>,
    /// The published advisories that concern it.
    pub advisories: Vec<AdvisoryVerdict>,
    /// The policies whose class it falls within, or may; reports of older versions have none.
    #[serde(default)]
    pub policies: Vec<PolicyFinding>,
    /// Whether an administrator's password has been set.
    pub activated: Option<bool>,
    /// How the login that the user gave for it fared; null where none was used.
    pub login: Option<Login>,
    /// The profiles of ONVIF that it says it has, by letter; reports of older versions have none.
    #[serde(default)]
    pub onvif_profiles: Vec<String>,
    /// The recorder that lists it, where it has not spoken for itself. Its address may be one of the recorder's own
    /// network.
    pub behind: Option<Behind>,
    /// It answered from an address that belongs to no subnet of the segment it is on.
    pub mis_addressed: bool,
    /// It was heard, but its address was no target: it was not contacted.
    pub off_target: bool,
    /// What does not agree.
    pub conflicts: Vec<Conflict>,
    /// What else must be known: proxy ARP, a stale table row, a locally administered MAC.
    pub notes: Vec<String>,
    /// Why.
    pub evidence: Vec<Evidence>,
}
