//! What a device says of itself: MAC, model, serial, firmware, class, and where its replies do not agree.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use mac_address::MacAddress;

use super::firmware::{self, Grammar, Release};
use super::makers::{Brand, Yields};
use super::merge::{Host, order};
use super::oui::Lookup;
use super::serial::production_date;
use super::verdict::{View, Weighed, weigh};
use super::vouch::outdone;
use super::{BrandClaim, Class, Conflict, Device, Firmware, Login, Strength};
use crate::fact::{Fact, Name, Protocol, parse_mac, spell_mac};

/// A value, and the protocol and the reply that said it.
#[derive(Clone, Copy)]
struct Value<'a> {
    text: &'a str,
    via: &'a Protocol,
    reply: usize,
}

impl<'a> Value<'a> {
    fn new(text: &'a str, reply: usize, view: &View<'a>) -> Self {
        let via = &view.replies[reply].protocol;
        Value { text, via, reply }
    }

    /// What the host alone was asked comes before what anybody may have said in its name, then the most direct source.
    fn precedence(&self, view: &View<'_>) -> impl Ord + use<> {
        (!view.replies[self.reply].answers_unicast(), rank(self.via))
    }

    /// What is said, and who says so.
    fn quoted(&self) -> String {
        format!("{} ({})", self.text, self.via)
    }
}

/// The verdict on one host.
pub fn device<'a>(mut host: Host<'a>, view: &View<'a>) -> Device {
    let mut weighed = host
        .weighed
        .take()
        .map_or_else(|| weigh(&host, view), |weighed| *weighed);
    let outdone = outdone(&host, view);
    let conflicts = conflicts(&host, &weighed, &outdone, view);
    host.disregard(&outdone);
    weighed.yields.retain(|(_, reply)| !outdone.contains(reply));
    let host = &host;
    let mut device = Device {
        addresses: host.addresses.clone(),
        maker: weighed.maker.map(|maker| maker.id.clone()),
        confidence: weighed.confidence,
        model: first(&models(host, &weighed, view)),
        serial: serial(host, &weighed, view),
        host_name: first(&values(host, Name::HostName, view)),
        activated: values(host, Name::Activated, view)
            .iter()
            .find_map(|value| value.text.parse().ok()),
        login: login(host),
        onvif_profiles: onvif_profiles(host),
        class: class(host, &weighed, view),
        mis_addressed: host.replies.iter().any(|&reply| view.replies[reply].off_subnet),
        off_target: host.replies.iter().all(|&reply| view.replies[reply].off_target),
        behind: host.behind.clone(),
        notes: host.notes.clone(),
        conflicts,
        ..Device::default()
    };
    put_brand(&mut device, host, &weighed, view);
    put_firmware(&mut device, host, &weighed, view);
    put_web_ui(&mut device, host, view);
    put_production_date(&mut device, host, &weighed, view);
    put_mac(&mut device, host, view);
    put_stale(&mut device, host, view);
    let rebuilt = host.all(Name::OemCode).any(|code| code.value != "1");
    device.advisories = view.exposures.about(&device, rebuilt);
    device.evidence = weighed.evidence;
    device
}

/// One page that was not for this user does not make a login refused that has brought others.
fn login(host: &Host<'_>) -> Option<Login> {
    let fared: Vec<&str> = host.all(Name::Login).map(|fact| fact.value.as_str()).collect();
    match fared.contains(&"accepted") {
        true => Some(Login::Accepted),
        false => fared.first().map(|_| Login::AuthRequired),
    }
}

/// By letter: the scope of Profile S ends in `Streaming`, that of Profile Q says its state behind the letter, those of
/// the others end in their letters (ONVIF's specifications of the profiles, "scope parameters").
fn onvif_profiles(host: &Host<'_>) -> Vec<String> {
    const PREFIX: &str = "onvif://www.onvif.org/Profile/";
    let scopes = host.all(Name::WsdScopes).flat_map(|fact| fact.value.split(' '));
    let named = scopes.filter_map(|scope| scope.strip_prefix(PREFIX)?.split('/').next());
    let letters = named.filter_map(|name| match name {
        "Streaming" => Some("S"),
        "A" | "C" | "D" | "G" | "M" | "Q" | "S" | "T" => Some(name),
        _ => None,
    });
    let once: BTreeSet<&str> = letters.collect();
    once.into_iter().map(str::to_owned).collect()
}

/// The serial number, from the most direct source.
fn serial<'a>(host: &Host<'a>, weighed: &Weighed<'a>, view: &View<'a>) -> Option<String> {
    first(&yielded(host, Name::Serial, weighed, |yields| yields.serial, view))
}

