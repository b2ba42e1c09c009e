//! What devices send that is no text, written out byte for byte: no fault of the codecs can hide in both.

use std::net::Ipv4Addr;

use serde::Deserialize;

/// An answer of multicast DNS that offers one service.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Service {
    /// The instance's own name, one label.
    pub name: String,
    /// Two labels: `_http._tcp`.
    pub kind: String,
    /// The host's own name, one label.
    pub host: String,
    pub port: u16,
    /// The host's address record, if the answer has one.
    #[serde(default)]
    pub address: Option<Ipv4Addr>,
    #[serde(default)]
    pub texts: Vec<String>,
}

impl Service {
    /// The datagram, as a responder answers a query from another port than 5353.
    pub fn answer(&self) -> Vec<u8> {
        let kind = labels(&format!("{}.local", self.kind));
        let instance = [counted(self.name.as_bytes()), kind.clone()].concat();
        let host = labels(&format!("{}.local", self.host));
        let place = [&[0, 0, 0, 0][..], &self.port.to_be_bytes(), &host].concat();
        let texts: Vec<u8> = self.texts.iter().flat_map(|text| counted(text.as_bytes())).collect();
        let mut records = vec![
            record(&kind, 12, &instance),
            record(&instance, 33, &place),
            record(&instance, 16, &texts),
        ];
        records.extend(self.address.map(|address| record(&host, 1, &address.octets())));
        let head = [0, 0, 0x84, 0, 0, 0, 0, records.len() as u8, 0, 0, 0, 0];
        [head.to_vec(), records.concat()].concat()
    }
}

fn counted(bytes: &[u8]) -> Vec<u8> {
    let length = u8::try_from(bytes.len()).expect("short");
    [&[length], bytes].concat()
}

fn labels(name: &str) -> Vec<u8> {
    let labels = name.split('.').flat_map(|label| counted(label.as_bytes()));
    labels.chain([0]).collect()
}

fn record(owner: &[u8], kind: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).expect("short").to_be_bytes();
    [owner, &[0, kind, 0, 1, 0, 0, 0, 10], &length, data].concat()
}

/// What a unit says in a frame of SADP.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Frame {
    /// The address that it says it has, 0.0.0.0 for none.
    pub address: Ipv4Addr,
    pub serial: String,
    pub firmware: String,
    /// Newer units name it.
    #[serde(default)]
    pub model: Option<String>,
}

impl Frame {
    /// The whole frame of an answer to the asker at 02:00:00:00:00:02.
    pub fn answer(&self, mac: [u8; 6]) -> Vec<u8> {
        let asker = [2, 0, 0, 0, 0, 2];
        let head = [0x21, 2, 1, 0xf6, 0, 0, 0, 0, 6, 4, 4, 0, 0, 0];
        let numbers = [0, 0, 0x9c, 0x42, 0, 0, 0x1f, 0x40, 0, 0, 0, 1, 0, 0, 0, 0];
        let texts = [&self.firmware, "V7.3 build 220110", "2026-11-24 08:00:00"].map(|text| padded(text, 48));
        let mut frame = [&asker[..], &mac, &[0x80, 0x33], &head, &mac, &self.address.octets()].concat();
        frame.extend(asker.iter().chain(&[10, 0, 0, 2, 255, 255, 255, 0]));
        frame.extend([padded(&self.serial, 48), numbers.to_vec(), texts.concat()].concat());
        if let Some(model) = &self.model {
            frame.extend([vec![0; 104], padded(model, 24), padded("HIKVISION", 24)].concat());
        }
        frame
    }
}

fn padded(text: &str, length: usize) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    bytes.resize(length, 0);
    bytes
}
