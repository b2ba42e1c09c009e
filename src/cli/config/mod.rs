//! The configuration file: options that are given without being typed.
//!
//! Its keys are the command line's own option names, and its values become arguments, so that an option is known here
//! as soon as there is one, and clap alone says what is right.

mod check;
mod place;
mod settings;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgMatches, Command, CommandFactory};

use super::Failure;
use super::additions;
use super::args::Cli;
use settings::{Argument, Settings, is_settable};

pub use check::{Checked, check};

const SEE: &str = "docs/configuration.md has the form of the file, and camsweep config check looks through it";

/// The command line as it is in effect.
#[derive(Debug, Clone)]
pub struct Given {
    /// What was typed, and what the file adds to it.
    pub arguments: Vec<OsString>,
    /// The file, where one was read.
    pub file: Option<PathBuf>,
}

/// Adds what the configuration file says for a command to what was typed for it. What was typed, or stands in the
/// environment, takes the place of the file's; exclusions add up.
///
/// # Errors
/// Where the file cannot be used, with its line. What is wrong with the command line is not looked at here.
pub fn given(typed: Vec<OsString>) -> Result<Given, Failure> {
    // With a value missing or two that contradict each other it still says which command and which file are meant.
    let lenient = Cli::command().ignore_errors(true).try_get_matches_from(&typed);
    let root = built();
    let leaf = lenient.as_ref().ok().map(|matches| Leaf::of(&root, matches));
    let asks = |leaf: &Leaf| is_settable(leaf.command) && !leaf.matches.get_flag("no_config");
    let Some(leaf) = leaf.filter(asks) else {
        return Ok(Given {
            arguments: typed,
            file: None,
        });
    };
    let Some(file) = place::find(leaf.matches.get_one::<PathBuf>("config").map(PathBuf::as_path)) else {
        return Ok(Given {
            arguments: typed,
            file: None,
        });
    };
    let config = Config::read(&file)?;
    config.validate(&leaf.path)?;
    let added = config.settings.arguments(&leaf.path, leaf.command, Some(leaf.matches));
    // What follows two dashes is no option any more.
    let end = typed
        .iter()
        .position(|argument| argument == "--")
        .unwrap_or(typed.len());
    let (before, after) = typed.split_at(end);
    let arguments = before
        .iter()
        .cloned()
        .chain(added.into_iter().map(|argument| argument.text.into()));
    Ok(Given {
        arguments: arguments.chain(after.iter().cloned()).collect(),
        file: Some(file),
    })
}

fn built() -> Command {
    let mut root = Cli::command();
    root.build();
    root
}

/// The command at the end of a command line.
struct Leaf<'a> {
    path: Vec<&'a str>,
    command: &'a Command,
    matches: &'a ArgMatches,
}

impl<'a> Leaf<'a> {
    fn of(root: &'a Command, matches: &'a ArgMatches) -> Leaf<'a> {
        let mut leaf = Leaf {
            path: Vec::new(),
            command: root,
            matches,
        };
        while let Some((name, matches)) = leaf.matches.subcommand() {
            let Some(command) = leaf.command.find_subcommand(name) else {
                break;
            };
            leaf.path.push(name);
            (leaf.command, leaf.matches) = (command, matches);
        }
        leaf
    }
}

/// A file that was read: every key is one of an option.
struct Config {
    file: PathBuf,
    settings: Settings,
    root: Command,
}

/// Clap's complaint, as the user is told of it.
struct Refused {
    kind: ErrorKind,
    failure: Failure,
}

impl Config {
    fn read(file: &Path) -> Result<Config, Failure> {
        place::refuse_strangers(file)?;
        let root = built();
        let settings = additions::read(file, |text| Settings::parse(text, &root), SEE)?;
        Ok(Config {
            file: file.to_owned(),
            settings,
            root,
        })
    }

    /// What it adds to a command when nothing is typed.
    fn alone(&self, path: &[&str]) -> Vec<Argument> {
        let mut names = path.iter();
        let command = names.try_fold(&self.root, |command, name| command.find_subcommand(name));
        let arguments = command.map(|command| self.settings.arguments(path, command, None));
        arguments.unwrap_or_default()
    }

    /// Whether clap takes what the file alone says for a command. What it lacks may be typed.
    fn validate(&self, path: &[&str]) -> Result<(), Failure> {
        match self.parse(path) {
            Err(refused) if refused.kind != ErrorKind::MissingRequiredArgument => Err(refused.failure),
            _ => Ok(()),
        }
    }

    fn parse(&self, path: &[&str]) -> Result<ArgMatches, Refused> {
        let alone = self.alone(path);
        let names = std::iter::once("camsweep").chain(path.iter().copied());
        let arguments = names.chain(alone.iter().map(|argument| argument.text.as_str()));
        Cli::command().try_get_matches_from(arguments).map_err(|error| Refused {
            kind: error.kind(),
            failure: self.refusal(&error, &alone),
        })
    }

    /// Clap's complaint in one line, with the line of the file where it names an option of it.
    fn refusal(&self, error: &clap::Error, alone: &[Argument]) -> Failure {
        let named = match error.get(ContextKind::InvalidArg) {
            Some(ContextValue::String(name)) => name.as_str(),
            Some(ContextValue::Strings(names)) => names.first().map_or("", String::as_str),
            _ => "",
        };
        let line = alone.iter().rfind(|argument| argument.is_named(named));
        let line = line.map(|argument| format!(":{}", argument.line)).unwrap_or_default();
        let text = error.to_string();
        let said = text.split("\n\n").next().unwrap_or_default();
        let said = said.trim_start_matches("error: ").lines().map(str::trim);
        let said = said.collect::<Vec<_>>().join(" ");
        Failure::usage(format!("{}{line}: {said}", self.file.display()), SEE)
    }
}
