//! Targets as people write them, read into [`Ranges`].

use std::fs::File;
use std::io::Read;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;

use ipnetwork::IpNetwork;
use thiserror::Error;

use super::Ranges;

/// The longest target file that is read, in bytes: a million addresses.
const MAX_FILE: u64 = 16 << 20;

/// Why a target cannot be swept. Names the value and where it was written.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{place}{why}")]
pub struct TargetError {
    /// `file:line: ` or nothing.
    place: String,
    why: Wrong,
}

#[derive(Debug, Error, PartialEq, Eq)]
enum Wrong {
    #[error("{0:?} is no target")]
    Form(String),
    #[error("{0:?} has a zone, or needs one: an address of a single link is no target")]
    OfALink(String),
    #[error("{0:?} has more addresses than all of IPv4, and no sweep comes to their end")]
    Endless(String),
    #[error("{0:?} looks like a host name, and names are not looked up")]
    Name(String),
    #[error("the range {0:?} ends before it begins")]
    Backwards(String),
    #[error("{0:?} holds {1}")]
    Refused(String, &'static str),
    #[error("cannot read the target file {0:?}: {1}")]
    File(PathBuf, String),
    #[error("a target file names another, {0:?}")]
    Nested(String),
    #[error("an empty target")]
    Empty,
}

impl TargetError {
    /// What the user can do about it.
    pub fn remedy(&self) -> &'static str {
        match self.why {
            Wrong::Form(_) | Wrong::Empty => {
                "write an address (10.0.0.5, 2001:db8::20), a network (10.0.0.0/24, fd00:10::/120), a range (10.0.0.10-40 or 10.0.0.10-10.0.1.4) or @FILE"
            }
            Wrong::OfALink(_) => {
                "name another address of the device; --ipv6 finds who has link-local ones on this machine's own segments"
            }
            Wrong::Endless(_) => {
                "name the devices' addresses, or a network of a few thousand (fd00:10::/116); --ipv6 finds who speaks IPv6 \
                 on this machine's own segments"
            }
            Wrong::Name(_) => "write its address",
            Wrong::Backwards(_) => "write the lower address first",
            Wrong::Refused(..) => "name addresses of single hosts",
            Wrong::File(..) => "check its name and your permission to read it; it must be UTF-8 text",
            Wrong::Nested(_) => "put its addresses into the one file, or name both on the command line",
        }
    }
}

/// Addresses that no single host has, or that are another address in disguise.
const REFUSED: [(&str, &str); 6] = [
    ("0.0.0.0/8", "addresses of 0.0.0.0/8, which no host has"),
    ("224.0.0.0/4", "multicast addresses"),
    ("255.255.255.255/32", "the broadcast address 255.255.255.255"),
    ("::/128", "the address ::, which no host has"),
    ("::ffff:0:0/96", "IPv4 addresses written as IPv6"),
    ("ff00::/8", "multicast addresses"),
];
/// Every link has addresses of its own in it (RFC 4291 §2.5.6).
const OF_A_LINK: &str = "fe80::/10";
/// No target has more addresses than IPv4 in all.
const MOST: u64 = 1 << 32;

/// Reads targets in any mix of forms. A network stands for its hosts.
///
/// # Errors
/// The first that cannot be swept; its [`TargetError::remedy`] says what to write instead.
pub fn parse_targets<S: AsRef<str>>(targets: &[S]) -> Result<Ranges, TargetError> {
    parse_all(targets, Purpose::Target)
}

/// Reads exclusions, in the same forms. A network stands for all of its addresses, so that nothing
/// of it is touched where it is part of a larger target.
///
/// # Errors
/// The first that cannot be read.
pub fn parse_exclusions<S: AsRef<str>>(exclusions: &[S]) -> Result<Ranges, TargetError> {
    parse_all(exclusions, Purpose::Exclusion)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Target,
    Exclusion,
}

fn parse_all<S: AsRef<str>>(targets: &[S], purpose: Purpose) -> Result<Ranges, TargetError> {
    let mut all = Ranges::default();
    for part in targets.iter().flat_map(|target| target.as_ref().split(',')) {
        let part = part.trim();
        let found = match part.strip_prefix('@') {
            Some(file) => read_file(file, purpose)?,
            None => parse_one(part, purpose).map_err(|why| TargetError {
                place: String::new(),
                why,
            })?,
        };
        all = all.union(&found);
    }
    Ok(all)
}

fn read_file(name: &str, purpose: Purpose) -> Result<Ranges, TargetError> {
    let failed = |why: String| TargetError {
        place: String::new(),
        why: Wrong::File(name.into(), why),
    };
    let mut text = String::new();
    let read = File::open(name).and_then(|file| file.take(MAX_FILE + 1).read_to_string(&mut text));
    read.map_err(|error| failed(error.to_string()))?;
    if text.len() as u64 > MAX_FILE {
        return Err(failed(format!("it is longer than {MAX_FILE} bytes")));
    }
    parse_text(name, text.trim_start_matches('\u{feff}'), purpose)
}

