//! Bytes of an unknown character set, read as well as they can be.
//!
//! Cameras declare UTF-8 and send GBK, or declare nothing. A wrong guess must cost some letters at
//! most, never the reply.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, UTF_8, WINDOWS_1252};

/// How far into a document its XML declaration or `<meta charset>` may lie, in bytes.
const PROLOG: usize = 1024;

/// Decodes bytes that may declare their character set themselves. Never fails.
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    decode_as(bytes, None)
}

/// Decodes bytes whose sender may have named their character set (`charset` of `Content-Type`).
///
/// Believed in this order: a byte order mark, the sender, the document's own declaration, UTF-8,
/// GB18030 where it fits without an error, windows-1252. A declaration that does not fit is not believed.
pub fn decode_as<'a>(bytes: &'a [u8], charset: Option<&str>) -> Cow<'a, str> {
    // Nearly all texts: every character set that can be believed agrees on these.
    if let Some(text) = std::str::from_utf8(bytes).ok().filter(|text| text.is_ascii()) {
        return text.into();
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0;
    }
    let declared = charset.or_else(|| declaration(bytes));
    declared
        .and_then(|label| Encoding::for_label(label.trim().as_bytes()))
        // UTF-16 and its like cannot be what an ASCII declaration was written in.
        .filter(|encoding| encoding.is_ascii_compatible())
        .and_then(|encoding| strictly(encoding, bytes))
        .or_else(|| utf8(bytes))
        .or_else(|| strictly(GB18030, bytes))
        .unwrap_or_else(|| WINDOWS_1252.decode_without_bom_handling(bytes).0)
}

fn strictly<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Option<Cow<'a, str>> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes)
}

/// UTF-8; a last character that the cap cut through is no reason to doubt the rest, if that has shown
/// other characters beyond ASCII: `caf\xe9` is windows-1252.
fn utf8(bytes: &[u8]) -> Option<Cow<'_, str>> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text.into()),
        Err(error) if error.error_len().is_none() => {
            strictly(UTF_8, &bytes[..error.valid_up_to()]).filter(|text| !text.is_ascii())
        }
        Err(_) => None,
    }
}

/// The label after `encoding=` (XML) or `charset=` (HTML) near the beginning.
fn declaration(bytes: &[u8]) -> Option<&str> {
    let prolog = &bytes[..bytes.len().min(PROLOG)];
    let is_xml = prolog
        .trim_ascii_start()
        .get(..5)
        .is_some_and(|start| start.eq_ignore_ascii_case(b"<?xml"));
    let key: &[u8] = if is_xml { b"encoding" } else { b"charset" };
    let at = prolog
        .windows(key.len())
        .position(|window| window.eq_ignore_ascii_case(key))?;
    let after = prolog[at + key.len()..]
        .trim_ascii_start()
        .strip_prefix(b"=")?
        .trim_ascii_start();
    let quotes = after.iter().take_while(|byte| matches!(byte, b'"' | b'\'')).count();
    let label = &after[quotes..];
    let end = label
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'_'))?;
    std::str::from_utf8(&label[..end])
        .ok()
        .filter(|label| !label.is_empty())
}

/// The `charset` of a `Content-Type` value.
pub fn charset(content_type: &str) -> Option<&str> {
    let at = content_type.to_ascii_lowercase().find("charset=")?;
    let label = content_type
        .get(at + "charset=".len()..)?
        .trim_start_matches(['"', '\'']);
    label.split(['"', '\'', ';', ' ', ',']).next()
}

/// The beginning of a text, at most `limit` bytes, cut between characters.
pub fn cut(text: &str, limit: usize) -> &str {
    &text[..text.floor_char_boundary(limit)]
}
