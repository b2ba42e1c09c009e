//! In place of `legacy.rs` where the program is built without the feature `legacy-tls`: a device that refuses
//! TLS of today stays unread, and the reason names the feature.

use std::future::Future;

use super::pacing::Conversations;
use super::{Answer, Exchange, Interface, Tls};

#[derive(Debug, Default)]
pub(super) struct Legacy;

impl Legacy {
    /// The answer by TLS of today.
    pub(super) async fn read(
        &self,
        _exchange: &Exchange,
        _interface: Option<&Interface>,
        _conversations: &Conversations,
        modern: impl Future<Output = Answer>,
    ) -> Answer {
        let answer = modern.await;
        if answer.tls != Some(Tls::Refused) {
            return answer;
        }
        let why = answer.why.unwrap_or_default();
        Answer {
            why: Some(format!(
                "{why} (older TLS is read by a program with the feature legacy-tls)"
            )),
            ..answer
        }
    }
}
