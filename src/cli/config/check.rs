//! `camsweep config check`: what the file would bring about.

use std::path::Path;

use clap::FromArgMatches;

use super::super::Failure;
use super::super::args::{Cli, Command, ScanArgs};
use super::{Config, SEE, built, place};

/// A file in which every option is right.
#[derive(Debug, Clone)]
pub struct Checked {
    /// What it adds to which command, for people.
    pub words: String,
    /// What `camsweep scan` alone would do by it, as a dry run.
    pub scan: ScanArgs,
}

/// Looks through a file, or the one that a run would read.
///
/// # Errors
/// Where there is none, or the first thing in it that is wrong, with its line.
pub fn check(named: Option<&Path>) -> Result<Checked, Failure> {
    let file = place::find(named).ok_or_else(|| {
        let places: Vec<String> = place::usual().iter().map(|place| place.display().to_string()).collect();
        Failure::usage(
            format!("there is no configuration file; looked for: {}", places.join(", ")),
            "name one: camsweep config check FILE",
        )
    })?;
    let root = built();
    let config = Config::read(&file, &root)?;
    let mut words = format!("{}:\n", file.display());
    for (path, arguments) in config.settings.commands(&root) {
        config.validate(&path)?;
        words.push_str(&format!("  camsweep {}\n", path.join(" ")));
        words.extend(
            arguments
                .iter()
                .map(|(line, argument)| format!("    {argument}  (line {line})\n")),
        );
    }
    Ok(Checked {
        words,
        scan: scan(&config)?,
    })
}

/// Nothing can be missing from it, as nothing must be typed.
fn scan(config: &Config) -> Result<ScanArgs, Failure> {
    let parsed = config
        .parse(&["scan"])
        .and_then(|matches| Cli::from_arg_matches(&matches));
    match parsed.map_err(|error| config.refusal(&error))?.command {
        Some(Command::Scan(scan)) => Ok(ScanArgs {
            dry_run: true,
            config: Some(config.file.clone()),
            ..*scan
        }),
        _ => Err(Failure::usage(
            format!("{}: it is not for a scan", config.file.display()),
            SEE,
        )),
    }
}
