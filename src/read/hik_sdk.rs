//! The greeting of Hikvision's SDK port.

use super::{Reading, Sayings, garbled};
use crate::fact::{Name, Reply};
use crate::wire::hik_sdk;

pub(super) fn read(reply: &Reply) -> Reading {
    let Some(greeting) = hik_sdk::greeting(&reply.bytes) else {
        return garbled("no greeting of Hikvision's SDK port");
    };
    let hexadecimal: String = greeting.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut said = Sayings::default();
    said.say(Name::HikSdk, hexadecimal);
    Reading::Facts(said.0)
}
