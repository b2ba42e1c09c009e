//! RTSP (RFC 2326): the two requests that open nothing, and responses, from a stored reply or a whole
//! recorded dialogue.

use std::net::SocketAddr;

use super::head::{self, Head};
use super::text;

/// The port, unless the device announces another.
pub const PORT: u16 = 554;
const PROTOCOL: &str = "RTSP/";
/// The most responses of one dialogue that are read.
const MOST: usize = 16;

/// What a server is asked. Neither opens a session, and there is no room for a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// What it can do.
    Options,
    /// What it would send: the second request on a connection.
    Describe,
}

impl Request {
    /// The bytes. The address alone is asked for, without a path, as players do that were given none.
    pub fn encode(self, server: SocketAddr) -> Vec<u8> {
        let (method, number, accept) = match self {
            Request::Options => ("OPTIONS", 1, ""),
            Request::Describe => ("DESCRIBE", 2, "Accept: application/sdp\r\n"),
        };
        format!(
            "{method} rtsp://{server} RTSP/1.0\r\nCSeq: {number}\r\n{accept}User-Agent: camsweep/{version}\r\n\r\n",
            version = env!("CARGO_PKG_VERSION"),
        )
        .into_bytes()
    }
}

/// How many whole responses there are, bodies included. Who speaks anything but RTSP has answered all:
/// there is nothing more to ask.
pub fn answers(bytes: &[u8]) -> usize {
    let mut rest = bytes.trim_ascii_start();
    let mut whole = 0;
    while !rest.is_empty() {
        if !head::starts_with(rest, &PROTOCOL[..PROTOCOL.len().min(rest.len())]) {
            return usize::MAX;
        }
        let Some(length) = whole_response(rest) else { break };
        whole += 1;
        rest = rest[length..].trim_ascii_start();
    }
    whole
}

fn whole_response(bytes: &[u8]) -> Option<usize> {
    // A bare CR at the end may be half of the blank line, or the beginning of something else.
    let ended = |head: &Head| head.ended && bytes[..head.length].ends_with(b"\n");
    let head = Head::decode(bytes, &[PROTOCOL]).filter(ended)?;
    let announced = head.field("Content-Length").and_then(|length| length.parse().ok());
    let body: usize = announced.unwrap_or(0);
    (bytes.len() - head.length >= body).then(|| head.length + body)
}

/// The head of one response.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: Option<u16>,
    /// The fields in order and in their own case.
    pub headers: Vec<(String, String)>,
    /// `Date` as it stands behind the colon: Hikvision puts two blanks there.
    pub date: Option<String>,
}

impl Response {
    fn new(head: Head, bytes: &[u8]) -> Response {
        Response {
            status: head.status,
            headers: head.fields,
            date: date(&bytes[..head.length]),
        }
    }

    /// The value of the first field of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        head::field(&self.headers, name)
    }

    /// All values of the fields of that name, in any case.
    pub fn headers_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = move |(key, _): &&(String, String)| key.eq_ignore_ascii_case(name);
        self.headers.iter().filter(named).map(|(_, value)| value.as_str())
    }
}

fn date(head: &[u8]) -> Option<String> {
    const NAME: &str = "Date:";
    let line = head
        .split(|&byte| byte == b'\n')
        .find(|line| head::starts_with(line, NAME))?;
    Some(text::decode(line[NAME.len()..].trim_ascii_end()).into_owned())
}

/// Reads every response in the bytes, requests and descriptions between them passed over.
pub fn responses(bytes: &[u8]) -> Vec<Response> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while let Some(start) = next_status_line(rest).filter(|_| found.len() < MOST) {
        rest = &rest[start..];
        let Some(head) = Head::decode(rest, &[PROTOCOL]) else {
            break;
        };
        let (response, after) = rest.split_at(head.length);
        found.push(Response::new(head, response));
        rest = after;
    }
    if found.is_empty() {
        // Only some fields were stored.
        found.extend(Head::decode(bytes, &[]).map(|head| Response::new(head, bytes)));
    }
    found
}

/// Where the next line begins that starts with the protocol's name.
fn next_status_line(bytes: &[u8]) -> Option<usize> {
    let mut start = 0;
    while start < bytes.len() {
        if head::starts_with(&bytes[start..], PROTOCOL) {
            return Some(start);
        }
        start += bytes[start..].iter().position(|&byte| byte == b'\n')? + 1;
    }
    None
}
