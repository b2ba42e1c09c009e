//! Units: who is known, and where each was seen.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::diff::{Before, Change, Of, by_tcp, compare};
use super::runs::{json, text};
use super::{Known, Store, StoreError};
use crate::report::is_unit;
use crate::report::model::Report;

/// A unit that the store knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unit {
    /// Its number.
    pub device: i64,
    /// What is known of it.
    pub known: Known,
    /// Whether it is there, as far as is known.
    pub present: bool,
    /// Whether TCP asked silent addresses beyond a router in the last run that saw it.
    by_tcp: bool,
    /// The imported store that the last run that saw it came with.
    origin: Option<String>,
    /// The first run that saw it.
    pub first_run: i64,
    /// The last one.
    pub last_run: i64,
    /// When the first run that saw it ended, RFC 3339.
    pub first_seen: String,
    /// When the last one did.
    pub last_seen: String,
    /// The baseline in which the user accepted it.
    pub accepted: Option<i64>,
}

/// One run that saw a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// The run.
    pub run: i64,
    /// When it ended, RFC 3339.
    pub finished: String,
    /// Where the unit was.
    pub place: String,
    /// Its firmware, where it told.
    pub firmware: Option<String>,
}

impl Store {
    /// Every unit.
    ///
    /// # Errors
    /// As the database has it.
    pub fn units(&mut self) -> Result<Vec<Unit>, StoreError> {
        let units = self.runtime.block_on(units(&mut self.connection));
        units.map_err(|error| StoreError::of(&error, &self.name))
    }

    /// The units that were known before a time (RFC 3339), with what is known of them now.
    ///
    /// # Errors
    /// As the database has it.
    pub fn known_before(&mut self, time: &str) -> Result<Vec<Before>, StoreError> {
        let units = self.units()?;
        let known = units.iter().filter(|unit| is_before(&unit.first_seen, time));
        Ok(known.map(Before::from).collect())
    }

    /// The runs that saw a unit, the first one first.
    ///
    /// # Errors
    /// As the database has it.
    pub fn sightings(&mut self, device: i64) -> Result<Vec<Sighting>, StoreError> {
        let rows = sqlx::query(
            "SELECT sightings.run, runs.finished, sightings.place, sightings.firmware FROM sightings \
             JOIN runs ON runs.run = sightings.run WHERE sightings.device = $1 ORDER BY sightings.run",
        );
        let rows = self.runtime.block_on(rows.bind(device).fetch_all(&mut self.connection));
        let of = |row: &AnyRow| {
            Ok(Sighting {
                run: row.try_get(0)?,
                finished: row.try_get(1)?,
                place: row.try_get(2)?,
                firmware: row.try_get(3)?,
            })
        };
        let sightings = rows.and_then(|rows| rows.iter().map(of).collect());
        sightings.map_err(|error| StoreError::of(&error, &self.name))
    }

    /// The numbers of the units that any run saw at an address.
    ///
    /// # Errors
    /// As the database has it.
    pub fn seen_at(&mut self, address: &str) -> Result<Vec<i64>, StoreError> {
        // A place is an address, or an address and the channel of a recorder ([`Known::place`]).
        let query = "SELECT DISTINCT device FROM sightings WHERE place = $1 OR substr(place, 1, length($2)) = $3";
        let behind = format!("{address} behind ");
        let rows = sqlx::query(query).bind(address).bind(&behind).bind(&behind);
        let rows = self.runtime.block_on(rows.fetch_all(&mut self.connection));
        let devices = rows.and_then(|rows| rows.iter().map(|row| row.try_get(0)).collect());
        devices.map_err(|error| StoreError::of(&error, &self.name))
    }

    /// What happened to a unit, with the run that saw it happen.
    ///
    /// # Errors
    /// As the database has it.
    pub fn changes_of(&mut self, device: i64) -> Result<Vec<(i64, Change)>, StoreError> {
        let rows = sqlx::query("SELECT run, change FROM changes WHERE device = $1 ORDER BY run, number");
        let rows = self.runtime.block_on(rows.bind(device).fetch_all(&mut self.connection));
        let changes = rows.and_then(|rows| rows.iter().map(|row| Ok((row.try_get(0)?, text(row, 1)?))).collect());
        changes.map_err(|error| StoreError::of(&error, &self.name))
    }
}

