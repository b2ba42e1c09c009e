//! Dahua's CGI.

use super::Session;
use crate::net::Door;
use crate::probe::tcp::Known;
use crate::wire::http::Response;

/// The firmware and the day it was built.
const SOFTWARE_VERSION: &str = "/cgi-bin/magicBox.cgi?action=getSoftwareVersion";
/// The model.
const DEVICE_TYPE: &str = "/cgi-bin/magicBox.cgi?action=getDeviceType";
/// The serial number, and the model where the one above is only a number.
const SYSTEM_INFO: &str = "/cgi-bin/magicBox.cgi?action=getSystemInfo";
/// The serial number alone.
const SERIAL: &str = "/cgi-bin/magicBox.cgi?action=getSerialNo";
/// The most of these that one unit is asked.
pub(super) const MOST: usize = 3;

/// What is at a recorder's channels.
pub(super) const CHANNELS: &str = "/cgi-bin/configManager.cgi?action=getConfig&name=RemoteDevice";

#[cfg(test)]
pub(super) const ALL: [&str; 5] = [SOFTWARE_VERSION, DEVICE_TYPE, SYSTEM_INFO, SERIAL, CHANNELS];

/// Asks for what is missing, as long as the unit lets us in.
pub(super) async fn ask_info<D: Door>(session: &mut Session<'_, D>, known: Known) -> Option<()> {
    if !(known.firmware && known.build_date) {
        session.get(SOFTWARE_VERSION).await?;
    }
    let mut serial = known.serial;
    if !known.model && !names_model(&session.get(DEVICE_TYPE).await?) {
        session.get(SYSTEM_INFO).await?;
        serial = true;
    }
    if !serial {
        session.get(SERIAL).await?;
    }
    Some(())
}

/// A recorder may give a number for its type (`31`).
fn names_model(response: &Response) -> bool {
    let text = response.text();
    let mut pairs = text.lines().filter_map(|line| line.split_once('='));
    pairs.any(|(key, value)| key.trim() == "type" && value.contains(|c: char| c.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_no_model() {
        let table = [
            ("type=IPC-HDW2431T-AS\r\n", true),
            ("type=31\r\n", false),
            ("deviceType=IPC\r\n", false),
            ("Error\r\nBad Request!\r\n", false),
        ];
        for (body, expected) in table {
            let response = Response {
                body: body.into(),
                ..Response::default()
            };
            assert_eq!(names_model(&response), expected, "{body}");
        }
    }
}
