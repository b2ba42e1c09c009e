//! The questions over TCP: who is asked what, cheapest and safest first.
//!
//! A host is asked one question at a time. After each, what is known of it is judged again: a host that
//! is settled is asked nothing more, and one without a sign of being a camera gets the banner alone.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use crate::fact::{Outcome, Protocol, Reply};
use crate::net::{Answer, Ask, Confirmed, Door, Exchange, Fetch};

use super::login::{self, Login};
use super::{description, dvrip, hik_sdk, http, onvif, pages, rtsp};

/// How long a dialogue may take once it is connected.
pub(crate) const DEADLINE: Duration = Duration::from_secs(4);

/// The most bytes that are read of one answer.
pub(crate) fn most_of(protocol: &Protocol) -> usize {
    match protocol {
        Protocol::Rtsp => rtsp::CAP,
        Protocol::Dvrip => dvrip::CAP,
        Protocol::HikSdk => hik_sdk::LENGTH,
        _ => http::CAP,
    }
}

/// A port that may hold a web server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Web {
    /// The port.
    pub port: u16,
    /// Whether TLS comes first.
    pub tls: bool,
}

impl Web {
    /// What it speaks.
    pub fn protocol(self) -> Protocol {
        if self.tls { Protocol::Https } else { Protocol::Http }
    }
}

/// What is known of a host before it is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signs {
    /// How much it has shown of itself.
    pub shown: Shown,
    /// Web ports that the device itself announced.
    pub announced: Vec<Web>,
    /// The web server that has answered.
    pub web: Option<Web>,
    /// The port of the maker's own protocol, where the device announced it.
    pub command_port: Option<u16>,
    /// The port of its RTSP server, where the device announced it.
    pub rtsp_port: Option<u16>,
    /// Whether it has said by multicast DNS what it offers.
    pub offered: bool,
    /// The ONVIF device services that the device announced.
    pub services: Vec<Page>,
    /// The port on which an ONVIF device service has answered.
    pub service_port: Option<u16>,
    /// The UPnP description that the device announced.
    pub description: Option<Page>,
    /// Whether a sign says camera.
    pub camera: bool,
    /// The maker that the replies so far speak for.
    pub maker: Option<String>,
    /// Whether that is sure.
    pub confirmed: bool,
    /// Whether it is open: they speak for no maker, or for one by a weak sign only.
    pub undecided: bool,
    /// What of it is known already.
    pub known: Known,
    /// Whether it is a recorder, which may have cameras behind it.
    pub recorder: bool,
    /// The unit that it is confirmed to be, where there is a login for it.
    pub login: Option<Confirmed>,
}

impl Signs {
    /// Whether the replies so far speak for this maker.
    pub fn is_by(&self, maker: &str) -> bool {
        self.maker.as_deref() == Some(maker)
    }

    /// Whether nobody knows yet whose camera it is.
    pub fn is_nobodys(&self) -> bool {
        self.camera && self.maker.is_none()
    }
}

/// How much a host has shown of itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Shown {
    /// At most that a port exists.
    Nothing,
    /// Its MAC address, and no more.
    Mac,
    /// A word of its own.
    #[default]
    Itself,
}

/// A page of a web server, by its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The server.
    pub web: Web,
    /// Path and query, beginning with `/`.
    pub path: String,
}

/// What is known of a device.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Known {
    /// Its model.
    pub model: bool,
    /// Its serial number.
    pub serial: bool,
    /// Its firmware version.
    pub firmware: bool,
    /// The day that its firmware was built.
    pub build_date: bool,
    /// Its MAC address.
    pub mac: bool,
    /// Its host name.
    pub name: bool,
    /// Whether an administrator's password has been set.
    pub activated: bool,
}

/// Whom to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whom {
    /// The address.
    pub host: IpAddr,
    /// The only interface to leave by, or none for the routing table's choice.
    pub interface: Option<String>,
    /// How long to wait for a connection.
    pub patience: Duration,
}

impl Whom {
    /// A port of it.
    pub fn at(&self, port: u16) -> SocketAddr {
        SocketAddr::new(self.host, port)
    }

    /// A dialogue with it, of bytes as they stand on the wire.
    pub fn exchange(&self, web: Web, requests: Vec<Vec<u8>>, answers: fn(&[u8]) -> usize, cap: usize) -> Exchange {
        Exchange {
            to: self.at(web.port),
            interface: self.interface.clone(),
            tls: web.tls,
            requests,
            answers,
            cap,
            page: false,
            patience: self.patience,
            deadline: DEADLINE,
        }
    }

    /// A page of its web server.
    pub fn fetch(&self, web: Web, ask: Ask) -> Fetch {
        Fetch {
            to: self.at(web.port),
            interface: self.interface.clone(),
            tls: web.tls,
            legacy_tls: true,
            ask,
            login: None,
            patience: self.patience,
            deadline: DEADLINE,
        }
    }

