//! `camsweep judge`: replies that were recorded before are read again, and nothing is sent.

use std::path::Path;

use super::args::JudgeArgs;
use super::exit::Exit;
use super::setup::{NOT_STORED, Setup, remember};
use super::{data, memory};
use crate::judge::Judge;

/// Judges the files.
///
/// # Errors
/// Where one cannot be read, or the report cannot be written.
pub fn judge(args: &JudgeArgs) -> Exit {
    let setup = Setup::read(&args.output)?;
    let account = setup.account();
    let mut judge = Judge::new(&setup.knowledge);
    for file in &args.files {
        data::each_reply(file, |reply| judge.take(&reply))?;
    }
    let outputs = setup.outputs(args.files.iter().map(Path::new).chain(args.output.inputs()))?;
    let report = account.of_files(&args.files, judge.finish());
    let memory = remember(memory::place(&args.output.keep), &report.plan.scope, NOT_STORED);
    setup.close(report, outputs, memory)
}
