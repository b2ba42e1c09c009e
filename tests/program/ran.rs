//! A run that is over.

use std::io::Write;
use std::process::{Command, Stdio};

/// Exit code, standard output, standard error.
pub type Ran = (i32, String, String);

/// Runs it to its end, with this on its standard input.
pub fn ran(command: &mut Command, input: &str) -> Ran {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    // One that refuses its arguments reads nothing.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}
