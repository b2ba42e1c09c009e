//! Mail: what is in it, whom it goes to, and what never gets out.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::servers::{Act, Smtp, Web};
use super::webhook::is_signed;
use super::{Home, SECRET, by_mail, by_webhook, ran, read};

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
