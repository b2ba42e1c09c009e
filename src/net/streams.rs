//! One question over TCP: connect, TLS where wanted, send, read, close in order.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rustls::pki_types::ServerName;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;

use super::{Answer, Exchange, FORBIDDEN_PORTS, Interface, Limits, Tls, system, tls};
use crate::fact::Outcome;

/// An answer without bytes.
pub(super) fn nothing(outcome: Outcome, why: impl Into<String>) -> Answer {
    Answer {
        outcome,
        connected: false,
        at: Timestamp::now(),
        bytes: Vec::new(),
        cut: false,
        certificate: None,
        tls: None,
        connections: 1,
        login: None,
        why: Some(why.into()),
    }
}

/// The answer where a host has had all the HTTP requests that the limits allow it.
pub(super) fn enough() -> Answer {
    Answer {
        connections: 0,
        ..nothing(
            Outcome::NotAsked,
            "it has had as many HTTP requests as the limits allow",
        )
    }
}

/// The answer where a host has kept us in conversation for as long as the limits allow.
pub(super) fn out_of_time() -> Answer {
    Answer {
        connections: 0,
        ..nothing(
            Outcome::NotAsked,
            "it has kept us in conversation for as long as the limits allow",
        )
    }
}

/// The refusal to touch a port that is never touched, unless the user allowed it.
pub(super) fn forbidden(to: SocketAddr, limits: &Limits) -> Option<Answer> {
    let port = to.port();
    let is_forbidden = FORBIDDEN_PORTS.contains(&port) && !limits.allowed_ports.contains(&port);
    is_forbidden.then(|| Answer {
        connections: 0,
        ..nothing(Outcome::Denied, format!("port {port} is never connected to"))
    })
}

/// How a connection that did not come about has ended.
pub(super) fn outcome_of(error: &io::Error) -> Outcome {
    use io::ErrorKind::{ConnectionRefused, ConnectionReset, HostUnreachable, NetworkUnreachable, TimedOut};
    match error.kind() {
        ConnectionRefused | ConnectionReset => Outcome::Refused,
        TimedOut | HostUnreachable | NetworkUnreachable => Outcome::Silent,
        _ => Outcome::Denied,
    }
}

/// Asks the question. The caller has seen to it that it may be asked now.
pub(super) async fn exchange(exchange: &Exchange, interface: Option<&Interface>, patience: Duration) -> Answer {
    let stream = match connected(exchange.to, interface, patience).await {
        Ok(stream) => stream,
        Err(error) => return unconnected(exchange.to, &error),
    };
    let end = Instant::now() + exchange.deadline;
    if exchange.tls {
        over_tls(exchange, stream, end).await
    } else {
        converse(exchange, stream, end).await
    }
}

/// A connection, if it comes about in time.
pub(super) async fn connected(
    to: SocketAddr,
    interface: Option<&Interface>,
    patience: Duration,
) -> io::Result<TcpStream> {
    let connected = timeout(patience, connect(to, interface)).await;
    connected.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// The answer where it did not.
pub(super) fn unconnected(to: SocketAddr, error: &io::Error) -> Answer {
    nothing(outcome_of(error), format!("connecting to {to}: {error}"))
}

async fn connect(to: SocketAddr, interface: Option<&Interface>) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(to), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    if let Some(interface) = interface {
        match system::bind_device(&socket, &interface.name, interface.index) {
            Err(error) if error.kind() != io::ErrorKind::Unsupported => return Err(error),
            _ => {}
        }
    }
    TcpSocket::from_std_stream(socket.into()).connect(to).await
}

async fn over_tls(exchange: &Exchange, stream: TcpStream, end: Instant) -> Answer {
    let to = exchange.to;
    let (config, witness) = match tls::client() {
        Ok(client) => client,
        Err(error) => return nothing(Outcome::Broken, format!("preparing TLS: {error}")),
    };
    let name = ServerName::IpAddress(to.ip().into());
    let handshake = TlsConnector::from(Arc::new(config)).connect(name, stream);
    let answer = match timeout_at(end, handshake).await {
        Err(_) => nothing(Outcome::Silent, format!("TLS handshake with {to}: no answer in time")),
        Ok(Err(error)) => Answer {
            tls: tls::is_refusal(&error).then_some(Tls::Refused),
            ..nothing(Outcome::Garbled, format!("TLS handshake with {to}: {error}"))
        },
        Ok(Ok(stream)) => converse(exchange, stream, end).await,
    };
    witness.testify(answer)
}

/// The dialogue on a connection that stands.
pub(super) async fn converse(
    exchange: &Exchange,
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    end: Instant,
) -> Answer {
    let mut bytes = Vec::new();
    let ended = timeout_at(end, ask(exchange, &mut stream, &mut bytes)).await;
    if matches!(ended, Ok(Ok(()))) {
        close(&mut stream).await;
    }
    let is_cut = ended.is_err() || bytes.len() >= exchange.cap && (exchange.answers)(&bytes) < wanted(exchange);
    let to = exchange.to;
    let why = match ended {
        _ if !bytes.is_empty() => None,
        Ok(Ok(())) => Some(format!("reading from {to}: closed without a byte")),
        Ok(Err(error)) => Some(format!("talking to {to}: {error}")),
        Err(_) => Some(format!("reading from {to}: nothing in time")),
    };
    let outcome = if bytes.is_empty() {
        Outcome::Silent
    } else {
        Outcome::Answered
    };
    Answer {
        outcome,
        connected: true,
        at: Timestamp::now(),
        cut: is_cut && !bytes.is_empty(),
        bytes,
        certificate: None,
        tls: None,
        connections: 1,
        login: None,
        why,
    }
}

/// How many answers end the dialogue. Who speaks first gives one.
fn wanted(exchange: &Exchange) -> usize {
    exchange.requests.len().max(1)
}

/// Sends each request when the one before is answered, and reads into `bytes` until the last answer is
/// whole, the cap is reached or the other side closes.
async fn ask(
    exchange: &Exchange,
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    bytes: &mut Vec<u8>,
) -> io::Result<()> {
    let mut requests = exchange.requests.iter();
    let mut sent = 0;
    let mut written = Ok(());
    let mut buffer = [0; 8 * 1024];
    while bytes.len() < exchange.cap {
        let answered = if bytes.is_empty() { 0 } else { (exchange.answers)(bytes) };
        if answered >= wanted(exchange) {
            break;
        }
        if answered >= sent
            && let Some(request) = requests.next()
        {
            // A device that has spoken and hung up may refuse the request; what it said is read all the same.
            written = written.and(send(stream, request).await);
            sent += 1;
        }
        let room = buffer.len().min(exchange.cap - bytes.len());
        match stream.read(&mut buffer[..room]).await? {
            0 => break,
            read => bytes.extend_from_slice(&buffer[..read]),
        }
    }
    written
}

async fn send(stream: &mut (impl AsyncWrite + Unpin), request: &[u8]) -> io::Result<()> {
    stream.write_all(request).await?;
    stream.flush().await
}

/// How long, and for how many bytes, we wait for the other side to close too. To close with bytes
/// unread would send a reset.
const FAREWELL: (Duration, u64) = (Duration::from_millis(200), 64 * 1024);

async fn close(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) {
    let farewell = async {
        stream.shutdown().await?;
        tokio::io::copy(&mut stream.take(FAREWELL.1), &mut tokio::io::sink()).await
    };
    // The answer is complete; how the goodbye goes changes nothing.
    let _ = timeout(FAREWELL.0, farewell).await;
}
