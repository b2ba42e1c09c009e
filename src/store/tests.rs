//! Two reports and what changed between them; then the same through a store.

mod transfer;

use std::path::Path;

use super::*;
use crate::coverage::Coverage;
use crate::identify::{Behind, Device, Firmware, Login};
use crate::report::model::Report;
use crate::report::{Run as Made, assemble};

/// `10.0.0.5 serial=A mac=… maker=dahua fw=… act=no login=refused behind=10.0.0.2/3 outside`; a Hikvision unit unless said
/// otherwise.
fn device(words: &str) -> Device {
    let mut device = Device {
        maker: Some("hikvision".into()),
        ..Device::default()
    };
    for word in words.split_whitespace() {
        let Some((key, value)) = word.split_once('=') else {
            match word {
                "outside" => device.off_target = true,
                address => device.addresses.push(address.to_owned()),
            }
            continue;
        };
        let value = value.to_owned();
        match key {
            "serial" => device.serial = Some(value),
            "mac" => device.mac = Some(format!("44:47:cc:00:00:{value}")),
            "maker" => device.maker = Some(value).filter(|maker| maker != "none"),
            "model" => device.model = Some(value),
            "fw" => {
                device.firmware = Some(Firmware {
                    raw: value,
                    version: None,
                    build_date: None,
                    via: "sadp".into(),
                });
            }
            "act" => device.activated = Some(value == "yes"),
            "login" if value == "accepted" => device.login = Some(Login::Accepted),
            "login" => device.login = Some(Login::AuthRequired),
            "behind" => {
                let (recorder, channel) = value.split_once('/').unwrap();
                device.behind = Some(Behind {
                    recorder: recorder.into(),
                    channel: channel.into(),
                });
            }
            other => panic!("{other}"),
        }
    }
    device
}

/// `asked`: ranges; `fenced:`, `silent:`, `unheard:`, `routed`, `tcp`, `lost` beside them.
fn coverage(words: &str) -> Coverage {
    let mut coverage = Coverage::default();
    for word in words.split_whitespace() {
        match word.split_once(':') {
            Some(("fenced", host)) => drop(coverage.fenced.insert(host.into(), "medical".into())),
            Some(("silent", host)) => drop(coverage.became_silent.insert(host.into(), "http 80".into())),
            Some(("unheard", range)) => coverage.unheard.push(range.into()),
            None if word == "routed" => coverage.routed = 254,
            None if word == "tcp" => coverage.silent_routed_asked_by_tcp = true,
            None if word == "lost" => drop(coverage.lost.insert("arp".into(), 1)),
            _ => coverage.asked.push(word.into()),
        }
    }
    coverage
}

fn report(day: u8, asked: &str, devices: &[&str]) -> Report {
    assemble(made(day, asked, devices))
}

fn made(day: u8, asked: &str, devices: &[&str]) -> Made {
    let time: jiff::Timestamp = format!("2026-01-{day:02}T09:00:00Z").parse().unwrap();
    Made {
        coverage: coverage(asked),
        devices: devices.iter().map(|words| device(words)).collect(),
        ..Made::begun("scan", vec![format!("{asked} on eth0")], time)
    }
}

/// `new 10.0.0.5`, `moved 10.0.0.5 10.0.0.6`, and `? 10.0.0.5` for what nothing is said of.
fn said(diff: &diff::Diff) -> Vec<String> {
    let value = |value: &Option<String>| value.as_ref().map(|value| format!(" {value}")).unwrap_or_default();
    let changes = diff.changes.iter().map(|change| {
        let values = value(&change.before) + &value(&change.after);
        let place = if values.is_empty() {
            format!(" {}", change.unit.place())
        } else {
            values
        };
        let note = if change.note.is_some() { " (note)" } else { "" };
        format!("{}{place}{note}", change.kind)
    });
    let unasked = diff.not_looked_for.iter().map(|unit| format!("? {}", unit.place()));
    changes.chain(unasked).collect()
}

const ALL: &str = "10.0.0.1-10.0.0.254";
/// After every report, 2026-02-01.
const NOW: i64 = 1_769_904_000;

/// What it is; the devices before; where the later run looked; the devices then; what changed.
type Case = (
    &'static str,
    &'static [&'static str],
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

