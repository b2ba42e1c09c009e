//! Before the first packet: what is opened on which interface, and what cannot be.

use super::*;

impl<D: Door> Run<'_, D> {
    /// Opens what is needed on each segment: ears and multicast questions, and a way to see who is there.
    pub(super) async fn open_segments(&mut self) {
        let mut multicast = Vec::new();
        let mut blind: Option<std::io::Error> = None;
        let mut beyond = self.plan.routed.clone();
        for segment in &self.plan.segments {
            if !self.plan.hosts_only {
                multicast.extend(self.open_link_local(&segment.interface).await);
            }
            for segment in segment.by_family() {
                if segment.family() == Family::V4 && !self.plan.hosts_only {
                    multicast.extend(self.open_multicast(&segment.interface.name).await);
                    multicast.extend(self.open_ethernet(&segment.interface.name).await);
                }
                let presence = match self.open_presence(&segment).await {
                    Ok((presence, denied)) => {
                        blind = blind.or(denied);
                        presence
                    }
                    Err(why) => {
                        self.blind_spots.push(no_presence(&segment.interface.name, &why));
                        if !self.plan.hosts_only {
                            beyond = beyond.union(&segment.targets);
                        }
                        Presence::None
                    }
                };
                self.sweeps.push(Sweep { segment, presence });
            }
        }
        let no_raw_socket = match self.plan.limits.gentle {
            true => no_sweep,
            false => no_raw_socket,
        };
        self.blind_spots.extend(blind.map(|why| no_raw_socket(&why)));
        let unasked = self.not_looked_for().by_family().1;
        self.blind_spots.extend((!unasked.is_empty()).then(no_sweep_over_ipv6));
        self.ledger.coverage.notes.extend(self.beyond_the_fence());
        self.ledger.coverage.notes.extend(self.plan.no_tcp.then(no_tcp));
        self.passes = passes(beyond, &self.plan.limits);
        self.started = Instant::now();
        self.chorus = Chorus::new(&multicast, self.plan.limits.sends, self.started);
    }

    /// For IPv4 raw ARP where it is allowed, else the kernel's own resolution unless that is too rude, and why not raw ARP.
    /// For IPv6 always the latter: it has no other.
    pub(super) async fn open_presence(&self, segment: &Segment) -> std::io::Result<(Presence, Option<std::io::Error>)> {
        let interface = segment.interface.name.clone();
        let arp = match segment.family() {
            Family::V4 => Some(self.door.open(&Channel::Arp { interface }).await),
            Family::V6 => None,
        };
        let denied = match arp {
            Some(Ok(())) => {
                if !self.plan.hosts_only {
                    // For when a datagram can leave. Without it a host that the kernel knew before it was heard by ARP seems
                    // out of reach until it answers.
                    self.door.open(&Channel::Kernel).await.ok();
                }
                let tempo = ARP.at(self.plan.limits.arp_rate, segment.targets.len());
                let presence = Presence::Arp(
                    Rounds::new(segment.targets.clone(), tempo),
                    self.steering(segment),
                    Promptness::default(),
                );
                return Ok((presence, None));
            }
            Some(Err(denied)) => Some(denied),
            None => None,
        };
        if self.plan.limits.gentle {
            return Ok((Presence::None, denied));
        }
        self.door.open(&Channel::Kernel).await?;
        let room = (self.asking.room() / self.plan.segments.len().max(1)).max(1);
        Ok((
            Presence::Kernel(KernelSweep::new(segment.targets.clone(), room)),
            denied,
        ))
    }

    fn steering(&self, segment: &Segment) -> Steering {
        let limits = &self.plan.limits;
        let most = match segment.targets.len() > MANY {
            true => limits.arp_most,
            false => 0,
        };
        Steering::new(limits.arp_rate, most)
    }

    pub(super) async fn open_multicast(&mut self, interface: &str) -> Vec<Packet> {
        let mut packets = Vec::new();
        for question in &self.questions {
            let (protocol, interface) = (question.protocol.clone(), interface.to_owned());
            let channel = Channel::Multicast {
                protocol: protocol.clone(),
                interface: interface.clone(),
                source_port: question.source_port,
            };
            if let Err(why) = self.door.open(&channel).await {
                let what = format!("multicast {protocol}");
                self.blind_spots.push(no_channel(&what, &interface, &why));
                continue;
            }
            if let (true, Some(group)) = (question.listens, question.group) {
                let listen = Channel::Listen {
                    protocol: protocol.clone(),
                    interface: interface.clone(),
                    port: question.port,
                    group,
                };
                if let Err(why) = self.door.open(&listen).await {
                    let what = format!("announcements of {protocol}");
                    self.blind_spots.push(no_channel(&what, &interface, &why));
                }
            }
            packets.extend(multicast_packets(question, &channel));
        }
        packets
    }

    /// SADP in frames, where the user wants it.
    async fn open_ethernet(&mut self, interface: &str) -> Option<Packet> {
        let interface = interface.to_owned();
        let channel = Channel::Ethernet {
            interface: interface.clone(),
        };
        if !self.plan.ethernet {
            return None;
        }
        match self.door.open(&channel).await {
            Ok(()) => Some(Packet::EthernetInquiry { interface }),
            Err(why) => {
                self.blind_spots.push(no_ethernet(&interface, &why));
                None
            }
        }
    }

    pub(super) async fn open_unicast(&mut self) {
        let segments = self.plan.segments.iter().map(|segment| {
            let interface = Some(segment.interface.name.clone());
            (&segment.targets, interface)
        });
        let routed = (&self.plan.routed, self.plan.routed_interface.clone());
        let mut ways: HashSet<(Option<String>, Family)> = HashSet::new();
        for (targets, interface) in segments.chain([routed]) {
            let (v4, v6) = targets.by_family();
            ways.extend((!v4.is_empty()).then(|| (interface.clone(), Family::V4)));
            ways.extend((!v6.is_empty()).then_some((interface, Family::V6)));
        }
        for (interface, family) in ways {
            let channels = self.questions.iter();
            let channels = channels.flat_map(|question| single(question, &interface, family));
            for (channel, what) in channels {
                if let Err(why) = self.door.open(&channel).await {
                    let place = interface.as_deref().unwrap_or("any interface");
                    self.blind_spots.push(no_channel(&what, place, &why));
                }
            }
        }
    }

    /// Whether only who has answered ARP counts: a row of the table may be old.
    pub(super) fn rests_on_arp(&self) -> bool {
        let by_arp = |sweep: &Sweep| matches!(sweep.presence, Presence::Arp(..));
        self.plan.hosts_only && self.sweeps.iter().all(by_arp)
    }

    /// What this machine's neighbour table knows already.
    pub(super) async fn read_table(&mut self) {
        match self.door.neighbours().await {
            Ok(rows) => rows.iter().for_each(|row| self.hear_neighbour(row, "table")),
            Err(why) => self.blind_spots.push(BlindSpot {
                what: "this machine's neighbour table".into(),
                why: format!("reading it: {why}"),
                remedy: "hosts that it knows are found by the other questions all the same".into(),
            }),
        }
    }
}

