//! Answers of `magicBox.cgi` and of `configManager.cgi` about a recorder's cameras: `key=value` lines.

use super::{Reading, Sayings, http, recorder};
use crate::fact::{Name, Reply};
use crate::wire::http::Response;
use crate::wire::recorder::remote_devices;

/// The response's own facts first: the realm of a 401 tells the maker without a login.
pub(super) fn read(reply: &Reply) -> Reading {
    let response = Response::decode(&reply.bytes);
    let mut said = Sayings::default();
    http::facts(&mut said, &response);
    let before = said.0.len();
    let body = response.text();
    // Other makers' servers have pages for every path, and scripts in them that assign too.
    if !body.trim_start().starts_with('<') {
        device(&mut said, &body);
        said.0.extend(recorder::facts(&remote_devices(&body)));
    }
    if said.0.len() == before && response.status.is_none() {
        return Reading::Garbled {
            facts: said.0,
            why: "no key=value line of magicBox.cgi",
        };
    }
    Reading::Facts(said.0)
}

fn device(said: &mut Sayings, body: &str) {
    let value = |key: &str| {
        let mut pairs = body.lines().filter_map(|line| line.split_once('='));
        pairs
            .find(|(name, _)| name.trim() == key)
            .map(|(_, value)| value.trim().to_owned())
    };
    // A recorder's `deviceType` is a number; its model is in `updateSerial`.
    let model = value("deviceType").filter(|kind| !kind.bytes().all(|byte| byte.is_ascii_digit()));
    said.maybe(
        Name::Model,
        model.or_else(|| value("updateSerial")).or_else(|| value("type")),
    );
    said.maybe(Name::Serial, value("serialNumber"));
    // Older firmware puts the date on a line of its own; joined as newer firmware writes it.
    let dated = |version: String| match value("BuildDate") {
        Some(date) => format!("{version},build:{date}"),
        None => version,
    };
    said.maybe(Name::Firmware, value("version").map(dated));
    said.maybe(Name::HostName, value("name"));
    said.maybe(Name::Vendor, value("vendor"));
}
