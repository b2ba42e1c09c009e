//! Reads a register back, as people have left it. It may come from anybody: its size is capped before it is unpacked,
//! and what is wrong with it is one line.

use std::io::{self, Cursor, Read};
use std::panic::catch_unwind;

use calamine::{DataRef, Reader, Xlsx};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use zip::ZipArchive;

use super::Register;
use super::cell::Cell;
use crate::report::escape::elide;

/// The longest file, in bytes.
pub const MAX_FILE: u64 = 32 << 20;
/// The most bytes that a workbook unpacks to.
const MAX_UNPACKED: u64 = 128 << 20;
/// The most bytes of text in all cells together: a workbook can name one long text a million times.
const MAX_TEXT: usize = 64 << 20;
/// How much of a column's name an error quotes.
const QUOTED: usize = 80;
const MAX_ROWS: usize = 50_000;
const MAX_COLUMNS: usize = 200;
const MAX_CELLS: usize = 2_000_000;
/// A register without these cannot be told to be one.
const NEEDED: [&str; 3] = ["ip", "mac", "serial"];
/// The sheet that is read; without one of that name it is the first.
const SHEET: &str = "Register";

/// The form of a register's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// RFC 4180, UTF-8. Commas, or what a spreadsheet saves in their place: semicolons or tabs.
    Csv,
    /// A workbook.
    Xlsx,
}

/// Reads a register.
///
/// # Errors
/// Why it is none, in words.
pub fn read(bytes: &[u8], form: Form) -> Result<Register, String> {
    let rows = match form {
        Form::Csv => csv(bytes)?,
        // The parser is not ours, and meets what anybody may have made.
        Form::Xlsx => catch_unwind(|| xlsx(bytes)).unwrap_or_else(|_| Err("it cannot be read".into()))?,
    };
    register(rows)
}

/// Rows as they are gathered, within the caps.
#[derive(Default)]
struct Rows {
    rows: Vec<Vec<Cell>>,
    widest: usize,
    text: usize,
}

impl Rows {
    fn put(&mut self, row: usize, column: usize, cell: Cell) -> Result<(), String> {
        self.widest = self.widest.max(column + 1);
        if row > MAX_ROWS || column >= MAX_COLUMNS || (row + 1) * self.widest > MAX_CELLS {
            return Err(format!(
                "it has more than {MAX_ROWS} rows, {MAX_COLUMNS} columns or {MAX_CELLS} cells"
            ));
        }
        if let Cell::Text(text) = &cell {
            self.text += text.len();
        }
        if self.text > MAX_TEXT {
            return Err(format!("it has more than {MAX_TEXT} bytes of text"));
        }
        if self.rows.len() <= row {
            self.rows.resize_with(row + 1, Vec::new);
        }
        let cells = &mut self.rows[row];
        if cells.len() <= column {
            cells.resize(column + 1, Cell::Empty);
        }
        cells[column] = cell;
        Ok(())
    }
}

fn csv(bytes: &[u8]) -> Result<Rows, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8 (a spreadsheet calls it \"CSV UTF-8\")")?;
    let text = text.trim_start_matches('\u{feff}');
    let heading = text.lines().next().unwrap_or_default();
    let commonest = |mark: &u8| heading.bytes().filter(|byte| byte == mark).count();
    let delimiter = *[b'\t', b';', b',']
        .iter()
        .max_by_key(|mark| commonest(mark))
        .unwrap_or(&b',');
    let mut reader = csv::ReaderBuilder::new();
    reader.has_headers(false).flexible(true).delimiter(delimiter);
    let mut rows = Rows::default();
    for (number, record) in reader.from_reader(text.as_bytes()).records().enumerate() {
        let record = record.map_err(|error| error.to_string())?;
        for (column, cell) in record.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            rows.put(number, column, Cell::Text(cell.to_owned()))?;
        }
    }
    Ok(rows)
}

fn xlsx(bytes: &[u8]) -> Result<Rows, String> {
    let unpacked = unpacked(bytes).map_err(|error| format!("it is no workbook: {error}"))?;
    if unpacked > MAX_UNPACKED {
        return Err(format!("it unpacks to more than {MAX_UNPACKED} bytes"));
    }
    let wrong = |error: calamine::XlsxError| format!("it is no workbook: {error}");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(wrong)?;
    let names = book.sheet_names();
    let named = names.iter().find(|name| *name == SHEET).or(names.first());
    let name = named.ok_or("it has no sheet")?.clone();
    // Cell by cell: the whole range of a sheet is as large as its furthest cell says.
    let mut cells = book.worksheet_cells_reader(&name).map_err(wrong)?;
    let mut rows = Rows::default();
    while let Some(cell) = cells.next_cell().map_err(wrong)? {
        let (row, column) = cell.get_position();
        match of_workbook(cell.get_value()) {
            Cell::Empty => {}
            value => rows.put(row as usize, column as usize, value)?,
        }
    }
    Ok(rows)
}