fn parse_text(name: &str, text: &str, purpose: Purpose) -> Result<Ranges, TargetError> {
    let mut all = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let content = line.split('#').next().unwrap_or_default();
        for word in content.split([',', ' ', '\t', '\r']).filter(|word| !word.is_empty()) {
            all.push(parse_one(word, purpose).map_err(|why| TargetError {
                place: format!("{name}:{}: ", number + 1),
                why,
            })?);
        }
    }
    Ok(union_of(all))
}

/// By halves, so that a file of many thousand addresses is not quadratic.
fn union_of(mut parts: Vec<Ranges>) -> Ranges {
    while parts.len() > 1 {
        parts = parts
            .chunks(2)
            .map(|pair| pair.iter().skip(1).fold(pair[0].clone(), |all, part| all.union(part)))
            .collect();
    }
    parts.pop().unwrap_or_default()
}

fn parse_one(text: &str, purpose: Purpose) -> Result<Ranges, Wrong> {
    let ranges = if text.is_empty() {
        return Err(Wrong::Empty);
    } else if text.starts_with('@') {
        return Err(Wrong::Nested(text.into()));
    } else if let Ok(address) = text.parse::<IpAddr>() {
        Ranges::from(address)
    } else if let Some((_, prefix)) = text.split_once('/') {
        parse_network(text, prefix, purpose)?
    } else if let Some((first, last)) = text.split_once('-') {
        parse_range(text, first.trim(), last.trim())?
    } else {
        return Err(what_else(text));
    };
    match purpose {
        Purpose::Target => refuse(text, ranges),
        Purpose::Exclusion => Ok(ranges),
    }
}

fn parse_network(text: &str, prefix: &str, purpose: Purpose) -> Result<Ranges, Wrong> {
    let plain = !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<IpNetwork>() {
        Ok(network) if plain && purpose == Purpose::Target => Ok(Ranges::hosts_of(network)),
        Ok(network) if plain => Ok(Ranges::of(network)),
        _ => Err(what_else(text)),
    }
}

fn parse_range(text: &str, first: &str, last: &str) -> Result<Ranges, Wrong> {
    let ends = match (first.parse(), last.parse()) {
        (Ok(first @ IpAddr::V4(_)), Ok(last @ IpAddr::V4(_))) => Some((first, last)),
        (Ok(first @ IpAddr::V6(_)), Ok(last @ IpAddr::V6(_))) => Some((first, last)),
        // Of IPv4 alone: in IPv6 nobody could tell whether the last figures are decimal.
        (Ok(IpAddr::V4(first)), Err(_)) => last_of(first, last).map(|last| (first.into(), last.into())),
        _ => None,
    };
    match ends {
        None => Err(what_else(text)),
        Some((first, last)) if last < first => Err(Wrong::Backwards(text.into())),
        Some((first, last)) => Ok(Ranges::between(first, last)),
    }
}

/// The `40` of `10.0.0.10-40`.
fn last_of(first: Ipv4Addr, last: &str) -> Option<Ipv4Addr> {
    let [a, b, c, _] = first.octets();
    Some(Ipv4Addr::new(a, b, c, last.parse().ok()?))
}

fn refuse(text: &str, ranges: Ranges) -> Result<Ranges, Wrong> {
    let holds_some_of = |network: &str| {
        let network = network.parse::<IpNetwork>().map(Ranges::of).unwrap_or_default();
        !ranges.intersection(&network).is_empty()
    };
    if ranges.len() > MOST {
        return Err(Wrong::Endless(text.into()));
    }
    if let Some((_, what)) = REFUSED.iter().find(|(network, _)| holds_some_of(network)) {
        return Err(Wrong::Refused(text.into(), what));
    }
    match holds_some_of(OF_A_LINK) {
        true => Err(Wrong::OfALink(text.into())),
        false => Ok(ranges),
    }
}

