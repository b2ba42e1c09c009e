//! WS-Discovery as ONVIF uses it: the draft of April 2005 over SOAP 1.2 (ONVIF Core §7).

use std::net::{Ipv4Addr, Ipv6Addr};

use uuid::Uuid;

use super::xml::{Document, Node};
use super::{head, text};

/// The port that devices listen on.
pub const PORT: u16 = 3702;
/// The group that devices join.
pub const GROUP: Ipv4Addr = Ipv4Addr::new(239, 255, 255, 250);
/// The multicast group of IPv6 (WS-Discovery 1.1, 3.1.1).
pub const LINK_LOCAL_GROUP: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0xc);
/// The most matches of one envelope, and the most values of one list, that are kept.
const MOST: usize = 64;

/// What kind of device is looked for. Some cameras answer only one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sought {
    /// `NetworkVideoTransmitter`, the older type, for which most cameras filter.
    NetworkVideoTransmitter,
    /// ONVIF's `Device`.
    Device,
    /// No types: printers and computers answer too.
    Anything,
}

/// A Probe on one line: a Hikvision answers a fault to line breaks, and another camera ignores types
/// whose prefixes are declared elsewhere than on `Types` itself. A repetition keeps its `message_id`.
pub fn probe(message_id: Uuid, sought: Sought) -> Vec<u8> {
    let types = match sought {
        Sought::NetworkVideoTransmitter => types("network", "NetworkVideoTransmitter"),
        Sought::Device => types("device", "Device"),
        Sought::Anything => String::new(),
    };
    [
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>",
        "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"",
        " xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\"><s:Header>",
        "<a:Action s:mustUnderstand=\"1\">http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action>",
        &format!("<a:MessageID>uuid:{message_id}</a:MessageID><a:ReplyTo>"),
        "<a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>",
        "<a:To s:mustUnderstand=\"1\">urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header>",
        "<s:Body><Probe xmlns=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\">",
        &types,
        "</Probe></s:Body></s:Envelope>",
    ]
    .concat()
    .into_bytes()
}

fn types(service: &str, name: &str) -> String {
    format!(
        "<d:Types xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\" \
         xmlns:dp0=\"http://www.onvif.org/ver10/{service}/wsdl\">dp0:{name}</d:Types>"
    )
}

/// One device in an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Match {
    /// The endpoint's address, any text; two devices may have the same.
    pub endpoint: Option<String>,
    /// The types without their prefixes, in order.
    pub types: Vec<String>,
    /// The scopes as they came, in order.
    pub scopes: Vec<String>,
    /// The transport addresses, which may be wrong, in order.
    pub xaddrs: Vec<String>,
}

/// An answer or an announcement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// The devices in it; some envelopes hold several.
    pub matches: Vec<Match>,
    /// The question that it names, which may be none of ours.
    pub relates_to: Option<String>,
    /// The namespaces that the envelope declares.
    pub namespaces: Vec<String>,
}

/// What came in on WS-Discovery's port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// ProbeMatches or ResolveMatches.
    Matches(Answer),
    /// A device that has just started.
    Hello(Answer),
    /// A refusal, which still proves a service.
    Fault {
        /// Its text, or its subcode, or nothing.
        reason: String,
        /// The question that it names.
        relates_to: Option<String>,
        /// The namespaces that the envelope declares.
        namespaces: Vec<String>,
    },
    /// A Probe, Resolve or Bye, or a recorder's own kind of Probe.
    Question,
}

impl Message {
    /// The id of the question that it says it answers.
    pub fn relates_to(&self) -> Option<&str> {
        match self {
            Message::Matches(answer) | Message::Hello(answer) => answer.relates_to.as_deref(),
            Message::Fault { relates_to, .. } => relates_to.as_deref(),
            Message::Question => None,
        }
    }

    /// Reads a datagram. `None` where it is nothing of the kind.
    pub fn decode(bytes: &[u8]) -> Option<Message> {
        let document = Document::decode(bytes);
        for node in document.nodes() {
            match node.name() {
                "ProbeMatch" | "ResolveMatch" | "ProbeMatches" | "ResolveMatches" => {
                    return Some(Message::Matches(answer(&document, &["ProbeMatch", "ResolveMatch"])));
                }
                "Hello" => return Some(Message::Hello(answer(&document, &["Hello"]))),
                "Fault" => return Some(fault(&document, node)),
                "Resolve" | "Bye" => return Some(Message::Question),
                name if name.ends_with("Probe") => return Some(Message::Question),
                _ => {}
            }
        }
        None
    }
}

fn answer(document: &Document, names: &[&str]) -> Answer {
    let matches = document.nodes().filter(|node| names.contains(&node.name())).take(MOST);
    Answer {
        matches: matches.map(|node| one_match(node, names)).collect(),
        relates_to: document.text("RelatesTo"),
        namespaces: document.namespaces(),
    }
}

fn one_match(node: Node<'_>, names: &[&str]) -> Match {
    let text = |name| own(node, name, names).and_then(Node::text);
    let local = |name: &str| name.rsplit(':').next().unwrap_or(name).to_owned();
    let endpoint = own(node, "EndpointReference", names);
    Match {
        endpoint: endpoint
            .and_then(|endpoint| own(endpoint, "Address", names))
            .and_then(Node::text),
        types: words(text("Types"), local),
        scopes: words(text("Scopes"), str::to_owned),
        xaddrs: words(text("XAddrs"), str::to_owned),
    }
}

/// The first element of that local name which stands below this one and before the next match: of matches that
/// lie in each other, nothing is read twice.
fn own<'a>(node: Node<'a>, name: &str, matches: &[&str]) -> Option<Node<'a>> {
    let mut below = node.below().take_while(|node| !matches.contains(&node.name()));
    below.find(|node| node.is(name))
}

fn fault(document: &Document, node: Node<'_>) -> Message {
    let text = node.text_of("Text").or_else(|| node.text_of("faultstring"));
    let subcode = || node.find("Subcode").and_then(|subcode| subcode.text_of("Value"));
    Message::Fault {
        reason: text.or_else(subcode).unwrap_or_default(),
        relates_to: document.text("RelatesTo"),
        namespaces: document.namespaces(),
    }
}

fn words(text: Option<String>, word: impl Fn(&str) -> String) -> Vec<String> {
    let words = text.iter().flat_map(|text| text.split_whitespace());
    words.filter_map(|said| super::filled(&word(said))).take(MOST).collect()
}

/// The category and the value of an ONVIF scope (`onvif://www.onvif.org/name/Door%201` is `name` and
/// `Door%201`).
pub fn scope(scope: &str) -> Option<(&str, &str)> {
    const SCHEME: &str = "onvif://";
    let rest = scope
        .get(SCHEME.len()..)
        .filter(|_| head::starts_with(scope.as_bytes(), SCHEME))?;
    let (_, path) = rest.split_once('/')?;
    path.trim_start_matches('/').split_once('/')
}

/// Replaces `%20` and its like; the bytes may be of any character set.
pub fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = tail.get(..2).filter(|_| *first == b'%').and_then(hexadecimal);
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &tail[2..] } else { tail };
    }
    text::decode(&bytes).into_owned()
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(digits).ok()?;
    digits
        .bytes()
        .all(|digit| digit.is_ascii_hexdigit())
        .then(|| u8::from_str_radix(digits, 16).ok())?
}
