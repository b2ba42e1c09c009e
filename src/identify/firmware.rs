//! Version strings: the raw text stays, the version and the build date are put beside it where a grammar fits.

use std::sync::OnceLock;

use regex::Regex;
use serde::Deserialize;

use super::Firmware;

/// How a maker writes its versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grammar {
    /// `V5.5.6build 180326`, `V5.7.13_230822`, `V5.0, build 191213`.
    Hikvision,
    /// `2.800.0000018.0.R, Build Date: 2021-07-07`, `2.420.AC00.18.R.20200217`. The third group is the label's.
    Dahua,
    /// Nothing is known of it.
    #[default]
    None,
}

const HIKVISION: &str = concat!(
    r"(?i)^\s*(?<version>v?\d{1,5}(?:\.\d{1,7}){1,3}d?)",
    r"(?:[\s,_]*build[\s_:]*(?<long>\d{4}-\d{2}-\d{2})(?:,\d{2}:\d{2}:\d{2})?",
    r"|(?:[\s,_]*build[\s_:]*|_)(?<short>\d{6}))?\s*$"
);
const DAHUA: &str = concat!(
    r"^\s*(?<version>[Vv]?\d{1,3}\.\d{1,5}(?:\.[0-9A-Za-z]{1,9})?\.\d{1,5}(?:\.R)?)",
    r"(?:(?:,\s*build:|\s+BuildDate=|,?\s*Build Date:?\s*|\.)(?:(?<long>\d{4}-\d{2}-\d{2})|(?<packed>\d{8})|(?<short>\d{6})))?\s*$"
);

/// Reads a version as its maker writes it. What does not fit stays raw.
pub fn read(grammar: Grammar, raw: &str, via: &str) -> Firmware {
    let found = pattern(grammar).and_then(|pattern| pattern.captures(raw));
    let group = |name| {
        found
            .as_ref()
            .and_then(|found| found.name(name))
            .map(|text| text.as_str())
    };
    let date = group("long").map(str::to_string).or_else(|| {
        let packed = group("packed")
            .map(str::to_string)
            .or_else(|| group("short").map(|text| format!("20{text}")))?;
        Some(format!("{}-{}-{}", &packed[..4], &packed[4..6], &packed[6..]))
    });
    Firmware {
        raw: raw.to_string(),
        version: group("version").map(|version| version.trim_start_matches(['V', 'v']).to_string()),
        build_date: date.filter(|date| date.parse::<jiff::civil::Date>().is_ok()),
        via: via.to_string(),
    }
}

fn pattern(grammar: Grammar) -> Option<&'static Regex> {
    static PATTERNS: OnceLock<[Regex; 2]> = OnceLock::new();
    let [hikvision, dahua] =
        PATTERNS.get_or_init(|| [HIKVISION, DAHUA].map(|text| Regex::new(text).expect("a pattern of ours")));
    match grammar {
        Grammar::Hikvision => Some(hikvision),
        Grammar::Dahua => Some(dahua),
        Grammar::None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_dates_are_read_and_the_rest_is_left_raw() {
        use Grammar::{Dahua, Hikvision};
        let table = [
            (Hikvision, "V5.5.6build 180326", Some("5.5.6"), Some("2018-03-26")),
            (Hikvision, "V5.1.8 build 140616", Some("5.1.8"), Some("2014-06-16")),
            (Hikvision, "V5.0, build 191213", Some("5.0"), Some("2019-12-13")),
            (Hikvision, "V5.7.13_230822", Some("5.7.13"), Some("2023-08-22")),
            (Hikvision, "V4.30.096build221220", Some("4.30.096"), Some("2022-12-20")),
            (
                Hikvision,
                "1.1.1.654629 build 2023-12-29,13:56:15",
                Some("1.1.1.654629"),
                Some("2023-12-29"),
            ),
            (Hikvision, "V5.5.6build 181399", Some("5.5.6"), None),
            (Hikvision, "1.0.4 Build 250208 Rel.48070n", None, None),
            (Hikvision, "é", None, None),
            (
                Dahua,
                "2.800.0000018.0.R, Build Date: 2021-07-07",
                Some("2.800.0000018.0.R"),
                Some("2021-07-07"),
            ),
            (
                Dahua,
                "4.001.0000005.0,build:2020-11-17",
                Some("4.001.0000005.0"),
                Some("2020-11-17"),
            ),
            (
                Dahua,
                "2.420.AC00.15.R\r\nBuildDate=2016-09-08",
                Some("2.420.AC00.15.R"),
                Some("2016-09-08"),
            ),
            (
                Dahua,
                "2.420.AC00.18.R.20200217",
                Some("2.420.AC00.18.R"),
                Some("2020-02-17"),
            ),
            (
                Dahua,
                "V2.620.0000002.0.R.170830",
                Some("2.620.0000002.0.R"),
                Some("2017-08-30"),
            ),
            (Dahua, "V2.420.14.R.2016-06-18", Some("2.420.14.R"), Some("2016-06-18")),
            (Dahua, "2.400.0.8", Some("2.400.0.8"), None),
            (Dahua, "4.000.00IB002.17", Some("4.000.00IB002.17"), None),
            (Dahua, "2.420.AC00.18.R.20200230", Some("2.420.AC00.18.R"), None),
            (Grammar::None, "1.2.3", None, None),
        ];
        for (grammar, raw, version, date) in table {
            let read = read(grammar, raw, "sadp");
            assert_eq!(
                (read.version.as_deref(), read.build_date.as_deref()),
                (version, date),
                "{raw}"
            );
            assert_eq!(read.raw, raw);
        }
    }
}
