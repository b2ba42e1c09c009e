//! A rogue on the first cable, who sees what the switch gives to everybody and may send any frame: in anybody's name, and
//! by the thousand. Only where a test wants it (`Lab::let_attack`).

use std::io::Read;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::arp::bytes_of;
use crate::play::{DHIP, SADP, WSD, literal};
use crate::{replies, sys};

/// What it does, by the words that are in the file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Attack {
    /// Two thousand ARP packets a second that nobody asked for, with made-up MACs, about addresses in and out of scope.
    ArpStorm,
    /// Answers ARP for [`CONTESTED`], too.
    Conflict,
    /// Says a scanner's own question back to it, by the hundred, from changing sources.
    Echo,
    /// ProbeMatches by the thousand, from changing sources.
    Matches,
    /// DHIP by the thousand, with made-up MACs.
    Flood,
    /// Answers SADP in the name of [`SLANDERED`]: questions to everybody with their ids, and what it did not see without.
    Forge,
    /// Answers ARP for every address that there is.
    Proxy,
    /// Answers ARP for [`TAKEN`] from the moment that somebody connects to it.
    TakeOver,
}

const WORDS: &[(&str, Attack)] = &[
    ("arp-storm", Attack::ArpStorm),
    ("conflict", Attack::Conflict),
    ("echo", Attack::Echo),
    ("matches", Attack::Matches),
    ("flood", Attack::Flood),
    ("forge", Attack::Forge),
    ("proxy", Attack::Proxy),
    ("take-over", Attack::TakeOver),
];

/// Everything that only makes noise or lies, at the same time.
pub const NOISE: &[&str] = &["arp-storm", "conflict", "echo", "matches", "flood", "forge"];
/// The rogue's own MAC.
pub const MAC: &str = "02:66:66:66:66:66";
/// A camera whose address the rogue has, too.
pub const CONTESTED: &str = "10.66.0.11";
/// A camera whose address it takes over.
pub const TAKEN: &str = "10.66.0.25";
/// A printer, a file server and a computer, none of them a camera; and an address that nobody has.
pub const SLANDERED: &[&str] = &["10.66.0.60", "10.66.0.62", "10.66.0.103", "10.66.0.240"];
/// What it says that they are.
pub const SLANDER: &str = "DS-2CD6666FWD-I";
/// How often a question is said back, and how many datagrams answer one.
const ECHOES: u16 = 300;
const BY_THE_THOUSAND: u16 = 4000;

/// The file that lets it attack, beside the ledger.
pub fn word_to_attack(ledger: &Path) -> PathBuf {
    ledger.with_extension("attack")
}

/// Waits for the file, then attacks the scanner at this MAC until the process ends.
pub fn attack(word: &Path, scanner: [u8; 6]) {
    let words = loop {
        match std::fs::read_to_string(word) {
            Ok(words) if words.ends_with('\n') => break words,
            _ => std::thread::sleep(Duration::from_millis(10)),
        }
    };
    let attacks: Vec<Attack> = WORDS
        .iter()
        .filter(|(name, _)| words.lines().any(|line| line == *name))
        .map(|(_, attack)| *attack)
        .collect();
    let wire = sys::packet_socket("cam0", sys::EVERYTHING).expect("root in its own namespace");
    if attacks.contains(&Attack::ArpStorm) {
        let wire = wire.try_clone().expect("a second handle");
        std::thread::spawn(move || storm(&wire));
    }
    if attacks.contains(&Attack::Forge) {
        let wire = wire.try_clone().expect("a second handle");
        std::thread::spawn(move || insist(&wire, scanner));
    }
    Rogue {
        wire,
        scanner,
        attacks,
        has_taken: false,
    }
    .answer();
}

struct Rogue {
    wire: socket2::Socket,
    scanner: [u8; 6],
    attacks: Vec<Attack>,
    has_taken: bool,
}

impl Rogue {
    fn answer(mut self) {
        let mut frame = vec![0; 65_536];
        while let Ok(length) = self.wire.read(&mut frame) {
            let frame = &frame[..length];
            if frame.get(6..12) != Some(&self.scanner) {
                continue;
            }
            match frame.get(12..14) {
                Some([8, 6]) => self.hear_arp(frame),
                Some([8, 0]) => self.hear_packet(frame),
                _ => {}
            }
        }
    }

