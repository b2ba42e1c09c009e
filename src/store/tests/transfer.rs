//! Whole stores that go from one place to another.

use super::*;
use crate::store::transfer::{Line, Merged, TransferError};

fn exported(store: &mut Store) -> Vec<Line> {
    let mut lines = Vec::new();
    store
        .export(|line| {
            lines.push(line.clone());
            Ok(())
        })
        .unwrap();
    lines
}

fn merge(store: &mut Store, lines: &[Line]) -> Result<Merged, TransferError> {
    store.merge(|| Ok(lines.iter().cloned().map(Ok)), at(NOW))
}

#[test]
fn stores_of_two_sites_become_one_and_keep_their_chains() {
    let (north, south) = ("10.0.0.1-10.0.0.254", "10.0.1.1-10.0.1.254");
    let folder = tempfile::tempdir().unwrap();
    let mut sites: Vec<Store> = ["north", "south"]
        .iter()
        .map(|name| Store::open(&Place::File(folder.path().join(name)), true).unwrap())
        .collect();
    for day in 1..=3 {
        enter(&mut sites[0], &report(day, north, &["10.0.0.5 serial=A"]));
        enter(&mut sites[1], &report(day, south, &["10.0.1.5 serial=B"]));
    }
    // What was forgotten there comes as a link without a run.
    let second = report(2, north, &[]).started.parse().unwrap();
    sites[0].forget(second, jiff::Timestamp::UNIX_EPOCH).unwrap();
    with_a_store(|centre| {
        enter(centre, &report(9, "10.0.9.1-10.0.9.9", &[]));
        let of_north = exported(&mut sites_again(folder.path(), "north"));
        let merged = merge(centre, &of_north).unwrap();
        assert_eq!((merged.links, merged.stored.len(), merged.forgotten), (4, 2, 1));
        assert_eq!(merge(centre, &of_north).unwrap().known, 2, "it is stored once");
        let merged = merge(centre, &exported(&mut sites_again(folder.path(), "south"))).unwrap();
        assert_eq!(merged.stored, [4, 5, 6]);
        assert_eq!(centre.units().unwrap().len(), 2);
        assert_eq!(
            centre.report(5).unwrap(),
            Some(report(2, south, &["10.0.1.5 serial=B"]))
        );
        let audit = centre.audit(Some(&of_north[2].link.hash)).unwrap();
        assert_eq!(
            (audit.links, audit.imported, audit.faults.len()),
            (6, 2, 0),
            "{audit:?}"
        );
        assert!(audit.has_noted, "a hash that was noted there is found here");
        // A store that comes by way of this one is the same.
        let all = exported(centre);
        with_a_store(|other| {
            let merged = merge(other, &all).unwrap();
            assert_eq!((merged.stored.len(), other.audit(None).unwrap().faults.len()), (6, 0));
        });
        // What is forgotten here is no fault of the chain that came.
        centre
            .forget(
                report(3, north, &[]).started.parse().unwrap(),
                jiff::Timestamp::UNIX_EPOCH,
            )
            .unwrap();
        assert_eq!(centre.audit(None).unwrap().faults, [""; 0]);
        let tampered = sqlx::query("UPDATE runs SET finished = '2026-01-01T00:00:00Z' WHERE run = 6");
        centre
            .runtime
            .block_on(tampered.execute(&mut centre.connection))
            .unwrap();
        let faults = centre.audit(None).unwrap().faults;
        assert_eq!(
            faults
                .iter()
                .filter(|fault| fault.contains("run 6 was changed"))
                .count(),
            2,
            "{faults:?}"
        );
    });
}

