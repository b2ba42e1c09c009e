//! Notices by mail and webhook to servers on the loopback: told once, tried again, kept, never told twice. Nothing else is
//! spoken to.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may fail by it")]
#![expect(clippy::print_stderr, reason = "a skipped test says so loudly")]

#[path = "notices/exim.rs"]
mod exim;
#[path = "notices/servers.rs"]
mod servers;

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use assert_cmd::cargo::cargo_bin;
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use servers::{Act, Smtp, Web};
use sha2::Sha256;

const SECRET: &str = "a secret of more than 24 bytes";
const FROM: [&str; 2] = ["--mail-from", "camsweep@example.org"];

struct Ran {
    code: i32,
    out: String,
    err: String,
}

/// A home of its own, with a store and recorded replies; nothing outside it is touched.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Home {
        let home = Home(tempfile::tempdir().unwrap());
        home.replies(&["10.20.30.40"], "DS-2CD2143G0-I");
        home.secret("secret", SECRET);
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Replies of a unit at each of these, of that model.
    fn replies(&self, hosts: &[&str], model: &str) {
        let sadp = include_str!("replies/sadp-camera.xml");
        let line = |host: &&str| {
            let mac = format!(
                "44-47-CC-00-00-{:02x}",
                host.rsplit('.').next().unwrap().parse::<u8>().unwrap()
            );
            let text = sadp
                .replace(
                    "DS-2CD2143G0-I20190311AAWRC90000017",
                    &format!("SERIAL{}", host.replace('.', "-")),
                )
                .replace("DS-2CD2143G0-I", model)
                .replace("44-47-CC-0a-0b-0c", &mac);
            json!({"schema": "camsweep.reply/1", "host": host, "protocol": "sadp", "asked": "multicast inquiry",
                   "at": "2026-01-31T09:00:00Z", "text": text})
            .to_string()
        };
        let lines: Vec<String> = hosts.iter().map(line).collect();
        fs::write(self.path("replies"), lines.join("\n")).unwrap();
    }

    fn secret(&self, name: &str, secret: &str) {
        fs::write(self.path(name), secret).unwrap();
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o600)).unwrap();
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(cargo_bin!("camsweep"));
        command.args(args).current_dir(self.0.path()).stdin(Stdio::null());
        for name in [
            "CAMSWEEP_STORE",
            "CAMSWEEP_SMTP_PASSWORD",
            "CAMSWEEP_WEBHOOK",
            "NO_PROXY",
            "no_proxy",
        ] {
            command.env_remove(name);
        }
        // Nobody listens there: what goes to this machine itself takes no way around.
        command
            .env("HTTP_PROXY", "http://127.0.0.1:9")
            .env("HTTPS_PROXY", "http://127.0.0.1:9");
        command
            .env("SSL_CERT_FILE", self.path("system.pem"))
            .env_remove("SSL_CERT_DIR");
        command
    }

    fn run(&self, args: &[&str]) -> Ran {
        ran(&mut self.command(args))
    }

    /// Judges the replies, stores the run, and tells.
    fn judge(&self, to: &[&str]) -> Ran {
        self.run(&[&["judge", "replies", "--format", "ndjson", "--store=store.sqlite"], to].concat())
    }

    fn deliver(&self, to: &[&str]) -> Ran {
        self.run(&[&["deliver", "--store=store.sqlite"], to].concat())
    }
}

fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

