//! Below IP: a unit with an address of another network that answers nothing but SADP's frames, and only on cam0.

use std::io::Read;

use crate::arp::bytes_of;
use crate::play::literal;

pub const ETHERTYPE: u16 = 0x8033;
pub const IP: &str = "192.168.55.64";
pub const MAC: &str = "44:47:cc:10:55:64";
pub const SERIAL: &str = "DS-2CD2043G2-I20230101AAWRK31205564";
pub const FIRMWARE: &str = "V5.7.3build 220112";

/// Answers the inquiries that come in by `socket` until the process ends.
pub fn answer(mut socket: socket2::Socket) {
    let mut frame = [0; 2048];
    while let Ok(length) = socket.read(&mut frame) {
        // Version 2, of 66 bytes, an inquiry without parameters.
        if frame[14..18] == [0x21, 2, 1, 66] && frame[24..26] == [3, 0] {
            let _ = socket.send(&reply(&frame[..length]));
        }
    }
}

fn reply(question: &[u8]) -> Vec<u8> {
    let (asker, sequence, address) = (&question[6..12], &question[18..22], &question[34..38]);
    let mac = bytes_of(MAC);
    let padded = |text: &str| [text.as_bytes(), &vec![0; 48 - text.len()]].concat();
    let head = [
        &[0x21, 2, 1, 0xf6],
        sequence,
        &[6, 4, 4, 0, 0, 0],
        &mac,
        &literal(IP).octets(),
        asker,
        address,
    ]
    .concat();
    let numbers = [0, 0, 0x9c, 0x42, 0, 0, 0x1f, 0x40, 0, 0, 0, 1, 0, 0, 0, 0];
    let texts = [
        padded(FIRMWARE),
        padded("V7.3 build 220110"),
        padded("2026-11-24 08:00:00"),
    ]
    .concat();
    [
        asker,
        &mac,
        &[0x80, 0x33],
        &head,
        &[255, 255, 255, 0],
        &padded(SERIAL),
        &numbers,
        &texts,
    ]
    .concat()
}
