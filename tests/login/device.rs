//! A device on the loopback that wants a login, and checks it with arithmetic of its own.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use regex::Regex;
use sha2::Sha256;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;

/// The user that devices know here.
pub const USER: &str = "audit";
/// The password that they know.
pub const PASSWORD: &str = "pass:\"word\" 7Qz";

/// Every request that came, head and body, and how many connections.
#[derive(Debug, Default)]
pub struct Seen {
    pub requests: Vec<String>,
    pub connections: usize,
}

impl Seen {
    /// The values of `Authorization` that came.
    pub fn logins(&self) -> Vec<String> {
        let logins = self.requests.iter().filter_map(|request| authorization(request));
        logins.map(str::to_owned).collect()
    }
}

/// An answer that ends so is the last on its connection.
pub const HANG_UP: &str = "\0";

/// What a device has seen.
pub type Log = Arc<Mutex<Seen>>;

/// The value of `Authorization`.
pub fn authorization(request: &str) -> Option<&str> {
    let mut lines = request.split("\r\n\r\n").next()?.lines();
    lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("authorization").then(|| value.trim())
    })
}

/// Begins a device that answers each request by `answer`; an empty answer hangs up.
pub async fn device(host: [u8; 4], answer: impl Fn(&str) -> String + Send + Sync + 'static) -> (SocketAddr, Log) {
    let listener = TcpListener::bind(SocketAddr::from((host, 0))).await.unwrap();
    let (address, log) = (listener.local_addr().unwrap(), Log::default());
    let (seen, answer) = (log.clone(), Arc::new(answer));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, seen.clone(), answer.clone()));
        }
    });
    (address, log)
}

/// Serves one connection for as long as the other side keeps it.
pub async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    log: Log,
    answer: Arc<impl Fn(&str) -> String + Send + Sync + 'static>,
) {
    log.lock().unwrap().connections += 1;
    while let Some(request) = request(&mut stream).await {
        log.lock().unwrap().requests.push(request.clone());
        let answer = answer(&request);
        let whole = answer.strip_suffix(HANG_UP);
        let sent = stream.write_all(whole.unwrap_or(&answer).as_bytes()).await;
        if answer.is_empty() || whole.is_some() || sent.is_err() {
            break;
        }
    }
}

async fn request(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let lower = head.to_ascii_lowercase();
            let length = lower
                .lines()
                .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
        match stream.read(&mut buffer).await {
            Ok(read) if read > 0 => text.push_str(std::str::from_utf8(&buffer[..read]).unwrap()),
            _ => return None,
        }
    }
}

/// A response with a body.
pub fn response(status: &str, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A 401 with these values of `WWW-Authenticate`.
pub fn unauthorized(challenges: &[&str]) -> String {
    let headers: String = challenges
        .iter()
        .map(|value| format!("WWW-Authenticate: {value}\r\n"))
        .collect();
    response("401 Unauthorized", &headers, "<userCheck/>")
}

/// A device that lets in whoever answers a challenge rightly.
pub fn guarded(challenge: &'static [&'static str]) -> impl Fn(&str) -> String {
    move |request| match authorization(request) {
        Some(login) if is_right(request, login) => response("200 OK", "", "<DeviceInfo/>"),
        _ => unauthorized(challenge),
    }
}

/// One parameter of a challenge or of an answer to it, quotes taken off.
pub fn parameter(text: &str, name: &str) -> Option<String> {
    let pattern = format!("(?:^|[\\s,]){name}=(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^,\\s]+))");
    let found = Regex::new(&pattern).unwrap().captures(text)?;
    let value = found.get(1).or(found.get(2))?.as_str();
    Some(value.replace("\\\"", "\""))
}

/// Whether an answer is the one that RFC 7616 (RFC 2069 without qop) asks for.
pub fn is_right(request: &str, login: &str) -> bool {
    let value = |name| parameter(login, name).unwrap_or_default();
    let algorithm = value("algorithm");
    let hash = |text: String| match algorithm.starts_with("SHA-256") {
        true => hex(&Sha256::digest(text)),
        false => hex(&Md5::digest(text)),
    };
    let mut line = request.split(' ');
    let (method, target) = (line.next().unwrap(), line.next().unwrap());
    let (realm, nonce, cnonce) = (value("realm"), value("nonce"), value("cnonce"));
    let mut secret = hash(format!("{USER}:{realm}:{PASSWORD}"));
    if algorithm.ends_with("-sess") {
        secret = hash(format!("{secret}:{nonce}:{cnonce}"));
    }
    let page = hash(format!("{method}:{target}"));
    let expected = match value("qop").as_str() {
        "" => hash(format!("{secret}:{nonce}:{page}")),
        qop => hash(format!("{secret}:{nonce}:{}:{cnonce}:{qop}:{page}", value("nc"))),
    };
    value("username") == USER && value("uri") == target && value("response") == expected
}

/// What a device may keep in place of the password, and who has it can log in with.
pub fn hash_of_user(challenge: &str) -> String {
    let realm = parameter(challenge, "realm").unwrap();
    hex(&Md5::digest(format!("{USER}:{realm}:{PASSWORD}")))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The value of `Authorization` that Basic has for the right login.
pub fn basic() -> String {
    format!("Basic {}", STANDARD.encode(format!("{USER}:{PASSWORD}")))
}

/// The password digest of a UsernameToken (WS-Security UsernameToken Profile 1.0).
pub fn token_digest(nonce: &str, created: &str) -> String {
    use sha1::{Digest, Sha1};
    let nonce = STANDARD.decode(nonce).unwrap();
    STANDARD.encode(Sha1::digest(
        [nonce.as_slice(), created.as_bytes(), PASSWORD.as_bytes()].concat(),
    ))
}
