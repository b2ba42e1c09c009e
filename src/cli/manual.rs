//! The manual pages and the completions, made from the command line itself.

use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;

use super::Failure;
use super::args::Cli;

/// What a shell reads to complete a command line.
pub fn completions(shell: Shell) -> String {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "camsweep", &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// Every page as a file: its name (`camsweep-scan.1`) and text (roff).
pub fn pages() -> Vec<(String, String)> {
    let mut all = Vec::new();
    collect(&built(), &mut all);
    all
}

/// The page of a command; without a name, of the program.
///
/// # Errors
/// Where there is no such command.
pub fn page(names: &[String]) -> Result<String, Failure> {
    let root = built();
    let command = names
        .iter()
        .try_fold(&root, |command, name| command.find_subcommand(name));
    command.map(text).ok_or_else(|| {
        Failure::usage(
            format!("there is no command {:?}", names.join(" ")),
            "camsweep --help lists them",
        )
    })
}

fn built() -> Command {
    // A page is there for each command: one for `help` would say nothing.
    let root = Cli::command().disable_help_subcommand(true);
    // Clap leaves out what is said of an option that only the long help has.
    let mut root = root.mut_subcommand("scan", |scan| scan.mut_args(|arg| arg.hide_short_help(false)));
    root.build();
    root
}

fn collect(command: &Command, all: &mut Vec<(String, String)>) {
    let name = command.get_display_name().unwrap_or(command.get_name());
    all.push((format!("{name}.1"), text(command)));
    for below in command.get_subcommands() {
        collect(below, all);
    }
}

fn text(command: &Command) -> String {
    let mut text = Vec::new();
    // Memory takes every byte.
    let page = Man::new(command.clone()).manual("camsweep");
    let _ = page
        .source(concat!("camsweep ", env!("CARGO_PKG_VERSION")))
        .render(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}
