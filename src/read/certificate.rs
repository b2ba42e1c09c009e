//! Certificates that devices show: whom they name, until when, and with how long a key.

use sha2::{Digest, Sha256};

use super::{Reading, Sayings};
use crate::fact::{Name, Reply};
use crate::wire::certificate::Certificate;

pub(super) fn read(reply: &Reply) -> Reading {
    let Some(certificate) = Certificate::decode(&reply.bytes) else {
        return super::garbled("no certificate");
    };
    let mut said = Sayings::default();
    said.say(Name::CertificateSubject, &certificate.subject);
    said.say(Name::CertificateIssuer, &certificate.issuer);
    let Certificate {
        not_before, not_after, ..
    } = &certificate;
    said.say(Name::CertificateDates, format!("{not_before} {not_after}"));
    said.maybe(Name::CertificateKey, certificate.key.as_ref());
    said.say(Name::CertificateHash, hash(&reply.bytes));
    said.or_garbled("an empty certificate")
}

fn hash(der: &[u8]) -> String {
    Sha256::digest(der).iter().map(|byte| format!("{byte:02x}")).collect()
}
