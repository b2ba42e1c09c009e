//! All makers' patterns, by the kind of fact that they read: a text is held against all of them in one pass.

use std::collections::HashMap;

use regex::RegexSet;

use super::makers::{Hit, Maker};
use crate::fact::{Fact, Name};

/// Where a pattern stands: its maker's place and its own.
type Place = (usize, usize);

/// The patterns of all makers.
#[derive(Debug, Clone)]
pub(super) struct Rules(HashMap<Name, Set>);

/// The patterns about one kind of fact, in the order of their places.
#[derive(Debug, Clone, Default)]
struct Set {
    regexes: RegexSet,
    places: Vec<Place>,
}

impl Rules {
    pub(super) fn of(makers: &[Maker]) -> Self {
        let mut sets: HashMap<Name, (Vec<&str>, Vec<Place>)> = HashMap::new();
        for (place, maker) in makers.iter().enumerate() {
            for (at, pattern) in maker.pattern.iter().enumerate() {
                let (regexes, places) = sets.entry(pattern.fact).or_default();
                regexes.push(pattern.regex.as_str());
                places.push((place, at));
            }
        }
        let set = |(name, (regexes, places))| {
            let regexes = RegexSet::new(regexes).expect("each of them is a pattern, and few are long");
            (name, Set { regexes, places })
        };
        Rules(sets.into_iter().map(set).collect())
    }

    /// The patterns that fit facts, by maker, by pattern and by fact.
    pub(super) fn hits<'a>(&self, makers: &'a [Maker], facts: &[&'a Fact]) -> Vec<(&'a Maker, Hit<'a>)> {
        let mut fitting: Vec<(Place, &'a Fact)> = Vec::new();
        for fact in facts {
            if let Some(set) = self.0.get(&fact.name) {
                let matches = set.regexes.matches(&fact.value);
                fitting.extend(matches.iter().map(|index| (set.places[index], *fact)));
            }
        }
        fitting.sort_by_key(|(place, _)| *place);
        let hit = |((maker, pattern), fact): (Place, &'a Fact)| {
            let maker = &makers[maker];
            Some((maker, maker.pattern[pattern].hit(fact, facts)?))
        };
        fitting.into_iter().filter_map(hit).collect()
    }
}
