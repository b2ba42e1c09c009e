//! `--format markdown`: the report for a ticket or a wiki (CommonMark with GitHub's tables).

use std::fmt::Write as _;

use super::columns::{HEADINGS, Row, row, shown};
use super::escape::escape;
use super::model::Report;
use super::outline::{self, Group, Section};

/// The report as Markdown. `all`: hosts of no known maker too.
pub fn text(report: &Report, all: bool) -> String {
    let mut text = format!(
        "# Cameras found by camsweep\n\n{}\n\n",
        safe(&outline::headline(report))
    );
    push_items(&mut text, &outline::by_maker(report));
    for group in outline::groups(report, all) {
        push_table(&mut text, &group);
    }
    if let Some(others) = outline::others(report, all) {
        let _ = writeln!(text, "And {others}.\n");
    }
    let sections = outline::findings(report).into_iter().chain(outline::looked_at(report));
    for section in sections.chain([outline::policies(report), outline::data(report)]) {
        push_section(&mut text, &section);
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

pub(super) fn push_section(text: &mut String, section: &Section) {
    if section.lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "## {}\n", section.heading);
    push_items(text, &section.lines);
}

fn push_items(text: &mut String, lines: &[String]) {
    for line in lines {
        let _ = writeln!(text, "- {}", safe(line));
    }
    if !lines.is_empty() {
        text.push('\n');
    }
}

fn push_table(text: &mut String, group: &Group) {
    let heading = if group.heading.is_empty() {
        "Devices"
    } else {
        &group.heading
    };
    let _ = writeln!(text, "## {}\n", safe(heading));
    let rows: Vec<Row> = group.devices.iter().map(|device| row(device)).collect();
    let shown = shown(&rows);
    push_row(text, shown.iter().map(|place| HEADINGS[*place].to_owned()));
    push_row(text, shown.iter().map(|_| "---".to_owned()));
    for row in &rows {
        push_row(text, shown.iter().map(|place| safe(&row[*place])));
    }
    text.push('\n');
}

pub(super) fn push_row(text: &mut String, cells: impl Iterator<Item = String>) {
    let cells: Vec<String> = cells.collect();
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

/// A text in one line that Markdown shows as it is: no markup, no HTML, no link.
pub(super) fn safe(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    let mut before = ' ';
    // Blanks at the ends only: an end of a line is shown, as by every other form.
    for c in escape(text.trim_matches(' ')).chars() {
        if is_markup(c, before) || (safe.is_empty() && matches!(c, '-' | '+')) {
            safe.push('\\');
        }
        safe.push(c);
        before = c;
    }
    safe
}

/// GitHub makes links of `www.` and of `//` too, and people of `@`.
fn is_markup(c: char, before: char) -> bool {
    let always = "\\`*_{}[]<>&|~#@$!".contains(c);
    always || (c == '/' && before == '/') || (c == '.' && before.eq_ignore_ascii_case(&'w'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::sample::{behind, camera, device, report, tampered};
    use super::*;

    #[test]
    fn summary_table_findings_and_coverage_stand_in_this_order() {
        let shown = text(&report(vec![camera(), device("10.0.0.9", None)]), false);
        let parts = [
            "# Cameras found by camsweep\n\n1 Hikvision or Dahua unit(s) among 2 hosts",
            "- Hikvision: 1 confirmed\n",
            "| Address | Maker | Brand | Model | Firmware | Serial | Sure |\n| --- |",
            "| 10.0.0.5 | Hikvision | Annke? | DS-2CD0000-I | 5.4.5 2017-01-24 | DS-2CD0000-I20160101AAWR000000005 |",
            "And 1 other host of no known camera maker.",
            "## Known to be exploited",
            "## Looked at\n\n- 192.0.2.0/24 on eth0\n",
            "## Not looked at, or less well\n\n- units that are switched off: they do not answer;",
            "## Data\n\n- MAC registry: 2026-01-01\n",
        ];
        let mut rest = shown.as_str();
        for part in parts {
            rest = rest.split_once(part).unwrap_or_else(|| panic!("{part}: {shown}")).1;
        }
    }

    #[test]
    fn no_markup_of_a_device_gets_through() {
        let table = [
            ("a|b", r"a\|b"),
            ("`x`", r"\`x\`"),
            ("<b>&amp;", r"\<b\>\&amp;"),
            (r"a\|b", r"a\\\|b"),
            ("[x](http://y)", r"\[x\](http:/\/y)"),
            ("www.example.org", r"www\.example.org"),
            ("a\nb", r"a\\u\{a\}b"),
            (" a\u{85}\n ", r"a\\u\{85\}\\u\{a\}"),
            ("- x", r"\- x"),
            ("10.0.0.5  DS-2CD", "10.0.0.5  DS-2CD"),
        ];
        for (raw, shown) in table {
            assert_eq!(safe(raw), shown);
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_stays_one_line_and_text(said in "[|`<&\\\\\n\r#*_a-]{0,9}|.{0,9}") {
            let lines = |said: &str| text(&report(vec![tampered(said), behind(said)]), true).lines().count();
            prop_assert_eq!(lines(&said), lines("x"));
            let safe = safe(&said);
            let mut rest = safe.chars();
            while let Some(c) = rest.next() {
                prop_assert!(!c.is_control() && !"`*_[]<>&|~".contains(c), "{:?}", safe);
                if c == '\\' {
                    prop_assert!(rest.next().is_some(), "{:?}", safe);
                }
            }
        }
    }
}
