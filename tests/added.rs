//! What the user adds to what was found, by the program: sites, a register, policies. Nothing here sends a packet.

#![expect(clippy::unwrap_used, reason = "a test may fail by it")]
#![expect(clippy::print_stderr, reason = "a skipped test says so loudly")]

mod program;
#[path = "program/ran.rs"]
mod ran;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use calamine::{Data, Reader, open_workbook_auto};
use ran::{Ran, ran};
use rust_xlsxwriter::{Format, Workbook};
use serde_json::{Value, json};
use tempfile::TempDir;

const SITES: &str = r#"
[[site]]
name = "Trust"
networks = ["10.20.0.0/16"]

[[site]]
name = "=Hill <School>"
networks = ["10.20.30.41/32"]
sensitive = true
"#;

fn run(directory: &TempDir, args: &[&str]) -> Ran {
    ran(program::camsweep().args(args).current_dir(directory.path()), "")
}

/// What a good run prints.
fn printed(directory: &TempDir, args: &[&str]) -> String {
    let (status, out, err) = run(directory, args);
    assert_eq!((status, err.as_str()), (0, ""), "{args:?}");
    out
}

/// A directory with these files, and with the replies of a camera that announces itself, one that is known by its MAC
/// address alone, and a host of no known maker.
fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let line = |host: &str, protocol: &str, text: &str| {
        let line = json!({"schema": "camsweep.reply/1", "host": host, "protocol": protocol, "at": "2026-01-31T09:00:00Z", "text": text});
        format!("{line}\n")
    };
    let replies = [
        line("10.20.30.40", "sadp", include_str!("replies/sadp-camera.xml")),
        line("10.20.30.41", "neighbour", "44:47:cc:00:00:01"),
        line("192.0.2.42", "neighbour", "02:00:00:00:00:01"),
    ];
    put(directory.path(), "replies.ndjson", &replies.concat());
    for (name, text) in files {
        put(directory.path(), name, text);
    }
    directory
}

fn put(directory: &Path, name: &str, text: &str) {
    fs::write(directory.join(name), text).unwrap();
}

fn json_of(directory: &TempDir, args: &[&str]) -> Value {
    let out = printed(directory, &[args, &["--format", "json"]].concat());
    serde_json::from_str(&out).unwrap()
}

#[test]
fn a_report_from_before_there_were_sites_is_still_read() {
    let directory = directory(&[("old.json", include_str!("replies/report-older.json"))]);
    let read = json_of(&directory, &["report", "old.json"]);
    let (none, two) = (json!([]), read["devices"].as_array().unwrap());
    assert_eq!((&read["sites"], &two[0]["site"], two.len()), (&none, &Value::Null, 2));
    let placed = json_of(&directory, &["report", "old.json", "--site", "Gym"]);
    assert_eq!(placed["devices"][1]["site"], "Gym");
}

fn sites_of(report: &Value) -> Vec<&Value> {
    let devices = report["devices"].as_array().unwrap().iter();
    devices.map(|device| &device["site"]).collect()
}

#[test]
fn each_device_is_at_its_site_in_every_form_that_has_a_column_for_it() {
    let directory = directory(&[("sites.toml", SITES)]);
    let judge = ["judge", "replies.ndjson", "--sites", "sites.toml", "--all"];
    let report = json_of(&directory, &judge);
    assert_eq!(
        sites_of(&report),
        [&json!("Trust"), &json!("=Hill <School>"), &Value::Null]
    );
    assert_eq!(report["sites"][1]["sensitive"], true);
    for (format, part) in [
        ("csv", "\r\n'=Hill <School>,10.20.30.41,"),
        ("html", "<td>=Hill &lt;School&gt;</td>"),
        ("markdown", "| possible | =Hill \\<School\\> |"),
    ] {
        let out = printed(&directory, &[&judge[..], &["--format", format]].concat());
        assert!(out.contains(part), "{format}: {out}");
    }
    // Where no site is named there is no column for one.
    let out = printed(&directory, &["judge", "replies.ndjson", "--format", "markdown"]);
    assert!(!out.contains("Site"), "{out}");
}

