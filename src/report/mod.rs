//! The versioned report and its writers, one file a format.

pub mod model;
