//! The door to the network, tried on the loopback and in a network namespace of its own.

#![expect(clippy::unwrap_used, reason = "a test may fail by it")]
#![expect(clippy::print_stderr, reason = "a skipped test says so loudly")]

use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use camsweep::fact::{MAX_BODY, MAX_HEAD, Outcome, Protocol};
use camsweep::net::live::Live;
use camsweep::net::{Ask, Body, Channel, Door, Exchange, Family, Fetch, Lane, Limits, Packet, Vault, interfaces};
use camsweep::wire::onvif;
use camsweep::wire::wsd::LINK_LOCAL_GROUP;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::time::Instant;

fn door() -> Live {
    Live::new(interfaces().unwrap(), Limits::default(), Vault::default())
}

fn question(to: SocketAddr) -> Exchange {
    Exchange {
        to,
        interface: None,
        tls: false,
        requests: vec![b"hello\r\n".to_vec()],
        answers: |_| 0,
        cap: 4096,
        page: false,
        patience: Limits::default().connect,
        deadline: Duration::from_millis(600),
    }
}

fn page(to: SocketAddr) -> Fetch {
    Fetch {
        to,
        interface: None,
        tls: false,
        legacy_tls: true,
        ask: Ask::Get("/doc/page?x=1".into()),
        login: None,
        patience: Limits::default().connect,
        deadline: Duration::from_secs(2),
    }
}

#[tokio::test]
async fn a_mute_door_sends_nothing_whatever_it_is_asked() {
    let listener = TcpListener::bind(SocketAddr::from((LOCAL, 0))).await.unwrap();
    let to = listener.local_addr().unwrap();
    let door = door().mute();
    let channel = Channel::Unicast {
        protocol: Protocol::Wsd,
        family: Family::V4,
        interface: None,
        source_port: 0,
    };
    door.open(&channel).await.unwrap();
    let packet = Packet::Datagram {
        channel,
        to: SocketAddr::from((LOCAL, 3702)),
        payload: b"hello".as_slice().into(),
    };
    let refused = door.send(packet).await.unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::PermissionDenied);
    assert_eq!(door.exchange(question(to)).await.outcome, Outcome::Denied);
    assert_eq!(door.fetch(page(to)).await.outcome, Outcome::Denied);
    assert_eq!(door.name_of(to.ip()).await, None);
    let knock = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
    assert!(knock.is_err(), "{knock:?}");
}

/// A server that treats each connection by `serve`.
async fn server<F: Future<Output = ()> + Send + 'static>(
    host: [u8; 4],
    serve: impl Fn(TcpStream) -> F + Send + Sync + 'static,
) -> SocketAddr {
    let listener = TcpListener::bind(SocketAddr::from((host, 0))).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    address
}

const LOCAL: [u8; 4] = [127, 0, 0, 1];

async fn says(stream: &mut TcpStream, bytes: &[u8]) {
    stream.write_all(bytes).await.unwrap();
}

async fn hold(stream: TcpStream) {
    tokio::time::sleep(Duration::from_secs(30)).await;
    drop(stream);
}

#[tokio::test]
async fn an_answer_that_ends_is_whole() {
    let to = server(LOCAL, |mut stream| async move {
        let mut request = [0; 7];
        stream.read_exact(&mut request).await.unwrap();
        says(&mut stream, &request).await;
    })
    .await;
    let answer = door().exchange(question(to)).await;
    assert_eq!(
        (answer.outcome, &answer.bytes[..], answer.why),
        (Outcome::Answered, &b"hello\r\n"[..], None)
    );
}

