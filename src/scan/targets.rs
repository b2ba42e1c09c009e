//! Targets as people write them, read into [`Ranges`].

use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;

use ipnetwork::Ipv4Network;
use thiserror::Error;

use super::Ranges;

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
    #[error("IPv6 targets are not supported yet: {0:?}")]
    Ipv6(String),
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
                "write an address (10.0.0.5), a network (10.0.0.0/24), a range (10.0.0.10-40 or 10.0.0.10-10.0.1.4) or @FILE"
            }
            Wrong::Ipv6(_) => {
                "name the device's IPv4 address; --ipv6 finds who speaks IPv6 on this machine's own segments"
            }
            Wrong::Name(_) => "write its IPv4 address",
            Wrong::Backwards(_) => "write the lower address first",
            Wrong::Refused(..) => "name addresses of single hosts",
            Wrong::File(..) => "check its name and your permission to read it; it must be UTF-8 text",
            Wrong::Nested(_) => "put its addresses into the one file, or name both on the command line",
        }
    }
}

/// Addresses that no single host has.
const REFUSED: [(Ipv4Addr, Ipv4Addr, &str); 3] = [
    (
        Ipv4Addr::new(0, 0, 0, 0),
        Ipv4Addr::new(0, 255, 255, 255),
        "addresses of 0.0.0.0/8, which no host has",
    ),
    (
        Ipv4Addr::new(224, 0, 0, 0),
        Ipv4Addr::new(239, 255, 255, 255),
        "multicast addresses",
    ),
    (
        Ipv4Addr::BROADCAST,
        Ipv4Addr::BROADCAST,
        "the broadcast address 255.255.255.255",
    ),
];

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
    let text = std::fs::read_to_string(name).map_err(|error| TargetError {
        place: String::new(),
        why: Wrong::File(name.into(), error.to_string()),
    })?;
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
    } else if let Ok(address) = text.parse::<Ipv4Addr>() {
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
    match text.parse::<Ipv4Network>() {
        Ok(network) if plain && purpose == Purpose::Target => Ok(Ranges::hosts_of(network)),
        Ok(network) if plain => Ok(Ranges::between(network.network(), network.broadcast())),
        _ => Err(what_else(text)),
    }
}

fn parse_range(text: &str, first: &str, last: &str) -> Result<Ranges, Wrong> {
    let Ok(from) = first.parse::<Ipv4Addr>() else {
        return Err(what_else(text));
    };
    let [a, b, c, _] = from.octets();
    let short = |last: &str| last.parse::<u8>().ok().map(|d| Ipv4Addr::new(a, b, c, d));
    let Some(to) = last.parse::<Ipv4Addr>().ok().or_else(|| short(last)) else {
        return Err(what_else(text));
    };
    if to < from {
        return Err(Wrong::Backwards(text.into()));
    }
    Ok(Ranges::between(from, to))
}

fn refuse(text: &str, ranges: Ranges) -> Result<Ranges, Wrong> {
    for (first, last, what) in REFUSED {
        if !ranges.intersection(&Ranges::between(first, last)).is_empty() {
            return Err(Wrong::Refused(text.into(), what));
        }
    }
    Ok(ranges)
}

/// The best guess at what somebody meant who wrote something that is no IPv4 target.
fn what_else(text: &str) -> Wrong {
    let address = text.split(['/', '%']).next().unwrap_or_default();
    let address = address.trim_matches(['[', ']']);
    if address.parse::<Ipv6Addr>().is_ok() {
        Wrong::Ipv6(text.into())
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
    fn wrong_targets_name_the_value() {
        let table = [
            ("fe80::1", "IPv6 targets are not supported yet"),
            ("2001:db8::/64", "IPv6 targets are not supported yet"),
            ("[::1]", "IPv6 targets are not supported yet"),
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
