//! What the store is asked by the user, and how it is said.

use std::io::BufReader;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use super::args::store::{
    AuditArgs, AuditCommand, BaselineArgs, BaselineCommand, DiffArgs, DiffFormat, ForgetArgs, ImportArgs, ShowArgs,
    StoreArgs,
};
use super::{Failure, data};
use crate::fact::parse_mac;
use crate::identify::Knowledge;
use crate::record;
use crate::report::escape::escape;
use crate::report::model::Report;
use crate::store::diff::{self, Change, Diff, Kind};
use crate::store::{Known, Place, Run, Store, StoreError, Unit};

/// The most units that are named where they are only counted otherwise.
const NAMED: usize = 20;

/// A store's trouble as the user is told of it.
pub fn failed(error: &StoreError) -> Failure {
    Failure::could_not_run(error.to_string(), error.remedy())
}

/// The place that the user named, or the usual one.
fn place(named: Option<&str>) -> Result<Place, Failure> {
    match named {
        Some(text) if !text.is_empty() && text != "default" => {
            let Ok(place) = text.parse();
            Ok(place)
        }
        _ => Place::default_for(is_root(), |name| {
            std::env::var(name).ok().filter(|value| !value.is_empty())
        })
        .ok_or_else(|| Failure::could_not_run("there is no home to keep a store in", "name a file: --store=PATH")),
    }
}

/// The place of a store that may have to be made; the folder of the usual one is.
///
/// # Errors
/// One line and a remedy.
pub fn prepared(named: &str) -> Result<Place, Failure> {
    let place = place(Some(named))?;
    if let (Place::File(path), "default" | "") = (&place, named) {
        let made = path.parent().map(private_folder);
        made.transpose().map_err(|error| {
            let why = format!("cannot make a folder for the store {:?}: {error}", place.name());
            Failure::could_not_run(why, "name a file in a folder that you may write to: --store=PATH")
        })?;
    }
    Ok(place)
}

/// Opens a store, and makes it where it is not there.
///
/// # Errors
/// One line and a remedy.
pub fn make(place: &Place) -> Result<Store, Failure> {
    Store::open(place, true).map_err(|error| failed(&error))
}

fn open(args: &StoreArgs) -> Result<Store, Failure> {
    Store::open(&place(args.store.as_deref())?, false).map_err(|error| failed(&error))
}

fn private_folder(path: &std::path::Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// By the owner of this process, where the system tells.
fn is_root() -> bool {
    #[cfg(unix)]
    return std::fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0);
    #[cfg(not(unix))]
    return false;
}

/// `camsweep history`.
///
/// # Errors
/// As the store has it.
pub fn history(args: &StoreArgs) -> Result<String, Failure> {
    let mut store = open(args)?;
    let runs = store.runs().map_err(|error| failed(&error))?;
    let mut text = format!("{} run(s) in {}\n", runs.len(), escape(store.name()));
    for run in &runs {
        text.push_str(&line_of(run));
    }
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
            "{:>5}  {}  {}, {} units among {} hosts, {} change(s)  {scope}\n",
            run.run,
            day(&run.finished),
            escape(&run.ended),
            run.units,
            run.hosts,
            run.changes
        ),
    }
}

/// To the second: that is how precisely runs are told apart by people.
fn day(time: &str) -> String {
    let time = time
        .parse::<Timestamp>()
        .map(|time| time.strftime("%Y-%m-%d %H:%M:%S").to_string());
    time.unwrap_or_else(|_| "?".to_owned())
}

/// `camsweep show`.
///
/// # Errors
/// Where no unit is called so.
pub fn show(args: &ShowArgs) -> Result<String, Failure> {
    let mut store = open(&args.store)?;
    let units = store.units().map_err(|error| failed(&error))?;
    let called: Vec<&Unit> = units.iter().filter(|unit| is_called(unit, &args.device)).collect();
    if called.is_empty() {
        let why = format!("the store {:?} knows no unit {:?}", store.name(), args.device);
        return Err(Failure::could_not_run(
            why,
            "name its serial number, MAC address or an address that it had",
        ));
    }
    let texts = called.into_iter().map(|unit| told(&mut store, unit));
    let texts: Result<Vec<String>, StoreError> = texts.collect();
    Ok(texts.map_err(|error| failed(&error))?.join("\n"))
}

