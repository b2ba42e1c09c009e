//! Logins, tried on devices of the loopback: where one is sent, how, how often, and above all where it is not.

#![expect(clippy::unwrap_used, reason = "a test may fail by it")]
#![expect(clippy::print_stderr, reason = "a skipped test says so loudly")]

#[path = "login/challenges.rs"]
mod challenges;
#[path = "login/device.rs"]
mod device;
#[cfg(feature = "legacy-tls")]
#[path = "login/legacy.rs"]
mod legacy;

mod program;
#[path = "login/soap.rs"]
mod soap;
#[cfg(target_os = "linux")]
#[path = "login/whole.rs"]
mod whole;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use camsweep::fact::Outcome;
use camsweep::net::live::Live;
use camsweep::net::{Answer, Ask, Confirmed, Credential, Door, Fetch, Limits, LoginEnd, Secret, Vault, interfaces};
use camsweep::wire::onvif::Request;
use device::*;
use zeroize::Zeroizing;

const LOCAL: [u8; 4] = [127, 0, 0, 1];
const DIGEST: &[&str] = &[r#"Digest realm="IP Camera(C1234)", nonce="4d5a", qop="auth", stale="FALSE""#];

fn credential(password: &str) -> Credential {
    Credential {
        scope: vec!["127.0.0.0/24".parse().unwrap()],
        maker: "hikvision".into(),
        user: USER.into(),
        password: Secret::from(Zeroizing::new(password.to_owned())),
        allow_basic: false,
        allow_username_token: false,
    }
}

fn door_with(credential: Credential) -> Live {
    Live::new(interfaces().unwrap(), Limits::default(), Vault::new(vec![credential]))
}

fn door() -> Live {
    door_with(credential(PASSWORD))
}

fn unit(to: SocketAddr) -> Confirmed {
    Confirmed::by_verdict(to.ip(), "hikvision")
}

fn page(to: SocketAddr) -> Fetch {
    Fetch {
        to,
        interface: None,
        tls: false,
        legacy_tls: true,
        ask: Ask::Get("/cgi-bin/magicBox.cgi?action=getSerialNo".into()),
        login: Some(unit(to)),
        patience: Limits::default().connect,
        deadline: Duration::from_secs(2),
    }
}

fn service(to: SocketAddr) -> Fetch {
    Fetch {
        ask: Ask::Onvif {
            path: "/onvif/device_service".into(),
            request: Request::DeviceInformation,
        },
        ..page(to)
    }
}

fn status(answer: &Answer) -> &str {
    std::str::from_utf8(&answer.bytes)
        .unwrap()
        .get(9..12)
        .unwrap_or_default()
}

#[tokio::test]
async fn every_digest_that_devices_use_is_answered_by_the_letter_once_and_on_one_connection() {
    let table: [&'static [&'static str]; 12] = [
        DIGEST,
        &[r#"Digest realm="IP Camera(76475)", nonce="4e6a", stale="FALSE""#],
        &[r#"Digest qop="auth", realm="DS-76 (\"x\")", nonce="::1:99", domain="::", opaque="", algorithm=MD5"#],
        &[r#"Digest realm="Login to 5C0", qop="auth,auth-int", nonce="12", opaque="34""#],
        &[r#"Digest realm="Login to 5C0",qop=auth,nonce="12",algorithm=md5"#],
        &[r#"digest REALM = "r", NONCE="n", ALGORITHM="MD5""#],
        &[r#"Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256"#],
        &[r#"Digest realm="r", nonce="n", algorithm="SHA-256", stale="FALSE""#],
        &[r#"Digest realm="r", nonce="n", qop="auth", algorithm=sha-256-SESS"#],
        &[r#"Digest realm="r", nonce="n", qop="auth", algorithm=MD5-sess, userhash=false"#],
        &[r#"Basic realm="r", Digest qop="auth", realm="r", nonce="n", Basic realm="r""#],
        &[
            r#"Negotiate"#,
            r#"Basic realm="r""#,
            r#"Digest realm="r", nonce="n", qop="auth""#,
        ],
    ];
    for challenge in table {
        for fetch in [page, service] {
            let (to, log) = device(LOCAL, guarded(challenge)).await;
            let answer = door().fetch(fetch(to)).await;
            assert_eq!(
                answer.login,
                Some(LoginEnd::Accepted),
                "{challenge:?}: {:?}",
                log.lock().unwrap()
            );
            assert_eq!((answer.outcome, status(&answer)), (Outcome::Answered, "200"));
            let seen = log.lock().unwrap();
            assert!(seen.requests.len() == 2 && authorization(&seen.requests[0]).is_none());
            assert_eq!((seen.logins().len(), seen.connections, answer.connections), (1, 1, 1));
            assert!(seen.logins()[0].starts_with("Digest ") && !seen.logins()[0].contains(PASSWORD));
        }
    }
}

#[tokio::test]
async fn the_stronger_of_two_digests_is_answered() {
    let both = &[
        r#"Digest realm="r", nonce="n", qop="auth", algorithm=MD5, Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256"#,
    ];
    let (to, log) = device(LOCAL, guarded(both)).await;
    assert_eq!(door().fetch(page(to)).await.login, Some(LoginEnd::Accepted));
    assert!(log.lock().unwrap().logins()[0].contains("algorithm=SHA-256"));
}

#[tokio::test]
async fn a_wrong_password_is_sent_once_however_often_the_device_asks() {
    let (to, log) = device(LOCAL, guarded(DIGEST)).await;
    let door = door_with(credential("wrong"));
    let answer = door.fetch(page(to)).await;
    assert_eq!((answer.login, status(&answer)), (Some(LoginEnd::Refused), "401"));
    assert!(!door.has_login(&unit(to)));
    for fetch in [page(to), service(to)] {
        let again = door.fetch(fetch).await;
        assert_eq!(again.outcome, Outcome::Denied);
        assert!(matches!(again.login, Some(LoginEnd::Withheld(_))));
    }
    let seen = log.lock().unwrap();
    assert_eq!((seen.requests.len(), seen.logins().len()), (2, 1));
    let refused: Vec<IpAddr> = door
        .withheld_logins()
        .into_iter()
        .flat_map(|(_, hosts)| hosts)
        .collect();
    assert!(refused.contains(&to.ip()));
}

#[tokio::test]
async fn a_403_ends_it_for_the_device_and_counts_for_nobody_else() {
    let door = door();
    for last in 1..=3 {
        let forbids = |request: &str| match authorization(request) {
            Some(_) => response("403 Forbidden", "", "<ResponseStatus/>"),
            None => unauthorized(DIGEST),
        };
        let (to, log) = device([127, 0, 0, last], forbids).await;
        assert_eq!(door.fetch(page(to)).await.login, Some(LoginEnd::Barred));
        assert!(!door.has_login(&unit(to)));
        assert_eq!(log.lock().unwrap().logins().len(), 1);
    }
    let [(reason, hosts)] = &door.withheld_logins()[..] else {
        panic!("{:?}", door.withheld_logins())
    };
    assert!(reason.why.contains("403") && hosts.len() == 3);
    let (to, _) = device([127, 0, 0, 4], guarded(DIGEST)).await;
    assert_eq!(door.fetch(page(to)).await.login, Some(LoginEnd::Accepted));
}

#[tokio::test]
async fn two_devices_that_refuse_end_it_for_the_run_though_twenty_are_asked_at_once() {
    let mut devices = Vec::new();
    for last in 1..=20 {
        devices.push(device([127, 0, 0, last], guarded(DIGEST)).await);
    }
    let door = Arc::new(door_with(credential("wrong")));
    let mut fetches = tokio::task::JoinSet::new();
    for (to, _) in &devices {
        let (door, fetch) = (door.clone(), page(*to));
        fetches.spawn(async move { door.fetch(fetch).await.login });
    }
    let ends = fetches.join_all().await;
    let sent: usize = devices.iter().map(|(_, log)| log.lock().unwrap().logins().len()).sum();
    assert_eq!(sent, 2);
    assert_eq!(ends.iter().filter(|end| **end == Some(LoginEnd::Refused)).count(), 2);
    assert!(devices.iter().all(|(to, _)| !door.has_login(&unit(*to))));
}

#[tokio::test]
async fn a_right_password_reaches_everybody_though_two_at_a_time() {
    let door = Arc::new(door());
    let mut fetches = tokio::task::JoinSet::new();
    for last in 1..=20 {
        let (to, _) = device([127, 0, 0, last], guarded(DIGEST)).await;
        let (door, fetch) = (door.clone(), page(to));
        fetches.spawn(async move { door.fetch(fetch).await.login });
    }
    assert!(
        fetches
            .join_all()
            .await
            .iter()
            .all(|end| *end == Some(LoginEnd::Accepted))
    );
}

#[tokio::test]
async fn a_nonce_that_has_grown_old_is_renewed_once() {
    let stale = |spelling: &'static str| {
        move |request: &str| match authorization(request) {
            Some(login) if parameter(login, "nonce").as_deref() == Some("new") && is_right(request, login) => {
                response("200 OK", "", "in")
            }
            Some(_) => unauthorized(&[&format!(r#"Digest realm="r", nonce="new", qop="auth", {spelling}"#)]),
            None => unauthorized(&[r#"Digest realm="r", nonce="old", qop="auth""#]),
        }
    };
    for spelling in ["stale=true", r#"stale="TRUE""#, "Stale=True"] {
        let (to, log) = device(LOCAL, stale(spelling)).await;
        assert_eq!(
            door().fetch(page(to)).await.login,
            Some(LoginEnd::Accepted),
            "{spelling}"
        );
        assert_eq!(log.lock().unwrap().logins().len(), 2);
    }
    let (to, log) = device(LOCAL, stale("stale=false")).await;
    assert_eq!(door().fetch(page(to)).await.login, Some(LoginEnd::Refused));
    assert_eq!(log.lock().unwrap().logins().len(), 1);
    // One that never has enough.
    let (to, log) = device(LOCAL, |_| unauthorized(&[r#"Digest realm="r", nonce="n", stale=true"#])).await;
    assert_eq!(door().fetch(page(to)).await.login, Some(LoginEnd::Refused));
    assert_eq!(log.lock().unwrap().logins().len(), 2);
}

#[tokio::test]
async fn what_cannot_be_answered_by_the_letter_is_sent_nothing() {
    let huge = format!(r#"Digest realm="{}", nonce="n""#, "r".repeat(300));
    let endless = format!(r#"Digest realm="r", nonce="{}""#, "n".repeat(5000));
    let table: &[(&[&str], &str)] = &[
        (&[], "no way"),
        (&["Negotiate", "NTLM"], "no way"),
        (&[r#"Basic realm="Device_CGI""#], "Basic"),
        (&[r#"Digest realm="r", nonce="n", qop="auth-int""#], "auth-int"),
        (&[r#"Digest realm="r", nonce="n", algorithm=MD5-sess"#], "-sess"),
        (
            &[r#"Digest realm="r", nonce="n", algorithm=SHA-512-256, qop="auth""#],
            "neither MD5",
        ),
        (&[r#"Digest realm="r", nonce="n", algorithm=token"#], "neither MD5"),
        (&[&huge], "longer"),
        (&[&endless], "longer"),
        (&[r#"Digest realm="摄像机", nonce="n""#], "ASCII"),
        (&[r#"Digest realm="r" nonce="n""#], "grammar"),
        (&[r#"Digest realm="r, nonce=n"#], "grammar"),
        (&[r#"Digest nonce="n""#], "grammar"),
        (&[r#"Digest realm="r", realm="s", nonce="n""#], "grammar"),
        (&["Digest"], "grammar"),
    ];
    for (challenges, part) in table {
        let refusal = unauthorized(challenges);
        let (to, log) = device(LOCAL, move |_| refusal.clone()).await;
        let door = door();
        let answer = door.fetch(page(to)).await;
        let Some(LoginEnd::Withheld(reason)) = answer.login else {
            panic!("{challenges:?}: {answer:?}")
        };
        assert!(reason.why.contains(part), "{challenges:?}: {reason:?}");
        assert_eq!(status(&answer), "401");
        let seen = log.lock().unwrap();
        assert_eq!((seen.requests.len(), seen.logins().len()), (1, 0), "{challenges:?}");
        assert!(door.has_login(&unit(to)), "nothing was sent, so nothing is used up");
        assert_eq!(door.withheld_logins(), [(reason, vec![to.ip()])]);
    }
}

#[tokio::test]
async fn who_wants_no_login_is_sent_none() {
    for (line, headers) in [
        ("200 OK", ""),
        ("404 Not Found", ""),
        ("403 Forbidden", ""),
        ("407 No", DIGEST[0]),
    ] {
        let answer = response(line, &format!("WWW-Authenticate: {headers}\r\n"), "x");
        let (to, log) = device(LOCAL, move |_| answer.clone()).await;
        let answer = door().fetch(page(to)).await;
        assert_eq!((answer.login, answer.outcome), (None, Outcome::Answered));
        let seen = log.lock().unwrap();
        assert_eq!((seen.requests.len(), seen.logins().len()), (1, 0));
    }
}

#[tokio::test]
async fn no_redirect_is_followed_before_or_after_the_login() {
    let (elsewhere, other) = device([127, 0, 0, 9], guarded(DIGEST)).await;
    let location = format!("Location: http://{elsewhere}/\r\nWWW-Authenticate: {}\r\n", DIGEST[0]);
    let before = response("302 Found", &location, "");
    let (to, log) = device(LOCAL, move |_| before.clone()).await;
    assert_eq!(door().fetch(page(to)).await.login, None);
    assert_eq!(log.lock().unwrap().logins().len(), 0);
    let after = response("307 Temporary Redirect", &location, "");
    let redirects = move |request: &str| match authorization(request) {
        Some(_) => after.clone(),
        None => unauthorized(DIGEST),
    };
    let (to, log) = device(LOCAL, redirects).await;
    let door = door();
    assert_eq!(door.fetch(page(to)).await.login, Some(LoginEnd::Unclear));
    assert!(!door.has_login(&unit(to)), "it had its attempt");
    assert_eq!(log.lock().unwrap().logins().len(), 1);
    assert_eq!(other.lock().unwrap().connections, 0);
}

#[tokio::test]
async fn a_device_that_falls_silent_over_a_login_gets_no_other_and_counts_for_nobody_else() {
    let door = door();
    for last in 1..=3 {
        let (to, log) = device([127, 0, 0, last], |request| match authorization(request) {
            Some(_) => String::new(),
            None => unauthorized(DIGEST),
        })
        .await;
        assert_eq!(door.fetch(page(to)).await.login, Some(LoginEnd::Unclear));
        assert_eq!(door.fetch(page(to)).await.outcome, Outcome::Denied);
        assert_eq!(log.lock().unwrap().logins().len(), 1);
    }
    let (to, _) = device([127, 0, 0, 4], guarded(DIGEST)).await;
    assert_eq!(door.fetch(page(to)).await.login, Some(LoginEnd::Accepted));
}

#[tokio::test]
async fn a_device_that_hangs_up_after_its_challenge_is_answered_on_a_second_connection() {
    for headers in ["", "Connection: close\r\n"] {
        let (to, log) = device(LOCAL, move |request| {
            let answer = guarded(DIGEST)(request);
            // Whoever serves here hangs up after what ends so.
            answer.replacen("\r\n", &format!("\r\n{headers}"), 1) + HANG_UP
        })
        .await;
        let answer = door().fetch(page(to)).await;
        assert_eq!(answer.login, Some(LoginEnd::Accepted), "{answer:?}");
        let seen = log.lock().unwrap();
        assert_eq!((seen.logins().len(), seen.connections, answer.connections), (1, 2, 2));
    }
}

#[tokio::test]
async fn a_device_that_let_us_in_and_then_refuses_does_so_for_itself_alone() {
    let door = door();
    for last in 1..=3 {
        let times = AtomicUsize::new(0);
        let (to, log) = device([127, 0, 0, last], move |request| match authorization(request) {
            Some(_) if times.fetch_add(1, Ordering::SeqCst) < 2 => response("200 OK", "", "in"),
            _ => unauthorized(DIGEST),
        })
        .await;
        let ends = [
            door.fetch(page(to)).await,
            door.fetch(page(to)).await,
            door.fetch(page(to)).await,
        ];
        let expected = [LoginEnd::Accepted, LoginEnd::Accepted, LoginEnd::Refused].map(Some);
        assert_eq!(ends.map(|answer| answer.login), expected);
        assert!(!door.has_login(&unit(to)));
        assert_eq!(log.lock().unwrap().logins().len(), 3);
    }
}

#[tokio::test]
async fn what_a_device_sends_back_of_the_login_is_not_kept() {
    let (to, _) = device(LOCAL, |request| match authorization(request) {
        Some(login) => response("200 OK", "", &format!("you said {login}")),
        None => unauthorized(DIGEST),
    })
    .await;
    let answer = door().fetch(page(to)).await;
    assert_eq!(
        (answer.login, answer.outcome),
        (Some(LoginEnd::Unclear), Outcome::Garbled)
    );
    assert!(answer.bytes.is_empty());
    assert!(answer.why.is_some_and(|why| why.contains("sent the login back")));
}

#[tokio::test]
async fn only_the_confirmed_unit_in_scope_is_sent_the_login() {
    let (to, log) = device([127, 0, 1, 1], guarded(DIGEST)).await;
    let (inside, other) = device(LOCAL, guarded(DIGEST)).await;
    let door = door();
    let stranger = Confirmed::by_verdict(inside.ip(), "dahua");
    let table = [
        (page(to), "out of scope"),
        (
            Fetch {
                login: Some(stranger),
                ..page(inside)
            },
            "another maker",
        ),
        (
            Fetch {
                login: Some(unit(inside)),
                ..page(to)
            },
            "another host was confirmed",
        ),
        (
            Fetch {
                login: Some(unit(to)),
                ..page(inside)
            },
            "this host was not confirmed",
        ),
    ];
    for (fetch, what) in table {
        assert_eq!(door.fetch(fetch).await.outcome, Outcome::Denied, "{what}");
    }
    let nobody = Fetch {
        login: None,
        ..page(inside)
    };
    assert_eq!(door.fetch(nobody).await.login, None);
    assert!(log.lock().unwrap().requests.is_empty());
    let seen = other.lock().unwrap();
    assert_eq!((seen.requests.len(), seen.logins().len()), (1, 0));
}

#[tokio::test]
async fn the_first_entry_that_fits_is_the_only_one_tried() {
    let (to, log) = device(LOCAL, guarded(DIGEST)).await;
    let vault = Vault::new(vec![credential("wrong"), credential(PASSWORD)]);
    let door = Live::new(interfaces().unwrap(), Limits::default(), vault);
    assert_eq!(door.fetch(page(to)).await.login, Some(LoginEnd::Refused));
    assert!(!door.has_login(&unit(to)));
    assert_eq!(log.lock().unwrap().logins().len(), 1);
}

#[tokio::test]
async fn basic_is_sent_only_where_it_is_allowed_and_over_tls() {
    let wants = |request: &str| match authorization(request) {
        Some(login) if login == basic() => response("200 OK", "", "in"),
        _ => unauthorized(&[r#"Basic realm="Device_CGI""#]),
    };
    for (tls, allow_basic, expected) in [(true, true, true), (true, false, false), (false, true, false)] {
        let (to, log) = if tls {
            over_tls(wants).await
        } else {
            device(LOCAL, wants).await
        };
        let door = door_with(Credential {
            allow_basic,
            ..credential(PASSWORD)
        });
        door.fetch(Fetch { tls, ..seen_before(to) }).await;
        let answer = door.fetch(Fetch { tls, ..page(to) }).await;
        assert_eq!(answer.login == Some(LoginEnd::Accepted), expected, "{answer:?}");
        let blames_certificate = format!("{answer:?}").contains("the certificate that was seen");
        assert!(!blames_certificate, "it is not what was wrong: {answer:?}");
        assert_eq!(log.lock().unwrap().logins().len(), usize::from(expected));
        assert_eq!(log.lock().unwrap().connections, 2);
    }
}

/// Who had come between was once sent the password: any certificate was taken.
#[tokio::test]
async fn basic_goes_only_to_the_certificate_that_was_seen_before() {
    let wants = |_: &str| unauthorized(&[r#"Basic realm="Device_CGI""#]);
    let hangs_up = move |request: &str| wants(request) + HANG_UP;
    // How many connections come to the device itself, whether it was seen before, and how many a visit takes.
    for (own, visited, connections) in [(9, false, 1), (1, true, 1), (2, true, 2)] {
        let (to, log) = over_tls_until(own, hangs_up).await;
        let door = door_with(Credential {
            allow_basic: true,
            ..credential(PASSWORD)
        });
        if visited {
            door.fetch(Fetch {
                tls: true,
                ..seen_before(to)
            })
            .await;
        }
        let answer = door.fetch(Fetch { tls: true, ..page(to) }).await;
        assert!(
            matches!(answer.login, Some(LoginEnd::Withheld(reason)) if reason.why.contains("certificate")),
            "{own}: {answer:?}"
        );
        assert_eq!(answer.connections, connections, "{own}");
        assert_eq!(log.lock().unwrap().logins().len(), 0);
        assert!(door.has_login(&unit(to)), "nothing was sent");
    }
}

fn seen_before(to: SocketAddr) -> Fetch {
    Fetch {
        login: None,
        ..page(to)
    }
}

/// A device that speaks TLS.
async fn over_tls(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> (SocketAddr, Log) {
    over_tls_until(usize::MAX, answer).await
}

fn acceptor() -> tokio_rustls::TlsAcceptor {
    let pair = rcgen::generate_simple_self_signed(["camera.example".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(pair.signing_key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![pair.cert.der().clone()], key)
        .unwrap();
    tokio_rustls::TlsAcceptor::from(Arc::new(config))
}

/// One in whose place another with a certificate of its own answers from then on.
async fn over_tls_until(own: usize, answer: impl Fn(&str) -> String + Send + Sync + 'static) -> (SocketAddr, Log) {
    let (device, other) = (acceptor(), acceptor());
    let listener = tokio::net::TcpListener::bind((IpAddr::from(LOCAL), 0)).await.unwrap();
    let (address, log) = (listener.local_addr().unwrap(), Log::default());
    let (seen, answer) = (log.clone(), Arc::new(answer));
    tokio::spawn(async move {
        for count in 0.. {
            let (stream, _) = listener.accept().await.unwrap();
            let acceptor = if count < own { &device } else { &other };
            let stream = acceptor.accept(stream).await.unwrap();
            tokio::spawn(serve(stream, seen.clone(), answer.clone()));
        }
    });
    (address, log)
}

/// Each further request of a visit once had the whole deadline again. The clock is paused, so that minutes pass in no time.
#[tokio::test(start_paused = true)]
async fn a_visit_with_a_login_ends_when_the_time_for_its_host_does() {
    let listener = tokio::net::TcpListener::bind((IpAddr::from(LOCAL), 0)).await.unwrap();
    let to = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        tokio::io::AsyncReadExt::read(&mut stream, &mut [0; 4096])
            .await
            .unwrap();
        tokio::time::sleep(Duration::from_secs(50)).await;
        let refusal = unauthorized(DIGEST);
        tokio::io::AsyncWriteExt::write_all(&mut stream, refusal.as_bytes())
            .await
            .unwrap();
        std::future::pending::<()>().await;
    });
    let begun = tokio::time::Instant::now();
    let deadline = Duration::from_secs(55);
    let answer = door().fetch(Fetch { deadline, ..page(to) }).await;
    assert_eq!(answer.login, Some(LoginEnd::Unclear), "{answer:?}");
    let whole = begun.elapsed();
    assert!(
        whole >= Duration::from_secs(58) && whole < Duration::from_secs(62),
        "{whole:?}"
    );
}

#[test]
fn the_proxy_of_the_environment_sees_no_login() {
    let me = std::env::current_exe().unwrap();
    let proxies = ["HTTP_PROXY", "http_proxy", "ALL_PROXY"].map(|name| (name, "http://127.0.0.1:1"));
    let mut run = std::process::Command::new(me);
    let status = run
        .args(["--exact", "a_403_ends_it_for_the_device_and_counts_for_nobody_else"])
        .envs(proxies)
        .status();
    assert!(status.unwrap().success());
}
