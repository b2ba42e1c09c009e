//! By which certificates the user's own servers are verified: the system's, or those of a file.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// Why there can be no TLS, before anything is sent.
#[derive(Debug, thiserror::Error)]
pub enum NoTrust {
    /// The file cannot be read as certificates.
    #[error("cannot read the certificates in {0:?}: {1}")]
    File(String, String),
    /// There is no certificate in the file.
    #[error("there is no certificate in {0:?}")]
    Empty(String),
    /// The system has none.
    #[error("this machine has no root certificates to verify a server by")]
    System,
    /// The library cannot do it.
    #[error("cannot use TLS: {0}")]
    Tls(#[from] rustls::Error),
    /// That of mail cannot.
    #[error("cannot use TLS for mail: {0}")]
    Mail(String),
}

/// TLS for which these certificates (PEM) are trusted in place of the system's.
///
/// # Errors
/// Where there is nothing to verify a server by.
pub(super) fn client(ca: Option<&Path>) -> Result<Arc<ClientConfig>, NoTrust> {
    configured(ca.map_or_else(of_the_system, of_a_file)?)
}

fn configured(roots: RootCertStore) -> Result<Arc<ClientConfig>, NoTrust> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// TLS that verifies nobody, because none is spoken: the way to this machine itself.
///
/// # Errors
/// Where the library cannot do it.
pub(super) fn nobody() -> Result<Arc<ClientConfig>, NoTrust> {
    configured(RootCertStore::empty())
}

fn of_a_file(path: &Path) -> Result<RootCertStore, NoTrust> {
    let mut roots = RootCertStore::empty();
    for one in certificates(path)? {
        let unread = |error: rustls::Error| NoTrust::File(path.display().to_string(), error.to_string());
        roots.add(one).map_err(unread)?;
    }
    Ok(roots)
}

/// The certificates in a file; at least one.
///
/// # Errors
/// Where it cannot be read as such.
pub(super) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, NoTrust> {
    let name = path.display().to_string();
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    let read: Vec<_> = read.map_err(|error| NoTrust::File(name.clone(), error.to_string()))?;
    match read.is_empty() {
        true => Err(NoTrust::Empty(name)),
        false => Ok(read),
    }
}

fn of_the_system() -> Result<RootCertStore, NoTrust> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    match roots.is_empty() {
        true => Err(NoTrust::System),
        false => Ok(roots),
    }
}
