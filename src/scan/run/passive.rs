//! A run that only listens (`--passive`): ears are opened, no group is joined, nothing is sent.

use super::*;

impl<D: Door> Run<'_, D> {
    /// Opens ears on each segment: for ARP, and for every discovery protocol.
    pub(super) async fn open_ears(&mut self) {
        let mut denied = None;
        for segment in &self.plan.segments {
            let interface = segment.interface.name.clone();
            denied = denied.or(self.door.open(&Channel::Arp { interface }).await.err());
            denied = denied.or(self.open_ears_on(&segment.interface.name).await);
            self.sweeps.push(Sweep {
                segment: segment.clone(),
                presence: Presence::None,
            });
        }
        self.blind_spots.push(match denied {
            Some(why) => not_joined(&why),
            None => behind_a_switch(),
        });
        let note = self.plan.passive.map(nothing_sent);
        self.ledger.coverage.notes.extend(note);
        self.started = Instant::now();
    }

    /// Copies of what reaches the interface where that is allowed, else what others of this machine have joined. Why not
    /// the former.
    async fn open_ears_on(&mut self, interface: &str) -> Option<std::io::Error> {
        let mut denied = None;
        for question in &self.questions {
            let copies = Channel::Overhear {
                protocol: question.protocol.clone(),
                interface: interface.to_owned(),
                port: question.port,
            };
            let Err(why) = self.door.open(&copies).await else {
                continue;
            };
            denied = denied.or(Some(why));
            for channel in bystanders(question, interface) {
                if let Err(why) = self.door.open(&channel).await {
                    let what = format!("announcements of {}", question.protocol);
                    self.blind_spots.push(open::no_channel(&what, interface, &why));
                }
            }
        }
        denied
    }

    /// Nothing but waiting, and a last look at the neighbour table.
    pub(super) async fn only_listen(&mut self, now: Instant, time: Duration) -> Step {
        let over = self.started + time;
        if now < over {
            return Step::Wait(over);
        }
        let rows = self.door.neighbours().await.unwrap_or_default();
        rows.iter().for_each(|row| self.hear_neighbour(row, "table"));
        Step::Done
    }

    /// Where such a run stands.
    pub(super) fn listening(&self, now: Instant, time: Duration) -> Progress {
        let left = (self.started + time).saturating_duration_since(now);
        Progress {
            phase: "listening",
            hosts: self.hosts.live.len() as u64,
            units: self.hosts.units.len() as u64,
            seconds_left: left.as_secs_f64().ceil() as u64,
            ..Progress::default()
        }
    }
}

/// Ears for who may not open a raw socket.
fn bystanders(question: &DatagramQuestion, interface: &str) -> Vec<Channel> {
    let broadcast = question.broadcast.then_some(Ipv4Addr::BROADCAST);
    let places = question.group.into_iter().chain(broadcast);
    let ear = |to| Channel::Bystander {
        protocol: question.protocol.clone(),
        interface: interface.to_owned(),
        port: question.port,
        to,
    };
    let own = question.listens.then(|| Channel::OwnPort {
        protocol: question.protocol.clone(),
        interface: Some(interface.to_owned()),
        port: question.port,
    });
    places.map(ear).chain(own).collect()
}

fn nothing_sent(time: Duration) -> String {
    let seconds = time.as_secs();
    format!(
        "Nothing was sent (--passive): for {seconds} s it was listened to what the segments say by themselves. Who said nothing \
         in that time is not seen, and of the others no more is known than they said."
    )
}

fn not_joined(why: &std::io::Error) -> BlindSpot {
    BlindSpot {
        what: "ARP, and announcements to groups that no program of this machine has joined".into(),
        why: format!("no raw socket ({why}), and --passive joins no group, because that would send IGMP"),
        remedy: "run with sudo, or once: sudo setcap cap_net_raw+ep camsweep".into(),
    }
}

fn behind_a_switch() -> BlindSpot {
    BlindSpot {
        what: "announcements to groups that a switch does not bring here".into(),
        why:
            "--passive joins no group, because that would send IGMP, and a switch that watches IGMP passes a group on \
              to who has joined it"
                .into(),
        remedy: "a mirror port, or a scan that may ask".into(),
    }
}
