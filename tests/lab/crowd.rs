//! The lab at scale, for the benchmark: with `LAB_CROWD=1000` so many hosts more stand on the segment, which is a
//! /16 then, and with `LAB_FAR=300` behind the router, on 10.77.0.0/20. One in five is a unit; the others are web servers,
//! closed machines and such that drop everything. With `LAB_QUIET=1` sixty such hosts are all there is on the segment, and with `LAB_QUIET=cameras`
//! seven in ten of them are units.

use std::sync::LazyLock;

use crate::host::{Host, PLAIN, bare, dahua, hik};

/// The hosts on the segment, beyond the estate's own.
pub fn near() -> &'static [Host] {
    static NEAR: LazyLock<Vec<Host>> = LazyLock::new(|| {
        // Four or so to a /24, none in the estate's own; on the quiet one below the units that come and go.
        let address = |number| match is_quiet() {
            true => format!("10.66.0.{}", 10 + number * 3),
            false => format!("10.66.{}.{}", 1 + number % 250, 5 + number / 250 * 23),
        };
        (0..size()).map(|number| host(number, address(number))).collect()
    });
    &NEAR
}

/// The hosts behind the router.
pub fn far() -> &'static [Host] {
    static FAR: LazyLock<Vec<Host>> = LazyLock::new(|| {
        let address = |number| format!("10.77.{}.{}", number % 16, 70 + number / 16 * 7);
        (0..far_size()).map(|number| host(number, address(number))).collect()
    });
    &FAR
}

/// How many are on the segment.
pub fn size() -> usize {
    if is_quiet() { 59 } else { wanted("LAB_CROWD") }
}

/// Whether they and the router are all there is.
pub fn is_quiet() -> bool {
    std::env::var_os("LAB_QUIET").is_some()
}

/// Whether it is a network for cameras, where others are few.
fn is_for_cameras() -> bool {
    std::env::var_os("LAB_QUIET").is_some_and(|quiet| quiet == "cameras")
}

/// How many are behind the router.
pub fn far_size() -> usize {
    wanted("LAB_FAR")
}

fn wanted(variable: &str) -> usize {
    let number = std::env::var(variable).ok();
    number.map_or(0, |number| number.parse().expect("a number of hosts"))
}

/// The length of the segment's prefix.
pub fn prefix() -> u8 {
    if size() > 0 && !is_quiet() { 16 } else { 24 }
}

fn is_camera(number: usize) -> bool {
    number.is_multiple_of(5) || is_for_cameras()
}

fn host(number: usize, address: String) -> Host {
    let text = |text: String| -> &'static str { text.leak() };
    let ip = text(address);
    let mac = |prefix: &str| text(format!("{prefix}:{:02x}:{:02x}:{:02x}", number % 250, number / 250, 7));
    let serial = |model: &str| text(format!("{model}20200511AAWRC{number:08}"));
    match number % 10 {
        0 | 2..5 if is_camera(number) => {
            let model = "DS-2CD2143G0-IS";
            hik(ip, mac("44:47:cc"), model, serial(model), "V5.6.3build 190923")
        }
        5 | 7..9 if is_camera(number) => {
            let serial = text(format!("6K0{number:05}PAZ1C2D"));
            dahua(ip, mac("3c:ef:8c"), "IPC", "IPC-HFW2431S", serial, "2.800.0000000.16.R")
        }
        1 | 6 => Host {
            firewalled: true,
            ..bare(ip, mac("f8:b1:56"), &[])
        },
        2..5 => bare(ip, mac("f8:b1:56"), PLAIN),
        _ => bare(ip, mac("f8:b1:56"), &[]),
    }
}
