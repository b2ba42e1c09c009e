//! What is shipped beside the program is current, and is taken by those that it is for.

#![expect(clippy::unwrap_used, reason = "a test may fail by it")]
#![expect(clippy::print_stderr, reason = "a skipped test says so loudly")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use assert_cmd::cargo::cargo_bin;
use camsweep::cli::{config, manual};
use clap_complete::Shell;

/// Set, the tests below write what they otherwise compare.
const UPDATE: &str = "CAMSWEEP_UPDATE";

/// What a mail needs.
const MAIL: &str = "mail-to = 'a@b.example'\nmail-from = 'a@b.example'\nsmtp = 'smtps://b.example'";

fn packaging(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging").join(name)
}

/// A folder of generated files holds these and no others.
fn is_current(folder: &str, files: Vec<(String, String)>) {
    let folder = packaging(folder);
    if std::env::var_os(UPDATE).is_some() {
        fs::remove_dir_all(&folder).unwrap();
        fs::create_dir(&folder).unwrap();
        for (name, text) in &files {
            fs::write(folder.join(name), text).unwrap();
        }
    }
    let there = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut there: Vec<String> = there.map(|name| name.into_string().unwrap()).collect();
    let mut names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
    there.sort();
    names.sort();
    let remedy = format!("{UPDATE}=1 cargo test --locked --test packaging");
    assert_eq!(there, names, "{}: {remedy}", folder.display());
    for (name, text) in files {
        let current = fs::read_to_string(folder.join(&name)).unwrap() == text;
        assert!(
            current,
            "{}/{name} is not what the command line says: {remedy}",
            folder.display()
        );
    }
}

/// A program that is to take a file, or a loud word where there is none.
fn taken_by(program: &str, args: &[&str], file: &Path) {
    match Command::new(program).args(args).arg(file).output() {
        Err(_) => eprintln!("SKIPPED: no {program} here that would read {}", file.display()),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(
                output.status.success() && said.is_empty(),
                "{program} {}: {said}",
                file.display()
            );
        }
    }
}

#[test]
fn the_manual_is_current_and_groff_takes_it() {
    let pages = manual::pages();
    assert!(pages.iter().any(|(name, _)| name == "camsweep-baseline-accept.1"));
    let names: Vec<String> = pages.iter().map(|(name, _)| name.clone()).collect();
    is_current("man", pages);
    for name in names {
        taken_by(
            "groff",
            &["-Kutf8", "-man", "-Tutf8", "-ww", "-z"],
            &packaging("man").join(name),
        );
    }
}

#[test]
fn the_completions_are_current_and_the_shells_take_them() {
    let shells = [
        (Shell::Bash, "camsweep.bash"),
        (Shell::Zsh, "_camsweep"),
        (Shell::Fish, "camsweep.fish"),
        (Shell::PowerShell, "_camsweep.ps1"),
    ];
    let files = shells.map(|(shell, name)| (name.to_owned(), manual::completions(shell)));
    is_current("completions", files.into());
    taken_by("bash", &["-n"], &packaging("completions/camsweep.bash"));
    taken_by("zsh", &["-n"], &packaging("completions/_camsweep"));
    taken_by("fish", &["--no-execute"], &packaging("completions/camsweep.fish"));
}

/// Settings that are commented out begin right after the sign, unlike words for people.
fn settings(text: &str) -> Vec<(String, String)> {
    let mut table = String::new();
    let mut all = Vec::new();
    for line in text.lines() {
        let line = line
            .strip_prefix('#')
            .filter(|rest| !rest.starts_with(' '))
            .unwrap_or(line);
        if line.starts_with('[') {
            table = line.to_owned();
        } else if line.contains(" = ") && !line.starts_with('#') {
            all.push((table.clone(), line.to_owned()));
        }
    }
    all
}

#[test]
fn every_line_of_the_example_is_taken() {
    let example = packaging("camsweep.toml");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("camsweep.toml");
    // Some need another.
    let needs = [
        ("for ", "passive = true"),
        ("syslog-ca ", "syslog = 'tls://siem.example:6514'"),
        ("mail-to ", "mail-from = 'a@b.example'\nsmtp = 'smtps://b.example'"),
        ("mail-from ", "mail-to = 'a@b.example'\nsmtp = 'smtps://b.example'"),
        ("smtp ", "mail-to = 'a@b.example'\nmail-from = 'a@b.example'"),
        ("smtp-password-file ", MAIL),
        ("smtp-ca ", MAIL),
        ("webhook ", "webhook-secret-file = 'secret'"),
        (
            "webhook-ca ",
            "webhook = 'https://b.example/'\nwebhook-secret-file = 'secret'",
        ),
    ];
    let all = settings(&fs::read_to_string(&example).unwrap());
    assert!(all.len() > 40, "{all:?}");
    for (table, line) in all {
        // One by one, as some exclude each other.
        let before = needs.iter().find(|(key, _)| line.starts_with(key));
        let before = before.map_or("", |(_, other)| other);
        fs::write(&file, format!("{table}\n{before}\n{line}\n")).unwrap();
        config::check(Some(&file)).unwrap_or_else(|failure| panic!("{line}: {}", failure.message));
    }
    // As it is shipped, with nothing in it that only one machine has.
    fs::copy(&example, &file).unwrap();
    let checked = config::check(Some(&file)).unwrap();
    assert!(
        checked.words.contains("camsweep scan\n    --store  (line "),
        "{}",
        checked.words
    );
}

fn has_systemd() -> bool {
    let has = Command::new("systemd-analyze").arg("--version").output().is_ok();
    if !has {
        eprintln!("SKIPPED: no systemd-analyze here (apt-get install systemd), so the units are not verified");
    }
    has
}

#[test]
fn systemd_takes_the_units() {
    if !has_systemd() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(packaging("systemd/camsweep.service")).unwrap();
    assert!(text.contains("ExecStart=/usr/bin/camsweep "));
    // It looks whether the program is there.
    let program = format!("ExecStart={} ", cargo_bin!("camsweep").display());
    let service = folder.path().join("camsweep.service");
    fs::write(&service, text.replace("ExecStart=/usr/bin/camsweep ", &program)).unwrap();
    let timer = folder.path().join("camsweep.timer");
    fs::copy(packaging("systemd/camsweep.timer"), &timer).unwrap();
    let output = Command::new("systemd-analyze")
        .args(["verify", "--man=no"])
        .args([&service, &timer])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !said.contains("camsweep"), "{said}");
    // docs/cron.md says the figure. The threshold is in tenths.
    let output = Command::new("systemd-analyze")
        .args(["security", "--offline=true", "--threshold=20", "--no-pager"])
        .arg(&service)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
