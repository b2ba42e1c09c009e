//! What a run gives up before it hears the first byte, seen from outside: in namespaces of its own, where no packet leaves.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may fail by it")]
#![expect(clippy::print_stderr, reason = "a skipped test says so loudly")]

use std::fs;
use std::io::ErrorKind;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use camsweep::net::guard;
use camsweep::report::model::Report;

/// A segment of its own with nobody on it, a run, and what the kernel says of each of its threads while it lasts.
const SCRIPT: &str = r#"
set -e
[ -z "$PASSWD" ] || mount --bind "$PASSWD" /etc/passwd
ip link add lab0 type veth peer name lab1
ip addr add 10.9.9.1/29 dev lab0
ip link set lab0 up
ip link set lab1 up
ip link set lo up
until ip link show lab0 | grep -q 'state UP'; do sleep 0.02; done
$AS "$CAMSWEEP" --no-config scan 10.9.9.0/29 --no-names --no-progress --format json --output "$OUT/report" "$@" &
run=$!
while kill -0 $run 2>/dev/null; do
    [ "$(ls /proc/$run/task | wc -l)" -gt 1 ] && break
    sleep 0.05
done
cat /proc/$run/task/*/status > "$OUT/status"
wait $run
"#;

fn inside(namespaces: &str, out: &Path, env: &[(&str, &str)], args: &[&str]) -> Output {
    Command::new("unshare")
        .args([namespaces, "sh", "-c", SCRIPT, "sh"])
        .args(args)
        .env("CAMSWEEP", env!("CARGO_BIN_EXE_camsweep"))
        .env("OUT", out)
        .env_remove("AS")
        .env_remove("SUDO_UID")
        .env_remove("SUDO_GID")
        .envs(env.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn has_namespaces(flag: &str) -> bool {
    let tried = Command::new("unshare")
        .args([flag, "sh", "-c", "ip link add lab0 type veth peer name lab1"])
        .output();
    let has = tried.is_ok_and(|output| output.status.success());
    if !has {
        eprintln!("SKIPPED: no namespaces here (unshare {flag}, ip)");
    }
    has
}

fn report(folder: &Path) -> Report {
    serde_json::from_str(&fs::read_to_string(folder.join("report")).unwrap()).unwrap()
}

/// Every value of a line of the status, one a thread.
fn values(folder: &Path, name: &str) -> Vec<String> {
    let status = fs::read_to_string(folder.join("status")).unwrap();
    let values = status
        .lines()
        .filter_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    values.map(|value| value.trim().to_owned()).collect()
}

#[test]
fn the_raw_socket_is_opened_first_and_no_thread_has_a_privilege_then() {
    if !has_namespaces("-Urn") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let output = inside("-Urn", folder.path(), &[], &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for name in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
        let values = values(folder.path(), name);
        assert!(values.len() > 1, "{name}: {values:?}");
        assert!(
            values.iter().all(|value| value.chars().all(|digit| digit == '0')),
            "{name}: {values:?}"
        );
    }
    assert!(values(folder.path(), "NoNewPrivs").iter().all(|value| value == "1"));
    let report = report(folder.path());
    assert!(
        report.coverage.questions.contains_key("arp"),
        "{:?}",
        report.blind_spots
    );
    let given_up = report.plan.given_up.join("\n");
    for one in ["core dumps", "all capabilities", "no_new_privs"] {
        assert!(given_up.contains(one), "{given_up}");
    }
}

#[test]
fn without_its_sandbox_a_run_says_nothing_of_one() {
    if !has_namespaces("-Urn") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let output = inside("-Urn", folder.path(), &[], &["--no-sandbox"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!report(folder.path()).plan.given_up.join("\n").contains("Landlock"));
}

#[test]
fn who_has_called_sudo_owns_the_report() {
    // Other users than root exist outside of a user namespace only.
    if !rustix::process::geteuid().is_root() {
        return eprintln!("SKIPPED: only root can play sudo");
    }
    if !has_namespaces("-n") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
    let sudo = [("SUDO_UID", "54321"), ("SUDO_GID", "54322")];
    let output = inside("-n", folder.path(), &sudo, &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let owner = fs::metadata(folder.path().join("report")).unwrap();
    assert_eq!((owner.uid(), owner.gid()), (54321, 54322));
    let all_his = |name, id: &str| {
        values(folder.path(), name)
            .iter()
            .all(|ids| ids.split_whitespace().all(|one| one == id))
    };
    assert!(all_his("Uid", "54321") && all_his("Gid", "54322"));
    assert!(values(folder.path(), "Groups").iter().all(|groups| groups == "54322"));
    assert!(report(folder.path()).coverage.questions.contains_key("arp"));
}

/// HOME is root's, where the user may not write.
#[test]
fn the_store_of_a_scan_by_sudo_is_in_the_home_of_who_has_called_it() {
    if !rustix::process::geteuid().is_root() {
        return eprintln!("SKIPPED: only root can play sudo");
    }
    if !has_namespaces("-nm") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
    let (home, users) = (folder.path().join("ann"), folder.path().join("passwd"));
    fs::create_dir(&home).unwrap();
    std::os::unix::fs::chown(&home, Some(54321), Some(54322)).unwrap();
    let line = format!(
        "root:x:0:0::/root:/bin/sh\nann:x:54321:54322::{}:/bin/sh\n",
        home.display()
    );
    fs::write(&users, line).unwrap();
    let users = users.display().to_string();
    let env = [
        ("SUDO_UID", "54321"),
        ("SUDO_GID", "54322"),
        ("HOME", "/root"),
        ("PASSWD", users.as_str()),
    ];
    let output = inside("-nm", folder.path(), &env, &["--store"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let store = fs::metadata(home.join(".local/share/camsweep/store.sqlite")).unwrap_or_else(|_| panic!("{said}"));
    assert_eq!((store.uid(), store.mode() & 0o777), (54321, 0o600));
    // Who is in no list of users has no home, and is told so.
    let nobody = inside("-nm", folder.path(), &env[..3], &["--store"]);
    let said = String::from_utf8_lossy(&nobody.stderr);
    assert!(
        nobody.status.code() == Some(1) && said.contains("there is no home to keep a store in"),
        "{said}"
    );
}

/// As `packaging/systemd/camsweep.service` has it started (capabilities(7), "Ambient"). Without CAP_SETPCAP it cannot empty
/// its bounding set, from which nothing can be gained with no_new_privs.
#[test]
fn a_service_with_one_ambient_right_hears_arp_and_keeps_none() {
    if !rustix::process::geteuid().is_root() {
        return eprintln!("SKIPPED: only root can start it as another user");
    }
    if Command::new("setpriv").arg("--version").output().is_err() {
        return eprintln!("SKIPPED: no setpriv here (util-linux)");
    }
    if !has_namespaces("-n") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
    let only = "-all,+net_raw";
    let user = "setpriv --reuid 54321 --regid 54322 --clear-groups --no-new-privs";
    let service = format!("{user} --inh-caps {only} --ambient-caps {only} --bounding-set {only}");
    let env = [
        ("AS", service.as_str()),
        ("XDG_DATA_HOME", folder.path().to_str().unwrap()),
    ];
    let output = inside("-n", folder.path(), &env, &["--store"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for name in ["CapInh", "CapPrm", "CapEff", "CapAmb"] {
        let values = values(folder.path(), name);
        assert!(values.len() > 1, "{name}: {values:?}");
        let none = |value: &String| value.chars().all(|digit| digit == '0');
        assert!(values.iter().all(none), "{name}: {values:?}");
    }
    assert!(values(folder.path(), "NoNewPrivs").iter().all(|value| value == "1"));
    let store = fs::metadata(folder.path().join("camsweep/store.sqlite")).unwrap();
    assert_eq!((store.uid(), store.mode() & 0o777), (54321, 0o600));
    let report = report(folder.path());
    assert!(
        report.plan.given_up.join("\n").contains("all capabilities"),
        "{:?}",
        report.plan.given_up
    );
    assert!(
        report.coverage.questions.contains_key("arp"),
        "{:?}",
        report.blind_spots
    );
}

#[test]
fn a_run_that_cannot_become_the_user_again_does_not_begin() {
    if !has_namespaces("-Urn") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    // This user namespace knows no such user.
    let output = inside(
        "-Urn",
        folder.path(),
        &[("SUDO_UID", "54321"), ("SUDO_GID", "54322")],
        &[],
    );
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("cannot give up this program's privileges") && said.contains("hint: "),
        "{said}"
    );
    assert!(!folder.path().join("report").exists());
}

/// A line of what only root may read once stood in the complaint. A rehearsal reads all that a scan reads, and sends nothing.
#[test]
fn what_only_root_may_read_is_not_read_for_who_has_called_sudo() {
    if !rustix::process::geteuid().is_root() {
        return eprintln!("SKIPPED: only root can play sudo");
    }
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let file = folder.path().join("rootonly.csv");
    fs::write(&file, "root-secret:x:19000\n").unwrap();
    fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let (plain, at) = (file.display().to_string(), format!("@{}", file.display()));
    let table: [&[&str]; 8] = [
        &["--no-config", &at],
        &["--no-config", "127.0.0.1", "--exclude", &at],
        &["127.0.0.1", "--config", &plain],
        &["--no-config", "127.0.0.1", "--credentials", &plain],
        &["--no-config", "127.0.0.1", "--sites", &plain],
        &["--no-config", "127.0.0.1", "--policy", &plain],
        &["--no-config", "127.0.0.1", "--register", &plain],
        &["--no-config", "127.0.0.1", "--known", &plain],
    ];
    for args in table {
        let output = Command::new(env!("CARGO_BIN_EXE_camsweep"))
            .args(["scan", "--dry-run"])
            .args(args)
            .envs([("SUDO_UID", "54321"), ("SUDO_GID", "54322"), ("HOME", "/root")])
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert!(
            !output.status.success() && !said.contains("root-secret"),
            "{args:?}: {said}"
        );
        assert!(said.contains("ermission denied"), "{args:?}: {said}");
    }
}

/// HOME is root's, as `sudo` sets it: what stands there is neither the user's nor readable any more.
#[test]
fn the_configuration_of_a_scan_by_sudo_is_not_roots() {
    if !rustix::process::geteuid().is_root() {
        return eprintln!("SKIPPED: only root can play sudo");
    }
    let home = tempfile::tempdir().unwrap();
    let looked_for = |sudo: &[(&str, &str)]| {
        let mut check = Command::new(env!("CARGO_BIN_EXE_camsweep"));
        check.args(["config", "check"]).env("HOME", home.path());
        for name in ["XDG_CONFIG_HOME", "SUDO_UID", "SUDO_GID"] {
            check.env_remove(name);
        }
        let output = check.envs(sudo.iter().copied()).output().unwrap();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    };
    let home = home.path().to_str().unwrap();
    // One that the machine has would be found in place of the user's that is not there.
    if !Path::new("/etc/camsweep/camsweep.toml").exists() {
        assert!(looked_for(&[]).contains(home));
    }
    assert!(!looked_for(&[("SUDO_UID", "54321"), ("SUDO_GID", "54322")]).contains(home));
}

/// A store's password, a mail server's and a webhook's secret were once read before, or not counted as secrets.
#[test]
fn no_core_is_dumped_by_any_command_whatever_it_holds() {
    // It is begun where cores are dumped.
    let shell = |then: &str| {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("ulimit -c 1 && {then}"), env!("CARGO_BIN_EXE_camsweep")]);
        shell
    };
    if !shell("true").status().is_ok_and(|status| status.success()) {
        return eprintln!("SKIPPED: no cores may be dumped here at all");
    }
    let commands: [&[&str]; 2] = [&["judge", "-"], &["report", "-"]];
    for args in commands {
        let mut run = shell("exec \"$0\" \"$@\"")
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let limits = || fs::read_to_string(format!("/proc/{}/limits", run.id())).unwrap();
        let none = || {
            let limits = limits();
            let core = limits
                .lines()
                .find(|line| line.starts_with("Max core file size"))
                .unwrap();
            core.split_whitespace().filter(|word| *word == "0").count() == 2
        };
        let held = (0..200).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(20));
            none()
        });
        drop(run.stdin.take());
        run.wait().unwrap();
        assert!(held, "{args:?}");
    }
}

/// Landlock belongs to the thread.
#[test]
fn a_confined_thread_writes_runs_and_listens_nowhere_else() {
    let (own, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (inside, outside) = (own.path().to_owned(), other.path().to_owned());
    let confined = std::thread::spawn(move || {
        if guard::confine(std::slice::from_ref(&inside)).unwrap().is_empty() {
            return eprintln!("SKIPPED: this kernel has no Landlock");
        }
        let kind = |result: std::io::Result<()>| result.err().map(|error| error.kind());
        let denied = Some(ErrorKind::PermissionDenied);
        assert_eq!(kind(fs::write(inside.join("report"), "x")), None);
        assert_eq!(kind(fs::rename(inside.join("report"), inside.join("whole"))), None);
        assert_eq!(kind(fs::write(outside.join("report"), "x")), denied);
        assert_eq!(kind(fs::remove_file(inside.join("whole"))), None);
        assert_eq!(kind(fs::write("/dev/null", "x")), None);
        assert_eq!(kind(fs::write("/dev/full", "x")), denied);
        assert_eq!(kind(fs::write("/dev/shm/camsweep", "x")), denied);
        assert_eq!(kind(Command::new("/bin/true").status().map(drop)), denied);
        assert_eq!(kind(TcpListener::bind("127.0.0.1:0").map(drop)), denied);
        assert_eq!(kind(TcpStream::connect(listener.local_addr().unwrap()).map(drop)), None);
    });
    confined.join().unwrap();
}
