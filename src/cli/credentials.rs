//! The logins that the user gives: in a file, or as `--login` with the password from the environment or the terminal.
//!
//! No message here quotes a password, and none of the parser's that might is passed on.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use ipnetwork::IpNetwork;
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use toml::Spanned;
use zeroize::Zeroizing;

use super::Failure;
use super::args::ScanArgs;
use crate::identify::makers::Maker;
use crate::net::{Credential, Secret, Vault};

/// The environment variable that holds the password of `--login`.
pub const PASSWORD: &str = "CAMSWEEP_PASSWORD";
/// The longest file that is read, in bytes.
const MAX_FILE: u64 = 64 * 1024;
const SEE: &str = "docs/logins.md has the form of the file";

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Entries {
    credential: Vec<Spanned<Entry>>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    scope: Spanned<Vec<Spanned<String>>>,
    maker: Spanned<String>,
    user: Spanned<String>,
    password: Option<Hidden>,
    password_env: Option<Spanned<String>>,
    password_file: Option<Spanned<String>>,
    #[serde(default)]
    allow_basic: bool,
    #[serde(default)]
    allow_username_token: bool,
}

/// A text that is moved, not copied, to where it is wiped, and that no error of the parser's quotes.
struct Hidden(Zeroizing<String>);

impl<'de> Deserialize<'de> for Hidden {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_string(HiddenVisitor)
    }
}

struct HiddenVisitor;

const NO_TEXT: &str = "a password is a text in quotation marks";

impl Visitor<'_> for HiddenVisitor {
    type Value = Hidden;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Hidden, E> {
        self.visit_string(text.to_owned())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Hidden, E> {
        Ok(Hidden(Zeroizing::new(text)))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Hidden, E> {
        Err(E::custom(NO_TEXT))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Hidden, E> {
        Err(E::custom(NO_TEXT))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Hidden, E> {
        Err(E::custom(NO_TEXT))
    }
}

/// The logins for this run.
///
/// # Errors
/// The first that cannot be used, with file, line and remedy. Nothing has been sent.
pub fn vault(args: &ScanArgs, makers: &[Maker]) -> Result<Vault, Failure> {
    let credentials = match (&args.credentials, &args.login) {
        (Some(path), _) => from_file(path, makers)?,
        (None, Some(login)) => vec![from_argument(login, makers, args.dry_run)?],
        (None, None) => Vec::new(),
    };
    Ok(Vault::new(credentials))
}

fn from_file(path: &Path, makers: &[Maker]) -> Result<Vec<Credential>, Failure> {
    let name = path.display().to_string();
    let bytes = private(path).map_err(|(why, remedy)| Failure::usage(format!("{name}: {why}"), remedy))?;
    let Ok(text) = std::str::from_utf8(&bytes) else {
        return Err(Failure::usage(format!("{name}: it is not UTF-8"), SEE));
    };
    let source = Source {
        name,
        text,
        folder: path.parent().unwrap_or(Path::new("")),
        makers,
    };
    let read: Result<Entries, toml::de::Error> = toml::from_str(text);
    let entries = read.map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        source.wrong(start, error.message(), SEE)
    })?;
    entries
        .credential
        .into_iter()
        .map(|entry| source.credential(entry))
        .collect()
}

/// The file that is being read.
struct Source<'a> {
    name: String,
    text: &'a str,
    folder: &'a Path,
    makers: &'a [Maker],
}

