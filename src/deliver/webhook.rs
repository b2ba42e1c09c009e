//! A notice to a server of the user's own, as Standard Webhooks 1.0.0 has it (standardwebhooks.com): JSON by POST, signed
//! with a secret that both sides have.

use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use rustls::ClientConfig;
use sha2::{Digest, Sha256};
use url::Url;
use zeroize::Zeroizing;

use super::notice::Notice;
use super::server::is_loopback;
use super::{NoTrust, Trouble, causes, is_distrust, trust};

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(10);
/// How long all of it may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// The shortest secret, in bytes (Standard Webhooks, "Signature scheme").
const SHORTEST: usize = 24;
/// What a secret begins with that is written in base64 (the same).
const ENCODED: &str = "whsec_";

/// Where it goes. Its path may be a secret in itself, and is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint(Url);

impl FromStr for Endpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let url: Url = text.parse().map_err(|_| "it is written https://HOST/PATH".to_owned())?;
        let host = url.host_str().unwrap_or_default();
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(host) => {}
            "http" => return Err("http:// is for this machine itself; elsewhere it is https://".into()),
            _ => return Err("it is written https://HOST/PATH".into()),
        }
        match url.username().is_empty() && url.password().is_none() {
            true => Ok(Endpoint(url)),
            false => Err("a login has no place in it; notices are signed (--webhook-secret-file)".into()),
        }
    }
}

/// The server, and a mark that tells two paths on it apart without showing them.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hash = Sha256::digest(self.0.as_str());
        let origin = self.0.origin().ascii_serialization();
        write!(f, "{origin}/… ({:02x}{:02x}{:02x})", hash[0], hash[1], hash[2])
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({self})")
    }
}

/// The key that notices are signed with; wiped when it is dropped.
pub struct Key(Zeroizing<Vec<u8>>);

impl Key {
    /// From a secret as it is written: `whsec_` and base64, or any text.
    ///
    /// # Errors
    /// What is wrong with it, without quoting it.
    pub fn new(secret: &str) -> Result<Key, &'static str> {
        let key = match secret.strip_prefix(ENCODED) {
            Some(encoded) => STANDARD
                .decode(encoded)
                .map_err(|_| "what follows whsec_ is no base64")?,
            None => secret.as_bytes().to_vec(),
        };
        match key.len() < SHORTEST {
            true => Err("it is shorter than 24 bytes, which could be guessed"),
            false => Ok(Key(Zeroizing::new(key))),
        }
    }

    /// The signature of a message: HMAC-SHA256 over id, seconds since 1970, and body.
    fn sign(&self, id: &str, seconds: i64, body: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length (RFC 2104)");
        mac.update(format!("{id}.{seconds}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

/// The way there, all that it needs read beforehand.
#[derive(Debug)]
pub struct Webhook {
    to: Endpoint,
    key: Key,
    tls: Arc<ClientConfig>,
}

impl Webhook {
    /// `ca`: the certificates (PEM) that are trusted in place of the system's.
    ///
    /// # Errors
    /// Where there is nothing to verify the server by.
    pub fn new(to: Endpoint, key: Key, ca: Option<&Path>) -> Result<Self, NoTrust> {
        let tls = match to.0.scheme() {
            "https" => trust::client(ca)?,
            _ => trust::nobody()?,
        };
        Ok(Webhook { to, key, tls })
    }

    /// Where it goes, as it may be shown.
    pub fn target(&self) -> String {
        self.to.to_string()
    }

    /// Sends it once. Only an answer of 200 to 299 is success; nothing is sent on to where a redirect points.
    ///
    /// # Errors
    /// Where no such answer comes.
    pub async fn send(&self, notice: &Notice, now: Timestamp) -> Result<(), Trouble> {
        let body = notice.json();
        let signature = self.key.sign(&notice.id, now.as_second(), &body);
        let request = self.client()?.post(self.to.0.clone());
        let request = request
            .header("content-type", "application/json")
            .header("webhook-id", &notice.id)
            .header("webhook-timestamp", now.as_second().to_string())
            .header("webhook-signature", signature)
            .body(body);
        let answer = request.send().await.map_err(|error| self.trouble(&error))?;
        match answer.status() {
            status if status.is_success() => Ok(()),
            status => Err(self.refusal(status)),
        }
    }

    /// By way of a proxy only where the environment names one for HTTPS, through which TLS goes unread.
    fn client(&self) -> Result<Client, Trouble> {
        let builder = Client::builder()
            .tls_backend_preconfigured((*self.tls).clone())
            .user_agent(concat!("camsweep/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT)
            .timeout(PATIENCE);
        let builder = match is_loopback(self.to.0.host_str().unwrap_or_default()) {
            true => builder.no_proxy(),
            false => builder,
        };
        builder.build().map_err(|error| self.trouble(&error))
    }

    fn trouble(&self, error: &reqwest::Error) -> Trouble {
        let why = match error.is_timeout() {
            true => format!("it takes more than {} s", PATIENCE.as_secs()),
            false => std::error::Error::source(error).map_or_else(|| "it failed".to_owned(), causes),
        };
        Trouble {
            why: format!("webhook to {}: {why}", self.to),
            may_pass: !(error.is_builder() || is_distrust(error)),
            alone: false,
        }
    }

    fn refusal(&self, status: StatusCode) -> Trouble {
        let what = match status.is_redirection() {
            true => "which is a redirect, and not followed",
            false => status.canonical_reason().unwrap_or("which has no name"),
        };
        Trouble {
            why: format!("webhook to {}: it answers {} ({what})", self.to, status.as_u16()),
            may_pass: status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429),
            alone: matches!(status.as_u16(), 400 | 413 | 415 | 422),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification ("Verifying webhooks").
    #[test]
    fn a_signature_is_that_of_the_specification() {
        let key = Key::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed = key.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, "{\"test\": 2432232314}");
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_that_could_be_guessed_is_none_and_is_not_quoted() {
        for secret in [
            "",
            "s3cret",
            "whsec_",
            "whsec_czNjcmV0",
            "whsec_!",
            "12345678901234567890123",
        ] {
            let why = Key::new(secret).unwrap_err();
            assert!(secret.len() < 3 || !why.contains(secret.trim_start_matches(ENCODED)) || secret == ENCODED);
        }
        assert_eq!(format!("{:?}", Key::new("123456789012345678901234").unwrap()), "Key");
    }

    #[test]
    fn only_this_machine_is_told_without_tls_and_no_path_is_shown() {
        for text in [
            "http://hooks.example/x",
            "http://127.0.0.1.example/",
            "ftp://hooks.example/",
            "https://ann:s3cret@hooks.example/",
            "hooks.example",
            "",
        ] {
            let why = text.parse::<Endpoint>().unwrap_err();
            assert!(!why.contains("s3cret"), "{why}");
        }
        for text in ["http://127.0.0.1:8080/", "http://localhost/x", "http://[::1]:1/"] {
            assert!(text.parse::<Endpoint>().is_ok(), "{text}");
        }
        let shown = |text: &str| text.parse::<Endpoint>().unwrap().to_string();
        let (one, other) = (
            shown("https://hooks.example/T0/s3cret"),
            shown("https://hooks.example/T1"),
        );
        assert!(
            one.starts_with("https://hooks.example/… (") && !one.contains("s3cret"),
            "{one}"
        );
        assert_ne!(one, other);
    }
}