    /// The same, with the login that there is for this unit.
    pub fn fetch_with_login(&self, web: Web, ask: Ask, unit: &Confirmed) -> Fetch {
        Fetch {
            login: Some(unit.clone()),
            ..self.fetch(web, ask)
        }
    }

    /// What a question brought, as evidence: the answer if there was one, and the certificate shown.
    pub fn asked(&self, question: String, port: u16, protocol: Protocol, asked: &str, answer: Answer) -> Asked {
        // Moved and not copied: hundreds of these may be under way.
        let (bytes, certificate) = (answer.bytes, answer.certificate);
        let reply = |protocol, bytes| Reply {
            port: Some(port),
            interface: self.interface.clone(),
            at: Some(answer.at),
            asked: Some(asked.to_owned()),
            ..Reply::new(self.host.to_string(), protocol, bytes)
        };
        let exists = |how: &str| Reply {
            asked: Some("connect".into()),
            ..reply(Protocol::Tcp, how.into())
        };
        let sign_of_life = match answer.outcome {
            Outcome::Refused => Some(exists("refused")),
            _ => answer.connected.then(|| exists("open")),
        };
        let said = (!bytes.is_empty()).then(|| Reply {
            cut: answer.cut,
            ..reply(protocol, bytes)
        });
        let certificate = certificate.map(|der| reply(Protocol::Certificate, der));
        Asked {
            question,
            outcome: answer.outcome,
            connections: answer.connections,
            sign_of_life,
            replies: said.into_iter().chain(certificate).collect(),
        }
    }
}

/// How one question went: its name, its end, and what came.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The question, as the coverage names it.
    pub question: String,
    /// How it ended.
    pub outcome: Outcome,
    /// How many connections it took.
    pub connections: u64,
    /// That the port exists: all that some addresses beyond a router ever show.
    pub sign_of_life: Option<Reply>,
    /// What came.
    pub replies: Vec<Reply>,
}

/// One question over TCP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Question {
    /// What the web server says of itself.
    Banner,
    /// The greeting of Hikvision's SDK port.
    HikSdk,
    /// The realm of Dahua's DVRIP port.
    Dvrip,
    /// What the RTSP server can do, and its realm.
    Rtsp,
    /// What the ONVIF device service says that the device is.
    Onvif,
    /// What the ONVIF device service tells everybody.
    OnvifOpen,
    /// Whether Hikvision's ISAPI asks for a login.
    Isapi,
    /// Whether a Hikvision unit has an administrator's password.
    Activation,
    /// What realm Dahua's CGI asks a login for.
    DahuaWeb,
    /// The UPnP description that Hikvision's web servers keep.
    HikDescription,
    /// The version of Hikvision's web pages.
    HikWebUi,
    /// The web server's icon.
    Favicon,
    /// The UPnP description.
    Description,
    /// What the unit tells to who has logged in.
    Login(Login),
}

/// The order in which a host is asked: what needs no web server first, and of the pages, of which the limits allow only
/// a few, those that prove and name the most.
pub const ORDER: &[Question] = &[
    Question::Banner,
    Question::HikSdk,
    Question::Dvrip,
    Question::Rtsp,
    Question::Onvif,
    Question::Isapi,
    Question::DahuaWeb,
    Question::Description,
    Question::HikDescription,
    Question::HikWebUi,
    Question::Activation,
    Question::Favicon,
    Question::OnvifOpen,
];

/// The order in which an address beyond a router is asked that has answered no datagram, until something is
/// heard of it: whatever cameras listen on, what every one of them is used to first.
pub const ORDER_FOR_SILENT: &[Question] = &[Question::Banner, Question::Rtsp, Question::HikSdk, Question::Dvrip];

/// The most connections to such an address: for the banner there are two ports.
pub const MOST_CONNECTIONS_TO_SILENT: u64 = ORDER_FOR_SILENT.len() as u64 + 1;

/// What a host has been asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Talked {
    /// The questions, in order.
    pub asked: Vec<Question>,
    /// How many connections went unanswered: no word, no refusal.
    pub dropped: usize,
}

/// What the limits leave for a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leave {
    /// HTTP requests without a login.
    pub pages: u32,
    /// Whether nobody is asked but who gives a sign of being a camera.
    pub cameras_only: bool,
}

