//! Hikvision's ISAPI, and PSIA, which came before it.

use super::Session;
use crate::net::Door;

/// What the unit is: the same document under the names it has had. Only a unit that does not know the first is asked for
/// the next.
pub(super) const DEVICE_INFO: [&str; 3] = [
    "/ISAPI/System/deviceInfo",
    "/PSIA/System/deviceInfo",
    "/System/deviceInfo",
];

/// What is at a recorder's channels, and how each is doing.
pub(super) const CHANNELS: [&str; 2] = [
    "/ISAPI/ContentMgmt/InputProxy/channels",
    "/ISAPI/ContentMgmt/InputProxy/channels/status",
];

pub(super) async fn ask_info<D: Door>(session: &mut Session<'_, D>) {
    for path in DEVICE_INFO {
        match session.get(path).await {
            Some(response) if matches!(response.status, Some(400 | 404)) => {}
            _ => break,
        }
    }
}

pub(super) async fn ask_channels<D: Door>(session: &mut Session<'_, D>) {
    for path in CHANNELS {
        if session.get(path).await.is_none() {
            break;
        }
    }
}
