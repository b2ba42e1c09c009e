//! A register from before and the devices of a run, made one. What people wrote stays; a row that the run did not see
//! stays; where it is not certain which row a device is, no row is changed.

mod notes;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::cell::Cell;
use super::identity::{Identity, pairs};
use super::{HUMAN, Register, STATE};
use notes::{note_contested, note_twins};

/// What a device tells in one run and not in another: the first of each group that is not told in this run keeps the
/// whole group as it was, so that what belongs together stays of one time.
const KEPT: [&[&str]; 9] = [
    &["site"],
    &["mac", "oui_org"],
    &["hostname"],
    &["device_class"],
    &["model"],
    &["serial"],
    &[
        "firmware_version",
        "firmware_build_date",
        "firmware_age_days",
        "kev_cves",
    ],
    &["activated"],
    &["onvif_profile"],
];

/// The run that is merged into a register.
#[derive(Debug, Clone)]
pub(super) struct Run {
    /// How it is called in the register.
    pub(super) name: String,
    /// When it ended.
    pub(super) finished: Option<Timestamp>,
}

impl Run {
    /// Whether a row is of a later run, so that this one has nothing to say of it.
    fn is_before(&self, row: &Cell) -> bool {
        let of = match row {
            Cell::Time(time) => Some(*time),
            cell => cell.text().parse().ok(),
        };
        of.zip(self.finished).is_some_and(|(of, finished)| of > finished)
    }
}

/// A register after a run.
#[derive(Debug, Default)]
pub struct Merged {
    /// What is to be written.
    pub register: Register,
    /// Rows that the run changed.
    pub updated: usize,
    /// Rows that it added.
    pub added: usize,
    /// Rows of devices that it did not see.
    pub not_seen: usize,
    /// Rows of a later run: they were left alone.
    pub later: usize,
    /// What does not agree, a row or a device each.
    pub conflicts: Vec<String>,
}

/// Merges. `listed` has for each row of the run whether it is added where it is new.
pub(super) fn merge(former: Option<Register>, mut seen: Register, listed: &[bool], run: &Run) -> Merged {
    add_state(&mut seen);
    let former = former.unwrap_or_default();
    let identities = Identity::all(&former);
    let pairs = pairs(&identities, &Identity::all(&seen));
    let columns = columns(&former, &seen);
    let table = Table {
        columns: &columns,
        seen: &seen,
    };
    let mut merged = Merged::default();
    let mut rows = former.rows;
    let device_of: HashMap<usize, usize> = pairs.row_of.iter().map(|(device, row)| (*row, *device)).collect();
    let contested: HashSet<usize> = pairs.contested.values().flatten().copied().collect();
    for (number, row) in rows.iter_mut().enumerate() {
        row.resize(columns.len(), Cell::Empty);
        let fate = match device_of.get(&number) {
            _ if table.is_later(row, run) => Fate::Later,
            Some(device) => Fate::Seen(&seen.rows[*device]),
            None if contested.contains(&number) => Fate::Contested,
            None if identities[number] == Identity::nobody() => continue,
            None => Fate::NotSeen,
        };
        merged.count(&fate);
        table.settle(row, fate, run);
    }
    merged.conflicts = note_contested(&table, &mut rows, &pairs);
    let is_new = |device: &usize| listed[*device] && !pairs.is_settled(*device);
    let new: Vec<_> = (0..seen.rows.len())
        .filter(is_new)
        .map(|device| table.added(&seen.rows[device]))
        .collect();
    merged.added = new.len();
    rows.extend(new);
    merged.register = Register { columns, rows };
    merged.conflicts.extend(note_twins(&mut merged.register));
    merged
}

/// What becomes of a row.
enum Fate<'a> {
    /// It is this device's.
    Seen(&'a [Cell]),
    /// It may be that of more than one device, or one of several for a device.
    Contested,
    /// No device is its.
    NotSeen,
    /// It is of a later run.
    Later,
}

impl Merged {
    fn count(&mut self, fate: &Fate) {
        match fate {
            Fate::Seen(_) => self.updated += 1,
            Fate::NotSeen => self.not_seen += 1,
            Fate::Later => self.later += 1,
            Fate::Contested => {}
        }
    }
}

/// The columns of the state, before those of people.
fn add_state(register: &mut Register) {
    let place = register.columns.len() - HUMAN.len();
    let last_seen = register.columns.iter().position(|column| column == "last_seen");
    register.columns.splice(place..place, STATE.map(str::to_owned));
    for row in &mut register.rows {
        let first = last_seen.map(|place| row[place].clone()).unwrap_or_default();
        row.splice(place..place, [first, Cell::Text("new".into()), Cell::Empty]);
    }
}

/// Those of the register in its own order, also those that are none of ours; then what it has not.
fn columns(former: &Register, seen: &Register) -> Vec<String> {
    let missing = seen.columns.iter().filter(|column| !former.columns.contains(column));
    former.columns.iter().chain(missing).cloned().collect()
}

/// Where what stands.
struct Table<'a> {
    columns: &'a [String],
    seen: &'a Register,
}

impl Table<'_> {
    fn place(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|name| name == column)
    }

    fn put(&self, row: &mut [Cell], column: &str, cell: Cell) {
        if let Some(place) = self.place(column) {
            row[place] = cell;
        }
    }

    fn is_later(&self, row: &[Cell], run: &Run) -> bool {
        self.place("run_finished")
            .is_some_and(|place| run.is_before(&row[place]))
    }

    /// Writes into a row what became of it.
    fn settle(&self, row: &mut [Cell], fate: Fate, run: &Run) {
        let state = match fate {
            Fate::Later => return,
            Fate::Seen(_) => "seen".to_owned(),
            Fate::Contested => format!("not updated in the run of {}: see the note", run.name),
            Fate::NotSeen => format!("not seen in the run of {}", run.name),
        };
        self.put(row, "register_note", Cell::Empty);
        if let Fate::Seen(device) = fate {
            self.update(row, device);
        }
        self.put(row, "register_state", Cell::said(&state));
    }

    /// What the run says of a device.
    fn said<'a>(&self, device: &'a [Cell], column: &str) -> &'a Cell {
        let place = self.seen.columns.iter().position(|name| name == column);
        place.and_then(|place| device.get(place)).unwrap_or(&Cell::Empty)
    }

    /// A row for a device that has none.
    fn added(&self, device: &[Cell]) -> Vec<Cell> {
        let cells = self.columns.iter().map(|column| self.said(device, column).clone());
        cells.collect()
    }

    /// Puts what the run says into a row, but for what people wrote and what this run was not told.
    fn update(&self, row: &mut [Cell], device: &[Cell]) {
        let old = |column: &str| self.place(column).map_or(Cell::Empty, |place| row[place].clone());
        let not_told = |group: &&&[&str]| *self.said(device, group[0]) == Cell::Empty && old(group[0]) != Cell::Empty;
        let kept: Vec<&[&str]> = KEPT.iter().filter(not_told).copied().collect();
        for (place, column) in self.columns.iter().enumerate() {
            let is_kept = kept.iter().any(|group| group.contains(&column.as_str()));
            let first_seen = column == "first_seen" && row[place] != Cell::Empty;
            let ours = self.seen.columns.contains(column) && !HUMAN.contains(&column.as_str());
            if ours && !is_kept && !first_seen {
                row[place] = self.said(device, column).clone();
            }
        }
        let names: Vec<&str> = kept.iter().map(|group| group[0]).collect();
        if !names.is_empty() {
            let note = format!("not told in this run, kept from before: {}", names.join(", "));
            self.put(row, "register_note", Cell::said(&note));
        }
    }
}
