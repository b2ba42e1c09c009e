//! Descriptions of UPnP devices, as they are fetched from a web server.

use super::{Reading, Sayings, garbled, http};
use crate::fact::{Name, Reply};
use crate::wire::http::Response;
use crate::wire::upnp::Description;

pub(super) fn read(reply: &Reply) -> Reading {
    let response = Response::decode(&reply.bytes);
    let mut said = Sayings::default();
    http::head(&mut said, &response);
    match read_document(&response.body) {
        Reading::Facts(more) => said.0.extend(more),
        // A page that is not there is an answer too.
        reading if said.0.is_empty() => return reading,
        _ => {}
    }
    Reading::Facts(said.0)
}

/// What a document says.
pub(super) fn read_document(document: &[u8]) -> Reading {
    let Some(description) = Description::decode(document) else {
        return garbled("no description of a UPnP device");
    };
    let mut said = Sayings::default();
    said.maybe(Name::UpnpDeviceType, description.device_type.as_ref());
    said.maybe(Name::HostName, description.friendly_name.as_ref());
    said.maybe(
        Name::Manufacturer,
        description
            .manufacturer
            .as_ref()
            .filter(|_| !is_no_camera(&description)),
    );
    said.maybe(Name::Model, model(&description));
    said.maybe(Name::Serial, description.serial_number.as_ref());
    said.or_garbled("a description that says nothing")
}

/// Types that the forum has for routers, televisions, printers and the like. Who makes those may make cameras, too.
const NO_CAMERAS: [&str; 5] = [
    "InternetGatewayDevice",
    "WLANAccessPointDevice",
    "MediaRenderer",
    "MediaServer",
    "Printer",
];

fn is_no_camera(description: &Description) -> bool {
    let kind = description.device_type.as_deref().unwrap_or_default();
    NO_CAMERAS.iter().any(|name| kind.split(':').any(|word| word == *name))
}

/// The number, which on cameras is the model, unless it is but a version (`1.0`).
fn model(description: &Description) -> Option<&String> {
    let has_letters = |number: &&String| number.chars().any(char::is_alphabetic);
    let number = description.model_number.as_ref();
    number
        .filter(has_letters)
        .or(description.model_name.as_ref())
        .or(number)
}
