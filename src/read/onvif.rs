//! Answers of an ONVIF device service, and refusals, which prove one too.

use super::wsd::uuid_tail;
use super::{Reading, Sayings, http};
use crate::fact::{Name, Reply};
use crate::wire::http::Response;
use crate::wire::onvif::{Answer, Body, DeviceInformation, NetworkInterface, Service};

/// What firmware writes where it has nothing to say. Zeros and punctuation alone count too.
const PLACEHOLDERS: &[&str] = &[
    "n/a",
    "na",
    "nvt",
    "none",
    "null",
    "nil",
    "unknown",
    "undefined",
    "default",
    "localhost",
];

pub(super) fn read(reply: &Reply) -> Reading {
    let response = Response::decode(&reply.bytes);
    let answer = Answer::read(&response);
    let mut said = Sayings::default();
    match answer.body.name() {
        Some(name) => {
            http::head(&mut said, &response);
            said.say(Name::Onvif, name);
            namespaces(&mut said, &answer.namespaces);
        }
        // A web page in its place may still show whose it is.
        None => http::facts(&mut said, &response),
    }
    content(&mut said, &answer.body, &reply.host);
    match answer.is_service() || response.status.is_some() {
        true => Reading::Facts(said.0),
        false => Reading::Garbled {
            facts: said.0,
            why: "no ONVIF answer",
        },
    }
}

fn content(said: &mut Sayings, body: &Body, host: &str) {
    match body {
        Body::Services(services) => namespaces(said, services.iter().map(|Service { name, .. }| name)),
        Body::Hostname(name) => meant(said, Name::HostName, name.as_ref()),
        Body::EndpointReference(guid) => {
            said.maybe(Name::WsdEndpoint, guid.as_ref());
            said.mac(Name::DerivedMac, guid.as_deref().and_then(uuid_tail));
        }
        Body::DeviceInformation(information) => device(said, information),
        Body::NetworkInterfaces(interfaces) => said.mac(Name::ClaimedMac, mac_of(interfaces, host)),
        // A clock, and the addresses of services, which may be wrong, say nothing of the device.
        Body::SystemDateAndTime(_) | Body::Capabilities(_) | Body::Fault(_) | Body::Challenge | Body::Other => {}
    }
}

fn device(said: &mut Sayings, information: &DeviceInformation) {
    meant(said, Name::Manufacturer, information.manufacturer.as_ref());
    meant(said, Name::Model, information.model.as_ref());
    meant(said, Name::Firmware, information.firmware.as_ref());
    meant(said, Name::Serial, information.serial.as_ref());
    meant(said, Name::HardwareId, information.hardware.as_ref());
}

fn namespaces<'a>(said: &mut Sayings, namespaces: impl IntoIterator<Item = &'a String>) {
    for namespace in namespaces {
        said.say(Name::OnvifNamespace, namespace);
    }
}

/// A value, unless it is there only because the field must not be empty.
fn meant(said: &mut Sayings, name: Name, value: Option<&String>) {
    let nothing = |text: &str| text.chars().all(|c| c == '0' || !c.is_alphanumeric());
    let placeholder = |text: &str| PLACEHOLDERS.iter().any(|word| text.eq_ignore_ascii_case(word));
    said.maybe(name, value.filter(|text| !nothing(text) && !placeholder(text)));
}

/// The MAC address of the interface that answered, else of the first.
fn mac_of<'a>(interfaces: &'a [NetworkInterface], host: &str) -> Option<&'a str> {
    let answered =
        |interface: &&NetworkInterface| interface.addresses.iter().any(|address| address.to_string() == host);
    let interface = interfaces.iter().find(answered).or(interfaces.first());
    interface?.mac.as_deref()
}
