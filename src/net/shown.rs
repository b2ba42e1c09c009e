//! The certificate that each server has shown without a login. Nobody signs those of cameras: that it is still the same is
//! all that can be known before a password goes out in readable form.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

use super::Answer;

/// The first certificate of each server in this run, by its SHA-256.
#[derive(Debug, Default)]
pub(super) struct Shown(Mutex<HashMap<SocketAddr, [u8; 32]>>);

impl Shown {
    /// Keeps what an answer has shown, unless there was one before.
    pub(super) fn keep(&self, to: SocketAddr, answer: &Answer) {
        if let Some(certificate) = &answer.certificate {
            self.certificates().entry(to).or_insert_with(|| hash(certificate));
        }
    }

    /// Whether it is the one that was kept.
    pub(super) fn has(&self, to: SocketAddr, certificate: Option<&[u8]>) -> bool {
        let kept = self.certificates().get(&to).copied();
        kept.is_some() && kept == certificate.map(hash)
    }

    fn certificates(&self) -> MutexGuard<'_, HashMap<SocketAddr, [u8; 32]>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn hash(certificate: &[u8]) -> [u8; 32] {
    Sha256::digest(certificate).into()
}
