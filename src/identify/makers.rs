//! What is known of the makers: the files of `oui-data/makers`, and how their patterns are matched.

use std::ops::Range;

use serde::{Deserialize, Deserializer};

use super::firmware::Grammar;
use super::lazy::LazyRegex;
use super::{Class, Strength};
use crate::fact::{Fact, Name};

/// One maker's file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Maker {
    /// The id, as the report has it and as the file is called.
    pub id: String,
    /// The name for people.
    pub name: String,
    /// How it writes its versions.
    #[serde(default)]
    pub firmware: Grammar,
    /// The blocks of MAC addresses.
    #[serde(default)]
    pub oui: Vec<Oui>,
    /// What its devices say.
    #[serde(default)]
    pub pattern: Vec<Pattern>,
    /// The labels that it is sold under.
    #[serde(default)]
    pub brand: Vec<Brand>,
    /// Which kind of device a model is.
    #[serde(default)]
    pub class: Vec<ClassRule>,
    /// Texts that must match, and what they yield.
    #[serde(default)]
    pub example: Vec<Example>,
    /// Texts of others that must not.
    #[serde(default)]
    pub lookalike: Vec<Lookalike>,
}

/// The blocks of one organisation.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oui {
    /// Exactly as the registry has it.
    pub organisation: String,
    /// The label that this block speaks for.
    pub brand: Option<String>,
    /// How much it weighs; less where the organisation also sells what the maker did not make. With 0 it names the
    /// label of what other signs show to be the maker's, and never the maker.
    #[serde(default = "oui_weight")]
    pub weight: u8,
    /// The prefixes, each spelt out.
    pub prefixes: Vec<String>,
}

fn oui_weight() -> u8 {
    30
}

/// One tell.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    /// Its name within the maker's file.
    pub id: String,
    /// The fact that it reads.
    pub fact: Name,
    /// What the fact must look like; the groups `model`, `serial`, `firmware` and `brand` yield values.
    pub regex: LazyRegex,
    /// Other facts of the same reply that must fit too.
    #[serde(default)]
    pub all: Vec<Also>,
    /// 1 to 100.
    pub weight: u8,
    /// Only this maker's firmware speaks the protocol.
    #[serde(default)]
    pub own_protocol: bool,
    /// Others that are known to send the same. Such a text counts for nothing where a stranger's MAC is on the wire
    /// and no other source points at the maker.
    pub shared_with: Option<String>,
    /// Who saw it.
    pub source: String,
    /// When that was written down, `YYYY-MM-DD`.
    pub seen: String,
}

/// A further condition of a pattern.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Also {
    /// The fact that it reads.
    pub fact: Name,
    /// What it must look like.
    pub regex: LazyRegex,
}

/// How a label shows on what other signs show to be the maker's. A label never tells the maker.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Brand {
    /// The label.
    pub name: String,
    /// The facts that it reads; one may be written without brackets.
    #[serde(rename = "fact", deserialize_with = "one_or_more")]
    pub facts: Vec<Name>,
    /// What it must look like.
    pub regex: LazyRegex,
    /// The label is also on what other makers made.
    #[serde(default)]
    pub mixed: bool,
    /// Who says that the maker makes it.
    pub source: String,
    /// How good that is.
    pub strength: Strength,
    /// Texts that this rule decides, and none before it.
    #[serde(default)]
    pub examples: Vec<String>,
}

/// What a model or a kind says of the class.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassRule {
    /// The fact that it reads: the model or the device kind.
    pub fact: Name,
    /// What it must look like.
    pub regex: LazyRegex,
    /// What it then is.
    pub class: Class,
    /// Texts that this rule decides, and none before it.
    #[serde(default)]
    pub examples: Vec<String>,
}

/// A text of the maker.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What one reply said.
    pub facts: Vec<Text>,
    /// What the patterns must read in it.
    #[serde(default)]
    pub yields: Yields,
}

