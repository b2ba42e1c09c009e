//! What came in, and what it says.
//!
//! A [`Reply`] is the evidence: bytes as they came, with who, when and how. It is never edited.
//! A [`Fact`] is one thing that a reader of `read/` found in a reply, and points back at it.

use jiff::Timestamp;
use mac_address::MacAddress;
use strum::{AsRefStr, Display, EnumCount, EnumIter, EnumString, IntoStaticStr};

/// The longest datagram or XML document that is kept, in bytes.
pub const MAX_DATAGRAM: usize = 64 * 1024;
/// The longest head of HTTP that is kept, in bytes.
pub const MAX_HEAD: usize = 64 * 1024;
/// The longest HTTP body that is kept, in bytes.
pub const MAX_BODY: usize = 256 * 1024;

/// How [`Reply::asked`] ends where the question was answered or refused with the user's login.
pub const WITH_LOGIN: &str = " with login";
/// How [`Reply::asked`] ends where the device wanted a login that it was not sent.
pub const LOGIN_WITHHELD: &str = ", login withheld";

/// How a reply came. The spelling is the one of the reply format (`docs/formats.md`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, AsRefStr, Display, EnumIter, EnumString)]
#[strum(serialize_all = "kebab-case")]
pub enum Protocol {
    /// A row of an operating system's neighbour table: the text is a MAC address.
    Neighbour,
    /// An ARP packet: 28 bytes, or a MAC address as text.
    Arp,
    /// A WS-Discovery envelope (UDP 3702).
    Wsd,
    /// A Hikvision SADP document (UDP 37020).
    Sadp,
    /// A Dahua DHIP message (UDP 37810), with or without its 32-byte header.
    Dhip,
    /// An older Dahua discovery reply (UDP 5050).
    DvripUdp,
    /// A Dahua DVRIP reply (TCP 37777).
    Dvrip,
    /// An SSDP answer or announcement, or the description it points at.
    Ssdp,
    /// A DNS message by multicast.
    Mdns,
    /// An HTTP response, head and body.
    Http,
    /// The same over TLS.
    Https,
    /// A certificate, DER.
    Certificate,
    /// An RTSP response.
    Rtsp,
    /// The greeting of Hikvision's SDK port.
    HikSdk,
    /// A Hikvision ISAPI document.
    Isapi,
    /// A Dahua CGI answer.
    DahuaCgi,
    /// A Dahua JSON-RPC answer.
    DahuaRpc,
    /// An ONVIF SOAP answer.
    Onvif,
    /// SNMP values as `OID = value` lines.
    Snmp,
    /// A name from reverse DNS: the text is the name.
    Dns,
    /// That a TCP port exists: the text is `open` or `refused`.
    Tcp,
    /// A protocol that this version does not know. Accepted and counted as unread.
    #[strum(default, transparent)]
    Other(String),
}

impl Protocol {
    /// Whether it comes by datagram: anybody on the way can send one in another's name.
    pub fn is_datagram(&self) -> bool {
        use Protocol::{Dhip, DvripUdp, Mdns, Sadp, Ssdp, Wsd};
        matches!(self, Wsd | Sadp | Dhip | DvripUdp | Ssdp | Mdns)
    }
}

/// One answer, as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The address that sent it, or any label where the reply was not received by us.
    pub host: String,
    /// How it came.
    pub protocol: Protocol,
    /// The sender's port.
    pub port: Option<u16>,
    /// The interface that heard it.
    pub interface: Option<String>,
    /// When it was heard.
    pub at: Option<Timestamp>,
    /// What was asked: `GET /`, `unicast inquiry`, `multicast Probe`; absent for what came unasked.
    pub asked: Option<String>,
    /// The sender's address belongs to no subnet of the interface that heard it.
    pub off_subnet: bool,
    /// The address was no target of the run: it was heard, and never contacted.
    pub off_target: bool,
    /// It was longer than what is kept of one answer, or not at an end when its time was over.
    pub cut: bool,
    /// The bytes, never more than [`MAX_BODY`] and a head.
    pub bytes: Vec<u8>,
}

