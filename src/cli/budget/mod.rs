//! The most that a plan can send, by phases, counted from the questions themselves.

mod words;

use crate::coverage::Traffic;
use crate::net::{Family, Limits, Packet, length_of_datagram};
use crate::probe::{self, DatagramQuestion, ORDER_FOR_LIVE, ORDER_FOR_SILENT};
use crate::scan::{self, Plan};

pub use words::expected;

/// How often each question is asked at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// ARP requests to an address on a segment that stays silent, if nothing is lost and if much is.
    pub arp_rounds: (u64, u64),
    /// ARP to a neighbour that exists and stops answering now and then.
    pub rechecks: Traffic,
    /// To everybody on an interface, by multicast and broadcast, repetitions counted.
    pub multicast: Traffic,
    /// SADP inquiries in frames of Ethernet on an interface, where they are wanted.
    pub frames: Traffic,
    /// To everybody on an interface over IPv6, where that is wanted.
    pub link_local: Traffic,
    /// To one host that exists: discovery datagrams, and connections if it is not settled by then. By an address of
    /// IPv6 it is fewer.
    pub to_live: Traffic,
    /// To one address beyond a router that stays silent, of IPv4 and of IPv6; the connections only with
    /// `--probe-silent`.
    pub to_silent: [Traffic; 2],
    /// To an address of IPv4 and of IPv6 on a segment that the kernel is made to look for.
    pub nudge: [Traffic; 2],
    /// TCP connections more, to one unit that there is a login for.
    pub connections_with_login: u64,
}

impl Budget {
    /// The most that these limits allow.
    pub fn of(limits: &Limits) -> Self {
        let questions = probe::datagram_questions(uuid::Uuid::new_v4);
        let times = limits.sends.len() as u64;
        let frame = Packet::EthernetInquiry {
            interface: String::new(),
        };
        let live = ORDER_FOR_LIVE.iter().chain(scan::ASKED_AGAIN);
        Budget {
            arp_rounds: (scan::ARP.rounds as u64, scan::ARP.most as u64),
            rechecks: repeated(scan::RECHECKS_IN_ALL as u64, arp_request()),
            multicast: repeated(times, questions.iter().flat_map(to_everybody).sum()),
            frames: repeated(times, datagram(frame.length())),
            link_local: repeated(times, link_local()),
            to_live: Traffic {
                connections: probe::tcp::most_connections(limits.pages),
                ..asks(&questions, live, Family::V4)
            },
            to_silent: Family::ALL.map(|family| Traffic {
                connections: probe::tcp::MOST_CONNECTIONS_TO_SILENT,
                ..asks(&questions, ORDER_FOR_SILENT, family)
            }),
            nudge: Family::ALL.map(|family| datagram(length_of_datagram(family, 1) as u64)),
            connections_with_login: probe::tcp::most_connections_with_login(),
        }
    }

    /// The most that the plan can send if so many hosts exist.
    pub fn bound(&self, plan: &Plan, hosts: u64) -> Traffic {
        if plan.hosts_only {
            return [self.arp(plan), self.nudges(plan)].into_iter().sum();
        }
        let segments = plan.segments_of(Family::V4).count() as u64;
        let frames = if plan.ethernet { self.frames } else { Traffic::default() };
        let link_local = if plan.ipv6 { self.link_local } else { Traffic::default() };
        let beyond = self
            .beyond(plan)
            .into_iter()
            .map(|(routed, each)| repeated(routed, each));
        let bound = [
            self.arp(plan),
            repeated(segments, self.multicast),
            repeated(segments, frames),
            repeated(plan.segments.len() as u64, link_local),
            beyond.sum(),
            self.nudges(plan),
            repeated(hosts, self.to_live),
            repeated(hosts.min(plan.on_link()), self.rechecks),
            Traffic {
                connections: if plan.logins.is_empty() {
                    0
                } else {
                    hosts * self.connections_with_login
                },
                ..Traffic::default()
            },
        ];
        let bound: Traffic = bound.into_iter().sum();
        Traffic {
            connections: if plan.no_tcp { 0 } else { bound.connections },
            ..bound
        }
    }

    /// How many addresses beyond a router there are of each family, and what each of them gets while it is silent.
    fn beyond(&self, plan: &Plan) -> [(u64, Traffic); 2] {
        let (v4, v6) = plan.routed.by_family();
        let each = self.to_silent.map(|each| Traffic {
            connections: if plan.probe_silent { each.connections } else { 0 },
            ..each
        });
        [(v4.len(), each[0]), (v6.len(), each[1])]
    }

    fn nudges(&self, plan: &Plan) -> Traffic {
        let all = Family::ALL.into_iter().zip(self.nudge);
        all.map(|(family, nudge)| repeated(nudged(plan, family), nudge)).sum()
    }

    /// The requests to silent addresses, and those that steer the rate of a large segment.
    fn arp(&self, plan: &Plan) -> Traffic {
        if plan.without_arp {
            return Traffic::default();
        }
        let (_, rounds) = self.arp_rounds;
        let requests = |segment: scan::Segment| {
            let requests = segment.targets.len() * rounds;
            let looks = if segment.targets.len() > scan::MANY {
                requests / scan::LEG + 1
            } else {
                0
            };
            requests + looks * scan::SAMPLE as u64
        };
        repeated(plan.segments_of(Family::V4).map(requests).sum(), arp_request())
    }
}

/// How many addresses on segments the kernel is made to look for: in the profile `clinical` none, and of IPv4 only where
/// there is no ARP of our own.
fn nudged(plan: &Plan, family: Family) -> u64 {
    match plan.limits.gentle || family == Family::V4 && !plan.without_arp {
        true => 0,
        false => plan.segments_of(family).map(|segment| segment.targets.len()).sum(),
    }
}

fn arp_request() -> Traffic {
    let request = Packet::Arp {
        interface: String::new(),
        target: std::net::Ipv4Addr::UNSPECIFIED,
    };
    datagram(request.length())
}

fn datagram(bytes: u64) -> Traffic {
    Traffic {
        packets: 1,
        bytes,
        connections: 0,
    }
}

fn repeated(times: u64, traffic: Traffic) -> Traffic {
    Traffic {
        packets: times * traffic.packets,
        bytes: times * traffic.bytes,
        connections: times * traffic.connections,
    }
}

/// What one question sends once to everybody on an interface.
fn to_everybody(question: &DatagramQuestion) -> impl Iterator<Item = Traffic> + '_ {
    let places = u64::from(question.group.is_some()) + u64::from(question.broadcast);
    let sent = |ask: &probe::Ask| datagram(length_of_datagram(Family::V4, ask.payload.len()) as u64);
    question.multicast.iter().map(move |ask| repeated(places, sent(ask)))
}

/// The same over IPv6, all questions.
fn link_local() -> Traffic {
    let questions = probe::link_local_questions(uuid::Uuid::new_v4);
    let asks = questions.iter().flat_map(|question| &question.asks);
    asks.map(|ask| datagram(length_of_datagram(Family::V6, ask.payload.len()) as u64))
        .sum()
}

fn asks<'a>(
    questions: &[DatagramQuestion],
    places: impl IntoIterator<Item = &'a (usize, usize)>,
    family: Family,
) -> Traffic {
    let ask = |&(question, ask): &(usize, usize)| questions[question].asks_over(family).get(ask);
    let asks = places.into_iter().filter_map(ask);
    asks.map(|ask| datagram(length_of_datagram(family, ask.payload.len()) as u64))
        .sum()
}
