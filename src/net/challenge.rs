//! What a device asks for where it wants a login (RFC 7235, RFC 7616), and the answer to it.
//!
//! A challenge is written by whoever sits at that address. What cannot be answered by the letter is not answered.

use http_auth::digest::{Algorithm, Qop};
use http_auth::{ChallengeParser, ChallengeRef, DigestClient, ParamValue, PasswordParams};
use zeroize::Zeroizing;

use super::credential::{Credential, Reason};

/// The longest `WWW-Authenticate` values that are looked at, all together, in bytes.
const MAX_LENGTH: usize = 4 * 1024;
/// The longest realm that is answered, in bytes. Known devices have 64 at most.
const MAX_REALM: usize = 256;

const CHECK_BY_HAND: &str = "log in by hand to see whether the device is what it says";
const NONE: Reason = Reason {
    why: "they want a login and offer no way of logging in that is known",
    remedy: CHECK_BY_HAND,
};
const TOO_LONG: Reason = Reason {
    why: "their challenge or its realm is longer than any honest one",
    remedy: CHECK_BY_HAND,
};
const MALFORMED: Reason = Reason {
    why: "their challenge breaks the grammar of HTTP (RFC 7235), or holds letters beyond ASCII",
    remedy: CHECK_BY_HAND,
};
const ALGORITHM: Reason = Reason {
    why: "their digest is neither MD5 nor SHA-256",
    remedy: CHECK_BY_HAND,
};
const QOP: Reason = Reason {
    why: "they offer digest only in a form that is not used (auth-int, or -sess without qop)",
    remedy: CHECK_BY_HAND,
};

/// A challenge that can be answered.
pub(super) enum Challenge {
    /// The password stays here; a digest over it and the device's nonce is sent.
    Digest(DigestClient),
    /// User and password are sent as they are.
    Basic,
}

impl Challenge {
    /// The strongest of what the values of `WWW-Authenticate` offer.
    pub(super) fn of(values: &[&str]) -> Result<Challenge, Reason> {
        if values.iter().map(|value| value.len()).sum::<usize>() > MAX_LENGTH {
            return Err(TOO_LONG);
        }
        let (mut digests, mut basic, mut why_not) = (Vec::new(), false, NONE);
        for challenge in values.iter().flat_map(|value| challenges(value)) {
            match challenge {
                Ok(challenge) if is(&challenge, "Basic") => basic = true,
                Ok(challenge) if is(&challenge, "Digest") => match digest(challenge) {
                    Ok(digest) => digests.push(digest),
                    Err(reason) => why_not = reason,
                },
                Ok(_) => {}
                Err(reason) => why_not = reason,
            }
        }
        let strongest = digests
            .into_iter()
            .min_by_key(|digest| digest.algorithm() == Algorithm::Md5);
        match strongest {
            Some(digest) => Ok(Challenge::Digest(digest)),
            None if basic => Ok(Challenge::Basic),
            None => Err(why_not),
        }
    }

    /// Whether it only says that the nonce of the challenge before has grown old. In another realm or by another hash
    /// it would be a second login.
    pub(super) fn is_renewal_of(&self, before: &Challenge) -> bool {
        let (Challenge::Digest(new), Challenge::Digest(old)) = (self, before) else {
            return false;
        };
        new.stale() && new.realm() == old.realm() && new.algorithm() == old.algorithm()
    }

    /// The value of `Authorization` for one request.
    pub(super) fn answer(self, login: &Credential, method: &str, uri: &str) -> Result<Zeroizing<String>, Reason> {
        let password = login.password.expose();
        let params = PasswordParams {
            username: &login.user,
            password,
            uri,
            method,
            body: None,
        };
        let answer = match self {
            Challenge::Basic => http_auth::basic::encode_credentials(&login.user, password),
            Challenge::Digest(mut digest) => {
                let answer = digest.respond(&params).map_err(|_| MALFORMED)?;
                // Without qop the crate leaves the algorithm out, and some firmware takes that for MD5 (go2rtc 2344).
                match digest.rfc2069_compat() && digest.algorithm() == Algorithm::Sha256 {
                    true => answer + ", algorithm=SHA-256",
                    false => answer,
                }
            }
        };
        Ok(Zeroizing::new(answer))
    }
}

fn is(challenge: &ChallengeRef<'_>, scheme: &str) -> bool {
    challenge.scheme.eq_ignore_ascii_case(scheme)
}

/// The challenges of one value, up to the first that cannot be read.
fn challenges(value: &str) -> impl Iterator<Item = Result<ChallengeRef<'_>, Reason>> {
    ChallengeParser::new(value).map(|challenge| challenge.map_err(|_| MALFORMED))
}

