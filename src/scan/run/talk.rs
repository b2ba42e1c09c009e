//! Conversations over TCP and with reverse DNS: begun here, their fruits taken in here.

use std::collections::hash_map::Entry;

use super::*;

impl<D: Door> Run<'_, D> {
    pub(super) fn talk(&mut self, host: Ipv4Addr, standing: Standing) {
        let (door, interface) = (self.door.clone(), self.live.get(&host).cloned().flatten());
        let handle = self.talks.spawn(async move {
            let asked = probe::http::ask(door.as_ref(), host.into(), interface.as_deref(), &standing.signs).await;
            Talk { host, asked }
        });
        self.talking.insert(handle.id(), host);
    }

    /// Begins as many conversations with silent addresses beyond a router as there is room for.
    pub(super) fn talk_to_silent(&mut self) -> bool {
        if self.talks.len() >= MAX_CONVERSATIONS {
            return false;
        }
        let silent = self
            .silent
            .get_or_insert_with(|| self.passes.silent().intersection(&self.plan.routed));
        let Some(host) = silent.take_first() else { return false };
        let (door, interface) = (self.door.clone(), self.plan.routed_interface.clone());
        let handle = self.talks.spawn(async move {
            let asked = probe::silent::ask(door.as_ref(), host.into(), interface.as_deref()).await;
            Talk { host, asked }
        });
        self.talking.insert(handle.id(), host);
        true
    }

    /// Takes in what a conversation brought. One that broke costs itself and nothing else.
    pub(super) fn take_talk(&mut self, talk: Result<(tokio::task::Id, Talk), tokio::task::JoinError>) {
        let (id, asked) = match talk {
            Ok((id, talk)) => {
                debug_assert_eq!(self.talking.get(&id), Some(&talk.host));
                (id, talk.asked)
            }
            Err(broken) => {
                let asked = Asked {
                    question: "http".into(),
                    outcome: Outcome::Broken,
                    replies: Vec::new(),
                };
                (broken.id(), vec![asked])
            }
        };
        let Some(host) = self.talking.remove(&id) else { return };
        for asked in asked {
            self.ledger.sent(&asked.question, Some(host.into()));
            self.ledger.ended(&asked.question, host.into(), asked.outcome);
            asked.replies.into_iter().for_each(|reply| self.keep_talk(host, reply));
        }
        self.asking.release(host);
        if self.standing(host).unit {
            self.units.insert(host);
        }
    }

    pub(super) fn keep_talk(&mut self, host: Ipv4Addr, reply: Reply) {
        self.keep(reply);
        if let Entry::Vacant(place) = self.live.entry(host) {
            place.insert(None);
            self.ask_name(host);
        }
    }

    pub(super) fn take_name(&mut self, host: Ipv4Addr, name: Option<String>) {
        if let Some(name) = name {
            let reply = Reply {
                at: Some(self.door.now()),
                ..Reply::new(host.to_string(), Protocol::Dns, name)
            };
            self.keep(reply);
        }
    }

    pub(super) fn ask_name(&mut self, host: Ipv4Addr) {
        if self.plan.names {
            let door = self.door.clone();
            self.names.spawn(async move { (host, door.name_of(host.into()).await) });
        }
    }
}