/// What a run has changed, with the units' numbers.
#[derive(Default)]
pub(super) struct Entered {
    pub(super) changes: Vec<(i64, Change)>,
    pub(super) not_looked_for: Vec<Known>,
}

/// The units of a run that are not in the baseline; `None` where none was ever accepted.
pub(super) async fn unexpected(connection: &mut AnyConnection, run: i64) -> sqlx::Result<Option<Vec<Known>>> {
    let baselines = sqlx::query("SELECT COUNT(*) FROM baselines");
    if baselines.fetch_one(&mut *connection).await?.try_get::<i64, _>(0)? == 0 {
        return Ok(None);
    }
    let query = "SELECT known FROM devices WHERE last_run = $1 AND present = 1 AND accepted IS NULL ORDER BY device";
    let rows = sqlx::query(query).bind(run).fetch_all(connection).await?;
    rows.iter()
        .map(|row| text(row, 0))
        .collect::<sqlx::Result<_>>()
        .map(Some)
}

async fn units(connection: &mut AnyConnection) -> sqlx::Result<Vec<Unit>> {
    let query = "SELECT device, known, present, by_tcp, first_run, last_run, first_seen, last_seen, accepted, \
                 (SELECT MIN(origin) FROM imported WHERE here = devices.last_run \
                 AND origin NOT IN (SELECT hash FROM chain WHERE link = 1)) FROM devices ORDER BY device";
    let rows = sqlx::query(query).fetch_all(connection).await?;
    let of = |row: &AnyRow| {
        Ok(Unit {
            device: row.try_get(0)?,
            known: text(row, 1)?,
            present: row.try_get::<i64, _>(2)? != 0,
            by_tcp: row.try_get::<i64, _>(3)? != 0,
            first_run: row.try_get(4)?,
            last_run: row.try_get(5)?,
            first_seen: row.try_get(6)?,
            last_seen: row.try_get(7)?,
            accepted: row.try_get(8)?,
            origin: row.try_get(9)?,
        })
    };
    rows.iter().map(of).collect()
}

/// Where a report comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source<'a> {
    /// A run that ends now: whatever the clocks say, it is the latest.
    Live,
    /// A single report, or recorded replies.
    Report,
    /// What ends in the future, by a wrong clock: nobody knows when it was, and it says nothing of units.
    Ahead,
    /// The store of this origin, which was imported.
    Store(&'a str),
}

impl<'a> Source<'a> {
    fn store(self) -> Option<&'a str> {
        match self {
            Source::Store(origin) => Some(origin),
            _ => None,
        }
    }
}

/// Enters what a run saw. A report that is older than what is known of a unit changes nothing of that one; a run that
/// ends now does, and its changes say that a clock may be wrong.
pub(super) async fn enter(
    connection: &mut AnyConnection,
    run: i64,
    report: &Report,
    source: Source<'_>,
) -> sqlx::Result<Entered> {
    if source == Source::Ahead {
        return Ok(Entered::default());
    }
    // First a write, so that two runs that end at once come one after the other.
    sqlx::query("UPDATE camsweep_store SET next_device = next_device")
        .execute(&mut *connection)
        .await?;
    let known = units(connection).await?;
    let before: Vec<Before> = known.iter().map(Before::from).collect();
    let compared = compare(&before, report, source.store());
    let is_known_later = |unit: usize| is_before(&report.finished, &known[unit].last_seen);
    let is_later = |unit: usize| source != Source::Live && is_known_later(unit);
    let mut number_of = HashMap::new();
    for (place, device) in report.devices.iter().enumerate() {
        let seen = Known::from(device);
        let number = match compared.unit_of[place] {
            Some(unit) => {
                if !is_later(unit) {
                    update(connection, &known[unit], &seen, run, report).await?;
                } else if is_before(&report.finished, &known[unit].first_seen) {
                    seen_first(connection, known[unit].device, run, report).await?;
                }
                known[unit].device
            }
            None if compared.contested.contains(&place) || !is_unit(device) => continue,
            None => insert(connection, &seen, run, report).await?,
        };
        number_of.insert(place, number);
        sight(connection, number, run, &seen).await?;
    }
    for unit in compared.gone.iter().filter(|unit| !is_later(**unit)) {
        let gone = sqlx::query("UPDATE devices SET present = 0 WHERE device = $1");
        gone.bind(known[*unit].device).execute(&mut *connection).await?;
    }
    let changes = compared.changes.into_iter().filter_map(|(of, change)| match of {
        Of::Unit(unit) if is_later(unit) => None,
        Of::Unit(unit) => {
            let note = is_known_later(unit).then(|| doubt(&known[unit].last_seen));
            Some((known[unit].device, Change { note, ..change }))
        }
        Of::Device(place) => Some((*number_of.get(&place)?, change)),
    });
    Ok(Entered {
        changes: changes.collect(),
        not_looked_for: compared
            .not_looked_for
            .iter()
            .map(|unit| known[*unit].known.clone())
            .collect(),
    })
}

