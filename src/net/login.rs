//! The one way in which a login leaves this machine.
//!
//! A page is asked for without one. Only where the device answers that it wants one, in a way that may be answered, it
//! is sent: once, and once more where the device says no more than that its nonce has grown old.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use zeroize::Zeroizing;

use super::challenge::Challenge;
use super::credential::{Credential, Reason};
use super::fetch::Visit;
use super::streams::nothing;
use super::vault::{BARRED, Chance, UNCLEAR};
use super::{Answer, Ask, LoginEnd, Tls};
use crate::fact::Outcome;
use crate::wire::http::{self, Response};
use crate::wire::onvif::{self, Body, UsernameToken};

const BASIC: Reason = Reason {
    why: "they take the password only in readable form (Basic)",
    remedy: "newer firmware, or `allow_basic = true` for devices that offer it over TLS",
};
/// The certificate was not seen before, or another one was.
pub(super) const STRANGER: Reason = Reason {
    why: "they take the password only in readable form (Basic), and do not show the certificate that was seen there before",
    remedy: "log in by hand: somebody may sit between, or the unit was not seen over TLS before its turn",
};
/// No time is left for the host.
pub(super) const LATE: Reason = Reason {
    why: "they had kept us in conversation for as long as the limits allow",
    remedy: "log in by hand to see why they are so slow",
};
const TOKEN: Reason = Reason {
    why: "they take a login only in a SOAP header (UsernameToken)",
    remedy: "`allow_username_token = true`: whoever overhears one may try passwords against it, or use it for a moment",
};
const NO_CLOCK: Reason = Reason {
    why: "they take a login only with the time by their own clock, and do not tell it",
    remedy: "log in by hand",
};
const NOT_WRITTEN: Reason = Reason {
    why: "the user's name or the challenge cannot be written in a header",
    remedy: "a user whose name is plain text",
};

/// What shows a device who we are.
pub(super) enum Proof {
    /// The value of `Authorization`.
    Authorization(Zeroizing<String>),
    /// A header in the envelope. Never both (ONVIF Core specification, authentication).
    Token(UsernameToken),
}

impl Proof {
    /// Whether it holds the password as it is.
    pub(super) fn is_readable(&self) -> bool {
        matches!(self, Proof::Authorization(value) if value.starts_with("Basic "))
    }
}

/// The body of a question to an ONVIF service.
pub(super) fn envelope(request: onvif::Request, proof: Option<&Proof>) -> String {
    match proof {
        Some(Proof::Token(token)) => request.envelope_with(token),
        _ => request.envelope(),
    }
}

/// The answer where no login may be used at all: nothing is sent.
pub(super) fn withheld(reason: Reason) -> Answer {
    Answer {
        login: Some(LoginEnd::Withheld(reason)),
        ..nothing(Outcome::Denied, reason.why)
    }
}

/// A request as bytes, with the login where that stands in its head.
pub(super) fn authorized(request: Vec<u8>, proof: Option<&Proof>) -> Vec<u8> {
    let end_of_first_line = request.windows(2).position(|end| end == b"\r\n");
    let (Some(Proof::Authorization(value)), Some(end)) = (proof, end_of_first_line) else {
        return request;
    };
    let parts = [
        &request[..end],
        b"\r\nAuthorization: ",
        value.as_bytes(),
        &request[end..],
    ];
    // With room for all of it, so that no copy is left behind when it grows.
    let mut whole = Vec::with_capacity(parts.iter().map(|part| part.len()).sum());
    parts.iter().for_each(|part| whole.extend_from_slice(part));
    whole
}

/// Asks for a page, and logs in if the device wants that.
pub(super) async fn ask(visit: &mut Visit<'_>, mut chance: Chance<'_>) -> Answer {
    let first = visit.ask().await;
    let proof = match proof(visit, chance.credential(), &first).await {
        Ok(None) => return first,
        Ok(Some(proof)) => proof,
        Err(reason) => {
            chance.withheld(reason);
            return Answer {
                login: Some(LoginEnd::Withheld(reason)),
                ..first
            };
        }
    };
    chance.sent();
    let second = visit.ask_again(&first, visit.question(), Some(&proof)).await;
    if let Some(LoginEnd::Withheld(reason)) = second.login {
        chance.unsent();
        chance.withheld(reason);
        return Answer {
            login: second.login,
            connections: second.connections.max(first.connections),
            ..first
        };
    }
    match renewed(visit, chance.credential(), &first, &second) {
        Some(proof) => {
            let third = visit.ask_again(&second, visit.question(), Some(&proof)).await;
            end(third, &proof, visit, chance)
        }
        None => end(second, &proof, visit, chance),
    }
}

/// What to answer to a device that wants a login; nothing to one that wants none.
async fn proof(visit: &mut Visit<'_>, login: &Credential, answer: &Answer) -> Result<Option<Proof>, Reason> {
    let response = Response::decode(&answer.bytes);
    match response.status {
        // Half a challenge would be answered wrongly.
        _ if !http::has_whole_head(&answer.bytes) => Ok(None),
        _ if wants_token(visit, &response) => token(visit, login, answer).await.map(Some),
        Some(401) => {
            let challenge = Challenge::of(&challenges(&response))?;
            authorization(visit, login, challenge, answer).map(Some)
        }
        _ => Ok(None),
    }
}