fn digest(mut challenge: ChallengeRef<'_>) -> Result<DigestClient, Reason> {
    for (name, value) in &mut challenge.params {
        if name.eq_ignore_ascii_case("algorithm") {
            *value = algorithm(value)?;
        }
    }
    let digest = DigestClient::try_from(&challenge).map_err(|_| MALFORMED)?;
    // Without qop there is no cnonce, which -sess needs.
    let is_unfinished = digest.session() && digest.rfc2069_compat();
    match digest {
        digest if digest.realm().len() > MAX_REALM => Err(TOO_LONG),
        digest if is_unfinished || !(digest.qop() & Qop::Auth) => Err(QOP),
        digest => Ok(digest),
    }
}

/// The name as it must be spelt. Some firmware writes `md5`.
fn algorithm(value: &ParamValue<'_>) -> Result<ParamValue<'static>, Reason> {
    let known = ["MD5", "MD5-sess", "SHA-256", "SHA-256-sess"];
    let name = known
        .into_iter()
        .find(|name| name.eq_ignore_ascii_case(value.as_escaped()));
    let name = name.ok_or(ALGORITHM)?;
    ParamValue::try_from_escaped(name).map_err(|_| ALGORITHM)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::net::Secret;

    fn login() -> Credential {
        Credential {
            scope: Vec::new(),
            maker: "dahua".into(),
            user: "Mufasa".into(),
            password: Secret::from(Zeroizing::new("CircleOfLife".to_owned())),
            allow_basic: true,
            allow_username_token: false,
        }
    }

    #[test]
    fn the_example_of_rfc_2069_is_answered_as_its_erratum_says() {
        let challenge = r#"Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093""#;
        let answer = Challenge::of(&[challenge]).and_then(|it| it.answer(&login(), "GET", "/dir/index.html"));
        let response = r#"response="1949323746fe6a43ef61f9606e7febea""#;
        assert!(answer.is_ok_and(|answer| answer.contains(response)));
    }

    #[test]
    fn a_stale_nonce_is_told_in_every_spelling_and_nothing_else_may_have_changed() {
        let before = r#"Digest realm="r", nonce="n""#;
        let table = [
            (r#"Digest realm="r", nonce="m", stale=true"#, true),
            (r#"Digest realm="r", nonce="m", stale="TRUE""#, true),
            (r#"Digest realm="r", nonce="m", STALE=True, algorithm=md5"#, true),
            (r#"Digest realm="r", nonce="m", stale=false"#, false),
            (r#"Digest realm="r", nonce="m", stale="FALSE""#, false),
            (r#"Digest realm="r", nonce="m", stale=truely"#, false),
            (r#"Digest realm="r", nonce="m", opaque=x"#, false),
            (r#"Digest realm="s", nonce="m", stale=true"#, false),
            (r#"Digest realm="r", nonce="m", algorithm=SHA-256, stale=true"#, false),
            ("Basic stale=true", false),
        ];
        let of = |text| Challenge::of(&[text]);
        for (text, expected) in table {
            let renewal = of(text).and_then(|new| Ok(new.is_renewal_of(&of(before)?)));
            assert_eq!(renewal, Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_challenge_of_4_kib_and_a_realm_of_256_bytes_are_the_longest_that_are_answered() {
        let asked = |realm: usize, length: usize| {
            let head = format!(r#"Digest realm="{}", nonce=""#, "r".repeat(realm));
            let text = format!(r#"{head}{}""#, "n".repeat(length - head.len() - 1));
            Challenge::of(&[&text]).err()
        };
        assert_eq!([asked(1, 4096), asked(1, 4097)], [None, Some(TOO_LONG)]);
        assert_eq!([asked(256, 400), asked(257, 400)], [None, Some(TOO_LONG)]);
    }

    fn texts() -> impl Strategy<Value = String> {
        let parameters = "(, (qop|algorithm|stale|opaque|userhash|domain)=(auth|MD5|SHA-256|true|\"[ -~]{0,9}\")){0,3}";
        let digest = ("[ -~]{0,9}", "[ -~]{0,9}", parameters)
            .prop_map(|(realm, nonce, rest)| format!("Digest realm=\"{realm}\", nonce=\"{nonce}\"{rest}"));
        prop_oneof![digest, "\\PC{0,60}"]
    }

    proptest! {
        #[test]
        fn whatever_asks_for_a_digest_the_password_is_not_in_the_answer(texts in prop::collection::vec(texts(), 0..4)) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            if let Ok(challenge @ Challenge::Digest(_)) = Challenge::of(&texts)
                && let Ok(answer) = challenge.answer(&login(), "GET", "/x?y=z")
            {
                prop_assert!(answer.starts_with("Digest ") && !answer.contains("Circle"));
                prop_assert!(answer.bytes().all(|byte| matches!(byte, b' '..=b'~')));
                let read: Vec<_> = challenges(&answer).collect::<Result<_, _>>().unwrap_or_default();
                prop_assert!(read.len() == 1 && read[0].scheme == "Digest", "more than one thing: {}", *answer);
            }
        }
    }
}