impl Reply {
    /// A reply of which only the sender, the protocol and the bytes are known.
    pub fn new(host: impl Into<String>, protocol: Protocol, bytes: impl Into<Vec<u8>>) -> Self {
        Reply {
            host: host.into(),
            protocol,
            port: None,
            interface: None,
            at: None,
            asked: None,
            off_subnet: false,
            off_target: false,
            cut: false,
            bytes: bytes.into(),
        }
    }

    /// Whether the address itself was asked and answered, which a third party on the wire cannot
    /// fake as easily as an answer to a multicast question.
    pub fn answers_unicast(&self) -> bool {
        let mut words = self.asked.iter().flat_map(|asked| asked.split_whitespace());
        !self.protocol.is_datagram() || words.any(|word| word.eq_ignore_ascii_case("unicast"))
    }
}

/// What a fact is about. Maker files name these in their patterns.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Display,
    EnumCount,
    EnumString,
    IntoStaticStr,
    serde::Deserialize,
)]
#[strum(serialize_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum Name {
    /// The MAC address seen on the wire or in a neighbour table.
    Mac,
    /// The MAC address that the device says it has.
    ClaimedMac,
    /// A MAC address derived from something else (an endpoint UUID, an IPv6 address, a scope).
    DerivedMac,
    /// The IPv4 address that the device says it has.
    ClaimedAddress,
    /// The model, in the device's own spelling.
    Model,
    /// The serial number.
    Serial,
    /// The device's firmware version, verbatim.
    Firmware,
    /// Another version (`dsp 7.3 build 180326`): first word what it is, then verbatim.
    OtherFirmware,
    /// `true` or `false`: whether an administrator's password has been set.
    Activated,
    /// A host or machine name.
    HostName,
    /// What the device says of its manufacturer. A label, not a proof.
    Manufacturer,
    /// What the device says of its vendor or brand. A label, not a proof.
    Vendor,
    /// The kind of device in its own words (`IPC`, `NVR`, `VTO` …).
    DeviceKind,
    /// How many analogue channels it has.
    AnalogChannels,
    /// How many network channels it has.
    DigitalChannels,
    /// The port of its web server.
    HttpPort,
    /// The port of its web server with TLS.
    HttpsPort,
    /// The port of its maker's own protocol.
    CommandPort,
    /// The port of its RTSP server.
    RtspPort,
    /// A Hikvision SADP reply was read: `probe-match`, `hello`, or `opaque`.
    Sadp,
    /// A Dahua DHIP reply was read: the method.
    Dhip,
    /// A Dahua DVRIP discovery reply was read: `device`.
    DvripUdp,
    /// The realm of a Dahua DVRIP greeting (TCP 37777).
    DvripRealm,
    /// A WS-Discovery match was read: its types, prefixes removed, in order, blank-separated.
    WsdTypes,
    /// All WS-Discovery scopes in order, blank-separated, percent-decoded singly in the facts below.
    WsdScopes,
    /// The value of the scope `name`.
    WsdName,
    /// The value of the scope `hardware`.
    WsdHardware,
    /// The endpoint's address.
    WsdEndpoint,
    /// A transport address that the device names.
    WsdXaddr,
    /// A namespace declared by the envelope.
    WsdNamespace,
    /// `fault`, where the answer is a SOAP fault: its reason.
    WsdFault,
    /// Whether the answer names our question: `ours`, `other` or `none` is for the scan to say; here the id itself.
    WsdRelatesTo,
    /// The HTTP status code.
    HttpStatus,
    /// `Server`.
    HttpServer,
    /// The realm of `WWW-Authenticate`.
    HttpRealm,
    /// A whole `WWW-Authenticate` value.
    HttpChallenge,
    /// `Set-Cookie`.
    HttpCookie,
    /// `Location`.
    HttpLocation,
    /// `ETag`.
    HttpEtag,
    /// The names of the header fields, in order and in their own case, joined by commas.
    HttpHeaderNames,
    /// The body's title.
    HttpTitle,
    /// The body's first 16 KiB, decoded.
    HttpBody,
    /// The MD5 of a favicon, in lower-case hexadecimal.
    Favicon,
    /// The hash by which Shodan lists favicons (MurmurHash3 of the base64 text), as a signed number.
    FaviconHash,
    /// The version of the web pages, verbatim. It is not the firmware's.
    WebUiVersion,
    /// The day that the web pages were made, `YYYY-MM-DD`: the firmware is hardly older.
    WebUiDate,
    /// The local name of an ISAPI document's root: `userCheck`, `ActivateStatus`, `DeviceInfo`.
    IsapiDocument,
    /// The namespace of an ISAPI document's root.
    IsapiNamespace,
    /// The code that says for whom the maker built the unit: 1 for itself.
    OemCode,
    /// An ONVIF device service answered: the name of the answer, or `fault` where it refused.
    Onvif,
    /// The protocol by which a recorder speaks to the camera of a channel; `unknown` where it does not say.
    ChannelProtocol,
    /// A namespace that the ONVIF device service names.
    OnvifNamespace,
    /// The hardware's own number or version.
    HardwareId,
    /// The greeting of Hikvision's SDK port, in lower-case hexadecimal.
    HikSdk,
    /// RTSP `Server`.
    RtspServer,
    /// The realm of an RTSP challenge.
    RtspRealm,
    /// RTSP `Public`.
    RtspPublic,
    /// A whole RTSP `WWW-Authenticate` value.
    RtspChallenge,
    /// RTSP `Date`, blanks kept.
    RtspDate,
    /// SSDP `SERVER`.
    SsdpServer,
    /// SSDP `USN`.
    SsdpUsn,
    /// SSDP `X-User-Agent`.
    SsdpUserAgent,
    /// SSDP `LOCATION`: where the description is.
    SsdpLocation,
    /// The device type of a UPnP description.
    UpnpDeviceType,
    /// A service instance of mDNS, whole: `name._http._tcp.local`.
    MdnsService,
    /// One `key=value` of an mDNS TXT record.
    MdnsText,
    /// A certificate's subject.
    CertificateSubject,
    /// A certificate's issuer.
    CertificateIssuer,
    /// From when to when a certificate is valid: two days, blank-separated.
    CertificateDates,
    /// A certificate's key: `rsa 1024`, `ec 256`.
    CertificateKey,
    /// The SHA-256 of a certificate, in lower-case hexadecimal.
    CertificateHash,
    /// How the login that the user gave fared: `accepted`, `refused`, or `withheld` where it was wanted and not sent.
    Login,
    /// SNMP sysDescr.
    SnmpDescription,
    /// SNMP sysObjectID.
    SnmpObjectId,
}

