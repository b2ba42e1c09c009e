//! What is known of a host so far, and what the account says of the whole run.

use std::net::IpAddr;
use std::time::Duration;

use crate::coverage::{Coverage, some_of};
use crate::fact::{Fact, Name, Outcome, Protocol, Reply};
use crate::identify::{Class, Confidence, Device, Knowledge, identify};
use crate::judge::{facts_of, guarded};
use crate::net::{Confirmed, TIME_FOR_A_HOST};
use crate::probe::tcp::{DEADLINE, Known, Page, Shown, Signs, Web, most_of};

use super::{Plan, Ranges};

/// Services of mDNS that hardly anything but a camera or a recorder offers.
const VIDEO_SERVICES: [&str; 4] = [
    "._psia._tcp.local",
    "._cgi._tcp.local",
    "._axis-video._tcp.local",
    "._rtsp._tcp.local",
];

/// Where a host stands in the middle of a run.
#[derive(Debug, Clone, Default)]
pub(super) struct Standing {
    /// Maker, model, serial and firmware are known and sure: nothing is left to ask without a login.
    pub(super) settled: bool,
    /// It may be a Hikvision or Dahua unit.
    pub(super) unit: bool,
    /// What its web server is looked for by.
    pub(super) signs: Signs,
}

/// Where a host stands by its replies.
pub(super) fn standing(host: IpAddr, replies: &[Reply], knowledge: &Knowledge) -> Standing {
    let facts = facts_of(replies);
    let devices = guarded(|| identify(replies, &facts, knowledge)).unwrap_or_default();
    let itself = |device: &Device| device.behind.is_none();
    let device = devices.into_iter().find(itself).unwrap_or_default();
    Standing {
        settled: is_settled(&device),
        unit: matches!(device.maker.as_deref(), Some("hikvision" | "dahua")),
        signs: Signs {
            shown: shown(replies),
            announced: facts.iter().filter_map(announced_web).collect(),
            // The last: one that redirects to another has said so and will say no more.
            web: replies.iter().rev().find_map(web_of),
            command_port: facts.iter().find_map(|fact| announced_port(fact, Name::CommandPort)),
            rtsp_port: facts.iter().find_map(|fact| announced_port(fact, Name::RtspPort)),
            offered: replies.iter().any(|reply| reply.protocol == Protocol::Mdns),
            services: facts
                .iter()
                .filter_map(|fact| announced_page(fact, Name::WsdXaddr))
                .collect(),
            service_port: facts.iter().find_map(|fact| service_port(fact, replies)),
            description: facts.iter().find_map(|fact| announced_page(fact, Name::SsdpLocation)),
            camera: device.maker.is_some() || facts.iter().any(is_video),
            confirmed: device.confidence == Some(Confidence::Confirmed),
            undecided: device.confidence <= Some(Confidence::Possible),
            known: known(&device),
            recorder: device.class == Some(Class::Recorder),
            login: confirmed(host, &device).filter(|_| !is_disputed(replies, &facts)),
            maker: device.maker,
        },
    }
}

/// Whether it says video, whoever made it. A web server says nothing: printers announce theirs, too.
fn is_video(fact: &Fact) -> bool {
    let service = |kind: &str| fact.value.to_ascii_lowercase().ends_with(kind);
    match fact.name {
        Name::WsdTypes => fact.value.contains("NetworkVideo"),
        // A device may call itself no more than `Device`, as printers do; their scopes are not ONVIF's.
        Name::WsdScopes => fact.value.contains("onvif://www.onvif.org/"),
        Name::MdnsService => VIDEO_SERVICES.iter().any(|kind| service(kind)),
        _ => false,
    }
}

/// The one place where a host becomes one that a login may be used on.
fn confirmed(host: IpAddr, device: &Device) -> Option<Confirmed> {
    let maker = device.maker.as_deref()?;
    (device.confidence == Some(Confidence::Confirmed)).then(|| Confirmed::by_verdict(host, maker))
}

