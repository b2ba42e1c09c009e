//! The forms of a report that are text.

pub const FORMATS: [&str; 11] = [
    "table",
    "json",
    "ndjson",
    "csv",
    "markdown",
    "html",
    "foi",
    "ocsf",
    "ecs",
    "cef",
    "prometheus",
];
