//! The estate as data: every host that exists, what it says, and what a good scan says of it.

use std::time::Duration;

use crate::announce::{Offer, Upnp};
use crate::crowd;
use crate::host::*;
use crate::replies as r;
use crate::tcp::onvif::{Login, Refusal, Service};
use crate::tcp::{Site, Tcp};
use crate::unsettled::UNSETTLED;

/// 10.66.0.0/24 and the two units that answer from outside it.
pub const NEAR: &[Host] = &join::<{ SETTLED.len() + UNSETTLED.len() }>();

const fn join<const N: usize>() -> [Host; N] {
    let mut all = [SETTLED[0]; N];
    let mut at = 0;
    while at < N {
        all[at] = match at < SETTLED.len() {
            true => SETTLED[at],
            false => UNSETTLED[at - SETTLED.len()],
        };
        at += 1;
    }
    all
}

/// An ONVIF device service of another maker's, which no login of ours concerns.
const fn service(host: Host, manufacturer: &'static str, refusal: Refusal) -> Host {
    let service = Some(Service {
        manufacturer,
        refusal,
        login: Login::Nobody,
        ahead: 0,
        elsewhere: None,
    });
    Host { service, ..host }
}

/// A printer offers its web page and its queue.
const PRINTER: &[Offer] = &[
    Offer {
        instance: "LaserJet M402 [100060]",
        service: "_http._tcp",
        port: 80,
        text: &[],
    },
    Offer {
        instance: "LaserJet M402 [100060]",
        service: "_ipp._tcp",
        port: 631,
        text: &["ty=HP LaserJet M402n", "note=Library"],
    },
];

