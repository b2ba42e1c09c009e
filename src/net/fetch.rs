//! One page over HTTP(S), by a client that follows nothing, remembers nothing and forgives bad manners.

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url, Version};
use tokio::time::{Instant, timeout_at};

use super::streams::{nothing, outcome_of};
use super::{Answer, Ask, Exchange, Fetch, Tls, system, tls};
use crate::fact::{MAX_BODY, Outcome};
use crate::wire::http;

/// Room for the head beside the body.
const CAP: usize = MAX_BODY + 64 * 1024;

/// The client closes its connection in a task of its own, a moment after it was dropped. Nobody else may talk to the
/// host meanwhile: a unit that bears one connection would see two.
pub(super) const FAREWELL: Duration = Duration::from_millis(50);

/// The same question as bytes, for TLS that the client here does not speak. Without a login, whoever asks.
pub(super) fn by_hand(fetch: &Fetch) -> Option<Exchange> {
    let url = url(fetch)?;
    let host = match url.port() {
        Some(port) => format!("{}:{port}", url.host_str()?),
        None => url.host_str()?.to_owned(),
    };
    let path = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let request = match &fetch.ask {
        Ask::Get(_) => http::get(&host, &path),
        Ask::Onvif { request, .. } => http::onvif(&host, &path, *request),
    };
    Some(Exchange {
        to: fetch.to,
        interface: fetch.interface.clone(),
        tls: fetch.tls,
        requests: vec![request],
        answers: |bytes| usize::from(http::is_complete(bytes)),
        cap: CAP,
        connect: fetch.deadline,
        deadline: fetch.deadline,
    })
}

/// Fetches the page. The caller has seen to it that it may be fetched now.
pub(super) async fn fetch(fetch: &Fetch) -> Answer {
    let Some(url) = url(fetch) else {
        return nothing(Outcome::Denied, format!("{:?} is no path", fetch.ask.path()));
    };
    let (client, witness) = match client(fetch.interface.as_deref()) {
        Ok(client) => client,
        Err(error) => return nothing(Outcome::Broken, format!("preparing to fetch: {error}")),
    };
    let end = Instant::now() + fetch.deadline;
    let request = match &fetch.ask {
        Ask::Get(_) => client.get(url.clone()),
        Ask::Onvif { request, .. } => client
            .post(url.clone())
            .header("Content-Type", request.content_type())
            .body(request.envelope()),
    };
    let answer = match timeout_at(end, request.send()).await {
        Err(_) => nothing(Outcome::Silent, format!("fetching {url}: nothing in time")),
        Ok(Err(error)) => failed(&url, &error),
        Ok(Ok(response)) => read(response, end).await,
    };
    witness.testify(answer)
}

fn url(fetch: &Fetch) -> Option<Url> {
    let scheme = if fetch.tls { "https" } else { "http" };
    let path = Some(fetch.ask.path()).filter(|path| path.starts_with('/'))?;
    // An IPv6 address without its zone, which no server knows.
    let to = SocketAddr::new(fetch.to.ip(), fetch.to.port());
    Url::parse(&format!("{scheme}://{to}{path}")).ok()
}

/// A client of its own for each page: nothing is pooled, and the witness sees this certificate only.
fn client(interface: Option<&str>) -> Result<(Client, Arc<tls::Witness>), Box<dyn Error + Send + Sync>> {
    let (config, witness) = tls::client()?;
    let builder = Client::builder()
        .tls_backend_preconfigured(config)
        .user_agent(concat!("camsweep/", env!("CARGO_PKG_VERSION")))
        .no_proxy()
        .redirect(Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .pool_max_idle_per_host(0)
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
    let mut bytes = head(&response);
    let most = bytes.len() + MAX_BODY;
    // A body that breaks off is kept as far as it came.
    while let Ok(Ok(Some(chunk))) = timeout_at(end, response.chunk()).await {
        bytes.extend_from_slice(&chunk[..chunk.len().min(most - bytes.len())]);
        if bytes.len() == most {
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
        bytes,
        certificate: None,
        tls: None,
        connections: 1,
        why,
    }
}

/// The head, built again. The client has put the names in lower case, so only values may be read from
/// it. What was no HTTP at all (the client calls it 0.9) has none: its bytes are all in the body.
fn head(response: &Response) -> Vec<u8> {
    if response.version() == Version::HTTP_09 {
        return Vec::new();
    }
    let mut head = format!("HTTP/1.1 {}\r\n", response.status()).into_bytes();
    for (name, value) in response.headers() {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            head.extend_from_slice(part);
        }
    }
    head.extend_from_slice(b"\r\n");
    head
}