#[test]
fn a_redacted_report_names_no_site_and_still_keeps_them_apart() {
    let directory = directory(&[("sites.toml", SITES)]);
    let report = json_of(
        &directory,
        &["judge", "replies.ndjson", "--sites", "sites.toml", "--redact"],
    );
    assert_eq!(sites_of(&report), [&json!("site-1"), &json!("site-2"), &Value::Null]);
    let text = report.to_string();
    assert!(
        !text.contains("Trust") && !text.contains("Hill") && !text.contains("10.20."),
        "{text}"
    );
    assert_eq!(
        report["sites"][1],
        json!({"name": "site-2", "networks": [], "sensitive": true})
    );
}

#[test]
fn a_bad_file_of_sites_is_one_line_with_its_number_and_nothing_is_done() {
    let bad = [
        (
            "network.toml",
            SITES.replace("10.20.0.0/16", "10.20.0.0/99"),
            ":4: \"10.20.0.0/99\" is no network",
        ),
        (
            "twice.toml",
            SITES.replace("10.20.30.41/32", "10.20.0.0/16"),
            ":8: 10.20.0.0/16 is given to a site twice",
        ),
        ("form.toml", "\n\nsite = 7\n".into(), ":3: "),
    ];
    let directory = directory(&[]);
    bad.iter().for_each(|(name, text, _)| put(directory.path(), name, text));
    let missing = ("none.toml", String::new(), "cannot read \"none.toml\"");
    for (name, _, part) in bad.iter().chain([&missing]) {
        // The scan's only target is this machine's own loopback, should it ever begin.
        for command in [
            ["scan", "127.0.0.1"],
            ["judge", "replies.ndjson"],
            ["report", "none.json"],
        ] {
            let (status, out, err) = run(
                &directory,
                &[&command[..], &["--sites", name, "--output", "out"]].concat(),
            );
            assert_eq!((status, out.as_str(), err.lines().count()), (2, "", 3), "{err}");
            assert!(
                err.starts_with("error: ") && err.contains(name) && err.contains(part),
                "{err}"
            );
        }
    }
    assert!(!directory.path().join("out").exists());
    assert_eq!(run(&directory, &["judge", "replies.ndjson", "--site", ""]).0, 2);
}

/// What a run with a register says on standard error.
fn register(directory: &TempDir, args: &[&str]) -> String {
    let (status, out, err) = run(directory, args);
    assert_eq!(status, 0, "{err}");
    assert!(out.contains("DS-2CD2143G0-I"), "{out}");
    err
}

/// The rows of a register by the names of their columns, whatever its form.
fn rows(directory: &TempDir, name: &str) -> Vec<BTreeMap<String, String>> {
    let path = directory.path().join(name);
    if name.ends_with(".csv") {
        let read = csv::Reader::from_path(path).unwrap().into_deserialize();
        return read.map(Result::unwrap).collect();
    }
    let sheet = open_workbook_auto(path).unwrap().worksheet_range("Register").unwrap();
    let text = |cell: &Data| match cell {
        Data::DateTime(time) => format!("{:?}", time.to_ymd_hms_milli()),
        cell => cell.to_string(),
    };
    let mut rows = sheet.rows().map(|row| row.iter().map(text).collect::<Vec<_>>());
    let names = rows.next().unwrap();
    rows.map(|row| names.iter().cloned().zip(row).collect()).collect()
}

