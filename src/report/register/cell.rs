//! A value in the register, and what keeps a text from being taken for a formula.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::report::escape::escape;

/// One value.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Cell {
    /// Nothing, or nothing that is known.
    #[default]
    Empty,
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
    /// Yes or no.
    Yes(bool),
    /// A day.
    Day(Date),
    /// A moment, UTC.
    Time(Timestamp),
}

impl Cell {
    /// A text that may come from a device: no formula, no control character.
    pub fn said(text: &str) -> Cell {
        Cell::verbatim(safe(text))
    }

    /// A text as it is.
    pub fn verbatim(text: String) -> Cell {
        if text.is_empty() { Cell::Empty } else { Cell::Text(text) }
    }

    /// A day where the text is one, else the text.
    pub fn day(text: &str) -> Cell {
        text.parse().map_or_else(|_| Cell::said(text), Cell::Day)
    }

    /// A moment where the text is one, else the text.
    pub fn time(text: &str) -> Cell {
        text.parse().map_or_else(|_| Cell::said(text), Cell::Time)
    }

    /// As a text: `2026-11-25`, `2026-11-25T09:00:00Z`.
    pub fn text(&self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) => text.clone(),
            Cell::Number(number) => number.to_string(),
            Cell::Yes(yes) => yes.to_string(),
            Cell::Day(day) => day.to_string(),
            Cell::Time(time) => time.to_string(),
        }
    }
}

/// A text that no spreadsheet takes for a formula, without control characters.
pub fn safe(text: &str) -> String {
    guarded(text, |part| escape(part).into_owned())
}

/// A text that no spreadsheet takes for a formula, and otherwise as it is: people write lines below one another.
pub fn no_formula(text: &str) -> String {
    guarded(text, str::to_owned)
}

/// A spreadsheet that splits at semicolons sees several cells in one: each is made safe.
fn guarded(text: &str, shown: impl Fn(&str) -> String) -> String {
    let cells = text.split(';').map(|cell| match is_formula(cell) {
        true => format!("'{}", shown(cell)),
        false => shown(cell),
    });
    cells.collect::<Vec<_>>().join(";")
}

/// Spreadsheets pass over blanks, and some read the wide forms as the narrow ones.
pub fn is_formula(cell: &str) -> bool {
    let begins = |text: &str, with: &[char]| text.starts_with(with);
    begins(cell, &['\t', '\r', '\n'])
        || begins(
            cell.trim_start(),
            &['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'],
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        let table = [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("  =1", "'  =1"),
            ("\u{a0}=1", "'\u{a0}=1"),
            ("\t=1", "'\\u{9}=1"),
            ("\r=1", "'\\u{d}=1"),
            ("\tx", "'\\u{9}x"),
            ("\u{feff}=1", "\\u{feff}=1"),
            ("\u{ff1d}1", "'\u{ff1d}1"),
            ("a;=1", "a;'=1"),
            ("a; -1", "a;' -1"),
            ("DS-2CD=1", "DS-2CD=1"),
            ("", ""),
        ];
        for (raw, cell) in table {
            assert_eq!(safe(raw), cell, "{raw:?}");
        }
        assert_eq!(no_formula("first\n=second"), "first\n=second");
    }

    proptest! {
        /// What is written, read back and written again must not gain an apostrophe each time.
        #[test]
        fn what_is_safe_stays_as_it_is(text in "[=+@;'\t\r\n a-]{0,9}|.{0,9}") {
            let once = safe(&text);
            prop_assert_eq!(&safe(&once), &once);
            let once = no_formula(&text);
            prop_assert_eq!(&no_formula(&once), &once);
            prop_assert!(once.split(';').all(|cell| !is_formula(cell)), "{:?}", once);
        }
    }
}
