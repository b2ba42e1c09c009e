//! RTSP servers, as far as they go without a login: `OPTIONS` and `DESCRIBE`, one after the other.

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};

use super::Device;

/// Whose words they are.
#[derive(Clone, Copy)]
pub enum Rtsp {
    /// No `Server`, two blanks in `Date`, a number in the realm.
    Hikvision(&'static str),
    /// The serial number in the realm.
    Dahua,
    /// Dahua before 2014.
    OldDahua,
    /// LIVE555, in everybody's cameras.
    Live555,
}

/// Answers on one connection until the client hangs up.
pub async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin, device: &Device, how: Rtsp) {
    let mut stream = BufReader::new(stream);
    while let Some((method, sequence)) = next(&mut stream).await {
        device.note("rtsp", &method);
        let answer = answer(device, how, &method, &sequence);
        if stream.write_all(answer.as_bytes()).await.is_err() {
            break;
        }
    }
}

/// Method and `CSeq` of the next request; none has a body.
async fn next(stream: &mut (impl AsyncBufReadExt + Unpin)) -> Option<(String, String)> {
    let (mut method, mut sequence) = (None, String::new());
    loop {
        let mut line = String::new();
        let read = stream.read_line(&mut line).await.ok()?;
        let line = line.trim_end();
        match (read, &method) {
            (0, _) => return None,
            (_, None) => method = Some(line.split(' ').next()?.to_owned()).filter(|_| line.ends_with(" RTSP/1.0")),
            (_, Some(method)) if line.is_empty() => return Some((method.clone(), sequence)),
            _ => {}
        }
        if let Some(number) = line.to_lowercase().strip_prefix("cseq:") {
            number.trim().clone_into(&mut sequence);
        }
    }
}

const DATE: &str = "Date:  Sun, Mar 01 2026 08:20:11 GMT\r\n";
const HIKVISION_METHODS: &str = "OPTIONS, DESCRIBE, PLAY, PAUSE, SETUP, TEARDOWN, SET_PARAMETER, GET_PARAMETER";
const DAHUA_METHODS: &str =
    "OPTIONS, DESCRIBE, ANNOUNCE, SETUP, PLAY, RECORD, PAUSE, TEARDOWN, SET_PARAMETER, GET_PARAMETER";

fn answer(device: &Device, how: Rtsp, method: &str, sequence: &str) -> String {
    let nonce = || device.lock.lock().expect("no panic").nonce();
    let serial = device.host.serial;
    let (status, fields) = match (how, method) {
        (Rtsp::Hikvision(_), "OPTIONS") => ("200 OK", format!("Public: {HIKVISION_METHODS}\r\n{DATE}")),
        (Rtsp::Hikvision(realm), "DESCRIBE") => (
            "401 Unauthorized",
            format!("WWW-Authenticate: Digest realm=\"{realm}\", nonce=\"{}\", stale=\"FALSE\"\r\n{DATE}", nonce()),
        ),
        (Rtsp::Dahua, "OPTIONS") => ("200 OK", format!("Server: Rtsp Server/3.0\r\nPublic: {DAHUA_METHODS}\r\n")),
        (Rtsp::Dahua, "DESCRIBE") => (
            "401 Unauthorized",
            format!("WWW-Authenticate: Digest realm=\"Login to {serial}\", nonce=\"{}\"\r\n", nonce()),
        ),
        (Rtsp::OldDahua, "OPTIONS" | "DESCRIBE") => (
            "401 Unauthorized",
            "Server: Dahua Rtsp Server\r\nWWW-Authenticate: Basic realm=\"device\"\r\n".to_owned(),
        ),
        (Rtsp::Live555, "OPTIONS") => (
            "200 OK",
            "Date: Sun, Mar 01 2026 08:20:11 GMT\r\nPublic: OPTIONS, DESCRIBE, SETUP, TEARDOWN, PLAY, PAUSE, GET_PARAMETER, SET_PARAMETER\r\n".to_owned(),
        ),
        (Rtsp::Live555, "DESCRIBE") => (
            "401 Unauthorized",
            format!("Date: Sun, Mar 01 2026 08:20:11 GMT\r\nWWW-Authenticate: Digest realm=\"LIVE555 Streaming Media\", nonce=\"{}\"\r\n", nonce()),
        ),
        _ => ("405 Method Not Allowed", String::new()),
    };
    format!("RTSP/1.0 {status}\r\nCSeq: {sequence}\r\n{fields}\r\n")
}
