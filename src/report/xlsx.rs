//! `--format xlsx`: the asset register as a workbook (Office Open XML), and what was looked at on a sheet of its own.
//! Texts are written as texts, never as formulas.

use std::io;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::foi;
use super::model::Report;
use super::outline::{self, Section};
use super::register::Register;
use super::register::cell::{Cell, safe};

/// The most characters that a cell takes, in units of UTF-16.
const LONGEST: usize = 32_767;
/// The most pixels that a column is made wide.
const WIDEST: u32 = 320;

/// The workbook of a register, and of the run that made or last changed it.
///
/// # Errors
/// Where it is larger than a sheet can be.
pub fn bytes(report: &Report, register: &Register) -> io::Result<Vec<u8>> {
    workbook(report, register).map_err(io::Error::other)
}

/// The same run and register make the same bytes.
fn workbook(report: &Report, register: &Register) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let looks = Looks::new();
    let properties = DocProperties::new().set_title("Asset register of cameras");
    if let Some(made) = moment(&Cell::time(&report.finished)) {
        book.set_properties(&properties.set_creation_datetime(&made));
    }
    push_register(book.add_worksheet().set_name("Register")?, register, &looks)?;
    push_foi(book.add_worksheet().set_name("FOI")?, report, &looks)?;
    push_coverage(book.add_worksheet().set_name("Coverage")?, report, &looks)?;
    book.save_to_buffer()
}

/// How cells are shown.
struct Looks {
    heading: Format,
    day: Format,
    time: Format,
    text: Format,
    wrapped: Format,
}

impl Looks {
    fn new() -> Looks {
        Looks {
            heading: Format::new().set_bold(),
            day: Format::new().set_num_format("yyyy-mm-dd"),
            time: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
            // What is typed over a text stays one: a serial number must not become 1.2E+30.
            text: Format::new().set_num_format("@"),
            wrapped: Format::new().set_text_wrap(),
        }
    }
}

/// The first row stays in sight, and every column can be filtered.
fn push_register(sheet: &mut Worksheet, register: &Register, looks: &Looks) -> Result<(), XlsxError> {
    for (column, name) in (0..).zip(&register.columns) {
        sheet.write_string_with_format(0, column, fitting(name), &looks.heading)?;
    }
    for (number, row) in (1..).zip(&register.rows) {
        for (column, cell) in (0..).zip(row) {
            push(sheet, (number, column), cell, looks)?;
        }
    }
    sheet.set_freeze_panes(1, 1)?;
    let last = (register.rows.len() as u32, register.columns.len().max(1) as u16 - 1);
    sheet.autofilter(0, 0, last.0, last.1)?;
    sheet.set_autofit_max_width(WIDEST).autofit();
    Ok(())
}

fn push(sheet: &mut Worksheet, (row, column): (u32, u16), cell: &Cell, looks: &Looks) -> Result<(), XlsxError> {
    match (cell, moment(cell)) {
        (Cell::Empty, _) => Ok(sheet),
        (Cell::Number(number), _) => sheet.write_number(row, column, *number),
        (Cell::Yes(yes), _) => sheet.write_boolean(row, column, *yes),
        (Cell::Day(_), Some(day)) => sheet.write_datetime_with_format(row, column, day, &looks.day),
        (_, Some(time)) => sheet.write_datetime_with_format(row, column, time, &looks.time),
        (cell, None) => sheet.write_string_with_format(row, column, fitting(&cell.text()), &looks.text),
    }
    .map(drop)
}

/// Spreadsheets know no time before 1900 and none after 9999; such a one is written as a text.
fn moment(cell: &Cell) -> Option<ExcelDateTime> {
    let (day, time) = match cell {
        Cell::Day(day) => (*day, None),
        Cell::Time(time) => {
            let utc = jiff::tz::TimeZone::UTC.to_datetime(*time);
            (utc.date(), Some(utc.time()))
        }
        _ => return None,
    };
    let year = u16::try_from(day.year()).ok().filter(|year| *year >= 1900)?;
    let read = ExcelDateTime::from_ymd(year, day.month() as u8, day.day() as u8).ok()?;
    let Some(time) = time else { return Some(read) };
    read.and_hms(time.hour() as u16, time.minute() as u8, f64::from(time.second()))
        .ok()
}

