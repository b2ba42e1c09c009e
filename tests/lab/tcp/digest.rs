//! A device's side of HTTP digest (RFC 7616): its own arithmetic, nonces that it has given out itself, and a
//! lock that closes after three wrong answers.

use std::collections::HashMap;

use md5::Md5;
use sha2::{Digest, Sha256};

use super::http::Request;
use crate::host::{Host, password};

/// The one user that the estate's units know.
pub const USER: &str = "auditor";
/// How many wrong answers a device bears. Then it is shut for half an hour, which is for ever here.
const PATIENCE: usize = 3;

/// By which hash.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    Md5,
    Sha256,
}

impl Hash {
    fn name(self) -> &'static str {
        match self {
            Hash::Md5 => "MD5",
            Hash::Sha256 => "SHA-256",
        }
    }

    fn hex(self, text: &str) -> String {
        let bytes = match self {
            Hash::Md5 => Md5::digest(text).to_vec(),
            Hash::Sha256 => Sha256::digest(text).to_vec(),
        };
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// How a device took what a request brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// No credential.
    Nothing,
    Accepted,
    /// User or password are not ours.
    Wrong,
    /// Right, but the nonce is too old: the client may try again with a fresh one.
    Stale,
    /// Right or not, the nonce was never given out or its count does not rise.
    Replayed,
    /// Not what the challenge asked for: another scheme, realm or target, no `qop=auth`.
    Malformed,
    /// Nobody is let in any more.
    Locked,
}

/// What a device remembers of logins.
#[derive(Default)]
pub struct Lock {
    /// The nonces given out, and the highest count seen with each.
    nonces: HashMap<String, u64>,
    wrong: usize,
    was_stale: bool,
}

impl Lock {
    /// A nonce that nobody has had before.
    pub fn nonce(&mut self) -> String {
        let mut random = [0; 16];
        getrandom(&mut random);
        let nonce: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        self.nonces.insert(nonce.clone(), 0);
        nonce
    }

    /// The first right answer of this device's life counts as stale.
    pub fn call_stale_once(&mut self) -> bool {
        !std::mem::replace(&mut self.was_stale, true)
    }

    /// Counts one more wrong answer.
    pub fn count_wrong(&mut self) -> Outcome {
        self.wrong += 1;
        Outcome::Wrong
    }

    pub fn is_shut(&self) -> bool {
        self.wrong >= PATIENCE
    }

    /// Checks the `Authorization` of a request.
    pub fn check(&mut self, request: &Request, host: &Host, realm: &str) -> Outcome {
        let Some(value) = request.header("Authorization") else {
            return Outcome::Nothing;
        };
        if self.is_shut() {
            return Outcome::Locked;
        }
        let Some(answer) = value.strip_prefix("Digest ").map(parameters) else {
            return Outcome::Malformed;
        };
        let part = |name: &str| answer.get(name).map_or("", String::as_str);
        let hash = match part("algorithm") {
            "" | "MD5" => Hash::Md5,
            "SHA-256" => Hash::Sha256,
            _ => return Outcome::Malformed,
        };
        let count = u64::from_str_radix(part("nc"), 16).unwrap_or_default();
        let fits = part("realm") == realm && part("uri") == request.target && part("qop") == "auth";
        if !fits || count == 0 || part("nc").len() != 8 || part("cnonce").is_empty() {
            return Outcome::Malformed;
        }
        match self.nonces.get_mut(part("nonce")) {
            Some(seen) if *seen < count => *seen = count,
            _ => return Outcome::Replayed,
        }
        let secret = hash.hex(&format!("{USER}:{realm}:{}", password(host)));
        let what = hash.hex(&format!("{}:{}", request.method, request.target));
        let fresh = [part("nonce"), part("nc"), part("cnonce"), "auth"].join(":");
        match part("username") == USER && part("response") == hash.hex(&format!("{secret}:{fresh}:{what}")) {
            true => Outcome::Accepted,
            false => self.count_wrong(),
        }
    }
}

fn getrandom(bytes: &mut [u8]) {
    bytes.copy_from_slice(&uuid::Uuid::new_v4().as_bytes()[..bytes.len()]);
}

/// The parameter that names the hash, with the comma before it; MD5 is mostly left unnamed.
pub fn algorithm(hash: Hash, named: bool) -> String {
    match named {
        true => format!(", algorithm={}", hash.name()),
        false => String::new(),
    }
}

/// `key=value` and `key="value"`, with commas between them and maybe inside the quotes.
fn parameters(text: &str) -> HashMap<String, String> {
    let mut found = HashMap::new();
    let mut rest = text;
    while let Some((key, after)) = rest.split_once('=') {
        let (value, end) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_at(after.find(',').unwrap_or(after.len())),
        };
        found.insert(key.trim().to_lowercase(), value.trim().to_owned());
        rest = end.trim_start_matches([',', ' ']);
    }
    found
}

#[test]
fn the_arithmetic_is_that_of_the_specification() {
    // RFC 7616, 3.9.1.
    let nonce =
        "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v:00000001:f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ:auth";
    let table = [
        (Hash::Md5, "8ca523f5e9506fed4657c9700eebdbec"),
        (
            Hash::Sha256,
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
        ),
    ];
    for (hash, expected) in table {
        let secret = hash.hex("Mufasa:http-auth@example.org:Circle of Life");
        let what = hash.hex("GET:/dir/index.html");
        assert_eq!(hash.hex(&format!("{secret}:{nonce}:{what}")), expected);
    }
    let parameters = parameters("username=\"a, b\", nc=00000001,qop=auth , uri=\"/x?y=1\"");
    let part = |name: &str| parameters.get(name).map(String::as_str);
    assert_eq!(
        ["username", "nc", "qop", "uri"].map(part),
        ["a, b", "00000001", "auth", "/x?y=1"].map(Some)
    );
}