impl Source<'_> {
    fn wrong(&self, at: usize, why: impl fmt::Display, remedy: impl Into<String>) -> Failure {
        let before = self.text.as_bytes().iter().take(at);
        let line = 1 + before.filter(|byte| **byte == b'\n').count();
        Failure::usage(format!("{}:{line}: {why}", self.name), remedy)
    }

    fn credential(&self, entry: Spanned<Entry>) -> Result<Credential, Failure> {
        let start = entry.span().start;
        let entry = entry.into_inner();
        let maker = known(entry.maker.get_ref(), self.makers);
        let maker = maker.map_err(|(why, remedy)| self.wrong(entry.maker.span().start, why, remedy))?;
        if entry.user.get_ref().trim().is_empty() {
            return Err(self.wrong(entry.user.span().start, "the user is empty", "name a read-only user"));
        }
        let password = self.password(start, entry.password, entry.password_env, entry.password_file)?;
        Ok(Credential {
            scope: self.scope(&entry.scope)?,
            maker,
            user: entry.user.into_inner(),
            password,
            allow_basic: entry.allow_basic,
            allow_username_token: entry.allow_username_token,
        })
    }

    fn scope(&self, scope: &Spanned<Vec<Spanned<String>>>) -> Result<Vec<IpNetwork>, Failure> {
        if scope.get_ref().is_empty() {
            return Err(self.wrong(scope.span().start, "the scope is empty", "name networks or addresses"));
        }
        let network = |text: &Spanned<String>| {
            network(text.get_ref()).map_err(|(why, remedy)| self.wrong(text.span().start, why, remedy))
        };
        scope.get_ref().iter().map(network).collect()
    }

    fn password(
        &self,
        start: usize,
        text: Option<Hidden>,
        variable: Option<Spanned<String>>,
        file: Option<Spanned<String>>,
    ) -> Result<Secret, Failure> {
        let (at, password) = match (text, variable, file) {
            (Some(Hidden(text)), None, None) => (start, Ok(text)),
            (None, Some(name), None) => (name.span().start, from_environment(name.get_ref())),
            (None, None, Some(path)) => (path.span().start, from_password_file(&self.folder.join(path.get_ref()))),
            _ => (
                start,
                Err((
                    "there is not exactly one of password, password_env and password_file".into(),
                    SEE,
                )),
            ),
        };
        let password = password.and_then(filled);
        password.map_err(|(why, remedy)| self.wrong(at, why, remedy))
    }
}

/// What is wrong, and the remedy.
type Wrong = (String, &'static str);

fn filled(password: Zeroizing<String>) -> Result<Secret, Wrong> {
    match password.is_empty() {
        true => Err((
            "the password is empty".into(),
            "give the password: none is ever guessed",
        )),
        false => Ok(Secret::from(password)),
    }
}

/// Whoever writes the password itself where a variable's name belongs does not find it in a message.
fn from_environment(name: &str) -> Result<Zeroizing<String>, Wrong> {
    let is_name = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    if !name.bytes().all(is_name) {
        let why = "password_env is no name of an environment variable: capital letters, digits and _";
        return Err((why.into(), SEE));
    }
    let why = || format!("the environment variable {name} is not set, or not UTF-8");
    let value = std::env::var(name).map_err(|_| (why(), "export it for this run"))?;
    Ok(Zeroizing::new(value))
}

/// The file's first line.
fn from_password_file(path: &Path) -> Result<Zeroizing<String>, Wrong> {
    let bytes = private(path).map_err(|(why, remedy)| (format!("password_file: {why}"), remedy))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| ("password_file is not UTF-8".to_owned(), SEE))?;
    Ok(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned()))
}

/// The content of a file that nobody but its owner can read or change.
fn private(path: &Path) -> Result<Zeroizing<Vec<u8>>, Wrong> {
    let unreadable = |error: std::io::Error| {
        (
            format!("it cannot be read: {error}"),
            "check its name and your permission to read it",
        )
    };
    let file = File::open(path).map_err(unreadable)?;
    // Of the file that is open, so that it cannot be another by now.
    let mode = mode(&file.metadata().map_err(unreadable)?);
    if mode & 0o077 != 0 && !(mode & 0o037 == 0 && is_handed_over(path)) {
        return Err(("others than its owner may read or change it".into(), "chmod 600 it"));
    }
    // With room for all of it, so that no copy is left behind when it grows.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_FILE as usize + 1));
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    match bytes.len() as u64 > MAX_FILE {
        true => Err((format!("it is longer than {MAX_FILE} bytes"), "name the right file")),
        false => Ok(bytes),
    }
}