/// A text as long as a cell takes it.
fn fitting(text: &str) -> String {
    if text.encode_utf16().count() <= LONGEST {
        return text.to_owned();
    }
    let mut left = LONGEST - 1;
    let fits = |c: &char| {
        let fits = c.len_utf16() <= left;
        left = left.saturating_sub(c.len_utf16());
        fits
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

/// A register without what was looked at could be taken for all there is.
fn push_coverage(sheet: &mut Worksheet, report: &Report, looks: &Looks) -> Result<(), XlsxError> {
    let headline = Section {
        heading: "Run",
        lines: vec![outline::headline(report)],
    };
    let sections = [headline].into_iter().chain(outline::looked_at(report));
    push_sections(
        sheet,
        0,
        sections.chain([outline::policies(report), outline::data(report)]),
        (&looks.heading, &looks.wrapped),
    )?;
    sheet.set_column_width(0, 28)?.set_column_width(1, 110)?;
    Ok(())
}

/// The counts, and below them what must be known beside them.
fn push_foi(sheet: &mut Worksheet, report: &Report, looks: &Looks) -> Result<(), XlsxError> {
    for (column, name) in (0..).zip(foi::HEADINGS) {
        sheet.write_string_with_format(0, column, name, &looks.heading)?;
    }
    let lines = foi::lines(report);
    for (row, (names, count)) in (1..).zip(&lines) {
        for (column, name) in (0..).zip(names) {
            sheet.write_string(row, column, fitting(&safe(name)))?;
        }
        for (column, count) in (names.len() as u16..).zip(foi::counts(count)) {
            sheet.write_number(row, column, count as f64)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?.autofit();
    push_sections(
        sheet,
        lines.len() as u32 + 2,
        foi::sections(report).into_iter(),
        (&looks.heading, &looks.text),
    )?;
    sheet.set_column_width(0, 28)?;
    Ok(())
}

/// One line a row, its heading beside it.
fn push_sections(
    sheet: &mut Worksheet,
    first: u32,
    sections: impl Iterator<Item = Section>,
    (heading_shown, shown): (&Format, &Format),
) -> Result<(), XlsxError> {
    let lines = sections.flat_map(|section| section.lines.into_iter().map(move |line| (section.heading, line)));
    for (row, (heading, line)) in (first..).zip(lines) {
        sheet.write_string_with_format(row, 0, heading, heading_shown)?;
        sheet.write_string_with_format(row, 1, fitting(&safe(&line)), shown)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, DataType, Range, Reader, Xlsx};
    use proptest::prelude::*;

    use super::super::register::cell::is_formula;
    use super::super::sample::{behind, camera, device, report, tampered};
    use super::*;
    use crate::identify::Device;

    fn sheet(devices: Vec<Device>, name: &str) -> Range<Data> {
        let report = report(devices);
        let bytes = bytes(&report, &Register::of(&report, true)).unwrap();
        let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
        assert!(book.worksheet_formula(name).unwrap().is_empty());
        book.worksheet_range(name).unwrap()
    }

    fn value<'a>(sheet: &'a Range<Data>, row: u32, column: &str) -> &'a Data {
        let names: Vec<String> = sheet.rows().next().unwrap().iter().map(ToString::to_string).collect();
        let place = names.iter().position(|name| name == column).unwrap();
        sheet.get_value((row, place as u32)).unwrap_or(&Data::Empty)
    }

    #[test]
    fn cells_have_their_types() {
        let sheet = sheet(vec![camera()], "Register");
        let text = |column| value(&sheet, 1, column).get_string().map(str::to_owned);
        assert_eq!(text("serial").as_deref(), Some("DS-2CD0000-I20160101AAWR000000005"));
        assert_eq!(text("activated").as_deref(), Some("no"));
        assert_eq!(value(&sheet, 1, "firmware_age_days").get_float(), Some(3592.0));
        let day = value(&sheet, 1, "firmware_build_date").get_datetime().unwrap();
        assert_eq!(day.to_ymd_hms_milli(), (2017, 1, 24, 0, 0, 0, 0));
        let time = value(&sheet, 1, "last_seen").get_datetime().unwrap();
        assert_eq!(time.to_ymd_hms_milli(), (2026, 11, 25, 8, 59, 1, 0));
        assert_eq!(value(&sheet, 1, "owner"), &Data::Empty);
    }

    #[test]
    fn what_was_looked_at_is_in_the_same_file() {
        let sheet = sheet(vec![device("10.0.0.9", None)], "Coverage");
        let lines: Vec<String> = sheet.rows().map(|row| format!("{}: {}", row[0], row[1])).collect();
        for part in [
            "Run: No Hikvision or Dahua unit was found",
            "Looked at: 192.0.2.0/24 on eth0",
            "Not looked at, or less well: units that are switched off",
            "Data: MAC registry: 2026-01-01",
        ] {
            assert!(lines.iter().any(|line| line.starts_with(part)), "{part}: {lines:#?}");
        }
    }

    #[test]
    fn a_text_of_any_length_and_a_day_of_any_year_make_a_sheet() {
        for text in [
            "x".repeat(40_000),
            "\u{1f4f7}".repeat(20_000),
            "0001-01-01".into(),
            "9999-12-31".into(),
        ] {
            let one = tampered(&text);
            let sheet = sheet(vec![one], "Register");
            let model = value(&sheet, 1, "model").get_string().unwrap();
            assert!(model.encode_utf16().count() <= LONGEST && text.starts_with(model.trim_end_matches('…')));
            assert!(!value(&sheet, 1, "firmware_build_date").is_empty());
        }
    }

    #[test]
    fn the_counts_for_a_request_for_information_are_numbers_in_the_same_file() {
        let sheet = sheet(vec![camera()], "FOI");
        let row = |number: usize| sheet.rows().nth(number).unwrap().to_vec();
        assert_eq!(
            row(1)[1..4],
            [
                Data::String("Hikvision".into()),
                Data::String("camera".into()),
                Data::Float(1.0)
            ]
        );
        assert_eq!(
            (&row(2)[0], &row(2)[3]),
            (&Data::String("All".into()), &Data::Float(1.0))
        );
        let lines: Vec<String> = sheet.rows().map(|row| format!("{}: {}", row[0], row[1])).collect();
        assert!(
            lines
                .iter()
                .any(|line| line.starts_with("Not looked at, or less well: units that are")),
            "{lines:#?}"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn whatever_comes_reads_back_as_text_without_formula(said in "[=+@;\t\r\n\" ,\u{1b}a-]{0,9}|_x00[0-9]{2}_|.{0,9}") {
            let sheet = sheet(vec![tampered(&said), behind(&said)], "Register");
            prop_assert_eq!(sheet.height(), 3);
            for cell in sheet.cells().filter_map(|(_, _, cell)| cell.get_string()) {
                prop_assert!(!cell.chars().any(char::is_control), "{:?}", cell);
                prop_assert!(cell.split(';').all(|cell| !is_formula(cell)), "{:?}", cell);
            }
            let model = value(&sheet, 1, "model").get_string().unwrap_or_default();
            prop_assert_eq!(model, safe(&said));
        }
    }
}
