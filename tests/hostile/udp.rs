//! What hostile devices answer to a discovery question: any number of datagrams.

const SADP: u16 = 37020;
const DHIP: u16 = 37810;
const DVRIP: u16 = 5050;
const WSD: u16 = 3702;
const SSDP: u16 = 1900;
const MDNS: u16 = 5353;

/// A hostile device, by the port that it answers on.
pub struct Row {
    #[expect(dead_code, reason = "it names the row to who reads the table")]
    pub what: &'static str,
    pub port: u16,
    pub answers: fn(question: &[u8]) -> Vec<Vec<u8>>,
}

const fn row(what: &'static str, port: u16, answers: fn(&[u8]) -> Vec<Vec<u8>>) -> Row {
    Row { what, port, answers }
}

fn one(bytes: impl Into<Vec<u8>>) -> Vec<Vec<u8>> {
    vec![bytes.into()]
}

/// The most that a datagram carries over IPv4.
const MOST: usize = 65_507;

fn filled(start: &str, piece: &str) -> Vec<Vec<u8>> {
    let times = (MOST - start.len()) / piece.len();
    one([start, &piece.repeat(times)].concat())
}

fn dhip(length: u32, body: &[u8]) -> Vec<u8> {
    let mut frame = vec![0; 32];
    frame[0] = 0x20;
    frame[4..8].copy_from_slice(b"DHIP");
    frame[16..20].copy_from_slice(&length.to_le_bytes());
    frame[24..28].copy_from_slice(&length.to_le_bytes());
    frame.extend_from_slice(body);
    frame
}

pub const ROWS: &[Row] = &[
    row("an echo storm", SADP, |question| vec![question.to_vec(); 300]),
    row("answers by the thousand", SADP, |_| {
        let answer = |nth| {
            format!(
                "<ProbeMatch><DeviceDescription>DS-{nth}</DeviceDescription><MAC>44-47-cc-00-{:02x}-{:02x}</MAC></ProbeMatch>",
                nth / 256 % 256,
                nth % 256
            )
        };
        (0..1000).map(|nth| answer(nth).into_bytes()).collect()
    }),
    row("a bomb of entities", SADP, |_| {
        one(
            "<!DOCTYPE l [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]><ProbeMatch><DeviceDescription>&b;&b;&b;</DeviceDescription></ProbeMatch>",
        )
    }),
    row("nesting without end", SADP, |_| filled("<ProbeMatch>", "<a>")),
    row("attributes without end", SADP, |_| filled("<ProbeMatch ", "a='' ")),
    row("text that is no UTF-8", SADP, |_| {
        one(b"<ProbeMatch><DeviceDescription>\xc9\xe3\xcf\xf1\xff\xfe\0\r</DeviceDescription></ProbeMatch>")
    }),
    row("escapes", SADP, |_| {
        one(
            "<ProbeMatch><DeviceDescription>\x1b]0;mine\x07\u{202e}</DeviceDescription><DeviceSN>=cmd|' /C calc'!A0</DeviceSN></ProbeMatch>",
        )
    }),
    row("empty datagrams", SADP, |_| vec![Vec::new(); 100]),
    row("a length beyond its end", DHIP, |_| {
        one(dhip(
            u32::MAX,
            b"{\"method\":\"client.notifyDevInfo\",\"mac\":\"3c:ef:8c:00:00:01\"}",
        ))
    }),
    row("a length within its body", DHIP, |_| {
        one(dhip(
            9,
            b"{\"method\":\"client.notifyDevInfo\",\"mac\":\"3c:ef:8c:00:00:01\"}",
        ))
    }),
    row("JSON that breaks off", DHIP, |_| {
        one(dhip(40, b"{\"method\":\"client.notify\",\"params\":{\"mac"))
    }),
    row("JSON nested without end", DHIP, |_| filled("", "{\"a\":[")),
    row("JSON with numbers beyond numbers", DHIP, |_| {
        one(dhip(
            60,
            b"{\"method\":\"client.x\",\"params\":{\"deviceInfo\":{\"Port\":1e999999}}}",
        ))
    }),
    row("ProbeMatches by the thousand", WSD, |_| {
        filled(
            "<Envelope><Body><ProbeMatches>",
            "<ProbeMatch><Types>x</Types></ProbeMatch>",
        )
    }),
    row("answers of 64 kB by the hundred", WSD, |_| {
        vec![filled("<Envelope><Body><ProbeMatches>", "<ProbeMatch/>").remove(0); 100]
    }),
    row("an address that is another's", WSD, |_| {
        one(
            "<Envelope><Body><ProbeMatches><ProbeMatch><Types>NetworkVideoTransmitter</Types><XAddrs>http://127.0.88.1:18080/onvif/device_service</XAddrs></ProbeMatch></ProbeMatches></Body></Envelope>",
        )
    }),
    row("an address with a forbidden port", WSD, |_| {
        one(
            "<Envelope><Body><ProbeMatches><ProbeMatch><Types>NetworkVideoTransmitter</Types><XAddrs>http://127.0.88.1:9100/</XAddrs></ProbeMatch></ProbeMatches></Body></Envelope>",
        )
    }),
    row("a model beyond its frame", DVRIP, |_| {
        one([b"\xb3\0\0\0\xff\xff\xff\xff".as_slice(), &[0xff; 300]].concat())
    }),
    row("a description that is another's", SSDP, |_| {
        one(
            "HTTP/1.1 200 OK\r\nLOCATION: http://127.0.88.1:18080/d.xml\r\nST: upnp:rootdevice\r\nUSN: uuid:x::upnp:rootdevice\r\n\r\n",
        )
    }),
    row("headers without end", SSDP, |_| {
        filled("HTTP/1.1 200 OK\r\n", "X: y\r\n")
    }),
    row("a name that points at itself", MDNS, |_| {
        one(b"\0\0\x84\0\0\0\xff\xff\0\0\0\0\xc0\x0c\0\x0c\0\x01\0\0\0\x0a\0\x02\xc0\x0c")
    }),
    row("records without end", MDNS, |_| {
        one([
            b"\0\0\x84\0\0\0\xff\xff\0\0\0\0".as_slice(),
            &b"\0\0\x10\0\x01\0\0\0\x0a\0\0".repeat(5000),
        ]
        .concat())
    }),
];
