//! The login within an envelope: WS-Security UsernameToken Profile 1.0 with a password digest.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use quick_xml::escape::escape;
use sha1::{Digest, Sha1};

/// A login for one envelope. The password is in it only as a digest over nonce and time.
#[derive(Clone, PartialEq, Eq)]
pub struct UsernameToken {
    user: String,
    digest: String,
    nonce: String,
    created: String,
}

impl UsernameToken {
    /// Makes a token. `nonce` is random and never used twice; `created` is the time by the *device's* clock, because
    /// some refuse a token that is five seconds old (home-assistant/core 121952).
    ///
    /// Sixteen bytes and whole seconds: a Hikvision iDS-2DE7220MC refuses longer texts (lumeohq/onvif-rs 114).
    pub fn new(user: &str, password: &str, nonce: [u8; 16], created: Timestamp) -> Self {
        let created = created.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let digest = Sha1::new()
            .chain_update(nonce)
            .chain_update(&created)
            .chain_update(password)
            .finalize();
        UsernameToken {
            user: user.to_owned(),
            digest: STANDARD.encode(digest),
            nonce: STANDARD.encode(nonce),
            created,
        }
    }

    /// The envelope's header.
    pub(super) fn header(&self) -> String {
        let UsernameToken {
            user,
            digest,
            nonce,
            created,
        } = self;
        let user = escape(user);
        let wss = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss";
        format!(
            "<s:Header><Security s:mustUnderstand=\"1\" xmlns=\"{wss}-wssecurity-secext-1.0.xsd\"><UsernameToken>\
             <Username>{user}</Username>\
             <Password Type=\"{wss}-username-token-profile-1.0#PasswordDigest\">{digest}</Password>\
             <Nonce EncodingType=\"{wss}-soap-message-security-1.0#Base64Binary\">{nonce}</Nonce>\
             <Created xmlns=\"{wss}-wssecurity-utility-1.0.xsd\">{created}</Created>\
             </UsernameToken></Security></s:Header>"
        )
    }
}

/// Says whose it is and no more: a digest that is logged could be tried offline.
impl fmt::Debug for UsernameToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UsernameToken")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}