/// What discovery settles, and those who are no units.
const SETTLED: &[Host] = &[
    Host {
        upnp: Some(Upnp {
            server: "RouterOS/6.49 UPnP/1.0 MikroTik UPnP/1.0",
            id: "55505050-474d-0000-0000-{mac0}",
            location: "http://{ip}:2828/gateway_description.xml",
        }),
        ..bare(
            "10.66.0.1",
            "4c:5e:0c:10:00:01",
            &[
                (80, Tcp::Http(Site::Page(r::HTTP_ROUTER))),
                (2828, Tcp::Http(Site::Upnp("/gateway_description.xml", r::UPNP_ROUTER))),
            ],
        )
    },
    Host {
        sadp_to_group: true,
        ..onvif(
            hik(
                "10.66.0.10",
                "44:a6:42:10:00:10",
                "DS-2CD2143G2-I",
                "DS-2CD2143G2-I20220314AAWRJ51200110",
                "V5.7.3build 220112",
            ),
            r::WSD_HIK,
            "HIKVISION%20DS-2CD2143G2-I",
        )
    },
    hik(
        "10.66.0.11",
        "4c:f5:dc:10:00:11",
        "DS-2CD2320D-I",
        "DS-2CD2320D-I20180411CCCHC22200111",
        "V5.5.6build 180326",
    ),
    of_class(
        odd(
            onvif(
                hik(
                    "10.66.0.12",
                    "98:8b:0a:10:00:12",
                    "DS-2DE4225IW-DE",
                    "DS-2DE4225IW-DE20200102AAWRD81200112",
                    "V5.6.11build 190426",
                ),
                r::WSD_HIK,
                "HIKVISION%20DS-2DE4225IW-DE",
            ),
            Odd::NoRelatesTo,
        ),
        "ptz",
    ),
    Host {
        hears: Hears::UnicastOnly,
        ..hik(
            "10.66.0.13",
            "bc:ad:28:10:00:13",
            "DS-2CD2386G2-IU",
            "DS-2CD2386G2-IU20230605AAWRK91200113",
            "V5.7.12build 230314",
        )
    },
    Host {
        activated: false,
        ..hik(
            "10.66.0.14",
            "c0:56:e3:10:00:14",
            "DS-2CD1043G0-I",
            "DS-2CD1043G0-I20210909AAWRG41200114",
            "V5.5.84build 200810",
        )
    },
    Host {
        to_own_port: true,
        ..hik(
            "10.66.0.15",
            "a4:14:37:10:00:15",
            "DS-2CD2T47G1-L",
            "DS-2CD2T47G1-L20191120AAWRD61200115",
            "V5.6.3build 190923",
        )
    },
    Host {
        tcp: HIK_NVR,
        ..hik_dvr(
            "10.66.0.20",
            "68:6d:bc:10:00:20",
            "DS-7608NI-I2/8P",
            "DS-7608NI-I2/8P0820210719CCRRG52200120WCVU",
            "V4.31.102build 210112",
        )
    },
    Host {
        tcp: HIK_NVR,
        ..also_at(
            hik_dvr(
                "10.66.0.21",
                "68:6d:bc:10:00:21",
                "DS-7608NI-I2/8P",
                "DS-7608NI-I2/8P0820210719CCRRG52200120WCVU",
                "V4.31.102build 210112",
            ),
            "10.66.0.20",
        )
    },
    hik_dvr(
        "10.66.0.22",
        "54:c4:15:10:00:22",
        "DS-7804HQH-K1",
        "DS-7804HQH-K10420190315CCWRC72200122WCVU",
        "V3.5.37build 191213",
    ),
    sold_as(
        hik(
            "10.66.0.23",
            "34:c6:dd:10:00:23",
            "CS-C6TC-32WFR",
            "CS-C6TC-32WFR0120180731CCRRC42200123",
            "V5.2.3build 180731",
        ),
        "EZVIZ",
    ),
    sold_as(
        hik(
            "10.66.0.24",
            "28:f3:66:10:00:24",
            "I61DR",
            "I61DR20161217AAWR691200124",
            "V5.4.5build 170123",
        ),
        "Annke",
    ),
    quiet(
        "hikvision",
        "10.66.0.25",
        "80:48:9f:10:00:25",
        "DS-2CD2186G2-ISU",
        "DS-2CD2186G2-ISU20210930AAWRG70200125",
        "V5.7.0build 210816",
        HIK,
    ),
    quiet(
        "hikvision",
        "10.66.0.26",
        "ac:cb:51:10:00:26",
        "DS-2CD3686G2T-IZS",
        "DS-2CD3686G2T-IZS20230214AAWRL00200126",
        "V5.7.13build 230411",
        HIK_TLS,
    ),
    onvif(
        dahua(
            "10.66.0.30",
            "3c:ef:8c:10:00:30",
            "IPC",
            "IPC-HDW2431T-AS",
            "5J04C12PAG00130",
            "2.800.0000000.13.R",
        ),
        r::WSD_DAHUA,
        "Dahua",
    ),
    odd(
        onvif(
            dahua(
                "10.66.0.31",
                "4c:11:bf:10:00:31",
                "IPC",
                "IPC-HFW2431S-S-S2",
                "6E05A11PAG00131",
                "2.840.0000000.18.R",
            ),
            r::WSD_DAHUA,
            "Dahua",
        ),
        Odd::StaleXaddr,
    ),
    odd(
        onvif(
            dahua(
                "10.66.0.32",
                "90:02:a9:10:00:32",
                "IPC",
                "IPC-HFW4300S",
                "1F02B3FPAN00132",
                "2.400.0.8",
            ),
            r::WSD_DAHUA,
            "Dahua",
        ),
        Odd::ZeroXaddr,
    ),
    Host {
        hears: Hears::UnicastOnly,
        to_own_port: true,
        ..dahua(
            "10.66.0.33",
            "e0:50:8b:10:00:33",
            "TPC",
            "TPC-BF2221",
            "4A03E55YAZ00133",
            "2.630.0000000.6.R",
        )
    },
    Host {
        wsd_hears: Hears::UnicastOnly,
        ..onvif(
            dahua(
                "10.66.0.34",
                "a0:bd:1d:10:00:34",
                "IPC",
                "IPC-HDBW2831R-ZS",
                "7G0AA77PAG00134",
                "3.142.0000000.8.R",
            ),
            r::WSD_DAHUA,
            "Dahua",
        )
    },
    Host {
        tcp: DAHUA_NVR,
        ..of_class(
            dahua(
                "10.66.0.40",
                "bc:32:5f:10:00:40",
                "NVR",
                "DHI-NVR5464-4KS2",
                "5K00D33PAZ00140",
                "4.001.0000005.1.R",
            ),
            "recorder",
        )
    },
    of_class(
        dahua(
            "10.66.0.41",
            "38:af:29:10:00:41",
            "VTO",
            "VTO2202F-P",
            "6B07F21PAJ00141",
            "3.120.0000.0.R",
        ),
        "door-station",
    ),
    of_class(
        dahua(
            "10.66.0.42",
            "e4:24:6c:10:00:42",
            "VTH",
            "VTH5221D",
            "4M01C08PAJ00142",
            "4.000.0000002.0.R",
        ),
        "monitor",
    ),
    sold_as(
        Host {
            name: "Amcrest",
            ..dahua(
                "10.66.0.43",
                "9c:8e:cd:10:00:43",
                "IPC",
                "IP2M-841B",
                "AMC016CE00143",
                "2.420.AC00.15.R",
            )
        },
        "Amcrest",
    ),
    tells(
        quiet(
            "dahua",
            "10.66.0.44",
            "14:a7:8b:10:00:44",
            "IPC-HDW5442TM-AS",
            "6L0AF31PAG00144",
            "2.820.0000000.18.R",
            DAHUA,
        ),
        false,
        true,
    ),
    of_class(
        Host {
            dvrip: true,
            kind: "DVR",
            ..unit(
                "dahua",
                "10.66.0.45",
                "90:02:a9:10:00:45",
                "DH-DVR0404LE-AS",
                "1A02C7DPAU00145",
                "2.210.1.0",
                &[],
            )
        },
        "recorder",
    ),
    other("10.66.0.50", "ac:cc:8e:10:00:50", "AXIS%20P3245-LV", "P3245-LV"),
    service(
        odd(
            other("10.66.0.51", "48:ea:63:10:00:51", "UNIVIEW", "IPC3614SR3"),
            Odd::OtherPort,
        ),
        "UNIVIEW",
        Refusal::BareFault500,
    ),
    other("10.66.0.52", "ec:71:db:10:00:52", "IPC-BO", "RLC-810A"),
    Host {
        firmware: "1.40.00_20200109_R280",
        serial: "ZNMV70GM600053X",
        ..service(
            other("10.66.0.53", "00:09:18:10:00:53", "Hanwha", "XNO-6080R"),
            "Hanwha Techwin",
            Refusal::Never,
        )
    },
    Host {
        wsd: Some(r::WSD_HIK),
        ..other("10.66.0.54", "48:02:2a:10:00:54", "CamHiPro", "IPCAM")
    },
    Host {
        wsd: Some(r::WSD_DAHUA),
        ..other("10.66.0.55", "00:12:31:10:00:55", "IPC-Xcam", "IP_Camera")
    },
    odd(other("10.66.0.56", "00:1b:c5:10:00:56", "Kam", "K1"), Odd::Gbk),
    Host {
        offers: PRINTER,
        ..bare("10.66.0.60", "3c:d9:2b:10:00:60", TRAPS)
    },
    bare("10.66.0.61", "00:80:77:10:00:61", TRAPS),
    Host {
        wsd: Some(r::WSD_NAS),
        ..bare("10.66.0.62", "00:11:32:10:00:62", PLAIN)
    },
    bare(
        "10.66.0.63",
        "00:50:56:10:00:63",
        &[(80, Tcp::Http(Site::Page(r::HTTP_WEB_SERVICE)))],
    ),
    bare(
        "10.66.0.64",
        "00:0e:8e:10:00:64",
        &[(80, Tcp::Http(Site::Page(r::HTTP_GOAHEAD)))],
    ),
    bare("10.66.0.65", "40:2c:76:10:00:65", PLAIN),
    Host {
        garbled: true,
        ..bare("10.66.0.66", "b8:27:eb:10:00:66", PLAIN)
    },
    silent("10.66.0.100", "f8:b1:56:10:01:00"),
    silent("10.66.0.101", "f8:b1:56:10:01:01"),
    silent("10.66.0.102", "f8:b1:56:10:01:02"),
    pc("10.66.0.103", "f8:b1:56:10:01:03"),
    pc("10.66.0.104", "f8:b1:56:10:01:04"),
    pc("10.66.0.105", "f8:b1:56:10:01:05"),
    pc("10.66.0.106", "f8:b1:56:10:01:06"),
    pc("10.66.0.107", "f8:b1:56:10:01:07"),
    pc("10.66.0.108", "f8:b1:56:10:01:08"),
    pc("10.66.0.109", "f8:b1:56:10:01:09"),
    pc("10.66.0.110", "f8:b1:56:10:01:10"),
    pc("10.66.0.111", "f8:b1:56:10:01:11"),
    pc("10.66.0.112", "f8:b1:56:10:01:12"),
    pc("10.66.0.113", "f8:b1:56:10:01:13"),
    pc("10.66.0.114", "f8:b1:56:10:01:14"),
    pc("10.66.0.115", "f8:b1:56:10:01:15"),
    pc("10.66.0.116", "f8:b1:56:10:01:16"),
    pc("10.66.0.117", "f8:b1:56:10:01:17"),
    silent("10.66.0.130", "da:a1:19:10:01:30"),
    silent("10.66.0.131", "da:a1:19:10:01:31"),
    silent("10.66.0.132", "da:a1:19:10:01:32"),
    silent("10.66.0.133", "da:a1:19:10:01:33"),
    mis_addressed(hik(
        "192.168.1.64",
        "e0:ba:ad:10:01:64",
        "DS-2CD1023G0E-I",
        "DS-2CD1023G0E-I20240301AAWRL11200164",
        "V5.7.1build 211130",
    )),
    mis_addressed(dahua(
        "192.168.1.108",
        "fc:5f:49:10:01:08",
        "IPC",
        "IPC-HDW1431T1-S4",
        "8J0BB42PAG00108",
        "2.840.0000000.5.R",
    )),
];