/// What is opened for a question to single hosts, and its name: a way to ask, and an ear at the port that some answer to.
fn single(question: &DatagramQuestion, interface: &Option<String>, family: Family) -> Vec<(Channel, String)> {
    let (protocol, port) = (&question.protocol, question.port);
    let asks = !question.asks_over(family).is_empty();
    let asks = asks.then(|| unicast_channel(protocol, interface.clone(), family));
    let hears = (question.listens && family == Family::V4).then(|| Channel::OwnPort {
        protocol: protocol.clone(),
        interface: interface.clone(),
        port,
    });
    let asks = asks.map(|channel| (channel, format!("unicast {protocol}")));
    let hears = hears.map(|channel| (channel, format!("answers by {protocol} to port {port}")));
    asks.into_iter().chain(hears).collect()
}

pub(super) fn multicast_packets(question: &DatagramQuestion, channel: &Channel) -> Vec<Packet> {
    let broadcast = question.broadcast.then_some(Ipv4Addr::BROADCAST);
    let places = question.group.into_iter().chain(broadcast);
    let packet = |to: Ipv4Addr, payload: &Arc<[u8]>| Packet::Datagram {
        channel: channel.clone(),
        to: SocketAddr::new(to.into(), question.port),
        payload: payload.clone(),
    };
    places
        .flat_map(|to| question.multicast.iter().map(move |ask| packet(to, &ask.payload)))
        .collect()
}

fn no_raw_socket(why: &std::io::Error) -> BlindSpot {
    BlindSpot {
        what: "ARP replies themselves, and whether a host that stops answering is still there".into(),
        why: format!("no raw socket ({why}): hosts were found by the slower way, through the kernel's neighbour table"),
        remedy: "run with sudo, or once: sudo setcap cap_net_raw+ep camsweep".into(),
    }
}

fn no_sweep(why: &std::io::Error) -> BlindSpot {
    BlindSpot {
        what: "neighbours that answer no multicast and are not in this machine's neighbour table, and whether a host that \
               stops answering is still there"
            .into(),
        why: format!("no raw socket ({why}), and the profile clinical sends nobody a datagram to see who is there"),
        remedy: "run with sudo, or once: sudo setcap cap_net_raw+ep camsweep".into(),
    }
}

fn no_sweep_over_ipv6() -> BlindSpot {
    BlindSpot {
        what: "neighbours by an address of IPv6 that is not in this machine's neighbour table".into(),
        why: "the profile clinical sends nobody a datagram to see who is there, and over IPv6 there is no other way"
            .into(),
        remedy: "name their IPv4 addresses, or use another profile".into(),
    }
}

fn no_tcp() -> String {
    "No TCP connection was opened (--no-tcp): web servers, ONVIF services, RTSP and the makers' own ports were not asked, \
     so that a unit which answers no discovery protocol shows its MAC at the most."
        .into()
}

fn no_ethernet(interface: &str, why: &std::io::Error) -> BlindSpot {
    BlindSpot {
        what: format!("{ETHERNET} on {interface}"),
        why: format!("raw Ethernet (--l2-sadp): {why}"),
        remedy: "run with sudo, or once: sudo setcap cap_net_raw+ep camsweep".into(),
    }
}

fn no_presence(interface: &str, why: &std::io::Error) -> BlindSpot {
    BlindSpot {
        what: format!("hosts on {interface} that speak no discovery protocol"),
        why: format!("neither a raw socket nor the kernel's neighbour table can be used here: {why}"),
        remedy: "run camsweep on Linux".into(),
    }
}

pub(super) fn no_way(why: String) -> BlindSpot {
    BlindSpot {
        what: "the addresses that are listed as not asked".into(),
        why,
        remedy: "look at the routes (ip route) and the firewall of this machine".into(),
    }
}

pub(super) fn no_connection() -> BlindSpot {
    BlindSpot {
        what: "what addresses that are listed as not asked would say over TCP".into(),
        why: "this machine refused connections to them".into(),
        remedy: "look at its limits (ulimit -n), interfaces and firewall".into(),
    }
}

pub(super) fn no_channel(what: &str, interface: &str, why: &std::io::Error) -> BlindSpot {
    BlindSpot {
        what: format!("{what} on {interface}"),
        why: why.to_string(),
        remedy: "look whether another program holds the port, or a firewall on this machine forbids it".into(),
    }
}
