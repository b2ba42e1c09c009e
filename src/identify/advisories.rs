//! Published advisories: the files of `oui-data/advisories`, and which models and versions they name.

use jiff::civil::Date;
use regex::{Regex, RegexBuilder};
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
    #[serde(skip)]
    own: Option<Regex>,
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
    /// The models, as globs (see [`glob`]); none where it is about them all.
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
    pub models: Option<Regex>,
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
        bulletin.own = Some(glob(&bulletin.own_models, &bulletin.may_begin)?);
        for advisory in &mut bulletin.advisory {
            for range in &mut advisory.range {
                range.bounds = range.read(bulletin.firmware, &bulletin.may_begin)?;
            }
        }
        Ok(bulletin)
    }

    /// Whether a model is sold under the maker's own label.
    pub(super) fn is_own(&self, model: &str) -> bool {
        self.own.as_ref().is_some_and(|own| own.is_match(model))
    }
}

impl Range {
    fn read(&self, family: Grammar, may_begin: &[String]) -> Result<Bounds, String> {
        let release =
            |text: &String| Release::read(family, text).ok_or_else(|| format!("{text}: no version of this maker"));
        let maybe = |text: &Option<String>| text.as_ref().map(release).transpose();
        Ok(Bounds {
            models: (!self.models.is_empty())
                .then(|| glob(&self.models, may_begin))
                .transpose()?,
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

/// Models as makers list them: `x` is one letter or digit, `+` some letters, `*` anything or nothing, what stands before
/// `?` may be missing, and `$` is the end. A list names series: what follows is a variant unless it begins with a digit.
fn glob(globs: &[String], may_begin: &[String]) -> Result<Regex, String> {
    let one = |text: &String| -> String { text.chars().map(piece).collect() };
    let any = |texts: &[String]| texts.iter().map(one).collect::<Vec<_>>().join("|");
    let text = format!("^(?:{})?(?:{})(?:[^0-9].*)?$", any(may_begin), any(globs));
    RegexBuilder::new(&text)
        .case_insensitive(true)
        .dot_matches_new_line(true)
        .build()
        .map_err(|why| why.to_string())
}

fn piece(c: char) -> String {
    match c {
        'x' => "[0-9A-Za-z]".to_owned(),
        '+' => "[A-Za-z]+".to_owned(),
        '*' => ".*".to_owned(),
        '?' | '$' => c.to_string(),
        other => regex::escape(other.encode_utf8(&mut [0; 4])),
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
            ("IPC-H+3xxx", "DH-IPC-HFW3841EM-AS", true),
            ("IPC-H+3xxx", "IPC-HFW5442E", false),
            ("SD49*", "SD49225XA-HNR", true),
            ("NVR5xxx", "DHI-NVR5464-4KS2", true),
            ("ds-2cd63xx", "DS-2CD6362F-IV", true),
        ];
        let may_begin = ["DH-", "DHI-"].map(String::from);
        for (text, model, fits) in table {
            let glob = glob(&[text.to_owned()], &may_begin).expect("a glob of ours");
            assert_eq!(glob.is_match(model), fits, "{text} and {model}");
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
            ("models = ['?']", "repetition"),
        ] {
            let why = Bulletin::from_toml(&file(range)).expect_err("it is wrong");
            assert!(why.contains(part), "{range}: {why}");
        }
    }
}
