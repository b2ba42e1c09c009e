//! TLS of today that trusts nobody: certificates are evidence here, not credentials. Devices that it is
//! too new for are read by `legacy.rs`.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{AlertDescription, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::line::{Line, Stream, bid_farewell};
use super::streams::nothing;
use super::{Answer, Tls};
use crate::fact::Outcome;

impl Stream for TlsStream<TcpStream> {
    fn tcp(&mut self) -> &mut TcpStream {
        self.get_mut().0
    }
}

/// TLS of today on a connection.
///
/// # Errors
/// The answer, where the handshake fails.
pub(super) async fn open(stream: TcpStream, to: SocketAddr, end: Instant) -> Result<Line, Answer> {
    let (config, witness) = client().map_err(|error| nothing(Outcome::Broken, format!("preparing TLS: {error}")))?;
    let name = ServerName::IpAddress(to.ip().into());
    let handshake = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .into_fallible();
    let ended = timeout_at(end, handshake).await;
    let Seen { certificate, version } = witness.seen();
    let version = version.map(Tls::Modern);
    let failed = match ended {
        Ok(Ok(stream)) => return Ok(Line::new(stream, to, end).over(version, certificate)),
        Err(_) => nothing(Outcome::Silent, format!("TLS handshake with {to}: no answer in time")),
        Ok(Err((error, mut tcp))) => {
            bid_farewell(&mut tcp).await;
            Answer {
                tls: is_refusal(&error).then_some(Tls::Refused),
                ..nothing(Outcome::Garbled, format!("TLS handshake with {to}: {error}"))
            }
        }
    };
    Err(Answer {
        certificate,
        tls: version.or(failed.tls),
        ..failed
    })
}

/// Keeps what a device shows of itself in the handshake.
#[derive(Debug, Default)]
struct Witness(Mutex<Seen>);

#[derive(Debug, Default, Clone)]
struct Seen {
    certificate: Option<Vec<u8>>,
    /// Known once it has signed its part, so that it can be no refusal any more.
    version: Option<&'static str>,
}

impl Witness {
    fn sees(&self, see: impl FnOnce(&mut Seen)) {
        see(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn seen(&self) -> Seen {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Whether a handshake ended because the device has no use for TLS of today. Most say so by an alert; some
/// go on in TLS 1.0 all the same, and small servers hang up. What is no TLS at all is no refusal.
fn is_refusal(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    let inner = error.get_ref();
    if let Some(wrapped) = inner.and_then(|inner| inner.downcast_ref()) {
        return is_refusal(wrapped);
    }
    match inner.and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(Error::AlertReceived(alert)) => is_about_what_we_offer(*alert),
        Some(Error::PeerIncompatible(_)) => true,
        Some(_) => false,
        None => matches!(
            error.kind(),
            UnexpectedEof | ConnectionReset | ConnectionAborted | BrokenPipe
        ),
    }
}

/// The alerts of servers that found nothing to choose from, or choked on what is newer than they are. The
/// others are about certificates and names: an older protocol would not help.
fn is_about_what_we_offer(alert: AlertDescription) -> bool {
    use AlertDescription::{
        CloseNotify, DecodeError, HandshakeFailure, IllegalParameter, InsufficientSecurity, InternalError,
        ProtocolVersion, UnexpectedMessage, UnsupportedExtension,
    };
    matches!(
        alert,
        HandshakeFailure
            | ProtocolVersion
            | InsufficientSecurity
            | IllegalParameter
            | DecodeError
            | UnexpectedMessage
            | UnsupportedExtension
            | InternalError
            | CloseNotify
    )
}

/// A configuration for one connection, and the witness that sees its certificate.
fn client() -> Result<(ClientConfig, Arc<Witness>), Error> {
    let provider = Arc::new(ring::default_provider());
    let witness = Arc::new(Witness::default());
    let verifier = Arc::new(Anything {
        provider: Arc::clone(&provider),
        witness: Arc::clone(&witness),
    });
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok((config, witness))
}

#[derive(Debug)]
struct Anything {
    provider: Arc<CryptoProvider>,
    witness: Arc<Witness>,
}

impl ServerCertVerifier for Anything {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.witness.sees(|seen| seen.certificate = Some(certificate.to_vec()));
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.witness.sees(|seen| seen.version = Some("1.2"));
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.witness.sees(|seen| seen.version = Some("1.3"));
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        // A server that signs with SHA-1 and nothing else is evidence too.
        let mut schemes = self.provider.signature_verification_algorithms.supported_schemes();
        schemes.extend([SignatureScheme::RSA_PKCS1_SHA1, SignatureScheme::ECDSA_SHA1_Legacy]);
        schemes
    }
}
