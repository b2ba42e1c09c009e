//! The program as people type it. Nothing here sends a packet.

#![expect(clippy::unwrap_used, reason = "a test may fail by it")]

#[path = "../src/report/nasty.rs"]
mod nasty;
mod program;
#[path = "program/ran.rs"]
mod ran;

use std::process::Stdio;

use ran::{Ran, ran};

const REPLIES: &str = concat!(
    r#"{"schema":"camsweep.reply/1","host":"10.0.0.5","protocol":"neighbour","text":"44:47:cc:00:00:01"}"#,
    "\n",
    r#"{"schema":"camsweep.reply/1","host":"10.0.0.6","protocol":"sadp","asked":"multicast inquiry","text":"not xml"}"#,
    "\n",
    r#"{"schema":"camsweep.reply/1","host":"10.0.0.7","protocol":"bacnet","base64":"AAH/","site":"gym"}"#,
    "\n",
);

fn run_with(args: &[&str], input: &str) -> Ran {
    ran(program::camsweep().args(args), input)
}

fn run(args: &[&str]) -> Ran {
    run_with(args, "")
}

#[test]
fn wrong_usage_is_one_line_and_a_hint() {
    let table: &[(&[&str], i32, &str)] = &[
        (&["scan", "fe80::1%eth0"], 2, "\"fe80::1%eth0\" has a zone"),
        (
            &["scan", "2001:db8::/64"],
            2,
            "\"2001:db8::/64\" has more addresses than all of IPv4",
        ),
        (&["scan", "2001:db8::/112", "--dry-run"], 2, "65535 addresses"),
        (&["scan", "::1", "--exclude", "::/64"], 2, "no address is left"),
        (&["scan", "camera.example"], 2, "names are not looked up"),
        (&["scan", "0.0.0.0"], 2, "0.0.0.0/8"),
        (&["scan", "@no-such-file"], 2, "no-such-file"),
        (&["scan", "127.0.0.1", "--exclude", "oops"], 2, "oops"),
        (
            &["scan", "127.0.0.1", "--exclude", "127.0.0.1"],
            2,
            "no address is left",
        ),
        (&["scan", "127.0.0.1", "--interface", "no-such-if"], 2, "no-such-if"),
        (&["scan", "127.0.0.0/16", "--dry-run"], 2, "65534 addresses"),
        (&["scan", "127.0.0.1", "--oui-file", "no-such-file"], 2, "no-such-file"),
        (
            &["scan", "127.0.0.1", "--oui-file", "Cargo.toml"],
            2,
            "is no MAC registry",
        ),
        (
            &["scan", "127.0.0.1", "--dry-run", "--known", "no-such-file"],
            2,
            "no-such-file",
        ),
        (
            &["scan", "127.0.0.1", "--dry-run", "--output", "no/such/directory/x"],
            1,
            "no/such/directory/x",
        ),
        (
            &["scan", "127.0.0.1", "--dry-run", "--record", "no/such/directory/x"],
            1,
            "no/such/directory/x",
        ),
        (
            &["scan", "127.0.0.1", "--output", "no/such/directory/x"],
            1,
            "no/such/directory/x",
        ),
        (
            &["scan", "127.0.0.1", "--record", "no/such/directory/x"],
            1,
            "no/such/directory/x",
        ),
        (
            &["scan", "127.0.0.1", "--output", "both", "--record", "both"],
            2,
            "both name \"both\"",
        ),
        (&["scan", "127.0.0.1", "--resume", "Cargo.toml"], 2, "is no resume file"),
        (
            &["scan", "127.0.0.1", "--dry-run", "--resume", "Cargo.toml"],
            2,
            "is no resume file",
        ),
        (
            &["scan", "127.0.0.1", "--resume", "src"],
            2,
            "no file that a scan can go on from",
        ),
        (
            &["scan", "127.0.0.1", "--resume", "no/such/directory/x"],
            1,
            "no/such/directory/x",
        ),
        (
            &["scan", "127.0.0.1", "--resume", "both", "--record", "both"],
            2,
            "--record and --resume both name \"both\"",
        ),
        (&["judge", "no-such-file"], 1, "no-such-file"),
    ];
    for (args, code, part) in table {
        let (status, out, err) = run(args);
        assert_eq!((status, out.as_str()), (*code, ""), "{args:?}: {err}");
        let lines: Vec<&str> = err.lines().collect();
        assert_eq!(lines.len(), 3, "{args:?}: {err}");
        assert!(
            lines[0].starts_with("error: ") && lines[0].contains(part),
            "{args:?}: {err}"
        );
        assert!(lines[1].is_empty() && lines[2].starts_with("hint: "), "{args:?}: {err}");
    }
    assert_eq!(run(&["scna"]).0, 2);
    assert_eq!(run(&["judge"]).0, 2);
}

