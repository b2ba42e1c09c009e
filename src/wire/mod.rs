//! Bytes ⇄ values, one message family a file. No I/O, no clock.
//!
//! What is sent is byte-exact, and the request types cannot express a question that would change a
//! device. What is received is hostile: every decoder takes any bytes, reads nothing beyond their end,
//! and keeps the device's own spelling.

pub mod arp;
pub mod certificate;
pub mod dhip;
pub mod dvrip;
pub mod favicon;
mod head;
pub mod hik_sdk;
pub mod http;
pub mod mdns;
pub mod onvif;
pub mod recorder;
pub mod rtsp;
pub mod sadp;
pub mod sadp_l2;
pub mod ssdp;
pub mod text;
pub mod upnp;
pub mod web_ui;
pub mod wsd;
pub mod xml;

/// The value, unless there is nothing but blanks in it.
fn filled(value: &str) -> Option<String> {
    let value = value.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    (!value.is_empty()).then(|| value.to_owned())
}