fn models<'a>(host: &Host<'a>, weighed: &Weighed<'a>, view: &View<'a>) -> Vec<Value<'a>> {
    let mut models = yielded(host, Name::Model, weighed, |yields| yields.model, view);
    if weighed.maker.is_some() {
        models.extend(values(host, Name::WsdHardware, view));
    }
    models
}

fn first(values: &[Value<'_>]) -> Option<String> {
    values.first().map(|value| value.text.to_owned())
}

/// The most direct source first: what the maker's own protocol says is what the firmware says.
fn rank(protocol: &Protocol) -> usize {
    use Protocol::{DahuaCgi, DahuaRpc, Dhip, DvripUdp, Http, Https, Isapi, Onvif, Sadp, Snmp};
    let order = [
        Sadp, Isapi, Dhip, DahuaCgi, DahuaRpc, DvripUdp, Onvif, Snmp, Http, Https,
    ];
    order.iter().position(|known| known == protocol).unwrap_or(order.len())
}

fn values<'a>(host: &Host<'a>, name: Name, view: &View<'a>) -> Vec<Value<'a>> {
    if host.all(name).next().is_none() {
        return Vec::new();
    }
    let said = host.all(name).filter(|fact| !fact.value.is_empty());
    let mut values: Vec<Value<'a>> = said.map(|fact| Value::new(&fact.value, fact.reply, view)).collect();
    values.sort_by_cached_key(|value| value.precedence(view));
    values
}

fn yielded<'a>(
    host: &Host<'a>,
    name: Name,
    weighed: &Weighed<'a>,
    group: impl Fn(&Yields<&'a str>) -> Option<&'a str>,
    view: &View<'a>,
) -> Vec<Value<'a>> {
    let mut all = values(host, name, view);
    let value = |(yields, reply): &(Yields<&'a str>, usize)| group(yields).map(|text| Value::new(text, *reply, view));
    all.extend(weighed.yields.iter().filter_map(value));
    all.sort_by_cached_key(|value| value.precedence(view));
    all
}

fn put_firmware<'a>(device: &mut Device, host: &Host<'a>, weighed: &Weighed<'a>, view: &View<'a>) {
    let grammar = weighed.maker.map_or(Grammar::None, |maker| maker.firmware);
    let mut versions: Vec<Firmware> = Vec::new();
    for Value { text, via, .. } in yielded(host, Name::Firmware, weighed, |yields| yields.firmware, view) {
        // A question is asked several times, and answered alike.
        if !versions
            .iter()
            .any(|known| known.raw == text && known.via == via.as_ref())
        {
            versions.push(view.texts.firmware(grammar, text, via));
        }
    }
    dated_first(grammar, &mut versions);
    let others = values(host, Name::OtherFirmware, view);
    let mut versions = versions.into_iter();
    device.firmware = versions.next();
    device.other_firmware = versions.collect();
    for Value { text, via, .. } in others {
        let version = firmware::read(Grammar::None, text, via.as_ref());
        if !device.other_firmware.contains(&version) {
            device.other_firmware.push(version);
        }
    }
}

/// The age of a stranger's pages is nobody's business.
fn put_web_ui<'a>(device: &mut Device, host: &Host<'a>, view: &View<'a>) {
    if device.maker.is_some() {
        device.web_ui_version = first(&values(host, Name::WebUiVersion, view));
        device.web_ui_date = first(&values(host, Name::WebUiDate, view));
    }
}

/// Of one version said twice, once with its build date, the fuller one counts.
fn dated_first(grammar: Grammar, versions: &mut [Firmware]) {
    let Some(first) = versions.first().filter(|first| first.build_date.is_none()) else {
        return;
    };
    let same = |other: &Firmware| other.build_date.is_some() && is_same(grammar, first, other);
    if let Some(place) = versions.iter().position(same) {
        versions[..=place].rotate_right(1);
    }
}

/// Whether two texts say one version, though they spell it differently or only one has its build date.
fn is_same(grammar: Grammar, one: &Firmware, other: &Firmware) -> bool {
    let [a, b] = [one, other].map(|firmware| Release::of(grammar, firmware));
    let day = |release: &Release| release.built();
    a.zip(b)
        .is_some_and(|(a, b)| a.same_version(&b) && day(&a).zip(day(&b)).is_none_or(|(a, b)| a == b))
}

