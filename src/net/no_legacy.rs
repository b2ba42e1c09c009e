//! In place of `legacy.rs` where the program is built without the feature `legacy-tls`: a device that refuses
//! TLS of today stays unread, and the reason names the feature.

use super::line::Line;
use super::pacing::Pacing;
use super::streams::{self, nothing};
use super::{Answer, Exchange, Interface, Tls};
use crate::fact::Outcome;

const WITHOUT: &str = "older TLS is read by a program with the feature legacy-tls";

#[derive(Debug, Default)]
pub(super) struct Legacy;

impl Legacy {
    /// Connects by TLS of today.
    ///
    /// # Errors
    /// The answer, where that does not come about.
    pub(super) async fn open(
        &self,
        exchange: &Exchange,
        interface: Option<&Interface>,
        _pacing: &Pacing,
    ) -> Result<Line, Answer> {
        let opened = streams::open(exchange, interface).await;
        opened.map_err(|answer| match answer.tls {
            Some(Tls::Refused) => Answer {
                why: answer.why.map(|why| format!("{why} ({WITHOUT})")),
                ..answer
            },
            _ => answer,
        })
    }

    /// Nothing: no device has answered by older TLS here.
    ///
    /// # Errors
    /// Always.
    pub(super) async fn open_again(
        &self,
        _exchange: &Exchange,
        _interface: Option<&Interface>,
    ) -> Result<Line, Answer> {
        Err(nothing(Outcome::Denied, WITHOUT))
    }
}
