//! The file of `--resume`: what a scan does and hears, line by line, so that another run can go on after it.
//!
//! The first line says of which scan the file is. Then come marks ([`Mark`]) and reply lines ([`record`]), each written
//! to the system before the run goes on: the end of the process, however sudden, loses none of them. The system is not
//! made to bring them to the disk at once; that would cost milliseconds a packet. A last line that is not whole is
//! what was being written then, and is taken off.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::args::ScanArgs;
use super::budget::Budget;
use super::{Failure, words};
use crate::fact::Reply;
use crate::record;
use crate::scan::{Mark, Past, Plan};

/// The name and version of the format.
pub const SCHEMA: &str = "camsweep.resume/1";
/// How every file begins.
const BEGINNING: &str = r#"{"schema":"camsweep.resume/"#;
/// The largest file that is read, in bytes: far more than a scan writes.
const MAX_FILE: u64 = 2 * 1024 * 1024 * 1024;
/// The most of a scope that is kept for people to read, in characters.
const MAX_WORDS: usize = 200;
const OTHER_FILE: &str = "name another file, or remove it to begin anew";

/// Of which scan a file is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Header {
    schema: String,
    /// Of camsweep: another may ask other questions.
    version: String,
    /// The scope, as far as people want to read it.
    scope: String,
    /// SHA-256 of the whole of it.
    scope_hash: String,
    /// What else decides who is asked what. How fast is not among it.
    options: Vec<String>,
}

impl Header {
    fn of(plan: &Plan) -> Self {
        let scope = words::summary_of(plan, &Budget::of(&plan.limits)).scope.join("; ");
        let hash = Sha256::digest(&scope);
        Header {
            schema: SCHEMA.into(),
            version: env!("CARGO_PKG_VERSION").into(),
            scope_hash: hash.iter().map(|byte| format!("{byte:02x}")).collect(),
            scope: scope.chars().take(MAX_WORDS).collect(),
            options: options_of(plan),
        }
    }

    /// Why a file that begins with `other` is none of this scan's.
    fn differs_from(&self, other: &Header) -> Option<String> {
        let list = |options: &[String]| match options.is_empty() {
            true => "no option".to_owned(),
            false => options.join(", "),
        };
        if (&self.schema, &self.version) != (&other.schema, &other.version) {
            Some(format!(
                "was begun by camsweep {} ({}), and this is {} ({SCHEMA})",
                other.version, other.schema, self.version
            ))
        } else if self.scope_hash != other.scope_hash {
            Some(format!(
                "is of another scope: {}; this one is {}",
                other.scope, self.scope
            ))
        } else if self.options != other.options {
            let (then, now) = (list(&other.options), list(&self.options));
            Some(format!("was begun with {then}, and this run is with {now}"))
        } else {
            None
        }
    }
}

fn options_of(plan: &Plan) -> Vec<String> {
    let limits = &plan.limits;
    let flags = [
        (limits.gentle, "profile clinical"),
        (limits.hasty, "profile fast"),
        (plan.probe_silent, "--probe-silent"),
        (plan.no_tcp, "--no-tcp"),
        (plan.ethernet, "--l2-sadp"),
        (plan.ipv6, "--ipv6"),
    ];
    let flags = flags
        .iter()
        .filter(|(is_on, _)| *is_on)
        .map(|(_, word)| (*word).to_owned());
    let ports = limits.allowed_ports.iter().map(|port| format!("--allow-port {port}"));
    flags
        .chain([format!("--pages {}", limits.pages)])
        .chain(ports)
        .collect()
}

/// The file of a scan under way. It is locked as long as this lives.
#[derive(Debug)]
pub struct Journal {
    file: File,
    failed: Option<io::Error>,
}