/// Whether two machines answer for the address on the wire: one of them may have taken it over since the other was
/// confirmed, and a login would go to whichever answers first.
pub(super) fn is_disputed(replies: &[Reply], facts: &[Fact]) -> bool {
    let is_on_wire = |fact: &&Fact| {
        let by = replies.get(fact.reply).map(|reply| &reply.protocol);
        fact.name == Name::Mac && matches!(by, Some(Protocol::Arp | Protocol::Neighbour))
    };
    let mut macs = facts.iter().filter(is_on_wire).map(|fact| &fact.value);
    let first = macs.next();
    macs.any(|mac| Some(mac) != first)
}

fn is_settled(device: &Device) -> bool {
    let Known {
        model,
        serial,
        firmware,
        ..
    } = known(device);
    device.confidence == Some(Confidence::Confirmed) && model && serial && firmware
}

fn known(device: &Device) -> Known {
    let firmware = device.firmware.as_ref();
    Known {
        model: device.model.is_some(),
        serial: device.serial.is_some(),
        firmware: firmware.is_some(),
        build_date: firmware.is_some_and(|firmware| firmware.build_date.is_some()),
        mac: device.mac.is_some(),
        name: device.host_name.is_some(),
        activated: device.activated.is_some(),
    }
}

/// A web server that the device itself names.
fn announced_web(fact: &Fact) -> Option<Web> {
    let (port, tls) = match fact.name {
        Name::HttpPort => (fact.value.parse().ok()?, false),
        Name::HttpsPort => (fact.value.parse().ok()?, true),
        _ => return announced_page(fact, Name::WsdXaddr).map(|page| page.web),
    };
    (port != 0).then_some(Web { port, tls })
}

/// A page that the device itself names. Only port and path are taken: the address is the sender's own,
/// whatever the reply says.
fn announced_page(fact: &Fact, name: Name) -> Option<Page> {
    let url = url::Url::parse(&fact.value).ok().filter(|_| fact.name == name)?;
    let tls = match url.scheme() {
        "http" => false,
        "https" => true,
        _ => return None,
    };
    let port = url.port_or_known_default().filter(|port| *port != 0)?;
    let path = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    Some(Page {
        web: Web { port, tls },
        path,
    })
}

/// The web server that a page came from.
fn web_of(reply: &Reply) -> Option<Web> {
    let tls = match reply.protocol {
        Protocol::Http => false,
        Protocol::Https => true,
        _ => return None,
    };
    Some(Web { port: reply.port?, tls })
}

/// The port that an ONVIF service has answered on.
fn service_port(fact: &Fact, replies: &[Reply]) -> Option<u16> {
    let reply = replies.get(fact.reply).filter(|_| fact.name == Name::Onvif);
    reply?.port
}

fn announced_port(fact: &Fact, name: Name) -> Option<u16> {
    let port = fact.value.parse().ok().filter(|_| fact.name == name);
    port.filter(|port| *port != 0)
}

fn shown(replies: &[Reply]) -> Shown {
    let all = |of: fn(&Protocol) -> bool| replies.iter().all(|reply| of(&reply.protocol));
    if all(|protocol| matches!(protocol, Protocol::Tcp | Protocol::Dns)) {
        Shown::Nothing
    } else if all(|protocol| matches!(protocol, Protocol::Arp | Protocol::Neighbour | Protocol::Dns)) {
        Shown::Mac
    } else {
        Shown::Itself
    }
}

/// That neighbours exist whom this machine's own packets cannot reach.
pub(super) fn out_of_reach(hosts: &Ranges) -> Option<String> {
    let addresses = hosts.words().join(", ");
    (!hosts.is_empty()).then(|| {
        format!(
            "Heard by ARP, but this machine's own ARP question was not answered, so that nothing could be asked: \
             {addresses}."
        )
    })
}

/// That hosts were asked less than there was to ask, because of the limit on pages.
pub(super) fn curtailed(hosts: &Ranges, pages: u32) -> Option<String> {
    let addresses = hosts.words().join(", ");
    (!hosts.is_empty()).then(|| {
        format!(
            "A host gets no more than {pages} HTTP requests without a login (--pages sets how many); there was more to \
             ask at {addresses}."
        )
    })
}

/// That hosts had little time for a connection.
pub(super) fn hurried(hosts: &Ranges, patience: Duration) -> Option<String> {
    let (addresses, ms) = (hosts.words().join(", "), patience.as_millis());
    (!hosts.is_empty()).then(|| {
        format!(
            "A host that answers ARP at once and says nothing else has {ms} ms for a connection in this profile, and no \
             second SYN. These let connections go unanswered so: {addresses}."
        )
    })
}

