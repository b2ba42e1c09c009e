//! Parse, plan, run, write, exit: the only file that prints or exits.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use camsweep::cli::args::notice::DeliverArgs;
use camsweep::cli::args::store::ReportArgs;
use camsweep::cli::args::{Cli, Command, ConfigCommand, DataArgs, FormArgs, JudgeArgs, OutputArgs, ScanArgs, SchemaOf};
use camsweep::cli::{
    Failure, account::Account, additions::Additions, alarm, budget, config, credentials, data, exit, exit::Code, file,
    file::WholeFile, history, interruption, limits, manual, memory, memory::Memory, notices, notices::Notices,
    notices::Post, others, outbox, outbox::Outbox, plan, progress::Watch, render, render::Files, resume,
    resume::Journal, sign, words,
};
use camsweep::deliver::notice::Notice;
use camsweep::identify::Knowledge;
use camsweep::judge::Judge;
use camsweep::net::live::RawSockets;
use camsweep::net::{Interface, Vault, guard};
use camsweep::report::{escape::escape, model::Report, redact::redact};
use camsweep::store::{Place, Remembered, diff::Diff, transfer};
use camsweep::{net, record, scan};
use clap::Parser;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

/// An estate is some millions of small texts: the system's own allocator takes a quarter of the time of judging it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Outcome = Result<Code, Failure>;

