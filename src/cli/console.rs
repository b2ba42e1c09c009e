//! What the user is told: the only room that writes to standard output and standard error, but for the progress line.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use super::Failure;
use super::exit::{Code, Exit};
use super::file::WholeFile;
use crate::report::escape::escape;

/// Says it on standard error. Nobody may listen there (`2>&1 | head`): that must not end a scan.
pub fn say(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Says what is wrong, and what can be done about it.
pub fn complain(failure: &Failure) {
    say(&format!("error: {}\n", failure.message));
    if let Some(hint) = &failure.hint {
        say(&format!("\nhint: {}\n", escape(hint)));
    }
}

/// Prints a text, after which nothing is left to do.
///
/// # Errors
/// Where standard output cannot be written.
pub fn print(text: &str) -> Exit {
    let printed = print_bytes(text.as_bytes());
    printed.map_err(|error| Failure::could_not_run(format!("cannot print: {error}"), "see standard output"))?;
    Ok(Code::Complete)
}

/// Prints bytes. A reader that has seen enough is no fault.
///
/// # Errors
/// The system's own.
pub fn print_bytes(bytes: &[u8]) -> io::Result<()> {
    let printed = io::stdout().lock().write_all(bytes);
    printed.or_else(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(error),
    })
}

/// Writes a text to the file, where one is named, else prints it.
///
/// # Errors
/// Where that cannot be written.
pub fn print_to(output: Option<&Path>, text: &str) -> Exit {
    let Some(path) = output else { return print(text) };
    let mut file = WholeFile::begin(path)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.finish());
    written.map_err(|error| {
        let name = path.display().to_string();
        Failure::could_not_run(format!("cannot write {name:?}: {error}"), "see --output")
    })?;
    Ok(Code::Complete)
}

/// Whether what is printed may have colour, where the user did not say.
pub fn has_colour() -> bool {
    io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// Lets the log speak; `verbose`: how often more of it was asked for.
pub fn log(verbose: u8) {
    // There is one command a process, and nobody else sets it.
    let _ = tracing::subscriber::set_global_default(super::log::subscriber(verbose, io::stderr));
}
