//! Web servers that want a password which they must not get.

use super::Device;
use super::digest::{Hash, Outcome};
use super::http::{Request, respond};
use crate::replies;

#[derive(Clone, Copy)]
pub enum Rogue {
    /// Would have it in clear.
    BasicOnly,
    /// Sends everybody to this address, path and all.
    Redirect(&'static str),
    /// Lets the visitor log in and sends him away then.
    RedirectAfterLogin(&'static str),
    /// Digest, but only with a hash over the body.
    AuthIntOnly,
    /// Digest with a realm of 100 kB.
    HugeRealm,
}

const CLOSE: &str = "Server: App-webs/\r\nConnection: close\r\n";
const REALM: &str = "IP Camera(C6666)";

pub fn answer(device: &Device, rogue: Rogue, request: &Request) -> Vec<u8> {
    match (rogue, request.path()) {
        (Rogue::Redirect(to), _) => away(to, request),
        (_, "/") => replies::HTTP_HIK.as_bytes().to_vec(),
        (Rogue::RedirectAfterLogin(to), _) => match device.check(request, REALM) {
            Outcome::Accepted => away(to, request),
            _ => challenge(device, "Digest", "auth", REALM),
        },
        (Rogue::BasicOnly, _) => {
            let headers = format!("WWW-Authenticate: Basic realm=\"{REALM}\"\r\n{CLOSE}");
            respond("401 Unauthorized", &headers, b"")
        }
        (Rogue::AuthIntOnly, _) => challenge(device, "Digest", "auth-int", REALM),
        (Rogue::HugeRealm, _) => challenge(device, "Digest", "auth", &"IP Camera(C6666) ".repeat(6_000)),
    }
}

fn away(to: &str, request: &Request) -> Vec<u8> {
    let headers = format!("Location: http://{to}{}\r\n{CLOSE}", request.target);
    respond("302 Found", &headers, b"")
}

fn challenge(device: &Device, scheme: &str, qop: &str, realm: &str) -> Vec<u8> {
    let nonce = device.lock.lock().expect("no panic").nonce();
    let algorithm = super::digest::algorithm(Hash::Md5, true);
    let headers =
        format!("WWW-Authenticate: {scheme} realm=\"{realm}\", qop=\"{qop}\", nonce=\"{nonce}\"{algorithm}\r\n{CLOSE}");
    respond("401 Unauthorized", &headers, b"")
}
