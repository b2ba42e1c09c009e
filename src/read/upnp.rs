//! Descriptions of UPnP devices, as they are fetched from a web server.

use super::{Reading, Sayings, http};
use crate::fact::{Name, Reply};
use crate::wire::http::Response;
use crate::wire::upnp::{Description, HIKVISION};

pub(super) fn read(reply: &Reply) -> Reading {
    let response = Response::decode(&reply.bytes);
    let mut said = Sayings::default();
    http::head(&mut said, &response);
    if let Some(description) = Description::decode(&response.body) {
        device(&mut said, &description, super::is_page(reply, HIKVISION));
    }
    said.or_garbled("no description of a UPnP device")
}

/// Hikvision's recorders put the model where others have the number of a version.
fn device(said: &mut Sayings, description: &Description, by_number: bool) {
    let (first, second) = match by_number {
        true => (&description.model_number, &description.model_name),
        false => (&description.model_name, &description.model_number),
    };
    said.maybe(Name::UpnpDeviceType, description.device_type.as_ref());
    said.maybe(Name::Model, first.as_ref().or(second.as_ref()));
    said.maybe(Name::Serial, description.serial_number.as_ref());
    said.maybe(Name::Manufacturer, description.manufacturer.as_ref());
    said.maybe(Name::HostName, description.friendly_name.as_ref());
}
