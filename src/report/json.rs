//! `--format json`: the report as one document.

use std::io::{self, Write};

use super::model::Report;

/// Writes the report, indented.
///
/// # Errors
/// The writer's own.
pub fn write(report: &Report, mut out: impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut out, report)?;
    writeln!(out)
}
