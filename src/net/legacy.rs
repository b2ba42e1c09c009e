//! What TLS of today cannot read: cameras that speak TLS 1.0 or 1.1, or nothing but RSA key exchange, CBC,
//! SHA-1 or keys of 512 bits. OpenSSL with all of that switched on, for reading devices and nothing else.
//!
//! A device gets here only by refusing TLS of today, once a host and run.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};

use openssl::error::ErrorStack;
use openssl::ssl::{Ssl, SslContext, SslMethod, SslOptions, SslRef, SslVerifyMode, SslVersion};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_openssl::SslStream;

use super::line::{Line, Stream, bid_farewell};
use super::pacing::Pacing;
use super::streams::{self, connected, nothing};
use super::{Answer, Exchange, Interface, Tls};
use crate::fact::Outcome;

impl Stream for SslStream<TcpStream> {
    fn tcp(&mut self) -> &mut TcpStream {
        self.get_mut()
    }
}

/// The hosts that refused TLS of today, each with the port that then spoke older TLS, if it did.
#[derive(Debug, Default)]
pub(super) struct Legacy(Mutex<HashMap<IpAddr, Option<u16>>>);

impl Legacy {
    /// Connects, by TLS of today, or where the device refuses that, by older TLS on a second connection.
    /// The caller holds the conversation with the host.
    ///
    /// # Errors
    /// The answer, where neither comes about.
    pub(super) async fn open(
        &self,
        exchange: &Exchange,
        interface: Option<&Interface>,
        pacing: &Pacing,
    ) -> Result<Line, Answer> {
        if exchange.tls && self.speaks(exchange.to) {
            return open(exchange, interface).await;
        }
        let host = exchange.to.ip();
        let first = match streams::open(exchange, interface).await {
            Err(first) if first.tls == Some(Tls::Refused) && self.is_new(host) => first,
            opened => return opened,
        };
        pacing.another(host).await;
        let second = open(exchange, interface).await;
        self.learn(exchange.to, second.is_ok());
        match second {
            Ok(line) => Ok(line.after(first.connections)),
            Err(second) => Err(neither(first, second)),
        }
    }

    /// Connects by older TLS alone, to a device that has answered by it before.
    ///
    /// # Errors
    /// The answer, where it does not come about.
    pub(super) async fn open_again(&self, exchange: &Exchange, interface: Option<&Interface>) -> Result<Line, Answer> {
        open(exchange, interface).await
    }

    fn hosts(&self) -> MutexGuard<'_, HashMap<IpAddr, Option<u16>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn speaks(&self, to: SocketAddr) -> bool {
        self.hosts().get(&to.ip().to_canonical()) == Some(&Some(to.port()))
    }

    fn is_new(&self, host: IpAddr) -> bool {
        !self.hosts().contains_key(&host.to_canonical())
    }

    fn learn(&self, to: SocketAddr, speaks: bool) {
        self.hosts().insert(to.ip().to_canonical(), speaks.then_some(to.port()));
    }
}

/// What two connections came to that both came to nothing: the first is the answer, and both reasons stand.
fn neither(first: Answer, second: Answer) -> Answer {
    let whys = [&first.why, &second.why].into_iter().flatten().cloned();
    Answer {
        connections: first.connections + second.connections,
        why: Some(whys.collect::<Vec<_>>().join("; ")),
        ..first
    }
}

async fn open(exchange: &Exchange, interface: Option<&Interface>) -> Result<Line, Answer> {
    let to = exchange.to;
    let stream = connected(to, interface, exchange.patience).await?;
    let end = Instant::now() + exchange.deadline;
    let stream = session().and_then(|session| SslStream::new(session, stream));
    let mut stream = stream.map_err(|error| nothing(Outcome::Broken, format!("preparing legacy TLS: {error}")))?;
    match timeout_at(end, Pin::new(&mut stream).connect()).await {
        Err(_) => Err(nothing(
            Outcome::Silent,
            format!("legacy TLS handshake with {to}: no answer in time"),
        )),
        Ok(Err(error)) => {
            bid_farewell(stream.get_mut()).await;
            Err(Answer {
                tls: Some(Tls::Refused),
                ..nothing(Outcome::Garbled, format!("legacy TLS handshake with {to}: {error}"))
            })
        }
        Ok(Ok(())) => {
            let (tls, certificate) = (Tls::Legacy(version(stream.ssl())), certificate(stream.ssl()));
            Ok(Line::new(stream, to, end).over(Some(tls), certificate))
        }
    }
}

/// `SSL_OP_LEGACY_SERVER_CONNECT`: servers from before RFC 5746 are talked to. The crate has no name for it.
const LEGACY_SERVER_CONNECT: u64 = 0x4;

/// Everything that encrypts at all, with keys and signatures of any strength. TLS 1.3 is left out: who speaks it
/// does not get here, and a short greeting is easier on old servers. So is the server's name.
fn session() -> Result<Ssl, ErrorStack> {
    let mut context = SslContext::builder(SslMethod::tls_client())?;
    context.set_security_level(0);
    context.set_min_proto_version(None)?;
    context.set_max_proto_version(Some(SslVersion::TLS1_2))?;
    context.set_cipher_list("ALL:!aNULL:!eNULL:@SECLEVEL=0")?;
    context.set_sigalgs_list(SIGNATURES)?;
    // One handshake a connection: who it is must not change in the midst of an answer (RFC 5746 §1).
    context.set_options(SslOptions::from_bits_retain(LEGACY_SERVER_CONNECT) | SslOptions::NO_RENEGOTIATION);
    context.set_verify(SslVerifyMode::NONE);
    Ssl::new(&context.build())
}

const SIGNATURES: &str =
    "ECDSA+SHA256:RSA+SHA256:RSA+SHA384:RSA+SHA512:RSA+SHA224:RSA+SHA1:ECDSA+SHA1:DSA+SHA256:DSA+SHA1";

fn certificate(ssl: &SslRef) -> Option<Vec<u8>> {
    ssl.peer_certificate()?.to_der().ok()
}

fn version(ssl: &SslRef) -> &'static str {
    match ssl.version2() {
        Some(SslVersion::TLS1_2) => "1.2",
        Some(SslVersion::TLS1_1) => "1.1",
        Some(SslVersion::TLS1) => "1.0",
        _ => "unknown",
    }
}
