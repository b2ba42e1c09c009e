//! The fuzz targets of `tests/fuzz`, on stable: every seed and kept find, and seeds that were mutated. The fuzzer itself
//! (`tests/fuzz/Cargo.toml` says how) looks longer and knows where it has been.
//!
//! `CAMSWEEP_FUZZ_SECONDS=120` gives each target so long in place of a few hundred cases; `CAMSWEEP_FUZZ_TARGET=dhip` names one.

#![expect(clippy::unwrap_used, reason = "a test may fail by it")]
#![expect(clippy::print_stdout, reason = "a long run says what it did")]

#[path = "fuzz/checks.rs"]
mod checks;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use checks::{CHECKS, Check};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// How many mutated seeds each target gets in an ordinary run.
const CASES: u32 = 200;
/// The most bytes of a case: as many as are kept of a page.
const MOST: usize = 320 * 1024;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz")
}

fn names(folder: &Path) -> BTreeSet<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    names
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect()
}

fn seeds(check: &Check) -> Vec<Vec<u8>> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder().join("seeds").join(check.name))
        .unwrap_or_else(|_| panic!("{} has no seeds", check.name))
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// One change of a case.
#[derive(Debug, Clone)]
enum Edit {
    Write(Index, Vec<u8>),
    Insert(Index, Vec<u8>),
    Cut(Index, Index),
    /// A piece of it, so many times.
    Repeat(Index, Index, usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    let bytes = || {
        prop_oneof![
            prop::collection::vec(any::<u8>(), 1..9),
            prop::sample::select(PIECES).prop_map(<[u8]>::to_vec)
        ]
    };
    prop_oneof![
        3 => (any::<Index>(), bytes()).prop_map(|(at, bytes)| Edit::Write(at, bytes)),
        3 => (any::<Index>(), bytes()).prop_map(|(at, bytes)| Edit::Insert(at, bytes)),
        2 => any::<(Index, Index)>().prop_map(|(from, to)| Edit::Cut(from, to)),
        1 => (any::<(Index, Index)>(), 2..400_usize).prop_map(|((from, to), times)| Edit::Repeat(from, to, times)),
    ]
}

/// What parsers stumble over.
const PIECES: &[&[u8]] = &[
    b"\0",
    b"\xff\xff\xff\xff",
    b"\r",
    b"\r\n\r\n",
    b"<a>",
    b"</",
    b"<![CDATA[",
    b"<!--",
    b"&#x10ffff;",
    b"&amp;",
    b"\"",
    b"\\u0000",
    b"{\"a\":",
    b"[[[[",
    b"1e999",
    b"-1",
    b"\x1b[2J",
    "\u{202e}".as_bytes(),
    b"\xc9\xe3",
    b"=1+1",
    b"%00",
    b"\xc0\x0c",
    b"\xef\xbb\xbf",
];

fn apply(mut bytes: Vec<u8>, edits: &[Edit]) -> Vec<u8> {
    for edit in edits {
        let length = bytes.len();
        let span = |from: &Index, to: &Index| {
            let (from, to) = (from.index(length + 1), to.index(length + 1));
            from.min(to)..from.max(to)
        };
        match edit {
            Edit::Write(at, new) => {
                let at = at.index(length + 1);
                bytes.splice(at..(at + new.len()).min(length), new.iter().copied());
            }
            Edit::Insert(at, new) => drop(bytes.splice(
                {
                    let at = at.index(length + 1);
                    at..at
                },
                new.iter().copied(),
            )),
            Edit::Cut(from, to) => drop(bytes.drain(span(from, to))),
            Edit::Repeat(from, to, times) => {
                let span = span(from, to);
                let times = (*times).min(MOST / span.len().max(1));
                let piece = bytes[span.clone()].repeat(times);
                bytes.splice(span, piece);
            }
        }
        bytes.truncate(MOST);
    }
    bytes
}

/// A case that does not hold is kept, so that it is tried first from then on.
fn try_case(check: &Check, bytes: &[u8]) {
    if let Err(fault) = std::panic::catch_unwind(|| check.hold(bytes)) {
        let find = folder().join("seeds").join(check.name).join("find-last");
        let _ = fs::write(&find, bytes);
        println!("{}: the case is kept as {}", check.name, find.display());
        std::panic::resume_unwind(fault);
    }
}

fn mutate(check: &Check, seeds: Vec<Vec<u8>>) -> u64 {
    let seconds = std::env::var("CAMSWEEP_FUZZ_SECONDS")
        .ok()
        .and_then(|text| text.parse().ok());
    let until = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let mut runner = match until {
        Some(_) => TestRunner::default(),
        // The same cases each time, so that a failure is a change's.
        None => TestRunner::deterministic(),
    };
    let case = (prop::sample::select(seeds), prop::collection::vec(edit(), 0..8))
        .prop_map(|(seed, edits)| apply(seed, &edits));
    let mut cases = 0;
    while until.map_or(cases < u64::from(CASES), |until| Instant::now() < until) {
        try_case(check, &case.new_tree(&mut runner).unwrap().current());
        cases += 1;
    }
    cases
}

#[test]
fn what_each_target_states_holds_for_its_seeds_and_for_what_becomes_of_them() {
    let only = std::env::var("CAMSWEEP_FUZZ_TARGET").ok();
    for check in CHECKS
        .iter()
        .filter(|check| only.as_deref().is_none_or(|only| only == check.name))
    {
        let seeds = seeds(check);
        seeds.iter().for_each(|seed| try_case(check, seed));
        let cases = mutate(check, seeds);
        println!("{}: {cases} cases", check.name);
    }
}

#[test]
fn every_codec_and_every_reader_of_files_has_a_target_and_every_target_its_seeds() {
    let about: BTreeSet<&str> = CHECKS.iter().map(|check| check.about).collect();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for codec in names(&sources.join("wire")).iter().filter(|name| *name != "mod") {
        let file = if codec == "onvif" {
            "wire/onvif/response.rs".into()
        } else {
            format!("wire/{codec}.rs")
        };
        assert!(
            about.contains(file.as_str()),
            "{file} has no fuzz target: add one to tests/fuzz/checks.rs"
        );
    }
    // Who reads what people or files bring says so by its name.
    for reader in [
        "record.rs",
        "judge.rs",
        "cli/credentials.rs",
        "scan/targets.rs",
        "report/model.rs",
        "report/register/former.rs",
        "identify/oui.rs",
        "identify/makers.rs",
        "cli/resume/contents.rs",
        "store/transfer.rs",
        "cli/others/mark.rs",
        "cli/config/settings.rs",
    ] {
        assert!(sources.join(reader).exists(), "{reader} is gone");
        assert!(about.contains(reader), "{reader} has no fuzz target");
    }
    for about in about {
        assert!(sources.join(about).exists(), "{about} is gone");
    }
    let targets: BTreeSet<String> = CHECKS.iter().map(|check| check.name.to_owned()).collect();
    assert_eq!(
        names(&folder().join("targets")),
        targets,
        "targets/ and the list differ"
    );
    assert_eq!(names(&folder().join("seeds")), targets, "seeds/ and the list differ");
    let manifest = fs::read_to_string(folder().join("Cargo.toml")).unwrap();
    let built: BTreeSet<String> = manifest
        .lines()
        .filter_map(|line| line.strip_prefix("path = \"targets/")?.strip_suffix(".rs\""))
        .map(str::to_owned)
        .collect();
    assert_eq!(built, targets, "Cargo.toml and the list differ");
}
