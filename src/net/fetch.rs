//! One page over HTTP(S), by the bytes of a request and of whatever comes back: nothing is followed, unpacked or remembered.

use std::net::SocketAddr;

use url::{Position, Url};
use zeroize::Zeroize;

use super::legacy::Legacy;
use super::line::Line;
use super::login::{self, Proof};
use super::pacing::{Conversation, Pacing};
use super::shown::Shown;
use super::streams::{self, nothing, out_of_time};
use super::vault::Chance;
use super::{Answer, Ask, Exchange, Fetch, Interface, Tls};
use crate::fact::{MAX_BODY, MAX_HEAD, Outcome};
use crate::wire::http;

/// Room for the head beside the body.
const CAP: usize = MAX_BODY + MAX_HEAD;

/// Fetches the page, with the login where there is leave for one. The caller has seen to it that it may be fetched now.
pub(super) async fn fetch(fetch: &Fetch, chance: Option<Chance<'_>>, ways: Ways<'_>) -> Answer {
    let Some(mut visit) = Visit::begin(fetch, ways) else {
        return Answer {
            connections: 0,
            ..nothing(Outcome::Denied, format!("{:?} is no path", fetch.ask.path()))
        };
    };
    let answer = match chance {
        Some(chance) => login::ask(&mut visit, chance).await,
        None => visit.ask().await,
    };
    visit.end().await;
    answer
}

/// What a visit needs of the door.
#[derive(Clone, Copy)]
pub(super) struct Ways<'a> {
    pub(super) interface: Option<&'a Interface>,
    pub(super) pacing: &'a Pacing,
    pub(super) legacy: &'a Legacy,
    pub(super) shown: &'a Shown,
    pub(super) conversation: &'a Conversation,
}

/// What is asked, which may hold a login: wiped from memory when it was.
struct Wiped(Exchange);

impl Drop for Wiped {
    fn drop(&mut self) {
        self.0.requests.zeroize();
    }
}

/// What is done for one page: with a login all on one connection, where the server keeps it open.
pub(super) struct Visit<'a> {
    fetch: &'a Fetch,
    ways: Ways<'a>,
    url: Url,
    line: Option<Line>,
}

impl<'a> Visit<'a> {
    fn begin(fetch: &'a Fetch, ways: Ways<'a>) -> Option<Self> {
        let url = url(fetch)?;
        Some(Visit {
            fetch,
            ways,
            url,
            line: None,
        })
    }

    /// What the page is asked for.
    pub(super) fn question(&self) -> &'a Ask {
        &self.fetch.ask
    }

    /// Path and query, as they stand on the wire.
    pub(super) fn uri(&self) -> &str {
        &self.url[Position::BeforePath..Position::AfterQuery]
    }

    /// Asks for the page, without a login: where it may, by older TLS if the device refuses that of today.
    pub(super) async fn ask(&mut self) -> Answer {
        let Wiped(exchange) = &self.exchange(self.question(), None);
        let Ways {
            interface,
            pacing,
            legacy,
            ..
        } = self.ways;
        let opened = match self.fetch.legacy_tls {
            true => legacy.open(exchange, interface, pacing).await,
            false => streams::open(exchange, interface).await,
        };
        self.put(opened, exchange).await
    }

    /// Asks once more, for the page or for something beside it, when there is a turn for it: by the very age of TLS by
    /// which it answered before, and within the time that is left for the host. Says so where a login was not sent.
    pub(super) async fn ask_again(&mut self, before: &Answer, ask: &Ask, proof: Option<&Proof>) -> Answer {
        let Wiped(exchange) = &mut self.exchange(ask, proof);
        let Ways {
            interface,
            pacing,
            legacy,
            ..
        } = self.ways;
        pacing.another(exchange.to.ip()).await;
        exchange.deadline = exchange.deadline.min(self.ways.conversation.time_left());
        if exchange.deadline.is_zero() {
            return proof.map_or_else(out_of_time, |_| login::withheld(login::LATE));
        }
        let standing = match self.line.take() {
            Some(line) => line.again(exchange.deadline).await,
            None => None,
        };
        let opened = match (standing, before.tls) {
            (Some(line), _) => Ok(line),
            (None, Some(Tls::Legacy(_))) => legacy.open_again(exchange, interface).await,
            (None, _) => streams::open(exchange, interface).await,
        };
        let answer = match (opened, proof) {
            (Ok(line), Some(proof)) if proof.is_readable() && !self.is_known(line.certificate()) => {
                line.close().await;
                login::withheld(login::STRANGER)
            }
            (opened, _) => self.put(opened, exchange).await,
        };
        Answer {
            connections: before.connections + answer.connections,
            ..answer
        }
    }

    /// Whether it is the certificate that the server has shown before in this run.
    pub(super) fn is_known(&self, certificate: Option<&[u8]>) -> bool {
        self.ways.shown.has(self.fetch.to, certificate)
    }

    /// Nothing more is asked.
    async fn end(self) {
        if let Some(line) = self.line {
            line.close().await;
        }
    }

    async fn put(&mut self, opened: Result<Line, Answer>, exchange: &Exchange) -> Answer {
        let mut line = match opened {
            Ok(line) => line,
            Err(answer) => return answer,
        };
        let answer = line.ask(exchange).await;
        match self.may_go_on() && http::is_kept_open(&answer.bytes) {
            true => self.line = Some(line),
            false => line.close().await,
        }
        answer
    }

    /// Whether there may be more to ask.
    fn may_go_on(&self) -> bool {
        self.fetch.login.is_some()
    }

    fn exchange(&self, ask: &Ask, proof: Option<&Proof>) -> Wiped {
        let (host, path) = (&self.url[Position::BeforeHost..Position::AfterPort], self.uri());
        let request = match ask {
            Ask::Get(_) => http::get(host, path),
            Ask::Onvif { request, .. } => http::onvif(host, path, *request, &login::envelope(*request, proof)),
        };
        let request = match self.may_go_on() {
            true => http::keeping_open(request),
            false => request,
        };
        let fetch = self.fetch;
        Wiped(Exchange {
            to: fetch.to,
            interface: fetch.interface.clone(),
            tls: fetch.tls,
            requests: vec![login::authorized(request, proof)],
            answers: |bytes| usize::from(http::is_complete(bytes)),
            cap: CAP,
            page: true,
            patience: fetch.patience,
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
