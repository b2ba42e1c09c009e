//! Questions told apart by what they ask, whatever random ids they carry.

/// The text of a datagram, every UUID in it taken out.
pub fn without_ids(payload: &[u8]) -> String {
    let text = String::from_utf8_lossy(payload);
    let is_id = |part: &&str| uuid::Uuid::parse_str(part).is_ok();
    let parts = text.split(|c: char| !c.is_ascii_hexdigit() && c != '-');
    parts
        .filter(is_id)
        .fold(text.clone().into_owned(), |text, id| text.replace(id, ""))
}
