//! The versioned report and its writers, one file a format.

mod build;
pub mod cef;
mod columns;
pub mod csv;
pub mod ecs;
pub mod escape;
mod event;
pub mod foi;
mod hosts;
pub mod html;
pub mod json;
pub mod lens;
pub mod markdown;
mod meaning;
pub mod model;
#[cfg(test)]
mod nasty;
pub mod ndjson;
pub mod ocsf;
pub mod outline;
pub mod prometheus;
pub mod redact;
pub mod register;
#[cfg(test)]
pub(crate) mod sample;
pub mod sites;
pub mod table;
mod words;
pub mod xlsx;

pub use build::{Run, assemble, is_unit};
pub use words::maker_name;