/// The register with another text in one column of one row, and a column more, as a person leaves it.
fn edited(directory: &TempDir, name: &str, row: usize, column: &str, text: &str) {
    let path = directory.path().join(name);
    if name.ends_with(".csv") {
        let all = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_path(&path)
            .unwrap()
            .into_records();
        let mut all: Vec<Vec<String>> = all
            .map(|row| row.unwrap().iter().map(str::to_owned).collect())
            .collect();
        let place = all[0].iter().position(|name| name == column).unwrap();
        all[row + 1][place] = text.to_owned();
        all.iter_mut()
            .zip(["colour", "red"])
            .for_each(|(row, cell)| row.push(cell.to_owned()));
        let mut writer = csv::WriterBuilder::new().flexible(true).from_path(&path).unwrap();
        all.iter().for_each(|row| writer.write_record(row).unwrap());
        return;
    }
    let sheet = open_workbook_auto(&path).unwrap().worksheet_range("Register").unwrap();
    let mut book = Workbook::new();
    let ours = book.add_worksheet().set_name("Register").unwrap();
    let date = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    for (at_row, at_column, cell) in sheet.used_cells() {
        let (at_row, at_column) = (at_row as u32, at_column as u16);
        match cell {
            Data::DateTime(time) => ours.write_number_with_format(at_row, at_column, time.as_f64(), &date),
            Data::Float(number) => ours.write_number(at_row, at_column, *number),
            cell => ours.write_string(at_row, at_column, cell.to_string()),
        }
        .unwrap();
    }
    let place = sheet
        .rows()
        .next()
        .unwrap()
        .iter()
        .position(|cell| *cell == *column)
        .unwrap();
    ours.write_string(row as u32 + 1, place as u16, text).unwrap();
    for (row, cell) in ["colour", "red"].iter().enumerate() {
        ours.write_string(row as u32, sheet.width() as u16, *cell).unwrap();
    }
    book.save(&path).unwrap();
}

#[test]
fn what_people_write_into_a_register_is_kept_across_runs() {
    for name in ["register.csv", "register.xlsx"] {
        let directory = directory(&[]);
        let judge = ["judge", "replies.ndjson", "--register", name];
        let err = register(&directory, &judge);
        assert!(
            err.contains("0 row(s) updated, 2 added, 0 of devices not seen"),
            "{err}"
        );
        let first = rows(&directory, name);
        assert_eq!(
            (first[0]["register_state"].as_str(), first[0]["owner"].as_str()),
            ("new", "")
        );
        assert!(!directory.path().join(format!("{name}.bak")).exists());

        let note = "first line\nsecond; line";
        edited(&directory, name, 0, "notes", note);
        let before = fs::read(directory.path().join(name)).unwrap();
        let lines = fs::read_to_string(directory.path().join("replies.ndjson")).unwrap();
        put(directory.path(), "replies.ndjson", lines.lines().next().unwrap());
        let err = register(&directory, &judge);
        assert!(
            err.contains("1 row(s) updated, 0 added, 1 of devices not seen"),
            "{err}"
        );
        let second = rows(&directory, name);
        assert_eq!(second.len(), 2);
        assert_eq!(
            [&second[0]["notes"], &second[0]["colour"], &second[0]["register_state"]],
            [note, "red", "seen"]
        );
        assert_eq!(second[0]["first_seen"], first[0]["first_seen"]);
        assert!(
            second[1]["register_state"].starts_with("not seen in the run of 20"),
            "{:?}",
            second[1]
        );
        assert_eq!(second[1]["mac"], first[1]["mac"]);
        assert_eq!(fs::read(directory.path().join(format!("{name}.bak"))).unwrap(), before);
    }
}

/// An office suite writes a workbook in its own way.
#[test]
fn a_register_that_libreoffice_saved_is_still_one() {
    let directory = directory(&[]);
    let judge = ["judge", "replies.ndjson", "--register", "register.xlsx"];
    register(&directory, &judge);
    edited(&directory, "register.xlsx", 0, "owner", "Ann");
    let home = format!("-env:UserInstallation=file://{}/home", directory.path().display());
    let saved = Command::new("soffice")
        .args([
            &home,
            "--headless",
            "--convert-to",
            "xlsx",
            "--outdir",
            "saved",
            "register.xlsx",
        ])
        .current_dir(directory.path())
        .output();
    let Ok(saved) = saved else {
        eprintln!("SKIPPED: soffice (libreoffice-calc) is not installed");
        return;
    };
    let saved_as = directory.path().join("saved/register.xlsx");
    assert!(saved_as.exists(), "{}", String::from_utf8_lossy(&saved.stderr));
    fs::rename(saved_as, directory.path().join("register.xlsx")).unwrap();
    let err = register(&directory, &judge);
    assert!(
        err.contains("2 row(s) updated, 0 added, 0 of devices not seen") && !err.contains("conflict"),
        "{err}"
    );
    let rows = rows(&directory, "register.xlsx");
    assert_eq!([&rows[0]["owner"], &rows[0]["colour"]], ["Ann", "red"]);
    assert_eq!(rows[0]["first_seen"], "(2026, 1, 31, 9, 0, 0, 0)");
}

