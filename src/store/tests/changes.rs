//! Two reports and what changed between them; then the same through a store.

use super::*;

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
