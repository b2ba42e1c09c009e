//! The store as people use it: real processes that judge recorded replies, store reports and scan the loopback.

#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test may fail by it, and a skip is loud"
)]

#[path = "golden/published.rs"]
mod published;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use assert_cmd::cargo::cargo_bin;
use camsweep::cli::memory::Memory;
use camsweep::report::{Run, assemble};
use camsweep::store::{Place, Store};
use flate2::read::GzDecoder;
use serde_json::{Value, json};

struct Ran {
    code: i32,
    out: String,
    err: String,
}

/// A home of its own; nothing outside it is touched.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Home {
        Home(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn store(&self) -> String {
        format!("--store={}", self.path("store.sqlite").display())
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(cargo_bin!("camsweep"));
        command.args(args).current_dir(self.0.path()).stdin(Stdio::null());
        command
            .env_remove("CAMSWEEP_STORE")
            .env("HOME", self.0.path())
            .env_remove("XDG_DATA_HOME");
        command
    }

    fn run(&self, args: &[&str]) -> Ran {
        let output = self.command(args).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    /// With the store of this home.
    fn with_store(&self, args: &[&str]) -> Ran {
        let store = self.store();
        self.run(&[args, &[store.as_str()]].concat())
    }

    /// A report of this day in which these were found: address, serial number, firmware.
    fn report(&self, day: u8, asked: &str, units: &[[&str; 3]]) -> String {
        let replies = self.path("empty.ndjson");
        fs::write(&replies, "").unwrap();
        let judged = self.run(&["judge", "empty.ndjson", "--format", "json"]);
        let mut report: Value = serde_json::from_str(&judged.out).unwrap();
        let time = format!("2026-01-{day:02}T09:00:00Z");
        report["started"] = json!(time);
        report["finished"] = json!(time);
        report["plan"]["scope"] = json!([format!("{asked} on eth0")]);
        report["coverage"]["asked"] = json!([asked]);
        report["summary"]["units"] = json!(units.len());
        let device = |[address, serial, firmware]: &[&str; 3]| {
            json!({"addresses": [address], "mac": null, "mac_source": null, "oui_organisation": null,
                "maker": "hikvision", "confidence": "confirmed", "brand": null, "brand_claim": null, "class": "camera",
                "model": "DS-2CD0000-I", "serial": serial, "host_name": null,
                "firmware": {"raw": firmware, "version": null, "build_date": null, "via": "sadp"},
                "other_firmware": [], "web_ui_version": null, "web_ui_date": null, "firmware_age_days": null,
                "production_date": null, "advisories": [], "activated": null, "login": null, "behind": null,
                "mis_addressed": false, "off_target": false, "conflicts": [], "notes": [], "evidence": []})
        };
        report["devices"] = units.iter().map(device).collect();
        published::holds("report", &report);
        let name = format!("day-{day}.json");
        fs::write(self.path(&name), report.to_string()).unwrap();
        name
    }
}

const REPLY: &str = "{\"schema\":\"camsweep.reply/1\",\"host\":\"10.0.0.5\",\"protocol\":\"neighbour\",\"text\":\"44:47:cc:00:00:01\"}\n";

#[test]
fn a_unit_is_added_moved_upgraded_removed_and_comes_back() {
    let home = Home::new();
    let all = "10.0.0.1-10.0.0.254";
    let reports = [
        home.report(1, all, &[["10.0.0.5", "A", "V1"], ["10.0.0.6", "B", "V1"]]),
        home.report(
            2,
            all,
            &[
                ["10.0.0.9", "A", "V1"],
                ["10.0.0.6", "B", "V2"],
                ["10.0.0.7", "C", "V1"],
            ],
        ),
        home.report(3, all, &[["10.0.0.9", "A", "V1"], ["10.0.0.7", "C", "V1"]]),
        home.report(
            4,
            "10.0.0.1-10.0.0.8",
            &[["10.0.0.6", "B", "V2"], ["10.0.0.7", "C", "V1"]],
        ),
    ];
    let reports: Vec<&str> = reports.iter().map(String::as_str).collect();
    let stored = home.with_store(&[&["import"], reports.as_slice()].concat());
    assert_eq!(stored.code, 0, "{}", stored.err);
    let expected = [
        "2 new",
        "1 new, 1 moved, 1 with other firmware",
        "1 gone",
        "1 back, 1 known unit(s) not looked for",
    ];
    for ((line, words), number) in stored.out.lines().zip(expected).zip(1..) {
        assert_eq!(line, format!("day-{number}.json is run {number}: {words}"));
    }
    let history = home.with_store(&["history"]).out;
    assert!(
        history.starts_with("4 run(s) in ") && history.contains("2026-01-02 09:00:00"),
        "{history}"
    );
    let last = home.with_store(&["diff"]).out;
    assert!(
        last.contains("back: 10.0.0.6") && last.contains("not looked for where they were"),
        "{last}"
    );
    let second: Value = serde_json::from_str(&home.with_store(&["diff", "2", "--format", "json"]).out).unwrap();
    published::holds("diff", &second);
    let kinds: Vec<&str> = second["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["kind"].as_str().unwrap())
        .collect();
    assert_eq!(
        (second["schema"].as_str(), kinds),
        (Some("camsweep.diff/1"), vec!["new", "moved", "firmware-changed"])
    );
    let between = home.with_store(&["diff", "1", "./day-3.json"]).out;
    assert!(between.contains("1 new, 1 gone, 1 moved"), "{between}");
    // Known in the first two, away in the third.
    let again = home.with_store(&["diff", "3", "4"]).out;
    assert!(again.contains("from 3 to 4: 1 back, 1 known unit(s)"), "{again}");
    the_page(&home);
    let shown = home.with_store(&["show", "b"]).out;
    for part in [
        "#2 10.0.0.6",
        "there; first seen 2026-01-01",
        "firmware-changed",
        "V1 → V2",
        "gone: ",
        "back: ",
    ] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    for address in ["10.0.0.5", "10.0.0.9"] {
        let moved = home.with_store(&["show", address]).out;
        assert!(
            moved.contains("#1 10.0.0.9") && moved.contains("moved: "),
            "{address}: {moved}"
        );
    }
    for nobody in ["10.9.9.9", "10.0.0", "10.0.0.5 behind "] {
        assert_eq!(home.with_store(&["show", nobody]).code, 1, "{nobody:?}");
    }
    let again: Value = serde_json::from_str(&home.with_store(&["report", "2", "--format", "json"]).out).unwrap();
    let before: Value = serde_json::from_str(&fs::read_to_string(home.path("day-2.json")).unwrap()).unwrap();
    assert_eq!(again["devices"][0]["serial"], before["devices"][0]["serial"]);
    assert!(
        home.with_store(&["import", "day-2.json"])
            .out
            .contains("is stored already")
    );
    let forgot = home.with_store(&["forget", "--before", "2026-01-03"]).out;
    assert_eq!(forgot, "forgot 2 run(s), and 0 unit(s) that no other run saw\n");
    assert_eq!(home.with_store(&["report", "2"]).code, 1);
    let sound = home.with_store(&["audit", "verify"]);
    assert!(
        sound.code == 0 && sound.out.contains("run 2 was forgotten on ") && sound.out.contains("\nsound\n"),
        "{}",
        sound.out
    );
    sqlite(
        &home.path("store.sqlite"),
        "UPDATE runs SET ended = 'complete', scope = '[]' WHERE run = 3",
    );
    let changed = home.with_store(&["audit", "verify"]);
    assert!(
        changed.code == 10 && changed.out.contains("FAULT: run 3 was changed"),
        "{}",
        changed.out
    );
}

/// What changed as a page, and the units of the runs as a chart.
fn the_page(home: &Home) {
    assert_eq!(
        home.with_store(&["diff", "3", "--format", "html", "--output", "diff.html"])
            .out,
        ""
    );
    let page = fs::read_to_string(home.path("diff.html")).unwrap();
    for part in [
        "Content-Security-Policy",
        "<th scope=\"row\">gone</th>",
        "10.0.0.6, Hikvision, DS-2CD0000-I, serial B",
        "3 complete run(s), 2 → 2 units",
        "<svg class=\"chart\"",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let over = home.with_store(&["diff", "./day-1.json", "./day-2.json", "--output", "day-2.json"]);
    assert!(over.code == 2 && over.err.contains("which is read"), "{}", over.err);
    let chart = home.with_store(&["history", "--chart"]).out;
    let lines: Vec<&str> = chart.lines().collect();
    assert_eq!(lines[0], "10.0.0.1-10.0.0.254 on eth0: 3 complete run(s), 2 → 2 units");
    assert!(lines[2].contains("run    2      3  ████"), "{chart}");
    assert!(
        lines.contains(&"10.0.0.1-10.0.0.8 on eth0: 1 complete run(s), 2 → 2 units"),
        "{chart}"
    );
}

/// An export's lines and the reports in them are of the published form.
fn lines_hold(export: &Path) {
    let text = std::io::read_to_string(GzDecoder::new(fs::File::open(export).unwrap())).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut reports = 0;
    for line in lines.skip(1) {
        published::holds("export", &line);
        published::holds(
            "report",
            &serde_json::from_str(line["report"].as_str().unwrap()).unwrap(),
        );
        reports += 1;
    }
    assert_eq!(reports, 2);
}

#[test]
fn a_site_exports_its_store_and_the_centre_imports_it() {
    let (site, centre) = (Home::new(), Home::new());
    let all = "10.0.0.1-10.0.0.254";
    let reports = [
        site.report(1, all, &[["10.0.0.5", "A", "V1"], ["10.0.0.6", "B", "V1"]]),
        site.report(2, all, &[["10.0.0.5", "A", "V2"]]),
    ];
    assert_eq!(site.with_store(&["import", &reports[0], &reports[1]]).code, 0);
    let out = site.with_store(&["export", "site.camsweep"]);
    assert_eq!(
        out.out,
        "2 run(s) in site.camsweep, with a chain of 2 link(s): camsweep import stores them elsewhere\n"
    );
    let mode = |path: &Path| std::os::unix::fs::MetadataExt::mode(&fs::metadata(path).unwrap()) & 0o777;
    assert_eq!(mode(&site.path("site.camsweep")), 0o600, "as the store");
    lines_hold(&site.path("site.camsweep"));
    let file = centre.path("from-site");
    fs::copy(site.path("site.camsweep"), &file).unwrap();
    let came = centre.with_store(&["import", "from-site"]);
    let expected = "from-site: 2 runs are new, 1 to 2; its chain of 2 link(s) is sound, and kept\n";
    assert_eq!((came.code, came.out.as_str()), (0, expected), "{}", came.err);
    let again = centre.with_store(&["import", "from-site"]).out;
    assert!(again.contains("no new run, 2 stored already"), "{again}");
    for question in [
        &["diff"] as &[&str],
        &["show", "B"],
        &["report", "2", "--format", "csv"],
    ] {
        assert_eq!(
            centre.with_store(question).out,
            site.with_store(question).out,
            "{question:?}"
        );
    }
    let audit = centre.with_store(&["audit", "verify"]);
    assert!(
        audit.code == 0 && audit.out.contains("1 chain(s) of imported stores"),
        "{}",
        audit.out
    );
    let over = site.with_store(&["export", "store.sqlite"]);
    assert!(
        over.code == 2 && over.err.contains("would replace the store"),
        "{}",
        over.err
    );
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    let broken = Home::new();
    fs::copy(&file, broken.path("half")).unwrap();
    let half = broken.with_store(&["import", "half"]);
    assert!(
        half.code == 1 && half.err.contains("error: cannot read \"half\""),
        "{}",
        half.err
    );
    assert!(broken.with_store(&["history"]).out.starts_with("0 run(s)"));
}

#[test]
fn a_site_that_was_set_back_to_a_backup_is_refused_with_the_cause_and_a_way_out() {
    let (site, centre) = (Home::new(), Home::new());
    let all = "10.0.0.1-10.0.0.254";
    let day = |day: u8, serial: &str| site.report(day, all, &[["10.0.0.5", serial, "V1"]]);
    let export = || {
        assert_eq!(site.with_store(&["export", "export"]).code, 0);
        fs::copy(site.path("export"), centre.path("export")).unwrap();
        centre.with_store(&["import", "export"])
    };
    site.with_store(&["import", &day(1, "A")]);
    fs::copy(site.path("store.sqlite"), site.path("backup")).unwrap();
    site.with_store(&["import", &day(2, "B")]);
    assert_eq!(export().code, 0);
    fs::copy(site.path("backup"), site.path("store.sqlite")).unwrap();
    // A log that was left beside it would bring back what the backup does not have.
    for side in ["store.sqlite-wal", "store.sqlite-shm"] {
        let _ = fs::remove_file(site.path(side));
    }
    site.with_store(&["import", &day(3, "C")]);
    let refused = export();
    assert_eq!(refused.code, 1, "{}", refused.out);
    for words in [
        "link 2: it is not the one",
        "set back to a backup",
        "a report at a time",
    ] {
        assert!(refused.err.contains(words), "{words}: {}", refused.err);
    }
    fs::write(
        centre.path("3.json"),
        site.with_store(&["report", "2", "--format", "json"]).out,
    )
    .unwrap();
    let came = centre.with_store(&["import", "3.json"]);
    assert!(came.out.contains("3.json is run 3: "), "{} {}", came.out, came.err);
}

#[test]
fn what_is_no_name_no_hash_and_no_time_is_refused() {
    let home = Home::new();
    fs::write(home.path("replies"), REPLY).unwrap();
    assert_eq!(home.with_store(&["judge", "replies"]).code, 0);
    let mut report: Value = serde_json::from_str(&home.with_store(&["report", "1", "--format", "json"]).out).unwrap();
    report["finished"] = json!("garbage");
    fs::write(home.path("timeless.json"), report.to_string()).unwrap();
    let store = home.store();
    let short = "0".repeat(63);
    let table: [(&[&str], i32, &str); 9] = [
        (&["judge", "replies", "--store="], 2, "it is empty"),
        (&["history", "--store="], 2, "it is empty"),
        (&["audit", "verify", "--noted", "", &store], 2, "64 hexadecimal digits"),
        (
            &["audit", "verify", "--noted", "abc", &store],
            2,
            "64 hexadecimal digits",
        ),
        (
            &["audit", "verify", "--noted", &short, &store],
            2,
            "64 hexadecimal digits",
        ),
        (
            &["judge", "replies", "--output", "-"],
            2,
            "- is standard output elsewhere",
        ),
        (
            &["diff", "1", "--output", "-", &store],
            2,
            "- is standard output elsewhere",
        ),
        (&["export", "-", &store], 2, "- is standard output elsewhere"),
        (
            &["import", "timeless.json", &store],
            1,
            "does not say when its run finished",
        ),
    ];
    for (args, code, words) in table {
        let ran = home.run(args);
        assert!(
            ran.code == code && ran.err.contains(words),
            "{args:?}: {} {}",
            ran.code,
            ran.err
        );
    }
    assert!(!home.path("-").exists() && !home.path(".local").exists());
    assert!(home.with_store(&["history"]).out.starts_with("1 run(s)"));
    let made_anew = home.run(&["audit", "verify", "--noted", &"0".repeat(64), &store]);
    assert_eq!(made_anew.code, 10, "{}", made_anew.err);
}

#[test]
fn what_is_redacted_is_counted_on_standard_error_and_not_named() {
    let home = Home::new();
    fs::write(home.path("replies"), REPLY).unwrap();
    let ran = home.with_store(&["judge", "replies", "--redact"]);
    assert!(ran.err.contains("in run 1") && ran.err.contains("1 new"), "{}", ran.err);
    for secret in ["10.0.0.5", "44:47:cc"] {
        let said = ran.out.contains(secret) || ran.err.contains(secret);
        assert!(!said, "{secret}: {} {}", ran.out, ran.err);
    }
}

#[test]
fn a_run_is_stored_only_where_that_is_asked_for() {
    let home = Home::new();
    fs::write(home.path("replies"), REPLY).unwrap();
    let kept = home.path("kept.sqlite");
    let judge = |args: &[&str], variable: Option<&Path>| {
        let mut command = home.command(&[&["judge", "replies"], args].concat());
        variable.map(|path| command.env("CAMSWEEP_STORE", path));
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(judge(&[], None), (Some(0), String::new()));
    assert_eq!(judge(&["--no-store"], Some(&kept)), (Some(0), String::new()));
    assert_eq!(
        fs::read_dir(home.0.path()).unwrap().count(),
        1,
        "nothing but the replies"
    );
    let (code, said) = judge(&[], Some(&kept));
    assert!(
        code == Some(0) && said.contains("in run 1") && said.contains("1 new") && kept.exists(),
        "{said}"
    );
    let needs = judge(&["--fail-on", "new"], None);
    assert!(needs.0 == Some(2) && needs.1.contains("add --store"), "{}", needs.1);
}

#[test]
fn cron_hears_of_changes_only_and_a_baseline_is_expected() {
    let home = Home::new();
    fs::write(home.path("replies"), REPLY).unwrap();
    let args = ["judge", "replies", "--quiet-unless", "changed", "--fail-on", "changed"];
    let first = home.with_store(&args);
    assert_eq!(first.code, 10, "everything is new to an empty store: {}", first.err);
    assert!(first.out.contains("10.0.0.5") && first.err.contains("1 new"));
    let second = home.with_store(&args);
    assert_eq!((second.code, second.out.as_str(), second.err.as_str()), (0, "", ""));
    let found = home.with_store(&["judge", "replies", "--quiet-unless", "found", "--fail-on", "new,found"]);
    assert!(found.code == 10 && !found.out.is_empty());
    assert!(
        home.with_store(&["baseline", "accept", "--note", "as agreed"])
            .out
            .contains("the 1 unit(s)")
    );
    assert!(home.with_store(&["baseline"]).out.contains("as agreed"));
    fs::write(
        home.path("replies"),
        format!("{REPLY}{}", REPLY.replace("0.5", "0.8").replace("00:01", "00:08")),
    )
    .unwrap();
    for _ in 0..2 {
        let third = home.with_store(&args);
        assert_eq!(third.code, 10, "until it is accepted");
        assert!(third.err.contains("1 unit(s) are not in the baseline"), "{}", third.err);
    }
    assert_eq!(home.with_store(&["baseline", "accept"]).code, 0);
    let quiet = home.with_store(&args);
    assert_eq!((quiet.code, quiet.out.as_str(), quiet.err.as_str()), (0, "", ""));
}

#[test]
fn whatever_is_wrong_with_the_store_is_one_line_and_the_report_still_comes() {
    let home = Home::new();
    fs::write(home.path("replies"), REPLY).unwrap();
    fs::write(home.path("text"), "no database at all\n".repeat(200)).unwrap();
    home.report(1, "10.0.0.1", &[]);
    assert_eq!(home.run(&["import", "day-1.json", "--store=newer"]).code, 0);
    sqlite(&home.path("newer"), "UPDATE camsweep_store SET version = 99");
    sqlite(&home.path("other"), "CREATE TABLE cookies (name TEXT)");
    let table = [
        ("no/such/folder/store", "cannot use the store"),
        ("text", "is no store of camsweep"),
        ("other", "is no store of camsweep"),
        ("newer", "is of version 99; this camsweep reads up to "),
        (".", "cannot use the store"),
        (
            "postgres://ann:s3cret@127.0.0.1:1/cctv",
            "cannot use the store \"postgres://ann@127.0.0.1:1/cctv\"",
        ),
    ];
    for (store, words) in table {
        let ran = home.run(&[
            "judge",
            "replies",
            &format!("--store={store}"),
            "--quiet-unless",
            "changed",
        ]);
        let errors: Vec<&str> = ran.err.lines().filter(|line| line.starts_with("error: ")).collect();
        assert!(errors.len() == 1 && errors[0].contains(words), "{store}: {}", ran.err);
        assert!(
            ran.err.contains("hint: ") && !ran.err.contains("s3cret"),
            "{store}: {}",
            ran.err
        );
        assert!(ran.code == 1 && ran.out.contains("10.0.0.5"), "{store}: {}", ran.out);
    }
    let over = home.run(&["judge", "replies", "--store=newer", "--output", "newer"]);
    assert_eq!(over.code, 2, "a report must not replace the store: {}", over.err);
    assert_eq!(home.run(&["history", "--store=nothing"]).code, 1);
    assert!(!home.path("nothing").exists());
}

#[test]
fn a_run_whose_replies_did_not_find_room_is_stored_when_there_is_room_again() {
    let home = Home::new();
    let path = home.path("store.sqlite");
    let place = || Ok(Some(Place::File(path.clone())));
    drop(Store::open(&Place::File(path.clone()), true).unwrap());
    // As SQLite does on a full disk: whatever the transaction has done is rolled back by itself.
    sqlite(
        &path,
        "CREATE TRIGGER full BEFORE INSERT ON parts BEGIN SELECT RAISE(ROLLBACK, 'the disk is full'); END",
    );
    let memory = Memory::begin(place(), &[]).unwrap().expect("a run");
    // Too much to wait.
    memory.replies().send("x".repeat(2 << 20)).unwrap();
    let report = assemble(Run::begun("scan", Vec::new(), jiff::Timestamp::UNIX_EPOCH));
    let (mut store, remembered) = memory.finish(&report, |_| Vec::new()).unwrap();
    let runs = store.runs().unwrap();
    assert_eq!(
        (remembered.run, runs.len(), runs[0].is_open()),
        (1, 1, false),
        "{runs:?}"
    );
}

#[test]
fn a_store_that_another_program_holds_is_waited_for_and_then_given_up() {
    let home = Home::new();
    fs::write(home.path("replies"), REPLY).unwrap();
    assert_eq!(home.with_store(&["judge", "replies"]).code, 0);
    let held = held(&home.path("store.sqlite"));
    let ran = home.with_store(&["judge", "replies"]);
    assert!(ran.err.contains("is locked by another program"), "{}", ran.err);
    assert!(ran.code == 1 && ran.out.contains("10.0.0.5"), "{}", ran.out);
    drop(held);
    assert!(
        home.with_store(&["judge", "replies"]).err.contains("in run 2"),
        "the one that failed took no number"
    );
}

/// Holds it for writing until it is dropped.
fn held(path: &Path) -> std::sync::mpsc::Sender<()> {
    use sqlx::{AnyConnection, Connection};
    sqlx::any::install_default_drivers();
    let (release, released) = std::sync::mpsc::channel::<()>();
    let (hold, holds) = std::sync::mpsc::channel::<()>();
    let url = format!("sqlite://{}?mode=rw", path.display());
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut connection = AnyConnection::connect(&url).await.unwrap();
            let transaction = connection.begin_with("BEGIN IMMEDIATE").await.unwrap();
            hold.send(()).unwrap();
            let _ = released.recv();
            transaction.rollback().await.unwrap();
        });
    });
    holds.recv().unwrap();
    release
}