/// How long all parts of a workbook are, counted only as far as it is of interest. What a ZIP says of itself may be a lie.
fn unpacked(bytes: &[u8]) -> zip::result::ZipResult<u64> {
    let mut archive = ZipArchive::new(Cursor::new(bytes))?;
    let mut total = 0;
    for place in 0..archive.len() {
        let part = archive.by_index(place)?;
        total += io::copy(&mut part.take(MAX_UNPACKED + 1), &mut io::sink())?;
        if total > MAX_UNPACKED {
            break;
        }
    }
    Ok(total)
}

fn of_workbook(value: &DataRef) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::Bool(yes) => Cell::Yes(*yes),
        DataRef::Int(number) => Cell::Number(*number as f64),
        DataRef::Float(number) if number.is_finite() => Cell::Number(*number),
        DataRef::Float(number) => Cell::verbatim(number.to_string()),
        DataRef::DateTime(time) if time.is_datetime() => {
            of_time(time.to_ymd_hms_milli()).unwrap_or(Cell::Number(time.as_f64()))
        }
        DataRef::DateTime(time) => Cell::Number(time.as_f64()),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cell::verbatim(text.clone()),
        DataRef::SharedString(text) => Cell::verbatim((*text).to_owned()),
        DataRef::Error(error) => Cell::verbatim(error.to_string()),
    }
}

/// A day where it is midnight: a sheet has one type for both.
fn of_time((year, month, day, hour, minute, second, _): (u16, u8, u8, u8, u8, u8, u16)) -> Option<Cell> {
    let [month, day, hour, minute, second] = [month, day, hour, minute, second].map(|part| i8::try_from(part).ok());
    let year = i16::try_from(year).ok()?;
    let time = DateTime::new(year, month?, day?, hour?, minute?, second?, 0).ok()?;
    match time.time() == jiff::civil::Time::midnight() {
        true => Some(Cell::Day(time.date())),
        false => TimeZone::UTC.to_timestamp(time).ok().map(Cell::Time),
    }
}

