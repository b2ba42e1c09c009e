//! A scan that goes on where an earlier run of it ended: what that run left is taken up before the first packet, and
//! what this one does is marked before it is done.

use super::super::past::{Conversation, grain};
use super::super::rounds;
use super::silent::{Answered, RECHECK};
use super::*;

/// How long a run that is stopped listens for answers to what it has asked, and how long it waits at the most for the
/// conversations under way.
const LAST_WORDS: (Duration, Duration) = (super::super::asking::LISTEN, Duration::from_secs(15));

/// What a run keeps so that another can go on after it. A run that nobody will resume keeps nothing.
#[derive(Debug, Default)]
pub(super) struct Resume {
    /// Whether marks are made.
    is_marked: bool,
    past: Past,
    /// Addresses to a mark, in rounds over a range.
    grain: u64,
    reached: HashMap<String, rounds::Place>,
    /// The user has stopped the run: nothing new is begun.
    stopping: bool,
    /// Hosts whose names are known.
    named: HashSet<IpAddr>,
    /// Hosts that there was more to ask over TCP when the user stopped the run.
    cut_short: HashSet<IpAddr>,
}

impl Resume {
    pub(super) fn after(past: Past, plan: &Plan) -> Self {
        Resume {
            is_marked: true,
            grain: grain(plan.addresses()),
            past,
            ..Resume::default()
        }
    }

    /// Notes that a host had more to be asked, where the run is ending. Whether it is.
    pub(super) fn cuts_short(&mut self, host: IpAddr) -> bool {
        if self.stopping {
            self.cut_short.insert(host);
        }
        self.stopping
    }

    /// Whether a host became silent in an earlier run.
    pub(super) fn is_gone(&self, host: IpAddr) -> bool {
        self.past.gone.contains_key(&host)
    }

    pub(super) fn is_named(&self, host: IpAddr) -> bool {
        self.named.contains(&host)
    }

    pub(super) fn cut_short(&self) -> impl Iterator<Item = IpAddr> + '_ {
        self.cut_short.iter().copied()
    }

    /// What a host has been asked by datagram, one by one, by an earlier run.
    fn asked(&self, host: IpAddr) -> &[Place] {
        self.past.asked.get(&host).map(Vec::as_slice).unwrap_or_default()
    }
}

