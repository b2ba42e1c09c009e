//! One server for each age of TLS, by OpenSSL's own acceptor.

use std::pin::Pin;

use camsweep::wire::onvif::Request;
use openssl::asn1::Asn1Time;
use openssl::dh::Dh;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::ssl::{Ssl, SslContext, SslContextBuilder, SslMethod, SslVerifyMode, SslVersion};
use openssl::x509::{X509, X509NameBuilder};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_openssl::SslStream;

use super::*;

/// What a server speaks, and how it is read.
struct Age {
    name: &'static str,
    version: SslVersion,
    ciphers: &'static str,
    signs_with: Option<&'static str>,
    key_bits: u32,
    certificate: (i32, fn() -> MessageDigest),
    read_by: Tls,
}

/// X.509 version 3 counts from 0.
const V3: i32 = 2;
const V1: i32 = 0;

const TODAY: Age = Age {
    name: "TLS 1.2 with ECDHE and GCM",
    version: SslVersion::TLS1_2,
    ciphers: "ECDHE-RSA-AES128-GCM-SHA256",
    signs_with: None,
    key_bits: 2048,
    certificate: (V3, MessageDigest::sha256),
    read_by: Tls::Modern("1.2"),
};

const fn old(name: &'static str, ciphers: &'static str) -> Age {
    let read_by = Tls::Legacy("1.2");
    Age {
        name,
        ciphers,
        read_by,
        ..TODAY
    }
}

const fn older(name: &'static str, version: SslVersion, read_by: Tls) -> Age {
    let ciphers = "ALL";
    Age {
        name,
        version,
        ciphers,
        read_by,
        ..TODAY
    }
}

const RSA_1024_SHA1: (u32, fn() -> MessageDigest) = (1024, MessageDigest::sha1);

const AGES: [Age; 13] = [
    Age {
        name: "TLS 1.3",
        version: SslVersion::TLS1_3,
        read_by: Tls::Modern("1.3"),
        ..TODAY
    },
    TODAY,
    Age {
        name: "1024 bits, signed with SHA-1",
        key_bits: RSA_1024_SHA1.0,
        certificate: (V3, RSA_1024_SHA1.1),
        ..TODAY
    },
    Age {
        name: "X.509 version 1",
        certificate: (V1, MessageDigest::sha256),
        ..TODAY
    },
    Age {
        name: "signs with RSA and SHA-1 only",
        signs_with: Some("RSA+SHA1"),
        ..TODAY
    },
    old("RSA key exchange and CBC", "AES128-SHA"),
    old("DHE and CBC", "DHE-RSA-AES128-SHA"),
    old("RSA key exchange and GCM", "AES128-GCM-SHA256"),
    old("ECDHE and CBC", "ECDHE-RSA-AES128-SHA"),
    Age {
        key_bits: 512,
        certificate: (V3, MessageDigest::sha1),
        ..old("512 bits", "AES128-SHA")
    },
    older("TLS 1.1", SslVersion::TLS1_1, Tls::Legacy("1.1")),
    older("TLS 1.0", SslVersion::TLS1, Tls::Legacy("1.0")),
    Age {
        key_bits: 1024,
        certificate: (V3, MessageDigest::md5),
        ..older(
            "TLS 1.0, 1024 bits, signed with MD5",
            SslVersion::TLS1,
            Tls::Legacy("1.0"),
        )
    },
];

fn certificate(key: &PKey<Private>, (version, digest): (i32, fn() -> MessageDigest)) -> X509 {
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_text("CN", "camera.example").unwrap();
    let name = name.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(version).unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(&name).unwrap();
    builder.set_pubkey(key).unwrap();
    builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::days_from_now(1).unwrap()).unwrap();
    builder.sign(key, digest()).unwrap();
    builder.build()
}

impl Age {
    fn context(&self, more: impl FnOnce(&mut SslContextBuilder)) -> (SslContext, Vec<u8>) {
        let key = PKey::from_rsa(Rsa::generate(self.key_bits).unwrap()).unwrap();
        let certificate = certificate(&key, self.certificate);
        let mut context = SslContext::builder(SslMethod::tls_server()).unwrap();
        context.set_security_level(0);
        context.set_min_proto_version(Some(self.version)).unwrap();
        context.set_max_proto_version(Some(self.version)).unwrap();
        context
            .set_cipher_list(&format!("{}:@SECLEVEL=0", self.ciphers))
            .unwrap();
        context.set_tmp_dh(&Dh::get_2048_256().unwrap()).unwrap();
        context.set_certificate(&certificate).unwrap();
        context.set_private_key(&key).unwrap();
        if let Some(signs_with) = self.signs_with {
            context.set_sigalgs_list(signs_with).unwrap();
        }
        more(&mut context);
        (context.build(), certificate.to_der().unwrap())
    }

    async fn start(&self) -> (Server, Vec<u8>) {
        let (context, certificate) = self.context(|_| {});
        (
            Server::start(move |_, stream| play(context.clone(), stream)).await,
            certificate,
        )
    }
}

async fn play(context: SslContext, stream: TcpStream) {
    let mut stream = SslStream::new(Ssl::new(&context).unwrap(), stream).unwrap();
    if Pin::new(&mut stream).accept().await.is_ok() {
        echo(stream).await;
    }
}

/// Reads one request, head and announced body.
async fn request(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer).await {
            Ok(length) if length > 0 => bytes.extend_from_slice(&buffer[..length]),
            _ => break,
        }
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .split("Content-Length: ")
            .nth(1)
            .and_then(|rest| rest.lines().next());
        if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
            break;
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// Answers one request with what it was.
async fn echo(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    let asked = request(&mut stream).await;
    let length = asked.len();
    let answer = format!("HTTP/1.1 200 OK\r\nServer: Old\r\nContent-Length: {length}\r\n\r\n{asked}");
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}

