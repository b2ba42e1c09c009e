//! Devices that speak unasked: one tells a group, one tells everybody, and one asks who somebody else is. Only where a
//! test wants it (`Lab::let_cry`).

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::time::Duration;

use crate::arp::bytes_of;
use crate::estate;
use crate::host::Host;
use crate::play::{self, DHIP, SADP, SADP_GROUP, literal};
use crate::sys;

/// Tells its SADP group what it is.
pub const TO_GROUP: &str = "10.66.0.10";
/// Tells everybody by DHIP.
pub const TO_EVERYBODY: &str = "10.66.0.30";
/// Asks by ARP.
pub const BY_ARP: &str = "10.66.0.11";

/// The file that lets them speak, beside the ledger.
pub fn word_to_cry(ledger: &std::path::Path) -> PathBuf {
    ledger.with_extension("cry")
}

/// Waits for the file, then speaks every now and then until the process ends.
pub async fn cry(word: PathBuf) {
    let host = |ip: &str| {
        estate::NEAR
            .iter()
            .find(|host| host.ip == ip)
            .expect("a host of the estate")
    };
    let arp = sys::packet_socket("cam0", 0x0806).expect("root in its own namespace");
    loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        if word.exists() {
            let probe = b"<Probe><Uuid>LAB-2</Uuid><Types>inquiry</Types></Probe>";
            say(host(TO_GROUP), SADP, probe, SADP_GROUP).await;
            say(
                host(TO_EVERYBODY),
                DHIP,
                b"\0\0\0\0DHIP{\"method\":\"DHDiscover.search\"}",
                Ipv4Addr::BROADCAST,
            )
            .await;
            let _ = arp.send(&who_has(host(BY_ARP)));
        }
    }
}

async fn say(host: &Host, port: u16, question: &[u8], to: Ipv4Addr) {
    let reply = play::reply(host, port, question).expect("it speaks that protocol");
    let socket = play::bind(play::address(host), port).expect("its own port");
    let raw = socket2::SockRef::from(&socket);
    raw.bind_device(Some(b"cam0")).expect("cam0 exists");
    raw.set_broadcast(true).expect("a datagram socket");
    socket.send_to(&reply, (to, port)).await.expect("the wire is up");
}

/// An ARP request for an address that nobody has.
fn who_has(host: &Host) -> Vec<u8> {
    let (mac, ip) = (bytes_of(host.mac), literal(host.ip).octets());
    let kind = b"\x08\x06\0\x01\x08\0\x06\x04\0\x01".as_slice();
    let wanted = [10, 66, 0, 250];
    [&[0xff; 6], &mac[..], kind, &mac, &ip, &[0; 6], &wanted, &[0; 18]].concat()
}
