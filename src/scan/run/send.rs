//! What is sent next, and the sending.

use super::*;

impl<D: Door> Run<'_, D> {
    /// One step of whichever part has something to send; else how long there is nothing to send.
    pub(super) async fn step(&mut self, now: Instant) -> Step {
        let mut waits = Vec::new();
        match self.chorus.poll(now) {
            Verse::Send(packet) => return self.send_to_everybody(packet).await,
            Verse::Wait(until) => waits.push(until),
            Verse::Done => {}
        }
        // Each has a pace of its own: while one waits for its moment, the other's comes. Were the hosts found so
        // far always first, a crowd of them would hold up the sweep, and whoever it finds last the whole run.
        self.sweep_is_next = !self.sweep_is_next;
        let sweep_is_first = self.sweep_is_next;
        if sweep_is_first && let Some(step) = self.step_sweeps(now, &mut waits).await {
            return step;
        }
        if let Some(step) = self.step_asking(now, &mut waits).await {
            return step;
        }
        if !sweep_is_first && let Some(step) = self.step_sweeps(now, &mut waits).await {
            return step;
        }
        match self.passes.poll(now) {
            Turn::Ask(round, target) => return self.pass(round, target).await,
            Turn::Wait(until) => waits.push(until),
            Turn::Done if self.plan.probe_silent && self.talk_to_silent() => return Step::Sent,
            Turn::Done => {}
        }
        match waits.into_iter().min() {
            Some(until) => Step::Wait(until),
            None if !self.talks.is_empty() => Step::Talks,
            None => Step::Done,
        }
    }

    async fn step_asking(&mut self, now: Instant, waits: &mut Vec<Instant>) -> Option<Step> {
        match self.asking.poll(now) {
            Next::Ask(host, _) if self.is_fenced(host) => {
                self.asking.release(host);
                return Some(Step::Sent);
            }
            Next::Ask(host, place) => return Some(self.ask(host, place).await),
            Next::Rested(host) => return Some(self.rested(host)),
            Next::Wait(until) => waits.push(until),
            Next::Idle => {}
        }
        None
    }

    async fn step_sweeps(&mut self, now: Instant, waits: &mut Vec<Instant>) -> Option<Step> {
        let mut present = 0;
        for place in 0..self.sweeps.len() {
            match self.sweeps[place].presence.poll(now) {
                Turn::Ask(round, target) => return Some(self.look_for(place, round, target).await),
                Turn::Wait(until) => waits.push(until),
                Turn::Done => present += 1,
            }
        }
        if present == self.sweeps.len() && !self.reconciled {
            self.reconciled = true;
            self.reconcile().await;
            return Some(Step::Sent);
        }
        None
    }

    async fn send_to_everybody(&mut self, packet: Packet) -> Step {
        let (name, interface) = match &packet {
            Packet::Datagram {
                channel: Channel::Multicast {
                    protocol, interface, ..
                },
                ..
            } => (format!("multicast {protocol}"), interface.clone()),
            Packet::EthernetInquiry { interface } => (ETHERNET.to_owned(), interface.clone()),
            _ => return Step::Sent,
        };
        match self.door.send(packet).await {
            Ok(()) => self.ledger.sent_to_nobody(&name, false),
            Err(why) => {
                let blind_spot = open::no_channel(&name, &interface, &why);
                if !self.blind_spots.contains(&blind_spot) {
                    self.blind_spots.push(blind_spot);
                }
            }
        }
        Step::Sent
    }

    async fn ask(&mut self, host: Ipv4Addr, place: Place) -> Step {
        let is_called_for = self.is_called_for(host, place);
        if is_called_for && self.send_unicast(host, place).await {
            let name = format!("unicast {}", self.questions[place.0].protocol);
            self.ledger.sent(&name, Some(host.into()));
        }
        if self.asking.is_asked_all(host) {
            let standing = self.standing(host);
            self.ask_again(host, &standing);
        }
        let now = Instant::now();
        match is_called_for {
            true => self.asking.sent(host, now),
            false => self.asking.passed_over(host, now),
        }
        Step::Sent
    }

    /// What looks like a unit and is not settled is asked once more, at the pace of all questions: the makers' own come
    /// first, so that their answers have had their time when the last question leaves.
    pub(super) fn ask_again(&mut self, host: Ipv4Addr, standing: &Standing) -> bool {
        let again = !standing.settled && standing.unit && self.asked_again.insert(host);
        if again {
            self.asking.ask_again(host, ASKED_AGAIN.iter().copied(), Instant::now());
        }
        again
    }

    fn is_called_for(&self, host: Ipv4Addr, (question, _): Place) -> bool {
        self.questions[question].protocol != Protocol::Mdns || probe::mdns::is_called_for(&self.standing(host).signs)
    }

    async fn pass(&mut self, round: usize, target: Ipv4Addr) -> Step {
        let place = ORDER_FOR_SILENT[round];
        if self.send_unicast(target, place).await {
            let name = format!("unicast {}", self.questions[place.0].protocol);
            self.ledger.sent_to_nobody(&name, place.1 == 0);
        }
        Step::Sent
    }

    /// Sends one unicast question; an address that cannot be asked is remembered as such.
    async fn send_unicast(&mut self, host: Ipv4Addr, (question, ask): Place) -> bool {
        let question = &self.questions[question];
        let packet = Packet::Datagram {
            channel: unicast_channel(&question.protocol, self.interface_to(host)),
            to: SocketAddrV4::new(host, question.port),
            payload: question.unicast[ask].payload.clone(),
        };
        let sent = self.door.send(packet).await;
        if let Err(why) = &sent {
            self.cannot_ask(host, why);
        }
        sent.is_ok()
    }

    fn cannot_ask(&mut self, target: Ipv4Addr, why: &std::io::Error) {
        self.not_asked.push(target);
        let blind_spot = open::no_way(why);
        if !self.blind_spots.contains(&blind_spot) {
            self.blind_spots.push(blind_spot);
        }
    }

    async fn look_for(&mut self, place: usize, round: usize, target: Ipv4Addr) -> Step {
        let sweep = &self.sweeps[place];
        let interface = sweep.segment.interface.name.clone();
        let (name, packet) = match sweep.presence {
            Presence::Arp(_) => ("arp", Packet::Arp { interface, target }),
            _ => (KERNEL, Packet::Nudge { interface, target }),
        };
        match self.door.send(packet).await {
            Ok(()) => self.ledger.sent_to_nobody(name, round == 0),
            Err(why) => self.cannot_ask(target, &why),
        }
        Step::Sent
    }
}
