//! What may have been said in a host's name. Anybody on the segment can send a datagram that claims to come from it; that
//! an answer came to a question which only the host was asked, nobody else can bring about.

use std::collections::BTreeSet;

use super::merge::Host;
use super::verdict::View;
use crate::fact::{Name, Protocol, Reply};

/// What says who a device is: a reply that has one of these is one that others are held against.
const WHO: [Name; 4] = [Name::Model, Name::Serial, Name::Firmware, Name::WsdHardware];

/// The replies that are outdone: they answer nothing that the host alone was asked, and it has said itself who it is, by
/// the same protocol, when it was. What they say else is printed as a conflict, and is no value of the device.
pub fn outdone<'a>(host: &Host<'a>, view: &View<'a>) -> BTreeSet<usize> {
    let own = vouched(host, view);
    let is_outdone = |&reply: &usize| {
        let reply = &view.replies[reply];
        own.contains(&reply.protocol) && !reply.answers_unicast()
    };
    match own.is_empty() {
        true => BTreeSet::new(),
        false => host.replies.iter().copied().filter(is_outdone).collect(),
    }
}

/// The protocols of datagrams by which the host has said who it is when it was asked itself.
fn vouched<'a>(host: &Host<'a>, view: &View<'a>) -> BTreeSet<&'a Protocol> {
    let said = WHO.into_iter().flat_map(|name| host.all(name));
    let replies = said.map(|fact| &view.replies[fact.reply]);
    let own = |reply: &&Reply| reply.protocol.is_datagram() && reply.answers_unicast();
    replies.filter(own).map(|reply| &reply.protocol).collect()
}
