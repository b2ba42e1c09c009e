//! A mail server that people run: Exim from Debian, on ports of the loopback, with its files in a folder of its own.

use std::fs;
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use rcgen::{CertificateParams, KeyPair};

use super::{Home, free, read};

struct Exim {
    process: Child,
    starttls: u16,
    tls: u16,
}

impl Drop for Exim {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(super) fn pem(what: &str, der: &[u8]) -> String {
    format!(
        "-----BEGIN {what}-----\n{}\n-----END {what}-----\n",
        STANDARD.encode(der)
    )
}

/// It takes mail of who logs in as `ann` over TLS, for everybody but `nobody@example.org`.
fn config(folder: &str, [starttls, tls]: [u16; 2]) -> String {
    format!(
        r#"
spool_directory = {folder}/spool
log_file_path = {folder}/%slog
pid_file_path = {folder}/pid
primary_hostname = mail.test
local_interfaces = 127.0.0.1
daemon_smtp_ports = {starttls} : {tls}
tls_on_connect_ports = {tls}
tls_advertise_hosts = *
tls_certificate = {folder}/cert.pem
tls_privatekey = {folder}/key.pem
keep_environment =
message_logs = false
acl_smtp_rcpt = rcpt
acl_smtp_data = data
begin acl
rcpt:
  deny    recipients = nobody@example.org
  accept  authenticated = *
          encrypted = *
data:
  deny    condition = ${{if !def:h_Message-ID:}}
  deny    !verify = header_syntax
  accept
begin routers
all:
  driver = accept
  transport = file
begin transports
file:
  driver = appendfile
  file = {folder}/mail
  user = Debian-exim
  group = Debian-exim
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_advertise_condition = ${{if def:tls_in_cipher}}
  server_condition = ${{if and{{{{eq{{$auth2}}{{ann}}}}{{eq{{$auth3}}{{s3cret}}}}}}}}
  server_set_id = $auth2
"#
    )
}

impl Exim {
    /// `None`, said loudly, where it cannot run here.
    #[expect(clippy::print_stderr, reason = "a skipped test says so loudly")]
    fn start(home: &Home) -> Option<Exim> {
        let program = ["/usr/sbin/exim4", "/usr/sbin/exim"]
            .into_iter()
            .find(|path| fs::exists(path).unwrap_or(false));
        let is_root = std::os::unix::fs::MetadataExt::uid(&fs::metadata("/proc/self").ok()?) == 0;
        let Some(program) = program.filter(|_| is_root) else {
            eprintln!(
                "SKIPPED: no real mail server was told, as exim4 (exim4-daemon-light) is not installed or this is not root"
            );
            return None;
        };
        let folder = home.path("exim");
        fs::create_dir_all(folder.join("spool")).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec!["127.0.0.1".to_owned()])
            .unwrap()
            .self_signed(&key)
            .unwrap();
        fs::write(folder.join("cert.pem"), pem("CERTIFICATE", certificate.der())).unwrap();
        fs::write(folder.join("key.pem"), pem("PRIVATE KEY", &key.serialize_der())).unwrap();
        let ports = [free(), free()];
        fs::write(folder.join("conf"), config(&folder.display().to_string(), ports)).unwrap();
        // It gives root up and goes on as its own user, who must get there.
        let open = Command::new("chmod").arg("755").arg(home.path("")).status();
        let given = Command::new("chown").args(["-R", "Debian-exim"]).arg(&folder).status();
        let root = Command::new("chown").arg("root").arg(folder.join("conf")).status();
        assert!(
            [open, given, root]
                .into_iter()
                .all(|status| status.is_ok_and(|status| status.success()))
        );
        let process = Command::new(program)
            .args(["-bdf", "-C"])
            .arg(folder.join("conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(home.path("exim-said")).unwrap())
            .spawn()
            .unwrap();
        let exim = Exim {
            process,
            starttls: ports[0],
            tls: ports[1],
        };
        let ready = (0..100).any(|_| {
            sleep(Duration::from_millis(50));
            ports
                .iter()
                .all(|port| TcpStream::connect(("127.0.0.1", *port)).is_ok())
        });
        assert!(ready, "{}", fs::read_to_string(home.path("exim-said")).unwrap());
        Some(exim)
    }
}

#[test]
fn a_real_mail_server_takes_what_is_sent_by_tls_and_by_starttls() {
    let home = Home::new();
    let Some(exim) = Exim::start(&home) else { return };
    home.secret("password", "s3cret");
    home.secret("wrong", "other");
    let deliver = |url: &str, to: &str, options: &[&str]| {
        let mail = ["--mail-to", to, "--mail-from", "camsweep@example.org", "--smtp", url];
        home.run(&[&["judge", "replies", "--format", "ndjson"], mail.as_slice(), options].concat())
    };
    let (tls, starttls) = (
        format!("smtps://ann@127.0.0.1:{}", exim.tls),
        format!("smtp://ann@127.0.0.1:{}", exim.starttls),
    );
    let trusted = ["--smtp-ca", "exim/cert.pem", "--smtp-password-file", "password"];
    let log = || fs::read_to_string(home.path("exim/mainlog")).unwrap_or_default();
    for url in [&tls, &starttls] {
        let went = deliver(url, "bob@example.org", &trusted);
        assert_eq!((went.code, went.err.as_str()), (0, ""), "{}", log());
    }
    let went = deliver(&tls, "nobody@example.org", &trusted);
    assert!(went.code == 4 && went.err.contains("550"), "{}", went.err);
    let went = deliver(
        &tls,
        "bob@example.org",
        &["--smtp-ca", "exim/cert.pem", "--smtp-password-file", "wrong"],
    );
    assert!(
        went.code == 4 && went.err.contains("535") && !went.err.contains("other"),
        "{}",
        went.err
    );
    // Whoever cannot be verified is told nothing, the password least of all.
    let key = KeyPair::generate().unwrap();
    let stranger = CertificateParams::new(vec!["127.0.0.1".to_owned()])
        .unwrap()
        .self_signed(&key)
        .unwrap();
    fs::write(home.path("none.pem"), pem("CERTIFICATE", stranger.der())).unwrap();
    for url in [&tls, &starttls] {
        let went = deliver(
            url,
            "bob@example.org",
            &["--smtp-ca", "none.pem", "--smtp-password-file", "password"],
        );
        assert!(
            went.code == 4 && went.err.contains("invalid peer certificate"),
            "{}",
            went.err
        );
    }
    let mails = || fs::read_to_string(home.path("exim/mail")).unwrap_or_default();
    let _ = (0..100).any(|_| {
        sleep(Duration::from_millis(50));
        mails().matches("\nSubject: ").count() >= 2
    });
    let mails = mails().replace('\n', "\r\n");
    let all: Vec<&str> = mails.split("\r\nFrom camsweep@example.org ").collect();
    assert_eq!(all.len(), 2, "{mails} {}", log());
    for mail in all {
        let (head, text) = (mail.split("\r\n\r\n").next().unwrap(), read(mail));
        assert!(
            head.contains("Subject: camsweep") && head.contains("with esmtpsa"),
            "{head}"
        );
        assert!(text.contains("1 Hikvision or Dahua unit(s)"), "{text}");
    }
}
