//! What the makers' web servers say without a login, page by page.

#![expect(clippy::type_complexity, reason = "a table reads best with its type in sight")]

use camsweep::fact::{Name, Protocol, Reply};
use camsweep::identify::{Confidence, Knowledge};
use camsweep::judge::judge;
use camsweep::read::{Reading, read};
use proptest::prelude::*;

const DEVICE_INFO: &str = "GET /ISAPI/System/deviceInfo";
const ACTIVATE_STATUS: &str = "GET /SDK/activateStatus";
const DESCRIPTION: &str = "GET /upnpdevicedesc.xml";
const ICON: &str = "GET /favicon.ico";
const SEA_CONFIG: &str = "GET /doc/script/lib/seajs/config/sea-config.js";
const GLOBAL_CONFIG: &str = "GET /doc/script/global_config.js";
const CGI: &str = "GET /cgi-bin/magicBox.cgi?action=getSystemInfo";

fn reply(protocol: Protocol, asked: &str, bytes: impl Into<Vec<u8>>) -> Reply {
    Reply {
        asked: Some(asked.into()),
        ..Reply::new("10.0.0.5", protocol, bytes)
    }
}

fn page(body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\n\r\n{body}").into_bytes()
}

fn said(reply: &Reply) -> Vec<(Name, String)> {
    match read(reply) {
        Reading::Facts(facts) => facts.into_iter().map(|said| (said.name, said.value)).collect(),
        other => panic!("{other:?}"),
    }
}

/// The facts of these names only, so that a table has what matters.
#[track_caller]
fn assert_says(reply: &Reply, names: &[Name], expected: &[(Name, &str)]) {
    let said = said(reply);
    let told: Vec<(Name, &str)> = said
        .iter()
        .filter(|(name, _)| names.contains(name))
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    assert_eq!(told, expected, "{said:#?}");
}

#[test]
fn isapi_documents_are_told_by_their_root_and_its_namespace() {
    use Name::{Activated, Firmware, IsapiDocument, IsapiNamespace, Model, OemCode};
    const HIKVISION: &str = "http://www.hikvision.com/ver20/XMLSchema";
    const NEUTRAL: &str = "http://www.std-cgi.com/ver20/XMLSchema";
    let names = [IsapiDocument, IsapiNamespace, Activated, Model, Firmware, OemCode];
    let table: [(&str, &str, &[(Name, &str)]); 10] = [
        (
            DEVICE_INFO,
            "<?xml version=\"1.0\"?>\n<!-- a > b is passed over by nobody -->",
            &[],
        ),
        (
            DEVICE_INFO,
            "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<userCheck>\n<statusValue>401</statusValue></userCheck>",
            &[(IsapiDocument, "userCheck")],
        ),
        (
            DEVICE_INFO,
            "<userCheck version=\"2.0\" xmlns=\"http://www.std-cgi.com/ver20/XMLSchema\"><statusValue>401",
            &[(IsapiDocument, "userCheck"), (IsapiNamespace, NEUTRAL)],
        ),
        (
            DEVICE_INFO,
            "<ResponseStatus xmlns=\"http://www.hikvision.com/ver20/XMLSchema\"><statusCode>4</statusCode></ResponseStatus>",
            &[(IsapiDocument, "ResponseStatus"), (IsapiNamespace, HIKVISION)],
        ),
        (
            DEVICE_INFO,
            "<DeviceInfo xmlns=\"http://www.hikvision.com/ver20/XMLSchema\"><model>DS-1</model>\
             <firmwareVersion>V5.7.3</firmwareVersion><OEMCode>1</OEMCode></DeviceInfo>",
            &[
                (IsapiDocument, "DeviceInfo"),
                (IsapiNamespace, HIKVISION),
                (Model, "DS-1"),
                (Firmware, "V5.7.3"),
                (OemCode, "1"),
            ],
        ),
        (
            ACTIVATE_STATUS,
            "<ActivateStatus version=\"2.0\" xmlns=\"http://www.hikvision.com/ver20/XMLSchema\"><Activated>False</Activated></ActivateStatus>",
            &[
                (IsapiDocument, "ActivateStatus"),
                (IsapiNamespace, HIKVISION),
                (Activated, "false"),
            ],
        ),
        // Firmware has been seen to misspell its booleans: then nothing is known.
        (
            ACTIVATE_STATUS,
            "<ActivateStatus><Activated>flase</Activated></ActivateStatus>",
            &[(IsapiDocument, "ActivateStatus")],
        ),
        (ACTIVATE_STATUS, "<html><body>ActivateStatus</body></html>", &[]),
        (
            DEVICE_INFO,
            "<pre><userCheck><statusValue>401</statusValue></userCheck></pre>",
            &[],
        ),
        (
            DEVICE_INFO,
            "it says <userCheck><statusValue>401</statusValue></userCheck>",
            &[],
        ),
    ];
    for (asked, body, expected) in table {
        assert_says(&reply(Protocol::Isapi, asked, page(body)), &names, expected);
    }
}