impl Journal {
    /// Opens the file, or creates it for its owner alone, and reads what earlier runs have left in it.
    ///
    /// # Errors
    /// Where it is of another scan, broken, complete or in use, or cannot be opened. It is untouched then.
    pub fn open(path: &Path, plan: &Plan) -> Result<(Self, Past), Failure> {
        let name = format!("{:?}", path.display().to_string());
        let file = open(path, &name)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Failure::could_not_run(
                    format!("another run uses the resume file {name}"),
                    "wait until it has ended, or name another file",
                ));
            }
            Err(TryLockError::Error(error)) => return Err(cannot("lock", &name, &error)),
        }
        let header = Header::of(plan);
        let read = read(&name, BufReader::new(&file), &header)?;
        if read.past.is_complete() {
            return Err(Failure::could_not_run(
                format!("the scan of the resume file {name} is complete: nothing is left to ask, and nothing was sent"),
                OTHER_FILE,
            ));
        }
        let mut journal = Journal { file, failed: None };
        let begun = journal.begin(&header, read.whole);
        begun.map_err(|error| cannot("write", &name, &error))?;
        Ok((journal, read.past))
    }

    /// Takes off what is not whole, and says of which scan the file is where it does not say so yet.
    fn begin(&mut self, header: &Header, whole: u64) -> io::Result<()> {
        self.file.set_len(whole)?;
        if whole == 0 {
            self.file.write_all(line_of(header).as_bytes())?;
        }
        self.file.sync_data()
    }

    /// Writes down a reply. Whether all could be written so far.
    pub fn reply(&mut self, reply: &Reply) -> bool {
        self.line(record::to_line(reply) + "\n")
    }

    /// Writes down a mark. Whether all could be written so far.
    pub fn mark(&mut self, mark: &Mark) -> bool {
        self.line(line_of(mark))
    }

    /// In one piece. After a failure nothing more is written, so that only a last line can be in pieces.
    fn line(&mut self, line: String) -> bool {
        if self.failed.is_none() {
            self.failed = self.file.write_all(line.as_bytes()).err();
        }
        self.failed.is_none()
    }

    /// Ends the file, as complete where the scan is. From here on another run may use it.
    ///
    /// # Errors
    /// The first that writing met: the run has ended there.
    pub fn finish(mut self, is_complete: bool) -> io::Result<()> {
        if is_complete {
            self.mark(&Mark::Complete);
        }
        match self.failed {
            Some(error) => Err(error),
            None => self.file.sync_data(),
        }
    }
}

/// Whether no other option names the same file.
///
/// # Errors
/// The option that does.
pub fn is_apart(args: &ScanArgs) -> Result<(), Failure> {
    let form = &args.output.form;
    let reports = form.report.iter().map(|to| ("--report", &to.file));
    let others = form.output.iter().map(|file| ("--output", file));
    let others = others
        .chain(reports)
        .chain(args.record.iter().map(|file| ("--record", file)));
    match others.into_iter().find(|(_, file)| args.resume.as_ref() == Some(file)) {
        Some((option, file)) => Err(Failure::usage(
            format!("{option} and --resume both name {:?}", file.display().to_string()),
            "name two files",
        )),
        None => Ok(()),
    }
}

fn open(path: &Path, name: &str) -> Result<File, Failure> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    if std::fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(Failure::usage(
            format!("{name} is no file that a scan can go on from"),
            OTHER_FILE,
        ));
    }
    options.open(path).map_err(|error| cannot("open", name, &error))
}

fn cannot(what: &str, name: &str, error: &io::Error) -> Failure {
    Failure::could_not_run(
        format!("cannot {what} the resume file {name}: {error}"),
        "name a file on a local disk that you may read and write",
    )
}

fn line_of(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("strings, numbers and lists are always JSON") + "\n"
}

/// What is in a file, and how many bytes of it are whole lines.
#[derive(Debug, Default)]
struct Contents {
    past: Past,
    whole: u64,
}

