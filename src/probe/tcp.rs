//! The questions over TCP: who is asked what, cheapest and safest first.
//!
//! A host is asked one question at a time. After each, what is known of it is judged again: a host that
//! is settled is asked nothing more, and one without a sign of being a camera gets the banner alone.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use crate::fact::{Outcome, Protocol, Reply};
use crate::net::{Answer, Ask, Door, Exchange, Fetch};

use super::{http, onvif};

/// How long to wait for a connection.
const CONNECT: Duration = Duration::from_millis(1500);
/// How long a dialogue may take once it is connected.
const DEADLINE: Duration = Duration::from_secs(4);

/// A port that may hold a web server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Web {
    /// The port.
    pub port: u16,
    /// Whether TLS comes first.
    pub tls: bool,
}

/// What is known of a host before it is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signs {
    /// Web ports that the device itself announced.
    pub announced: Vec<Web>,
    /// The web server that has answered.
    pub web: Option<Web>,
    /// The port of the maker's own protocol, where the device announced it.
    pub command_port: Option<u16>,
    /// The ONVIF device services that the device announced.
    pub services: Vec<Page>,
    /// The port on which an ONVIF device service has answered.
    pub service_port: Option<u16>,
    /// The UPnP description that the device announced.
    pub description: Option<Page>,
    /// Whether a sign says camera.
    pub camera: bool,
    /// The maker that the replies so far speak for.
    pub maker: Option<String>,
    /// Whether that is sure.
    pub confirmed: bool,
    /// What of it is known already.
    pub known: Known,
    /// Whether it is a recorder, which may have cameras behind it.
    pub recorder: bool,
}

impl Signs {
    /// Whether the replies so far speak for this maker.
    pub fn is_by(&self, maker: &str) -> bool {
        self.maker.as_deref() == Some(maker)
    }

    /// Whether nobody knows yet whose camera it is.
    pub fn is_nobodys(&self) -> bool {
        self.camera && self.maker.is_none()
    }
}

/// A page of a web server, by its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The server.
    pub web: Web,
    /// Path and query, beginning with `/`.
    pub path: String,
}

/// What is known of a device.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Known {
    /// Its model.
    pub model: bool,
    /// Its serial number.
    pub serial: bool,
    /// Its firmware version.
    pub firmware: bool,
    /// The day that its firmware was built.
    pub build_date: bool,
    /// Its MAC address.
    pub mac: bool,
    /// Its host name.
    pub name: bool,
}

/// Whom to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whom {
    /// The address.
    pub host: IpAddr,
    /// The only interface to leave by, or none for the routing table's choice.
    pub interface: Option<String>,
}

impl Whom {
    /// A port of it.
    pub fn at(&self, port: u16) -> SocketAddr {
        SocketAddr::new(self.host, port)
    }

    /// A dialogue with it, of bytes as they stand on the wire.
    pub fn exchange(&self, web: Web, requests: Vec<Vec<u8>>, answers: fn(&[u8]) -> usize, cap: usize) -> Exchange {
        Exchange {
            to: self.at(web.port),
            interface: self.interface.clone(),
            tls: web.tls,
            requests,
            answers,
            cap,
            connect: CONNECT,
            deadline: DEADLINE,
        }
    }

    /// A page of its web server.
    pub fn fetch(&self, web: Web, ask: Ask) -> Fetch {
        Fetch {
            to: self.at(web.port),
            interface: self.interface.clone(),
            tls: web.tls,
            ask,
            deadline: DEADLINE,
        }
    }

    /// What a question brought, as evidence: the answer if there was one, and the certificate shown.
    pub fn asked(&self, question: String, port: u16, protocol: Protocol, asked: &str, answer: Answer) -> Asked {
        let reply = |protocol, bytes| Reply {
            port: Some(port),
            interface: self.interface.clone(),
            at: Some(answer.at),
            asked: Some(asked.to_owned()),
            ..Reply::new(self.host.to_string(), protocol, bytes)
        };
        let said = (!answer.bytes.is_empty()).then(|| reply(protocol, answer.bytes.clone()));
        let certificate = answer.certificate.clone().map(|der| reply(Protocol::Certificate, der));
        Asked {
            question,
            outcome: answer.outcome,
            replies: said.into_iter().chain(certificate).collect(),
        }
    }
}

/// How one question went: its name, its end, and what came.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The question, as the coverage names it.
    pub question: String,
    /// How it ended.
    pub outcome: Outcome,
    /// What came.
    pub replies: Vec<Reply>,
}

/// One question over TCP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Question {
    /// What the web server says of itself.
    Banner,
    /// What the ONVIF device service says that the device is.
    Onvif,
    /// What the ONVIF device service tells everybody.
    OnvifOpen,
}

/// The order in which a host is asked.
pub const ORDER: &[Question] = &[Question::Banner, Question::Onvif, Question::OnvifOpen];

/// The most connections to one host.
pub fn most_connections() -> u64 {
    ORDER.iter().map(|question| question.connections()).sum()
}

impl Question {
    /// Whether a host of which this much is known is asked.
    pub fn is_called_for(self, signs: &Signs) -> bool {
        match self {
            Question::Banner => true,
            Question::Onvif => onvif::is_called_for(signs),
            Question::OnvifOpen => !onvif::open_to_all(signs).is_empty(),
        }
    }

    /// What the coverage calls it where it broke before it could say more.
    pub fn name(self) -> &'static str {
        match self {
            Question::Banner => "http",
            Question::Onvif | Question::OnvifOpen => "onvif",
        }
    }

    /// The most connections that it takes.
    pub fn connections(self) -> u64 {
        match self {
            Question::Banner => http::MAX_CONNECTIONS,
            Question::Onvif => onvif::MAX_PLACES as u64,
            Question::OnvifOpen => onvif::MAX_OPEN as u64,
        }
    }

    /// Asks it.
    pub async fn ask<D: Door>(self, door: &D, whom: &Whom, signs: &Signs) -> Vec<Asked> {
        match self {
            Question::Banner => http::ask(door, whom, signs).await,
            Question::Onvif => onvif::ask(door, whom, signs).await,
            Question::OnvifOpen => onvif::ask_open(door, whom, signs).await,
        }
    }
}
