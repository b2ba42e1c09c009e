//! Names from reverse DNS.

use super::{Reading, Sayings};
use crate::fact::{Name, Reply};
use crate::wire::text;

pub(super) fn read(reply: &Reply) -> Reading {
    let mut said = Sayings::default();
    said.say(Name::HostName, text::decode(&reply.bytes).trim().trim_end_matches('.'));
    said.or_garbled("an empty name")
}
