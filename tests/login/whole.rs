//! The program as it is run, on a loopback of its own: what devices see of a login, and what is left of it in the
//! report, the recording and the log.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::sync::Arc;

use tokio::net::{TcpListener, UdpSocket};

use super::*;

#[test]
fn no_secret_is_left_in_report_recording_or_log_and_no_rogue_is_sent_a_login() {
    let barred = || {
        !Command::new("unshare")
            .args(["-Urn", "true"])
            .status()
            .is_ok_and(|status| status.success())
    };
    if barred() {
        eprintln!("SKIPPED: user namespaces are barred here, so a login by the program as a whole is untested");
        return;
    }
    let me = std::env::current_exe().unwrap();
    let inside = "ip link set lo up && exec \"$0\" --exact whole::inside --ignored --nocapture";
    let status = Command::new("unshare")
        .args(["-Urn", "sh", "-c", inside])
        .arg(me)
        .status();
    assert!(status.unwrap().success());
}

/// A unit that says by SADP what it is, and answers on port 80 by `answer`.
async fn unit_at(last: u8, model: &str, answer: impl Fn(&str) -> String + Send + Sync + 'static) -> Log {
    let host = [127, 0, 0, last];
    let reply = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<ProbeMatch>\r\n<Types>inquiry</Types>\r\n\
         <DeviceDescription>{model}</DeviceDescription>\r\n<DeviceSN>{model}20150611AAWRD100000{last:02}</DeviceSN>\r\n\
         <HttpPort>80</HttpPort>\r\n<MAC>44-47-cc-10-00-{last:02x}</MAC>\r\n<IPv4Address>127.0.0.{last}</IPv4Address>\r\n\
         <SoftwareVersion>V5.3.0</SoftwareVersion>\r\n</ProbeMatch>\r\n"
    );
    let sadp = UdpSocket::bind((IpAddr::from(host), 37020)).await.unwrap();
    tokio::spawn(async move {
        let mut buffer = [0; 2048];
        while let Ok((_, from)) = sadp.recv_from(&mut buffer).await {
            let _ = sadp.send_to(reply.as_bytes(), from).await;
        }
    });
    web_at(last, answer).await
}

async fn web_at(last: u8, answer: impl Fn(&str) -> String + Send + Sync + 'static) -> Log {
    let listener = TcpListener::bind((IpAddr::from([127, 0, 0, last]), 80)).await.unwrap();
    let (log, answer) = (Log::default(), Arc::new(answer));
    let seen = log.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, seen.clone(), answer.clone()));
        }
    });
    log
}

fn with_page(request: &str) -> String {
    let page = "<DeviceInfo><model>DS-2CD2042WD-I</model><firmwareVersion>V5.3.0</firmwareVersion>\
                <firmwareReleasedDate>build 150513</firmwareReleasedDate></DeviceInfo>";
    match authorization(request) {
        Some(login) if is_right(request, login) => response("200 OK", "", page),
        _ => unauthorized(DIGEST),
    }
}