/// The first row names the columns; rows without anything are none.
fn register(rows: Rows) -> Result<Register, String> {
    let mut rows = rows.rows.into_iter();
    let heading = rows.next().unwrap_or_default();
    let mut columns: Vec<String> = heading.iter().map(|cell| cell.text().trim().to_owned()).collect();
    if let Some(missing) = NEEDED.iter().find(|name| !columns.iter().any(|column| column == *name)) {
        return Err(format!("it is no register: its first row names no column {missing:?}"));
    }
    let twice = |(place, name): &(usize, &String)| !name.is_empty() && columns[..*place].contains(name);
    if let Some((_, name)) = columns.iter().enumerate().find(twice) {
        return Err(format!("it has two columns {:?}", elide(name, QUOTED)));
    }
    let mut rows: Vec<Vec<Cell>> = rows.filter(|row| row.iter().any(|cell| *cell != Cell::Empty)).collect();
    let widest = rows.iter().map(Vec::len).max().unwrap_or_default().max(columns.len());
    columns.resize(widest, String::new());
    rows.iter_mut().for_each(|row| row.resize(widest, Cell::Empty));
    Ok(Register { columns, rows })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;
    use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn workbook(fill: impl Fn(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for (column, name) in (0..).zip(NEEDED) {
            sheet.write_string(0, column, name).unwrap();
        }
        fill(sheet);
        book.save_to_buffer().unwrap()
    }

    /// The same workbook with another text for one of its parts.
    fn with_part(bytes: &[u8], name: &str, text: &[u8]) -> Vec<u8> {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for place in 0..archive.len() {
            let mut part = archive.by_index(place).unwrap();
            let called = part.name().unwrap().into_owned();
            writer.start_file(&called, SimpleFileOptions::default()).unwrap();
            match called == name {
                true => writer.write_all(text).unwrap(),
                false => drop(io::copy(&mut part, &mut writer).unwrap()),
            }
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn a_csv_is_read_with_what_spreadsheets_make_of_it() {
        let text = "ip,mac,serial,notes\r\n10.0.0.1,,\"S;1\",\"a\nb\"\r\n\r\n";
        let marked = format!("\u{feff}{}", text.replace(',', ";"));
        for text in [text.to_owned(), marked, text.replace(',', "\t")] {
            let register = read(text.as_bytes(), Form::Csv).unwrap();
            assert_eq!(register.columns, ["ip", "mac", "serial", "notes"]);
            let row: Vec<String> = register.rows[0].iter().map(Cell::text).collect();
            assert_eq!(
                (row, register.rows.len()),
                (["10.0.0.1", "", "S;1", "a\nb"].map(str::to_owned).to_vec(), 1)
            );
        }
    }

    #[test]
    fn a_workbook_is_read_with_its_types() {
        let bytes = workbook(|sheet| {
            let day = ExcelDateTime::from_ymd(2026, 11, 25).unwrap();
            sheet.write_string(1, 0, "10.0.0.1").unwrap();
            sheet.write_number(1, 2, 7.0).unwrap();
            sheet.write_boolean(1, 3, true).unwrap();
            sheet
                .write_datetime_with_format(1, 4, &day, &Format::new().set_num_format("yyyy-mm-dd"))
                .unwrap();
            sheet.write_formula(1, 5, Formula::new("=1+1").set_result("2")).unwrap();
        });
        let register = read(&bytes, Form::Xlsx).unwrap();
        assert_eq!(register.columns, ["ip", "mac", "serial", "", "", ""]);
        let day = Cell::Day("2026-11-25".parse().unwrap());
        let cells = [
            Cell::Text("10.0.0.1".into()),
            Cell::Empty,
            Cell::Number(7.0),
            Cell::Yes(true),
            day,
        ];
        assert_eq!(register.rows[0][..5], cells);
        // Of a formula its result, never the formula.
        assert!(!register.rows[0][5].text().contains('='));
    }

    #[test]
    fn what_is_no_register_is_refused_in_words() {
        let csv: [(&[u8], &str); 6] = [
            (b"", "names no column \"ip\""),
            (b"ip,mac\n", "names no column \"serial\""),
            (b"ip,mac,serial,notes,notes\n", "two columns \"notes\""),
            (b"ip,mac,serial\n\xff\n", "not UTF-8"),
            (b"PK\x03\x04", "names no column"),
            (
                &[b"ip,mac,serial\n".as_slice(), &b",x".repeat(300)].concat(),
                "200 columns",
            ),
        ];
        for (bytes, why) in csv {
            let said = read(bytes, Form::Csv).unwrap_err();
            assert!(said.contains(why), "{said}");
        }
        let long = [b"ip,mac,serial\n".as_slice(), &b"a,b,c\n".repeat(MAX_ROWS + 1)].concat();
        assert!(read(&long, Form::Csv).unwrap_err().contains("50000 rows"));
        for bytes in [b"".as_slice(), b"ip,mac,serial\n", b"PK\x03\x04"] {
            assert!(read(bytes, Form::Xlsx).unwrap_err().contains("no workbook"));
        }
    }

    #[test]
    fn a_workbook_that_would_fill_the_memory_is_refused() {
        let far = workbook(|sheet| {
            sheet.write_string(1_048_575, 16_383, "x").unwrap();
        });
        assert!(read(&far, Form::Xlsx).unwrap_err().contains("more than 50000 rows"));

        let plain = workbook(|_| {});
        let bomb = with_part(&plain, "xl/styles.xml", &vec![b' '; MAX_UNPACKED as usize + 1]);
        assert!(bomb.len() < 1 << 20);
        assert!(read(&bomb, Form::Xlsx).unwrap_err().contains("unpacks to more"));

        // One text of 32,000 letters, named in 3,000 cells.
        let long = "x".repeat(32_000);
        let repeated = workbook(|sheet| {
            for row in 1..=3_000 {
                sheet.write_string(row, 0, &long).unwrap();
            }
        });
        assert!(repeated.len() < 1 << 20);
        assert!(read(&repeated, Form::Xlsx).unwrap_err().contains("bytes of text"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        #[test]
        fn whatever_comes_is_read_or_refused(tail in any::<Vec<u8>>()) {
            let _ = read(&tail, Form::Csv);
            let _ = read(&[b"ip,mac,serial\n".as_slice(), &tail].concat(), Form::Csv);
            let _ = read(&tail, Form::Xlsx);
        }

        /// Bytes that are wrong within a part: the ZIP around them is sound.
        #[test]
        fn a_spoilt_workbook_is_read_or_refused(
            part in prop::sample::select(vec!["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml"]),
            spoilt in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        ) {
            let bytes = workbook(|sheet| {
                sheet.write_string(1, 2, "S1").unwrap();
            });
            let mut text = Vec::new();
            ZipArchive::new(Cursor::new(&bytes)).unwrap().by_name(part).unwrap().read_to_end(&mut text).unwrap();
            for (place, byte) in spoilt {
                let place = place.index(text.len());
                text[place] = byte;
            }
            let _ = read(&with_part(&bytes, part, &text), Form::Xlsx);
        }
    }
}
