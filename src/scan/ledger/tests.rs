use super::super::room::{AT_LEAST, MAX_BYTES_OF_A_HOST, MAX_PER_HOST};
use super::super::signs;
use super::*;

/// A datagram of so many bytes in the name of the nth host.
fn datagram(host: u32, nth: usize, length: usize) -> Reply {
    let host = std::net::Ipv4Addr::from(0x0a00_0000 | host);
    let mut bytes = format!("<ProbeMatch><DeviceDescription>{nth}</DeviceDescription></ProbeMatch>").into_bytes();
    bytes.resize(length.max(bytes.len()), b' ');
    Reply::new(host.to_string(), Protocol::Sadp, bytes)
}

#[test]
fn made_up_strangers_crowd_out_no_unit_at_its_factory_address() {
    let mut ledger = Ledger::default();
    let stranger = |host: &str, nth| Reply {
        host: host.into(),
        off_target: true,
        ..datagram(0, nth, 0)
    };
    for nth in 0..2 * MAX_STRANGERS {
        ledger.keep(stranger(&format!("198.18.{}.{}", nth / 256, nth % 256), nth));
    }
    let kept = FACTORY.map(|host| ledger.keep(stranger(host, 0)));
    assert_eq!(kept, [Kept::Yes; 3]);
    let (replies, _) = ledger.close();
    assert_eq!(replies.len(), SAMPLE + FACTORY.len());
}

#[test]
fn whoever_has_said_more_than_is_kept_is_named_however_little_it_was() {
    let mut ledger = Ledger::default();
    for host in 0..MOST_NAMED as u32 + 2 {
        let more = if host == 0 { FLOOD as usize } else { host as usize };
        for nth in 0..MAX_PER_HOST + more {
            ledger.keep(datagram(host, nth, 0));
        }
    }
    let (_, coverage) = ledger.close();
    let [flood, other] = coverage.notes.as_slice() else {
        panic!("{:?}", coverage.notes)
    };
    assert!(
        flood.contains("100 further replies in the name of 10.0.0.0 "),
        "{flood}"
    );
    assert!(
        other.contains("of 10.0.0.1 (1), ") && other.ends_with(" and 1 more."),
        "{other}"
    );
}

#[test]
fn every_host_that_has_said_more_than_is_kept_is_counted() {
    let mut ledger = Ledger::default();
    for host in 0..300 {
        for nth in 0..=MAX_PER_HOST {
            ledger.keep(datagram(host, nth, 0));
        }
    }
    let (_, coverage) = ledger.close();
    let [note] = coverage.notes.as_slice() else {
        panic!("{:?}", coverage.notes)
    };
    assert!(note.ends_with(" and 284 more."), "{note}");
}

/// An ARP packet of 10.0.0.5, which asks for the nth of its neighbours.
fn arp_of(mac: u8, nth: u8) -> Reply {
    let mac = mac_address::MacAddress::new([2, 0, 0, 0, 0, mac]);
    let packet = crate::wire::arp::request(mac, [10, 0, 0, 5].into(), [10, 0, 0, nth].into());
    Reply::new("10.0.0.5", Protocol::Arp, packet)
}

fn is_disputed(replies: &[Reply]) -> bool {
    signs::is_disputed(replies, &crate::judge::facts_of(replies))
}

#[test]
fn who_asks_for_all_its_neighbours_is_no_flood_and_hides_no_take_over() {
    let mut ledger = Ledger::default();
    let kept = (0..131).filter(|&nth| ledger.keep(arp_of(1, nth)) == Kept::Yes);
    assert_eq!(kept.count(), 1);
    assert!(!is_disputed(&ledger.replies));
    assert_eq!(ledger.keep(arp_of(2, 5)), Kept::Yes);
    assert!(is_disputed(&ledger.replies));
    let (_, coverage) = ledger.close();
    assert_eq!((coverage.notes, coverage.lost), (Vec::new(), BTreeMap::new()));
}