fn connections(read_by: Tls) -> u64 {
    match read_by {
        Tls::Legacy(_) => 2,
        _ => 1,
    }
}

/// What came after the head.
fn body(answer: &Answer) -> &str {
    let text = std::str::from_utf8(&answer.bytes).unwrap();
    text.split_once("\r\n\r\n")
        .unwrap_or_else(|| panic!("no head in {answer:?}"))
        .1
}

#[tokio::test]
async fn servers_of_every_age_are_read_and_legacy_tls_is_for_those_that_refuse_todays() {
    for age in &AGES {
        let (server, certificate) = age.start().await;
        let expected = (Outcome::Answered, Some(age.read_by), connections(age.read_by));
        let answer = door().exchange(question(server.address)).await;
        assert_eq!(summary(&answer), expected, "{}: {:?}", age.name, answer.why);
        assert_eq!(server.connections() as u64, expected.2, "{}", age.name);
        assert_eq!(answer.certificate.as_ref(), Some(&certificate), "{}", age.name);
        assert!(body(&answer).starts_with("GET / HTTP/1.1\r\n"), "{}", age.name);
        let answer = door().fetch(page(server.address)).await;
        assert_eq!(summary(&answer), expected, "{}: {:?}", age.name, answer.why);
        assert_eq!(server.connections() as u64, expected.2, "{}", age.name);
        assert_eq!(answer.certificate.as_ref(), Some(&certificate), "{}", age.name);
        assert!(answer.bytes.starts_with(b"HTTP/1.1 200 OK\r\n"), "{}", age.name);
    }
}

#[tokio::test]
async fn a_question_is_the_same_by_legacy_tls() {
    let onvif = Ask::Onvif {
        path: "/onvif/device_service".into(),
        request: Request::DeviceInformation,
    };
    for ask in [Ask::Get("/a?b=1".into()), onvif] {
        let mut asked = Vec::new();
        for age in [&TODAY, &AGES[5]] {
            let (server, _) = age.start().await;
            let answer = door()
                .fetch(Fetch {
                    ask: ask.clone(),
                    ..page(server.address)
                })
                .await;
            let port = server.address.port().to_string();
            let (head, body) = body(&answer).split_once("\r\n\r\n").unwrap();
            asked.push((head.replace(&port, "port"), body.to_owned()));
        }
        assert_eq!(asked[0], asked[1]);
    }
}

#[tokio::test]
async fn what_was_learnt_of_a_host_holds_for_the_run() {
    let door = door();
    let (server, _) = AGES[5].start().await;
    assert_eq!(door.exchange(question(server.address)).await.connections, 2);
    let answer = door.fetch(page(server.address)).await;
    assert_eq!(summary(&answer), (Outcome::Answered, Some(Tls::Legacy("1.2")), 1));
    let plain = Exchange {
        tls: false,
        ..question(server.address)
    };
    assert_eq!(door.exchange(plain).await.tls, None);
    assert_eq!(server.connections(), 4);
    // The host is tried once: another port of it is read by TLS of today or not at all.
    let (other, _) = AGES[5].start().await;
    let answer = door.exchange(question(other.address)).await;
    assert_eq!(summary(&answer), (Outcome::Garbled, Some(Tls::Refused), 1));
    assert_eq!(other.connections(), 1);
}

#[tokio::test]
async fn a_server_that_refuses_everything_is_tried_twice_and_then_no_more() {
    let server = Server::start(|_, stream| greet(stream, HANDSHAKE_FAILURE)).await;
    let door = door();
    let answer = door.exchange(question(server.address)).await;
    assert_eq!(summary(&answer), (Outcome::Garbled, Some(Tls::Refused), 2));
    let why = answer.why.unwrap();
    assert!(
        why.contains("TLS handshake with") && why.contains("; legacy TLS handshake with"),
        "{why}"
    );
    assert_eq!(door.fetch(page(server.address)).await.connections, 1);
    assert_eq!(server.connections(), 3);
}

#[tokio::test]
async fn small_servers_that_hang_up_are_read_all_the_same() {
    for reset in [false, true] {
        let (context, _) = AGES[11].context(|_| {});
        let server = Server::start(move |nth, mut stream| {
            let context = context.clone();
            async move {
                match (nth, reset) {
                    (1, true) => drop(stream.readable().await),
                    (1, false) => drop(stream.read(&mut [0; 4096]).await),
                    _ => play(context, stream).await,
                }
            }
        })
        .await;
        let answer = door().exchange(question(server.address)).await;
        let expected = (Outcome::Answered, Some(Tls::Legacy("1.0")), 2);
        assert_eq!(summary(&answer), expected, "reset: {reset}, {:?}", answer.why);
    }
}

#[tokio::test]
async fn a_server_of_today_that_wants_a_certificate_of_ours_is_no_old_one() {
    for age in &AGES[..2] {
        let (context, certificate) = age.context(|context| {
            context.set_verify(SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT);
        });
        let server = Server::start(move |_, stream| play(context.clone(), stream)).await;
        for answer in [
            door().exchange(question(server.address)).await,
            door().fetch(page(server.address)).await,
        ] {
            assert_eq!(
                (answer.tls, answer.connections),
                (Some(age.read_by), 1),
                "{}: {:?}",
                age.name,
                answer.why
            );
            assert_eq!(answer.certificate.as_ref(), Some(&certificate), "{}", age.name);
        }
        assert_eq!(server.connections(), 2, "{}", age.name);
    }
}
