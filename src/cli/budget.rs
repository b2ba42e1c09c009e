//! The most that a plan can send, in words.

use crate::scan::Plan;

/// How often each question is asked at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// ARP requests to an address on a segment that stays silent.
    pub arp_rounds: u64,
    /// Discovery questions (WS-Discovery's three forms, SADP's two, DHIP, DVRIP …) that leave by multicast or broadcast.
    pub multicast_questions: u64,
    /// How often each of them is sent on an interface.
    pub multicast_sends: u64,
    /// Unicast discovery datagrams to one host, or to one address beyond a router.
    pub unicast_datagrams: u64,
    /// TCP connections to one host that is not settled by then.
    pub connections: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Budget {
            arp_rounds: 3,
            multicast_questions: 8,
            multicast_sends: 3,
            unicast_datagrams: 8,
            connections: 5,
        }
    }
}

impl Budget {
    /// One line for each kind of packet that the plan calls for.
    pub fn words(&self, plan: &Plan) -> Vec<String> {
        let mut lines = Vec::new();
        let (neighbours, segments, routed) = (plan.on_link(), plan.segments.len() as u64, plan.routed.len());
        if neighbours > 0 {
            let requests = neighbours * self.arp_rounds;
            let rounds = self.arp_rounds;
            lines.push(format!(
                "ARP: at most {requests} requests, {rounds} to each of {neighbours} addresses while it is silent"
            ));
            let each = self.multicast_questions * self.multicast_sends;
            lines.push(format!(
                "multicast: at most {each} datagrams on each of {segments} interface(s)"
            ));
        }
        let each = self.unicast_datagrams;
        let most = each * plan.addresses();
        lines.push(match routed {
            0 => format!("unicast: at most {each} datagrams to each host that exists"),
            _ => format!("unicast: at most {each} datagrams to each host that exists and each of {routed} addresses not on a segment of this machine; {most} in all"),
        });
        let silent = if plan.probe_silent {
            " and each silent address beyond a router"
        } else {
            ""
        };
        let connections = self.connections;
        lines.push(format!(
            "TCP: at most {connections} connections, one at a time, to each host that is not settled by then{silent}"
        ));
        lines
    }
}
