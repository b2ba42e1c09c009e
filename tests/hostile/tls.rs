//! Hostile servers of TLS, by OpenSSL's own acceptor: certificates beyond all measure, and renegotiation in the midst of an
//! answer.
#![expect(unsafe_code, reason = "the crate has no name for SSL_renegotiate")]

use std::ffi::{c_int, c_void};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use camsweep::fact::Outcome;
use camsweep::net::{Answer, Door};
use openssl::asn1::{Asn1Object, Asn1OctetString, Asn1Time};
use openssl::bn::BigNum;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::ssl::{Ssl, SslContext, SslContextBuilder, SslMethod, SslStream, SslVersion};
use openssl::x509::extension::SubjectAlternativeName;
use openssl::x509::{X509, X509Builder, X509Extension, X509Name, X509NameBuilder};

use super::{HUNG, door, page, question};

/// A certificate that a device shows, and what of it may be kept.
struct Row {
    what: &'static str,
    make: fn(&mut X509Builder),
    /// How many more follow it.
    chain: usize,
    /// Whether it is read at all: a message of TLS beyond 64 KiB is not.
    kept: bool,
}

const fn row(what: &'static str, kept: bool, make: fn(&mut X509Builder)) -> Row {
    let chain = 0;
    Row {
        what,
        make,
        chain,
        kept,
    }
}

const CERTIFICATES: &[Row] = &[
    row("1,500 names", true, |builder| names(builder, 1500)),
    row("10,000 names", false, |builder| names(builder, 10_000)),
    row("a million bytes", false, |builder| {
        let oid = Asn1Object::from_str("1.3.6.1.4.1.55555.1").unwrap();
        let bytes = Asn1OctetString::new_from_bytes(&vec![b'x'; 1 << 20]).unwrap();
        builder
            .append_extension(X509Extension::new_from_der(&oid, false, &bytes).unwrap())
            .unwrap();
    }),
    row("an end in the year 9999 and a beginning in 1950", true, |builder| {
        builder
            .set_not_before(&Asn1Time::from_str("19500101000000Z").unwrap())
            .unwrap();
        builder
            .set_not_after(&Asn1Time::from_str("99991231235959Z").unwrap())
            .unwrap();
    }),
    row("a negative serial number", true, |builder| {
        let mut serial = BigNum::from_u32(0x7fff_ffff).unwrap();
        serial.set_negative(true);
        builder.set_serial_number(&serial.to_asn1_integer().unwrap()).unwrap();
    }),
    row("a serial number of 4,096 bits", true, |builder| {
        let mut serial = BigNum::new().unwrap();
        serial.set_bit(4095).unwrap();
        builder.set_serial_number(&serial.to_asn1_integer().unwrap()).unwrap();
    }),
    row("no subject", true, |builder| {
        builder.set_subject_name(&X509Name::builder().unwrap().build()).unwrap();
    }),
    row("a subject of escapes", true, |builder| {
        let mut name = X509NameBuilder::new().unwrap();
        name.append_entry_by_text("CN", "\x1b]0;mine\x07\u{202e}<script>\r\n")
            .unwrap();
        builder.set_subject_name(&name.build()).unwrap();
    }),
    Row {
        chain: 200,
        ..row("200 more behind it", false, |_| {})
    },
    Row {
        chain: 20,
        ..row("20 more behind it", true, |_| {})
    },
];

fn names(builder: &mut X509Builder, count: usize) {
    let mut all = SubjectAlternativeName::new();
    for nth in 0..count {
        all.dns(&format!("{nth}.camera.example"));
    }
    let names = all.build(&builder.x509v3_context(None, None)).unwrap();
    builder.append_extension(names).unwrap();
}

fn certificate(key: &PKey<Private>, make: fn(&mut X509Builder)) -> X509 {
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_text("CN", "camera.example").unwrap();
    let name = name.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(&name).unwrap();
    builder.set_pubkey(key).unwrap();
    builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::days_from_now(1).unwrap()).unwrap();
    make(&mut builder);
    builder.sign(key, MessageDigest::sha256()).unwrap();
    builder.build()
}

/// A server with a certificate, and that certificate.
fn context(row: &Row, more: impl FnOnce(&mut SslContextBuilder)) -> (SslContext, Vec<u8>) {
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let first = certificate(&key, row.make);
    let mut context = SslContext::builder(SslMethod::tls_server()).unwrap();
    context.set_security_level(0);
    context.set_certificate(&first).unwrap();
    context.set_private_key(&key).unwrap();
    for _ in 0..row.chain {
        context.add_extra_chain_cert(certificate(&key, |_| {})).unwrap();
    }
    more(&mut context);
    (context.build(), first.to_der().unwrap())
}

