//! From the text of the file to arguments.

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::report::sites::Wrong;

/// Options that say which file is read, or that end a run before it begins.
const NO_KEYS: &[&str] = &["config", "no-config", "help", "version"];
/// The one list of arguments without a name that can stand in the file.
const TARGETS: &str = "targets";
/// Options of which the file's hold beside those that are typed: whom somebody thought of sparing stays spared.
const ADDS_UP: &[&str] = &["exclude"];
/// How alike two names must be for one to be meant by the other (Jaro-Winkler, 0 to 1).
const ALIKE: f64 = 0.7;

/// What the file says, in its order, once for each command that it is for.
#[derive(Debug, Default)]
pub(super) struct Settings(Vec<Setting>);

#[derive(Debug)]
struct Setting {
    command: Vec<String>,
    /// Whether it stands in the command's own table, not above all tables.
    own: bool,
    key: String,
    arguments: Vec<String>,
    line: usize,
}

/// An argument, and the line of the file that it comes from.
#[derive(Debug)]
pub(super) struct Argument {
    pub(super) text: String,
    pub(super) line: usize,
}

impl Argument {
    /// Whether it is the one that clap names (`--format <FORMAT>`).
    pub(super) fn is_named(&self, name: &str) -> bool {
        let flag = |text: &str| text.split([' ', '=', '[']).next().map(str::to_owned);
        self.text.starts_with("--") && flag(&self.text) == flag(name)
    }
}

/// Whether the file can say something for a command.
pub(super) fn is_settable(command: &Command) -> bool {
    command.get_arguments().any(|arg| key_of(arg).is_some())
}

fn key_of(arg: &Arg) -> Option<&str> {
    match arg.get_long() {
        Some(long) => (!NO_KEYS.contains(&long)).then_some(long),
        None => (arg.get_id() == TARGETS).then_some(TARGETS),
    }
}

fn option<'a>(command: &'a Command, key: &str) -> Option<&'a Arg> {
    command.get_arguments().find(|arg| key_of(arg) == Some(key))
}

/// A command and those below it that the file can say something for, each with the way to it.
fn commands<'a>(command: &'a Command, path: &[&'a str]) -> Vec<(Vec<&'a str>, &'a Command)> {
    let mut all: Vec<_> = is_settable(command)
        .then(|| (path.to_vec(), command))
        .into_iter()
        .collect();
    for below in command.get_subcommands() {
        all.extend(commands(below, &[path, &[below.get_name()]].concat()));
    }
    all
}

impl Settings {
    /// Reads the file's text. Whether a value is right is for clap to say.
    ///
    /// # Errors
    /// The first key that is none of an option, with the nearest that is; or a value of a kind that the option does not take.
    pub(super) fn parse(text: &str, root: &Command) -> Result<Settings, Wrong> {
        let document = DeTable::parse(text).map_err(|error| Wrong {
            at: error.span().map_or(0, |span| span.start),
            why: error.message().to_owned(),
        })?;
        let mut reader = Reader {
            text,
            all: commands(root, &[]),
            settings: Vec::new(),
        };
        reader.table(document.get_ref(), root, &[])?;
        reader.settings.sort_by_key(|setting| setting.line);
        Ok(Settings(reader.settings))
    }

    /// The arguments that it adds to a command: `typed` and the environment win.
    pub(super) fn arguments(&self, path: &[&str], command: &Command, typed: Option<&ArgMatches>) -> Vec<Argument> {
        let given = |arg: &Arg| {
            let source = typed.and_then(|typed| typed.value_source(arg.get_id().as_str()));
            matches!(source, Some(ValueSource::CommandLine | ValueSource::EnvVariable))
        };
        let all = self.0.iter().filter(|setting| self.holds(setting, path));
        let all = all.filter(|setting| {
            let arg = option(command, &setting.key);
            arg.is_some_and(|arg| ADDS_UP.contains(&setting.key.as_str()) || !given(arg))
        });
        let argument = |setting: &Setting, text: &String| Argument {
            text: text.clone(),
            line: setting.line,
        };
        all.flat_map(|setting| setting.arguments.iter().map(move |text| argument(setting, text)))
            .collect()
    }

    /// Whether a setting is for a command, and none of the command's own table takes its place.
    fn holds(&self, setting: &Setting, path: &[&str]) -> bool {
        let own = |other: &Setting| other.own && other.command == path && other.key == setting.key;
        setting.command == path && (setting.own || !self.0.iter().any(own))
    }

    /// The ways to the commands that it says something for.
    pub(super) fn paths<'a>(&self, root: &'a Command) -> Vec<Vec<&'a str>> {
        let all = commands(root, &[]).into_iter().map(|(path, _)| path);
        all.filter(|path| self.0.iter().any(|setting| setting.command == *path))
            .collect()
    }
}

struct Reader<'a> {
    text: &'a str,
    all: Vec<(Vec<&'a str>, &'a Command)>,
    settings: Vec<Setting>,
}