/// That hosts were asked less than there was to ask, because they answer so slowly.
pub(super) fn out_of_time(hosts: &[IpAddr]) -> Option<String> {
    let mut hosts = hosts.to_vec();
    hosts.sort_unstable();
    let addresses: Vec<String> = hosts.iter().map(ToString::to_string).collect();
    (!hosts.is_empty()).then(|| {
        format!(
            "A host is talked to for no more than {} s in a run; these answered so slowly that there was more to ask: {}.",
            TIME_FOR_A_HOST.as_secs(),
            addresses.join(", ")
        )
    })
}

/// That answers were longer than what is read of one; and that others took longer, of which nobody knows whether there was
/// more: a server that leaves the connection open and says no length may have said all.
pub(super) fn cut_off<'a>(replies: impl Iterator<Item = &'a Reply>) -> Vec<String> {
    let (long, late): (Vec<&Reply>, Vec<&Reply>) =
        replies.partition(|reply| reply.bytes.len() >= most_of(&reply.protocol));
    let hosts = |replies: Vec<&Reply>| {
        let hosts = replies
            .into_iter()
            .filter_map(|reply| reply.host.parse::<IpAddr>().ok());
        Some(hosts.collect::<Ranges>().words().join(", ")).filter(|hosts| !hosts.is_empty())
    };
    let page = most_of(&Protocol::Http) >> 10;
    let long = hosts(long).map(|hosts| {
        format!(
            "An answer is read no further than {page} KiB; there was more, and what it said is not known, of {hosts}."
        )
    });
    let seconds = DEADLINE.as_secs();
    let late = hosts(late).map(|hosts| {
        format!("An answer is read for {seconds} s; what had come by then was not at an end, and may not be whole, of {hosts}.")
    });
    long.into_iter().chain(late).collect()
}

/// That the run ended in the middle of its first round beyond a router, where it is not kept who was reached.
pub(super) fn unnamed((left, all): (u64, u64)) -> String {
    format!(
        "{left} of {all} addresses beyond a router were not reached. Those that were lie between them; it is not kept which \
         they are, and none that showed no sign is counted as silent."
    )
}