impl<D: Door> Run<'_, D> {
    pub(super) fn mark(&mut self, mark: Mark) {
        if self.resume.is_marked {
            self.watcher.mark(&mark);
        }
    }

    /// Marks how far the sweep of a segment has come, when its next address is about to be asked.
    pub(super) fn mark_sweep(&mut self, place: usize) {
        if self.resume.is_marked {
            let sweep = &self.sweeps[place];
            self.mark_reached(sweep.part(), sweep.presence.place());
        }
    }

    /// Marks that nothing is left of the sweep of a segment.
    pub(super) fn mark_swept(&mut self, place: usize) {
        if self.resume.is_marked {
            let sweep = &self.sweeps[place];
            self.mark_reached(sweep.part(), sweep.presence.end());
        }
    }

    /// Marks how far the passes have come, likewise.
    pub(super) fn mark_pass(&mut self) {
        if self.resume.is_marked {
            self.mark_reached(self.passes_part(), self.passes.place());
        }
    }

    /// Marks that so many steps of a round are done, if no mark says so yet.
    fn mark_reached(&mut self, part: String, (round, steps): rounds::Place) {
        let steps = steps.next_multiple_of(self.resume.grain);
        let known = self.resume.reached.get(&part).copied().unwrap_or_default();
        if known < (round, steps) {
            self.resume.reached.insert(part.clone(), (round, steps));
            self.mark(Mark::Reached { part, round, steps });
        }
    }

    /// The passes' name in a mark.
    fn passes_part(&self) -> String {
        format!("passes {}", self.passes.progress().1)
    }

    /// Goes on from where the past ended. Nothing is sent, and nothing learnt but from the replies that came then.
    pub(super) fn take_up(&mut self) {
        if self.resume.past.is_empty() {
            return;
        }
        let replies = std::mem::take(&mut self.resume.past.replies);
        let note = self.what_was_taken_up(replies.len());
        self.ledger.coverage.notes.push(note);
        self.go_to_where_it_ended();
        for (host, conversation) in self.resume.past.conversations.clone() {
            self.take_up_conversation(host, conversation);
        }
        let mut hosts = Vec::new();
        for reply in replies {
            hosts.extend(self.take_up_reply(reply));
        }
        let mut taken_up = HashSet::new();
        hosts.retain(|host| taken_up.insert(*host));
        let by_tcp_alone: Vec<IpAddr> = self.hosts.live.difference(&taken_up).copied().collect();
        by_tcp_alone.into_iter().for_each(|host| self.ask_name(host));
        hosts.into_iter().for_each(|host| self.take_up_host(host));
    }

    /// A question over TCP has ended, and what came of it is kept.
    pub(super) fn mark_talked(&mut self, host: IpAddr) {
        let dropped = self.talks.talked.get(&host).map_or(0, |talked| talked.dropped as u32);
        let pages = self.plan.limits.pages;
        let pages = pages.saturating_sub(self.door.pages_left(host));
        self.mark(Mark::Talked { host, dropped, pages });
    }

    fn what_was_taken_up(&self, replies: usize) -> String {
        let mut note = format!(
            "The scan was taken up where an earlier run of it had ended: {replies} replies are that run's, and the \
             questions counted here are this one's alone."
        );
        if !self.resume.past.ended {
            note += &format!(
                " It had been killed: on each segment, and beyond routers, up to {} addresses may have missed one of \
                 their questions, and hosts may have answered unheard.",
                self.resume.grain
            );
        }
        note
    }

    fn go_to_where_it_ended(&mut self) {
        let (passes, now) = (self.passes_part(), Instant::now());
        for (part, &place) in &self.resume.past.reached {
            if *part == passes {
                self.passes.go_to(place, now);
            }
            for sweep in self.sweeps.iter_mut().filter(|sweep| sweep.part() == *part) {
                sweep.presence.go_to(place, now);
            }
        }
        self.resume.reached = self.resume.past.reached.clone().into_iter().collect();
    }

    fn take_up_conversation(&mut self, host: IpAddr, conversation: Conversation) {
        let Conversation { talked, pages, open } = conversation;
        // How far the question came that was cut off is not known.
        let more = open.map_or(0, |question| question.most_pages());
        self.door.pages_asked(host, pages.saturating_add(more));
        self.talks.talked.insert(host, talked);
    }

    /// Takes a reply in as if it came now. The host in scope that it shows to be there for the first time, if it is one
    /// that the sweep found: who has answered over TCP alone is still the silent addresses' turn.
    fn take_up_reply(&mut self, reply: Reply) -> Option<IpAddr> {
        let protocol = reply.protocol.clone();
        let host = match reply.host.parse::<IpAddr>().ok() {
            Some(host) if self.scope.contains(host) => Some(host),
            Some(host @ IpAddr::V6(_)) if protocol != Protocol::Neighbour => {
                self.families.heard.insert(host);
                None
            }
            _ => None,
        };
        if self.ledger.keep(reply) != Kept::Yes {
            return None;
        }
        if let Some(reply) = self.ledger.latest() {
            self.watcher.recalled(reply);
        }
        let host = host?;
        match protocol {
            Protocol::Dns => {
                self.resume.named.insert(host);
                None
            }
            Protocol::Arp => {
                if let IpAddr::V4(host) = host {
                    let sweeps = self.sweeps.iter_mut();
                    sweeps.for_each(|sweep| sweep.presence.answered_arp(host));
                }
                Some(host)
            }
            Protocol::Neighbour | Protocol::Wsd | Protocol::Sadp | Protocol::Dhip | Protocol::DvripUdp => Some(host),
            Protocol::Ssdp | Protocol::Mdns => Some(host),
            _ => {
                self.hosts.live.insert(host);
                None
            }
        }
    }

    fn take_up_host(&mut self, host: IpAddr) {
        self.hosts.live.remove(&host);
        for &(question, _) in self.resume.asked(host) {
            if let Some(question) = self.questions.get(question) {
                let name = format!("unicast {}", question.protocol);
                self.ledger.remember(&name, host);
            }
        }
        self.take_up_doubts(host);
        self.found(host);
        let standing = self.standing(host);
        if standing.unit {
            self.hosts.units.insert(host);
        }
        if standing.settled {
            self.asking.settle(host, Instant::now());
        }
    }

    /// A host that had become silent is let alone. One that had not answered yet when the run ended is looked for before
    /// it is asked on, if it had answered before.
    fn take_up_doubts(&mut self, host: IpAddr) {
        if let Some(after) = self.resume.past.gone.get(&host) {
            let silent = &mut self.ledger.coverage.became_silent;
            silent.insert(host.to_string(), after.clone());
        }
        let replies = self.ledger.of(host);
        let any = |of: fn(&Protocol) -> bool| replies.iter().any(|reply| reply.asked.is_some() && of(&reply.protocol));
        if any(|protocol| !matches!(protocol, Protocol::Arp | Protocol::Neighbour | Protocol::Dns)) {
            self.hosts.answered.insert(host, Answered::Question);
        } else if any(|protocol| *protocol == Protocol::Arp) {
            self.hosts.answered.insert(host, Answered::Arp);
        }
        if let Some(&requests) = self.resume.past.checked.get(&host) {
            self.rechecks.were_asked(host, requests);
            self.ledger.remember(RECHECK, host);
        }
        if let Some(&by_tcp) = self.resume.past.owing.get(&host) {
            self.owes(host, "a question of the run before", by_tcp);
        }
    }

    /// How often the passes had asked a host when it was found.
    pub(super) fn passes_before_found(&self, host: IpAddr) -> usize {
        let before = self.resume.past.found.get(&host).copied();
        let times = before.unwrap_or_else(|| self.passes.times_asked(host));
        times.min(ORDER_FOR_SILENT.len())
    }

    /// What is still to be asked of a host that the passes have asked this.
    pub(super) fn places_left(&mut self, host: IpAddr, by_passes: &[Place]) -> Vec<Place> {
        let asked = self.resume.asked(host);
        let times = |place: &Place| asked.iter().filter(|other| *other == place).count();
        let open = |place: &Place| times(place) == 0 && !by_passes.contains(place) && self.can_ask(host, *place);
        let mut left: Vec<Place> = ORDER_FOR_LIVE.iter().copied().filter(open).collect();
        let first_time = |place: &Place| usize::from(!by_passes.contains(place));
        if ASKED_AGAIN.iter().any(|place| times(place) > first_time(place)) {
            let open = |place: &&Place| times(place) <= first_time(place) && self.can_ask(host, **place);
            left.extend(ASKED_AGAIN.iter().filter(open));
            self.hosts.asked_again.insert(host);
        }
        // Whether it is asked again was decided before it was talked to, by what was known then.
        if self.resume.past.conversations.contains_key(&host) {
            self.hosts.asked_again.insert(host);
        }
        left
    }

    /// Whether an earlier run has asked a host one by one.
    pub(super) fn was_asked_before(&self, host: IpAddr) -> bool {
        !self.resume.asked(host).is_empty() || self.resume.past.conversations.contains_key(&host)
    }

    /// The end of a run that another will go on after: nothing new is begun, and what is under way may end, so that no
    /// answer is lost.
    pub(super) async fn wind_down(&mut self) {
        if !self.resume.is_marked {
            return;
        }
        self.resume.stopping = true;
        let begun = Instant::now();
        let (listen, most) = (begun + LAST_WORDS.0, begun + LAST_WORDS.1);
        let door = self.door.clone();
        while Instant::now() < listen || (!self.talks.under_way.is_empty() && Instant::now() < most) {
            let until = if self.talks.under_way.is_empty() { listen } else { most };
            tokio::select! {
                heard = door.heard() => self.hear(heard),
                Some(talk) = self.talks.under_way.join_next_with_id() => self.take_talk(talk),
                () = sleep_until(until) => {}
            }
        }
        self.mark_where_it_ends();
        if self.talks.under_way.is_empty() {
            self.mark(Mark::Stopped);
        }
    }

    /// Where a mark stands for several addresses, says which of them were reached.
    fn mark_where_it_ends(&mut self) {
        let sweeps = self.sweeps.iter();
        let mut ends: Vec<_> = sweeps.map(|sweep| (sweep.part(), sweep.presence.place())).collect();
        ends.push((self.passes_part(), self.passes.place()));
        for (part, (round, steps)) in ends {
            let is_short_of = |known: &rounds::Place| known.0 == round && steps < known.1;
            if self.resume.reached.get(&part).is_some_and(is_short_of) {
                self.mark(Mark::Reached { part, round, steps });
            }
        }
    }

    /// Hosts whose answer to a question over TCP was lost when an earlier run was killed, and that could have said more.
    pub(super) fn interrupted_conversations(&self) -> Ranges {
        let conversations = self.resume.past.conversations.iter();
        let cut = conversations.filter(|(_, conversation)| conversation.open.is_some());
        let hosts = cut.map(|(host, _)| *host);
        hosts
            .filter(|host| self.scope.contains(*host) && !self.standing(*host).settled)
            .collect()
    }
}