const CASES: &[Case] = &[
    (
        "nothing changed",
        &["10.0.0.5 serial=A"],
        ALL,
        &["10.0.0.5 serial=A"],
        &[],
    ),
    ("new", &[], ALL, &["10.0.0.5 serial=A"], &["new 10.0.0.5"]),
    (
        "a host of no known maker is nobody's alarm",
        &[],
        ALL,
        &["10.0.0.5 mac=01 maker=none"],
        &[],
    ),
    ("gone", &["10.0.0.5 serial=A"], ALL, &[], &["gone 10.0.0.5"]),
    (
        "gone, of both families: what is heard of by IPv6 need not be asked by it",
        &["10.0.0.5 fe80::5 serial=A"],
        ALL,
        &[],
        &["gone 10.0.0.5"],
    ),
    (
        "gone from IPv6 alone",
        &["fd00::5 serial=A", "fd01::5 serial=B"],
        "fd00::1-fd00::ff",
        &[],
        &["gone fd00::5", "? fd01::5"],
    ),
    (
        "not looked for: out of scope",
        &["10.0.1.5 serial=A"],
        ALL,
        &[],
        &["? 10.0.1.5"],
    ),
    (
        "not looked for: a scope without it",
        &["10.0.0.5 serial=A"],
        "10.0.0.1-10.0.0.4 10.0.0.6-10.0.0.254",
        &[],
        &["? 10.0.0.5"],
    ),
    (
        "not looked for: the report says nowhere",
        &["10.0.0.5 serial=A"],
        "",
        &[],
        &["? 10.0.0.5"],
    ),
    (
        "not looked for: fenced",
        &["10.0.0.5 serial=A"],
        "10.0.0.1-10.0.0.254 fenced:10.0.0.5",
        &[],
        &["? 10.0.0.5"],
    ),
    (
        "not looked for: became silent",
        &["10.0.0.5 serial=A"],
        "10.0.0.1-10.0.0.254 silent:10.0.0.5",
        &[],
        &["? 10.0.0.5"],
    ),
    (
        "not looked for: answers were lost",
        &["10.0.0.5 serial=A"],
        "10.0.0.1-10.0.0.254 lost",
        &[],
        &["? 10.0.0.5"],
    ),
    (
        "not looked for: nothing was heard of its network",
        &["10.0.0.5 serial=A", "10.0.1.5 serial=B"],
        "10.0.0.1-10.0.1.254 routed unheard:10.0.1.1-10.0.1.254",
        &["10.0.0.5 serial=A"],
        &["? 10.0.1.5"],
    ),
    (
        "not looked for: one of two addresses",
        &["10.0.0.5 10.0.1.5 serial=A"],
        ALL,
        &[],
        &["? 10.0.0.5"],
    ),
    (
        "not looked for: no address that can be asked",
        &["fe80::5 serial=A"],
        ALL,
        &[],
        &["? fe80::5"],
    ),
    (
        "moved, by serial",
        &["10.0.0.5 serial=A"],
        ALL,
        &["10.0.0.6 serial=a"],
        &["moved 10.0.0.5 10.0.0.6"],
    ),
    (
        "moved, by MAC",
        &["10.0.0.5 mac=01"],
        ALL,
        &["10.0.0.6 mac=01"],
        &["moved 10.0.0.5 10.0.0.6"],
    ),
    (
        "a second address is no move",
        &["10.0.0.5 serial=A"],
        ALL,
        &["10.0.0.6 10.0.0.5 serial=A"],
        &[],
    ),
    (
        "replaced",
        &["10.0.0.5 serial=A"],
        ALL,
        &["10.0.0.5 serial=B"],
        &["new 10.0.0.5", "gone 10.0.0.5"],
    ),
    (
        "swapped",
        &["10.0.0.5 serial=A", "10.0.0.6 serial=B"],
        ALL,
        &["10.0.0.6 serial=A", "10.0.0.5 serial=B"],
        &["moved 10.0.0.5 10.0.0.6", "moved 10.0.0.6 10.0.0.5"],
    ),
    (
        "upgraded",
        &["10.0.0.5 serial=A fw=V5.4"],
        ALL,
        &["10.0.0.5 serial=A fw=V5.5"],
        &["firmware-changed V5.4 V5.5"],
    ),
    (
        "a firmware that is not told is no change",
        &["10.0.0.5 serial=A fw=V5.4"],
        ALL,
        &["10.0.0.5 serial=A"],
        &[],
    ),
    (
        "a firmware that is told first is no change",
        &["10.0.0.5 serial=A"],
        ALL,
        &["10.0.0.5 serial=A fw=V5.4"],
        &[],
    ),
    (
        "activated",
        &["10.0.0.5 serial=A act=no"],
        ALL,
        &["10.0.0.5 serial=A act=yes"],
        &["activation-changed not activated activated"],
    ),
    (
        "login refused",
        &["10.0.0.5 serial=A login=accepted"],
        ALL,
        &["10.0.0.5 serial=A login=refused"],
        &["login-refused 10.0.0.5"],
    ),
    (
        "a login refused from the first is no change",
        &["10.0.0.5 serial=A login=refused"],
        ALL,
        &["10.0.0.5 serial=A login=refused"],
        &[],
    ),
    (
        "a serial that is not told every time",
        &["10.0.0.5 serial=A model=X"],
        ALL,
        &["10.0.0.5 model=X"],
        &[],
    ),
    (
        "the same place, another maker",
        &["10.0.0.5 model=X"],
        ALL,
        &["10.0.0.5 maker=dahua"],
        &["new 10.0.0.5", "gone 10.0.0.5"],
    ),
    (
        "a unit that is not recognised this time is there",
        &["10.0.0.5 mac=01"],
        ALL,
        &["10.0.0.5 mac=01 maker=none"],
        &[],
    ),
    (
        "a unit whose place answers without a word is there",
        &["10.0.0.5 serial=A"],
        ALL,
        &["10.0.0.5 maker=none"],
        &[],
    ),
    (
        "one MAC answers for two: it moves nobody",
        &["10.0.0.5 mac=01", "10.0.0.6 mac=01"],
        ALL,
        &["10.0.0.5 mac=01", "10.0.0.7 mac=01"],
        &["new 10.0.0.7", "gone 10.0.0.6"],
    ),
    (
        "behind a recorder that tells no more",
        &["10.0.0.2 serial=R", "192.168.254.3 serial=C behind=10.0.0.2/3"],
        ALL,
        &["10.0.0.2 serial=R"],
        &["? 192.168.254.3 behind 10.0.0.2 channel 3"],
    ),
    (
        "behind a recorder that lists another",
        &[
            "192.168.254.3 serial=C behind=10.0.0.2/3",
            "192.168.254.4 serial=D behind=10.0.0.2/4",
        ],
        ALL,
        &["192.168.254.4 serial=D behind=10.0.0.2/4"],
        &["gone 192.168.254.3 behind 10.0.0.2 channel 3"],
    ),
];

