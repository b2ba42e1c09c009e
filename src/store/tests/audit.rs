//! The chain of the audit.

use super::*;

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
