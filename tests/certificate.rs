//! Certificates that devices show: what is read in them, and what hostile ones do.

#![expect(clippy::unwrap_used, reason = "a test may fail by it")]

use camsweep::fact::{Name, Protocol, Reply};
use camsweep::identify::{Confidence, Knowledge};
use camsweep::judge::judge;
use camsweep::read::{Reading, read};
use proptest::prelude::*;
use rcgen::string::{BmpString, TeletexString};
use rcgen::{CertificateParams, DistinguishedName, DnType, DnValue, KeyPair, date_time_ymd};

/// A certificate that nobody but its holder signed, valid through the years 2014 to 2024.
fn der(name: Vec<(DnType, DnValue)>) -> Vec<u8> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    for (kind, value) in name {
        params.distinguished_name.push(kind, value);
    }
    params.not_before = date_time_ymd(2014, 1, 1);
    params.not_after = date_time_ymd(2024, 12, 31);
    let key = KeyPair::generate().unwrap();
    params.self_signed(&key).unwrap().der().to_vec()
}

fn reply(der: impl Into<Vec<u8>>) -> Reply {
    Reply::new("10.0.0.5", Protocol::Certificate, der)
}

fn facts(der: impl Into<Vec<u8>>) -> Vec<(Name, String)> {
    match read(&reply(der)) {
        Reading::Facts(facts) => facts.into_iter().map(|said| (said.name, said.value)).collect(),
        other => panic!("{other:?}"),
    }
}

fn fact(facts: &[(Name, String)], name: Name) -> Option<&str> {
    let found = facts.iter().find(|(known, _)| *known == name);
    found.map(|(_, value)| value.as_str())
}

fn subject(name: Vec<(DnType, DnValue)>) -> String {
    let facts = facts(der(name));
    fact(&facts, Name::CertificateSubject).unwrap_or_default().to_owned()
}

fn utf8(text: &str) -> DnValue {
    DnValue::Utf8String(text.into())
}

#[test]
fn a_certificate_says_whom_it_names_when_it_holds_and_what_key_it_has() {
    let facts = facts(der(vec![(DnType::CommonName, utf8("camera.example"))]));
    let expected = [
        (Name::CertificateSubject, "CN=camera.example"),
        (Name::CertificateIssuer, "CN=camera.example"),
        (Name::CertificateDates, "2014-01-01 2024-12-31"),
        (Name::CertificateKey, "ec 256"),
    ];
    for (name, value) in expected {
        assert_eq!(fact(&facts, name), Some(value));
    }
    let hash = fact(&facts, Name::CertificateHash).unwrap();
    assert_eq!(hash.len(), 64);
    assert_eq!(facts.len(), 5);
}