/// What the killed run may have missed.
pub(super) fn cut_off(hosts: &Ranges) -> Option<BlindSpot> {
    (!hosts.is_empty()).then(|| BlindSpot {
        what: format!("what {hosts} answered to a question over TCP"),
        why: "the run was killed while they were asked, and nobody is asked twice".into(),
        remedy: "scan them once more, without --resume".into(),
    })
}

impl Sweep {
    /// Its name in a mark.
    pub(super) fn part(&self) -> String {
        let way = match (&self.presence, self.segment.family()) {
            (Presence::Arp(..), _) => "arp",
            (Presence::Kernel(_), Family::V4) => "kernel",
            (Presence::Kernel(_), Family::V6) => "kernel-v6",
            (Presence::None, _) => "none",
        };
        format!("{way} {} {}", self.segment.interface.name, self.segment.targets.len())
    }
}

impl Presence {
    fn go_to(&mut self, place: rounds::Place, now: Instant) {
        match self {
            Presence::Arp(rounds, ..) => rounds.go_to(place, now),
            Presence::Kernel(kernel) => kernel.go_to(place),
            Presence::None => {}
        }
    }

    fn place(&self) -> rounds::Place {
        match self {
            Presence::Arp(rounds, ..) => rounds.place(),
            Presence::Kernel(kernel) => kernel.place(),
            Presence::None => (0, 0),
        }
    }

    fn end(&self) -> rounds::Place {
        match self {
            Presence::Arp(rounds, ..) => rounds.end(),
            Presence::Kernel(_) | Presence::None => self.place(),
        }
    }
}
