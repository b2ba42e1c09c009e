//! The configuration file, as people use it. Nothing here sends a packet.

#![expect(clippy::unwrap_used, reason = "a test may fail by it")]
#![expect(clippy::print_stderr, reason = "a skipped test says so loudly")]

#[path = "program/ran.rs"]
mod ran;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use assert_cmd::cargo::cargo_bin;
use ran::{Ran, ran};
use tempfile::TempDir;

/// A home of its own, with this file in it.
struct Home(TempDir);

impl Home {
    fn with(text: &str) -> Home {
        let home = Home(tempfile::tempdir().unwrap());
        fs::create_dir(home.path().join("camsweep")).unwrap();
        fs::write(home.file(), text).unwrap();
        home
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn file(&self) -> PathBuf {
        self.path().join("camsweep/camsweep.toml")
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(cargo_bin!("camsweep"));
        command.args(args).current_dir(self.path());
        command.env("XDG_CONFIG_HOME", self.path()).env_remove("CAMSWEEP_STORE");
        command
    }

    fn run(&self, args: &[&str]) -> Ran {
        ran(&mut self.command(args), "")
    }
}

#[test]
fn what_is_typed_wins_and_exclusions_add_up() {
    let home =
        Home::with("[scan]\ntargets = ['127.0.0.9']\nexclude = ['127.0.0.2']\nyes-large = false\nno-tcp = true\n");
    let table: &[(&[&str], &str)] = &[
        (&[], "scope: 1 address\n  127.0.0.9 "),
        (&["127.0.0.1-3"], "scope: 2 addresses\n  127.0.0.1, 127.0.0.3 "),
        (
            &["127.0.0.1-3", "--exclude", "127.0.0.3"],
            "scope: 1 address\n  127.0.0.1 ",
        ),
        (&["--no-names", "--", "127.0.0.4"], "scope: 1 address\n  127.0.0.4 "),
        (&["127.0.0.1-3", "--no-config"], "scope: 3 addresses\n"),
    ];
    for (more, part) in table {
        let (code, out, err) = home.run(&[&["scan", "--dry-run"], *more].concat());
        assert_eq!((code, err.as_str()), (0, ""), "{more:?}");
        assert!(out.starts_with(part), "{more:?}: {out}");
        let read = !more.contains(&"--no-config");
        assert_eq!(
            out.contains("options of") && out.contains("TCP: no connection"),
            read,
            "{more:?}: {out}"
        );
    }
}

#[test]
fn the_environment_wins_over_the_file_and_a_table_over_what_stands_above() {
    let home = Home::with("store = 'above'\n[diff]\nstore = 'own'\n");
    for (args, environment, store) in [
        (["history"], None, "above"),
        (["diff"], None, "own"),
        (["history"], Some("elsewhere"), "elsewhere"),
    ] {
        let mut command = home.command(&args);
        command.envs(environment.map(|value| ("CAMSWEEP_STORE", value)));
        let (code, _, err) = ran(&mut command, "");
        assert!(
            code == 1 && err.contains(&format!("{store:?}")),
            "{args:?} {environment:?}: {err}"
        );
    }
}

#[test]
fn what_is_wrong_is_one_line_with_its_place() {
    let table = [
        (
            "[scan]\nexclud = []",
            "2: \"exclud\" is no option of camsweep scan; is \"exclude\" meant?",
        ),
        (
            "\nredcat = true",
            "2: \"redcat\" is no option of any command; is \"redact\" meant?",
        ),
        (
            "[scna]\nall = true",
            "1: [scna] is the table of no command that has options; is \"scan\" meant?",
        ),
        (
            "[audit.check]\nstore = true",
            "1: [check] is the table of no command that has options",
        ),
        ("[scan]\nconfig = 'x'", "2: \"config\" is no option"),
        (
            "[scan]\n\nformat = 'pdf'",
            "3: invalid value 'pdf' for '--format <FORMAT>'",
        ),
        ("[scan]\nrate = 'many'", "2: invalid value 'many' for '--rate <N>'"),
        ("[scan]\nredact = 'yes'", "2: redact is true or false"),
        ("[scan]\noutput = ['a', 'b']", "2: output takes one value, not a list"),
        ("[scan]\noutput = true", "2: output takes a value, not true or false"),
        ("[scan]\nverbose = 10", "2: verbose is a number from 0 to 9"),
        (
            "[scan]\nsite = 1.5",
            "2: the value of site must stand in quotation marks",
        ),
        (
            "[scan]\ntargets = ['--yes-large']",
            "2: \"--yes-large\" is none of targets",
        ),
        (
            "store = 'postgres://ann:s3cret@db/cctv'",
            "1: store has a password in it",
        ),
        (
            "[scan]\nsite = 'a'\nsites = 'b'",
            "the argument '--site <NAME>' cannot be used with",
        ),
        ("[scan]\nall = true\nall = false", "3: "),
        ("[scan\n", "1: "),
    ];
    for (text, part) in table {
        let home = Home::with(text);
        for args in [&["scan", "127.0.0.1", "--dry-run"][..], &["config", "check"]] {
            let (code, out, err) = home.run(args);
            assert_eq!((code, out.as_str()), (2, ""), "{text:?}: {err}");
            assert!(
                err.starts_with(&format!("error: {}:", home.file().display())),
                "{text:?}: {err}"
            );
            assert!(err.contains(part) && !err.contains("s3cret"), "{text:?}: {err}");
            assert_eq!(err.lines().count(), 3, "{text:?}: {err}");
        }
    }
}

#[test]
fn a_check_says_what_is_in_effect_and_refuses_what_a_scan_would() {
    let home = Home::with("redact = true\n[scan]\ntargets = ['127.0.0.1']\nverbose = 2\n[diff]\nformat = 'json'\n");
    let (code, out, err) = home.run(&["config", "check"]);
    assert_eq!((code, err.as_str()), (0, ""));
    for part in [
        "camsweep scan\n    --redact  (line 1)\n    127.0.0.1  (line 3)\n    --verbose  (line 4)\n    --verbose  (line 4)\n",
        "camsweep report\n    --redact  (line 1)\n",
        "camsweep diff\n    --format=json  (line 6)\n",
        "scope: 1 address\n",
        "Nothing was sent.",
    ] {
        assert!(out.contains(part), "{part}: {out}");
    }
    for (text, part) in [
        ("[scan]\ntargets = ['camera.example']", "names are not looked up"),
        ("[scan]\ntargets = ['10.0.0.0/16']", "--yes-large"),
        (
            "[scan]\ntargets = ['127.0.0.1']\noutput = 'no/such/folder/x'",
            "no/such/folder/x",
        ),
        (
            "[scan]\ntargets = ['127.0.0.1']\nsites = 'no-such-file'",
            "no-such-file",
        ),
        ("[scan]\ntargets = ['127.0.0.1']\nfor = 60", "--passive"),
    ] {
        let (code, _, err) = Home::with(text).run(&["config", "check"]);
        assert!(code == 2 && err.contains(part), "{text:?}: {err}");
    }
}

#[test]
fn a_contradiction_between_the_two_names_the_file() {
    let home = Home::with("[scan]\nredact = true\n");
    let (code, _, err) = home.run(&["scan", "127.0.0.1", "--dry-run", "--register", "x.csv"]);
    assert_eq!(code, 2);
    assert!(err.contains("--redact") && err.contains("--no-config"), "{err}");
    assert!(err.contains(&home.file().display().to_string()), "{err}");
}

#[test]
fn only_the_named_and_the_usual_files_are_read() {
    let home = Home::with("");
    fs::remove_file(home.file()).unwrap();
    fs::write(home.path().join("camsweep.toml"), "nonsense").unwrap();
    let (code, out, err) = home.run(&["scan", "127.0.0.1", "--dry-run"]);
    assert!(code == 0 && !out.contains("camsweep.toml"), "{out}{err}");
    for args in [
        &["scan", "127.0.0.1", "--dry-run", "--config", "camsweep.toml"][..],
        &["--config", "camsweep.toml", "scan", "127.0.0.1", "--dry-run"],
        &["config", "check", "camsweep.toml"],
    ] {
        let (code, _, err) = home.run(args);
        assert!(
            code == 2 && err.starts_with("error: camsweep.toml:1: "),
            "{args:?}: {err}"
        );
    }
    let (code, _, err) = home.run(&["scan", "127.0.0.1", "--dry-run", "--config", "no-such.toml"]);
    assert!(code == 2 && err.contains("no-such.toml"), "{err}");
}

#[test]
fn the_file_is_not_overwritten() {
    let home = Home::with("[scan]\ntargets = ['127.0.0.1']\noutput = 'camsweep/camsweep.toml'\n");
    let (code, _, err) = home.run(&["scan", "--dry-run"]);
    assert!(code == 2 && err.contains("which is read"), "{err}");
}

/// Help, and a command that has nothing to be configured, need no sound file.
#[test]
fn a_broken_file_keeps_nobody_from_help() {
    let home = Home::with("nonsense");
    for args in [
        &["scan", "--help"][..],
        &["help", "scan"],
        &["--version"],
        &["profiles"],
        &["schema", "reply"],
        &[],
    ] {
        assert_eq!(home.run(args).0, 0, "{args:?}");
    }
    assert_eq!(home.run(&["data"]).0, 2);
}

#[cfg(unix)]
#[test]
fn root_takes_no_file_that_others_may_write_or_replace() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    let home = Home::with("");
    if fs::metadata(home.file()).unwrap().uid() != 0 {
        return eprintln!("SKIPPED: only root has strangers to fear");
    }
    let check = |part: Option<&str>| {
        let (code, _, err) = home.run(&["scan", "127.0.0.1", "--dry-run"]);
        match part {
            None => assert_eq!((code, err.as_str()), (0, "")),
            Some(part) => assert!(
                code == 2 && err.contains(part) && err.contains("hint: "),
                "{part}: {err}"
            ),
        }
    };
    let folder = home.file().parent().unwrap().to_owned();
    for (path, mode) in [(home.file(), 0o644), (folder, 0o755)] {
        let set = |mode| fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
        set(mode);
        check(None);
        set(mode | 0o002);
        check(Some("may be written by others"));
        set(mode | 0o020);
        check(Some("may be written by others"));
        set(mode);
        chown(&path, Some(54321), None).unwrap();
        check(Some("belongs to the user 54321"));
        chown(&path, Some(0), None).unwrap();
    }
    check(None);
}

/// Who calls the program otherwise than by `program::camsweep` says what it is to read.
#[test]
fn no_other_test_depends_on_what_this_machine_has_set_up() {
    fn walk(folder: &Path, bare: &mut Vec<PathBuf>) {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                walk(&path, bare);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let calls = text.contains("cargo_bin!(") || text.contains("env!(\"CARGO_BIN_EXE_");
                let says = text.contains("--no-config") || text.contains("XDG_CONFIG_HOME");
                bare.extend((calls && !says).then_some(path));
            }
        }
    }
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut bare = Vec::new();
    walk(&tests, &mut bare);
    // The program is named there, and not run.
    assert_eq!(bare, [tests.join("packaging.rs")]);
}
