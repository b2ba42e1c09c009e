//! One GET, and whatever a device calls an HTTP response.
//!
//! Read by hand because the case and the order of the header fields tell makers apart, and because an
//! HTTP library refuses what embedded servers send.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::head::{self, Head};
use super::{filled, onvif, text, xml};

/// What a response may begin with.
const PROTOCOLS: &[&str] = &["HTTP/", "HTTP ", "ICY "];
/// The most interim responses (`100 Continue`) that are passed over.
const MOST_INTERIM: usize = 4;
/// How a title begins.
static TITLE: LazyLock<Regex> = LazyLock::new(|| Regex::new("(?i-u)<title").expect("a pattern of ours"));
/// The longest title that is kept, in bytes.
const MAX_TITLE: usize = 1024;

/// A GET and nothing else: no body, no cookie, no login. `path` begins with `/`.
pub fn get(host_header: &str, path: &str) -> Vec<u8> {
    format!("{}\r\n", request_head("GET", host_header, path)).into_bytes()
}

/// A question to an ONVIF device service, in an envelope of its own: the only POST that there is.
pub fn onvif(host_header: &str, path: &str, request: onvif::Request, envelope: &str) -> Vec<u8> {
    let head = request_head("POST", host_header, path);
    let (kind, length) = (request.content_type(), envelope.len());
    format!("{head}Content-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{envelope}").into_bytes()
}

/// By which a request asks the server to close when it has answered.
const CLOSE: &str = "Connection: close\r\n";

/// The same request, after which the server may wait for another.
pub fn keeping_open(mut request: Vec<u8>) -> Vec<u8> {
    let line = request.windows(CLOSE.len()).position(|line| line == CLOSE.as_bytes());
    if let Some(start) = line {
        request.drain(start..start + CLOSE.len());
    }
    request
}

fn request_head(verb: &str, host_header: &str, path: &str) -> String {
    debug_assert!(
        ![host_header, path].concat().contains(['\r', '\n']),
        "addresses and paths are our own"
    );
    format!(
        "{verb} {path} HTTP/1.1\r\nHost: {host_header}\r\nUser-Agent: camsweep/{version}\r\nAccept: */*\r\n\
         {CLOSE}",
        version = env!("CARGO_PKG_VERSION"),
    )
}

/// A response as far as it could be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Response {
    /// `HTTP/1.1`, `ICY`; absent where there was no status line.
    pub version: Option<String>,
    /// The status code; absent where there was none.
    pub status: Option<u16>,
    /// The words behind it.
    pub reason: String,
    /// The fields in order and in their own case.
    pub headers: Vec<(String, String)>,
    /// The body, chunks joined.
    pub body: Vec<u8>,
}

impl Response {
    /// Reads any bytes. What does not begin like a response is all body.
    pub fn decode(bytes: &[u8]) -> Response {
        let Some((head, body)) = split(bytes) else {
            return Response {
                body: bytes.to_vec(),
                ..Response::default()
            };
        };
        let body = match is_chunked(&head) {
            true => dechunk(body).0,
            false => body.to_vec(),
        };
        Response {
            version: head.version,
            status: head.status,
            reason: head.reason,
            headers: head.fields,
            body,
        }
    }

    /// The value of the first field of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        head::field(&self.headers, name)
    }

    /// All values of the fields of that name, in any case.
    pub fn headers_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The body as text; empty where it is compressed, which we never asked for.
    pub fn text(&self) -> Cow<'_, str> {
        match self.header("Content-Encoding") {
            Some(encoding) if !encoding.eq_ignore_ascii_case("identity") => Cow::default(),
            _ => text::decode_as(&self.body, self.header("Content-Type").and_then(text::charset)),
        }
    }
}

/// The head of the final response, and all that follows it.
fn split(bytes: &[u8]) -> Option<(Head, &[u8])> {
    let mut rest = bytes;
    for _ in 0..MOST_INTERIM {
        let head = Head::decode(rest, PROTOCOLS)?;
        let body = &rest[head.length..];
        let interim = matches!(head.status, Some(100..=199)) && head::starts_with(body, "HTTP/");
        if !interim {
            return Some((head, body));
        }
        rest = body;
    }
    None
}

/// Whether nothing more can come: the length announced is there, or the last chunk. Where in doubt, no.
pub fn is_complete(bytes: &[u8]) -> bool {
    let Some((head, body)) = split(bytes).filter(|(head, _)| head.ended) else {
        return false;
    };
    if matches!(head.status, Some(204 | 304)) {
        return true;
    }
    if is_chunked(&head) {
        return dechunk(body).1;
    }
    let mut lengths = head
        .fields
        .iter()
        .filter(|(key, _)| key.eq_ignore_ascii_case("Content-Length"));
    let first = lengths.next().and_then(|(_, value)| value.parse::<usize>().ok());
    let agreed = first.filter(|first| lengths.all(|(_, value)| value.parse() == Ok(*first)));
    !matches!(head.status, None | Some(100..=199)) && agreed.is_some_and(|length| body.len() >= length)
}

