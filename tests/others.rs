//! Two runs of the program at once, on addresses of the loopback that nobody answers at.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may fail by it")]
#![expect(clippy::print_stderr, reason = "a skipped test says so loudly")]

mod program;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// Six datagrams to each: longer than the test takes, which ends it.
const SCOPE: &str = "127.77.0.0-127.77.9.255";
const SOME_OF_IT: &str = "127.77.9.255-127.77.10.0";
const OTHER: &str = "127.77.10.1";

fn scan(target: &str, more: &[&str]) -> Command {
    let mut command = program::camsweep();
    command.args(["scan", target, "--no-names", "--no-tcp"]).args(more);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// A run that has left its mark and begins to send.
struct Under(Child);

impl Under {
    fn way(target: &str, more: &[&str]) -> Self {
        let mut child = scan(target, more).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
        assert!(said.any(|line| line.unwrap().starts_with("scope:")), "it has ended");
        // What else it says is read, so that it does not break.
        std::thread::spawn(move || said.count());
        Under(child)
    }
}

impl Drop for Under {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn error(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn runs_of_one_machine_take_turns_over_the_same_addresses() {
    let mut first = Under::way(SCOPE, &[]);
    let pid = first.0.id().to_string();

    // Another network is none of its business, whatever the addresses.
    let mut apart = Command::new("unshare");
    apart
        .args(["-Urn"])
        .args([program::FILE, "--no-config"])
        .args(["scan", SOME_OF_IT, "--no-names", "--no-tcp"]);
    match Command::new("unshare").args(["-Urn", "true"]).status() {
        Ok(status) if status.success() => {
            let apart = apart.stdin(Stdio::null()).output().unwrap();
            assert_ne!(apart.status.code(), Some(1), "{}", error(&apart));
        }
        _ => eprintln!("SKIPPED: runs in two network namespaces: user namespaces are barred here"),
    }

    let beside = scan(OTHER, &[]).output().unwrap();
    assert_eq!(beside.status.code(), Some(0), "{}", error(&beside));

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report");
    let state = folder.path().join("state");
    let files = ["--output", file.to_str().unwrap(), "--resume", state.to_str().unwrap()];
    let refused = scan(SOME_OF_IT, &files).output().unwrap();
    let said = error(&refused);
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.starts_with("error: another run of camsweep"), "{said}");
    assert!(
        said.contains(&format!("pid {pid}, which asks 127.77.0.0-127.77.9.255")),
        "{said}"
    );
    assert!(
        !said.contains("scope:") && said.lines().count() == 3,
        "nothing was begun: {said}"
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "no file either");

    let mut waits = scan(SOME_OF_IT, &["--wait-for-other"]).spawn().unwrap();
    let mut said = BufReader::new(waits.stderr.take().unwrap()).lines().map(Result::unwrap);
    let line = said.next().unwrap();
    assert!(
        line.starts_with("waiting for another run") && line.contains(&pid),
        "{line}"
    );
    assert!(
        first.0.try_wait().unwrap().is_none(),
        "the first must be under way still"
    );
    drop(first);
    let rest: Vec<String> = said.collect();
    assert_eq!(waits.wait().unwrap().code(), Some(0), "{rest:?}");
}

#[test]
fn a_run_that_goes_on_from_the_file_of_one_under_way_waits_for_it_too() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let resume = ["--resume", state.to_str().unwrap(), "--wait-for-other"];
    let first = Under::way("127.80.0.0-127.80.9.255", &resume);
    let mut second = scan("127.80.0.0-127.80.9.255", &resume).spawn().unwrap();
    let mut said = BufReader::new(second.stderr.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let line = said.next().unwrap();
    let waits = line.starts_with("waiting for another run");
    drop(first);
    let goes_on = said.any(|line| line.starts_with("scope:"));
    let _second = Under(second);
    assert!(waits && goes_on, "{line}");
}

/// Two runs on a segment of their own, the second of which waits; what each has open.
const SOCKETS: &str = r#"
set -e
ip link add lab0 type veth peer name lab1
ip addr add 10.9.9.1/24 dev lab0
ip link set lab0 up
ip link set lab1 up
until ip link show lab0 | grep -q 'state UP'; do sleep 0.02; done
hosts() { exec "$CAMSWEEP" --no-config hosts 10.9.9.0/24 --arp-rate 5 --no-progress "$@" </dev/null; }
sockets() { ls -l /proc/$1/fd | grep -c socket: || true; }
hosts >/dev/null 2>"$OUT/first" & first=$!
until grep -q scope: "$OUT/first"; do kill -0 $first; sleep 0.05; done
hosts --wait-for-other >/dev/null 2>"$OUT/second" & second=$!
until grep -q waiting "$OUT/second"; do kill -0 $second; sleep 0.05; done
echo $(sockets $first) $(sockets $second)
kill -KILL $first $second
"#;

#[test]
fn a_run_that_waits_listens_to_nothing_meanwhile() {
    if !Command::new("unshare")
        .args(["-Urn", "true"])
        .status()
        .is_ok_and(|status| status.success())
    {
        return eprintln!("SKIPPED: what a run that waits has open: user namespaces are barred here");
    }
    let folder = tempfile::tempdir().unwrap();
    let ran = Command::new("unshare")
        .args(["-Urn", "sh", "-c", SOCKETS])
        .env("CAMSWEEP", program::FILE)
        .env("OUT", folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let counts = String::from_utf8(ran.stdout.clone()).unwrap();
    let counts: Vec<u32> = counts.split_whitespace().map(|count| count.parse().unwrap()).collect();
    assert!(counts.len() == 2 && counts[0] > 0, "{counts:?} {}", error(&ran));
    assert_eq!(counts[1], 0, "it waits");
}

/// Any user of the machine can leave a mark of all addresses and keep it locked: root has to know who does.
#[test]
fn who_is_refused_is_told_which_mark_it_was_and_whose() {
    let place = Path::new("/run/lock");
    let Ok(mut mark) = tempfile::Builder::new().prefix("camsweep-run-").tempfile_in(place) else {
        return eprintln!("SKIPPED: a mark of another user: no file can be left in {place:?} here");
    };
    if std::os::unix::fs::fchown(mark.as_file(), Some(65_533), None).is_err() {
        return eprintln!("SKIPPED: a mark of another user: this is not root");
    }
    let network = std::fs::read_link("/proc/self/ns/net").unwrap();
    let text = format!(
        "camsweep.run/1\npid 1\nnetwork {}\nscope 127.79.0.0-127.79.0.9\n",
        network.display()
    );
    mark.write_all(text.as_bytes()).unwrap();
    mark.as_file().lock().unwrap();
    let ran = scan("127.79.0.1", &[]).output().unwrap();
    let said = error(&ran);
    assert_eq!(ran.status.code(), Some(1), "{said}");
    let file = mark.path().display().to_string();
    assert!(said.contains(&file) && said.contains("of user 65533"), "{said}");
}

#[test]
fn a_run_that_was_killed_bars_nobody() {
    let target = "127.78.0.1-200";
    drop(Under::way(target, &[]));
    let next = scan("127.78.0.1", &[]).output().unwrap();
    assert_eq!(next.status.code(), Some(0), "{}", error(&next));
}
