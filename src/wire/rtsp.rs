//! RTSP responses (RFC 2326), from a stored reply or a whole recorded dialogue.

use super::head::{self, Head};

const PROTOCOL: &str = "RTSP/";
/// The most responses of one dialogue that are read.
const MOST: usize = 16;

/// The head of one response.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: Option<u16>,
    /// The fields in order and in their own case.
    pub headers: Vec<(String, String)>,
}

impl Response {
    /// The value of the first field of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        head::field(&self.headers, name)
    }
}

/// Reads every response in the bytes, requests and descriptions between them passed over.
pub fn responses(bytes: &[u8]) -> Vec<Response> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while let Some(start) = next_status_line(rest).filter(|_| found.len() < MOST) {
        let Some(head) = Head::decode(&rest[start..], &[PROTOCOL]) else {
            break;
        };
        rest = &rest[start + head.length..];
        found.push(Response {
            status: head.status,
            headers: head.fields,
        });
    }
    if found.is_empty() {
        // Only some fields were stored.
        found.extend(Head::decode(bytes, &[]).map(|head| Response {
            status: None,
            headers: head.fields,
        }));
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
