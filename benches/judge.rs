//! `cargo bench --bench judge`: how many replies a second are judged on one core, and what memory they take.
//!
//! The replies are those of an estate of 20 hosts a hundred times over: units with all that they say, other
//! makers' cameras, and mostly hosts that answer nothing but ARP or a plain page. In `docs/benchmarks.md`.
#![allow(clippy::print_stdout, clippy::expect_used, reason = "it prints figures")]

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[cfg(target_os = "linux")]
#[path = "../tests/lab/sys.rs"]
#[expect(dead_code, reason = "only the waiting is needed")]
mod sys;

use camsweep::fact::{Protocol, Reply};
use camsweep::identify::Knowledge;
use camsweep::judge::judge;
use camsweep::record;

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Replies of one block of hosts.
const BLOCK: usize = 50;
const RUNS: usize = 5;

fn main() {
    // First: to a child's peak the kernel counts what its parent held when it was started.
    #[cfg(target_os = "linux")]
    memory();
    let sizes = [25_000, 50_000, 100_000];
    println!(
        "{:>9} {:>12} {:>10} {:>12}",
        "replies", "replies/s", "devices", "seconds"
    );
    for size in sizes {
        let replies: Vec<Reply> = (0..size / BLOCK).flat_map(block).collect();
        let knowledge = Knowledge::builtin();
        let (mut best, mut devices) = (Duration::MAX, 0);
        for _ in 0..RUNS {
            let begun = Instant::now();
            devices = judge(&replies, knowledge).devices.len();
            best = best.min(begun.elapsed());
        }
        let rate = replies.len() as f64 / best.as_secs_f64();
        println!(
            "{:>9} {rate:>12.0} {devices:>10} {:>12.3}",
            replies.len(),
            best.as_secs_f64()
        );
    }
    for protocol in ["arp", "sadp", "dhip", "wsd", "http", "rtsp"] {
        let replies: Vec<Reply> = (0..2000)
            .flat_map(block)
            .filter(|reply| reply.protocol.to_string() == protocol)
            .take(20_000)
            .collect();
        let begun = Instant::now();
        judge(&replies, Knowledge::builtin());
        println!(
            "{protocol:>9} {:>8.2} us/reply of {}",
            begun.elapsed().as_secs_f64() * 1e6 / replies.len() as f64,
            replies.len()
        );
    }
}

