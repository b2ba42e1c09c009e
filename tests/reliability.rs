//! What befalls a run from its own machine: cables, addresses, disks, clocks, limits. It ends all the same, reports what it
//! knows, says what is missing, and says by its exit code that something is. In namespaces of their own, where no packet
//! leaves.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may fail by it")]
#![expect(clippy::print_stderr, reason = "a skipped test says so loudly")]

use std::fs;
use std::process::{Command, Stdio};

use camsweep::report::model::{Ended, Report};
use tempfile::TempDir;

/// A segment with one machine on it, 10.9.9.5, that answers for as many addresses as a test wants, and a run.
const SCRIPT: &str = r#"
set -e
ip link set lo up
unshare -n sleep 120 & machine=$!
on() { nsenter -t $machine -n "$@"; }
until [ "$(readlink /proc/$machine/ns/net)" != "$(readlink /proc/$$/ns/net)" ]; do sleep 0.02; done
ip link add lab0 type veth peer name lab1 netns $machine
ip addr add 10.9.9.1/24 dev lab0
ip link set lab0 up
on ip link set lo up
on ip addr add 10.9.9.5/24 dev lab1
on ip link set lab1 up
until ip link show lab0 | grep -q "state UP"; do sleep 0.02; done
scan() { exec "$CAMSWEEP" --no-config scan "${TARGET:-10.9.9.0/24}" --no-names --no-progress --format json "$@"; }
eval "$BEFORE"
set +e
(eval "$RUN") & run=$!
[ -z "$MEANWHILE" ] || { sleep 2; eval "$MEANWHILE"; }
wait $run
code=$?
kill $machine
exit $code
"#;

/// One run and what befalls it.
#[derive(Default)]
struct Case {
    /// Shell, before it begins.
    before: &'static str,
    /// The run itself, where it is not a plain one: `scan` and options.
    run: &'static str,
    /// Two seconds after it began.
    meanwhile: &'static str,
    targets: &'static str,
}

/// How it ended.
struct Ran {
    code: i32,
    out: String,
    err: String,
    folder: TempDir,
}

impl Ran {
    /// The report that was written.
    fn report(&self) -> Report {
        let text = fs::read_to_string(self.folder.path().join("report"));
        let text = text.unwrap_or_else(|error| panic!("{error}: {}", self.err));
        serde_json::from_str(&text).unwrap()
    }
}