/// The answer to a device that only wants a newer nonce in it.
fn renewed(visit: &Visit<'_>, login: &Credential, first: &Answer, second: &Answer) -> Option<Proof> {
    let (first, response) = (Response::decode(&first.bytes), Response::decode(&second.bytes));
    let is_whole = response.status == Some(401) && http::has_whole_head(&second.bytes);
    let challenge = Challenge::of(&challenges(&response)).ok().filter(|_| is_whole)?;
    let before = Challenge::of(&challenges(&first)).ok()?;
    match challenge.is_renewal_of(&before) {
        true => authorization(visit, login, challenge, second).ok(),
        false => None,
    }
}

fn challenges(response: &Response) -> Vec<&str> {
    response.headers_named("WWW-Authenticate").collect()
}

fn authorization(visit: &Visit<'_>, login: &Credential, challenge: Challenge, to: &Answer) -> Result<Proof, Reason> {
    if matches!(challenge, Challenge::Basic) {
        match to.tls {
            Some(Tls::Modern(_)) if login.allow_basic && visit.is_known(to.certificate.as_deref()) => {}
            Some(Tls::Modern(_)) if login.allow_basic => return Err(STRANGER),
            _ => return Err(BASIC),
        }
    }
    let method = match visit.question() {
        Ask::Get(_) => "GET",
        Ask::Onvif { .. } => "POST",
    };
    let answer = challenge.answer(login, method, visit.uri())?;
    match answer.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        true => Ok(Proof::Authorization(answer)),
        false => Err(NOT_WRITTEN),
    }
}

/// Whether a service refuses without a word of HTTP's own logins.
fn wants_token(visit: &Visit<'_>, response: &Response) -> bool {
    let is_service = matches!(visit.question(), Ask::Onvif { .. });
    let refuses = |answer: onvif::Answer| matches!(answer.body, Body::Fault(_)) && answer.wants_login();
    is_service && challenges(response).is_empty() && refuses(onvif::Answer::read(response))
}

async fn token(visit: &mut Visit<'_>, login: &Credential, before: &Answer) -> Result<Proof, Reason> {
    if !login.allow_username_token {
        return Err(TOKEN);
    }
    let now = clock(visit, before).await.ok_or(NO_CLOCK)?;
    let nonce = uuid::Uuid::new_v4().into_bytes();
    let token = UsernameToken::new(&login.user, login.password.expose(), nonce, now);
    Ok(Proof::Token(token))
}

/// The device's clock, which it shows everybody.
async fn clock(visit: &mut Visit<'_>, before: &Answer) -> Option<Timestamp> {
    let ask = Ask::Onvif {
        path: visit.question().path().to_owned(),
        request: onvif::Request::SystemDateAndTime,
    };
    let answer = visit.ask_again(before, &ask, None).await;
    match onvif::Answer::read(&Response::decode(&answer.bytes)).body {
        Body::SystemDateAndTime(clock) => TimeZone::UTC.to_timestamp(clock.utc?).ok(),
        _ => None,
    }
}

fn end(answer: Answer, proof: &Proof, visit: &Visit<'_>, chance: Chance<'_>) -> Answer {
    let response = Response::decode(&answer.bytes);
    let (login, answer) = match echoes(&answer, proof) {
        true => (LoginEnd::Unclear, without_echo(answer)),
        false => (end_of(&response, visit), answer),
    };
    match login {
        LoginEnd::Accepted => chance.accepted(),
        LoginEnd::Refused => chance.refused(),
        LoginEnd::Barred => chance.withheld(BARRED),
        _ => chance.withheld(UNCLEAR),
    }
    Answer {
        login: Some(login),
        ..answer
    }
}

/// How a device took a login. One that let us in may still lack the page, or find it wrong.
fn end_of(response: &Response, visit: &Visit<'_>) -> LoginEnd {
    match response.status {
        Some(401) => LoginEnd::Refused,
        _ if wants_token(visit, response) => LoginEnd::Refused,
        Some(403) => LoginEnd::Barred,
        Some(200..=299 | 400 | 404 | 405) => LoginEnd::Accepted,
        _ => LoginEnd::Unclear,
    }
}

/// Whether a device sends back what we sent: evidence is shown around, and must not hold it.
fn echoes(answer: &Answer, proof: &Proof) -> bool {
    let Proof::Authorization(value) = proof else {
        return false;
    };
    let digest = value
        .split_once("response=\"")
        .and_then(|(_, rest)| rest.split('"').next());
    let mark = digest.unwrap_or_else(|| value.trim_start_matches("Basic "));
    !mark.is_empty() && answer.bytes.windows(mark.len()).any(|window| window == mark.as_bytes())
}

fn without_echo(answer: Answer) -> Answer {
    Answer {
        outcome: Outcome::Garbled,
        bytes: Vec::new(),
        why: Some("it sent the login back; that is not kept".into()),
        ..answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_with_a_login_is_never_grown_which_would_leave_a_copy_behind() {
        let request = http::get("10.0.0.1", "/");
        let proof = Proof::Authorization(Zeroizing::new("Basic eDp5".to_owned()));
        let whole = authorized(request.clone(), Some(&proof));
        assert_eq!(whole.len(), whole.capacity());
        let text = String::from_utf8(whole).expect("it is ASCII");
        assert!(
            text.starts_with("GET / HTTP/1.1\r\nAuthorization: Basic eDp5\r\nHost: 10.0.0.1\r\n"),
            "{text}"
        );
        assert_eq!(text.replace("Authorization: Basic eDp5\r\n", "").into_bytes(), request);
    }
}