/// Whether the head of the final response is there to its end.
pub fn has_whole_head(bytes: &[u8]) -> bool {
    split(bytes).is_some_and(|(head, _)| head.ended)
}

/// Whether the server waits for another request (RFC 9112 §9.3).
pub fn is_kept_open(bytes: &[u8]) -> bool {
    let closes = |head: &Head| {
        let mut options = head
            .fields
            .iter()
            .filter(|(key, _)| key.eq_ignore_ascii_case("Connection"));
        options.any(|(_, value)| value.to_ascii_lowercase().contains("close"))
    };
    let is_open = |(head, _): (Head, _)| head.version.as_deref() == Some("HTTP/1.1") && !closes(&head);
    is_complete(bytes) && split(bytes).is_some_and(is_open)
}

fn is_chunked(head: &Head) -> bool {
    head.field("Transfer-Encoding")
        .is_some_and(|coding| coding.to_ascii_lowercase().contains("chunked"))
}

/// Joins chunks, and whether the last one was seen. What is not chunked although it should be stays as it is.
fn dechunk(bytes: &[u8]) -> (Vec<u8>, bool) {
    let mut joined = Vec::new();
    let mut rest = bytes;
    while let Some((size, data)) = chunk_size(rest) {
        if size == 0 {
            return (joined, true);
        }
        let size = size.min(data.len());
        joined.extend_from_slice(&data[..size]);
        rest = data[size..].trim_ascii_start();
    }
    if joined.is_empty() {
        (bytes.to_vec(), false)
    } else {
        (joined, false)
    }
}

/// The same response with its chunks joined into one, which decodes as before: a text that a chunk's boundary had torn is
/// whole in it.
pub fn in_one_chunk(bytes: &[u8]) -> Cow<'_, [u8]> {
    let Some((_, body)) = split(bytes).filter(|(head, _)| is_chunked(head)) else {
        return Cow::Borrowed(bytes);
    };
    let (joined, is_whole) = dechunk(body);
    // What was not chunked after all has come back as it was.
    if joined.is_empty() || joined == body {
        return Cow::Borrowed(bytes);
    }
    let head = &bytes[..bytes.len() - body.len()];
    let size = format!("{:x}\r\n", joined.len());
    let end: &[u8] = if is_whole { b"\r\n0\r\n\r\n" } else { b"" };
    Cow::Owned([head, size.as_bytes(), &joined, end].concat())
}

fn chunk_size(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let end = bytes.iter().take(1024).position(|&byte| byte == b'\n')?;
    let line = std::str::from_utf8(&bytes[..end]).ok()?;
    let digits = line.split(';').next()?.trim();
    let plain = digits.len() <= 8 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let size = usize::from_str_radix(digits, 16).ok().filter(|_| plain)?;
    Some((size, &bytes[end + 1..]))
}

/// The title of a page, references resolved and blanks joined.
pub fn title(page: &str) -> Option<String> {
    let tag = TITLE.find(page)?.start();
    let start = tag + page[tag..].find('>')? + 1;
    let end = page[start..].find('<').map_or(page.len(), |length| start + length);
    let words = xml::unescape(text::cut(&page[start..end], MAX_TITLE));
    filled(&words.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The realms of a `WWW-Authenticate` value, which may hold several challenges. Commas within quotes
/// belong to the realm; a realm without quotes ends at the next comma.
pub fn realms(challenge: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = challenge;
    while let Some((before, after)) = next_parameter(rest) {
        let (value, tail) = parameter_value(after);
        let name = before.rsplit([' ', '\t', ',']).next().unwrap_or_default();
        if name.eq_ignore_ascii_case("realm") {
            found.extend(filled(&value));
        }
        rest = tail;
    }
    found
}

/// Splits at the next `=`.
fn next_parameter(text: &str) -> Option<(&str, &str)> {
    let (before, after) = text.split_once('=')?;
    Some((before.trim_end(), after.trim_start()))
}

fn parameter_value(text: &str) -> (String, &str) {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''));
    let Some(quote) = quote else {
        let end = text.find(',').unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => {
                value.push(c);
                escaped = false;
            }
            '\\' => escaped = true,
            c if c == quote => return (value, &text[at + c.len_utf8()..]),
            c => value.push(c),
        }
    }
    (value, "")
}
