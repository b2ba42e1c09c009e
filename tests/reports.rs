//! Reports in every form, by the program: written beside one another, and made again of a stored one. Nothing here
//! sends a packet.

#![expect(clippy::unwrap_used, reason = "a test may fail by it")]
#![expect(clippy::print_stderr, reason = "a skipped test says so loudly")]

#[path = "golden/formats.rs"]
mod formats;
mod program;
#[path = "golden/published.rs"]
mod published;
#[path = "program/ran.rs"]
mod ran;

use std::fs;
use std::path::Path;
use std::process::Command;

use calamine::{Data, Range, Reader, open_workbook_auto};
use formats::FORMATS;
use ran::{Ran, ran};
use serde_json::json;
use tempfile::TempDir;

/// A register as a workbook has it.
fn sheet(path: &Path, name: &str) -> Range<Data> {
    open_workbook_auto(path).unwrap().worksheet_range(name).unwrap()
}

fn run(directory: &Path, args: &[&str], input: &str) -> Ran {
    ran(program::camsweep().args(args).current_dir(directory), input)
}

/// A camera that announces itself, one that is known by its MAC address alone, and a host of no known maker.
fn replies() -> String {
    let line = |host: &str, protocol: &str, text: &str| {
        json!({"schema": "camsweep.reply/1", "host": host, "protocol": protocol, "asked": "multicast inquiry",
               "at": "2026-01-31T09:00:00Z", "text": text})
        .to_string()
    };
    let sadp = include_str!("replies/sadp-camera.xml");
    let lines = [
        line("10.20.30.40", "sadp", sadp),
        line("10.20.30.41", "neighbour", "44:47:cc:00:00:01"),
        line("10.20.30.42", "neighbour", "02:00:00:00:00:01"),
    ];
    lines.join("\n")
}

/// A directory with one file of each format, all of one run, and what that run printed.
fn every_form(options: &[&str]) -> (TempDir, String) {
    let directory = tempfile::tempdir().unwrap();
    let reports = FORMATS.map(|format| format!("--report={format}=cctv.{format}"));
    let mut args = vec!["judge", "-"];
    args.extend(reports.iter().map(String::as_str));
    args.extend(options);
    let (status, out, err) = run(directory.path(), &args, &replies());
    assert_eq!((status, err.as_str()), (0, ""));
    let report = fs::read_to_string(directory.path().join("cctv.json")).unwrap();
    published::holds("report", &serde_json::from_str(&report).unwrap());
    (directory, out)
}

#[test]
fn several_forms_are_written_at_once_and_the_table_is_printed_all_the_same() {
    let (directory, printed) = every_form(&[]);
    let names = fs::read_dir(directory.path()).unwrap();
    let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(
        names,
        [
            "cctv.cef",
            "cctv.csv",
            "cctv.ecs",
            "cctv.foi",
            "cctv.html",
            "cctv.json",
            "cctv.markdown",
            "cctv.ndjson",
            "cctv.ocsf",
            "cctv.prometheus",
            "cctv.table"
        ]
    );
    let written = |name: &str| fs::read_to_string(directory.path().join(name)).unwrap();
    assert_eq!(written("cctv.table"), printed);
    assert!(printed.contains("DS-2CD2143G0-I"), "{printed}");
    for name in ["cctv.csv", "cctv.html", "cctv.json", "cctv.markdown", "cctv.ndjson"] {
        assert!(written(name).contains("DS-2CD2143G0-I"), "{name}");
    }
}

#[test]
fn a_stored_report_makes_every_form_that_the_run_itself_made() {
    for options in [&[][..], &["--all"]] {
        let (directory, _) = every_form(options);
        for format in FORMATS {
            let args = [&["report", "cctv.json", "--format", format], options].concat();
            let (status, out, err) = run(directory.path(), &args, "");
            assert_eq!((status, err.as_str()), (0, ""), "{format}");
            let written = fs::read_to_string(directory.path().join(format!("cctv.{format}"))).unwrap();
            assert_eq!(out, written, "{format} {options:?}");
        }
        let stored = fs::read_to_string(directory.path().join("cctv.json")).unwrap();
        let args = ["report", "-", "--format", "csv", "--output", "again.csv"];
        assert_eq!(
            run(directory.path(), &[&args, options].concat(), &stored),
            (0, String::new(), String::new())
        );
        let file = |name: &str| fs::read(directory.path().join(name)).unwrap();
        assert_eq!(file("again.csv"), file("cctv.csv"));
    }
}

