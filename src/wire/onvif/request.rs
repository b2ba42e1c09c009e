//! Questions. The type has only operations that read.
//!
//! A bare body without WS-Addressing headers, because some firmware refuses those (CamHiPro,
//! home-assistant/core 92308).

use super::UsernameToken;

/// One question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Request {
    /// The clock. Open to everybody (PRE_AUTH).
    SystemDateAndTime,
    /// What the device can do, and where its services are. PRE_AUTH.
    Capabilities,
    /// The same in newer devices. PRE_AUTH.
    Services,
    /// The host name. PRE_AUTH.
    Hostname,
    /// The endpoint's UUID. PRE_AUTH.
    EndpointReference,
    /// Manufacturer, model, firmware, serial number. Needs a login on most devices.
    DeviceInformation,
    /// The network interfaces with their MAC addresses. Needs a login.
    NetworkInterfaces,
}

impl Request {
    /// The operation's name.
    pub fn operation(self) -> &'static str {
        match self {
            Request::SystemDateAndTime => "GetSystemDateAndTime",
            Request::Capabilities => "GetCapabilities",
            Request::Services => "GetServices",
            Request::Hostname => "GetHostname",
            Request::EndpointReference => "GetEndpointReference",
            Request::DeviceInformation => "GetDeviceInformation",
            Request::NetworkInterfaces => "GetNetworkInterfaces",
        }
    }

    fn parameters(self) -> &'static str {
        match self {
            Request::Capabilities => "<Category>All</Category>",
            Request::Services => "<IncludeCapability>false</IncludeCapability>",
            _ => "",
        }
    }

    /// The media type, which in SOAP 1.2 names the action too.
    pub fn content_type(self) -> String {
        format!(
            "application/soap+xml; charset=utf-8; action=\"http://www.onvif.org/ver10/device/wsdl/{}\"",
            self.operation()
        )
    }

    /// The envelope, on one line: newlines have made a device call it no XML (device-onvif-camera 134).
    pub fn envelope(self) -> String {
        self.headed("")
    }

    /// The same with a login.
    pub fn envelope_with(self, token: &UsernameToken) -> String {
        self.headed(&token.header())
    }

    fn headed(self, header: &str) -> String {
        let (operation, parameters) = (self.operation(), self.parameters());
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\">\
             {header}<s:Body><{operation} xmlns=\"http://www.onvif.org/ver10/device/wsdl\">{parameters}</{operation}>\
             </s:Body></s:Envelope>"
        )
    }
}
