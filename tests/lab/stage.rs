//! The namespaces: the test re-executes itself under `unshare` as the scanner's, a child is the cameras'.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::estate::{self, Host};
use crate::{play, sys};

const INSIDE: &str = "CAMSWEEP_LAB_INSIDE";
const LEDGER: &str = "CAMSWEEP_LAB_LEDGER";

/// Runs `test` inside fresh namespaces with the estate standing; `name` is the path of the test function.
pub fn with_lab(name: &str, test: impl FnOnce(&Lab)) {
    if std::env::var_os(INSIDE).is_some() {
        return test(&Lab::stand().expect("the lab must stand once its tools are there"));
    }
    if let Some(lacking) = lacking() {
        println!("SKIPPED: {name}: {lacking}");
        return;
    }
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
    /// KiB.
    pub peak: i64,
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
                "link set lo up\nlink add scan0 type veth peer name cam0 netns {pid}\nlink add scan1 type veth peer name cam1 netns {pid}\n\
             addr add 10.66.0.2/24 brd + dev scan0\naddr add 10.88.0.2/28 brd + dev scan1\nlink set scan0 up\nlink set scan1 up\nroute add default via 10.66.0.1\n"
            ),
        )?;
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
        let begun = Instant::now();
        #[expect(clippy::zombie_processes, reason = "`sys::wait` waits, and reads the peak memory")]
        let mut child = command
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
        let mut stdout = Vec::new();
        let _ = out.read_to_end(&mut stdout);
        let (code, peak) = sys::wait(child.id()).expect("our own child");
        Ran {
            stdout: String::from_utf8_lossy(&stdout).into_owned(),
            stderr: String::from_utf8_lossy(&reader.join().expect("the reader does not panic")).into_owned(),
            code,
            wall: begun.elapsed(),
            peak,
        }
    }

    /// `camsweep scan …`.
    pub fn run_scan(&self, arguments: &[&str], privilege: Privilege) -> Ran {
        let arguments: Vec<&str> = std::iter::once("scan").chain(arguments.iter().copied()).collect();
        self.run(Path::new(env!("CARGO_BIN_EXE_camsweep")), &arguments, privilege)
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let _ = self.cameras.kill();
        let _ = self.cameras.wait();
    }
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

fn run(program: &str, arguments: &[&str], input: &str) -> std::io::Result<()> {
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

fn mac(interface: &str) -> std::io::Result<String> {
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

/// The cameras' process: waits for its interfaces, dresses the namespace, plays until its stdin closes.
pub fn cameras() {
    let Some(ledger) = std::env::var_os(LEDGER) else { return };
    println!("\nNAMESPACE");
    let mut macs = String::new();
    std::io::stdin()
        .read_line(&mut macs)
        .expect("the test writes the scanner's MACs");
    let (first, second) = macs.trim().split_once(' ').expect("two MACs");
    dress(first, second).expect("the cameras' namespace can be dressed");
    for interface in ["cam0", "cam1"] {
        let file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&ledger)
            .expect("the ledger can be written");
        let arp = sys::packet_socket(interface, 0x0806).expect("root in its own namespace");
        let ip = sys::packet_socket(interface, 0x0800).expect("root in its own namespace");
        std::thread::spawn(move || answer_arp(arp, interface));
        std::thread::spawn(move || keep_ledger(ip, file));
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        play::play(estate::all().collect())
            .await
            .expect("every port of the estate can be opened");
        for (interface, hosts) in [("cam0", estate::NEAR), ("cam1", estate::SECOND)] {
            let index = sys::index(interface).expect("cam0 and cam1 exist");
            let on = Some((interface, index));
            let hosts: Vec<&'static Host> = hosts.iter().collect();
            for (group, port) in [
                ([239, 255, 255, 250], play::WSD),
                ([239, 255, 255, 250], play::SADP),
                ([239, 255, 255, 251], play::DHIP),
                ([255; 4], play::DHIP),
            ] {
                play::hear_group(group.into(), port, on, hosts.clone())
                    .await
                    .expect("a group can be joined");
            }
        }
    });
    println!("\nSTANDING");
    let _ = std::io::stdin().read_line(&mut macs);
    std::process::exit(0);
}

