//! The runs: listed, counted over time, forgotten.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use super::super::Failure;
use super::super::args::store::{ForgetArgs, HistoryArgs};
use super::super::notices::waiting_line;
use super::place::{failed, open, read};
use super::words::{chart, day};
use crate::report::escape::escape;
use crate::store::Run;

/// `camsweep history`.
///
/// # Errors
/// As the store has it.
pub fn history(args: &HistoryArgs) -> Result<String, Failure> {
    let mut store = read(&args.store)?;
    if args.chart {
        return Ok(chart(&store.census().map_err(|error| failed(&error))?));
    }
    let runs = store.runs().map_err(|error| failed(&error))?;
    let mut text = format!("{} run(s) in {}\n", runs.len(), escape(store.name()));
    for run in &runs {
        text.push_str(&line_of(run));
    }
    text.push_str(&waiting_line(&mut store)?);
    Ok(text)
}

fn line_of(run: &Run) -> String {
    let scope = escape(&run.scope.join("; ")).into_owned();
    match run.is_open() {
        true => format!(
            "{:>5}  {}  incomplete: under way, or killed after {}  {scope}\n",
            run.run,
            day(&run.started),
            day(&run.finished)
        ),
        false => format!(
            "{:>5}  {}  {}, {} unit(s) among {} host(s), {} change(s)  {scope}\n",
            run.run,
            day(&run.finished),
            escape(&run.ended),
            run.units,
            run.hosts,
            run.changes
        ),
    }
}

/// `camsweep forget`.
///
/// # Errors
/// Where the date is none.
pub fn forget(args: &ForgetArgs) -> Result<String, Failure> {
    let day = || {
        let day = args.before.parse::<Date>().ok()?;
        TimeZone::UTC.to_timestamp(day.to_datetime(Time::midnight())).ok()
    };
    let before = args.before.parse::<Timestamp>().ok().or_else(day);
    let wrong = || Failure::usage(format!("{:?} is no date", args.before), "write it 2026-01-31");
    let before = before.ok_or_else(wrong)?;
    let forgotten = open(&args.store)?
        .forget(before, Timestamp::now())
        .map_err(|error| failed(&error))?;
    let mut text = format!(
        "forgot {} run(s), and {} unit(s) that no other run saw\n",
        forgotten.runs, forgotten.units
    );
    if forgotten.under_way > 0 {
        text.push_str(&format!(
            "left {} run(s) that may be under way: one that was killed can be forgotten after an hour\n",
            forgotten.under_way
        ));
    }
    Ok(text)
}
