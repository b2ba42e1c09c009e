//! The fold from facts to verdicts. Pure: the same replies and the same data give the same verdicts.

mod device;
pub mod oui;
mod table;

pub use device::{Class, Confidence, Conflict, Device, Evidence, Firmware, ReplyRef};
pub use oui::Registry;
