//! What is said in the register of rows that do not agree.

use std::collections::BTreeMap;

use super::Table;
use crate::report::register::Register;
use crate::report::register::cell::Cell;
use crate::report::register::identity::{Identity, Pairs};

/// Says of rows that several devices may be, or that are several for one, why they were let alone.
pub(super) fn note_contested(table: &Table, rows: &mut [Vec<Cell>], pairs: &Pairs) -> Vec<String> {
    let mut conflicts = Vec::new();
    let contested: BTreeMap<_, _> = pairs.contested.iter().collect();
    for (device, of) in contested {
        let device = &table.seen.rows[*device];
        let [ip, serial, mac] = ["ip", "serial", "mac"].map(|column| table.said(device, column).text());
        let words = format!(
            "{ip} (serial {serial:?}, MAC {mac:?}) may be any of {} row(s) or one of several units",
            of.len()
        );
        for row in of {
            if let Some(place) = table.place("register_note") {
                add_note(&mut rows[*row][place], &words);
            }
        }
        conflicts.push(format!("{words}: none was changed"));
    }
    conflicts
}

/// A row of a later run keeps its notes: none is written twice.
fn add_note(cell: &mut Cell, words: &str) {
    let before = cell.text();
    if !before.contains(words) {
        let between = if before.is_empty() { "" } else { "; " };
        *cell = Cell::said(&format!("{before}{between}{words}"));
    }
}

/// Says of rows that have one serial number or one MAC address that they do.
pub(super) fn note_twins(register: &mut Register) -> Vec<String> {
    let identities = Identity::all(register);
    let Some(note) = register.columns.iter().position(|column| column == "register_note") else {
        return Vec::new();
    };
    let mut by_name: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (number, identity) in identities.iter().enumerate() {
        for (what, name) in [("serial number", &identity.serial), ("MAC address", &identity.mac)] {
            if let Some(name) = name {
                by_name.entry((what, name)).or_default().push(number);
            }
        }
    }
    by_name.retain(|_, rows| rows.len() > 1);
    let mut conflicts = Vec::new();
    for ((what, name), rows) in &by_name {
        let first = &identities[rows[0]];
        let differs = match *what {
            "serial number" if rows.iter().any(|row| identities[*row].mac != first.mac) => {
                ", with different MAC addresses"
            }
            "MAC address" if rows.iter().any(|row| identities[*row].serial != first.serial) => {
                ", with different serial numbers"
            }
            _ => "",
        };
        let words = format!("the {what} {name} stands in {} rows{differs}", rows.len());
        for row in rows {
            add_note(&mut register.rows[*row][note], &words);
        }
        conflicts.push(words);
    }
    conflicts
}
