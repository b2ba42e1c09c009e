//! What hostile devices do on a connection, and how a question to each may end.

use camsweep::fact::Outcome;

use super::steps::FOR_EVER;
use super::steps::Step::{self, Again, Drip, Hear, Hold, Reset, Say};

/// A hostile device.
pub struct Row {
    pub what: &'static str,
    pub steps: &'static [Step],
    /// How a question may end.
    pub ends: &'static [Outcome],
}

const ANSWERED: Outcome = Outcome::Answered;
const GARBLED: Outcome = Outcome::Garbled;
const SILENT: Outcome = Outcome::Silent;

const fn row(what: &'static str, steps: &'static [Step], ends: &'static [Outcome]) -> Row {
    Row { what, steps, ends }
}

const OK: Step = Say(b"HTTP/1.1 200 OK\r\nServer: App-webs/\r\n");

const REFUSED: Outcome = Outcome::Refused;
/// The reset comes before or after the connection is known to stand.
const AT_ONCE: &[Outcome] = &[REFUSED, SILENT];
const IN_HANDSHAKE: &[Outcome] = &[REFUSED, GARBLED];

/// Web servers.
pub const WEB: &[Row] = &[
    row("drips a head", &[Hear, Drip(b"HTTP/1.1 200 OK\r\nX: y\r\n")], &[ANSWERED]),
    row("drips a body", &[Hear, OK, Say(b"\r\n"), Drip(b"<html>")], &[ANSWERED]),
    row("has headers without end", &[Hear, OK, Again(b"X-Much: more\r\n", FOR_EVER)], &[ANSWERED]),
    row("has one header without end", &[Hear, OK, Say(b"X: "), Again(b"x", FOR_EVER)], &[ANSWERED]),
    row("has 500 headers of 700 bytes", &[Hear, OK, Again(&HEADER, 500), Say(b"\r\n")], &[ANSWERED]),
    row("says 100 Continue without end", &[Hear, Again(b"HTTP/1.1 100 Continue\r\n\r\n", FOR_EVER)], &[ANSWERED]),
    row("has a body of 10 MB", &[Hear, OK, Say(b"Content-Length: 10000000\r\n\r\n"), Again(b"x", 10_000_000)], &[ANSWERED]),
    row("has a body without end", &[Hear, OK, Say(b"\r\n"), Again(b"x", FOR_EVER)], &[ANSWERED]),
    row("has more body than it says", &[Hear, OK, Say(b"Content-Length: 3\r\n\r\n"), Again(b"x", 100_000)], &[ANSWERED]),
    row("has less body than it says", &[Hear, OK, Say(b"Content-Length: 10000000\r\n\r\nshort")], &[ANSWERED]),
    row("says a length below nothing", &[Hear, OK, Say(b"Content-Length: -1\r\n\r\nbody")], &[ANSWERED]),
    row("says a length beyond numbers", &[Hear, OK, Say(b"Content-Length: 99999999999999999999999999\r\n\r\nbody")], &[ANSWERED]),
    row("says two lengths", &[Hear, OK, Say(b"Content-Length: 3\r\nContent-Length: 30\r\n\r\nbody")], &[ANSWERED]),
    row("has a chunk beyond numbers", &[Hear, OK, Say(b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nx")], &[ANSWERED]),
    row("has chunks of one byte without end", &[Hear, OK, Say(b"Transfer-Encoding: chunked\r\n\r\n"), Again(b"1\r\nx\r\n", FOR_EVER)], &[ANSWERED]),
    row("has a chunk's extension without end", &[Hear, OK, Say(b"Transfer-Encoding: chunked\r\n\r\n1;"), Again(b"x", FOR_EVER)], &[ANSWERED]),
    row("lies about gzip", &[Hear, OK, Say(b"Content-Encoding: gzip\r\nContent-Length: 7\r\n\r\nno gzip")], &[ANSWERED]),
    row("laughs a billion times", &[Hear, OK, Say(b"Content-Type: text/xml\r\n\r\n"), Say(LAUGHS)], &[ANSWERED]),
    row("nests 350 kB", &[Hear, OK, Say(b"Content-Type: text/xml\r\n\r\n"), Again(b"<a>", 120_000)], &[ANSWERED]),
    row("writes no UTF-8", &[Hear, OK, Say(b"\r\n<title>\xff\xfe\xc9\xe3\xcf\xf1\xbb\xfa\xf0\x28\x8c\x28</title>")], &[ANSWERED]),
    row("ends lines by CR alone", &[Hear, Say(b"HTTP/1.1 200 OK\rServer: x\r\rbody")], &[ANSWERED]),
    row("has NULs", &[Hear, Say(b"HTTP/1.1 200 OK\r\nServer: a\0b\r\n\r\n\0\0\0")], &[ANSWERED]),
    row("says nothing but NULs", &[Hear, Again(b"\0", 100_000)], &[ANSWERED]),
    row("speaks HTTP/0.9", &[Hear, Say(b"<html><title>old</title></html>")], &[ANSWERED]),
    row("escapes", &[Hear, Say(b"HTTP/1.1 200 OK\r\nServer: \x1b]0;mine\x07\r\n\r\n<title>\x1b[2J\xe2\x80\xae=cmd|' /C calc'!A0</title>")], &[ANSWERED]),
    row("sends us to another host", &[Hear, Say(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.88.1:18080/\r\n\r\n")], &[ANSWERED]),
    row("sends us round", &[Hear, Say(b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n")], &[ANSWERED]),
    row("sends us to a file", &[Hear, Say(b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n")], &[ANSWERED]),
    row("resets at once", &[Reset], AT_ONCE),
    row("resets when asked", &[Hear, Reset], &[SILENT]),
    row("resets in its head", &[Hear, OK, Reset], &[ANSWERED]),
    row("resets in its body", &[Hear, OK, Say(b"Content-Length: 100\r\n\r\nshort"), Reset], &[ANSWERED]),
    row("accepts and is silent", &[Hold], &[SILENT]),
    row("hears and is silent", &[Hear, Hold], &[SILENT]),
    row("closes at once", &[], &[SILENT]),
];

/// Servers of TLS that are none.
pub const TLS: &[Row] = &[
    row(
        "speaks HTTP in place of TLS",
        &[Say(b"HTTP/1.1 400 Bad Request\r\n\r\n")],
        &[GARBLED],
    ),
    row(
        "alerts without end",
        &[Again(b"\x15\x03\x03\x00\x02\x01\x00", FOR_EVER)],
        &[GARBLED],
    ),
    row(
        "has a record beyond length",
        &[Say(b"\x16\x03\x03\xff\xff"), Again(b"\x02", 70_000)],
        &[GARBLED],
    ),
    row(
        "drips a hello",
        &[Drip(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc")],
        &[SILENT],
    ),
    row("is silent in the handshake", &[Hold], &[SILENT]),
    row("resets in the handshake", &[Say(b"\x16\x03"), Reset], IN_HANDSHAKE),
];

/// What speaks first on Hikvision's SDK port.
pub const SDK: &[Row] = &[
    row(
        "greets with garbage",
        &[Again(b"\xde\xad\xbe\xef", 100_000)],
        &[ANSWERED],
    ),
    row("greets a byte at a time", &[Drip(b"\0")], &[ANSWERED]),
    row("greets with half a greeting", &[Say(b"\0\0\0\x10\0\0")], &[ANSWERED]),
    row("does not greet", &[Hold], &[SILENT]),
];

const HEADER: [u8; 700] = {
    let mut header = [b'x'; 700];
    header[1] = b':';
    header[698] = b'\r';
    header[699] = b'\n';
    header
};

/// Ten entities of ten, eight deep.
const LAUGHS: &[u8] =
    b"<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">\
<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\">\
<!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;\"><!ENTITY f \"&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;\">\
<!ENTITY g \"&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;\"><!ENTITY h \"&g;&g;&g;&g;&g;&g;&g;&g;&g;&g;\">]>\
<DeviceInfo><model>&h;</model></DeviceInfo>";