/// Serves on the loopback until the test's process ends.
fn start(context: SslContext, serve: fn(&mut SslStream<TcpStream>)) -> SocketAddr {
    let listener = TcpListener::bind("127.0.87.200:0").unwrap();
    let to = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            if let Ok(mut stream) = Ssl::new(&context).unwrap().accept(stream) {
                serve(&mut stream);
            }
        }
    });
    to
}

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nServer: App-webs/\r\nContent-Length: 2\r\n\r\nok";

fn answer(stream: &mut SslStream<TcpStream>) {
    let _ = stream.read(&mut [0; 4096]);
    let _ = stream.write_all(ANSWER);
    let _ = stream.shutdown();
}

async fn ask(to: SocketAddr) -> (Answer, Answer) {
    let door = door();
    let both = async {
        (
            door.exchange(question(to, true)).await,
            door.fetch(page(to, true)).await,
        )
    };
    tokio::time::timeout(HUNG, both)
        .await
        .expect("a question ends in its time")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_beyond_all_measure_costs_no_more_than_its_question() {
    for row in CERTIFICATES {
        let (context, shown) = context(row, |_| {});
        let (bytes, page) = ask(start(context, answer)).await;
        for answer in [&bytes, &page] {
            let ended = match row.kept {
                true => (Outcome::Answered, Some(shown.as_slice())),
                false => (Outcome::Garbled, None),
            };
            let has = (answer.outcome, answer.certificate.as_deref());
            assert!(has == ended, "{}: {:?}, {:?}", row.what, answer.outcome, answer.why);
        }
        // What is kept is read, and says nothing that a terminal would obey.
        let reply = camsweep::fact::Reply::new("192.0.2.1", camsweep::fact::Protocol::Certificate, shown);
        if row.kept
            && let camsweep::read::Reading::Facts(facts) = camsweep::read::read(&reply)
        {
            assert!(facts.iter().all(|fact| fact.value.len() <= 64 << 10), "{}", row.what);
        }
    }
}

unsafe extern "C" {
    fn SSL_renegotiate(ssl: *mut c_void) -> c_int;
}

const HANDSHAKE: u8 = 22;
/// How often a client has begun the handshake again.
static BEGUN_AGAIN: AtomicUsize = AtomicUsize::new(0);

/// Reads the question, wants the handshake done again so many times, and answers.
fn insist<const TIMES: usize>(stream: &mut SslStream<TcpStream>) {
    let _ = stream.read(&mut [0; 4096]);
    let ssl = std::ptr::from_ref(stream.ssl()).cast_mut().cast();
    for _ in 0..TIMES {
        // SAFETY: a reference to SslRef is OpenSSL's own pointer (foreign-types), and only this thread has it.
        let asked = unsafe { SSL_renegotiate(ssl) };
        assert_eq!(asked, 1, "the server may ask for it");
        let _ = stream.do_handshake();
    }
    // The kind of a record is there to be read, whatever it hides (RFC 5246 §6.2.1).
    let mut record = [0; 4096];
    let _ = stream.get_ref().set_read_timeout(Some(Duration::from_secs(1)));
    let _ = stream.get_mut().read(&mut record);
    BEGUN_AGAIN.fetch_add(usize::from(record[0] == HANDSHAKE), Ordering::SeqCst);
    let _ = stream.write_all(ANSWER);
    let _ = stream.shutdown();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_wants_the_handshake_again_gets_none_and_ends_in_its_time() {
    let plain = row("nothing odd", true, |_| {});
    for version in [SslVersion::TLS1_2, SslVersion::TLS1] {
        // Who asks once is talked on with; who does nothing else is not.
        for (serve, is_patient) in [(insist::<1> as fn(&mut _), true), (insist::<1000>, false)] {
            let (context, shown) = context(&plain, |context| {
                context.set_min_proto_version(Some(version)).unwrap();
                context.set_max_proto_version(Some(version)).unwrap();
                context.set_cipher_list("ALL:@SECLEVEL=0").unwrap();
            });
            let (bytes, page) = ask(start(context, serve)).await;
            for answer in [bytes, page] {
                let ended = answer.outcome == Outcome::Answered;
                assert!(ended || !is_patient, "{version:?}: {:?}", answer.why);
                assert_eq!(answer.certificate.as_deref(), Some(shown.as_slice()), "{version:?}");
            }
        }
    }
    assert_eq!(BEGUN_AGAIN.load(Ordering::SeqCst), 0);
}
