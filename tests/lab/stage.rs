//! The namespaces: the test re-executes itself under `unshare` as the scanner's, a child is the cameras'.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::tcp::LEDGER;
use crate::{cable, crowd, over_ipv6, sys};

const INSIDE: &str = "CAMSWEEP_LAB_INSIDE";

/// Namespaces share the kernel's neighbour table of 1,024 rows, and two scans at once would show in their times.
static ONE_LAB_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Runs `test` inside fresh namespaces with the estate standing; `name` is the path of the test function.
pub fn with_lab(name: &str, test: impl FnOnce(&Lab)) {
    if std::env::var_os(INSIDE).is_some() {
        return test(&Lab::stand().expect("the lab must stand once its tools are there"));
    }
    if let Some(lacking) = lacking() {
        println!("SKIPPED: {name}: {lacking}");
        return;
    }
    let _alone = ONE_LAB_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let me = std::env::current_exe().expect("a running test has a path");
    let status = Command::new("unshare")
        .args(["-Urnm", "--fork"])
        .arg(me)
        .args(["--exact", name, "--nocapture"])
        .env(INSIDE, "1")
        .status()
        .expect("unshare was there a moment ago");
    assert!(status.success(), "{name} failed inside the lab");
}

fn lacking() -> Option<&'static str> {
    let runs = |command: &str, arguments: &[&str]| {
        Command::new(command)
            .args(arguments)
            .env("PATH", path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    if !runs("unshare", &["-Urnm", "--fork", "true"]) {
        Some("user namespaces are barred here (or util-linux's unshare is missing)")
    } else if !runs("ip", &["-V"]) {
        Some("`ip` is missing: install iproute2")
    } else if !runs("nft", &["--version"]) {
        Some("`nft` is missing: install nftables")
    } else {
        None
    }
}

fn path() -> String {
    format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default())
}

/// The program under test.
pub const CAMSWEEP: &str = env!("CARGO_BIN_EXE_camsweep");

/// Whether the scanner may open raw sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privilege {
    RawSocket,
    None,
}

/// What a scan left behind.
pub struct Ran {
    pub stdout: String,
    pub stderr: String,
    pub code: Option<i32>,
    pub wall: Duration,
    /// Of the processor, user's and system's.
    pub cpu: Duration,
    /// KiB.
    pub peak: i64,
    /// What reached the estate meanwhile, see `ledger`.
    pub ledger: Vec<String>,
}

/// A standing lab; dropped with it, the cameras go.
pub struct Lab {
    cameras: Child,
    ledger: PathBuf,
    _dir: tempfile::TempDir,
}

impl Lab {
    fn stand() -> std::io::Result<Self> {
        let dir = tempfile::tempdir()?;
        let ledger = dir.path().join("ledger");
        let mut cameras = Command::new("unshare")
            .arg("-n")
            .arg(std::env::current_exe()?)
            .args(["--exact", "cameras_process", "--ignored", "--nocapture"])
            .env(LEDGER, &ledger)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut lines = BufReader::new(cameras.stdout.take().expect("stdout is piped"));
        wait_for(&mut lines, "NAMESPACE")?;
        let pid = cameras.id();
        run(
            "ip",
            &["-batch", "-"],
            &format!(
                "link set lo up\nlink add scan0 type veth peer name {} netns {pid}\nlink add scan1 type veth peer name cam1 netns {pid}\n\
             addr add 10.66.0.2/{} brd + dev scan0\naddr add 10.88.0.2/28 brd + dev scan1\naddr add {}/64 dev scan0 nodad\nlink set scan0 up\nlink set scan1 up\nroute add default via 10.66.0.1\nroute add {} via {}\n",
                cable::peer(),
                crowd::prefix(),
                over_ipv6::SCANNER,
                over_ipv6::BEHIND,
                over_ipv6::ROUTER
            ),
        )?;
        if cable::bad().is_some() {
            sys::checksums_by_kernel("scan0")?;
        }
        for name in ["all", "scan0", "scan1"] {
            std::fs::write(format!("/proc/sys/net/ipv4/conf/{name}/rp_filter"), "0")?;
        }
        let macs = format!("{} {}\n", mac("scan0")?, mac("scan1")?);
        cameras
            .stdin
            .as_mut()
            .expect("stdin is piped")
            .write_all(macs.as_bytes())?;
        wait_for(&mut lines, "STANDING")?;
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        Ok(Self {
            cameras,
            ledger,
            _dir: dir,
        })
    }

    /// Lets devices speak unasked from now on.
    pub fn let_cry(&self) {
        std::fs::write(crate::crier::word_to_cry(&self.ledger), "").expect("the lab's own folder");
    }

    /// Lets these devices die of the first datagram of their own.
    pub fn let_die(&self, hosts: &[&str]) {
        std::fs::write(crate::mortal::word_to_die(&self.ledger), hosts.join("\n")).expect("the lab's own folder");
    }

