//! The table of devices: columns as wide as their texts, together no wider than the page.

use comfy_table::{Cell, Color, Table, presets};

use super::escape::{columns, elide, elide_front, escape};
use super::words::{firmware, maker};
use crate::identify::{Confidence, Device};

/// Columns of text on a page.
pub(super) const PAGE: usize = 100;
/// Blank columns between two columns.
const GAP: usize = 2;
const HEADINGS: [&str; 6] = ["Address", "Maker (brand)", "Model", "Firmware", "Serial", "Sure"];
const FIRMWARE: usize = 3;
const SERIAL: usize = 4;
const SURE: usize = 5;
/// Which column gives way first where the page is too narrow, and how many columns it keeps. A version is
/// what the reader came for: it gives way last. What tells two serial numbers apart is their end.
const GIVES_WAY: [(usize, usize); 5] = [(SERIAL, 10), (1, 15), (2, 14), (0, 15), (FIRMWARE, 19)];

type Row = [String; 6];

/// The lines of the table, heading first.
pub fn lines(devices: &[&Device], colour: bool) -> Vec<String> {
    let rows: Vec<Row> = devices.iter().map(|device| row(device)).collect();
    let widths = widths(&rows);
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    match colour {
        true => table.enforce_styling(),
        false => table.force_no_tty(),
    };
    table.set_header(HEADINGS);
    for (row, device) in rows.iter().zip(devices) {
        table.add_row(cells(row, device, &widths, colour));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, GAP as u16));
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect()
}

fn row(device: &Device) -> Row {
    [
        address(device),
        maker(device),
        device.model.clone().unwrap_or_default(),
        firmware(device),
        device.serial.clone().unwrap_or_default(),
        device.confidence.map(|sure| sure.to_string()).unwrap_or_default(),
    ]
    .map(|text| escape(&text).into_owned())
}

fn address(device: &Device) -> String {
    let first = device.addresses.first().cloned().unwrap_or_default();
    match device.addresses.len() {
        0 | 1 => first,
        more => format!("{first} +{}", more - 1),
    }
}

fn widths(rows: &[Row]) -> [usize; 6] {
    let widest = |place: usize| {
        let texts = rows.iter().map(|row| columns(&row[place]));
        texts.chain([columns(HEADINGS[place])]).max().unwrap_or_default()
    };
    let mut widths = [0, 1, 2, 3, 4, 5].map(widest);
    for (place, least) in GIVES_WAY {
        let over = (widths.iter().sum::<usize>() + GAP * (widths.len() - 1)).saturating_sub(PAGE);
        widths[place] = widths[place].saturating_sub(over).max(least.min(widths[place]));
    }
    widths
}

fn cells(row: &Row, device: &Device, widths: &[usize; 6], colour: bool) -> Vec<Cell> {
    let texts = row.iter().zip(widths).enumerate();
    let cells = texts.map(|(place, (text, width))| {
        let cell = Cell::new(fit(place, text, *width));
        match device.confidence.filter(|_| colour && place == SURE) {
            Some(sure) => cell.fg(colour_of(sure)),
            None => cell,
        }
    });
    cells.collect()
}

fn colour_of(sure: Confidence) -> Color {
    match sure {
        Confidence::Confirmed => Color::Red,
        Confidence::Probable => Color::Yellow,
        Confidence::Possible => Color::Grey,
    }
}

fn fit(place: usize, text: &str, width: usize) -> String {
    match (place, text.split_once(' ')) {
        // The version whole rather than both in part.
        (FIRMWARE, Some((version, _))) if columns(text) > width => elide(version, width),
        (SERIAL, _) => elide_front(text, width),
        _ => elide(text, width),
    }
}
