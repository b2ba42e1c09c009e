//! The program as the tests call it: whatever this machine and this user have set up for their own runs is no part of a test.

use std::process::Command;

/// Where it is.
pub const FILE: &str = env!("CARGO_BIN_EXE_camsweep");

/// What gives it options that nobody has typed (docs/configuration.md).
const VARIABLES: [&str; 6] = [
    "CAMSWEEP_STORE",
    "CAMSWEEP_KEY_PASSWORD",
    "CAMSWEEP_PASSWORD",
    "CAMSWEEP_SMTP_PASSWORD",
    "CAMSWEEP_WEBHOOK",
    "CAMSWEEP_WEBHOOK_SECRET_FILE",
];

/// The program, to be given its arguments, without any configuration file.
pub fn camsweep() -> Command {
    let mut command = Command::new(FILE);
    command.arg("--no-config");
    for name in VARIABLES {
        command.env_remove(name);
    }
    command
}
