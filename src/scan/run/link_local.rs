//! Discovery over IPv6, where the user wants it: link-local multicast on each segment. Who answers is evidence, and is
//! asked no more.

use super::*;
use crate::net::Interface;
use crate::probe::link_local_questions;

/// What a question over IPv6 is called after its protocol.
const OVER: &str = "over IPv6";

impl<D: Door> Run<'_, D> {
    /// Opens what a segment is asked by over IPv6.
    pub(super) async fn open_link_local(&mut self, interface: &Interface) -> Vec<Packet> {
        if !self.plan.ipv6 {
            return Vec::new();
        }
        if !interface
            .ipv6
            .iter()
            .any(|network| network.ip().is_unicast_link_local())
        {
            self.blind_spots.push(no_link_local(&interface.name));
            return Vec::new();
        }
        let mut packets = Vec::new();
        for question in link_local_questions(uuid::Uuid::new_v4) {
            let channel = Channel::LinkLocal {
                protocol: question.protocol.clone(),
                interface: interface.name.clone(),
            };
            if let Err(why) = self.door.open(&channel).await {
                let what = name_of(&question.protocol);
                self.blind_spots.push(open::no_channel(&what, &interface.name, &why));
                continue;
            }
            packets.extend(question.asks.iter().map(|ask| Packet::LinkLocal {
                channel: channel.clone(),
                group: question.group,
                port: question.port,
                payload: ask.payload.clone(),
            }));
        }
        packets
    }

    /// An answer to a question to everybody over IPv6. A sender that is no target is heard, and never contacted.
    pub(super) fn hear_link_local(&mut self, heard: &Heard, sender: IpAddr, port: u16, bytes: Vec<u8>) {
        let Channel::LinkLocal { protocol, .. } = &heard.channel else {
            return;
        };
        let asked = format!("multicast {} {OVER}", self.word_of(protocol));
        let reply = self.reply_from(heard, sender, Some(port), protocol.clone(), Some(asked), bytes);
        let (question, outcome) = (name_of(protocol), outcome_of(&reply));
        if self.scope.contains(sender) {
            self.take_answer(&question, sender, reply);
        } else if self.keep(reply) == Kept::Yes {
            self.ledger.ended(&question, sender, outcome);
            self.families.heard.insert(sender);
        }
    }

    /// The MACs of those who have answered over IPv6: to answer us they had to look for us, by which the kernel has
    /// learnt who they are (RFC 4861 §7.2.3). Of a target on a link of ours whose prefix is none of ours, too.
    pub(super) async fn read_macs_over_ipv6(&mut self) {
        let mut wanted = self.families.heard.clone();
        let targets = self.hosts.live.iter().filter(|host| host.is_ipv6());
        wanted.extend(targets.filter(|host| self.segment_of(**host).is_none()));
        if wanted.is_empty() {
            return;
        }
        let mut rows = self.door.neighbours().await.unwrap_or_default();
        rows.retain(|row| wanted.contains(&row.address));
        for row in rows {
            if let NeighbourState::Reachable(mac) | NeighbourState::Stale(mac) = row.state {
                self.keep(Reply {
                    interface: Some(row.interface),
                    at: Some(self.door.now()),
                    asked: Some("table".into()),
                    off_target: !self.scope.contains(row.address),
                    ..Reply::new(row.address.to_string(), Protocol::Neighbour, mac.to_string())
                });
            }
        }
    }
}

/// The question as the coverage names it.
pub(super) fn name_of(protocol: &Protocol) -> String {
    format!("multicast {protocol} {OVER}")
}

fn no_link_local(interface: &str) -> BlindSpot {
    BlindSpot {
        what: format!("discovery over IPv6 on {interface}"),
        why: "this machine has no link-local address there".into(),
        remedy: "turn IPv6 on for the interface".into(),
    }
}
