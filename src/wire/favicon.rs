//! The two hashes by which icons of web servers are listed, and what is an icon.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};

/// Where a web server keeps its icon.
pub const PATH: &str = "/favicon.ico";
/// How the images begin that web servers use for icons: ICO, PNG, GIF, JPEG, BMP.
const MAGICS: &[&[u8]] = &[b"\0\0\x01\0", b"\x89PNG\r\n\x1a\n", b"GIF8", b"\xff\xd8\xff", b"BM"];
/// Characters of a line of base64 (RFC 2045 §6.8, as Python's `encodebytes` breaks them).
const LINE: usize = 76;

/// Whether bytes begin as an image does. A page that says "not found" does not.
pub fn is_image(bytes: &[u8]) -> bool {
    MAGICS.iter().any(|magic| bytes.starts_with(magic))
}

/// The MD5, in lower-case hexadecimal.
pub fn md5(icon: &[u8]) -> String {
    Md5::digest(icon).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Shodan's hash: MurmurHash3 of the base64 text, each line of it ended by a line feed, as a signed number.
pub fn shodan(icon: &[u8]) -> i32 {
    let base64 = STANDARD.encode(icon);
    let mut lines = Vec::with_capacity(base64.len() + base64.len() / LINE + 1);
    for line in base64.as_bytes().chunks(LINE) {
        lines.extend_from_slice(line);
        lines.push(b'\n');
    }
    murmur3(&lines).cast_signed()
}

/// MurmurHash3, the variant of 32 bits, with seed 0.
fn murmur3(bytes: &[u8]) -> u32 {
    let (blocks, tail) = bytes.as_chunks::<4>();
    let mut hash = blocks.iter().fold(0, |hash: u32, block| {
        let mixed = hash ^ scramble(u32::from_le_bytes(*block));
        mixed.rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64)
    });
    let mut last = [0; 4];
    last[..tail.len()].copy_from_slice(tail);
    hash ^= scramble(u32::from_le_bytes(last));
    // It is defined on the length modulo 2³².
    hash ^= bytes.len() as u32;
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

fn scramble(block: u32) -> u32 {
    block
        .wrapping_mul(0xcc9e_2d51)
        .rotate_left(15)
        .wrapping_mul(0x1b87_3593)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn murmur3_agrees_with_the_published_vectors() {
        // The signed ones are those of Python's mmh3.
        let table: [(&[u8], i32); 6] = [
            (b"", 0),
            (b"foo", -156_908_512),
            (b"hello", 613_153_351),
            (b"\xff\xff\xff\xff", 0x7629_3b50),
            (b"\x21\x43\x65\x87", 0xf55b_516b_u32.cast_signed()),
            (b"\x21\x43", 0xa0f7_b07a_u32.cast_signed()),
        ];
        for (bytes, expected) in table {
            assert_eq!(murmur3(bytes).cast_signed(), expected, "{bytes:?}");
        }
    }

    #[test]
    fn an_icon_is_hashed_over_lines_of_base64() {
        assert_eq!(md5(b""), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(shodan(b"foo"), murmur3(b"Zm9v\n").cast_signed());
        // 57 bytes fill a line, so that one more begins another.
        let zeros = "A".repeat(76);
        assert_eq!(shodan(&[0; 57]), murmur3(format!("{zeros}\n").as_bytes()).cast_signed());
        assert_eq!(
            shodan(&[0; 58]),
            murmur3(format!("{zeros}\nAA==\n").as_bytes()).cast_signed()
        );
    }

    #[test]
    fn a_page_is_no_icon() {
        assert!(is_image(b"\0\0\x01\0\x01\0"));
        for page in ["", "<html>", "\0\0", "not found"] {
            assert!(!is_image(page.as_bytes()), "{page:?}");
        }
    }
}
