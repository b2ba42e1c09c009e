//! Answers, read by local name and never refused: firmware mixes prefixes, leaves out headers, and sends a
//! refusal as whatever its web server has at hand.

use std::net::Ipv4Addr;

use jiff::civil::DateTime;

use crate::wire::http::Response;
use crate::wire::xml::{Document, Node};

/// The most services, interfaces and addresses of one answer that are kept.
const MOST: usize = 64;

/// What came back to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status code; absent where only the document was kept.
    pub status: Option<u16>,
    /// What it says.
    pub body: Body,
    /// The namespaces that the envelope declares.
    pub namespaces: Vec<String>,
}

/// The content of an [`Answer`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// To `GetSystemDateAndTime`.
    SystemDateAndTime(Clock),
    /// To `GetCapabilities`.
    Capabilities(Vec<Service>),
    /// To `GetServices`.
    Services(Vec<Service>),
    /// To `GetHostname`.
    Hostname(Option<String>),
    /// To `GetEndpointReference`: the GUID, any text.
    EndpointReference(Option<String>),
    /// To `GetDeviceInformation`.
    DeviceInformation(DeviceInformation),
    /// To `GetNetworkInterfaces`.
    NetworkInterfaces(Vec<NetworkInterface>),
    /// A SOAP fault. It proves a service.
    Fault(Fault),
    /// HTTP asked for a login by digest where a service was asked for, with no word of SOAP.
    Challenge,
    /// Nothing of ONVIF's: a web page, or nothing at all.
    Other,
}

/// The device's clock, as it stands there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clock {
    /// `UTCDateTime`. Some firmware has local time there (OpenIPC/majestic-webui 292).
    pub utc: Option<DateTime>,
    /// `LocalDateTime`.
    pub local: Option<DateTime>,
    /// The time zone, in POSIX's spelling or any other.
    pub time_zone: Option<String>,
    /// `Manual` or `NTP`.
    pub kind: Option<String>,
}

/// One service that the device has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its namespace, or in capabilities the name of its section (`Media`).
    pub name: String,
    /// Where it says that it is; the host may be wrong.
    pub xaddr: Option<String>,
    /// Its version, `2.42`.
    pub version: Option<String>,
}

/// What the device says that it is, in its own spelling.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeviceInformation {
    /// `Manufacturer`.
    pub manufacturer: Option<String>,
    /// `Model`.
    pub model: Option<String>,
    /// `FirmwareVersion`.
    pub firmware: Option<String>,
    /// `SerialNumber`.
    pub serial: Option<String>,
    /// `HardwareId`.
    pub hardware: Option<String>,
}

/// One network interface of the device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NetworkInterface {
    /// `HwAddress`, any text; some cameras make one up (home-assistant/core 97258).
    pub mac: Option<String>,
    /// Its IPv4 addresses: set by hand, by DHCP, link-local.
    pub addresses: Vec<Ipv4Addr>,
}

/// A refusal or a complaint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fault {
    /// `Sender`, `Receiver`, prefix kept.
    pub code: Option<String>,
    /// The innermost subcode, `ter:NotAuthorized`, prefix kept.
    pub subcode: Option<String>,
    /// The reason in words.
    pub reason: Option<String>,
}

impl Answer {
    /// Reads a response, or a document alone.
    pub fn read(response: &Response) -> Answer {
        let document = Document::read(&response.text());
        let is_soap = document.find("Envelope").is_some();
        let body = document.nodes().find_map(|node| body(node, is_soap));
        Answer {
            status: response.status,
            body: body.unwrap_or_else(|| without_soap(response)),
            namespaces: document.namespaces(),
        }
    }

    /// Whether an ONVIF service is proven by it.
    pub fn is_service(&self) -> bool {
        self.body != Body::Other
    }

    /// Whether it asks for a login.
    pub fn wants_login(&self) -> bool {
        self.status == Some(401) || matches!(&self.body, Body::Fault(fault) if fault.is_refusal())
    }
}

impl Body {
    /// The name of the answer; `fault` for a refusal of any kind; none where it is no answer of a service.
    pub fn name(&self) -> Option<&'static str> {
        Some(match self {
            Body::SystemDateAndTime(_) => "GetSystemDateAndTimeResponse",
            Body::Capabilities(_) => "GetCapabilitiesResponse",
            Body::Services(_) => "GetServicesResponse",
            Body::Hostname(_) => "GetHostnameResponse",
            Body::EndpointReference(_) => "GetEndpointReferenceResponse",
            Body::DeviceInformation(_) => "GetDeviceInformationResponse",
            Body::NetworkInterfaces(_) => "GetNetworkInterfacesResponse",
            Body::Fault(_) | Body::Challenge => "fault",
            Body::Other => return None,
        })
    }
}

