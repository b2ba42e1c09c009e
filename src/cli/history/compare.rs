//! What changed, and the reports that are compared.

use std::io::BufReader;
use std::path::Path;

use jiff::Timestamp;

use super::super::args::store::{DiffArgs, DiffFormat, StoreArgs};
use super::super::{Failure, account, data, render::place};
use super::page::page;
use super::place::{failed, read};
use super::words::words;
use crate::identify::Knowledge;
use crate::record;
use crate::report::model::Report;
use crate::store::diff::{self, Diff};
use crate::store::{Census, Store};

/// `camsweep diff`.
///
/// # Errors
/// Where a run or report cannot be read.
pub fn compare(args: &DiffArgs) -> Result<String, Failure> {
    apart(args)?;
    let (diff, stored) = match args.runs.as_slice() {
        [earlier, later] => between(earlier, later, &args.store)?,
        [run] => of_run(read(&args.store)?, number(run)?)?,
        _ => {
            let mut store = read(&args.store)?;
            let none = || Failure::could_not_run("the store has no closed run yet", "camsweep scan --store makes one");
            let last = store
                .latest(Timestamp::now())
                .map_err(|error| failed(&error))?
                .ok_or_else(none)?;
            of_run(store, last.run)?
        }
    };
    match args.format {
        DiffFormat::Text => Ok(words(&diff)),
        DiffFormat::Html => {
            let census = stored.map(|(mut store, run)| census(&mut store, run)).transpose()?;
            Ok(page(&diff, &census.flatten()))
        }
        DiffFormat::Json => serde_json::to_string_pretty(&diff)
            .map(|text| text + "\n")
            .map_err(|error| Failure::could_not_run(error.to_string(), "use --format text")),
    }
}

/// Whether the file that is written is none of those that are read.
fn apart(args: &DiffArgs) -> Result<(), Failure> {
    let Some(output) = &args.output else {
        return Ok(());
    };
    let mut inputs = args.runs.iter().map(Path::new).chain(args.store.file());
    match inputs.any(|input| place(input) == place(output)) {
        true => Err(Failure::usage(
            format!("--output names {:?}, which is read", output.display().to_string()),
            "name another file: what is read is not overwritten",
        )),
        false => Ok(()),
    }
}

/// What changed, and the later run with the store that it is in.
type Compared = (Diff, Option<(Store, i64)>);

fn of_run(mut store: Store, run: i64) -> Result<Compared, Failure> {
    let diff = store.diff(run).map_err(|error| failed(&error))?;
    Ok((diff, Some((store, run))))
}

/// With a store at hand, who was known before the earlier one is not new.
fn between(earlier: &str, later: &str, args: &StoreArgs) -> Result<Compared, Failure> {
    let [before, after] = [report(earlier, args)?, report(later, args)?];
    let run = |name: &str| name.parse::<i64>().ok();
    if run(earlier).or(run(later)).is_none() {
        return Ok((diff::between(&before, &after, &[], [earlier, later]), None));
    }
    let mut store = read(args)?;
    let former = store.known_before(&before.finished).map_err(|error| failed(&error))?;
    let diff = diff::between(&before, &after, &former, [earlier, later]);
    Ok((diff, run(later).map(|run| (store, run))))
}

/// The complete runs over the scope of this one, up to it.
fn census(store: &mut Store, run: i64) -> Result<Option<Census>, Failure> {
    let all = store.census().map_err(|error| failed(&error))?;
    let found = all.into_iter().find_map(|mut census| {
        let end = census.counts.iter().position(|count| count.run == run)?;
        census.counts.truncate(end + 1);
        Some(census)
    });
    Ok(found)
}

fn number(text: &str) -> Result<i64, Failure> {
    let wrong = |_| Failure::usage(format!("{text:?} is no number of a run"), "camsweep history lists them");
    text.parse().map_err(wrong)
}

/// The report in a file, or that of a stored run by its number.
///
/// # Errors
/// Where it cannot be read.
pub fn report(name: &str, args: &StoreArgs) -> Result<Report, Failure> {
    let Ok(run) = name.parse::<i64>() else {
        return data::report(name);
    };
    let mut store = read(args)?;
    if let Some(report) = store.report(run).map_err(|error| failed(&error))? {
        return Ok(report);
    }
    let runs = store.runs().map_err(|error| failed(&error))?;
    let replies = store.replies(run).map_err(|error| failed(&error))?;
    let mut judge = crate::judge::Judge::new(Knowledge::builtin());
    let read = record::read_each("the store", BufReader::new(replies.as_slice()), |reply| {
        judge.take(&reply)
    });
    read.map_err(|error| Failure::could_not_run(error.to_string(), "the other runs are not concerned"))?;
    let run = runs.into_iter().find(|one| one.run == run);
    let run =
        run.ok_or_else(|| Failure::could_not_run("the run was just forgotten", "camsweep history lists the runs"))?;
    Ok(account::of_remains(&run, judge.finish()))
}
