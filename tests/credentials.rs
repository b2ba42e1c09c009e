//! The logins that a user writes down: which files are refused, and with what words. Nothing here sends a packet.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may fail by it")]

mod program;
#[path = "program/ran.rs"]
mod ran;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use camsweep::cli::args::ScanArgs;
use camsweep::cli::credentials;
use camsweep::cli::exit::Code;
use camsweep::identify::Knowledge;
use ran::{Ran, ran};

/// No message may hold it.
const SECRET: &str = "hunter2";

fn dry_run(folder: &Path, args: &[&str]) -> Ran {
    let mut command = program::camsweep();
    command.args(["scan", "127.0.0.1", "--dry-run", "-vv"]).args(args);
    ran(command.current_dir(folder).env("CAMERA_PASSWORD", SECRET), "")
}

/// The message and the remedy with which a run is refused.
#[track_caller]
fn refusal(args: ScanArgs) -> (String, String) {
    let dry_run = ScanArgs { dry_run: true, ..args };
    let failure = credentials::vault(&dry_run, &Knowledge::builtin().makers).unwrap_err();
    assert_eq!(failure.code, Code::Usage);
    assert!(!failure.message.contains('\n'), "{failure:?}");
    (failure.message, failure.hint.expect("a remedy"))
}

#[track_caller]
fn refusal_of(folder: &Path, file: &str) -> (String, String) {
    refusal(ScanArgs {
        credentials: Some(folder.join(file)),
        ..ScanArgs::default()
    })
}

fn write(folder: &Path, name: &str, mode: u32, text: impl AsRef<[u8]>) {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
}

const GOOD: &str = "[[credential]]\nscope = [\"10.0.4.0/24\", \"10.0.5.9\"]\nmaker = \"hikvision\"\nuser = \"audit\"\n";

/// A service reads it by a list of who may (acl(5)), which the mode shows as a right of the group.
#[test]
fn what_systemd_hands_over_is_private_and_the_same_elsewhere_is_not() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        "logins",
        0o440,
        format!("{GOOD}password = \"{SECRET}\"\n"),
    );
    let file = folder.path().join("logins");
    for (directory, mode, code) in [
        (Some(folder.path()), 0o440, 0),
        (Some(folder.path()), 0o460, 2),
        (Some(folder.path()), 0o444, 2),
        (Some(Path::new("/")), 0o440, 2),
        (None, 0o440, 2),
    ] {
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        let mut command = program::camsweep();
        command
            .args(["scan", "127.0.0.1", "--dry-run", "--credentials"])
            .arg(&file);
        command.env_remove("CREDENTIALS_DIRECTORY");
        command.envs(directory.map(|directory| ("CREDENTIALS_DIRECTORY", directory)));
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{directory:?} {mode:o}");
    }
}

