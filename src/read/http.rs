//! HTTP responses, over TLS or not, whole or in part.

use super::{Reading, Sayings};
use crate::fact::{Name, Reply};
use crate::wire::http::{self, Response};

pub(super) fn read(reply: &Reply) -> Reading {
    let mut said = Sayings::default();
    facts(&mut said, &Response::decode(&reply.bytes));
    said.or_garbled("an empty HTTP response")
}

/// What every response says, whatever was asked.
pub(super) fn facts(said: &mut Sayings, response: &Response) {
    head(said, response);
    let body = response.text();
    said.maybe(Name::HttpTitle, http::title(&body));
    said.say(Name::HttpBody, body);
}

/// What its head says.
pub(super) fn head(said: &mut Sayings, response: &Response) {
    said.maybe(Name::HttpStatus, response.status.map(|status| status.to_string()));
    said.maybe(Name::HttpServer, response.header("Server"));
    for challenge in response.headers_named("WWW-Authenticate") {
        said.say(Name::HttpChallenge, challenge);
        for realm in http::realms(challenge) {
            said.say(Name::HttpRealm, realm);
        }
    }
    for cookie in response.headers_named("Set-Cookie") {
        said.say(Name::HttpCookie, cookie);
    }
    said.maybe(Name::HttpLocation, response.header("Location"));
    said.maybe(Name::HttpEtag, response.header("ETag"));
    let names: Vec<&str> = response.headers.iter().map(|(name, _)| name.as_str()).collect();
    said.say(Name::HttpHeaderNames, names.join(","));
}
