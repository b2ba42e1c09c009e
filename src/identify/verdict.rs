//! Which maker, and how sure: the tells of one host, weighed.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::exposure::Exposures;
use super::makers::{Maker, Oui, Pattern, Yields};
use super::merge::Host;
use super::oui::Lookup;
use super::rules::Texts;
use super::{Confidence, Conflict, Evidence, Knowledge, ReplyRef};
use crate::fact::{Fact, Name, Protocol, Reply, parse_mac};

/// From this weight on a tell speaks for itself.
const STRONG: u8 = 40;
/// The most that a MAC weighs where only the device says that it has it: a reply that copies a maker copies its MAC too.
const SAID_MAC: u8 = 20;
/// The longest text that evidence quotes, in characters.
const SAW: usize = 120;
/// How much of that stands before what fitted.
const BEFORE: usize = 20;
/// What clones copy word for word: alone it makes nothing probable.
const COPIED: Protocol = Protocol::Wsd;
/// The voice of a MAC seen on the wire, which no reply can borrow.
const WIRE: &str = "wire";

/// What a verdict may look at.
#[derive(Clone, Copy)]
pub struct View<'a> {
    pub replies: &'a [Reply],
    pub knowledge: &'a Knowledge,
    /// What is already known of texts, and of kinds of devices.
    pub texts: &'a Texts<'a>,
    pub exposures: &'a Exposures<'a>,
}

/// One sign that points at a maker.
struct Tell<'a> {
    maker: &'a Maker,
    rule: Rule<'a>,
    weight: u8,
    fact: &'a Fact,
    /// Where in the fact it is, in bytes.
    at: Range<usize>,
    /// Who says so; one voice can be wrong only once.
    source: &'static str,
    yields: Yields<&'a str>,
}

/// What a tell rests on.
enum Rule<'a> {
    /// A text.
    Pattern(&'a Pattern),
    /// A MAC address, and how it came to us.
    Block(&'static str),
}

impl Tell<'_> {
    fn is_block(&self) -> bool {
        matches!(self.rule, Rule::Block(_))
    }

    fn is_own_protocol(&self) -> bool {
        matches!(self.rule, Rule::Pattern(pattern) if pattern.own_protocol)
    }

    /// The rule, as the evidence names it.
    fn rule(&self) -> String {
        match self.rule {
            Rule::Pattern(pattern) => [&self.maker.id, "/", &pattern.id].concat(),
            Rule::Block(how) => how.to_owned(),
        }
    }
}

/// The outcome of weighing.
#[derive(Debug, Clone, Default)]
pub struct Weighed<'a> {
    pub maker: Option<&'a Maker>,
    pub confidence: Option<Confidence>,
    pub evidence: Vec<Evidence>,
    pub conflict: Option<Conflict>,
    /// What the winner's patterns read, each with the reply it was read in.
    pub yields: Vec<(Yields<&'a str>, usize)>,
    /// The maker's block that the MAC is in.
    pub block: Option<&'a Oui>,
}

/// Weighs a host's facts against every maker.
pub fn weigh<'a>(host: &Host<'a>, view: &View<'a>) -> Weighed<'a> {
    let signs = Signs::of(host, view);
    if signs.texts.is_empty() && signs.macs.is_empty() {
        return Weighed::default();
    }
    let by_maker = tells(host, &signs, view);
    let Some(winner) = by_maker
        .iter()
        .max_by_key(|tells| (strength(tells, view), std::cmp::Reverse(&tells[0].maker.id)))
    else {
        return Weighed::default();
    };
    let maker = winner[0].maker;
    let mut others = by_maker
        .iter()
        .flatten()
        .filter(|tell| tell.maker.id != maker.id)
        .peekable();
    let alone = others.peek().is_none();
    let settled = alone || others.all(Tell::is_block) && winner.iter().any(Tell::is_own_protocol);
    let confidence = confidence(winner, host, view);
    Weighed {
        maker: Some(maker),
        confidence: Some(if settled {
            confidence
        } else {
            confidence.min(Confidence::Probable)
        }),
        evidence: evidence(&by_maker, view),
        conflict: (!alone).then(|| about_maker(&by_maker, view)),
        yields: winner.iter().map(|tell| (tell.yields, tell.fact.reply)).collect(),
        block: signs.block(maker).map(|(_, block)| block),
    }
}

