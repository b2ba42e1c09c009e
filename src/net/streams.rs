//! How a connection comes about, or why it does not.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use jiff::Timestamp;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, timeout};

use super::line::Line;
use super::{Answer, Exchange, FORBIDDEN_PORTS, Interface, Limits, system, tls};
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
fn outcome_of(error: &io::Error) -> Outcome {
    use io::ErrorKind::{ConnectionRefused, ConnectionReset, HostUnreachable, NetworkUnreachable, TimedOut};
    match error.kind() {
        ConnectionRefused | ConnectionReset => Outcome::Refused,
        TimedOut | HostUnreachable | NetworkUnreachable => Outcome::Silent,
        _ => Outcome::Denied,
    }
}

/// Connects, by TLS of today where TLS is wanted. The caller has seen to it that the host may be asked now.
///
/// # Errors
/// The answer, where it does not come about.
pub(super) async fn open(exchange: &Exchange, interface: Option<&Interface>) -> Result<Line, Answer> {
    let to = exchange.to;
    let stream = connected(to, interface, exchange.patience).await?;
    let end = Instant::now() + exchange.deadline;
    match exchange.tls {
        true => tls::open(stream, to, end).await,
        false => Ok(Line::new(stream, to, end)),
    }
}

/// A connection over TCP, if it comes about in time.
///
/// # Errors
/// The answer, where it does not.
pub(super) async fn connected(
    to: SocketAddr,
    interface: Option<&Interface>,
    patience: Duration,
) -> Result<TcpStream, Answer> {
    let connected = timeout(patience, connect(to, interface)).await;
    let connected = connected.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
    connected.map_err(|error| nothing(outcome_of(&error), format!("connecting to {to}: {error}")))
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