/// The best guess at what somebody meant who wrote something that is no target.
fn what_else(text: &str) -> Wrong {
    let before_zone = text.split_once('%').map(|(address, _)| address);
    if before_zone.is_some_and(|address| address.parse::<Ipv6Addr>().is_ok()) {
        Wrong::OfALink(text.into())
    } else if text.chars().any(|c| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_alphanumeric() || "-._".contains(c))
    {
        Wrong::Name(text.into())
    } else {
        Wrong::Form(text.into())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn targets_in_every_form() {
        let table: &[(&[&str], &str)] = &[
            (&["10.0.0.5"], "10.0.0.5"),
            (&["10.0.0.5/24"], "10.0.0.1-10.0.0.254"),
            (&["10.0.0.5/32"], "10.0.0.5"),
            (&["10.0.0.10-40"], "10.0.0.10-10.0.0.40"),
            (&["10.0.0.10-10.0.1.4"], "10.0.0.10-10.0.1.4"),
            (&["10.0.0.1, 10.0.0.2", "10.0.0.9-9"], "10.0.0.1-10.0.0.2, 10.0.0.9"),
            (&["127.0.0.1"], "127.0.0.1"),
            (
                &["2001:db8::20", "fd00:10::/120", "10.0.0.0/30"],
                "10.0.0.1-10.0.0.2, 2001:db8::20, fd00:10::1-fd00:10::ff",
            ),
            (&["fd00::9-fd00::1f", "FD00:0::10", "fd00::/124"], "fd00::1-fd00::1f"),
            (&["fd00::/96"], "fd00::1-fd00::ffff:ffff"),
            (&["::1"], "::1"),
            (&[], ""),
        ];
        for (targets, expected) in table {
            assert_eq!(parse_targets(targets).unwrap().to_string(), *expected, "{targets:?}");
        }
    }

    #[test]
    fn an_excluded_network_takes_its_first_and_last_address_with_it() {
        let ranges = parse_exclusions(&["10.0.3.9/24"]).unwrap();
        assert_eq!(ranges.to_string(), "10.0.3.0-10.0.3.255");
    }

    #[test]
    fn a_whole_network_of_ipv6_can_be_excluded() {
        let ranges = parse_exclusions(&["fd00:10::/64, fe80::/10"]).unwrap();
        assert!(ranges.contains("fd00:10::".parse::<IpAddr>().unwrap()));
    }

    #[test]
    fn a_target_file_is_read_whole_or_not_at_all() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(MAX_FILE + 1).unwrap();
        let named = format!("@{}", file.path().display());
        let why = parse_targets(&[named]).unwrap_err().to_string();
        assert!(why.contains("longer than 16777216 bytes"), "{why}");
    }

    #[test]
    fn wrong_targets_name_the_value() {
        let table = [
            ("fe80::1", "an address of a single link"),
            ("fe80::1%eth0", "\"fe80::1%eth0\" has a zone"),
            ("2001:db8::1%eth0", "has a zone"),
            ("2001:db8::/64", "\"2001:db8::/64\" has more addresses than all of IPv4"),
            ("2001:db8::/32", "more addresses than"),
            ("fd00::/95", "more addresses than"),
            ("fd00::1-fd01::1", "more addresses than"),
            ("fd00::/129", "is no target"),
            ("fd00::1-9", "is no target"),
            ("10.0.0.1-fd00::1", "is no target"),
            ("fd00::1-10.0.0.1", "is no target"),
            ("fd00::9-fd00::1", "ends before it begins"),
            ("fe80::/120", "an address of a single link"),
            ("ff02::1", "multicast"),
            ("::", "the address ::"),
            ("::ffff:10.0.0.1", "IPv4 addresses written as IPv6"),
            ("[::1]", "is no target"),
            ("camera-7.school.example", "names are not looked up"),
            ("camera", "names are not looked up"),
            ("10.0.0.40-10", "ends before it begins"),
            ("10.0.0.300", "is no target"),
            ("10.0.0.0/33", "is no target"),
            ("10.0.0.0/255.255.255.0", "is no target"),
            ("10.0.0.1-", "is no target"),
            ("10.0.0.1-256", "is no target"),
            ("0.0.0.0", "0.0.0.0/8"),
            ("0.0.0.0/0", "0.0.0.0/8"),
            ("224.0.0.1", "multicast"),
            ("223.255.255.0-240.0.0.0", "multicast"),
            ("255.255.255.255", "broadcast"),
            ("10.0.0.1,,10.0.0.2", "empty target"),
            ("", "empty target"),
            ("@no-such-file", "cannot read the target file \"no-such-file\""),
        ];
        for (target, part) in table {
            let error = parse_targets(&[target]).unwrap_err();
            assert!(error.to_string().contains(part), "{target}: {error}");
            assert!(!error.remedy().is_empty());
        }
    }

    #[test]
    fn a_file_of_targets_has_comments_and_any_line_ends() {
        let text = "# the gym\r\n10.0.0.1 10.0.0.2\r\n\r\n10.0.1.0/30, 10.0.2.1-3 # cellar\n";
        let ranges = parse_text("list", text, Purpose::Target).unwrap();
        assert_eq!(
            ranges.to_string(),
            "10.0.0.1-10.0.0.2, 10.0.1.1-10.0.1.2, 10.0.2.1-10.0.2.3"
        );
    }

    #[test]
    fn a_file_of_targets_names_the_line_that_is_wrong() {
        let error = parse_text("list", "10.0.0.1\n\ncamera\n", Purpose::Target)
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("list:3: \"camera\""), "{error}");
        let nested = parse_text("list", "@other", Purpose::Target).unwrap_err().to_string();
        assert!(nested.contains("names another"), "{nested}");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[0-9a-f:./@, -]{0,40}") {
            let _ = parse_text("list", &text, Purpose::Target);
            let _ = parse_one(&text, Purpose::Exclusion);
        }
    }
}
