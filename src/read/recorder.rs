//! The cameras that a recorder lists: facts about them, each with the channel it is about.

use super::Sayings;
use crate::fact::{Name, Said};
use crate::wire::recorder::Channel;

pub(super) fn facts(channels: &[Channel]) -> Vec<Said> {
    channels.iter().flat_map(facts_of).collect()
}

fn facts_of(channel: &Channel) -> impl Iterator<Item = Said> {
    let mut said = Sayings::default();
    // Said even where the recorder names no protocol: that the channel is taken is a fact of its own.
    said.say(Name::ChannelProtocol, channel.protocol.as_deref().unwrap_or("unknown"));
    said.maybe(Name::ClaimedAddress, channel.address.as_ref());
    said.mac(Name::ClaimedMac, channel.mac.as_deref());
    said.maybe(Name::Model, channel.model.as_ref());
    said.maybe(Name::Serial, channel.serial.as_ref());
    said.maybe(Name::Firmware, channel.firmware.as_ref());
    said.maybe(Name::HostName, channel.name.as_ref());
    let number = channel.number.to_string();
    let about = move |said: Said| Said {
        channel: Some(number.clone()),
        ..said
    };
    said.0.into_iter().map(about)
}

#[cfg(test)]
mod tests {
    use crate::fact::{Protocol, Reply};
    use crate::read::{Reading, read};

    fn about(protocol: Protocol, text: &str) -> Vec<String> {
        let Reading::Facts(said) = read(&Reply::new("10.0.0.20", protocol, text)) else {
            panic!("{text} is read")
        };
        let about_channels = said.iter().filter_map(|said| {
            let channel = said.channel.as_ref()?;
            Some(format!("{channel} {} {}", said.name, said.value))
        });
        about_channels.collect()
    }

    #[test]
    fn what_a_recorder_says_of_a_channel_is_not_said_of_itself() {
        let list = "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n\r\n<InputProxyChannelList><InputProxyChannel>\
            <id>2</id><sourceInputPortDescriptor><proxyProtocol>ONVIF</proxyProtocol><ipAddress>10.0.0.9</ipAddress>\
            </sourceInputPortDescriptor></InputProxyChannel></InputProxyChannelList>";
        let lines = "table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_1.Address=10.0.0.9\r\n\
            table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_1.Mac=ff:ff:ff:ff:ff:ff\r\n";
        let expected = |protocol| {
            [
                format!("2 channel-protocol {protocol}"),
                "2 claimed-address 10.0.0.9".into(),
            ]
        };
        assert_eq!(about(Protocol::Isapi, list), expected("ONVIF"));
        assert_eq!(about(Protocol::DahuaCgi, lines), expected("unknown"));
        assert_eq!(
            about(Protocol::Isapi, "<DeviceInfo><model>M</model></DeviceInfo>"),
            [""; 0]
        );
    }
}
