//! What a host of the lab is made of, and the kinds of hosts that there are.

use std::time::Duration;

use crate::announce::{Offer, Upnp};
use crate::replies as r;
use crate::tcp::cgi::{self, Ask, Cgi};
use crate::tcp::digest::Hash;
use crate::tcp::isapi::{self, Isapi, Tree, Ui};
use crate::tcp::onvif::Service;
use crate::tcp::rtsp::Rtsp;
use crate::tcp::{Site, Tcp};

/// What a good scan says of a host.
#[derive(Clone, Copy, Default)]
pub struct Expect {
    /// `hikvision`, `dahua` or nothing.
    pub maker: Option<&'static str>,
    pub model: Option<&'static str>,
    pub serial: Option<&'static str>,
    /// Verbatim.
    pub firmware: Option<&'static str>,
    /// Nobody may be surer than this: `confirmed`, `probable`, `possible` or `none`.
    pub at_most: &'static str,
    /// And nobody less sure than this.
    pub least: &'static str,
    pub mis_addressed: bool,
    pub class: Option<&'static str>,
    /// The brand on the label, where it is not the maker.
    pub brand: Option<&'static str>,
    /// Same unit as the host at this address.
    pub same_as: Option<&'static str>,
}

/// How a host treats the discovery questions.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum Hears {
    #[default]
    Both,
    UnicastOnly,
    MulticastOnly,
}

/// Ways in which a WS-Discovery reply is odd.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum Odd {
    #[default]
    No,
    OtherPort,
    NoRelatesTo,
    Gbk,
    ZeroXaddr,
    StaleXaddr,
    /// Says that its device service is at the file server's.
    ForeignXaddr,
}

#[derive(Clone, Copy)]
pub struct Host {
    pub ip: &'static str,
    pub mac: &'static str,
    pub sadp: Option<&'static str>,
    pub dhip: Option<&'static str>,
    pub wsd: Option<&'static str>,
    /// Answers the older discovery on UDP 5050.
    pub dvrip: bool,
    pub name: &'static str,
    /// The kind that a Dahua unit calls itself.
    pub kind: &'static str,
    pub model: &'static str,
    pub serial: &'static str,
    pub firmware: &'static str,
    pub tcp: &'static [(u16, Tcp)],
    pub hears: Hears,
    pub wsd_hears: Hears,
    pub odd: Odd,
    pub activated: bool,
    /// Sends its SADP answer to the group as well.
    pub sadp_to_group: bool,
    /// Answers SADP and DHIP to their own ports, whatever port it was asked from.
    pub to_own_port: bool,
    /// Drops everything but ARP.
    pub firewalled: bool,
    pub garbled: bool,
    /// Wedges when it is asked too much.
    pub fragile: bool,
    /// The ONVIF device service on each of its web servers.
    pub service: Option<Service>,
    pub upnp: Option<Upnp>,
    pub offers: &'static [Offer],
    pub expect: Expect,
}

/// When somebody answers ARP.
#[derive(Clone, Copy)]
pub enum When {
    Asked,
    Late(Duration),
    /// Never when asked, but unasked as soon as somebody else's address is asked for.
    Unasked {
        once: &'static str,
    },
}

/// Somebody who answers ARP for an address, and nothing else.
#[derive(Clone, Copy)]
pub struct Claim {
    pub ip: &'static str,
    pub mac: &'static str,
    pub when: When,
}

pub const fn claim(ip: &'static str, mac: &'static str) -> Claim {
    let when = When::Asked;
    Claim { ip, mac, when }
}

/// An innocent at whom liars point: nobody has business with its web server but for the banner.
pub const STRANGER: &str = "10.66.0.62";

/// The password of the one user whom a unit knows: one for each maker, as an installer leaves it.
pub fn password(host: &Host) -> &'static str {
    match host.expect.maker {
        Some("dahua") => "Leaf, shutter = \"7\"",
        _ => "Lens:cap-42",
    }
}

