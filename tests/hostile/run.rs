//! A whole run of the program among hostile devices: it ends, it is small, it is right about the others, it goes nowhere
//! else, and nothing that it writes carries what a device meant for the reader's terminal or spreadsheet.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::net::{TcpListener, UdpSocket};

use super::{steps, tcp, udp};

const TARGETS: &str = "127.0.88.0/25";
/// Nobody has business here: every liar points at it.
const BYSTANDER: Ipv4Addr = Ipv4Addr::new(127, 0, 88, 1);
/// Where hostile web servers are.
const WEB: u16 = 18080;
const SADP: u16 = 37020;
const DHIP: u16 = 37810;
const WSD: u16 = 3702;
/// The most memory that a run may have taken, in MiB.
const MOST_MEMORY: u64 = 80;
/// When the test takes it for granted that the run never ends.
const HUNG: Duration = Duration::from_secs(240);

fn host(last: usize) -> Ipv4Addr {
    Ipv4Addr::new(127, 0, 88, u8::try_from(last).unwrap())
}

/// A socket that shares its port with the scanner's own ear.
fn bind(address: Ipv4Addr, port: u16) -> Arc<UdpSocket> {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None).unwrap();
    socket.set_reuse_address(true).unwrap();
    socket.set_nonblocking(true).unwrap();
    socket.bind(&SocketAddr::from((address, port)).into()).unwrap();
    Arc::new(UdpSocket::from_std(socket.into()).unwrap())
}

fn answer(address: Ipv4Addr, port: u16, answers: impl Fn(&[u8]) -> Vec<Vec<u8>> + Send + 'static) {
    let socket = bind(address, port);
    tokio::spawn(async move {
        let mut question = vec![0; 65_536];
        while let Ok((length, from)) = socket.recv_from(&mut question).await {
            for bytes in answers(&question[..length]) {
                let _ = socket.send_to(&bytes, from).await;
            }
        }
    });
}

/// Counts whoever connects to it.
async fn bystander() -> Arc<AtomicUsize> {
    let visits = Arc::new(AtomicUsize::new(0));
    for port in [WEB, 9100] {
        let listener = TcpListener::bind((BYSTANDER, port)).await.unwrap();
        let visits = visits.clone();
        tokio::spawn(async move {
            while listener.accept().await.is_ok() {
                visits.fetch_add(1, Ordering::SeqCst);
            }
        });
    }
    visits
}

/// A web server that says by WS-Discovery where it is, so that it is asked all that a camera is asked.
async fn web(address: Ipv4Addr, row: &'static tcp::Row) {
    let listener = TcpListener::bind((address, WEB)).await.unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(steps::play(stream, row.steps));
        }
    });
    let announced = format!(
        "<Envelope><Body><ProbeMatches><ProbeMatch><Types>NetworkVideoTransmitter</Types>\
         <XAddrs>http://{address}:{WEB}/onvif/device_service</XAddrs></ProbeMatch></ProbeMatches></Body></Envelope>"
    );
    answer(address, WSD, move |_| vec![announced.clone().into_bytes()]);
}

const HIKVISION: &str = "<ProbeMatch><DeviceDescription>DS-2CD2042WD-I</DeviceDescription>\
    <DeviceSN>DS-2CD2042WD-I20180326AAWR112233440</DeviceSN><MAC>44-47-cc-10-00-10</MAC>\
    <SoftwareVersion>V5.5.6build 180326</SoftwareVersion></ProbeMatch>";
const DAHUA: &str = "{\"method\":\"client.notifyDevInfo\",\"params\":{\"deviceInfo\":{\"DeviceClass\":\"IPC\",\
    \"DeviceType\":\"IPC-HDW2431T-AS\",\"SerialNo\":\"5J04C12PAG66020\",\"Version\":\"2.800.0000000.13.R\"}},\
    \"mac\":\"3c:ef:8c:10:00:11\"}";

/// The most memory that a process has taken so far, in MiB; none where it is no more.
fn peak(process: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? / 1024)
}

