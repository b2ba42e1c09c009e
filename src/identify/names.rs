//! A set of kinds of facts, one bit each: it is asked for each fact of each host.

use strum::EnumCount;

use crate::fact::Name;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Names(u128);

impl Names {
    pub(super) fn contains(self, name: Name) -> bool {
        self.0 & bit(name) != 0
    }

    pub(super) fn and(self, other: Names) -> Names {
        Names(self.0 | other.0)
    }
}

impl FromIterator<Name> for Names {
    fn from_iter<I: IntoIterator<Item = Name>>(names: I) -> Self {
        Names(names.into_iter().fold(0, |names, name| names | bit(name)))
    }
}

fn bit(name: Name) -> u128 {
    const { assert!(Name::COUNT <= 128, "a bit each") };
    1 << name as u32
}
