//! Every text format of one estate, as somebody looked at it when it last changed: `golden/estate.FORMAT`. A change of
//! words shows here as a diff to read before it is taken: CAMSWEEP_UPDATE=1 cargo test --locked --test golden.

#![expect(clippy::unwrap_used, reason = "a test may fail by it")]

#[path = "golden/estate.rs"]
mod estate;
#[path = "golden/formats.rs"]
mod formats;
mod program;
#[path = "golden/published.rs"]
mod published;

use std::fs;
use std::path::Path;

use formats::FORMATS;
use serde_json::Value;

/// Set, the tests below write what they otherwise compare.
const UPDATE: &str = "CAMSWEEP_UPDATE";

/// The estate's report in this form, every host of it, by the program.
fn written(directory: &Path, format: &str) -> String {
    let report = directory.join("estate.json");
    fs::write(&report, serde_json::to_vec(&estate::report()).unwrap()).unwrap();
    let output = program::camsweep()
        .args(["report", "estate.json", "--all", "--format", format])
        .current_dir(directory)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{format}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_format_of_the_estate_is_as_it_was_looked_at() {
    let directory = tempfile::tempdir().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut other = Vec::new();
    for format in FORMATS {
        let (path, now) = (
            folder.join(format!("estate.{format}")),
            written(directory.path(), format),
        );
        if std::env::var_os(UPDATE).is_some() {
            fs::write(&path, &now).unwrap();
        }
        let before = fs::read_to_string(&path).unwrap_or_default();
        let mut lines = (1..).zip(now.lines().zip(before.lines()));
        if now != before {
            let first = lines.find(|(_, (now, before))| now != before);
            other.push(format!("estate.{format}: {first:?}"));
        }
    }
    assert!(
        other.is_empty(),
        "other than in tests/golden (line, now and before): {other:#?}\n{UPDATE}=1 cargo test --locked --test golden, and \
         read the diff"
    );
}

#[test]
fn the_estates_report_is_of_the_published_form_and_a_broken_one_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let whole: Value = serde_json::from_str(&written(directory.path(), "json")).unwrap();
    published::holds("report", &whole);
    let broken: [fn(&mut Value); 4] = [
        |report| report["ended"] = "perhaps".into(),
        |report| report["devices"][0]["addresses"] = "192.0.2.1".into(),
        |report| report["summary"]["units"] = (-1).into(),
        |report| {
            report.as_object_mut().unwrap().remove("coverage");
        },
    ];
    for (place, breaks) in broken.iter().enumerate() {
        let mut report = whole.clone();
        breaks(&mut report);
        assert_eq!(published::faults("report", &report).len(), 1, "{place}");
    }
}

#[test]
fn the_lines_of_ndjson_are_the_report() {
    let directory = tempfile::tempdir().unwrap();
    let text = written(directory.path(), "ndjson");
    let mut lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut report = lines.next().unwrap();
    let devices = lines.map(|mut device| {
        device.as_object_mut().unwrap().remove("schema");
        device
    });
    report["devices"] = devices.collect();
    let whole: Value = serde_json::from_str(&written(directory.path(), "json")).unwrap();
    assert_eq!(report, whole);
}

#[test]
fn a_report_of_an_older_version_is_of_the_published_form() {
    published::holds(
        "report",
        &serde_json::from_str(include_str!("replies/report-older.json")).unwrap(),
    );
}
