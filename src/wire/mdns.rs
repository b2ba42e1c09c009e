//! Multicast DNS and DNS-based service discovery (RFC 6762, RFC 6763): which services a device offers, under which name.

use std::net::{Ipv4Addr, Ipv6Addr};

use hickory_proto::op::{Header, Message as DnsMessage, MessageType, OpCode, Query};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use hickory_proto::serialize::binary::{BinDecodable, BinDecoder};

use super::text;

/// The port that responders listen on.
pub const PORT: u16 = 5353;
/// The group that responders join.
pub const GROUP: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 251);
/// The multicast group of IPv6 (RFC 6762 §3).
pub const LINK_LOCAL_GROUP: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0xfb);
/// The services asked for: web servers of any kind, PSIA and CGI cameras, Axis, and video by RTSP.
pub const SOUGHT: [&str; 5] = [
    "_http._tcp.local",
    "_psia._tcp.local",
    "_CGI._tcp.local",
    "_axis-video._tcp.local",
    "_rtsp._tcp.local",
];
/// The longest message in bytes (RFC 6762 §17).
const LONGEST: usize = 9000;
/// The most questions, and the most records, of one message that are read: names are compressed, so that a
/// short message can hold very many that are long to follow.
const MOST: usize = 64;

/// The question: who offers any of [`SOUGHT`]. From another port than 5353 it is a legacy query, which is
/// answered to the asker alone (RFC 6762 §6.7), so that no group is joined.
pub fn query() -> Vec<u8> {
    let mut message = DnsMessage::new(0, MessageType::Query, OpCode::Query);
    for service in SOUGHT {
        let name = Name::from_ascii(format!("{service}.")).expect("the services sought are names");
        message.add_query(Query::query(name, RecordType::PTR));
    }
    message.to_vec().expect("five short names are a message")
}

/// One instance of a service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Service {
    /// Its whole name: `Door 1._http._tcp.local`.
    pub name: String,
    /// The host that it runs on: `door-1.local`.
    pub host: Option<String>,
    /// The port.
    pub port: Option<u16>,
    /// What it says besides, `key=value` each.
    pub texts: Vec<String>,
    /// The IPv4 addresses of its host, where the message has them.
    pub addresses: Vec<Ipv4Addr>,
}

/// What came in on the port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// An answer: the services in it, in the order in which they are first named.
    Services(Vec<Service>),
    /// A question, ours or another host's.
    Question,
}

impl Message {
    /// Reads a datagram, up to the first record that is broken. `None` where it is no DNS message.
    pub fn decode(bytes: &[u8]) -> Option<Message> {
        let mut decoder = BinDecoder::new(&bytes[..bytes.len().min(LONGEST)]);
        let header = Header::read(&mut decoder).ok()?;
        if header.metadata.op_code != OpCode::Query {
            return None;
        }
        if header.metadata.message_type == MessageType::Query {
            return Some(Message::Question);
        }
        let counts = header.counts;
        if usize::from(counts.queries) > MOST {
            return None;
        }
        for _ in 0..counts.queries {
            Query::read(&mut decoder).ok()?;
        }
        let records = [counts.answers, counts.authorities, counts.additionals];
        let records = records.into_iter().map(usize::from).sum::<usize>().min(MOST);
        let records: Vec<Record> = (0..records).map_while(|_| Record::read(&mut decoder).ok()).collect();
        Some(Message::Services(services(&records)))
    }
}

fn services(records: &[Record]) -> Vec<Service> {
    let mut services = Vec::new();
    for record in records {
        match &record.data {
            RData::PTR(instance) => drop(service(&mut services, instance)),
            RData::SRV(place) => {
                if let Some(service) = service(&mut services, &record.name) {
                    service.host = Some(dotted(&place.target));
                    service.port = Some(place.port);
                    service.addresses = addresses(records, &place.target);
                }
            }
            RData::TXT(words) => {
                if let Some(service) = service(&mut services, &record.name) {
                    service
                        .texts
                        .extend(words.txt_data.iter().map(|word| text::decode(word).into_owned()));
                }
            }
            _ => {}
        }
    }
    services
}

