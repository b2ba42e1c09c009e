//! The table of devices: columns as wide as their texts, together no wider than the page.

use comfy_table::{Cell, Color, Table, presets};

use super::escape::{columns, elide, elide_front, escape};
use super::words::{brand, firmware, maker_name};
use crate::identify::{Confidence, Device};

/// Columns of text on a page.
pub(super) const PAGE: usize = 100;
/// Blank columns between two columns.
const GAP: usize = 2;
/// What each column shows.
pub(super) const HEADINGS: [&str; 8] = [
    "Address", "Maker", "Brand", "Model", "Firmware", "Serial", "Sure", "Site",
];
const BRAND: usize = 2;
const FIRMWARE: usize = 4;
const SERIAL: usize = 5;
pub(super) const SURE: usize = 6;
const SITE: usize = 7;
/// Which column gives way first where the page is too narrow, and how many columns it keeps. A version is
/// what the reader came for: it gives way last. What tells two serial numbers apart is their end.
const GIVES_WAY: [(usize, usize); 6] = [(SERIAL, 10), (BRAND, 8), (1, 9), (3, 14), (0, 15), (FIRMWARE, 19)];

pub(super) type Row = [String; HEADINGS.len()];

/// The lines of the table, heading first.
pub fn lines(devices: &[&Device], colour: bool) -> Vec<String> {
    let escaped = |device: &&Device| row(device).map(|text| escape(&text).into_owned());
    let rows: Vec<Row> = devices.iter().map(escaped).collect();
    // A terminal has no room for it.
    let shown: Vec<usize> = shown(&rows).into_iter().filter(|place| *place != SITE).collect();
    let widths = widths(&rows, &shown);
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    match colour {
        true => table.enforce_styling(),
        false => table.force_no_tty(),
    };
    table.set_header(shown.iter().map(|place| HEADINGS[*place]));
    for (row, device) in rows.iter().zip(devices) {
        let cell = |place: &usize| cell(row, device, *place, widths[*place], colour);
        table.add_row(shown.iter().map(cell));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, GAP as u16));
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect()
}

/// Which columns there are something to show in: most tables have no label that is not the maker's, and no site.
pub(super) fn shown(rows: &[Row]) -> Vec<usize> {
    let shown = |place: &usize| !matches!(*place, BRAND | SITE) || rows.iter().any(|row| !row[*place].is_empty());
    (0..HEADINGS.len()).filter(shown).collect()
}

/// A device's cells, as it sent them.
pub(super) fn row(device: &Device) -> Row {
    [
        address(device),
        device.maker.as_deref().map_or("", maker_name).to_owned(),
        brand(device),
        device.model.clone().unwrap_or_default(),
        firmware(device),
        device.serial.clone().unwrap_or_default(),
        device.confidence.map(|sure| sure.to_string()).unwrap_or_default(),
        device.site.clone().unwrap_or_default(),
    ]
}

fn address(device: &Device) -> String {
    let first = device.addresses.first().cloned().unwrap_or_default();
    match device.addresses.len() {
        0 | 1 => first,
        more => format!("{first} +{}", more - 1),
    }
}

fn widths(rows: &[Row], shown: &[usize]) -> [usize; HEADINGS.len()] {
    let mut widths = [0; HEADINGS.len()];
    for place in shown {
        let texts = rows.iter().map(|row| columns(&row[*place]));
        widths[*place] = texts.chain([columns(HEADINGS[*place])]).max().unwrap_or_default();
    }
    for (place, least) in GIVES_WAY {
        let over = (widths.iter().sum::<usize>() + GAP * (shown.len() - 1)).saturating_sub(PAGE);
        widths[place] = widths[place].saturating_sub(over).max(least.min(widths[place]));
    }
    widths
}

fn cell(row: &Row, device: &Device, place: usize, width: usize, colour: bool) -> Cell {
    let cell = Cell::new(fit(place, &row[place], width));
    match device.confidence.filter(|_| colour && place == SURE) {
        Some(sure) => cell.fg(colour_of(sure)),
        None => cell,
    }
}

fn colour_of(sure: Confidence) -> Color {
    match sure {
        Confidence::Confirmed => Color::Red,
        Confidence::Probable => Color::Yellow,
        Confidence::Possible => Color::Grey,
    }
}

fn fit(place: usize, text: &str, width: usize) -> String {
    match (place, text.rsplit_once(' ')) {
        // The version whole rather than both in part.
        (FIRMWARE, Some((version, _))) if columns(text) > width => elide(version, width),
        (SERIAL, _) => elide_front(text, width),
        _ => elide(text, width),
    }
}
