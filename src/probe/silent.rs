//! What `--probe-silent` adds: TCP to the camera ports of an address beyond a router that answered no datagram.
//!
//! The web ports are asked for their banner; of the others it is only asked whether they exist.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use crate::fact::{Outcome, Protocol, Reply};
use crate::net::{Door, Exchange};

use super::http::{self, Asked, Signs};

/// RTSP, Hikvision's SDK, Dahua's DVRIP.
pub const PORTS: [u16; 3] = [554, 8000, 37777];
const CONNECT: Duration = Duration::from_millis(1500);
const LISTEN: Duration = Duration::from_millis(500);

/// Asks one address. An answer, and also a refusal, shows that the host exists.
pub async fn ask<D: Door>(door: &D, host: IpAddr, interface: Option<&str>) -> Vec<Asked> {
    let mut asked = http::ask(door, host, interface, &Signs::default()).await;
    if asked.iter().any(|asked| asked.outcome == Outcome::Answered) {
        return asked;
    }
    let refused = asked.iter().find(|asked| asked.outcome == Outcome::Refused);
    let refused_port = refused.and_then(|asked| asked.question.rsplit(' ').next()?.parse().ok());
    for port in PORTS {
        let exchange = Exchange {
            to: SocketAddr::new(host, port),
            interface: interface.map(str::to_owned),
            tls: false,
            request: Vec::new(),
            enough: |bytes| bytes.len() >= 16,
            cap: 16,
            connect: CONNECT,
            deadline: LISTEN,
        };
        let answer = door.exchange(exchange).await;
        let open = answer.outcome == Outcome::Answered || answer.connected;
        let found = open.then(|| exists(host, interface, port, "open", &answer.at));
        asked.push(Asked {
            question: format!("tcp {port}"),
            outcome: answer.outcome,
            replies: found.into_iter().collect(),
        });
    }
    if let Some(port) = refused_port
        && asked.iter().all(|asked| asked.replies.is_empty())
    {
        let reply = exists(host, interface, port, "refused", &door.now());
        asked[0].replies.push(reply);
    }
    asked
}

fn exists(host: IpAddr, interface: Option<&str>, port: u16, how: &str, at: &jiff::Timestamp) -> Reply {
    Reply {
        port: Some(port),
        interface: interface.map(str::to_owned),
        at: Some(*at),
        asked: Some("connect".into()),
        ..Reply::new(host.to_string(), Protocol::Tcp, how)
    }
}
