//! The demo's segment as data: a dozen units and neighbours on the loopback, web and RTSP servers on the high
//! ports that they announce, so that an ordinary user can play them.

use crate::announce::Offer;
use crate::host::{CGI, Expect, Host, ISAPI, bare, dahua, hik, hik_dvr, onvif, other, quiet, tells};
use crate::replies as r;
use crate::tcp::rtsp::Rtsp;
use crate::tcp::{Site, Tcp};

/// What the demo sweeps.
pub const TARGETS: &str = "127.0.66.0/27";

const HIK: &[(u16, Tcp)] = &[(18080, Tcp::Http(Site::Hikvision(ISAPI)))];
const DAHUA: &[(u16, Tcp)] = &[(18081, Tcp::Http(Site::Dahua(CGI)))];
const PLAIN: &[(u16, Tcp)] = &[(18082, Tcp::Http(Site::Page(r::HTTP_PLAIN)))];
const WEB_SERVICE: &[(u16, Tcp)] = &[(18083, Tcp::Http(Site::Page(r::HTTP_WEB_SERVICE)))];

/// Where the unit that is asked there says that its RTSP server is.
pub const RTSP: u16 = 18554;
const DAHUA_RTSP: &[(u16, Tcp)] = &[PLAIN[0], (RTSP, Tcp::Rtsp(Rtsp::Dahua))];

const fn web(host: Host, tcp: &'static [(u16, Tcp)]) -> Host {
    Host { tcp, ..host }
}

const fn recorder(ip: &'static str, mac: &'static str) -> Host {
    let serial = "DS-7616NI-K20820220310CCRRH61266012WCVU";
    web(hik_dvr(ip, mac, "DS-7616NI-K2", serial, "V4.61.020build 220218"), HIK)
}

pub const STREET: &[Host] = &[
    web(
        onvif(
            hik(
                "127.0.66.10",
                "44:a6:42:66:00:10",
                "DS-2CD2143G2-I",
                "DS-2CD2143G2-I20220314AAWRJ51266010",
                "V5.7.3build 220112",
            ),
            r::WSD_HIK,
            "HIKVISION%20DS-2CD2143G2-I",
        ),
        HIK,
    ),
    web(
        Host {
            activated: false,
            ..hik(
                "127.0.66.11",
                "98:8b:0a:66:00:11",
                "DS-2DE4225IW-DE",
                "DS-2DE4225IW-DE20200102AAWRD81266011",
                "V5.6.11build 190426",
            )
        },
        HIK,
    ),
    recorder("127.0.66.12", "68:6d:bc:66:00:12"),
    Host {
        expect: Expect {
            same_as: Some("127.0.66.12"),
            ..recorder("127.0.66.13", "68:6d:bc:66:00:13").expect
        },
        ..recorder("127.0.66.13", "68:6d:bc:66:00:13")
    },
    web(
        hik(
            "127.0.66.14",
            "34:c6:dd:66:00:14",
            "CS-C6TC-32WFR",
            "CS-C6TC-32WFR0120180731CCRRC42266014",
            "V5.2.3build 180731",
        ),
        HIK,
    ),
    web(
        onvif(
            dahua(
                "127.0.66.20",
                "3c:ef:8c:66:00:20",
                "IPC",
                "IPC-HDW2431T-AS",
                "5J04C12PAG66020",
                "2.800.0000000.13.R",
            ),
            r::WSD_DAHUA,
            "Dahua",
        ),
        DAHUA,
    ),
    web(
        dahua(
            "127.0.66.21",
            "bc:32:5f:66:00:21",
            "NVR",
            "DHI-NVR5464-4KS2",
            "5K00D33PAZ66021",
            "4.001.0000005.1.R",
        ),
        DAHUA,
    ),
    web(
        dahua(
            "127.0.66.22",
            "38:af:29:66:00:22",
            "VTO",
            "VTO2202F-P",
            "6B07F21PAJ66022",
            "3.120.0000.0.R",
        ),
        DAHUA,
    ),
    web(
        Host {
            name: "Amcrest",
            ..dahua(
                "127.0.66.23",
                "9c:8e:cd:66:00:23",
                "IPC",
                "IP2M-841B",
                "AMC016CE66023",
                "2.420.AC00.15.R",
            )
        },
        DAHUA,
    ),
    // Its own discovery is off, and its web server says nothing: its serial number is in the realm of its RTSP
    // server alone, and where that is in its answer to multicast DNS.
    Host {
        offers: &[Offer {
            instance: "Bicycle stand",
            service: "_rtsp._tcp",
            port: RTSP,
            text: &[],
        }],
        ..onvif(
            tells(
                quiet(
                    "dahua",
                    "127.0.66.24",
                    "74:c9:29:66:00:24",
                    "IPC-HFW1320S",
                    "2M02F51PAA66024",
                    "2.420.0000.18.R",
                    DAHUA_RTSP,
                ),
                true,
                true,
            ),
            r::WSD_DAHUA,
            "Dahua",
        )
    },
    web(
        other("127.0.66.26", "ac:cc:8e:66:00:26", "AXIS%20P3245-LV", "P3245-LV"),
        PLAIN,
    ),
    web(other("127.0.66.27", "ec:71:db:66:00:27", "IPC-BO", "RLC-810A"), PLAIN),
    Host {
        wsd: Some(r::WSD_NAS),
        ..bare("127.0.66.28", "00:11:32:66:00:28", PLAIN)
    },
    web(
        other("127.0.66.29", "00:50:56:66:00:29", "canteen", "soap-gateway"),
        WEB_SERVICE,
    ),
];
