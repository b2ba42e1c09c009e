//! Signatures in the format of minisign (jedisct1.github.io/minisign): Ed25519 over BLAKE2b-512, in two small files of
//! text that minisign itself makes and checks too. So an auditor needs a public key and no camsweep.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use minisign::{ErrorKind, KeyPair, PublicKey, PublicKeyBox, SecretKey, SecretKeyBox, SignatureBox};
use zeroize::Zeroizing;

use super::args::sign::{KeygenArgs, SignArgs, VerifyArgs};
use super::exit::Code;
use super::file::WholeFile;
use super::{Failure, secret_file};
use crate::report::escape::escape;

/// The environment variable that holds the password of a key.
const PASSWORD: &str = "CAMSWEEP_KEY_PASSWORD";
/// The longest key or signature that is read, in bytes.
const MAX_FILE: u64 = 64 * 1024;

/// `camsweep keygen`.
///
/// # Errors
/// Where one of the files is there already or cannot be written.
pub fn keygen(args: &KeygenArgs) -> Result<String, Failure> {
    let public = with_ending(&args.file, ".pub");
    let password = match args.no_password {
        true => None,
        false => Some(new_password()?),
    };
    let made = match &password {
        Some(password) => KeyPair::generate_encrypted_keypair(Some(password.to_string())),
        None => KeyPair::generate_unencrypted_keypair(),
    };
    let unmade =
        |error: minisign::PError| Failure::could_not_run(format!("cannot make a key: {error}"), "see the system");
    let pair = made.map_err(unmade)?;
    let secret = Zeroizing::new(pair.sk.to_box(None).map_err(unmade)?.into_string());
    create(&public, 0o644, pair.pk.to_box().map_err(unmade)?.to_string().as_bytes())?;
    create(&args.file, 0o600, secret.as_bytes())?;
    Ok(format!(
        "secret key: {} (keep it; for its owner only)\npublic key: {} (hand it to whoever is to verify)\n",
        escape(&args.file.display().to_string()),
        escape(&public.display().to_string())
    ))
}

/// `camsweep sign`.
///
/// # Errors
/// Where the key cannot be used, or a file not be read or written.
pub fn sign(args: &SignArgs) -> Result<String, Failure> {
    let key = secret_key(&args.key)?;
    let file = File::open(&args.file).map_err(|error| unreadable(&args.file, &error))?;
    let name = args.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    // In the words of minisign's own trusted comment.
    let signed = format!(
        "timestamp:{}\tfile:{}\thashed",
        Timestamp::now().as_second(),
        escape(&name)
    );
    let signature = minisign::sign(None, &key, file, Some(&signed), Some("signature of camsweep sign"));
    let signature = signature.map_err(|error| unreadable(&args.file, &error))?;
    let path = with_ending(&args.file, ".minisig");
    let mut whole = WholeFile::begin(&path)?;
    let written = whole
        .write_all(signature.to_string().as_bytes())
        .and_then(|()| whole.finish());
    written.map_err(|error| unwritten(&path, &error))?;
    Ok(format!("signature: {}\n", escape(&path.display().to_string())))
}

/// `camsweep verify`.
///
/// # Errors
/// With exit code 10 where the file is not what was signed with this key; else where something cannot be read.
pub fn verify(args: &VerifyArgs) -> Result<String, Failure> {
    let key = public_key(&args.public_key)?;
    let path = args
        .signature
        .clone()
        .unwrap_or_else(|| with_ending(&args.file, ".minisig"));
    let no_signature = |why: String| {
        Failure::could_not_run(
            format!("{:?} is no signature: {why}", path.display().to_string()),
            "a signature is a file of camsweep sign or of minisign",
        )
    };
    let signature = SignatureBox::from_string(&text(&path)?).map_err(|error| no_signature(error.to_string()))?;
    let file = File::open(&args.file).map_err(|error| unreadable(&args.file, &error))?;
    let name = args.file.display().to_string();
    // Not the older form, in which the file itself is signed: it would have to fit into memory.
    minisign::verify(&key, &signature, file, true, false, false).map_err(|error| {
        Failure::new(
            Code::Alarm,
            format!("{name:?} is not what was signed with this key: {error}"),
            "do not rely on it; ask whoever signed it for the file, and by another way for the key",
        )
    })?;
    let comment = signature.trusted_comment().unwrap_or_default();
    let comment: Vec<String> = comment.split('\t').map(when).collect();
    Ok(format!(
        "{} is what was signed: {}\n",
        escape(&name),
        escape(&comment.join("  "))
    ))
}

