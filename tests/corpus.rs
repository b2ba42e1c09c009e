//! Real banners of other makers: each that is called Hikvision or Dahua is a defect.

#![expect(clippy::print_stdout, reason = "a test says how much it looked at")]
#![expect(clippy::print_stderr, reason = "a skipped test says so loudly")]

use camsweep::fact::{Fact, Name, Protocol, Reply};
use camsweep::identify::{Confidence, Knowledge, identify};

fn facts(field: &str, protocol: &str, text: &str) -> Vec<Fact> {
    let fact = |name, value: &str| Fact {
        name,
        value: value.into(),
        reply: 0,
    };
    let name = match (protocol, field) {
        ("rtsp", "header.server") => Name::RtspServer,
        (_, "header.server") => Name::HttpServer,
        (_, "html.title") => Name::HttpTitle,
        (_, "header.www-authenticate") => Name::HttpChallenge,
        (_, "header.set-cookie") => Name::HttpCookie,
        (_, "favicon.md5") => Name::Favicon,
        (_, "cert.subject") => Name::CertificateSubject,
        (_, "cert.issuer") => Name::CertificateIssuer,
        (_, "sysDescr") => Name::SnmpDescription,
        (_, "sysObjectID") => Name::SnmpObjectId,
        _ => return vec![],
    };
    let realm = text.split_once("realm=\"").filter(|_| name == Name::HttpChallenge);
    let realm = realm
        .and_then(|(_, rest)| rest.split('"').next())
        .map(|realm| fact(Name::HttpRealm, realm));
    std::iter::once(fact(name, text)).chain(realm).collect()
}

#[test]
fn no_banner_of_another_maker_is_accused() {
    let Ok(corpus) = std::fs::read_to_string("../shared/data/corpus.ndjson") else {
        eprintln!("SKIPPED: ../shared/data/corpus.ndjson is absent");
        return;
    };
    let (mut judged, mut accused, mut units, mut found) = (0, Vec::new(), 0, 0);
    for line in corpus.lines() {
        let row: serde_json::Value = serde_json::from_str(line).expect("the corpus is JSON");
        let text = |key: &str| row[key].as_str().unwrap_or("").to_string();
        let word = text("protocol").replace("tls", "certificate");
        let protocol: Protocol = word.parse().expect("every word is a protocol");
        let reply = Reply::new(text("id"), protocol, text("text"));
        let facts = facts(&text("field"), &text("protocol"), &text("text"));
        let devices = identify(&[reply], &facts, Knowledge::builtin());
        judged += 1;
        let ours = matches!(devices[0].maker.as_deref(), Some("hikvision" | "dahua"));
        if !["other", "unknown-device"].contains(&text("truth_class").as_str()) {
            units += 1;
            found += u32::from(ours);
        } else if ours && devices[0].confidence > Some(Confidence::Possible) {
            accused.push(line);
        }
    }
    println!(
        "judged {judged} rows; recognised {found} of {units} units; accused {} others",
        accused.len()
    );
    assert!(accused.is_empty(), "{accused:#?}");
    assert!(found * 10 >= units * 8, "only {found} of {units}");
}
