//! The makers' own ports: what is sent there byte for byte, when an answer is whole, and what it says.

#![expect(clippy::unwrap_used, reason = "a test may fail at once")]
#![expect(clippy::print_stderr, reason = "a skipped test says so loudly")]
#![expect(clippy::type_complexity, reason = "tables read best with their type in sight")]

use std::net::SocketAddr;

use camsweep::fact::{Name, Protocol, Reply};
use camsweep::read::{Reading, read};
use camsweep::wire::rtsp::{self, Request};
use camsweep::wire::{dvrip, hik_sdk};
use proptest::prelude::*;

fn facts(protocol: Protocol, bytes: impl Into<Vec<u8>>) -> Vec<(Name, String)> {
    match read(&Reply::new("10.0.0.5", protocol, bytes)) {
        Reading::Facts(facts) => facts.into_iter().map(|said| (said.name, said.value)).collect(),
        other => panic!("{other:?}"),
    }
}

fn is_garbled(protocol: Protocol, bytes: &[u8]) -> bool {
    matches!(read(&Reply::new("10.0.0.5", protocol, bytes)), Reading::Garbled { .. })
}

// RTSP.

#[test]
fn the_two_requests_are_byte_exact() {
    let version = env!("CARGO_PKG_VERSION");
    let table = [
        (
            Request::Options,
            "10.0.0.5:554",
            format!("OPTIONS rtsp://10.0.0.5:554 RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: camsweep/{version}\r\n\r\n"),
        ),
        (
            Request::Describe,
            "[fe80::5]:8554",
            format!(
                "DESCRIBE rtsp://[fe80::5]:8554 RTSP/1.0\r\nCSeq: 2\r\nAccept: application/sdp\r\n\
                 User-Agent: camsweep/{version}\r\n\r\n"
            ),
        ),
    ];
    for (request, server, expected) in table {
        let server: SocketAddr = server.parse().unwrap();
        assert_eq!(String::from_utf8(request.encode(server)).unwrap(), expected);
    }
}

const OPTIONS: &str = "RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: OPTIONS, DESCRIBE, PLAY, PAUSE, SETUP, TEARDOWN, \
                       SET_PARAMETER, GET_PARAMETER\r\nDate:  Mon, Jan 05 2026 08:15:00 GMT\r\n\r\n";
const UNAUTHORIZED: &str = "RTSP/1.0 401 Unauthorized\r\nCSeq: 2\r\n\
    WWW-Authenticate: Digest realm=\"IP Camera(C1234)\", nonce=\"00112233445566778899aabbccddeeff\", stale=\"FALSE\"\r\n\
    WWW-Authenticate: Basic realm=\"IP Camera(C1234)\"\r\nDate:  Mon, Jan 05 2026 08:15:01 GMT\r\n\r\n";

#[test]
fn an_answer_counts_when_it_is_whole() {
    let described = "RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: 9\r\n\r\nv=0\r\ns=Me";
    let both = [OPTIONS, UNAUTHORIZED].concat();
    let table = [
        ("", 0),
        ("\r\n", 0),
        ("RT", 0),
        ("rtsp/1.0 200 ok\n\n", 1),
        (&OPTIONS[..OPTIONS.len() - 2], 0),
        (OPTIONS, 1),
        (&both[..both.len() - 1], 1),
        (&both, 2),
        (&[OPTIONS, "\r\n", UNAUTHORIZED].concat(), 2),
        (&[OPTIONS, described].concat(), 2),
        (&[OPTIONS, &described[..described.len() - 1]].concat(), 1),
        // Who is no RTSP server is asked nothing more.
        ("HTTP/1.1 400 Bad Request\r\n", usize::MAX),
        ("SSH-2.0-dropbear\r\n", usize::MAX),
        (&[OPTIONS, "more than was said"].concat(), usize::MAX),
        // A length beyond all bounds never comes whole, and one that is none is no body.
        ("RTSP/1.0 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n", 0),
        ("RTSP/1.0 200 OK\r\nContent-Length: much\r\n\r\n", 1),
    ];
    for (bytes, expected) in table {
        assert_eq!(rtsp::answers(bytes.as_bytes()), expected, "{bytes:?}");
    }
}

