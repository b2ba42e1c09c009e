//! Version strings: the raw text stays, the version and the build date are put beside it where a grammar fits. What
//! fits can be put in order with others of its family, and with nothing else.

use std::cmp::Ordering;
use std::sync::OnceLock;

use jiff::civil::Date;
use regex::{Captures, Regex};
use serde::Deserialize;

use super::Firmware;

/// How a maker writes its versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grammar {
    /// `V5.5.6build 180326`, `V5.7.13_230822`, `V5.0, build 191213`.
    Hikvision,
    /// `2.800.0000018.0.R, Build Date: 2021-07-07`, `2.420.AC00.18.R.20200217`. The third group is the customer's.
    Dahua,
    /// Nothing is known of it.
    #[default]
    None,
}

/// Also as a firmware file is named, and a build date that came without its version.
const HIKVISION: &str = concat!(
    r"(?i)^\s*(?:(?:[\w-]+_)?(?<version>v?\d{1,5}(?:\.\d{1,7}){1,3}d?)",
    r"(?:[\s,_]*build[\s_:]*(?<long>\d{4}-\d{2}-\d{2})(?:,\d{2}:\d{2}:\d{2})?",
    r"|(?:[\s,_]*build[\s_:]*|_)(?<short>\d{6}))?(?:_S\d+)?(?:\.(?:zip|dav|bin))?",
    r"|build[\s_:]*(?<lone>\d{6}))\s*$"
);
/// The version's own last group may be a letter for the kind of release (`R`).
const DAHUA: &str = concat!(
    r"(?i)^\s*(?:[\w-]+_)?(?<version>v?\d{1,3}\.\d{1,5}(?:\.[0-9a-z]{1,9})?\.\d{1,5}(?:\.[a-z])?)",
    r"(?:(?:,\s*(?:build:\s*)?|\s+BuildDate=|,?\s*Build Date:?\s*|\.)",
    r"(?:(?<long>\d{4}-\d{2}-\d{2})|(?<packed>\d{8})|(?<short>\d{6})))?(?:\.bin)?\s*$"
);