impl Fault {
    /// Whether it says that the sender is not authorized, in whichever field and spelling.
    fn is_refusal(&self) -> bool {
        let said = [&self.code, &self.subcode, &self.reason].into_iter().flatten();
        let said: String = said.flat_map(|text| text.split_whitespace()).collect();
        let said = said.to_ascii_lowercase();
        ["notauthorized", "unauthorized", "failedauthentication"]
            .iter()
            .any(|word| said.contains(word))
    }
}

/// What an element says, if it is the beginning of an answer. Web pages may have an element called `Fault`.
fn body(node: Node<'_>, is_soap: bool) -> Option<Body> {
    Some(match node.name() {
        "GetSystemDateAndTimeResponse" => Body::SystemDateAndTime(clock(node)),
        "GetCapabilitiesResponse" => Body::Capabilities(sections(node)),
        "GetServicesResponse" => Body::Services(services(node)),
        "GetHostnameResponse" => Body::Hostname(node.text_of("Name")),
        "GetEndpointReferenceResponse" => Body::EndpointReference(node.text_of("GUID")),
        "GetDeviceInformationResponse" => Body::DeviceInformation(information(node)),
        "GetNetworkInterfacesResponse" => Body::NetworkInterfaces(interfaces(node)),
        "Fault" if is_soap => Body::Fault(fault(node)),
        _ => return None,
    })
}

fn without_soap(response: &Response) -> Body {
    let is_scheme = |part: &str| part.trim_start().to_ascii_lowercase().starts_with("digest ");
    let is_digest = |challenge: &str| challenge.split(',').any(is_scheme);
    let mut challenges = response.headers_named("WWW-Authenticate");
    match response.status == Some(401) && challenges.any(is_digest) {
        true => Body::Challenge,
        false => Body::Other,
    }
}

fn clock(node: Node<'_>) -> Clock {
    Clock {
        utc: node.find("UTCDateTime").and_then(moment),
        local: node.find("LocalDateTime").and_then(moment),
        time_zone: node.text_of("TZ"),
        kind: node.text_of("DateTimeType"),
    }
}

fn moment(node: Node<'_>) -> Option<DateTime> {
    let year = node.text_of("Year")?.parse().ok()?;
    let number = |name| node.text_of(name)?.parse::<i8>().ok();
    let (month, day) = (number("Month")?, number("Day")?);
    let (hour, minute, second) = (number("Hour")?, number("Minute")?, number("Second")?);
    DateTime::new(year, month, day, hour, minute, second, 0).ok()
}

/// Capabilities: every element with an address of its own is a service, wherever it stands.
fn sections(node: Node<'_>) -> Vec<Service> {
    let section = |node: Node<'_>| {
        let xaddr = node.children().find(|child| child.is("XAddr"))?.text();
        Some(Service {
            name: node.name().to_owned(),
            xaddr,
            version: None,
        })
    };
    node.below().filter_map(section).take(MOST).collect()
}

fn services(node: Node<'_>) -> Vec<Service> {
    let service = |node: Node<'_>| {
        let version = node.text_of("Major").zip(node.text_of("Minor"));
        Some(Service {
            name: node.text_of("Namespace")?,
            xaddr: node.text_of("XAddr"),
            version: version.map(|(major, minor)| format!("{major}.{minor}")),
        })
    };
    let services = node.children().filter(|child| child.is("Service"));
    services.filter_map(service).take(MOST).collect()
}

fn information(node: Node<'_>) -> DeviceInformation {
    DeviceInformation {
        manufacturer: node.text_of("Manufacturer"),
        model: node.text_of("Model"),
        firmware: node.text_of("FirmwareVersion"),
        serial: node.text_of("SerialNumber"),
        hardware: node.text_of("HardwareId"),
    }
}

fn interfaces(node: Node<'_>) -> Vec<NetworkInterface> {
    let interface = |node: Node<'_>| NetworkInterface {
        mac: node.text_of("HwAddress"),
        addresses: node.find("IPv4").map(addresses).unwrap_or_default(),
    };
    let interfaces = node.children().filter(|child| child.is("NetworkInterfaces"));
    interfaces.map(interface).take(MOST).collect()
}

fn addresses(node: Node<'_>) -> Vec<Ipv4Addr> {
    let texts = node.below().filter(|node| node.is("Address")).filter_map(Node::text);
    texts.filter_map(|text| text.parse().ok()).take(MOST).collect()
}

/// SOAP 1.2, or 1.1 as some firmware has it.
fn fault(node: Node<'_>) -> Fault {
    let value = |node: Node<'_>| node.children().find(|child| child.is("Value"))?.text();
    let subcodes = node.below().filter(|node| node.is("Subcode"));
    Fault {
        code: node.find("Code").and_then(value).or_else(|| node.text_of("faultcode")),
        subcode: subcodes.filter_map(value).last(),
        reason: node.text_of("Text").or_else(|| node.text_of("faultstring")),
    }
}
