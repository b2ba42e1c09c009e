//! The makers' own protocols, as far as they go without a login.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::host::Host;

/// Port 8000: sixteen bytes unasked, then silence.
pub async fn hikvision(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    let _ = stream.write_all(b"\0\0\0\x10\0\0\0\x1e\0\0\0\x1e\0\0\0\0").await;
    super::listen(stream).await;
}

/// The one question that port 37777 answers to a stranger.
const REALM_QUESTION: [u8; 32] = [
    0xa0, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x05, 0x02, 0x01, 0x01, 0, 0, 0xa1,
    0xaa,
];

/// Port 37777: realm and random to whom asks exactly so; anybody else is hung up on.
pub async fn dahua(mut stream: impl AsyncRead + AsyncWrite + Unpin, host: &Host) {
    let mut question = [0; 32];
    let asked = stream.read_exact(&mut question).await.is_ok() && question == REALM_QUESTION;
    if asked && stream.write_all(&realm(host.serial)).await.is_ok() {
        super::listen(stream).await;
    }
}

/// The length is two bytes; what stands behind it is not always zero.
fn realm(serial: &str) -> Vec<u8> {
    let body = format!("Realm:Login to {serial}\r\nRandom:1722403187\r\n\r\n");
    let [low, high] = u16::try_from(body.len()).expect("a short body").to_le_bytes();
    let mut frame = vec![0xb0, 0x01, 0, 0x78, low, high, 0x2a, 0x5c];
    frame.resize(32, 0);
    frame[16..20].copy_from_slice(b"\x1c\x07\x3f\x55");
    frame.extend(body.bytes());
    frame
}

#[test]
fn the_realm_has_its_length_where_units_have_it() {
    let frame = realm("5J04C12PAG00130");
    assert_eq!(frame[4], 53);
    assert_eq!(frame.len(), 32 + 53);
    assert_eq!(&frame[32..46], b"Realm:Login to");
}