#[test]
fn conflicts_are_said_and_stand_in_the_register() {
    let directory = directory(&[]);
    let judge = ["judge", "replies.ndjson", "--register", "register.csv"];
    register(&directory, &judge);
    edited(&directory, "register.csv", 0, "mac", "44:47:cc:99:99:99");
    let err = register(&directory, &judge);
    assert!(
        err.contains("1 row(s) updated, 1 added, 1 of devices not seen"),
        "{err}"
    );
    assert!(
        err.contains(
            "conflict: the serial number DS-2CD2143G0-I20190311AAWRC90000017 stands in 2 rows, with different MAC"
        ),
        "{err}"
    );
    let rows = rows(&directory, "register.csv");
    let noted = rows
        .iter()
        .filter(|row| row["register_note"].contains("stands in 2 rows"))
        .count();
    assert_eq!(
        (rows.len(), noted, rows[0]["mac"].as_str()),
        (3, 2, "44:47:cc:99:99:99")
    );
}

#[test]
fn a_broken_register_is_one_line_before_anything_is_done_and_stays_untouched() {
    for (name, text) in [
        ("broken.csv", "who,what\n"),
        ("broken.xlsx", "no workbook"),
        ("empty.csv", ""),
    ] {
        let directory = directory(&[(name, text)]);
        let args = [
            "judge",
            "replies.ndjson",
            "--register",
            name,
            "--report",
            "csv=cctv.csv",
        ];
        let (status, out, err) = run(&directory, &args);
        assert_eq!((status, err.lines().count()), (1, 3), "{err}");
        assert_eq!(out, "");
        assert!(
            err.starts_with(&format!("error: the register \"{name}\": it is no ")),
            "{err}"
        );
        assert_eq!(fs::read_to_string(directory.path().join(name)).unwrap(), text);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
    }
}

#[test]
fn a_register_that_cannot_be_is_refused_before_anything_is_done() {
    let directory = directory(&[]);
    let table: [(&[&str], i32, &str); 6] = [
        (&["--register", "register.ods"], 2, "neither .csv nor .xlsx"),
        (&["--register", "no/such/directory/r.csv"], 1, "no/such/directory/r.csv"),
        (&["--register", "r.csv", "--output", "r.csv"], 2, "both name \"r.csv\""),
        (
            &["--register", "r.csv", "--output", "r.csv.bak"],
            2,
            "both name \"r.csv.bak\"",
        ),
        (&["--register", "directory.csv"], 2, "is no file"),
        (&["--register", "r.csv", "--redact"], 2, "cannot be used with"),
    ];
    fs::create_dir(directory.path().join("directory.csv")).unwrap();
    for (args, code, part) in table {
        let (status, out, err) = run(&directory, &[&["judge", "replies.ndjson"], args].concat());
        assert_eq!((status, out.as_str()), (code, ""), "{err}");
        assert!(err.contains(part), "{err}");
    }
}

#[test]
fn a_device_cannot_put_a_formula_or_a_control_character_into_a_register() {
    let nasty = "=HYPERLINK(\"http://x\")\u{202e}";
    let sadp = include_str!("replies/sadp-camera.xml");
    let quoted = nasty.replace('"', "&quot;");
    let sadp = sadp
        .replace("DS-2CD2143G0-I20190311AAWRC90000017", &quoted)
        .replace("V5.5.83build 190221", &quoted);
    let line = json!({"schema": "camsweep.reply/1", "host": "10.20.30.40", "protocol": "sadp", "text": sadp});
    for name in ["register.csv", "register.xlsx"] {
        let directory = directory(&[("nasty.ndjson", &line.to_string())]);
        for _ in 0..3 {
            let (status, _, err) = run(
                &directory,
                &["judge", "nasty.ndjson", "--site", nasty, "--register", name],
            );
            assert_eq!(status, 0, "{err}");
            assert!(!err.contains('\u{202e}'), "{err}");
        }
        let rows = rows(&directory, name);
        assert_eq!(rows.len(), 1, "{rows:#?}");
        for (column, cell) in &rows[0] {
            assert!(
                !cell.starts_with('=') && !cell.contains('\u{202e}'),
                "{column}: {cell:?}"
            );
        }
        assert!(
            rows[0]["site"].starts_with("'=HYPERLINK") && rows[0]["firmware_version"].starts_with("'="),
            "{rows:#?}"
        );
    }
}

