//! What is heard: whose it is, whether it answers us, and what follows from it.

use super::*;
use crate::wire::{sadp, wsd};

/// How a reply was asked for that does not show that its sender saw the question; it counts as an answer and is evidence,
/// but vouches for nothing.
const UNPROVEN: &str = "unproven";

impl<D: Door> Run<'_, D> {
    pub(super) fn hear(&mut self, heard: Heard) {
        match &heard.body {
            Body::Arp(bytes) => self.hear_arp(&heard, bytes.clone()),
            Body::Frame(bytes) => self.hear_frame(&heard, bytes.clone()),
            Body::Neighbour(row) => self.hear_neighbour(row, KERNEL),
            Body::Datagram(from, bytes) => self.hear_datagram(&heard, from.ip(), from.port(), bytes.clone()),
        }
    }

    /// An ARP packet, whether we asked for it or not: its sender exists.
    pub(super) fn hear_arp(&mut self, heard: &Heard, bytes: Vec<u8>) {
        let Some(packet) = arp::Packet::decode(&bytes) else {
            *self.ledger.coverage.garbled.entry("arp".into()).or_default() += 1;
            return;
        };
        let (from, sender) = (packet.sender_ip, IpAddr::from(packet.sender_ip));
        if sender.is_unspecified() || self.is_own(sender) {
            return;
        }
        let listens = self.plan.passive.is_some();
        let asked = (packet.operation == arp::REPLY && !listens).then(|| "who-has".to_owned());
        let reply = self.reply_from(heard, sender, None, Protocol::Arp, asked, bytes);
        self.keep(reply);
        if self.scope.contains(sender) {
            let question = if listens { "unasked arp" } else { "arp" };
            // Who answered our kernel before its turn came was not asked by us.
            if listens || self.sweeps.iter().any(|sweep| sweep.presence.was_asked_by_arp(sender)) {
                self.ledger.ended(question, sender, Outcome::Answered);
            }
            let answers = packet.operation == arp::REPLY && self.is_own(packet.target_ip.into());
            for sweep in &mut self.sweeps {
                let to_us = answers && Some(&sweep.segment.interface.name) == heard.interface.as_ref();
                sweep.presence.time_arp(from, packet.sender_mac, to_us);
                sweep.presence.answered_arp(from);
            }
            self.found(sender);
            self.heard_by_arp(sender, answers);
            // From a question for our own MAC the kernel learns the asker's (RFC 826).
            let for_sure = packet.operation != arp::REPLY && self.is_own(packet.target_ip.into());
            self.asking.resolved(sender, for_sure, Instant::now());
        }
    }

    pub(super) fn hear_neighbour(&mut self, row: &Neighbour, asked: &str) {
        let on_segment = self
            .sweeps
            .iter()
            .any(|sweep| sweep.segment.interface.name == row.interface);
        let is_event = asked == KERNEL;
        let (mac, asked) = match row.state {
            NeighbourState::Reachable(mac) => (mac, asked.to_owned()),
            NeighbourState::Stale(mac) => (mac, format!("{asked} stale")),
            NeighbourState::Failed => return self.give_up(row),
        };
        // Where ARP sees who is there, what the kernel learns is no news, but a way to the host.
        if is_event && !self.learns_of(row.address) {
            if self.segment_of(row.address).as_ref() == Some(&row.interface) {
                self.asking.resolved(row.address, true, Instant::now());
            }
            return;
        }
        let in_scope = self.scope.contains(row.address);
        if !on_segment {
            return self.fence_by(row, mac);
        }
        if !(in_scope || row.address.is_ipv6()) {
            return;
        }
        let reply = Reply {
            interface: Some(row.interface.clone()),
            at: Some(self.door.now()),
            asked: Some(asked),
            ..Reply::new(row.address.to_string(), Protocol::Neighbour, mac.to_string())
        };
        self.keep(reply);
        if in_scope {
            if is_event && matches!(row.state, NeighbourState::Reachable(_)) && self.was_nudged(row.address) {
                self.ledger.ended(KERNEL, row.address, Outcome::Answered);
            }
            self.found(row.address);
            self.asking.resolved(row.address, true, Instant::now());
        }
    }

    pub(super) fn give_up(&mut self, row: &Neighbour) {
        self.asking.forgotten(row.address);
        for sweep in self
            .sweeps
            .iter_mut()
            .filter(|sweep| sweep.segment.interface.name == row.interface)
        {
            if let Presence::Kernel(kernel) = &mut sweep.presence {
                kernel.failed(row.address);
            }
        }
    }

    pub(super) fn hear_datagram(&mut self, heard: &Heard, from: IpAddr, port: u16, bytes: Vec<u8>) {
        let (protocol, way) = match &heard.channel {
            Channel::Multicast { protocol, .. } => (protocol.clone(), "multicast"),
            Channel::Unicast { protocol, .. } | Channel::OwnPort { protocol, .. } if self.was_asked(from, protocol) => {
                let to_known_port = matches!(heard.channel, Channel::OwnPort { .. });
                let is_proven = self.is_proven(from, protocol, to_known_port, &bytes);
                if is_proven {
                    // Our datagram has reached it.
                    self.asking.resolved(from, true, Instant::now());
                }
                (protocol.clone(), if is_proven { "unicast" } else { UNPROVEN })
            }
            Channel::Unicast { protocol, .. }
            | Channel::OwnPort { protocol, .. }
            | Channel::Listen { protocol, .. }
            | Channel::Overhear { protocol, .. }
            | Channel::Bystander { protocol, .. } => (protocol.clone(), "unasked"),
            Channel::LinkLocal { .. } => return self.hear_link_local(heard, from, port, bytes),
            Channel::Arp { .. } | Channel::Ethernet { .. } | Channel::Kernel => return,
        };
        let question = match way {
            UNPROVEN => format!("unicast {protocol}"),
            way => format!("{way} {protocol}"),
        };
        let asked = (way != "unasked").then(|| format!("{way} {}", self.word_of(&protocol)));
        let reply = self.reply_from(heard, from, Some(port), protocol, asked, bytes);
        self.take_answer(&question, from, reply);
    }

    /// A frame of SADP. Its sender's address is the one that it says it has, which may belong to no network here;
    /// a unit without an address of its own is named by its MAC.
    fn hear_frame(&mut self, heard: &Heard, bytes: Vec<u8>) {
        let answer = match sadp_l2::Message::decode(&bytes) {
            Some(sadp_l2::Message::Answer(answer)) => answer,
            Some(sadp_l2::Message::Question) => return,
            None => return *self.ledger.coverage.garbled.entry("sadp".into()).or_default() += 1,
        };
        let asked = Some("ethernet inquiry".to_owned());
        let sender = answer.address.into();
        let reply = self.reply_from(heard, sender, None, Protocol::Sadp, asked, bytes);
        if is_hosts(answer.address) && !self.is_own(sender) {
            return self.take_answer(ETHERNET, sender, reply);
        }
        self.keep(Reply {
            host: answer.sender.to_string().to_lowercase(),
            off_target: true,
            ..reply
        });
    }

    /// An answer to a question: evidence, and a sign that its sender exists.
    pub(super) fn take_answer(&mut self, question: &str, sender: IpAddr, reply: Reply) {
        // It has been heard often enough, whoever it is: neither read nor judged again.
        if self.ledger.is_too_much(&reply) {
            return self.ledger.drop(&reply);
        }
        let outcome = outcome_of(&reply);
        if self.keep(reply) == Kept::Question {
            return;
        }
        self.ledger.ended(question, sender, outcome);
        if self.scope.contains(sender) {
            self.found(sender);
            let answers = !question.starts_with("unasked ");
            self.alive(sender, answers);
            if self.hosts.live.contains(&sender) && self.standing(sender).settled {
                self.hosts.units.insert(sender);
                self.settle(sender);
            }
        }
    }

    /// Whether an answer to what a host alone was asked shows that its sender saw that question: by the question's own id,
    /// or by the port that nobody else knows, unless it shows another id. Whoever can forge an address can send to the
    /// protocol's own port, too.
    fn is_proven(&self, host: IpAddr, protocol: &Protocol, to_known_port: bool, answer: &[u8]) -> bool {
        let questions = self.questions.iter().filter(|question| question.protocol == *protocol);
        let mut asks = questions.flat_map(|question| question.asks_over(Family::of(host)));
        let has_other_id = || match protocol {
            Protocol::Sadp => sadp::Message::decode(answer).is_some_and(|answer| answer.id().is_some()),
            Protocol::Wsd => wsd::Message::decode(answer).is_some_and(|answer| answer.relates_to().is_some()),
            _ => false,
        };
        asks.any(|ask| self.ids.is_shown(&ask.payload, host, answer)) || !to_known_port && !has_other_id()
    }

    /// Whether a unicast question of this protocol went to that very address. Whoever answers one
    /// that was never asked is heard, but does not count as having answered.
    fn was_asked(&self, host: IpAddr, protocol: &Protocol) -> bool {
        self.ledger.was_asked(&format!("unicast {protocol}"), host)
            || (self.scope.contains(host) && self.passes.times_asked(host) > 0)
    }

    /// The first word of the question, for a reply's `asked`.
    pub(super) fn word_of(&self, protocol: &Protocol) -> &'static str {
        let question = self.questions.iter().find(|question| question.protocol == *protocol);
        let word = question.and_then(|question| question.multicast.first()?.word.split(' ').next());
        word.unwrap_or("question")
    }

    pub(super) fn reply_from(
        &self,
        heard: &Heard,
        sender: IpAddr,
        port: Option<u16>,
        protocol: Protocol,
        asked: Option<String>,
        bytes: Vec<u8>,
    ) -> Reply {
        let in_scope = self.scope.contains(sender);
        Reply {
            port,
            interface: heard.interface.clone(),
            at: Some(heard.at),
            asked,
            off_subnet: !in_scope && self.is_off_subnet(heard.interface.as_deref(), sender),
            off_target: !in_scope,
            ..Reply::new(sender.to_string(), protocol, bytes)
        }
    }

    /// Whether a sender belongs to no subnet of the interface that heard it.
    pub(super) fn is_off_subnet(&self, interface: Option<&str>, sender: IpAddr) -> bool {
        let IpAddr::V4(sender) = sender else { return false };
        let segment = self
            .plan
            .segments
            .iter()
            .find(|segment| Some(segment.interface.name.as_str()) == interface);
        segment.is_some_and(|segment| !segment.interface.ipv4.iter().any(|network| network.contains(sender)))
    }

    pub(super) fn is_own(&self, address: IpAddr) -> bool {
        self.plan
            .segments
            .iter()
            .any(|segment| segment.interface.addresses().any(|own| own == address))
    }

    pub(super) fn segment_of(&self, address: IpAddr) -> Option<String> {
        let segment = self
            .plan
            .segments
            .iter()
            .find(|segment| segment.targets.contains(address))?;
        Some(segment.interface.name.clone())
    }

    /// The only interface by which an address may be asked, if there is one.
    pub(super) fn interface_to(&self, address: IpAddr) -> Option<String> {
        self.segment_of(address).or_else(|| self.plan.routed_interface.clone())
    }

    /// Whether it is the kernel from which we learn that a host exists: of IPv4 where it sweeps, of IPv6 if it sweeps at all.
    fn learns_of(&self, host: IpAddr) -> bool {
        let by_kernel = |sweep: &&Sweep| matches!(sweep.presence, Presence::Kernel(_));
        let mut sweeps = self.sweeps.iter().filter(by_kernel);
        sweeps.any(|sweep| host.is_ipv6() || sweep.segment.targets.contains(host))
    }

    fn was_nudged(&self, host: IpAddr) -> bool {
        let by = |sweep: &Sweep| matches!(&sweep.presence, Presence::Kernel(kernel) if kernel.was_asked(host));
        self.sweeps.iter().any(by)
    }

    /// Whether who exists is asked nothing.
    fn is_only_noted(&self) -> bool {
        self.plan.passive.is_some() || self.plan.hosts_only
    }

    /// A host in scope exists. The first time it is put in the queue, with the questions that it has not had.
    pub(super) fn found(&mut self, host: IpAddr) {
        self.pair(host);
        let passes = self.passes_before_found(host);
        let mut asked_already = Vec::new();
        if self.passes.found(host) {
            self.mark(Mark::Found { host, passes });
            asked_already.extend_from_slice(&ORDER_FOR_SILENT[..passes]);
            asked_already.retain(|place| self.can_ask(host, *place));
        }
        // The question that it gets now makes the kernel look for it: a nudge would be one datagram too many.
        self.sweeps
            .iter_mut()
            .for_each(|sweep| sweep.presence.known_to_kernel(host));
        if !self.hosts.live.insert(host) && !self.hosts.unknown.remove(&host) || self.is_only_noted() {
            return;
        }
        if self.resume.is_gone(host) || self.is_fenced(host) {
            return;
        }
        if self.is_unknown_neighbour(host) {
            self.hosts.unknown.insert(host);
            return;
        }
        for &(question, _) in &asked_already {
            let name = format!("unicast {}", self.questions[question].protocol);
            self.ledger.remember(&name, host);
        }
        let now = Instant::now();
        let was_spoken_to = !asked_already.is_empty() || self.was_nudged(host) || self.was_asked_before(host);
        let earliest = match was_spoken_to {
            true => now + self.plan.limits.host_gap(),
            false => now,
        };
        let places = self.places_left(host, &asked_already);
        self.asking.admit(host, places, earliest);
        if self.segment_of(host).is_some() && !self.was_nudged(host) {
            self.asking.look_first(host);
        }
        self.ask_name(host);
    }
}

/// Whether a single host can have this address.
fn is_hosts(address: Ipv4Addr) -> bool {
    let [first, ..] = address.octets();
    !matches!(first, 0 | 127 | 224..)
}
