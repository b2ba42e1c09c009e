//! What is sent next, and the sending.

use super::*;

impl<D: Door> Run<'_, D> {
    /// One step of whichever part has something to send; else how long there is nothing to send.
    pub(super) async fn step(&mut self, now: Instant) -> Step {
        let mut waits = Vec::new();
        match self.chorus.poll(now) {
            Verse::Send(packet) => return self.send_to_everybody(packet).await,
            Verse::Wait(until) => waits.push(until),
            Verse::Listen(until) => self.listen(until, &mut waits),
            Verse::Done => {}
        }
        if let Some(step) = self.step_rechecks(now, &mut waits).await {
            return step;
        }
        let hosts_first = self.nudges_in_a_row >= NUDGES_TO_A_QUESTION;
        if !hosts_first && let Some(step) = self.step_sweeps(now, &mut waits).await {
            return step;
        }
        if let Some(step) = self.step_asking(now, &mut waits).await {
            return step;
        }
        if hosts_first && let Some(step) = self.step_sweeps(now, &mut waits).await {
            return step;
        }
        if let Some(step) = self.step_passes(now, &mut waits).await {
            return step;
        }
        match waits.into_iter().min() {
            Some(until) => Step::Wait(until),
            None if !self.talks.under_way.is_empty() => Step::Talks,
            None => Step::Done,
        }
    }

    /// Whether a lane is free; else the step waits until it is, and does something else meanwhile.
    pub(super) fn is_free(&self, lane: Lane, waits: &mut Vec<Instant>) -> bool {
        let next = self.door.next(lane);
        waits.extend(next);
        next.is_none()
    }

    /// Answers may come until then, which a run that is in haste does not wait for.
    fn listen(&self, until: Instant, waits: &mut Vec<Instant>) {
        if !self.plan.limits.hasty {
            waits.push(until);
        }
    }

    async fn step_passes(&mut self, now: Instant, waits: &mut Vec<Instant>) -> Option<Step> {
        if !self.is_free(Lane::Datagram, waits) {
            return None;
        }
        match self.passes.poll(now) {
            Turn::Ask(round, target) => return Some(self.pass(round, target).await),
            Turn::Wait(until) => waits.push(until),
            Turn::Done if self.plan.probe_silent && self.talk_to_silent() => return Some(Step::Sent),
            Turn::Done => {}
        }
        None
    }

    async fn step_asking(&mut self, now: Instant, waits: &mut Vec<Instant>) -> Option<Step> {
        if !self.is_free(Lane::Datagram, waits) {
            return None;
        }
        match self.asking.poll(now) {
            Next::Ask(host, _) if self.is_fenced(host) => {
                self.asking.release(host);
                return Some(Step::Sent);
            }
            Next::Ask(host, place) if self.is_busy_elsewhere(host) => {
                self.asking.put_back(host, place);
                self.asking.ask_again(host, [], now + self.plan.limits.host_gap());
                return Some(Step::Sent);
            }
            Next::Ask(host, place) if self.doubts(host, false) => {
                self.asking.put_back(host, place);
                return Some(Step::Sent);
            }
            Next::Ask(host, place) => return Some(self.ask(host, place).await),
            Next::Rested(host) => return Some(self.rested(host)),
            Next::Wait(until) => waits.push(until),
            Next::Listen(until) => self.listen(until, waits),
            Next::Idle => {}
        }
        None
    }

    async fn step_sweeps(&mut self, now: Instant, waits: &mut Vec<Instant>) -> Option<Step> {
        let mut present = 0;
        for place in 0..self.sweeps.len() {
            match self.sweep(place, now, waits).await {
                Some(Swept::Asked) => return Some(Step::Sent),
                Some(Swept::Done) => present += 1,
                None => {}
            }
        }
        if present == self.sweeps.len() && !self.reconciled {
            self.reconciled = true;
            self.reconcile().await;
            return Some(Step::Sent);
        }
        None
    }

    /// Asks on one segment as many as are due at once, by ARP; one, where the kernel looks for them, which shares its lane.
    async fn sweep(&mut self, place: usize, now: Instant, waits: &mut Vec<Instant>) -> Option<Swept> {
        // The segments share one lane, and each has a rate of its own: set before it is asked whether the lane is free.
        let at_once = match &self.sweeps[place].presence {
            Presence::Arp(_, steering, _) => {
                self.door.set_arp_rate(steering.rate());
                ASKED_AT_ONCE
            }
            Presence::Kernel(_) | Presence::None => 1,
        };
        let lane = self.sweeps[place].presence.lane();
        let mut swept = None;
        for _ in 0..at_once {
            if !self.is_free(lane, waits) {
                break;
            }
            if self.steer(place, now).await {
                swept = Some(Swept::Asked);
                continue;
            }
            match self.sweeps[place].presence.poll(now) {
                Turn::Ask(round, target) => {
                    self.mark_sweep(place);
                    self.look_for(place, round, target).await;
                    swept = Some(Swept::Asked);
                }
                Turn::Wait(until) => {
                    waits.push(until);
                    break;
                }
                Turn::Done => {
                    self.mark_swept(place);
                    return swept.or(Some(Swept::Done));
                }
            }
        }
        swept
    }

    /// Looks after the rate of a large segment. Whether somebody was asked for it.
    async fn steer(&mut self, place: usize, now: Instant) -> bool {
        let sweep = &mut self.sweeps[place];
        let Presence::Arp(_, steering, _) = &mut sweep.presence else {
            return false;
        };
        let door = &self.door;
        // What was lost on the way in, and what found no room on the way out.
        match steering.poll(now, || door.lost().values().sum::<u64>() + door.held_up()) {
            Steer::Ask(host) => self.look_for(place, ARP.most, host.into()).await,
            Steer::Straight => return false,
        }
        true
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
            Packet::LinkLocal {
                channel: Channel::LinkLocal { protocol, interface },
                ..
            } => (link_local::name_of(protocol), interface.clone()),
            _ => return Step::Sent,
        };
        let bytes = packet.length();
        match self.door.send(packet).await {
            Ok(()) => self.ledger.sent_to_everybody(&name, &interface, bytes),
            Err(why) => {
                let blind_spot = open::no_channel(&name, &interface, &why);
                if !self.blind_spots.contains(&blind_spot) {
                    self.blind_spots.push(blind_spot);
                }
            }
        }
        Step::Sent
    }

    async fn ask(&mut self, host: IpAddr, (question, ask): Place) -> Step {
        self.nudges_in_a_row = 0;
        // Judging costs more than a packet, so it is done once a host, when what has come so far can change something.
        let is_last = self.asking.is_asked_all(host) && !self.hosts.asked_again.contains(&host);
        let standing = is_last.then(|| self.standing(host));
        let is_called_for = self.questions[question].protocol != Protocol::Mdns
            || standing
                .as_ref()
                .is_some_and(|standing| probe::mdns::is_called_for(&standing.signs));
        let place = (question, ask);
        self.mark(match is_called_for {
            true => Mark::Asked { host, place },
            false => Mark::LeftOut { host, place },
        });
        if is_called_for && let Some(bytes) = self.send_unicast(host, (question, ask)).await {
            let name = format!("unicast {}", self.questions[question].protocol);
            self.ledger.sent(&name, host, bytes);
            self.owes(host, &name, false);
        }
        if let Some(standing) = standing {
            self.ask_again(host, &standing);
        }
        let now = Instant::now();
        match is_called_for {
            true => {
                self.asking.sent(host, now);
                self.hold_others(host, now);
            }
            false => self.asking.passed_over(host, now),
        }
        Step::Sent
    }

    /// What looks like a unit and is not settled is asked once more, at the pace of all questions: the makers' own come
    /// first, so that their answers have had their time when the last question leaves.
    pub(super) fn ask_again(&mut self, host: IpAddr, standing: &Standing) -> bool {
        let mut places = ASKED_AGAIN.to_vec();
        places.retain(|place| self.can_ask(host, *place));
        let again = !standing.settled && standing.unit && !places.is_empty() && self.hosts.asked_again.insert(host);
        if again {
            self.asking.ask_again(host, places, Instant::now());
        }
        again
    }

    /// Whether a host can be asked this by datagram: the makers' own protocols know no IPv6.
    pub(super) fn can_ask(&self, host: IpAddr, (question, ask): Place) -> bool {
        self.questions[question].asks_over(Family::of(host)).len() > ask
    }

    async fn pass(&mut self, round: usize, target: IpAddr) -> Step {
        self.mark_pass();
        let place = ORDER_FOR_SILENT[round];
        if self.can_ask(target, place)
            && let Some(bytes) = self.send_unicast(target, place).await
        {
            let name = format!("unicast {}", self.questions[place.0].protocol);
            self.ledger.sent_to_nobody(&name, place.1 == 0, bytes);
        }
        Step::Sent
    }

    /// Sends one unicast question of so many bytes; an address that cannot be asked is remembered as such.
    async fn send_unicast(&mut self, host: IpAddr, (question, ask): Place) -> Option<u64> {
        let (question, family) = (&self.questions[question], Family::of(host));
        let packet = Packet::Datagram {
            channel: unicast_channel(&question.protocol, self.interface_to(host), family),
            to: SocketAddr::new(host, question.port),
            payload: self.ids.stamp(&question.asks_over(family)[ask].payload, host),
        };
        let bytes = packet.length();
        let sent = self.door.send(packet).await;
        sent.inspect_err(|why| self.cannot_ask(host, why)).ok().map(|()| bytes)
    }

    pub(super) fn cannot_ask(&mut self, target: IpAddr, why: &std::io::Error) {
        self.hosts.not_asked.push(target);
        let blind_spot = open::no_way(why.to_string());
        if !self.blind_spots.contains(&blind_spot) {
            self.blind_spots.push(blind_spot);
        }
    }

    async fn look_for(&mut self, place: usize, round: usize, target: IpAddr) {
        let sweep = &mut self.sweeps[place];
        let interface = sweep.segment.interface.name.clone();
        let (name, packet) = match (&mut sweep.presence, target) {
            (Presence::Arp(_, steering, promptness), IpAddr::V4(target)) => {
                steering.asked();
                if round == 0 {
                    promptness.asked(target, Instant::now());
                }
                ("arp", Packet::Arp { interface, target })
            }
            _ => {
                self.nudges_in_a_row += 1;
                (KERNEL, Packet::Nudge { interface, target })
            }
        };
        let bytes = packet.length();
        match self.door.send(packet).await {
            Ok(()) => {
                self.hosts.missed.remove(&target);
                self.ledger.sent_to_nobody(name, round == 0, bytes);
            }
            Err(why) => {
                self.hosts.missed.insert(target);
                self.hosts.why_missed.insert(why.to_string());
            }
        }
    }
}

/// ARP requests that leave before it is seen to what has come: as many as may be due at once in `fast`.
const ASKED_AT_ONCE: usize = 16;

/// What a look at one segment came to.
enum Swept {
    /// Somebody was asked.
    Asked,
    /// Nothing is left to ask there.
    Done,
}
