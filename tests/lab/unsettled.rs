//! The other half of the segment: units whose discovery is off, so that they tell what they are only to who asks
//! further or logs in; neighbours that announce themselves; and rogues that are after a password.

use crate::announce::{Offer, Upnp};
use crate::host::*;
use crate::replies as r;
use crate::tcp::cgi::{self, Ask, Cgi};
use crate::tcp::isapi::{Isapi, Tree, Ui};
use crate::tcp::onvif::{Login, Refusal, Service};
use crate::tcp::rogues::Rogue;
use crate::tcp::rtsp::Rtsp;
use crate::tcp::{Site, Tcp};

const SERVICE: Service = Service {
    manufacturer: "HIKVISION",
    refusal: Refusal::Digest401,
    login: Login::Http,
    ahead: 0,
    elsewhere: None,
};

/// Answers to a name's worth of multicast DNS.
const fn offer(instance: &'static str, service: &'static str, port: u16, text: &'static [&'static str]) -> Offer {
    Offer {
        instance,
        service,
        port,
        text,
    }
}

const fn web(isapi: Isapi) -> (u16, Tcp) {
    (80, Tcp::Http(Site::Hikvision(isapi)))
}

const fn cgi(cgi: Cgi) -> (u16, Tcp) {
    (80, Tcp::Http(Site::Dahua(cgi)))
}

const DAHUA_RTSP: (u16, Tcp) = (554, Tcp::Rtsp(Rtsp::Dahua));
const DVRIP: (u16, Tcp) = (37777, Tcp::Dvrip);

/// SADP by the book but for the firmware, so that its web server is asked; and there sits `rogue`.
const fn rogue(ip: &'static str, mac: &'static str, serial: &'static str, tcp: &'static [(u16, Tcp)]) -> Host {
    let host = unit("hikvision", ip, mac, "DS-2CD2085G1-I", serial, "", tcp);
    Host {
        sadp: Some(r::SADP_BARE),
        expect: Expect {
            firmware: None,
            least: "possible",
            ..host.expect
        },
        ..host
    }
}

/// Who never gets as far as a login, whatever it answers.
pub const ROGUES: &[&str] = &["10.66.0.70", "10.66.0.71", "10.66.0.72", "10.66.0.73", "10.66.0.74"];
/// It lets us log in and sends us away then.
pub const TURNCOAT: &str = "10.66.0.75";
/// Where rogues send visitors: a plain web server that has no part in it.
pub const DECOY: &str = "10.66.0.63";
pub const FRAGILE: &str = "10.66.0.47";
/// Knows Basic only, and no TLS.
pub const BASIC: &str = "10.66.0.49";
/// Knows Basic only, and TLS only.
pub const BASIC_TLS: &str = "10.66.0.36";
const OLD_CGI: Cgi = Cgi {
    ask: Ask::Basic,
    built: "2014-11-20",
    ..CGI
};