fn main() -> ExitCode {
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
    let given = config::given(std::env::args_os().collect())?;
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

fn done(outcome: Outcome) -> u8 {
    let code = outcome.unwrap_or_else(|failure| {
        complain(&failure);
        failure.code
    });
    code as u8
}

fn dispatch(command: Option<Command>) -> Outcome {
    match command {
        None => interfaces().and_then(|interfaces| print(&words::attached(&interfaces))),
        Some(Command::Scan(args)) => sweep(&args),
        Some(Command::Hosts(args)) => sweep(&(*args).into()),
        Some(Command::Judge(args)) => judge_again(&args),
        Some(Command::Report(args)) => report_again(&args),
        Some(Command::History(args)) => history::history(&args).and_then(|text| print(&text)),
        Some(Command::Show(args)) => history::show(&args).and_then(|text| print(&text)),
        Some(Command::Diff(args)) => history::compare(&args).and_then(|text| put(&text, args.output.as_deref())),
        Some(Command::Baseline(args)) => history::baseline(&args).and_then(|text| print(&text)),
        Some(Command::Export(args)) => history::export(&args).and_then(|text| print(&text)),
        Some(Command::Keygen(args)) => sign::keygen(&args).and_then(|text| print(&text)),
        Some(Command::Sign(args)) => sign::sign(&args).and_then(|text| print(&text)),
        Some(Command::Verify(args)) => sign::verify(&args).and_then(|text| print(&text)),
        Some(Command::Import(args)) => history::import(&args).and_then(|text| print(&text)),
        Some(Command::Deliver(args)) => deliver(&args),
        Some(Command::Forget(args)) => history::forget(&args).and_then(|text| print(&text)),
        Some(Command::Audit(args)) => history::audit(&args).and_then(|(text, sound)| {
            print(&text)?;
            Ok(if sound { Code::Complete } else { Code::Alarm })
        }),
        Some(Command::Data(args)) => show_data(&args),
        Some(Command::Profiles) => print(&limits::table()),
        Some(Command::Schema { format }) => print_schema(format),
        Some(Command::Config { command }) => check_config(&command),
        Some(Command::Completions { shell }) => print(&manual::completions(shell)),
        Some(Command::Man { command }) => manual::page(&command).and_then(|page| print(&page)),
    }
}

/// Whatever a scan would refuse is wrong with the file then.
fn check_config(ConfigCommand::Check { file }: &ConfigCommand) -> Outcome {
    let checked = config::check(file.as_deref())?;
    print(&checked.words)?;
    sweep(&checked.scan).map_err(Failure::as_usage)
}

fn complain(failure: &Failure) {
    say(&format!("error: {}\n", escape(&failure.message)));
    if let Some(hint) = &failure.hint {
        say(&format!("\nhint: {}\n", escape(hint)));
    }
}

fn sweep(args: &ScanArgs) -> Outcome {
    log(args.output.verbose);
    alarm::check(&args.output.keep)?;
    let knowledge = data::knowledge(args.output.oui_file.as_deref())?;
    let additions = Additions::read(&args.output.form)?;
    let interfaces = interfaces()?;
    let mut plan = plan::resolve(args, &interfaces)?;
    let notices = Notices::of_run(&args.output)?;
    let holds_secrets = args.login.is_some() || args.credentials.is_some() || !notices.is_empty();
    plan.given_up.extend(no_core_dumps(holds_secrets));
    let vault = credentials::vault(args, &knowledge.makers)?;
    plan.logins = vault.words();
    let header = words::scope_header(&plan)
        + &words::configured(args.config.as_deref())
        + &memory::announced(&args.output.keep)
        + &outbox::words(&args.output.form)
        + &notices.words(&args.output.keep);
    resume::is_apart(args)?;
    if args.dry_run {
        return rehearse(args, &header);
    }
    let raw = RawSockets::open(&plan.raw_channels(), &interfaces).with_room(plan.segments.len() + 1);
    plan.given_up.extend(drop_privileges()?);
    let resumed = args
        .resume
        .as_deref()
        .map(|file| Journal::open(file, &plan))
        .transpose()?;
    // Before a file is begun, which a run that is ended while it waits would leave.
    let _mark = mark(&plan, args.wait_for_other)?;
    let files = Files::begin(&args.output.form, args.inputs())?;
    let files = (files, Outbox::begin(&args.output.form)?);
    let record = args.record.as_deref().map(WholeFile::begin).transpose()?;
    // The folder of the store is made while that is allowed.
    let place = memory::place(&args.output.keep);
    if !args.no_sandbox {
        plan.given_up.extend(confine(args, place.as_ref().ok()));
    }
    if args.output.keep.quiet_unless.is_empty() {
        say(&header);
    }
    let account = account(&knowledge, &args.output);
    let mut watch = Watch::new(!args.no_progress, record);
    let memory = Memory::begin(
        place,
        &words::summary_of(&plan, &budget::Budget::of(&plan.limits)).scope,
    );
    let memory = without_memory(memory, "the scan goes on, and is not stored");
    watch.store(memory.as_ref().ok().and_then(Option::as_ref).map(Memory::replies));
    let stop = CancellationToken::new();
    let past = resumed.map(|(journal, past)| {
        watch.keep(journal, stop.clone());
        past
    });
    let findings = run(&plan, past, interfaces, (vault, raw), &knowledge, &mut watch, stop)?;
    let interrupted = findings.interrupted || findings.coverage.stopped.is_some();
    let journal = watch.take_journal();
    let recorded = watch.finish();
    let mut report = account.of_scan(&plan, findings);
    additions.apply(&mut report);
    let code = close(report, &args.output, files, memory, &notices);
    recorded
        .map_err(|error| Failure::could_not_run(format!("the replies were not recorded: {error}"), "see --record"))?;
    let code = code?;
    journal.map_or(Ok(()), |journal| end(journal, interrupted))?;
    Ok(code)
}

/// Says what a scan would do. What it would write is begun and left, so that a bad name is found here too; as by the
/// scan, without privileges.
fn rehearse(args: &ScanArgs, header: &str) -> Outcome {
    let known = args.known.as_deref().map(data::report).transpose();
    let expected = known
        .map_err(Failure::as_usage)?
        .map(|before| budget::expected(&before))
        .transpose()?;
    let expected = expected.map(|words| format!("  {words}\n")).unwrap_or_default();
    drop_privileges()?;
    Files::begin(&args.output.form, args.inputs())?;
    Outbox::begin(&args.output.form)?;
    args.record.as_deref().map(WholeFile::begin).transpose()?;
    print(&format!("{header}{expected}Nothing was sent.\n"))
}

/// Stores a run, tells of it, and says how to exit. That it could not be stored is said before the report, and keeps
/// nothing from being told.
fn close(
    report: Report,
    output: &OutputArgs,
    files: (Files, Outbox),
    memory: Result<Option<Memory>, Code>,
    notices: &Notices,
) -> Outcome {
    let owed = |remembered: Option<&Remembered>| notices.owed(&output.keep, &report, remembered);
    let stored = memory.and_then(|memory| {
        let finish = |memory: Memory| memory.finish(&report, |remembered| owed(Some(remembered)));
        let stored = memory.map(finish).transpose();
        without_memory(stored, "the run is not stored; what it found follows")
    });
    let (stored, failed) = stored.map_or_else(|code| (None, Some(code)), |stored| (stored, None));
    let (mut post, remembered) = match stored {
        Some((store, remembered)) => (Post::Kept(Box::new(store)), Some(remembered)),
        None => (Post::Unkept(owed(None)), None),
    };
    let remembered = remembered.as_ref();
    let code = exit::code_of(&report, alarm::rings(&output.keep, &report, remembered));
    let quiet = alarm::is_quiet(&output.keep, &report, remembered);
    let written = write(report, &output.form, files, code, quiet);
    if let Some(remembered) = remembered.filter(|_| !quiet && written.is_ok()) {
        say(&memory::words(remembered, output.form.redact));
    }
    let delivered = notices.deliver(&mut post).inspect_err(complain);
    let code = written?;
    Ok(failed.unwrap_or(delivered.map_or(code.undelivered(), |()| code)))
}

fn deliver(args: &DeliverArgs) -> Outcome {
    let notices = Notices::read(&args.notice)?;
    no_core_dumps(!notices.is_empty());
    let (text, went) = notices::deliver(args, &notices)?;
    print(&text)?;
    went.map(|()| Code::Complete)
}

/// Says what is wrong with the store, and what that means; the code to exit with at the end.
fn without_memory<T>(tried: Result<T, Failure>, so: &str) -> Result<T, Code> {
    tried.map_err(|failure| {
        complain(&failure);
        say(&format!("{so}\n"));
        failure.code
    })
}

/// Where secrets are held, none is left behind in a dump.
fn no_core_dumps(holds_secrets: bool) -> Option<String> {
    let given_up = holds_secrets && guard::no_core_dumps().is_ok();
    given_up.then(|| "core dumps".to_owned())
}

/// The raw sockets are open, nothing has been heard: from here on no privilege is needed.
fn drop_privileges() -> Result<Vec<String>, Failure> {
    guard::drop_privileges().map_err(|error| {
        Failure::could_not_run(
            format!("cannot give up this program's privileges: {error}"),
            "run it as a user without them; it then finds hosts without ARP of its own",
        )
    })
}

/// What Linux denies from here on. Where it cannot, the run goes on as on a system that has no such thing.
fn confine(args: &ScanArgs, store: Option<&Option<Place>>) -> Vec<String> {
    let store = store.and_then(Option::as_ref).and_then(Place::file);
    let files = args.files().map(std::path::PathBuf::as_path).chain(store);
    let folders = files.map(file::folder_of).chain(others::places());
    guard::confine(&folders.collect::<Vec<_>>()).unwrap_or_default()
}

/// Only when the report is written is the scan complete: until then the file of `--resume` is all there is of it.
fn end(journal: Journal, interrupted: bool) -> Result<(), Failure> {
    let ended = journal.finish(!interrupted);
    ended.map_err(|error| {
        Failure::could_not_run(
            format!("the run was stopped, as the resume file could not be written: {error}"),
            "make room for it, and start the same command again",
        )
    })?;
    if interrupted {
        say("\nhint: the same command goes on from here\n");
    }
    Ok(())
}

/// Tells other runs of this machine what this one asks; one that asks nobody need not.
fn mark(plan: &scan::Plan, wait: bool) -> Result<Option<others::Mark>, Failure> {
    if plan.passive.is_some() {
        return Ok(None);
    }
    let mark = others::claim(&plan.scope(), &others::places(), wait, &say)?;
    if mark.is_none() {
        say("note: there is no place where other runs on this machine could see this one\n");
    }
    Ok(mark)
}

fn account<'a>(knowledge: &'a Knowledge, output: &'a OutputArgs) -> Account<'a> {
    Account {
        started: Timestamp::now(),
        knowledge,
        oui_file: output.oui_file.as_deref(),
    }
}

fn interfaces() -> Result<Vec<Interface>, Failure> {
    net::interfaces().map_err(|error| {
        Failure::could_not_run(
            format!("cannot list this machine's interfaces: {error}"),
            "see the system's limits",
        )
    })
}

fn run(
    plan: &scan::Plan,
    past: Option<scan::Past>,
    interfaces: Vec<Interface>,
    (vault, raw): (Vault, RawSockets),
    knowledge: &Knowledge,
    watch: &mut Watch,
    stop: CancellationToken,
) -> Result<scan::Findings, Failure> {
    let cannot = |error: io::Error| Failure::could_not_run(format!("cannot start: {error}"), "see the system's limits");
    // One thread: a sweep wakes for each packet or two, and to wake another thread costs more than to send them.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(cannot)?;
    runtime.spawn(interruptions(stop.clone()));
    let findings = runtime.block_on(async {
        let door = net::live::Live::new(interfaces, plan.limits.clone(), vault).with(raw);
        let door = Arc::new(match plan.passive {
            Some(_) => door.mute(),
            None => door,
        });
        match past {
            Some(past) => scan::resume(plan, past, door, knowledge, watch, stop).await,
            None => scan::scan(plan, door, knowledge, watch, stop).await,
        }
    });
    // A name that DNS still owes must not hold up the report, nor the kernel, which closes a packet socket when all
    // processors have let go of it (some 15 ms).
    std::thread::spawn(|| runtime.shutdown_background());
    Ok(findings)
}

/// Once: stop asking and report what is known. Twice: leave at once.
async fn interruptions(stop: CancellationToken) {
    if interruption().await.is_ok() {
        stop.cancel();
        say("\nstopping; what is known is reported (again to leave at once)\n");
        if interruption().await.is_ok() {
            file::discard_unfinished();
            std::process::exit(Code::Interrupted as i32);
        }
    }
}

fn judge_again(args: &JudgeArgs) -> Outcome {
    log(args.output.verbose);
    alarm::check(&args.output.keep)?;
    let knowledge = data::knowledge(args.output.oui_file.as_deref())?;
    let additions = Additions::read(&args.output.form)?;
    let notices = Notices::of_run(&args.output)?;
    no_core_dumps(!notices.is_empty());
    let account = account(&knowledge, &args.output);
    let mut judge = Judge::new(&knowledge);
    for file in &args.files {
        data::each_reply(file, |reply| judge.take(&reply))?;
    }
    let inputs = args.files.iter().map(Path::new).chain(args.output.oui_file.as_deref());
    let inputs = inputs.chain(args.output.notice.inputs().map(|file| file.as_path()));
    let inputs = inputs.chain(args.output.keep.file());
    let files = Files::begin(&args.output.form, inputs)?;
    let files = (files, Outbox::begin(&args.output.form)?);
    let mut report = account.of_files(&args.files, judge.finish());
    additions.apply(&mut report);
    let memory = Memory::begin(memory::place(&args.output.keep), &report.plan.scope);
    let memory = without_memory(memory, "the run is not stored; what it found follows");
    close(report, &args.output, files, memory, &notices)
}

fn report_again(args: &ReportArgs) -> Outcome {
    let additions = Additions::read(&args.form)?;
    let mut report = history::report(&args.file, &args.store)?;
    additions.apply_again(&mut report);
    let files = Files::begin(
        &args.form,
        std::iter::once(Path::new(&args.file)).chain(args.store.file()),
    )?;
    let files = (files, Outbox::begin(&args.form)?);
    write(report, &args.form, files, Code::Complete, false)
}

/// To the files, unless `quiet` to standard output where no --output takes its place or a file could not be written, and at
/// last to the collector: nothing that fails there takes anything from the former.
fn write(report: Report, form: &FormArgs, (files, outbox): (Files, Outbox), code: Code, quiet: bool) -> Outcome {
    let cannot = |error: io::Error| Failure::could_not_run(format!("cannot write the report: {error}"), "see --output");
    let report = if form.redact {
        redact(report).map_err(|error| cannot(error.into()))?
    } else {
        report
    };
    let written = files.finish(&report, form);
    let mut printed = Ok(());
    // What is known must not be lost with the file that it was for.
    if (form.output.is_none() && !quiet) || written.is_err() {
        let terminal = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        let format = render::printable(form.format);
        let rendered = render::render(&report, format, form, terminal);
        printed = rendered.and_then(|bytes| quiet_if_closed(io::stdout().lock().write_all(&bytes)));
    }
    let delivered = outbox.deliver(&report).inspect_err(complain);
    printed.map_err(cannot)?;
    let said = written?;
    if !quiet {
        say(&said);
    }
    Ok(delivered.map_or(code.undelivered(), |()| code))
}

fn show_data(args: &DataArgs) -> Outcome {
    if args.questions {
        return print(&data::questions());
    }
    let knowledge: std::borrow::Cow<'_, Knowledge> = data::knowledge(args.oui_file.as_deref())?;
    print(&data::words(&knowledge, args.oui_file.as_deref()))
}

fn print_schema(format: SchemaOf) -> Outcome {
    print(&match format {
        SchemaOf::Reply => data::schema::<record::ReplyLine>(),
        SchemaOf::Report => data::schema::<Report>(),
        SchemaOf::Diff => data::schema::<Diff>(),
        SchemaOf::Export => data::schema::<transfer::Line>(),
        SchemaOf::Notice => data::schema::<Notice>(),
    })
}

fn log(verbose: u8) {
    let level = match verbose {
        0 => tracing::Level::WARN,
        1 => tracing::Level::INFO,
        _ => tracing::Level::DEBUG,
    };
    let log = tracing_subscriber::fmt().with_max_level(level).without_time();
    // The log's own complaint about a closed standard error would be a fault there.
    let log = log.with_writer(io::stderr).log_internal_errors(false);
    log.with_ansi(io::stderr().is_terminal()).init();
}

/// Says it on standard error. Nobody may listen there (`2>&1 | head`): that must not end a scan.
fn say(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

fn print(text: &str) -> Outcome {
    let printed = quiet_if_closed(io::stdout().lock().write_all(text.as_bytes()));
    printed.map_err(|error| Failure::could_not_run(format!("cannot print: {error}"), "see standard output"))?;
    Ok(Code::Complete)
}

/// To the file, where one is named, else to standard output.
fn put(text: &str, output: Option<&Path>) -> Outcome {
    let Some(path) = output else { return print(text) };
    let mut file = WholeFile::begin(path)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.finish());
    written.map_err(|error| {
        let name = path.display().to_string();
        Failure::could_not_run(format!("cannot write {name:?}: {error}"), "see --output")
    })?;
    Ok(Code::Complete)
}

/// A reader that has seen enough is no fault.
fn quiet_if_closed(result: io::Result<()>) -> io::Result<()> {
    result.or_else(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(error),
    })
}
