//! How much a fragile unit bears: old Dahua firmware wedges when it is asked too much (rroller/dahua 606).

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::Device;

/// More connections than this in [`SPAN`], and it wedges.
const MOST: usize = 20;
const SPAN: Duration = Duration::from_secs(10);
/// How long a connection that the client has closed may take to be noticed.
const GRACE: Duration = Duration::from_millis(100);

#[derive(Default)]
pub struct Strain {
    open: AtomicUsize,
    begun: Mutex<VecDeque<Instant>>,
    wedged: AtomicBool,
}

/// A connection's place; free again when it is dropped.
pub struct Place<'a>(&'a Strain);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Strain {
    pub fn is_wedged(&self) -> bool {
        self.wedged.load(Ordering::SeqCst)
    }

    /// Takes one more connection, or none where that is the one too many.
    pub async fn bear(&self, device: &Device) -> Option<Place<'_>> {
        if self.is_wedged() {
            return None;
        }
        if self.open.fetch_add(1, Ordering::SeqCst) > 0 && device.host.fragile {
            tokio::time::sleep(GRACE).await;
        }
        let place = Place(self);
        let crowded = self.open.load(Ordering::SeqCst) > 1;
        if device.host.fragile && (self.is_rushed() || crowded) {
            self.wedged.store(true, Ordering::SeqCst);
            device.note("wedged", if crowded { "two-at-once" } else { "too-many" });
            return None;
        }
        Some(place)
    }

    fn is_rushed(&self) -> bool {
        let mut begun = self.begun.lock().expect("no panic");
        let now = Instant::now();
        begun.push_back(now);
        while begun.front().is_some_and(|first| now.duration_since(*first) > SPAN) {
            begun.pop_front();
        }
        begun.len() > MOST
    }
}
