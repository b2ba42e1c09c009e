//! Published advisories: the files of `oui-data/advisories`, and which models and versions they name.

use jiff::civil::Date;
use serde::Deserialize;

use super::firmware::{Grammar, Release};
use super::{Class, Exposure};

/// What is published about one maker's devices.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bulletin {
    /// The maker's id.
    pub maker: String,
    /// How the versions in this file are written.
    #[serde(default)]
    pub firmware: Grammar,
    /// When the file was last compared with its sources.
    pub date: Date,
    /// The day of CISA's catalogue of exploited vulnerabilities that it knows. Later additions carry their own date.
    pub exploited_data: Date,
    /// What a model may begin with that stands in no list: `DH-`.
    #[serde(default)]
    pub may_begin: Vec<String>,
    /// Models under the maker's own label, as globs. Any other is a label's, whose versions are numbered apart.
    pub own_models: Vec<String>,
    /// The advisories.
    pub advisory: Vec<Advisory>,
}

/// One advisory.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Advisory {
    /// Its number: `CVE-2021-36260`.
    pub id: String,
    /// What can be done to an affected device, in our own words.
    pub title: String,
    /// Where it is published.
    pub source: String,
    /// Since when CISA lists it as exploited.
    pub exploited_since: Option<Date>,
    /// The label that it is about, where it is not about all of the maker's.
    pub brand: Option<String>,
    /// The kinds of device that it is about: a device of another kind that it does not name is none of its concern.
    #[serde(default)]
    pub classes: Vec<Class>,
    /// Where what was seen contradicts the ranges.
    pub doubt: Option<Doubt>,
    /// What it names.
    pub range: Vec<Range>,
    /// Devices, and what it means for them.
    #[serde(default)]
    pub example: Vec<Example>,
}

/// Builds after the end of a range that are not to be called outside it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Doubt {
    /// The first day that is free of doubt.
    pub until: Date,
    /// Why.
    pub because: String,
}

/// Models, and the versions of them that are affected. Every bound that is given must hold; without any, each version
/// is affected.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The models, as globs (see `docs/adding-an-advisory.md`); none where it is about them all.
    #[serde(default)]
    pub models: Vec<String>,
    /// The first version, itself affected.
    pub from: Option<String>,
    /// The last version, itself affected.
    pub to: Option<String>,
    /// The first version that is not affected.
    pub below: Option<String>,
    /// The first build day that is not affected.
    pub before: Option<Date>,
    /// These versions and no others.
    #[serde(default)]
    pub only: Vec<String>,
    /// The fixed version of each branch.
    #[serde(default)]
    pub fixed: Vec<String>,
    /// Why not every device in the range is affected: `certain models of the series`.
    pub vague: Option<String>,
    #[serde(skip)]
    bounds: Bounds,
}

/// The versions of a range, read.
#[derive(Debug, Clone, Default)]
pub(super) struct Bounds {
    pub from: Option<Release>,
    pub to: Option<Release>,
    pub below: Option<Release>,
    pub only: Vec<Release>,
    pub fixed: Vec<Release>,
}

/// A device, and what the advisory means for it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// Its model.
    pub model: Option<String>,
    /// Its firmware, as it says it.
    pub firmware: Option<String>,
    /// Its label.
    pub brand: Option<String>,
    /// What it means.
    pub verdict: Exposure,
}

/// The longest text that is taken for a model, in bytes: what a glob costs grows with its length.
const LONGEST: usize = 64;

const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/advisories.rs"));

/// The advisories that the program carries.
pub fn builtin() -> Vec<Bulletin> {
    FILES
        .iter()
        .map(|(name, text)| Bulletin::from_toml(text).unwrap_or_else(|why| panic!("{name}.toml: {why}")))
        .collect()
}

