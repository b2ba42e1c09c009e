//! What one reply says: a pure function from bytes to facts, one file a protocol.

mod arp;
mod certificate;
mod dahua_cgi;
mod dhip;
mod dns;
mod dvrip;
mod hik_sdk;
mod http;
mod isapi;
mod login;
mod mdns;
mod onvif;
mod recorder;
mod rtsp;
mod sadp;
mod snmp;
mod ssdp;
mod upnp;
mod wsd;

use std::borrow::Cow;
use std::net::Ipv6Addr;

use crate::fact::{Name, Protocol, Reply, Said, parse_mac, spell_mac};
use crate::wire::text;

/// The longest value that is kept, in bytes.
const MAX_VALUE: usize = 1024;
/// The longest list of scopes that is kept, in bytes.
const MAX_SCOPES: usize = 8 * 1024;
/// The longest part of a body that is kept, in bytes.
const MAX_BODY: usize = 16 * 1024;

/// How reading a reply ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// It says this. A broken document of which something identifying could be read counts as read.
    Facts(Vec<Said>),
    /// It is no sound message of its protocol; what could be read all the same is kept.
    Garbled {
        /// What could be read.
        facts: Vec<Said>,
        /// What is wrong with it.
        why: &'static str,
    },
    /// It is a question, ours or another scanner's, and no reply.
    Question,
    /// This version does not read that protocol.
    Unread,
}

/// Reads one reply. Any bytes of any protocol may come.
pub fn read(reply: &Reply) -> Reading {
    let mut reading = by_protocol(reply);
    if let Reading::Facts(facts) | Reading::Garbled { facts, .. } = &mut reading {
        let mut said = Sayings(std::mem::take(facts));
        login::facts(&mut said, reply);
        said.mac(Name::DerivedMac, mac_in_address(&reply.host).as_deref());
        *facts = said.0;
    }
    reading
}

fn by_protocol(reply: &Reply) -> Reading {
    match reply.protocol {
        Protocol::Neighbour | Protocol::Arp => arp::read(reply),
        Protocol::Wsd => wsd::read(reply),
        Protocol::Sadp => sadp::read(reply),
        Protocol::Dhip => dhip::read(reply),
        Protocol::DvripUdp => dvrip::read_discovery(reply),
        Protocol::Dvrip => dvrip::read_realm(reply),
        Protocol::Http | Protocol::Https => http::read(reply),
        Protocol::Rtsp => rtsp::read(reply),
        Protocol::HikSdk => hik_sdk::read(reply),
        Protocol::Isapi => isapi::read(reply),
        Protocol::DahuaCgi => dahua_cgi::read(reply),
        Protocol::Onvif => onvif::read(reply),
        Protocol::Snmp => snmp::read(reply),
        Protocol::Ssdp if page(reply).is_some() => upnp::read(reply),
        Protocol::Ssdp => ssdp::read(reply),
        Protocol::Mdns => mdns::read(reply),
        Protocol::Dns => dns::read(reply),
        Protocol::Certificate => certificate::read(reply),
        // That a port exists is all that such a reply says.
        Protocol::Tcp => Reading::Facts(Vec::new()),
        Protocol::DahuaRpc | Protocol::Other(_) => Reading::Unread,
    }
}

/// The page of a web server that was asked for, if it was one.
fn page(reply: &Reply) -> Option<&str> {
    reply.asked.as_deref()?.strip_prefix("GET ")
}

/// Whether this very page was asked for.
fn is_page(reply: &Reply, path: &str) -> bool {
    page(reply) == Some(path)
}

/// Facts as they are gathered: trimmed, capped, never empty, each pair of name and value once.
struct Sayings(Vec<Said>);

impl Default for Sayings {
    /// With room for what most replies say.
    fn default() -> Self {
        Sayings(Vec::with_capacity(16))
    }
}

impl Sayings {
    fn say<'v>(&mut self, name: Name, value: impl Into<Cow<'v, str>>) {
        let value = value.into();
        let limit = match name {
            Name::HttpBody => MAX_BODY,
            Name::WsdScopes => MAX_SCOPES,
            _ => MAX_VALUE,
        };
        let blank = |c: char| c.is_whitespace() || c == '\0';
        let kept = match name {
            // How many blanks stand before the date tells makers apart.
            Name::RtspDate => &value,
            _ => value.trim_start_matches(blank),
        };
        let kept = text::cut(kept, limit).trim_end_matches(blank);
        let known = |said: &Said| said.name == name && said.value == kept && said.channel.is_none();
        if kept.is_empty() || self.0.iter().any(known) {
            return;
        }
        self.0.push(Said {
            name,
            value: if kept.len() == value.len() {
                value.into_owned()
            } else {
                kept.to_owned()
            },
            channel: None,
        });
    }

    fn maybe<'v>(&mut self, name: Name, value: Option<impl Into<Cow<'v, str>>>) {
        if let Some(value) = value {
            self.say(name, value);
        }
    }

    /// A MAC address in our own spelling, if it is one.
    fn mac(&mut self, name: Name, value: Option<&str>) {
        self.maybe(name, value.and_then(parse_mac).map(spell_mac));
    }

    /// Facts if there are any, else garbled.
    fn or_garbled(self, why: &'static str) -> Reading {
        match self.0.is_empty() {
            true => garbled(why),
            false => Reading::Facts(self.0),
        }
    }
}

/// The MAC address that an IPv6 address was made from (EUI-64, RFC 4291 appendix A). It is a weak tell: one address of
/// 65,536 that were drawn by lot looks so, too.
fn mac_in_address(address: &str) -> Option<String> {
    let address: Ipv6Addr = address.split('%').next()?.parse().ok()?;
    match address.octets() {
        [_, _, _, _, _, _, _, _, a, b, c, 0xff, 0xfe, d, e, f] => {
            Some(mac_address::MacAddress::new([a ^ 2, b, c, d, e, f]).to_string())
        }
        _ => None,
    }
}

/// `true` or `false` where it is clearly said: firmware has been seen to send `flase`.
fn flag(text: &str) -> Option<&'static str> {
    ["true", "false"]
        .into_iter()
        .find(|word| text.eq_ignore_ascii_case(word))
}

#[cfg(test)]
#[test]
fn the_mac_in_an_address() {
    let table = [
        ("fe80::4647:ccff:fe40:64%eth0", Some("44:47:CC:40:00:64")),
        ("2001:db8::3eef:8cff:fe00:1", Some("3C:EF:8C:00:00:01")),
        ("2001:db8::20", None),
        ("10.0.0.5", None),
        ("gate", None),
    ];
    for (address, mac) in table {
        assert_eq!(mac_in_address(address).as_deref(), mac, "{address}");
    }
}

fn garbled(why: &'static str) -> Reading {
    Reading::Garbled { facts: Vec::new(), why }
}