/// Runs a statement in the way that any other program would.
fn sqlite(path: &Path, statement: &'static str) {
    use sqlx::{AnyConnection, Connection};
    sqlx::any::install_default_drivers();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let url = format!("sqlite://{}?mode=rwc", path.display());
        let mut connection = AnyConnection::connect(&url).await.unwrap();
        sqlx::query(statement).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    });
}

/// A server of this test's own, in a folder of its own, that nobody can reach but by its socket.
struct Server {
    folder: tempfile::TempDir,
    process: std::process::Child,
}

impl Server {
    /// `None` where PostgreSQL is not installed.
    fn start() -> Option<Server> {
        let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let programs = installed
            .map(|version| version.path().join("bin"))
            .find(|bin| bin.join("initdb").exists())?;
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        // It refuses to run as root.
        let is_root = std::os::unix::fs::MetadataExt::uid(&fs::metadata("/proc/self").ok()?) == 0;
        let program = |name: &str| {
            let path = programs.join(name);
            let mut command = Command::new(if is_root { "setpriv".into() } else { path.clone() });
            if is_root {
                command
                    .args(["--reuid=postgres", "--regid=postgres", "--clear-groups"])
                    .arg(path);
            }
            command
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .current_dir("/");
            command
        };
        if is_root {
            let given = Command::new("chown").arg("postgres").arg(folder.path()).status();
            given.ok().filter(std::process::ExitStatus::success)?;
        }
        let made = program("initdb")
            .args(["-U", "postgres", "-A", "trust", "-N", "-D"])
            .arg(&data)
            .status();
        made.ok().filter(std::process::ExitStatus::success)?;
        let process = program("postgres")
            .args(["-c", "listen_addresses=", "-c", "fsync=off", "-k"])
            .arg(folder.path())
            .arg("-D")
            .arg(&data)
            .spawn()
            .ok()?;
        let server = Server { folder, process };
        let socket = server.folder.path().join(".s.PGSQL.5432");
        for _ in 0..100 {
            if std::os::unix::net::UnixStream::connect(&socket).is_ok() {
                return Some(server);
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        None
    }

    fn url(&self) -> String {
        format!(
            "postgres://postgres@localhost/postgres?host={}",
            self.folder.path().display()
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn postgresql_is_told_the_same_and_says_the_same() {
    let Some(server) = Server::start() else {
        eprintln!("SKIPPED: no PostgreSQL server can be started here, so the store was tested with SQLite only");
        return;
    };
    let home = Home::new();
    let all = "10.0.0.1-10.0.0.254";
    home.report(1, all, &[["10.0.0.5", "A", "V1"], ["10.0.0.6", "B", "V1"]]);
    home.report(2, all, &[["10.0.0.9", "A", "V2"], ["10.0.0.7", "C", "V1"]]);
    fs::write(home.path("replies"), REPLY).unwrap();
    let there = format!("--store={}", server.url());
    let commands: &[&[&str]] = &[
        &["import", "day-1.json", "day-2.json", "day-1.json"],
        &["diff"],
        &["diff", "1", "2", "--format", "json"],
        &["show", "A"],
        &["show", "10.0.0.5"],
        &["baseline", "accept", "--note", "as agreed"],
        &["report", "1", "--format", "csv"],
        &["deliver", "--drop", "2"],
        &["audit", "verify"],
        &["forget", "--before", "2026-01-02"],
        &["audit", "verify"],
        &["history", "--chart"],
        &["diff", "2"],
        &["report", "1"],
    ];
    for command in commands {
        // The name of the store and the day of forgetting are not the same.
        let plain = |ran: &Ran| match command[0] {
            "audit" => ran.out.lines().filter(|line| line.ends_with("sound")).collect(),
            _ => ran.out.clone(),
        };
        let [one, other] = [
            home.with_store(command),
            home.run(&[*command, &[there.as_str()]].concat()),
        ];
        assert_eq!(
            (one.code, plain(&one)),
            (other.code, plain(&other)),
            "{command:?}: {} {}",
            one.err,
            other.err
        );
    }
    let judged = home.run(&["judge", "replies", &there, "--fail-on", "changed"]);
    assert!(judged.code == 10 && judged.err.contains("in run 3"), "{}", judged.err);
    // A mail server that is not there: what is owed waits, by either database.
    let mail = [
        "--mail-to",
        "a@b.example",
        "--mail-from",
        "a@b.example",
        "--smtp",
        "smtp+plain://127.0.0.1:9",
    ];
    for store in [there.as_str(), home.store().as_str()] {
        let told = home.run(&[&["judge", "replies", store, "--fail-on", "found"], mail.as_slice()].concat());
        assert_eq!(told.code, 10, "{}", told.err);
        let waiting = home.run(&["deliver", store]).out;
        assert!(
            waiting.contains("1 waiting\n  run ") && waiting.contains("tried 3 time(s), last "),
            "{waiting}"
        );
        let still = home.run(&[&["deliver", store], mail.as_slice()].concat());
        assert!(
            still.code == 4 && still.out.contains("tried 6 time(s)"),
            "{} {}",
            still.out,
            still.err
        );
    }
    let both: Vec<_> = (0..4)
        .map(|_| {
            home.command(&["judge", "replies", &there])
                .stdout(Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    assert!(both.into_iter().all(|mut one| one.wait().unwrap().success()));
    assert!(
        home.run(&["history", &there])
            .out
            .starts_with("7 run(s) in postgres://postgres@localhost/postgres\n")
    );
}

#[cfg(target_os = "linux")]
mod in_a_namespace {
    use super::*;

    /// A shell with a file system and a network of its own; `None` where the system allows none.
    fn alone(home: &Home, script: &str) -> Option<Ran> {
        let camsweep = cargo_bin!("camsweep").display().to_string();
        let allowed = Command::new("unshare").args(["-Urmn", "true"]).status();
        if !allowed.is_ok_and(|status| status.success()) {
            eprintln!("SKIPPED: this machine allows no namespaces, so the store was not tested on a full disk");
            return None;
        }
        let output = Command::new("unshare")
            .args(["-Urmn", "sh", "-c", script])
            .current_dir(home.0.path())
            .env("CAMSWEEP", camsweep)
            .env_remove("CAMSWEEP_STORE")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Some(Ran {
            code: output.status.code().unwrap_or(-1),
            out: text(output.stdout),
            err: text(output.stderr),
        })
    }

    #[test]
    fn on_a_full_disk_and_on_one_that_may_only_be_read_the_report_still_comes() {
        let home = Home::new();
        fs::write(home.path("replies"), REPLY).unwrap();
        fs::create_dir(home.path("disk")).unwrap();
        let full = "mount -t tmpfs -o size=256k none disk && $CAMSWEEP judge replies --store=disk/store >/dev/null 2>&1 \
                    && { dd if=/dev/zero of=disk/fill bs=1k count=999 2>/dev/null; exec $CAMSWEEP judge replies --store=disk/store; }";
        // As another user would be, whoever runs the tests.
        let other = "$CAMSWEEP judge replies --store=disk/store >/dev/null 2>&1 && chmod 444 disk/store && chmod 555 disk \
                     && { setpriv --bounding-set=-all --inh-caps=-all $CAMSWEEP history --store=disk/store; \
                     code=$?; chmod 755 disk; rm disk/store*; exit $code; }";
        let Some(ran) = alone(&home, other) else { return };
        assert!(
            ran.code == 0 && ran.out.starts_with("1 run(s)"),
            "{} {}",
            ran.out,
            ran.err
        );
        let read_only = "mount -t tmpfs none disk && $CAMSWEEP judge replies --store=disk/store >/dev/null 2>&1 \
                         && mount -o remount,ro disk && exec $CAMSWEEP judge replies --store=disk/store";
        for (script, words) in [(full, "the disk is full"), (read_only, "may not be written")] {
            let Some(ran) = alone(&home, script) else { return };
            let errors: Vec<&str> = ran.err.lines().filter(|line| line.starts_with("error: ")).collect();
            assert!(errors.len() == 1 && errors[0].contains(words), "{}", ran.err);
            assert!(ran.code == 1 && ran.out.contains("10.0.0.5"), "{}", ran.out);
        }
    }

    #[test]
    fn whoever_reads_a_store_needs_no_right_to_write_it() {
        let home = Home::new();
        fs::write(home.path("replies"), REPLY).unwrap();
        fs::create_dir(home.path("disk")).unwrap();
        let read_only = "mount -t tmpfs none disk && $CAMSWEEP judge replies --store=disk/store >/dev/null 2>&1 \
                         && mount -o remount,ro disk && exec $CAMSWEEP";
        let table = [
            ("history", "1 run(s) in disk/store"),
            ("history --chart", "1 complete run(s)"),
            ("diff", "new: 10.0.0.5"),
            ("show 10.0.0.5", "#1 10.0.0.5"),
            ("report 1", "10.0.0.5"),
            ("baseline", "0 baseline(s)"),
            ("audit verify", "sound"),
            ("export export", "1 run(s) in export"),
        ];
        for (command, words) in table {
            let Some(ran) = alone(&home, &format!("{read_only} {command} --store=disk/store")) else {
                return;
            };
            assert!(
                ran.code == 0 && ran.out.contains(words),
                "{command}: {} {}",
                ran.out,
                ran.err
            );
        }
        for command in ["baseline accept", "forget --before 2026-01-01", "deliver"] {
            let Some(ran) = alone(&home, &format!("{read_only} {command} --store=disk/store")) else {
                return;
            };
            assert!(
                ran.code == 1 && ran.err.contains("may not be written"),
                "{command}: {}",
                ran.err
            );
        }
    }

    #[test]
    fn a_disk_that_fills_up_during_a_run_costs_the_store_that_run_only() {
        let home = Home::new();
        let unit = |number: u32| {
            let [high, low] = [number >> 8, number & 0xff];
            REPLY
                .replace("10.0.0.5", &format!("10.0.{high}.{low}"))
                .replace("00:00:01", &format!("00:{high:02x}:{low:02x}"))
        };
        fs::write(home.path("replies"), (1..2000).map(unit).collect::<String>()).unwrap();
        fs::create_dir(home.path("disk")).unwrap();
        let script = "mount -t tmpfs -o size=700k none disk && { $CAMSWEEP judge replies --format json --store=disk/store; \
                      code=$?; $CAMSWEEP history --store=disk/store >&2; exit $code; }";
        let Some(ran) = alone(&home, script) else { return };
        assert_eq!(ran.code, 1, "{}", ran.err);
        assert!(
            ran.err
                .contains("error: the store \"disk/store\" cannot grow: the disk is full"),
            "{}",
            ran.err
        );
        let report: Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(report["devices"].as_array().unwrap().len(), 1999, "nothing is lost");
        let left = ran.err.split("1 run(s) in disk/store\n").nth(1).unwrap_or_default();
        assert!(left.contains("incomplete: under way, or killed"), "{}", ran.err);
    }
}
