//! A register from before and the devices of a run, made one. What people wrote stays; a row that the run did not see
//! stays; where it is not certain which row a device is, no row is changed.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;

use super::cell::Cell;
use super::identity::{Identity, Pairs, pairs};
use super::{HUMAN, Register, STATE};

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

/// Says of rows that several devices may be, or that are several for one, why they were let alone.
fn note_contested(table: &Table, rows: &mut [Vec<Cell>], pairs: &Pairs) -> Vec<String> {
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
fn note_twins(register: &mut Register) -> Vec<String> {
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

#[cfg(test)]
mod tests {
    use super::super::former::{Form, read};
    use super::*;

    const RUN: &str = "2026-11-25T09:00:00Z";

    fn run() -> Run {
        Run {
            name: RUN.into(),
            finished: RUN.parse().ok(),
        }
    }

    /// Devices of a run, `serial mac ip model` each; `-` is not known.
    fn seen(devices: &[&str]) -> Register {
        let columns = [
            "ip",
            "mac",
            "serial",
            "model",
            "firmware_version",
            "kev_cves",
            "last_seen",
            "run_finished",
        ];
        let row = |device: &&str| {
            let mut told = device
                .split(' ')
                .map(|value| value.trim_matches('-').to_owned())
                .map(Cell::verbatim);
            let mut next = || told.next().unwrap_or_default();
            let (serial, mac, ip, model) = (next(), next(), next(), next());
            let time = Cell::Text(RUN.into());
            let mut row = vec![ip, mac, serial, model, Cell::Empty, Cell::Empty, time.clone(), time];
            row.resize(columns.len() + HUMAN.len(), Cell::Empty);
            row
        };
        Register {
            columns: columns.iter().chain(&HUMAN).map(ToString::to_string).collect(),
            rows: devices.iter().map(row).collect(),
        }
    }

    fn former(csv: &str) -> Register {
        read(csv.as_bytes(), Form::Csv).unwrap()
    }

    fn merged(csv: &str, devices: &[&str]) -> Merged {
        merge(Some(former(csv)), seen(devices), &vec![true; devices.len()], &run())
    }

    /// Cells of each row, joined by `|`.
    fn shown(merged: &Merged, columns: &[&str]) -> Vec<String> {
        let register = &merged.register;
        let place = |name: &&str| register.columns.iter().position(|column| column == name).unwrap();
        let cells = |row: &Vec<Cell>| {
            columns
                .iter()
                .map(|name| row[place(name)].text())
                .collect::<Vec<_>>()
                .join("|")
        };
        register.rows.iter().map(cells).collect()
    }

    #[test]
    fn a_device_is_known_by_its_serial_number_else_by_its_mac_address_else_by_its_place() {
        let csv = "ip,mac,serial,notes\n10.0.0.1,44:47:cc:00:00:01,S1,one\n10.0.0.2,,S2,two\n10.0.0.3,44-47-CC-00-00-03,,three\n10.0.0.4,,,four\n";
        // All but the last have moved.
        let devices = [
            "s1 44:47:cc:00:00:01 10.0.1.1",
            "S2 44:47:cc:00:00:02 10.0.1.2",
            "S3 44:47:cc:00:00:03 10.0.1.3",
            "- - 10.0.0.4",
        ];
        let merged = merged(csv, &devices);
        assert_eq!(
            (merged.updated, merged.added, merged.not_seen),
            (4, 0, 0),
            "{merged:#?}"
        );
        assert_eq!(
            shown(&merged, &["ip", "notes", "register_state"]),
            [
                "10.0.1.1|one|seen",
                "10.0.1.2|two|seen",
                "10.0.1.3|three|seen",
                "10.0.0.4|four|seen"
            ]
        );
        assert!(merged.conflicts.is_empty(), "{:?}", merged.conflicts);
    }

    #[test]
    fn what_people_wrote_stays_with_their_own_columns_and_their_order() {
        let csv = "notes,colour,ip,mac,serial,owner,first_seen,asset_id\n\"a\nb\",red,10.0.0.1,,S1,Ann,2020-01-01,7\n,blue,10.0.0.9,,S9,Bob,\n";
        let merged = merged(csv, &["S1 - 10.0.0.2 DS-1", "S5 - 10.0.0.5 DS-5"]);
        assert_eq!(
            merged.register.columns[..7],
            ["notes", "colour", "ip", "mac", "serial", "owner", "first_seen"]
        );
        assert_eq!(
            shown(
                &merged,
                &[
                    "ip",
                    "notes",
                    "colour",
                    "owner",
                    "asset_id",
                    "model",
                    "first_seen",
                    "register_state"
                ]
            ),
            [
                "10.0.0.2|a\nb|red|Ann|7|DS-1|2020-01-01|seen".to_owned(),
                format!("10.0.0.9||blue|Bob||||not seen in the run of {RUN}"),
                format!("10.0.0.5|||||DS-5|{RUN}|new"),
            ]
        );
    }

    #[test]
    fn conflicts_are_said_and_nothing_is_overwritten() {
        let header = "ip,mac,serial,notes\n";
        let table: [(&str, &[&str], &[&str], &str); 6] = [
            // A serial number whose MAC address changed: both rows stand, and say so.
            (
                "10.0.0.1,44:47:cc:00:00:01,S1,one\n",
                &["S1 44:47:cc:00:00:02 10.0.0.2"],
                &["10.0.0.1|one|not seen", "10.0.0.2||new"],
                "the serial number S1 stands in 2 rows, with different MAC addresses",
            ),
            // A MAC address whose serial number changed.
            (
                "10.0.0.1,44:47:cc:00:00:01,S1,one\n",
                &["S2 44:47:cc:00:00:01 10.0.0.1"],
                &["10.0.0.1|one|not seen", "10.0.0.1||new"],
                "stands in 2 rows, with different serial numbers",
            ),
            // The same serial number twice in the register: neither is chosen.
            (
                "10.0.0.1,,S1,one\n10.0.0.2,,S1,two\n",
                &["S1 - 10.0.0.3"],
                &["10.0.0.1|one|not updated", "10.0.0.2|two|not updated"],
                "may be any of 2 row(s)",
            ),
            // The same, and one of them is where it was.
            (
                "10.0.0.1,,S1,one\n10.0.0.2,,S1,two\n",
                &["S1 - 10.0.0.2"],
                &["10.0.0.1|one|not seen", "10.0.0.2|two|seen"],
                "the serial number S1 stands in 2 rows",
            ),
            // Two units with one serial number, and a row that may be either's.
            (
                "10.0.0.1,,S1,one\n",
                &["S1 - 10.0.0.2", "S1 - 10.0.0.3"],
                &["10.0.0.1|one|not updated"],
                "one of several units",
            ),
            // Two units with one serial number, and no row: both are added.
            (
                "",
                &["S1 - 10.0.0.2", "S1 - 10.0.0.3"],
                &["10.0.0.2||new", "10.0.0.3||new"],
                "the serial number S1 stands in 2 rows",
            ),
        ];
        for (csv, devices, rows, conflict) in table {
            let merged = merged(&format!("{header}{csv}"), devices);
            let shown = shown(&merged, &["ip", "notes", "register_state"]);
            assert_eq!(shown.len(), rows.len(), "{csv}: {shown:?}");
            for (shown, row) in shown.iter().zip(rows) {
                assert!(shown.starts_with(row), "{csv}: {shown}");
            }
            assert!(
                merged.conflicts.iter().any(|said| said.contains(conflict)),
                "{csv}: {:?}",
                merged.conflicts
            );
            let notes = self::shown(&merged, &["register_note"]);
            assert!(notes.iter().any(|note| note.contains(conflict)), "{csv}: {notes:?}");
        }
    }

    #[test]
    fn what_is_not_told_this_time_is_kept_as_a_whole_and_said_to_be_of_before() {
        let csv = "ip,mac,serial,model,firmware_version,kev_cves\n10.0.0.1,,S1,DS-1,5.4.5,CVE-1\n";
        let merged = merged(csv, &["S1 - 10.0.0.1"]);
        assert_eq!(
            shown(&merged, &["model", "firmware_version", "kev_cves", "register_note"]),
            ["DS-1|5.4.5|CVE-1|not told in this run, kept from before: model, firmware_version"]
        );
    }

    #[test]
    fn a_run_of_before_changes_no_row_of_a_later_one_and_none_a_line_that_is_no_device() {
        let csv = "ip,mac,serial,model,run_finished,register_state\n10.0.0.1,,S1,NEW,2026-11-25T09:00:01Z,seen\n\
                   10.0.0.2,,S2,NEW,2026-12-01T09:00:00Z,seen\n10.0.0.3,,S3,OLD,2026-11-25T09:00:00Z,new\n\
                   ,,,a line of a person's own,,\n";
        let merged = merged(csv, &["S1 - 10.0.0.9 OLD", "S3 - 10.0.0.3 DS-3"]);
        assert_eq!((merged.later, merged.updated, merged.not_seen), (2, 1, 0));
        let rows = [
            "10.0.0.1|NEW|seen",
            "10.0.0.2|NEW|seen",
            "10.0.0.3|DS-3|seen",
            "|a line of a person's own|",
        ];
        assert_eq!(shown(&merged, &["ip", "model", "register_state"]), rows);
    }

    #[test]
    fn a_host_that_is_not_listed_is_seen_and_not_added() {
        let csv = "ip,mac,serial\n10.0.0.1,,S1\n";
        let merged = merge(
            Some(former(csv)),
            seen(&["S1 - 10.0.0.1", "S2 - 10.0.0.2"]),
            &[false, false],
            &run(),
        );
        assert_eq!(shown(&merged, &["serial", "register_state"]), ["S1|seen"]);
    }

    #[test]
    fn the_same_run_again_changes_nothing_and_adds_nothing() {
        let devices = [
            "S1 44:47:cc:00:00:02 10.0.0.2",
            "S1 - 10.0.0.3",
            "S1 - 10.0.0.4",
            "- 44:47:cc:00:00:02 10.0.0.5",
            "- - 10.0.0.6",
            "=S6 - 10.0.0.7",
        ];
        let csv = "ip,mac,serial,notes\n10.0.0.1,44:47:cc:00:00:01,S1,one\n,,,a line of a person's own\n";
        let mut last = merged(csv, &devices).register;
        for _ in 0..3 {
            let next = merge(Some(last.clone()), seen(&devices), &[true; 6], &run()).register;
            assert_eq!(next.rows.len(), last.rows.len(), "{next:#?}");
            let notes = |register: &Register| register.rows.iter().map(|row| row[3].text()).collect::<Vec<_>>();
            assert_eq!(notes(&next), notes(&last));
            last = next;
        }
    }
}
