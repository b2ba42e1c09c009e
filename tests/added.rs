//! What the user adds to what was found, by the program: sites. Nothing here sends a packet.

#![expect(clippy::unwrap_used, reason = "a test may fail by it")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use assert_cmd::cargo::cargo_bin;
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

/// Exit code, standard output, standard error of a run in this directory.
fn run(directory: &TempDir, args: &[&str]) -> (i32, String, String) {
    let output = Command::new(cargo_bin!("camsweep"))
        .args(args)
        .current_dir(directory.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
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

#[test]
fn each_device_is_at_its_site_in_every_form_that_has_a_column_for_it() {
    let directory = directory(&[("sites.toml", SITES)]);
    let judge = ["judge", "replies.ndjson", "--sites", "sites.toml", "--all"];
    let report = json_of(&directory, &judge);
    let sites: Vec<&Value> = report["devices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|device| &device["site"])
        .collect();
    assert_eq!(sites, [&json!("Trust"), &json!("=Hill <School>"), &Value::Null]);
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
    let sites: Vec<&Value> = report["devices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|device| &device["site"])
        .collect();
    assert_eq!(sites, [&json!("site-1"), &json!("site-2"), &Value::Null]);
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
