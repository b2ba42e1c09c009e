//! Conversations over TCP and with reverse DNS: begun here, their fruits taken in here.

use super::*;
use crate::probe::tcp::{self, Leave, Shown, Whom};

impl<D: Door> Run<'_, D> {
    /// Asks a host the next question that is called for; without one it is done with.
    pub(super) fn talk(&mut self, host: IpAddr, standing: Standing) {
        let question = self.next_question(host, &standing);
        if question.is_some() && self.resume.cuts_short(host) {
            return self.asking.release(host);
        }
        if self.doubts(host, question.is_none()) {
            return;
        }
        let Some(question) = question else {
            return self.asking.release(host);
        };
        self.talks.talked.entry(host).or_default().asked.push(question);
        self.mark(Mark::Talking { host, question });
        let (door, whom) = (self.door.clone(), self.whom(host, &standing));
        match whom.patience < self.plan.limits.connect {
            true => self.talks.hurried.insert(host),
            false => self.talks.hurried.remove(&host),
        };
        let handle = self
            .talks
            .under_way
            .spawn(async move { question.ask(door.as_ref(), &whom, &standing.signs).await });
        self.talks.with.insert(handle.id(), host);
    }

    fn next_question(&mut self, host: IpAddr, standing: &Standing) -> Option<tcp::Question> {
        if self.plan.no_tcp || self.is_fenced(host) {
            return None;
        }
        let leave = Leave {
            pages: self.door.pages_left(host),
            cameras_only: self.plan.limits.gentle,
        };
        let talked = self.talks.talked.entry(host).or_default();
        let next = |leave| tcp::next(&standing.signs, standing.settled, talked, leave);
        if leave.pages == 0 && next(Leave { pages: 1, ..leave }) != next(leave) {
            self.hosts.curtailed.insert(host);
        }
        next(leave)
    }

    fn whom(&self, host: IpAddr, standing: &Standing) -> Whom {
        let limits = &self.plan.limits;
        let answers_at_once = || self.sweeps.iter().any(|sweep| sweep.presence.is_prompt(host));
        let patience = match standing.signs.shown {
            Shown::Mac if !standing.signs.camera && answers_at_once() => limits.connect_prompt,
            _ => limits.connect,
        };
        Whom {
            host,
            interface: self.interface_to(host),
            patience,
        }
    }

    /// Begins as many conversations with silent addresses beyond a router as there is room for.
    pub(super) fn talk_to_silent(&mut self) -> bool {
        if self.talks.under_way.len() >= MAX_CONVERSATIONS {
            return false;
        }
        let silent = self
            .silent
            .get_or_insert_with(|| self.passes.silent().intersection(&self.plan.routed));
        let Some(host) = silent.take_first() else { return false };
        self.talk(host, self.standing(host));
        true
    }

    /// Takes in what a conversation brought. One that broke costs itself and nothing else.
    pub(super) fn take_talk(&mut self, talk: Result<(tokio::task::Id, Vec<Asked>), tokio::task::JoinError>) {
        let (id, asked) = match talk {
            Ok((id, asked)) => (id, Some(asked)),
            Err(broken) => (broken.id(), None),
        };
        let Some(host) = self.talks.with.remove(&id) else {
            return;
        };
        let asked = asked.unwrap_or_else(|| vec![self.broken(host)]);
        for asked in asked {
            for _ in 0..asked.connections {
                self.ledger.connected(&asked.question, host);
            }
            self.ledger.ended(&asked.question, host, outcome_of_talk(&asked));
            // Refused by no rule of ours (those cost no connection), but by this machine: too many files, no interface.
            if asked.outcome == Outcome::Denied && asked.connections > 0 {
                self.cannot_connect(host);
            }
            let dropped = asked.outcome == Outcome::Silent && asked.sign_of_life.is_none();
            self.talks.talked.entry(host).or_default().dropped += usize::from(dropped);
            if dropped {
                self.hosts.hurried.extend(self.talks.hurried.get(&host));
                self.owes(host, &asked.question, true);
            } else if asked.sign_of_life.is_some() || !asked.replies.is_empty() {
                self.alive(host, true);
            }
            let is_news = asked.replies.is_empty() && !self.hosts.live.contains(&host);
            let sign_of_life = asked.sign_of_life.filter(|_| is_news);
            let replies = asked.replies.into_iter().chain(sign_of_life);
            replies.for_each(|reply| self.keep_talk(host, reply));
        }
        self.mark_talked(host);
        let standing = self.standing(host);
        if standing.unit {
            self.hosts.units.insert(host);
        }
        self.talk(host, standing);
    }

    fn cannot_connect(&mut self, host: IpAddr) {
        self.hosts.not_asked.push(host);
        let blind_spot = open::no_connection();
        if !self.blind_spots.contains(&blind_spot) {
            self.blind_spots.push(blind_spot);
        }
    }

    fn broken(&self, host: IpAddr) -> Asked {
        let question = self.talks.talked.get(&host).and_then(|talked| talked.asked.last());
        Asked {
            question: question.map_or("tcp", |question| question.name()).into(),
            outcome: Outcome::Broken,
            connections: 1,
            sign_of_life: None,
            replies: Vec::new(),
        }
    }

    pub(super) fn keep_talk(&mut self, host: IpAddr, reply: Reply) {
        self.keep(reply);
        if self.hosts.live.insert(host) {
            self.ask_name(host);
        }
    }

    pub(super) fn take_name(&mut self, host: IpAddr, name: Option<String>) {
        if let Some(name) = name {
            let reply = Reply {
                at: Some(self.door.now()),
                ..Reply::new(host.to_string(), Protocol::Dns, name)
            };
            self.keep(reply);
        }
    }

    pub(super) fn ask_name(&mut self, host: IpAddr) {
        if self.plan.names && !self.resume.is_named(host) {
            let door = self.door.clone();
            self.names.spawn(async move { (host, door.name_of(host).await) });
        }
    }
}

/// How a question over TCP came off: bytes came is not yet that they could be read.
fn outcome_of_talk(asked: &Asked) -> Outcome {
    let read = asked.replies.first().filter(|_| asked.outcome == Outcome::Answered);
    read.map_or(asked.outcome, outcome_of)
}
