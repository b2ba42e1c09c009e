//! Which row of a register and which device are one, and in the store which device of before and which of now: by serial number, else by MAC address, else by where it is. Where
//! that can be meant in two ways nothing is chosen.

use std::collections::HashMap;

use super::Register;
use super::cell::safe;
use crate::fact::parse_mac;

/// What a row says of which device it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    pub(super) serial: Option<String>,
    pub(super) mac: Option<String>,
    /// Its addresses, and the channel of a recorder.
    pub(super) place: String,
}

impl Identity {
    /// By what a device says. `place`: where it is, and whatever else tells it from another one there.
    pub fn new(serial: Option<&str>, mac: Option<&str>, place: String) -> Identity {
        let some = |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let mac = some(mac).map(|mac| parse_mac(&mac).map_or(mac, |mac| mac.to_string()));
        Identity {
            serial: some(serial).map(|serial| serial.to_uppercase()),
            mac: mac.map(|mac| mac.to_uppercase()),
            place,
        }
    }

    /// That of a row that is no device's.
    pub(super) fn nobody() -> Identity {
        Identity {
            place: "  ".into(),
            ..Identity::default()
        }
    }

    /// Of each row. A serial number is compared as the register shows it.
    pub(super) fn all(register: &Register) -> Vec<Identity> {
        let column = |name| register.columns.iter().position(|column| column == name);
        let [serial, mac, ip, ipv6, behind] = ["serial", "mac", "ip", "ipv6", "behind_recorder"].map(column);
        let rows = register.rows.iter();
        rows.map(|row| {
            let text = |place: Option<usize>| place.and_then(|place| row.get(place)).map(|cell| cell.text());
            let some = |place| text(place).map(|text| safe(text.trim()));
            let place = [ip, ipv6, behind].map(|place| text(place).unwrap_or_default());
            Identity::new(some(serial).as_deref(), some(mac).as_deref(), place.join(" "))
        })
        .collect()
    }

    /// How well a row fits a device; `None` where they are not one, or do not agree.
    fn fit(&self, other: &Identity) -> Option<u8> {
        let agree = |mine: &Option<String>, other: &Option<String>| match (mine, other) {
            (Some(mine), Some(other)) => Some(mine == other),
            _ => None,
        };
        let elsewhere = u8::from(self.place != other.place);
        match (agree(&self.serial, &other.serial), agree(&self.mac, &other.mac)) {
            (Some(false), _) | (_, Some(false)) => None,
            (Some(true), Some(true)) => Some(elsewhere),
            (Some(true), None) | (None, Some(true)) => Some(elsewhere + if self.knows_as(other) { 0 } else { 2 }),
            // Nobody told anything: the place is all there is.
            (None, None) => (elsewhere == 0 && self.is_nameless() && other.is_nameless()).then_some(0),
        }
    }

    /// Whether they have the same of the two.
    fn knows_as(&self, other: &Identity) -> bool {
        (self.serial.is_some(), self.mac.is_some()) == (other.serial.is_some(), other.mac.is_some())
    }

    fn is_nameless(&self) -> bool {
        self.serial.is_none() && self.mac.is_none()
    }
}

/// The most rows of one name that a device is held against: a name that so many have tells nobody.
const MANY: usize = 100;
/// The worst fit.
const WORST: u8 = 3;

/// Which row each device is.
#[derive(Debug, Default)]
pub struct Pairs {
    /// The row of a device.
    pub row_of: HashMap<usize, usize>,
    /// Devices that fit a row as well as another one does, or fit several rows, each with these rows.
    pub contested: HashMap<usize, Vec<usize>>,
}

/// The best fits first, and of equal ones none.
pub fn pairs(rows: &[Identity], devices: &[Identity]) -> Pairs {
    let fits = fits(rows, devices);
    let mut pairs = Pairs::default();
    let mut taken = vec![false; rows.len()];
    for rank in 0..=WORST {
        let open: Vec<(usize, usize)> = fits
            .iter()
            .filter(|(fit, row, device)| *fit == rank && !taken[*row] && !pairs.is_settled(*device))
            .map(|(_, row, device)| (*row, *device))
            .collect();
        let (mut of_row, mut of_device) = (HashMap::new(), HashMap::new());
        for (row, device) in &open {
            *of_row.entry(*row).or_insert(0) += 1;
            *of_device.entry(*device).or_insert(0) += 1;
        }
        for (row, device) in open {
            taken[row] = true;
            match (of_row[&row], of_device[&device]) {
                (1, 1) => drop(pairs.row_of.insert(device, row)),
                _ => pairs.contested.entry(device).or_default().push(row),
            }
        }
    }
    pairs
}

impl Pairs {
    /// Whether a row was found for a device, or more than one.
    pub fn is_settled(&self, device: usize) -> bool {
        self.row_of.contains_key(&device) || self.contested.contains_key(&device)
    }
}

/// Every row and device that may be one, and how well they fit.
fn fits(rows: &[Identity], devices: &[Identity]) -> Vec<(u8, usize, usize)> {
    let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
    for (number, row) in rows.iter().enumerate() {
        for name in row.names() {
            let near = by_name.entry(name).or_default();
            if near.len() < MANY {
                near.push(number);
            }
        }
    }
    let mut fits = Vec::new();
    for (number, device) in devices.iter().enumerate() {
        let mut near: Vec<usize> = device
            .names()
            .filter_map(|name| by_name.get(name))
            .flatten()
            .copied()
            .collect();
        near.sort_unstable();
        near.dedup();
        fits.extend(
            near.into_iter()
                .filter_map(|row| Some((rows[row].fit(device)?, row, number))),
        );
    }
    fits
}

impl Identity {
    /// What it can be found by.
    fn names(&self) -> impl Iterator<Item = &str> {
        let place = self.is_nameless().then_some(&self.place);
        [&self.serial, &self.mac]
            .into_iter()
            .flatten()
            .chain(place)
            .map(String::as_str)
    }
}
