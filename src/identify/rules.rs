//! All makers' rules, by the kind of fact that they read: a text is held against all of them in one pass.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;
use std::sync::OnceLock;

use regex::RegexSet;

use super::firmware::{self, Grammar};
use super::lazy::LazyRegex;
use super::makers::{Brand, ClassRule, Hit, Maker, Yields};
use super::merge::Host;
use super::names::Names;
use super::{Firmware, Knowledge};
use crate::fact::{Fact, Name, Protocol};

/// One rule: its maker's place, which of its lists it stands in, and its place there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rule {
    maker: usize,
    list: List,
    at: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum List {
    Pattern,
    /// The further conditions of patterns, by the place of the pattern.
    Condition,
    Brand,
    Class,
}

/// The rules of all makers.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    sets: HashMap<Name, Set>,
    /// The kinds of fact that patterns and their conditions are about.
    pub(super) tells: Names,
    /// Those that labels and classes show in.
    brands: Names,
    classes: Names,
}

/// The rules about one kind of fact, in order.
#[derive(Debug, Clone, Default)]
struct Set {
    rules: Vec<Rule>,
    regexes: Vec<String>,
    /// Made once the first such fact comes: most kinds never do, and each costs some milliseconds.
    compiled: OnceLock<RegexSet>,
}

impl Rules {
    pub(super) fn of(makers: &[Maker]) -> Self {
        let mut sets: HashMap<Name, Set> = HashMap::new();
        for (maker, rules) in makers.iter().enumerate() {
            let mut add = |list, at, name, regex: &LazyRegex| {
                let set = sets.entry(name).or_default();
                set.rules.push(Rule { maker, list, at });
                set.regexes.push(regex.as_str().to_owned());
            };
            for (at, pattern) in rules.pattern.iter().enumerate() {
                add(List::Pattern, at, pattern.fact, &pattern.regex);
                for also in &pattern.all {
                    add(List::Condition, at, also.fact, &also.regex);
                }
            }
            for (at, brand) in rules.brand.iter().enumerate() {
                for name in &brand.facts {
                    add(List::Brand, at, *name, &brand.regex);
                }
            }
            for (at, class) in rules.class.iter().enumerate() {
                add(List::Class, at, class.fact, &class.regex);
            }
        }
        let about = |lists: &[List]| {
            let has = |set: &Set| set.rules.iter().any(|rule| lists.contains(&rule.list));
            let names = sets.iter().filter(|(_, set)| has(set)).map(|(name, _)| *name);
            names.collect()
        };
        Rules {
            tells: about(&[List::Pattern, List::Condition]),
            brands: about(&[List::Brand]),
            classes: about(&[List::Class]),
            sets,
        }
    }

    /// Whether any of them fits a text.
    pub(super) fn fit(&self, name: Name, text: &str) -> bool {
        self.sets.get(&name).is_some_and(|set| set.compiled().is_match(text))
    }

    fn fitting(&self, name: Name, text: &str) -> Vec<Rule> {
        let Some(set) = self.sets.get(&name) else {
            return Vec::new();
        };
        let mut fitting: Vec<Rule> = set.compiled().matches(text).iter().map(|at| set.rules[at]).collect();
        fitting.sort_unstable();
        fitting
    }
}

impl Set {
    fn compiled(&self) -> &RegexSet {
        let compile = || RegexSet::new(&self.regexes).expect("each of them is a pattern, and few are long");
        self.compiled.get_or_init(compile)
    }
}

/// What the rules say of each text that has come up: an estate has a hundred of one model, and each text is read once.
#[derive(Debug)]
pub(super) struct Texts<'a> {
    knowledge: &'a Knowledge,
    known: RefCell<HashMap<(Name, &'a str), Fits<'a>>>,
    versions: RefCell<HashMap<(Grammar, &'a str), Firmware>>,
}

/// All rules that fit one text, in order.
type Fits<'a> = Rc<[Fit<'a>]>;

