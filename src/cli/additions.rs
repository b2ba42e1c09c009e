//! What is added to what was found: the sites of networks, and policies.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::Failure;
use super::args::FormArgs;
use crate::identify::policies::{self, Policy};
use crate::report::lens;
use crate::report::model::Report;
use crate::report::sites::{Sites, Wrong};

/// The longest file that is read, in bytes.
const MAX_FILE: u64 = 1024 * 1024;
const SITES: &str = "docs/formats.md has the form of the file";
const POLICY: &str = "docs/adding-a-policy.md has the form of the file";

/// What is added to a report before it is written.
#[derive(Debug, Default)]
pub struct Additions {
    sites: Option<Sites>,
    policies: Vec<Policy>,
}

impl Additions {
    /// Reads them.
    ///
    /// # Errors
    /// The first that cannot be used, with file, line and remedy. Nothing has been sent.
    pub fn read(form: &FormArgs) -> Result<Additions, Failure> {
        let sites = match (&form.site, &form.sites) {
            (Some(name), _) => Some(Sites::one(name)),
            (None, Some(path)) => Some(read(path, Sites::from_toml, SITES)?),
            (None, None) => None,
        };
        let policy = |text: &str| Policy::from_toml(text).map_err(Wrong::from);
        let policies = form.policy.iter().map(|path| read(path, policy, POLICY));
        Ok(Additions {
            sites,
            policies: policies.collect::<Result<_, _>>()?,
        })
    }

    /// Adds them to the report of a run, and holds it against the policies that the program carries.
    pub fn apply(&self, report: &mut Report) {
        if let Some(sites) = &self.sites {
            sites.assign(report);
        }
        let policies: Vec<Policy> = policies::builtin()
            .into_iter()
            .chain(self.policies.iter().cloned())
            .collect();
        lens::apply(report, &policies);
    }

    /// The same to a stored report, which is left as it was where nothing is added.
    pub fn apply_again(&self, report: &mut Report) {
        if self.sites.is_some() || !self.policies.is_empty() {
            self.apply(report);
        }
    }
}

/// Reads a file of the user's.
///
/// # Errors
/// Where it cannot be read or is too long; or what `parse` finds wrong, with its line.
pub(super) fn read<T>(path: &Path, parse: impl Fn(&str) -> Result<T, Wrong>, remedy: &str) -> Result<T, Failure> {
    let name = path.display().to_string();
    let unreadable = |error: std::io::Error| {
        let hint = "check its name and your permission to read it; it must be UTF-8 text";
        Failure::usage(format!("cannot read {name:?}: {error}"), hint)
    };
    let mut text = String::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(MAX_FILE + 1).read_to_string(&mut text).map_err(unreadable)?;
    if text.len() as u64 > MAX_FILE {
        return Err(Failure::usage(
            format!("{name:?} is longer than {MAX_FILE} bytes"),
            remedy,
        ));
    }
    parse(&text).map_err(|wrong| {
        let before = text.as_bytes().iter().take(wrong.at);
        let line = 1 + before.filter(|byte| **byte == b'\n').count();
        Failure::usage(format!("{name}:{line}: {}", wrong.why), remedy)
    })
}
