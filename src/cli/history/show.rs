//! One unit: where it was seen, and what happened to it.

use super::super::Failure;
use super::super::args::store::ShowArgs;
use super::place::{failed, read};
use super::words::{day, happened, name};
use crate::fact::parse_mac;
use crate::report::escape::escape;
use crate::store::{Store, StoreError, Unit};

/// `camsweep show`.
///
/// # Errors
/// Where no unit is called so.
pub fn show(args: &ShowArgs) -> Result<String, Failure> {
    let mut store = read(&args.store)?;
    let units = store.units().map_err(|error| failed(&error))?;
    let once = store.seen_at(&args.device).map_err(|error| failed(&error))?;
    let is_meant = |unit: &&Unit| is_called(unit, &args.device) || once.contains(&unit.device);
    let called: Vec<&Unit> = units.iter().filter(is_meant).collect();
    if called.is_empty() {
        let why = format!("the store {:?} knows no unit {:?}", store.name(), args.device);
        return Err(Failure::could_not_run(
            why,
            "name its serial number, MAC address or an address that it had",
        ));
    }
    let texts = called.into_iter().map(|unit| told(&mut store, unit));
    let texts: Result<Vec<String>, StoreError> = texts.collect();
    Ok(texts.map_err(|error| failed(&error))?.join("\n"))
}

fn is_called(unit: &Unit, name: &str) -> bool {
    let known = &unit.known;
    let is_mac = || parse_mac(name).is_some_and(|mac| known.mac.as_deref().and_then(parse_mac) == Some(mac));
    known
        .serial
        .as_deref()
        .is_some_and(|serial| serial.eq_ignore_ascii_case(name))
        || known.addresses.iter().any(|address| address == name)
        || name.trim_start_matches('#') == unit.device.to_string()
        || is_mac()
}

fn told(store: &mut Store, unit: &Unit) -> Result<String, StoreError> {
    let state = if unit.present { "there" } else { "gone" };
    let accepted = unit
        .accepted
        .map(|number| format!(", in baseline {number}"))
        .unwrap_or_default();
    let mut text = format!("#{} {}\n", unit.device, name(&unit.known));
    text.push_str(&format!(
        "  {state}{accepted}; first seen {} (run {}), last seen {} (run {})\n",
        day(&unit.first_seen),
        unit.first_run,
        day(&unit.last_seen),
        unit.last_run
    ));
    let mut last = None;
    for sighting in store.sightings(unit.device)? {
        let now = (sighting.place.clone(), sighting.firmware.clone());
        if last.as_ref() != Some(&now) {
            let firmware = sighting.firmware.as_deref().unwrap_or("no firmware told");
            text.push_str(&format!(
                "  run {:>4}  {}  {}, {}\n",
                sighting.run,
                day(&sighting.finished),
                escape(&sighting.place),
                escape(firmware)
            ));
        }
        last = Some(now);
    }
    for (run, change) in store.changes_of(unit.device)? {
        text.push_str(&format!("  run {run:>4}  {}\n", happened(&change)));
    }
    Ok(text)
}
