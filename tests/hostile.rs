//! Hostile devices on the loopback: whatever they do, each question ends in its time and within its caps, the run ends,
//! and the good devices beside them are found as they are.

#![expect(clippy::unwrap_used, reason = "a test may fail by it")]
#![expect(clippy::print_stderr, reason = "a skipped test says so loudly")]

mod program;
#[path = "hostile/run.rs"]
mod run;
#[path = "hostile/steps.rs"]
mod steps;
#[path = "hostile/tcp.rs"]
mod tcp;
#[cfg(feature = "legacy-tls")]
#[path = "hostile/tls.rs"]
mod tls;
#[path = "hostile/udp.rs"]
mod udp;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use camsweep::fact::{MAX_BODY, MAX_HEAD};
use camsweep::net::live::Live;
use camsweep::net::{Answer, Ask, Door, Exchange, Fetch, Limits, Vault};
use camsweep::wire::{hik_sdk, http};
use tcp::Row;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// What a question gets here once it is connected.
const DEADLINE: Duration = Duration::from_secs(4);
/// When a test takes it for granted that a question never ends.
const HUNG: Duration = Duration::from_secs(60);
const CAP: usize = MAX_BODY + MAX_HEAD;

fn door() -> Live {
    Live::new(Vec::new(), Limits::default(), Vault::default())
}

/// A hostile device at work, each on an address of its own.
async fn device(place: usize, row: &'static Row) -> SocketAddr {
    let address = Ipv4Addr::new(127, 0, 87, u8::try_from(place + 1).unwrap());
    let listener = TcpListener::bind((address, 0)).await.unwrap();
    let to = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(steps::play(stream, row.steps));
        }
    });
    to
}

fn question(to: SocketAddr, tls: bool) -> Exchange {
    Exchange {
        to,
        interface: None,
        tls,
        requests: vec![http::get("127.0.0.1", "/")],
        answers: |bytes| usize::from(http::is_complete(bytes)),
        cap: CAP,
        page: false,
        patience: Limits::default().connect,
        deadline: DEADLINE,
    }
}

fn greeting(to: SocketAddr) -> Exchange {
    Exchange {
        requests: Vec::new(),
        answers: hik_sdk::answers,
        cap: hik_sdk::LENGTH,
        ..question(to, false)
    }
}

fn page(to: SocketAddr, tls: bool) -> Fetch {
    Fetch {
        to,
        interface: None,
        tls,
        legacy_tls: true,
        ask: Ask::Get("/".into()),
        login: None,
        patience: Limits::default().connect,
        deadline: DEADLINE,
    }
}

/// Asks every device of a table at the same time, each in both ways.
async fn ask_all(rows: &'static [Row], tls: bool, sdk: bool) -> Vec<(&'static Row, Answer, Answer)> {
    let mut asked = JoinSet::new();
    for (place, row) in rows.iter().enumerate() {
        let to = device(place, row).await;
        asked.spawn(async move {
            let door = door();
            let question = if sdk { greeting(to) } else { question(to, tls) };
            let both = async { (door.exchange(question).await, door.fetch(page(to, tls)).await) };
            let both = tokio::time::timeout(HUNG, both).await;
            let (bytes, page) = both.unwrap_or_else(|_| panic!("a device that {} is asked for ever", row.what));
            (row, bytes, page)
        });
    }
    asked.join_all().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_question_to_a_hostile_server_ends_in_its_time_and_within_its_caps() {
    let mut wrong = Vec::new();
    let web = ask_all(tcp::WEB, false, false).await;
    let tls = ask_all(tcp::TLS, true, false).await;
    for (row, bytes, page) in web.iter().chain(&tls) {
        for answer in [bytes, page] {
            if !row.ends.contains(&answer.outcome) {
                let (ended, why) = (answer.outcome, &answer.why);
                wrong.push(format!("{}: {ended:?}, not {:?} ({why:?})", row.what, row.ends));
            }
            assert!(answer.bytes.len() <= CAP, "{}: {} bytes", row.what, answer.bytes.len());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    what_is_cut_says_so(&web);
}

/// Beyond the cap there was more, at the deadline there may have been; of who breaks off by itself there was not.
fn what_is_cut_says_so(asked: &[(&Row, Answer, Answer)]) {
    let table = [
        ("drips a body", true),
        ("has a body of 10 MB", true),
        ("has chunks of one byte without end", true),
        ("has 500 headers of 700 bytes", true),
        ("has less body than it says", false),
        ("resets in its body", false),
        ("speaks HTTP/0.9", false),
    ];
    for (what, cut) in table {
        let (_, bytes, page) = asked.iter().find(|(row, ..)| row.what == what).unwrap();
        assert_eq!((bytes.cut, page.cut), (cut, cut), "a device that {what}");
    }
}

#[tokio::test]
async fn no_greeting_is_read_beyond_its_length() {
    for (row, bytes, _) in ask_all(tcp::SDK, false, true).await {
        assert!(row.ends.contains(&bytes.outcome), "{}: {bytes:?}", row.what);
        assert!(bytes.bytes.len() <= hik_sdk::LENGTH, "{}", row.what);
    }
}

#[tokio::test]
async fn what_claims_to_be_compressed_is_kept_as_it_came() {
    let row = tcp::WEB.iter().find(|row| row.what == "lies about gzip").unwrap();
    let answer = door().fetch(page(device(100, row).await, false)).await;
    assert!(answer.bytes.ends_with(b"\r\n\r\nno gzip"), "{answer:?}");
}