#[test]
fn two_reports_and_what_changed() {
    for (what, before, asked, after, expected) in CASES {
        let diff = diff::between(&report(1, ALL, before), &report(2, asked, after), &[], ["1", "2"]);
        assert_eq!(said(&diff), *expected, "{what}");
    }
}

#[test]
fn what_is_at_a_place_that_the_earlier_run_did_not_ask_is_new_with_a_note() {
    let diff = diff::between(
        &report(1, "10.0.1.1-10.0.1.9", &[]),
        &report(2, ALL, &["10.0.0.5 serial=A"]),
        &[],
        ["1", "2"],
    );
    assert_eq!(said(&diff), ["new 10.0.0.5 (note)"]);
}

#[test]
fn who_was_found_by_tcp_beyond_a_router_is_gone_only_where_tcp_asked_again() {
    for (asked, expected) in [
        ("10.0.0.1-10.0.0.254 routed", "? 10.0.0.5"),
        ("10.0.0.1-10.0.0.254 routed tcp", "gone 10.0.0.5"),
    ] {
        let before = report(1, "10.0.0.1-10.0.0.254 routed tcp", &["10.0.0.5 serial=A"]);
        assert_eq!(
            said(&diff::between(&before, &report(2, asked, &[]), &[], ["1", "2"])),
            [expected],
            "{asked}"
        );
    }
}

fn store_in(folder: &Path) -> Store {
    Store::open(&Place::File(folder.join("store.sqlite")), true).unwrap()
}

fn enter(store: &mut Store, report: &Report) -> Vec<String> {
    let run = store
        .begin(&report.plan.scope, report.started.parse().unwrap())
        .unwrap();
    said(&store.finish(run, report).unwrap())
}

fn with_a_store(test: impl FnOnce(&mut Store)) {
    let folder = tempfile::tempdir().unwrap();
    test(&mut store_in(folder.path()));
}

#[test]
fn every_case_is_the_same_through_a_store() {
    for (what, before, asked, after, expected) in CASES {
        with_a_store(|store| {
            enter(store, &report(1, ALL, before));
            assert_eq!(enter(store, &report(2, asked, after)), *expected, "{what}");
            // What was said is what can be read again.
            assert_eq!(said(&store.diff(2).unwrap()), *expected, "{what}");
            assert_eq!(store.report(1).unwrap(), Some(report(1, ALL, before)), "{what}");
        });
    }
}

