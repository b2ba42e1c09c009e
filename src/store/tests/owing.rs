//! Notices that a run owes.

use super::*;

fn owed(target: &str) -> Owed {
    Owed {
        way: "mail".into(),
        target: target.into(),
        notice: "{}".into(),
    }
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