/// The peak memory of `camsweep judge` on files of so many replies.
#[cfg(target_os = "linux")]
#[expect(clippy::zombie_processes, reason = "`sys::wait` waits, and is told the peak")]
fn memory() {
    println!(
        "{:>9} {:>12} {:>10} {:>12}",
        "replies", "MB of NDJSON", "MiB peak", "bytes/reply"
    );
    let mut nothing = 0;
    for size in [0, 50_000, 100_000, 200_000] {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        for reply in (0..size / BLOCK).flat_map(block) {
            writeln!(file, "{}", record::to_line(&reply)).expect("room in the file");
        }
        let written = file.as_file().metadata().expect("a file").len();
        let child = Command::new(env!("CARGO_BIN_EXE_camsweep"))
            .args(["judge", "--format", "ndjson"])
            .arg(file.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("camsweep");
        let sys::Ended { peak, .. } = sys::wait(child.id()).expect("it ends");
        nothing = if size == 0 { peak } else { nothing };
        println!(
            "{size:>9} {:>12.1} {:>10.1} {:>12}",
            written as f64 / 1e6,
            peak as f64 / 1024.0,
            (peak - nothing) * 1024 / size.max(1) as i64
        );
    }
}

/// Twenty hosts: three Hikvision units, two of Dahua's, one other camera, two web servers, and the rest silent but for ARP.
fn block(number: usize) -> Vec<Reply> {
    let address = |host: usize| format!("10.{}.{}.{}", number / 2560, number / 10 % 256, number % 10 * 25 + host);
    let mut replies = Vec::with_capacity(BLOCK);
    let mut say = |host: usize, protocol: Protocol, asked: &str, text: String| {
        let mut reply = Reply::new(address(host), protocol, text);
        reply.asked = Some(asked.to_owned());
        replies.push(reply);
    };
    for host in 0..20 {
        let prefix = match host {
            0..3 => "44:47:cc",
            3..5 => "3c:ef:8c",
            5 => "ac:cc:8e",
            _ => "f8:b1:56",
        };
        let mac = format!("{prefix}:{:02x}:{:02x}:{host:02x}", number / 256 % 256, number % 256);
        say(host, Protocol::Arp, "who-has", mac.clone());
        match host {
            0..3 => {
                for asked in ["multicast inquiry", "unicast inquiry"] {
                    say(host, Protocol::Sadp, asked, sadp(number, host, &mac));
                }
                say(
                    host,
                    Protocol::Wsd,
                    "multicast Probe",
                    wsd("HIKVISION%20DS-2CD0000G0-I", &mac),
                );
                say(
                    host,
                    Protocol::Http,
                    "GET /",
                    page(
                        "Server: App-webs/",
                        "<script>location='/doc/page/login.asp?_1'</script>",
                    ),
                );
                say(host, Protocol::Rtsp, "DESCRIBE", rtsp("IP Camera(C2183)"));
            }
            3..5 => {
                for asked in ["multicast DHDiscover.search", "unicast DHDiscover.search"] {
                    say(host, Protocol::Dhip, asked, dhip(number, host, &mac));
                }
                say(host, Protocol::Wsd, "multicast Probe", wsd("Dahua", &mac));
                say(host, Protocol::Rtsp, "DESCRIBE", rtsp("Login to 4C0AAAAPAG00001"));
            }
            5 => {
                say(host, Protocol::Wsd, "multicast Probe", wsd("AXIS%20P0000", &mac));
                say(
                    host,
                    Protocol::Http,
                    "GET /",
                    page("Server: Apache", "<title>Index page</title>"),
                );
            }
            6 | 7 => say(
                host,
                Protocol::Http,
                "GET /",
                page("Server: nginx/1.22.1", "<title>Welcome</title>"),
            ),
            _ => {}
        }
    }
    while replies.len() < BLOCK {
        let at = replies.len() % 20;
        let heard = replies.iter().find(|reply| reply.host == address(at));
        let mac = heard.expect("every host has answered ARP").bytes.clone();
        let mut row = Reply::new(address(at), Protocol::Neighbour, mac);
        row.asked = Some("table".into());
        replies.push(row);
    }
    replies
}

fn sadp(number: usize, host: usize, mac: &str) -> String {
    include_str!("../tests/replies/sadp-camera.xml")
        .replace("44-47-CC-0a-0b-0c", &mac.replace(':', "-"))
        .replace("AAWRC90000017", &format!("AAWR{:09}", number * 20 + host))
}

fn dhip(number: usize, host: usize, mac: &str) -> String {
    let serial = format!("{:07X}PAG{:05}", number, host);
    format!(
        "{{\"mac\":\"{mac}\",\"method\":\"client.notifyDevInfo\",\"params\":{{\"deviceInfo\":{{\"DeviceClass\":\"IPC\",\
         \"DeviceType\":\"IPC-HFW0000\",\"HttpPort\":80,\"Port\":37777,\"IPv4Address\":{{\"IPAddress\":\"10.0.0.1\",\
         \"DhcpEnable\":false}},\"MachineName\":\"IPC\",\"SerialNo\":\"{serial}\",\"Version\":\"2.800.0000000.13.R\",\
         \"Vendor\":\"Private\",\"Init\":2714,\"VideoInputChannels\":1}}}}}}\n"
    )
}

fn wsd(name: &str, mac: &str) -> String {
    include_str!("../tests/replies/wsd-camera.xml")
        .replace("HIKVISION%20DS-2DE4225IW-DE", name)
        .replace("DS-2DE4225IW-DE", name.rsplit("%20").next().unwrap_or(name))
        .replace("b4:a3:82:00:aa:01", mac)
}

fn page(head: &str, body: &str) -> String {
    let body = format!(
        "<!doctype html><html><head>{body}</head><body>{}</body></html>",
        "<p>A page.</p>".repeat(40)
    );
    format!(
        "HTTP/1.1 200 OK\r\n{head}\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn rtsp(realm: &str) -> String {
    format!(
        "RTSP/1.0 401 Unauthorized\r\nCSeq: 2\r\nWWW-Authenticate: Digest realm=\"{realm}\", nonce=\"0123456789abcdef\"\r\n\r\n"
    )
}
