//! The file of a store: whose it is, what is none, and what an older version made.

use super::*;

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
