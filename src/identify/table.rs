//! The registry as one compact table of bytes. The build script writes it from the IEEE files, and `--oui-file`
//! makes the same at run time: both compile this file, which therefore uses the standard library only.
//!
//! Layout, little endian: four counts (u32: prefixes of 24, 28 and 36 bits, names); the prefixes of each length,
//! sorted, as u64; for each prefix its name's number, u32; the names' ends, u32; the names, UTF-8.

use std::collections::{BTreeMap, BTreeSet};

/// The lengths of the prefixes that the IEEE assigns, in bits.
pub const LENGTHS: [u32; 3] = [24, 28, 36];

/// One row of a registry file: the length of the prefix in bits, the prefix, the organisation.
pub type Row = (u32, u64, String);

/// Reads a registry file: `prefix,organisation`, or the IEEE's own `Registry,Assignment,Organization Name,…`.
///
/// # Errors
/// Names the line that is neither.
pub fn rows(csv: &str) -> Result<Vec<Row>, String> {
    let records = records(csv)?;
    let mut records = records.iter();
    let columns = match records
        .next()
        .map(|(_, fields)| fields.iter().map(|f| f.to_lowercase()).collect::<Vec<_>>())
    {
        Some(names) if names.starts_with(&["prefix".into(), "organisation".into()]) => (0, 1),
        Some(names) if names.starts_with(&["registry".into(), "assignment".into()]) => (1, 2),
        _ => return Err("line 1: expected `prefix,organisation` or the IEEE's header `Registry,Assignment,…`".into()),
    };
    records
        .map(|(line, fields)| row(fields, columns).map_err(|why| format!("line {line}: {why}")))
        .collect()
}

fn row(fields: &[String], (prefix, organisation): (usize, usize)) -> Result<Row, String> {
    let (Some(prefix), Some(organisation)) = (fields.get(prefix), fields.get(organisation)) else {
        return Err("a column is missing".into());
    };
    let (length, number) = self::prefix(prefix)?;
    Ok((
        length,
        number,
        organisation.split_whitespace().collect::<Vec<_>>().join(" "),
    ))
}

/// Reads a prefix of 6, 7 or 9 hexadecimal digits: its length in bits and its number.
///
/// # Errors
/// Says what was found in its place.
pub fn prefix(text: &str) -> Result<(u32, u64), String> {
    let length = text.len() as u32 * 4;
    if !LENGTHS.contains(&length) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(format!("{text:?} is no prefix of 6, 7 or 9 hexadecimal digits"));
    }
    u64::from_str_radix(text, 16)
        .map(|number| (length, number))
        .map_err(|why| why.to_string())
}

/// Splits a CSV text into records with the number of the line they begin on (RFC 4180; blank lines are skipped).
fn records(csv: &str) -> Result<Vec<(usize, Vec<String>)>, String> {
    let (mut records, mut fields, mut field) = (Vec::new(), Vec::new(), String::new());
    let (mut line, mut start, mut quoted) = (1, 1, false);
    let text = csv.trim_start_matches('\u{feff}');
    let mut characters = text.chars().chain((!text.ends_with('\n')).then_some('\n')).peekable();
    while let Some(character) = characters.next() {
        line += usize::from(character == '\n');
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => field.extend(characters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(std::mem::take(&mut field)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                fields.push(std::mem::take(&mut field));
                let record = std::mem::take(&mut fields);
                if record.iter().any(|field| !field.is_empty()) {
                    records.push((start, record));
                }
                start = line;
            }
            other => field.push(other),
        }
    }
    if quoted {
        Err(format!("line {start}: a quotation mark is not closed"))
    } else {
        Ok(records)
    }
}

/// Makes the table. Several organisations with one prefix are joined by ` / ` in alphabetical order.
pub fn build(rows: impl IntoIterator<Item = Row>) -> Vec<u8> {
    let mut owners: BTreeMap<(u32, u64), BTreeSet<String>> = BTreeMap::new();
    for (length, prefix, organisation) in rows {
        owners.entry((length, prefix)).or_default().insert(organisation);
    }
    let owners: BTreeMap<(u32, u64), String> = owners
        .into_iter()
        .map(|(key, names)| (key, names.into_iter().collect::<Vec<_>>().join(" / ")))
        .collect();
    let names: BTreeMap<&String, u32> = owners.values().collect::<BTreeSet<_>>().into_iter().zip(0..).collect();
    let mut table = Vec::new();
    for length in LENGTHS {
        let count = owners.keys().filter(|key| key.0 == length).count();
        table.extend((count as u32).to_le_bytes());
    }
    table.extend((names.len() as u32).to_le_bytes());
    table.extend(owners.keys().flat_map(|key| key.1.to_le_bytes()));
    table.extend(owners.values().flat_map(|name| names[name].to_le_bytes()));
    let mut end = 0;
    for name in names.keys() {
        end += name.len() as u32;
        table.extend(end.to_le_bytes());
    }
    table.extend(names.keys().flat_map(|name| name.bytes()));
    table
}
