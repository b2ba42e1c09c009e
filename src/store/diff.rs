//! What changed between what was known and a later run. Pure: two reports go in, and nothing is claimed that the later
//! one did not look at.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::known::Known;
use crate::coverage::Coverage;
use crate::identify::{Device, Login};
use crate::ranges::Ranges;
use crate::report::is_unit;
use crate::report::model::Report;
use crate::report::register::identity::{Identity, pairs};
use crate::report::sites::Sites;

/// The name and version of the format of changes.
pub const SCHEMA: &str = "camsweep.diff/1";

/// What happened to a unit.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, strum::Display, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Kind {
    /// It was not known before.
    New,
    /// It was known, was gone, and is there again.
    Back,
    /// The later run asked every address that it had, and it is at none.
    Gone,
    /// It is at another address.
    Moved,
    /// Its firmware is another one.
    FirmwareChanged,
    /// An administrator's password was set, or is set no more.
    ActivationChanged,
    /// It refuses the user's login, which it took before.
    LoginRefused,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// What happened.
    pub kind: Kind,
    /// To which unit, as it is known now; one that is gone as it was known last.
    pub unit: Known,
    /// What was, where something changed.
    pub before: Option<String>,
    /// What is.
    pub after: Option<String>,
    /// What else must be known before it is believed.
    pub note: Option<String>,
}

/// What changed, and what cannot be said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Diff {
    /// `camsweep.diff/1`.
    pub schema: String,
    /// The run or report that the later one is compared with; null for all that the store knew before it.
    pub earlier: Option<String>,
    /// The later run or report.
    pub later: String,
    /// What changed.
    pub changes: Vec<Change>,
    /// Units known before that the later run neither found nor looked for everywhere they were: nothing is said of
    /// them.
    pub not_looked_for: Vec<Known>,
}

/// A unit of before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Before {
    /// What was known of it.
    pub(super) known: Known,
    /// Whether it was there, as far as is known.
    pub(super) present: bool,
    /// Whether TCP asked silent addresses beyond a router when it was found.
    pub(super) by_tcp: bool,
    /// The imported store that the last run that saw it came with.
    pub(super) origin: Option<String>,
}

/// Whose change it is: a unit's of before, or that of a device of the later report that is none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    Unit(usize),
    Device(usize),
}

/// What a comparison brings.
#[derive(Debug, Default)]
pub(super) struct Compared {
    pub(super) changes: Vec<(Of, Change)>,
    /// The units of before that were not found, and of which nothing can be said.
    pub(super) not_looked_for: Vec<usize>,
    pub(super) gone: Vec<usize>,
    /// For each device of the later report the unit of before that it is.
    pub(super) unit_of: Vec<Option<usize>>,
    /// Devices of the later report that may be more than one unit of before.
    pub(super) contested: HashSet<usize>,
}

/// Compares two reports. What the earlier one did not see is new, or back where it is one of the `former`: those who were
/// known before the earlier one ([`Store::known_before`](super::Store::known_before)).
pub fn between(earlier: &Report, later: &Report, former: &[Before], names: [&str; 2]) -> Diff {
    let units = earlier.devices.iter().filter(|device| is_unit(device));
    let by_tcp = by_tcp(&earlier.coverage);
    let mut before: Vec<Before> = units
        .map(|device| Before {
            known: device.into(),
            present: true,
            by_tcp,
            origin: None,
        })
        .collect();
    let there = before.len();
    before.extend(absent(&before, former));
    let mut compared = compare(&before, later, None);
    let look = Look::of(earlier, None);
    compared.changes.retain(|(of, change)| match of {
        // What the store knows of them may be later news; and who was not looked for was never away.
        Of::Unit(unit) if *unit >= there => change.kind == Kind::Back && look.would_have_found(&before[*unit]),
        _ => true,
    });
    let changes = compared.changes.iter_mut().map(|(_, change)| change);
    for change in changes.filter(|change| change.kind == Kind::New) {
        let there = Before {
            known: change.unit.clone(),
            ..Before::default()
        };
        change.note = (!look.would_have_found(&there)).then(|| "the earlier run did not look there".to_owned());
    }
    Diff {
        schema: SCHEMA.into(),
        earlier: Some(names[0].to_owned()),
        later: names[1].to_owned(),
        not_looked_for: compared
            .not_looked_for
            .iter()
            .map(|unit| before[*unit].known.clone())
            .collect(),
        changes: compared.changes.into_iter().map(|(_, change)| change).collect(),
    }
}