#[test]
fn an_import_that_ends_in_the_middle_says_how_much_of_it_is_stored() {
    let folder = tempfile::tempdir().unwrap();
    let mut site = Store::open(&Place::File(folder.path().join("site")), true).unwrap();
    // What differs in each report does not pack well.
    let wordy = |day: u8| (0..400).map(move |n| format!("10.0.{}.{} serial={day}{n}", n / 200, n % 200));
    for day in 1..=8 {
        let devices: Vec<String> = wordy(day).collect();
        enter(
            &mut site,
            &report(day, ALL, &devices.iter().map(String::as_str).collect::<Vec<_>>()),
        );
    }
    let lines = exported(&mut site);
    let mut centre = Store::open(&Place::File(folder.path().join("centre")), true).unwrap();
    merge(&mut centre, &lines[..1]).unwrap();
    drop(centre);
    for limit in ["PRAGMA max_page_count = 300", "PRAGMA max_page_count = 100000"] {
        let mut centre = sites_again(folder.path(), "centre");
        centre
            .runtime
            .block_on(sqlx::query(limit).execute(&mut centre.connection))
            .unwrap();
        let before = centre.runs().unwrap().len();
        match merge(&mut centre, &lines) {
            Err(TransferError::Halfway { stored, why }) => {
                assert!(matches!(why, StoreError::Full { .. }), "{why}");
                assert_eq!(before + stored, centre.runs().unwrap().len());
                assert!(stored > 0 && before + stored < 8, "{stored}");
            }
            merged => assert_eq!((merged.unwrap().links, before > 1), (8, true)),
        }
    }
    let mut centre = sites_again(folder.path(), "centre");
    assert_eq!(
        (centre.runs().unwrap().len(), centre.audit(None).unwrap().faults.len()),
        (8, 0)
    );
}

fn sites_again(folder: &Path, name: &str) -> Store {
    Store::open(&Place::File(folder.join(name)), false).unwrap()
}

#[test]
fn an_export_that_was_tampered_with_is_refused_and_nothing_of_it_is_stored() {
    let lines = {
        let folder = tempfile::tempdir().unwrap();
        let mut store = store_in(folder.path());
        (1..=3).for_each(|day| drop(enter(&mut store, &report(day, ALL, &["10.0.0.5 serial=A"]))));
        exported(&mut store)
    };
    let change = |change: &dyn Fn(&mut Vec<Line>)| {
        let mut lines = lines.clone();
        change(&mut lines);
        lines
    };
    let table = [
        (
            change(&|lines| lines[1].report = lines[0].report.clone()),
            "link 2: its run was changed",
        ),
        (
            change(&|lines| lines[1].report = None),
            "link 2: its run is missing, and was not forgotten by camsweep",
        ),
        (
            change(&|lines| drop(lines.remove(1))),
            "link 3: links 2 to 2 are missing",
        ),
        (
            change(&|lines| lines[2].link.content = "00".into()),
            "link 3: link 3 (run 3) does not follow from the one before",
        ),
        (
            change(&|lines| lines[0].link.forgotten = Some("2026-01-01T00:00:00Z".into())),
            "link 1: its run is there, though it was forgotten",
        ),
        (
            change(&|lines| lines[0].report = lines[0].report.take().map(|text| text + " ")),
            "link 1: its run was changed",
        ),
    ];
    for (lines, expected) in table {
        with_a_store(|store| {
            let refused = merge(store, &lines).unwrap_err().to_string();
            assert_eq!(refused, expected);
            assert_eq!((store.runs().unwrap().len(), store.units().unwrap().len()), (0, 0));
        });
    }
    // Who has imported a chain once finds out that it was made anew.
    with_a_store(|store| {
        merge(store, &lines[..1]).unwrap();
        let mut made = report(7, ALL, &[]);
        made.plan.scope = vec!["elsewhere".into()];
        let folder = tempfile::tempdir().unwrap();
        let mut anew = store_in(folder.path());
        enter(&mut anew, &report(1, ALL, &["10.0.0.5 serial=A"]));
        enter(&mut anew, &made);
        assert_eq!(
            exported(&mut anew)[0],
            lines[0],
            "the same first run makes the same first link"
        );
        merge(store, &lines).unwrap();
        let refused = merge(store, &exported(&mut anew)).unwrap_err().to_string();
        assert_eq!(refused, "link 2: it is not the one that was imported before");
    });
}

