//! How many units there were, run by run: what a removal comes to in the end.
//!
//! Only complete runs over one and the same scope stand in one line, and what a run did not look for is said beside what
//! it found: an outage must not pass for a removal.

use std::net::IpAddr;

use sqlx::Row;
use sqlx::any::AnyRow;

use super::runs::text;
use super::{Known, Store, StoreError};
use crate::ranges::Ranges;

/// The complete runs over one scope, the first one first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Census {
    /// What was looked at, as the runs say it.
    pub scope: Vec<String>,
    /// A count for each run.
    pub counts: Vec<Count>,
}

/// What one run counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// The run.
    pub run: i64,
    /// When it ended, RFC 3339.
    pub finished: String,
    /// Hikvision and Dahua units found.
    pub units: u64,
    /// Units known before, at addresses within the scope, that were neither found nor looked for: they may be there.
    pub maybe: u64,
}

impl Store {
    /// A line for each scope that a complete run had, in the order of their first runs.
    ///
    /// # Errors
    /// As the database has it.
    pub fn census(&mut self) -> Result<Vec<Census>, StoreError> {
        let query = "SELECT run, finished, units, not_looked_for, scope FROM runs \
                     WHERE report IS NOT NULL AND ended = 'complete' ORDER BY finished, run";
        let rows = sqlx::query(query).fetch_all(&mut self.connection);
        let rows = self.runtime.block_on(rows);
        let counted = rows.and_then(|rows| rows.iter().map(counted).collect::<sqlx::Result<Vec<_>>>());
        let counted = counted.map_err(|error| StoreError::of(&error, &self.name))?;
        Ok(by_scope(counted))
    }
}

fn counted(row: &AnyRow) -> sqlx::Result<(Vec<String>, Count)> {
    let (not_looked_for, scope): (Vec<Known>, Vec<String>) = (text(row, 3)?, text(row, 4)?);
    let within = addresses(&scope);
    let is_within = |unit: &&Known| {
        let mut addresses = unit
            .addresses
            .iter()
            .filter_map(|address| address.parse::<IpAddr>().ok());
        addresses.any(|address| within.contains(address))
    };
    let count = Count {
        run: row.try_get(0)?,
        finished: row.try_get(1)?,
        units: row.try_get::<i64, _>(2)?.unsigned_abs(),
        maybe: not_looked_for.iter().filter(is_within).count() as u64,
    };
    Ok((scope, count))
}

fn by_scope(counted: Vec<(Vec<String>, Count)>) -> Vec<Census> {
    let mut all: Vec<Census> = Vec::new();
    for (scope, count) in counted {
        match all.iter_mut().find(|census| census.scope == scope) {
            Some(census) => census.counts.push(count),
            None => all.push(Census {
                scope,
                counts: vec![count],
            }),
        }
    }
    all
}

/// The addresses that a scope in words has: `10.0.0.1-10.0.0.254, 10.0.1.7 on eth0`.
fn addresses(scope: &[String]) -> Ranges {
    let words = scope.iter().flat_map(|line| line.split([' ', ',']));
    let ranges = words.filter_map(|word| word.parse::<Ranges>().ok());
    ranges.fold(Ranges::default(), |all, ranges| all.union(&ranges))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_scope_are_read_as_addresses() {
        let scope =
            |lines: &[&str]| addresses(&lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>()).to_string();
        let table = [
            (
                &["10.0.0.1-10.0.0.9, 10.0.1.7 on eth0"] as &[&str],
                "10.0.0.1-10.0.0.9, 10.0.1.7",
            ),
            (
                &[
                    "10.0.0.1 on eth0",
                    "10.9.0.1-10.9.0.2 not on a segment of this machine, by eth1 only",
                ],
                "10.0.0.1, 10.9.0.1-10.9.0.2",
            ),
            (&["replies recorded in replies.ndjson"], ""),
        ];
        for (lines, expected) in table {
            assert_eq!(scope(lines), expected, "{lines:?}");
        }
    }
}