#[test]
fn a_dialogue_says_methods_realm_challenge_and_date_with_its_blanks() {
    let said = facts(Protocol::Rtsp, [OPTIONS, UNAUTHORIZED].concat());
    let expected = [
        (
            Name::RtspPublic,
            "OPTIONS, DESCRIBE, PLAY, PAUSE, SETUP, TEARDOWN, SET_PARAMETER, GET_PARAMETER",
        ),
        (Name::RtspDate, "  Mon, Jan 05 2026 08:15:00 GMT"),
        (Name::RtspDate, "  Mon, Jan 05 2026 08:15:01 GMT"),
        (
            Name::RtspChallenge,
            "Digest realm=\"IP Camera(C1234)\", nonce=\"00112233445566778899aabbccddeeff\", stale=\"FALSE\"",
        ),
        (Name::RtspRealm, "IP Camera(C1234)"),
        (Name::RtspChallenge, "Basic realm=\"IP Camera(C1234)\""),
    ];
    assert_eq!(said, expected.map(|(name, value)| (name, value.to_owned())));
}

#[test]
fn what_little_a_server_says_is_read() {
    let table: &[(&str, &[(Name, &str)])] = &[
        // It asks for a login at once, and closes.
        (
            "RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nWWW-Authenticate: Digest realm=\"Login to 4C0AAAAPAG00001\", nonce=\"1\"\r\n\r\n",
            &[
                (
                    Name::RtspChallenge,
                    "Digest realm=\"Login to 4C0AAAAPAG00001\", nonce=\"1\"",
                ),
                (Name::RtspRealm, "Login to 4C0AAAAPAG00001"),
            ],
        ),
        // A realm that is the MAC.
        (
            "RTSP/1.0 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"4447cc0a0b0c\"\r\n\r\n",
            &[
                (Name::RtspChallenge, "Basic realm=\"4447cc0a0b0c\""),
                (Name::DerivedMac, "44:47:CC:0A:0B:0C"),
                (Name::RtspRealm, "4447cc0a0b0c"),
            ],
        ),
        (
            "RTSP/1.0 404 Not Found\r\ndate:Mon, Jan 05 2026 08:15:00 GMT\r\nServer: S/1\r\n\r\n",
            &[
                (Name::RtspServer, "S/1"),
                (Name::RtspDate, "Mon, Jan 05 2026 08:15:00 GMT"),
            ],
        ),
    ];
    for (bytes, expected) in table {
        let expected: Vec<(Name, String)> = expected.iter().map(|(name, value)| (*name, (*value).into())).collect();
        assert_eq!(facts(Protocol::Rtsp, *bytes), expected, "{bytes}");
    }
    assert!(is_garbled(Protocol::Rtsp, b"RTSP/1.0 400 Bad Request\r\n\r\n"));
    assert!(is_garbled(Protocol::Rtsp, b"SSH-2.0-dropbear\r\n"));
}

// Dahua's DVRIP.

#[test]
fn the_realm_request_is_byte_exact() {
    let expected = "a001000000000000000000000000000000000000000000000502010100 00a1aa".replace(' ', "");
    let sent: String = dvrip::realm_request()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(sent, expected);
    match std::fs::read("../shared/data/captures/dvrip_37777_request.bin") {
        Ok(captured) => assert_eq!(captured, dvrip::realm_request()),
        Err(error) => eprintln!("SKIPPED: the captured realm request: {error}"),
    }
}

/// A reply with its 32-byte header: what stands at 2, 4 (the length, and two bytes behind it) and 8, and the body.
fn reply(at_2: [u8; 2], behind: [u8; 2], code: [u8; 2], body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; 32];
    bytes[..2].copy_from_slice(&[0xb0, 0x01]);
    bytes[2..4].copy_from_slice(&at_2);
    bytes[4..6].copy_from_slice(&u16::try_from(body.len()).unwrap().to_le_bytes());
    bytes[6..8].copy_from_slice(&behind);
    bytes[8..10].copy_from_slice(&code);
    bytes.extend(body);
    bytes
}

const REALM: &[u8] = b"Realm:Login to 4C0AAAAPAG00001\r\nRandom:1234567890\r\n\r\n";