#[test]
fn a_description_gives_model_and_serial_number_wherever_it_stands() {
    use Name::{Manufacturer, Model, Serial, UpnpDeviceType};
    let names = [Model, Serial, Manufacturer, UpnpDeviceType];
    let body = "<root><device><deviceType>urn:x</deviceType><manufacturer>ACME</manufacturer><modelName>Recorder</modelName>\
                <modelNumber>AC-16</modelNumber><serialNumber>AC-1601X</serialNumber></device></root>";
    let expected = [
        (UpnpDeviceType, "urn:x"),
        (Manufacturer, "ACME"),
        (Model, "AC-16"),
        (Serial, "AC-1601X"),
    ];
    for asked in [DESCRIPTION, "GET /rootDesc.xml"] {
        assert_says(&reply(Protocol::Ssdp, asked, page(body)), &names, &expected);
    }
    let missing = reply(Protocol::Ssdp, DESCRIPTION, "HTTP/1.1 404 Not Found\r\n\r\n");
    assert_says(&missing, &names, &[]);
    assert!(matches!(
        read(&reply(Protocol::Ssdp, DESCRIPTION, "")),
        Reading::Garbled { .. }
    ));
}

#[test]
fn the_version_of_web_pages_is_read_only_from_their_version_files() {
    let names = [Name::WebUiVersion, Name::WebUiDate, Name::Firmware];
    let script = page("seajs.web_version=\"V4.0.1build171121\"");
    let expected = [
        (Name::WebUiVersion, "V4.0.1build171121"),
        (Name::WebUiDate, "2017-11-21"),
    ];
    for asked in [SEA_CONFIG, GLOBAL_CONFIG] {
        assert_says(&reply(Protocol::Http, asked, script.clone()), &names, &expected);
        assert_says(&reply(Protocol::Https, asked, page("<html>")), &names, &[]);
    }
    assert_says(&reply(Protocol::Http, "GET /", script), &names, &[]);
}

#[test]
fn an_icon_is_hashed_and_a_page_in_its_place_is_a_page() {
    let names = [Name::Favicon, Name::FaviconHash, Name::HttpBody];
    let icon = reply(Protocol::Http, ICON, page("GIF89a of nobody"));
    // As Python's hashlib, base64 and MurmurHash3 have it.
    let expected = [
        (Name::Favicon, "4828a0f2281ef676b52391cbfe3745a4"),
        (Name::FaviconHash, "-1193589298"),
    ];
    assert_says(&icon, &names, &expected);
    assert_says(
        &reply(Protocol::Http, ICON, page("<html>no icon</html>")),
        &names,
        &[(Name::HttpBody, "<html>no icon</html>")],
    );
    assert_says(
        &reply(Protocol::Http, "GET /", page("GIF89a of nobody")),
        &names,
        &[(Name::HttpBody, "GIF89a of nobody")],
    );
}

#[test]
fn a_script_of_somebody_elses_page_is_no_answer_of_dahuas_cgi() {
    let names = [Name::Firmware, Name::Serial, Name::HostName];
    let script = "<html><script>\nversion = 1.2\nname = app\nserialNumber = 7\n</script></html>";
    assert_says(&reply(Protocol::DahuaCgi, CGI, page(script)), &names, &[]);
    let answer = reply(Protocol::DahuaCgi, CGI, page("serialNumber=4C0AAAAPAG00001\r\n"));
    assert_says(&answer, &names, &[(Name::Serial, "4C0AAAAPAG00001")]);
}

