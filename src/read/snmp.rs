//! SNMP values as `OID = value` lines, as net-snmp and others print them.

use super::{Reading, Sayings};
use crate::fact::{Name, Reply};
use crate::wire::text;

/// The values that are read: the system group (RFC 3418), Hikvision's cameras'
/// (enterprise 39165) and Dahua's own (enterprise 1004849).
const VALUES: &[(&str, Name)] = &[
    ("1.3.6.1.2.1.1.1.0", Name::SnmpDescription),
    ("1.3.6.1.2.1.1.2.0", Name::SnmpObjectId),
    ("1.3.6.1.2.1.1.5.0", Name::HostName),
    ("1.3.6.1.4.1.39165.1.1.0", Name::Model),
    ("1.3.6.1.4.1.39165.1.3.0", Name::Firmware),
    ("1.3.6.1.4.1.1004849.2.1.1.1.0", Name::Firmware),
    ("1.3.6.1.4.1.1004849.2.1.2.4.0", Name::Serial),
    ("1.3.6.1.4.1.1004849.2.1.2.6.0", Name::Model),
];

/// Beginnings by name, and the numbers that they stand for.
const NAMES: &[(&str, &str)] = &[
    ("sysDescr", "1.3.6.1.2.1.1.1"),
    ("sysObjectID", "1.3.6.1.2.1.1.2"),
    ("sysName", "1.3.6.1.2.1.1.5"),
    ("enterprises", "1.3.6.1.4.1"),
    ("system", "1.3.6.1.2.1.1"),
    ("mib-2", "1.3.6.1.2.1"),
    ("iso", "1"),
];

/// The types that net-snmp prints before a value.
const TYPES: &[&str] = &[
    "STRING: ",
    "OID: ",
    "Hex-STRING: ",
    "OCTET STRING: ",
    "OBJECT IDENTIFIER: ",
];

pub(super) fn read(reply: &Reply) -> Reading {
    let mut said = Sayings::default();
    for (oid, value) in pairs(&text::decode(&reply.bytes)) {
        let oid = number(&oid);
        if let Some((_, name)) = VALUES
            .iter()
            .find(|(known, _)| oid == *known || oid == known.trim_end_matches(".0"))
        {
            let value = plain(&value);
            match name {
                Name::SnmpObjectId => said.say(*name, number(&value)),
                _ => said.say(*name, value),
            }
        }
    }
    said.or_garbled("no SNMP value that is read")
}

/// Lines with an equals sign behind one word begin a value; the others continue it.
fn pairs(text: &str) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        match line.split_once('=').filter(|(oid, _)| is_oid(oid.trim())) {
            Some((oid, value)) => pairs.push((oid.trim().to_owned(), value.trim().to_owned())),
            None => {
                if let Some((_, value)) = pairs.last_mut() {
                    value.push('\n');
                    value.push_str(line);
                }
            }
        }
    }
    pairs
}

fn is_oid(text: &str) -> bool {
    let named = NAMES
        .iter()
        .any(|(name, _)| text.rsplit("::").next().is_some_and(|rest| rest.starts_with(name)));
    let numeric = text.contains('.') && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    named || numeric
}

/// An object identifier in numbers, without a leading point.
fn number(oid: &str) -> String {
    let oid = oid
        .trim()
        .rsplit("::")
        .next()
        .unwrap_or_default()
        .trim_start_matches('.');
    let named = NAMES
        .iter()
        .find_map(|(name, number)| Some((number, oid.strip_prefix(name)?)));
    match named {
        Some((number, rest)) if rest.is_empty() || rest.starts_with('.') => format!("{number}{rest}"),
        _ => oid.to_owned(),
    }
}

/// A value without its type and quotes.
fn plain(value: &str) -> String {
    let value = TYPES
        .iter()
        .find_map(|prefix| value.strip_prefix(prefix))
        .unwrap_or(value)
        .trim();
    let unquoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    unquoted.unwrap_or(value).to_owned()
}
