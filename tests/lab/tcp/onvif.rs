//! An ONVIF device service: what it tells strangers, how it refuses the rest, and how it lets a user in.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use jiff::{Span, Timestamp};
use sha1::{Digest, Sha1};

use super::Device;
use super::digest::{Outcome, USER};
use super::http::{Request, respond};
use crate::host::password;
use crate::play::fill;

pub const PATH: &str = "/onvif/device_service";

/// How it refuses what is not for strangers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It does not.
    Never,
    Digest401,
    NotAuthorized400,
    BareFault500,
    Html401,
}

/// How a user gets in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Login {
    /// Not at all.
    Nobody,
    Http,
    UsernameToken,
}

#[derive(Clone, Copy)]
pub struct Service {
    pub manufacturer: &'static str,
    pub refusal: Refusal,
    pub login: Login,
    /// By how many hours its clock is ahead.
    pub ahead: i64,
    /// The address that it gives for itself, where that is not its own.
    pub elsewhere: Option<&'static str>,
}

/// Others than these need a login.
const FOR_EVERYBODY: [&str; 5] = [
    "GetSystemDateAndTime",
    "GetCapabilities",
    "GetServices",
    "GetHostname",
    "GetEndpointReference",
];
const FOR_USERS: [&str; 2] = ["GetDeviceInformation", "GetNetworkInterfaces"];

/// The operation that a request calls, or `-`.
pub fn operation(request: &Request) -> &'static str {
    let called = |name: &&&str| {
        let body = request.body.split("Body").nth(1).unwrap_or_default();
        let mut elements = body
            .split('<')
            .skip(1)
            .map(|element| element.split([' ', '>', '/']).next());
        elements.any(|element| element.and_then(|element| element.rsplit(':').next()) == Some(**name))
    };
    let all = FOR_EVERYBODY.iter().chain(&FOR_USERS);
    all.clone().find(called).copied().unwrap_or("-")
}

pub fn answer(device: &Device, service: Service, request: &Request) -> Vec<u8> {
    let operation = operation(request);
    if request.method != "POST" {
        return respond("405 Method Not Allowed", "Connection: close\r\n", b"");
    }
    let known = FOR_EVERYBODY.contains(&operation) || FOR_USERS.contains(&operation);
    if !known {
        return fault(
            "400 Bad Request",
            "<s:Subcode><s:Value>ter:ActionNotSupported</s:Value></s:Subcode>",
        );
    }
    let brings_none = request.credential() == "-";
    let free = service.refusal == Refusal::Never || FOR_EVERYBODY.contains(&operation);
    if (free && brings_none) || lets_in(device, service, request) {
        return soap("200 OK", &body(device, service, operation));
    }
    refuse(device, service.refusal)
}

const REALM: &str = "onvif device";

fn lets_in(device: &Device, service: Service, request: &Request) -> bool {
    match service.login {
        Login::Http => device.check(request, REALM) == Outcome::Accepted,
        Login::UsernameToken => token(device, service, request) == Outcome::Accepted,
        Login::Nobody => false,
    }
}

/// Checks a UsernameToken (WSS 1.0): nonce, time of creation by the device's clock, and the hash over both.
fn token(device: &Device, service: Service, request: &Request) -> Outcome {
    let part = |name: &str| {
        let mut elements = request.body.split('<').filter_map(|element| element.split_once('>'));
        let named = |tag: &str| tag.split(' ').next().and_then(|tag| tag.rsplit(':').next()) == Some(name);
        elements.find(|(tag, _)| named(tag)).map(|(_, text)| text)
    };
    let outcome = match (part("Username"), part("Password"), part("Nonce"), part("Created")) {
        (None, None, None, None) => return Outcome::Nothing,
        (Some(user), Some(hash), Some(nonce), Some(created)) => {
            let nonce = BASE64.decode(nonce.trim()).unwrap_or_default();
            let wanted = Sha1::new()
                .chain_update(&nonce)
                .chain_update(created)
                .chain_update(password(device.host))
                .finalize();
            let mut lock = device.lock.lock().expect("no panic");
            let is_new = created
                .parse()
                .is_ok_and(|created: Timestamp| (created - clock(service)).as_secs().abs() <= 5);
            match () {
                () if lock.is_shut() => Outcome::Locked,
                () if user != USER || hash != BASE64.encode(wanted) => lock.count_wrong(),
                () if nonce.is_empty() || nonce.len() > 20 || !is_new => Outcome::Malformed,
                () => Outcome::Accepted,
            }
        }
        _ => Outcome::Malformed,
    };
    device.note("login", &format!("{outcome:?}"));
    outcome
}

fn clock(service: Service) -> Timestamp {
    Timestamp::now() + Span::new().hours(service.ahead)
}

