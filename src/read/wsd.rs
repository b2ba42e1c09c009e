//! WS-Discovery envelopes.

use super::{Reading, Sayings, garbled, mac_in_address};
use crate::fact::{Name, Reply, parse_mac};
use crate::wire::wsd::{self, Answer, Match, Message};

pub(super) fn read(reply: &Reply) -> Reading {
    match Message::decode(&reply.bytes) {
        Some(Message::Matches(answer) | Message::Hello(answer)) => answered(&answer, &reply.host),
        Some(Message::Fault {
            reason,
            relates_to,
            namespaces,
        }) => {
            let mut said = Sayings::default();
            said.say(Name::WsdFault, if reason.is_empty() { "fault" } else { &reason });
            envelope(&mut said, relates_to.as_ref(), &namespaces);
            Reading::Facts(said.0)
        }
        Some(Message::Question) => Reading::Question,
        None => garbled("no WS-Discovery message"),
    }
}

/// Of several devices in one envelope the one that names the sender speaks, else the first.
fn answered(answer: &Answer, host: &str) -> Reading {
    let mut said = Sayings::default();
    let names_sender = |one: &&Match| one.xaddrs.iter().any(|xaddr| address_of(xaddr) == Some(host));
    let Some(one) = answer.matches.iter().find(names_sender).or(answer.matches.first()) else {
        return garbled("a WS-Discovery answer without a match");
    };
    device(&mut said, one);
    envelope(&mut said, answer.relates_to.as_ref(), &answer.namespaces);
    said.or_garbled("a WS-Discovery match that says nothing")
}

fn envelope(said: &mut Sayings, relates_to: Option<&String>, namespaces: &[String]) {
    said.maybe(Name::WsdRelatesTo, relates_to);
    for namespace in namespaces {
        said.say(Name::WsdNamespace, namespace);
    }
}

fn device(said: &mut Sayings, one: &Match) {
    said.say(Name::WsdTypes, one.types.join(" "));
    said.say(Name::WsdScopes, one.scopes.join(" "));
    let scope = |category: &str| {
        let mut scopes = one.scopes.iter().filter_map(|scope| wsd::scope(scope));
        scopes
            .find(|(name, _)| name.eq_ignore_ascii_case(category))
            .map(|(_, value)| wsd::percent_decode(value))
    };
    said.maybe(Name::WsdName, scope("name"));
    // Only scopes of ONVIF have categories, so that a printer's hardware is no model.
    let hardware = scope("hardware");
    said.maybe(Name::WsdHardware, hardware.as_deref());
    said.maybe(Name::Model, hardware);
    said.maybe(Name::WsdEndpoint, one.endpoint.as_ref());
    for xaddr in &one.xaddrs {
        said.say(Name::WsdXaddr, xaddr);
    }
    for scope in &one.scopes {
        said.mac(Name::DerivedMac, mac_in_scope(scope));
    }
    said.mac(Name::DerivedMac, one.endpoint.as_deref().and_then(uuid_tail));
    for xaddr in &one.xaddrs {
        said.mac(Name::DerivedMac, address_of(xaddr).and_then(mac_in_address).as_deref());
    }
}

/// The host of a URL, without brackets and port.
pub(super) fn address_of(xaddr: &str) -> Option<&str> {
    let authority = xaddr.split_once("://")?.1.split('/').next()?;
    match authority.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next(),
        None => authority.split(':').next(),
    }
}

/// `/MAC/aa:bb:…` (Hikvision), `/mac/…` (thingino), `/MacAddress/…` (ONVIF Core §7.3), and a MAC with
/// separators in any other place, as TP-Link VIGI has it.
fn mac_in_scope(scope: &str) -> Option<&str> {
    let mut before = "";
    scope.split('/').find(|text| {
        let named = before.eq_ignore_ascii_case("mac") || before.eq_ignore_ascii_case("MacAddress");
        before = text;
        (text.len() == 17 || named) && parse_mac(text).is_some()
    })
}

/// The last group of a UUID, which is the MAC address on Hikvision and some others.
pub(super) fn uuid_tail(endpoint: &str) -> Option<&str> {
    let uuid = endpoint.trim().rsplit(':').next()?;
    let groups: Vec<&str> = uuid.split('-').collect();
    (groups.len() == 5 && groups[4].len() == 12).then(|| groups[4])
}