    /// Lets the rogue attack in these ways from now on.
    pub fn let_attack(&self, attacks: &[&str]) {
        let words: String = attacks.iter().flat_map(|attack| [attack, "\n"]).collect();
        std::fs::write(crate::rogue::word_to_attack(&self.ledger), words).expect("the lab's own folder");
        // It looks every hundredth of a second.
        std::thread::sleep(Duration::from_millis(100));
    }

    /// Has these of the changing units there from now on, each with its firmware, and no other.
    pub fn change(&self, present: &[(&str, &str)]) {
        crate::changing::tell(&crate::changing::word(&self.ledger), present);
    }

    /// Every packet that reached the estate so far, one line each.
    pub fn ledger(&self) -> Vec<String> {
        std::thread::sleep(Duration::from_millis(100));
        std::fs::read_to_string(&self.ledger)
            .unwrap_or_default()
            .lines()
            .map(str::to_owned)
            .collect()
    }

    /// Runs any program in the scanner's namespace.
    pub fn run(&self, program: &Path, arguments: &[&str], privilege: Privilege) -> Ran {
        self.run_interrupted(program, arguments, privilege, &[])
    }

    /// The same, with each of these signals after its time.
    fn run_interrupted(
        &self,
        program: &Path,
        arguments: &[&str],
        privilege: Privilege,
        signals: &[(Duration, libc::c_int)],
    ) -> Ran {
        let mut command = match privilege {
            Privilege::RawSocket => Command::new(program),
            Privilege::None => {
                let mut command = Command::new("setpriv");
                command
                    .args([
                        "--bounding-set",
                        "-all",
                        "--inh-caps",
                        "-all",
                        "--ambient-caps",
                        "-all",
                        "--no-new-privs",
                    ])
                    .arg(program);
                command
            }
        };
        let before = self.ledger().len();
        let begun = Instant::now();
        #[expect(clippy::zombie_processes, reason = "`sys::wait` waits, and reads the peak memory")]
        let mut child = command
            .args(without_config(program))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program exists");
        let mut out = child.stdout.take().expect("piped");
        let mut err = child.stderr.take().expect("piped");
        let reader = std::thread::spawn(move || {
            let mut text = Vec::new();
            let _ = err.read_to_end(&mut text);
            text
        });
        for &(time, signal) in signals {
            std::thread::sleep(time.saturating_sub(begun.elapsed()));
            sys::send(child.id(), signal).expect("our own child, not waited for yet");
        }
        let mut stdout = Vec::new();
        let _ = out.read_to_end(&mut stdout);
        let sys::Ended { code, peak, cpu } = sys::wait(child.id()).expect("our own child");
        Ran {
            stdout: String::from_utf8_lossy(&stdout).into_owned(),
            stderr: String::from_utf8_lossy(&reader.join().expect("the reader does not panic")).into_owned(),
            code,
            wall: begun.elapsed(),
            cpu,
            peak,
            ledger: self.ledger().split_off(before),
        }
    }

    /// `camsweep scan …`.
    pub fn run_scan(&self, arguments: &[&str], privilege: Privilege) -> Ran {
        self.interrupt_scan(arguments, privilege, &[])
    }

    /// `camsweep scan …` with each of these signals after its time.
    pub fn interrupt_scan(&self, arguments: &[&str], privilege: Privilege, signals: &[(Duration, libc::c_int)]) -> Ran {
        let arguments: Vec<&str> = std::iter::once("scan").chain(arguments.iter().copied()).collect();
        self.run_interrupted(Path::new(CAMSWEEP), &arguments, privilege, signals)
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let _ = self.cameras.kill();
        let _ = self.cameras.wait();
    }
}

/// The first argument of camsweep: whatever this machine has set up for its own runs is no part of a test.
pub fn without_config(program: &Path) -> Option<&'static str> {
    (program == Path::new(CAMSWEEP)).then_some("--no-config")
}

fn wait_for(lines: &mut impl BufRead, word: &str) -> std::io::Result<()> {
    let mut line = String::new();
    while lines.read_line(&mut line)? > 0 {
        if line.contains(word) {
            return Ok(());
        }
        line.clear();
    }
    Err(std::io::Error::other(format!("the cameras ended before {word}")))
}

pub fn run(program: &str, arguments: &[&str], input: &str) -> std::io::Result<()> {
    let mut child = Command::new(program)
        .args(arguments)
        .env("PATH", path())
        .stdin(Stdio::piped())
        .spawn()?;
    child.stdin.take().expect("piped").write_all(input.as_bytes())?;
    match child.wait()?.success() {
        true => Ok(()),
        false => Err(std::io::Error::other(format!("{program} refused:\n{input}"))),
    }
}

pub fn mac(interface: &str) -> std::io::Result<String> {
    let output = Command::new("ip")
        .args(["-br", "link", "show", interface])
        .env("PATH", path())
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split_whitespace()
        .nth(2)
        .map(str::to_owned)
        .ok_or_else(|| std::io::Error::other(format!("no MAC for {interface}")))
}