/// The service of that name, new where it was not named before. None where the name is no instance's.
fn service<'a>(services: &'a mut Vec<Service>, name: &Name) -> Option<&'a mut Service> {
    let mut labels = name.iter();
    let (own, kind, transport) = (labels.next()?, labels.next()?, labels.next()?);
    let by = |word: &[u8]| transport.eq_ignore_ascii_case(word);
    if own.starts_with(b"_") || !kind.starts_with(b"_") || !(by(b"_tcp") || by(b"_udp")) {
        return None;
    }
    let name = dotted(name);
    let known = services
        .iter()
        .position(|service| service.name.eq_ignore_ascii_case(&name));
    let place = known.unwrap_or_else(|| {
        services.push(Service {
            name,
            ..Service::default()
        });
        services.len() - 1
    });
    services.get_mut(place)
}

fn addresses(records: &[Record], host: &Name) -> Vec<Ipv4Addr> {
    let of_host = records.iter().filter(|record| record.name == *host);
    of_host
        .filter_map(|record| match record.data {
            RData::A(address) => Some(address.0),
            _ => None,
        })
        .collect()
}

/// A name as people write it, without the dot at its end. What is no UTF-8 is read as well as it can be.
fn dotted(name: &Name) -> String {
    name.iter().map(text::decode).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A name on the wire, not compressed.
    fn name(labels: &[&str]) -> Vec<u8> {
        let label = |label: &&str| [&[label.len() as u8], label.as_bytes()].concat();
        [labels.iter().flat_map(label).collect(), vec![0]].concat()
    }

    /// A record of class IN with the bit that mDNS calls cache-flush, to live for 10 s.
    fn record(owner: &[u8], kind: u8, data: &[u8]) -> Vec<u8> {
        let head = [0, kind, 0x80, 1, 0, 0, 0, 10, 0, data.len() as u8];
        [owner, &head, data].concat()
    }

    /// An answer with these records, which repeats one question.
    fn answer(question: &[u8], records: &[Vec<u8>]) -> Vec<u8> {
        let head = [
            0,
            0,
            0x84,
            0,
            0,
            u8::from(!question.is_empty()),
            0,
            records.len() as u8,
            0,
            0,
            0,
            0,
        ];
        [head.to_vec(), question.to_vec(), records.concat()].concat()
    }

    const DOOR: [&str; 4] = ["Door 1", "_http", "_tcp", "local"];

    #[test]
    fn the_question_is_exact() {
        let expected = [
            &b"\0\0\0\0\0\x05\0\0\0\0\0\0"[..],
            b"\x05_http\x04_tcp\x05local\0\0\x0c\0\x01",
            b"\x05_psia\xc0\x12\0\x0c\0\x01",
            b"\x04_CGI\xc0\x12\0\x0c\0\x01",
            b"\x0b_axis-video\xc0\x12\0\x0c\0\x01",
            b"\x05_rtsp\xc0\x12\0\x0c\0\x01",
        ];
        assert_eq!(query(), expected.concat());
        assert_eq!(Message::decode(&query()), Some(Message::Question));
    }

    #[test]
    fn an_instance_is_read_with_all_that_is_said_of_it() {
        let host = name(&["door-1", "local"]);
        let question = [&name(&["_http", "_tcp", "local"])[..], &[0, 12, 0, 1]].concat();
        let place = [&[0, 0, 0, 0, 0x1f, 0x90][..], &host].concat();
        let words = b"\x06path=/\x0a\xff\xfea=\xe9\xe9 bcd";
        // The pointer 0xc00c leads to the question.
        let records = [
            record(b"\xc0\x0c", 12, b"\x06Door 1\xc0\x0c"),
            record(&name(&DOOR), 33, &place),
            record(&name(&["DOOR 1", "_HTTP", "_TCP", "LOCAL"]), 16, words),
            record(&host, 1, &[10, 0, 0, 5]),
            record(&name(&["other", "local"]), 1, &[10, 0, 0, 6]),
            record(&host, 47, b"\xc0\x0c\0\x01\x40"),
        ];
        let Some(Message::Services(services)) = Message::decode(&answer(&question, &records)) else {
            panic!("an answer is an answer")
        };
        let [service] = services.as_slice() else {
            panic!("one instance, not {services:?}")
        };
        assert_eq!(service.name, "Door 1._http._tcp.local");
        assert_eq!(service.host.as_deref(), Some("door-1.local"));
        assert_eq!(
            (service.port, service.addresses.as_slice()),
            (Some(8080), &[[10, 0, 0, 5].into()][..])
        );
        assert_eq!(service.texts.len(), 2);
        assert_eq!(service.texts[0], "path=/");
    }

    #[test]
    fn what_is_no_instance_is_passed_over() {
        let table: [&[&str]; 4] = [
            &["_http", "_tcp", "local"],
            &["_services", "_dns-sd", "_udp", "local"],
            &["door-1", "local"],
            &["Door", "http", "_tcp", "local"],
        ];
        for labels in table {
            let records = [record(&name(&["x"]), 12, &name(labels))];
            let read = Message::decode(&answer(&[], &records));
            assert_eq!(read, Some(Message::Services(vec![])), "{labels:?}");
        }
    }

    #[test]
    fn a_broken_record_costs_what_follows_it_and_no_more() {
        let records = [
            record(&name(&["x"]), 12, &name(&DOOR)),
            record(&name(&DOOR), 33, &[0, 0]),
        ];
        for loss in 0..=1 {
            let bytes = answer(&[], &records);
            let read = Message::decode(&bytes[..bytes.len() - loss]);
            let named = |service: &Service| service.name == "Door 1._http._tcp.local" && service.host.is_none();
            assert!(
                matches!(&read, Some(Message::Services(services)) if services.len() == 1 && named(&services[0])),
                "{read:?}"
            );
        }
        // A text without a word, which the standard forbids, costs nothing.
        let records = [
            record(&name(&DOOR), 16, &[]),
            record(&name(&["x"]), 12, &name(&["B", "_psia", "_tcp", "local"])),
        ];
        let read = Message::decode(&answer(&[], &records));
        assert!(
            matches!(&read, Some(Message::Services(services)) if services.len() == 1),
            "{read:?}"
        );
    }

    #[test]
    fn names_that_point_at_themselves_and_counts_that_lie_end_the_reading() {
        let loops: [&[u8]; 4] = [b"\xc0\x0c", b"\x01a\xc0\x0c", b"\xff\xff", b"\x3fabc"];
        for owner in loops {
            let read = Message::decode(&answer(&[], &[record(owner, 12, owner)]));
            assert_eq!(read, Some(Message::Services(vec![])), "{owner:?}");
        }
        let mut lie = answer(&[], &[record(&name(&["x"]), 12, &name(&DOOR))]);
        lie[6..12].fill(0xff);
        assert!(matches!(Message::decode(&lie), Some(Message::Services(services)) if services.len() == 1));
        lie[4..6].fill(0xff);
        assert_eq!(Message::decode(&lie), None);
    }

    #[test]
    fn a_chain_of_pointers_in_every_name_takes_no_time() {
        // Each pointer leads to the one before it, and each of 70 names to the end of that chain, which lies in
        // the data of a first record of a type that nobody knows.
        let start = 12 + 11;
        let mut chain = name(&DOOR);
        let mut before = start;
        while chain.len() < 7_000 {
            let place = start + chain.len();
            chain.extend((0xc000 | before as u16).to_be_bytes());
            before = place;
        }
        let end = (0xc000 | before as u16).to_be_bytes();
        let mut bytes = answer(&[], &[]);
        bytes[6..8].copy_from_slice(&[0xff, 0xff]);
        bytes.extend([0, 0xff, 0x01, 0, 1, 0, 0, 0, 0]);
        bytes.extend((chain.len() as u16).to_be_bytes());
        bytes.extend(chain);
        bytes.extend(record(&end, 12, &end).repeat(70));
        let begun = std::time::Instant::now();
        let read = Message::decode(&bytes);
        assert!(
            begun.elapsed() < std::time::Duration::from_secs(2),
            "{:?}",
            begun.elapsed()
        );
        assert!(
            matches!(&read, Some(Message::Services(services)) if services.len() == 1),
            "{read:?}"
        );
    }

    #[test]
    fn other_messages_are_nothing_of_ours() {
        let mut update = answer(&[], &[]);
        update[2] |= 5 << 3;
        for bytes in [&b""[..], b"\0\0\x84", b"HTTP/1.1 200", &update] {
            assert_eq!(Message::decode(bytes), None, "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            Message::decode(&bytes);
            Message::decode(&[&b"\0\0\x84\0\0\0\0\x09\0\0\0\0"[..], &bytes].concat());
        }

        #[test]
        fn any_answer_with_a_byte_changed_is_read_without_a_panic(at in 0..200usize, byte: u8) {
            let records = [
                record(&name(&["x"]), 12, &name(&DOOR)),
                record(&name(&DOOR), 33, &[&[0, 0, 0, 0, 0, 80][..], &name(&["a", "local"])].concat()),
                record(&name(&DOOR), 16, b"\x03a=b"),
            ];
            let mut bytes = answer(&[], &records);
            let at = at % bytes.len();
            bytes[at] = byte;
            Message::decode(&bytes);
        }
    }
}