#[test]
fn runs_over_different_networks_do_not_make_each_others_units_gone_or_new() {
    with_a_store(|store| {
        let (north, south) = ("10.0.0.1-10.0.0.254", "10.0.1.1-10.0.1.254");
        let units = ["10.0.0.5 serial=A", "10.0.1.5 serial=B"];
        assert_eq!(enter(store, &report(1, north, &units[..1])), ["new 10.0.0.5"]);
        assert_eq!(
            enter(store, &report(2, south, &units[1..])),
            ["new 10.0.1.5", "? 10.0.0.5"]
        );
        assert_eq!(enter(store, &report(3, north, &units[..1])), ["? 10.0.1.5"]);
        assert_eq!(enter(store, &report(4, south, &[])), ["gone 10.0.1.5", "? 10.0.0.5"]);
        assert_eq!(enter(store, &report(5, north, &[])), ["gone 10.0.0.5"]);
        assert_eq!(
            enter(store, &report(6, north, &units[..1])),
            ["back 10.0.0.5"],
            "a removed unit that came back"
        );
    });
}

#[test]
fn who_was_known_before_the_earlier_of_two_runs_is_back_and_not_new() {
    with_a_store(|store| {
        let unit = "10.0.0.5 serial=A fw=V5.4";
        let elsewhere = "10.0.1.1-10.0.1.254";
        let reports = [
            report(1, ALL, &[unit]),
            report(2, ALL, &[]),
            report(3, elsewhere, &[]),
            report(4, ALL, &["10.0.0.5 serial=A fw=V5.5", "10.0.0.6 serial=B"]),
            report(5, ALL, &["10.0.0.6 serial=B"]),
        ];
        // The first one comes last: who has been known for how long is a matter of the reports.
        for report in reports[1..].iter().chain(&reports[..1]) {
            store.import(report, at(NOW)).unwrap();
        }
        let mut between = |earlier: usize, later: usize| {
            let former = store.known_before(&reports[earlier].finished).unwrap();
            said(&diff::between(&reports[earlier], &reports[later], &former, ["a", "b"]))
        };
        assert_eq!(between(1, 3), ["new 10.0.0.6", "back 10.0.0.5"]);
        assert_eq!(
            between(2, 3),
            ["new 10.0.0.6 (note)"],
            "who was not looked for was never away"
        );
        assert_eq!(between(3, 4), ["gone 10.0.0.5"]);
        assert_eq!(between(0, 3), ["new 10.0.0.6", "firmware-changed V5.4 V5.5"]);
    });
}

#[test]
fn what_a_run_did_not_look_for_is_beside_what_it_found() {
    with_a_store(|store| {
        let all = ["10.0.0.5 serial=A", "10.0.1.5 serial=B"];
        let scope = "10.0.0.1-10.0.1.254 routed";
        let outage = format!("{scope} unheard:10.0.1.1-10.0.1.254");
        let mut runs = vec![
            report(1, scope, &all),
            report(2, &outage, &all[..1]),
            report(3, scope, &all[..1]),
        ];
        runs.push(report(4, "10.0.0.1-10.0.0.9", &all[..1]));
        runs.push(assemble(Made {
            interrupted: true,
            ..made(5, scope, &[])
        }));
        // The runs were to look at the same, whatever they saw of it.
        runs[1].plan.scope = runs[0].plan.scope.clone();
        runs.iter().for_each(|run| drop(enter(store, run)));
        let census = store.census().unwrap();
        assert_eq!(counts(&census[0]), [(1, 2, 0), (2, 1, 1), (3, 1, 0)], "{census:?}");
        assert_eq!((census.len(), counts(&census[1])), (2, vec![(4, 1, 0)]));
        let forgotten = sqlx::query("UPDATE runs SET looked = NULL").execute(&mut store.connection);
        store.runtime.block_on(forgotten).unwrap();
        assert_eq!(
            store.census().unwrap(),
            census,
            "what an earlier version has closed is read from its reports"
        );
    });
}

/// Run, units, and those that may be there beside.
fn counts(census: &Census) -> Vec<(i64, u64, u64)> {
    let counts = census.counts.iter();
    counts.map(|one| (one.run, one.units, one.maybe)).collect()
}

#[test]
fn a_unit_that_was_heard_from_outside_the_scope_is_not_removed_where_nobody_hears_it() {
    with_a_store(|store| {
        let [inside, outside] = ["10.0.0.5 serial=A", "192.168.1.64 serial=B outside"];
        enter(store, &report(1, ALL, &[inside, outside]));
        assert_eq!(enter(store, &report(2, ALL, &[inside])), ["? 192.168.1.64"]);
        enter(store, &report(3, ALL, &[inside, "10.0.0.6 serial=B"]));
        assert_eq!(enter(store, &report(4, ALL, &[inside])), ["gone 10.0.0.6"]);
        let census = store.census().unwrap();
        assert_eq!(counts(&census[0]), [(1, 2, 0), (2, 1, 1), (3, 2, 0), (4, 1, 0)]);
    });
}

