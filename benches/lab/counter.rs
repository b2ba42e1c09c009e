//! What leaves by an interface, as its own counter has it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

pub struct Sent {
    pub packets: u64,
    pub most_in_a_second: u64,
}

/// How often the counter is read: a second's worth is the difference of ten readings.
const TICK: Duration = Duration::from_millis(100);

pub fn watch<T>(interface: &str, run: impl FnOnce() -> T) -> (T, Sent) {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut readings = vec![packets(interface)];
            while !over.load(Ordering::Relaxed) {
                std::thread::sleep(TICK);
                readings.push(packets(interface));
            }
            readings
        });
        let ran = run();
        over.store(true, Ordering::Relaxed);
        let readings = watcher.join().unwrap_or_default();
        let of_a_second = readings
            .windows(readings.len().min(11))
            .map(|some| some[some.len() - 1] - some[0]);
        let sent = Sent {
            packets: readings
                .last()
                .zip(readings.first())
                .map_or(0, |(last, first)| last - first),
            most_in_a_second: of_a_second.max().unwrap_or_default(),
        };
        (ran, sent)
    })
}

/// From /proc/net/dev, which is that of the namespace: the tenth number is of packets sent.
fn packets(interface: &str) -> u64 {
    let table = std::fs::read_to_string("/proc/thread-self/net/dev").unwrap_or_default();
    let line = table
        .lines()
        .find_map(|line| line.trim().strip_prefix(interface)?.strip_prefix(':'));
    let number = line.and_then(|line| line.split_whitespace().nth(9)?.parse().ok());
    number.unwrap_or_default()
}
