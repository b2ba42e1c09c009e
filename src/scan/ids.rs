//! The ids in our questions (SADP's `Uuid`, WS-Discovery's `MessageID`): random in each run, and in what one host alone is
//! asked that host's own. So an answer that shows its id comes from who saw that question, and neither from who heard
//! another's nor from who heard none and guesses.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::IpAddr;
use std::sync::Arc;

use uuid::Uuid;

/// Digits of an id as text, with its hyphens.
const LENGTH: usize = 36;

/// What ids of hosts are made from; every run has its own.
#[derive(Debug, Default)]
pub(super) struct Ids(RandomState);

impl Ids {
    /// A question with the host's id in the place of the one that all would share.
    pub(super) fn stamp(&self, question: &Arc<[u8]>, host: IpAddr) -> Arc<[u8]> {
        let Some((place, shared)) = find(question) else {
            return Arc::clone(question);
        };
        let mut stamped = question.to_vec();
        let text = &mut stamped[place..place + LENGTH];
        let is_upper = text.iter().any(u8::is_ascii_uppercase);
        text.copy_from_slice(self.of(shared, host).to_string().as_bytes());
        if is_upper {
            text.make_ascii_uppercase();
        }
        stamped.into()
    }

    /// Whether an answer shows the id that this question had for this host.
    pub(super) fn is_shown(&self, question: &[u8], host: IpAddr, answer: &[u8]) -> bool {
        let Some((_, shared)) = find(question) else {
            return false;
        };
        let id = self.of(shared, host).to_string();
        let is_id = |text: &[u8]| text.eq_ignore_ascii_case(id.as_bytes());
        answer.windows(LENGTH).any(is_id)
    }

    fn of(&self, shared: Uuid, host: IpAddr) -> Uuid {
        let half = |which: u8| self.0.hash_one((which, shared, host));
        uuid::Builder::from_random_bytes(Uuid::from_u64_pair(half(0), half(1)).into_bytes()).into_uuid()
    }
}

/// The first id in a question, and where it is.
fn find(question: &[u8]) -> Option<(usize, Uuid)> {
    let mut places = question.windows(LENGTH).enumerate();
    places.find_map(|(place, text)| Some((place, Uuid::try_parse_ascii(text).ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::Family;
    use crate::probe::datagram_questions;

    #[test]
    fn every_host_has_an_id_of_its_own_and_every_run_others() {
        let (one, two) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        let (ids, other_run) = (Ids::default(), Ids::default());
        let mut with_id = 0;
        for question in datagram_questions(Uuid::new_v4) {
            for ask in question.asks_over(Family::V4) {
                let stamped = ids.stamp(&ask.payload, one);
                assert_eq!(stamped.len(), ask.payload.len());
                let has_id = find(&ask.payload).is_some();
                with_id += usize::from(has_id);
                let shown = |ids: &Ids, host, answer: &[u8]| ids.is_shown(&ask.payload, host, answer);
                let upper = stamped.to_ascii_uppercase();
                assert_eq!((shown(&ids, one, &stamped), shown(&ids, one, &upper)), (has_id, has_id));
                let others = [
                    shown(&ids, two, &stamped),
                    shown(&other_run, one, &stamped),
                    shown(&ids, one, &ask.payload),
                ];
                assert_eq!(others, [false; 3]);
            }
        }
        assert!(with_id >= 4, "SADP and WS-Discovery, each worded twice: {with_id}");
    }
}