/// What points at each maker that anything points at, in the order of the makers.
fn tells<'a>(host: &Host<'a>, signs: &Signs<'a>, view: &View<'a>) -> Vec<Vec<Tell<'a>>> {
    let mut hits = view.texts.hits(&signs.texts).into_iter().peekable();
    let mut all = Vec::new();
    for maker in &view.knowledge.makers {
        let mut tells: Vec<Tell<'a>> = Vec::new();
        while let Some((_, hit)) = hits.next_if(|(of, _)| std::ptr::eq(*of, maker)) {
            tells.push(Tell {
                maker,
                rule: Rule::Pattern(hit.pattern),
                weight: hit.pattern.weight,
                fact: hit.fact,
                at: hit.at,
                source: source(&view.replies[hit.fact.reply].protocol, hit.fact.name),
                yields: hit.yields,
            });
        }
        tells.extend(block(maker, signs, view));
        drop_shared(&mut tells, host, view);
        all.extend((!tells.is_empty()).then_some(tells));
    }
    all
}

/// What of a host can tell a maker. Most hosts have nothing of the kind, and are not held against thirty makers.
struct Signs<'a> {
    /// The facts that any rule is about.
    texts: Vec<&'a Fact>,
    /// The MAC addresses in any maker's block, each with all blocks that it is in.
    macs: Vec<(&'a Fact, Vec<(&'a Maker, &'a Oui)>)>,
}

impl<'a> Signs<'a> {
    fn of(host: &Host<'a>, view: &View<'a>) -> Self {
        let knowledge = view.knowledge;
        // The wire is asked first; where it shows a MAC, others do not count.
        let names = [Name::Mac, Name::ClaimedMac, Name::DerivedMac];
        let name = names.into_iter().find(|name| host.all(*name).next().is_some());
        let macs = name.into_iter().flat_map(|name| host.all(name));
        Signs {
            texts: host.of(knowledge.rules.tells).collect(),
            macs: macs
                .map(|fact| (fact, knowledge.blocks(&fact.value)))
                .filter(|(_, blocks)| !blocks.is_empty())
                .collect(),
        }
    }

    /// The maker's block that the host's MAC is in.
    fn block(&self, maker: &'a Maker) -> Option<(&'a Fact, &'a Oui)> {
        self.macs.iter().find_map(|(fact, blocks)| {
            let (_, block) = blocks.iter().find(|(of, _)| std::ptr::eq(*of, maker))?;
            Some((*fact, *block))
        })
    }
}

/// A text that other firmware is known to send says nothing on a stranger's hardware, unless another source agrees.
fn drop_shared(tells: &mut Vec<Tell<'_>>, host: &Host<'_>, view: &View<'_>) {
    let is_shared = |tell: &Tell<'_>| matches!(tell.rule, Rule::Pattern(pattern) if pattern.shared_with.is_some());
    if !tells.iter().any(is_shared) {
        return;
    }
    let sources: BTreeSet<&str> = tells.iter().map(|tell| tell.source).collect();
    let registered = |fact: &Fact| {
        let owner = parse_mac(&fact.value).map(|mac| view.knowledge.registry.lookup(mac));
        matches!(owner, Some(Lookup::Organisation(_) | Lookup::Private))
    };
    // The maker's own block is a source, so that with one source a registered MAC is a stranger's.
    if sources.len() <= 1 && host.all(Name::Mac).any(registered) {
        tells.retain(|tell| !is_shared(tell));
    }
}

