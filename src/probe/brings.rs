//! What each question can bring from which family: the table behind `docs/coverage.md` and `camsweep data --questions`.
//! `tests/coverage.rs` holds every cell to an answer that brings just that.

use std::fmt::Write as _;

use What::{
    Activation, BuildDate, Channels, Firmware, HostName, Mac, Maker, Model, Production, Serial, WebDate, WebVersion,
};

use super::login::Login;
use super::tcp::Question;
use crate::fact::Protocol;

/// Something that a report says of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, strum::Display)]
pub enum What {
    /// A tell of the maker, strong or weak.
    #[strum(serialize = "maker")]
    Maker,
    /// The model.
    #[strum(serialize = "model")]
    Model,
    /// The serial number.
    #[strum(serialize = "serial")]
    Serial,
    /// The day of production, which is part of the serial number.
    #[strum(serialize = "production date")]
    Production,
    /// The firmware version.
    #[strum(serialize = "**firmware**")]
    Firmware,
    /// The day that the firmware was built.
    #[strum(serialize = "build date")]
    BuildDate,
    /// The MAC address, claimed or derived.
    #[strum(serialize = "MAC")]
    Mac,
    /// Whether an administrator's password is set.
    #[strum(serialize = "activation")]
    Activation,
    /// The name it goes by.
    #[strum(serialize = "host name")]
    HostName,
    /// The version of the web pages.
    #[strum(serialize = "web version")]
    WebVersion,
    /// The day of the web pages.
    #[strum(serialize = "web date")]
    WebDate,
    /// The cameras behind a recorder, each with what the recorder knows of it.
    #[strum(serialize = "the cameras behind it")]
    Channels,
}

/// Whose devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Hikvision's, under any label.
    Hikvision,
    /// Dahua's, under any label.
    Dahua,
    /// Other makers' cameras.
    Other,
}

impl Family {
    /// All of them, in the table's order.
    pub const ALL: [Family; 3] = [Family::Hikvision, Family::Dahua, Family::Other];
}

/// How something is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// By datagram.
    Datagram(Protocol),
    /// By a frame of Ethernet.
    Ethernet,
    /// Over TCP.
    Tcp(Question),
}

/// One row: a question, and what it can bring.
#[derive(Debug, Clone)]
pub struct Brings {
    /// How it is asked.
    pub way: Way,
    /// The question, for people.
    pub title: &'static str,
    /// What it brings from each family of [`Family::ALL`].
    pub from: [&'static [What]; 3],
}

const fn row(way: Way, title: &'static str, from: [&'static [What]; 3]) -> Brings {
    Brings { way, title, from }
}

const fn tcp(question: Question, title: &'static str, from: [&'static [What]; 3]) -> Brings {
    row(Way::Tcp(question), title, from)
}

const NOTHING: &[What] = &[];
const HIK_ALL: &[What] = &[Maker, Model, Serial, Production, Firmware, BuildDate, Mac];
const ONVIF_ALL: &[What] = &[Maker, Model, Serial, Firmware, BuildDate];

