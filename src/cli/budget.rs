//! The most that a plan can send, by phases, counted from the questions themselves.

use std::time::Duration;

use jiff::Timestamp;

use super::Failure;
use crate::coverage::{Traffic, addresses};
use crate::net::{Family, Limits, Packet, length_of_datagram};
use crate::probe::{self, DatagramQuestion, ORDER_FOR_LIVE, ORDER_FOR_SILENT};
use crate::report::model::Report;
use crate::scan::{self, Plan};

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
    /// To an address of IPv6 on a segment, to see whether it exists.
    pub nudge: Traffic,
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
            nudge: datagram(length_of_datagram(Family::V6, 1) as u64),
            connections_with_login: probe::tcp::most_connections_with_login(),
        }
    }

    /// The most that the plan can send if so many hosts exist.
    pub fn bound(&self, plan: &Plan, hosts: u64) -> Traffic {
        if plan.hosts_only {
            return [self.arp(plan), repeated(nudged(plan), self.nudge)].into_iter().sum();
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
            repeated(nudged(plan), self.nudge),
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

    /// The requests to silent addresses, and those that steer the rate of a large segment.
    fn arp(&self, plan: &Plan) -> Traffic {
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

    /// One line for each phase that the plan calls for: how much, and how long it takes.
    pub fn words(&self, plan: &Plan) -> Vec<String> {
        if let Some(time) = plan.passive {
            let time = seconds(time);
            return vec![format!(
                "nothing is sent (--passive), and no group is joined; {time} of listening"
            )];
        }
        let mut lines = Vec::new();
        if plan.segments_of(Family::V4).next().is_some() {
            lines.extend(self.on_segments(plan));
        }
        lines.extend(self.over_ipv6(plan));
        if plan.hosts_only {
            return lines;
        }
        lines.push(self.unicast(plan));
        let beyond = self.beyond(plan).into_iter().filter(|(routed, _)| *routed > 0);
        lines.extend(beyond.map(|(routed, each)| beyond_a_router(plan, routed, each)));
        lines.extend(self.by_tcp(plan));
        let most = self.bound(plan, plan.addresses());
        lines.push(format!("in all, were every address a host: at most {}", words(most)));
        lines
    }

    fn on_segments(&self, plan: &Plan) -> Vec<String> {
        let (segments, limits) = (plan.segments_of(Family::V4).count(), &plan.limits);
        let neighbours: u64 = plan.segments_of(Family::V4).map(|segment| segment.targets.len()).sum();
        let Traffic { packets, bytes, .. } = self.arp(plan);
        let ((rounds, most), tempo) = (self.arp_rounds, scan::ARP.at(limits.arp_rate, neighbours));
        let pauses = tempo.pause * (tempo.rounds as u32 - 1) + tempo.rest;
        let mut lines = vec![format!(
            "ARP: at most {packets} requests ({bytes} bytes), {rounds} to each of {} while it is silent, \
             {most} where packets get lost; {}",
            addresses(neighbours),
            seconds(at_rate(neighbours * rounds, limits.arp_rate) + pauses)
        )];
        if plan.hosts_only {
            return lines;
        }
        lines.push(format!(
            "ARP: at most {} requests more to a host that exists, where it stops answering",
            self.rechecks.packets
        ));
        let Traffic { packets, bytes, .. } = self.multicast;
        let last = limits.sends.last().copied().unwrap_or_default();
        let listening = if limits.hasty { Duration::ZERO } else { scan::LISTEN };
        lines.push(format!(
            "multicast: at most {packets} datagrams ({bytes} bytes) on each of {segments} interface(s); at the same time, {}",
            seconds(last + listening)
        ));
        if plan.ethernet {
            let Traffic { packets, bytes, .. } = self.frames;
            lines.push(format!(
                "raw Ethernet: at most {packets} SADP inquiries ({bytes} bytes) on each of {segments} interface(s)"
            ));
        }
        lines
    }

    fn over_ipv6(&self, plan: &Plan) -> Vec<String> {
        let mut lines = Vec::new();
        if plan.ipv6 && !plan.segments.is_empty() {
            let (Traffic { packets, bytes, .. }, segments) = (self.link_local, plan.segments.len());
            lines.push(format!(
                "multicast over IPv6: at most {packets} datagrams ({bytes} bytes) on each of {segments} interface(s)"
            ));
        }
        let neighbours = nudged(plan);
        if neighbours > 0 {
            let Traffic { bytes, .. } = repeated(neighbours, self.nudge);
            lines.push(format!(
                "neighbour discovery: at most {neighbours} datagrams ({bytes} bytes), one to each address of IPv6 on a \
                 segment, so that this machine's kernel looks for it; {}",
                seconds(at_rate(neighbours, plan.limits.rate))
            ));
        }
        lines
    }

    fn unicast(&self, plan: &Plan) -> String {
        let Traffic { packets, bytes, .. } = self.to_live;
        let alone = at_rate(packets, plan.limits.host_rate);
        let hundred = at_rate(100 * packets, plan.limits.rate).max(alone);
        format!(
            "unicast: at most {packets} datagrams ({bytes} bytes) to each host that exists; {}, for a hundred of them {}",
            seconds(alone),
            seconds(hundred)
        )
    }

    fn by_tcp(&self, plan: &Plan) -> Vec<String> {
        if plan.no_tcp {
            return vec!["TCP: no connection (--no-tcp)".into()];
        }
        let silent = match plan.probe_silent {
            true => format!(
                ", {} to each silent address beyond a router",
                probe::tcp::MOST_CONNECTIONS_TO_SILENT
            ),
            false => String::new(),
        };
        let (connections, limits) = (self.to_live.connections, &plan.limits);
        let mut lines = vec![format!(
            "TCP: at most {connections} connections, one at a time, to each host that is not settled by then{silent}; {} \
             to a host that lets none in, {} where all are wanted and answered at once",
            seconds(2 * limits.connect),
            seconds(at_rate(connections, limits.host_rate))
        )];
        lines.extend(limits.allowed_ports.iter().map(|port| {
            format!("TCP: port {port} too, which is otherwise never touched, because you allowed it (--allow-port)")
        }));
        let more = self.connections_with_login;
        lines.extend(plan.logins.iter().map(|login| {
            format!("login: {login}; one attempt each, and at most {more} connections more while one is accepted")
        }));
        lines
    }
}

/// The addresses of IPv6 on segments that the kernel is made to look for: in the profile `clinical` none.
fn nudged(plan: &Plan) -> u64 {
    let nudged = |segment: scan::Segment| segment.targets.len();
    match plan.limits.gentle {
        true => 0,
        false => plan.segments_of(Family::V6).map(nudged).sum(),
    }
}

fn beyond_a_router(plan: &Plan, routed: u64, each: Traffic) -> String {
    let Traffic { packets, bytes, .. } = repeated(routed, each);
    format!(
        "unicast: at most {} datagrams to each of {} not on a segment of this machine, {packets} in all \
         ({bytes} bytes); {}",
        each.packets,
        addresses(routed),
        seconds(at_rate(packets, plan.limits.rate))
    )
}

fn arp_request() -> Traffic {
    let request = Packet::Arp {
        interface: String::new(),
        target: std::net::Ipv4Addr::UNSPECIFIED,
    };
    datagram(request.length())
}

/// What to expect of a run over hosts that are known: what the run before sent, and how long it took.
///
/// # Errors
/// Where the report is of no run that sent anything.
pub fn expected(before: &Report) -> Result<String, Failure> {
    let sent: Traffic = before.coverage.account().into_values().sum();
    if before.plan.command != "scan" || sent.packets == 0 {
        return Err(Failure::usage(
            "the report that --known names is of no run that sent anything",
            "name the report of a scan of the same targets: camsweep scan --report json=FILE",
        ));
    }
    let moments = (
        before.started.parse::<Timestamp>(),
        before.finished.parse::<Timestamp>(),
    );
    let took = match moments {
        (Ok(started), Ok(finished)) => format!("; {}", seconds(finished.duration_since(started).unsigned_abs())),
        _ => String::new(),
    };
    Ok(format!(
        "expected, if nothing has changed since {} ({}): {} hosts, {}{took}",
        before.started,
        before.plan.scope.join("; "),
        before.coverage.live,
        words(sent)
    ))
}

fn words(traffic: Traffic) -> String {
    let Traffic {
        packets,
        bytes,
        connections,
    } = traffic;
    format!("{packets} packets ({bytes} bytes) and {connections} connections")
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

fn at_rate(packets: u64, rate: u32) -> Duration {
    Duration::from_secs_f64(packets as f64 / f64::from(rate.max(1)))
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