pub const ISAPI: Isapi = Isapi {
    root: r::HTTP_HIK,
    realm: "IP Camera(C1234)",
    hashes: &[Hash::Md5],
    tree: Tree::Isapi,
    ui: Ui::Newer,
    upnp: false,
    stale: false,
    channels: None,
};
pub const CGI: Cgi = Cgi {
    root: r::HTTP_DAHUA,
    ask: Ask::Digest("auth"),
    built: "2020-06-05",
    two_lines: false,
    numbered: false,
    remote: None,
};
/// A recorder that records other makers' cameras too.
pub const HIK_NVR: &[(u16, Tcp)] = &[
    (
        80,
        Tcp::Http(Site::Hikvision(Isapi {
            channels: Some((isapi::CHANNELS, isapi::CHANNEL_STATUS)),
            ..ISAPI
        })),
    ),
    HIK_RTSP,
    (8000, Tcp::HikGreeting),
];
pub const DAHUA_NVR: &[(u16, Tcp)] = &[
    (
        80,
        Tcp::Http(Site::Dahua(Cgi {
            remote: Some(cgi::REMOTE),
            ..CGI
        })),
    ),
    (554, Tcp::Rtsp(Rtsp::Dahua)),
    (37777, Tcp::Dvrip),
];
pub const HIK_TLS: &[(u16, Tcp)] = &[
    (
        443,
        Tcp::Https(Site::Hikvision(Isapi {
            hashes: &[Hash::Sha256, Hash::Md5],
            ..ISAPI
        })),
    ),
    HIK_RTSP,
];
pub const HIK_RTSP: (u16, Tcp) = (554, Tcp::Rtsp(Rtsp::Hikvision("IP Camera(C1234)")));
pub const HIK: &[(u16, Tcp)] = &[
    (80, Tcp::Http(Site::Hikvision(ISAPI))),
    HIK_RTSP,
    (8000, Tcp::HikGreeting),
];
pub const DAHUA: &[(u16, Tcp)] = &[
    (80, Tcp::Http(Site::Dahua(CGI))),
    (554, Tcp::Rtsp(Rtsp::Dahua)),
    (37777, Tcp::Dvrip),
];
const WEB: (u16, Tcp) = (80, Tcp::Http(Site::Page(r::HTTP_PLAIN)));
pub const PLAIN: &[(u16, Tcp)] = &[WEB];
/// A camera of anybody's.
pub const OTHER: &[(u16, Tcp)] = &[WEB, (554, Tcp::Rtsp(Rtsp::Live555))];
pub const TRAPS: &[(u16, Tcp)] = &[WEB, (515, Tcp::Mute), (631, Tcp::Mute), (9100, Tcp::Mute)];

pub const fn bare(ip: &'static str, mac: &'static str, tcp: &'static [(u16, Tcp)]) -> Host {
    Host {
        ip,
        mac,
        tcp,
        sadp: None,
        dhip: None,
        wsd: None,
        dvrip: false,
        name: "",
        kind: "",
        model: "",
        serial: "",
        firmware: "",
        hears: Hears::Both,
        wsd_hears: Hears::Both,
        odd: Odd::No,
        activated: true,
        sadp_to_group: false,
        to_own_port: false,
        firewalled: false,
        garbled: false,
        fragile: false,
        service: None,
        upnp: None,
        offers: &[],
        expect: Expect {
            maker: None,
            model: None,
            serial: None,
            firmware: None,
            at_most: "none",
            least: "none",
            mis_addressed: false,
            class: None,
            brand: None,
            same_as: None,
        },
    }
}

pub const fn unit(
    maker: &'static str,
    ip: &'static str,
    mac: &'static str,
    model: &'static str,
    serial: &'static str,
    firmware: &'static str,
    tcp: &'static [(u16, Tcp)],
) -> Host {
    Host {
        model,
        serial,
        firmware,
        expect: Expect {
            maker: Some(maker),
            model: Some(model),
            serial: Some(serial),
            firmware: Some(firmware),
            at_most: "confirmed",
            least: "confirmed",
            mis_addressed: false,
            class: Some("camera"),
            brand: None,
            same_as: None,
        },
        ..bare(ip, mac, tcp)
    }
}

