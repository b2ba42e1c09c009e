//! How many units there were, run by run: what a removal comes to in the end.
//!
//! Only complete runs over one and the same scope, at the same sites, stand in one line, and what a run did not look for is said beside what
//! it found: an outage must not pass for a removal.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use ipnetwork::IpNetwork;
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::runs::{text, unpacked};
use super::{Known, Store, StoreError};
use crate::ranges::Ranges;
use crate::report::is_unit;
use crate::report::model::{Report, Site};

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
    /// Units known before, at addresses within the scope or heard from outside by an earlier run of the line, that were
    /// neither found nor looked for: they may be there.
    pub maybe: u64,
}

/// Where a run looked, by which lines are told apart: kept beside its report, which is long, when the run is closed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Looked {
    /// The addresses in scope with the scanner's own; empty where the scope's words have none.
    addresses: String,
    /// The sites within.
    sites: Vec<String>,
    /// The addresses of units that were heard from outside the scope.
    outside: Vec<String>,
}

impl Looked {
    pub(super) fn at(report: &Report) -> Looked {
        let within = addresses(&report.plan.scope).union(&own(&report.plan.skipped));
        let outside = report
            .devices
            .iter()
            .filter(|device| is_unit(device) && device.off_target);
        Looked {
            addresses: if within.is_empty() {
                String::new()
            } else {
                within.to_string()
            },
            sites: sites_within(&report.sites, &within),
            outside: outside.flat_map(|device| device.addresses.clone()).collect(),
        }
    }
}

impl Store {
    /// A line for each scope that a complete run had, in the order of their first runs.
    ///
    /// # Errors
    /// As the database has it.
    pub fn census(&mut self) -> Result<Vec<Census>, StoreError> {
        let query = "SELECT run, finished, units, not_looked_for, scope, \
                     (SELECT MIN(origin) FROM imported WHERE here = runs.run \
                     AND origin NOT IN (SELECT hash FROM chain WHERE link = 1)), looked \
                     FROM runs WHERE report IS NOT NULL AND ended = 'complete' ORDER BY finished, run";
        let census = self.runtime.block_on(async {
            let mut lines = Lines::default();
            for row in sqlx::query(query).fetch_all(&mut self.connection).await? {
                let looked = match row.try_get::<Option<String>, _>(6)? {
                    Some(_) => text(&row, 6)?,
                    None => read(&mut self.connection, row.try_get(0)?).await?,
                };
                lines.push(&row, looked)?;
            }
            Ok(lines.census)
        });
        census.map_err(|error| StoreError::of(&error, &self.name))
    }
}

/// From the report of a run that an earlier version closed. What cannot be read says nothing; whoever asks for that run
/// is told.
async fn read(connection: &mut AnyConnection, run: i64) -> sqlx::Result<Looked> {
    let report = sqlx::query("SELECT report FROM runs WHERE run = $1").bind(run);
    let report = report.fetch_optional(connection).await?;
    let report: Option<Vec<u8>> = report.map(|row| row.try_get(0)).transpose()?.flatten();
    let bytes = report.map(|bytes| unpacked(&bytes)).transpose()?.unwrap_or_default();
    let report = serde_json::from_slice(&bytes);
    Ok(report.map(|report| Looked::at(&report)).unwrap_or_default())
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
    /// For each the addresses outside its scope at which its runs have heard of units.
    outside: Vec<HashSet<String>>,
    line_of: HashMap<Key, usize>,
}

impl Lines {
    fn push(&mut self, row: &AnyRow, looked: Looked) -> sqlx::Result<()> {
        let (not_looked_for, scope): (Vec<Known>, Vec<String>) = (text(row, 3)?, text(row, 4)?);
        let within = addresses(std::slice::from_ref(&looked.addresses));
        let key = Key {
            scope: match within.is_empty() {
                true => scope.join("\n"),
                false => looked.addresses,
            },
            origin: row.try_get::<Option<String>, _>(5)?.filter(|_| looked.sites.is_empty()),
            sites: looked.sites,
        };
        let line = self.line(key, scope);
        let (sites, outside) = (&self.census[line].sites, &self.outside[line]);
        let is_near = |address: &String| {
            let is_within = address.parse::<IpAddr>().is_ok_and(|address| within.contains(address));
            is_within || outside.contains(address)
        };
        // One that was heard from outside was counted then: that nobody hears it does not mean that it was removed.
        let is_missed = |unit: &&Known| {
            unit.addresses.iter().any(is_near)
                && (sites.is_empty() || unit.site.as_ref().is_none_or(|site| sites.contains(site)))
        };
        let count = Count {
            run: row.try_get(0)?,
            finished: row.try_get(1)?,
            units: row.try_get::<i64, _>(2)?.unsigned_abs(),
            maybe: not_looked_for.iter().filter(is_missed).count() as u64,
        };
        self.census[line].counts.push(count);
        self.outside[line].extend(looked.outside);
        Ok(())
    }

    /// The place of a line, which is begun where it is not there.
    fn line(&mut self, key: Key, scope: Vec<String>) -> usize {
        *self.line_of.entry(key).or_insert_with_key(|key| {
            self.census.push(Census {
                scope,
                sites: key.sites.clone(),
                origin: key.origin.clone(),
                counts: Vec::new(),
            });
            self.outside.push(HashSet::new());
            self.census.len() - 1
        })
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
