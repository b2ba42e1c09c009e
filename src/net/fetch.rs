//! One page over HTTP(S), by a client that follows nothing, remembers nothing and forgives bad manners.

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response, Url, Version};
use tokio::time::{Instant, sleep, timeout_at};

use super::legacy::Legacy;
use super::login::{self, Proof};
use super::pacing::Pacing;
use super::streams::{nothing, outcome_of};
use super::vault::Chance;
use super::{Answer, Ask, Exchange, Fetch, Interface, Tls, system, tls};
use crate::fact::{MAX_BODY, MAX_HEAD, Outcome};
use crate::wire::http;

/// Room for the head beside the body.
const CAP: usize = MAX_BODY + MAX_HEAD;

/// The client closes its connection in a task of its own, a moment after it was dropped or the server has closed. Nobody
/// else may talk to the host meanwhile: a unit that bears one connection would see two.
const FAREWELL: Duration = Duration::from_millis(50);

/// Fetches the page, with the login where there is leave for one. The caller has seen to it that it may be fetched now.
pub(super) async fn fetch(fetch: &Fetch, chance: Option<Chance<'_>>, ways: Ways<'_>) -> Answer {
    let answer = match (Visit::begin(fetch, ways), chance) {
        (Ok(visit), Some(chance)) => login::ask(&visit, chance).await,
        (Ok(visit), None) => visit.ask().await,
        (Err((outcome, why)), _) => return nothing(outcome, why),
    };
    sleep(FAREWELL).await;
    answer
}

/// What a visit needs of the door.
#[derive(Clone, Copy)]
pub(super) struct Ways<'a> {
    pub(super) interface: Option<&'a Interface>,
    pub(super) pacing: &'a Pacing,
    pub(super) legacy: &'a Legacy,
}

/// What is done for one page: all on one connection, where the server keeps it open.
pub(super) struct Visit<'a> {
    fetch: &'a Fetch,
    ways: Ways<'a>,
    url: Url,
    client: Client,
    witness: Arc<tls::Witness>,
}

impl<'a> Visit<'a> {
    fn begin(fetch: &'a Fetch, ways: Ways<'a>) -> Result<Self, (Outcome, String)> {
        let no_path = || (Outcome::Denied, format!("{:?} is no path", fetch.ask.path()));
        let url = url(fetch).ok_or_else(no_path)?;
        let (client, witness) = client(fetch.interface.as_deref())
            .map_err(|error| (Outcome::Broken, format!("preparing to fetch: {error}")))?;
        Ok(Visit {
            fetch,
            ways,
            url,
            client,
            witness,
        })
    }

    /// What the page is asked for.
    pub(super) fn question(&self) -> &Ask {
        &self.fetch.ask
    }

    /// Path and query, as they stand on the wire.
    pub(super) fn uri(&self) -> String {
        match self.url.query() {
            Some(query) => format!("{}?{query}", self.url.path()),
            None => self.url.path().to_owned(),
        }
    }

    /// Asks for the page, without a login: where it may, by older TLS if the device refuses that of today.
    pub(super) async fn ask(&self) -> Answer {
        let ask = &self.fetch.ask;
        let Ways {
            interface,
            pacing,
            legacy,
        } = self.ways;
        match self
            .by_hand(ask, None)
            .filter(|_| self.fetch.tls && self.fetch.legacy_tls)
        {
            Some(exchange) => legacy.read(&exchange, interface, pacing, self.put(ask, None)).await,
            None => self.put(ask, None).await,
        }
    }

    /// Asks once more, for the page or for something beside it, when there is a turn for it: by the very age of TLS by
    /// which it answered before.
    pub(super) async fn ask_again(&self, before: &Answer, ask: &Ask, proof: Option<&Proof>) -> Answer {
        sleep(FAREWELL).await;
        let pacing = self.ways.pacing;
        pacing.another(self.fetch.to.ip()).await;
        let is_legacy = matches!(before.tls, Some(Tls::Legacy(_)));
        let answer = match self.by_hand(ask, proof).filter(|_| is_legacy) {
            Some(exchange) => self.ways.legacy.ask(&exchange, self.ways.interface, pacing).await,
            None => self.put(ask, proof).await,
        };
        Answer {
            connections: before.connections + answer.connections,
            ..answer
        }
    }

    async fn put(&self, ask: &Ask, proof: Option<&Proof>) -> Answer {
        let end = Instant::now() + self.fetch.deadline;
        let url = &self.url;
        let answer = match timeout_at(end, self.request(ask, proof).send()).await {
            Err(_) => nothing(Outcome::Silent, format!("fetching {url}: nothing in time")),
            Ok(Err(error)) => failed(url, &error),
            Ok(Ok(response)) => read(response, end).await,
        };
        self.witness.testify(answer)
    }

    fn request(&self, ask: &Ask, proof: Option<&Proof>) -> RequestBuilder {
        let request = match ask {
            Ask::Get(_) => self.client.get(self.url.clone()),
            Ask::Onvif { request, .. } => self
                .client
                .post(self.url.clone())
                .header(CONTENT_TYPE, request.content_type())
                .body(login::envelope(*request, proof)),
        };
        match proof {
            Some(Proof::Authorization(value)) => request.header(AUTHORIZATION, value),
            _ => request,
        }
    }