/// The next question to a host of which this much is known and that has been talked to so far. Of one that is settled
/// nothing is missing but, maybe, what only a login brings.
pub fn next(signs: &Signs, settled: bool, talked: &Talked, leave: Leave) -> Option<Question> {
    let left = |order: &'static [Question]| {
        order
            .iter()
            .copied()
            .filter(|question| !talked.asked.contains(question))
            .filter(|question| leave.pages > 0 || !question.is_page())
    };
    let called_for = |order| left(order).find(|question| question.is_called_for(signs));
    let open = match signs.shown {
        _ if settled => None,
        _ if leave.cameras_only && !signs.camera => None,
        Shown::Nothing => left(ORDER_FOR_SILENT).next(),
        // It has a camera's MAC, perhaps, but lets nobody in.
        Shown::Mac if talked.dropped >= http::ENOUGH_SILENCE => None,
        Shown::Mac | Shown::Itself => called_for(ORDER),
    };
    open.or_else(|| called_for(LOGINS))
}

/// Once a host, the door tries older TLS after that of today.
const FOR_LEGACY_TLS: u64 = 1;

/// What is asked with a login, when nothing is left to ask without one: of units that are settled, too.
pub const LOGINS: &[Question] = &[
    Question::Login(Login::Hikvision),
    Question::Login(Login::Dahua),
    Question::Login(Login::Onvif),
    Question::Login(Login::HikvisionChannels),
    Question::Login(Login::DahuaChannels),
];

/// The most connections to one host without a login, of which so many are HTTP requests that it hears.
pub fn most_connections(pages: u32) -> u64 {
    let sum = |pages: bool| -> u64 {
        let questions = ORDER.iter().filter(|question| question.is_page() == pages);
        questions.map(|question| question.connections()).sum()
    };
    let unanswered = http::MAX_PORTS;
    unanswered + (sum(true) - unanswered).min(pages.into()) + sum(false) + FOR_LEGACY_TLS
}

/// The most connections that a login adds.
pub fn most_connections_with_login() -> u64 {
    login::most_connections()
}

impl Question {
    /// Whether a host of which this much is known is asked.
    fn is_called_for(self, signs: &Signs) -> bool {
        match self {
            Question::Banner => true,
            Question::HikSdk => hik_sdk::is_called_for(signs),
            Question::Dvrip => dvrip::is_called_for(signs),
            Question::Rtsp => rtsp::is_called_for(signs),
            Question::Onvif => onvif::is_called_for(signs),
            Question::OnvifOpen => !onvif::open_to_all(signs).is_empty(),
            Question::Isapi => pages::ISAPI.is_called_for(signs),
            Question::Activation => pages::ACTIVATION.is_called_for(signs),
            Question::DahuaWeb => pages::DAHUA_WEB.is_called_for(signs),
            Question::HikDescription => pages::HIK_DESCRIPTION.is_called_for(signs),
            Question::HikWebUi => pages::HIK_WEB_UI.is_called_for(signs),
            Question::Favicon => pages::FAVICON.is_called_for(signs),
            Question::Description => description::is_called_for(signs),
            Question::Login(login) => login.is_called_for(signs),
        }
    }