#[test]
fn what_one_run_is_not_told_is_compared_with_the_one_that_was() {
    with_a_store(|store| {
        enter(store, &report(1, ALL, &["10.0.0.5 serial=A fw=V5.4"]));
        assert_eq!(enter(store, &report(2, ALL, &["10.0.0.5 serial=A"])), [""; 0]);
        assert_eq!(
            enter(store, &report(3, ALL, &["10.0.0.5 serial=A fw=V5.5"])),
            ["firmware-changed V5.4 V5.5"]
        );
        let units = store.units().unwrap();
        assert_eq!((units.len(), units[0].first_run, units[0].last_run), (1, 1, 3));
        assert_eq!(store.sightings(units[0].device).unwrap().len(), 3);
        assert_eq!(store.changes_of(units[0].device).unwrap().len(), 2);
    });
}

#[test]
fn a_report_is_imported_once_and_an_older_one_changes_no_unit() {
    with_a_store(|store| {
        let late = report(9, ALL, &["10.0.0.5 serial=A fw=V5.5"]);
        assert!(store.import(&late, at(NOW)).unwrap().is_some());
        assert!(store.import(&late, at(NOW)).unwrap().is_none());
        let (_, diff) = store
            .import(
                &report(3, ALL, &["10.0.0.9 serial=A fw=V5.4", "10.0.0.7 serial=B"]),
                at(NOW),
            )
            .unwrap()
            .unwrap();
        assert_eq!(said(&diff), ["new 10.0.0.7"]);
        let (_, diff) = store.import(&report(4, ALL, &[]), at(NOW)).unwrap().unwrap();
        assert_eq!(said(&diff), ["gone 10.0.0.7"]);
        let units = store.units().unwrap();
        assert_eq!(units[0].known.firmware.as_deref(), Some("V5.5"));
        assert!(units[0].present, "a later run saw it");
    });
}

#[test]
fn what_ends_in_the_future_silences_nothing_that_comes_after_it() {
    let ahead = || Report {
        finished: "2099-01-01T00:00:00Z".into(),
        ..report(2, ALL, &["10.0.0.5 serial=A fw=V5.4"])
    };
    with_a_store(|store| {
        let refused = store.import(&ahead(), at(NOW));
        assert!(matches!(refused, Err(StoreError::Ahead { .. })), "{refused:?}");
        assert!(store.runs().unwrap().is_empty());
        // By a clock that was wrong once.
        enter(store, &report(1, ALL, &["10.0.0.5 serial=A fw=V5.4"]));
        enter(store, &ahead());
        let changed = enter(store, &report(3, ALL, &["10.0.0.5 serial=A fw=V5.5"]));
        assert_eq!(changed, ["firmware-changed V5.4 V5.5 (note)"]);
        enter(store, &ahead());
        assert_eq!(enter(store, &report(4, ALL, &[])), ["gone 10.0.0.5 (note)"]);
        assert!(!store.units().unwrap()[0].present);
        // Recorded replies are as old as they are.
        let mut recorded = report(1, ALL, &["10.0.0.5 serial=A fw=V5.6"]);
        recorded.plan.command = "judge".into();
        assert_eq!(enter(store, &recorded), [""; 0]);
    });
}

#[test]
fn a_run_that_was_never_closed_keeps_its_replies_and_claims_nothing() {
    with_a_store(|store| {
        enter(store, &report(1, ALL, &["10.0.0.5 serial=A"]));
        let run = store
            .begin(&[ALL.into()], report(2, ALL, &[]).started.parse().unwrap())
            .unwrap();
        for part in 0..2 {
            let line = format!("line {part}\n");
            store
                .keep(run, part, line.as_bytes(), report(3, ALL, &[]).started.parse().unwrap())
                .unwrap();
        }
        assert_eq!(store.replies(run).unwrap(), b"line 0\nline 1\n");
        assert!(store.report(run).unwrap().is_none());
        let runs = store.runs().unwrap();
        assert!(runs[1].is_open() && runs[1].finished.starts_with("2026-01-03"));
        assert!(store.units().unwrap()[0].present);
        assert_eq!(enter(store, &report(4, ALL, &["10.0.0.5 serial=A"])), [""; 0]);
        store.finish(run, &report(5, ALL, &["10.0.0.5 serial=A"])).unwrap();
        assert_eq!(store.replies(run).unwrap(), b"", "what a report has is not kept twice");
    });
}

fn forgot(runs: u64, units: u64) -> Forgotten {
    Forgotten {
        runs,
        units,
        under_way: 0,
    }
}