fn at_site(name: &str, mut report: Report) -> Report {
    crate::report::sites::Sites::one(name).assign(&mut report);
    report
}

fn lines_of(census: &[Census]) -> Vec<(Vec<String>, Vec<u64>)> {
    let counts = |census: &Census| census.counts.iter().map(|count| count.units).collect();
    census
        .iter()
        .map(|census| (census.sites.clone(), counts(census)))
        .collect()
}

#[test]
fn two_sites_with_one_private_range_do_not_make_each_others_units_gone_or_back() {
    with_a_store(|store| {
        let hill = ["10.0.0.5 serial=A model=X", "10.0.0.7 model=X"];
        let vale = ["10.0.0.5 serial=B model=X", "10.0.0.7 model=X"];
        let mut enter = |day: u8, site: &str, devices: &[&str]| {
            let made = at_site(site, report(day, ALL, devices));
            let (_, diff) = store.import(&made, at(NOW)).unwrap().unwrap();
            said(&diff)
        };
        assert_eq!(enter(1, "Hill", &hill), ["new 10.0.0.5", "new 10.0.0.7"]);
        assert_eq!(
            enter(2, "Vale", &vale),
            ["new 10.0.0.5", "new 10.0.0.7", "? 10.0.0.5", "? 10.0.0.7"]
        );
        assert_eq!(enter(3, "Hill", &hill), ["? 10.0.0.5", "? 10.0.0.7"]);
        // Who is gone from the one is gone, and a run that names no site is nobody's.
        assert_eq!(
            enter(4, "Hill", &hill[..1]),
            ["gone 10.0.0.7", "? 10.0.0.5", "? 10.0.0.7"]
        );
        let (_, diff) = store.import(&report(5, ALL, &[]), at(NOW)).unwrap().unwrap();
        assert_eq!(said(&diff).len(), 3, "{diff:?}");
        assert!(diff.changes.is_empty());
        let lines = lines_of(&store.census().unwrap());
        let expected = [("Hill", vec![2, 2, 1]), ("Vale", vec![2])];
        let expected = expected.map(|(site, counts)| (vec![site.to_owned()], counts));
        assert_eq!(lines, [&expected[..], &[(vec![], vec![0])]].concat());
    });
}

#[test]
fn two_stores_over_one_private_range_do_not_make_each_others_units_gone_or_back() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (mut one, mut other) = (store_in(one.path()), store_in(other.path()));
    with_a_store(|centre| {
        let mut day = |number: u8, store: &mut Store, devices: &[&str]| {
            enter(store, &report(number, ALL, devices));
            let merged = merge(centre, &exported(store)).unwrap();
            said(&centre.diff(merged.stored[0]).unwrap())
        };
        assert_eq!(day(1, &mut one, &["10.0.0.5 serial=A"]), ["new 10.0.0.5"]);
        assert_eq!(
            day(2, &mut other, &["10.0.0.5 serial=B"]),
            ["new 10.0.0.5", "? 10.0.0.5"]
        );
        assert_eq!(day(3, &mut one, &["10.0.0.5 serial=A"]), ["? 10.0.0.5"]);
        assert_eq!(day(4, &mut other, &[]), ["gone 10.0.0.5", "? 10.0.0.5"]);
        let lines = lines_of(&centre.census().unwrap());
        assert_eq!(lines, [(vec![], vec![1, 1]), (vec![], vec![1, 0])]);
        // A store that gets itself back is still one place.
        let own = exported(&mut one);
        merge(&mut one, &own).unwrap();
        assert_eq!(enter(&mut one, &report(6, ALL, &[])), ["gone 10.0.0.5"]);
        assert_eq!(one.census().unwrap().len(), 1);
    });
}

