//! The questions to the makers' own ports and to RTSP, asked by the real door of servers on the loopback:
//! what they hear, what is kept of what they say, and that they are connected to once.

#![expect(clippy::unwrap_used, reason = "a test may fail by it")]

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use camsweep::fact::{Outcome, Protocol};
use camsweep::net::live::Live;
use camsweep::net::{Limits, Vault, interfaces};
use camsweep::probe::tcp::{Asked, Question, Signs, Whom};
use camsweep::wire::dvrip;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Asks a server of this behaviour one question; how that went, what the server heard, how often it was called.
async fn ask<F: Future<Output = Vec<u8>> + Send + 'static>(
    question: Question,
    serve: impl Fn(TcpStream) -> F + Send + 'static,
) -> (Asked, Vec<u8>, usize) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = Some(listener.local_addr().unwrap().port());
    let calls = Arc::new(AtomicUsize::new(0));
    let (counter, (tell, heard)) = (calls.clone(), tokio::sync::oneshot::channel());
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        counter.fetch_add(1, Ordering::SeqCst);
        let _ = tell.send(serve(stream).await);
        while listener.accept().await.is_ok() {
            counter.fetch_add(1, Ordering::SeqCst);
        }
    });
    let signs = Signs {
        command_port: port,
        rtsp_port: port,
        ..Signs::default()
    };
    let whom = Whom {
        host: "127.0.0.1".parse().unwrap(),
        interface: None,
        patience: Limits::default().connect,
    };
    let door = Live::new(interfaces().unwrap(), Limits::default(), Vault::default());
    let [asked] = question.ask(&door, &whom, &signs).await.try_into().unwrap();
    (asked, heard.await.unwrap(), calls.load(Ordering::SeqCst))
}

/// Everything up to the blank line that ends a request; all there is, where the other side closes before.
async fn request(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => bytes.push(byte),
            Err(_) => break,
        }
    }
    bytes
}

/// Answers each request in turn, closes where `closes` says so, and hears the rest.
async fn answers(mut stream: TcpStream, answers: Vec<&'static str>, closes: bool) -> Vec<u8> {
    let mut heard = Vec::new();
    for answer in answers {
        heard.extend(request(&mut stream).await);
        // In two parts: an answer is whole when its last byte is there.
        let (one, two) = answer.as_bytes().split_at(answer.len() / 2);
        stream.write_all(one).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        stream.write_all(two).await.unwrap();
    }
    if closes {
        stream.shutdown().await.unwrap();
    }
    stream.read_to_end(&mut heard).await.unwrap();
    heard
}

const METHODS: &str = "RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: OPTIONS, DESCRIBE, PLAY\r\n\r\n";
const LOGIN: &str =
    "RTSP/1.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"Login to 4C0AAAAPAG00001\", nonce=\"1\"\r\n\r\n";

fn methods_of(heard: &[u8]) -> Vec<String> {
    let text = String::from_utf8(heard.to_vec()).unwrap();
    assert!(!text.contains("Authorization"), "{text}");
    let requests = text.split_terminator("\r\n\r\n");
    requests
        .map(|request| request.split(' ').next().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn rtsp_is_asked_twice_on_one_connection_whatever_the_first_answer() {
    for first in [METHODS, LOGIN] {
        let dialogue = move |stream| answers(stream, vec![first, LOGIN], false);
        let (asked, heard, calls) = ask(Question::Rtsp, dialogue).await;
        assert_eq!(
            (methods_of(&heard), calls),
            (vec!["OPTIONS".into(), "DESCRIBE".into()], 1)
        );
        let reply = &asked.replies[0];
        assert_eq!((&reply.protocol, asked.outcome), (&Protocol::Rtsp, Outcome::Answered));
        assert_eq!(reply.bytes, [first, LOGIN].concat().into_bytes());
    }
}

#[tokio::test]
async fn an_rtsp_server_that_hangs_up_is_not_called_again_and_its_word_is_kept() {
    let (asked, heard, calls) = ask(Question::Rtsp, |stream| answers(stream, vec![LOGIN], true)).await;
    assert_eq!(methods_of(&heard)[0], "OPTIONS");
    assert_eq!((asked.outcome, calls), (Outcome::Answered, 1));
    assert_eq!(asked.replies[0].bytes, LOGIN.as_bytes());
}

#[tokio::test]
async fn who_is_no_rtsp_server_is_asked_nothing_more() {
    let web = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    let (asked, heard, _) = ask(Question::Rtsp, move |stream| answers(stream, vec![web], false)).await;
    assert_eq!(methods_of(&heard), ["OPTIONS"]);
    assert_eq!(asked.replies[0].bytes.first(), Some(&b'H'));
}

#[tokio::test]
async fn the_sdk_port_hears_nothing_and_is_left_after_its_greeting() {
    const GREETING: &[u8] = b"\0\0\0\x10\0\0\0\x1e\0\0\0\x1e\0\0\0\0";
    let (asked, heard, calls) = ask(Question::HikSdk, |mut stream| async move {
        stream.write_all(GREETING).await.unwrap();
        let mut heard = Vec::new();
        stream.read_to_end(&mut heard).await.unwrap();
        heard
    })
    .await;
    assert_eq!((heard.len(), calls), (0, 1));
    assert_eq!(asked.replies[0].bytes, GREETING);
}

#[tokio::test]
async fn the_dvrip_port_hears_the_realm_request_and_nothing_after_it() {
    let body = b"Realm:Login to 4C0AAAAPAG00001\r\nRandom:1234567890\r\n\r\n";
    let mut frame = vec![0; 32];
    frame[..8].copy_from_slice(&[0xb0, 0x01, 0, 0x78, body.len() as u8, 0, 0x5a, 0xa5]);
    frame.extend(body);
    let expected = frame.clone();
    let (asked, heard, calls) = ask(Question::Dvrip, move |mut stream| {
        let frame = frame.clone();
        async move {
            let mut heard = vec![0; 32];
            stream.read_exact(&mut heard).await.unwrap();
            for part in frame.chunks(30) {
                stream.write_all(part).await.unwrap();
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            stream.read_to_end(&mut heard).await.unwrap();
            heard
        }
    })
    .await;
    assert_eq!((&heard[..], calls), (&dvrip::realm_request()[..], 1));
    assert_eq!((asked.outcome, &asked.replies[0].bytes), (Outcome::Answered, &expected));
}