#[test]
fn every_bad_file_is_refused_with_its_line_and_a_remedy_and_never_quotes_the_password() {
    let table: &[(&str, &str)] = &[
        ("", "logins:1: missing field `credential`"),
        ("credential = []\n[[credential]]\n", "logins:2: "),
        ("[[credential]\nuser = \"hunter2\"", "logins:1: "),
        ("{GOOD}password = hunter2\n", "logins:5: "),
        ("{GOOD}password = \"hunter2\n", "logins:5: "),
        ("{GOOD}password = 'hunter2''\n", "logins:5: "),
        (
            "{GOOD}password = 7730002\n",
            "logins:5: what stands here is not a string",
        ),
        (
            "{GOOD}password = 7.730002\n",
            "logins:5: what stands here is not a string",
        ),
        ("{GOOD}password = true\n", "logins:5: what stands here is not a string"),
        (
            "{GOOD}password = [\"hunter2\"]\n",
            "logins:5: what stands here is not a string",
        ),
        ("{GOOD}password = { text = \"hunter2\" }\n", "logins:5: "),
        ("{GOOD}password = 1979-05-27\n", "logins:5: "),
        ("{GOOD}password = 77300027730002773000\n", "logins:5: "),
        ("{GOOD}password = \"hunter2\"\npassword = \"hunter2\"\n", "logins:6: "),
        ("{GOOD}passwort = \"hunter2\"\n", "logins:5: unknown field `passwort`"),
        ("{GOOD}password = \"\"\n", "logins:1: the password is empty"),
        (
            "{GOOD}",
            "logins:1: there is not exactly one of password, password_env and password_file",
        ),
        (
            "{GOOD}password = \"hunter2\"\npassword_env = \"X\"\n",
            "logins:1: there is not exactly one of",
        ),
        (
            "{GOOD}password_env = \"hunter2\"\n",
            "logins:5: password_env is no name",
        ),
        (
            "{GOOD}password_env = \"NOT_SET_ANYWHERE\"\n",
            "logins:5: the environment variable of password_env is not set",
        ),
        (
            "{GOOD}password_file = \"absent\"\n",
            "logins:5: password_file: it cannot be read",
        ),
        (
            "{GOOD}password_file = \"public\"\n",
            "logins:5: password_file: others than its owner may read or change it",
        ),
        ("{GOOD}password_file = \"empty\"\n", "logins:5: the password is empty"),
        ("{GOOD}password_file = \".\"\n", "logins:5: password_file: "),
        ("{GOOD}password = \"hunter2\"\nallow_basic = 1\n", "logins:6: "),
        (
            "[[credential]]\nscope = []\nmaker = \"dahua\"\nuser = \"u\"\npassword = \"hunter2\"\n",
            "logins:2: the scope is empty",
        ),
        (
            "[[credential]]\nscope = \"10.0.0.0/8\"\nmaker = \"dahua\"\nuser = \"u\"\npassword = \"hunter2\"\n",
            "logins:2: ",
        ),
        (
            "[[credential]]\nscope = [\n  \"10.0.0.0/8\",\n  \"10.0.0.300\"]\nmaker = \"dahua\"\nuser = \"u\"\npassword = \"hunter2\"\n",
            "logins:4: \"10.0.0.300\" is neither",
        ),
        (
            "[[credential]]\nscope = [\"10.0.4.7/24\"]\nmaker = \"dahua\"\nuser = \"u\"\npassword = \"hunter2\"\n",
            "logins:2: \"10.0.4.7/24\" is an address within 10.0.4.0/24",
        ),
        (
            "[[credential]]\nscope = [\"10.0.4.0/24\"]\nmaker = \"hikvison\"\nuser = \"u\"\npassword = \"hunter2\"\n",
            "logins:3: there is no maker \"hikvison\"",
        ),
        (
            "[[credential]]\nscope = [\"10.0.4.0/24\"]\nuser = \"u\"\npassword = \"hunter2\"\n",
            "missing field `maker`",
        ),
        (
            "[[credential]]\nscope = [\"10.0.4.0/24\"]\nmaker = \"dahua\"\nuser = \" \"\npassword = \"hunter2\"\n",
            "logins:4: the user is empty",
        ),
    ];
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "public", 0o644, SECRET);
    write(folder.path(), "empty", 0o600, "\nhunter2");
    for (text, part) in table {
        write(folder.path(), "logins", 0o600, text.replace("{GOOD}", GOOD));
        let (why, remedy) = refusal_of(folder.path(), "logins");
        assert!(why.contains(part), "{text}: {why}");
        let said = format!("{why} {remedy}");
        assert!(!said.contains(SECRET) && !said.contains("730002"), "{text}: {said}");
    }
}

#[test]
fn a_file_that_others_may_read_or_change_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for mode in [0o644, 0o640, 0o620, 0o602, 0o604, 0o610, 0o777] {
        write(folder.path(), "logins", mode, format!("{GOOD}password = \"hunter2\"\n"));
        let (why, remedy) = refusal_of(folder.path(), "logins");
        assert!(why.contains("others than its owner"), "{mode:o}: {why}");
        assert_eq!(remedy, "chmod 600 it");
    }
    for (length, part) in [(65_536, "missing field"), (65_537, "longer than 65536 bytes")] {
        write(folder.path(), "logins", 0o600, vec![b'#'; length]);
        assert!(refusal_of(folder.path(), "logins").0.contains(part), "{length}");
    }
    write(folder.path(), "logins", 0o600, b"\xff\xfe");
    assert!(refusal_of(folder.path(), "logins").0.contains("UTF-8"));
    assert!(refusal_of(folder.path(), "absent").0.contains("cannot be read"));
    let (code, out, err) = dry_run(folder.path(), &["--credentials", "absent"]);
    let lines: Vec<&str> = err.lines().collect();
    assert!(code == 2 && out.is_empty() && lines.len() == 3, "{err}");
    assert!(
        lines[0].starts_with("error: absent: ") && lines[2].starts_with("hint: "),
        "{err}"
    );
}

#[test]
fn a_good_file_is_announced_without_user_and_password() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "password", 0o400, "hunter2\n");
    let dahua = "[[credential]]\nscope = [\"2001:db8::/64\"]\nmaker = \"dahua\"\nuser = \"viewer-7\"\nallow_basic = true\nallow_username_token = true\n";
    for password in [
        "password = \"hunter2\"",
        "password_env = \"CAMERA_PASSWORD\"",
        "password_file = \"password\"",
    ] {
        write(
            folder.path(),
            "logins",
            0o600,
            format!("{GOOD}{password}\n{dahua}{password}\n"),
        );
        let (code, out, err) = dry_run(folder.path(), &["--credentials", "logins"]);
        assert_eq!((code, err.as_str()), (0, ""));
        for part in [
            "login: confirmed hikvision units in 10.0.4.0/24, 10.0.5.9/32, by digest; one attempt each",
            "login: confirmed dahua units in 2001:db8::/64, by digest or Basic over TLS or UsernameToken; one attempt each",
        ] {
            assert!(out.contains(part), "{out}");
        }
        assert!(!out.contains(SECRET) && !out.contains("viewer-7"), "{out}");
    }
}