impl<'a> Reader<'a> {
    fn table(&mut self, table: &DeTable<'_>, command: &'a Command, path: &[&'a str]) -> Result<(), Wrong> {
        for (key, value) in table {
            let wrong = |why: String| Wrong {
                at: key.span().start,
                why,
            };
            match value.get_ref() {
                DeValue::Table(inner) => {
                    let below = command.find_subcommand(key.get_ref().as_ref());
                    let below = below.ok_or_else(|| wrong(self.no_command(key.get_ref(), path)))?;
                    self.table(inner, below, &[path, &[below.get_name()]].concat())?;
                }
                _ => self.setting(key.get_ref(), value, path).map_err(wrong)?,
            }
        }
        Ok(())
    }

    fn setting(&mut self, key: &str, value: &Spanned<DeValue<'_>>, path: &[&str]) -> Result<(), String> {
        let meant = self.all.iter().filter(|(of, _)| path.is_empty() || of == path);
        let known = meant
            .clone()
            .filter_map(|(of, command)| Some((of, option(command, key)?)));
        let before = self.text.as_bytes().iter().take(value.span().start);
        let line = 1 + before.filter(|byte| **byte == b'\n').count();
        let settings = known.map(|(of, arg)| {
            Ok(Setting {
                command: of.iter().map(ToString::to_string).collect(),
                own: !path.is_empty(),
                key: key.to_owned(),
                arguments: words(arg, key, value.get_ref())?,
                line,
            })
        });
        let settings = settings.collect::<Result<Vec<_>, String>>()?;
        if settings.is_empty() {
            let keys = meant.flat_map(|(_, command)| command.get_arguments().filter_map(key_of));
            let of = match path {
                [] => "any command".to_owned(),
                path => format!("camsweep {}", path.join(" ")),
            };
            return Err(format!("{key:?} is no option of {of}{}", nearest(key, keys)));
        }
        self.settings.extend(settings);
        Ok(())
    }

    fn no_command(&self, name: &str, path: &[&str]) -> String {
        let below = self.all.iter().filter(|(of, _)| of.starts_with(path));
        let names = below.filter_map(|(of, _)| of.get(path.len()).copied());
        format!(
            "[{name}] is the table of no command that has options{}",
            nearest(name, names)
        )
    }
}

/// The name that was likely meant, in words.
fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> String {
    let alike = names.map(|other| (strsim::jaro_winkler(name, other), other));
    let best = alike.max_by(|(one, _), (other, _)| one.total_cmp(other));
    let best = best.filter(|(alike, _)| *alike > ALIKE);
    best.map(|(_, other)| format!("; is {other:?} meant?"))
        .unwrap_or_default()
}

/// A value as the words of a command line.
fn words(arg: &Arg, key: &str, value: &DeValue<'_>) -> Result<Vec<String>, String> {
    let flag = format!("--{key}");
    match (arg.get_action(), value) {
        (ArgAction::SetTrue, DeValue::Boolean(on)) => Ok(on.then_some(flag).into_iter().collect()),
        (ArgAction::SetTrue, _) => Err(format!("{key} is true or false")),
        (ArgAction::Count, DeValue::Integer(_)) => match text(key, value)?.parse() {
            Ok(times @ 0..=9) => Ok(vec![flag; times]),
            _ => Err(format!("{key} is a number from 0 to 9")),
        },
        (ArgAction::Count, _) => Err(format!("{key} is a number")),
        (_, DeValue::Boolean(on)) if arg.get_num_args().is_some_and(|n| n.min_values() == 0) => {
            Ok(on.then_some(flag).into_iter().collect())
        }
        (ArgAction::Append, DeValue::Array(values)) => {
            values.iter().map(|value| word(arg, key, value.get_ref())).collect()
        }
        (_, DeValue::Array(_)) => Err(format!("{key} takes one value, not a list")),
        _ => Ok(vec![word(arg, key, value)?]),
    }
}

fn word(arg: &Arg, key: &str, value: &DeValue<'_>) -> Result<String, String> {
    let text = text(key, value)?;
    if has_password(&text) {
        return Err(format!(
            "{key} has a password in it, which does not belong here: give it by the environment or a file of its own"
        ));
    }
    match arg.is_positional() {
        true if text.starts_with('-') => Err(format!("{text:?} is none of {key}")),
        true => Ok(text),
        false => Ok(format!("--{key}={text}")),
    }
}

fn text(key: &str, value: &DeValue<'_>) -> Result<String, String> {
    match value {
        DeValue::String(text) => Ok(text.to_string()),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Ok(number.to_string()),
            Err(_) => Err(format!("{key} is too large a number")),
        },
        DeValue::Boolean(_) => Err(format!("{key} takes a value, not true or false")),
        _ => Err(format!("the value of {key} must stand in quotation marks")),
    }
}

/// Whether a text is an address (`scheme://user:password@host`) that gives a password away to whoever reads this file.
fn has_password(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("://") else {
        return false;
    };
    let login = rest.rsplit_once('@').map_or("", |(login, _)| login);
    login.contains(':') || rest.contains("password=")
}