/// Those of the former units that are none of these, as not there.
fn absent(before: &[Before], former: &[Before]) -> Vec<Before> {
    let known: Vec<Known> = former.iter().map(|unit| unit.known.clone()).collect();
    let found = matched(before, &known);
    let is_other = |place: &usize| found.unit_of[*place].is_none() && !found.contested.contains(place);
    let others = (0..former.len()).filter(is_other);
    let absent = others.map(|place| Before {
        present: false,
        // Who asks for two runs has chosen them, wherever they came from.
        origin: None,
        ..former[place].clone()
    });
    absent.collect()
}

/// Whether a run asked silent addresses beyond a router by TCP.
pub(super) fn by_tcp(coverage: &Coverage) -> bool {
    coverage.routed > 0 && coverage.silent_routed_asked_by_tcp
}

/// Compares what was known with a later run. `origin`: the imported store that it came with.
pub(super) fn compare(before: &[Before], later: &Report, origin: Option<&str>) -> Compared {
    let after: Vec<Known> = later.devices.iter().map(Known::from).collect();
    let mut compared = matched(before, &after);
    for (place, device) in later.devices.iter().enumerate() {
        match compared.unit_of[place] {
            Some(unit) => {
                let changes = changed(&before[unit], &after[place]).into_iter();
                compared.changes.extend(changes.map(|change| (Of::Unit(unit), change)));
            }
            None if compared.contested.contains(&place) || !is_unit(device) => {}
            None => {
                let new = change(Kind::New, after[place].clone(), None);
                compared.changes.push((Of::Device(place), new));
            }
        }
    }
    let found: HashSet<usize> = compared.unit_of.iter().flatten().copied().collect();
    let look = Look::of(later, origin);
    for (unit, known) in before.iter().enumerate() {
        if !known.present || found.contains(&unit) || compared.not_looked_for.contains(&unit) {
            continue;
        }
        if look.would_have_found(known) {
            compared.gone.push(unit);
            let gone = change(Kind::Gone, known.known.clone(), None);
            compared.changes.push((Of::Unit(unit), gone));
        } else {
            compared.not_looked_for.push(unit);
        }
    }
    compared.changes.sort_by_key(|(_, change)| change.kind);
    compared
}

/// Finds for each device the unit that it is: by serial number, else MAC address, else where nothing speaks against it
/// by its place. A unit that more than one device may be is nobody's, and nothing is said of it.
fn matched(before: &[Before], after: &[Known]) -> Compared {
    let before_known: Vec<&Known> = before.iter().map(|unit| &unit.known).collect();
    let pairs = pairs(
        &identities(&before_known),
        &identities(&after.iter().collect::<Vec<_>>()),
    );
    let mut compared = Compared {
        unit_of: (0..after.len())
            .map(|place| pairs.row_of.get(&place).copied())
            .collect(),
        contested: pairs.contested.keys().copied().collect(),
        ..Compared::default()
    };
    let mut taken: HashSet<usize> = pairs.row_of.values().copied().collect();
    let contested: HashSet<usize> = pairs.contested.values().flatten().copied().collect();
    compared.not_looked_for = contested.iter().copied().filter(|unit| before[*unit].present).collect();
    compared.not_looked_for.sort_unstable();
    taken.extend(contested);
    let mut at = HashMap::<&str, Vec<usize>>::new();
    for (unit, known) in before.iter().enumerate().filter(|(unit, _)| !taken.contains(unit)) {
        for address in &known.known.addresses {
            at.entry(address).or_default().push(unit);
        }
    }
    for (place, known) in after.iter().enumerate().filter(|(place, _)| !pairs.is_settled(*place)) {
        let near = known
            .addresses
            .iter()
            .filter_map(|address| at.get(address.as_str()))
            .flatten();
        let mut fits: Vec<usize> = near
            .copied()
            .filter(|unit| !taken.contains(unit) && before[*unit].known.may_be(known))
            .collect();
        fits.sort_unstable();
        fits.dedup();
        // Who is there now comes before who has gone.
        let present = fits.iter().find(|unit| before[**unit].present).or(fits.first());
        if let Some(unit) = present {
            taken.insert(*unit);
            compared.unit_of[place] = Some(*unit);
        }
    }
    compared
}

/// A MAC address that several have (a router that answers ARP for others) tells nobody from another.
fn identities(all: &[&Known]) -> Vec<Identity> {
    let mut count = HashMap::<&str, u32>::new();
    for mac in all.iter().filter_map(|known| known.mac.as_deref()) {
        *count.entry(mac).or_default() += 1;
    }
    let shared = |known: &Known| known.mac.as_deref().is_some_and(|mac| count[mac] > 1);
    all.iter().map(|known| known.identity(!shared(known))).collect()
}

