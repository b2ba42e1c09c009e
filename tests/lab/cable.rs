//! A bad cable between the scanner and its segment, for the benchmark: with `LAB_LOSS=5` five frames in a hundred are lost
//! on it, each way, and with `LAB_DELAY=50` each takes 50 ms, give or take 20. Kernels without netem have nothing of
//! the kind, so two threads a direction carry the frames from one pair of interfaces to another.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::Read;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::sys;

/// The scanner's end in the cameras' namespace, and the other's.
pub const ENDS: [&str; 2] = ["cable0", "cable1"];
const JITTER: Duration = Duration::from_millis(20);

/// How bad the cable is.
#[derive(Clone, Copy)]
pub struct Cable {
    /// Frames in a hundred.
    loss: u64,
    delay: Duration,
}

/// None where it is good, which is no cable at all.
pub fn bad() -> Option<Cable> {
    let number = |name: &str| -> Option<u64> { std::env::var(name).ok().map(|text| text.parse().expect("a number")) };
    let (loss, delay) = (number("LAB_LOSS"), number("LAB_DELAY"));
    (loss.is_some() || delay.is_some()).then(|| Cable {
        loss: loss.unwrap_or_default(),
        delay: Duration::from_millis(delay.unwrap_or_default()),
    })
}

/// What the scanner's interface is paired with.
pub fn peer() -> &'static str {
    if bad().is_some() { ENDS[0] } else { "cam0" }
}

/// Carries frames both ways until the process ends. What comes from the scanner is known by its MAC: a socket hears what
/// itself has sent, too.
pub fn carry(cable: Cable, scanner: [u8; 6]) -> std::io::Result<()> {
    for (seed, [from, to]) in [ENDS, [ENDS[1], ENDS[0]]].into_iter().enumerate() {
        let is_ours = move |frame: &[u8]| (frame.get(6..12) == Some(&scanner)) == (seed == 0);
        let (source, sink) = (
            sys::packet_socket(from, sys::EVERYTHING)?,
            sys::packet_socket(to, sys::EVERYTHING)?,
        );
        let under_way = Arc::new(UnderWay::default());
        let other = Arc::clone(&under_way);
        std::thread::spawn(move || take_in(source, cable, is_ours, &under_way, seed as u64));
        std::thread::spawn(move || hand_out(&sink, &other));
    }
    Ok(())
}

/// A frame, and when it is due at the other end.
type Late = (Instant, Vec<u8>);

#[derive(Default)]
struct UnderWay {
    frames: Mutex<BinaryHeap<Reverse<Late>>>,
    news: Condvar,
}

fn take_in(
    mut source: socket2::Socket,
    cable: Cable,
    is_ours: impl Fn(&[u8]) -> bool,
    under_way: &UnderWay,
    seed: u64,
) {
    let mut dice = Dice(seed + 0x9E37_79B9_7F4A_7C15);
    let mut frame = vec![0; 65_536];
    while let Ok(length) = source.read(&mut frame) {
        if !is_ours(&frame[..length]) || dice.roll() % 100 < cable.loss {
            continue;
        }
        let jitter = JITTER.as_micros() as u64;
        let late = match cable.delay {
            Duration::ZERO => Duration::ZERO,
            delay => delay.saturating_sub(JITTER) + Duration::from_micros(dice.roll() % (2 * jitter)),
        };
        let mut frames = under_way.frames.lock().unwrap_or_else(PoisonError::into_inner);
        frames.push(Reverse((Instant::now() + late, frame[..length].to_vec())));
        under_way.news.notify_one();
    }
}

fn hand_out(sink: &socket2::Socket, under_way: &UnderWay) {
    let mut frames = under_way.frames.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        let wait = frames
            .peek()
            .map(|Reverse((due, _))| due.saturating_duration_since(Instant::now()));
        if wait == Some(Duration::ZERO) {
            if let Some(Reverse((_, frame))) = frames.pop() {
                let _ = sink.send(&frame);
            }
            continue;
        }
        let wait = wait.unwrap_or(Duration::from_secs(1));
        frames = under_way
            .news
            .wait_timeout(frames, wait)
            .map_or_else(|broken| broken.into_inner().0, |woken| woken.0);
    }
}

/// The same throws in every run (Marsaglia's xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 11
    }
}
