//! In place of `legacy.rs` where the program is built without the feature `legacy-tls`: a device that refuses
//! TLS of today stays unread, and the reason names the feature.

use std::future::Future;

use super::pacing::Pacing;
use super::streams::nothing;
use super::{Answer, Exchange, Interface, Tls};
use crate::fact::Outcome;

const WITHOUT: &str = "older TLS is read by a program with the feature legacy-tls";

#[derive(Debug, Default)]
pub(super) struct Legacy;

impl Legacy {
    /// The answer by TLS of today.
    pub(super) async fn read(
        &self,
        _exchange: &Exchange,
        _interface: Option<&Interface>,
        _pacing: &Pacing,
        modern: impl Future<Output = Answer>,
    ) -> Answer {
        let answer = modern.await;
        if answer.tls != Some(Tls::Refused) {
            return answer;
        }
        let why = answer.why.unwrap_or_default();
        Answer {
            why: Some(format!("{why} ({WITHOUT})")),
            ..answer
        }
    }

    /// Nothing: no device has answered by older TLS here.
    pub(super) async fn ask(&self, _exchange: &Exchange, _interface: Option<&Interface>, _pacing: &Pacing) -> Answer {
        nothing(Outcome::Denied, WITHOUT)
    }
}
