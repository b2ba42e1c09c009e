//! Which hosts are one device: the recorder with two ports, the camera that a recorder lists, the second address family.
//!
//! Everything goes through an index: an estate has tens of thousands of hosts, and a flood of made-up ones is cheap.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use mac_address::MacAddress;

use super::merge::{Host, order};
use super::verdict::{View, weigh};
use super::vouch::outdone;
use super::{Behind, Conflict};
use crate::fact::{Fact, Name, Protocol, parse_mac};

/// Shorter than this no serial number is told from another.
const SERIAL: usize = 6;
/// How many of those that claim one serial number a conflict lists.
const LISTED: usize = 16;

/// Who a reply says that it is: the maker of its host, and the model and the serial number of that very reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Claim<'a> {
    serial: &'a str,
    maker: Option<&'a str>,
    model: Option<&'a str>,
}

/// Makes one of the hosts that are one device, and marks those that only say so.
pub fn same_devices<'a>(hosts: Vec<Host<'a>>, view: &View<'a>) -> Vec<Host<'a>> {
    of_both_families(with_one_mac(recorded_ones(with_one_serial(hosts, view)), view))
}

/// A recorder says the same at each of its ports. Devices that share no more than a serial number stay apart: one of
/// them, or both, must be wrong.
fn with_one_serial<'a>(mut hosts: Vec<Host<'a>>, view: &View<'a>) -> Vec<Host<'a>> {
    let claims: Vec<BTreeSet<Claim<'a>>> = hosts.iter_mut().map(|host| claims(host, view)).collect();
    let firsts = firsts(&claims);
    let mut devices: Vec<(BTreeSet<Claim<'a>>, Host<'a>)> = Vec::with_capacity(hosts.len());
    let mut places: Vec<usize> = Vec::with_capacity(hosts.len());
    for (place, (host, claims)) in hosts.into_iter().zip(claims).enumerate() {
        if firsts[place] == place {
            places.push(devices.len());
            devices.push((claims, host));
        } else {
            let (known, device) = &mut devices[places[firsts[place]]];
            known.extend(claims);
            device.absorb(host);
            places.push(places[firsts[place]]);
        }
    }
    mark_contested(&mut devices);
    let mut hosts: Vec<Host<'a>> = devices.into_iter().map(|(_, host)| host).collect();
    hosts.sort_by_cached_key(|host| order(&host.addresses[0]));
    hosts
}