/// A rule that fits a text; where it does, and what its groups read, if it is a pattern.
#[derive(Debug)]
struct Fit<'a> {
    rule: Rule,
    read: Option<(Range<usize>, Yields<&'a str>)>,
}

fn named(fact: &Fact) -> (Name, &str) {
    (fact.name, &fact.value)
}

impl<'a> Texts<'a> {
    pub(super) fn new(knowledge: &'a Knowledge) -> Self {
        Texts {
            knowledge,
            known: RefCell::default(),
            versions: RefCell::default(),
        }
    }

    fn fits(&self, name: Name, text: &'a str) -> Fits<'a> {
        let read = |rule: Rule| Fit {
            rule,
            read: match rule.list {
                List::Pattern => self.knowledge.makers[rule.maker].pattern[rule.at].read(text),
                _ => None,
            },
        };
        let look = || self.knowledge.rules.fitting(name, text).into_iter().map(read).collect();
        Rc::clone(self.known.borrow_mut().entry((name, text)).or_insert_with(look))
    }

    /// The patterns that fit facts, by maker, by pattern and by fact.
    pub(super) fn hits(&self, facts: &[&'a Fact]) -> Vec<(&'a Maker, Hit<'a>)> {
        let mut hits: Vec<(Rule, Hit<'a>)> = Vec::new();
        for fact in facts {
            for fit in self.fits(fact.name, &fact.value).iter() {
                let pattern = |rule: Rule| &self.knowledge.makers[rule.maker].pattern[rule.at];
                if let Some((at, yields)) = &fit.read
                    && pattern(fit.rule).holds(fact, facts)
                {
                    let hit = Hit {
                        pattern: pattern(fit.rule),
                        fact,
                        at: at.clone(),
                        yields: *yields,
                    };
                    hits.push((fit.rule, hit));
                }
            }
        }
        hits.sort_by_key(|(rule, _)| *rule);
        let maker = |rule: Rule| &self.knowledge.makers[rule.maker];
        hits.into_iter().map(|(rule, hit)| (maker(rule), hit)).collect()
    }

    /// The first of a maker's labels that shows in a host's facts.
    pub(super) fn brand(&self, maker: &'a Maker, host: &Host<'a>) -> Option<&'a Brand> {
        let texts = host.of(self.knowledge.rules.brands).map(named);
        self.first(List::Brand, maker, texts).map(|at| &maker.brand[at])
    }

    /// The first of a maker's rules about classes that fits one of these models, or of the other facts.
    pub(super) fn class(
        &self,
        maker: &'a Maker,
        host: &Host<'a>,
        models: impl Iterator<Item = &'a str>,
    ) -> Option<&'a ClassRule> {
        let others = host
            .of(self.knowledge.rules.classes)
            .filter(|fact| fact.name != Name::Model);
        let texts = models.map(|model| (Name::Model, model)).chain(others.map(named));
        self.first(List::Class, maker, texts).map(|at| &maker.class[at])
    }

    /// A version as its maker writes it.
    pub(super) fn firmware(&self, grammar: Grammar, raw: &'a str, via: &Protocol) -> Firmware {
        let mut versions = self.versions.borrow_mut();
        let read = versions
            .entry((grammar, raw))
            .or_insert_with(|| firmware::read(grammar, raw, ""));
        Firmware {
            via: via.as_ref().to_owned(),
            ..read.clone()
        }
    }

    fn first(&self, list: List, maker: &Maker, texts: impl Iterator<Item = (Name, &'a str)>) -> Option<usize> {
        let is_of = |rule: &Rule| rule.list == list && std::ptr::eq(&self.knowledge.makers[rule.maker], maker);
        let places = texts.filter_map(|(name, text)| {
            let fits = self.fits(name, text);
            let mut rules = fits.iter().map(|fit| fit.rule);
            rules.find(is_of).map(|rule| rule.at)
        });
        places.min()
    }
}
