//! Just enough of HTTP/1.1 for a camera's web server: requests in, whole responses out, a connection that
//! stays open until a response says that it closes.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::{Device, Site, cgi, isapi, onvif, rogues};

/// A request as it came.
#[derive(Default)]
pub struct Request {
    pub method: String,
    /// Path and query.
    pub target: String,
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Request {
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// By what scheme it brings a credential, in one word.
    pub fn credential(&self) -> &str {
        match self.header("Authorization") {
            Some(value) => value.split(' ').next().filter(|word| !word.is_empty()).unwrap_or("?"),
            None if self.body.contains("UsernameToken") => "UsernameToken",
            None => "-",
        }
    }

    fn read(head: &str) -> Option<Self> {
        let mut lines = head.split("\r\n");
        let mut first = lines.next()?.split(' ');
        let headers = lines.filter_map(|line| line.split_once(':'));
        Some(Self {
            method: first.next()?.to_owned(),
            target: first.next()?.to_owned(),
            headers: headers
                .map(|(key, value)| (key.to_owned(), value.trim().to_owned()))
                .collect(),
            body: String::new(),
        })
    }
}

/// Answers one request after another.
pub async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, port: u16, device: &Device, site: Site) {
    let mut read = Vec::new();
    while let Some(request) = next(&mut stream, &mut read).await {
        let (credential, operation) = (request.credential(), onvif::operation(&request));
        let line = format!("{port} {} {} {credential} {operation}", request.method, request.target);
        device.note("http", &line);
        let response = answer(device, site, &request);
        let closes = String::from_utf8_lossy(&response)
            .to_lowercase()
            .contains("connection: close\r\n");
        if stream.write_all(&response).await.is_err() || stream.flush().await.is_err() || closes {
            break;
        }
    }
    let _ = stream.shutdown().await;
}

fn answer(device: &Device, site: Site, request: &Request) -> Vec<u8> {
    if let Some(service) = device.host.service.filter(|_| request.path() == onvif::PATH) {
        return onvif::answer(device, service, request);
    }
    match site {
        Site::Page(page) => page.as_bytes().to_vec(),
        Site::Hikvision(isapi) => isapi::answer(device, isapi, request),
        Site::Dahua(cgi) => cgi::answer(device, cgi, request),
        Site::Upnp(path, page) if path == request.path() => {
            let page = crate::play::fill(device.host, page);
            respond(
                "200 OK",
                "Content-Type: text/xml\r\nConnection: close\r\n",
                page.as_bytes(),
            )
        }
        Site::Upnp(..) => respond("404 Not Found", "Connection: close\r\n", b""),
        Site::Rogue(rogue) => rogues::answer(device, rogue, request),
    }
}

/// A response with its length; `headers` end in CRLF.
pub fn respond(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// The next request with its body, or none where the client has hung up or talks nonsense.
async fn next(stream: &mut (impl AsyncRead + Unpin), read: &mut Vec<u8>) -> Option<Request> {
    let head = fill_until(stream, read, |read| {
        read.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
    })
    .await?;
    let mut request = Request::read(&String::from_utf8_lossy(&read[..head - 4]))?;
    let length: usize = request
        .header("Content-Length")
        .map_or(Some(0), |length| length.parse().ok())?;
    let end = fill_until(stream, read, |read| {
        (read.len() >= head + length).then_some(head + length)
    })
    .await?;
    request.body = String::from_utf8_lossy(&read[head..end]).into_owned();
    read.drain(..end);
    Some(request)
}

/// Reads on until `found` finds an end in what was read.
async fn fill_until(
    stream: &mut (impl AsyncRead + Unpin),
    read: &mut Vec<u8>,
    found: impl Fn(&[u8]) -> Option<usize>,
) -> Option<usize> {
    let mut buffer = [0; 4096];
    loop {
        if let Some(end) = found(read) {
            return Some(end);
        }
        match stream.read(&mut buffer).await {
            Ok(1..) if read.len() > 256 * 1024 => return None,
            Ok(length @ 1..) => read.extend_from_slice(&buffer[..length]),
            _ => return None,
        }
    }
}
