//! Hikvision's web server: the root page, what it tells strangers, and ISAPI (or its elder, PSIA) behind a
//! digest login.

use super::Device;
use super::digest::{self, Hash, Outcome};
use super::http::{Request, respond};
use crate::play::fill;

/// Where the device information is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tree {
    Isapi,
    /// Firmware of 2014: no ISAPI, no activation, and a plain page for a refusal.
    Psia,
    /// Switched off.
    Off,
}

/// Which file tells the version of the web pages.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Ui {
    Newer,
    Older,
}

#[derive(Clone, Copy)]
pub struct Isapi {
    /// The answer to `GET /`.
    pub root: &'static str,
    pub realm: &'static str,
    /// The hashes offered, one challenge each.
    pub hashes: &'static [Hash],
    pub tree: Tree,
    pub ui: Ui,
    /// Whether strangers are told model and serial number.
    pub upnp: bool,
    /// Whether the first right answer counts as stale.
    pub stale: bool,
    /// A recorder's channels and their status.
    pub channels: Option<(&'static str, &'static str)>,
}

const SERVER: &str = "Date: Sun, 01 Mar 2026 08:20:11 GMT\r\nServer: App-webs/\r\n";
const KEEP: &str = "Connection: Keep-Alive\r\nKeep-Alive: timeout=60, max=99\r\n";

pub fn answer(device: &Device, isapi: Isapi, request: &Request) -> Vec<u8> {
    let tree = isapi.tree;
    match request.path() {
        _ if request.method != "GET" => kept("404 Not Found", "text/html", NOT_FOUND),
        "/" => isapi.root.as_bytes().to_vec(),
        "/favicon.ico" => kept("200 OK", "image/x-icon", b"\0\0\x01\0\x01\0lens of the lab"),
        "/SDK/activateStatus" if tree == Tree::Isapi => filled(device, ACTIVATED),
        "/upnpdevicedesc.xml" if isapi.upnp => filled(device, DESCRIPTION),
        "/doc/script/lib/seajs/config/sea-config.js" if isapi.ui == Ui::Newer => script(SEA_CONFIG),
        "/doc/script/global_config.js" if isapi.ui == Ui::Older => script(GLOBAL_CONFIG),
        path if path.starts_with("/ISAPI/") && tree == Tree::Isapi => behind_login(device, isapi, request),
        path if path.starts_with("/PSIA/") && tree == Tree::Psia => behind_login(device, isapi, request),
        _ => kept("404 Not Found", "text/html", NOT_FOUND),
    }
}

fn behind_login(device: &Device, isapi: Isapi, request: &Request) -> Vec<u8> {
    let outcome = device.check(request, isapi.realm);
    let is_late = || isapi.stale && device.lock.lock().expect("no panic").call_stale_once();
    match outcome {
        Outcome::Accepted if is_late() => {
            device.note("login", &format!("{:?}", Outcome::Stale));
            challenge(device, isapi, "TRUE")
        }
        Outcome::Accepted => inside(device, isapi, request.path()),
        Outcome::Locked => kept("403 Forbidden", "application/xml", LOCKED.as_bytes()),
        _ => challenge(device, isapi, "FALSE"),
    }
}

fn challenge(device: &Device, isapi: Isapi, stale: &str) -> Vec<u8> {
    let several = isapi.hashes.len() > 1;
    let header = |hash: &Hash| {
        let nonce = device.lock.lock().expect("no panic").nonce();
        format!(
            "WWW-Authenticate: Digest qop=\"auth\", realm=\"{}\", nonce=\"{nonce}\", stale=\"{stale}\"{}\r\n",
            isapi.realm,
            digest::algorithm(*hash, several)
        )
    };
    let challenges: String = isapi.hashes.iter().map(header).collect();
    let (kind, body) = match isapi.tree {
        Tree::Psia => (
            "text/html",
            "<html><body><h2>Document Error: Unauthorized</h2></body></html>",
        ),
        _ => ("application/xml; charset=\"UTF-8\"", USER_CHECK),
    };
    let headers = format!("{SERVER}Content-Type: {kind}\r\n{KEEP}{challenges}");
    respond("401 Unauthorized", &headers, body.as_bytes())
}

/// What somebody who has logged in gets.
fn inside(device: &Device, isapi: Isapi, path: &str) -> Vec<u8> {
    let (version, built) = split(device.host.firmware);
    let info = |namespace: &str| {
        let text = fill(device.host, DEVICE_INFO)
            .replace("{namespace}", namespace)
            .replace("{version}", version)
            .replace("{built}", built);
        kept("200 OK", "application/xml", text.as_bytes())
    };
    match (path, isapi.channels) {
        ("/ISAPI/System/deviceInfo", _) => info("http://www.hikvision.com/ver20/XMLSchema"),
        ("/PSIA/System/deviceInfo", _) => info("urn:psialliance-org"),
        ("/ISAPI/ContentMgmt/InputProxy/channels", Some((list, _))) => filled(device, list),
        ("/ISAPI/ContentMgmt/InputProxy/channels/status", Some((_, status))) => filled(device, status),
        _ => kept("403 Forbidden", "application/xml", NOT_SUPPORTED.as_bytes()),
    }
}