#[cfg(unix)]
fn mode(metadata: &std::fs::Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::mode(metadata)
}

#[cfg(not(unix))]
fn mode(_: &std::fs::Metadata) -> u32 {
    0
}

/// Whether it lies in the folder that systemd made for this service alone (systemd.exec(5), `LoadCredential=`). Who may
/// read there is said by a list, of which the mode shows as the group's what is one user's (acl(5)).
fn is_handed_over(path: &Path) -> bool {
    let folder = std::env::var_os("CREDENTIALS_DIRECTORY").filter(|folder| !folder.is_empty());
    folder.is_some_and(|folder| path.parent() == Some(Path::new(&folder)))
}

/// `MAKER:USER@SCOPE`. A user's name may hold both of the separators; a maker's id and a scope never do.
fn from_argument(login: &str, makers: &[Maker], dry_run: bool) -> Result<Credential, Failure> {
    let wrong = |(why, remedy): (String, String)| Failure::usage(format!("--login {login:?}: {why}"), remedy);
    let parts = || {
        let (maker, rest) = login.split_once(':')?;
        let (user, scope) = rest.rsplit_once('@').filter(|(user, _)| !user.is_empty())?;
        Some((maker, user, scope))
    };
    let form = || {
        (
            "it is not MAKER:USER@SCOPE".to_owned(),
            "for example hikvision:audit@10.0.4.0/24".to_owned(),
        )
    };
    let (maker, user, scope) = parts().ok_or_else(|| wrong(form()))?;
    let network = |text| network(text).map_err(|(why, remedy)| wrong((why, remedy.into())));
    Ok(Credential {
        maker: known(maker, makers).map_err(wrong)?,
        scope: scope.split(',').map(network).collect::<Result<_, _>>()?,
        user: user.to_owned(),
        password: match dry_run {
            true => Secret::from(Zeroizing::default()),
            false => asked_for(user)?,
        },
        allow_basic: false,
        allow_username_token: false,
    })
}

/// The password from the environment, or else from whoever sits at the terminal.
fn asked_for(user: &str) -> Result<Secret, Failure> {
    let given = std::env::var(PASSWORD).map(Zeroizing::new);
    let password = given.or_else(|_| {
        let hidden = rpassword::ConfigBuilder::new().password_feedback_hide().build();
        let typed = rpassword::prompt_password_with_config(format!("Password of {user:?}: "), hidden);
        typed.map(Zeroizing::new).map_err(|error| {
            Failure::usage(
                format!("no password: {PASSWORD} is not set, and the terminal cannot be asked ({error})"),
                format!("set {PASSWORD}, or use --credentials"),
            )
        })
    })?;
    filled(password).map_err(|(why, remedy)| Failure::usage(why, remedy))
}

fn known(maker: &str, makers: &[Maker]) -> Result<String, (String, String)> {
    let ids: Vec<&str> = makers.iter().map(|maker| maker.id.as_str()).collect();
    match ids.contains(&maker) {
        true => Ok(maker.to_owned()),
        false => Err((
            format!("there is no maker {maker:?}"),
            format!("name one of: {}", ids.join(", ")),
        )),
    }
}

fn network(text: &str) -> Result<IpNetwork, Wrong> {
    let form = "write a network (10.0.4.0/24) or an address (10.0.4.9)";
    let network: IpNetwork = text
        .trim()
        .parse()
        .map_err(|_| (format!("{text:?} is neither a network nor an address"), form))?;
    match network.ip() == network.network() {
        true => Ok(network),
        false => Err((
            format!(
                "{text:?} is an address within {}/{}",
                network.network(),
                network.prefix()
            ),
            form,
        )),
    }
}