#[test]
fn a_run_that_is_under_way_is_not_forgotten() {
    with_a_store(|store| {
        let found = report(1, ALL, &["10.0.0.5 serial=A"]);
        let run = store.begin(&[ALL.into()], at(10_000)).unwrap();
        store.keep(run, 0, b"", at(10_060)).unwrap();
        let far = at(1_000_000);
        let left = Forgotten {
            under_way: 1,
            ..Forgotten::default()
        };
        assert_eq!(store.forget(far, at(10_061)).unwrap(), left);
        store.finish(run, &found).unwrap();
        assert_eq!(store.audit(None).unwrap().faults, [""; 0]);
        // One that gave no sign of life for long was killed. Where it was not, its end is no silent one.
        let run = store.begin(&[ALL.into()], at(10_000)).unwrap();
        assert_eq!(store.forget(far, at(20_000)).unwrap(), forgot(1, 0));
        let (kept, closed) = (store.keep(run, 0, b"", at(20_001)), store.finish(run, &found));
        assert!(matches!(kept, Err(StoreError::Forgotten { .. })), "{kept:?}");
        assert!(matches!(closed, Err(StoreError::Forgotten { .. })), "{closed:?}");
        assert_eq!(store.audit(None).unwrap().faults, [""; 0]);
    });
}

#[test]
fn what_is_forgotten_is_gone_and_the_rest_stays() {
    with_a_store(|store| {
        enter(store, &report(1, ALL, &["10.0.0.5 serial=A", "10.0.0.6 serial=B"]));
        enter(store, &report(2, ALL, &["10.0.0.5 serial=A"]));
        let third = report(3, ALL, &[]).started.parse().unwrap();
        assert_eq!(
            store
                .forget(
                    report(1, ALL, &[]).started.parse().unwrap(),
                    jiff::Timestamp::UNIX_EPOCH
                )
                .unwrap(),
            Forgotten::default()
        );
        assert_eq!(
            store
                .forget(
                    report(2, ALL, &[]).started.parse().unwrap(),
                    jiff::Timestamp::UNIX_EPOCH
                )
                .unwrap(),
            forgot(1, 1)
        );
        assert!(matches!(store.report(1), Err(StoreError::NoRun { run: 1, .. })));
        assert_eq!(store.units().unwrap().len(), 1);
        assert_eq!(
            said(&store.diff(2).unwrap()),
            [""; 0],
            "its change was of a unit that is forgotten"
        );
        assert_eq!(store.forget(third, jiff::Timestamp::UNIX_EPOCH).unwrap(), forgot(1, 1));
        assert_eq!(enter(store, &report(4, ALL, &[])), [""; 0]);
        assert_eq!(store.runs().unwrap()[0].run, 3, "a number is not given twice");
    });
}

#[test]
fn a_baseline_takes_in_who_is_there() {
    with_a_store(|store| {
        let time = report(9, ALL, &[]).started.parse().unwrap();
        assert_eq!(store.accept("nothing yet", time).unwrap(), None);
        enter(store, &report(1, ALL, &["10.0.0.5 serial=A", "10.0.0.6 serial=B"]));
        enter(store, &report(2, ALL, &["10.0.0.5 serial=A"]));
        let accepted = store.accept("as agreed", time).unwrap().unwrap();
        assert_eq!((accepted.baseline, accepted.run, accepted.units), (1, 2, 1));
        assert_eq!(store.baselines().unwrap(), [accepted]);
        let accepted: Vec<Option<i64>> = store.units().unwrap().iter().map(|unit| unit.accepted).collect();
        assert_eq!(accepted, [Some(1), None]);
    });
}

#[test]
fn the_latest_run_is_the_one_that_ended_last() {
    with_a_store(|store| {
        let eighth: jiff::Timestamp = report(8, ALL, &[]).started.parse().unwrap();
        assert_eq!(store.latest(eighth).unwrap(), None);
        // The fourth had a wrong clock.
        for day in [2, 3, 1, 9] {
            enter(store, &report(day, ALL, &[]));
        }
        store.begin(&[], eighth).unwrap();
        assert_eq!(store.latest(eighth).unwrap().map(|run| run.run), Some(2));
    });
}

#[test]
fn a_unit_is_found_by_every_address_that_it_was_seen_at() {
    with_a_store(|store| {
        enter(
            store,
            &report(1, ALL, &["10.0.0.5 serial=A", "10.0.0.2 serial=C behind=10.0.0.7/3"]),
        );
        enter(store, &report(2, ALL, &["10.0.0.9 serial=A"]));
        let table: [(&str, &[i64]); 6] = [
            ("10.0.0.5", &[1]),
            ("10.0.0.9", &[1]),
            ("10.0.0.2", &[2]),
            ("10.0.0.7", &[]),
            ("10.0.0", &[]),
            ("%", &[]),
        ];
        for (address, expected) in table {
            assert_eq!(store.seen_at(address).unwrap(), expected, "{address}");
        }
    });
}

