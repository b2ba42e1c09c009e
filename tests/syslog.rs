//! Syslog to collectors on the loopback, byte for byte: datagrams, a stream, TLS, a file, and a real rsyslog where there is
//! one. Nothing else is spoken to.

#![expect(clippy::unwrap_used, reason = "a test may fail by it")]
#![expect(clippy::print_stderr, reason = "a skipped test says so loudly")]

mod program;
#[path = "program/ran.rs"]
mod ran;

use std::fs;
use std::io::Read;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread::{JoinHandle, sleep, spawn};
use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use ran::{Ran, ran};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::json;
use tempfile::TempDir;

fn run(directory: &Path, args: &[&str]) -> Ran {
    let mut command = program::camsweep();
    // The system's certificates, as far as the program can see.
    command.env("SSL_CERT_FILE", directory.join("system.pem"));
    command.env_remove("SSL_CERT_DIR");
    ran(command.args(args).current_dir(directory), "")
}

/// A directory with a stored report of a camera, of one that calls itself by whatever could break a frame, and of a host;
/// and the messages that they make.
fn stored() -> (TempDir, Vec<String>) {
    let directory = tempfile::tempdir().unwrap();
    let line = |host: &str, protocol: &str, text: &str| {
        json!({"schema": "camsweep.reply/1", "host": host, "protocol": protocol, "asked": "multicast inquiry",
               "at": "2026-01-31T09:00:00Z", "text": text})
        .to_string()
    };
    let sadp = include_str!("replies/sadp-camera.xml");
    let hostile = sadp
        .replace("DS-2CD2143G0-I", "摄像机|a=b\\&#10;&#13;<![CDATA[12 <1>1 -]]>")
        .replace("44:47", "44:48");
    let replies = [
        line("10.20.30.40", "sadp", sadp),
        line("10.20.30.41", "sadp", &hostile),
        line("10.20.30.42", "neighbour", "02:00:00:00:00:01"),
    ];
    fs::write(directory.path().join("replies"), replies.join("\n")).unwrap();
    let args = ["judge", "replies", "--report=json=cctv.json", "--syslog", "events"];
    let (status, _, err) = run(directory.path(), &args);
    assert_eq!((status, err.as_str()), (0, ""));
    let events = fs::read_to_string(directory.path().join("events")).unwrap();
    let events: Vec<String> = events.lines().map(str::to_owned).collect();
    assert_eq!(events.len(), 3);
    (directory, events)
}

/// The frames of a stream: each with its length in bytes before it.
fn counted(events: &[String]) -> String {
    events.iter().map(|event| format!("{} {event}", event.len())).collect()
}

/// Sends the stored report's events there.
fn send(directory: &TempDir, to: &str, options: &[&str]) -> (i32, String, String) {
    let args = [&["report", "cctv.json", "--format", "ndjson", "--syslog", to], options].concat();
    run(directory.path(), &args)
}

/// What one connection brings until its end.
fn listen(take: impl FnOnce(TcpStream) -> Vec<u8> + Send + 'static) -> (u16, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    (port, spawn(move || take(listener.accept().unwrap().0)))
}

fn to_the_end(mut from: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A client that breaks TLS off has said what it had to say.
    let _ = from.read_to_end(&mut bytes);
    bytes
}

#[test]
fn a_file_has_a_message_a_line_with_the_events_of_cef() {
    let (directory, events) = stored();
    let cef = run(directory.path(), &["report", "cctv.json", "--format", "cef"]).1;
    let levels = ["<13>1 ", "<13>1 ", "<14>1 "];
    for ((event, cef), level) in events.iter().zip(cef.lines()).zip(levels) {
        let head = event.strip_suffix(cef).unwrap_or_else(|| panic!("{event}"));
        assert!(
            head.starts_with(level) && head.ends_with(" camsweep - device - "),
            "{head}"
        );
        let words: Vec<&str> = head.split(' ').collect();
        assert!(
            words.len() == 8 && words[1].parse::<jiff::Timestamp>().is_ok(),
            "{head}"
        );
    }
    assert!(events[1].contains("摄像机|a\\=b\\\\"), "{}", events[1]);
}

#[test]
fn each_datagram_is_a_message() {
    let (directory, events) = stored();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_nonblocking(true).unwrap();
    let port = socket.local_addr().unwrap().port();
    // Where `localhost` is ::1 first nobody listens there, and the next address has its turn.
    for host in ["127.0.0.1", "localhost"] {
        let (status, out, err) = send(&directory, &format!("udp://{host}:{port}"), &[]);
        assert_eq!((status, out.lines().count(), err.as_str()), (0, 4, ""));
        let mut buffer = [0; 65_536];
        for event in &events {
            let length = socket.recv(&mut buffer).unwrap();
            assert_eq!(std::str::from_utf8(&buffer[..length]).unwrap(), event);
        }
        assert!(socket.recv(&mut buffer).is_err());
    }
}