/// One thing that a reply says, before it is known which reply that was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What it is about.
    pub name: Name,
    /// The value, verbatim where the device wrote it.
    pub value: String,
    /// The recorder's channel that it is about, where it is not about the sender itself.
    pub channel: Option<String>,
}

/// One thing that a reply says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is about.
    pub name: Name,
    /// The value, verbatim where the device wrote it.
    pub value: String,
    /// The reply that says so: its place in the list of replies.
    pub reply: usize,
    /// The recorder's channel that it is about, where it is not about the sender itself.
    pub channel: Option<String>,
}

/// How one question to one host ended.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Display,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[strum(serialize_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It answered, and the answer could be read.
    Answered,
    /// Nothing came within the question's deadline.
    Silent,
    /// The host refused the connection.
    Refused,
    /// It answered that it wants a login.
    AuthRequired,
    /// It answered, and the answer could not be read. Kept all the same.
    Garbled,
    /// This machine or a rule of ours did not let us ask.
    Denied,
    /// Our own code failed while asking or reading.
    Broken,
    /// The run ended before the question's turn.
    NotAsked,
}

/// Reads a MAC address in any spelling that devices and people use: `44:47:cc:00:00:01`, dashes,
/// Cisco's dots, none at all, unpadded groups. `None` for anything else, and for the all-zero and
/// all-one addresses, which name nobody.
pub fn parse_mac(text: &str) -> Option<MacAddress> {
    let text = text.trim().as_bytes();
    let mut mac = [0; 6];
    match text.iter().filter(|byte| is_separator(byte)).count() {
        5 => {
            for (byte, group) in mac.iter_mut().zip(text.split(is_separator)) {
                *byte = octet(group)?;
            }
        }
        0 => {
            let mut digits = text.iter().copied().filter(|byte| *byte != b'.');
            for byte in &mut mac {
                *byte = octet(&[digits.next()?, digits.next()?])?;
            }
            if digits.next().is_some() {
                return None;
            }
        }
        _ => return None,
    }
    (mac != [0; 6] && mac != [0xff; 6]).then(|| MacAddress::new(mac))
}

