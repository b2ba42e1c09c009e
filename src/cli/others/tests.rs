use super::*;
use crate::cli::exit::Code;

fn some(last: u8) -> Ranges {
    Ranges::between([127, 9, 9, 1], [127, 9, 9, last])
}

fn refuse(scope: &Ranges, place: &Path) -> Result<Option<Mark>, Failure> {
    claim(scope, &[place.to_owned()], false, &|_| {})
}

#[test]
fn a_second_run_over_the_same_addresses_is_refused_and_over_others_it_is_not() {
    let place = tempfile::tempdir().unwrap();
    let first = refuse(&some(9), place.path()).unwrap().expect("a mark");
    let refused = refuse(&some(1), place.path()).unwrap_err();
    assert_eq!(refused.code, Code::CouldNotRun);
    let who = format!("pid {}, which asks 127.9.9.1-127.9.9.9", std::process::id());
    assert!(
        refused.message.contains(&who) && !refused.message.contains('\n'),
        "{refused:?}"
    );
    assert!(
        refused
            .hint
            .as_ref()
            .is_some_and(|hint| hint.contains("--wait-for-other"))
    );
    let file = place.path().join("camsweep-run-").display().to_string();
    assert!(refused.message.contains(&file), "where to look: {refused:?}");
    let elsewhere = Ranges::from(std::net::Ipv4Addr::new(127, 9, 9, 10));
    let beside = refuse(&elsewhere, place.path()).unwrap();
    assert!(beside.is_some());
    drop((first, beside));
    assert!(refuse(&some(9), place.path()).is_ok());
    let left: Vec<_> = std::fs::read_dir(place.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["camsweep-gate"]);
}

#[test]
fn a_run_that_waits_says_so_once_and_begins_when_the_other_has_ended() {
    let place = tempfile::tempdir().unwrap();
    let first = refuse(&some(9), place.path()).unwrap();
    let (said, path) = (std::sync::Mutex::new(Vec::new()), [place.path().to_owned()]);
    let say = |text: &str| said.lock().unwrap().push(text.to_owned());
    std::thread::scope(|threads| {
        threads.spawn(|| {
            while said.lock().unwrap().is_empty() {
                sleep(Duration::from_millis(10));
            }
            drop(first);
        });
        assert!(claim(&some(1), &path, true, &say).unwrap().is_some());
    });
    let said = said.lock().unwrap();
    assert!(said.len() == 1 && said[0].contains("127.9.9.1-127.9.9.9"), "{said:?}");
}

#[test]
fn the_mark_of_a_run_that_has_died_is_taken_away() {
    let place = tempfile::tempdir().unwrap();
    let stale = place.path().join("camsweep-run-dead");
    let text = format!(
        "camsweep.run/1\npid 1\nnetwork {}\nscope 127.9.9.1-127.9.9.9\n",
        network()
    );
    std::fs::write(&stale, text).unwrap();
    assert!(refuse(&some(9), place.path()).unwrap().is_some());
    assert!(!stale.exists());
}

#[test]
fn where_no_mark_can_be_left_the_run_goes_on_without() {
    let nowhere = PathBuf::from("/no/such/place");
    assert!(claim(&some(9), &[nowhere], false, &|_| {}).unwrap().is_none());
}

#[cfg(unix)]
#[test]
fn what_others_put_there_makes_nobody_wait_and_is_not_touched() {
    let (place, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let at = |name: &str| place.path().join(name);
    let target = other.path().join("theirs");
    std::fs::write(&target, "keep").unwrap();
    std::os::unix::fs::symlink(&target, at("camsweep-gate")).unwrap();
    std::os::unix::fs::symlink(&target, at("camsweep-run-link")).unwrap();
    std::fs::create_dir(at("camsweep-run-folder")).unwrap();
    std::fs::write(at("camsweep-run-huge"), vec![b'x'; 1 << 20]).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(at("camsweep-run-pipe"))
        .status();
    assert!(made.is_ok_and(|status| status.success()), "mkfifo is in POSIX");
    let begun = Instant::now();
    assert!(refuse(&some(9), place.path()).unwrap().is_some());
    assert!(begun.elapsed() < GATE_PATIENCE, "{:?}", begun.elapsed());
    assert_eq!(std::fs::read(&target).unwrap(), b"keep");
    assert!(at("camsweep-run-link").is_symlink() && at("camsweep-run-folder").is_dir());
}

#[test]
fn a_gate_that_somebody_keeps_is_not_waited_for_for_ever() {
    let place = tempfile::tempdir().unwrap();
    let gate = std::fs::File::create(place.path().join("camsweep-gate")).unwrap();
    gate.lock().unwrap();
    assert!(refuse(&some(9), place.path()).unwrap().is_some());
}