/// What the reader must know before "none" can be believed.
pub(super) fn notes(plan: &Plan, coverage: &Coverage) -> Vec<String> {
    let mut notes = Vec::new();
    if !plan.routed.is_empty() && !plan.probe_silent {
        notes.push(
            "Addresses beyond a router that answered no datagram were not asked by TCP (--probe-silent asks them)."
                .into(),
        );
    }
    if !coverage.unheard.is_empty() {
        notes.push(format!(
            "Nothing was heard from {} beyond a router: nobody answers there, or there was no way there.",
            some_of(&coverage.unheard)
        ));
    }
    let (_, over_ipv6) = plan.scope().by_family();
    if !over_ipv6.is_empty() && plan.passive.is_none() && !plan.hosts_only {
        notes.push(format!(
            "{} addresses of IPv6 were asked by WS-Discovery and what follows from its answers: the makers' own discovery \
             protocols know IPv4 alone. Whether one of them became silent was not looked for.",
            over_ipv6.len()
        ));
    }
    if !plan.segments.is_empty() && plan.limits.hasty && !plan.hosts_only {
        notes.push(
            "The run ended with its last host: late answers to the multicast questions, which the profile standard \
             waits 4 s for, are missing."
                .into(),
        );
    }
    let answered = |question: &str| -> u64 {
        let question = coverage.questions.get(question);
        question
            .and_then(|question| question.outcomes.get(&Outcome::Answered))
            .copied()
            .unwrap_or_default()
    };
    let protocols = ["sadp", "dhip", "wsd"];
    let by = |way: &str| -> u64 {
        protocols
            .iter()
            .map(|protocol| answered(&format!("{way} {protocol}")))
            .sum()
    };
    let (unicast, multicast) = (by("unicast"), by("multicast"));
    if !plan.segments.is_empty() && unicast >= 2 && multicast == 0 {
        notes.push(format!(
            "Unicast questions brought {unicast} answers and multicast ones none: a firewall on this machine or the \
             switch may drop multicast answers, so units that answer multicast only are not seen."
        ));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_disputed_by_two_macs_on_the_wire_and_by_nothing_else() {
        use Name::{ClaimedMac, Mac};
        use Protocol::{Arp, Neighbour, Sadp};
        let (one, other) = ("44:47:cc:00:00:01", "02:66:66:66:66:66");
        let table = [
            ([(Arp, Mac, one), (Neighbour, Mac, other)], true),
            ([(Arp, Mac, one), (Arp, Mac, one)], false),
            ([(Arp, Mac, one), (Sadp, Mac, other)], false),
            ([(Arp, Mac, one), (Arp, ClaimedMac, other)], false),
        ];
        for (rows, expected) in table {
            let replies = rows.clone().map(|(protocol, ..)| Reply::new("10.0.0.5", protocol, "x"));
            let fact = |(reply, (_, name, value)): (usize, &(Protocol, Name, &str))| Fact {
                channel: None,
                name: *name,
                value: (*value).into(),
                reply,
            };
            let facts: Vec<Fact> = rows.iter().enumerate().map(fact).collect();
            assert_eq!(is_disputed(&replies, &facts), expected, "{rows:?}");
        }
    }

    #[test]
    fn of_who_leaves_the_connection_open_is_not_said_that_there_was_more() {
        let most = most_of(&Protocol::Http);
        let table = [
            (Protocol::Http, most - 1, "may not be whole, of 10.0.0.5."),
            (
                Protocol::Https,
                most,
                "320 KiB; there was more, and what it said is not known, of 10.0.0.5.",
            ),
            (Protocol::Rtsp, 2_000, "may not be whole, of 10.0.0.5."),
            (
                Protocol::Rtsp,
                16 << 10,
                "there was more, and what it said is not known, of 10.0.0.5.",
            ),
        ];
        for (protocol, length, expected) in table {
            let reply = Reply::new("10.0.0.5", protocol, vec![b'x'; length]);
            let [note] = cut_off([&reply].into_iter()).try_into().unwrap();
            assert!(note.ends_with(expected), "{length}: {note}");
        }
        assert_eq!(cut_off([].into_iter()), Vec::<String>::new());
    }

    #[test]
    fn only_the_port_of_an_announced_address_is_used() {
        let table = [
            (Name::HttpPort, "88", Some((88, false))),
            (Name::HttpsPort, "8443", Some((8443, true))),
            (Name::WsdXaddr, "http://0.0.0.0/onvif/device_service", Some((80, false))),
            (
                Name::WsdXaddr,
                "https://[fe80::1]:8443/onvif/device_service",
                Some((8443, true)),
            ),
            (Name::WsdXaddr, "http://elsewhere.example:2020/", Some((2020, false))),
            (Name::WsdXaddr, "not a url", None),
            (Name::HttpPort, "0", None),
            (Name::HttpPort, "70000", None),
            (Name::Model, "80", None),
        ];
        for (name, value, expected) in table {
            let fact = Fact {
                channel: None,
                name,
                value: value.into(),
                reply: 0,
            };
            assert_eq!(announced_web(&fact).map(|web| (web.port, web.tls)), expected, "{value}");
        }
    }

    #[test]
    fn multicast_silence_beside_unicast_answers_is_said() {
        let mut coverage = Coverage::default();
        coverage.count("unicast sadp", Outcome::Answered);
        coverage.count("unicast sadp", Outcome::Answered);
        let interface = crate::net::Interface {
            name: "eth0".into(),
            index: 2,
            mac: None,
            ipv4: Vec::new(),
            ipv6: Vec::new(),
            up: true,
            broadcast: true,
            loopback: false,
            is_virtual: false,
            routes: Vec::new(),
        };
        let segment = super::super::Segment {
            interface,
            targets: Default::default(),
        };
        let plan = Plan {
            segments: vec![segment],
            ..Plan::default()
        };
        assert_eq!(notes(&plan, &coverage).len(), 1);
        coverage.count("multicast sadp", Outcome::Answered);
        assert!(notes(&plan, &coverage).is_empty());
    }
}
