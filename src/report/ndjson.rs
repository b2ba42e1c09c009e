//! `--format ndjson`: the report without its devices on the first line, then a device a line.

use std::io::{self, Write};

use serde::Serialize;

use super::model::{Report, SCHEMA};
use crate::identify::Device;

#[derive(Serialize)]
struct DeviceLine<'a> {
    schema: &'static str,
    #[serde(flatten)]
    device: &'a Device,
}

/// Writes the report.
///
/// # Errors
/// The writer's own.
pub fn write(report: &Report, mut out: impl Write) -> io::Result<()> {
    let mut head = serde_json::to_value(report)?;
    if let Some(fields) = head.as_object_mut() {
        fields.remove("devices");
    }
    writeln!(out, "{head}")?;
    for device in &report.devices {
        let line = DeviceLine { schema: SCHEMA, device };
        writeln!(out, "{}", serde_json::to_string(&line)?)?;
    }
    Ok(())
}