/// The tell that the host's MAC is in one of the maker's blocks.
fn block<'a>(maker: &'a Maker, signs: &Signs<'a>, view: &View<'a>) -> Option<Tell<'a>> {
    let (fact, block) = signs.block(maker).filter(|(_, block)| block.weight > 0)?;
    let name = fact.name;
    let (rule, most, source) = match name {
        Name::Mac => ("oui", u8::MAX, WIRE),
        Name::ClaimedMac => (
            "oui-claimed",
            SAID_MAC,
            source(&view.replies[fact.reply].protocol, name),
        ),
        _ => (
            "oui-derived",
            SAID_MAC,
            source(&view.replies[fact.reply].protocol, name),
        ),
    };
    Some(Tell {
        maker,
        rule: Rule::Block(rule),
        weight: block.weight.min(most),
        fact,
        at: 0..fact.value.len(),
        source,
        yields: Yields::default(),
    })
}

/// Protocols of one source can be wrong together: they are one program's word. What a web server puts on every page
/// is said once, whatever was asked; an ISAPI document is one on any page.
fn source(protocol: &Protocol, name: Name) -> &'static str {
    let family = <&str>::from(name).split('-').next();
    match protocol {
        _ if matches!(family, Some("http" | "favicon")) => "http",
        _ if family == Some("isapi") => "isapi",
        Protocol::Sadp => "sadp",
        Protocol::Dhip | Protocol::DvripUdp | Protocol::Dvrip => "dhip",
        Protocol::Wsd | Protocol::Onvif => "onvif",
        Protocol::Http | Protocol::Https => "http",
        Protocol::Rtsp => "rtsp",
        Protocol::HikSdk => "hik-sdk",
        Protocol::Certificate => "certificate",
        Protocol::Snmp => "snmp",
        Protocol::Isapi => "isapi",
        Protocol::DahuaCgi | Protocol::DahuaRpc => "cgi",
        Protocol::Ssdp => "ssdp",
        Protocol::Mdns => "mdns",
        _ => "other",
    }
}

