//! camsweep finds the Hikvision and Dahua units on a network that its user administers.
//!
//! Reading map: a [`scan`] turns targets into [`fact::Reply`]s; [`read`] turns each reply into facts;
//! [`identify`] folds facts into verdicts; [`report`] says what was found and what was not looked at; [`deliver`] hands that on.
//! `docs/architecture.md` has the floor plan.

pub mod cli;
pub mod coverage;
pub mod deliver;
pub mod fact;
pub mod identify;
pub mod judge;
pub mod net;
pub mod probe;
pub mod ranges;
pub mod read;
pub mod record;
pub mod report;
pub mod scan;
pub mod store;
pub mod wire;
