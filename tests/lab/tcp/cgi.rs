//! Dahua's web server: the root page, and `magicBox.cgi` and `configManager.cgi` behind a login. It closes
//! after every answer.

use super::Device;
use super::digest::Outcome;
use super::http::{Request, respond};

/// What it asks for before it tells anything.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// Digest with these values of `qop`.
    Digest(&'static str),
    /// Firmware of 2014 knows nothing else.
    Basic,
    /// There is no CGI.
    Nothing,
}

#[derive(Clone, Copy)]
pub struct Cgi {
    /// The answer to `GET /`.
    pub root: &'static str,
    pub ask: Ask,
    /// When the firmware was built.
    pub built: &'static str,
    /// Whether the version comes in two lines.
    pub two_lines: bool,
    /// Whether `getSystemInfo` calls the model by a number.
    pub numbered: bool,
    /// A recorder's cameras.
    pub remote: Option<&'static str>,
}

const HEAD: &str = "CONNECTION: close\r\nDate: Sun, 01 Mar 2026 08:20:11 GMT\r\n";

pub fn answer(device: &Device, cgi: Cgi, request: &Request) -> Vec<u8> {
    match request.path() {
        _ if request.method != "GET" => respond("405 Method Not Allowed", HEAD, b""),
        "/" => cgi.root.as_bytes().to_vec(),
        "/favicon.ico" => respond("200 OK", HEAD, b"\0\0\x01\0\x01\0aperture of the lab"),
        path if path.starts_with("/cgi-bin/") && cgi.ask != Ask::Nothing => behind_login(device, cgi, request),
        _ => respond("404 Not Found", HEAD, b"<html><body>404</body></html>"),
    }
}

fn behind_login(device: &Device, cgi: Cgi, request: &Request) -> Vec<u8> {
    let realm = format!("Login to {}", device.host.serial);
    let outcome = match cgi.ask {
        Ask::Basic => basic(device, request),
        _ => device.check(request, &realm),
    };
    match (outcome, cgi.ask) {
        (Outcome::Accepted, _) => inside(device, cgi, &request.target),
        (Outcome::Locked, _) => respond("403 Forbidden", HEAD, b"Error\r\nAccount locked!\r\n"),
        (_, Ask::Digest(qop)) => {
            let nonce = device.lock.lock().expect("no panic").nonce();
            let challenge = format!(
                "WWW-Authenticate: Digest realm=\"{realm}\", qop=\"{qop}\", nonce=\"{nonce}\", opaque=\"6a1d9a30c2\"\r\n"
            );
            respond("401 Unauthorized", &(challenge + HEAD), b"Error\r\nUnauthorized\r\n")
        }
        _ => {
            let challenge = format!("WWW-Authenticate: Basic realm=\"{OLD_REALM}\"\r\n{HEAD}");
            respond("401 Unauthorized", &challenge, b"")
        }
    }
}

const OLD_REALM: &str = "Device_CGI";

fn basic(device: &Device, request: &Request) -> Outcome {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let (user, password) = (super::digest::USER, crate::host::password(device.host));
    let right = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
    let mut lock = device.lock.lock().expect("no panic");
    let outcome = match request.header("Authorization") {
        None => return Outcome::Nothing,
        Some(_) if lock.is_shut() => Outcome::Locked,
        Some(value) if value == right => Outcome::Accepted,
        Some(value) if value.starts_with("Basic ") => lock.count_wrong(),
        Some(_) => Outcome::Malformed,
    };
    device.note("login", &format!("{outcome:?}"));
    outcome
}

/// What somebody who has logged in gets.
fn inside(device: &Device, cgi: Cgi, target: &str) -> Vec<u8> {
    let (host, built) = (device.host, cgi.built);
    let text = match target {
        "/cgi-bin/magicBox.cgi?action=getSoftwareVersion" if cgi.two_lines => {
            format!("version={}\r\nBuildDate={built}\r\n", host.firmware)
        }
        "/cgi-bin/magicBox.cgi?action=getSoftwareVersion" => format!("version={},build:{built}\r\n", host.firmware),
        "/cgi-bin/magicBox.cgi?action=getDeviceType" => format!("type={}\r\n", host.model),
        "/cgi-bin/magicBox.cgi?action=getSerialNo" => format!("sn={}\r\n", host.serial),
        "/cgi-bin/magicBox.cgi?action=getSystemInfo" => {
            let kind = if cgi.numbered { "31" } else { host.model };
            format!(
                "deviceType={kind}\r\nhardwareVersion=1.00\r\nprocessor=HI3536\r\nserialNumber={}\r\nupdateSerial={}\r\n",
                host.serial, host.model
            )
        }
        "/cgi-bin/configManager.cgi?action=getConfig&name=RemoteDevice" if cgi.remote.is_some() => {
            cgi.remote.unwrap_or_default().to_owned()
        }
        _ => return respond("400 Bad Request", HEAD, b"Error\r\nBad Request!\r\n"),
    };
    respond(
        "200 OK",
        &format!("{HEAD}CONTENT-TYPE: text/plain;charset=utf-8\r\n"),
        text.as_bytes(),
    )
}

/// A password of a recorder's camera, which no record and no report may show.
pub const CAMERA_PASSWORD: &str = "Tripod-in-the-attic-9";

/// The cameras on a recorder's own network: Dahua's own; one that has an address on the segment too; one of
/// Hikvision's; and an empty place.
pub const REMOTE: &str = "table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.Address=192.168.254.21\r\ntable.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.DeviceType=IPC-HDBW2431E-S\r\ntable.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.Enable=true\r\ntable.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.Mac=ff:ff:ff:ff:ff:ff\r\ntable.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.Name=Corridor\r\ntable.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.Password=Tripod-in-the-attic-9\r\ntable.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.ProtocolType=Private\r\ntable.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.SerialNo=6M0F2A4PAG99021\r\ntable.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.UserName=admin\r\ntable.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.Vendor=Private\r\ntable.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.Version=2.800.0000000.20.R\r\ntable.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_1.Address=10.66.0.30\r\ntable.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_1.DeviceType=IPC-HDW2431T-AS\r\ntable.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_1.Enable=true\r\ntable.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_1.Mac=3c:ef:8c:10:00:30\r\ntable.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_1.Password=Tripod-in-the-attic-9\r\ntable.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_1.ProtocolType=Dahua2\r\ntable.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_1.SerialNo=5J04C12PAG00130\r\ntable.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_1.UserName=admin\r\ntable.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_1.Version=2.800.0000000.13.R\r\ntable.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_2.Address=192.168.254.23\r\ntable.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_2.DeviceType=DS-2CD2143G2-IS\r\ntable.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_2.Enable=true\r\ntable.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_2.Mac=\r\ntable.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_2.Password=Tripod-in-the-attic-9\r\ntable.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_2.ProtocolType=Hikvision\r\ntable.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_2.SerialNo=DS-2CD2143G2-IS20211206AAWRJ09910023\r\ntable.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_2.UserName=admin\r\ntable.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_2.Version=V5.7.1 build 211102\r\ntable.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_3.Address=192.168.0.0\r\ntable.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_3.Enable=false\r\ntable.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_3.Password=\r\n";

#[test]
fn every_camera_has_the_password_that_must_not_be_seen() {
    assert_eq!(REMOTE.matches(CAMERA_PASSWORD).count(), 3);
}