impl From<&Unit> for Before {
    fn from(unit: &Unit) -> Before {
        Before {
            known: unit.known.clone(),
            present: unit.present,
            by_tcp: unit.by_tcp,
            origin: unit.origin.clone(),
        }
    }
}

fn doubt(last_seen: &str) -> String {
    format!("the run that saw it last ended later than this one, at {last_seen}: is a clock wrong?")
}

fn is_before(time: &str, other: &str) -> bool {
    let times = time.parse::<Timestamp>().ok().zip(other.parse::<Timestamp>().ok());
    times.is_some_and(|(time, other)| time < other)
}

async fn update(
    connection: &mut AnyConnection,
    unit: &Unit,
    seen: &Known,
    run: i64,
    report: &Report,
) -> sqlx::Result<()> {
    let update = "UPDATE devices SET known = $1, present = 1, by_tcp = $2, last_run = $3, last_seen = $4 \
                  WHERE device = $5";
    sqlx::query(update)
        .bind(json(&unit.known.after(seen))?)
        .bind(i64::from(by_tcp(&report.coverage)))
        .bind(run)
        .bind(&report.finished)
        .bind(unit.device)
        .execute(connection)
        .await?;
    Ok(())
}

/// An older report says how long a unit has been known.
async fn seen_first(connection: &mut AnyConnection, device: i64, run: i64, report: &Report) -> sqlx::Result<()> {
    let update = sqlx::query("UPDATE devices SET first_run = $1, first_seen = $2 WHERE device = $3");
    let update = update.bind(run).bind(&report.finished).bind(device);
    update.execute(connection).await.map(drop)
}

async fn insert(connection: &mut AnyConnection, seen: &Known, run: i64, report: &Report) -> sqlx::Result<i64> {
    let next = "UPDATE camsweep_store SET next_device = next_device + 1 RETURNING next_device";
    let row = sqlx::query(next).fetch_one(&mut *connection).await?;
    let device = row.try_get::<i64, _>(0)? - 1;
    let insert = "INSERT INTO devices (device, known, present, by_tcp, first_run, last_run, first_seen, last_seen) \
                  VALUES ($1, $2, 1, $3, $4, $5, $6, $7)";
    sqlx::query(insert)
        .bind(device)
        .bind(json(seen)?)
        .bind(i64::from(by_tcp(&report.coverage)))
        .bind(run)
        .bind(run)
        .bind(&report.finished)
        .bind(&report.finished)
        .execute(connection)
        .await?;
    Ok(device)
}

async fn sight(connection: &mut AnyConnection, device: i64, run: i64, seen: &Known) -> sqlx::Result<()> {
    let insert = "INSERT INTO sightings (device, run, place, firmware) VALUES ($1, $2, $3, $4) \
                  ON CONFLICT (device, run) DO NOTHING";
    sqlx::query(insert)
        .bind(device)
        .bind(run)
        .bind(seen.place())
        .bind(&seen.firmware)
        .execute(connection)
        .await?;
    Ok(())
}