/// 10.77.0.0/24, behind the router 10.66.0.1: no group reaches it.
pub const FAR: &[Host] = &[
    Host {
        hears: Hears::UnicastOnly,
        wsd_hears: Hears::UnicastOnly,
        ..onvif(
            hik(
                "10.77.0.10",
                "44:47:cc:10:77:10",
                "DS-2CD2046G2-I",
                "DS-2CD2046G2-I20220801AAWRJ91207710",
                "V5.7.10build 220701",
            ),
            r::WSD_HIK,
            "HIKVISION%20DS-2CD2046G2-I",
        )
    },
    Host {
        hears: Hears::UnicastOnly,
        ..dahua(
            "10.77.0.11",
            "24:52:6a:10:77:11",
            "IPC",
            "IPC-HFW2831T-ZS",
            "6H09C66PAG07711",
            "2.820.0000000.5.R",
        )
    },
    Host {
        firewalled: true,
        ..pc("10.77.0.20", "f8:b1:56:10:77:20")
    },
    quiet(
        "hikvision",
        "10.77.0.30",
        "08:54:11:10:77:30",
        "DS-2CD2047G2-LU",
        "DS-2CD2047G2-LU20220105AAWRJ00207730",
        "V5.7.2build 211230",
        HIK,
    ),
];

