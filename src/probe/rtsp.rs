//! RTSP: OPTIONS and one DESCRIBE on one connection, without a login. Whoever closes after the first answer
//! is not asked again: its realm or its methods have come by then.

use super::tcp::{Asked, Signs, Web, Whom};
use crate::fact::Protocol;
use crate::net::Door;
use crate::wire::rtsp::{self, PORT, Request};

/// Two heads and a description, where one is given without a login, come to less than 4 KiB.
pub(super) const CAP: usize = 16 * 1024;

/// A camera whose maker is not sure, or one by Dahua without a serial number, which its realm may have.
pub(super) fn is_called_for(signs: &Signs) -> bool {
    signs.camera && !signs.confirmed || signs.is_by("dahua") && !signs.known.serial
}

/// Asks it.
pub(super) async fn ask<D: Door>(door: &D, whom: &Whom, signs: &Signs) -> Vec<Asked> {
    let port = signs.rtsp_port.unwrap_or(PORT);
    let requests = [Request::Options, Request::Describe].map(|request| request.encode(whom.at(port)));
    let dialogue = whom.exchange(Web { port, tls: false }, requests.into(), rtsp::answers, CAP);
    let answer = door.exchange(dialogue).await;
    vec![whom.asked(
        format!("rtsp {port}"),
        port,
        Protocol::Rtsp,
        "OPTIONS, DESCRIBE",
        answer,
    )]
}
