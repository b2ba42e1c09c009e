//! Which replies belong to one device.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::verdict::{View, weigh};
use super::{Behind, Conflict, Device};
use crate::fact::{Fact, Name, Protocol, Reply};

/// More addresses than this behind one MAC is a router that answers for others, and no device.
const PROXY_ABOVE: usize = 8;

/// Shorter than this no serial number is told from another.
const SERIAL: usize = 6;

/// One host: its addresses, replies and facts.
#[derive(Debug, Clone, Default)]
pub struct Host<'a> {
    pub addresses: Vec<String>,
    pub replies: Vec<usize>,
    pub facts: Vec<&'a Fact>,
    pub notes: Vec<String>,
    pub conflicts: Vec<Conflict>,
    /// Where nothing but a recorder speaks of it.
    pub behind: Option<Behind>,
}

impl<'a> Host<'a> {
    /// The values of a fact, in the order they came.
    pub fn all(&self, name: Name) -> impl Iterator<Item = &'a Fact> {
        self.facts.iter().copied().filter(move |fact| fact.name == name)
    }

    fn absorb(&mut self, other: Host<'a>) {
        let news = other
            .addresses
            .into_iter()
            .filter(|address| !self.addresses.contains(address));
        self.addresses.extend(news.collect::<Vec<_>>());
        self.replies.extend(other.replies);
        self.facts.extend(other.facts);
        self.notes.extend(other.notes);
        self.conflicts.extend(other.conflicts);
        // Who has spoken for itself is not behind the recorder, though recorded by it.
        let (kept, recorded) = match (self.behind.take(), other.behind) {
            (Some(first), second @ Some(_)) => (Some(first), second),
            (first, second) => (None, first.or(second)),
        };
        self.behind = kept;
        self.notes
            .extend(recorded.map(|behind| format!("recorded by {} (channel {})", behind.recorder, behind.channel)));
    }
}

/// Addresses by number, IPv4 before IPv6, labels last.
pub fn order(label: &str) -> (u8, u128, String) {
    match label.split('%').next().unwrap_or("").parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => (0, u128::from(u32::from(address)), String::new()),
        Ok(IpAddr::V6(address)) => (1, u128::from(address), label.to_string()),
        Err(_) => (2, 0, label.to_string()),
    }
}

/// Groups replies and facts by their sender, the earliest first, so that the order in which they are given does not
/// count. A fact that points at no reply is dropped: it has no evidence.
pub fn hosts<'a>(replies: &[Reply], facts: &'a [Fact]) -> Vec<Host<'a>> {
    let mut said: BTreeMap<usize, Vec<&'a Fact>> = BTreeMap::new();
    facts
        .iter()
        .for_each(|fact| said.entry(fact.reply).or_default().push(fact));
    let mut places: Vec<usize> = (0..replies.len()).collect();
    places.sort_by(|a, b| precedence(&replies[*a]).cmp(&precedence(&replies[*b])));
    let mut hosts: BTreeMap<_, Host<'a>> = BTreeMap::new();
    for place in places {
        let label = &replies[place].host;
        let (about_others, about_itself): (Vec<_>, Vec<_>) = said
            .remove(&place)
            .unwrap_or_default()
            .into_iter()
            .partition(|fact| fact.channel.is_some());
        let host = hosts.entry((order(label), None)).or_default();
        if host.addresses.is_empty() {
            host.addresses.push(label.clone());
        }
        host.replies.push(place);
        host.facts.extend(about_itself);
        for fact in about_others {
            let host = hosts.entry((order(label), fact.channel.clone())).or_default();
            host.behind = fact.channel.clone().map(|channel| Behind {
                recorder: label.clone(),
                channel,
            });
            if host.replies.last() != Some(&place) {
                host.replies.push(place);
            }
            host.facts.push(fact);
        }
    }
    hosts.into_values().map(with_address).collect()
}

/// A camera behind a recorder goes by the address that the recorder gives it, or by its channel.
fn with_address(mut host: Host<'_>) -> Host<'_> {
    if let (Some(behind), true) = (&host.behind, host.addresses.is_empty()) {
        let given = host.all(Name::ClaimedAddress).next().map(|fact| fact.value.clone());
        let address = given.unwrap_or_else(|| format!("{} channel {}", behind.recorder, behind.channel));
        host.addresses.push(address);
    }
    host
}

/// By time, then by all else that a reply has, so that only equal replies are interchangeable.
fn precedence(reply: &Reply) -> impl Ord + '_ {
    (
        (reply.at, &reply.protocol, &reply.host, reply.port, &reply.asked),
        (&reply.interface, reply.off_subnet, reply.off_target, &reply.bytes),
    )
}