#[tokio::test]
async fn what_dripped_in_before_the_deadline_is_kept() {
    let to = server(LOCAL, |mut stream| async move {
        for _ in 0..100 {
            if stream.write_all(b"x").await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    let start = std::time::Instant::now();
    let answer = door().exchange(question(to)).await;
    assert_eq!(answer.outcome, Outcome::Answered);
    assert!((1..60).contains(&answer.bytes.len()), "{}", answer.bytes.len());
    assert!(start.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn a_reset_keeps_the_bytes_before_it() {
    let to = server(LOCAL, |mut stream| async move {
        says(&mut stream, b"part").await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        // Closing with the request unread sends a reset.
        drop(stream);
    })
    .await;
    let answer = door().exchange(question(to)).await;
    assert_eq!((answer.outcome, &answer.bytes[..]), (Outcome::Answered, &b"part"[..]));
}

#[tokio::test]
async fn silence_and_refusal_are_told_apart() {
    let silent = server(LOCAL, hold).await;
    let answer = door().exchange(question(silent)).await;
    assert_eq!(answer.outcome, Outcome::Silent);
    assert!(answer.why.is_some());
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    assert_eq!(door().exchange(question(closed)).await.outcome, Outcome::Refused);
}

#[tokio::test]
async fn a_huge_answer_is_cut_at_the_cap_and_enough_is_enough() {
    let to = server(LOCAL, |mut stream| async move {
        while stream.write_all(&[b'x'; 10_000]).await.is_ok() {}
    })
    .await;
    let answer = door().exchange(question(to)).await;
    assert_eq!((answer.outcome, answer.bytes.len()), (Outcome::Answered, 4096));
    let to = server(LOCAL, |mut stream| async move {
        says(&mut stream, b"greeting\n").await;
        hold(stream).await;
    })
    .await;
    let start = std::time::Instant::now();
    let wanted = Exchange {
        answers: |bytes| usize::from(bytes.ends_with(b"\n")),
        deadline: Duration::from_secs(20),
        ..question(to)
    };
    assert_eq!(door().exchange(wanted).await.bytes, b"greeting\n");
    assert!(start.elapsed() < Duration::from_secs(5));
}

fn acceptor() -> (tokio_rustls::TlsAcceptor, Vec<u8>) {
    let pair = rcgen::generate_simple_self_signed(["camera.example".to_owned()]).unwrap();
    let certificate = pair.cert.der().to_vec();
    let key = rustls::pki_types::PrivateKeyDer::try_from(pair.signing_key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone().into()], key)
        .unwrap();
    (tokio_rustls::TlsAcceptor::from(Arc::new(config)), certificate)
}

#[tokio::test]
async fn a_self_signed_certificate_is_recorded_and_trusted_by_nobody() {
    let (acceptor, certificate) = acceptor();
    let to = server(LOCAL, move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let mut stream = acceptor.accept(stream).await.unwrap();
            let _ = stream.read(&mut [0; 512]).await;
            let _ = stream
                .write_all(b"HTTP/1.1 401 No\r\nServer: Test\r\nContent-Length: 0\r\n\r\n")
                .await;
            let _ = stream.shutdown().await;
        }
    })
    .await;
    let answer = door()
        .exchange(Exchange {
            tls: true,
            ..question(to)
        })
        .await;
    assert_eq!(
        (answer.outcome, answer.certificate.as_ref()),
        (Outcome::Answered, Some(&certificate))
    );
    let answer = door().fetch(Fetch { tls: true, ..page(to) }).await;
    assert_eq!(
        (answer.outcome, answer.certificate.as_ref()),
        (Outcome::Answered, Some(&certificate)),
        "{:?}",
        answer.why
    );
    assert!(answer.bytes.starts_with(b"HTTP/1.1 401 "));
}

#[tokio::test]
async fn a_failed_handshake_is_garbled_and_says_so() {
    let to = server(LOCAL, |mut stream| async move {
        says(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        hold(stream).await;
    })
    .await;
    let answer = door()
        .exchange(Exchange {
            tls: true,
            ..question(to)
        })
        .await;
    assert_eq!(answer.outcome, Outcome::Garbled);
    assert!(answer.why.unwrap().starts_with(&format!("TLS handshake with {to}: ")));
    let answer = door().fetch(Fetch { tls: true, ..page(to) }).await;
    assert_eq!(answer.outcome, Outcome::Garbled, "{:?}", answer.why);
}

#[tokio::test]
async fn forbidden_ports_are_never_touched() {
    // Where the port cannot be had, the outcome alone is tested.
    let printer = TcpListener::bind("127.0.0.1:9100").await;
    let to = "127.0.0.1:9100".parse().unwrap();
    for denied in [door().exchange(question(to)).await, door().fetch(page(to)).await] {
        assert_eq!((denied.outcome, denied.connections), (Outcome::Denied, 0));
    }
    if let Ok(printer) = printer {
        assert!(
            tokio::time::timeout(Duration::from_millis(100), printer.accept())
                .await
                .is_err()
        );
    }
}

#[tokio::test]
async fn a_port_that_the_user_allows_is_asked_and_no_other() {
    let [allowed, other] = [20000, 44818].map(|port| SocketAddr::from(([127, 0, 0, 9], port)));
    let limits = Limits {
        allowed_ports: vec![allowed.port()],
        ..Limits::default()
    };
    let door = Live::new(interfaces().unwrap(), limits, Vault::default());
    assert_eq!(door.exchange(question(other)).await.outcome, Outcome::Denied);
    // Nobody need listen there: to be refused by the host, it must have been asked.
    let answer = door.exchange(question(allowed)).await;
    assert_ne!(answer.outcome, Outcome::Denied);
    assert_eq!(answer.connections, 1);
}

#[tokio::test]
async fn one_conversation_per_host_and_several_hosts_at_once() {
    static OPEN: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);
    async fn serve(mut stream: TcpStream) {
        MOST.fetch_max(OPEN.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(150)).await;
        let _ = stream.read(&mut [0; 64]).await;
        OPEN.fetch_sub(1, Ordering::SeqCst);
        let _ = stream.write_all(b"done").await;
    }
    let (one, two) = (server([127, 0, 0, 5], serve).await, server([127, 0, 0, 6], serve).await);
    let door = door();
    tokio::join!(
        door.exchange(question(one)),
        door.exchange(question(one)),
        door.exchange(question(one))
    );
    assert_eq!(MOST.swap(0, Ordering::SeqCst), 1);
    tokio::join!(door.exchange(question(one)), door.exchange(question(two)));
    assert_eq!(MOST.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn whoever_asks_next_finds_the_pages_connection_closed() {
    use std::io::{ErrorKind, Read, Write};
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let to = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        assert!(stream.read(&mut request).unwrap() > 0);
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok")
            .unwrap();
        stream
    });
    assert_eq!(door().fetch(page(to)).await.outcome, Outcome::Answered);
    let mut stream = server.join().unwrap();
    stream.set_nonblocking(true).unwrap();
    let after = stream.read(&mut [0; 16]).map_err(|error| error.kind());
    assert_ne!(after, Err(ErrorKind::WouldBlock), "it still stands");
}

#[tokio::test]
async fn no_redirect_is_followed_and_no_proxy_asked() {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let to = server(LOCAL, |mut stream| async move {
        ASKED.fetch_add(1, Ordering::SeqCst);
        let mut request = [0; 1024];
        let length = stream.read(&mut request).await.unwrap();
        assert!(
            request[..length].starts_with(b"GET /doc/page?x=1 HTTP/1.1\r\n"),
            "asked as a proxy is"
        );
        says(
            &mut stream,
            b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 4\r\n\r\nbody",
        )
        .await;
    })
    .await;
    let answer = door().fetch(page(to)).await;
    assert_eq!(answer.outcome, Outcome::Answered, "{:?}", answer.why);
    let text = String::from_utf8(answer.bytes).unwrap();
    assert!(
        text.starts_with("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n") && text.ends_with("\r\n\r\nbody"),
        "{text}"
    );
    assert_eq!(ASKED.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_question_to_a_device_service_is_a_post_spelt_as_small_servers_look_for_it() {
    let to = server(LOCAL, |mut stream| async move {
        let mut request = Vec::new();
        while !request.ends_with(b"</s:Envelope>") {
            assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0, "hung up in the middle");
        }
        says(&mut stream, &[b"HTTP/1.1 200 OK\r\n\r\n", &request[..]].concat()).await;
    })
    .await;
    let (path, request) = ("/onvif/device_service".into(), onvif::Request::DeviceInformation);
    let ask = Ask::Onvif { path, request };
    let answer = door().fetch(Fetch { ask, ..page(to) }).await;
    let text = String::from_utf8(answer.bytes).unwrap();
    let (head, body) = text.split_once("POST ").unwrap().1.split_once("\r\n\r\n").unwrap();
    assert_eq!(body, request.envelope());
    let mut fields: Vec<&str> = head.lines().collect();
    assert_eq!(fields.remove(0), "/onvif/device_service HTTP/1.1");
    fields.sort_unstable();
    let expected = [
        "Accept: */*".to_owned(),
        "Connection: close".to_owned(),
        format!("Content-Length: {}", body.len()),
        format!("Content-Type: {}", request.content_type()),
        format!("Host: {to}"),
        format!("User-Agent: camsweep/{}", env!("CARGO_PKG_VERSION")),
    ];
    assert_eq!(fields, expected, "and no login");
}

#[test]
fn the_proxy_of_the_environment_is_ignored() {
    let me = std::env::current_exe().unwrap();
    let status = std::process::Command::new(me)
        .args(["--exact", "no_redirect_is_followed_and_no_proxy_asked"])
        .envs([
            ("HTTP_PROXY", "http://127.0.0.1:1"),
            ("http_proxy", "http://127.0.0.1:1"),
            ("ALL_PROXY", "http://127.0.0.1:1"),
        ])
        .status();
    assert!(status.unwrap().success());
}

#[tokio::test]
async fn a_page_without_end_is_cut_and_what_is_no_http_is_kept_bare() {
    let to = server(LOCAL, |mut stream| async move {
        let _ = stream.read(&mut [0; 1024]).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
        while stream.write_all(&[b'x'; 10_000]).await.is_ok() {}
    })
    .await;
    let answer = door().fetch(page(to)).await;
    assert_eq!(answer.bytes.len(), MAX_HEAD + MAX_BODY);
    let to = server(LOCAL, |mut stream| async move {
        let _ = stream.read(&mut [0; 1024]).await;
        let _ = stream.write_all(b"220 some other service\r\n").await;
    })
    .await;
    assert_eq!(door().fetch(page(to)).await.bytes, b"220 some other service\r\n");
}

/// A server that takes nobody any more leaves the greeting unanswered, as a firewall does.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_connection_is_waited_for_as_long_as_who_asks_says_and_no_longer() {
    let full = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    full.bind(&SocketAddr::from((LOCAL, 0)).into()).unwrap();
    full.listen(0).unwrap();
    let to = full.local_addr().unwrap().as_socket().unwrap();
    let connect = || std::net::TcpStream::connect_timeout(&to, Duration::from_millis(200));
    let _queue: Vec<_> = std::iter::from_fn(|| connect().ok()).collect();
    let for_ever = Duration::from_secs(600);
    let limits = Limits {
        connect: for_ever,
        ..Limits::default()
    };
    let door = Live::new(interfaces().unwrap(), limits, Vault::default());
    let (patience, deadline) = (Duration::from_millis(50), for_ever);
    let page = Fetch {
        patience,
        deadline,
        ..page(to)
    };
    let question = Exchange {
        patience,
        deadline,
        ..question(to)
    };
    let asked = async { [door.fetch(page).await, door.exchange(question).await] };
    let asked = tokio::time::timeout(Duration::from_secs(60), asked).await;
    for answer in asked.expect("the wait for a connection is over long ago") {
        assert_eq!((answer.outcome, answer.connected), (Outcome::Silent, false));
        assert!(answer.why.is_some_and(|why| why.starts_with("connecting to")));
    }
}

fn unicast() -> Channel {
    Channel::Unicast {
        protocol: Protocol::Sadp,
        family: Family::V4,
        interface: None,
        source_port: 0,
    }
}

fn datagram(to: SocketAddr, payload: &[u8]) -> Packet {
    Packet::Datagram {
        channel: unicast(),
        to,
        payload: payload.into(),
    }
}

#[tokio::test]
async fn a_reply_from_another_port_is_heard() {
    let (asked, other) = (
        UdpSocket::bind("127.0.0.1:0").await.unwrap(),
        UdpSocket::bind("127.0.0.1:0").await.unwrap(),
    );
    let door = door();
    let to = asked.local_addr().unwrap();
    assert_eq!(
        door.send(datagram(to, b"who")).await.unwrap_err().kind(),
        io::ErrorKind::NotConnected
    );
    door.open(&unicast()).await.unwrap();
    door.send(datagram(to, b"who")).await.unwrap();
    let mut buffer = [0; 16];
    let (length, from) = asked.recv_from(&mut buffer).await.unwrap();
    assert_eq!(&buffer[..length], b"who");
    let back = SocketAddr::from((LOCAL, from.port()));
    other.send_to(b"me", back).await.unwrap();
    let heard = tokio::time::timeout(Duration::from_secs(5), door.heard())
        .await
        .unwrap();
    assert_eq!((heard.channel, heard.interface), (unicast(), None));
    assert_eq!(heard.body, Body::Datagram(other.local_addr().unwrap(), b"me".to_vec()));
    assert!(!door.lost().contains_key("udp receive buffers"));
}

#[tokio::test]
async fn empty_datagrams_and_forbidden_ports_are_refused() {
    let door = door();
    door.open(&unicast()).await.unwrap();
    let empty = door.send(datagram("127.0.0.1:3702".parse().unwrap(), b"")).await;
    assert_eq!(empty.unwrap_err().kind(), io::ErrorKind::InvalidInput);
    let printer = door.send(datagram("127.0.0.1:9100".parse().unwrap(), b"x")).await;
    assert_eq!(printer.unwrap_err().kind(), io::ErrorKind::PermissionDenied);
    for (port, payload, refusal) in [
        (9100, b"x".as_slice(), io::ErrorKind::PermissionDenied),
        (3702, b"", io::ErrorKind::InvalidInput),
        (3702, b"x", io::ErrorKind::NotConnected),
    ] {
        let packet = Packet::LinkLocal {
            channel: Channel::LinkLocal {
                protocol: Protocol::Wsd,
                interface: "nowhere".into(),
            },
            group: "ff02::c".parse().unwrap(),
            port,
            payload: payload.into(),
        };
        assert_eq!(door.send(packet).await.unwrap_err().kind(), refusal, "port {port}");
    }
}

#[tokio::test]
async fn the_door_says_when_a_lane_is_free_again() {
    let limits = Limits {
        rate: 1,
        ..Limits::default()
    };
    let door = Live::new(interfaces().unwrap(), limits, Vault::default());
    let host = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    door.open(&unicast()).await.unwrap();
    assert_eq!(door.next(Lane::Datagram), None);
    let before = Instant::now();
    door.send(datagram(host.local_addr().unwrap(), b"who")).await.unwrap();
    let free = door.next(Lane::Datagram).expect("a second has not gone by");
    assert!(free >= before + Duration::from_secs(1));
}

#[tokio::test]
async fn a_host_gets_so_many_pages_and_no_more_whichever_way_they_are_asked() {
    let to = server(LOCAL, |mut stream| async move {
        let _ = stream.read(&mut [0; 1024]).await;
        says(&mut stream, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
    })
    .await;
    let limits = Limits {
        pages: 3,
        ..Limits::default()
    };
    let door = Live::new(interfaces().unwrap(), limits, Vault::default());
    let asked = Exchange {
        page: true,
        ..question(to)
    };
    let nobody = Exchange {
        to: SocketAddr::from((LOCAL, 1)),
        ..asked.clone()
    };
    assert_eq!(door.exchange(nobody).await.outcome, Outcome::Refused);
    assert_eq!(door.pages_left(to.ip()), 3, "what was not connected is no request");
    assert_eq!(door.exchange(asked.clone()).await.outcome, Outcome::Answered);
    assert_eq!(door.fetch(page(to)).await.outcome, Outcome::Answered);
    assert_eq!(door.pages_left(to.ip()), 1);
    door.pages_asked(to.ip(), 1);
    assert_eq!(door.exchange(asked).await.outcome, Outcome::NotAsked);
    assert_eq!(door.fetch(page(to)).await.outcome, Outcome::NotAsked);
    let other = door.exchange(question(to)).await;
    assert_eq!(other.outcome, Outcome::Answered, "what is no page is not counted");
}

/// What is for everybody counts against another limit than what is for one host.
#[tokio::test]
async fn a_channel_carries_what_is_for_one_host_or_what_is_for_everybody_and_never_both() {
    let door = door();
    let found = interfaces().unwrap();
    let loopback = found.iter().find(|interface| interface.loopback).unwrap().name.clone();
    let to_one = Channel::Unicast {
        protocol: Protocol::Sadp,
        family: Family::V4,
        interface: Some(loopback.clone()),
        source_port: 0,
    };
    let to_all = Channel::Multicast {
        protocol: Protocol::Sadp,
        interface: loopback,
        source_port: 0,
    };
    let (host, group) = (Ipv4Addr::LOCALHOST, Ipv4Addr::new(239, 255, 255, 250));
    for (channel, to) in [(to_one.clone(), group), (to_one, Ipv4Addr::BROADCAST), (to_all, host)] {
        door.open(&channel).await.unwrap();
        let packet = Packet::Datagram {
            channel,
            to: (to, 37020).into(),
            payload: (*b"x").into(),
        };
        assert_eq!(door.send(packet).await.unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }
}

/// Where group and port are listened on side by side, as in a scan.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_comes_to_a_port_is_heard_once_and_nothing_leaves_by_an_ear() {
    let door = door();
    let found = interfaces().unwrap();
    let loopback = found.iter().find(|interface| interface.loopback).unwrap();
    let speaker = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    socket2::SockRef::from(&speaker)
        .set_multicast_if_v4(&Ipv4Addr::LOCALHOST)
        .unwrap();
    let free = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let (port, group) = (free.local_addr().unwrap().port(), Ipv4Addr::new(239, 255, 255, 250));
    drop(free);
    let own = Channel::OwnPort {
        protocol: Protocol::Sadp,
        interface: Some(loopback.name.clone()),
        port,
    };
    let ears = Channel::Listen {
        protocol: Protocol::Sadp,
        interface: loopback.name.clone(),
        port,
        group,
    };
    door.open(&ears).await.unwrap();
    door.open(&own).await.unwrap();
    speaker.send_to(b"to one", (Ipv4Addr::LOCALHOST, port)).await.unwrap();
    speaker.send_to(b"to all", (group, port)).await.unwrap();
    let mut heard = Vec::new();
    while let Ok(next) = tokio::time::timeout(Duration::from_millis(500), door.heard()).await {
        let Body::Datagram(_, bytes) = next.body else {
            panic!("only datagrams are listened for")
        };
        heard.push((next.channel, bytes));
    }
    heard.sort();
    assert_eq!(heard, [(ears, b"to all".to_vec()), (own.clone(), b"to one".to_vec())]);
    let packet = Packet::Datagram {
        channel: own,
        to: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        payload: (*b"x").into(),
    };
    assert_eq!(door.send(packet).await.unwrap_err().kind(), io::ErrorKind::InvalidInput);
}

#[cfg(target_os = "linux")]
mod namespace {
    use super::*;
    use std::process::Command;

    const NETWORK: &str = "ip link set lo up && ip link add left type veth peer name right && \
        ip addr add 192.0.2.1/24 dev left && ip link set left up && \
        unshare -n sleep 60 & child=$!; sleep 0.5; ip link set right netns $child && \
        nsenter -t $child -n sh -c 'ip addr add 192.0.2.2/24 dev right; ip link set right up; \
            ip addr add fe80::2/64 dev right nodad'; \
        ip addr add fe80::1/64 dev left nodad; sleep 0.2; \
        nsenter -t $child -n \"$0\" --exact namespace::over_there --ignored --nocapture & there=$!; \
        \"$0\" --exact namespace::inside --ignored --nocapture; code=$?; \
        wait $there || code=$?; kill $child; exit $code";

    #[test]
    fn arp_and_the_kernels_news_in_a_namespace() {
        if !Command::new("unshare")
            .args(["-Urn", "true"])
            .status()
            .is_ok_and(|status| status.success())
        {
            eprintln!("SKIPPED: user namespaces are barred here, so raw ARP and neighbour events are untested");
            return;
        }
        let me = std::env::current_exe().unwrap();
        let status = Command::new("unshare")
            .args(["-Urn", "sh", "-c", NETWORK])
            .arg(me)
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// The other end of the cable: it answers one question over IPv6.
    #[test]
    #[ignore = "runs inside the other namespace that the test above makes"]
    fn over_there() {
        let found = interfaces().unwrap();
        let right = found.iter().find(|interface| interface.name == "right").unwrap();
        let socket = std::net::UdpSocket::bind("[::]:3702").unwrap();
        socket.join_multicast_v6(&LINK_LOCAL_GROUP, right.index).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut buffer = [0; 64];
        let (length, from) = socket.recv_from(&mut buffer).unwrap();
        assert_eq!(&buffer[..length], b"probe");
        assert!(matches!(from.ip(), IpAddr::V6(address) if address.is_unicast_link_local()));
        socket.send_to(b"match", from).unwrap();
    }

    async fn over_ipv6(door: &Live) {
        let channel = Channel::LinkLocal {
            protocol: Protocol::Wsd,
            interface: "left".into(),
        };
        let packet = |channel: &Channel, group: &str| Packet::LinkLocal {
            channel: channel.clone(),
            group: group.parse().unwrap(),
            port: 3702,
            payload: (*b"probe").into(),
        };
        door.open(&channel).await.unwrap();
        for (channel, group) in [
            (&channel, "ff05::c"),
            (&channel, "fe80::2"),
            (&Channel::Kernel, "ff02::c"),
        ] {
            let error = door.send(packet(channel, group)).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{channel:?} {group}");
        }
        // Asked until it is answered: the other end may not have joined the group yet.
        let asking = async {
            loop {
                door.send(packet(&channel, "ff02::c")).await.unwrap();
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        };
        let is_answer =
            |body: &Body| matches!(body, Body::Datagram(from, bytes) if bytes == b"match" && from.is_ipv6());
        tokio::select! {
            () = hears(door, is_answer) => {}
            () = asking => unreachable!("it asks for ever"),
        }
    }

    async fn hears(door: &Live, wanted: impl Fn(&Body) -> bool) {
        let hearing = async { while !wanted(&door.heard().await.body) {} };
        tokio::time::timeout(Duration::from_secs(8), hearing)
            .await
            .expect("it must be heard in time");
    }

    #[tokio::test]
    #[ignore = "runs inside the namespace that the test above makes"]
    async fn inside() {
        let found = interfaces().unwrap();
        let left = found
            .iter()
            .find(|interface| interface.name == "left")
            .expect("the namespace was made");
        assert!(left.up && left.broadcast && left.is_virtual && left.mac.is_some());
        let door = Live::new(found.clone(), Limits::default(), Vault::default());
        let (alive, dead) = (Ipv4Addr::new(192, 0, 2, 2), Ipv4Addr::new(192, 0, 2, 77));

        door.open(&Channel::Arp {
            interface: "left".into(),
        })
        .await
        .unwrap();
        door.set_arp_rate(1);
        let before = Instant::now();
        door.send(Packet::Arp {
            interface: "left".into(),
            target: alive,
        })
        .await
        .unwrap();
        let free = door.next(Lane::Arp).expect("a second has not gone by");
        assert!(free >= before + Duration::from_secs(1));
        hears(
            &door,
            |body| matches!(body, Body::Arp(packet) if packet[7] == 2 && packet[14..18] == alive.octets()),
        )
        .await;
        assert!(
            door.neighbours().await.unwrap().iter().all(|row| row.address != alive),
            "raw ARP leaves the table alone"
        );

        door.open(&Channel::Kernel).await.unwrap();
        for target in [alive, dead] {
            door.send(Packet::Nudge {
                interface: "left".into(),
                target: target.into(),
            })
            .await
            .unwrap();
        }
        use camsweep::net::NeighbourState::{Failed, Reachable};
        hears(
            &door,
            |body| matches!(body, Body::Neighbour(row) if row.address == alive && matches!(row.state, Reachable(_))),
        )
        .await;
        hears(
            &door,
            |body| matches!(body, Body::Neighbour(row) if row.address == dead && row.state == Failed),
        )
        .await;
        assert!(
            door.neighbours()
                .await
                .unwrap()
                .iter()
                .any(|row| row.address == alive && row.interface == "left")
        );

        for port in [0, 37020] {
            let channel = Channel::Multicast {
                protocol: Protocol::Sadp,
                interface: "left".into(),
                source_port: port,
            };
            let group = Ipv4Addr::new(239, 255, 255, 250);
            let ears = Channel::Listen {
                protocol: Protocol::Sadp,
                interface: "left".into(),
                port: 37020,
                group,
            };
            door.open(&ears).await.unwrap();
            door.open(&channel).await.unwrap();
            for to in [group, Ipv4Addr::BROADCAST] {
                let packet = Packet::Datagram {
                    channel: channel.clone(),
                    to: SocketAddr::from((to, 37020)),
                    payload: (*b"x").into(),
                };
                door.send(packet).await.unwrap();
            }
        }
        over_ipv6(&door).await;
    }
}