/// Every question, in the order of the page.
pub const TABLE: &[Brings] = &[
    row(
        Way::Datagram(Protocol::Sadp),
        "Hikvision SADP, UDP 37020",
        [
            &[Maker, Model, Serial, Production, Firmware, BuildDate, Mac, Activation],
            NOTHING,
            NOTHING,
        ],
    ),
    row(
        Way::Ethernet,
        "Hikvision SADP in frames of Ethernet (`--l2-sadp`)",
        [HIK_ALL, NOTHING, NOTHING],
    ),
    row(
        Way::Datagram(Protocol::Dhip),
        "Dahua DHIP, UDP 37810",
        [NOTHING, &[Maker, Model, Serial, Firmware, Mac, Activation], NOTHING],
    ),
    row(
        Way::Datagram(Protocol::DvripUdp),
        "Dahua DVRIP discovery, UDP 5050",
        [NOTHING, &[Maker, Model, Serial, Firmware, Mac], NOTHING],
    ),
    row(
        Way::Datagram(Protocol::Wsd),
        "ONVIF WS-Discovery, UDP 3702",
        [&[Maker, Model, Mac], &[Maker, Model], &[Maker, Model]],
    ),
    row(
        Way::Datagram(Protocol::Ssdp),
        "SSDP, UDP 1900",
        [NOTHING, &[Maker, Serial], NOTHING],
    ),
    row(
        Way::Datagram(Protocol::Mdns),
        "mDNS, UDP 5353",
        [NOTHING, &[Maker, Serial, Mac], &[Maker, HostName]],
    ),
    tcp(Question::Banner, "web banner", [&[Maker], &[Maker, WebDate], &[Maker]]),
    tcp(
        Question::HikSdk,
        "Hikvision SDK port, TCP 8000",
        [&[Maker], NOTHING, NOTHING],
    ),
    tcp(
        Question::Dvrip,
        "Dahua DVRIP, TCP 37777",
        [NOTHING, &[Maker, Serial], NOTHING],
    ),
    tcp(Question::Rtsp, "RTSP, TCP 554", [&[Maker], &[Maker, Serial], NOTHING]),
    tcp(
        Question::Onvif,
        "ONVIF `GetDeviceInformation`, where it is answered to strangers",
        [
            &[Maker, Model, Serial, Production, Firmware, BuildDate],
            ONVIF_ALL,
            &[Maker, Model, Serial, Firmware],
        ],
    ),
    tcp(
        Question::OnvifOpen,
        "ONVIF, what is open to everybody",
        [&[Maker, Mac], &[HostName], &[Maker]],
    ),
    tcp(
        Question::Isapi,
        "Hikvision ISAPI, refused",
        [&[Maker], NOTHING, NOTHING],
    ),
    tcp(
        Question::Activation,
        "Hikvision `activateStatus`",
        [&[Maker, Activation], NOTHING, NOTHING],
    ),
    tcp(
        Question::DahuaWeb,
        "Dahua CGI, refused",
        [NOTHING, &[Maker, Serial], NOTHING],
    ),
    tcp(
        Question::Description,
        "UPnP description",
        [
            &[Maker, Model, Serial, Production],
            &[Maker, Model, Serial],
            &[Maker, Model, Serial],
        ],
    ),
    tcp(
        Question::HikDescription,
        "Hikvision's own UPnP description",
        [&[Maker, Model, Serial, Production], NOTHING, NOTHING],
    ),
    tcp(
        Question::HikWebUi,
        "version files of Hikvision's web pages",
        [&[WebVersion, WebDate], NOTHING, NOTHING],
    ),
    tcp(Question::Favicon, "icon", [&[Maker], &[Maker], NOTHING]),
    tcp(
        Question::Login(Login::Hikvision),
        "ISAPI `deviceInfo`",
        [HIK_ALL, NOTHING, NOTHING],
    ),
    tcp(
        Question::Login(Login::HikvisionChannels),
        "ISAPI, a recorder's channels",
        [&[Channels], NOTHING, NOTHING],
    ),
    tcp(
        Question::Login(Login::Dahua),
        "Dahua `magicBox.cgi`",
        [NOTHING, &[Maker, Model, Serial, Firmware, BuildDate], NOTHING],
    ),
    tcp(
        Question::Login(Login::DahuaChannels),
        "Dahua CGI, a recorder's remote devices",
        [NOTHING, &[Channels], NOTHING],
    ),
    tcp(
        Question::Login(Login::Onvif),
        "ONVIF `GetDeviceInformation`, `GetNetworkInterfaces`",
        [
            HIK_ALL,
            &[Maker, Model, Serial, Firmware, BuildDate, Mac],
            &[Maker, Model, Serial, Firmware, Mac],
        ],
    ),
];

impl Brings {
    /// Whether it is asked with a login only.
    pub fn needs_login(&self) -> bool {
        matches!(self.way, Way::Tcp(Question::Login(_)))
    }
}

/// The table as Markdown, first what needs no login.
pub fn markdown() -> String {
    let mut page = String::new();
    for (heading, login) in [
        ("Without a login", false),
        ("With a login that the user supplies", true),
    ] {
        let _ = writeln!(
            page,
            "## {heading}\n\n| question | Hikvision | Dahua | others |\n| --- | --- | --- | --- |"
        );
        for row in TABLE.iter().filter(|row| row.needs_login() == login) {
            let cells = row.from.map(words);
            let _ = writeln!(page, "| {} | {} |", row.title, cells.join(" | "));
        }
        page.push('\n');
    }
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

fn words(what: &[What]) -> String {
    match what {
        [] => "–".into(),
        what => what.iter().map(What::to_string).collect::<Vec<_>>().join(", "),
    }
}