#[test]
fn names_are_one_line_in_the_certificates_own_order() {
    use DnType::{
        CommonName, CountryName, LocalityName, OrganizationName, OrganizationalUnitName, StateOrProvinceName,
    };
    let text = |text: &str| utf8(text);
    let table = [
        (
            vec![
                (CountryName, DnValue::PrintableString("CN".try_into().unwrap())),
                (StateOrProvinceName, text("ZheJiang")),
                (LocalityName, text("HangZhou")),
                (OrganizationName, text("HIKVISION")),
                (OrganizationalUnitName, text("DVRNVR")),
                (CommonName, text("www.hikvision.com")),
            ],
            "C=CN,ST=ZheJiang,L=HangZhou,O=HIKVISION,OU=DVRNVR,CN=www.hikvision.com",
        ),
        (vec![(CommonName, text("a")), (OrganizationName, text("b"))], "CN=a,O=b"),
        (vec![(CommonName, text("a,O=HIKVISION"))], r"CN=a\,O=HIKVISION"),
        (vec![(CommonName, text(" a\"+;<>\\ \t"))], r#"CN=a\"\+\;\<\>\\"#),
        (
            vec![(CommonName, DnValue::BmpString(BmpString::try_from("摄像机").unwrap()))],
            "CN=摄像机",
        ),
        (
            vec![(
                CommonName,
                DnValue::TeletexString(TeletexString::try_from("camera").unwrap()),
            )],
            "CN=camera",
        ),
        (
            vec![(DnType::CustomDnType(vec![2, 5, 4, 5]), text("0012"))],
            "serialNumber=0012",
        ),
        (
            [4, 9, 12, 42]
                .map(|last| (DnType::CustomDnType(vec![2, 5, 4, last]), text("x")))
                .to_vec(),
            "2.5.4.4=x,STREET=x,title=x,GN=x",
        ),
        (
            vec![(
                DnType::CustomDnType(vec![1, 2, 840, 113549, 1, 9, 1]),
                text("a@b.example"),
            )],
            "emailAddress=a@b.example",
        ),
        (
            vec![(DnType::CustomDnType(vec![1, 3, 6, 1, 4, 1, 39165]), text("x"))],
            "1.3.6.1.4.1.39165=x",
        ),
        (vec![], ""),
    ];
    for (name, expected) in table {
        assert_eq!(subject(name), expected);
    }
}

#[test]
fn a_long_name_is_cut() {
    let long = subject(vec![(DnType::CommonName, utf8(&"é".repeat(20_000)))]);
    assert!(long.starts_with("CN=éé") && long.len() <= 1024, "{}", long.len());
}

#[test]
fn what_is_no_certificate_is_garbled() {
    let whole = der(vec![(DnType::CommonName, utf8("camera.example"))]);
    for broken in [
        &b""[..],
        b"-----BEGIN CERTIFICATE-----\n",
        b"\x30\x84\xff\xff\xff\xff",
        &whole[..whole.len() - 1],
    ] {
        assert!(matches!(read(&reply(broken)), Reading::Garbled { .. }), "{broken:?}");
    }
}

#[test]
fn a_makers_certificate_is_a_tell_wherever_its_parts_stand() {
    use DnType::{CommonName, OrganizationName, OrganizationalUnitName};
    let table = [
        (
            vec![(OrganizationName, utf8("HIKVISION")), (CommonName, utf8("a"))],
            "hikvision/certificate",
        ),
        (
            vec![(CommonName, utf8("a")), (OrganizationName, utf8("HIKVISION"))],
            "hikvision/certificate",
        ),
        (
            vec![
                (OrganizationalUnitName, utf8("hik")),
                (OrganizationName, utf8("yunwei")),
            ],
            "hikvision/certificate-yunwei",
        ),
    ];
    for (name, rule) in table {
        let device = judge(&[reply(der(name))], Knowledge::builtin()).devices.remove(0);
        assert_eq!(
            (device.maker.as_deref(), device.confidence),
            (Some("hikvision"), Some(Confidence::Probable))
        );
        assert_eq!(
            (
                device.evidence[0].rule.as_str(),
                device.evidence[0].reply.protocol.as_str()
            ),
            (rule, "certificate")
        );
    }
    let innocent = [(CommonName, utf8("Example,O=HIKVISION"))];
    let device = judge(&[reply(der(innocent.into()))], Knowledge::builtin())
        .devices
        .remove(0);
    assert_eq!(device.maker, None, "{:?}", device.evidence);
}

proptest! {
    #[test]
    fn hostile_certificates_are_read_or_garbled(
        at in 0usize..2048,
        put in proptest::collection::vec(any::<u8>(), 0..64),
        keep in 0usize..2048,
    ) {
        let mut bytes = der(vec![(DnType::CommonName, utf8("camera.example")), (DnType::OrganizationName, utf8("Example"))]);
        let (at, keep) = (at % bytes.len(), keep % bytes.len());
        let end = (at + put.len()).min(bytes.len());
        bytes.splice(at..end, put);
        bytes.truncate(keep.max(at));
        if let Reading::Facts(facts) = read(&reply(bytes)) {
            prop_assert!(facts.iter().all(|said| !said.value.is_empty() && said.value.len() <= 1024));
        }
    }
}

/// By another implementation than the one that makes the others, with the keys of old cameras.
#[cfg(feature = "legacy-tls")]
mod by_openssl {
    use openssl::asn1::Asn1Time;
    use openssl::hash::MessageDigest;
    use openssl::nid::Nid;
    use openssl::pkey::PKey;
    use openssl::rsa::Rsa;
    use openssl::x509::{X509, X509NameBuilder};

    use super::*;

    #[test]
    fn keys_dates_and_the_hash() {
        for (bits, version) in [(512, 0), (1024, 0), (2048, 2)] {
            let key = PKey::from_rsa(Rsa::generate(bits).unwrap()).unwrap();
            let mut name = X509NameBuilder::new().unwrap();
            name.append_entry_by_nid(Nid::COUNTRYNAME, "CN").unwrap();
            name.append_entry_by_nid(Nid::ORGANIZATIONNAME, "Example, Ltd").unwrap();
            let name = name.build();
            let mut builder = X509::builder().unwrap();
            builder.set_version(version).unwrap();
            builder.set_subject_name(&name).unwrap();
            builder.set_issuer_name(&name).unwrap();
            builder.set_pubkey(&key).unwrap();
            builder
                .set_not_before(&Asn1Time::from_str("19700101000000Z").unwrap())
                .unwrap();
            builder
                .set_not_after(&Asn1Time::from_str("99991231235959Z").unwrap())
                .unwrap();
            builder.sign(&key, MessageDigest::sha1()).unwrap();
            let der = builder.build().to_der().unwrap();
            let facts = facts(der.clone());
            let hash: String = openssl::sha::sha256(&der)
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            let expected = [
                (Name::CertificateSubject, r"C=CN,O=Example\, Ltd"),
                (Name::CertificateDates, "1970-01-01 9999-12-31"),
                (Name::CertificateKey, &format!("rsa {bits}")),
                (Name::CertificateHash, &hash),
            ];
            for (name, value) in expected {
                assert_eq!(fact(&facts, name), Some(value), "{bits}");
            }
        }
    }
}
