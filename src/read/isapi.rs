//! ISAPI documents: `DeviceInfo` and the lists of channels where a login was given, `userCheck` where not,
//! `ActivateStatus` for everybody.

use super::{Reading, Sayings, flag, http, recorder};
use crate::fact::{Name, Reply};
use crate::wire::http::Response;
use crate::wire::recorder::input_proxy;
use crate::wire::xml::{Document, Node, first_tag};

/// Roots that are known whatever their namespace: some units name none.
const ROOTS: [&str; 3] = ["userCheck", "ActivateStatus", "DeviceInfo"];

/// The response's own facts first: a `userCheck` body and the realm tell the maker without a login.
pub(super) fn read(reply: &Reply) -> Reading {
    let response = Response::decode(&reply.bytes);
    let mut said = Sayings::default();
    http::facts(&mut said, &response);
    if let Some(channels) = input_proxy(&response.text()) {
        said.0.extend(recorder::facts(&channels));
        return Reading::Facts(said.0);
    }
    let document = Document::decode(&response.body);
    if let Some(info) = document.find("DeviceInfo") {
        device(&mut said, info);
    } else if let Some(status) = document.find("ActivateStatus") {
        let activated = status.text_of("Activated");
        said.maybe(Name::Activated, activated.as_deref().and_then(flag));
    } else if response.status.is_none() && document.root().is_none() {
        return Reading::Garbled {
            facts: said.0,
            why: "no ISAPI document",
        };
    }
    said.or_garbled("an empty ISAPI reply")
}

/// What a document is, by its root. A page that only quotes one has another root.
pub(super) fn root(said: &mut Sayings, body: &str) {
    let document = Document::read(first_tag(body).unwrap_or_default());
    let Some(root) = document.root() else { return };
    let namespace = root.attribute("xmlns");
    if ROOTS.iter().any(|name| root.is(name)) || namespace.is_some_and(is_isapi) {
        said.say(Name::IsapiDocument, root.name());
        said.maybe(Name::IsapiNamespace, namespace);
    }
}

/// `http://www.hikvision.com/ver20/XMLSchema`, `http://www.std-cgi.com/ver20/XMLSchema` and their like.
fn is_isapi(namespace: &str) -> bool {
    namespace.ends_with("/ver10/XMLSchema") || namespace.ends_with("/ver20/XMLSchema")
}

fn device(said: &mut Sayings, info: Node<'_>) {
    said.maybe(Name::Model, info.text_of("model"));
    said.maybe(Name::Serial, info.text_of("serialNumber"));
    said.mac(Name::ClaimedMac, info.text_of("macAddress").as_deref());
    said.maybe(Name::Firmware, dated(info, "firmwareVersion", "firmwareReleasedDate"));
    said.maybe(
        Name::OtherFirmware,
        dated(info, "encoderVersion", "encoderReleasedDate").map(|v| format!("dsp {v}")),
    );
    said.maybe(Name::HostName, info.text_of("deviceName"));
    said.maybe(Name::DeviceKind, info.text_of("deviceType"));
    said.maybe(Name::Manufacturer, info.text_of("manufacturer"));
    said.maybe(Name::OemCode, info.text_of("OEMCode"));
}

/// `V5.7.18` and `build 240826` as one text, the way SADP and ONVIF write it.
fn dated(info: Node<'_>, version: &str, released: &str) -> Option<String> {
    let version = info.text_of(version)?;
    Some(match info.text_of(released) {
        Some(released) => format!("{version} {released}"),
        None => version,
    })
}
