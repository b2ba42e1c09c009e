//! The HTTP banner of one host: a raw `GET /` that keeps the case and order of the header fields.
//!
//! Asked on the port that the device announced, else on 80, else on 443; on 8080, 8443 and 88 only
//! where another sign says camera. A redirect to the same host is followed at most twice.

use std::net::{IpAddr, SocketAddr};

use super::tcp::{Asked, Signs, Web, Whom};
use crate::fact::{MAX_BODY, MAX_HEAD, Outcome};
use crate::net::{Answer, Ask, Door, Exchange};
use crate::wire::http::{self, Response};

/// Room for the head beside the body.
pub(super) const CAP: usize = MAX_BODY + MAX_HEAD;
const MAX_REDIRECTS: usize = 2;
/// A host that lets two ports go unanswered drops what it does not want; its other ports cost time and tell nothing.
pub(super) const ENOUGH_SILENCE: usize = 2;
const MAX_ANNOUNCED: usize = 2;
/// The most connections to one host: the ports announced, the usual and the further ones, and the redirects.
pub const MAX_CONNECTIONS: u64 = MAX_PORTS + MAX_REDIRECTS as u64;
/// The most ports of a host that are tried.
pub const MAX_PORTS: u64 = (MAX_ANNOUNCED + USUAL.len() + FURTHER.len()) as u64;
const USUAL: [Web; 2] = [Web { port: 80, tls: false }, Web { port: 443, tls: true }];
/// Only where another sign says camera.
const FURTHER: [Web; 3] = [
    Web { port: 8080, tls: false },
    Web { port: 8443, tls: true },
    Web { port: 88, tls: false },
];

/// Asks one host until a web server has answered or no port is left to try.
pub async fn ask<D: Door>(door: &D, whom: &Whom, signs: &Signs) -> Vec<Asked> {
    let mut asked = Vec::new();
    let mut silences = 0;
    for web in ports(signs) {
        if door.pages_left(whom.host) == 0 {
            break;
        }
        let answer = banner(door, whom, web).await;
        let (outcome, connected) = (answer.outcome, answer.connected);
        let redirect = redirect_of(&answer, whom.host, web);
        asked.push(kept(whom, web, "/", answer));
        if outcome == Outcome::Answered {
            asked.extend(follow(door, whom, redirect).await);
            break;
        }
        silences += usize::from(outcome == Outcome::Silent && !connected);
        if silences == ENOUGH_SILENCE {
            break;
        }
    }
    asked
}

fn redirect_of(answer: &Answer, host: IpAddr, web: Web) -> Option<(Web, String)> {
    Response::decode(&answer.bytes)
        .header("location")
        .and_then(|location| on_host(location, host, web))
}

/// The ports to try, in order, each once.
fn ports(signs: &Signs) -> Vec<Web> {
    let announced = signs.announced.iter().copied().take(MAX_ANNOUNCED);
    let mut ports: Vec<Web> = Vec::new();
    for web in announced
        .chain(USUAL)
        .chain(FURTHER.into_iter().filter(|_| signs.camera))
    {
        if !ports.iter().any(|known| known.port == web.port) {
            ports.push(web);
        }
    }
    ports
}

async fn banner<D: Door>(door: &D, whom: &Whom, web: Web) -> Answer {
    let request = http::get(&authority(whom.host, web), "/");
    let answers = |bytes: &[u8]| usize::from(http::is_complete(bytes));
    let exchange = Exchange {
        page: true,
        ..whom.exchange(web, vec![request], answers, CAP)
    };
    door.exchange(exchange).await
}

/// Follows redirects that stay on the host. The page behind one often names what the bare root hides.
async fn follow<D: Door>(door: &D, whom: &Whom, mut redirect: Option<(Web, String)>) -> Vec<Asked> {
    let mut asked = Vec::new();
    let more = |asked: &Vec<Asked>| asked.len() < MAX_REDIRECTS && door.pages_left(whom.host) > 0;
    while let Some((web, path)) = redirect.take().filter(|_| more(&asked)) {
        let answer = door.fetch(whom.fetch(web, Ask::Get(path.clone()))).await;
        redirect = redirect_of(&answer, whom.host, web);
        asked.push(kept(whom, web, &path, answer));
    }
    asked
}

/// Where a `Location` leads, provided that it stays on the host that sent it.
fn on_host(location: &str, host: IpAddr, from: Web) -> Option<(Web, String)> {
    let base = format!(
        "{}://{}/",
        if from.tls { "https" } else { "http" },
        authority(host, from)
    );
    let url = url::Url::parse(&base).ok()?.join(location.trim()).ok()?;
    let tls = match url.scheme() {
        "http" => false,
        "https" => true,
        _ => return None,
    };
    let same = url.host_str()?.trim_matches(['[', ']']).parse::<IpAddr>().ok()? == host;
    let bare = url.username().is_empty() && url.password().is_none();
    let path = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let web = Web {
        port: url.port_or_known_default()?,
        tls,
    };
    (same && bare && (web != from || path != "/")).then_some((web, path))
}

fn authority(host: IpAddr, web: Web) -> String {
    match (web.port, web.tls) {
        (80, false) | (443, true) => host.to_string(),
        _ => SocketAddr::new(host, web.port).to_string(),
    }
}

fn kept(whom: &Whom, web: Web, path: &str, answer: Answer) -> Asked {
    let protocol = web.protocol();
    let question = format!("{protocol} {}", web.port);
    whom.asked(question, web.port, protocol, &format!("GET {path}"), answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_tried_in_order_and_further_ones_only_with_a_sign() {
        let announced = vec![Web { port: 8081, tls: false }, Web { port: 80, tls: false }];
        let list = |signs: &Signs| ports(signs).iter().map(|web| web.port).collect::<Vec<_>>();
        assert_eq!(list(&Signs::default()), [80, 443]);
        assert_eq!(
            list(&Signs {
                announced: announced.clone(),
                ..Signs::default()
            }),
            [8081, 80, 443]
        );
        assert_eq!(
            list(&Signs {
                announced,
                camera: true,
                ..Signs::default()
            }),
            [8081, 80, 443, 8080, 8443, 88]
        );
    }

    #[test]
    fn a_redirect_is_followed_only_on_the_host_that_sent_it() {
        let host: IpAddr = "10.0.0.5".parse().unwrap();
        let from = Web { port: 80, tls: false };
        let table = [
            ("/doc/page/login.asp?x=1", Some((80, false, "/doc/page/login.asp?x=1"))),
            ("https://10.0.0.5/", Some((443, true, "/"))),
            ("http://10.0.0.5:8080/a", Some((8080, false, "/a"))),
            ("//10.0.0.5/b", Some((80, false, "/b"))),
            ("/", None),
            ("http://10.0.0.6/", None),
            ("http://user:pass@10.0.0.5/a", None),
            ("http://intranet/", None),
            ("ftp://10.0.0.5/", None),
            ("javascript:alert(1)", None),
            ("http://[::1", None),
        ];
        for (location, expected) in table {
            let expected = expected.map(|(port, tls, path)| (Web { port, tls }, path.to_owned()));
            assert_eq!(on_host(location, host, from), expected, "{location}");
        }
    }
}