/// Takes the MAC from addresses that one MAC answers for, and collapses those that said nothing else.
pub fn take_proxy_arp(hosts: &mut Vec<Host<'_>>) -> Vec<Device> {
    let mut holders: BTreeMap<String, usize> = BTreeMap::new();
    for host in hosts.iter().filter(|host| order(&host.addresses[0]).0 == 0) {
        let macs: BTreeSet<_> = host.all(Name::Mac).map(|fact| fact.value.to_lowercase()).collect();
        macs.into_iter().for_each(|mac| *holders.entry(mac).or_default() += 1);
    }
    holders.retain(|_, count| *count > PROXY_ABOVE);
    holders
        .into_iter()
        .map(|(mac, count)| collapse(hosts, &mac, count))
        .filter(|device| !device.addresses.is_empty())
        .collect()
}

fn collapse(hosts: &mut Vec<Host<'_>>, mac: &str, count: usize) -> Device {
    let note = format!("proxy ARP: the one MAC {mac} answers for {count} addresses");
    let mut device = Device {
        notes: vec![note.clone()],
        ..Device::default()
    };
    hosts.retain_mut(|host| {
        let before = host.facts.len();
        host.facts
            .retain(|fact| fact.name != Name::Mac || fact.value.to_lowercase() != mac);
        if host.facts.len() == before {
            return true;
        }
        host.notes.push(note.clone());
        if host.facts.is_empty() {
            device.addresses.append(&mut host.addresses);
        }
        !host.facts.is_empty()
    });
    device
}

/// Who a reply says that it is: the maker of its host, and the model and the serial number of that very reply.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Claim {
    serial: String,
    maker: Option<String>,
    model: Option<String>,
}

/// Makes one of the hosts that are one device, and marks those that only say so.
pub fn same_devices<'a>(hosts: Vec<Host<'a>>, view: &View<'_>) -> Vec<Host<'a>> {
    with_one_mac(recorded_ones(with_one_serial(hosts, view)), view)
}

/// A camera that a recorder lists is the host at that address, unless what is known of the two does not agree: the
/// recorder's own network may use the same addresses.
fn recorded_ones(hosts: Vec<Host<'_>>) -> Vec<Host<'_>> {
    let (recorded, mut devices): (Vec<_>, Vec<_>) = hosts.into_iter().partition(|host| host.behind.is_some());
    for host in recorded {
        let is_it = |device: &&mut Host<'_>| {
            device.behind.is_none() && device.addresses.contains(&host.addresses[0]) && agree(device, &host)
        };
        match devices.iter_mut().find(is_it) {
            Some(device) => device.absorb(host),
            None => devices.push(host),
        }
    }
    devices
}

/// Whether nothing contradicts that two hosts are one.
fn agree(one: &Host<'_>, other: &Host<'_>) -> bool {
    let values = |host: &Host<'_>, names: &[Name]| -> BTreeSet<String> {
        let facts = host.facts.iter().filter(|fact| names.contains(&fact.name));
        facts.map(|fact| fact.value.to_lowercase()).collect()
    };
    [&[Name::Model][..], &[Name::Serial], &[Name::Mac, Name::ClaimedMac]]
        .iter()
        .all(|names| {
            let (mine, its) = (values(one, names), values(other, names));
            mine.is_empty() || its.is_empty() || !mine.is_disjoint(&its)
        })
}

