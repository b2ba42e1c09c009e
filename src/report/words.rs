//! How the forms for people put a device into words.

use crate::identify::{AdvisoryVerdict, Device, Exposure, Knowledge, Strength};

/// The name of a maker for people.
pub fn maker_name(id: &str) -> &str {
    let makers = &Knowledge::builtin().makers;
    makers
        .iter()
        .find(|maker| maker.id == id)
        .map_or(id, |maker| maker.name.as_str())
}

/// What an advisory says can be done, for people.
pub fn title_of(id: &str) -> &str {
    let mut advisories = Knowledge::builtin()
        .advisories
        .iter()
        .flat_map(|bulletin| &bulletin.advisory);
    advisories
        .find(|advisory| advisory.id == id)
        .map_or("", |advisory| advisory.title.as_str())
}

/// The maker, and the brand where the label differs.
pub fn maker(device: &Device) -> String {
    let maker = device.maker.as_deref().map_or("", maker_name);
    match device.brand {
        Some(_) => format!("{maker} ({})", brand(device)),
        None => maker.to_owned(),
    }
}

/// The brand on the label; with a question mark where nobody better than the press says that the maker makes it.
pub fn brand(device: &Device) -> String {
    let doubtful = device
        .brand_claim
        .as_ref()
        .is_some_and(|claim| claim.strength >= Strength::Press);
    let mark = if doubtful { "?" } else { "" };
    device
        .brand
        .as_ref()
        .map_or(String::new(), |brand| format!("{brand}{mark}"))
}

/// The version with its build date; a text that no grammar fits as it came. Without any, what the web pages say,
/// marked as theirs.
pub fn firmware(device: &Device) -> String {
    let Some(firmware) = &device.firmware else {
        return web_ui(device);
    };
    let version = firmware.version.as_ref().unwrap_or(&firmware.raw);
    match &firmware.build_date {
        Some(date) => format!("{version} {date}"),
        None => version.clone(),
    }
}

/// `web 4.0.1 (2017-11-21)`: the version of the web pages, and the day that they were made.
fn web_ui(device: &Device) -> String {
    let day = device.web_ui_date.as_deref();
    let version = device
        .web_ui_version
        .as_deref()
        .map(|version| version_alone(version, day));
    let words = [version, day.map(|day| format!("({day})"))];
    let words: Vec<String> = words.into_iter().flatten().collect();
    match words.is_empty() {
        true => String::new(),
        false => format!("web {}", words.join(" ")),
    }
}

/// A version without its `V` and without the day, which stands beside it.
fn version_alone(version: &str, day: Option<&str>) -> String {
    let digits = day.map(|day| day.replace('-', ""));
    let digits = digits.as_deref().and_then(|digits| digits.get(2..)).unwrap_or_default();
    let version = version.strip_suffix(digits).unwrap_or(version).trim_end();
    let version = version.strip_suffix("build").unwrap_or(version);
    version.trim_matches(['V', 'v', '.', '_', ' ']).to_owned()
}

/// Address, maker, model and serial number in one line.
pub fn name(device: &Device) -> String {
    joined([Some(short_name(device)), device.serial.clone()])
}

/// Address, maker and model in one line.
pub fn short_name(device: &Device) -> String {
    joined([
        device.addresses.first().cloned(),
        Some(maker(device)),
        device.model.clone(),
    ])
}

fn joined<const N: usize>(words: [Option<String>; N]) -> String {
    let words = words.into_iter().flatten().filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("  ")
}

/// What must be known beside a device's values: where its replies disagree, and the notes.
pub fn remarks(device: &Device) -> impl Iterator<Item = String> {
    let conflicts = device.conflicts.iter().map(|conflict| {
        format!(
            "the replies disagree about {}: {}",
            conflict.about,
            conflict.says.join("; ")
        )
    });
    conflicts.chain(device.notes.iter().cloned())
}

/// The advisories that name its firmware and are known to be exploited.
pub fn exploited(device: &Device) -> impl Iterator<Item = &AdvisoryVerdict> {
    let affected = |one: &&AdvisoryVerdict| one.verdict == Exposure::Affected && one.exploited_since.is_some();
    device.advisories.iter().filter(affected)
}

/// Why a device is called what it is called, the weightiest reason first.
pub fn why(device: &Device) -> String {
    let mut reasons: Vec<String> = Vec::new();
    for evidence in &device.evidence {
        let reason = format!("{} ({}: {})", evidence.saw, evidence.reply.protocol, evidence.rule);
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    let sure = device.confidence.map(|sure| sure.to_string()).unwrap_or_default();
    let first = device.addresses.first().cloned().unwrap_or_default();
    format!("{first}  {} {sure}: {}", maker(device), reasons.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_no_firmware_is_known_the_web_pages_are_named_as_such() {
        let table = [
            (Some("V4.0.1build171121"), Some("2017-11-21"), "web 4.0.1 (2017-11-21)"),
            (Some("3.0.51.170214"), Some("2017-02-14"), "web 3.0.51 (2017-02-14)"),
            (
                Some("V4.1.0 build 230419"),
                Some("2023-04-19"),
                "web 4.1.0 (2023-04-19)",
            ),
            (Some("V5.1"), None, "web 5.1"),
            (None, Some("2018-11-22"), "web (2018-11-22)"),
            (None, None, ""),
        ];
        for (version, day, shown) in table {
            let device = Device {
                web_ui_version: version.map(str::to_owned),
                web_ui_date: day.map(str::to_owned),
                ..Device::default()
            };
            assert_eq!(firmware(&device), shown);
        }
    }
}
