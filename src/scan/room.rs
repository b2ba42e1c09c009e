//! How much is kept of what comes: of one host, of who is no target, and once too much has come in all. Nobody takes the
//! place of another by it, and nobody that of a host's own answers in its name.

use crate::fact::{Protocol, Reply};
use crate::wire::arp;

/// The most replies that are kept of one host by one protocol on one interface; as many again that answer what it alone was
/// asked, which nobody else can fill. A device has no honest reason for more.
pub(super) const MAX_PER_HOST: usize = 24;
/// The most bytes of datagrams that are kept of one host; as much again of its answers to what it alone was asked. What it
/// says in a conversation is bounded by the door.
pub(super) const MAX_BYTES_OF_A_HOST: usize = 256 << 10;
/// From so many bytes of datagrams on, each host has no more than [`IN_A_CRUSH`]: whoever floods us in the name of many
/// hosts takes no place from those that are there, and what is told by discovery is 2 KiB each.
pub(super) const CRUSH: usize = 32 << 20;
/// The most bytes of datagrams that are kept of one host in a crush, and of one outside the targets ever; and its share of
/// pages in a crush of pages.
pub(super) const IN_A_CRUSH: usize = 32 << 10;
/// From so many bytes of conversations on, a page is shortened: one machine may answer for a whole network, 320 KiB to each
/// question.
pub(super) const CRUSH_OF_PAGES: usize = 16 << 20;
/// What is kept of a page then: its head, and of its body what facts are read from (16 KiB).
pub(super) const OF_A_PAGE: usize = 20 << 10;
/// The same of a host that has had its share.
pub(super) const AT_LEAST: usize = 4 << 10;

/// What is kept of a host so far, and a reply of its that is to be kept, too.
pub(super) struct Known<'a, I>(I, &'a Reply);

impl<'a, I: Iterator<Item = &'a Reply> + Clone> Known<'a, I> {
    /// The replies of the host that this one is from.
    pub(super) fn new(known: I, reply: &'a Reply) -> Self {
        Known(known, reply)
    }

    /// Whether it says nothing new.
    pub(super) fn has_it(&self) -> bool {
        self.0.clone().any(|old| is_same(old, self.1))
    }

    /// Whether there is a place for one more. A machine that is new for the address finds one until there are so many that
    /// the address is in dispute for certain, and is sent no login (`signs::is_disputed`).
    pub(super) fn has_place(&self, in_a_crush: bool) -> bool {
        let reply = self.1;
        let is_own = reply.answers_unicast();
        let of_its_kind = self.0.clone().filter(|old| old.answers_unicast() == is_own);
        let alike = |old: &&Reply| old.protocol == reply.protocol && old.interface == reply.interface;
        if of_its_kind.clone().filter(alike).count() >= MAX_PER_HOST {
            return machine(reply).is_some() && self.has_it();
        }
        let most = match in_a_crush || reply.off_target {
            true => IN_A_CRUSH,
            false => MAX_BYTES_OF_A_HOST,
        };
        let bytes: usize = of_its_kind.map(datagram_bytes).sum();
        !reply.protocol.is_datagram() || bytes + reply.bytes.len() <= most
    }

    /// How far it is kept in a crush of pages.
    pub(super) fn room_in_a_crush(&self) -> usize {
        let bytes: usize = self.0.clone().map(conversation_bytes).sum();
        IN_A_CRUSH.saturating_sub(bytes).clamp(AT_LEAST, OF_A_PAGE)
    }
}

/// The same machine at the same address says nothing new by ARP, whomever it looks for: a gateway asks for all its
/// neighbours. A certificate is shown at every connection, whatever is asked.
fn is_same(old: &Reply, reply: &Reply) -> bool {
    if old.protocol != reply.protocol {
        return false;
    }
    if let (Some(one), Some(other)) = (machine(old), machine(reply)) {
        return one == other && old.interface == reply.interface;
    }
    old.bytes == reply.bytes && (old.asked == reply.asked || reply.protocol == Protocol::Certificate)
}

/// Whose ARP packet it is.
fn machine(reply: &Reply) -> Option<[u8; 6]> {
    let packet = (reply.protocol == Protocol::Arp).then(|| arp::Packet::decode(&reply.bytes));
    packet.flatten().map(|packet| packet.sender_mac.bytes())
}

pub(super) fn datagram_bytes(reply: &Reply) -> usize {
    match reply.protocol.is_datagram() {
        true => reply.bytes.len(),
        false => 0,
    }
}

pub(super) fn conversation_bytes(reply: &Reply) -> usize {
    reply.bytes.len() - datagram_bytes(reply)
}
