//! Recorders, and the cameras that they list.

use super::*;
use crate::fact::{Name, Protocol};

/// A reply and its facts, each with the channel it is about; an empty one for the sender itself.
type Recorded<'a> = (&'a str, Protocol, &'a [(&'a str, Name, &'a str)]);

fn recorded(replies: &[Recorded<'_>]) -> Vec<Device> {
    let mut facts = Vec::new();
    let reply = |(host, protocol, _): &Recorded<'_>| Reply::new(*host, protocol.clone(), "");
    let all: Vec<Reply> = replies.iter().map(reply).collect();
    for (place, (_, _, said)) in replies.iter().enumerate() {
        facts.extend(said.iter().map(|(channel, name, value)| Fact {
            name: *name,
            value: (*value).to_owned(),
            reply: place,
            channel: (!channel.is_empty()).then(|| (*channel).to_owned()),
        }));
    }
    identify(&all, &facts, Knowledge::builtin())
}

#[test]
fn cameras_behind_a_recorder_are_devices_of_their_own() {
    let hidden = "DS-2CD0000G0-I20200101AAWRJ00000007";
    let devices = recorded(&[(
        "10.0.0.20",
        Protocol::DahuaCgi,
        &[
            ("", Name::HttpRealm, "Login to 4C0AAAAPAG00001"),
            ("1", Name::ChannelProtocol, "Onvif"),
            ("1", Name::ClaimedAddress, "192.168.254.7"),
            ("1", Name::Model, "DS-2CD0000G0-I"),
            ("1", Name::Serial, hidden),
            ("1", Name::Firmware, "V5.7.1 build 211102"),
            ("2", Name::ChannelProtocol, "Private"),
            ("2", Name::Firmware, "2.800.0000000.3.R"),
            ("3", Name::ChannelProtocol, "ONVIF"),
            ("3", Name::ClaimedAddress, "192.168.254.9"),
        ],
    )]);
    let lines: Vec<String> = devices
        .iter()
        .map(|device| {
            let behind = device.behind.as_ref();
            let behind = behind.map_or("-".into(), |behind| format!("{}/{}", behind.recorder, behind.channel));
            let maker = device.maker.as_deref().unwrap_or("-");
            let sure = device.confidence.map_or("-".into(), |sure| sure.to_string());
            let class = device.class.map_or("-".into(), |class| class.to_string());
            format!("{} {maker} {sure} {class} {behind}", device.addresses.join("+"))
        })
        .collect();
    assert_eq!(
        lines,
        [
            "10.0.0.20 dahua probable - -",
            "192.168.254.7 hikvision probable camera 10.0.0.20/1",
            "192.168.254.9 - - camera 10.0.0.20/3",
            "10.0.0.20 channel 2 dahua probable camera 10.0.0.20/2",
        ]
    );
    let camera = &devices[1];
    let firmware = camera.firmware.as_ref().expect("the recorder says it");
    assert_eq!(
        (
            camera.serial.as_deref(),
            firmware.version.as_deref(),
            firmware.build_date.as_deref()
        ),
        (Some(hidden), Some("5.7.1"), Some("2021-11-02"))
    );
}

#[test]
fn a_camera_that_a_recorder_lists_at_both_of_its_ports_is_one() {
    let recorder: &[(&str, Name, &str)] = &[
        ("", Name::Sadp, "probe-match"),
        ("", Name::Model, "DS-7608NI-I2/8P"),
        ("", Name::Serial, "DS-7608NI-I2/8P0820210719CCRRG00000020WCVU"),
    ];
    let listed: &[(&str, Name, &str)] = &[
        ("4", Name::ChannelProtocol, "ONVIF"),
        ("4", Name::ClaimedAddress, "192.168.254.5"),
    ];
    let devices = recorded(&[
        ("10.0.0.2", Protocol::Sadp, recorder),
        ("10.0.0.2", Protocol::Isapi, listed),
        ("10.0.0.3", Protocol::Sadp, recorder),
        ("10.0.0.3", Protocol::Isapi, listed),
        ("10.0.0.9", Protocol::Isapi, listed),
    ]);
    let behind = devices.iter().filter_map(|device| device.behind.as_ref());
    let recorders: Vec<&str> = behind.map(|behind| behind.recorder.as_str()).collect();
    assert_eq!(recorders, ["10.0.0.2", "10.0.0.9"], "another recorder's is another");
}

#[test]
fn a_camera_that_speaks_for_itself_is_recorded_and_not_behind() {
    let serial = "DS-2CD0000G0-I20200101AAWRJ00000007";
    let direct = |model| -> [(&str, Name, &str); 3] {
        [
            ("", Name::Sadp, "probe-match"),
            ("", Name::Model, model),
            ("", Name::Serial, serial),
        ]
    };
    let listed: &[(&str, Name, &str)] = &[
        ("4", Name::ChannelProtocol, "HIKVISION"),
        ("4", Name::ClaimedAddress, "10.0.0.7"),
        ("4", Name::Model, "DS-2CD0000G0-I"),
    ];
    for (model, count) in [("DS-2CD0000G0-I", 2), ("DS-2CD9999G9-I", 3)] {
        let direct = direct(model);
        let devices = recorded(&[
            ("10.0.0.7", Protocol::Sadp, &direct),
            ("10.0.0.2", Protocol::Isapi, listed),
        ]);
        assert_eq!(devices.len(), count, "{devices:#?}");
        let camera = devices
            .iter()
            .find(|device| device.serial.is_some())
            .expect("it has one");
        assert_eq!(camera.behind, None);
        let note = "recorded by 10.0.0.2 (channel 4)".to_owned();
        assert_eq!(camera.notes.contains(&note), count == 2, "{:?}", camera.notes);
    }
}