fn refuse(device: &Device, refusal: Refusal) -> Vec<u8> {
    let nonce = || device.lock.lock().expect("no panic").nonce();
    match refusal {
        Refusal::Digest401 | Refusal::Never => {
            let challenge = format!(
                "WWW-Authenticate: Digest realm=\"{REALM}\", qop=\"auth\", nonce=\"{}\", algorithm=\"MD5\"\r\nConnection: close\r\n",
                nonce()
            );
            respond("401 Unauthorized", &challenge, b"")
        }
        Refusal::NotAuthorized400 => fault(
            "400 Bad Request",
            "<s:Subcode><s:Value>ter:NotAuthorized</s:Value></s:Subcode>",
        ),
        Refusal::BareFault500 => fault("500 Internal Server Error", ""),
        Refusal::Html401 => {
            let headers = format!(
                "Server: App-webs/\r\nContent-Type: text/html\r\nConnection: close\r\nWWW-Authenticate: Digest realm=\"{REALM}\", domain=\"::\", qop=\"auth\", nonce=\"{}\", stale=\"FALSE\"\r\n",
                nonce()
            );
            let page = b"<!DOCTYPE html><html><head><title>Document Error: Unauthorized</title></head><body><h2>Access Error: 401 -- Unauthorized</h2></body></html>";
            respond("401 Unauthorized", &headers, page)
        }
    }
}

fn fault(status: &str, subcode: &str) -> Vec<u8> {
    soap(
        status,
        &format!(
            "<s:Fault><s:Code><s:Value>s:Sender</s:Value>{subcode}</s:Code><s:Reason><s:Text xml:lang=\"en\">refused</s:Text></s:Reason></s:Fault>"
        ),
    )
}

fn soap(status: &str, body: &str) -> Vec<u8> {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:tds=\"http://www.onvif.org/ver10/device/wsdl\" xmlns:tt=\"http://www.onvif.org/ver10/schema\" xmlns:ter=\"http://www.onvif.org/ver10/error\"><s:Body>{body}</s:Body></s:Envelope>"
    );
    let headers = "Content-Type: application/soap+xml; charset=utf-8\r\nConnection: close\r\n";
    respond(status, headers, text.as_bytes())
}

fn body(device: &Device, service: Service, operation: &str) -> String {
    let own = format!("http://{}{PATH}", service.elsewhere.unwrap_or(device.host.ip));
    let now = clock(service);
    let template = match operation {
        "GetSystemDateAndTime" => DATE_AND_TIME,
        "GetCapabilities" => CAPABILITIES,
        "GetServices" => SERVICES,
        "GetHostname" => HOSTNAME,
        "GetEndpointReference" => ENDPOINT,
        "GetDeviceInformation" => INFORMATION,
        _ => INTERFACES,
    };
    fill(device.host, template)
        .replace("{own}", &own)
        .replace("{manufacturer}", service.manufacturer)
        .replace(
            "{date}",
            &now.strftime("<tt:Year>%Y</tt:Year><tt:Month>%-m</tt:Month><tt:Day>%-d</tt:Day>")
                .to_string(),
        )
        .replace(
            "{time}",
            &now.strftime("<tt:Hour>%-H</tt:Hour><tt:Minute>%-M</tt:Minute><tt:Second>%-S</tt:Second>")
                .to_string(),
        )
}

const DATE_AND_TIME: &str = "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>Manual</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings><tt:TimeZone><tt:TZ>CST-8:00:00</tt:TZ></tt:TimeZone><tt:UTCDateTime><tt:Time>{time}</tt:Time><tt:Date>{date}</tt:Date></tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>";
const CAPABILITIES: &str = "<tds:GetCapabilitiesResponse><tds:Capabilities><tt:Device><tt:XAddr>{own}</tt:XAddr><tt:Network><tt:IPFilter>true</tt:IPFilter></tt:Network><tt:System><tt:SupportedVersions><tt:Major>2</tt:Major><tt:Minor>60</tt:Minor></tt:SupportedVersions></tt:System></tt:Device></tds:Capabilities></tds:GetCapabilitiesResponse>";
const SERVICES: &str = "<tds:GetServicesResponse><tds:Service><tds:Namespace>http://www.onvif.org/ver10/device/wsdl</tds:Namespace><tds:XAddr>{own}</tds:XAddr><tds:Version><tt:Major>2</tt:Major><tt:Minor>60</tt:Minor></tds:Version></tds:Service></tds:GetServicesResponse>";
const HOSTNAME: &str = "<tds:GetHostnameResponse><tds:HostnameInformation><tt:FromDHCP>false</tt:FromDHCP><tt:Name>lab-{mac0}</tt:Name></tds:HostnameInformation></tds:GetHostnameResponse>";
const ENDPOINT: &str = "<tds:GetEndpointReferenceResponse><tds:GUID>urn:uuid:18ec6401-3aa0-11b5-83f6-{mac0}</tds:GUID></tds:GetEndpointReferenceResponse>";
const INFORMATION: &str = "<tds:GetDeviceInformationResponse><tds:Manufacturer>{manufacturer}</tds:Manufacturer><tds:Model>{model}</tds:Model><tds:FirmwareVersion>{firmware}</tds:FirmwareVersion><tds:SerialNumber>{serial}</tds:SerialNumber><tds:HardwareId>88</tds:HardwareId></tds:GetDeviceInformationResponse>";
const INTERFACES: &str = "<tds:GetNetworkInterfacesResponse><tds:NetworkInterfaces token=\"eth0\"><tt:Enabled>true</tt:Enabled><tt:Info><tt:Name>eth0</tt:Name><tt:HwAddress>{mac}</tt:HwAddress><tt:MTU>1500</tt:MTU></tt:Info></tds:NetworkInterfaces></tds:GetNetworkInterfacesResponse>";
