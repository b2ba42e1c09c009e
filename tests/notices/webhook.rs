//! Webhooks, as whoever receives them sees them.

use std::fs;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::servers::{Request, Web};
use super::{Home, SECRET, by_webhook, exim, published};

/// As a receiver does it (Standard Webhooks).
pub(super) fn is_signed(request: &Request) -> bool {
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
    published::holds("notice", &notice);
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
