//! Hikvision's SDK port: connect, send nothing, read the greeting, close.
//!
//! It is waited for as long as for any dialogue. The device speaks as soon as it has accepted, so that four
//! seconds have room for two lost packets; nmap's six are for servers that first look their visitor up.

use super::tcp::{Asked, Signs, Web, Whom};
use crate::fact::Protocol;
use crate::net::Door;
pub(super) use crate::wire::hik_sdk::LENGTH;
use crate::wire::hik_sdk::{PORT, answers};

/// A unit by Hikvision that is not sure yet, or nobody's camera that announced this very port.
pub(super) fn is_called_for(signs: &Signs) -> bool {
    signs.is_by("hikvision") && !signs.confirmed || signs.is_nobodys() && signs.command_port == Some(PORT)
}

/// Asks it.
pub(super) async fn ask<D: Door>(door: &D, whom: &Whom, signs: &Signs) -> Vec<Asked> {
    let port = signs.command_port.unwrap_or(PORT);
    let silence = whom.exchange(Web { port, tls: false }, Vec::new(), answers, LENGTH);
    let answer = door.exchange(silence).await;
    vec![whom.asked(format!("hik-sdk {port}"), port, Protocol::HikSdk, "connect", answer)]
}