#[test]
fn a_store_is_for_its_owner_only() {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let mut store = store_in(folder.path());
        enter(&mut store, &report(1, ALL, &[]));
        for entry in std::fs::read_dir(folder.path()).unwrap() {
            let entry = entry.unwrap();
            assert_eq!(
                entry.metadata().unwrap().permissions().mode() & 0o777,
                0o600,
                "{:?}",
                entry.path()
            );
        }
    }
}

#[test]
fn what_is_no_store_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let open = |name: &str| Store::open(&Place::File(folder.path().join(name)), true).map(drop);
    std::fs::write(
        folder.path().join("text"),
        "a text that is no database, and long enough to be taken for one".repeat(20),
    )
    .unwrap();
    assert!(
        matches!(open("text"), Err(StoreError::Foreign { .. })),
        "{:?}",
        open("text")
    );
    let sql = |name: &str, statements: &[&'static str]| {
        let url = Place::File(folder.path().join(name)).url("mode=rwc").unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            use sqlx::Connection;
            sqlx::any::install_default_drivers();
            let mut connection = AnyConnection::connect(&url).await.unwrap();
            for statement in statements {
                sqlx::query(*statement).execute(&mut connection).await.unwrap();
            }
            connection.close().await.unwrap();
        });
    };
    sql("other", &["CREATE TABLE cookies (name TEXT)"]);
    let before = std::fs::read(folder.path().join("other")).unwrap();
    assert!(
        matches!(open("other"), Err(StoreError::Foreign { .. })),
        "{:?}",
        open("other")
    );
    assert_eq!(std::fs::read(folder.path().join("other")).unwrap(), before);
    open("newer").unwrap();
    sql("newer", &["UPDATE camsweep_store SET version = 99"]);
    assert!(
        matches!(open("newer"), Err(StoreError::Newer { found: 99, .. })),
        "{:?}",
        open("newer")
    );
    let missing = Store::open(&Place::File(folder.path().join("nothing")), false);
    assert!(matches!(missing, Err(StoreError::Missing { .. })));
    assert!(!folder.path().join("nothing").exists());
}

#[test]
fn two_runs_at_once_get_two_numbers_and_both_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let runs = std::thread::scope(|scope| {
        let each = |number: u8| {
            let mut store = store_in(folder.path());
            let unit = format!("10.0.0.{number} serial=S{number}");
            enter(&mut store, &report(number, &format!("10.0.0.{number}"), &[&unit]));
        };
        (1..=8)
            .map(|number| scope.spawn(move || each(number)))
            .collect::<Vec<_>>()
            .into_iter()
            .map(|one| one.join())
            .filter(Result::is_ok)
            .count()
    });
    let mut store = store_in(folder.path());
    assert_eq!(
        (runs, store.runs().unwrap().len(), store.units().unwrap().len()),
        (8, 8, 8)
    );
}