#[test]
fn one_page_confirms_nothing_and_a_second_one_of_another_voice_does() {
    let refusal =
        "HTTP/1.1 401 Unauthorized\r\nServer: DNVRS-Webs\r\n\r\n<userCheck><statusValue>401</statusValue></userCheck>";
    let refused = reply(Protocol::Isapi, DEVICE_INFO, refusal);
    let banner = reply(Protocol::Http, "GET /", "HTTP/1.1 200 OK\r\nServer: DNVRS-Webs\r\n\r\n");
    let sure = |replies: &[Reply]| judge(replies, Knowledge::builtin()).devices.remove(0).confidence;
    assert_eq!(sure(std::slice::from_ref(&refused)), Some(Confidence::Probable));
    assert_eq!(sure(&[banner, refused]), Some(Confidence::Confirmed));
}

/// Every path of ours answered by one and the same page, as applications do that find their own way.
fn everywhere(head: &str, body: &str) -> Vec<Reply> {
    let pages = [
        (Protocol::Http, "GET /"),
        (Protocol::Isapi, DEVICE_INFO),
        (Protocol::Isapi, ACTIVATE_STATUS),
        (Protocol::DahuaCgi, CGI),
        (Protocol::Ssdp, DESCRIPTION),
        (Protocol::Http, SEA_CONFIG),
        (Protocol::Http, GLOBAL_CONFIG),
        (Protocol::Http, ICON),
    ];
    let text = format!("{head}\r\n\r\n{body}");
    pages
        .map(|(protocol, asked)| reply(protocol, asked, text.as_str()))
        .into()
}

#[test]
fn one_page_for_every_path_accuses_nobody() {
    let ok = "HTTP/1.1 200 OK\r\nServer: webserver";
    let table = [
        (
            ok,
            "<!doctype html><title>camera</title><script>\nversion = 1.0\n</script>",
        ),
        (
            "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"Login to the shop\"",
            "",
        ),
        (ok, "<?xml version=\"1.0\"?><status><code>401</code></status>"),
        (
            ok,
            "<DeviceInfo><model>NVR</model><serialNumber>A1B2C3D4</serialNumber></DeviceInfo>",
        ),
        (ok, "<userCheck><user>admin</user></userCheck>"),
        (ok, "<data xmlns=\"http://www.isapi.org/ver20/XMLSchema\"/>"),
        // TVT's recorders have this device type too.
        (
            ok,
            "<root><device><deviceType>urn:schemas-upnp-org:device:EmbeddedNetDevice:1</deviceType>\
             <modelNumber>TD-1</modelNumber></device></root>",
        ),
    ];
    for (head, body) in table {
        let device = judge(&everywhere(head, body), Knowledge::builtin()).devices.remove(0);
        let ours = device
            .maker
            .as_deref()
            .filter(|maker| ["hikvision", "dahua"].contains(maker));
        assert_eq!(ours, None, "{body}: {:?}", device.evidence);
        assert_eq!((device.web_ui_version, device.web_ui_date), (None, None), "{body}");
    }
}

#[test]
fn one_program_that_repeats_itself_on_every_page_is_one_voice() {
    let refused = "<userCheck><statusValue>401</statusValue></userCheck>";
    let table = [
        ("HTTP/1.1 200 OK\r\nServer: App-webs/", "", "hikvision probable"),
        ("HTTP/1.1 401 Unauthorized", refused, "hikvision probable"),
        (
            "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"Login to 4C0AAAAPAG00001\"",
            "",
            "dahua probable",
        ),
    ];
    for (head, body, expected) in table {
        let device = judge(&everywhere(head, body), Knowledge::builtin()).devices.remove(0);
        let words = [device.maker, device.confidence.map(|sure| sure.to_string())];
        let words: Vec<String> = words.into_iter().flatten().collect();
        assert_eq!(words.join(" "), expected, "{head}");
    }
}

proptest! {
    #[test]
    fn no_bytes_on_any_page_panic_or_cost_a_host(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut pages = everywhere("HTTP/1.1 200 OK", "");
        for page in &mut pages {
            page.bytes.extend_from_slice(&bytes);
        }
        let judged = judge(&pages, Knowledge::builtin());
        prop_assert_eq!((judged.devices.len(), judged.broken.len()), (1, 0));
    }
}