fn is_called(unit: &Unit, name: &str) -> bool {
    let known = &unit.known;
    let is_mac = || parse_mac(name).is_some_and(|mac| known.mac.as_deref().and_then(parse_mac) == Some(mac));
    known
        .serial
        .as_deref()
        .is_some_and(|serial| serial.eq_ignore_ascii_case(name))
        || known.addresses.iter().any(|address| address == name)
        || name.trim_start_matches('#') == unit.device.to_string()
        || is_mac()
}

fn told(store: &mut Store, unit: &Unit) -> Result<String, StoreError> {
    let state = if unit.present { "there" } else { "gone" };
    let accepted = unit
        .accepted
        .map(|number| format!(", in baseline {number}"))
        .unwrap_or_default();
    let mut text = format!("#{} {}\n", unit.device, name(&unit.known));
    text.push_str(&format!(
        "  {state}{accepted}; first seen {} (run {}), last seen {} (run {})\n",
        day(&unit.first_seen),
        unit.first_run,
        day(&unit.last_seen),
        unit.last_run
    ));
    let mut last = None;
    for sighting in store.sightings(unit.device)? {
        let now = (sighting.place.clone(), sighting.firmware.clone());
        if last.as_ref() != Some(&now) {
            let firmware = sighting.firmware.as_deref().unwrap_or("no firmware told");
            text.push_str(&format!(
                "  run {:>4}  {}  {}, {}\n",
                sighting.run,
                day(&sighting.finished),
                escape(&sighting.place),
                escape(firmware)
            ));
        }
        last = Some(now);
    }
    for (run, change) in store.changes_of(unit.device)? {
        text.push_str(&format!("  run {run:>4}  {}\n", happened(&change)));
    }
    Ok(text)
}

/// `camsweep diff`.
///
/// # Errors
/// Where a run or report cannot be read.
pub fn compare(args: &DiffArgs) -> Result<String, Failure> {
    let diff = match args.runs.as_slice() {
        [earlier, later] => {
            let [before, after] = [report(earlier, &args.store)?, report(later, &args.store)?];
            diff::between(&before, &after, [earlier, later])
        }
        [run] => open(&args.store)?.diff(number(run)?).map_err(|error| failed(&error))?,
        _ => {
            let mut store = open(&args.store)?;
            let mut runs = store.runs().map_err(|error| failed(&error))?.into_iter();
            let none = || Failure::could_not_run("the store has no closed run yet", "camsweep scan --store makes one");
            let last = runs.rfind(|run| !run.is_open()).ok_or_else(none)?;
            store.diff(last.run).map_err(|error| failed(&error))?
        }
    };
    match args.format {
        DiffFormat::Text => Ok(words(&diff)),
        DiffFormat::Json => serde_json::to_string_pretty(&diff)
            .map(|text| text + "\n")
            .map_err(|error| Failure::could_not_run(error.to_string(), "use --format text")),
    }
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
    let mut store = open(args)?;
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
    Ok(super::account::of_remains(&run, judge.finish()))
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
    let [runs, units] = open(&args.store)?
        .forget(before, Timestamp::now())
        .map_err(|error| failed(&error))?;
    Ok(format!(
        "forgot {runs} run(s), and {units} unit(s) that no other run saw\n"
    ))
}

/// `camsweep import`.
///
/// # Errors
/// The first report that cannot be read or stored; those before it are.
pub fn import(args: &ImportArgs) -> Result<String, Failure> {
    let mut store = make(&prepared(args.store.store.as_deref().unwrap_or("default"))?)?;
    let mut text = String::new();
    for file in &args.files {
        let report = data::report(file)?;
        if report.plan.command == "hosts" {
            return Err(Failure::usage(
                format!("{} is of camsweep hosts, which asks nobody what it is", escape(file)),
                "import the reports of scans",
            ));
        }
        let stored = store.import(&report).map_err(|error| failed(&error))?;
        text.push_str(&match stored {
            Some((run, diff)) => format!("{} is run {run}: {}\n", escape(file), counted(&diff)),
            None => format!("{} is stored already\n", escape(file)),
        });
    }
    Ok(text)
}

