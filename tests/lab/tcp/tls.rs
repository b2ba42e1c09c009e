//! Certificates and handshakes.

use std::sync::{Arc, OnceLock};

use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

/// What the units' certificate calls itself; nobody but the unit has signed it.
pub const CERTIFIED_NAME: &str = "camera.lab.example";

pub fn modern() -> TlsAcceptor {
    static ACCEPTOR: OnceLock<TlsAcceptor> = OnceLock::new();
    ACCEPTOR.get_or_init(acceptor).clone()
}

fn acceptor() -> TlsAcceptor {
    let pair = rcgen::generate_simple_self_signed([CERTIFIED_NAME.to_owned()]).expect("a certificate");
    let key = rustls::pki_types::PrivateKeyDer::try_from(pair.signing_key.serialize_der()).expect("a key");
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions that ring supports")
        .with_no_client_auth()
        .with_single_cert(vec![pair.cert.der().clone()], key)
        .expect("the certificate's own key");
    TlsAcceptor::from(Arc::new(config))
}

pub async fn old(stream: TcpStream) -> Option<TcpStream> {
    let _ = stream;
    None
}
