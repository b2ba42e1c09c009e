//! What the lab's devices say, written out. Nothing here may come from the scanner's own codec.

/// SADP as an IPC of the V5 line sends it, `flase` included: firmware really spells it so.
pub const SADP_IPC: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<ProbeMatch><Uuid>{uuid}</Uuid>\r\n<Types>inquiry</Types>\r\n<DeviceType>142378</DeviceType>\r\n<DeviceDescription>{model}</DeviceDescription>\r\n<DeviceSN>{serial}</DeviceSN>\r\n<CommandPort>8000</CommandPort>\r\n<HttpPort>{http}</HttpPort>\r\n<MAC>{mac-}</MAC>\r\n<IPv4Address>{ip}</IPv4Address>\r\n<IPv4SubnetMask>255.255.255.0</IPv4SubnetMask>\r\n<IPv4Gateway>10.66.0.1</IPv4Gateway>\r\n<IPv6Address>::</IPv6Address>\r\n<IPv6Gateway>::</IPv6Gateway>\r\n<IPv6MaskLen>64</IPv6MaskLen>\r\n<DHCP>false</DHCP>\r\n<AnalogChannelNum>0</AnalogChannelNum>\r\n<DigitalChannelNum>1</DigitalChannelNum>\r\n<SoftwareVersion>{firmware}</SoftwareVersion>\r\n<DSPVersion>V7.3 build 200101</DSPVersion>\r\n<BootTime>2026-03-01 08:14:52</BootTime>\r\n<Encrypt>true</Encrypt>\r\n<ResetAbility>false</ResetAbility>\r\n<DiskNumber>0</DiskNumber>\r\n<Activated>{activated}</Activated>\r\n<PasswordResetAbility>true</PasswordResetAbility>\r\n<HCPlatformEnable>flase</HCPlatformEnable>\r\n</ProbeMatch>\r\n";

/// The least that names a device; nothing of its firmware.
pub const SADP_BARE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<ProbeMatch><Uuid>{uuid}</Uuid>\r\n<Types>inquiry</Types>\r\n<DeviceDescription>{model}</DeviceDescription>\r\n<DeviceSN>{serial}</DeviceSN>\r\n<HttpPort>{http}</HttpPort>\r\n<MAC>{mac-}</MAC>\r\n<IPv4Address>{ip}</IPv4Address>\r\n<Activated>{activated}</Activated>\r\n</ProbeMatch>\r\n";

/// A recorder puts the keys first and counts channels.
pub const SADP_DVR: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<ProbeMatch><Uuid>{uuid}</Uuid>\r\n<Encrypt>true</Encrypt>\r\n<Types>inquiry</Types>\r\n<DeviceType>44322</DeviceType>\r\n<DeviceDescription>{model}</DeviceDescription>\r\n<DeviceSN>{serial}</DeviceSN>\r\n<CommandPort>8000</CommandPort>\r\n<HttpPort>{http}</HttpPort>\r\n<MAC>{mac-}</MAC>\r\n<IPv4Address>{ip}</IPv4Address>\r\n<IPv4SubnetMask>255.255.255.0</IPv4SubnetMask>\r\n<IPv4Gateway>10.66.0.1</IPv4Gateway>\r\n<DHCP>true</DHCP>\r\n<AnalogChannelNum>4</AnalogChannelNum>\r\n<DigitalChannelNum>5</DigitalChannelNum>\r\n<SoftwareVersion>{firmware}</SoftwareVersion>\r\n<DSPVersion>V5.0, build 191213</DSPVersion>\r\n<OEMInfo>N/A</OEMInfo>\r\n<Activated>{activated}</Activated>\r\n</ProbeMatch>\r\n";

/// The JSON of a DHIP answer; the 32-byte header is put before it by `dhip_frame`.
pub const DHIP: &str = "{\"mac\":\"{mac}\",\"method\":\"client.notifyDevInfo\",\"params\":{\"deviceInfo\":{\"AlarmInputChannels\":0,\"DeviceClass\":\"{kind}\",\"DeviceType\":\"{model}\",\"HttpPort\":{http},\"IPv4Address\":{\"DefaultGateway\":\"10.66.0.1\",\"DhcpEnable\":false,\"IPAddress\":\"{ip}\",\"SubnetMask\":\"255.255.255.0\"},\"IPv6Address\":{\"DefaultGateway\":null,\"DhcpEnable\":null,\"IPAddress\":\"\\/0\",\"LinkLocalAddress\":null},\"Init\":{init},\"MachineName\":\"{serial}\",\"Manufacturer\":\"{vendor}\",\"Port\":37777,\"RemoteVideoInputChannels\":0,\"SerialNo\":\"{serial}\",\"Vendor\":\"{vendor}\",\"Version\":\"{firmware}\",\"VideoInputChannels\":1}}}\n";