#[test]
fn realm_replies_are_whole_by_their_short_length_and_say_realm_and_state() {
    let realm = (Name::DvripRealm, "Login to 4C0AAAAPAG00001");
    let uninitialised = (Name::Activated, "false");
    let table: &[(Vec<u8>, &[(Name, &str)])] = &[
        (reply([0, 0], [0, 0], [0, 0], REALM), &[realm]),
        // The bytes behind the length are not always zero, and the header is not either.
        (reply([0, 0x78], [0x5a, 0xa5], [0, 8], REALM), &[realm]),
        (reply([0, 0], [0, 0], [0x01, 0x11], REALM), &[realm, uninitialised]),
        (reply([0, 0], [0, 0], [0x01, 0x11], b""), &[uninitialised]),
        (REALM.to_vec(), &[realm]),
    ];
    for (bytes, expected) in table {
        let expected: Vec<(Name, String)> = expected.iter().map(|(name, value)| (*name, (*value).into())).collect();
        assert_eq!(facts(Protocol::Dvrip, bytes.clone()), expected, "{bytes:02x?}");
        assert_eq!(dvrip::answers(bytes), 1);
    }
    let whole = reply([0, 0], [0x5a, 0xa5], [0, 0], REALM);
    for length in 1..whole.len() {
        assert_eq!(dvrip::answers(&whole[..length]), 0, "{length}");
    }
    assert_eq!(dvrip::answers(b""), 0);
    assert_eq!(
        dvrip::answers(b"H"),
        1,
        "whoever begins otherwise speaks another protocol"
    );
    for nothing in [
        &b"HTTP/1.1 400 Bad Request\r\n\r\n"[..],
        &reply([0; 2], [0; 2], [1, 0], b""),
    ] {
        assert!(is_garbled(Protocol::Dvrip, nothing), "{nothing:02x?}");
    }
}

// Hikvision's SDK port.

#[test]
fn the_greeting_is_kept_as_it_is() {
    let greeting = b"\0\0\0\x10\0\0\0\x1e\0\0\0\x1e\0\0\0\0";
    let expected = (Name::HikSdk, "000000100000001e0000001e00000000".to_owned());
    assert_eq!(facts(Protocol::HikSdk, *greeting), [expected]);
    for nothing in [&greeting[..15], b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n", b""] {
        assert!(is_garbled(Protocol::HikSdk, nothing));
    }
}

/// Any bytes, behind beginnings that lead deeper into a decoder.
fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    let beginnings: Vec<Vec<u8>> = vec![
        vec![],
        OPTIONS.into(),
        b"RTSP/1.0 401 x\r\nDate:".to_vec(),
        b"RTSP/1.0 200 OK\r\nContent-Length: ".to_vec(),
        reply([0; 2], [0; 2], [1, 0x11], REALM),
        vec![0xb0],
        vec![0, 0, 0, 16],
    ];
    let tail = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..100),
        "[RTSP/1.0 \r\n:=\"0-9a-f]{0,120}".prop_map(String::into_bytes),
    ];
    (prop::sample::select(beginnings), tail).prop_map(|(start, tail)| [start, tail].concat())
}

proptest! {
    #[test]
    fn no_bytes_panic_and_what_has_come_whole_stays_whole(bytes in any_bytes(), more in any_bytes()) {
        let longer = [&bytes[..], &more[..]].concat();
        for answers in [rtsp::answers, dvrip::answers, hik_sdk::answers] {
            prop_assert!(answers(&bytes) <= answers(&longer));
        }
        for protocol in [Protocol::Rtsp, Protocol::Dvrip, Protocol::HikSdk] {
            if let Reading::Facts(facts) | Reading::Garbled { facts, .. } = read(&Reply::new("x", protocol, longer.clone())) {
                prop_assert!(facts.iter().all(|said| !said.value.trim().is_empty() && said.value.len() <= 1024));
            }
        }
    }

    #[test]
    fn a_request_is_two_lines_or_three_whatever_the_address(ip in any::<std::net::IpAddr>(), port in any::<u16>()) {
        for (request, lines) in [(Request::Options, 3), (Request::Describe, 4)] {
            let bytes = request.encode(SocketAddr::new(ip, port));
            let text = String::from_utf8(bytes).unwrap();
            prop_assert_eq!(text.trim_end().lines().count(), lines);
            prop_assert!(text.ends_with("\r\n\r\n") && text.is_ascii());
            prop_assert!(!text.contains("Authorization"));
        }
    }
}