    /// What the coverage calls it where it broke before it could say more.
    pub fn name(self) -> &'static str {
        match self {
            Question::Banner => "http",
            Question::HikSdk => "hik-sdk",
            Question::Dvrip => "dvrip",
            Question::Rtsp => "rtsp",
            Question::Onvif | Question::OnvifOpen => "onvif",
            Question::Isapi => pages::ISAPI.name,
            Question::Activation => pages::ACTIVATION.name,
            Question::DahuaWeb => pages::DAHUA_WEB.name,
            Question::HikDescription => pages::HIK_DESCRIPTION.name,
            Question::HikWebUi => pages::HIK_WEB_UI.name,
            Question::Favicon => pages::FAVICON.name,
            Question::Description => "upnp",
            Question::Login(login) => login.name(),
        }
    }

    /// Whether it is an HTTP request without a login, of which a host gets only so many.
    fn is_page(self) -> bool {
        !matches!(
            self,
            Question::HikSdk | Question::Dvrip | Question::Rtsp | Question::Login(_)
        )
    }

    /// The most HTTP requests without a login that it takes.
    pub fn most_pages(self) -> u32 {
        if self.is_page() { self.connections() as u32 } else { 0 }
    }

    /// The most connections that it takes.
    pub fn connections(self) -> u64 {
        match self {
            Question::Banner => http::MAX_CONNECTIONS,
            Question::HikSdk | Question::Dvrip | Question::Rtsp => 1,
            Question::Onvif => onvif::MAX_PLACES as u64,
            Question::OnvifOpen => onvif::MAX_OPEN as u64,
            Question::Isapi => pages::ISAPI.paths.len() as u64,
            Question::Activation => pages::ACTIVATION.paths.len() as u64,
            Question::DahuaWeb => pages::DAHUA_WEB.paths.len() as u64,
            Question::HikDescription => pages::HIK_DESCRIPTION.paths.len() as u64,
            Question::HikWebUi => pages::HIK_WEB_UI.paths.len() as u64,
            Question::Favicon => pages::FAVICON.paths.len() as u64,
            Question::Description => description::MAX_CONNECTIONS,
            Question::Login(login) => login.connections(),
        }
    }

    /// Asks it.
    pub async fn ask<D: Door>(self, door: &D, whom: &Whom, signs: &Signs) -> Vec<Asked> {
        match self {
            Question::Banner => http::ask(door, whom, signs).await,
            Question::HikSdk => hik_sdk::ask(door, whom, signs).await,
            Question::Dvrip => dvrip::ask(door, whom, signs).await,
            Question::Rtsp => rtsp::ask(door, whom, signs).await,
            Question::Onvif => onvif::ask(door, whom, signs).await,
            Question::OnvifOpen => onvif::ask_open(door, whom, signs).await,
            Question::Isapi => pages::ISAPI.ask(door, whom, signs).await,
            Question::Activation => pages::ACTIVATION.ask(door, whom, signs).await,
            Question::DahuaWeb => pages::DAHUA_WEB.ask(door, whom, signs).await,
            Question::HikDescription => pages::HIK_DESCRIPTION.ask(door, whom, signs).await,
            Question::HikWebUi => pages::HIK_WEB_UI.ask(door, whom, signs).await,
            Question::Favicon => pages::FAVICON.ask(door, whom, signs).await,
            Question::Description => description::ask(door, whom, signs).await,
            Question::Login(login) => login.ask(door, whom, signs).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Question::{Banner, Dvrip, HikSdk, Rtsp};

    /// The ports' questions to a host of which no answer changes what is known.
    fn list(signs: &Signs, dropped: usize) -> Vec<Question> {
        let mut talked = Talked {
            dropped,
            ..Talked::default()
        };
        let leave = Leave {
            pages: 6,
            cameras_only: false,
        };
        while let Some(question) = next(signs, false, &talked, leave) {
            talked.asked.push(question);
        }
        talked
            .asked
            .retain(|question| matches!(question, Banner | Dvrip | HikSdk | Rtsp));
        talked.asked
    }

    fn by(maker: &str, confirmed: bool, serial: bool) -> Signs {
        Signs {
            camera: true,
            maker: Some(maker.into()),
            confirmed,
            known: Known {
                serial,
                ..Known::default()
            },
            ..Signs::default()
        }
    }

    fn nobodys(command_port: Option<u16>) -> Signs {
        Signs {
            camera: true,
            command_port,
            ..Signs::default()
        }
    }

    #[test]
    fn the_ports_are_asked_where_they_can_bring_something_and_the_safest_first() {
        let table = [
            (Signs::default(), vec![Banner]),
            (by("hikvision", false, true), vec![Banner, HikSdk, Rtsp]),
            (by("hikvision", true, false), vec![Banner]),
            (by("dahua", false, true), vec![Banner, Dvrip, Rtsp]),
            (by("dahua", true, false), vec![Banner, Dvrip, Rtsp]),
            (by("dahua", true, true), vec![Banner]),
            (by("axis", false, false), vec![Banner, Rtsp]),
            (nobodys(None), vec![Banner, Rtsp]),
            (nobodys(Some(8000)), vec![Banner, HikSdk, Rtsp]),
            (nobodys(Some(37777)), vec![Banner, Dvrip, Rtsp]),
            (nobodys(Some(9000)), vec![Banner, Rtsp]),
        ];
        for (signs, expected) in table {
            assert_eq!(list(&signs, 0), expected, "{signs:?}");
        }
    }

    #[test]
    fn without_leave_for_a_page_the_ports_are_still_asked_and_the_gentle_ask_only_cameras() {
        let (stranger, camera, talked) = (Signs::default(), by("dahua", false, false), Talked::default());
        let none = Leave {
            pages: 0,
            cameras_only: false,
        };
        let gentle = Leave {
            pages: 6,
            cameras_only: true,
        };
        assert_eq!(next(&stranger, false, &talked, none), None);
        assert_eq!(next(&camera, false, &talked, none), Some(Dvrip));
        assert_eq!(next(&stranger, false, &talked, gentle), None);
        assert_eq!(next(&camera, false, &talked, gentle), Some(Banner));
    }

    #[test]
    fn who_has_shown_nothing_is_asked_everywhere_and_who_has_shown_a_mac_until_two_connections_fail() {
        let shown = |shown| Signs {
            shown,
            ..by("hikvision", false, false)
        };
        let nothing = shown(Shown::Nothing);
        assert_eq!(list(&nothing, 5), [Banner, Rtsp, HikSdk, Dvrip]);
        assert_eq!(list(&shown(Shown::Mac), 1), [Banner, HikSdk, Rtsp]);
        assert_eq!(list(&shown(Shown::Mac), 2), []);
        assert_eq!(list(&shown(Shown::Itself), 2), [Banner, HikSdk, Rtsp]);
    }
}
