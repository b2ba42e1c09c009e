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
fn a_dry_run_says_what_is_left_or_what_is_wrong_and_touches_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state");
    assert!(look(&path, &plan()).unwrap().ends_with("is begun"));
    assert!(!path.exists());
    let whole = whole();
    let complete = [&whole[..], line_of(&Mark::Complete).as_bytes()].concat();
    let torn = [&whole[..], br#"{"asked":{"ho"#].concat();
    let table: [(&[u8], Result<&str, &str>); 5] = [
        (b"", Ok("is begun")),
        (
            &whole,
            Ok("replies kept: 1; hosts asked: 1; \"passes 1\": 1 of round 1"),
        ),
        (&torn, Ok("hosts asked: 1")),
        (&complete, Err("is complete")),
        (b"precious notes", Err("is no resume file")),
    ];
    for (bytes, expected) in table {
        std::fs::write(&path, bytes).unwrap();
        let looked = look(&path, &plan()).map_err(|failure| failure.message);
        let (said, part) = match (&looked, expected) {
            (Ok(said), Ok(part)) | (Err(said), Err(part)) => (said, part),
            _ => panic!("{expected:?}: {looked:?}"),
        };
        assert!(said.contains(part) && !said.contains('\n'), "{part}: {said}");
        assert_eq!(std::fs::read(&path).unwrap(), bytes, "{part}");
    }
    let nowhere = look(&directory.path().join("no/such"), &plan()).unwrap_err();
    assert_eq!(nowhere.code, Code::CouldNotRun);
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