    fn does(&self, attack: Attack) -> bool {
        self.attacks.contains(&attack)
    }

    /// Answers for whose address it claims.
    fn hear_arp(&self, frame: &[u8]) {
        let (Some([0, 1]), Some(asked)) = (frame.get(20..22), frame.get(38..42)) else {
            return;
        };
        let asked = Ipv4Addr::new(asked[0], asked[1], asked[2], asked[3]);
        let claims = self.does(Attack::Proxy)
            || self.does(Attack::Conflict) && asked == literal(CONTESTED)
            || self.has_taken && asked == literal(TAKEN);
        if claims {
            self.send(&arp(self.scanner, bytes_of(MAC), asked, &frame[22..32]));
        }
    }

    fn hear_packet(&mut self, frame: &[u8]) {
        let Some(packet) = frame.get(14..).filter(|packet| packet.len() > 28) else {
            return;
        };
        let to = Ipv4Addr::new(packet[16], packet[17], packet[18], packet[19]);
        let port = |at: usize| u16::from_be_bytes([packet[at], packet[at + 1]]);
        match packet[9] {
            // To a group or to everybody: a switch shows it to the rogue, which it does not do with what goes to one.
            17 if frame[0] & 1 == 1 => self.hear_question(port(20), port(22), &packet[28..]),
            6 if to == literal(TAKEN) && self.does(Attack::TakeOver) && !self.has_taken => {
                self.has_taken = true;
                self.send(&arp(
                    self.scanner,
                    bytes_of(MAC),
                    to,
                    &[&[0xff; 6], &packet[16..20]].concat(),
                ));
            }
            _ => {}
        }
    }

    /// Answers a question to everybody that came from port `asker` to `port`.
    fn hear_question(&self, asker: u16, port: u16, question: &[u8]) {
        if port == SADP && self.does(Attack::Echo) {
            for nth in 0..ECHOES {
                self.say(source(nth), (SADP, asker), question);
            }
        }
        if port == SADP && self.does(Attack::Forge) {
            let question = String::from_utf8_lossy(question);
            for victim in SLANDERED {
                self.say(literal(victim), (SADP, asker), slander(victim, &question).as_bytes());
            }
        }
        if port == WSD && self.does(Attack::Matches) {
            for nth in 0..BY_THE_THOUSAND {
                self.say(source(nth), (WSD, asker), probe_match(nth).as_bytes());
            }
        }
        if port == DHIP && self.does(Attack::Flood) {
            for nth in 0..BY_THE_THOUSAND {
                self.say(source(nth), (DHIP, asker), &notify(nth));
            }
        }
    }

    fn say(&self, from: Ipv4Addr, ports: (u16, u16), payload: &[u8]) {
        self.send(&datagram(self.scanner, from, ports, payload));
    }

    fn send(&self, frame: &[u8]) {
        let _ = self.wire.send(frame);
    }
}

/// Sources that change: some in scope where nobody is, the scanner itself, and strangers without number.
fn source(nth: u16) -> Ipv4Addr {
    let [high, low] = nth.to_be_bytes();
    match nth % 100 {
        0 => Ipv4Addr::new(10, 66, 0, 241 + (low >> 4) % 8),
        1 => Ipv4Addr::new(10, 66, 0, 2),
        _ => Ipv4Addr::new(172, 16 + high % 16, high, low),
    }
}

/// What it says of somebody, to a question of SADP.
fn slander(victim: &str, question: &str) -> String {
    let uuid = question.split("<Uuid>").nth(1).and_then(|rest| rest.split('<').next());
    let serial = format!("{SLANDER}20200101AAWRC{:08}", literal(victim).octets()[3]);
    replies::SADP_IPC
        .replace("{uuid}", uuid.unwrap_or_default())
        .replace("{model}", SLANDER)
        .replace("{serial}", &serial)
        // A port that nobody may connect to, whoever says that it is a web server's.
        .replace("{http}", "9100")
        .replace("{mac-}", "44-a6-42-66-66-66")
        .replace("{ip}", victim)
        .replace("{firmware}", "V5.5.6build 180326")
        .replace("{activated}", "true")
}

