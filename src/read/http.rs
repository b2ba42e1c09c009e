//! HTTP responses, over TLS or not, whole or in part.

use super::{Reading, Sayings, is_page, isapi};
use crate::fact::{Name, Reply};
use crate::wire::http::{self, Response};
use crate::wire::{favicon, web_ui};

pub(super) fn read(reply: &Reply) -> Reading {
    let mut said = Sayings::default();
    let response = Response::decode(&reply.bytes);
    if is_page(reply, favicon::PATH) && favicon::is_image(&response.body) {
        head(&mut said, &response);
        // Of a part of it the hash would be another's.
        if !reply.cut {
            icon(&mut said, &response.body);
        }
        return Reading::Facts(said.0);
    }
    facts(&mut said, &response);
    age(&mut said, reply, &response);
    said.or_garbled("an empty HTTP response")
}

/// What every response says, whatever was asked.
pub(super) fn facts(said: &mut Sayings, response: &Response) {
    head(said, response);
    let body = response.text();
    said.maybe(Name::HttpTitle, http::title(&body));
    isapi::root(said, &body);
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

fn icon(said: &mut Sayings, icon: &[u8]) {
    said.say(Name::Favicon, favicon::md5(icon));
    said.say(Name::FaviconHash, favicon::shodan(icon).to_string());
}

/// How old the web pages are: where a version file was asked for, by that.
fn age(said: &mut Sayings, reply: &Reply, response: &Response) {
    let day = match web_ui::VERSION_FILES.iter().any(|path| is_page(reply, path)) {
        true => web_ui::version(&response.text()).and_then(|(version, day)| {
            said.say(Name::WebUiVersion, version);
            day
        }),
        false => web_ui::made(response),
    };
    said.maybe(Name::WebUiDate, day.map(|day| day.to_string()));
}
