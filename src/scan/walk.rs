//! In which order a range is asked.

/// A walk over `length` places that comes to each of them once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Walk {
    length: u64,
    /// How many steps later the next place comes, and the place that one step leads on to: inverse to each other.
    apart: u64,
    stride: u64,
}

impl Walk {
    /// One place after the other.
    pub fn ascending(length: u64) -> Self {
        Walk {
            length,
            apart: 1,
            stride: 1,
        }
    }

    /// Neighbours far apart: the next place comes when some 38 hundredths of the walk are over, the golden section, so that
    /// those after it do not crowd together either. A router that has to look for each address, and the network behind
    /// it, are asked evenly.
    pub fn apart(length: u64) -> Self {
        let golden = (length as f64 * 0.381_966) as u64;
        let inverse = (golden.max(1)..length).find_map(|apart| Some((apart, inverse(apart, length)?)));
        inverse.map_or(Walk::ascending(length), |(apart, stride)| Walk {
            length,
            apart,
            stride,
        })
    }

    /// Whether it goes one place after the other.
    pub fn is_ascending(&self) -> bool {
        self.stride == 1
    }

    /// The place that this step comes to.
    pub fn place(&self, step: u64) -> u64 {
        product(step, self.stride, self.length)
    }

    /// The step that comes to this place.
    pub fn step(&self, place: u64) -> u64 {
        product(place, self.apart, self.length)
    }
}

fn product(one: u64, other: u64, modulus: u64) -> u64 {
    (u128::from(one) * u128::from(other) % u128::from(modulus.max(1))) as u64
}

/// The number by which `number` times it is one, by Euclid's algorithm; none if they have a divisor in common.
fn inverse(number: u64, modulus: u64) -> Option<u64> {
    let (mut old, mut new) = ((i128::from(modulus), 0_i128), (i128::from(number), 1_i128));
    while new.0 != 0 {
        let times = old.0 / new.0;
        (old, new) = (new, (old.0 - times * new.0, old.1 - times * new.1));
    }
    (old.0 == 1).then(|| old.1.rem_euclid(i128::from(modulus)) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_come_to_once_and_its_step_is_known() {
        for length in (0..40).chain([254, 256, 1000, 4094, 65_534]) {
            for walk in [Walk::ascending(length), Walk::apart(length)] {
                let mut places: Vec<u64> = (0..length).map(|step| walk.place(step)).collect();
                assert!((0..length).all(|step| walk.step(walk.place(step)) == step), "{walk:?}");
                places.sort_unstable();
                assert!(places.into_iter().eq(0..length), "{walk:?}");
            }
        }
    }

    #[test]
    fn neighbours_are_far_apart_in_time() {
        for length in [254, 1000, 4094, 65_534, 1 << 20] {
            let walk = Walk::apart(length);
            for distance in 1..5 {
                let later = walk.step(distance);
                assert!(
                    later.min(length - later) > length / 15,
                    "{distance} of {length}: {later}"
                );
            }
        }
    }
}
