//! SSDP and mDNS responders, byte by byte.

use crate::host::Host;
use crate::play::fill;

pub const SSDP: u16 = 1900;
pub const MDNS: u16 = 5353;

/// What a UPnP device answers to a search.
#[derive(Clone, Copy)]
pub struct Upnp {
    pub server: &'static str,
    /// Behind `uuid:`.
    pub id: &'static str,
    /// Where its description is.
    pub location: &'static str,
}

/// A service that a host offers by multicast DNS.
#[derive(Clone, Copy)]
pub struct Offer {
    pub instance: &'static str,
    /// Such as `_http._tcp`.
    pub service: &'static str,
    pub port: u16,
    pub text: &'static [&'static str],
}

/// The answer to a search for everything or for root devices; to anything else there is none.
pub fn ssdp(host: &Host, question: &str) -> Option<Vec<u8>> {
    let upnp = host.upnp?;
    let field = |name: &str| {
        let mut lines = question.split("\r\n").filter_map(|line| line.split_once(':'));
        lines
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    };
    let is_search = question.starts_with("M-SEARCH * HTTP/1.1\r\n")
        && question.ends_with("\r\n\r\n")
        && field("MAN") == Some("\"ssdp:discover\"");
    let target = field("ST").filter(|target| is_search && matches!(*target, "ssdp:all" | "upnp:rootdevice"))?;
    let text = format!(
        "HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=1800\r\nDATE: Sun, 01 Mar 2026 08:20:11 GMT\r\nEXT:\r\nLOCATION: {}\r\nSERVER: {}\r\nX-User-Agent: redsonic\r\nST: {target}\r\nUSN: uuid:{}::upnp:rootdevice\r\n\r\n",
        upnp.location, upnp.server, upnp.id
    );
    Some(fill(host, &text).into_bytes())
}

const PTR: u16 = 12;
const TXT: u16 = 16;
const SRV: u16 = 33;
/// Who asks from another port than 5353 knows no multicast DNS: it is answered as by plain DNS, and told to
/// forget soon (RFC 6762, 6.7).
const TTL: u32 = 10;

/// The answer to a question for one of the host's services, or for the list of their kinds.
pub fn mdns(host: &Host, question: &[u8]) -> Option<Vec<u8>> {
    let is_query = question.get(2)? & 0x80 == 0;
    let count = u16::from_be_bytes([*question.get(4)?, *question.get(5)?]);
    let mut at = 12;
    let mut asked = Vec::new();
    for _ in 0..count {
        let name = read_name(question, &mut at)?;
        let kind = u16::from_be_bytes([*question.get(at)?, *question.get(at + 1)?]);
        at += 4;
        if matches!(kind, PTR | 255) {
            asked.push(name);
        }
    }
    let records: Vec<Vec<u8>> = asked.iter().flat_map(|name| records(host, name)).collect();
    if !is_query || records.is_empty() {
        return None;
    }
    let count = u16::try_from(records.len()).ok()?.to_be_bytes();
    let header = [question[0], question[1], 0x84, 0, 0, 0, count[0], count[1], 0, 0, 0, 0];
    Some([header.to_vec(), records.concat()].concat())
}

fn records(host: &Host, asked: &str) -> Vec<Vec<u8>> {
    let mut records = Vec::new();
    for offer in host.offers {
        let kind = format!("{}.local", offer.service);
        if asked == "_services._dns-sd._udp.local" {
            records.push(record(asked, PTR, &name(&kind)));
        }
        if asked != kind {
            continue;
        }
        let instance = [label(fill(host, offer.instance)), name(&kind)].concat();
        let target = format!("lab-{}.local", host.mac.replace(':', ""));
        let service = [&[0; 4], offer.port.to_be_bytes().as_slice(), &name(&target)].concat();
        let text: Vec<u8> = offer.text.iter().flat_map(|text| label(fill(host, text))).collect();
        records.push(record(asked, PTR, &instance));
        records.push(record_of(&instance, SRV, &service));
        records.push(record_of(&instance, TXT, &text));
        records.push(record(&target, 1, &crate::play::address(host).octets()));
    }
    records
}

fn record(owner: &str, kind: u16, data: &[u8]) -> Vec<u8> {
    record_of(&name(owner), kind, data)
}

fn record_of(owner: &[u8], kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).expect("a short record").to_be_bytes();
    let fixed = [kind.to_be_bytes(), [0, 1]].concat();
    [owner, &fixed, &TTL.to_be_bytes(), &length, data].concat()
}

/// A name without blanks or dots in its labels.
pub fn name(text: &str) -> Vec<u8> {
    let labels = text.split('.').flat_map(label);
    labels.chain([0]).collect()
}

fn label(text: impl AsRef<str>) -> Vec<u8> {
    let bytes = text.as_ref().as_bytes();
    let length = u8::try_from(bytes.len()).expect("a short label");
    [&[length], bytes].concat()
}

/// A question's name, in small letters; compression is followed once.
fn read_name(message: &[u8], at: &mut usize) -> Option<String> {
    let mut labels = Vec::new();
    loop {
        let length = usize::from(*message.get(*at)?);
        if length >= 0xc0 {
            let mut to = (length & 0x3f) << 8 | usize::from(*message.get(*at + 1)?);
            *at += 2;
            let before = to + 2 < *at;
            labels.extend(before.then(|| read_name(message, &mut to)).flatten());
            break;
        }
        let label = message.get(*at + 1..*at + 1 + length)?;
        *at += 1 + length;
        if length == 0 {
            break;
        }
        labels.push(String::from_utf8_lossy(label).to_lowercase());
    }
    Some(labels.join("."))
}