#[tokio::test]
#[ignore = "runs inside the namespace that the test above makes"]
async fn inside() {
    let good = unit_at(5, "DS-2CD2042WD-I", with_page).await;
    let refuses = unit_at(6, "DS-2CD2042WD-I", |_| unauthorized(DIGEST)).await;
    let rogues = [
        unit_at(7, "DS-2CD2042WD-I", |_| unauthorized(&[r#"Basic realm="IP Camera""#])).await,
        unit_at(8, "DS-2CD2042WD-I", |_| {
            response(
                "302 Found",
                "Location: http://127.0.0.9/ISAPI/System/deviceInfo\r\n",
                "",
            )
        })
        .await,
        // The banner of a unit alone is no proof.
        web_at(9, |_| {
            unauthorized(DIGEST).replace("\r\nWWW", "\r\nServer: App-webs/\r\nWWW")
        })
        .await,
        // Out of scope.
        unit_at(10, "DS-2CD2042WD-I", |_| unauthorized(DIGEST)).await,
    ];
    let (folder, arguments) = files();
    let run = move || crate::program::camsweep().args(arguments).output().unwrap();
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert!(output.status.success(), "{err}");

    let (good, refuses) = (good.lock().unwrap(), refuses.lock().unwrap());
    assert_eq!((good.logins().len(), refuses.logins().len()), (1, 1));
    for rogue in rogues {
        let rogue = rogue.lock().unwrap();
        assert!(rogue.logins().is_empty(), "{rogue:?}");
    }
    let recording = std::fs::read_to_string(folder.path().join("recording")).unwrap();
    assert!(
        recording.contains("GET /ISAPI/System/deviceInfo with login"),
        "{recording}"
    );
    let mut secrets = vec!["7Qz".to_owned(), "Authorization:".into(), hash_of_user(DIGEST[0])];
    secrets.extend(
        [&good, &refuses]
            .iter()
            .filter_map(|seen| parameter(&seen.logins()[0], "response")),
    );
    for text in [&out, &err, &recording] {
        assert!(
            !secrets.iter().any(|secret| text.contains(secret)),
            "{secrets:?}: {text}"
        );
    }
    check_report(&out);
}

/// What the user has: the login in a file, and the arguments.
fn files() -> (tempfile::TempDir, Vec<std::ffi::OsString>) {
    let folder = tempfile::tempdir().unwrap();
    let [logins, recording] = ["logins", "recording"].map(|name| folder.path().join(name));
    let scope = "[\"127.0.0.4/30\", \"127.0.0.8/31\"]";
    let text =
        format!("[[credential]]\nmaker = \"hikvision\"\nscope = {scope}\nuser = \"{USER}\"\npassword = '{PASSWORD}'\n");
    std::fs::write(&logins, text).unwrap();
    std::fs::set_permissions(&logins, std::fs::Permissions::from_mode(0o600)).unwrap();
    let words = [
        "scan",
        "127.0.0.5-10",
        "-vv",
        "--format",
        "json",
        "--no-names",
        "--probe-silent",
        "--credentials",
    ];
    let mut arguments: Vec<_> = words.map(Into::into).into();
    arguments.extend([logins.into(), "--record".into(), recording.into()]);
    (folder, arguments)
}

fn check_report(report: &str) {
    let report: serde_json::Value = serde_json::from_str(report).unwrap();
    let devices = report["devices"].as_array().unwrap();
    let column = |field: &str| -> BTreeMap<String, String> {
        let row = |device: &serde_json::Value| (device["addresses"][0].to_string(), device[field].to_string());
        devices.iter().map(row).collect()
    };
    let expected = [
        ("127.0.0.5", "\"accepted\""),
        ("127.0.0.6", "\"auth-required\""),
        ("127.0.0.7", "\"auth-required\""),
        ("127.0.0.8", "null"),
        ("127.0.0.9", "null"),
        ("127.0.0.10", "null"),
    ];
    let expected = expected.map(|(address, login)| (format!("\"{address}\""), login.to_owned()));
    assert_eq!(column("login"), BTreeMap::from(expected));
    let firmware = &devices[0]["firmware"];
    assert_eq!(
        (&firmware["build_date"], &firmware["via"]),
        (&"2015-05-13".into(), &"isapi".into())
    );
    let spots = report["blind_spots"].to_string();
    for part in [
        "what the login would bring from 127.0.0.6",
        "what the login would bring from 127.0.0.7",
        "(Basic)",
    ] {
        assert!(spots.contains(part), "{spots}");
    }
    let refused = devices
        .iter()
        .find(|device| device["addresses"][0] == "127.0.0.6")
        .unwrap();
    assert_eq!(
        (&refused["model"], &refused["confidence"]),
        (&"DS-2CD2042WD-I".into(), &"confirmed".into())
    );
}
