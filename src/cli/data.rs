//! What verdicts rest on, and what is judged: the registry, the makers, files of replies.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use serde::Deserialize;

use super::Failure;
use super::args::DataArgs;
use crate::fact::Reply;
use crate::identify::{Knowledge, oui::Registry, policies};
use crate::probe::brings;
use crate::record;
use crate::report::model::{Report, SCHEMA};

/// The embedded knowledge, or the same with the user's registry.
///
/// # Errors
/// Where the file cannot be read or holds no registry.
pub fn knowledge(oui_file: Option<&Path>) -> Result<Cow<'static, Knowledge>, Failure> {
    let Some(path) = oui_file else {
        return Ok(Cow::Borrowed(Knowledge::builtin()));
    };
    let name = path.display().to_string();
    let hint = "give the IEEE's own CSV, or leave --oui-file out to use the embedded registry";
    let csv = std::fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("cannot read the MAC registry {name:?}: {error}"), hint))?;
    let registry = Registry::from_csv(&csv)
        .map_err(|error| Failure::usage(format!("{name:?} is no MAC registry: {error}"), hint))?;
    Ok(Cow::Owned(Knowledge::with_registry(registry)))
}

/// The registry as the report names it: its date, or the user's file.
pub fn source(knowledge: &Knowledge, oui_file: Option<&Path>) -> String {
    match oui_file {
        Some(path) => path.display().to_string(),
        None => knowledge
            .registry
            .provenance()
            .date
            .clone()
            .unwrap_or_else(|| "undated".into()),
    }
}

/// What `camsweep data` prints.
///
/// # Errors
/// As [`knowledge`].
pub fn show(args: &DataArgs) -> Result<String, Failure> {
    match args.questions {
        true => Ok(brings::markdown()),
        false => Ok(words(&*knowledge(args.oui_file.as_deref())?, args.oui_file.as_deref())),
    }
}

fn words(knowledge: &Knowledge, oui_file: Option<&Path>) -> String {
    let provenance = knowledge.registry.provenance();
    let makers: Vec<&str> = knowledge.makers.iter().map(|maker| maker.id.as_str()).collect();
    let source = oui_file.map_or("embedded".to_owned(), |path| path.display().to_string());
    let advisories = knowledge.advisories.iter();
    let count: usize = advisories.clone().map(|bulletin| bulletin.advisory.len()).sum();
    let about: Vec<&str> = advisories.map(|bulletin| bulletin.maker.as_str()).collect();
    let policies = policies::builtin().into_iter();
    let policies: Vec<String> = policies
        .map(|policy| format!("{} of {}", policy.id, policy.date))
        .collect();
    format!(
        "MAC registry: {source}\n  date      {}\n  rows      {}\n  sha256    {}\nmakers: {}\n\
         advisories: {count} about {}\n  date      {}\npolicies: {}\n",
        provenance.date.as_deref().unwrap_or("not told"),
        provenance.rows,
        provenance.sha256.as_deref().unwrap_or("not told"),
        makers.join(", "),
        about.join(", "),
        knowledge.advisories_date(),
        policies.join(", ")
    )
}

/// Reads one file of replies, a reply at a time; `-` is standard input.
///
/// # Errors
/// Where it cannot be opened, or a line is no reply.
pub fn each_reply(name: &str, take: impl FnMut(Reply)) -> Result<(), Failure> {
    let read = match name {
        "-" => record::read_each("standard input", io::stdin().lock(), take),
        _ => record::read_each(name, BufReader::new(open(name)?), take),
    };
    let hint = "a line is one reply as --record writes it; camsweep schema reply prints the form";
    read.map_err(|error| Failure::could_not_run(error.to_string(), hint))
}

/// Reads a stored report; `-` is standard input.
///
/// # Errors
/// Where it cannot be read, is no report, or is one of another version.
pub fn report(name: &str) -> Result<Report, Failure> {
    let hint = "a report is one document as --format json writes it; camsweep schema report prints the form";
    let failed = |why: String| Failure::could_not_run(format!("{name:?} {why}"), hint);
    let mut text = String::new();
    let read = match name {
        "-" => io::stdin().lock().read_to_string(&mut text),
        _ => open(name)?.read_to_string(&mut text),
    };
    read.map_err(|error| failed(format!("cannot be read: {error}")))?;
    let no_report = |error: serde_json::Error| failed(format!("is no report: {error}"));
    match schema_of(&text).map_err(no_report)?.as_str() {
        SCHEMA => serde_json::from_str(&text).map_err(no_report),
        other => Err(failed(format!("is {other:?}; this version reads {SCHEMA:?}"))),
    }
}

/// Which format the first document of a text says that it is in.
fn schema_of(text: &str) -> serde_json::Result<String> {
    #[derive(Deserialize)]
    struct Head {
        schema: String,
    }
    let mut document = serde_json::Deserializer::from_str(text);
    Head::deserialize(&mut document).map(|head| head.schema)
}

fn open(name: &str) -> Result<File, Failure> {
    let hint = "check its name and your permission to read it";
    File::open(name).map_err(|error| Failure::could_not_run(format!("cannot read {name:?}: {error}"), hint))
}
