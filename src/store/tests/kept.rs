//! What a store keeps of runs and units, and for how long.

use super::*;

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
