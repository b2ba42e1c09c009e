use super::*;
use crate::report::register::former::{Form, read};

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
