//! What `--probe-silent` adds: TCP to the camera ports of an address beyond a router that answered no datagram.
//!
//! The web ports are asked for their banner; of the others it is only asked whether they exist.

use std::time::Duration;

use crate::fact::{Outcome, Protocol, Reply};
use crate::net::{Door, Exchange};

use super::http;
use super::tcp::{Asked, Signs, Whom};

/// RTSP, Hikvision's SDK, Dahua's DVRIP.
pub const PORTS: [u16; 3] = [554, 8000, 37777];
const CONNECT: Duration = Duration::from_millis(1500);
const LISTEN: Duration = Duration::from_millis(500);

/// Asks one address. An answer, and also a refusal, shows that the host exists.
pub async fn ask<D: Door>(door: &D, whom: &Whom) -> Vec<Asked> {
    let mut asked = http::ask(door, whom, &Signs::default()).await;
    if asked.iter().any(|asked| asked.outcome == Outcome::Answered) {
        return asked;
    }
    let refused = asked.iter().find(|asked| asked.outcome == Outcome::Refused);
    let refused_port = refused.and_then(|asked| asked.question.rsplit(' ').next()?.parse().ok());
    for port in PORTS {
        let exchange = Exchange {
            to: whom.at(port),
            interface: whom.interface.clone(),
            tls: false,
            requests: Vec::new(),
            answers: |bytes| bytes.len() / 16,
            cap: 16,
            connect: CONNECT,
            deadline: LISTEN,
        };
        let answer = door.exchange(exchange).await;
        let open = answer.outcome == Outcome::Answered || answer.connected;
        let found = open.then(|| exists(whom, port, "open", &answer.at));
        asked.push(Asked {
            question: format!("tcp {port}"),
            outcome: answer.outcome,
            connections: answer.connections,
            replies: found.into_iter().collect(),
        });
    }
    if let Some(port) = refused_port
        && asked.iter().all(|asked| asked.replies.is_empty())
    {
        let reply = exists(whom, port, "refused", &door.now());
        asked[0].replies.push(reply);
    }
    asked
}

fn exists(whom: &Whom, port: u16, how: &str, at: &jiff::Timestamp) -> Reply {
    Reply {
        port: Some(port),
        interface: whom.interface.clone(),
        at: Some(*at),
        asked: Some("connect".into()),
        ..Reply::new(whom.host.to_string(), Protocol::Tcp, how)
    }
}
