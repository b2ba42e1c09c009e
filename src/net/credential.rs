//! A login that the user gave, and what it is for.

use std::fmt;
use std::net::IpAddr;

use ipnetwork::IpNetwork;
use zeroize::Zeroizing;

/// Proof that a host is a unit of a maker, by a verdict that is confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmed {
    host: IpAddr,
    maker: String,
}

impl Confirmed {
    /// Only the place that reads the verdict may say so: `scan/signs.rs` (see `tests/floors.rs`).
    pub fn by_verdict(host: IpAddr, maker: &str) -> Self {
        Confirmed {
            host,
            maker: maker.to_owned(),
        }
    }

    /// The host that was confirmed.
    pub fn host(&self) -> IpAddr {
        self.host
    }
}

/// A text that nobody is shown, and that is wiped from memory when it is dropped.
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Only this room can look into it again.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl From<Zeroizing<String>> for Secret {
    fn from(text: Zeroizing<String>) -> Self {
        Secret(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// A login, and what it is for.
#[derive(Debug)]
pub struct Credential {
    /// The hosts that it may be used on.
    pub scope: Vec<IpNetwork>,
    /// The maker's id: it is used on nobody else's units.
    pub maker: String,
    /// The user.
    pub user: String,
    /// The password.
    pub password: Secret,
    /// Whether it may be sent in readable form, over TLS of today.
    pub allow_basic: bool,
    /// Whether it may be used in a SOAP header, by devices that offer no digest over HTTP.
    pub allow_username_token: bool,
}

/// Why a login was not used on a device, or is used no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// Why.
    pub why: &'static str,
    /// What the user can do about it.
    pub remedy: &'static str,
}

impl Credential {
    pub(super) fn is_for(&self, unit: &Confirmed) -> bool {
        let host = unit.host.to_canonical();
        self.maker == unit.maker && self.scope.iter().any(|network| network.contains(host))
    }

    pub(super) fn words(&self) -> String {
        let scope: Vec<String> = self.scope.iter().map(ToString::to_string).collect();
        let mut words = format!("confirmed {} units in {}, by digest", self.maker, scope.join(", "));
        let further = [
            (self.allow_basic, " or Basic over TLS"),
            (self.allow_username_token, " or UsernameToken"),
        ];
        words.extend(
            further
                .iter()
                .filter(|(is_allowed, _)| *is_allowed)
                .map(|(_, way)| *way),
        );
        words
    }
}