/// For each host the place of the first one that is the same device by a chain of equal claims.
fn firsts(claims: &[BTreeSet<Claim<'_>>]) -> Vec<usize> {
    let mut firsts: Vec<usize> = (0..claims.len()).collect();
    let mut claimed: HashMap<&Claim<'_>, usize> = HashMap::new();
    for (place, claims) in claims.iter().enumerate() {
        for claim in claims.iter().filter(|claim| claim.maker.is_some()) {
            let other = *claimed.entry(claim).or_insert(place);
            let (one, other) = (first(&firsts, place), first(&firsts, other));
            firsts[one.max(other)] = one.min(other);
        }
    }
    (0..claims.len()).map(|place| first(&firsts, place)).collect()
}

fn first(firsts: &[usize], mut place: usize) -> usize {
    while firsts[place] != place {
        place = firsts[place];
    }
    place
}

/// Each device that claims a serial number which others claim too carries that as a conflict.
fn mark_contested(devices: &mut [(BTreeSet<Claim<'_>>, Host<'_>)]) {
    let mut claimed: HashMap<&str, Vec<(usize, Claim<'_>)>> = HashMap::new();
    for (place, (claims, _)) in devices.iter().enumerate() {
        for claim in claims {
            claimed.entry(claim.serial).or_default().push((place, *claim));
        }
    }
    let contested = |claims: &Vec<(usize, Claim<'_>)>| claims.iter().any(|(place, _)| *place != claims[0].0);
    let mut contested: Vec<_> = claimed.into_values().filter(contested).collect();
    contested.sort_unstable_by_key(|claims| claims[0].1.serial);
    for claims in contested {
        let conflict = contest(&claims, devices);
        let places: BTreeSet<usize> = claims.into_iter().map(|(place, _)| place).collect();
        for place in places {
            devices[place].1.conflicts.push(conflict.clone());
        }
    }
}

fn contest(claims: &[(usize, Claim<'_>)], devices: &[(BTreeSet<Claim<'_>>, Host<'_>)]) -> Conflict {
    let says = |(place, Claim { serial, model, .. }): &(usize, Claim<'_>)| {
        let model = model.unwrap_or("no model");
        format!("{serial}: {model} at {}", devices[*place].1.addresses[0])
    };
    let mut says: Vec<String> = claims.iter().take(LISTED).map(says).collect();
    if claims.len() > LISTED {
        says.push(format!("and {} more", claims.len() - LISTED));
    }
    Conflict {
        about: "serial".into(),
        says,
    }
}

/// What the maker's own protocols say of model and serial number. Texts that any number of units share are no serial, and
/// no forged one makes a device of two.
fn claims<'a>(host: &mut Host<'a>, view: &View<'a>) -> BTreeSet<Claim<'a>> {
    use Protocol::{DahuaCgi, DahuaRpc, Dhip, DvripUdp, HikSdk, Isapi, Sadp};
    let own = |fact: &&Fact| {
        let protocol = &view.replies[fact.reply].protocol;
        [Sadp, Isapi, HikSdk, Dhip, DvripUdp, DahuaCgi, DahuaRpc].contains(protocol)
    };
    let serials: Vec<&'a Fact> = host
        .all(Name::Serial)
        .filter(own)
        .filter(|fact| is_serial(&fact.value))
        .collect();
    if serials.is_empty() {
        return BTreeSet::new();
    }
    let outdone = outdone(host, view);
    let weighed = weigh(host, view);
    let maker = weighed.maker.map(|maker| maker.id.as_str());
    host.weighed = Some(Box::new(weighed));
    let claim = |serial: &'a Fact| Claim {
        serial: &serial.value,
        maker,
        model: host
            .all(Name::Model)
            .find(|model| model.reply == serial.reply)
            .map(|model| model.value.as_str()),
    };
    let own = serials.into_iter().filter(|serial| !outdone.contains(&serial.reply));
    own.map(claim).collect()
}

/// Not empty, `N/A`, `admin`, all zeros or `123456`, which firmware sends where no serial number was written.
fn is_serial(text: &str) -> bool {
    text.len() >= SERIAL && text.bytes().any(|byte| matches!(byte, b'1'..=b'9')) && !"1234567890".contains(text)
}

/// A camera that a recorder lists is the host at that address, unless what is known of the two does not agree: the
/// recorder's own network may use the same addresses.
fn recorded_ones(hosts: Vec<Host<'_>>) -> Vec<Host<'_>> {
    if hosts.iter().all(|host| host.behind.is_none()) {
        return hosts;
    }
    let (recorded, mut devices): (Vec<_>, Vec<_>) = hosts.into_iter().partition(|host| host.behind.is_some());
    let addresses =
        |(place, host): (usize, &Host<'_>)| host.addresses.clone().into_iter().map(move |address| (address, place));
    let places: BTreeMap<String, usize> = devices.iter().enumerate().flat_map(addresses).collect();
    let mut channels: BTreeMap<(usize, String), usize> = BTreeMap::new();
    for host in recorded {
        let listed_by = |behind: &Behind| Some((*places.get(&behind.recorder)?, behind.channel.clone()));
        let channel = host.behind.as_ref().and_then(listed_by);
        // A recorder with two ports lists its cameras at both.
        let listed = channel.as_ref().and_then(|channel| channels.get(channel));
        let known = listed.or_else(|| places.get(&host.addresses[0])).copied();
        let place = known
            .filter(|&place| agree(&devices[place], &host))
            .unwrap_or(devices.len());
        channels.extend(channel.map(|channel| (channel, place)));
        match devices.get_mut(place) {
            Some(device) => device.absorb(host),
            None => devices.push(host),
        }
    }
    devices
}

/// Whether nothing contradicts that two hosts are one.
fn agree(one: &Host<'_>, other: &Host<'_>) -> bool {
    let values = |host: &Host<'_>, names: &[Name]| -> BTreeSet<String> {
        let facts = names.iter().flat_map(|name| host.all(*name));
        facts.map(|fact| fact.value.to_lowercase()).collect()
    };
    [&[Name::Model][..], &[Name::Serial], &[Name::Mac, Name::ClaimedMac]]
        .iter()
        .all(|names| {
            let (mine, its) = (values(one, names), values(other, names));
            mine.is_empty() || its.is_empty() || !mine.is_disjoint(&its)
        })
}

/// An IPv6 address joins the host with the same MAC on the same interface. Two IPv4 addresses with one MAC do not: that
/// may be a router's.
fn with_one_mac<'a>(hosts: Vec<Host<'a>>, view: &View<'a>) -> Vec<Host<'a>> {
    if !hosts.iter().any(is_ipv6) {
        return hosts;
    }
    let mut devices: Vec<Host<'a>> = Vec::with_capacity(hosts.len());
    let mut places: HashMap<(&str, MacAddress), usize> = HashMap::new();
    for host in hosts {
        let macs = macs(&host, view);
        let known = macs.iter().filter_map(|mac| places.get(mac)).min().copied();
        let place = known.filter(|_| is_ipv6(&host)).unwrap_or(devices.len());
        for mac in macs {
            places.entry(mac).or_insert(place);
        }
        match devices.get_mut(place) {
            Some(device) => device.absorb(host),
            None => devices.push(host),
        }
    }
    devices
}

/// Beyond a router no MAC is seen on the wire. There an IPv6 address joins the IPv4 host that says it has the MAC which the
/// IPv6 address gives in whatever way, unless something contradicts that the two are one. Where several IPv4 hosts say so,
/// nobody knows whose it is. What both only derive from a UUID joins nothing: clones ship with one.
fn of_both_families(hosts: Vec<Host<'_>>) -> Vec<Host<'_>> {
    if !hosts.iter().any(is_ipv6) {
        return hosts;
    }
    let mut devices: Vec<Host<'_>> = Vec::with_capacity(hosts.len());
    let mut givers: HashMap<MacAddress, Option<usize>> = HashMap::new();
    for host in hosts {
        let macs = |names: &[Name]| -> BTreeSet<MacAddress> {
            let facts = names.iter().flat_map(|name| host.all(*name));
            facts.filter_map(|fact| parse_mac(&fact.value)).collect()
        };
        let given = macs(&[Name::Mac, Name::ClaimedMac, Name::DerivedMac]);
        let known = given.iter().find_map(|mac| *givers.get(mac)?);
        match known.filter(|&place| is_ipv6(&host) && agree(&devices[place], &host)) {
            Some(place) => devices[place].absorb(host),
            None => {
                let new = devices.len();
                let is_ipv4 = order(&host.addresses[0]).0 == 0 && host.behind.is_none();
                let said = macs(&[Name::Mac, Name::ClaimedMac]);
                for mac in said.into_iter().filter(|_| is_ipv4) {
                    givers.entry(mac).and_modify(|giver| *giver = None).or_insert(Some(new));
                }
                devices.push(host);
            }
        }
    }
    devices
}

fn is_ipv6(host: &Host<'_>) -> bool {
    let address = &host.addresses[0];
    address.contains(':') && order(address).0 == 1
}

/// The MACs on the wire, each with the interface that it was seen on.
fn macs<'a>(host: &Host<'a>, view: &View<'a>) -> Vec<(&'a str, MacAddress)> {
    let with_interface = |fact: &Fact| {
        let interface = view.replies[fact.reply].interface.as_deref().unwrap_or("");
        Some((interface, parse_mac(&fact.value)?))
    };
    host.all(Name::Mac).filter_map(with_interface).collect()
}