#[test]
fn a_login_on_the_command_line_never_holds_its_password() {
    let here = Path::new(".");
    let (code, out, _) = dry_run(here, &["--login", "hikvision:me@school@10.0.4.0/24,10.0.5.9"]);
    assert!(
        code == 0 && out.contains("login: confirmed hikvision units in 10.0.4.0/24, 10.0.5.9/32, by digest;"),
        "{out}"
    );
    let table = [
        ("hikvision", "MAKER:USER@SCOPE"),
        ("hikvision:audit", "MAKER:USER@SCOPE"),
        ("hikvision:@10.0.4.0/24", "MAKER:USER@SCOPE"),
        ("hik:audit@10.0.4.0/24", "there is no maker"),
        ("hikvision:audit@", "neither a network nor an address"),
        ("hikvision:audit@10.0.4.1/24", "an address within"),
    ];
    for (login, part) in table {
        let (why, _) = refusal(ScanArgs {
            login: Some(login.into()),
            ..ScanArgs::default()
        });
        assert!(why.contains(part), "{login}: {why}");
    }
    assert_eq!(dry_run(here, &["--login", "x", "--credentials", "y"]).0, 2);
}

/// `MAKER:USER:PASSWORD@SCOPE` once sent the password in readable form, as part of the user's name.
#[test]
fn a_user_with_a_colon_is_refused_and_not_quoted() {
    for login in [
        "hikvision:audit:hunter2@10.0.4.0/24",
        "hikvision:audit:hunter2",
        "hikvision:audit:hunter2@x@10.0.4.0/24",
        "hik:audit:hunter2@10.0.4.0/24",
        "hikvision:audit:hunter2@nowhere",
    ] {
        let (code, out, err) = dry_run(Path::new("."), &["--login", login]);
        assert!(code == 2 && out.is_empty(), "{login}: {out}");
        assert!(err.contains("a user has no colon") && err.contains("hint: "), "{err}");
        assert!(!err.contains(SECRET) && !err.contains("audit"), "{err}");
    }
    let folder = tempfile::tempdir().unwrap();
    let text = "[[credential]]\nscope = [\"10.0.4.0/24\"]\nmaker = \"dahua\"\nuser = \"u:hunter2\"\npassword = \"x\"\n";
    write(folder.path(), "logins", 0o600, text);
    let (why, remedy) = refusal_of(folder.path(), "logins");
    assert!(why.contains("/logins:4: a user has no colon"), "{why}");
    assert!(!format!("{why} {remedy}").contains(SECRET), "{why}");
    let scope = dry_run(Path::new("."), &["--login", "hikvision:audit@2001:db8::/64"]);
    assert_eq!(scope.0, 0, "a scope may have colons: {}", scope.2);
}

/// `password_env = 12345678` once printed the value.
#[test]
fn a_password_in_the_wrong_field_is_not_quoted() {
    let folder = tempfile::tempdir().unwrap();
    let whole = |field: &str, value: &str| {
        let fields = [
            ("scope", "[\"10.0.4.0/24\"]"),
            ("maker", "\"dahua\""),
            ("user", "\"u\""),
            ("password_env", "\"X\""),
        ];
        let others = fields
            .iter()
            .filter(|(name, _)| *name != field && !(field.starts_with("password") && name.starts_with("password")));
        let others: String = others.map(|(name, value)| format!("{name} = {value}\n")).collect();
        format!("[[credential]]\n{field} = {value}\n{others}")
    };
    for field in [
        "scope",
        "maker",
        "user",
        "password_env",
        "password_file",
        "allow_basic",
        "allow_username_token",
    ] {
        for value in [
            "7730002",
            "773.0002",
            "77300027730002773000",
            "[7730002]",
            "{ a = 7730002 }",
            "0x7730002",
        ] {
            write(folder.path(), "logins", 0o600, whole(field, value));
            let said = refusal_of(folder.path(), "logins");
            assert!(said.0.contains("logins:2: "), "{field} = {value}: {said:?}");
            let said = format!("{said:?}");
            assert!(
                !["30002", "0002", "123"].iter().any(|part| said.contains(part)),
                "{field} = {value}: {said}"
            );
        }
    }
    for (field, value) in [
        ("password_env", "\"7730002\""),
        ("password_env", "\"HUNTER2\""),
        ("allow_basic", "\"hunter2\""),
    ] {
        write(folder.path(), "logins", 0o600, whole(field, value));
        let said = format!("{:?}", refusal_of(folder.path(), "logins")).to_lowercase();
        assert!(
            !said.contains("7730002") && !said.contains(SECRET),
            "{field} = {value}: {said}"
        );
    }
}
