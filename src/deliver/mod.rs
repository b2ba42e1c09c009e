//! Outbound on purpose: to servers of the user's own, when the run is over. Nothing here is part of a scan, so nothing of it
//! goes through the door (`net`), and no scanned device is ever spoken to.

pub mod frame;
pub mod mail;
pub mod notice;
mod server;
pub mod syslog;
mod trust;
pub mod webhook;

pub use trust::NoTrust;

/// Why a notice did not get there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Trouble {
    /// Where to, and in whose words. May have any character that a server sends.
    pub why: String,
    /// Whether it may pass within seconds.
    pub may_pass: bool,
    /// Whether it concerns this notice alone, so that the next one may get through.
    pub alone: bool,
}

/// An error with what is behind it, each once. Errors of libraries tell little by themselves.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    for cause in std::iter::successors(error.source(), |cause| cause.source()) {
        let cause = cause.to_string();
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

/// Whether the server's certificate was refused, which does not pass within seconds. TLS hides inside I/O errors, which do
/// not name it as their source.
fn is_distrust(error: &(dyn std::error::Error + 'static)) -> bool {
    let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    matches!(error.downcast_ref(), Some(rustls::Error::InvalidCertificate(_)))
        || inner.is_some_and(|inner| is_distrust(inner))
        || error.source().is_some_and(is_distrust)
}
