//! Whatever a store remembers of what devices said, what is told of it is plain.

use jiff::Timestamp;
use tempfile::TempDir;

use super::super::args::store::{
    AuditArgs, AuditCommand, BaselineArgs, BaselineCommand, DiffArgs, DiffFormat, HistoryArgs, ShowArgs, StoreArgs,
};
use super::*;
use crate::report::model::Report;
use crate::report::sample::{NASTY, is_plain, markup, tampered_report};
use crate::store::{Place, Store, diff};

/// After the runs of the reports here, in whatever year the test is run.
const NOW: &str = "2026-12-01T00:00:00Z";

/// The nth run among units that say this in every field, each time with another firmware at another address.
fn run(said: &str, nth: usize) -> Report {
    let mut report = tampered_report(said);
    report.started = format!("2026-11-2{nth}T08:59:00Z");
    report.finished = format!("2026-11-2{nth}T09:00:00Z");
    for (place, device) in report.devices.iter_mut().enumerate() {
        device.serial = Some(format!("SERIAL{place}{said}"));
        device.addresses = vec![format!("10.0.0.{nth}{said}")];
        device
            .firmware
            .iter_mut()
            .for_each(|firmware| firmware.raw = format!("{nth}{said}"));
    }
    report
}

/// A store of two such runs, and of a baseline that was accepted with the same words.
fn store(said: &str) -> (TempDir, StoreArgs) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("store.sqlite");
    let mut store = Store::open(&Place::File(file.clone()), true).unwrap();
    for nth in [1, 2] {
        store.import(&run(said, nth), NOW.parse().unwrap()).unwrap().unwrap();
    }
    store.accept(said, NOW.parse::<Timestamp>().unwrap()).unwrap().unwrap();
    let store = Some(file.display().to_string());
    (folder, StoreArgs { store })
}

/// What the second run changed, from the store, and by two files of these names.
fn diffs(said: &str, args: &StoreArgs) -> [String; 6] {
    let of_run = |format| {
        let args = DiffArgs {
            runs: vec!["2".into()],
            format,
            store: args.clone(),
            ..DiffArgs::default()
        };
        compare(&args).unwrap()
    };
    let mut between = diff::between(&run(said, 1), &run(said, 2), &[], [said, said]);
    between.not_looked_for = between.changes.iter().map(|change| change.unit.clone()).collect();
    [
        of_run(DiffFormat::Text),
        of_run(DiffFormat::Html),
        of_run(DiffFormat::Json),
        words(&between),
        page::page(&between, &None),
        serde_json::to_string_pretty(&between).unwrap(),
    ]
}

/// What is told of the store in lines.
fn told(args: &StoreArgs) -> Vec<String> {
    let list = |chart| HistoryArgs {
        chart,
        store: args.clone(),
    };
    let unit = ShowArgs {
        device: "#1".into(),
        store: args.clone(),
    };
    let baselines = BaselineArgs {
        command: None::<BaselineCommand>,
        store: args.clone(),
    };
    let command = AuditCommand::Verify {
        noted: None,
        store: args.clone(),
    };
    vec![
        history(&list(false)).unwrap(),
        history(&list(true)).unwrap(),
        show(&unit).unwrap(),
        baseline(&baselines).unwrap(),
        audit(&AuditArgs { command }).unwrap().0,
    ]
}

#[test]
fn nasty_strings_stay_in_their_line_of_what_is_told_of_a_store() {
    let lines = |said: &str| -> (Vec<String>, Vec<usize>) {
        let (_folder, args) = store(said);
        let [text, _, json, between, _, between_json] = diffs(said, &args);
        let all = [told(&args), vec![text, json, between, between_json]].concat();
        let counts = all.iter().map(|text| text.lines().count()).collect();
        (all, counts)
    };
    let (tame, most) = lines("x");
    for part in ["10.0.0.2x", "firmware-changed", "1x → 2x"] {
        assert!(tame.iter().any(|text| text.contains(part)), "{part}: {tame:#?}");
    }
    for said in NASTY {
        let (all, counts) = lines(said);
        for (at, text) in all.iter().enumerate() {
            let is_json = serde_json::from_str::<serde_json::Value>(text).is_ok();
            assert!(is_json || is_plain(text), "{said:?}: {text}");
            assert!(counts[at] <= most[at], "{said:?} makes lines of its own: {text}");
        }
    }
}

#[test]
fn nasty_strings_make_no_markup_in_the_page_of_what_changed() {
    let pages = |said: &str| {
        let (_folder, args) = store(said);
        let [_, page, _, _, between, _] = diffs(said, &args);
        [page, between]
    };
    let tame = pages("x").map(|page| markup(&page));
    for said in NASTY {
        let pages = pages(said);
        assert!(pages.iter().all(|page| is_plain(page)), "{said:?}: {pages:?}");
        assert_eq!(pages.map(|page| markup(&page)), tame, "{said:?}");
    }
}
