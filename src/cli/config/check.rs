//! `camsweep config check`: what the file would bring about.

use std::path::Path;

use clap::FromArgMatches;

use super::super::Failure;
use super::super::args::{Cli, Command, ScanArgs};
use super::{Config, SEE, place};

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
    let config = Config::read(&file)?;
    let mut words = format!("{}:\n", file.display());
    for path in config.settings.paths(&config.root) {
        config.validate(&path)?;
        words.push_str(&format!("  camsweep {}\n", path.join(" ")));
        for argument in config.alone(&path) {
            words.push_str(&format!("    {}  (line {})\n", argument.text, argument.line));
        }
    }
    Ok(Checked {
        words,
        scan: scan(&config)?,
    })
}

/// Nothing can be missing from it, as nothing must be typed.
fn scan(config: &Config) -> Result<ScanArgs, Failure> {
    let matches = config.parse(&["scan"]).map_err(|refused| refused.failure)?;
    match Cli::from_arg_matches(&matches).ok().and_then(|cli| cli.command) {
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
