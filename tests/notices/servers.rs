//! Servers on the loopback that do as they are told: what each connection of a mail server, or each request of a web
//! server, is answered.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::spawn;
use std::time::Duration;

use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What a mail server does with one connection.
#[derive(Clone, Copy)]
pub enum Act {
    /// Takes whatever comes.
    Take,
    /// Answers the command that begins so (`CONNECT`, `.` for the end of a mail) with this.
    Say(&'static str, &'static str),
    /// Says nothing to that command, for a minute.
    Stall(&'static str),
}

/// A mail server without TLS. The last act is that of all later connections.
pub struct Smtp {
    pub port: u16,
    /// What each connection said, a line each.
    pub heard: Arc<Mutex<Vec<Vec<String>>>>,
    /// The mails that were taken: to whom, and all of it.
    pub mails: Arc<Mutex<Vec<(String, String)>>>,
}

impl Smtp {
    pub fn start(acts: &[Act]) -> Smtp {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Smtp {
            port: listener.local_addr().unwrap().port(),
            heard: Arc::default(),
            mails: Arc::default(),
        };
        let (acts, heard, mails) = (acts.to_vec(), Arc::clone(&server.heard), Arc::clone(&server.mails));
        spawn(move || {
            for (place, stream) in listener.incoming().enumerate() {
                heard.lock().unwrap().push(Vec::new());
                let act = acts[place.min(acts.len() - 1)];
                // A client that hangs up ends its connection only.
                let _ = converse(&stream.unwrap(), act, &heard, &mails);
            }
        });
        server
    }

    pub fn url(&self) -> String {
        format!("smtp+plain://127.0.0.1:{}", self.port)
    }

    pub fn mails(&self) -> Vec<(String, String)> {
        self.mails.lock().unwrap().clone()
    }

    pub fn connections(&self) -> usize {
        self.heard.lock().unwrap().len()
    }
}

fn converse(
    mut stream: &TcpStream,
    act: Act,
    heard: &Mutex<Vec<Vec<String>>>,
    mails: &Mutex<Vec<(String, String)>>,
) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let (mut to, mut data) = (String::new(), String::new());
    let mut command = "CONNECT".to_owned();
    loop {
        let usual = match command.as_str() {
            "CONNECT" => "220 mail.test",
            "." => "250 taken",
            word if word.starts_with("EHLO") => "250-mail.test\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME",
            word if word.starts_with("DATA") => "354 go on",
            word if word.starts_with("AUTH") => "235 welcome",
            word if word.starts_with("QUIT") => "221 bye",
            _ => "250 ok",
        };
        let answer = match act {
            Act::Say(to, answer) if command.starts_with(to) => answer,
            Act::Stall(at) if command.starts_with(at) => {
                std::thread::sleep(Duration::from_secs(60));
                return Ok(());
            }
            _ => usual,
        };
        if command == "." && answer.starts_with('2') {
            mails.lock().unwrap().push((to.clone(), data.clone()));
        }
        if let Some(address) = command.strip_prefix("RCPT TO:") {
            to = address.trim_matches(['<', '>', ' ']).to_owned();
        }
        let in_data = command.starts_with("DATA") && answer.starts_with('3');
        stream.write_all(format!("{answer}\r\n").as_bytes())?;
        command = loop {
            let Some(line) = lines.next().transpose()? else {
                return Ok(());
            };
            if !in_data {
                heard.lock().unwrap().last_mut().unwrap().push(line.clone());
                break line;
            }
            if line == "." {
                break line;
            }
            data.push_str(&line);
            data.push_str("\r\n");
        };
    }
}

/// A request: its head in lines, the names in small letters, and its body.
pub struct Request {
    pub head: Vec<String>,
    pub body: String,
}

impl Request {
    pub fn header(&self, name: &str) -> &str {
        let start = format!("{name}: ");
        self.head
            .iter()
            .find_map(|line| line.strip_prefix(&start))
            .unwrap_or_default()
    }
}

/// A web server. Each answer is a status and further lines of the head; the last is that of all later requests.
pub struct Web {
    pub port: u16,
    pub requests: Arc<Mutex<Vec<Request>>>,
    scheme: &'static str,
}

impl Web {
    pub fn start(answers: &[&str]) -> Web {
        Web::with(answers, None)
    }

    /// With a certificate of its own for 127.0.0.1, which comes back.
    pub fn with_tls(answers: &[&str]) -> (Web, Vec<u8>) {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        let certificate = certificate.self_signed(&key).unwrap().der().to_vec();
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.clone().into()],
                PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            )
            .unwrap();
        (Web::with(answers, Some(Arc::new(config))), certificate)
    }

    fn with(answers: &[&str], tls: Option<Arc<ServerConfig>>) -> Web {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let web = Web {
            port: listener.local_addr().unwrap().port(),
            requests: Arc::default(),
            scheme: if tls.is_some() { "https" } else { "http" },
        };
        let answers: Vec<String> = answers.iter().map(|answer| (*answer).to_owned()).collect();
        let requests = Arc::clone(&web.requests);
        spawn(move || {
            for (place, stream) in listener.incoming().enumerate() {
                let answer = &answers[place.min(answers.len() - 1)];
                // A client that hangs up ends its connection only.
                let _ = match &tls {
                    None => serve(stream.unwrap(), answer, &requests),
                    Some(config) => {
                        let tls = ServerConnection::new(Arc::clone(config)).unwrap();
                        serve(StreamOwned::new(tls, stream.unwrap()), answer, &requests)
                    }
                };
            }
        });
        web
    }

    pub fn url(&self) -> String {
        format!("{}://127.0.0.1:{}/hook/s3cret-path", self.scheme, self.port)
    }
}

fn serve(stream: impl Read + Write, answer: &str, requests: &Mutex<Vec<Request>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        match line.trim_end() {
            "" => break,
            line => head.push(match line.split_once(": ") {
                Some((name, value)) => format!("{}: {value}", name.to_lowercase()),
                None => line.to_owned(),
            }),
        }
    }
    let length = head.iter().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.and_then(|length| length.parse().ok()).unwrap_or(0)];
    reader.read_exact(&mut body)?;
    let body = String::from_utf8(body).unwrap();
    requests.lock().unwrap().push(Request { head, body });
    let stream = reader.get_mut();
    write!(
        stream,
        "HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )?;
    stream.flush()
}
