//! Which lab stands, by the variables that it was asked for with.

use crate::host::Host;
use crate::{crowd, estate};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// A /24 of units and of hosts that look like them, many of them odd.
    Odd,
    /// A /24 of sixty ordinary hosts.
    Quiet,
    /// The odd ones and a crowd, on a /16.
    Crowd,
    /// A /20 behind a router.
    Far,
}

impl Setting {
    pub fn here() -> Self {
        match (crowd::is_quiet(), crowd::size(), crowd::far_size()) {
            (true, ..) => Setting::Quiet,
            (_, 0, 0) => Setting::Odd,
            (_, _, 0) => Setting::Crowd,
            _ => Setting::Far,
        }
    }

    /// What is swept.
    pub fn segment(self) -> String {
        match self {
            Setting::Far => "10.77.0.0/20".into(),
            _ => format!("10.66.0.0/{}", crowd::prefix()),
        }
    }

    /// Who lives there.
    pub fn hosts(self) -> Vec<&'static Host> {
        match self {
            Setting::Far => estate::far().collect(),
            _ => estate::near().collect(),
        }
    }

    /// Whether one run of each tool takes long enough.
    pub fn is_large(self) -> bool {
        matches!(self, Setting::Crowd | Setting::Far)
    }
}
