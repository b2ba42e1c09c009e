//! The greeting of Hikvision's SDK port (TCP 8000): the device speaks first, and nothing is ever sent to it.

/// The port, unless the device announces another.
pub const PORT: u16 = 8000;
/// The greeting's length in bytes, which is also its first number (big endian).
pub const LENGTH: usize = 16;

/// The greeting, if it is one: 16 bytes that begin with their own length.
///
/// Cameras go on with 0x1e, 0x1e, 0; nmap also knows a kind that goes on with 0x0d.
pub fn greeting(bytes: &[u8]) -> Option<&[u8; LENGTH]> {
    let greeting = bytes.first_chunk::<LENGTH>()?;
    let length = u32::from_be_bytes(*greeting.first_chunk()?);
    (length as usize == LENGTH).then_some(greeting)
}

/// Whether the greeting is whole: one answer, or none yet.
pub fn answers(bytes: &[u8]) -> usize {
    bytes.len() / LENGTH
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CAMERA: [u8; LENGTH] = [0, 0, 0, 16, 0, 0, 0, 30, 0, 0, 0, 30, 0, 0, 0, 0];

    #[test]
    fn a_greeting_is_as_long_as_it_says() {
        let other = [0, 0, 0, 16, 0, 0, 0, 13, 0, 0, 0, 13, 0, 0, 0, 0];
        let longer = [&CAMERA[..], b"more"].concat();
        let table: &[(&[u8], Option<&[u8; LENGTH]>)] = &[
            (&CAMERA, Some(&CAMERA)),
            (&other, Some(&other)),
            (&longer, Some(&CAMERA)),
            (&CAMERA[..15], None),
            (b"\x10\0\0\0\0\0\0\x1e\0\0\0\x1e\0\0\0\0", None),
            (b"HTTP/1.1 400 Bad Request\r\n\r\n", None),
            (b"", None),
        ];
        for (bytes, expected) in table {
            assert_eq!(greeting(bytes), *expected, "{bytes:?}");
        }
        assert_eq!([0, 15, 16, 17].map(|length| answers(&vec![0; length])), [0, 0, 1, 1]);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let found = greeting(&bytes);
            prop_assert_eq!(found.is_some(), bytes.len() >= LENGTH && bytes.starts_with(&[0, 0, 0, 16]));
            prop_assert!(answers(&bytes) <= bytes.len());
        }
    }
}
