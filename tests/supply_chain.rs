//! What is built in, held against `deny.toml` by what cargo itself says of it: licences, sources, and crates that are not
//! wanted. `cargo deny` looks at more (advisories, crates that were withdrawn), where it is installed.

#![expect(clippy::print_stderr, reason = "a skipped test says so loudly")]

use std::process::Command;

use serde_json::Value as Json;

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

fn packages() -> Option<Vec<Json>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--all-features", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo has built this test");
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        eprintln!("SKIPPED: cargo metadata needs crates of other systems, too, which cannot be fetched here: {why}");
        return None;
    }
    let mut metadata: Json = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    serde_json::from_value(metadata["packages"].take()).expect("a list of packages")
}

/// A list of words of `deny.toml`; of tables what `key` says.
fn denied(section: &str, list: &str) -> Vec<String> {
    let text = include_str!("../deny.toml");
    let rules: toml::Table = text.parse().expect("deny.toml is TOML");
    let words = rules[section][list].as_array().expect("a list").iter();
    let word = |value: &toml::Value| value.get("crate").unwrap_or(value).as_str().map(str::to_owned);
    words.map(|value| word(value).expect("a word")).collect()
}

fn text<'a>(package: &'a Json, field: &str) -> &'a str {
    package[field].as_str().unwrap_or_default()
}

#[test]
fn every_crate_has_a_licence_that_is_allowed_and_comes_from_the_registry() {
    let Some(packages) = packages() else { return };
    assert!(packages.len() > 100, "{} packages", packages.len());
    let (allowed, unwanted) = (denied("licenses", "allow"), denied("bans", "deny"));
    let mut wrong = Vec::new();
    for package in packages
        .iter()
        .filter(|package| package["name"] != env!("CARGO_PKG_NAME"))
    {
        let (name, licence, source) = (text(package, "name"), text(package, "license"), text(package, "source"));
        if !Expression::of(licence).holds(&allowed) {
            wrong.push(format!("{name} is under {licence:?}"));
        }
        if source != REGISTRY {
            wrong.push(format!("{name} comes from {source:?}"));
        }
        if unwanted.iter().any(|other| other == name) {
            wrong.push(format!("{name} is not wanted"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A licence as crates write it (SPDX 2.3, annex D; `/` is an older spelling of `OR`), read from its beginning.
struct Expression(Vec<String>);

impl Expression {
    fn of(text: &str) -> Self {
        let spaced = text
            .replace('/', " OR ")
            .replace('(', " ( ")
            .replace(')', " ) ")
            .replace(" WITH ", "_WITH_");
        Expression(
            spaced
                .split_whitespace()
                .rev()
                .map(|word| word.replace("_WITH_", " WITH "))
                .collect(),
        )
    }

    fn holds(mut self, allowed: &[String]) -> bool {
        self.any(allowed) && self.0.is_empty()
    }

    fn any(&mut self, allowed: &[String]) -> bool {
        let mut met = self.all(allowed);
        while self.0.pop_if(|word| word == "OR").is_some() {
            met |= self.all(allowed);
        }
        met
    }

    fn all(&mut self, allowed: &[String]) -> bool {
        let mut met = self.one(allowed);
        while self.0.pop_if(|word| word == "AND").is_some() {
            met &= self.one(allowed);
        }
        met
    }

    fn one(&mut self, allowed: &[String]) -> bool {
        match self.0.pop().as_deref() {
            Some("(") => {
                let met = self.any(allowed);
                self.0.pop_if(|word| word == ")").is_some() && met
            }
            Some(word) => allowed.iter().any(|licence| licence == word),
            None => false,
        }
    }
}

#[test]
fn a_licence_is_allowed_only_where_all_that_it_asks_is() {
    let allowed = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned);
    let table = [
        ("MIT", true),
        ("GPL-3.0", false),
        ("", false),
        ("MIT/GPL-3.0", true),
        ("GPL-3.0 OR MIT", true),
        ("MIT AND GPL-3.0", false),
        ("(MIT OR GPL-3.0) AND ISC", true),
        ("(MIT OR ISC) AND GPL-3.0", false),
        ("GPL-3.0 OR MIT AND ISC", true),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("Apache-2.0", false),
        ("MIT ISC", false),
    ];
    for (licence, met) in table {
        assert_eq!(Expression::of(licence).holds(&allowed), met, "{licence:?}");
    }
}