/// WS-Discovery as Hikvision's firmware words it.
pub const WSD_HIK: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<env:Envelope xmlns:env=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:wsadis=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\" xmlns:dn=\"http://www.onvif.org/ver10/network/wsdl\" xmlns:tds=\"http://www.onvif.org/ver10/device/wsdl\" xmlns:hikwsd=\"http://www.onvifext.com/onvif/ext/ver10/wsdl\" xmlns:hikxsd=\"http://www.onvifext.com/onvif/ext/ver10/schema\"><env:Header><wsadis:MessageID>urn:uuid:18ec6401-3aa0-11b5-83f6-{mac0}</wsadis:MessageID>{relates}<wsadis:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</wsadis:To><wsadis:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</wsadis:Action></env:Header><env:Body><d:ProbeMatches><d:ProbeMatch><wsadis:EndpointReference><wsadis:Address>urn:uuid:18ec6401-3aa0-11b5-83f6-{mac0}</wsadis:Address></wsadis:EndpointReference><d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types><d:Scopes>onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/Profile/Streaming onvif://www.onvif.org/hardware/{model} onvif://www.onvif.org/name/{name} onvif://www.onvif.org/location/city/hangzhou</d:Scopes><d:XAddrs>http://{xaddr}/onvif/device_service</d:XAddrs><d:MetadataVersion>10</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches></env:Body></env:Envelope>";

/// WS-Discovery as Dahua's firmware words it: no `urn:`, the pair of scopes at the end.
pub const WSD_DAHUA: &str = "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\" ?><s:Envelope xmlns:sc=\"http://www.w3.org/2003/05/soap-encoding\" xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:dn=\"http://www.onvif.org/ver10/network/wsdl\" xmlns:tds=\"http://www.onvif.org/ver10/device/wsdl\" xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\" xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\"><s:Header><a:MessageID>uuid:5b2e0c11-77a0-4d13-9c41-{mac0}</a:MessageID><a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To><a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</a:Action>{relates}</s:Header><s:Body><d:ProbeMatches><d:ProbeMatch><a:EndpointReference><a:Address>uuid:9d3f5e20-1c64-4a8b-b7f2-5a{serial8}f0</a:Address></a:EndpointReference><d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types><d:Scopes>onvif://www.onvif.org/location/country/china onvif://www.onvif.org/name/{name} onvif://www.onvif.org/hardware/{model} onvif://www.onvif.org/Profile/Streaming onvif://www.onvif.org/type/Network_Video_Transmitter onvif://www.onvif.org/extension/unique_identifier/1</d:Scopes><d:XAddrs>http://{xaddr}/onvif/device_service</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>";

/// WS-Discovery of another maker's camera.
pub const WSD_OTHER: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><SOAP-ENV:Envelope xmlns:SOAP-ENV=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:wsa=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\" xmlns:dn=\"http://www.onvif.org/ver10/network/wsdl\"><SOAP-ENV:Header><wsa:MessageID>urn:uuid:0a6c3c00-5d1f-1032-9b04-{mac0}</wsa:MessageID>{relates}<wsa:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</wsa:Action></SOAP-ENV:Header><SOAP-ENV:Body><d:ProbeMatches><d:ProbeMatch><wsa:EndpointReference><wsa:Address>urn:uuid:0a6c3c00-5d1f-1032-8001-{mac0}</wsa:Address></wsa:EndpointReference><d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>onvif://www.onvif.org/Profile/Streaming onvif://www.onvif.org/hardware/{model} onvif://www.onvif.org/name/{name}</d:Scopes><d:XAddrs>http://{xaddr}/onvif/device_service</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches></SOAP-ENV:Body></SOAP-ENV:Envelope>";

