//! The policy lens: the files of policies, what is said of which device, and the words that never occur.

use std::fs;
use std::path::{Path, PathBuf};

use camsweep::identify::policies::{Policy, builtin};
use camsweep::identify::{BrandClaim, Class, Confidence, Device, Falls, Strength};
use clap::CommandFactory;
use regex::Regex;

fn policy(id: &str) -> Policy {
    builtin()
        .into_iter()
        .find(|policy| policy.id == id)
        .expect("a policy of the program's")
}

fn unit(maker: &str, confidence: Confidence, class: Option<Class>) -> Device {
    Device {
        maker: Some(maker.into()),
        confidence: Some(confidence),
        class,
        ..Device::default()
    }
}

#[test]
fn every_file_is_named_after_its_policy_and_says_where_it_is_from() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("oui-data/policies");
    let mut files: Vec<String> = fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
        .collect();
    files.sort();
    let policies = builtin();
    let named: Vec<String> = policies.iter().map(|policy| format!("{}.toml", policy.id)).collect();
    assert_eq!(files, named);
    for policy in policies {
        assert!(policy.source.starts_with("https://"), "{}", policy.id);
        assert!(!policy.limits.is_empty() && !policy.classes.is_empty(), "{}", policy.id);
        assert_eq!(policy.sensitive_sites_only, policy.id == "uk-statement-2022");
    }
}

#[test]
fn a_unit_falls_within_a_class_only_where_maker_and_kind_are_certain() {
    use Confidence::{Confirmed, Possible, Probable};
    let label = |strength| Device {
        brand: Some("Label".into()),
        brand_claim: Some(BrandClaim {
            name: "Label".into(),
            source: "a source".into(),
            strength,
        }),
        ..unit("hikvision", Confirmed, Some(Class::Camera))
    };
    let table = [
        (
            unit("hikvision", Confirmed, Some(Class::Camera)),
            Some(Falls::Within),
            "it names",
        ),
        (
            unit("dahua", Confirmed, Some(Class::Recorder)),
            Some(Falls::Within),
            "it names",
        ),
        (
            unit("dahua", Probable, Some(Class::Recorder)),
            Some(Falls::Perhaps),
            "its maker is probable",
        ),
        (
            unit("dahua", Possible, Some(Class::Recorder)),
            Some(Falls::Perhaps),
            "its maker is possible",
        ),
        (
            unit("dahua", Confirmed, None),
            Some(Falls::Perhaps),
            "what kind of device it is is not known",
        ),
        (
            unit("dahua", Confirmed, Some(Class::DoorStation)),
            Some(Falls::Perhaps),
            "door-station is meant is left open",
        ),
        (label(Strength::Field), Some(Falls::Within), "it names"),
        (label(Strength::Press), Some(Falls::Perhaps), "makes the label is press"),
        (unit("axis", Confirmed, Some(Class::Camera)), None, ""),
        (Device::default(), None, ""),
    ];
    for (device, falls, because) in table {
        let found = policy("us-ndaa-889").finding(&device, false);
        assert_eq!(found.as_ref().map(|found| found.falls), falls, "{device:?}");
        let said = found.map(|found| found.because).unwrap_or_default();
        assert!(said.starts_with(because) || said.contains(because), "{because}: {said}");
    }
}

#[test]
fn the_statement_of_2022_is_about_sites_that_the_user_marked_and_about_no_other() {
    let device = unit("hikvision", Confidence::Confirmed, Some(Class::Camera));
    let found = |sensitive| policy("uk-statement-2022").finding(&device, sensitive);
    assert!(found(false).is_none());
    let found = found(true).expect("it is about this one");
    assert_eq!(found.falls, Falls::Within);
    assert!(found.because.contains("it names no company"), "{}", found.because);
}

/// The texts that anybody reads: sources, data, documents, help.
fn texts() -> Vec<(String, String)> {
    fn walk(path: PathBuf, texts: &mut Vec<(String, String)>) {
        if path.is_dir() {
            let entries = fs::read_dir(&path).expect("readable");
            return entries.for_each(|entry| walk(entry.expect("readable").path(), texts));
        }
        texts.push((path.display().to_string(), fs::read_to_string(&path).expect("a text")));
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = Vec::new();
    // Not the registry of the IEEE, which has the names of companies.
    let of = [
        "src",
        "docs",
        "oui-data/policies",
        "oui-data/makers",
        "oui-data/advisories",
        "README.md",
        "CHANGELOG.md",
    ];
    of.iter().for_each(|name| walk(root.join(name), &mut texts));
    for mut command in camsweep::cli::args::Cli::command().get_subcommands().cloned() {
        texts.push((command.get_name().to_owned(), command.render_long_help().to_string()));
    }
    texts
}

#[test]
fn nothing_is_called_banned_and_nobody_compliant() {
    let never = Regex::new(r"(?i)\bban(s|ned|ning)?\b|complian|\bcompl(y|ies|ied|ying)\b|\b(il)?legal\b|prohibited")
        .expect("a pattern");
    assert!(never.is_match("is Banned here") && never.is_match("NDAA-compliant") && !never.is_match("urban bandwidth"));
    let wrong: Vec<String> = texts()
        .iter()
        .flat_map(|(name, text)| {
            never
                .find_iter(text)
                .map(move |found| format!("{name}: {}", found.as_str()))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