#[test]
fn passive_contradicts_whatever_would_send() {
    let more: &[&[&str]] = &[
        &["--no-tcp"],
        &["--probe-silent"],
        &["--l2-sadp"],
        &["--login", "dahua:x@10.0.0.0/24"],
        &["--credentials", "file"],
        &["--profile", "fast"],
        &["--rate", "5"],
        &["--arp-rate", "5"],
        &["--allow-port", "631"],
        &["--for", "0"],
    ];
    for more in more {
        let (status, _, err) = run(&[&["scan", "127.0.0.1", "--passive", "--dry-run"], *more].concat());
        assert_eq!(status, 2, "{more:?}: {err}");
        assert!(err.contains(more[0]), "{more:?}: {err}");
    }
    let (status, _, err) = run(&["scan", "127.0.0.1", "--for", "5", "--dry-run"]);
    assert!(status == 2 && err.contains("--passive"), "{err}");
    let (status, _, err) = run(&["scan", "127.0.0.1", "--passive", "--dry-run"]);
    assert!(status == 2 && err.contains("on a segment of this machine"), "{err}");
}

#[test]
fn a_dry_run_says_the_scope_and_the_budget() {
    let (status, out, _) = run(&[
        "scan",
        "127.0.0.1-9",
        "--exclude",
        "127.0.0.4",
        "--dry-run",
        "--yes-large",
        "--allow-port",
        "631",
    ]);
    assert_eq!(status, 0);
    for part in [
        "scope: 8 addresses",
        "127.0.0.1-127.0.0.3, 127.0.0.5-127.0.0.9",
        "excluded: 127.0.0.4",
        "TCP: at most",
        "TCP: port 631 too",
        "Nothing was sent.",
    ] {
        assert!(out.contains(part), "{part}: {out}");
    }
}

#[test]
fn without_tcp_the_budget_has_no_connection_and_nothing_that_needs_one_is_taken() {
    let (status, out, _) = run(&["scan", "127.0.0.1-9", "--no-tcp", "--dry-run"]);
    assert_eq!(status, 0);
    assert!(
        out.contains("TCP: no connection (--no-tcp)") && !out.contains("TCP: at most"),
        "{out}"
    );
    let more: &[&[&str]] = &[
        &["--probe-silent"],
        &["--login", "dahua:audit@127.0.0.1"],
        &["--connections", "5"],
        &["--connection-rate", "3"],
        &["--pages", "2"],
    ];
    for more in more {
        let (status, _, err) = run(&[&["scan", "127.0.0.1-9", "--no-tcp", "--dry-run"], *more].concat());
        assert_eq!(status, 2, "{more:?}");
        assert!(err.contains("--no-tcp"), "{err}");
    }
}

#[test]
fn what_is_read_is_not_overwritten_by_whatever_name() {
    let folder = tempfile::tempdir().unwrap();
    let (replies, report) = (folder.path().join("replies.nd"), folder.path().join("report.json"));
    std::fs::write(&replies, REPLIES).unwrap();
    let [replies, report] = [&replies, &report].map(|path| path.to_str().unwrap());
    assert_eq!(run(&["judge", replies, "--format", "json", "--output", report]).0, 0);
    let same = format!("{}/./replies.nd", folder.path().display());
    let html = format!(
        "html={}/../{}/report.json",
        folder.path().display(),
        folder.path().file_name().unwrap().display()
    );
    let before = [replies, report].map(|file| std::fs::read(file).unwrap());
    let table: [&[&str]; 5] = [
        &["judge", replies, "--output", replies],
        &["judge", &same, "--output", replies],
        &["judge", replies, "--report", &format!("csv={same}")],
        &["report", report, "--output", report],
        &["judge", replies, "--output", report, "--report", &html],
    ];
    for args in table {
        let (status, _, err) = run(args);
        assert_eq!(status, 2, "{args:?}: {err}");
        assert!(err.contains("which is read") || err.contains("both name"), "{err}");
    }
    assert_eq!([replies, report].map(|file| std::fs::read(file).unwrap()), before);
}

#[test]
fn a_resume_file_is_no_other_file_by_whatever_name() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (state, same) = (at("state"), at("./state"));
    let scan = |more: &[&str]| run(&[&["scan", "127.0.0.1", "--dry-run"], more].concat());
    let html = format!("html={same}");
    let table: [&[&str]; 6] = [
        &["--resume", &state, "--output", &same],
        &["--resume", &state, "--report", &html],
        &["--resume", &state, "--record", &same],
        &["--resume", &state, "--syslog", &same],
        &["--resume", &state, "--register", &same],
        &["--resume", &at("register.bak"), "--register", &at("register")],
    ];
    for more in table {
        let (status, out, err) = scan(more);
        assert_eq!((status, out.as_str()), (2, ""), "{more:?}: {err}");
        assert!(err.contains("--resume") && err.contains("both name"), "{more:?}: {err}");
    }
    let list = at("list");
    std::fs::write(&list, "127.0.0.1\n").unwrap();
    let (status, _, err) = run(&["scan", &format!("@{list}"), "--dry-run", "--resume", &list]);
    assert!(status == 2 && err.contains("which is read"), "{err}");
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing else was begun"
    );
}