/// A recorder says the same at each of its ports. Devices that share no more than a serial number stay apart: one of
/// them, or both, must be wrong.
fn with_one_serial<'a>(hosts: Vec<Host<'a>>, view: &View<'_>) -> Vec<Host<'a>> {
    let mut devices: Vec<(BTreeSet<Claim>, Host<'a>)> = Vec::new();
    for mut host in hosts {
        let mut claims = claims(&host, view);
        let same = |device: &mut (BTreeSet<Claim>, Host<'a>)| {
            device.0.intersection(&claims).any(|claim| claim.maker.is_some())
        };
        let same: Vec<_> = devices.extract_if(.., same).collect();
        for (known, mut first) in same.into_iter().rev() {
            claims.extend(known);
            first.absorb(host);
            host = first;
        }
        devices.push((claims, host));
    }
    mark_contested(&mut devices);
    let mut hosts: Vec<Host<'a>> = devices.into_iter().map(|(_, host)| host).collect();
    hosts.sort_by_cached_key(|host| order(&host.addresses[0]));
    hosts
}

fn mark_contested(devices: &mut [(BTreeSet<Claim>, Host<'_>)]) {
    let address = |host: &Host<'_>| host.addresses[0].clone();
    let claimed: Vec<(Claim, String)> = devices
        .iter()
        .flat_map(|(claims, host)| claims.iter().map(|claim| (claim.clone(), address(host))))
        .collect();
    for (claims, host) in devices {
        let serials: BTreeSet<&String> = claims.iter().map(|claim| &claim.serial).collect();
        host.conflicts
            .extend(serials.into_iter().filter_map(|serial| contest(serial, &claimed)));
    }
}

/// What the maker's own protocols say of model and serial number. Texts that any number of units share are no serial.
fn claims(host: &Host<'_>, view: &View<'_>) -> BTreeSet<Claim> {
    use Protocol::{DahuaCgi, DahuaRpc, Dhip, DvripUdp, HikSdk, Isapi, Sadp};
    let own = |fact: &&Fact| {
        let protocol = &view.replies[fact.reply].protocol;
        [Sadp, Isapi, HikSdk, Dhip, DvripUdp, DahuaCgi, DahuaRpc].contains(protocol)
    };
    let serials: Vec<&Fact> = host
        .all(Name::Serial)
        .filter(own)
        .filter(|fact| is_serial(&fact.value))
        .collect();
    let maker = (!serials.is_empty())
        .then(|| weigh(host, view).maker.map(|maker| maker.id.clone()))
        .flatten();
    let claim = |serial: &Fact| Claim {
        serial: serial.value.clone(),
        maker: maker.clone(),
        model: host
            .all(Name::Model)
            .find(|model| model.reply == serial.reply)
            .map(|model| model.value.clone()),
    };
    serials.into_iter().map(claim).collect()
}

/// Not empty, `N/A`, `admin`, all zeros or `123456`, which firmware sends where no serial number was written.
fn is_serial(text: &str) -> bool {
    text.len() >= SERIAL && text.bytes().any(|byte| matches!(byte, b'1'..=b'9')) && !"1234567890".contains(text)
}

/// The conflict about a serial number that several devices claim.
fn contest(serial: &str, claimed: &[(Claim, String)]) -> Option<Conflict> {
    let claims = || claimed.iter().filter(|(claim, _)| claim.serial == serial);
    let first = &claims().next()?.1;
    let says = |(claim, address): &(Claim, String)| {
        let model = claim.model.as_deref().unwrap_or("no model");
        format!("{serial}: {model} at {address}")
    };
    claims().any(|(_, address)| address != first).then(|| Conflict {
        about: "serial".into(),
        says: claims().map(says).collect(),
    })
}

/// An IPv6 address joins the host with the same MAC on the same interface. Two IPv4 addresses with one MAC do not: that
/// may be a router's.
fn with_one_mac<'a>(hosts: Vec<Host<'a>>, view: &View<'_>) -> Vec<Host<'a>> {
    let mut devices: Vec<(BTreeSet<String>, Host<'a>)> = Vec::new();
    for host in hosts {
        let macs = macs(&host, view);
        let joins = order(&host.addresses[0]).0 == 1;
        match devices.iter_mut().find(|(known, _)| joins && !known.is_disjoint(&macs)) {
            Some((known, device)) => {
                known.extend(macs);
                device.absorb(host);
            }
            None => devices.push((macs, host)),
        }
    }
    devices.into_iter().map(|(_, host)| host).collect()
}

fn macs(host: &Host<'_>, view: &View<'_>) -> BTreeSet<String> {
    let with_interface = |fact: &Fact| {
        let interface = view.replies[fact.reply].interface.as_deref().unwrap_or("");
        format!("{interface} {}", fact.value.to_lowercase())
    };
    host.all(Name::Mac).map(with_interface).collect()
}
