//! Parse, run the command, exit.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use camsweep::cli::args::{Cli, Command, ConfigCommand};
use camsweep::cli::console::{complain, print, print_to, say};
use camsweep::cli::exit::{Code, Exit};
use camsweep::cli::{
    Failure, config, data, deliver, given_up, history, judge, limits, manual, report, scan, schema, sign, words,
};
use camsweep::report::escape::escape;
use clap::Parser;

/// An estate is some millions of small texts: the system's own allocator takes a quarter of the time of judging it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    given_up::core_dumps();
    // A panic may quote what a device sent.
    std::panic::set_hook(Box::new(|fault| {
        say(&format!("fault in camsweep: {}\n", escape(&fault.to_string())));
    }));
    let code = match configured() {
        Ok(Ok(command)) => done(dispatch(command)),
        Ok(Err(code)) => code,
        Err(failure) => done(Err(failure)),
    };
    ExitCode::from(code)
}

/// The command with what the configuration file adds to it, or the code that clap ends with: it has said its word then.
fn configured() -> Result<Result<Option<Command>, u8>, Failure> {
    let typed: Vec<OsString> = std::env::args_os().collect();
    given_up::root_for_files(&typed)?;
    let given = config::given(typed)?;
    let parsed = Cli::try_parse_from(&given.arguments);
    let file = given.file;
    Ok(parsed
        .map_err(|error| refuse(&error, file.as_deref()))
        .map(|cli| match cli.command {
            Some(Command::Scan(mut args)) => {
                args.config = file;
                Some(Command::Scan(args))
            }
            other => other,
        }))
}

fn refuse(error: &clap::Error, file: Option<&Path>) -> u8 {
    let _ = error.print();
    if let Some(file) = file.filter(|_| error.use_stderr()) {
        let file = escape(&file.display().to_string()).into_owned();
        say(&format!(
            "\nhint: options of {file} are in effect too; --no-config leaves them out\n"
        ));
    }
    u8::try_from(error.exit_code()).unwrap_or(Code::Usage as u8)
}

fn done(exit: Exit) -> u8 {
    let code = exit.unwrap_or_else(|failure| {
        complain(&failure);
        failure.code
    });
    code as u8
}

fn dispatch(command: Option<Command>) -> Exit {
    match command {
        None => scan::interfaces().and_then(|interfaces| print(&words::attached(&interfaces))),
        Some(Command::Scan(args)) => scan::scan(&args),
        Some(Command::Hosts(args)) => scan::scan(&(*args).into()),
        Some(Command::Judge(args)) => judge::judge(&args),
        Some(Command::Report(args)) => report::report(&args),
        Some(Command::History(args)) => history::history(&args).and_then(|text| print(&text)),
        Some(Command::Show(args)) => history::show(&args).and_then(|text| print(&text)),
        Some(Command::Diff(args)) => history::compare(&args).and_then(|text| print_to(args.output.as_deref(), &text)),
        Some(Command::Baseline(args)) => history::baseline(&args).and_then(|text| print(&text)),
        Some(Command::Export(args)) => history::export(&args).and_then(|text| print(&text)),
        Some(Command::Keygen(args)) => sign::keygen(&args).and_then(|text| print(&text)),
        Some(Command::Sign(args)) => sign::sign(&args).and_then(|text| print(&text)),
        Some(Command::Verify(args)) => sign::verify(&args).and_then(|text| print(&text)),
        Some(Command::Import(args)) => history::import(&args).and_then(|text| print(&text)),
        Some(Command::Deliver(args)) => deliver::deliver(&args),
        Some(Command::Forget(args)) => history::forget(&args).and_then(|text| print(&text)),
        Some(Command::Audit(args)) => history::audit(&args).and_then(|(text, sound)| {
            print(&text)?;
            Ok(if sound { Code::Complete } else { Code::Alarm })
        }),
        Some(Command::Data(args)) => data::show(&args).and_then(|text| print(&text)),
        Some(Command::Profiles) => print(&limits::table()),
        Some(Command::Schema { format }) => print(&schema::schema(format)),
        Some(Command::Config { command }) => check_config(&command),
        Some(Command::Completions { shell }) => print(&manual::completions(shell)),
        Some(Command::Man { command }) => manual::page(&command).and_then(|page| print(&page)),
    }
}

/// Whatever a scan would refuse is wrong with the file then.
fn check_config(ConfigCommand::Check { file }: &ConfigCommand) -> Exit {
    let checked = config::check(file.as_deref())?;
    print(&checked.words)?;
    scan::scan(&checked.scan).map_err(Failure::as_usage)
}