/// `V5.7.3build 220112` as ISAPI has it, in two.
fn split(firmware: &str) -> (&str, &str) {
    let at = firmware.find("build").unwrap_or(firmware.len());
    (firmware[..at].trim(), &firmware[at..])
}

fn filled(device: &Device, template: &str) -> Vec<u8> {
    kept("200 OK", "application/xml", fill(device.host, template).as_bytes())
}

fn script(text: &str) -> Vec<u8> {
    kept("200 OK", "application/javascript", text.as_bytes())
}

fn kept(status: &str, kind: &str, body: &[u8]) -> Vec<u8> {
    respond(status, &format!("{SERVER}Content-Type: {kind}\r\n{KEEP}"), body)
}

const NOT_FOUND: &[u8] = b"<html><body><h2>Document Error: Not Found</h2></body></html>";
const USER_CHECK: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<userCheck>\n<statusValue>401</statusValue>\n<statusString>Unauthorized</statusString>\n</userCheck>\n";
const LOCKED: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<userCheck>\n<statusValue>401</statusValue>\n<statusString>Unauthorized</statusString>\n<lockStatus>lock</lockStatus>\n<unlockTime>1800</unlockTime>\n</userCheck>\n";
const NOT_SUPPORTED: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ResponseStatus version=\"2.0\" xmlns=\"http://www.hikvision.com/ver20/XMLSchema\">\n<requestURL></requestURL>\n<statusCode>4</statusCode>\n<statusString>Invalid Operation</statusString>\n<subStatusCode>notSupport</subStatusCode>\n</ResponseStatus>\n";
const ACTIVATED: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ActivateStatus version=\"2.0\" xmlns=\"http://www.hikvision.com/ver20/XMLSchema\">\n<Activated>{activated}</Activated>\n</ActivateStatus>\n";
const DESCRIPTION: &str = "<?xml version=\"1.0\"?>\n<root xmlns=\"urn:schemas-upnp-org:device-1-0\">\n<specVersion><major>1</major><minor>0</minor></specVersion>\n<device>\n<deviceType>urn:schemas-upnp-org:device:EmbeddedNetDevice:1</deviceType>\n<friendlyName>{model}</friendlyName>\n<manufacturer>HIKVISION</manufacturer>\n<modelDescription>network camera</modelDescription>\n<modelName>{model}</modelName>\n<modelNumber>{model}</modelNumber>\n<serialNumber>{serial}</serialNumber>\n<UDN>uuid:5a3b1c00-2d4e-11e4-8f60-{mac0}</UDN>\n</device>\n</root>\n";
const SEA_CONFIG: &str = "seajs.config({base:\"/doc/script/\",alias:{jquery:\"lib/jquery\"}});\nseajs.web_version=\"V4.0.1build211112\";\nseajs.plugin_version=\"V3.0.7.3\";\n";
const GLOBAL_CONFIG: &str = "var g_oConfig = {\n  web_version: \"3.1.3.140616\",\n  plugin_version: \"3.0.3.5\"\n};\n";
const DEVICE_INFO: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DeviceInfo version=\"2.0\" xmlns=\"{namespace}\">\n<deviceName>Lab camera</deviceName>\n<deviceID>5b67c000-5850-11b4-82d6-{mac0}</deviceID>\n<deviceDescription>IPCamera</deviceDescription>\n<deviceLocation>hangzhou</deviceLocation>\n<systemContact>Hikvision.China</systemContact>\n<model>{model}</model>\n<serialNumber>{serial}</serialNumber>\n<macAddress>{mac}</macAddress>\n<firmwareVersion>{version}</firmwareVersion>\n<firmwareReleasedDate>{built}</firmwareReleasedDate>\n<encoderVersion>V7.3</encoderVersion>\n<encoderReleasedDate>build 200101</encoderReleasedDate>\n<hardwareVersion>0x0</hardwareVersion>\n<telecontrolID>88</telecontrolID>\n<OEMCode>1</OEMCode>\n</DeviceInfo>\n";