/// Only Hikvision's serial numbers tell it.
fn put_production_date(device: &mut Device, host: &Host<'_>, weighed: &Weighed<'_>, view: &View<'_>) {
    let hikvision = weighed.maker.is_some_and(|maker| maker.firmware == Grammar::Hikvision);
    let Some(serial) = device.serial.as_deref().filter(|_| hikvision) else {
        return;
    };
    let heard = host.replies.iter().filter_map(|&reply| view.replies[reply].at).max();
    // A clock east of here may have begun the next day.
    let known_by = heard.and_then(|at| TimeZone::UTC.to_datetime(at).date().tomorrow().ok());
    let day = production_date(serial, device.model.as_deref(), known_by);
    device.production_date = day.map(|day| day.to_string());
}

/// The MAC, how it came to us, and in which reply: what was seen on the wire before what is only said. Where two machines
/// answer for the address, that of the one which says itself that it has it.
fn mac_of(host: &Host<'_>, view: &View<'_>) -> Option<(Name, MacAddress, usize)> {
    let all = |name| {
        let parsed = move |fact: &Fact| parse_mac(&fact.value).map(|mac| (name, mac, fact.reply));
        host.all(name).filter_map(parsed)
    };
    let is_said = |mac| all(Name::ClaimedMac).any(|(_, said, _)| said == mac);
    // The tail of a random UUID is no MAC: a derived one counts only where its block has an owner.
    let has_owner = |mac| view.knowledge.registry.lookup(mac).organisation().is_some();
    let both = all(Name::Mac).find(|(_, mac, _)| is_said(*mac));
    both.or_else(|| all(Name::Mac).next())
        .or_else(|| all(Name::ClaimedMac).next())
        .or_else(|| all(Name::DerivedMac).find(|(_, mac, _)| has_owner(*mac)))
}

fn put_mac(device: &mut Device, host: &Host<'_>, view: &View<'_>) {
    let found = mac_of(host, view);
    let Some((name, mac, reply)) = found else { return };
    device.mac = Some(spell_mac(mac).to_ascii_lowercase());
    device.mac_source = Some(if name == Name::DerivedMac {
        "derived".into()
    } else {
        view.replies[reply].protocol.as_ref().to_owned()
    });
    let lookup = view.knowledge.registry.lookup(mac);
    device.oui_organisation = lookup.organisation().map(str::to_string);
    match lookup {
        Lookup::LocallyAdministered(_) => device.notes.push("locally administered MAC: it names no maker".into()),
        Lookup::Multicast => device
            .notes
            .push("the MAC is a group address: no device has one".into()),
        _ => {}
    }
}

fn put_stale(device: &mut Device, host: &Host<'_>, view: &View<'_>) {
    let stale = |&reply: &usize| {
        let reply = &view.replies[reply];
        reply.protocol == Protocol::Neighbour && reply.asked.as_deref().is_some_and(|asked| asked.contains("stale"))
    };
    if host.replies.iter().all(stale) {
        device
            .notes
            .push("only in this machine's neighbour table; did not answer in this run".into());
    }
}

fn put_brand<'a>(device: &mut Device, host: &Host<'a>, weighed: &Weighed<'a>, view: &View<'a>) {
    device.brand_claim = brand(host, weighed, view);
    device.brand = device.brand_claim.as_ref().map(|claim| claim.name.clone());
}

fn brand<'a>(host: &Host<'a>, weighed: &Weighed<'a>, view: &View<'a>) -> Option<BrandClaim> {
    let claim = |name: &str, source: &str, strength| BrandClaim {
        name: name.to_owned(),
        source: source.to_owned(),
        strength,
    };
    let ruled = view.texts.brand(weighed.maker?, host);
    let ruled = ruled.map(|rule: &Brand| claim(&rule.name, &rule.source, rule.strength));
    let yielded = || weighed.yields.iter().find_map(|(yields, _)| yields.brand);
    let registered = || weighed.block.and_then(|block| block.brand.as_deref());
    ruled
        .or_else(|| yielded().map(|name| claim(name, "it says so itself", Strength::Field)))
        .or_else(|| registered().map(|name| claim(name, "the IEEE's registry of MAC addresses", Strength::Registry)))
}

fn class<'a>(host: &Host<'a>, weighed: &Weighed<'a>, view: &View<'a>) -> Option<Class> {
    let recorded = host.all(Name::ChannelProtocol).next().map(|_| Class::Camera);
    class_of_maker(host, weighed, view).or(recorded)
}

fn class_of_maker<'a>(host: &Host<'a>, weighed: &Weighed<'a>, view: &View<'a>) -> Option<Class> {
    let maker = weighed.maker?;
    let models = models(host, weighed, view);
    let is_vouched = |model: &&Value<'_>| view.replies[model.reply].answers_unicast();
    let of =
        |models: &mut dyn Iterator<Item = &Value<'a>>| view.texts.class(maker, host, models.map(|model| model.text));
    let vouched = models.iter().any(|model| is_vouched(&model));
    let ruled = vouched.then(|| of(&mut models.iter().filter(is_vouched))).flatten();
    ruled
        .or_else(|| of(&mut models.iter()))
        .map(|rule| rule.class)
        .or_else(|| {
            let count = |name| host.all(name).find_map(|fact| fact.value.parse::<u32>().ok());
            match (count(Name::AnalogChannels)?, count(Name::DigitalChannels)?) {
                (0, 1) => Some(Class::Camera),
                (analog, digital) if analog + digital.min(64) > 1 => Some(Class::Recorder),
                _ => None,
            }
        })
}