/// What changed of a unit that is there.
fn changed(before: &Before, after: &Known) -> Vec<Change> {
    let was = &before.known;
    let now = was.after(after);
    let told = |kind: Kind, was: Option<String>, is: Option<String>| match (was, is) {
        (Some(was), Some(is)) if was != is => Some(change(kind, now.clone(), Some((was, is)))),
        _ => None,
    };
    let activation = |set: Option<bool>| set.map(|set| if set { "activated" } else { "not activated" }.to_owned());
    let moved = !was.addresses.iter().any(|address| after.addresses.contains(address)) || was.behind != after.behind;
    let changes = [
        (!before.present).then(|| change(Kind::Back, now.clone(), None)),
        moved
            .then(|| told(Kind::Moved, Some(was.place()), Some(now.place())))
            .flatten(),
        told(Kind::FirmwareChanged, was.firmware.clone(), after.firmware.clone()),
        told(
            Kind::ActivationChanged,
            activation(was.activated),
            activation(after.activated),
        ),
        (was.login == Some(Login::Accepted) && after.login == Some(Login::AuthRequired))
            .then(|| change(Kind::LoginRefused, now.clone(), None)),
    ];
    changes.into_iter().flatten().collect()
}

fn change(kind: Kind, unit: Known, values: Option<(String, String)>) -> Change {
    let (before, after) = values.unzip();
    Change {
        kind,
        unit,
        before,
        after,
        note: None,
    }
}

/// What a coverage has as words.
fn ranges(words: &[String]) -> Ranges {
    let each = words.iter().filter_map(|word| word.parse::<Ranges>().ok());
    each.fold(Ranges::default(), |all, ranges| all.union(&ranges))
}

/// Where a run looked.
struct Look<'a> {
    /// Without the networks of which nothing was heard: that one of their units is gone would only be guessed.
    asked: Ranges,
    coverage: &'a Coverage,
    devices: &'a [Device],
    sites: Sites,
    origin: Option<&'a str>,
}

impl<'a> Look<'a> {
    fn of(report: &'a Report, origin: Option<&'a str>) -> Look<'a> {
        Look {
            sites: Sites::named(&report.sites),
            origin,
            asked: ranges(&report.coverage.asked).without(&ranges(&report.coverage.unheard)),
            coverage: &report.coverage,
            devices: &report.devices,
        }
    }

    /// Whether the run would have found a unit that is where it was: only then is one that it did not find gone.
    fn would_have_found(&self, unit: &Before) -> bool {
        if !self.was_there(unit) {
            return false;
        }
        if let Some(behind) = &unit.known.behind {
            return self.read_the_list_of(&behind.recorder);
        }
        let as_well = self.coverage.routed == 0 || !unit.by_tcp || by_tcp(self.coverage);
        let addresses = unit.known.addresses.iter();
        let addresses = addresses.filter_map(|word| Some((word, word.parse::<IpAddr>().ok()?)));
        let (v4, v6): (Vec<_>, Vec<_>) = addresses.partition(|(_, address)| address.is_ipv4());
        // Those of IPv6 are heard of more often than asked, so that they count where there is no other.
        let asked: Vec<bool> = if v4.is_empty() { v6 } else { v4 }
            .into_iter()
            .map(|(word, address)| self.asked.contains(address) && !self.was_left_alone(word))
            .collect();
        as_well && self.coverage.lost.is_empty() && !asked.is_empty() && asked.into_iter().all(|asked| asked)
    }

    /// Whether its addresses mean the same place: two sites may have one private range (RFC 1918). Where no site is
    /// named, what came with another store may be of another place.
    fn was_there(&self, unit: &Before) -> bool {
        let site = self.sites.of(&unit.known.addresses, unit.known.behind.as_ref());
        let site = site.map(|site| &site.name);
        site == unit.known.site.as_ref() && (site.is_some() || self.origin == unit.origin.as_deref())
    }

    fn was_left_alone(&self, address: &str) -> bool {
        self.coverage.fenced.contains_key(address) || self.coverage.became_silent.contains_key(address)
    }

    /// A recorder tells of its cameras only where it lets the user in.
    fn read_the_list_of(&self, recorder: &str) -> bool {
        let mut behind = self.devices.iter().filter_map(|device| device.behind.as_ref());
        behind.any(|behind| behind.recorder == recorder)
    }
}
