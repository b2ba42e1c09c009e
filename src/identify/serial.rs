//! What a Hikvision serial number says of its unit: the day it was produced.

use std::sync::OnceLock;

use jiff::civil::Date;
use regex::Regex;

/// Model, on recorders two digits of channels, the day, letters, a running number: the day is the eight digits before
/// the letters, so that neither the channels nor a model's own digits can be taken for it.
const SERIAL: &str = r"20\d{6}[A-Z]{2,6}\d{8,9}[A-Z]{0,4}$";
const DAY: usize = "20180101".len();

/// The day that a unit was produced, where its serial number tells. `known_by` is a day on which it existed: a later
/// one is none.
pub fn production_date(serial: &str, model: Option<&str>, known_by: Option<Date>) -> Option<Date> {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    let pattern = PATTERN.get_or_init(|| Regex::new(SERIAL).expect("a pattern of ours"));
    let bare = model.and_then(|model| serial.strip_prefix(model)).unwrap_or(serial);
    let day: Date = pattern.find(bare.trim())?.as_str().get(..DAY)?.parse().ok()?;
    known_by.is_none_or(|known| day <= known).then_some(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_stands_before_the_letters() {
        let table = [
            (
                "DS-2CD2320D-I20180101CCCH111111111",
                Some("DS-2CD2320D-I"),
                Some("2018-01-01"),
            ),
            ("DS-2CD2320D-I20180101CCCH111111111", None, Some("2018-01-01")),
            (
                "DS-2CD2320D-I20180101CCCH111111111",
                Some("another"),
                Some("2018-01-01"),
            ),
            (
                "DS-7608NI-I2/8P0820210719CCRR111111111WCVU",
                Some("DS-7608NI-I2/8P"),
                Some("2021-07-19"),
            ),
            ("DS-7608NI-I2/8P0820210719CCRR111111111WCVU", None, Some("2021-07-19")),
            ("DS-7816H-SNH1620140705AAWR111111111", None, Some("2014-07-05")),
            ("DS-7816H-SNH20202020705AAWR111111111", None, None),
            (
                "DS-TCG406-E 20250322AIFX11111111",
                Some("DS-TCG406-E"),
                Some("2025-03-22"),
            ),
            ("CS-C6TC-32WFR0120200131AAWR111111111", None, Some("2020-01-31")),
            ("20210719CCWR111111111", None, Some("2021-07-19")),
            // A day that does not exist, one to come, and serial numbers of other shapes.
            ("DS-2CD2320D-I20180230CCCH111111111", None, None),
            ("DS-2CD2320D-I20991231CCCH111111111", None, None),
            ("DS-2CD2320D-I20180101", Some("DS-2CD2320D-I"), None),
            ("4C0AAAAPAG00001", None, None),
            ("E12345678", None, None),
            ("", Some(""), None),
        ];
        let today = Some("2026-11-24".parse().expect("a day"));
        for (serial, model, day) in table {
            let found = production_date(serial, model, today).map(|day| day.to_string());
            assert_eq!(found.as_deref(), day, "{serial}");
        }
        assert!(production_date("DS-2CD2320D-I20991231CCCH111111111", None, None).is_some());
    }
}
