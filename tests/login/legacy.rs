//! Logins and TLS of another age, by OpenSSL's own acceptor.

use std::pin::Pin;

use camsweep::net::Tls;
use openssl::asn1::Asn1Time;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use openssl::ssl::{Ssl, SslContext, SslMethod, SslVersion};
use openssl::x509::{X509, X509NameBuilder};
use tokio::net::TcpListener;
use tokio_openssl::SslStream;

use super::*;

fn context(version: SslVersion) -> SslContext {
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let name = X509NameBuilder::new().unwrap().build();
    let mut certificate = X509::builder().unwrap();
    certificate.set_subject_name(&name).unwrap();
    certificate.set_issuer_name(&name).unwrap();
    certificate.set_pubkey(&key).unwrap();
    certificate
        .set_not_before(&Asn1Time::days_from_now(0).unwrap())
        .unwrap();
    certificate.set_not_after(&Asn1Time::days_from_now(1).unwrap()).unwrap();
    certificate.sign(&key, MessageDigest::sha256()).unwrap();
    let mut context = SslContext::builder(SslMethod::tls_server()).unwrap();
    context.set_security_level(0);
    context.set_min_proto_version(Some(version)).unwrap();
    context.set_max_proto_version(Some(version)).unwrap();
    context.set_cipher_list("ALL:@SECLEVEL=0").unwrap();
    context.set_certificate(&certificate.build()).unwrap();
    context.set_private_key(&key).unwrap();
    context.build()
}

/// A device that speaks one version of TLS on its first connection, and another on all that follow.
async fn aged(
    first: SslVersion,
    then: SslVersion,
    answer: impl Fn(&str) -> String + Send + Sync + 'static,
) -> (SocketAddr, Log) {
    let listener = TcpListener::bind((IpAddr::from(LOCAL), 0)).await.unwrap();
    let (address, log) = (listener.local_addr().unwrap(), Log::default());
    let (seen, answer) = (log.clone(), Arc::new(answer));
    let mut contexts = [context(first), context(then)].into_iter();
    tokio::spawn(async move {
        let mut current = contexts.next().unwrap();
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = SslStream::new(Ssl::new(&current).unwrap(), stream).unwrap();
            if Pin::new(&mut stream).accept().await.is_ok() {
                serve(stream, seen.clone(), answer.clone()).await;
            }
            current = contexts.next().unwrap_or(current);
        }
    });
    (address, log)
}

fn secure(to: SocketAddr) -> Fetch {
    Fetch { tls: true, ..page(to) }
}

#[tokio::test]
async fn a_digest_may_go_by_older_tls_and_basic_may_not() {
    let (to, log) = aged(SslVersion::TLS1, SslVersion::TLS1, guarded(DIGEST)).await;
    let answer = door().fetch(secure(to)).await;
    assert_eq!(
        (answer.login, status(&answer)),
        (Some(LoginEnd::Accepted), "200"),
        "{answer:?}"
    );
    assert_eq!(answer.tls, Some(Tls::Legacy("1.0")));
    assert_eq!(log.lock().unwrap().requests.len(), 2);
    assert_eq!(log.lock().unwrap().logins().len(), 1);

    let wants = |_: &str| unauthorized(&[r#"Basic realm="Device_CGI""#]);
    let (to, log) = aged(SslVersion::TLS1, SslVersion::TLS1, wants).await;
    let door = door_with(Credential {
        allow_basic: true,
        ..credential(PASSWORD)
    });
    let end = door.fetch(secure(to)).await.login;
    assert!(
        matches!(end, Some(LoginEnd::Withheld(reason)) if reason.why.contains("Basic")),
        "{end:?}"
    );
    assert_eq!(log.lock().unwrap().logins().len(), 0);
}

#[tokio::test]
async fn who_falls_back_to_older_tls_after_its_challenge_is_sent_no_login() {
    let hangs_up = |request: &str| guarded(DIGEST)(request) + HANG_UP;
    let (to, log) = aged(SslVersion::TLS1_2, SslVersion::TLS1, hangs_up).await;
    let answer = door().fetch(secure(to)).await;
    assert_eq!(answer.login, Some(LoginEnd::Unclear), "{answer:?}");
    let seen = log.lock().unwrap();
    assert_eq!((seen.requests.len(), seen.logins().len()), (1, 0));
}