#[test]
fn an_address_of_which_arp_was_dropped_is_in_dispute() {
    let mut ledger = Ledger::default();
    let kept = (0..100).filter(|&mac| ledger.keep(arp_of(mac, 1)) == Kept::Yes);
    assert_eq!(kept.count(), MAX_PER_HOST);
    assert!(is_disputed(&ledger.replies));
    let (_, coverage) = ledger.close();
    assert!(coverage.notes[0].contains("10.0.0.5 (76)"), "{:?}", coverage.notes);
}

#[test]
fn what_is_said_in_a_hosts_name_crowds_out_no_answer_of_its_own() {
    let asked = |word: Option<&str>, nth, length| Reply {
        asked: word.map(str::to_owned),
        ..datagram(0, nth, length)
    };
    for length in [0, 60_000] {
        let mut ledger = Ledger::default();
        for nth in 0..2 * MAX_PER_HOST {
            ledger.keep(asked(None, nth, length));
            ledger.keep(asked(Some("unproven inquiry"), nth, length));
        }
        assert!(!ledger.coverage.lost.is_empty());
        assert_eq!(ledger.keep(asked(Some("unicast inquiry"), 0, 1_000)), Kept::Yes);
    }
}

#[test]
fn one_machine_that_answers_for_a_range_fills_no_memory_with_its_pages() {
    const PAGES: usize = 8;
    let mut ledger = Ledger::default();
    let page = |host: u8, nth: usize, length| {
        let mut bytes = format!("HTTP/1.1 200 OK\r\nServer: {host}-{nth}\r\n\r\n").into_bytes();
        bytes.resize(length, b'x');
        Reply {
            asked: Some(format!("GET /{nth}")),
            ..Reply::new(format!("10.0.0.{host}"), Protocol::Http, bytes)
        }
    };
    for host in 1..=40 {
        for nth in 0..PAGES {
            assert_eq!(ledger.keep(page(host, nth, 320 << 10)), Kept::Yes);
        }
    }
    let of_a_host = IN_A_CRUSH + OF_A_PAGE + PAGES * AT_LEAST;
    let kept: usize = ledger.replies.iter().map(|reply| reply.bytes.len()).sum();
    assert!(kept <= CRUSH_OF_PAGES + 40 * of_a_host, "{kept}");
    let latest = ledger.latest().expect("it was kept");
    assert!(latest.cut && latest.bytes.starts_with(b"HTTP/1.1 200 OK\r\nServer: 40-7\r\n"));
    assert_eq!(ledger.cut().count(), 0, "the door had read them to their end");
    ledger.keep(page(41, 0, 15_000));
    assert_eq!(
        ledger.latest().map(|reply| (reply.cut, reply.bytes.len())),
        Some((false, 15_000))
    );
    let certificate = Reply::new("10.0.0.40", Protocol::Certificate, vec![0x30; 60_000]);
    assert_eq!(ledger.keep(certificate), Kept::No, "a part of it would be another");
    let note = ledger.shortened().expect("pages were shortened");
    assert!(note.ends_with("is not known, of 10.0.0.7-10.0.0.40."), "{note}");
}

#[test]
fn one_host_fills_no_memory_and_in_a_crush_everybody_keeps_a_share() {
    let mut ledger = Ledger::default();
    let kept = |ledger: &mut Ledger, host, length| {
        let all = (0..MAX_PER_HOST).filter(|&nth| ledger.keep(datagram(host, nth, length)) == Kept::Yes);
        all.count() * length
    };
    assert_eq!(kept(&mut ledger, 0, 60_000), MAX_BYTES_OF_A_HOST / 60_000 * 60_000);
    let mut rogue = 1;
    while ledger.datagram_bytes <= CRUSH {
        kept(&mut ledger, rogue, 60_000);
        rogue += 1;
    }
    assert_eq!(kept(&mut ledger, rogue, 60_000), 0);
    assert_eq!(kept(&mut ledger, rogue, 1_000), MAX_PER_HOST * 1_000);
    let page = Reply::new("10.9.9.9", Protocol::Http, vec![b'x'; 300_000]);
    assert_eq!(ledger.keep(page), Kept::Yes, "a conversation is nobody's flood");
}
