//! X.509 certificates (RFC 5280), for what they say of who made them. Nothing is verified: a device's
//! certificate is a text that the device shows, like its banner.

use encoding_rs::UTF_16BE;
use x509_parser::asn1_rs::Tag;
use x509_parser::certificate::X509CertificateParser;
use x509_parser::nom::Parser;
use x509_parser::prelude::{AttributeTypeAndValue, SubjectPublicKeyInfo, X509Name};
use x509_parser::public_key::PublicKey;
use x509_parser::time::ASN1Time;

use super::text;

/// The longest name of an attribute that nobody has a word for, in bytes of its OID.
const MAX_OID: usize = 32;

/// What a certificate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Whom it is for, on one line, in the certificate's own order: `C=CN,O=HIKVISION,CN=www.hikvision.com`. Values are
    /// escaped as in RFC 4514, so that none can pass for two.
    pub subject: String,
    /// Who signed it, in the same form.
    pub issuer: String,
    /// The first day of its validity, `YYYY-MM-DD`.
    pub not_before: String,
    /// The last.
    pub not_after: String,
    /// Kind and size of its key: `rsa 1024`, `ec 256`. Absent where the kind has no name here.
    pub key: Option<String>,
}

impl Certificate {
    /// Reads DER. What stands behind the certificate is ignored, and so are its extensions.
    pub fn decode(der: &[u8]) -> Option<Certificate> {
        let mut parser = X509CertificateParser::new().with_deep_parse_extensions(false);
        let (_, certificate) = parser.parse(der).ok()?;
        Some(Certificate {
            subject: name(certificate.subject()),
            issuer: name(certificate.issuer()),
            not_before: day(certificate.validity().not_before),
            not_after: day(certificate.validity().not_after),
            key: key(certificate.public_key()),
        })
    }
}

fn name(name: &X509Name<'_>) -> String {
    let joined = |part: &mut dyn Iterator<Item = String>, by| part.collect::<Vec<_>>().join(by);
    joined(
        &mut name.iter_rdn().map(|rdn| joined(&mut rdn.iter().map(attribute), "+")),
        ",",
    )
}

fn attribute(attribute: &AttributeTypeAndValue<'_>) -> String {
    let value = attribute.attr_value();
    let text = match value.tag() {
        Tag::BmpString => UTF_16BE.decode_without_bom_handling(value.data).0,
        _ => text::decode(value.data),
    };
    format!("{}={}", word(attribute), escaped(&text))
}

/// The attribute's name as RFC 4514 has it, or as OpenSSL prints it.
fn word(attribute: &AttributeTypeAndValue<'_>) -> String {
    let oid = attribute.attr_type();
    let known = match oid.as_bytes() {
        [0x55, 4, last] => match last {
            3 => "CN",
            5 => "serialNumber",
            6 => "C",
            7 => "L",
            8 => "ST",
            9 => "STREET",
            10 => "O",
            11 => "OU",
            12 => "title",
            42 => "GN",
            _ => "",
        },
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1] => "emailAddress",
        [0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 1] => "UID",
        [0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25] => "DC",
        long if long.len() > MAX_OID => "?",
        _ => "",
    };
    match known {
        "" => oid.to_id_string(),
        known => known.to_owned(),
    }
}

/// RFC 4514, section 2.4, for what parts names. Blanks at the ends, which it escapes too, are left out.
fn escaped(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for c in value.trim_matches(|c: char| c.is_whitespace() || c == '\0').chars() {
        if matches!(c, '"' | '+' | ',' | ';' | '<' | '>' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

fn day(time: ASN1Time) -> String {
    time.to_datetime().date().to_string()
}

fn key(key: &SubjectPublicKeyInfo<'_>) -> Option<String> {
    match key.parsed().ok()? {
        PublicKey::RSA(rsa) => Some(format!("rsa {}", bits(rsa.modulus))),
        // The coordinates of P-521 fill 66 bytes.
        PublicKey::EC(point) if point.key_size() == 528 => Some("ec 521".into()),
        PublicKey::EC(point) => Some(format!("ec {}", point.key_size())),
        _ => None,
    }
}

/// The length of a number, leading zeros taken off: the library's own counts a byte too little or too much where
/// the encoder was careless.
fn bits(number: &[u8]) -> usize {
    match number.iter().position(|&byte| byte != 0) {
        Some(first) => (number.len() - first) * 8 - number[first].leading_zeros() as usize,
        None => 0,
    }
}
