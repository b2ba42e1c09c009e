//! What the events for other machines (`ocsf`, `ecs`, `cef`) have in common.

use std::net::IpAddr;

use jiff::{Timestamp, civil::Date};
use mac_address::MacAddress;
use serde_json::{Map, Value};

use super::build::is_unit;
use super::words::exploited;
use crate::identify::{Confidence, Device, Exposure};

/// An object of what is known.
pub(super) fn filled<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let known = |value: &Value| match value {
        Value::Null => false,
        Value::Array(values) => !values.is_empty(),
        Value::Object(values) => !values.is_empty(),
        _ => true,
    };
    let fields = fields.into_iter().filter(|(_, value)| known(value));
    Value::Object(
        fields
            .map(|(name, value)| (name.to_owned(), value))
            .collect::<Map<_, _>>(),
    )
}

/// Those of its addresses that are some, without the interface that stands behind a link-local one.
pub(super) fn addresses(device: &Device) -> Vec<IpAddr> {
    let bare = |address: &String| address.split('%').next()?.parse().ok();
    device.addresses.iter().filter_map(bare).collect()
}

/// What it is called where it has no address: a label is no address.
pub(super) fn label(device: &Device) -> Option<&String> {
    device.addresses.first().filter(|_| addresses(device).is_empty())
}

/// Its MAC address, where it is one: redacted it is none.
pub(super) fn mac(device: &Device) -> Option<[u8; 6]> {
    let mac: MacAddress = device.mac.as_deref()?.parse().ok()?;
    Some(mac.bytes())
}

/// The version of its firmware, verbatim where no grammar fits.
pub(super) fn firmware_version(device: &Device) -> Option<&String> {
    let firmware = device.firmware.as_ref()?;
    Some(firmware.version.as_ref().unwrap_or(&firmware.raw))
}

/// The day its firmware was built, where it is one: an index takes no other text for a date.
pub(super) fn build_date(device: &Device) -> Option<Date> {
    device.firmware.as_ref()?.build_date.as_deref()?.parse().ok()
}

/// The ids of the advisories that name its firmware and are known to be exploited.
pub(super) fn exploited_ids(device: &Device) -> Vec<&str> {
    exploited(device).map(|one| one.id.as_str()).collect()
}

/// Milliseconds since 1970.
pub(super) fn millis(time: &str) -> Option<i64> {
    time.parse::<Timestamp>().ok().map(|time| time.as_millisecond())
}

/// How much it matters, in the steps of CEF: 0 to 3 are low, 4 to 6 medium, 7 and 8 high, 9 and 10 very high. What may
/// only be concerned by an advisory is no more severe for it.
pub(super) fn severity(device: &Device) -> u8 {
    let affected = device.advisories.iter().any(|one| one.verdict == Exposure::Affected);
    match device.confidence.filter(|_| is_unit(device)) {
        _ if exploited(device).next().is_some() => 9,
        _ if affected => 7,
        Some(Confidence::Confirmed) => 5,
        Some(Confidence::Probable) => 4,
        Some(Confidence::Possible) => 3,
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{camera, device};
    use super::*;

    #[test]
    fn severity_follows_confidence_and_what_advisories_say_for_certain() {
        let sure = |confidence| Device {
            confidence: Some(confidence),
            ..device("10.0.0.5", Some("dahua"))
        };
        let advised = |verdict, since: Option<&str>| {
            let mut device = camera();
            for one in &mut device.advisories {
                one.verdict = verdict;
                one.exploited_since = since.map(str::to_owned);
            }
            device
        };
        let table = [
            (device("10.0.0.5", None), 0),
            (device("10.0.0.5", Some("axis")), 0),
            (sure(Confidence::Possible), 3),
            (sure(Confidence::Probable), 4),
            (sure(Confidence::Confirmed), 5),
            (advised(Exposure::NotInRange, Some("2022-01-10")), 5),
            (advised(Exposure::Unknown, Some("2022-01-10")), 5),
            (advised(Exposure::Possibly, Some("2022-01-10")), 5),
            (advised(Exposure::Affected, None), 7),
            (advised(Exposure::Affected, Some("2022-01-10")), 9),
        ];
        for (device, expected) in table {
            assert_eq!(severity(&device), expected, "{device:?}");
        }
    }

    #[test]
    fn a_label_is_no_address_and_an_interface_no_part_of_one() {
        let table = [
            ("10.0.0.5", Some("10.0.0.5"), None),
            ("fe80::1%eth0", Some("fe80::1"), None),
            ("10.0.0.20 channel 3", None, Some("10.0.0.20 channel 3")),
        ];
        for (said, address, name) in table {
            let device = device(said, None);
            let shown = addresses(&device).first().map(ToString::to_string);
            assert_eq!(shown.as_deref(), address);
            assert_eq!(label(&device).map(String::as_str), name);
        }
    }
}