/// A file server answers every probe, and is no camera.
pub const WSD_NAS: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope xmlns:soap=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:wsa=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" xmlns:wsd=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\" xmlns:wsdp=\"http://schemas.xmlsoap.org/ws/2006/02/devprof\" xmlns:pub=\"http://schemas.microsoft.com/windows/pub/2005/07\"><soap:Header><wsa:MessageID>urn:uuid:7c0d2c3a-52b1-41ee-8a55-{mac0}</wsa:MessageID>{relates}<wsa:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</wsa:Action></soap:Header><soap:Body><wsd:ProbeMatches><wsd:ProbeMatch><wsa:EndpointReference><wsa:Address>urn:uuid:2fd0a1b4-6a31-5c0e-9a44-{mac0}</wsa:Address></wsa:EndpointReference><wsd:Types>wsdp:Device pub:Computer</wsd:Types><wsd:MetadataVersion>1</wsd:MetadataVersion></wsd:ProbeMatch></wsd:ProbeMatches></soap:Body></soap:Envelope>";

/// Hikvision's web root: the bare `webserver` product token and the redirect to its login page.
pub const HTTP_HIK: &str = "HTTP/1.1 200 OK\r\nDate: Sun, 01 Mar 2026 08:20:11 GMT\r\nServer: App-webs/\r\nETag: \"0-2f1-1e0\"\r\nContent-Length: 81\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<!doctype html><html><script>window.location.href='/doc/page/login.asp'</script>\n";
/// Firmware of 2014 sends visitors on to its first page.
pub const HTTP_OLD_HIK: &str = "HTTP/1.1 302 Redirect\r\nServer: Hikvision-Webs\r\nDate: Sun Mar  1 08:20:11 2026\r\nPragma: no-cache\r\nCache-Control: no-cache\r\nContent-Length: 0\r\nConnection: close\r\nLocation: /index.asp\r\n\r\n";
/// Dahua's web root: no `Server`, this order, this spelling.
pub const HTTP_DAHUA: &str = "HTTP/1.1 200 OK\r\nCONNECTION: close\r\nDate: Sun, 01 Mar 2026 08:20:11 GMT\r\nLast-Modified: Wed, 12 Feb 2025 02:11:09 GMT\r\nEtag: \"1739326269:83\"\r\nCONTENT-LENGTH: 136\r\nP3P: CP=CAO PSA OUR\r\nX-Frame-Options: SAMEORIGIN\r\nCONTENT-TYPE: text/html\r\n\r\n<!DOCTYPE html><html><head><title>WEB SERVICE</title></head><body><div class=\"ui-dialog-content ui-video-wrap-icon\"></div></body></html>";
/// Somebody's own page that happens to bear Dahua's title.
pub const HTTP_WEB_SERVICE: &str = "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/html\r\nContent-Length: 94\r\nConnection: close\r\n\r\n<html><head><title>WEB SERVICE</title></head><body>SOAP endpoints of the canteen</body></html>";
/// A router whose realm begins as Dahua's does.
pub const HTTP_ROUTER: &str = "HTTP/1.1 401 Unauthorized\r\nServer: httpd\r\nWWW-Authenticate: Basic realm=\"Login to Router\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
/// GoAhead runs in cameras, routers and door bells alike.
pub const HTTP_GOAHEAD: &str = "HTTP/1.0 302 Redirect\r\nServer: GoAhead-Webs\r\nLocation: /login.htm\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
/// Any plain web server.
pub const HTTP_PLAIN: &str = "HTTP/1.1 200 OK\r\nServer: lighttpd/1.4.69\r\nContent-Type: text/html\r\nContent-Length: 49\r\nConnection: close\r\n\r\n<html><head><title>It works</title></head></html>";

