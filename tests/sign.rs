//! Signatures: made and checked by the program, and by minisign itself where it is installed.

#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test may fail by it, and a skip is loud"
)]

mod program;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

const PASSWORD: &str = "correct horse, battery";

/// Exit code, standard output, standard error.
fn run(mut command: Command, folder: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let output = command
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn camsweep(folder: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    run(program::camsweep(), folder, args)
}

fn with_password(folder: &Path, args: &[&str], password: &str) -> (Option<i32>, String, String) {
    let mut command = program::camsweep();
    command.env("CAMSWEEP_KEY_PASSWORD", password);
    run(command, folder, args)
}

fn signed() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(
        path.join("report.json"),
        "{\"schema\":\"camsweep.report/1\"}\n".repeat(9000),
    )
    .unwrap();
    let (code, out, err) = camsweep(path, &["keygen", "key", "--no-password"]);
    assert!(code == Some(0) && out.contains("public key: key.pub"), "{err}");
    let (code, _, err) = camsweep(path, &["sign", "report.json", "--key", "key"]);
    assert_eq!(code, Some(0), "{err}");
    folder
}

#[test]
fn whoever_has_the_public_key_finds_out_whether_a_report_was_changed() {
    let folder = signed();
    let path = folder.path();
    let verify = || camsweep(path, &["verify", "report.json", "--public-key", "key.pub"]);
    let (code, out, err) = verify();
    assert!(
        code == Some(0) && out.starts_with("report.json is what was signed: 20") && out.contains(" UTC  file:"),
        "{out}{err}"
    );
    let mut bytes = fs::read(path.join("report.json")).unwrap();
    bytes[100] ^= 1;
    fs::write(path.join("report.json"), &bytes).unwrap();
    let (code, out, err) = verify();
    assert!(
        code == Some(10) && out.is_empty() && err.contains("is not what was signed with this key"),
        "{err}"
    );
    bytes[100] ^= 1;
    fs::write(path.join("report.json"), &bytes).unwrap();
    // What is signed besides the file cannot be changed either.
    let signature = fs::read_to_string(path.join("report.json.minisig")).unwrap();
    fs::write(
        path.join("report.json.minisig"),
        signature.replace("file:report.json", "file:another.json"),
    )
    .unwrap();
    assert_eq!(verify().0, Some(10));
    fs::write(path.join("report.json.minisig"), "no signature\n").unwrap();
    assert_eq!(verify().0, Some(1));
    fs::write(path.join("report.json.minisig"), signature).unwrap();
    assert_eq!(verify().0, Some(0));
    assert_eq!(camsweep(path, &["keygen", "other", "--no-password"]).0, Some(0));
    let (code, _, err) = camsweep(path, &["verify", "report.json", "--public-key", "other.pub"]);
    assert_eq!(code, Some(10), "{err}");
    assert_eq!(
        camsweep(path, &["verify", "report.json", "--public-key", "report.json"]).0,
        Some(1)
    );
}

#[test]
fn a_secret_key_is_for_its_owner_only_and_never_replaced() {
    let folder = signed();
    let path = folder.path();
    let mode = || fs::metadata(path.join("key")).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(), 0o600);
    let before = fs::read(path.join("key")).unwrap();
    assert_eq!(camsweep(path, &["keygen", "key", "--no-password"]).0, Some(1));
    assert_eq!(fs::read(path.join("key")).unwrap(), before);
    fs::set_permissions(path.join("key"), fs::Permissions::from_mode(0o644)).unwrap();
    let (code, _, err) = camsweep(path, &["sign", "report.json", "--key", "key"]);
    assert!(code == Some(1) && err.contains("chmod 600"), "{err}");
}

#[test]
fn a_key_with_a_password_signs_for_who_has_it() {
    let folder = signed();
    let path = folder.path();
    let (code, _, err) = with_password(path, &["keygen", "safe"], PASSWORD);
    assert_eq!(code, Some(0), "{err}");
    let sign = ["sign", "report.json", "--key", "safe"];
    let (code, _, err) = with_password(path, &sign, "wrong");
    assert!(code == Some(1) && err.contains("Wrong password"), "{err}");
    assert_eq!(
        camsweep(path, &["verify", "report.json", "--public-key", "safe.pub"]).0,
        Some(10)
    );
    assert_eq!(with_password(path, &sign, PASSWORD).0, Some(0));
    assert_eq!(
        camsweep(path, &["verify", "report.json", "--public-key", "safe.pub"]).0,
        Some(0)
    );
    assert_eq!(
        with_password(path, &["keygen", "none"], "").0,
        Some(2),
        "an empty password is none"
    );
}

#[test]
fn minisign_itself_checks_what_was_signed_and_signs_what_is_checked() {
    if Command::new("minisign").arg("-v").output().is_err() {
        return eprintln!("SKIPPED: minisign is not installed, so signatures were checked by camsweep only");
    }
    let folder = signed();
    let path = folder.path();
    let minisign = |args: &[&str]| run(Command::new("minisign"), path, args);
    let (code, out, err) = minisign(&["-V", "-p", "key.pub", "-m", "report.json"]);
    assert!(
        code == Some(0) && out.contains("Signature and comment signature verified"),
        "{out}{err}"
    );
    let (code, out, err) = minisign(&["-G", "-W", "-p", "theirs.pub", "-s", "theirs"]);
    assert_eq!(code, Some(0), "{out}{err}");
    let (code, out, err) = minisign(&["-S", "-s", "theirs", "-m", "report.json"]);
    assert_eq!(code, Some(0), "{out}{err}");
    let verified = camsweep(path, &["verify", "report.json", "--public-key", "theirs.pub"]);
    assert_eq!(verified.0, Some(0), "{}", verified.2);
    // Our key signs there; one of theirs without a password has no checksum, and is refused in a line.
    let (code, out, err) = minisign(&["-S", "-s", "key", "-m", "report.json"]);
    assert_eq!(code, Some(0), "{out}{err}");
    let verified = camsweep(path, &["verify", "report.json", "--public-key", "key.pub"]);
    assert_eq!(verified.0, Some(0), "{}", verified.2);
    fs::set_permissions(path.join("theirs"), fs::Permissions::from_mode(0o600)).unwrap();
    let (code, _, err) = camsweep(path, &["sign", "report.json", "--key", "theirs"]);
    assert!(code == Some(1) && err.contains("Corrupted key"), "{err}");
}
