//! The walls of a house that is one package: which room may import which. See `docs/architecture.md`.

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// Each room, and what it may import of the house. A room may always import itself.
const FLOORS: &[(&str, &[&str])] = &[
    ("fact", &[]),
    ("ranges", &[]),
    ("coverage", &["fact"]),
    ("wire", &["fact"]),
    ("record", &["fact"]),
    ("read", &["fact", "wire"]),
    ("identify", &["fact"]),
    ("judge", &["fact", "coverage", "read", "identify"]),
    ("net", &["fact", "wire"]),
    ("probe", &["fact", "wire", "net"]),
    ("report", &["fact", "identify", "coverage"]),
    ("store", &["coverage", "identify", "ranges", "report"]),
    ("deliver", &["report", "store"]),
    (
        "scan",
        &[
            "fact", "ranges", "coverage", "wire", "read", "identify", "judge", "net", "probe",
        ],
    ),
    (
        "cli",
        &[
            "fact", "ranges", "coverage", "record", "identify", "judge", "net", "probe", "report", "scan", "store",
            "deliver",
        ],
    ),
    ("main", &["report", "cli"]),
    ("lib", &[]),
];

/// What only the door may use: sockets, clocks, names. `std::net` itself has the address types, so its
/// sockets are named one by one.
const DOOR_ONLY: &[&str] = &[
    "socket2::",
    "tokio::net",
    "std::net::TcpStream",
    "std::net::TcpListener",
    "std::net::UdpSocket",
    "UdpSocket::",
    "TcpStream::",
    "tokio_rustls",
    "openssl::",
    "tokio_openssl",
    "hickory_resolver",
    "to_socket_addrs",
    "StreamOwned",
    "reqwest::Client",
    "reqwest::{Client",
    "AsyncSmtpConnection",
    "netdev::",
    "netlink",
    "SystemTime",
    "Timestamp::now",
    "Zoned::now",
];

/// The other files that may open a socket and ask for a name: to the user's own servers, when the run is over.
const OUTBOUND: &[(&str, &[&str])] = &[
    (
        "deliver/syslog.rs",
        &["UdpSocket::", "TcpStream::", "to_socket_addrs", "StreamOwned"],
    ),
    ("deliver/mail.rs", &["AsyncSmtpConnection"]),
    ("deliver/webhook.rs", &["reqwest::{Client"]),
];

/// Clocks that the user interface may read: when a run began and ended is part of the report.
const CLOCK_IN_CLI: &[&str] = &["Timestamp::now", "SystemTime"];

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder)
            .expect("src is there")
            .map(|entry| entry.expect("readable").path())
        {
            if entry.is_dir() {
                walk(&entry, files);
            } else if entry.extension().is_some_and(|extension| extension == "rs") {
                files.push(entry);
            }
        }
    }
    let mut files = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    files
        .into_iter()
        .map(|path| (path.clone(), fs::read_to_string(path).expect("readable")))
        .collect()
}

fn room_of(path: &Path) -> String {
    let inside = path
        .strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
        .expect("a source");
    let first = inside
        .components()
        .next()
        .expect("a file")
        .as_os_str()
        .to_string_lossy()
        .into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// The lines of a file up to its tests, comments taken off.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let body = text.split("#[cfg(test)]").next().unwrap_or_default();
    body.lines()
        .enumerate()
        .map(|(number, line)| (number + 1, line.split("//").next().unwrap_or_default()))
}

/// The rooms that a line imports: `crate::room`, in the binary `camsweep::room`, also inside braces.
fn imports(line: &str) -> Vec<String> {
    let roots = ["crate::", "camsweep::"];
    let after = |text: &str| roots.iter().find_map(|root| Some(text.split_once(root)?.1.to_owned()));
    let mut rooms = Vec::new();
    let mut rest = after(line);
    while let Some(path) = rest {
        let paths = path
            .strip_prefix('{')
            .map_or(vec![path.as_str()], |many| many.split(',').collect());
        let room = |path: &str| {
            path.trim()
                .chars()
                .take_while(|c| c.is_ascii_lowercase() || *c == '_')
                .collect()
        };
        rooms.extend(paths.into_iter().map(room).filter(|room: &String| !room.is_empty()));
        rest = after(&path);
    }
    rooms
}

