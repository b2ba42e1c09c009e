//! The one place where text from a device is made fit for a terminal.

use std::borrow::Cow;

/// Writes every character that could steer a terminal or deceive a reader as `\u{…}`: controls, ESC,
/// line and paragraph separators, bidirectional marks, characters without width, tags.
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match is_unsafe(c) {
            true => safe.extend(c.escape_unicode()),
            false => safe.push(c),
        }
    }
    Cow::Owned(safe)
}

/// Controls, what Unicode calls format (Cf) or default-ignorable, the separators of lines and paragraphs, and the Braille
/// cell without dots, which looks like a blank and is none.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}' | '\u{8e2}'
            | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Escapes and shortens to at most `width` columns, the middle left out.
pub fn elide(text: &str, width: usize) -> String {
    let safe = escape(text);
    if columns(&safe) <= width {
        return safe.into_owned();
    }
    let tail_width = width.saturating_sub(1) / 2;
    let head = take(safe.chars(), width.saturating_sub(1) - tail_width);
    let tail: String = take(safe.chars().rev(), tail_width).chars().rev().collect();
    format!("{head}…{tail}")
}

/// Escapes and shortens to at most `width` columns, the beginning left out.
pub fn elide_front(text: &str, width: usize) -> String {
    let safe = escape(text);
    if columns(&safe) <= width {
        return safe.into_owned();
    }
    let tail: String = take(safe.chars().rev(), width.saturating_sub(1))
        .chars()
        .rev()
        .collect();
    format!("…{tail}")
}

/// Breaks a text into lines of at most `width` columns, at blanks where there are some in the second half of a line.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let safe = escape(text);
    let (mut lines, mut rest) = (Vec::new(), safe.as_ref());
    while columns(rest) > width {
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let fits = take(rest.chars(), width).len().max(first);
        let end = rest[..fits].rfind(' ').filter(|end| *end > fits / 2).unwrap_or(fits);
        lines.push(rest[..end].trim_end().to_owned());
        rest = rest[end..].trim_start();
    }
    lines.push(rest.to_owned());
    lines
}

fn take(chars: impl Iterator<Item = char>, width: usize) -> String {
    let mut left = width;
    let fits = |c: &char| {
        let fits = width_of(*c) <= left;
        left = left.saturating_sub(width_of(*c));
        fits
    };
    chars.take_while(fits).collect()
}

/// How many columns a text takes on a terminal, at most.
pub fn columns(text: &str) -> usize {
    text.chars().map(width_of).sum()
}

/// Two from Hangul on: more than some characters take, never less.
fn width_of(c: char) -> usize {
    if c >= '\u{1100}' && c != '…' { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::*;

    #[test]
    fn nasty_strings_are_defused() {
        let table = [
            ("DS-2CD2042WD-I", "DS-2CD2042WD-I"),
            ("Überwachung 摄像机", "Überwachung 摄像机"),
            ("\x1b[2J\x1b]0;pwned\x07", "\\u{1b}[2J\\u{1b}]0;pwned\\u{7}"),
            ("a\r\nb\tc\0", "a\\u{d}\\u{a}b\\u{9}c\\u{0}"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("abc\u{202e}fed", "abc\\u{202e}fed"),
            ("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"),
            ("zero\u{200b}width\u{feff}", "zero\\u{200b}width\\u{feff}"),
            ("line\u{2028}sep", "line\\u{2028}sep"),
            ("tag\u{e0041}", "tag\\u{e0041}"),
            ("\u{1bca0}\u{13430}\u{2800}", "\\u{1bca0}\\u{13430}\\u{2800}"),
        ];
        for (raw, safe) in table {
            assert_eq!(escape(raw), safe);
        }
    }

    /// Shorthand's and hieroglyphs' format controls once passed.
    #[test]
    fn every_character_that_unicode_calls_format_or_ignorable_is_unsafe() {
        let hidden = Regex::new(r"^[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]$").unwrap();
        let passes = |c: &char| hidden.is_match(c.encode_utf8(&mut [0; 4])) && !is_unsafe(*c);
        let passed: Vec<char> = ('\0'..=char::MAX).filter(passes).collect();
        assert!(passed.is_empty(), "{passed:?}");
    }

    #[test]
    fn long_values_lose_their_middle() {
        assert_eq!(elide("0123456789", 10), "0123456789");
        assert_eq!(elide("0123456789x", 10), "01234…789x");
        assert_eq!(elide("摄像机摄像机", 7), "摄…机");
        assert_eq!(elide_front("0123456789x", 10), "…23456789x");
    }

    #[test]
    fn lines_break_at_blanks_and_within_a_word_only_where_there_is_none() {
        assert_eq!(
            wrap("10.0.0.5  Dahua probable: x", 16),
            ["10.0.0.5  Dahua", "probable: x"]
        );
        assert_eq!(wrap("a 0123456789", 6), ["a 0123", "456789"]);
    }

    proptest! {
        #[test]
        fn whatever_comes_is_harmless_and_fits(text in any::<String>(), width in 1usize..40) {
            prop_assert!(!escape(&text).chars().any(is_unsafe));
            prop_assert!(columns(&elide(&text, width)) <= width);
            prop_assert!(columns(&elide_front(&text, width)) <= width);
        }

        #[test]
        fn a_wrapped_text_fits_and_loses_nothing_but_blanks(text in any::<String>(), width in 2usize..40) {
            let lines = wrap(&text, width);
            prop_assert!(lines.iter().all(|line| columns(line) <= width), "{lines:?}");
            let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(bare(&lines.concat()), bare(&escape(&text)));
        }
    }
}