fn probe_match(nth: u16) -> String {
    replies::WSD_HIK
        .replace("{relates}", "")
        .replace("{mac0}", &format!("44a64266{nth:04x}"))
        .replace("{model}", SLANDER)
        .replace("{name}", "HIKVISION")
        .replace("{xaddr}", "10.66.0.61:9100")
}

fn notify(nth: u16) -> Vec<u8> {
    let [high, low] = nth.to_be_bytes();
    let json = replies::DHIP
        .replace("{mac}", &format!("3c:ef:8c:66:{high:02x}:{low:02x}"))
        .replace("{kind}", "IPC")
        .replace("{model}", "IPC-HFW6666")
        .replace("{serial}", &format!("6Z0{nth:05}PAZ6666"))
        .replace("{ip}", "192.0.2.66")
        .replace("{http}", "9100")
        .replace("{init}", "2714")
        .replace("{vendor}", "General")
        .replace("{firmware}", "2.800.0000000.13.R");
    replies::dhip_frame(json.as_bytes())
}

/// The same slander over and over to the port that everybody knows, also when its victims have been asked themselves.
fn insist(wire: &socket2::Socket, scanner: [u8; 6]) {
    loop {
        for victim in SLANDERED {
            let said = slander(victim, "");
            let _ = wire.send(&datagram(scanner, literal(victim), (SADP, SADP), said.as_bytes()));
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// ARP about others, to everybody: one in twenty about an address in scope that nobody has.
fn storm(wire: &socket2::Socket) {
    for nth in (0_u16..).cycle() {
        let [high, low] = nth.to_be_bytes();
        let ip = match nth % 20 {
            0 => Ipv4Addr::new(10, 66, 0, 241 + (low >> 4) % 8),
            1 => Ipv4Addr::new(10, 66, 0, 2),
            _ => Ipv4Addr::new(10, 67 + high % 8, high, low),
        };
        let _ = wire.send(&arp(
            [0xff; 6],
            [2, 0x66, 0, 0, high, low],
            ip,
            &[&[0xff; 6], &ip.octets()[..]].concat(),
        ));
        if nth % 20 == 0 {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// An ARP reply: `ip` is at `mac`.
fn arp(to: [u8; 6], mac: [u8; 6], ip: Ipv4Addr, target: &[u8]) -> Vec<u8> {
    let kind = b"\x08\x06\0\x01\x08\0\x06\x04\0\x02".as_slice();
    [&to, &mac, kind, &mac, &ip.octets(), target, &[0; 18]].concat()
}

/// A datagram in a frame of Ethernet; UDP's own checksum is left out, as IPv4 allows (RFC 768).
fn datagram(to: [u8; 6], from: Ipv4Addr, (from_port, to_port): (u16, u16), payload: &[u8]) -> Vec<u8> {
    let length = |header: usize| {
        u16::try_from(payload.len() + header)
            .expect("a short payload")
            .to_be_bytes()
    };
    let mut header = [0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, 0, 0, 0, 0, 10, 66, 0, 2];
    header[2..4].copy_from_slice(&length(28));
    header[12..16].copy_from_slice(&from.octets());
    let sum = header
        .chunks(2)
        .map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]])))
        .sum::<u32>();
    let folded = (sum & 0xffff) + (sum >> 16);
    let checksum = !u16::try_from(folded).expect("ten words carry at most nine");
    header[10..12].copy_from_slice(&checksum.to_be_bytes());
    let ports = [from_port.to_be_bytes(), to_port.to_be_bytes(), length(8), [0, 0]].concat();
    [&to, &bytes_of(MAC), b"\x08\0".as_slice(), &header, &ports, payload].concat()
}

#[test]
fn who_is_slandered_exists_but_for_one_and_is_no_unit() {
    let near = |ip: &str| crate::estate::NEAR.iter().find(|host| host.ip == ip);
    let innocent = SLANDERED
        .iter()
        .filter(|ip| near(ip).is_some_and(|host| host.expect.maker.is_none()));
    assert_eq!(innocent.count(), SLANDERED.len() - 1);
    assert!(
        [CONTESTED, TAKEN]
            .iter()
            .all(|ip| near(ip).is_some_and(|host| host.expect.maker.is_some()))
    );
}
