//! Outbound on purpose: to servers of the user's own, when the run is over. Nothing here is part of a scan, so nothing of it
//! goes through the door (`net`), and no scanned device is ever spoken to.

pub mod frame;
pub mod syslog;