fn conflicts<'a>(host: &Host<'a>, weighed: &Weighed<'a>, outdone: &BTreeSet<usize>, view: &View<'a>) -> Vec<Conflict> {
    let mut conflicts: Vec<Conflict> = weighed.conflict.iter().cloned().collect();
    conflicts.extend(host.conflicts.iter().cloned());
    conflicts.extend(about_macs(host, view));
    let addresses = values(host, Name::ClaimedAddress, view);
    let known = |address: &str| {
        host.addresses
            .iter()
            .any(|label| label == address || order(label).0 == 2 || order(label) == order(address))
    };
    let strangers = addresses.iter().filter(|value| !known(value.text)).map(Value::quoted);
    let strangers: Vec<String> = strangers.collect();
    if !strangers.is_empty() {
        conflicts.push(Conflict {
            about: "address".into(),
            says: [host.addresses.clone(), strangers].concat(),
        });
    }
    let serials = yielded(host, Name::Serial, weighed, |yields| yields.serial, view);
    conflicts.extend(differing("model", &values(host, Name::Model, view), outdone));
    conflicts.extend(differing("serial", &serials, outdone));
    conflicts.extend(differing("firmware", &versions(host, weighed, view), outdone));
    conflicts
}

/// What is said of the firmware, but for other spellings of the first.
fn versions<'a>(host: &Host<'a>, weighed: &Weighed<'_>, view: &View<'a>) -> Vec<Value<'a>> {
    let grammar = weighed.maker.map_or(Grammar::None, |maker| maker.firmware);
    let mut versions = values(host, Name::Firmware, view);
    if let Some(&first) = versions.first() {
        let read = |value: &Value<'_>| firmware::read(grammar, value.text, "");
        versions.retain(|other| other.text == first.text || !is_same(grammar, &read(&first), &read(other)));
    }
    versions
}

/// Two MACs on the wire for one address, or a claimed one that the wire does not show.
fn about_macs(host: &Host<'_>, view: &View<'_>) -> Option<Conflict> {
    let facts = || host.all(Name::Mac).chain(host.all(Name::ClaimedMac));
    // Nearly all hosts have one MAC, whoever says so.
    let one = facts().next()?;
    if facts().all(|fact| fact.value == one.value) {
        return None;
    }
    let mut by_address: BTreeMap<&str, Vec<(Name, MacAddress, &Protocol)>> = BTreeMap::new();
    for fact in facts() {
        let reply = &view.replies[fact.reply];
        let mac = parse_mac(&fact.value);
        let of_address = by_address.entry(&reply.host).or_default();
        of_address.extend(mac.map(|mac| (fact.name, mac, &reply.protocol)));
    }
    let disagree = |macs: &&Vec<(Name, MacAddress, &Protocol)>| {
        macs.iter().any(|mac| mac.0 == Name::Mac) && macs.iter().any(|mac| mac.1 != macs[0].1)
    };
    let macs = by_address.values().find(disagree)?;
    let mut says: Vec<String> = macs
        .iter()
        .map(|(_, mac, protocol)| format!("{} ({protocol})", spell_mac(*mac).to_ascii_lowercase()))
        .collect();
    says.dedup();
    Some(Conflict {
        about: "mac".into(),
        says,
    })
}

/// Values that are not the same. Also a single one that does not count: the host itself does not say it.
fn differing(about: &str, values: &[Value<'_>], outdone: &BTreeSet<usize>) -> Option<Conflict> {
    let counts = |value: &Value<'_>| !outdone.contains(&value.reply);
    let first = values.iter().find(|value| counts(value)).map(|value| value.text);
    values.iter().find(|value| Some(value.text) != first)?;
    let own = values.iter().filter(|value| counts(value)).map(Value::quoted);
    let others = values
        .iter()
        .filter(|value| !counts(value) && Some(value.text) != first);
    let mut says: Vec<String> = own
        .chain(others.map(|value| {
            format!(
                "{}, not counted: the unit itself was asked and did not say it",
                value.quoted()
            )
        }))
        .collect();
    says.dedup();
    Some(Conflict {
        about: about.into(),
        says,
    })
}
