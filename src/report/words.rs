//! How the table puts a device into words.

use crate::identify::{Device, Knowledge, Strength};

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

/// The version with its build date; a text that no grammar fits as it came.
pub fn firmware(device: &Device) -> String {
    let Some(firmware) = &device.firmware else {
        return String::new();
    };
    let version = firmware.version.as_ref().unwrap_or(&firmware.raw);
    match &firmware.build_date {
        Some(date) => format!("{version} {date}"),
        None => version.clone(),
    }
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
