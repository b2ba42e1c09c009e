//! How old a device's web pages are: the version files of Hikvision's pages, and the tags that Dahua's
//! web server puts on its own. Both are near the firmware's build date and neither is its version.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::tz::Offset;
use regex::Regex;

use super::http::Response;

/// Where Hikvision's pages say their version, the newer line first: `seajs.web_version="V4.0.1build171121"`
/// and `web_version: "3.0.51.170214"`.
pub const VERSION_FILES: [&str; 2] = [
    "/doc/script/lib/seajs/config/sea-config.js",
    "/doc/script/global_config.js",
];
/// Before this year no such pages were made: a device without a clock counts from 1970 or 2000.
const FIRST_YEAR: i16 = 2004;

static VERSION: LazyLock<Regex> = LazyLock::new(|| {
    let text = r#"web_version["']?\s*[:=]\s*["'](?<text>[Vv]?[0-9]{1,3}(?:\.[0-9]{1,7}){1,3}[ -~&&[^"']]{0,24})["']"#;
    Regex::new(text).expect("a pattern of ours")
});
static BUILD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:build\s?|[._])(?<day>[0-9]{6})$").expect("a pattern of ours"));

/// The version that a version file states, verbatim, and the day in it.
pub fn version(script: &str) -> Option<(&str, Option<Date>)> {
    let text = VERSION.captures(script)?.name("text")?.as_str().trim_end();
    let day = BUILD.captures(text).and_then(|found| day(&found["day"]));
    Some((text, day))
}

/// `171121` is 2017-11-21.
fn day(digits: &str) -> Option<Date> {
    format!("20{digits}").parse().ok()
}

/// The day that a page was made, where Dahua's web server says it: by an `ETag` of seconds since 1970
/// and size, confirmed by another field, or by `Last-Modified` below its capital field names. A hint.
pub fn made(page: &Response) -> Option<Date> {
    let modified = page.header("Last-Modified").and_then(moment);
    let tagged = page.header("ETag").and_then(|tag| tag_moment(tag, page, modified));
    let made = tagged.or(modified.filter(|_| has_capital_names(page)))?;
    let day = Offset::UTC.to_datetime(made).date();
    (day.year() >= FIRST_YEAR).then_some(day)
}

fn moment(text: &str) -> Option<Timestamp> {
    DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text).ok()
}

/// `"1542904346:5519"`: the size is hexadecimal.
fn tag_moment(tag: &str, page: &Response, modified: Option<Timestamp>) -> Option<Timestamp> {
    let (seconds, size) = tag.trim_matches('"').split_once(':')?;
    let moment = Timestamp::from_second(seconds.parse().ok()?).ok()?;
    let size = usize::from_str_radix(size, 16).ok()?;
    let length = page.header("Content-Length").and_then(|length| length.parse().ok());
    (modified == Some(moment) || length == Some(size)).then_some(moment)
}

/// Seen on Dahua, Amcrest, CP Plus, ADT and Intelbras only, of 4,430 servers that nmap knows.
fn has_capital_names(page: &Response) -> bool {
    let has = |name| page.headers.iter().any(|(own, _)| own == name);
    has("CONNECTION") && has("CONTENT-LENGTH") && has("CONTENT-TYPE")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_of_pages_has_no_letter_beyond_ascii_and_no_digit_of_another_script() {
        for text in ["V4.021ÔÔÔÔ", "V٤.٠", "V4.0\u{1b}[2J"] {
            assert_eq!(version(&format!("{{\"web_version\":\"{text}\"}}")), None, "{text}");
        }
    }

    #[test]
    fn versions_of_pages_are_read_verbatim() {
        let table = [
            (
                r#"seajs.config({});seajs.web_version="V4.0.1build171121";seajs.plugin_version="V3.0.6.2";"#,
                Some(("V4.0.1build171121", Some("2017-11-21"))),
            ),
            (
                "var g = {\n  web_version : '3.0.51.170214',\n",
                Some(("3.0.51.170214", Some("2017-02-14"))),
            ),
            (
                r#"{"web_version":"V4.1.0 build 230419"}"#,
                Some(("V4.1.0 build 230419", Some("2023-04-19"))),
            ),
            (
                r#"if (web_version == 2) {} web_version = "3.1.3.139999""#,
                Some(("3.1.3.139999", None)),
            ),
            (r#"web_version="V5.1""#, Some(("V5.1", None))),
            (r#"web_version="@WebVersion@""#, None),
            (r#"plugin_version="V3.0.6.2""#, None),
            ("<html>not found</html>", None),
            ("", None),
        ];
        for (script, expected) in table {
            let read = version(script).map(|(text, day)| (text, day.map(|day| day.to_string())));
            let expected = expected.map(|(text, day)| (text, day.map(str::to_owned)));
            assert_eq!(read, expected, "{script}");
        }
    }

    #[test]
    fn the_day_of_a_page_needs_two_fields_that_agree_or_the_makers_own_head() {
        let capitals = "CONNECTION: close\r\nCONTENT-LENGTH: 9\r\nCONTENT-TYPE: text/html\r\n";
        let modified = "Last-Modified: Thu, 22 Nov 2018 16:32:26 GMT\r\n";
        let table = [
            (format!("{modified}Etag: \"1542904346:5519\"\r\n"), Some("2018-11-22")),
            (
                "Etag: \"1542904346:10\"\r\nContent-Length: 16\r\n".into(),
                Some("2018-11-22"),
            ),
            ("Etag: \"1542904346:16\"\r\nContent-Length: 16\r\n".into(), None),
            (format!("{modified}{capitals}"), Some("2018-11-22")),
            (
                format!("{}{capitals}", modified.replace("Thu", "Mon")),
                Some("2018-11-22"),
            ),
            (modified.to_owned(), None),
            (format!("{modified}Etag: \"5bf6d7da-5519\"\r\n"), None),
            ("Etag: \"100:10\"\r\nContent-Length: 16\r\n".into(), None),
            ("Etag: \"99999999999999:10\"\r\nContent-Length: 16\r\n".into(), None),
            (format!("Last-Modified: yesterday\r\n{capitals}"), None),
            (capitals.to_owned(), None),
        ];
        for (head, expected) in table {
            let page = Response::decode(format!("HTTP/1.1 200 OK\r\n{head}\r\n<p>").as_bytes());
            assert_eq!(made(&page).map(|day| day.to_string()).as_deref(), expected, "{head}");
        }
    }
}