/// 10.88.0.0/28, on the scanner's second interface.
pub const SECOND: &[Host] = &[
    hik(
        "10.88.0.3",
        "50:e5:38:10:88:03",
        "DS-2CD2347G2-LU",
        "DS-2CD2347G2-LU20210503AAWRF81208803",
        "V5.5.150build 210213",
    ),
    dahua(
        "10.88.0.4",
        "9c:14:63:10:88:04",
        "IPC",
        "IPC-HDW3441TM-AS",
        "7C08D19PAG08804",
        "2.800.0000000.29.R",
    ),
];

/// A camera maker's box that answers for a dozen addresses where nobody lives.
pub const PROXY: &str = "44:a6:42:10:02:00";
/// An address that two machines hold.
pub const TWICE: &str = "10.66.0.213";
pub const UNASKED: &str = "10.66.0.214";
pub const LATE: &str = "10.66.0.215";

/// Oddities of ARP, in an otherwise empty part of 10.66.0.0/24.
pub const CLAIMS: &[Claim] = &[
    claim("10.66.0.200", PROXY),
    claim("10.66.0.201", PROXY),
    claim("10.66.0.202", PROXY),
    claim("10.66.0.203", PROXY),
    claim("10.66.0.204", PROXY),
    claim("10.66.0.205", PROXY),
    claim("10.66.0.206", PROXY),
    claim("10.66.0.207", PROXY),
    claim("10.66.0.208", PROXY),
    claim("10.66.0.209", PROXY),
    claim("10.66.0.210", PROXY),
    claim("10.66.0.211", PROXY),
    claim(TWICE, "f8:b1:56:10:02:13"),
    claim(TWICE, "3c:d9:2b:10:02:13"),
    Claim {
        when: When::Unasked { once: "10.66.0.220" },
        ..claim(UNASKED, "f8:b1:56:10:02:14")
    },
    Claim {
        // Whenever it is asked in the first round of a /24, it is found in the third, never on the border of two.
        when: When::Late(Duration::from_millis(900)),
        ..claim(LATE, "f8:b1:56:10:02:15")
    },
];

/// Everybody on the scanner's segment.
pub fn near() -> impl Iterator<Item = &'static Host> {
    // The router is the first.
    let odd = if crowd::is_quiet() { 1 } else { NEAR.len() };
    NEAR.iter().take(odd).chain(crowd::near())
}

/// Everybody behind the router.
pub fn far() -> impl Iterator<Item = &'static Host> {
    FAR.iter().chain(crowd::far())
}

pub fn all() -> impl Iterator<Item = &'static Host> {
    near().chain(far()).chain(SECOND)
}
