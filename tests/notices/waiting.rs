//! What could not be delivered: kept, tried again, and never sent twice.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::servers::{Act, Smtp, Web};
use super::{Home, by_mail, by_webhook, free, read};

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
            && listed.out.matches("mail to gone@").count() == 1
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

/// A server that hangs keeps no terminal and no service manager waiting.
#[test]
fn whoever_has_enough_of_it_ends_the_tries_and_nothing_is_lost() {
    let home = Home::new();
    let server = Smtp::start(&[Act::Stall("CONNECT"), Act::Take]);
    let url = server.url();
    let to = by_mail(&url, &["ann@example.org"]);
    let args = [&["judge", "replies", "--store=store.sqlite"], to.as_slice()].concat();
    let mut child = home.command(&args);
    let child = child.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    while server.connections() == 0 {
        sleep(Duration::from_millis(5));
    }
    let asked = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    assert!(asked.unwrap().success());
    let ended = child.wait_with_output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(
        ended.status.code() == Some(4) && said.contains("interrupted while notices were delivered"),
        "{said}"
    );
    // It is nobody's any more, so that it need not wait until whoever had it must be dead.
    let second = Smtp::start(&[Act::Take]);
    let there = second.url();
    assert_eq!(
        home.deliver(&by_mail(&there, &["ann@example.org"])).out,
        "1 notice(s) delivered, 0 waiting\n"
    );
}

/// What a scan has given up by then (Linux) leaves it this way.
#[test]
fn a_scan_that_is_confined_delivers_too() {
    let home = Home::new();
    let server = Smtp::start(&[Act::Say("RCPT", "550 no"), Act::Take]);
    let (url, web) = (server.url(), Web::start(&["200 OK"]));
    let (mail, hook) = (by_mail(&url, &["ann@example.org"]), web.url());
    assert_eq!(home.judge(&mail).code, 4);
    let to = [mail.as_slice(), &by_webhook(&hook)].concat();
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
        (server.mails().len(), web.requests.lock().unwrap().len()),
        (1, 0),
        "what was waiting, and nothing else, as nothing changed"
    );
    let scan = ["scan", "127.79.4.1", "--no-names", "--no-tcp"];
    let told = home.run(&[scan.as_slice(), &to].concat());
    assert!(matches!(told.code, 0 | 3), "{}", told.err);
    assert_eq!((server.mails().len(), web.requests.lock().unwrap().len()), (2, 1));
}