    /// The same request as bytes, for TLS that the client here does not speak.
    fn by_hand(&self, ask: &Ask, proof: Option<&Proof>) -> Option<Exchange> {
        let (host, path) = (self.url.host_str()?, self.uri());
        let host = match self.url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        let request = match ask {
            Ask::Get(_) => http::get(&host, &path),
            Ask::Onvif { request, .. } => http::onvif(&host, &path, *request, &login::envelope(*request, proof)),
        };
        let fetch = self.fetch;
        Some(Exchange {
            to: fetch.to,
            interface: fetch.interface.clone(),
            tls: fetch.tls,
            requests: vec![login::authorized(request, proof)],
            answers: |bytes| usize::from(http::is_complete(bytes)),
            cap: CAP,
            page: true,
            deadline: fetch.deadline,
        })
    }
}

fn url(fetch: &Fetch) -> Option<Url> {
    let scheme = if fetch.tls { "https" } else { "http" };
    let path = Some(fetch.ask.path()).filter(|path| path.starts_with('/'))?;
    // An IPv6 address without its zone, which no server knows.
    let to = SocketAddr::new(fetch.to.ip(), fetch.to.port());
    Url::parse(&format!("{scheme}://{to}{path}")).ok()
}

/// A client of its own for each page: its connection ends with it, and the witness sees this certificate only.
fn client(interface: Option<&str>) -> Result<(Client, Arc<tls::Witness>), Box<dyn Error + Send + Sync>> {
    let (config, witness) = tls::client()?;
    let builder = Client::builder()
        .tls_backend_preconfigured(config)
        .user_agent(concat!("camsweep/", env!("CARGO_PKG_VERSION")))
        .no_proxy()
        .redirect(Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .pool_max_idle_per_host(1)
        .http1_only()
        // Small servers look for `Content-Length` as it is spelt (eidheim/Simple-Web-Server 35) and wait for ever.
        .http1_title_case_headers()
        .http1_ignore_invalid_headers_in_responses(true)
        .http1_allow_obsolete_multiline_headers_in_responses(true)
        .http1_allow_spaces_after_header_name_in_responses(true)
        .http1_max_headers(512)
        .http09_responses();
    let builder = match interface {
        Some(name) => system::client_by(builder, name),
        None => builder,
    };
    Ok((builder.build()?, witness))
}

fn failed(url: &Url, error: &reqwest::Error) -> Answer {
    let causes = || std::iter::successors(error.source(), |&cause| cause.source());
    let broken_connection = causes().find_map(|cause| cause.downcast_ref::<io::Error>());
    let reason = causes().last().map_or_else(|| error.to_string(), ToString::to_string);
    match broken_connection {
        Some(cause) if error.is_connect() && url.scheme() == "https" && tls::is_refusal(cause) => Answer {
            tls: Some(Tls::Refused),
            ..nothing(Outcome::Garbled, format!("fetching {url}: TLS handshake: {reason}"))
        },
        _ if is_tls(error) => nothing(Outcome::Garbled, format!("fetching {url}: TLS handshake: {reason}")),
        Some(cause) if error.is_connect() => nothing(outcome_of(cause), format!("fetching {url}: {reason}")),
        Some(_) => nothing(Outcome::Silent, format!("fetching {url}: {reason}")),
        None => nothing(Outcome::Garbled, format!("fetching {url}: {reason}")),
    }
}

/// Whether TLS is at the bottom of an error; it hides inside I/O errors, which do not name it as their source.
fn is_tls(error: &(dyn Error + 'static)) -> bool {
    let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    error.is::<rustls::Error>() || inner.is_some_and(|inner| is_tls(inner)) || error.source().is_some_and(is_tls)
}

async fn read(mut response: Response, end: Instant) -> Answer {
    let (mut bytes, mut cut) = head(&response);
    let most = bytes.len() + MAX_BODY;
    loop {
        let Ok(chunk) = timeout_at(end, response.chunk()).await else {
            cut = true;
            break;
        };
        // A body that breaks off is kept as far as it came.
        let Ok(Some(chunk)) = chunk else { break };
        let room = most - bytes.len();
        bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if chunk.len() > room {
            cut = true;
            break;
        }
    }
    let outcome = if bytes.is_empty() {
        Outcome::Silent
    } else {
        Outcome::Answered
    };
    let why = bytes.is_empty().then(|| "closed without a byte".to_owned());
    Answer {
        outcome,
        connected: true,
        at: Timestamp::now(),
        cut: cut && !bytes.is_empty(),
        bytes,
        certificate: None,
        tls: None,
        connections: 1,
        login: None,
        why,
    }
}

/// The head, built again, as far as the cap, and whether there was more of it. The client has put the names in lower case, so only values may be read from
/// it, and takes in 408 kB and 512 fields at the most. What was no HTTP at all (the client calls it 0.9) has none: its bytes are all in the body.
fn head(response: &Response) -> (Vec<u8>, bool) {
    if response.version() == Version::HTTP_09 {
        return (Vec::new(), false);
    }
    let mut head = format!("HTTP/1.1 {}\r\n", response.status()).into_bytes();
    for (name, value) in response.headers() {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            head.extend_from_slice(part);
        }
        if head.len() > MAX_HEAD {
            break;
        }
    }
    let is_cut = head.len() > MAX_HEAD;
    head.truncate(MAX_HEAD);
    head.extend_from_slice(b"\r\n");
    (head, is_cut)
}
