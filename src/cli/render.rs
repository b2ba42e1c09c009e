//! The report in the form that the user chose.

use std::io;

use super::args::{Color, Format, OutputArgs};
use crate::report::model::Report;
use crate::report::{csv, json, markdown, ndjson, table};

/// The whole report as bytes. `terminal`: it goes to one that shows colour.
///
/// # Errors
/// None in practice: memory takes every byte.
pub fn render(report: &Report, args: &OutputArgs, terminal: bool) -> io::Result<Vec<u8>> {
    let style = table::Style {
        colour: args.color == Color::Always || args.color == Color::Auto && terminal,
        all: args.all,
    };
    let mut bytes = Vec::new();
    match args.format {
        Format::Table => table::write(report, style, &mut bytes)?,
        Format::Json => json::write(report, &mut bytes)?,
        Format::Ndjson => ndjson::write(report, &mut bytes)?,
        Format::Csv => csv::write(report, args.all, &mut bytes)?,
        Format::Markdown => bytes.extend(markdown::text(report, args.all).bytes()),
    }
    Ok(bytes)
}