fn dress(scan0: &str, scan1: &str) -> std::io::Result<()> {
    let mut batch = String::from(
        "link set lo up\nlink set cam0 up\nlink set cam1 up\nroute add 10.66.0.0/24 dev cam0\nroute add 10.88.0.0/28 dev cam1\n",
    );
    batch += &format!(
        "neigh replace 10.66.0.2 lladdr {scan0} dev cam0 nud permanent\nneigh replace 10.88.0.2 lladdr {scan1} dev cam1 nud permanent\n"
    );
    for host in estate::all() {
        batch += &format!("route add local {} dev lo table local\n", host.ip);
    }
    for name in ["all", "cam0", "cam1"] {
        std::fs::write(format!("/proc/sys/net/ipv4/conf/{name}/rp_filter"), "0")?;
        std::fs::write(format!("/proc/sys/net/ipv4/conf/{name}/arp_ignore"), "8")?;
    }
    run("ip", &["-batch", "-"], &batch)?;
    let router = estate::NEAR[0].mac;
    let macs = |hosts: &[Host], mac: Option<&str>| {
        hosts
            .iter()
            .map(|host| format!("{} : {}", host.ip, mac.unwrap_or(host.mac)))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let walls = estate::all()
        .filter(|host| host.firewalled)
        .map(|host| host.ip)
        .collect::<Vec<_>>()
        .join(", ");
    run(
        "nft",
        &["-f", "-"],
        &format!(
            "table netdev lab {{\n map macs {{ type ipv4_addr : ether_addr; elements = {{ {}, {}, {} }} }}\n\
         chain in0 {{ type filter hook ingress device cam0 priority 0; meta pkttype other meta pkttype set host; }}\n\
         chain in1 {{ type filter hook ingress device cam1 priority 0; meta pkttype other meta pkttype set host; }}\n\
         chain out0 {{ type filter hook egress device cam0 priority 0; ether saddr set ip saddr map @macs; }}\n\
         chain out1 {{ type filter hook egress device cam1 priority 0; ether saddr set ip saddr map @macs; }}\n}}\n\
         table ip walls {{ chain wall {{ type filter hook input priority 0; ip daddr {{ {walls} }} drop; }}\n}}\n",
            macs(estate::NEAR, None),
            macs(estate::FAR, Some(router)),
            macs(estate::SECOND, None)
        ),
    )
}

fn answer_arp(mut socket: socket2::Socket, interface: &str) {
    let hosts = if interface == "cam0" {
        estate::NEAR
    } else {
        estate::SECOND
    };
    let mut frame = [0; 2048];
    while let Ok(length) = socket.read(&mut frame) {
        let asked: Option<[u8; 4]> = frame[..length].get(38..42).and_then(|bytes| bytes.try_into().ok());
        // A unit with a foreign address stays mute: it does not see itself on this segment.
        let host = hosts
            .iter()
            .find(|host| Some(play::address(host).octets()) == asked && !host.expect.mis_addressed);
        if let (Some(host), [0, 1]) = (host, [frame[20], frame[21]]) {
            let mac: Vec<u8> = host
                .mac
                .split(':')
                .map(|byte| u8::from_str_radix(byte, 16).expect("the estate's MACs are literals"))
                .collect();
            let asker = &frame[22..32];
            let reply = [
                &asker[..6],
                &mac,
                b"\x08\x06\0\x01\x08\0\x06\x04\0\x02",
                &mac,
                &frame[38..42],
                asker,
                &[0; 18],
            ]
            .concat();
            let _ = socket.send(&reply);
        }
    }
}

/// `udp ADDRESS PORT HEX` for each datagram, `syn ADDRESS PORT` for each connection begun.
fn keep_ledger(mut socket: socket2::Socket, mut file: std::fs::File) {
    let mut frame = vec![0; 65_536];
    while let Ok(length) = socket.read(&mut frame) {
        let Some(packet) = frame.get(14..length) else { continue };
        let Some(&first) = packet.first() else { continue };
        let header = usize::from(first & 15) * 4;
        let Some(body) = packet.get(header..) else { continue };
        if body.len() < 14 && packet[9] == 6 || body.len() < 8 {
            continue;
        }
        let to = std::net::Ipv4Addr::new(packet[16], packet[17], packet[18], packet[19]);
        let port = u16::from_be_bytes([body[2], body[3]]);
        let line = match packet[9] {
            17 => {
                let end = usize::from(u16::from_be_bytes([body[4], body[5]])).clamp(8, body.len());
                let hex: String = body[8..end].iter().map(|byte| format!("{byte:02x}")).collect();
                format!("udp {to} {port} {hex}\n")
            }
            6 if body[13] & 0x12 == 2 => format!("syn {to} {port}\n"),
            _ => continue,
        };
        let _ = file.write_all(line.as_bytes());
    }
}