fn read(name: &str, input: impl Read, header: &Header) -> Result<Contents, Failure> {
    let mut input = BufReader::new(input.take(MAX_FILE + 1));
    let (mut contents, mut number) = (Contents::default(), 0u64);
    loop {
        number += 1;
        let broken = |why: &dyn std::fmt::Display| {
            Failure::usage(
                format!("the resume file {name} is broken at line {number}: {why}"),
                OTHER_FILE,
            )
        };
        let line = next_line(&mut input).map_err(|error| broken(&error))?;
        if !line.ends_with(b"\n") {
            let is_ours = BEGINNING.as_bytes().starts_with(&line) || line.starts_with(BEGINNING.as_bytes());
            return match number == 1 && !is_ours {
                true => Err(no_resume_file(name)),
                false => Ok(contents),
            };
        }
        contents.whole += line.len() as u64;
        if contents.whole > MAX_FILE {
            return Err(broken(&"it is larger than any scan writes"));
        }
        if number == 1 {
            check(name, &line, header)?;
        } else {
            take(&mut contents.past, &line).map_err(|error| broken(&error))?;
        }
    }
}

/// The next line with its line feed; without one, the rest of the file.
fn next_line(input: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    input.take(record::MAX_LINE as u64 + 2).read_until(b'\n', &mut line)?;
    match line.len() > record::MAX_LINE + 1 {
        true => Err(io::Error::other("the line is too long")),
        false => Ok(line),
    }
}

fn check(name: &str, line: &[u8], header: &Header) -> Result<(), Failure> {
    let other: Header = serde_json::from_slice(line)
        .ok()
        .filter(|other: &Header| other.schema.starts_with("camsweep.resume/"))
        .ok_or_else(|| no_resume_file(name))?;
    match header.differs_from(&other) {
        Some(why) => Err(Failure::usage(
            format!("the resume file {name} {why}"),
            "give the same arguments as then, or name another file",
        )),
        None => Ok(()),
    }
}

fn no_resume_file(name: &str) -> Failure {
    Failure::usage(format!("{name} is no resume file"), OTHER_FILE)
}

