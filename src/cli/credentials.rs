//! The logins that the user gives: in a file, or as `--login` with the password from the environment or the terminal.
//!
//! No message here quotes a password, and none of the parser's that might is passed on.

use std::fmt;
use std::path::Path;

use ipnetwork::IpNetwork;
use serde::de::{Deserialize, Deserializer};
use toml::Spanned;
use zeroize::Zeroizing;

use super::Failure;
use super::args::ScanArgs;
use super::secret_file::{Wrong, first_line, private};
use crate::identify::makers::Maker;
use crate::net::{Credential, Secret, Vault};

/// The environment variable that holds the password of `--login`.
pub const PASSWORD: &str = "CAMSWEEP_PASSWORD";
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

/// A text that is moved, not copied, to where it is wiped.
struct Hidden(Zeroizing<String>);

impl<'de> Deserialize<'de> for Hidden {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Hidden(Zeroizing::new(text)))
    }
}

/// The parser's complaint without the value that it quotes, in whatever field a password stands.
fn unquoted(complaint: &str) -> String {
    match complaint.rsplit_once(", expected ") {
        Some((quoting, wanted)) if quoting.starts_with("invalid ") => format!("what stands here is not {wanted}"),
        _ => complaint.to_owned(),
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
        source.wrong(start, unquoted(error.message()), SEE)
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
        let named = user(entry.user.get_ref());
        let user = named.map_err(|(why, remedy)| self.wrong(entry.user.span().start, why, remedy))?;
        let password = self.password(start, entry.password, entry.password_env, entry.password_file)?;
        Ok(Credential {
            scope: self.scope(&entry.scope)?,
            maker,
            user,
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
            (None, None, Some(path)) => (
                path.span().start,
                first_line(&self.folder.join(path.get_ref()))
                    .map_err(|(why, remedy)| (format!("password_file: {why}"), remedy)),
            ),
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
    let why = "the environment variable of password_env is not set, or not UTF-8";
    let value = std::env::var(name).map_err(|_| (why.into(), "export it for this run"))?;
    Ok(Zeroizing::new(value))
}

/// Behind a colon in a user (RFC 7617 §2) stands a password as a rule. Neither is quoted.
const COLON: (&str, &str) = (
    "a user has no colon (RFC 7617), and the password is never given here",
    "docs/logins.md says where it is given; one that stood on a command line is no secret any more",
);

fn user(name: &str) -> Result<String, Wrong> {
    match name {
        name if name.trim().is_empty() => Err(("the user is empty".into(), "name a read-only user")),
        name if name.contains(':') => Err((COLON.0.into(), COLON.1)),
        name => Ok(name.to_owned()),
    }
}

/// `MAKER:USER@SCOPE`. A user's name may hold an at sign; a maker's id and a scope never do.
fn from_argument(login: &str, makers: &[Maker], dry_run: bool) -> Result<Credential, Failure> {
    let rest = login.split_once(':').map_or("", |(_, rest)| rest);
    // Before anything else, as all that follows quotes the argument.
    if rest.rsplit_once('@').map_or(rest, |(user, _)| user).contains(':') {
        return Err(Failure::usage(format!("--login: {}", COLON.0), COLON.1));
    }
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
