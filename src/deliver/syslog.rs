//! Syslog to the user's own collector: datagrams (RFC 5426), a stream (RFC 6587) or TLS (RFC 5425). Beside `net` only this
//! room opens sockets.

use std::fmt::{self, Display};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpStream, ToSocketAddrs, UdpSocket};
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

use super::frame::counted;
use super::server::{bracketed, host_and_port};
use super::trust::{NoTrust, client};

/// How long a connection may take to be made, for each address that the collector has.
const CONNECT: Duration = Duration::from_secs(5);
/// How long the collector may take in nothing.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long it may take to end its side, when all has been sent.
const FAREWELL: Duration = Duration::from_secs(2);
/// Nothing tells a sender of datagrams that it is too fast: a thousand a second are few to a collector.
const BETWEEN: Duration = Duration::from_millis(1);
/// How long a refusal of the last datagram may take to come back.
const REFUSAL: Duration = Duration::from_millis(100);
/// What a collector says is read to its end, but not for ever.
const MOST_READS: usize = 64;

/// How messages get there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display, strum::EnumString)]
#[strum(serialize_all = "lowercase")]
pub enum Transport {
    /// A datagram each; whether it arrives nobody knows.
    Udp,
    /// One stream in plain text.
    Tcp,
    /// One stream, to a collector whose certificate was verified.
    Tls,
}

/// Where they go: `tls://siem.example:6514`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collector {
    /// How.
    pub transport: Transport,
    /// A name or an address, without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl Display for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Collector { transport, host, port } = self;
        write!(f, "{transport}://{}:{port}", bracketed(host))
    }
}

impl FromStr for Collector {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form = || "it is written udp://HOST:PORT, tcp://HOST:PORT or tls://HOST:PORT".to_owned();
        let (transport, rest) = text.split_once("://").ok_or_else(form)?;
        let (host, port) = host_and_port(rest).ok_or_else(form)?;
        Ok(Collector {
            transport: transport.parse().map_err(|_| form())?,
            port: port.ok_or_else(form)?,
            host,
        })
    }
}

/// What went wrong on the way to the collector.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Its name is not known, or DNS is out of reach.
    #[error("cannot find the address of {0}: {1}")]
    Name(Collector, io::Error),
    /// Nobody takes the connection.
    #[error("cannot connect to {0}: {1}")]
    Connect(Collector, io::Error),
    /// It took it and did not take everything, or TLS came to nothing.
    #[error("cannot send to {0}: {1}")]
    Send(Collector, io::Error),
}

/// The way to one collector, all that it needs read beforehand.
#[derive(Debug)]
pub struct Sender {
    to: Collector,
    /// With TLS only.
    tls: Option<Arc<ClientConfig>>,
}

impl Sender {
    /// `ca`: the certificates (PEM) that are trusted in place of the system's.
    ///
    /// # Errors
    /// With TLS, where there is nothing to verify the collector by.
    pub fn new(to: Collector, ca: Option<&Path>) -> Result<Self, NoTrust> {
        let secure = to.transport == Transport::Tls;
        let tls = secure.then(|| client(ca)).transpose()?;
        Ok(Sender { to, tls })
    }

    /// Sends them, to the first of the collector's addresses that takes them. Without any it speaks to nobody.
    ///
    /// # Errors
    /// Where it is not there, breaks off, or is not who it should be. What has arrived by then is not known.
    pub fn send(&self, messages: &[String]) -> Result<(), Error> {
        if messages.is_empty() {
            return Ok(());
        }
        let at = |kind: fn(Collector, io::Error) -> Error| move |error| kind(self.to.clone(), error);
        let addresses = (self.to.host.as_str(), self.to.port).to_socket_addrs();
        let addresses: Vec<SocketAddr> = addresses.map_err(at(Error::Name))?.collect();
        if self.to.transport == Transport::Udp {
            return first(&addresses, |address| datagrams(address, messages)).map_err(at(Error::Send));
        }
        let stream = first(&addresses, |address| TcpStream::connect_timeout(&address, CONNECT));
        let stream = stream.map_err(at(Error::Connect))?;
        self.stream(stream, &counted(messages)).map_err(at(Error::Send))
    }

    fn stream(&self, stream: TcpStream, frames: &[u8]) -> io::Result<()> {
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let Some(config) = &self.tls else {
            (&stream).write_all(frames)?;
            return farewell(&stream, &stream);
        };
        let name = ServerName::try_from(self.to.host.clone()).map_err(io::Error::other)?;
        let client = ClientConnection::new(Arc::clone(config), name).map_err(io::Error::other)?;
        let socket = stream.try_clone()?;
        let mut tls = StreamOwned::new(client, stream);
        let written = tls.write_all(frames).and_then(|()| {
            tls.conn.send_close_notify();
            tls.flush()
        });
        written.map_err(|error| refusal(&mut tls).unwrap_or(error))?;
        farewell(tls, &socket)
    }
}

/// Why the collector broke off: its alert may lie there unread where ours only says that the pipe is broken.
fn refusal(tls: &mut StreamOwned<ClientConnection, TcpStream>) -> Option<io::Error> {
    tls.conn.read_tls(&mut tls.sock).ok()?;
    tls.conn.process_new_packets().err().map(io::Error::other)
}

/// What the first address makes of it that makes anything of it; else what the last one said.
fn first<T>(addresses: &[SocketAddr], attempt: impl Fn(SocketAddr) -> io::Result<T>) -> io::Result<T> {
    let mut result = Err(io::Error::new(ErrorKind::NotFound, "the name has no address"));
    for address in addresses {
        result = attempt(*address);
        if result.is_ok() {
            break;
        }
    }
    result
}

/// A connected socket hears where nobody listens (an ICMP message), mostly with the next datagram.
fn datagrams(to: SocketAddr, messages: &[String]) -> io::Result<()> {
    let any = match to {
        SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
    };
    let socket = UdpSocket::bind(any)?;
    socket.connect(to)?;
    for message in messages {
        socket.send(message.as_bytes())?;
        sleep(BETWEEN);
    }
    sleep(REFUSAL);
    socket.take_error()?.map_or(Ok(()), Err)
}

/// Ends our side and waits for the other's: only then has the collector read everything, and a refusal in TLS 1.3 (that it
/// wants a certificate of ours, say) comes no earlier. One that keeps the connection open is let be.
fn farewell(mut from: impl Read, socket: &TcpStream) -> io::Result<()> {
    // Where the other side has ended already there is nothing left to end.
    let _ = socket.shutdown(Shutdown::Write);
    socket.set_read_timeout(Some(FAREWELL))?;
    let mut said = [0; 1024];
    for _ in 0..MOST_READS {
        match from.read(&mut said) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) => return unless_over(error),
        }
    }
    Ok(())
}

/// Silence is no failure then, nor is an end without TLS's own word for it.
fn unless_over(error: io::Error) -> io::Result<()> {
    match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::UnexpectedEof => Ok(()),
        _ => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collector_is_read_and_written_alike() {
        for text in ["udp://10.0.0.1:514", "tcp://siem.example:601", "tls://[fd00::1]:6514"] {
            assert_eq!(text.parse::<Collector>().unwrap().to_string(), text);
        }
        for text in [
            "udp://10.0.0.1",
            "udp://10.0.0.1:0",
            "udp://:514",
            "udp://10.0.0.1:70000",
            "http://siem:80",
            "tls://fd00::1:6514",
            "tls://[siem]:6514",
            "tls://a b:6514",
            "tcp://siem:601/x",
            "siem:514",
        ] {
            assert!(text.parse::<Collector>().is_err(), "{text}");
        }
    }
}