/// A part of a trusted comment; the time of it as people write one.
fn when(part: &str) -> String {
    let second = part.strip_prefix("timestamp:").and_then(|second| second.parse().ok());
    let time = second.and_then(|second| Timestamp::from_second(second).ok());
    time.map_or_else(
        || part.to_owned(),
        |time| time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
    )
}

fn secret_key(path: &Path) -> Result<SecretKey, Failure> {
    let name = path.display().to_string();
    let wrong =
        |why: String, remedy: &str| Failure::could_not_run(format!("cannot use the key {name:?}: {why}"), remedy);
    let bytes = secret_file::private(path).map_err(|(why, remedy)| wrong(why, remedy))?;
    let text = std::str::from_utf8(&bytes).map_err(|error| wrong(error.to_string(), "camsweep keygen makes one"))?;
    let boxed = |text: &str| SecretKeyBox::from_string(text);
    match boxed(text).and_then(SecretKeyBox::into_unencrypted_secret_key) {
        Ok(key) => return Ok(key),
        // `minisign -G -W` leaves the checksum out.
        Err(error) if matches!(error.kind(), ErrorKind::Verify) => {
            return Err(wrong(
                error.to_string(),
                "camsweep keygen --no-password makes one with a checksum",
            ));
        }
        // It has a password.
        Err(_) => {}
    }
    let password = password("Password of the key: ")?;
    let opened = boxed(text).and_then(|key| key.into_secret_key(Some(password.to_string())));
    opened.map_err(|error| wrong(error.to_string(), "check its password; camsweep keygen makes a new key"))
}

fn public_key(path: &Path) -> Result<PublicKey, Failure> {
    let key = PublicKeyBox::from_string(&text(path)?).and_then(PublicKeyBox::into_public_key);
    key.map_err(|error| {
        Failure::could_not_run(
            format!("{:?} is no public key: {error}", path.display().to_string()),
            "name the file that ends in .pub",
        )
    })
}

/// From the environment, or from the terminal without showing it.
fn password(question: &str) -> Result<Zeroizing<String>, Failure> {
    if let Ok(password) = std::env::var(PASSWORD) {
        return Ok(Zeroizing::new(password));
    }
    let asked = rpassword::prompt_password(question).map(Zeroizing::new);
    asked.map_err(|error| {
        Failure::could_not_run(
            format!("the password of the key cannot be asked for: {error}"),
            format!("put it into the environment variable {PASSWORD}"),
        )
    })
}

/// One that is not known yet is asked for twice.
fn new_password() -> Result<Zeroizing<String>, Failure> {
    let first = password("Password for the new key: ")?;
    if first.is_empty() {
        return Err(Failure::usage(
            "the password is empty",
            "give one, or say --no-password",
        ));
    }
    match *password("Once more: ")? == *first {
        true => Ok(first),
        false => Err(Failure::usage("the two passwords are not the same", "try again")),
    }
}

/// The beginning of a file, which is all of a key or signature.
fn text(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(MAX_FILE).read_to_string(&mut text));
    read.map_err(|error| unreadable(path, &error))?;
    Ok(text)
}

/// Makes a file that is not there yet: a key that is replaced is lost.
fn create(path: &Path, mode: u32, bytes: &[u8]) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let written = options.open(path).and_then(|mut file| file.write_all(bytes));
    written.map_err(|error| unwritten(path, &error))
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn unreadable(path: &Path, error: &impl std::fmt::Display) -> Failure {
    let name = path.display().to_string();
    Failure::could_not_run(
        format!("cannot read {name:?}: {error}"),
        "check its name and your permission to read it",
    )
}

fn unwritten(path: &Path, error: &io::Error) -> Failure {
    let name = path.display().to_string();
    Failure::could_not_run(
        format!("cannot write {name:?}: {error}"),
        "name a file that is not there yet, in a folder that you may write to",
    )
}