#[test]
fn a_stream_has_each_message_behind_its_length() {
    let (directory, events) = stored();
    let (port, heard) = listen(to_the_end);
    let (status, out, err) = send(&directory, &format!("tcp://127.0.0.1:{port}"), &[]);
    assert_eq!((status, out.lines().count(), err.as_str()), (0, 4, ""));
    assert_eq!(String::from_utf8(heard.join().unwrap()).unwrap(), counted(&events));
}

fn pem(what: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    format!("-----BEGIN {what}-----\n{}\n-----END {what}-----\n", lines.join("\n"))
}

/// An authority of its own in `NAME.pem`, and a server's configuration with a certificate of it for that name.
fn authority(directory: &Path, name: &str, host: &str) -> (Arc<ServerConfig>, KeyPair, Vec<u8>) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    fs::write(directory.join(format!("{name}.pem")), pem("CERTIFICATE", ca.der())).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![host.to_owned()])
        .unwrap()
        .signed_by(&key, &ca)
        .unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from(certificate.der().to_vec())],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    (Arc::new(config), key, certificate.der().to_vec())
}

fn over_tls(config: Arc<ServerConfig>) -> (u16, JoinHandle<Vec<u8>>) {
    listen(move |stream| to_the_end(StreamOwned::new(ServerConnection::new(config).unwrap(), stream)))
}

#[test]
fn over_tls_the_same_frames_reach_a_collector_that_is_verified() {
    let (directory, events) = stored();
    for host in ["127.0.0.1", "localhost"] {
        let (config, ..) = authority(directory.path(), "ours", host);
        let (port, heard) = over_tls(config);
        let (status, out, err) = send(
            &directory,
            &format!("tls://{host}:{port}"),
            &["--syslog-ca", "ours.pem"],
        );
        assert_eq!((status, out.lines().count(), err.as_str()), (0, 4, ""));
        assert_eq!(String::from_utf8(heard.join().unwrap()).unwrap(), counted(&events));
    }
}

#[test]
fn without_a_file_the_systems_certificates_count() {
    let (directory, events) = stored();
    let (config, ..) = authority(directory.path(), "system", "127.0.0.1");
    let (port, heard) = over_tls(config);
    let (status, _, err) = send(&directory, &format!("tls://127.0.0.1:{port}"), &[]);
    assert_eq!((status, err.as_str()), (0, ""));
    assert_eq!(String::from_utf8(heard.join().unwrap()).unwrap(), counted(&events));
}

/// TLS 1.3 tells a client so only after it has sent everything.
#[test]
fn a_collector_that_wants_a_certificate_of_ours_is_no_success() {
    let (directory, _) = stored();
    let (_, key, certificate) = authority(directory.path(), "ours", "127.0.0.1");
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from(certificate.clone())).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(clients.build().unwrap())
        .with_single_cert(
            vec![CertificateDer::from(certificate)],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    let (port, heard) = over_tls(Arc::new(config));
    let to = format!("tls://127.0.0.1:{port}");
    let (status, out, err) = send(&directory, &to, &["--syslog-ca", "ours.pem"]);
    assert_eq!((status, out.lines().count()), (4, 4), "{err}");
    // Its alert, where the kernel has not dropped it with the connection.
    assert!(err.starts_with("error: cannot send to tls://127.0.0.1:"), "{err}");
    assert_eq!(heard.join().unwrap(), b"");
}

#[test]
fn a_collector_that_cannot_be_verified_hears_nothing() {
    let (directory, _) = stored();
    authority(directory.path(), "other", "127.0.0.1");
    authority(directory.path(), "system", "127.0.0.1");
    let table = [
        ("127.0.0.1", Some("other.pem"), "UnknownIssuer"),
        ("127.0.0.1", None, "UnknownIssuer"),
        ("siem.example", Some("ours.pem"), "not valid for name"),
    ];
    for (name, ca, why) in table {
        let (config, ..) = authority(directory.path(), "ours", name);
        let (port, heard) = over_tls(config);
        let options: Vec<&str> = ca.iter().flat_map(|ca| ["--syslog-ca", ca]).collect();
        let (status, out, err) = send(&directory, &format!("tls://127.0.0.1:{port}"), &options);
        assert_eq!((status, out.lines().count()), (4, 4), "{err}");
        assert!(
            err.starts_with("error: cannot send to tls://127.0.0.1:") && err.contains(why),
            "{err}"
        );
        assert_eq!(heard.join().unwrap(), b"", "{err}");
    }
}

