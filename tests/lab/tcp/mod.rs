//! What the estate's devices say over TCP: one file a protocol, none of it by the scanner's codec.
//!
//! Every request that a web server gets goes to the ledger, as one of
//!
//! ```text
//! http ADDRESS PORT METHOD TARGET CREDENTIAL OPERATION   CREDENTIAL is Basic, Digest, UsernameToken, … or -
//! login ADDRESS OUTCOME                                  how a device took a credential, see `digest::Outcome`
//! rtsp ADDRESS METHOD
//! wedged ADDRESS WHY                                     a fragile unit was asked too much
//! ```

pub mod cgi;
pub mod digest;
pub mod greetings;
pub mod http;
pub mod isapi;
pub mod onvif;
pub mod rogues;
pub mod rtsp;
pub mod strain;
pub mod tls;

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};

use crate::host::Host;

/// Tells the cameras' process where its ledger is.
pub const LEDGER: &str = "CAMSWEEP_LAB_LEDGER";

/// How a TCP port behaves once connected.
#[derive(Clone, Copy)]
pub enum Tcp {
    Http(Site),
    /// The same behind TLS with a certificate that nobody signed.
    Https(Site),
    /// The same behind the TLS of 2010: 1.0 and nothing newer, CBC, SHA-1, RSA-1024.
    OldTls(Site),
    Rtsp(rtsp::Rtsp),
    /// Hikvision's port 8000 speaks first.
    HikGreeting,
    /// Dahua's port 37777 answers one question.
    Dvrip,
    /// Accepts and says nothing.
    Mute,
}

/// What a web server has.
#[derive(Clone, Copy)]
pub enum Site {
    /// This, whatever is asked.
    Page(&'static str),
    Hikvision(isapi::Isapi),
    Dahua(cgi::Cgi),
    /// A UPnP description at this path, and nothing else.
    Upnp(&'static str, &'static str),
    Rogue(rogues::Rogue),
}

/// A host at work, with what it remembers from one request to the next.
pub struct Device {
    pub host: &'static Host,
    pub lock: Mutex<digest::Lock>,
    pub strain: strain::Strain,
}

impl Device {
    pub fn new(host: &'static Host) -> Self {
        Self {
            host,
            lock: Mutex::default(),
            strain: strain::Strain::default(),
        }
    }

    /// Writes a line about this host to the ledger, where there is one.
    pub fn note(&self, word: &str, rest: &str) {
        static FILE: OnceLock<Option<std::fs::File>> = OnceLock::new();
        let open = || {
            let path = std::env::var_os(LEDGER)?;
            std::fs::OpenOptions::new().create(true).append(true).open(path).ok()
        };
        if let Some(mut file) = FILE.get_or_init(open).as_ref() {
            let _ = file.write_all(format!("{word} {} {rest}\n", self.host.ip).as_bytes());
        }
    }

    /// Checks what a request brings against the host's own account, and writes the outcome down.
    pub fn check(&self, request: &http::Request, realm: &str) -> digest::Outcome {
        let outcome = self.lock.lock().expect("no panic").check(request, self.host, realm);
        if outcome != digest::Outcome::Nothing {
            self.note("login", &format!("{outcome:?}"));
        }
        outcome
    }
}

pub async fn accept(listener: TcpListener, device: Arc<Device>, how: Tcp) {
    while let Ok((stream, _)) = listener.accept().await {
        let port = stream.local_addr().map_or(0, |own| own.port());
        tokio::spawn(converse(stream, port, device.clone(), how));
    }
}

async fn converse(stream: TcpStream, port: u16, device: Arc<Device>, how: Tcp) {
    let Some(_place) = device.strain.bear(&device).await else {
        // Wedged: it holds the connection and says nothing.
        return std::future::pending().await;
    };
    match how {
        Tcp::Http(site) => http::serve(stream, port, &device, site).await,
        Tcp::Https(site) => {
            if let Ok(stream) = tls::modern().accept(stream).await {
                http::serve(stream, port, &device, site).await;
            }
        }
        Tcp::OldTls(site) => {
            if let Some(stream) = tls::old(stream).await {
                http::serve(stream, port, &device, site).await;
            }
        }
        Tcp::Rtsp(how) => rtsp::serve(stream, &device, how).await,
        Tcp::HikGreeting => greetings::hikvision(stream).await,
        Tcp::Dvrip => greetings::dahua(stream, device.host).await,
        Tcp::Mute => listen(stream).await,
    }
}

/// Hears the client out until it hangs up.
async fn listen(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    let mut buffer = [0; 4096];
    while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
}