impl Bulletin {
    /// Reads a file of advisories.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn from_toml(text: &str) -> Result<Self, String> {
        let mut bulletin: Bulletin = toml::from_str(text).map_err(|why| why.to_string())?;
        for range in bulletin.advisory.iter_mut().flat_map(|advisory| &mut advisory.range) {
            range.bounds = range.read(bulletin.firmware)?;
        }
        Ok(bulletin)
    }

    /// Whether globs take a model, with or without what it may begin with.
    pub(super) fn takes(&self, globs: &[String], model: &str) -> bool {
        let bare = self
            .may_begin
            .iter()
            .filter_map(|begin| model.strip_prefix(begin.as_str()));
        let mut forms = bare.chain([model]);
        model.len() <= LONGEST && forms.any(|form| globs.iter().any(|glob| fits(glob.as_bytes(), form.as_bytes())))
    }
}

impl Range {
    fn read(&self, family: Grammar) -> Result<Bounds, String> {
        let release =
            |text: &String| Release::read(family, text).ok_or_else(|| format!("{text}: no version of this maker"));
        let maybe = |text: &Option<String>| text.as_ref().map(release).transpose();
        Ok(Bounds {
            from: maybe(&self.from)?,
            to: maybe(&self.to)?,
            below: maybe(&self.below)?,
            only: self.only.iter().map(release).collect::<Result<_, _>>()?,
            fixed: self.fixed.iter().map(release).collect::<Result<_, _>>()?,
        })
    }

    pub(super) fn bounds(&self) -> &Bounds {
        &self.bounds
    }

    /// Whether it names some versions only.
    pub(super) fn is_bounded(&self) -> bool {
        let bounds = [&self.from, &self.to, &self.below].iter().any(|bound| bound.is_some());
        bounds || self.before.is_some() || !self.only.is_empty() || !self.fixed.is_empty()
    }

    /// What is affected, in words.
    pub fn words(&self) -> String {
        let from = self.from.as_deref();
        match (from, &self.to, &self.below, &self.before) {
            _ if !self.only.is_empty() => self.only.join(" and "),
            _ if !self.fixed.is_empty() => format!("what is older than {}", self.fixed.join(", ")),
            (Some(from), Some(to), ..) => format!("{from} to {to}"),
            (Some(from), _, Some(below), _) => format!("{from} to before {below}"),
            (Some(from), _, _, Some(day)) => format!("builds before {day} from {from} on"),
            (Some(from), ..) => format!("{from} and later"),
            (_, Some(to), ..) => format!("{to} and before"),
            (_, _, Some(below), _) => format!("versions below {below}"),
            (.., Some(day)) => format!("builds before {day}"),
            _ => "every version".to_owned(),
        }
    }
}

