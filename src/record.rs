//! Replies as lines of text, `camsweep.reply/1`: what `--record` writes and `judge` reads.

use std::io::{BufRead, Read};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::fact::{Protocol, Reply};

/// The name and version of the reply format.
pub const SCHEMA: &str = "camsweep.reply/1";
/// The longest line that is read, in bytes. The longest reply that we keep takes a third of it.
pub const MAX_LINE: usize = 1024 * 1024;
/// The byte order mark, with which some editors begin a file.
const MARK: char = '\u{feff}';

/// One reply on one line. Exactly one of `text` and `base64` is there; unknown fields are ignored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReplyLine {
    /// `camsweep.reply/1`.
    pub schema: String,
    /// The address that sent it, or any label.
    pub host: String,
    /// How it came: `http`, `sadp`, … One that this version does not know is counted as unread.
    pub protocol: String,
    /// The sender's port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// The interface that heard it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interface: Option<String>,
    /// When it was heard, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// What was asked; absent for what came unasked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<String>,
    /// The sender's address belongs to no subnet of the interface that heard it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub off_subnet: bool,
    /// The address was no target of the run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub off_target: bool,
    /// It was longer than what is kept of one answer, or not at an end when its time was over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
    /// The bytes, where they are UTF-8 without control characters other than CR, LF and TAB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The bytes in base64, padded, standard alphabet, where they are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
}

