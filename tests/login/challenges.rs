//! Challenges that a device has written to do harm. Whatever they say, what is sent is one request of ours with one login,
//! in the grammar of RFC 7616 and with nothing of theirs outside its quotes; or there is no login in it.

use regex::Regex;

use super::*;

/// The values of a device's own fields, and the realm in which it gets a login, unescaped; or why it gets none.
struct Row(&'static str, Result<&'static str, &'static str>);

const ROWS: &[Row] = &[
    // Quotes and escapes.
    Row(r#"Digest realm="a\"b", nonce="n\"m", opaque="\"""#, Ok(r#"a"b"#)),
    Row(r#"Digest realm="a\\", nonce="n\\\"""#, Ok(r"a\")),
    Row(r#"Digest realm="\a\b", nonce="n""#, Ok("ab")),
    Row(r#"Digest realm="", nonce="""#, Ok("")),
    Row(r#"Digest realm="a"b", nonce="n""#, Err("grammar")),
    Row(r#"Digest realm="a\", nonce="n""#, Err("grammar")),
    Row(r#"Digest realm='a', nonce="n""#, Ok("'a'")),
    // What would be parameters of ours, or fields of a head, if it got out of the quotes.
    Row(
        r#"Digest realm="r, uri=/x, username=root", nonce="n, response=0""#,
        Ok("r, uri=/x, username=root"),
    ),
    Row(r#"Digest realm="r\", uri=\"/x", nonce="n""#, Ok(r#"r", uri="/x"#)),
    Row(
        r#"Digest realm="r", nonce="n", uri="/x", username="root", response="0", cnonce="c", nc=7"#,
        Ok("r"),
    ),
    Row("Digest realm=\"r\r\nX-Injected: 1\", nonce=\"n\"", Err("grammar")),
    Row("Digest realm=\"r\", nonce=\"n\r\nX-Injected: 1\"", Err("grammar")),
    Row("Digest realm=\"r\nX-Injected: 1\", nonce=\"n\"", Err("grammar")),
    // A line that is folded, or broken by CR alone, is one line with a blank (RFC 9112 §2.2, §5.2).
    Row(
        "Digest realm=\"r\r\n X-Injected: 1\", nonce=\"n\"",
        Ok("r X-Injected: 1"),
    ),
    Row("Digest realm=\"r\rX-Injected: 1\", nonce=\"n\"", Ok("r X-Injected: 1")),
    Row(
        r#"Digest realm="r%0d%0aX-Injected: 1", nonce="n""#,
        Ok("r%0d%0aX-Injected: 1"),
    ),
    Row(
        r#"Digest realm="r\r\nX-Injected: 1", nonce="n""#,
        Ok("rrnX-Injected: 1"),
    ),
    // What is no text.
    Row("Digest realm=\"a\0b\", nonce=\"n\"", Err("grammar")),
    Row("Digest realm=\"a\", nonce=\"n\0\"", Err("grammar")),
    Row("Digest realm=\"a\u{1b}[2J\", nonce=\"n\"", Err("grammar")),
    Row("Digest realm=\"a\", nonce=\"\u{7f}\"", Err("grammar")),
    Row("Digest realm=\"a\tb\", nonce=\"n\"", Err("written")),
    Row("Digest realm=\"\u{e9}\", nonce=\"n\"", Err("ASCII")),
    Row("Digest realm=\"a\", nonce=\"\u{202e}\"", Err("ASCII")),
    Row("Digest realm=\"a\", nonce=\"n\", opaque=\"\u{ff02}\"", Err("ASCII")),
    // Other ways of being asked.
    Row(r#"Digest realm="r", nonce="n", qop="auth-int""#, Err("auth-int")),
    Row(r#"Digest realm="r", nonce="n", qop="auth-int,auth""#, Ok("r")),
    Row(r#"Digest realm="r", nonce="n", qop="auth\", uri=\"/x""#, Err("grammar")),
    Row(
        r#"Digest realm="r", nonce="n", qop="auth", algorithm=MD5-sess"#,
        Ok("r"),
    ),
    Row(
        r#"Digest realm="r", nonce="n", qop="auth", algorithm="SHA-256""#,
        Ok("r"),
    ),
    Row(
        r#"Digest realm="r", nonce="n", algorithm="MD5\", uri=\"/x""#,
        Err("neither MD5"),
    ),
    Row(r#"Digest realm="r", nonce="n", userhash=true"#, Ok("r")),
    Row(
        r#"Digest realm="r", nonce="n", domain="http://127.0.0.9/ /elsewhere""#,
        Ok("r"),
    ),
    Row(r#"Digest realm="r", nonce="n", stale=true"#, Ok("r")),
    Row(r#"Digest realm="r", nonce="n", nonce="m""#, Err("grammar")),
    Row(r#"Digest realm="r", Digest nonce="n""#, Err("grammar")),
];

/// The parameters of an answer, names and values as they stand; none where it breaks the grammar.
fn parameters(login: &str) -> Option<Vec<(String, String)>> {
    let one = r#"([a-z*]+)=([!#-'*+.^_`|~0-9A-Za-z-]+|"(?:[ !#-\[\]-~]|\\[ -~])*")"#;
    let all = Regex::new(&format!("^Digest {one}(?:, {one})*$")).unwrap();
    let list = login.strip_prefix("Digest ").filter(|_| all.is_match(login))?;
    let parts = Regex::new(one).unwrap();
    Some(
        parts
            .captures_iter(list)
            .map(|part| (part[1].to_owned(), part[2].to_owned()))
            .collect(),
    )
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The names of a request's fields, in order of the alphabet.
fn fields(request: &str) -> Vec<&str> {
    let lines = request.trim_end().split("\r\n").skip(1);
    let mut names: Vec<&str> = lines.map(|line| line.split(':').next().unwrap()).collect();
    names.sort_unstable();
    names
}

fn check(challenge: &str, realm: &str, seen: &Seen) {
    let [request] = &seen.requests[1..] else {
        panic!("{challenge:?}: {:?}", seen.requests)
    };
    let path = "/cgi-bin/magicBox.cgi?action=getSerialNo";
    assert!(request.starts_with(&format!("GET {path} HTTP/1.1\r\n")), "{request}");
    assert_eq!(
        fields(request),
        ["Accept", "Authorization", "Host", "User-Agent"],
        "{challenge:?}: {request}"
    );
    let [login] = &seen.logins()[..] else {
        panic!("{challenge:?}: {request}")
    };
    let parameters = parameters(login).unwrap_or_else(|| panic!("{challenge:?}: {login} is not well-formed"));
    let value = |name: &str| -> Vec<&str> {
        let all = parameters.iter().filter(|(key, _)| key == name);
        all.map(|(_, value)| value.as_str()).collect()
    };
    for name in ["username", "nonce", "response"] {
        assert_eq!(value(name).len(), 1, "{challenge:?}: {login}");
    }
    assert_eq!(value("uri"), [quoted(path)], "{challenge:?}: {login}");
    assert_eq!(value("realm"), [quoted(realm)], "{challenge:?}: {login}");
    assert!(!login.contains(PASSWORD) && !login.contains("7Qz"), "{login}");
}

#[tokio::test]
async fn whatever_a_challenge_says_one_login_is_sent_in_its_quotes_or_none() {
    let mut wrong = Vec::new();
    for Row(challenge, expected) in ROWS {
        let refusal = unauthorized(&[challenge]);
        let (to, log) = device(LOCAL, move |_| refusal.clone()).await;
        let answer = door().fetch(page(to)).await;
        let seen = log.lock().unwrap();
        match (expected, answer.login) {
            (Err(part), Some(LoginEnd::Withheld(reason))) if reason.why.contains(part) => {
                assert_eq!((seen.requests.len(), seen.logins().len()), (1, 0), "{challenge:?}");
            }
            // One that still calls the nonce old has it renewed once.
            (Ok(_), Some(LoginEnd::Refused)) if challenge.contains("stale=true") => {
                assert_eq!(seen.logins().len(), 2, "{challenge:?}");
            }
            (Ok(realm), Some(LoginEnd::Refused)) => check(challenge, realm, &seen),
            (expected, end) => wrong.push(format!("{challenge:?}: {end:?}, not {expected:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_nonce_is_not_renewed_in_another_realm_or_by_a_weaker_hash() {
    let first = r#"Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256"#;
    for second in [
        r#"Digest realm="other", nonce="m", qop="auth", algorithm=SHA-256, stale=true"#,
        r#"Digest realm="r", nonce="m", qop="auth", algorithm=MD5, stale=true"#,
        r#"Digest realm="r", nonce="m", stale=true"#,
    ] {
        let (to, log) = device(LOCAL, move |request| {
            unauthorized(&[if authorization(request).is_some() {
                second
            } else {
                first
            }])
        })
        .await;
        assert_eq!(door().fetch(page(to)).await.login, Some(LoginEnd::Refused), "{second}");
        assert_eq!(log.lock().unwrap().logins().len(), 1, "{second}");
    }
}

#[tokio::test]
async fn a_nonce_is_renewed_by_a_whole_refusal_only() {
    const STALE: &str = r#"WWW-Authenticate: Digest realm="r", nonce="m", stale=true"#;
    for second in [
        format!("HTTP/1.1 403 No\r\n{STALE}\r\n\r\n{HANG_UP}"),
        format!("HTTP/1.1 401 No\r\n{STALE}{HANG_UP}"),
    ] {
        let (to, log) = device(LOCAL, {
            let second = second.clone();
            move |request| match authorization(request) {
                Some(_) => second.clone(),
                None => unauthorized(&[r#"Digest realm="r", nonce="n""#]),
            }
        })
        .await;
        door().fetch(page(to)).await;
        assert_eq!(log.lock().unwrap().logins().len(), 1, "{second}");
    }
}

/// Up to where it has come, each of these challenges could be answered, and would be answered wrongly.
#[tokio::test]
async fn half_a_challenge_is_not_answered() {
    for rest in ["", ", algorithm=SHA-256", "\r\nContent-Length: 0", "\r\nX: "] {
        let head = format!("HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n\"{rest}");
        let (to, log) = device(LOCAL, move |_| head.clone() + HANG_UP).await;
        let answer = door().fetch(page(to)).await;
        assert_eq!((answer.outcome, answer.login), (Outcome::Answered, None), "{rest:?}");
        assert_eq!(log.lock().unwrap().logins().len(), 0, "{rest:?}");
    }
}