/// The own protocol before any sum, and before it the own protocol in answer to what the host alone was asked: nobody
/// outweighs that in its name. A source counts once, with its heaviest tell.
fn strength(tells: &[Tell<'_>], view: &View<'_>) -> (bool, bool, u32) {
    let mut heaviest: BTreeMap<&str, u8> = BTreeMap::new();
    for tell in tells {
        let weight = heaviest.entry(tell.source).or_default();
        *weight = tell.weight.max(*weight);
    }
    let mut own = tells.iter().filter(|tell| tell.is_own_protocol()).peekable();
    (
        own.clone().any(|tell| view.replies[tell.fact.reply].answers_unicast()),
        own.peek().is_some(),
        heaviest.values().map(|weight| u32::from(*weight)).sum(),
    )
}

fn confidence(tells: &[Tell<'_>], host: &Host<'_>, view: &View<'_>) -> Confidence {
    let strong: Vec<&Tell<'_>> = tells
        .iter()
        .filter(|tell| tell.weight >= STRONG && !tell.is_block())
        .collect();
    // In two replies: one page with a head and a document has one sender.
    let apart = |a: &Tell<'_>, b: &Tell<'_>| a.source != b.source && a.fact.reply != b.fact.reply;
    let two_voices = strong.iter().any(|a| strong.iter().any(|b| apart(a, b)));
    let mis_addressed = host.replies.iter().any(|&reply| view.replies[reply].off_subnet);
    let own = tells
        .iter()
        .any(|tell| tell.is_own_protocol() && is_vouched_for(tell.fact, host, view));
    if (own || two_voices) && !mis_addressed {
        Confidence::Confirmed
    } else if strong
        .iter()
        .any(|tell| view.replies[tell.fact.reply].protocol != COPIED)
        || mac_agrees(tells)
    {
        Confidence::Probable
    } else {
        Confidence::Possible
    }
}

/// The MAC and a text point at one maker, and are two voices: what one program says of its MAC and of itself is one.
fn mac_agrees(tells: &[Tell<'_>]) -> bool {
    let mut blocks = tells.iter().filter(|tell| tell.is_block());
    blocks.any(|block| tells.iter().any(|tell| !tell.is_block() && tell.source != block.source))
}

/// The address itself was asked, or the reply's own MAC is the one seen on the wire at that address.
fn is_vouched_for(fact: &Fact, host: &Host<'_>, view: &View<'_>) -> bool {
    let reply = &view.replies[fact.reply];
    let on_wire = |mac| {
        host.all(Name::Mac)
            .any(|seen| view.replies[seen.reply].host == reply.host && parse_mac(&seen.value) == Some(mac))
    };
    reply.answers_unicast()
        || host
            .all(Name::ClaimedMac)
            .filter(|claim| claim.reply == fact.reply)
            .filter_map(|claim| parse_mac(&claim.value))
            .any(on_wire)
}

fn evidence(by_maker: &[Vec<Tell<'_>>], view: &View<'_>) -> Vec<Evidence> {
    let mut evidence: Vec<Evidence> = Vec::new();
    for tell in by_maker.iter().flatten() {
        let reply = &view.replies[tell.fact.reply];
        let (rule, saw) = (tell.rule(), quote(&tell.fact.value, &tell.at));
        // A question is asked several times; the same answer to it is one reason.
        let same = |known: &Evidence| {
            let of = &known.reply;
            (&known.rule, &known.saw, &of.host, &of.asked) == (&rule, &saw, &reply.host, &reply.asked)
        };
        if evidence.iter().any(same) {
            continue;
        }
        evidence.push(Evidence {
            rule,
            maker: tell.maker.id.clone(),
            weight: tell.weight,
            saw,
            reply: ReplyRef {
                host: reply.host.clone(),
                protocol: reply.protocol.as_ref().to_owned(),
                port: reply.port,
                asked: reply.asked.clone(),
                at: reply.at.map(|at| at.to_string()),
            },
        });
    }
    evidence.sort_by_key(|evidence| std::cmp::Reverse(evidence.weight));
    evidence
}

/// What fitted, with a little of what stands around it where the whole is too long; `…` where something is left out.
fn quote(text: &str, at: &Range<usize>) -> String {
    if text.chars().count() <= SAW {
        return text.to_string();
    }
    let before = text[..at.start].chars().count();
    let start = before.saturating_sub(BEFORE);
    let (left, room) = if start == 0 { ("", SAW) } else { ("…", SAW - 1) };
    let mut rest = text.chars().skip(start);
    let mut quote: String = left.chars().chain(rest.by_ref().take(room)).collect();
    if rest.next().is_some() {
        quote.pop();
        quote.push('…');
    }
    quote
}

fn about_maker(by_maker: &[Vec<Tell<'_>>], view: &View<'_>) -> Conflict {
    let says: BTreeSet<String> = by_maker
        .iter()
        .flatten()
        .map(|tell| {
            format!(
                "{} ({}: {})",
                tell.maker.id,
                view.replies[tell.fact.reply].protocol,
                tell.rule()
            )
        })
        .collect();
    Conflict {
        about: "maker".into(),
        says: says.into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_protocols_of_one_program_are_one_source_and_those_of_others_another() {
        use Protocol::{
            Certificate, DahuaCgi, DahuaRpc, Dhip, Dvrip, DvripUdp, HikSdk, Http, Https, Isapi, Mdns, Onvif, Rtsp,
            Sadp, Snmp, Ssdp, Wsd,
        };
        let sources: &[&[Protocol]] = &[
            &[Sadp],
            &[Dhip, DvripUdp, Dvrip],
            &[Wsd, Onvif],
            &[Http, Https],
            &[Rtsp],
            &[HikSdk],
            &[Certificate],
            &[Snmp],
            &[Isapi],
            &[DahuaCgi, DahuaRpc],
            &[Ssdp],
            &[Mdns],
            &[Protocol::Arp, Protocol::Neighbour],
        ];
        let of = |protocols: &&[Protocol]| protocols.iter().map(|protocol| source(protocol, Name::Model)).collect();
        let words: Vec<std::collections::BTreeSet<&str>> = sources.iter().map(of).collect();
        assert!(words.iter().all(|words| words.len() == 1), "{words:?}");
        let all: std::collections::BTreeSet<&str> = words.iter().flatten().copied().collect();
        assert_eq!(all.len(), sources.len(), "{words:?}");
        assert_eq!(
            [source(&Onvif, Name::HttpServer), source(&Http, Name::IsapiDocument)],
            ["http", "isapi"]
        );
    }
}
