//! The budget in words: one line for each phase, how much it sends and how long it takes.

use std::time::Duration;

use jiff::Timestamp;

use super::{Budget, nudged, repeated};
use crate::cli::Failure;
use crate::coverage::{Traffic, addresses};
use crate::net::{Family, Limits};
use crate::probe;
use crate::report::model::Report;
use crate::scan::{self, Plan};

impl Budget {
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
        let mut lines = vec![match plan.without_arp {
            false => self.by_arp(plan, neighbours),
            true if limits.gentle => format!(
                "ARP: none (no raw socket); of {} those are seen that the neighbour table knows or multicast brings",
                addresses(neighbours)
            ),
            true => self.by_kernel(plan, Family::V4),
        }];
        if plan.hosts_only {
            return lines;
        }
        if !plan.without_arp {
            lines.push(format!(
                "ARP: at most {} requests more to a host that exists, where it stops answering",
                self.rechecks.packets
            ));
        }
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

    fn by_arp(&self, plan: &Plan, neighbours: u64) -> String {
        let limits = &plan.limits;
        let Traffic { packets, bytes, .. } = self.arp(plan);
        let ((rounds, most), tempo) = (self.arp_rounds, scan::ARP.at(limits.arp_rate, neighbours));
        let pauses = tempo.pause * (tempo.rounds as u32 - 1) + tempo.rest;
        let at = |rate| seconds(at_rate(neighbours * rounds, rate) + pauses);
        let is_steered = plan
            .segments_of(Family::V4)
            .any(|segment| segment.targets.len() > scan::MANY);
        let faster = match is_steered && limits.arp_most > limits.arp_rate {
            true => format!(", down to {} while its hosts keep up", at(limits.arp_most)),
            false => String::new(),
        };
        let fewer = match is_steered {
            true => format!(", {} where many hosts show that hardly any does", tempo.enough),
            false => String::new(),
        };
        format!(
            "ARP: at most {packets} requests ({bytes} bytes), {rounds} to each of {} while it is silent, \
             {most} where packets get lost{fewer}; {}{faster}",
            addresses(neighbours),
            at(limits.arp_rate)
        )
    }

    /// A nudge to each address, so that the kernel looks for it.
    fn by_kernel(&self, plan: &Plan, family: Family) -> String {
        let neighbours = nudged(plan, family);
        let (how, of, nudge) = match family {
            Family::V4 => ("ARP by the kernel (no raw socket)", "", self.nudge[0]),
            Family::V6 => ("neighbour discovery", " of IPv6", self.nudge[1]),
        };
        let Traffic { bytes, .. } = repeated(neighbours, nudge);
        format!(
            "{how}: at most {neighbours} datagrams ({bytes} bytes), one to each address{of} on a segment, so that this \
             machine's kernel looks for it; up to {}",
            seconds(longest_by_kernel(plan, family))
        )
    }

    fn over_ipv6(&self, plan: &Plan) -> Vec<String> {
        let mut lines = Vec::new();
        if plan.ipv6 && !plan.segments.is_empty() {
            let (Traffic { packets, bytes, .. }, segments) = (self.link_local, plan.segments.len());
            lines.push(format!(
                "multicast over IPv6: at most {packets} datagrams ({bytes} bytes) on each of {segments} interface(s)"
            ));
        }
        lines.extend((nudged(plan, Family::V6) > 0).then(|| self.by_kernel(plan, Family::V6)));
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
        let (connections, limits) = (self.to_live.connections, &plan.limits);
        let mut lines = vec![format!(
            "TCP: at most {connections} connections, one at a time, to each host that is not settled by then; up to {} \
             to a host that lets none in, {} where all are wanted and answered at once",
            seconds(2 * limits.connect),
            seconds(at_rate(connections, limits.host_rate))
        )];
        let silent: u64 = self
            .beyond(plan)
            .iter()
            .map(|(routed, each)| routed * each.connections)
            .sum();
        lines.extend((silent > 0).then(|| to_silent(silent, limits)));
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

/// No address is known, and each holds its place in the kernel's table as long as one may.
fn longest_by_kernel(plan: &Plan, family: Family) -> Duration {
    let largest = plan.segments_of(family).map(|segment| segment.targets.len()).max();
    let room = (scan::room(None) / plan.segments.len().max(1)).max(1);
    let held = scan::HELD.mul_f64(largest.unwrap_or_default() as f64 / room as f64);
    at_rate(nudged(plan, family), plan.limits.rate).max(held) + scan::HELD
}

fn to_silent(connections: u64, limits: &Limits) -> String {
    let waiting = limits
        .connect
        .mul_f64(connections as f64 / f64::from(limits.connections.max(1)));
    format!(
        "TCP: at most {} connections to each silent address beyond a router (--probe-silent), {connections} in all; up to {}",
        probe::tcp::MOST_CONNECTIONS_TO_SILENT,
        seconds(at_rate(connections, limits.connection_rate).max(waiting) + limits.connect)
    )
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