#[test]
fn alone_it_shows_the_networks_and_sends_nothing() {
    let (status, out, err) = run(&[]);
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(
        out.contains("Nothing was sent") && out.contains("camsweep scan"),
        "{out}"
    );
}

#[test]
fn help_has_examples_and_exit_codes() {
    let (status, out, _) = run(&["scan", "--help"]);
    assert_eq!(status, 0);
    for part in ["Examples:", "Exit codes:", "--dry-run", "130"] {
        assert!(out.contains(part), "{part}");
    }
    for command in [
        &["--help"][..],
        &["judge", "--help"],
        &["report", "--help"],
        &["data", "--help"],
        &["history", "--help"],
        &["show", "--help"],
        &["diff", "--help"],
        &["baseline", "accept", "--help"],
        &["import", "--help"],
        &["export", "--help"],
        &["keygen", "--help"],
        &["sign", "--help"],
        &["verify", "--help"],
        &["forget", "--help"],
        &["audit", "verify", "--help"],
        &["schema", "--help"],
    ] {
        assert_eq!(run(command).0, 0, "{command:?}");
    }
}

#[test]
fn recorded_replies_are_judged_and_counted() {
    let (status, out, err) = run_with(&["judge", "-", "--format", "json"], REPLIES);
    assert_eq!((status, err.as_str()), (0, ""));
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["schema"], "camsweep.report/1");
    assert_eq!(report["plan"]["command"], "judge");
    assert_eq!(report["coverage"]["replies"], 3);
    assert_eq!(report["coverage"]["garbled"]["sadp"], 1);
    assert_eq!(report["coverage"]["unread"]["bacnet"], 1);
    assert!(report["coverage"]["notes"].to_string().contains("nothing was sent"));
}

#[test]
fn every_line_of_ndjson_names_its_schema() {
    let (_, out, _) = run_with(&["judge", "-", "--format", "ndjson"], REPLIES);
    for line in out.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["schema"], "camsweep.report/1");
        assert_eq!(line["devices"], serde_json::Value::Null);
    }
    assert!(out.lines().count() > 1);
}

#[test]
fn none_found_stands_only_beside_the_coverage() {
    let (_, out, _) = run_with(&["judge", "-", "--color", "never"], "");
    assert!(out.contains("No Hikvision or Dahua unit was found"), "{out}");
    assert!(out.contains("Looked at:") && out.contains("0 replies"), "{out}");
}

#[test]
fn a_bad_line_is_named() {
    let (status, _, err) = run_with(&["judge", "-"], &format!("{REPLIES}{{\n"));
    assert_eq!(status, 1);
    assert!(err.starts_with("error: standard input:4: not a reply line"), "{err}");
}

#[test]
fn a_report_is_written_whole() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("report.json");
    let (status, out, _) = run_with(
        &["judge", "-", "--format", "json", "--output", path.to_str().unwrap()],
        REPLIES,
    );
    assert_eq!((status, out.as_str()), (0, ""));
    assert!(std::fs::read_to_string(&path).unwrap().ends_with("}\n"));
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn the_published_schemas_are_current() {
    for name in ["reply", "report", "diff", "export", "notice"] {
        let (status, out, _) = run(&["schema", name]);
        assert_eq!(status, 0);
        let path = format!("{}/docs/schema/{name}.json", env!("CARGO_MANIFEST_DIR"));
        let published = std::fs::read_to_string(&path).unwrap();
        assert!(
            published == out,
            "docs/schema/{name}.json is old: camsweep schema {name} > docs/schema/{name}.json"
        );
    }
}

#[test]
fn a_closed_standard_error_changes_no_exit_code() {
    for (args, code) in [(["scan", "10.0.0.300"], 2), (["judge", "no-such-file"], 1)] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let status = program::camsweep().args(args).stderr(writer).status().unwrap();
        assert_eq!(status.code(), Some(code), "{args:?}");
    }
}

#[test]
fn a_closed_pipe_is_no_fault() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = program::camsweep()
        .args(["schema", "report"])
        .stdout(writer)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

/// What is not there under a nasty name, and what lies there and is none of ours.
#[test]
fn nasty_strings_as_names_of_files_stay_in_their_line() {
    let folder = tempfile::tempdir().unwrap();
    for said in nasty::NASTY.iter().filter(|said| !said.contains('\0')) {
        let missing = folder.path().join(format!("missing{said}"));
        let odd = folder.path().join(format!("odd{}", said.replace('/', "_")));
        std::fs::write(&odd, said).unwrap();
        for (command, file) in [("judge", &missing), ("diff", &odd), ("report", &odd)] {
            let file = file.to_str().unwrap();
            let other = (command == "diff").then_some(file);
            let (code, out, err) = run(&[command, file].into_iter().chain(other).collect::<Vec<_>>());
            assert!(code != 0 && out.is_empty(), "{command} {said:?}: {out}");
            assert!(err.lines().count() <= 3, "{command} {said:?}: {err}");
            assert!(!err.contains(|c: char| is_trick(c)), "{command} {said:?}: {err:?}");
        }
    }
}

/// Characters by which a text moves a cursor, sets a title, turns its direction or hides.
fn is_trick(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}