#[test]
fn a_collector_that_is_not_there_is_one_line_and_the_report_is_printed_all_the_same() {
    let (directory, _) = stored();
    // A port that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for (to, what) in [
        (format!("udp://127.0.0.1:{port}"), "cannot send to udp://127.0.0.1:"),
        (format!("tcp://127.0.0.1:{port}"), "cannot connect to tcp://127.0.0.1:"),
    ] {
        let (status, out, err) = send(&directory, &to, &["--report", "cef=cctv.cef"]);
        assert_eq!((status, out.lines().count()), (4, 4), "{err}");
        assert!(err.starts_with(&format!("error: {what}")), "{err}");
        assert_eq!(err.lines().count(), 3, "{err}");
        assert!(directory.path().join("cctv.cef").exists());
        let found = run(
            directory.path(),
            &["judge", "replies", "--fail-on", "found", "--syslog", &to],
        );
        assert_eq!(found.0, 10, "{}", found.2);
    }
}

/// It takes the connection and cuts it at once.
#[test]
fn a_collector_that_hangs_up_is_no_success() {
    let (directory, _) = stored();
    let (port, heard) = listen(|stream| {
        let mut first = [0; 1];
        (&stream).read_exact(&mut first).unwrap();
        // What is left unread makes the kernel reset the connection.
        Vec::new()
    });
    let (status, out, err) = send(&directory, &format!("tcp://127.0.0.1:{port}"), &[]);
    heard.join().unwrap();
    assert_eq!((status, out.lines().count()), (4, 4), "{err}");
    assert!(err.starts_with("error: cannot send to tcp://127.0.0.1:"), "{err}");
}

#[test]
fn what_cannot_be_delivered_to_is_refused_before_anything_is_done() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("empty.pem"), "").unwrap();
    let table: [(&[&str], i32, &str); 10] = [
        (&["--syslog", "udp://siem"], 2, "udp://HOST:PORT"),
        (&["--syslog", "http://siem:80"], 2, "udp://HOST:PORT"),
        (&["--syslog", ""], 2, "or a file"),
        (&["--syslog-ca", "empty.pem"], 2, "--syslog"),
        (&["--syslog", "tcp://siem:1", "--syslog-ca", "empty.pem"], 2, "by TLS"),
        (
            &["--syslog", "tls://siem:1", "--syslog-ca", "empty.pem"],
            1,
            "no certificate in \"empty.pem\"",
        ),
        (&["--syslog", "tls://siem:1"], 1, "no root certificates"),
        (
            &[
                "--syslog",
                "tls://siem:1",
                "--syslog-ca",
                "empty.pem",
                "--output",
                "empty.pem",
            ],
            2,
            "which is read",
        ),
        (
            &["--syslog", "tls://siem:1", "--syslog-ca", "none.pem"],
            1,
            "certificates in \"none.pem\"",
        ),
        (
            &["--syslog", "x", "--output", "x"],
            2,
            "--output and --syslog both name \"x\"",
        ),
    ];
    for (options, code, part) in table {
        // The scan's only target is this machine's own loopback, should it ever begin.
        let args = [&["scan", "127.0.0.1"], options].concat();
        let (status, out, err) = run(directory.path(), &args);
        assert_eq!((status, out.as_str()), (code, ""), "{args:?}: {err}");
        assert!(err.contains(part), "{args:?}: {err}");
    }
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn what_is_redacted_is_redacted_here_too() {
    let (directory, _) = stored();
    assert_eq!(send(&directory, "redacted", &["--redact"]).0, 0);
    let events = fs::read_to_string(directory.path().join("redacted")).unwrap();
    assert!(
        events.contains("dhost=host-1") && !events.contains("10.20.30"),
        "{events}"
    );
}

/// Whether rsyslogd's driver for OpenSSL is where it looks for it.
fn has_openssl() -> bool {
    let named = std::env::var_os("RSYSLOG_MODDIR").map(PathBuf::from);
    let of_debian = fs::read_dir("/usr/lib").into_iter().flatten();
    let of_debian = of_debian.map(|entry| entry.unwrap().path().join("rsyslog"));
    let mut all = named.into_iter().chain(of_debian).chain(["/usr/lib64/rsyslog".into()]);
    all.any(|folder| folder.join("lmnsd_ossl.so").exists())
}