#[test]
fn what_is_no_report_is_one_line_and_a_hint() {
    let (directory, _) = every_form(&[]);
    let in_place = |name: &str, text: &str| fs::write(directory.path().join(name), text).unwrap();
    in_place("replies.ndjson", &replies());
    in_place("later.json", r#"{"schema":"camsweep.report/2","devices":[]}"#);
    in_place("part.json", r#"{"schema":"camsweep.report/1"}"#);
    in_place("hostile.json", "{\"schema\":\"\\u001b[2J\"}");
    in_place("empty.json", "");
    let table = [
        ("none.json", "No such file"),
        ("replies.ndjson", "camsweep.reply/1"),
        (
            "later.json",
            "is \"camsweep.report/2\"; this version reads \"camsweep.report/1\"",
        ),
        ("part.json", "is no report: missing field"),
        ("cctv.ndjson", "is no report: "),
        ("cctv.csv", "is no report: "),
        ("hostile.json", "is \"\\u{1b}[2J\""),
        ("empty.json", "is no report: "),
    ];
    for (name, part) in table {
        let (status, out, err) = run(directory.path(), &["report", name], "");
        assert_eq!((status, out.as_str()), (1, ""), "{name}: {err}");
        let lines: Vec<&str> = err.lines().collect();
        assert!(
            lines.len() == 3 && lines[0].contains(name) && lines[0].contains(part),
            "{name}: {err}"
        );
        assert!(
            lines[0].starts_with("error: ") && lines[2].starts_with("hint: "),
            "{name}: {err}"
        );
    }
}

#[test]
fn what_cannot_be_a_report_is_refused_before_anything_is_done() {
    let directory = tempfile::tempdir().unwrap();
    let table = [
        ("pdf=x", 2, "\"pdf\" is no format; there are table, json"),
        ("csv", 2, "FORMAT=FILE"),
        ("csv=", 2, "FORMAT=FILE"),
        ("csv=no/such/directory/x", 1, "no/such/directory/x"),
        ("csv=both", 2, "--output and --report both name \"both\""),
    ];
    for (value, code, part) in table {
        for command in ["scan", "judge"] {
            // The scan's only target is this machine's own loopback, should it ever begin.
            let target = if command == "scan" { "127.0.0.1" } else { "-" };
            let args = [command, target, "--report", value, "--output", "both"];
            let (status, out, err) = run(directory.path(), &args, "");
            assert_eq!((status, out.as_str()), (code, ""), "{args:?}: {err}");
            assert!(err.contains(part), "{args:?}: {err}");
        }
    }
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn a_redacted_report_tells_no_unit_apart_and_keeps_what_was_found() {
    let (directory, printed) = every_form(&["--redact"]);
    let (_, plain) = every_form(&[]);
    let secrets = ["10.20.30.4", "C90000017", "44:47:cc", "44-47-CC", "02:00:00"];
    assert!(plain.contains(secrets[0]) && plain.contains(secrets[1]), "{plain}");
    for format in FORMATS {
        let written = fs::read_to_string(directory.path().join(format!("cctv.{format}"))).unwrap();
        // Counts name no model.
        assert!(
            matches!(format, "foi" | "prometheus") || written.contains("DS-2CD2143G0-I"),
            "{format}"
        );
        let told: Vec<_> = secrets.iter().filter(|secret| written.contains(**secret)).collect();
        assert!(told.is_empty(), "{format}: {told:?} in {written}");
    }
    // A stored report can be redacted later, too, and comes to the same.
    let again = run(directory.path(), &["report", "cctv.json"], "").1;
    assert_eq!(again, printed);
    let (whole, _) = every_form(&[]);
    let later = run(whole.path(), &["report", "cctv.json", "--redact"], "").1;
    assert_eq!(later, printed);
}

#[test]
fn a_workbook_is_made_by_the_run_and_of_its_stored_report_and_is_the_same() {
    let (directory, _) = every_form(&["--report", "xlsx=cctv.xlsx"]);
    let args = ["report", "cctv.json", "--format", "xlsx", "--output", "again.xlsx"];
    assert_eq!(run(directory.path(), &args, ""), (0, String::new(), String::new()));
    let file = |name: &str| fs::read(directory.path().join(name)).unwrap();
    assert!(file("again.xlsx") == file("cctv.xlsx"));
    let register = sheet(&directory.path().join("cctv.xlsx"), "Register");
    let csv = fs::read_to_string(directory.path().join("cctv.csv")).unwrap();
    let names: Vec<String> = register
        .rows()
        .next()
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(csv.lines().next().unwrap(), names.join(","));
    assert_eq!(register.height(), csv.lines().count());
}

#[test]
fn a_workbook_is_never_printed() {
    let directory = tempfile::tempdir().unwrap();
    for args in [
        &["judge", "-", "--format", "xlsx"][..],
        &["scan", "127.0.0.1", "--format=xlsx"],
    ] {
        let (status, out, err) = run(directory.path(), args, "");
        assert_eq!((status, out.as_str()), (2, ""), "{err}");
        assert!(
            err.starts_with("error: a workbook (xlsx) is not printed") && err.contains("hint: "),
            "{err}"
        );
        assert_eq!(err.lines().count(), 3, "{err}");
    }
}

/// What an office suite makes of the workbook: the same table as the CSV, and no formula worked out.
#[test]
fn libreoffice_reads_the_workbook() {
    let (directory, _) = every_form(&["--report", "xlsx=cctv.xlsx"]);
    let home = format!("-env:UserInstallation=file://{}/home", directory.path().display());
    let args = [
        &home,
        "--headless",
        "--convert-to",
        "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,1",
    ];
    let converted = Command::new("soffice")
        .args(args)
        .args(["--outdir", "converted", "cctv.xlsx"])
        .current_dir(directory.path())
        .output();
    let Ok(converted) = converted else {
        eprintln!("SKIPPED: soffice (libreoffice-calc) is not installed");
        return;
    };
    let said = String::from_utf8_lossy(&converted.stderr);
    let file = fs::read_dir(directory.path().join("converted")).unwrap_or_else(|_| panic!("{said}"));
    let text = fs::read_to_string(file.map(|entry| entry.unwrap().path()).next().unwrap()).unwrap();
    let read = |text: &str| -> Vec<Vec<String>> {
        let rows = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(text.as_bytes())
            .into_records();
        rows.map(|row| row.unwrap().iter().map(str::to_owned).collect())
            .collect()
    };
    let (by_office, ours) = (
        read(&text),
        read(&fs::read_to_string(directory.path().join("cctv.csv")).unwrap()),
    );
    assert_eq!(by_office.len(), ours.len(), "{text}");
    for (theirs, ours) in by_office.iter().zip(&ours) {
        for ((theirs, ours), name) in theirs.iter().zip(ours).zip(&by_office[0]) {
            // A time has no zone and no fraction there.
            let ours = ours.replace('T', " ");
            let same =
                theirs == &ours || name.contains("seen") || name == "run_finished" || ours == theirs.replace('T', " ");
            assert!(same, "{name}: {theirs:?} {ours:?}");
        }
    }
}

/// The page after its scripts have run, and what the browser said.
fn browsed(directory: &Path, page: &str) -> Option<(String, String)> {
    let profile = format!("--user-data-dir={}", directory.join("profile").display());
    let output = [
        "chromium",
        "chromium-headless-shell",
        "chromium-browser",
        "google-chrome",
    ]
    .iter()
    .find_map(|name| {
        let mut browser = Command::new(name);
        browser.args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--enable-logging=stderr",
            "--dump-dom",
            &profile,
        ]);
        browser
            .arg(format!("file://{}", directory.join(page).display()))
            .output()
            .ok()
    })?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Some((text(output.stdout), text(output.stderr)))
}

#[test]
fn a_browser_sorts_and_filters_the_page_and_runs_nothing_else() {
    let (directory, _) = every_form(&["--all"]);
    let Some((page, said)) = browsed(directory.path(), "cctv.html") else {
        eprintln!("SKIPPED: chromium is not installed");
        return;
    };
    assert!(page.contains("<label class=\"filter\">"), "{said}");
    assert!(!said.contains("CONSOLE"), "{said}");

    let whole = fs::read_to_string(directory.path().join("cctv.html")).unwrap();
    let used = "<script>const field = document.querySelector('.filter input'); field.value = 'hikvision possible'; \
                field.dispatchEvent(new Event('input')); const click = () => document.querySelector('th button').click(); \
                click(); click();</script></body>";
    let injected = whole.replace("</body>", used);
    // A script that is not the page's own does not run.
    fs::write(directory.path().join("injected.html"), &injected).unwrap();
    let (page, said) = browsed(directory.path(), "injected.html").unwrap();
    assert!(
        !page.contains("of 3</output>") && said.contains("Content Security Policy"),
        "{said}"
    );
    // With the policy taken off, a user's steps: filter, then sort twice.
    let (before, rest) = injected
        .split_once("<meta http-equiv=\"Content-Security-Policy\"")
        .unwrap();
    let open = format!("{before}{}", rest.split_once('>').unwrap().1);
    fs::write(directory.path().join("open.html"), open).unwrap();
    let (page, _) = browsed(directory.path(), "open.html").unwrap();
    assert!(
        page.contains("<output>1 of 3</output>") && page.contains("aria-sort=\"descending\""),
        "{page}"
    );
    let places = ["10.20.30.42", "10.20.30.41", "10.20.30.40"]
        .map(|address| page.find(&format!("<th scope=\"row\">{address}")).unwrap());
    assert!(places.is_sorted(), "{places:?}");
    assert_eq!(page.matches("<tr hidden=\"\">").count(), 2);
}