/// Why a line is no reply.
#[derive(Debug, Error)]
pub enum LineError {
    /// Not JSON, or a field is missing or of the wrong kind.
    #[error("not a reply line: {0}")]
    Json(#[from] serde_json::Error),
    /// Another format, or a later version of this one.
    #[error("the schema is {0:?}, and only {SCHEMA:?} can be read")]
    Schema(String),
    /// Neither `text` nor `base64`, or both.
    #[error("there must be exactly one of \"text\" and \"base64\"")]
    Content,
    /// `base64` is none.
    #[error("\"base64\" cannot be decoded: {0}")]
    Base64(#[from] base64::DecodeError),
    /// `at` is no time.
    #[error("\"at\" is no RFC 3339 time: {0:?}")]
    Time(String),
    /// Too long.
    #[error("the line is longer than {MAX_LINE} bytes")]
    Long,
    /// Not UTF-8.
    #[error("the line is not UTF-8")]
    Encoding,
    /// The file ended in an error of the system.
    #[error("cannot read on: {0}")]
    Io(#[from] std::io::Error),
}

/// Which line of which file is no reply.
#[derive(Debug, Error)]
#[error("{file}:{line}: {why}")]
pub struct FileError {
    /// The file as the user named it.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: LineError,
}

/// One reply as one line, without the line feed.
pub fn to_line(reply: &Reply) -> String {
    let text = readable(&reply.bytes);
    let line = ReplyLine {
        schema: SCHEMA.to_owned(),
        host: reply.host.clone(),
        protocol: reply.protocol.to_string(),
        port: reply.port,
        interface: reply.interface.clone(),
        at: reply.at.map(|at| at.to_string()),
        asked: reply.asked.clone(),
        off_subnet: reply.off_subnet,
        off_target: reply.off_target,
        cut: reply.cut,
        base64: text.is_none().then(|| STANDARD.encode(&reply.bytes)),
        text: text.map(str::to_owned),
    };
    serde_json::to_string(&line).expect("strings, numbers and booleans are always JSON")
}

fn readable(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let plain = |c: char| !c.is_control() || matches!(c, '\r' | '\n' | '\t');
    text.chars().all(plain).then_some(text)
}

/// Reads one line.
///
/// # Errors
/// See [`LineError`].
pub fn read_line(line: &str) -> Result<Reply, LineError> {
    if line.len() > MAX_LINE {
        return Err(LineError::Long);
    }
    let line: ReplyLine = serde_json::from_str(line)?;
    if line.schema != SCHEMA {
        return Err(LineError::Schema(line.schema));
    }
    let bytes = match (line.text, line.base64) {
        (Some(text), None) => text.into_bytes(),
        (None, Some(base64)) => STANDARD.decode(base64)?,
        _ => return Err(LineError::Content),
    };
    let at = line
        .at
        .map(|at| at.parse().map_err(|_| LineError::Time(at)))
        .transpose()?;
    Ok(Reply {
        host: line.host,
        protocol: line.protocol.parse().unwrap_or(Protocol::Other(line.protocol)),
        port: line.port,
        interface: line.interface,
        at,
        asked: line.asked,
        off_subnet: line.off_subnet,
        off_target: line.off_target,
        cut: line.cut,
        bytes,
    })
}

/// Reads a file line by line; empty lines are passed over.
///
/// # Errors
/// The first line that is no reply, by file and number. What came before it has been taken.
pub fn read_each(name: &str, mut input: impl BufRead, mut take: impl FnMut(Reply)) -> Result<(), FileError> {
    for number in 1.. {
        let fail = |why| FileError {
            file: name.to_owned(),
            line: number,
            why,
        };
        match next_line(&mut input).map_err(fail)? {
            None => break,
            Some(line) if line.trim().is_empty() => {}
            Some(line) => take(read_line(line.trim_start_matches(MARK).trim_end()).map_err(fail)?),
        }
    }
    Ok(())
}

/// Reads a whole file.
///
/// # Errors
/// As [`read_each`].
pub fn read_file(name: &str, input: impl BufRead) -> Result<Vec<Reply>, FileError> {
    let mut replies = Vec::new();
    read_each(name, input, |reply| replies.push(reply))?;
    Ok(replies)
}

fn next_line(input: &mut impl BufRead) -> Result<Option<String>, LineError> {
    let mut bytes = Vec::new();
    input.take(MAX_LINE as u64 + 2).read_until(b'\n', &mut bytes)?;
    if bytes.len() > MAX_LINE + 1 {
        return Err(LineError::Long);
    }
    let line = String::from_utf8(bytes).map_err(|_| LineError::Encoding)?;
    Ok((!line.is_empty()).then_some(line))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn protocols() -> impl Strategy<Value = Protocol> {
        prop::sample::select(vec!["neighbour", "sadp", "dvrip-udp", "http", "hik-sdk", "ftp", ""])
            .prop_map(|name| name.parse().unwrap())
    }

    fn replies() -> impl Strategy<Value = Reply> {
        let content = prop_oneof![any::<Vec<u8>>(), any::<String>().prop_map(String::into_bytes)];
        let when = prop::option::of(0i64..4_000_000_000);
        (
            any::<String>(),
            protocols(),
            any::<(Option<u16>, Option<String>, Option<String>, bool, bool, bool)>(),
            when,
            content,
        )
            .prop_map(
                |(host, protocol, (port, interface, asked, off_subnet, off_target, cut), at, bytes)| Reply {
                    host,
                    protocol,
                    port,
                    interface,
                    at: at.map(|second| jiff::Timestamp::from_second(second).unwrap()),
                    asked,
                    off_subnet,
                    off_target,
                    cut,
                    bytes,
                },
            )
    }

    proptest! {
        #[test]
        fn a_reply_survives_its_line(reply in replies()) {
            let line = to_line(&reply);
            prop_assert!(!line.contains('\n'));
            prop_assert_eq!(read_line(&line).unwrap(), reply);
        }

        #[test]
        fn no_line_makes_it_panic(line in any::<String>()) {
            let _ = read_line(&line);
        }
    }

    #[test]
    fn the_line_is_spelt_as_published() {
        let mut reply = Reply::new("10.0.0.5", Protocol::Http, "HTTP/1.1 200 OK\r\n\r\n");
        reply.port = Some(80);
        reply.asked = Some("GET /".into());
        assert_eq!(
            to_line(&reply),
            r#"{"schema":"camsweep.reply/1","host":"10.0.0.5","protocol":"http","port":80,"asked":"GET /","text":"HTTP/1.1 200 OK\r\n\r\n"}"#
        );
        let binary = Reply::new("cupboard", Protocol::Dhip, [0x20, 0, 0xff]);
        assert_eq!(
            to_line(&binary),
            r#"{"schema":"camsweep.reply/1","host":"cupboard","protocol":"dhip","base64":"IAD/"}"#
        );
    }

    #[test]
    fn wrong_lines_say_what_is_wrong() {
        let table = [
            ("{", "not a reply line"),
            (
                r#"{"schema":"camsweep.reply/2","host":"a","protocol":"http","text":""}"#,
                "camsweep.reply/2",
            ),
            (r#"{"schema":"camsweep.reply/1","protocol":"http","text":""}"#, "host"),
            (
                r#"{"schema":"camsweep.reply/1","host":"a","protocol":"http"}"#,
                "exactly one",
            ),
            (
                r#"{"schema":"camsweep.reply/1","host":"a","protocol":"http","text":"","base64":""}"#,
                "exactly one",
            ),
            (
                r#"{"schema":"camsweep.reply/1","host":"a","protocol":"http","base64":"*"}"#,
                "base64",
            ),
            (
                r#"{"schema":"camsweep.reply/1","host":"a","protocol":"http","at":"noon","text":""}"#,
                "noon",
            ),
            (
                r#"{"schema":"camsweep.reply/1","host":"a","protocol":"http","port":70000,"text":""}"#,
                "70000",
            ),
        ];
        for (line, part) in table {
            let error = read_line(line).unwrap_err().to_string();
            assert!(error.contains(part), "{line}: {error}");
        }
    }

    #[test]
    fn unknown_fields_and_protocols_are_accepted() {
        let line = r#"{"schema":"camsweep.reply/1","host":"a","protocol":"bacnet","text":"x","site":"gym"}"#;
        assert_eq!(read_line(line).unwrap().protocol, Protocol::Other("bacnet".into()));
    }

    #[test]
    fn a_byte_order_mark_at_the_beginning_of_a_file_is_passed_over() {
        let file = format!("{MARK}{}\r\n", to_line(&Reply::new("a", Protocol::Http, "x")));
        assert_eq!(read_file("box.ndjson", file.as_bytes()).unwrap().len(), 1);
    }

    #[test]
    fn a_file_names_the_line_that_is_wrong() {
        let good = to_line(&Reply::new("a", Protocol::Http, ""));
        let read = |bytes: Vec<u8>| read_file("box.ndjson", bytes.as_slice());
        assert_eq!(read(format!("{good}\r\n\n{good}").into_bytes()).unwrap().len(), 2);
        let wrong = read(format!("{good}\n\n{{\n").into_bytes()).unwrap_err().to_string();
        assert!(wrong.starts_with("box.ndjson:3: "), "{wrong}");
        let long = read([good.as_bytes(), b"\n", &vec![b'x'; MAX_LINE + 5]].concat());
        assert!(
            long.unwrap_err()
                .to_string()
                .starts_with("box.ndjson:2: the line is longer")
        );
        let latin = read(vec![0xe9, b'\n']).unwrap_err().to_string();
        assert!(latin.contains("UTF-8"), "{latin}");
    }
}
