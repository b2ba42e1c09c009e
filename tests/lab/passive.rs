//! A run that only listens: what it hears, and that nothing leaves.

use crate::check::{device, scan, text};
use crate::crier::{BY_ARP, TO_EVERYBODY, TO_GROUP};
use crate::stage::{Lab, Privilege, with_lab};

/// The ledger has every frame from the scanner's MACs but IPv6's upkeep by the kernel: ARP, IGMP, UDP, TCP and all else.
const NOTHING: [&str; 0] = [];

const LISTEN: &[&str] = &["--passive", "--for", "3"];

#[test]
fn a_passive_run_hears_who_speaks_and_nothing_leaves() {
    with_lab("passive::a_passive_run_hears_who_speaks_and_nothing_leaves", |lab| {
        lab.let_cry();
        let report = listen(lab, Privilege::RawSocket);
        let maker = |host| device(&report, host).and_then(|device| text(device, "maker"));
        assert_eq!(maker(TO_GROUP), Some("hikvision"), "{report:#}");
        assert_eq!(maker(TO_EVERYBODY), Some("dahua"), "{report:#}");
        assert_eq!(maker(BY_ARP), Some("hikvision"), "{report:#}");
        let firmware = |host| device(&report, host).map(|device| device["firmware"].is_null());
        assert_eq!(firmware(TO_GROUP), Some(false), "{report:#}");
        assert_eq!(
            (&report["coverage"]["live"], &report["coverage"]["silent"]),
            (&3.into(), &0.into())
        );
    });
}

#[test]
fn without_a_raw_socket_it_hears_what_is_broadcast() {
    with_lab("passive::without_a_raw_socket_it_hears_what_is_broadcast", |lab| {
        lab.let_cry();
        let report = listen(lab, Privilege::None);
        let heard = |host| device(&report, host).is_some();
        assert!(heard(TO_EVERYBODY) && !heard(TO_GROUP), "{report:#}");
        let spots = report["blind_spots"].to_string();
        assert!(spots.contains("joins no group"), "{spots}");
    });
}

fn listen(lab: &Lab, privilege: Privilege) -> serde_json::Value {
    let (report, ran) = scan(lab, LISTEN, privilege);
    assert_eq!(ran.ledger, NOTHING, "{privilege:?}");
    assert_eq!(
        (ran.code, &report["ended"]),
        (Some(0), &"complete".into()),
        "{}",
        ran.stderr
    );
    report
}
