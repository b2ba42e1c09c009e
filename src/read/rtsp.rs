//! RTSP responses.

use super::{Reading, Sayings};
use crate::fact::{Name, Reply};
use crate::wire::{http, rtsp};

pub(super) fn read(reply: &Reply) -> Reading {
    let mut said = Sayings::default();
    for response in rtsp::responses(&reply.bytes) {
        said.maybe(Name::RtspServer, response.header("Server"));
        said.maybe(Name::RtspPublic, response.header("Public"));
        let challenges = response
            .headers
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case("WWW-Authenticate"));
        for realm in challenges.flat_map(|(_, value)| http::realms(value)) {
            said.say(Name::RtspRealm, realm);
        }
    }
    said.or_garbled("no RTSP response that says anything")
}