#[test]
fn another_interface_and_another_address_of_the_scanner_are_the_same_scope() {
    with_a_store(|store| {
        let scopes = [
            ("10.0.0.1-10.0.0.6, 10.0.0.8-10.0.0.254 on eth0", "10.0.0.7"),
            ("10.0.0.1-10.0.0.253 on wlan0", "10.0.0.254"),
        ];
        for (day, (scope, own)) in (1..).zip(scopes) {
            let mut made = report(day, ALL, &[]);
            made.plan.scope = vec![scope.into()];
            made.plan.skipped = vec![format!("{own}: this machine's own"), "10.0.0.9: excluded".into()];
            enter(store, &made);
        }
        let mut less = report(3, ALL, &[]);
        less.plan.scope = vec!["10.0.0.1-10.0.0.6, 10.0.0.8-10.0.0.254 on eth0".into()];
        enter(store, &less);
        assert_eq!(
            lines_of(&store.census().unwrap()),
            [(vec![], vec![0, 0]), (vec![], vec![0])]
        );
    });
}

#[test]
fn a_run_of_an_imported_store_that_ends_in_the_future_says_nothing_of_units() {
    let folder = tempfile::tempdir().unwrap();
    let mut site = store_in(folder.path());
    let mut ahead = report(1, ALL, &["10.0.0.5 serial=A"]);
    ahead.finished = "2099-01-01T00:00:00Z".into();
    enter(&mut site, &ahead);
    enter(&mut site, &report(2, ALL, &["10.0.0.5 serial=A"]));
    enter(&mut site, &report(3, ALL, &[]));
    with_a_store(|centre| {
        let merged = merge(centre, &exported(&mut site)).unwrap();
        assert_eq!((merged.stored.len(), merged.ahead), (3, 1));
        let all: Vec<Vec<String>> = (1..=3).map(|run| said(&centre.diff(run).unwrap())).collect();
        assert_eq!(all, [vec![], vec!["new 10.0.0.5"], vec!["gone 10.0.0.5"]]);
        assert_eq!(centre.audit(None).unwrap().faults, [""; 0]);
    });
}

#[test]
fn a_report_that_was_made_anew_is_not_taken_for_the_one_that_was_exported() {
    let folder = tempfile::tempdir().unwrap();
    let mut site = store_in(folder.path());
    let found = report(1, ALL, &["10.0.0.5 serial=A"]);
    enter(&mut site, &found);
    let lines = exported(&mut site);
    with_a_store(|centre| {
        centre
            .import(&at_site("Hill", report(1, ALL, &["10.0.0.5 serial=A"])), at(NOW))
            .unwrap();
        assert_eq!(merge(centre, &lines).unwrap().stored, [2]);
        assert_eq!(centre.audit(None).unwrap().faults, [""; 0]);
        assert_eq!(centre.report(2).unwrap(), Some(found));
        let again = merge(centre, &lines).unwrap();
        assert_eq!((again.stored.len(), again.known), (0, 1));
    });
}

#[test]
fn what_was_forgotten_here_does_not_come_back_with_the_next_export() {
    let folder = tempfile::tempdir().unwrap();
    let mut site = store_in(folder.path());
    (1..=2).for_each(|day| drop(enter(&mut site, &report(day, ALL, &["10.0.0.5 serial=A"]))));
    with_a_store(|centre| {
        merge(centre, &exported(&mut site)).unwrap();
        let second = report(2, ALL, &[]).started.parse().unwrap();
        assert_eq!(centre.forget(second, at(NOW)).unwrap(), forgot(1, 0));
        enter(&mut site, &report(3, ALL, &["10.0.0.5 serial=A"]));
        let merged = merge(centre, &exported(&mut site)).unwrap();
        assert_eq!((merged.stored, merged.known, merged.forgotten_here), (vec![3], 1, 1));
        assert_eq!(centre.runs().unwrap().len(), 2);
        assert_eq!(centre.audit(None).unwrap().faults, [""; 0]);
        // Nor by way of another store.
        let folder = tempfile::tempdir().unwrap();
        let mut other = store_in(folder.path());
        merge(&mut other, &exported(&mut site)).unwrap();
        let merged = merge(centre, &exported(&mut other)).unwrap();
        assert_eq!((merged.stored.len(), merged.forgotten_here), (0, 1));
        assert_eq!(centre.audit(None).unwrap().faults, [""; 0]);
    });
}
