//! The most that a plan can send, in words.

use crate::net::Limits;
use crate::probe;
use crate::scan::{self, Plan};

/// How often each question is asked at most, counted from the questions themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// ARP requests to an address on a segment that stays silent.
    pub arp_rounds: u64,
    /// ARP requests to a host each time that it stops answering.
    pub arp_rechecks: u64,
    /// Discovery datagrams that leave by multicast or broadcast on an interface, repetitions counted.
    pub multicast_datagrams: u64,
    /// SADP inquiries in frames of Ethernet on an interface, where they are wanted.
    pub ethernet_frames: u64,
    /// Unicast discovery datagrams to one host that exists.
    pub datagrams_to_live: u64,
    /// Unicast discovery datagrams to one address beyond a router that stays silent.
    pub datagrams_to_silent: u64,
    /// TCP connections to one host that is not settled by then.
    pub connections: u64,
    /// TCP connections more, to one unit that there is a login for.
    pub connections_with_login: u64,
}

impl Budget {
    /// The most that these limits allow.
    pub fn of(limits: &Limits) -> Self {
        let questions = probe::datagram_questions(uuid::Uuid::new_v4);
        let places = |question: &probe::DatagramQuestion| {
            usize::from(question.group.is_some()) + usize::from(question.broadcast)
        };
        let multicast: usize = questions
            .iter()
            .map(|question| question.multicast.len() * places(question))
            .sum();
        Budget {
            arp_rounds: scan::ARP.rounds as u64,
            arp_rechecks: scan::RECHECKS as u64,
            multicast_datagrams: (multicast * limits.sends.len()) as u64,
            ethernet_frames: limits.sends.len() as u64,
            datagrams_to_live: (probe::ORDER_FOR_LIVE.len() + scan::ASKED_AGAIN.len()) as u64,
            datagrams_to_silent: probe::ORDER_FOR_SILENT.len() as u64,
            connections: probe::tcp::most_connections(limits.pages),
            connections_with_login: probe::tcp::most_connections_with_login(),
        }
    }

    /// One line for each kind of packet that the plan calls for.
    pub fn words(&self, plan: &Plan) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(time) = plan.passive {
            let seconds = time.as_secs();
            return vec![format!(
                "nothing is sent (--passive): {seconds} s of listening, and no group is joined"
            )];
        }
        let (neighbours, segments, routed) = (plan.on_link(), plan.segments.len() as u64, plan.routed.len());
        if neighbours > 0 {
            let requests = neighbours * self.arp_rounds;
            let rounds = self.arp_rounds;
            lines.push(format!(
                "ARP: at most {requests} requests, {rounds} to each of {neighbours} addresses while it is silent"
            ));
            let each = self.arp_rechecks;
            lines.push(format!(
                "ARP: at most {each} requests more to a host that exists, each time that it stops answering"
            ));
            let each = self.multicast_datagrams;
            lines.push(format!(
                "multicast: at most {each} datagrams on each of {segments} interface(s)"
            ));
            if plan.ethernet {
                let each = self.ethernet_frames;
                lines.push(format!(
                    "raw Ethernet: at most {each} SADP inquiries on each of {segments} interface(s)"
                ));
            }
        }
        let each = self.datagrams_to_live;
        lines.push(format!("unicast: at most {each} datagrams to each host that exists"));
        if routed > 0 {
            let (each, most) = (self.datagrams_to_silent, self.datagrams_to_silent * routed);
            lines.push(format!(
                "unicast: at most {each} datagrams to each of {routed} addresses not on a segment of this machine, \
                 {most} in all"
            ));
        }
        if plan.no_tcp {
            lines.push("TCP: no connection (--no-tcp)".into());
            return lines;
        }
        let silent = if plan.probe_silent {
            " and each silent address beyond a router"
        } else {
            ""
        };
        let connections = self.connections;
        lines.push(format!(
            "TCP: at most {connections} connections, one at a time, to each host that is not settled by then{silent}"
        ));
        lines.extend(plan.limits.allowed_ports.iter().map(|port| {
            format!("TCP: port {port} too, which is otherwise never touched, because you allowed it (--allow-port)")
        }));
        let more = self.connections_with_login;
        lines.extend(plan.logins.iter().map(|login| {
            format!("login: {login}; one attempt each, and at most {more} connections more while one is accepted")
        }));
        lines
    }
}