fn by_mail<'a>(url: &'a str, to: &[&'a str]) -> Vec<&'a str> {
    let to = to.iter().flat_map(|to| ["--mail-to", to]);
    to.chain(FROM).chain(["--smtp", url]).collect()
}

fn by_webhook(url: &str) -> [&str; 4] {
    ["--webhook", url, "--webhook-secret-file", "secret"]
}

/// A port that was free a moment ago.
fn free() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A mail's text as people read it: quoted-printable undone.
fn read(mail: &str) -> String {
    let (head, body) = mail.split_once("\r\n\r\n").unwrap();
    if head.contains("base64") {
        let body: String = body.split_whitespace().collect();
        return String::from_utf8(STANDARD.decode(body).unwrap()).unwrap();
    }
    if !head.contains("quoted-printable") {
        return body.to_owned();
    }
    let (joined, mut bytes) = (body.replace("=\r\n", ""), Vec::new());
    let mut rest = joined.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        match first {
            b'=' => {
                bytes.push(u8::from_str_radix(std::str::from_utf8(&after[..2]).unwrap(), 16).unwrap());
                rest = &after[2..];
            }
            byte => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn what_changed_is_mailed_once_to_each_reader_and_cron_is_silent_else() {
    let (home, server) = (Home::new(), Smtp::start(&[Act::Take]));
    let url = server.url();
    let to = by_mail(&url, &["ann@example.org", "bob@example.org"]);
    let first = home.judge(&to);
    assert_eq!(first.code, 0, "{}", first.err);
    let mails = server.mails();
    let readers: Vec<&str> = mails.iter().map(|(to, _)| to.as_str()).collect();
    assert_eq!(readers, ["ann@example.org", "bob@example.org"]);
    let (head, text) = (mails[0].1.split("\r\n\r\n").next().unwrap(), read(&mails[0].1));
    for part in [
        "To: ann@example.org\r\n",
        "<camsweep@example.org>",
        "1 new (complete)",
        "Auto-Submitted: auto-generated",
        "Message-ID: <",
        "Date: ",
    ] {
        assert!(head.contains(part) && !head.contains("bob"), "{part:?} in {head}");
    }
    for part in [
        "Run 1, against all that was known before it: 1 new",
        "new: 10.20.30.40, Hikvision, DS-2CD2143G0-I, serial SERIAL10-20-30-40",
        "1 Hikvision or Dahua unit(s) among 1 hosts",
        "Looked at:",
        "camsweep diff 1",
    ] {
        assert!(text.contains(part), "{part:?} in {text}");
    }
    for cron in [&[][..], &["--quiet-unless", "changed"]] {
        let again = home.judge(&[to.as_slice(), cron].concat());
        assert_eq!((again.code, server.connections()), (0, 2), "{}", again.err);
    }
    home.replies(&["10.20.30.40", "10.20.30.41"], "DS-2CD2143G0-I");
    assert_eq!(
        home.judge(&[to.as_slice(), &["--quiet-unless", "incomplete"]].concat())
            .code,
        0
    );
    assert_eq!(server.connections(), 2, "told what it was not to be told");
    let alarm = ["--quiet-unless", "incomplete", "--fail-on", "found"];
    assert_eq!(home.judge(&[to.as_slice(), &alarm].concat()).code, 10);
    assert_eq!(server.connections(), 4, "an alarm is told");
}

#[test]
fn trouble_that_passes_within_seconds_is_nobodys_trouble() {
    let table = [
        Act::Say("CONNECT", "421 too busy"),
        Act::Say("RCPT", "451 greylisted"),
        Act::Say(".", "452 no room"),
    ];
    for act in table {
        let (home, server) = (Home::new(), Smtp::start(&[act, Act::Take]));
        let went = home.judge(&by_mail(&server.url(), &["ann@example.org"]));
        assert_eq!((went.code, server.connections()), (0, 2), "{}", went.err);
        assert_eq!(server.mails().len(), 1);
    }
}

#[test]
fn a_refused_reader_is_no_other_readers_loss_and_waits() {
    let home = Home::new();
    let server = Smtp::start(&[Act::Say("RCPT", "550 no\u{1b}[2J such user"), Act::Take]);
    let url = server.url();
    let to = by_mail(&url, &["gone@example.org", "ann@example.org"]);
    let went = home.judge(&to);
    assert_eq!((went.code, went.out.lines().count()), (4, 2), "{}", went.err);
    let line = went.err.lines().find(|line| line.starts_with("error: ")).unwrap();
    assert!(
        line.starts_with("error: 1 notice(s) were not delivered: mail to gone@example.org: smtp+plain://127.0.0.1:")
            && line.contains("550")
            && !went.err.contains('\u{1b}'),
        "{}",
        went.err
    );
    assert_eq!(
        (server.connections(), server.mails()[0].0.as_str()),
        (2, "ann@example.org")
    );
    let history = home.run(&["history", "--store=store.sqlite"]).out;
    assert!(
        history.contains("1 notice(s) are waiting to be delivered (mail to gone@"),
        "{history}"
    );
    let listed = home.deliver(&[]);
    assert!(
        listed.code == 0
            && listed.out.starts_with(
                "0 notice(s) delivered, 1 waiting\n  run 1  mail to gone@example.org: tried 1 time(s), last "
            )
            && !listed.out.contains('\u{1b}'),
        "{}",
        listed.out
    );
    // A run that has nothing to tell delivers what is waiting.
    assert_eq!(home.judge(&to).code, 0);
    assert_eq!(
        (server.mails().len(), server.mails()[1].0.as_str()),
        (2, "gone@example.org")
    );
    assert!(server.mails()[1].1.contains("1 new"));
    assert_eq!(home.deliver(&to).out, "0 notice(s) delivered, 0 waiting\n");
    assert!(!home.run(&["history", "--store=store.sqlite"]).out.contains("waiting"));
    assert_eq!(server.connections(), 3, "told twice");
}

#[test]
fn a_server_that_is_not_there_costs_a_line_and_the_notice_is_delivered_later() {
    let home = Home::new();
    let away = format!("smtp+plain://127.0.0.1:{}", free());
    let readers = ["ann@example.org", "bob@example.org"];
    let went = home.judge(&by_mail(&away, &readers));
    assert_eq!((went.code, went.out.lines().count()), (4, 2), "{}", went.err);
    let errors: Vec<&str> = went.err.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(errors.len(), 1, "{}", went.err);
    assert!(
        errors[0].starts_with("error: 2 notice(s) were not delivered: mail to ann@") && errors[0].contains("refused"),
        "{}",
        went.err
    );
    let listed = home.deliver(&[]).out;
    assert!(
        listed.contains("ann@example.org: tried 3 time(s)") && listed.contains("bob@example.org: tried 0 time(s)"),
        "{listed}"
    );
    let server = Smtp::start(&[Act::Take]);
    let went = home.deliver(&by_mail(&server.url(), &readers));
    assert_eq!(
        (went.code, went.out.as_str()),
        (0, "2 notice(s) delivered, 0 waiting\n"),
        "{}",
        went.err
    );
    assert_eq!(home.deliver(&by_mail(&server.url(), &readers)).code, 0);
    assert_eq!(server.connections(), 2, "told twice");
}

#[test]
fn what_is_given_up_or_forgotten_is_told_to_nobody() {
    let (home, server) = (Home::new(), Smtp::start(&[Act::Say("RCPT", "550 no"), Act::Take]));
    let url = server.url();
    let to = by_mail(&url, &["ann@example.org"]);
    assert_eq!(home.judge(&to).code, 4);
    let dropped = home.deliver(&["--drop", "1"]).out;
    assert!(dropped.starts_with("run 1: 1 notice(s) given up\n"), "{dropped}");
    let other = Smtp::start(&[Act::Say("RCPT", "550 no"), Act::Take]);
    home.replies(&["10.20.30.40", "10.20.30.41"], "DS-2CD2143G0-I");
    let there = other.url();
    let to_other = by_mail(&there, &["ann@example.org"]);
    assert_eq!(home.judge(&to_other).code, 4);
    assert_eq!(
        home.run(&["forget", "--before", "2999-01-01", "--store=store.sqlite"])
            .code,
        0
    );
    assert_eq!(home.deliver(&to).out, "0 notice(s) delivered, 0 waiting\n");
    assert_eq!((server.mails().len(), other.mails().len()), (0, 0));
}

#[test]
fn a_wrong_password_is_sent_once_and_shown_to_nobody() {
    let home = Home::new();
    home.secret("password", "s3cret-w0rd\nanother line");
    let server = Smtp::start(&[Act::Say("AUTH", "535 no"), Act::Take]);
    let url = server.url().replace("://", "://ann@example.org@");
    let to = by_mail(&url, &["ann@example.org", "bob@example.org"]);
    let went = home.judge(&[to.as_slice(), &["--smtp-password-file", "password"]].concat());
    assert_eq!((went.code, server.connections()), (4, 1), "{}", went.err);
    assert!(went.err.contains("535") && !went.err.contains("s3cret"), "{}", went.err);
    let mut command = home.command(&[&["deliver", "--store=store.sqlite"], to.as_slice()].concat());
    let went = ran(command.env("CAMSWEEP_SMTP_PASSWORD", "other-w0rd"));
    assert_eq!(went.code, 0, "{}", went.err);
    let heard = server.heard.lock().unwrap();
    for (place, password) in [(0, "s3cret-w0rd"), (1, "other-w0rd")] {
        let login = STANDARD.encode(format!("\0ann@example.org\0{password}"));
        assert!(
            heard[place].contains(&format!("AUTH PLAIN {login}")),
            "{:?}",
            heard[place]
        );
    }
    for file in fs::read_dir(home.path("")).unwrap().map(|entry| entry.unwrap().path()) {
        let bytes = fs::read(&file).unwrap();
        let has = bytes
            .windows(6)
            .any(|window| window == b"-w0rd\n" || window == b"t-w0rd");
        assert!(!has || file.ends_with("password"), "{}", file.display());
    }
}

#[test]
fn what_cannot_be_told_to_is_refused_before_anything_is_done() {
    let home = Home::new();
    home.secret("short", "s3cret");
    fs::write(home.path("open"), SECRET).unwrap();
    fs::set_permissions(home.path("open"), fs::Permissions::from_mode(0o644)).unwrap();
    let mail = |url: &'static str| by_mail(url, &["ann@example.org"]);
    let local = "smtp+plain://127.0.0.1:9";
    let hook = "http://127.0.0.1:9/";
    let table: Vec<(Vec<&str>, i32, &str)> = vec![
        (vec!["--mail-to", "ann@example.org"], 2, "--mail-from"),
        (by_mail(local, &["ann"]), 2, "ann"),
        (by_mail(local, &["ann@example.org\r\nBcc: x@y.z"]), 2, "--mail-to"),
        (
            mail("smtps://ann:s3cret@mail.example"),
            2,
            "a password has no place in it",
        ),
        (
            mail("smtp+plain://ann@mail.example"),
            2,
            "without TLS but to this machine",
        ),
        (mail("smtps://ann@mail.example"), 2, "there is a user and no password"),
        (mail("smtps://mail.example"), 1, "no root certificates"),
        (
            [mail(local), vec!["--smtp-password-file", "secret"]].concat(),
            2,
            "a password and no user",
        ),
        (
            [mail("smtps://ann@mail.example"), vec!["--smtp-password-file", "open"]].concat(),
            2,
            "others than its owner",
        ),
        (
            [mail("smtps://mail.example"), vec!["--smtp-ca", "short"]].concat(),
            1,
            "--smtp-ca FILE",
        ),
        ([mail(local), vec!["--redact"]].concat(), 2, "cannot be redacted"),
        (vec!["--webhook", hook], 2, "--webhook-secret-file"),
        (
            by_webhook("http://hooks.example/").to_vec(),
            2,
            "elsewhere it is https://",
        ),
        (
            vec!["--webhook", hook, "--webhook-secret-file", "short"],
            2,
            "shorter than 24 bytes",
        ),
        (
            vec!["--webhook", hook, "--webhook-secret-file", "open"],
            2,
            "others than its owner",
        ),
        (by_webhook("https://hooks.example/").to_vec(), 1, "no root certificates"),
        (
            [by_webhook(hook).to_vec(), vec!["--output", "secret"]].concat(),
            2,
            "which is read",
        ),
    ];
    for (args, code, part) in table {
        let went = home.judge(&args);
        assert_eq!((went.code, went.out.as_str()), (code, ""), "{args:?}: {}", went.err);
        assert!(
            went.err.contains(part) && !went.err.contains("s3cret"),
            "{args:?}: {}",
            went.err
        );
    }
    assert!(!home.path("store.sqlite").exists());
}

/// As a receiver does it (Standard Webhooks).
fn is_signed(request: &servers::Request) -> bool {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    let [id, time] = ["webhook-id", "webhook-timestamp"].map(|name| request.header(name));
    mac.update(format!("{id}.{time}.{}", request.body).as_bytes());
    let signature = request.header("webhook-signature").strip_prefix("v1,").unwrap();
    mac.verify_slice(&STANDARD.decode(signature).unwrap()).is_ok()
}

#[test]
fn a_webhook_is_signed_and_has_one_id_however_often_it_is_sent() {
    let home = Home::new();
    let web = Web::start(&["503 Later", "204 Taken"]);
    let url = web.url();
    let went = home.judge(&by_webhook(&url));
    assert_eq!(went.code, 0, "{}", went.err);
    assert!(!went.err.contains("s3cret-path"), "{}", went.err);
    let requests = web.requests.lock().unwrap();
    assert_eq!(requests.len(), 2);
    assert!(requests.iter().all(is_signed));
    assert_eq!(requests[0].header("webhook-id"), requests[1].header("webhook-id"));
    let notice: Value = serde_json::from_str(&requests[1].body).unwrap();
    assert_eq!(notice["id"], json!(requests[1].header("webhook-id")));
    assert_eq!(notice["schema"], "camsweep.notice/1");
    assert_eq!(notice["changed"]["counts"], json!({"new": 1}));
    assert_eq!(notice["changed"]["changes"][0]["unit"]["serial"], "SERIAL10-20-30-40");
    assert_eq!(notice["summary"]["units"], 1);
    let schema: Value = serde_json::from_str(&home.run(&["schema", "notice"]).out).unwrap();
    for name in schema["required"].as_array().unwrap() {
        assert!(notice.get(name.as_str().unwrap()).is_some(), "{name}");
    }
}

#[test]
fn a_webhook_that_refuses_or_points_elsewhere_is_no_success_and_nobody_else_hears() {
    let elsewhere = Web::start(&["200 OK"]);
    let location = format!("307 Elsewhere\r\nLocation: {}", elsewhere.url());
    for (answer, part) in [
        (location.as_str(), "307 (which is a redirect"),
        ("401 Unauthorized", "401 (Unauthorized)"),
    ] {
        let (home, web) = (Home::new(), Web::start(&[answer, "200 OK"]));
        let url = web.url();
        let went = home.judge(&by_webhook(&url));
        assert_eq!(went.code, 4, "{}", went.err);
        assert!(went.err.contains(part) && !went.err.contains("s3cret"), "{}", went.err);
        assert!(!home.deliver(&[]).out.contains("s3cret"));
        assert_eq!(
            web.requests.lock().unwrap().len(),
            1,
            "what does not pass is not tried again at once"
        );
        assert_eq!(
            home.deliver(&by_webhook(&url)).out,
            "1 notice(s) delivered, 0 waiting\n"
        );
    }
    assert!(elsewhere.requests.lock().unwrap().is_empty());
}

#[test]
fn a_webhook_by_tls_goes_only_to_who_can_be_verified() {
    let (web, certificate) = Web::with_tls(&["200 OK"]);
    let (stranger, _) = Web::with_tls(&["200 OK"]);
    let home = Home::new();
    fs::write(home.path("ours.pem"), exim::pem("CERTIFICATE", &certificate)).unwrap();
    let to = |url: &str| {
        let hook = [
            "judge",
            "replies",
            "--webhook",
            url,
            "--webhook-secret-file",
            "secret",
            "--webhook-ca",
            "ours.pem",
        ];
        home.run(&hook)
    };
    let went = to(&web.url());
    assert_eq!(went.code, 0, "{}", went.err);
    assert!(is_signed(&web.requests.lock().unwrap()[0]));
    let went = to(&stranger.url());
    assert!(
        went.code == 4 && went.err.contains("invalid peer certificate"),
        "{}",
        went.err
    );
    assert!(stranger.requests.lock().unwrap().is_empty());
}

#[test]
fn without_a_store_every_run_tells_and_nothing_is_kept() {
    let home = Home::new();
    let server = Smtp::start(&[Act::Take, Act::Say("RCPT", "550 no")]);
    let url = server.url();
    let to = [&["judge", "replies"], by_mail(&url, &["ann@example.org"]).as_slice()].concat();
    assert_eq!(home.run(&to).code, 0);
    let text = read(&server.mails()[0].1);
    assert!(text.contains("not stored, so it is not known what changed"), "{text}");
    let went = home.run(&to);
    assert!(
        went.code == 4 && went.err.contains("hint: the report is whole; with --store"),
        "{}",
        went.err
    );
}

#[test]
fn nothing_that_a_device_says_gets_out_of_the_text() {
    let home = Home::new();
    let model = "x&#13;&#10;.&#13;&#10;MAIL FROM:&lt;m@x&gt;&#13;&#10;Bcc: m@x 摄像机\u{202e}fed =3D&#10;--b";
    home.replies(&["10.20.30.40"], model);
    let (server, web) = (Smtp::start(&[Act::Take]), Web::start(&["200 OK"]));
    let (url, hook) = (server.url(), web.url());
    let to = [by_mail(&url, &["ann@example.org"]).as_slice(), &by_webhook(&hook)].concat();
    let went = home.judge(&to);
    assert_eq!(went.code, 0, "{}", went.err);
    let mails = server.mails();
    let (head, text) = (mails[0].1.split("\r\n\r\n").next().unwrap(), read(&mails[0].1));
    assert!(!head.contains("Bcc") && !head.contains("m@x"), "{head}");
    assert!(
        text.contains("摄像机\\u{202e}fed") && !text.contains("\nBcc") && !text.contains("\n."),
        "{text}"
    );
    let commands = server.heard.lock().unwrap();
    assert_eq!(
        commands[0].iter().filter(|line| line.starts_with("MAIL")).count(),
        1,
        "{commands:?}"
    );
    let request = &web.requests.lock().unwrap()[0];
    assert!(is_signed(request) && serde_json::from_str::<Value>(&request.body).is_ok());
}

/// Runs a statement in the way that any other program would.
fn sqlite(path: &Path, statement: &'static str) {
    use sqlx::{AnyConnection, Connection};
    sqlx::any::install_default_drivers();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut connection = AnyConnection::connect(&format!("sqlite://{}", path.display()))
            .await
            .unwrap();
        sqlx::query(statement).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    });
}

/// Kills a run of `camsweep judge` once the server has a connection, and that much later.
fn killed(home: &Home, server: &Smtp, to: &[&str], later: Duration) {
    let args = [&["judge", "replies", "--store=store.sqlite"], to].concat();
    let mut child = home
        .command(&args)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while server.connections() == 0 {
        assert_eq!(child.try_wait().unwrap(), None, "it ended without a try");
        sleep(Duration::from_millis(5));
    }
    sleep(later);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_run_that_is_killed_between_storing_and_delivering_owes_its_notice_still() {
    let home = Home::new();
    // It is killed in the pause before the second try.
    let server = Smtp::start(&[Act::Say("CONNECT", "421 too busy"), Act::Take]);
    let url = server.url();
    let to = by_mail(&url, &["ann@example.org"]);
    killed(&home, &server, &to, Duration::from_millis(700));
    assert!(
        home.run(&["history", "--store=store.sqlite"])
            .out
            .contains("1 notice(s) are waiting")
    );
    assert_eq!(home.judge(&to).code, 0);
    assert_eq!(home.judge(&to).code, 0);
    assert_eq!((server.connections(), server.mails().len()), (2, 1));
}

#[test]
fn a_notice_that_another_run_is_at_is_left_to_it_unless_it_must_be_dead() {
    let home = Home::new();
    let server = Smtp::start(&[Act::Stall("CONNECT"), Act::Take]);
    let second = Smtp::start(&[Act::Take]);
    let (url, there) = (server.url(), second.url());
    killed(&home, &server, &by_mail(&url, &["ann@example.org"]), Duration::ZERO);
    let to = by_mail(&there, &["ann@example.org"]);
    let left = home.deliver(&to);
    assert!(
        left.code == 0 && left.out.starts_with("0 notice(s) delivered, 1 waiting"),
        "{}",
        left.out
    );
    sqlite(
        &home.path("store.sqlite"),
        "UPDATE deliveries SET claimed = claimed - 301",
    );
    assert_eq!(home.deliver(&to).out, "1 notice(s) delivered, 0 waiting\n");
    assert_eq!(second.mails().len(), 1);
}

/// What a scan has given up by then (Linux) leaves it this way.
#[test]
fn a_scan_that_is_confined_delivers_too() {
    let home = Home::new();
    let (server, web) = (Smtp::start(&[Act::Take]), Web::start(&["200 OK"]));
    let (url, hook) = (server.url(), web.url());
    let to = [by_mail(&url, &["ann@example.org"]).as_slice(), &by_webhook(&hook)].concat();
    let scan = [
        "scan",
        "127.79.4.1",
        "--no-names",
        "--no-tcp",
        "--store=store.sqlite",
        "--fail-on",
        "changed",
    ];
    let dry = home.run(&[scan.as_slice(), &to, &["--dry-run"]].concat());
    assert!(
        dry.out
            .contains("by mail to ann@example.org by smtp+plain://127.0.0.1:"),
        "{}",
        dry.out
    );
    assert!(
        dry.out.contains("by webhook to http://127.0.0.1:") && !dry.out.contains("s3cret"),
        "{}",
        dry.out
    );
    let quiet = home.run(&[scan.as_slice(), &to].concat());
    assert!(matches!(quiet.code, 0 | 3), "{}", quiet.err);
    assert_eq!(
        (server.connections(), web.requests.lock().unwrap().len()),
        (0, 0),
        "nothing changed"
    );
    let told = home.run(&[scan.as_slice(), &to, &["--no-store", "--fail-on", "found"]].concat());
    assert!(matches!(told.code, 0 | 2 | 3), "{}", told.err);
    let scan = ["scan", "127.79.4.1", "--no-names", "--no-tcp"];
    let told = home.run(&[scan.as_slice(), &to].concat());
    assert!(matches!(told.code, 0 | 3), "{}", told.err);
    assert_eq!((server.mails().len(), web.requests.lock().unwrap().len()), (1, 1));
}