pub const UNSETTLED: &[Host] = &[
    // ONVIF alone, by UsernameToken, and a clock of its own.
    Host {
        service: Some(Service {
            refusal: Refusal::NotAuthorized400,
            login: Login::UsernameToken,
            ahead: 2,
            ..SERVICE
        }),
        ..onvif(
            tells(
                quiet(
                    "hikvision",
                    "10.66.0.27",
                    "80:f5:ae:10:00:27",
                    "DS-2CD2383G0-I",
                    "DS-2CD2383G0-I20190611AAWRD30200127",
                    "V5.6.2 build 190701",
                    &[
                        web(Isapi {
                            tree: Tree::Off,
                            ..ISAPI
                        }),
                        HIK_RTSP,
                    ],
                ),
                true,
                false,
            ),
            r::WSD_HIK,
            "HIKVISION%20DS-2CD2383G0-I",
        )
    },
    // Firmware of 2014: PSIA. Its nonce is too old when it is first used.
    Host {
        service: Some(Service {
            refusal: Refusal::Html401,
            login: Login::Nobody,
            ..SERVICE
        }),
        ..onvif(
            tells(
                quiet(
                    "hikvision",
                    "10.66.0.28",
                    "84:94:59:10:00:28",
                    "DS-2CD2132-I",
                    "DS-2CD2132-I20140512CCWR460200128",
                    "V5.1.8build 140616",
                    &[
                        web(Isapi {
                            root: r::HTTP_OLD_HIK,
                            realm: "DS-2CD2132-I",
                            tree: Tree::Psia,
                            ui: Ui::Older,
                            stale: true,
                            ..ISAPI
                        }),
                        HIK_RTSP,
                        (8000, Tcp::HikGreeting),
                    ],
                ),
                true,
                false,
            ),
            r::WSD_HIK,
            "HIKVISION%20DS-2CD2132-I",
        )
    },
    // TLS 1.0 and nothing else.
    quiet(
        "hikvision",
        "10.66.0.29",
        "84:9a:40:10:00:29",
        "DS-2CD2T22WD-I5",
        "DS-2CD2T22WD-I520160118AAWR560200129",
        "V5.3.6build 151105",
        &[
            (443, Tcp::OldTls(Site::Hikvision(ISAPI))),
            HIK_RTSP,
            (8000, Tcp::HikGreeting),
        ],
    ),
    // Tells strangers model and serial number.
    tells(
        quiet(
            "hikvision",
            "10.66.0.35",
            "94:e1:ac:10:00:35",
            "DS-2CD2142FWD-I",
            "DS-2CD2142FWD-I20170703AAWR770200135",
            "V5.5.0build 170725",
            &[web(Isapi { upnp: true, ..ISAPI }), HIK_RTSP],
        ),
        true,
        true,
    ),
    // A recorder that calls its model by a number.
    tells(
        quiet(
            "dahua",
            "10.66.0.39",
            "c4:aa:c4:10:00:39",
            "DHI-NVR4216-16P-4KS2",
            "4C01A5EPAZ00139",
            "4.000.0000002.11",
            &[
                cgi(Cgi {
                    numbered: true,
                    remote: Some(cgi::REMOTE),
                    ..CGI
                }),
                DAHUA_RTSP,
                DVRIP,
            ],
        ),
        false,
        true,
    ),
    // Announces itself by SSDP and mDNS.
    Host {
        upnp: Some(Upnp {
            server: "Linux, UPnP/1.0, Private Upnp SDK",
            id: "device_3_0-{serial}",
            location: "http://{ip}:49152/upnp_device_desc.xml",
        }),
        offers: &[
            offer(
                "{serial}",
                "_http._tcp",
                80,
                &["host={serial}", "mac={mac}", "ip={ip}", "subnet=255.255.255.0"],
            ),
            offer("IPC_LAB", "_psia._tcp", 80, &["path=/"]),
        ],
        ..tells(
            quiet(
                "dahua",
                "10.66.0.46",
                "74:c9:29:10:00:46",
                "IPC-HFW1320S",
                "2M02F51PAA00146",
                "2.420.0000.18.R",
                &[
                    cgi(Cgi {
                        two_lines: true,
                        built: "2016-09-08",
                        ask: Ask::Digest("auth,auth-int"),
                        ..CGI
                    }),
                    (49152, Tcp::Http(Site::Upnp("/upnp_device_desc.xml", r::UPNP_DAHUA))),
                    DAHUA_RTSP,
                    DVRIP,
                ],
            ),
            true,
            true,
        )
    },
    // Wedges when it is asked too much.
    Host {
        fragile: true,
        ..tells(
            quiet(
                "dahua",
                FRAGILE,
                "8c:e9:b4:10:00:47",
                "IPC-HDW4431C-A",
                "3J041E8PAN00147",
                "2.622.0000000.21.R",
                DAHUA,
            ),
            false,
            true,
        )
    },
    // ONVIF alone, by digest.
    Host {
        service: Some(Service {
            manufacturer: "Dahua",
            ..SERVICE
        }),
        ..onvif(
            tells(
                quiet(
                    "dahua",
                    "10.66.0.48",
                    "c0:39:5a:10:00:48",
                    "IPC-HFW3441E-AS",
                    "7D09B2FPAG00148",
                    "2.800.0000000.29.R, Build Date 2021-07-30",
                    &[
                        cgi(Cgi {
                            ask: Ask::Nothing,
                            ..CGI
                        }),
                        DAHUA_RTSP,
                        DVRIP,
                    ],
                ),
                true,
                true,
            ),
            r::WSD_DAHUA,
            "Dahua",
        )
    },
    tells(
        quiet(
            "dahua",
            BASIC,
            "d4:43:0e:10:00:49",
            "IPC-HDW4300S",
            "1B00C4APAN00149",
            "2.420.0001.0.R",
            &[
                (80, Tcp::Http(Site::Dahua(OLD_CGI))),
                (554, Tcp::Rtsp(Rtsp::OldDahua)),
                DVRIP,
            ],
        ),
        false,
        true,
    ),
    tells(
        quiet(
            "dahua",
            BASIC_TLS,
            "d4:43:0e:10:00:36",
            "IPC-HFW4300S-V2",
            "1C00D5BPAN00136",
            "2.420.0002.0.R",
            &[
                (443, Tcp::Https(Site::Dahua(OLD_CGI))),
                (554, Tcp::Rtsp(Rtsp::OldDahua)),
                DVRIP,
            ],
        ),
        false,
        true,
    ),
    // A television.
    Host {
        upnp: Some(Upnp {
            server: "SHP, UPnP/1.0, Samsung UPnP SDK/1.0",
            id: "0d1cef00-00de-1000-8a2c-{mac0}",
            location: "http://{ip}:7676/description.xml",
        }),
        ..bare(
            "10.66.0.67",
            "00:12:fb:10:00:67",
            &[(7676, Tcp::Http(Site::Upnp("/description.xml", r::UPNP_TV)))],
        )
    },
    // Says that its description is at somebody else's.
    Host {
        upnp: Some(Upnp {
            server: "Linux/3.4 UPnP/1.0 gateway/1.0",
            id: "7a1b2c00-0000-1000-8000-{mac0}",
            location: "http://10.66.0.62:49155/stolen.xml",
        }),
        ..bare("10.66.0.68", "00:50:56:10:00:68", PLAIN)
    },
    rogue(
        ROGUES[0],
        "b8:27:eb:10:00:70",
        "DS-2CD2085G1-I20190101AAWRC00200170",
        &[(80, Tcp::Http(Site::Rogue(Rogue::BasicOnly)))],
    ),
    rogue(
        ROGUES[1],
        "b8:27:eb:10:00:71",
        "DS-2CD2085G1-I20190101AAWRC00200171",
        &[(80, Tcp::Http(Site::Rogue(Rogue::Redirect(DECOY))))],
    ),
    // Its device service is, so it says, at the file server's; its own wants the password in clear.
    Host {
        wsd: Some(r::WSD_HIK),
        name: "HIKVISION",
        odd: Odd::ForeignXaddr,
        service: Some(Service {
            refusal: Refusal::BareFault500,
            login: Login::Nobody,
            elsewhere: Some(STRANGER),
            ..SERVICE
        }),
        ..rogue(
            ROGUES[2],
            "b8:27:eb:10:00:72",
            "DS-2CD2085G1-I20190101AAWRC00200172",
            &[(80, Tcp::Http(Site::Rogue(Rogue::BasicOnly)))],
        )
    },
    rogue(
        ROGUES[3],
        "b8:27:eb:10:00:73",
        "DS-2CD2085G1-I20190101AAWRC00200173",
        &[(80, Tcp::Http(Site::Rogue(Rogue::AuthIntOnly)))],
    ),
    rogue(
        ROGUES[4],
        "b8:27:eb:10:00:74",
        "DS-2CD2085G1-I20190101AAWRC00200174",
        &[(80, Tcp::Http(Site::Rogue(Rogue::HugeRealm)))],
    ),
    rogue(
        TURNCOAT,
        "b8:27:eb:10:00:75",
        "DS-2CD2085G1-I20190101AAWRC00200175",
        &[(80, Tcp::Http(Site::Rogue(Rogue::RedirectAfterLogin(DECOY))))],
    ),
];

#[test]
fn a_question_is_answered_with_instance_port_text_and_address() {
    use crate::announce;
    let host = UNSETTLED.iter().find(|host| !host.offers.is_empty());
    let host = host.expect("somebody offers something");
    let mut question = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0".to_vec();
    question.extend(announce::name("_http._tcp.local"));
    question.extend([0, 12, 0x80, 1]);
    let answer = announce::mdns(host, &question).expect("an answer");
    assert_eq!(answer[..8], *b"\x12\x34\x84\0\0\0\0\x04");
    assert!(
        answer
            .windows(host.serial.len())
            .any(|part| part == host.serial.as_bytes())
    );
    assert_eq!(announce::mdns(host, &answer), None, "an answer is no question");
}