#[test]
fn whatever_is_changed_taken_away_or_slipped_in_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let report_of = |day: u8| report(day, ALL, &["10.0.0.5 serial=A"]);
    let before = {
        let mut store = store_in(folder.path());
        (1..=4).for_each(|day| drop(enter(&mut store, &report_of(day))));
        store
            .forget(report_of(2).started.parse().unwrap(), jiff::Timestamp::UNIX_EPOCH)
            .unwrap();
        let audit = store.audit(None).unwrap();
        assert_eq!((audit.links, audit.faults.len(), audit.forgotten.len()), (4, 0, 1));
        let head = audit.head.unwrap();
        enter(&mut store, &report_of(5));
        assert!(store.audit(Some(&head)).unwrap().has_noted && !store.audit(Some("00")).unwrap().has_noted);
        drop(store);
        std::fs::read(&path).unwrap()
    };
    let table: [(&'static str, &str); 13] = [
        (
            "UPDATE runs SET finished = '2026-01-01T00:00:00Z' WHERE run = 3",
            "run 3 was changed",
        ),
        (
            "UPDATE runs SET report = (SELECT report FROM runs WHERE run = 4) WHERE run = 3",
            "run 3 was changed",
        ),
        ("UPDATE runs SET report = NULL WHERE run = 3", "run 3 was changed"),
        (
            "DELETE FROM runs WHERE run = 3",
            "run 3 is missing, and was not forgotten by camsweep",
        ),
        ("UPDATE runs SET run = 9 WHERE run = 3", "run 9 is in no link"),
        ("DELETE FROM chain WHERE run = 3", "links 3 to 3 are missing"),
        (
            "UPDATE chain SET content = '00' WHERE run = 3",
            "link 3 (run 3) does not follow from the one before",
        ),
        (
            "UPDATE chain SET forgotten = '2026-01-01T00:00:00Z' WHERE run = 3",
            "run 3 is there, though it was forgotten",
        ),
        (
            "UPDATE runs SET units = 0 WHERE run = 3",
            "the counts of run 3 are not those of its report",
        ),
        (
            "UPDATE runs SET hosts = 0 WHERE run = 3",
            "the counts of run 3 are not those of its report",
        ),
        (
            "DELETE FROM runs WHERE run = 3; \
             UPDATE chain SET forgotten = '2026-01-01T00:00:00Z' WHERE run = 3",
            "run 3 is marked as forgotten, and no link says so",
        ),
        (
            "DELETE FROM runs WHERE run = 5; DELETE FROM chain WHERE run = 5",
            "1 run(s) from 5 to 5 are missing, with their links",
        ),
        (
            "DELETE FROM runs; DELETE FROM chain",
            "5 run(s) from 1 to 5 are missing, with their links",
        ),
    ];
    for (number, (statement, fault)) in table.into_iter().enumerate() {
        // Each its own file: the driver closes the last one in its own time.
        let copy = folder.path().join(format!("copy-{number}"));
        std::fs::write(&copy, &before).unwrap();
        let mut store = Store::open(&Place::File(copy), false).unwrap();
        assert_eq!(store.audit(None).unwrap().faults, [""; 0]);
        for one in statement.split("; ") {
            let tampered = sqlx::query(one).execute(&mut store.connection);
            store.runtime.block_on(tampered).unwrap();
        }
        let faults = store.audit(None).unwrap().faults;
        assert!(faults.iter().any(|found| found == fault), "{statement}: {faults:?}");
    }
}

fn owed(target: &str) -> Owed {
    Owed {
        way: "mail".into(),
        target: target.into(),
        notice: "{}".into(),
    }
}

fn at(second: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_second(second).unwrap()
}

#[test]
fn a_notice_is_owed_with_its_run_and_until_it_is_delivered() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&Place::File(folder.path().join("store.sqlite")), true).unwrap();
    let found = report(1, "10.0.0.1-10.0.0.9", &["10.0.0.5 serial=A"]);
    let run = store.begin(&[], at(0)).unwrap();
    let both = |remembered: &Remembered| {
        assert_eq!((remembered.run, remembered.diff.changes.len()), (run, 1));
        vec![owed("ann"), owed("bob")]
    };
    store.finish_owing(run, &found, both).unwrap();
    let waiting = store.waiting().unwrap();
    let targets: Vec<&str> = waiting.iter().map(|one| one.owed.target.as_str()).collect();
    assert_eq!(targets, ["ann", "bob"]);
    let [ann, bob] = waiting.try_into().unwrap();
    assert!(store.claim(&ann, at(1000)).unwrap());
    assert!(!store.claim(&ann, at(1300)).unwrap(), "another run is at it");
    assert!(store.claim(&ann, at(1301)).unwrap(), "which must be dead by now");
    store.settle(&ann, Err("no\0body is there"), at(1302)).unwrap();
    let again = store.waiting().unwrap();
    assert_eq!(
        (again[0].tries, again[0].trouble.as_deref()),
        (2, Some("nobody is there"))
    );
    assert!(store.claim(&ann, at(1303)).unwrap());
    store.settle(&ann, Ok(()), at(1304)).unwrap();
    assert!(!store.claim(&ann, at(9999)).unwrap(), "it was delivered");
    assert_eq!(store.waiting().unwrap(), [bob]);
    assert_eq!((store.give_up(run).unwrap(), store.give_up(run).unwrap()), (1, 0));
    assert_eq!(store.audit(None).unwrap().faults, Vec::<String>::new());
}

#[test]
fn a_store_from_before_there_were_notices_is_brought_up() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::File(folder.path().join("store.sqlite"));
    let mut store = Store::open(&place, true).unwrap();
    for statement in [
        "ALTER TABLE runs DROP COLUMN looked",
        "DROP TABLE imported",
        "DROP TABLE deliveries",
        "UPDATE camsweep_store SET version = 1",
    ] {
        let done = sqlx::query(statement).execute(&mut store.connection);
        store.runtime.block_on(done).unwrap();
    }
    drop(store);
    let mut store = Store::open(&place, false).unwrap();
    assert_eq!(store.waiting().unwrap(), []);
}