/// Waits for its end; the exit code, and the most memory that it took.
async fn watched(mut process: Child) -> (i32, u64) {
    let mut most = 0;
    let watch = async {
        loop {
            most = most.max(peak(&process).unwrap_or_default());
            if let Some(status) = process.try_wait().unwrap() {
                return status.code().unwrap();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let ended = tokio::time::timeout(HUNG, watch).await;
    match ended {
        Ok(code) => (code, most),
        Err(_) => {
            let _ = process.kill();
            panic!("the run has not ended within {HUNG:?}");
        }
    }
}

/// The whole output of a run among all of them.
async fn scan(folder: &std::path::Path) -> (i32, u64) {
    let to = |format: &str| format!("{format}={}", folder.join(format).display());
    let process = crate::program::camsweep()
        .args([
            "scan",
            TARGETS,
            "-vv",
            "--no-names",
            "--no-progress",
            "--profile",
            "fast",
            "--pages",
            "3",
            "--all",
        ])
        .args(
            ["json", "csv", "markdown", "html", "ndjson"]
                .iter()
                .flat_map(|format| ["--report".into(), to(format)]),
        )
        .args(["--output".into(), folder.join("table").display().to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(folder.join("log")).unwrap())
        .spawn()
        .unwrap();
    watched(process).await
}

/// Characters by which a text moves a cursor, sets a title, turns its direction or hides.
fn is_trick(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_among_hostile_devices_ends_and_is_right_about_the_good_ones() {
    if !cfg!(target_os = "linux") {
        return eprintln!("SKIPPED: other systems have one loopback address, and a device needs one of its own");
    }
    let visits = bystander().await;
    answer(host(2), SADP, |_| vec![HIKVISION.into()]);
    answer(host(3), DHIP, |_| vec![DAHUA.into()]);
    for (place, row) in tcp::WEB.iter().enumerate() {
        web(host(10 + place), row).await;
    }
    for (place, row) in udp::ROWS.iter().enumerate() {
        answer(host(70 + place), row.port, row.answers);
    }
    let folder = tempfile::tempdir().unwrap();
    let (code, memory) = scan(folder.path()).await;
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(code, 0, "{}", read("log"));
    assert_eq!(visits.load(Ordering::SeqCst), 0, "a liar has sent us to somebody else");
    assert!(memory > 0 && memory <= MOST_MEMORY, "{memory} MiB");
    let report: camsweep::report::model::Report = serde_json::from_str(&read("json")).unwrap();
    check(&report);
    let notes = report.coverage.notes.join("\n");
    for words in [
        "An answer is read for 4 s;",
        "An answer is read no further than 320 KiB; there was more",
    ] {
        assert!(notes.contains(words), "{notes}");
    }
    for name in ["table", "markdown", "csv", "log"] {
        let written = read(name).replace("\r\n", "\n");
        let trick = written.trim_start_matches('\u{feff}').chars().find(|c| is_trick(*c));
        assert_eq!(trick, None, "{name}");
    }
    assert!(
        !read("csv").contains("\"=cmd") && !read("csv").contains(",=cmd"),
        "a formula"
    );
}

fn check(report: &camsweep::report::model::Report) {
    let at = |address: Ipv4Addr| {
        let has = |device: &&camsweep::identify::Device| device.addresses.contains(&address.to_string());
        report
            .devices
            .iter()
            .find(has)
            .unwrap_or_else(|| panic!("{address} is missing"))
    };
    let words = |address| {
        let device = at(address);
        let firmware = device.firmware.as_ref().map(|firmware| firmware.raw.clone());
        [
            device.maker.clone(),
            device.model.clone(),
            device.serial.clone(),
            firmware,
        ]
        .map(Option::unwrap_or_default)
    };
    assert_eq!(
        words(host(2)),
        [
            "hikvision",
            "DS-2CD2042WD-I",
            "DS-2CD2042WD-I20180326AAWR112233440",
            "V5.5.6build 180326"
        ]
    );
    assert_eq!(
        words(host(3)),
        ["dahua", "IPC-HDW2431T-AS", "5J04C12PAG66020", "2.800.0000000.13.R"]
    );
    // A banner alone (they all say App-webs) confirms nobody.
    for (place, row) in tcp::WEB.iter().enumerate() {
        let device = at(host(10 + place));
        assert!(
            device.confidence < Some(camsweep::identify::Confidence::Confirmed),
            "{}: {device:?}",
            row.what
        );
    }
}