/// A collector that people run: each way in, and what it understood of it, as JSON.
#[test]
fn a_real_rsyslog_reads_every_message_on_every_way() {
    let (directory, events) = stored();
    let (_, key, certificate) = authority(directory.path(), "ours", "127.0.0.1");
    fs::write(
        directory.path().join("key.pem"),
        pem("PRIVATE KEY", &key.serialize_der()),
    )
    .unwrap();
    fs::write(directory.path().join("cert.pem"), pem("CERTIFICATE", &certificate)).unwrap();
    let free = |_| TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let [udp, tcp, tls] = [0, 1, 2].map(free);
    let at = |name: &str| directory.path().join(name).display().to_string();
    let with_tls = has_openssl();
    let secure = format!(
        r#"input(type="imtcp" port="{tls}" address="127.0.0.1" ruleset="keep" streamdriver.name="ossl"
        streamdriver.mode="1" streamdriver.authmode="anon" streamdriver.cafile="{}" streamdriver.certfile="{}"
        streamdriver.keyfile="{}")"#,
        at("ours.pem"),
        at("cert.pem"),
        at("key.pem")
    );
    let config = format!(
        r#"global(workDirectory="{work}" parser.escapeControlCharactersOnReceive="off" maxMessageSize="8k")
        module(load="imudp") module(load="imtcp")
        template(name="parts" type="list" option.jsonf="on") {{
            property(outname="app" name="app-name" format="jsonf")
            property(outname="id" name="msgid" format="jsonf")
            property(outname="version" name="protocol-version" format="jsonf")
            property(outname="raw" name="rawmsg" format="jsonf")
            property(outname="msg" name="msg" format="jsonf") }}
        ruleset(name="keep") {{ action(type="omfile" file="{file}" template="parts") }}
        input(type="imudp" port="{udp}" address="127.0.0.1" ruleset="keep")
        input(type="imtcp" port="{tcp}" address="127.0.0.1" ruleset="keep")
        {secure}
        "#,
        work = directory.path().display(),
        file = at("received"),
        secure = if with_tls { secure.as_str() } else { "" },
    );
    fs::write(directory.path().join("rsyslog.conf"), config).unwrap();
    let daemon = Command::new("rsyslogd")
        .args(["-n", "-f", &at("rsyslog.conf"), "-i", &at("pid")])
        .env("PATH", format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap()))
        .stdout(Stdio::null())
        .stderr(fs::File::create(at("complaints")).unwrap())
        .spawn();
    let Ok(mut daemon) = daemon else {
        eprintln!("SKIPPED: rsyslogd is not installed");
        return;
    };
    if !with_tls {
        eprintln!("SKIPPED: rsyslogd without TLS (rsyslog-openssl)");
    }
    let ready = (0..100).any(|_| {
        sleep(Duration::from_millis(50));
        TcpStream::connect(("127.0.0.1", tcp)).is_ok()
    });
    let mut ways = vec![
        (format!("udp://127.0.0.1:{udp}"), vec![]),
        (format!("tcp://127.0.0.1:{tcp}"), vec![]),
    ];
    if with_tls {
        ways.push((format!("tls://127.0.0.1:{tls}"), vec!["--syslog-ca", "ours.pem"]));
    }
    let sent: Vec<_> = ways.iter().map(|(to, options)| send(&directory, to, options)).collect();
    let expected = events.len() * ways.len();
    let received = || fs::read_to_string(at("received")).unwrap_or_default();
    let _ = (0..100).any(|_| {
        sleep(Duration::from_millis(50));
        received().lines().count() >= expected
    });
    daemon.kill().unwrap();
    daemon.wait().unwrap();
    let complaints = fs::read_to_string(at("complaints")).unwrap();
    assert!(ready, "{complaints}");
    for (status, _, err) in sent {
        assert_eq!((status, err.as_str()), (0, ""), "{complaints}");
    }
    let received = received();
    let mut lines = received.lines();
    for (to, _) in &ways {
        for event in &events {
            let line = lines.next().unwrap_or_else(|| panic!("{to}: {received} {complaints}"));
            let read: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(read["raw"], json!(event), "{to}");
            assert_eq!(
                (&read["app"], &read["id"], &read["version"]),
                (&json!("camsweep"), &json!("device"), &json!("1"))
            );
            assert!(
                read["msg"].as_str().unwrap().starts_with("CEF:0|camsweep|"),
                "{to}: {line}"
            );
        }
    }
    assert_eq!(lines.next(), None);
}
