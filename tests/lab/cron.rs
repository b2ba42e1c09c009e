//! Stored runs from cron over an estate that changes: what is said is exactly what happened, and nothing is said where
//! nothing did.

use std::path::Path;

use serde_json::Value;

use crate::check::text;
use crate::stage::{CAMSWEEP, Lab, Privilege, Ran, with_lab};

const OLD: &str = "V5.5.0build 180326";
const NEW: &str = "V5.7.3build 220112";

/// The segment with all its oddities, and the network behind the router.
const SCOPE: [&str; 2] = ["10.66.0.0/24", "10.79.0.0/28"];

fn from_cron(lab: &Lab, store: &str) -> Ran {
    let options = ["--no-names", "--quiet-unless", "changed", "--fail-on", "changed", store];
    lab.run_scan(&[&SCOPE[..], &options].concat(), Privilege::RawSocket)
}

fn assert_quiet(ran: &Ran) {
    let said = (ran.code, ran.stdout.as_str(), ran.stderr.as_str());
    assert_eq!(said, (Some(0), "", ""), "nothing has changed");
}

/// What is said of the last run: `moved 10.66.0.226 → 10.66.0.227`, and of whom nothing is.
fn said(lab: &Lab, store: &str) -> (Vec<String>, Vec<String>) {
    let ran = lab.run(
        Path::new(CAMSWEEP),
        &["diff", "--format", "json", store],
        Privilege::None,
    );
    let diff: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.stderr));
    let place = |unit: &Value| unit["addresses"][0].as_str().expect("an address").to_owned();
    let change = |change: &Value| {
        let values = text(change, "before").zip(text(change, "after"));
        let values = values.map(|(before, after)| format!(": {before} → {after}"));
        let kind = text(change, "kind").expect("a kind");
        format!("{kind} {}{}", place(&change["unit"]), values.unwrap_or_default())
    };
    let all = |name: &str| diff[name].as_array().expect("a list").clone();
    let mut unasked: Vec<String> = all("not_looked_for").iter().map(place).collect();
    unasked.sort();
    (all("changes").iter().map(change).collect(), unasked)
}

#[test]
fn three_runs_of_cron_say_exactly_what_happened() {
    with_lab("cron::three_runs_of_cron_say_exactly_what_happened", |lab| {
        let folder = tempfile::tempdir().expect("a folder");
        let store = format!("--store={}", folder.path().join("store.sqlite").display());
        let before = [
            ("10.66.0.225", OLD),
            ("10.66.0.226", OLD),
            ("10.66.0.228", OLD),
            ("10.66.0.229", OLD),
            ("10.79.0.5", OLD),
            ("10.79.0.6", OLD),
        ];
        lab.change(&before);
        let first = from_cron(lab, &store);
        assert_eq!(
            first.code,
            Some(10),
            "to an empty store everything is new: {}",
            first.stderr
        );
        let new = said(lab, &store).0;
        let is_new = |(ip, _): &(&str, &str)| new.contains(&format!("new {ip}"));
        assert!(before.iter().all(is_new), "{new:?}");

        assert_quiet(&from_cron(lab, &store));

        // One stays, one has moved, one was upgraded, one was removed, one was added; and there is no way behind the router.
        let after = [
            ("10.66.0.225", OLD),
            ("10.66.0.227", OLD),
            ("10.66.0.228", NEW),
            ("10.66.0.230", OLD),
        ];
        lab.change(&after);
        let third = from_cron(lab, &store);
        assert_eq!(third.code, Some(10), "{}", third.stderr);
        let expected = [
            "new 10.66.0.230".to_owned(),
            "gone 10.66.0.229".to_owned(),
            "moved 10.66.0.227: 10.66.0.226 → 10.66.0.227".to_owned(),
            format!("firmware-changed 10.66.0.228: {OLD} → {NEW}"),
        ];
        let unasked = ["10.79.0.5", "10.79.0.6"].map(str::to_owned);
        assert_eq!(said(lab, &store), (expected.into(), unasked.into()), "{}", third.stderr);
        assert!(
            third.stdout.contains("Nothing was heard from 10.79.0."),
            "{}",
            third.stdout
        );

        // The way is there again, and one of the two behind it has been removed.
        lab.change(&[&after[..], &[("10.79.0.5", OLD)]].concat());
        let fourth = from_cron(lab, &store);
        let gone = (vec!["gone 10.79.0.6".to_owned()], Vec::new());
        assert_eq!((fourth.code, said(lab, &store)), (Some(10), gone), "{}", fourth.stderr);
        assert_quiet(&from_cron(lab, &store));
        let audit = lab.run(Path::new(CAMSWEEP), &["audit", "verify", &store], Privilege::None);
        assert!(
            audit.code == Some(0) && audit.stdout.contains("5 closed run(s)"),
            "{}",
            audit.stdout
        );
    });
}
