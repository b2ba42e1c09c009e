//! How the user's login fared: by what was asked, and what came back.

use super::Sayings;
use crate::fact::{LOGIN_WITHHELD, Name, Protocol, Reply, WITH_LOGIN};
use crate::wire::http::Response;
use crate::wire::onvif::Answer;

pub(super) fn facts(said: &mut Sayings, reply: &Reply) {
    let asked = reply.asked.as_deref().unwrap_or_default();
    if asked.ends_with(LOGIN_WITHHELD) {
        said.say(Name::Login, "withheld");
    } else if asked.ends_with(WITH_LOGIN) {
        said.maybe(Name::Login, fared(reply));
    }
}

/// Nothing where the answer is neither a yes nor a no.
fn fared(reply: &Reply) -> Option<&'static str> {
    let response = Response::decode(&reply.bytes);
    let refuses = || reply.protocol == Protocol::Onvif && Answer::read(&response).wants_login();
    match response.status? {
        401 | 403 => Some("refused"),
        _ if refuses() => Some("refused"),
        200..=299 => Some("accepted"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::Said;

    #[test]
    fn a_login_is_read_from_what_was_asked_and_what_came_back() {
        let ok = "HTTP/1.1 200 OK\r\n\r\n";
        let no = "HTTP/1.1 401 Unauthorized\r\n\r\n";
        let fault = "HTTP/1.1 400 Bad Request\r\n\r\n<Envelope><Body><Fault><Code><Value>Sender</Value><Subcode>\
                     <Value>ter:NotAuthorized</Value></Subcode></Code></Fault></Body></Envelope>";
        let table = [
            (Protocol::Isapi, "GET /x with login", ok, Some("accepted")),
            (Protocol::Isapi, "GET /x with login", no, Some("refused")),
            (
                Protocol::Isapi,
                "GET /x with login",
                "HTTP/1.1 403 Forbidden\r\n\r\n",
                Some("refused"),
            ),
            (Protocol::Isapi, "GET /x with login", "HTTP/1.1 302 Found\r\n\r\n", None),
            (Protocol::Isapi, "GET /x with login", "no HTTP", None),
            (Protocol::Isapi, "GET /x, login withheld", no, Some("withheld")),
            (Protocol::Isapi, "GET /x", no, None),
            (
                Protocol::Onvif,
                "GetDeviceInformation with login",
                fault,
                Some("refused"),
            ),
            (Protocol::Onvif, "GetDeviceInformation", fault, None),
        ];
        for (protocol, asked, text, expected) in table {
            let mut reply = Reply::new("h", protocol, text);
            reply.asked = Some(asked.into());
            let mut said = Sayings::default();
            facts(&mut said, &reply);
            let values: Vec<&str> = said.0.iter().map(|Said { value, .. }| value.as_str()).collect();
            assert_eq!(values.first().copied(), expected, "{asked}: {text}");
        }
    }
}
