//! TLS of every age on the loopback: what each server is read by, and on how many connections.

#![expect(clippy::unwrap_used, reason = "a test may fail by it")]
#![cfg_attr(
    not(feature = "legacy-tls"),
    expect(clippy::print_stderr, reason = "a skipped test says so loudly")
)]

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use camsweep::fact::Outcome;
use camsweep::net::live::Live;
use camsweep::net::{Answer, Ask, Door, Exchange, Fetch, Limits, Tls, Vault, interfaces};
use camsweep::wire::http;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

fn door() -> Live {
    Live::new(interfaces().unwrap(), Limits::default(), Vault::default())
}

fn question(to: SocketAddr) -> Exchange {
    Exchange {
        to,
        interface: None,
        tls: true,
        requests: vec![http::get("127.0.0.1", "/")],
        answers: |bytes| usize::from(http::is_complete(bytes)),
        cap: 4096,
        page: false,
        patience: Limits::default().connect,
        deadline: Duration::from_secs(2),
    }
}

fn page(to: SocketAddr) -> Fetch {
    Fetch {
        to,
        interface: None,
        tls: true,
        legacy_tls: true,
        ask: Ask::Get("/doc/page?x=1".into()),
        login: None,
        patience: Limits::default().connect,
        deadline: Duration::from_secs(2),
    }
}

/// A server on the loopback that counts its connections.
#[derive(Clone)]
struct Server {
    address: SocketAddr,
    accepted: Arc<AtomicUsize>,
}

impl Server {
    /// Treats the nth connection, counted from 1, by `serve`, one after the other.
    async fn start<F: Future<Output = ()> + Send + 'static>(
        serve: impl Fn(usize, TcpStream) -> F + Send + Sync + 'static,
    ) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let accepted = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&accepted);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let nth = count.fetch_add(1, Ordering::SeqCst) + 1;
                tokio::spawn(serve(nth, stream));
            }
        });
        Server { address, accepted }
    }

    /// How many connections there were since the last call.
    fn connections(&self) -> usize {
        self.accepted.swap(0, Ordering::SeqCst)
    }
}

/// A fatal alert: 40 is handshake_failure.
const HANDSHAKE_FAILURE: &[u8] = b"\x15\x03\x01\x00\x02\x02\x28";

/// Reads the greeting, so that closing sends no reset, and says this.
async fn greet(mut stream: TcpStream, bytes: &[u8]) {
    let _ = stream.read(&mut [0; 4096]).await;
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
}

fn summary(answer: &Answer) -> (Outcome, Option<Tls>, u64) {
    (answer.outcome, answer.tls, answer.connections)
}

#[tokio::test]
async fn what_is_no_refusal_is_not_tried_again() {
    type Play = fn(TcpStream) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;
    let table: [(&str, Play, Outcome); 3] = [
        (
            "a web server without TLS",
            |stream| Box::pin(greet(stream, b"HTTP/1.1 400 Bad Request\r\n\r\n")),
            Outcome::Garbled,
        ),
        (
            "a server that knows no such name",
            |stream| Box::pin(greet(stream, b"\x15\x03\x03\x00\x02\x02\x70")),
            Outcome::Garbled,
        ),
        (
            "a silent peer",
            |mut stream| {
                Box::pin(async move { while stream.read(&mut [0; 4096]).await.is_ok_and(|length| length > 0) {} })
            },
            Outcome::Silent,
        ),
    ];
    for (name, play, outcome) in table {
        let server = Server::start(move |_, stream| play(stream)).await;
        let answer = door().exchange(question(server.address)).await;
        assert_eq!(
            (summary(&answer), server.connections()),
            ((outcome, None, 1), 1),
            "{name}: {:?}",
            answer.why
        );
        let answer = door().fetch(page(server.address)).await;
        assert_eq!(
            (summary(&answer), server.connections()),
            ((outcome, None, 1), 1),
            "{name}: {:?}",
            answer.why
        );
    }
}

#[tokio::test]
async fn what_must_not_go_by_legacy_tls_does_not() {
    let server = Server::start(|_, stream| greet(stream, HANDSHAKE_FAILURE)).await;
    let secret = Fetch {
        legacy_tls: false,
        ..page(server.address)
    };
    let answer = door().fetch(secret).await;
    assert_eq!(summary(&answer), (Outcome::Garbled, Some(Tls::Refused), 1));
    assert_eq!(server.connections(), 1);
}

#[cfg(not(feature = "legacy-tls"))]
#[tokio::test]
async fn without_the_feature_a_refusal_names_it() {
    eprintln!("SKIPPED: the servers of every age, for this is built without legacy-tls");
    let server = Server::start(|_, stream| greet(stream, HANDSHAKE_FAILURE)).await;
    for answer in [
        door().exchange(question(server.address)).await,
        door().fetch(page(server.address)).await,
    ] {
        assert_eq!(summary(&answer), (Outcome::Garbled, Some(Tls::Refused), 1));
        assert!(answer.why.unwrap().contains("legacy-tls"));
    }
    assert_eq!(server.connections(), 2);
}

#[cfg(feature = "legacy-tls")]
#[path = "tls/ages.rs"]
mod ages;