fn is_separator(byte: &u8) -> bool {
    matches!(byte, b':' | b'-')
}

/// The spelling of MAC addresses in facts: `44:47:CC:00:00:01`.
pub fn spell_mac(mac: MacAddress) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut text = String::with_capacity(17);
    for byte in mac.bytes() {
        if !text.is_empty() {
            text.push(':');
        }
        text.extend([byte >> 4, byte & 15].map(|digit| char::from(DIGITS[usize::from(digit)])));
    }
    text
}

/// The number that one or two hexadecimal digits spell.
fn octet(digits: &[u8]) -> Option<u8> {
    let digit = |digit: u8| char::from(digit).to_digit(16).map(|value| value as u8);
    match *digits {
        [one] => digit(one),
        [first, second] => Some(digit(first)? << 4 | digit(second)?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mac_addresses_are_read_in_every_spelling() {
        let table = [
            ("44:47:cc:00:00:01", Some("44:47:CC:00:00:01")),
            ("44-47-CC-00-00-01", Some("44:47:CC:00:00:01")),
            ("4447.cc00.0001", Some("44:47:CC:00:00:01")),
            ("4447cc000001", Some("44:47:CC:00:00:01")),
            ("8:0:20:a:b:c", Some("08:00:20:0A:0B:0C")),
            (" 44:47:cc:00:00:01\n", Some("44:47:CC:00:00:01")),
            ("00:00:00:00:00:00", None),
            ("ff:ff:ff:ff:ff:ff", None),
            ("00000000000000080", None),
            ("+1:+2:+3:+4:+5:+6", None),
            ("44:47:cc:00:00", None),
            ("41a0bc:41a0bd:41a0be", None),
            ("", None),
            ("é4:47:cc:00:00:01", None),
        ];
        for (text, expected) in table {
            assert_eq!(parse_mac(text).map(spell_mac).as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn a_datagram_answers_unicast_where_its_question_has_the_word() {
        let table = [
            (Protocol::Sadp, Some("unicast inquiry"), true),
            (Protocol::Dhip, Some("search, Unicast"), true),
            (Protocol::Sadp, Some("unicast"), true),
            (Protocol::Sadp, Some("multicast inquiry"), false),
            (Protocol::Sadp, Some("inquiry"), false),
            (Protocol::Sadp, None, false),
            (Protocol::Http, None, true),
        ];
        for (protocol, asked, expected) in table {
            let mut reply = Reply::new("10.0.0.5", protocol, "");
            reply.asked = asked.map(str::to_owned);
            assert_eq!(reply.answers_unicast(), expected, "{asked:?}");
        }
    }

    #[test]
    fn protocols_keep_their_spelling_and_unknown_ones_their_name() {
        for name in ["neighbour", "dvrip-udp", "hik-sdk", "dahua-cgi", "wsd", "ftp"] {
            assert_eq!(
                name.parse::<Protocol>().map(|protocol| protocol.to_string()).as_deref(),
                Ok(name)
            );
        }
        assert_eq!("ftp".parse::<Protocol>(), Ok(Protocol::Other("ftp".into())));
    }
}
