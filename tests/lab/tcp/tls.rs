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

/// The handshake of a camera of 2012: TLS 1.0, a key exchange by RSA without forward secrecy, CBC, a key of 1024 bits
/// and a signature by SHA-1. Where the tests are built without OpenSSL it hangs up.
#[cfg(feature = "legacy-tls")]
pub async fn old(stream: TcpStream) -> Option<tokio_openssl::SslStream<TcpStream>> {
    let ssl = openssl::ssl::Ssl::new(old::context()).expect("the context is whole");
    let mut stream = tokio_openssl::SslStream::new(ssl, stream).expect("a fresh session");
    std::pin::Pin::new(&mut stream).accept().await.ok()?;
    Some(stream)
}

#[cfg(not(feature = "legacy-tls"))]
pub async fn old(_stream: TcpStream) -> Option<TcpStream> {
    None
}

#[cfg(feature = "legacy-tls")]
mod old {
    use std::sync::OnceLock;

    use openssl::asn1::Asn1Time;
    use openssl::error::ErrorStack;
    use openssl::hash::MessageDigest;
    use openssl::nid::Nid;
    use openssl::pkey::{PKey, Private};
    use openssl::rsa::Rsa;
    use openssl::ssl::{SslContext, SslMethod, SslVersion};
    use openssl::x509::{X509, X509NameBuilder};

    pub fn context() -> &'static SslContext {
        static CONTEXT: OnceLock<SslContext> = OnceLock::new();
        CONTEXT.get_or_init(|| build().expect("OpenSSL still knows the old ways"))
    }

    fn build() -> Result<SslContext, ErrorStack> {
        let key = PKey::from_rsa(Rsa::generate(1024)?)?;
        let mut builder = SslContext::builder(SslMethod::tls_server())?;
        builder.set_security_level(0);
        builder.set_min_proto_version(Some(SslVersion::TLS1))?;
        builder.set_max_proto_version(Some(SslVersion::TLS1))?;
        builder.set_cipher_list("AES128-SHA")?;
        let certificate = certificate(&key)?;
        builder.set_certificate(&certificate)?;
        builder.set_private_key(&key)?;
        Ok(builder.build())
    }

    fn certificate(key: &PKey<Private>) -> Result<X509, ErrorStack> {
        let mut name = X509NameBuilder::new()?;
        name.append_entry_by_nid(Nid::COMMONNAME, super::CERTIFIED_NAME)?;
        let name = name.build();
        let mut builder = X509::builder()?;
        builder.set_subject_name(&name)?;
        builder.set_issuer_name(&name)?;
        builder.set_pubkey(key)?;
        let (from, until) = (
            Asn1Time::from_str("20120101000000Z")?,
            Asn1Time::from_str("20220101000000Z")?,
        );
        builder.set_not_before(&from)?;
        builder.set_not_after(&until)?;
        builder.sign(key, MessageDigest::sha1())?;
        Ok(builder.build())
    }
}