fn run(case: &Case) -> Option<Ran> {
    if !has_namespaces() {
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let plain = "scan --output \"$OUT/report\"";
    let output = Command::new("unshare")
        .args(["-Urnm", "bash", "-c", SCRIPT])
        .env("CAMSWEEP", env!("CARGO_BIN_EXE_camsweep"))
        .env("OUT", folder.path())
        .env("BEFORE", case.before)
        .env("RUN", if case.run.is_empty() { plain } else { case.run })
        .env("MEANWHILE", case.meanwhile)
        .env("TARGET", case.targets)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Some(Ran {
        code: output.status.code().unwrap(),
        out: text(output.stdout),
        err: text(output.stderr),
        folder,
    })
}

fn has_namespaces() -> bool {
    let tried = Command::new("unshare")
        .args([
            "-Urnm",
            "bash",
            "-c",
            "ip link add lab0 type veth peer name lab1 && nsenter --version",
        ])
        .output();
    let has = tried.is_ok_and(|output| output.status.success());
    if !has {
        eprintln!("SKIPPED: no namespaces here (unshare -Urnm, bash, ip, nsenter)");
    }
    has
}

fn knows(report: &Report, address: &str) -> bool {
    report
        .devices
        .iter()
        .any(|device| device.addresses.iter().any(|of| of == address))
}

/// What was known is there, and so is that something is missing and why.
fn assert_incomplete(ran: &Ran, why: &str) {
    let report = ran.report();
    assert_eq!((ran.code, report.ended), (3, Ended::Incomplete), "{}", ran.err);
    assert!(knows(&report, "10.9.9.5"), "{:?}", report.devices);
    assert!(!report.coverage.not_asked.is_empty());
    let spots = format!("{:?}", report.blind_spots);
    assert!(spots.contains(why), "{spots}");
}

#[test]
fn an_interface_that_goes_down_in_mid_scan_leaves_a_report_of_what_is_known() {
    let down = Case {
        meanwhile: "ip link set lab0 down",
        ..Case::default()
    };
    let Some(ran) = run(&down) else { return };
    assert_incomplete(&ran, "went down");
}

#[test]
fn a_pulled_cable_is_no_silence_although_it_is_plugged_in_again() {
    let pulled = Case {
        meanwhile: "on ip link set lab1 down; sleep 1.5; on ip link set lab1 up",
        ..Case::default()
    };
    let Some(ran) = run(&pulled) else { return };
    assert_incomplete(&ran, "its cable was pulled");
}

#[test]
fn an_interface_that_is_taken_away_in_mid_scan_leaves_a_report_of_what_is_known() {
    let gone = Case {
        meanwhile: "ip link del lab0",
        ..Case::default()
    };
    let Some(ran) = run(&gone) else { return };
    assert_incomplete(&ran, "taken away");
}

#[test]
fn an_address_that_changes_in_mid_scan_is_said() {
    let changed = Case {
        meanwhile: "ip addr add 10.9.9.77/24 dev lab0; ip addr del 10.9.9.1/24 dev lab0",
        ..Case::default()
    };
    let Some(ran) = run(&changed) else { return };
    assert_incomplete(&ran, "lost an IPv4 address");
}

#[test]
fn without_a_route_nothing_is_asked_and_that_is_said() {
    let nowhere = Case {
        targets: "10.50.0.0/28",
        ..Case::default()
    };
    let Some(ran) = run(&nowhere) else { return };
    let report = ran.report();
    assert_eq!((ran.code, report.ended), (3, Ended::Incomplete), "{}", ran.err);
    assert_eq!(report.coverage.not_asked, ["10.50.0.1-10.50.0.14"]);
    assert!(format!("{:?}", report.blind_spots).contains("ip route"));
}

#[test]
fn a_full_disk_takes_the_file_and_not_what_is_known() {
    let full = |run_it| Case {
        before: "mount -t tmpfs -o size=64k none /mnt; cat /dev/zero >/mnt/rest 2>/dev/null || true",
        run: run_it,
        ..Case::default()
    };
    let Some(ran) = run(&full("scan --output \"$OUT/report\" --record /mnt/replies")) else {
        return;
    };
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(
        ran.err.contains("the replies were not recorded") && knows(&ran.report(), "10.9.9.5"),
        "{}",
        ran.err
    );
    let Some(ran) = run(&full("scan --output /mnt/report")) else {
        return;
    };
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(
        ran.err.contains("cannot write the report") && ran.err.contains("No space left"),
        "{}",
        ran.err
    );
    let report: Report = serde_json::from_str(&ran.out).unwrap();
    assert!(knows(&report, "10.9.9.5"));
}

#[test]
fn nobody_who_reads_takes_nothing_from_the_file() {
    for run_it in [
        "scan --report json=\"$OUT/report\" >&-",
        "(scan --report json=\"$OUT/report\") | true; exit ${PIPESTATUS[0]}",
        "scan --output \"$OUT/report\" 2>&- >&-",
    ] {
        let unread = Case {
            run: run_it,
            targets: "10.9.9.0/28",
            ..Case::default()
        };
        let Some(ran) = run(&unread) else { return };
        assert_eq!(ran.code, 0, "{run_it}: {}", ran.err);
        assert!(knows(&ran.report(), "10.9.9.5"), "{run_it}");
    }
}

#[test]
fn a_run_that_was_suspended_goes_on_and_knows_all_the_same() {
    let suspended = Case {
        run: "scan --output \"$OUT/report\"",
        meanwhile: "kill -STOP $run; sleep 5; kill -CONT $run",
        ..Case::default()
    };
    let Some(ran) = run(&suspended) else { return };
    let report = ran.report();
    assert_eq!((ran.code, report.ended), (0, Ended::Complete), "{}", ran.err);
    assert!(knows(&report, "10.9.9.5"));
    assert_eq!(report.coverage.silent, 252);
}

/// A hundred hosts that let nobody in hold as many connections as there may be.
#[test]
fn with_64_files_every_host_is_asked_all_the_same() {
    const HELD: &str = "for i in $(seq 6 105); do on ip addr add 10.9.9.$i/24 dev lab1; done
        on nft 'add table ip wall; add chain ip wall in { type filter hook input priority 0; }; \
                add rule ip wall in meta l4proto tcp drop'
        ulimit -n 64";
    if !Command::new("nft")
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success())
    {
        return eprintln!("SKIPPED: no nft here (install nftables)");
    }
    let few = Case {
        before: HELD,
        ..Case::default()
    };
    let Some(ran) = run(&few) else { return };
    let report = ran.report();
    assert_eq!((ran.code, report.ended), (0, Ended::Complete), "{}", ran.err);
    let web = &report.coverage.questions["http 80"];
    let silent = web.outcomes.get(&camsweep::fact::Outcome::Silent);
    assert_eq!((web.asked, silent), (101, Some(&101)), "{web:?}");
}