/// Reads a version as its maker writes it. What does not fit stays raw.
pub fn read(grammar: Grammar, raw: &str, via: &str) -> Firmware {
    let found = pattern(grammar).and_then(|pattern| pattern.captures(raw));
    let version = found.as_ref().and_then(|found| found.name("version"));
    let mut version = version.map(|text| text.as_str().trim_start_matches(['V', 'v']).to_string());
    let mut date = found.as_ref().and_then(build_date);
    if let (Grammar::Hikvision, Some(text), None) = (grammar, &version, date)
        && let Some((number, day)) = dotted(text)
    {
        (version, date) = (Some(number), Some(day));
    }
    Firmware {
        raw: raw.to_string(),
        version,
        build_date: date.map(|date| date.to_string()),
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

/// The build date in any of its spellings, where that day exists.
fn build_date(found: &Captures<'_>) -> Option<Date> {
    let group = |name| found.name(name).map(|text| text.as_str());
    match (group("long"), group("packed")) {
        (Some(long), _) => long.parse().ok(),
        (_, Some(packed)) => packed.parse().ok(),
        _ => short_date(group("short").or_else(|| found.name("lone").map(|text| text.as_str()))?),
    }
}

/// `180326`.
fn short_date(text: &str) -> Option<Date> {
    format!("20{text}").parse().ok()
}

/// `3.0.51.170214`: the fourth number is the day.
fn dotted(version: &str) -> Option<(String, Date)> {
    let (number, day) = version.rsplit_once('.')?;
    let date = (day.len() == 6 && number.matches('.').count() == 2).then(|| short_date(day))??;
    Some((number.to_string(), date))
}

/// A version that can be put in order with others of its family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    family: Grammar,
    numbers: Vec<u64>,
    /// Dahua's third group without its leading zeros; empty where it is nobody's.
    customer: String,
    built: Option<Date>,
}

impl Release {
    /// What was read of a version; `None` where nothing was.
    pub fn of(family: Grammar, firmware: &Firmware) -> Option<Self> {
        let built = firmware.build_date.as_deref().and_then(|date| date.parse().ok());
        let version = firmware.version.as_deref().filter(|_| family != Grammar::None);
        let mut groups: Vec<&str> = version.map_or(Vec::new(), |version| version.split('.').collect());
        groups.retain(|group| group.bytes().next().is_some_and(|byte| byte.is_ascii_digit()) || group.len() > 1);
        let customer = match (family, groups.len()) {
            (Grammar::Dahua, 4) => groups.remove(2).trim_start_matches('0').to_uppercase(),
            _ => String::new(),
        };
        let number = |group: &&str| group.trim_end_matches(['d', 'D']).parse().ok();
        let numbers = groups.iter().map(number).collect::<Option<Vec<u64>>>()?;
        (version.is_some() || built.is_some()).then_some(Release {
            family,
            numbers,
            customer,
            built,
        })
    }

    /// Reads a version as its maker writes it; `None` where the grammar does not fit.
    pub fn read(family: Grammar, text: &str) -> Option<Self> {
        Self::of(family, &read(family, text, ""))
    }

    /// The day that it was built.
    pub fn built(&self) -> Option<Date> {
        self.built
    }

    /// Which is the older. The build date comes first: numbers are a product line's own. `None` where that cannot be
    /// said: another family, another customer's build, or nothing that both have tells them apart.
    pub fn compare(&self, other: &Release) -> Option<Ordering> {
        if self.family != other.family || self.customer != other.customer {
            return None;
        }
        let by_date = self.built.zip(other.built).map(|(mine, its)| mine.cmp(&its));
        if let Some(Ordering::Less | Ordering::Greater) = by_date {
            return by_date;
        }
        let (mine, its) = (trimmed(&self.numbers), trimmed(&other.numbers));
        match mine.cmp(its) {
            _ if self.numbers.is_empty() || other.numbers.is_empty() => by_date,
            // One says the day and the other does not: they may be two builds of one version.
            Ordering::Equal if self.built != other.built => None,
            order => Some(order),
        }
    }

    /// Whether they are of one branch: the first two numbers and the customer are the same.
    pub fn same_branch(&self, other: &Release) -> bool {
        (self.family, &self.customer) == (other.family, &other.customer)
            && self.numbers.len() >= 2
            && self.numbers.get(..2) == other.numbers.get(..2)
    }

    /// Whether it is the same version, whenever it was built.
    pub fn same_version(&self, other: &Release) -> bool {
        (self.family, &self.customer) == (other.family, &other.customer)
            && !self.numbers.is_empty()
            && trimmed(&self.numbers) == trimmed(&other.numbers)
    }

    /// Whether it says that it was built for somebody else: a customer's field with letters in it.
    pub fn is_customers(&self) -> bool {
        self.customer.bytes().any(|byte| byte.is_ascii_alphabetic())
    }
}

/// Without the zeros at the end, so that 5.4 is 5.4.0.
fn trimmed(numbers: &[u64]) -> &[u64] {
    let end = numbers
        .iter()
        .rposition(|number| *number != 0)
        .map_or(0, |last| last + 1);
    &numbers[..end]
}

#[cfg(test)]
mod tests {
    use Grammar::{Dahua, Hikvision};
    use proptest::prelude::*;

    use super::*;

    /// Every spelling that was met.
    const SPELLINGS: &[(Grammar, &str, Option<&str>, Option<&str>)] = &[
        (Hikvision, "V5.5.6build 180326", Some("5.5.6"), Some("2018-03-26")),
        (Hikvision, "V5.1.8 build 140616", Some("5.1.8"), Some("2014-06-16")),
        (Hikvision, "V5.6.2build 190701", Some("5.6.2"), Some("2019-07-01")),
        (Hikvision, "V5.5.801 build 211105", Some("5.5.801"), Some("2021-11-05")),
        (Hikvision, "V5.0, build 191213", Some("5.0"), Some("2019-12-13")),
        (Hikvision, "V5.7.13_230822", Some("5.7.13"), Some("2023-08-22")),
        (Hikvision, "V4.30.096build221220", Some("4.30.096"), Some("2022-12-20")),
        (Hikvision, "V4.0.1build171121", Some("4.0.1"), Some("2017-11-21")),
        (Hikvision, "V5.7.18", Some("5.7.18"), None),
        (Hikvision, "build 240826", None, Some("2024-08-26")),
        (Hikvision, "build180228", None, Some("2018-02-28")),
        (Hikvision, "3.0.51.170214", Some("3.0.51"), Some("2017-02-14")),
        (Hikvision, "3.1.3.131126", Some("3.1.3"), Some("2013-11-26")),
        (Hikvision, "1.1.1.654629", Some("1.1.1.654629"), None),
        (
            Hikvision,
            "1.1.1.654629 build 2023-12-29,13:56:15",
            Some("1.1.1.654629"),
            Some("2023-12-29"),
        ),
        (
            Hikvision,
            "Firmware__V5.8.110_260605_S3000000000.zip",
            Some("5.8.110"),
            Some("2026-06-05"),
        ),
        (
            Hikvision,
            "IPTM_H3_EN_STD_5.5.12_190315.zip",
            Some("5.5.12"),
            Some("2019-03-15"),
        ),
        (Hikvision, "V5.5.6build 181399", Some("5.5.6"), None),
        (Hikvision, "1.0.4 Build 250208 Rel.48070n", None, None),
        (Hikvision, "5.6.1.1127", Some("5.6.1.1127"), None),
        (Hikvision, "V5.5.6 or so", None, None),
        (Hikvision, "é", None, None),
        (
            Dahua,
            "2.800.0000018.0.R, Build Date: 2021-07-07",
            Some("2.800.0000018.0.R"),
            Some("2021-07-07"),
        ),
        (
            Dahua,
            "2.420.0000.21.R, Build Date 2017-05-11",
            Some("2.420.0000.21.R"),
            Some("2017-05-11"),
        ),
        (
            Dahua,
            "4.001.0000005.0,build:2020-11-17",
            Some("4.001.0000005.0"),
            Some("2020-11-17"),
        ),
        (
            Dahua,
            "5.001.0000000.2.R,build:2026-03-31",
            Some("5.001.0000000.2.R"),
            Some("2026-03-31"),
        ),
        // In a recorder's list of cameras.
        (
            Dahua,
            "2.800.0000000.3.R,2021-10-26",
            Some("2.800.0000000.3.R"),
            Some("2021-10-26"),
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
        (
            Dahua,
            "DH_IPC-HX0X0X-Name_EngSpn_N_Stream3_V2.620.0000002.0.R.170830.bin",
            Some("2.620.0000002.0.R"),
            Some("2017-08-30"),
        ),
        (Dahua, "V2.420.14.R.2016-06-18", Some("2.420.14.R"), Some("2016-06-18")),
        (Dahua, "2.400.0.8", Some("2.400.0.8"), None),
        (Dahua, "3.212.0000.1", Some("3.212.0000.1"), None),
        (Dahua, "2.800.106F004.0.R", Some("2.800.106F004.0.R"), None),
        (Dahua, "2.608.GV00.0", Some("2.608.GV00.0"), None),
        (Dahua, "4.000.00IB002.17", Some("4.000.00IB002.17"), None),
        (Dahua, "2.420.AC00.18.R.20200230", Some("2.420.AC00.18.R"), None),
        (Dahua, "2.420", None, None),
        (Grammar::None, "1.2.3", None, None),
    ];

    #[test]
    fn versions_and_dates_are_read_and_the_rest_is_left_raw() {
        for (grammar, raw, version, date) in SPELLINGS {
            let read = read(*grammar, raw, "sadp");
            let found = (read.version.as_deref(), read.build_date.as_deref());
            assert_eq!(found, (*version, *date), "{raw}");
            assert_eq!(read.raw, *raw);
        }
    }

    #[test]
    fn versions_of_a_family_are_ordered_by_their_date_and_then_by_their_numbers() {
        let (less, more, same) = (Some(Ordering::Less), Some(Ordering::Greater), Some(Ordering::Equal));
        let table = [
            (Hikvision, "V5.4.0 build 160401", "V5.4.0 build 160530", less),
            // The date before the number: lines are numbered apart.
            (Hikvision, "V5.3.9 build 170109", "V5.4.0 build 160530", more),
            (Hikvision, "V5.4.5build 260429", "V5.4.5 build 170124", more),
            (Hikvision, "V3.7.9", "V3.7.80", less),
            (Hikvision, "V4.30.085", "V4.30.096 build 221220", less),
            (Hikvision, "V5.02.006", "V5.2.6", same),
            (Hikvision, "V5.4", "V5.4.0", same),
            (Hikvision, "V5.4.0", "V5.4.0 build 160530", None),
            (Hikvision, "V5.5.6 build 180326", "V5.5.7 build 180326", less),
            (Hikvision, "build 180326", "V5.5.7 build 190326", less),
            (Hikvision, "build 180326", "V5.5.7 build 180326", same),
            (Hikvision, "build 180326", "V5.5.7", None),
            (Dahua, "2.400.0.8", "2.400.0000.16.R", less),
            (Dahua, "2.420.AC00.15.R", "2.420.00AC00.18.R.20200217", less),
            // Another customer's numbers and days are another line's.
            (Dahua, "2.800.0000000.13.R", "2.800.0000016.0.R", None),
            (Dahua, "2.800.00IB004.0.R", "2.800.00AC004.0.R", None),
            (
                Dahua,
                "2.420.AC00.18.R.20200217",
                "2.420.0000.18.R,build:2021-01-01",
                None,
            ),
            (Dahua, "2.420.14.R.2016-06-18", "2.420.0000.15.R", less),
        ];
        for (family, one, other, expected) in table {
            let [a, b] = [one, other].map(|text| Release::read(family, text).expect("it fits"));
            assert_eq!(a.compare(&b), expected, "{one} and {other}");
        }
        let hikvision = Release::read(Hikvision, "2.400.0.8").expect("it fits");
        let dahua = Release::read(Dahua, "2.400.0.8").expect("it fits");
        assert_eq!(hikvision.compare(&dahua), None);
        assert!(Release::read(Grammar::None, "2.400.0.8").is_none());
    }

    #[test]
    fn a_customers_build_says_so() {
        for (text, customers) in [
            ("2.420.AC00.15.R", true),
            ("2.800.106F004.0.R", true),
            ("2.800.0000016.0.R", false),
            ("2.400.0.8", false),
        ] {
            let release = Release::read(Dahua, text).expect("it fits");
            assert_eq!(release.is_customers(), customers, "{text}");
        }
    }

    fn releases() -> impl Strategy<Value = Release> {
        (0..SPELLINGS.len()).prop_filter_map("it has a grammar", |place| {
            let (family, raw, ..) = SPELLINGS[place];
            Release::read(family, raw)
        })
    }

    proptest! {
        #[test]
        fn order_is_the_same_from_both_ends(a in releases(), b in releases()) {
            prop_assert_eq!(a.compare(&b), b.compare(&a).map(Ordering::reverse));
            prop_assert_eq!(a.compare(&a), Some(Ordering::Equal));
        }

        #[test]
        fn whatever_comes_is_kept_and_harms_nobody(raw in any::<String>(), hikvision in any::<bool>()) {
            let family = if hikvision { Hikvision } else { Dahua };
            let read = read(family, &raw, "sadp");
            prop_assert_eq!(&read.raw, &raw);
            if let Some(release) = Release::of(family, &read) {
                prop_assert_eq!(release.compare(&release), Some(Ordering::Equal));
            }
        }
    }
}