#[test]
fn policies_are_named_in_every_form_and_the_statement_only_at_a_sensitive_site() {
    let directory = directory(&[("sites.toml", SITES)]);
    let judge = ["judge", "replies.ndjson", "--sites", "sites.toml"];
    let report = json_of(&directory, &judge);
    let ids = |place: usize| -> Vec<&str> {
        let found = report["devices"][place]["policies"].as_array().unwrap().iter();
        found.map(|one| one["id"].as_str().unwrap()).collect()
    };
    assert_eq!(ids(0), ["us-fcc-covered-list", "us-ndaa-889"]);
    assert_eq!(ids(1), ["uk-statement-2022", "us-fcc-covered-list", "us-ndaa-889"]);
    assert_eq!(report["policies"].as_array().unwrap().len(), 3);
    let nowhere = json_of(&directory, &["judge", "replies.ndjson"]);
    let held: Vec<&str> = nowhere["policies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    assert_eq!(held, ["us-fcc-covered-list", "us-ndaa-889"], "no site is sensitive");
    for (format, part) in [
        (
            "markdown",
            "as of 2026-11-28) names video surveillance and telecommunications equipment",
        ),
        ("table", "2 units may fall within the class named in section 889"),
        (
            "markdown",
            "1 unit may fall within the class named in the UK government's written statement of 24 November 2022",
        ),
        (
            "html",
            "<dt>Within the class of</dt><dd>us-fcc-covered-list (may); us-ndaa-889 (may)</dd>",
        ),
        ("html", "may fall within the class named in the Covered List"),
        (
            "csv",
            "uk-statement-2022 (may); us-fcc-covered-list (may); us-ndaa-889 (may)",
        ),
    ] {
        let out = printed(&directory, &[&judge[..], &["--format", format]].concat());
        assert!(out.replace("\n    ", " ").contains(part), "{format}: {out}");
    }
}

const POLICY: &str = r#"
id = "council"
name = "the council's own rule"
date = "2026-01-01"
source = "minutes of 1 January"
class = "cameras of this maker"
basis = "the minutes name it"
makers = ["hikvision"]
classes = ["camera"]
"#;

#[test]
fn a_policy_of_the_users_own_stands_beside_the_others_and_a_bad_one_is_one_line_with_its_number() {
    let directory = directory(&[
        ("council.toml", POLICY),
        ("old.json", include_str!("replies/report-older.json")),
    ]);
    for command in [["judge", "replies.ndjson"], ["report", "old.json"]] {
        let out = printed(&directory, &[&command[..], &["--policy", "council.toml"]].concat());
        assert!(
            out.contains("within the class named in the council's own rule"),
            "{out}"
        );
        assert!(out.contains("named in section 889"), "{out}");
    }
    // A stored report is left as it was where nothing is added.
    assert!(!printed(&directory, &["report", "old.json"]).contains("the class named in"));
    for (text, part) in [
        (
            POLICY.replace("hikvision", "acme"),
            "bad.toml:8: there is no maker \"acme\"",
        ),
        (POLICY.replace("2026-01-01", "soon"), "bad.toml:4: "),
        (POLICY.replace("class =", "clas ="), "bad.toml:6: unknown field"),
        (
            POLICY.replace("council's own rule", "").replace("the ", ""),
            "bad.toml:3: the text is empty",
        ),
    ] {
        put(directory.path(), "bad.toml", &text);
        let (status, out, err) = run(&directory, &["judge", "replies.ndjson", "--policy", "bad.toml"]);
        assert_eq!((status, out.as_str(), err.lines().count()), (2, "", 3), "{err}");
        assert!(err.contains(part), "{part}: {err}");
    }
}
