//! What TLS of today cannot read: cameras that speak TLS 1.0 or 1.1, or nothing but RSA key exchange, CBC,
//! SHA-1 or keys of 512 bits. OpenSSL with all of that switched on, for reading devices and nothing else.
//!
//! A device gets here only by refusing TLS of today, once a host and run.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use openssl::error::ErrorStack;
use openssl::ssl::{Ssl, SslContext, SslMethod, SslOptions, SslVerifyMode, SslVersion};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_openssl::SslStream;

use super::pacing::Pacing;
use super::streams::{connected, converse, nothing, unconnected};
use super::{Answer, Exchange, Interface, Tls};
use crate::fact::Outcome;

/// The hosts that refused TLS of today, each with the port that then spoke older TLS, if it did.
#[derive(Debug, Default)]
pub(super) struct Legacy(Mutex<HashMap<IpAddr, Option<u16>>>);

impl Legacy {
    /// The answer by TLS of today, or where the device refuses that, by older TLS on a second connection.
    /// The caller holds the conversation with the host.
    pub(super) async fn read(
        &self,
        exchange: &Exchange,
        interface: Option<&Interface>,
        pacing: &Pacing,
        modern: impl Future<Output = Answer>,
    ) -> Answer {
        if exchange.tls && self.speaks(exchange.to) {
            return self.ask(exchange, interface, pacing).await;
        }
        let first = modern.await;
        if first.tls != Some(Tls::Refused) || !self.is_new(exchange.to.ip()) {
            return first;
        }
        pacing.another(exchange.to.ip()).await;
        let second = self.ask(exchange, interface, pacing).await;
        self.learn(exchange.to, &second);
        both(first, second)
    }

    /// The answer to one request more, by older TLS, from a device that has answered by it before.
    pub(super) async fn ask(&self, exchange: &Exchange, interface: Option<&Interface>, pacing: &Pacing) -> Answer {
        ask(exchange, interface, pacing.limits().connect).await
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

    fn learn(&self, to: SocketAddr, answer: &Answer) {
        let port = matches!(answer.tls, Some(Tls::Legacy(_))).then_some(to.port());
        self.hosts().insert(to.ip().to_canonical(), port);
    }
}

/// What two connections brought. Where the second came to nothing, the first is the answer, and both reasons stand.
fn both(first: Answer, second: Answer) -> Answer {
    let connections = first.connections + second.connections;
    if second.connected {
        return Answer { connections, ..second };
    }
    let whys = [&first.why, &second.why].into_iter().flatten().cloned();
    Answer {
        connections,
        why: Some(whys.collect::<Vec<_>>().join("; ")),
        ..first
    }
}

async fn ask(exchange: &Exchange, interface: Option<&Interface>, patience: Duration) -> Answer {
    let to = exchange.to;
    let stream = match connected(to, interface, patience).await {
        Ok(stream) => stream,
        Err(error) => return unconnected(to, &error),
    };
    let end = Instant::now() + exchange.deadline;
    let stream = match timeout_at(end, handshake(stream)).await {
        Err(_) => {
            return nothing(
                Outcome::Silent,
                format!("legacy TLS handshake with {to}: no answer in time"),
            );
        }
        Ok(Err(error)) => {
            return Answer {
                tls: Some(Tls::Refused),
                ..nothing(Outcome::Garbled, format!("legacy TLS handshake with {to}: {error}"))
            };
        }
        Ok(Ok(stream)) => stream,
    };
    let (certificate, version) = (certificate(stream.ssl()), version(stream.ssl()));
    Answer {
        certificate,
        tls: Some(Tls::Legacy(version)),
        ..converse(exchange, stream, end).await
    }
}

async fn handshake(stream: TcpStream) -> io::Result<SslStream<TcpStream>> {
    let mut stream = SslStream::new(session()?, stream)?;
    Pin::new(&mut stream).connect().await.map_err(io::Error::other)?;
    Ok(stream)
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

fn certificate(ssl: &openssl::ssl::SslRef) -> Option<Vec<u8>> {
    ssl.peer_certificate()?.to_der().ok()
}

fn version(ssl: &openssl::ssl::SslRef) -> &'static str {
    match ssl.version2() {
        Some(SslVersion::TLS1_2) => "1.2",
        Some(SslVersion::TLS1_1) => "1.1",
        Some(SslVersion::TLS1) => "1.0",
        _ => "unknown",
    }
}
