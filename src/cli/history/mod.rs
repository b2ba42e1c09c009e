//! What the store is asked by the user, a file a command, and how it is said.

mod audit;
mod baseline;
mod carry;
mod compare;
mod page;
mod place;
mod runs;
mod show;
#[cfg(test)]
mod tests;
mod words;

pub use audit::audit;
pub use baseline::baseline;
pub use carry::{export, import, lines};
pub use compare::{compare, report};
pub use place::{failed, make, prepared};
pub(super) use place::{open, variable};
pub use runs::{forget, history};
pub use show::show;
pub(super) use words::{counted, day, happened};
pub use words::{sums, words};