/// Whether a glob takes a model, as makers list them: `x` is one letter or digit, `+` some letters, `*` anything or
/// nothing, what stands before `?` may be missing, and `$` is the end. A list names series: what follows is a variant
/// unless it begins with a digit.
fn fits(glob: &[u8], text: &[u8]) -> bool {
    let is = |wanted: u8| match (wanted, text.first()) {
        (b'x', Some(byte)) => byte.is_ascii_alphanumeric(),
        (wanted, Some(byte)) => byte.eq_ignore_ascii_case(&wanted),
        (_, None) => false,
    };
    match glob {
        [] => !text.first().is_some_and(u8::is_ascii_digit),
        [b'$', ..] => text.is_empty(),
        [wanted, b'?', rest @ ..] => fits(rest, text) || is(*wanted) && fits(rest, &text[1..]),
        [b'*', rest @ ..] => (0..=text.len()).any(|skip| fits(rest, &text[skip..])),
        [b'+', rest @ ..] => {
            let letters = text.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
            (1..=letters).any(|skip| fits(rest, &text[skip..]))
        }
        [wanted, rest @ ..] => is(*wanted) && fits(rest, &text[1..]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_are_anchored_and_name_series() {
        let table = [
            ("DS-2CD2xx2F-I", "DS-2CD2032F-I", true),
            ("DS-2CD2xx2F-I", "DS-2CD2132F-IWS", true),
            ("DS-2CD2xx2F-I", "DS-2CD2032-I", false),
            ("DS-2CD2xx2F-I", "XDS-2CD2032F-I", false),
            ("DS-2CD2xx6G2", "DS-2CD2146G2-ISU/SL", true),
            ("DS-2CD2xx6G2", "DS-2CD2146G20", false),
            ("i?DS-2DExxxx", "iDS-2DE4225IW", true),
            ("i?DS-2DExxxx", "DS-2DE4225IW-DE", true),
            ("DS-2CD2xx6G2", "iDS-2CD2146G2", false),
            ("DS-2DFx*", "DS-2DF7286-A", true),
            ("DS-2CD1x43*(B)", "DS-2CD1043G0-I(B)", true),
            ("DS-2CD1x43*(B)", "DS-2CD1043G0-I", false),
            ("IPC-xxxx", "IPC-T221H", true),
            ("IPC-xxxx", "IPC-HDW1431T1-S4", false),
            ("IPC-xxxxH$", "IPC-B140HA", false),
            ("IPC-xxxxH$", "IPC-B140H", true),
            ("IPC-H+3xxx", "IPC-HDBW3441E", true),
            ("IPC-H+3xxx", "DH-IPC-HFW3841EM-AS", false),
            ("IPC-H+3xxx", "IPC-HFW5442E", false),
            ("SD49*", "SD49225XA-HNR", true),
            ("NVR5xxx", "NVR5464-4KS2", true),
            ("ds-2cd63xx", "DS-2CD6362F-IV", true),
        ];
        for (glob, model, taken) in table {
            assert_eq!(fits(glob.as_bytes(), model.as_bytes()), taken, "{glob} and {model}");
        }
    }

    #[test]
    fn a_model_may_begin_with_what_the_lists_leave_out_and_no_longer_text_is_one() {
        let mut bulletin = builtin().remove(0);
        bulletin.may_begin = vec!["DHI-".into()];
        let globs = ["NVR5xxx*".to_owned()];
        assert!(bulletin.takes(&globs, "DHI-NVR5464-4KS2"));
        assert!(bulletin.takes(&globs, "NVR5464-4KS2"));
        assert!(!bulletin.takes(&globs, "DH-NVR5464-4KS2"));
        assert!(!bulletin.takes(&globs, &format!("NVR5464-{}", "4".repeat(60))));
    }

    #[test]
    fn a_range_says_in_words_what_it_bounds() {
        let table = [
            ("from = '1'\nto = '2'", "1 to 2"),
            ("from = '1'\nbelow = '2'", "1 to before 2"),
            (
                "from = '1'\nbefore = '2021-01-02'",
                "builds before 2021-01-02 from 1 on",
            ),
            ("from = '1'", "1 and later"),
            ("to = '2'", "2 and before"),
            ("below = '2'", "versions below 2"),
            ("before = '2021-01-02'", "builds before 2021-01-02"),
            ("only = ['1', '2']", "1 and 2"),
            ("fixed = ['1', '2']", "what is older than 1, 2"),
            ("", "every version"),
        ];
        for (text, expected) in table {
            let range: Range = toml::from_str(text).unwrap();
            assert_eq!(
                (range.words().as_str(), range.is_bounded()),
                (expected, !text.is_empty()),
                "{text}"
            );
        }
    }

    #[test]
    fn a_file_that_is_wrong_says_why() {
        let file = |range: &str| {
            format!(
                "maker = 'm'\nfirmware = 'hikvision'\ndate = '2026-01-01'\nexploited_data = '2026-01-01'\n\
                 own_models = ['A*']\n[[advisory]]\nid = 'C'\ntitle = 't'\nsource = 's'\n[[advisory.range]]\n{range}\n"
            )
        };
        assert!(Bulletin::from_toml(&file("to = 'V5.4.0 build 160530'")).is_ok());
        for (range, part) in [
            ("to = 'five'", "five: no version"),
            ("until = 'V5.4.0'", "until"),
            ("before = '2021-13-01'", "2021-13-01"),
        ] {
            let why = Bulletin::from_toml(&file(range)).expect_err("it is wrong");
            assert!(why.contains(part), "{range}: {why}");
        }
    }
}