pub const fn hik(
    ip: &'static str,
    mac: &'static str,
    model: &'static str,
    serial: &'static str,
    firmware: &'static str,
) -> Host {
    Host {
        sadp: Some(r::SADP_IPC),
        ..unit("hikvision", ip, mac, model, serial, firmware, HIK)
    }
}

pub const fn hik_dvr(
    ip: &'static str,
    mac: &'static str,
    model: &'static str,
    serial: &'static str,
    firmware: &'static str,
) -> Host {
    let host = Host {
        sadp: Some(r::SADP_DVR),
        ..hik(ip, mac, model, serial, firmware)
    };
    of_class(host, "recorder")
}

pub const fn dahua(
    ip: &'static str,
    mac: &'static str,
    kind: &'static str,
    model: &'static str,
    serial: &'static str,
    firmware: &'static str,
) -> Host {
    Host {
        dhip: Some(r::DHIP),
        kind,
        name: "Dahua",
        ..unit("dahua", ip, mac, model, serial, firmware, DAHUA)
    }
}

/// A unit that is no camera but this.
pub const fn of_class(host: Host, class: &'static str) -> Host {
    let class = Some(class);
    Host {
        expect: Expect { class, ..host.expect },
        ..host
    }
}

/// A unit that another brand sells.
pub const fn sold_as(host: Host, brand: &'static str) -> Host {
    let brand = Some(brand);
    Host {
        expect: Expect { brand, ..host.expect },
        ..host
    }
}

/// A second port of the unit at `first`.
pub const fn also_at(host: Host, first: &'static str) -> Host {
    let same_as = Some(first);
    Host {
        expect: Expect { same_as, ..host.expect },
        ..host
    }
}

pub const fn onvif(host: Host, template: &'static str, name: &'static str) -> Host {
    Host {
        wsd: Some(template),
        name,
        ..host
    }
}

pub const fn odd(host: Host, odd: Odd) -> Host {
    Host { odd, ..host }
}

pub const fn other(ip: &'static str, mac: &'static str, name: &'static str, model: &'static str) -> Host {
    Host {
        wsd: Some(r::WSD_OTHER),
        name,
        model,
        ..bare(ip, mac, OTHER)
    }
}

/// Discovery is off: what it is it tells only to who asks further, and all of it only to who logs in.
pub const fn quiet(
    maker: &'static str,
    ip: &'static str,
    mac: &'static str,
    model: &'static str,
    serial: &'static str,
    firmware: &'static str,
    tcp: &'static [(u16, Tcp)],
) -> Host {
    let host = unit(maker, ip, mac, model, serial, firmware, tcp);
    Host {
        expect: Expect {
            model: None,
            serial: None,
            firmware: None,
            class: None,
            least: "probable",
            ..host.expect
        },
        ..host
    }
}

/// What a unit tells without a login: its model, its serial number, or both.
pub const fn tells(host: Host, model: bool, serial: bool) -> Host {
    Host {
        expect: Expect {
            model: if model { Some(host.model) } else { None },
            serial: if serial { Some(host.serial) } else { None },
            ..host.expect
        },
        ..host
    }
}

pub const fn mis_addressed(host: Host) -> Host {
    Host {
        hears: Hears::MulticastOnly,
        activated: false,
        expect: Expect {
            at_most: "probable",
            least: "probable",
            mis_addressed: true,
            ..host.expect
        },
        ..host
    }
}

pub const fn silent(ip: &'static str, mac: &'static str) -> Host {
    Host {
        firewalled: true,
        ..bare(ip, mac, &[])
    }
}

pub const fn pc(ip: &'static str, mac: &'static str) -> Host {
    bare(ip, mac, &[])
}
