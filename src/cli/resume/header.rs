//! The first line of a file: of which scan it is.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::SCHEMA;
use crate::cli::words;
use crate::scan::Plan;

/// The most of a scope that is kept for people to read, in characters.
const MAX_WORDS: usize = 200;

/// Of which scan a file is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Header {
    pub(super) schema: String,
    /// Of camsweep: another may ask other questions.
    pub(super) version: String,
    /// The scope, as far as people want to read it.
    scope: String,
    /// SHA-256 of the whole of it.
    pub(super) scope_hash: String,
    /// What else decides who is asked what. How fast is not among it.
    pub(super) options: Vec<String>,
}

impl Header {
    pub(super) fn of(plan: &Plan) -> Self {
        let scope = words::scope(plan).join("; ");
        let hash = Sha256::digest(&scope);
        Header {
            schema: SCHEMA.into(),
            version: env!("CARGO_PKG_VERSION").into(),
            scope_hash: hash.iter().map(|byte| format!("{byte:02x}")).collect(),
            scope: scope.chars().take(MAX_WORDS).collect(),
            options: options_of(plan),
        }
    }

    /// Why a file that begins with `other` is none of this scan's.
    pub(super) fn differs_from(&self, other: &Header) -> Option<String> {
        let list = |options: &[String]| match options.is_empty() {
            true => "no option".to_owned(),
            false => options.join(", "),
        };
        if (&self.schema, &self.version) != (&other.schema, &other.version) {
            Some(format!(
                "was begun by camsweep {} ({}), and this is {} ({SCHEMA})",
                other.version, other.schema, self.version
            ))
        } else if self.scope_hash != other.scope_hash {
            Some(format!(
                "is of another scope: {}; this one is {}",
                other.scope, self.scope
            ))
        } else if self.options != other.options {
            let (then, now) = (list(&other.options), list(&self.options));
            Some(format!("was begun with {then}, and this run is with {now}"))
        } else {
            None
        }
    }
}

fn options_of(plan: &Plan) -> Vec<String> {
    let limits = &plan.limits;
    let flags = [
        (limits.gentle, "profile clinical"),
        (limits.hasty, "profile fast"),
        (plan.probe_silent, "--probe-silent"),
        (plan.no_tcp, "--no-tcp"),
        (plan.ethernet, "--l2-sadp"),
        (plan.ipv6, "--ipv6"),
    ];
    let flags = flags
        .iter()
        .filter(|(is_on, _)| *is_on)
        .map(|(_, word)| (*word).to_owned());
    let ports = limits.allowed_ports.iter().map(|port| format!("--allow-port {port}"));
    flags
        .chain([format!("--pages {}", limits.pages)])
        .chain(ports)
        .collect()
}