/// The cameras on a recorder's own network; one that has an address on the segment too; one of another maker.
pub const CHANNELS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<InputProxyChannelList version=\"1.0\" xmlns=\"http://www.hikvision.com/ver20/XMLSchema\">\n<InputProxyChannel version=\"1.0\">\n<id>1</id>\n<name>Bicycle stand</name>\n<sourceInputPortDescriptor>\n<proxyProtocol>HIKVISION</proxyProtocol>\n<addressingFormatType>ipaddress</addressingFormatType>\n<ipAddress>192.168.254.2</ipAddress>\n<managePortNo>8000</managePortNo>\n<srcInputPort>1</srcInputPort>\n<userName>admin</userName>\n<streamType>auto</streamType>\n<model>DS-2CD2T43G2-4I</model>\n<serialNumber>DS-2CD2T43G2-4I20220107AAWRJ09920002</serialNumber>\n<firmwareVersion>V5.7.1 build 211130</firmwareVersion>\n</sourceInputPortDescriptor>\n</InputProxyChannel>\n<InputProxyChannel version=\"1.0\">\n<id>2</id>\n<name>Gym</name>\n<sourceInputPortDescriptor>\n<proxyProtocol>HIKVISION</proxyProtocol>\n<addressingFormatType>ipaddress</addressingFormatType>\n<ipAddress>192.168.254.3</ipAddress>\n<managePortNo>8000</managePortNo>\n<srcInputPort>1</srcInputPort>\n<userName>admin</userName>\n<streamType>auto</streamType>\n<model>DS-2CD2046G2-I</model>\n<serialNumber>DS-2CD2046G2-I20220801AAWRJ09920003</serialNumber>\n<firmwareVersion>V5.7.10 build 220701</firmwareVersion>\n</sourceInputPortDescriptor>\n</InputProxyChannel>\n<InputProxyChannel version=\"1.0\">\n<id>3</id>\n<name>Entrance</name>\n<sourceInputPortDescriptor>\n<proxyProtocol>HIKVISION</proxyProtocol>\n<addressingFormatType>ipaddress</addressingFormatType>\n<ipAddress>10.66.0.10</ipAddress>\n<managePortNo>8000</managePortNo>\n<srcInputPort>1</srcInputPort>\n<userName>admin</userName>\n<streamType>auto</streamType>\n<model>DS-2CD2143G2-I</model>\n<serialNumber>DS-2CD2143G2-I20220314AAWRJ51200110</serialNumber>\n<firmwareVersion>V5.7.3 build 220112</firmwareVersion>\n</sourceInputPortDescriptor>\n</InputProxyChannel>\n<InputProxyChannel version=\"1.0\">\n<id>4</id>\n<name>Car park</name>\n<sourceInputPortDescriptor>\n<proxyProtocol>ONVIF</proxyProtocol>\n<addressingFormatType>ipaddress</addressingFormatType>\n<ipAddress>192.168.254.5</ipAddress>\n<managePortNo>80</managePortNo>\n<srcInputPort>1</srcInputPort>\n<userName>root</userName>\n<streamType>auto</streamType>\n<model>P3245-LV</model>\n</sourceInputPortDescriptor>\n</InputProxyChannel>\n</InputProxyChannelList>\n";
pub const CHANNEL_STATUS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<InputProxyChannelStatusList version=\"1.0\" xmlns=\"http://www.hikvision.com/ver20/XMLSchema\">\n<InputProxyChannelStatus version=\"1.0\">\n<id>1</id>\n<sourceInputPortDescriptor>\n<proxyProtocol>HIKVISION</proxyProtocol>\n<addressingFormatType>ipaddress</addressingFormatType>\n<ipAddress>192.168.254.2</ipAddress>\n<managePortNo>8000</managePortNo>\n<srcInputPort>1</srcInputPort>\n<userName>admin</userName>\n<streamType>auto</streamType>\n</sourceInputPortDescriptor>\n<online>true</online>\n<chanDetectResult>connect</chanDetectResult>\n</InputProxyChannelStatus>\n<InputProxyChannelStatus version=\"1.0\">\n<id>2</id>\n<sourceInputPortDescriptor>\n<proxyProtocol>HIKVISION</proxyProtocol>\n<addressingFormatType>ipaddress</addressingFormatType>\n<ipAddress>192.168.254.3</ipAddress>\n<managePortNo>8000</managePortNo>\n<srcInputPort>1</srcInputPort>\n<userName>admin</userName>\n<streamType>auto</streamType>\n</sourceInputPortDescriptor>\n<online>false</online>\n<chanDetectResult>netUnreachable</chanDetectResult>\n</InputProxyChannelStatus>\n</InputProxyChannelStatusList>\n";

#[test]
fn a_version_is_told_in_two() {
    assert_eq!(split("V5.7.3build 220112"), ("V5.7.3", "build 220112"));
    assert_eq!(split("V5.1.8 build 140616"), ("V5.1.8", "build 140616"));
}
