//! What a run will look at, fixed and printable before the first packet.

use std::time::Duration;

use crate::net::{Channel, Family, Interface, Limits};
use crate::probe;

use crate::ranges::Ranges;

/// The targets on one segment of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// The interface that is on the segment.
    pub interface: Interface,
    /// The targets that are neighbours there, exclusions taken off.
    pub targets: Ranges,
}

impl Segment {
    /// Its IPv4 targets and its IPv6 targets, each of which is swept in a way of its own. None is empty.
    pub fn by_family(&self) -> impl Iterator<Item = Segment> + '_ {
        let (v4, v6) = self.targets.by_family();
        let targets = [v4, v6].into_iter().filter(|targets| !targets.is_empty());
        targets.map(|targets| Segment {
            interface: self.interface.clone(),
            targets,
        })
    }

    /// The family of its targets, where all are of one.
    pub fn family(&self) -> Family {
        self.targets.nth(0).map_or(Family::V4, Family::of)
    }
}

/// A run, resolved: no name, file or default is left to look up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Segments with targets.
    pub segments: Vec<Segment>,
    /// Targets that are no neighbours: beyond a router, or on the loopback.
    pub routed: Ranges,
    /// The only interface for them, where the user named one.
    pub routed_interface: Option<String>,
    /// Targets on networks of interfaces that are down, by interface: nobody can be asked there.
    pub down: Vec<(String, Ranges)>,
    /// Addresses taken off the targets by the user.
    pub excluded: Ranges,
    /// Interfaces and ranges that were left out, each with the reason.
    pub skipped: Vec<String>,
    /// Ask silent addresses beyond a router by TCP too.
    pub probe_silent: bool,
    /// Find out who is there, and ask nobody anything.
    pub hosts_only: bool,
    /// Open no TCP connection to anybody.
    pub no_tcp: bool,
    /// Send nothing at all, and listen so long.
    pub passive: Option<Duration>,
    /// This program may send no ARP of its own.
    pub without_arp: bool,
    /// Ask for Hikvision's units in frames of Ethernet too.
    pub ethernet: bool,
    /// Ask by multicast over IPv6 too.
    pub ipv6: bool,
    /// Ask reverse DNS for the names of what was found.
    pub names: bool,
    /// How much of the network the run may use.
    pub limits: Limits,
    /// What the logins given are for, in words.
    pub logins: Vec<String>,
    /// What the program has given up before the first packet, in words.
    pub given_up: Vec<String>,
}

impl Plan {
    /// The targets that cannot be asked, because their interfaces are down.
    pub fn behind_down(&self) -> Ranges {
        let down = self.down.iter();
        down.fold(Ranges::default(), |all, (_, targets)| all.union(targets))
    }

    /// How many addresses are to be asked.
    pub fn addresses(&self) -> u64 {
        self.on_link() + self.routed.len()
    }

    /// How many of them are neighbours.
    pub fn on_link(&self) -> u64 {
        self.segments.iter().map(|segment| segment.targets.len()).sum()
    }

    /// The segments with targets of a family, and those targets.
    pub fn segments_of(&self, family: Family) -> impl Iterator<Item = Segment> + '_ {
        let segments = self.segments.iter().flat_map(Segment::by_family);
        segments.filter(move |segment| segment.family() == family)
    }

    /// What the run will open that needs a privilege.
    pub fn raw_channels(&self) -> Vec<Channel> {
        let mut channels = Vec::new();
        for segment in &self.segments {
            let interface = || segment.interface.name.clone();
            channels.push(Channel::Arp { interface: interface() });
            channels.extend(self.ethernet.then(|| Channel::Ethernet { interface: interface() }));
            let questions = self.passive.map(|_| probe::datagram_questions(uuid::Uuid::nil));
            channels.extend(questions.into_iter().flatten().map(|question| Channel::Overhear {
                protocol: question.protocol,
                interface: interface(),
                port: question.port,
            }));
        }
        channels
    }

    /// All addresses that are to be asked.
    pub fn scope(&self) -> Ranges {
        self.segments
            .iter()
            .fold(self.routed.clone(), |all, segment| all.union(&segment.targets))
    }
}