#[test]
fn imports_point_down_only() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let room = room_of(&path);
        let Some((_, allowed)) = FLOORS.iter().find(|(name, _)| *name == room) else {
            panic!(
                "{}: a room without a floor; give it one in tests/floors.rs",
                path.display()
            );
        };
        for (number, line) in code(&text) {
            for import in imports(line) {
                let known = FLOORS.iter().any(|(name, _)| *name == import);
                if known && import != room && !allowed.contains(&import.as_str()) {
                    wrong.push(format!("{}:{number}: {room} must not import {import}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_door_opens_sockets_reads_clocks_and_asks_for_names() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let room = room_of(&path);
        if room == "net" {
            continue;
        }
        let outbound = OUTBOUND.iter().find(|(file, _)| path.ends_with(file));
        for (number, line) in code(&text) {
            for word in DOOR_ONLY.iter().filter(|word| line.contains(**word)) {
                let clock = room == "cli" && CLOCK_IN_CLI.contains(word);
                let outbound = outbound.is_some_and(|(_, words)| words.contains(word));
                if !(clock || outbound) {
                    wrong.push(format!("{}:{number}: {word} belongs to net", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is printed passes through one file, and only who presses Ctrl-C twice leaves without returning from main.
const ONE_FILE_ONLY: &[(&str, &[&str])] = &[
    ("print!(", &[]),
    ("println!(", &[]),
    ("io::stdout()", &["cli/console.rs"]),
    // Whether it is a terminal is asked for the progress line.
    ("io::stderr()", &["cli/console.rs", "cli/progress.rs"]),
    ("process::exit", &["cli/interrupt.rs"]),
];

#[test]
fn only_the_console_prints_and_nothing_exits_but_main() {
    let wrong = outside(ONE_FILE_ONLY, str::to_owned);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Where a word stands in another file than those that may have it; `seen`: what counts of a line.
fn outside(words: &[(&str, &[&str])], seen: impl Fn(&str) -> String) -> Vec<String> {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let file = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
        let file = file.expect("a source").display().to_string();
        for (word, files) in words.iter().filter(|(_, files)| !files.contains(&file.as_str())) {
            let lines = code(&text).filter(|(_, line)| seen(line).contains(&seen(word)));
            wrong.extend(lines.map(|(number, _)| format!("{file}:{number}: {word} belongs to {files:?}")));
        }
    }
    wrong
}

#[test]
fn unsafe_code_lives_in_one_file() {
    let pattern = Regex::new(r"\bunsafe\s*(\{|fn|impl)").expect("a pattern");
    let files: Vec<String> = sources()
        .iter()
        .filter(|(_, text)| code(text).any(|(_, line)| pattern.is_match(line)))
        .map(|(path, _)| path.file_name().expect("a file").to_string_lossy().into_owned())
        .collect();
    assert!(files.iter().all(|file| file == "linux.rs"), "{files:?}");
}

#[test]
fn the_documents_say_how_many_unsafe_blocks_there_are() {
    let pattern = Regex::new(r"\bunsafe\s*(\{|fn|impl)").expect("a pattern");
    let in_file = |text: &str| {
        code(text)
            .map(|(_, line)| pattern.find_iter(line).count())
            .sum::<usize>()
    };
    let blocks: usize = sources().iter().map(|(_, text)| in_file(text)).sum();
    let said = [
        "no block",
        "one block",
        "two blocks",
        "three blocks",
        "four blocks",
        "five blocks",
    ][blocks];
    for document in ["docs/threat-model.md", "docs/dependencies.md"] {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(document)).expect("a document");
        assert!(text.contains(said), "{document} does not say {said:?}");
    }
}

/// What a login's way rests on, and the only files that may say it.
const LOGIN_ONLY: &[(&str, &[&str])] = &[
    // A host becomes one that a login may be used on where its verdict is read, and nowhere else.
    ("by_verdict(", &["net/credential.rs", "scan/signs.rs"]),
    // A login is asked for by the questions that are for it.
    ("fetch_with_login(", &["probe/login/mod.rs", "probe/tcp.rs"]),
    // A secret is looked into where it is turned into an answer.
    (".expose()", &["net/challenge.rs", "net/login.rs"]),
    ("authorization", &["net/fetch.rs", "net/login.rs"]),
    // Made by the user's own words, and sent as a whole to the door.
    ("Credential {", &["net/credential.rs", "cli/credentials.rs"]),
];

#[test]
fn a_login_has_one_way_and_nothing_else_may_touch_it() {
    // A signature that gives a reference makes none.
    let wrong = outside(LOGIN_ONLY, |line| line.replace("-> &Credential {", "").to_lowercase());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_wall_itself_sees() {
    assert_eq!(imports("use crate::net::Door;"), ["net"]);
    assert_eq!(imports("use crate::{fact::Reply, net};"), ["fact", "net"]);
    assert_eq!(imports("    camsweep::scan::scan(x)"), ["scan"]);
    assert!(imports("use std::net::IpAddr;").is_empty());
    assert_eq!(
        code("a // crate::net\n#[cfg(test)]\nb")
            .map(|(_, line)| line)
            .collect::<Vec<_>>(),
        ["a "]
    );
}
