//! The questions over TCP: who is asked what, cheapest and safest first.
//!
//! A host is asked one question at a time. After each, what is known of it is judged again: a host that
//! is settled is asked nothing more, and one without a sign of being a camera gets the banner alone.

use std::net::{IpAddr, SocketAddr};

use crate::fact::{Outcome, Protocol, Reply};
use crate::net::{Answer, Door};

use super::http;

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
    /// Whether a sign says camera.
    pub camera: bool,
    /// The maker that the replies so far speak for.
    pub maker: Option<String>,
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

    /// A reply of it, as evidence.
    pub fn reply(&self, port: u16, protocol: Protocol, asked: &str, answer: &Answer, bytes: Vec<u8>) -> Reply {
        Reply {
            port: Some(port),
            interface: self.interface.clone(),
            at: Some(answer.at),
            asked: Some(asked.to_owned()),
            ..Reply::new(self.host.to_string(), protocol, bytes)
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
}

/// The order in which a host is asked.
pub const ORDER: &[Question] = &[Question::Banner];

/// The most connections to one host.
pub fn most_connections() -> u64 {
    ORDER.iter().map(|question| question.connections()).sum()
}

impl Question {
    /// Whether a host of which this much is known is asked.
    pub fn is_called_for(self, _signs: &Signs) -> bool {
        match self {
            Question::Banner => true,
        }
    }

    /// What the coverage calls it where it broke before it could say more.
    pub fn name(self) -> &'static str {
        match self {
            Question::Banner => "http",
        }
    }

    /// The most connections that it takes.
    pub fn connections(self) -> u64 {
        match self {
            Question::Banner => http::MAX_CONNECTIONS,
        }
    }

    /// Asks it.
    pub async fn ask<D: Door>(self, door: &D, whom: &Whom, signs: &Signs) -> Vec<Asked> {
        match self {
            Question::Banner => http::ask(door, whom, signs).await,
        }
    }
}