/// Takes in one line: a reply, or else a mark.
fn take(past: &mut Past, line: &[u8]) -> io::Result<()> {
    let line = std::str::from_utf8(line).map_err(io::Error::other)?.trim_end();
    if line.starts_with(r#"{"schema":"#) {
        past.take_reply(record::read_line(line).map_err(io::Error::other)?);
    } else {
        past.take(serde_json::from_str(line)?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use proptest::prelude::*;

    use super::*;
    use crate::cli::exit::Code;
    use crate::fact::Protocol;
    use crate::scan::Ranges;

    const HOST: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 5));

    fn plan() -> Plan {
        Plan {
            routed: Ranges::from(HOST),
            ..Plan::default()
        }
    }

    fn marks() -> Vec<Mark> {
        vec![
            Mark::Reached {
                part: "passes 1".into(),
                round: 0,
                steps: 1,
            },
            Mark::Found { host: HOST, passes: 1 },
            Mark::Asked {
                host: HOST,
                place: (1, 0),
            },
        ]
    }

    /// A file with a header, three marks and a reply.
    fn whole() -> Vec<u8> {
        let reply = Reply::new("10.0.0.5", Protocol::Tcp, "open");
        let lines = marks().iter().map(line_of).collect::<String>();
        format!("{}{lines}{}\n", line_of(&Header::of(&plan())), record::to_line(&reply)).into_bytes()
    }

    fn parse(bytes: &[u8]) -> Result<Contents, Failure> {
        read("\"state\"", bytes, &Header::of(&plan()))
    }

    #[test]
    fn what_is_written_is_read_back_and_the_file_is_its_owners_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state");
        let (mut journal, past) = Journal::open(&path, &plan()).unwrap();
        assert!(past.is_empty());
        marks().iter().for_each(|mark| assert!(journal.mark(mark)));
        assert!(journal.reply(&Reply::new("10.0.0.5", Protocol::Tcp, "open")));
        let second = Journal::open(&path, &plan()).unwrap_err();
        assert!(second.message.contains("another run uses"), "{second:?}");
        journal.finish(false).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), whole());
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600);
        }
        let (journal, past) = Journal::open(&path, &plan()).unwrap();
        assert!(!past.is_empty() && !past.is_complete());
        journal.finish(true).unwrap();
        let before = std::fs::read(&path).unwrap();
        let complete = Journal::open(&path, &plan()).unwrap_err();
        assert_eq!(complete.code, Code::CouldNotRun);
        assert!(complete.message.contains("is complete"), "{complete:?}");
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }

    #[test]
    fn a_file_cut_off_anywhere_is_taken_up_to_its_last_whole_line() {
        let whole = whole();
        for length in 0..=whole.len() {
            let contents = parse(&whole[..length]).unwrap_or_else(|failure| panic!("{length}: {failure:?}"));
            let lines = whole[..length].iter().rposition(|byte| *byte == b'\n');
            assert_eq!(contents.whole, lines.map_or(0, |place| place as u64 + 1), "{length}");
        }
    }

    #[test]
    fn a_torn_line_is_taken_off_before_anything_is_added() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state");
        let whole = whole();
        std::fs::write(&path, [&whole[..], br#"{"asked":{"ho"#].concat()).unwrap();
        let (journal, _) = Journal::open(&path, &plan()).unwrap();
        journal.finish(false).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), whole);
    }

    #[test]
    fn the_file_of_another_scan_is_refused_and_untouched() {
        let other = |change: fn(&mut Header)| {
            let mut header = Header::of(&plan());
            change(&mut header);
            line_of(&header)
        };
        let table = [
            (
                other(|header| header.version = "0.0.9".into()),
                "was begun by camsweep 0.0.9",
            ),
            (
                other(|header| header.schema = "camsweep.resume/9".into()),
                "camsweep.resume/9",
            ),
            (
                other(|header| header.scope_hash = "00".into()),
                "is of another scope: 10.0.0.5",
            ),
            (other(|header| header.options.clear()), "was begun with no option"),
            ("{}\n".into(), "is no resume file"),
            ("precious notes".into(), "is no resume file"),
            ("\n".into(), "is no resume file"),
            (format!("{}not json\n", other(|_| ())), "is broken at line 2"),
            (format!("{}{{\"login\":1}}\n", other(|_| ())), "is broken at line 2"),
            (
                format!("{}{}\n", other(|_| ()), "x".repeat(record::MAX_LINE + 9)),
                "too long",
            ),
        ];
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state");
        for (text, part) in table {
            std::fs::write(&path, &text).unwrap();
            let failure = Journal::open(&path, &plan()).unwrap_err();
            assert!(failure.message.contains(part), "{part}: {failure:?}");
            assert_eq!(
                (failure.code, failure.message.lines().count()),
                (Code::Usage, 1),
                "{part}"
            );
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "{part}");
        }
        let failure = Journal::open(directory.path(), &plan()).unwrap_err();
        assert!(
            failure.message.contains("no file that a scan can go on from"),
            "{failure:?}"
        );
    }

    #[test]
    fn how_fast_a_run_is_may_change_and_whom_it_asks_what_may_not() {
        let header = Header::of(&plan());
        let mut faster = plan();
        faster.limits.rate += 1;
        assert_eq!(header.differs_from(&Header::of(&faster)), None);
        let changes: [fn(&mut Plan); 6] = [
            |plan| plan.limits.gentle = true,
            |plan| plan.limits.pages += 1,
            |plan| plan.limits.allowed_ports.push(631),
            |plan| plan.no_tcp = true,
            |plan| plan.probe_silent = true,
            |plan| plan.routed = Ranges::from(Ipv4Addr::new(10, 0, 0, 6)),
        ];
        for change in changes {
            let mut other = plan();
            change(&mut other);
            assert!(header.differs_from(&Header::of(&other)).is_some(), "{other:?}");
        }
    }

    proptest! {
        #[test]
        fn no_file_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), lines in "[\\PC\n]{0,80}") {
            let _ = parse(&bytes);
            let _ = parse(&[&whole()[..], lines.as_bytes(), b"\n", &bytes].concat());
        }

        #[test]
        fn no_byte_that_is_changed_makes_it_panic(place in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let mut bytes = whole();
            let place = place.index(bytes.len());
            bytes[place] = byte;
            let _ = parse(&bytes);
        }
    }
}