/// The UPnP description of a Dahua camera.
pub const UPNP_DAHUA: &str = "<?xml version=\"1.0\"?>\n<root xmlns=\"urn:schemas-upnp-org:device-1-0\">\n<specVersion><major>1</major><minor>0</minor></specVersion>\n<device>\n<deviceType>urn:schemas-upnp-org:device:3.0-{serial}</deviceType>\n<friendlyName>{serial}</friendlyName>\n<manufacturer>Private</manufacturer>\n<modelName>{model}</modelName>\n<serialNumber>{serial}</serialNumber>\n<UDN>uuid:device_3_0-{serial}</UDN>\n<presentationURL>http://{ip}:80</presentationURL>\n</device>\n</root>\n";
/// The UPnP description of a television.
pub const UPNP_TV: &str = "<?xml version=\"1.0\"?>\n<root xmlns=\"urn:schemas-upnp-org:device-1-0\">\n<specVersion><major>1</major><minor>0</minor></specVersion>\n<device>\n<deviceType>urn:schemas-upnp-org:device:MediaRenderer:1</deviceType>\n<friendlyName>Staff room</friendlyName>\n<manufacturer>Samsung Electronics</manufacturer>\n<modelName>UE55H6400</modelName>\n<UDN>uuid:0d1cef00-00de-1000-8a2c-{mac0}</UDN>\n</device>\n</root>\n";
/// The UPnP description of a router; its cameras, if it has any, are not in it.
pub const UPNP_ROUTER: &str = "<?xml version=\"1.0\"?>\n<root xmlns=\"urn:schemas-upnp-org:device-1-0\">\n<specVersion><major>1</major><minor>0</minor></specVersion>\n<device>\n<deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:1</deviceType>\n<friendlyName>MikroTik Router</friendlyName>\n<manufacturer>MikroTik</manufacturer>\n<modelName>Router OS</modelName>\n<UDN>uuid:55505050-474d-0000-0000-{mac0}</UDN>\n</device>\n</root>\n";

/// The 32-byte DHIP header (little endian lengths at 16 and 24) and the JSON.
pub fn dhip_frame(json: &[u8]) -> Vec<u8> {
    let length = u32::try_from(json.len()).expect("a reply is short").to_le_bytes();
    let mut frame = b"\x20\0\0\0DHIP\0\0\0\0\0\0\0\0".to_vec();
    frame.extend_from_slice(&length);
    frame.extend_from_slice(&[0; 4]);
    frame.extend_from_slice(&length);
    frame.extend_from_slice(&[0; 4]);
    frame.extend_from_slice(json);
    frame
}

/// The older discovery's answer over UDP 5050, as a DVR sends it: three sections, of which the head has
/// the lengths of the last two (one byte at 2, two at 20).
pub fn dvrip(ip: [u8; 4], version: [u16; 4], kind: &str, mac: &str, model: &str, serial: &str) -> Vec<u8> {
    let second = format!("{mac}{model}\0");
    let third = format!("Name:DVR\r\nDevice:{model}\r\nIPv6Addr:;gateway:\r\n\r\nSerialNo:{serial}\r\n\r\n");
    let mut reply = vec![0xb3, 0, second.len() as u8, 0, 0x58, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    reply.extend([2, 0, 0, 0, third.len() as u8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    reply.extend(version.map(u16::to_le_bytes).as_flattened());
    reply.extend(kind.bytes().chain([0; 16]).take(16));
    reply.extend([ip, [255, 255, 255, 0], [10, 66, 0, 1], [10, 66, 0, 1]].as_flattened());
    // Alarm and mail servers, none; then the ports: 80, no TLS, 37777, ten connections, none, 37778.
    reply.extend([0; 0x16]);
    reply.extend(b"\x50\0\0\0\x91\x93\x0a\0\0\0\x92\x93\0\0");
    // The multicast address 239.255.42.42:36666, and room up to 0x78.
    reply.extend(b"\xef\xff\x2a\x2a\x3a\x8f\0\0\0\0\0\0");
    reply.extend(second.bytes().chain(third.bytes()));
    reply
}

#[test]
fn the_older_discovery_has_its_fields_where_units_have_them() {
    let reply = dvrip([10, 66, 0, 45], [2, 210, 1, 0], "DVR", "90:02:a9:10:00:45", "M", "S");
    assert_eq!(reply[0x38..0x3c], [10, 66, 0, 45]);
    assert_eq!(reply[0x5e..0x64], [80, 0, 0, 0, 0x91, 0x93]);
    assert_eq!(reply[0x68..0x72], [0x92, 0x93, 0, 0, 239, 255, 42, 42, 0x3a, 0x8f]);
    assert_eq!(&reply[0x78..0x7a], b"90");
}

#[test]
fn every_page_is_as_long_as_it_says_and_ends_the_connection() {
    for page in [
        HTTP_HIK,
        HTTP_OLD_HIK,
        HTTP_DAHUA,
        HTTP_WEB_SERVICE,
        HTTP_ROUTER,
        HTTP_GOAHEAD,
        HTTP_PLAIN,
    ] {
        let (head, body) = page.split_once("\r\n\r\n").expect("a head and a body");
        let head = head.to_lowercase();
        assert!(head.contains(&format!("\r\ncontent-length: {}", body.len())), "{page}");
        assert!(head.contains("\r\nconnection: close"), "{page}");
    }
}
