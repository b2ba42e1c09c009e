//! How the user names a server.

use std::net::{IpAddr, Ipv6Addr};

use rustls::pki_types::ServerName;

/// `HOST:PORT`, or `HOST` alone; an address of IPv6 stands in brackets. `None` where it is none, or a port is 0.
pub(super) fn host_and_port(text: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port.parse().ok().filter(|port| *port != 0)?)),
        _ => (text, None),
    };
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let host = match bare {
        Some(bare) => bare.parse::<Ipv6Addr>().ok()?.to_string(),
        None if host.contains(':') => return None,
        None => host.to_owned(),
    };
    ServerName::try_from(host.as_str()).is_ok().then_some((host, port))
}

/// A host as it stands before a port.
pub(super) fn bracketed(host: &str) -> String {
    match host.contains(':') {
        true => format!("[{host}]"),
        false => host.to_owned(),
    }
}

/// Whether what is said to it stays on this machine.
pub(super) fn is_loopback(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    address.map_or_else(
        |_| host.eq_ignore_ascii_case("localhost"),
        |address| address.is_loopback(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_a_name_or_an_address_with_or_without_a_port() {
        let table = [
            ("mail.example", Some(("mail.example", None))),
            ("mail.example:25", Some(("mail.example", Some(25)))),
            ("[::1]:25", Some(("::1", Some(25)))),
            ("[::1]", Some(("::1", None))),
            ("::1", None),
            ("mail.example:0", None),
            ("mail.example:", None),
            ("a b:25", None),
            ("mail.example:25/x", None),
            ("", None),
        ];
        for (text, expected) in table {
            let expected = expected.map(|(host, port)| (host.to_owned(), port));
            assert_eq!(host_and_port(text), expected, "{text:?}");
        }
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for host in ["127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost", "LOCALHOST"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["127.0.0.1.example", "10.0.0.1", "localhost.example", "::2", ""] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
