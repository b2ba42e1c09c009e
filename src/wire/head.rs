//! The head that HTTP and RTSP share: a status line and fields, from anything that means to be one.

use super::text;

/// The longest head that is read, in bytes.
const MAX_LENGTH: usize = 64 * 1024;
/// The most fields that are kept.
const MAX_FIELDS: usize = 256;

/// A head that was read, and where what follows it begins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) version: Option<String>,
    pub(super) status: Option<u16>,
    pub(super) reason: String,
    pub(super) fields: Vec<(String, String)>,
    /// Where the body begins in the bytes read.
    pub(super) length: usize,
    /// Whether the blank line that ends a head was there.
    pub(super) ended: bool,
}

impl Head {
    /// Reads a head whose first line begins with `protocol` (`HTTP/`), or has no status line at all but
    /// begins with a field that only heads have: stored replies sometimes keep no more than that.
    pub(super) fn decode(bytes: &[u8], protocols: &[&str]) -> Option<Head> {
        let bytes = &bytes[..bytes.len().min(MAX_LENGTH)];
        let start = bytes.iter().position(|byte| !matches!(byte, b'\r' | b'\n'))?;
        let first = &bytes[start..];
        if protocols.iter().any(|protocol| starts_with(first, protocol)) {
            let (line, next) = line(bytes, start);
            return Some(
                Head {
                    length: next,
                    ..status_line(line)
                }
                .fields(bytes),
            );
        }
        let known = FIELDS
            .iter()
            .any(|name| starts_with(first, name) && first.get(name.len()) == Some(&b':'));
        known.then(|| {
            Head {
                length: start,
                ..Head::default()
            }
            .fields(bytes)
        })
    }

    /// The value of the first field of that name, in any case.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        field(&self.fields, name)
    }

    /// Reads fields from `length` on, until a blank line, an element of markup, or the end.
    fn fields(mut self, bytes: &[u8]) -> Head {
        while self.length < bytes.len() {
            let (line, next) = line(bytes, self.length);
            match line.first() {
                None => {
                    // A carriage return alone may be half of the line's end.
                    self.ended = bytes[..next].ends_with(b"\n");
                    self.length = next;
                    break;
                }
                // No blank line before the body: seen in stored replies of a Dahua recorder.
                Some(b'<') => break,
                Some(b' ' | b'\t') => self.fold(line),
                Some(_) => self.field_line(line),
            }
            self.length = next;
        }
        self
    }

    /// A line that begins with a blank belongs to the one before (obsolete folding, RFC 9112 §5.2).
    fn fold(&mut self, line: &[u8]) {
        if let Some((_, value)) = self.fields.last_mut() {
            let more = clean(line);
            if !more.is_empty() {
                value.push(' ');
                value.push_str(&more);
            }
        }
    }

    fn field_line(&mut self, line: &[u8]) {
        let Some(colon) = line.iter().position(|&byte| byte == b':') else {
            return;
        };
        let name = clean(&line[..colon]);
        if !name.is_empty() && self.fields.len() < MAX_FIELDS {
            self.fields.push((name, clean(&line[colon + 1..])));
        }
    }
}

/// Fields by which a head without a status line is known.
const FIELDS: &[&str] = &[
    "Server",
    "WWW-Authenticate",
    "Set-Cookie",
    "Location",
    "Date",
    "Content-Type",
    "Content-Length",
    "Connection",
    "Cache-Control",
    "ETag",
    "Public",
    "CSeq",
];

/// The value of the first field of that name, in any case.
pub(super) fn field<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    fields
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

pub(super) fn starts_with(bytes: &[u8], prefix: &str) -> bool {
    bytes
        .get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
}

/// The line from `start` without its end, and where the next one begins.
fn line(bytes: &[u8], start: usize) -> (&[u8], usize) {
    let end = bytes[start..]
        .iter()
        .position(|&byte| byte == b'\n')
        .map(|length| start + length);
    let line = &bytes[start..end.unwrap_or(bytes.len())];
    let kept = line.iter().rposition(|&byte| byte != b'\r').map_or(0, |last| last + 1);
    (&line[..kept], end.map_or(bytes.len(), |end| end + 1))
}

fn status_line(line: &[u8]) -> Head {
    let line = clean(line);
    let mut words = line.splitn(3, char::is_whitespace);
    let version = words.next().map(str::to_owned);
    let code = words.next().unwrap_or_default();
    let status = code.parse().ok().filter(|status| (100..1000).contains(status));
    Head {
        version,
        status,
        reason: words.next().unwrap_or_default().trim().to_owned(),
        ..Head::default()
    }
}

/// Decoded, without blanks and NULs around it; a bare CR inside counts as a blank.
fn clean(bytes: &[u8]) -> String {
    let text = text::decode(bytes);
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    text.replace('\r', " ")
}