/// `camsweep baseline`.
///
/// # Errors
/// As the store has it.
pub fn baseline(args: &BaselineArgs) -> Result<String, Failure> {
    match &args.command {
        Some(BaselineCommand::Accept { note, store }) => {
            let args = if store.store.is_some() { store } else { &args.store };
            let accepted = open(args)?
                .accept(note, Timestamp::now())
                .map_err(|error| failed(&error))?;
            let none = || Failure::could_not_run("the store has no closed run yet", "camsweep scan --store makes one");
            let accepted = accepted.ok_or_else(none)?;
            Ok(format!(
                "baseline {}: the {} unit(s) that are there as of run {} are expected from now on\n",
                accepted.baseline, accepted.units, accepted.run
            ))
        }
        None => {
            let mut store = open(&args.store)?;
            let baselines = store.baselines().map_err(|error| failed(&error))?;
            let mut text = format!("{} baseline(s) in {}\n", baselines.len(), escape(store.name()));
            for one in baselines {
                text.push_str(&format!(
                    "{:>5}  {}  {} units, as of run {}  {}\n",
                    one.baseline,
                    day(&one.accepted),
                    one.units,
                    one.run,
                    escape(&one.note)
                ));
            }
            Ok(text)
        }
    }
}

/// `camsweep audit verify`: what is said, and whether the store is sound.
///
/// # Errors
/// As the store has it.
pub fn audit(args: &AuditArgs) -> Result<(String, bool), Failure> {
    let AuditCommand::Verify { noted, store } = &args.command;
    let mut store = open(store)?;
    let audit = store.audit(noted.as_deref()).map_err(|error| failed(&error))?;
    let mut text = format!(
        "{} closed run(s) in the chain of {}\n",
        audit.links,
        escape(store.name())
    );
    for (run, when) in &audit.forgotten {
        text.push_str(&format!("  run {run} was forgotten on {}\n", day(when)));
    }
    let faults = audit.faults.iter().map(|fault| format!("  FAULT: {fault}\n"));
    text.extend(faults);
    if !audit.has_noted {
        text.push_str("  FAULT: the hash that was noted is in no link: the chain was made anew\n");
    }
    let sound = audit.faults.is_empty() && audit.has_noted;
    text.push_str(if sound { "sound\n" } else { "NOT sound\n" });
    if let Some(head) = audit.head {
        text.push_str(&format!("last link: {}\n", escape(&head)));
    }
    Ok((text, sound))
}

/// What changed, for people.
pub fn words(diff: &Diff) -> String {
    let than = match &diff.earlier {
        Some(earlier) => format!("from {} to {}", escape(earlier), escape(&diff.later)),
        None => format!("in run {}, against all that was known before it", diff.later),
    };
    let mut text = format!("{than}: {}\n", counted(diff));
    for change in &diff.changes {
        text.push_str(&format!("  {}\n", happened(change)));
    }
    let unasked = &diff.not_looked_for;
    if !unasked.is_empty() {
        text.push_str("  not looked for where they were, so nothing is said of them:\n");
        text.extend(unasked.iter().take(NAMED).map(|unit| format!("    {}\n", name(unit))));
    }
    if let Some(more) = unasked.len().checked_sub(NAMED).filter(|more| *more > 0) {
        text.push_str(&format!("    and {more} more\n"));
    }
    text
}

fn counted(diff: &Diff) -> String {
    let kinds = [
        (Kind::New, "new"),
        (Kind::Back, "back"),
        (Kind::Gone, "gone"),
        (Kind::Moved, "moved"),
        (Kind::FirmwareChanged, "with other firmware"),
        (Kind::ActivationChanged, "with other activation"),
        (Kind::LoginRefused, "refusing the login"),
    ];
    let count = |kind: Kind| diff.changes.iter().filter(|change| change.kind == kind).count();
    let counts = kinds.into_iter().filter(|(kind, _)| count(*kind) > 0);
    let mut counts: Vec<String> = counts.map(|(kind, word)| format!("{} {word}", count(kind))).collect();
    if counts.is_empty() {
        counts.push("nothing changed".to_owned());
    }
    if !diff.not_looked_for.is_empty() {
        counts.push(format!("{} known unit(s) not looked for", diff.not_looked_for.len()));
    }
    counts.join(", ")
}

fn happened(change: &Change) -> String {
    let values = match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!(": {} → {}", escape(before), escape(after)),
        _ => String::new(),
    };
    let note = change
        .note
        .as_ref()
        .map(|note| format!(" ({note})"))
        .unwrap_or_default();
    format!("{}: {}{values}{note}", change.kind, name(&change.unit))
}

fn name(unit: &Known) -> String {
    let maker = unit.maker.as_deref().map(crate::report::maker_name);
    let serial = unit.serial.as_ref().map(|serial| format!("serial {serial}"));
    let place = unit.place();
    let parts = [
        Some(place.as_str()),
        maker,
        unit.model.as_deref(),
        serial.as_deref(),
        unit.mac.as_deref(),
    ];
    let parts: Vec<&str> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    escape(&parts.join(", ")).into_owned()
}
