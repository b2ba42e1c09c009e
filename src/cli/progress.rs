//! What the user sees while a scan runs, and what is kept of it.

use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::Sender;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::file::WholeFile;
use super::resume::Journal;
use crate::fact::Reply;
use crate::record;
use crate::scan::{Mark, Progress, Watcher};
use tokio_util::sync::CancellationToken;

/// A progress line on a terminal, and the file of replies.
#[derive(Debug)]
pub struct Watch {
    line: Option<ProgressBar>,
    record: Option<WholeFile>,
    failed: Option<io::Error>,
    /// Where replies go to be remembered.
    store: Option<Sender<String>>,
    /// What the run can be resumed from, and what stops the run when that cannot be written.
    journal: Option<(Journal, CancellationToken)>,
}

impl Watch {
    /// Shows a line where standard error is a terminal and `line` is wanted.
    pub fn new(line: bool, record: Option<WholeFile>) -> Self {
        Watch {
            line: (line && io::stderr().is_terminal()).then(progress_line),
            record,
            failed: None,
            store: None,
            journal: None,
        }
    }

    /// Keeps a journal, too. What cannot be written to it stops the run: it would be asked again.
    pub fn keep(&mut self, journal: Journal, stop: CancellationToken) {
        self.journal = Some((journal, stop));
    }

    /// Hands out the journal.
    pub fn take_journal(&mut self) -> Option<Journal> {
        self.journal.take().map(|(journal, _)| journal)
    }

    fn journal(&mut self, write: impl FnOnce(&mut Journal) -> bool) {
        if let Some((journal, stop)) = &mut self.journal
            && !write(journal)
        {
            stop.cancel();
        }
    }

    /// Passes each reply on to the store as well.
    pub fn store(&mut self, store: Option<Sender<String>>) {
        self.store = store;
    }

    /// Takes the line away and puts the file of replies in its place.
    ///
    /// # Errors
    /// The first that writing a reply met; the file is not put in place then.
    pub fn finish(self) -> io::Result<()> {
        if let Some(line) = self.line {
            line.finish_and_clear();
        }
        match (self.failed, self.record) {
            (Some(error), _) => Err(error),
            (None, Some(file)) => file.finish(),
            (None, None) => Ok(()),
        }
    }
}

fn progress_line() -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {msg}").expect("the template is constant");
    ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()).with_style(style)
}

impl Watcher for Watch {
    fn reply(&mut self, reply: &Reply) {
        self.journal(|journal| journal.reply(reply));
        self.recalled(reply);
    }

    fn mark(&mut self, mark: &Mark) {
        self.journal(|journal| journal.mark(mark));
    }

    fn recalled(&mut self, reply: &Reply) {
        if let Some(store) = &self.store {
            // Where nobody takes it any more the report still comes.
            let _ = store.send(record::to_line(reply));
        }
        let Some(file) = self.record.as_mut().filter(|_| self.failed.is_none()) else {
            return;
        };
        self.failed = writeln!(file, "{}", record::to_line(reply)).err();
    }

    fn progress(&mut self, progress: &Progress) {
        if let Some(line) = &self.line {
            line.set_message(words(progress));
            line.tick();
        }
    }
}

fn words(progress: &Progress) -> String {
    let Progress {
        phase,
        asked,
        total,
        hosts,
        units,
        per_second,
        seconds_left,
    } = progress;
    let asked = match (total, per_second) {
        (0, _) => String::new(),
        (_, 0) => format!("{asked} of {total} asked, "),
        _ => format!("{asked} of {total} asked at {per_second}/s, "),
    };
    format!("{phase}: {asked}{hosts} hosts, {units} Hikvision or Dahua so far, about {seconds_left} s left")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::Protocol;

    #[test]
    fn replies_are_recorded_as_they_come() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("replies");
        let mut watch = Watch::new(false, Some(WholeFile::begin(&path).unwrap()));
        let reply = Reply::new("10.0.0.5", Protocol::Arp, "44:47:cc:00:00:01");
        watch.reply(&reply);
        watch.progress(&Progress::default());
        watch.finish().unwrap();
        let kept = record::read_file("replies", std::fs::read(&path).unwrap().as_slice()).unwrap();
        assert_eq!(kept, [reply]);
    }
}
