//! An ONVIF device service: SOAP 1.2 over HTTP (ONVIF Core specification, device management).

mod request;
mod response;
mod token;

pub use request::Request;
pub use response::{Answer, Body, Clock, DeviceInformation, Fault, NetworkInterface, Service};
pub use token::UsernameToken;
