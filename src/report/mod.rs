//! The versioned report and its writers, one file a format.

mod build;
mod columns;
pub mod escape;
pub mod json;
mod meaning;
pub mod model;
pub mod ndjson;
pub mod table;
mod words;

pub use build::{Run, assemble, is_unit};
