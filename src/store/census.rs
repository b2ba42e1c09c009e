//! How many units there were, run by run: what a removal comes to in the end.
//!
//! Only complete runs over one and the same scope, at the same sites, stand in one line, and what a run did not look for is said beside what
//! it found: an outage must not pass for a removal.

use std::collections::HashMap;
use std::net::IpAddr;

use ipnetwork::IpNetwork;
use serde::Deserialize;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::runs::{text, unpacked};
use super::{Known, Store, StoreError};
use crate::ranges::Ranges;
use crate::report::model::{PlanSummary, Site};

/// How a plan says that addresses are left out since they are the machine's own.
const OWN: &str = ": this machine's own";

/// The complete runs over one scope, the first one first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Census {
    /// What was looked at, as the first of the runs says it.
    pub scope: Vec<String>,
    /// The sites within it, where they were named.
    pub sites: Vec<String>,
    /// The imported store that the runs came with, by the hash of its first link, where no site was named.
    pub origin: Option<String>,
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
        let query = "SELECT run, finished, units, not_looked_for, scope, \
                     (SELECT MIN(origin) FROM imported WHERE here = runs.run \
                     AND origin NOT IN (SELECT hash FROM chain WHERE link = 1)) \
                     FROM runs WHERE report IS NOT NULL AND ended = 'complete' ORDER BY finished, run";
        let census = self.runtime.block_on(async {
            let mut lines = Lines::default();
            for row in sqlx::query(query).fetch_all(&mut self.connection).await? {
                // One report at a time: they may be large.
                let report = sqlx::query("SELECT report FROM runs WHERE run = $1").bind(row.try_get::<i64, _>(0)?);
                let report = report.fetch_optional(&mut self.connection).await?;
                let report: Option<Vec<u8>> = report.map(|row| row.try_get(0)).transpose()?.flatten();
                lines.push(&row, &read(report)?)?;
            }
            Ok(lines.census)
        });
        census.map_err(|error| StoreError::of(&error, &self.name))
    }
}

/// What runs of one line have in common: the words of a scope name an interface too, and leave out the scanner's own
/// address, neither of which is another scope.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    /// The addresses; the words where they have none.
    scope: String,
    sites: Vec<String>,
    origin: Option<String>,
}

#[derive(Default)]
struct Lines {
    census: Vec<Census>,
    line_of: HashMap<Key, usize>,
}

/// What is read of a report.
#[derive(Default, Deserialize)]
struct Part {
    plan: PlanSummary,
    #[serde(default)]
    sites: Vec<Site>,
}

/// What cannot be read says nothing; whoever asks for that run is told.
fn read(report: Option<Vec<u8>>) -> sqlx::Result<Part> {
    let text = report.map(|bytes| unpacked(&bytes)).transpose()?.unwrap_or_default();
    Ok(serde_json::from_slice(&text).unwrap_or_default())
}

impl Lines {
    fn push(&mut self, row: &AnyRow, part: &Part) -> sqlx::Result<()> {
        let (not_looked_for, scope): (Vec<Known>, Vec<String>) = (text(row, 3)?, text(row, 4)?);
        let within = addresses(&scope).union(&own(&part.plan.skipped));
        let sites = sites_within(&part.sites, &within);
        let is_within = |unit: &&Known| {
            let mut addresses = unit
                .addresses
                .iter()
                .filter_map(|address| address.parse::<IpAddr>().ok());
            addresses.any(|address| within.contains(address))
                && (sites.is_empty() || unit.site.as_ref().is_none_or(|site| sites.contains(site)))
        };
        let count = Count {
            run: row.try_get(0)?,
            finished: row.try_get(1)?,
            units: row.try_get::<i64, _>(2)?.unsigned_abs(),
            maybe: not_looked_for.iter().filter(is_within).count() as u64,
        };
        let key = Key {
            scope: if within.is_empty() {
                scope.join("\n")
            } else {
                within.to_string()
            },
            origin: row.try_get::<Option<String>, _>(5)?.filter(|_| sites.is_empty()),
            sites,
        };
        let line = *self.line_of.entry(key).or_insert_with_key(|key| {
            self.census.push(Census {
                scope,
                sites: key.sites.clone(),
                origin: key.origin.clone(),
                counts: Vec::new(),
            });
            self.census.len() - 1
        });
        self.census[line].counts.push(count);
        Ok(())
    }
}

/// The sites that have an address of the scope.
fn sites_within(sites: &[Site], scope: &Ranges) -> Vec<String> {
    let is_within = |site: &&Site| {
        let mut networks = site
            .networks
            .iter()
            .filter_map(|network| network.parse::<IpNetwork>().ok());
        site.networks.is_empty() || networks.any(|network| !Ranges::of(network).intersection(scope).is_empty())
    };
    let mut names: Vec<String> = sites.iter().filter(is_within).map(|site| site.name.clone()).collect();
    names.sort_unstable();
    names
}

/// The addresses of the machine that looked, which it did not ask.
fn own(skipped: &[String]) -> Ranges {
    let lines = skipped.iter().filter_map(|line| line.strip_suffix(OWN));
    addresses(&lines.map(str::to_owned).collect::<Vec<_>>())
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
