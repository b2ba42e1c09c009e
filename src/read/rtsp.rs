//! RTSP responses.

use super::{Reading, Sayings};
use crate::fact::{Name, Reply};
use crate::wire::{http, rtsp};

pub(super) fn read(reply: &Reply) -> Reading {
    let mut said = Sayings::default();
    for response in rtsp::responses(&reply.bytes) {
        said.maybe(Name::RtspServer, response.header("Server"));
        said.maybe(Name::RtspPublic, response.header("Public"));
        said.maybe(Name::RtspDate, response.date.as_ref());
        for challenge in response.headers_named("WWW-Authenticate") {
            said.say(Name::RtspChallenge, challenge);
            for realm in http::realms(challenge) {
                // Hikvision's cameras of 2014 and others have their MAC for a realm: twelve digits.
                said.mac(Name::DerivedMac, Some(&realm));
                said.say(Name::RtspRealm, realm);
            }
        }
    }
    said.or_garbled("no RTSP response that says anything")
}