/// A text of somebody else.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lookalike {
    /// The fact.
    pub fact: Name,
    /// The text.
    pub text: String,
    /// The heaviest pattern that it may match; none, where absent.
    #[serde(default)]
    pub at_most: u8,
    /// What it really is.
    pub really: String,
}

/// One fact of an example.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// The fact.
    pub fact: Name,
    /// The text.
    pub text: String,
}

/// What a pattern's groups read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Yields<Text = String> {
    /// The model.
    pub model: Option<Text>,
    /// The serial number.
    pub serial: Option<Text>,
    /// The firmware, verbatim.
    pub firmware: Option<Text>,
    /// The label.
    pub brand: Option<Text>,
}

/// A pattern that fits a reply.
#[derive(Debug, Clone)]
pub struct Hit<'a> {
    /// The pattern.
    pub pattern: &'a Pattern,
    /// The fact that it read.
    pub fact: &'a Fact,
    /// Where in it, in bytes.
    pub at: Range<usize>,
    /// What its groups read.
    pub yields: Yields<&'a str>,
}

impl Maker {
    /// Reads a maker's file.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn from_toml(text: &str) -> Result<Self, String> {
        let maker: Maker = toml::from_str(text).map_err(|why| why.to_string())?;
        maker.regexes().try_for_each(LazyRegex::check)?;
        Ok(maker)
    }

    fn regexes(&self) -> impl Iterator<Item = &LazyRegex> {
        let conditions = self.pattern.iter().flat_map(|pattern| &pattern.all);
        let patterns = self.pattern.iter().map(|pattern| &pattern.regex);
        patterns
            .chain(conditions.map(|also| &also.regex))
            .chain(self.brand.iter().map(|brand| &brand.regex))
            .chain(self.class.iter().map(|rule| &rule.regex))
    }
}

impl Pattern {
    /// Whether its conditions hold: they are about other facts of the same reply.
    pub(super) fn holds(&self, fact: &Fact, facts: &[&Fact]) -> bool {
        let holds = |also: &Also| {
            let mut same = facts
                .iter()
                .filter(|other| other.reply == fact.reply && other.name == also.fact);
            same.any(|other| also.regex.is_match(&other.value))
        };
        self.all.iter().all(holds)
    }

    /// Where it fits in a text, and what its groups read there.
    pub(super) fn read<'t>(&self, text: &'t str) -> Option<(Range<usize>, Yields<&'t str>)> {
        // Groups cost several times as much as the match, and most patterns have none.
        if self.regex.captures_len() == 1 {
            return self.regex.find(text).map(|found| (found.range(), Yields::default()));
        }
        let groups = self.regex.captures(text)?;
        let group = |name| groups.name(name).map(|text| text.as_str().trim());
        let yields = Yields {
            model: group("model"),
            serial: group("serial"),
            firmware: group("firmware"),
            brand: group("brand"),
        };
        Some((groups.get_match().range(), yields))
    }
}

const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/makers.rs"));

/// The makers that the program carries. Their expressions are sound, so that none is compiled before it is needed.
pub fn builtin() -> Vec<Maker> {
    FILES
        .iter()
        .map(|(name, text)| toml::from_str(text).unwrap_or_else(|why| panic!("{name}.toml: {why}")))
        .collect()
}

fn one_or_more<'de, D: Deserializer<'de>>(source: D) -> Result<Vec<Name>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Names {
        One(Name),
        More(Vec<Name>),
    }
    Ok(match Names::deserialize(source)? {
        Names::One(name) => vec![name],
        Names::More(names) => names,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_files_are_sound_and_an_unsound_expression_is_said() {
        for (name, text) in FILES {
            Maker::from_toml(text).unwrap_or_else(|why| panic!("{name}.toml: {why}"));
        }
        let [(_, sound), ..] = FILES else {
            panic!("there are makers")
        };
        let unsound = sound.replacen("regex = '''", "regex = '''(", 1);
        let why = Maker::from_toml(&unsound).expect_err("it is opened and never closed");
        assert!(why.contains("unclosed group"), "{why}");
    }
}
