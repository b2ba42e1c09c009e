//! What leaves for the user's own collector when the run is over (`--syslog`).

use std::io::Write;
use std::path::PathBuf;
use std::str::FromStr;

use super::Failure;
use super::args::FormArgs;
use super::exit::Code;
use super::file::WholeFile;
use crate::deliver::frame::{lines, messages};
use crate::deliver::syslog::{Collector, Sender, Transport};
use crate::report::model::Report;

/// Where `--syslog` goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SyslogTo {
    /// Over the network.
    Collector(Collector),
    /// Into a file.
    File(PathBuf),
}

impl SyslogTo {
    /// The file that is written, where it is one.
    pub fn file(&self) -> Option<&PathBuf> {
        match self {
            SyslogTo::File(file) => Some(file),
            SyslogTo::Collector(_) => None,
        }
    }
}

impl FromStr for SyslogTo {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.contains("://") {
            true => text.parse().map(SyslogTo::Collector),
            false if text.is_empty() => Err("it is udp://, tcp:// or tls://HOST:PORT, or a file".to_owned()),
            false => Ok(SyslogTo::File(text.into())),
        }
    }
}

/// The way out: what it needs is there before anything is sent, so that a bad file costs no scan.
#[derive(Debug)]
pub enum Outbox {
    /// Nothing leaves.
    Closed,
    /// To the collector.
    Collector(Sender),
    /// To the file.
    File(Box<WholeFile>),
}

impl Outbox {
    /// Gets it ready. Speaks to nobody.
    ///
    /// # Errors
    /// Where the file cannot be written, or no certificates are there to verify the collector by.
    pub fn begin(form: &FormArgs) -> Result<Self, Failure> {
        let secure = matches!(&form.syslog, Some(SyslogTo::Collector(to)) if to.transport == Transport::Tls);
        if form.syslog_ca.is_some() && !secure {
            return Err(Failure::usage(
                "--syslog-ca is for a collector that is spoken to by TLS",
                "--syslog tls://HOST:PORT",
            ));
        }
        match &form.syslog {
            None => Ok(Outbox::Closed),
            Some(SyslogTo::File(path)) => Ok(Outbox::File(Box::new(WholeFile::begin(path)?))),
            Some(SyslogTo::Collector(to)) => {
                let sender = Sender::new(to.clone(), form.syslog_ca.as_deref());
                let sender = sender.map_err(|error| {
                    Failure::could_not_run(
                        error.to_string(),
                        "name a file of certificates in PEM: --syslog-ca FILE",
                    )
                })?;
                Ok(Outbox::Collector(sender))
            }
        }
    }

    /// Sends the report's events.
    ///
    /// # Errors
    /// Where they did not get there; its code is [`Code::NotDelivered`].
    pub fn deliver(self, report: &Report) -> Result<(), Failure> {
        let messages = messages(report, this_machine().as_deref());
        let sent = match self {
            Outbox::Closed => Ok(()),
            Outbox::Collector(sender) => sender.send(&messages).map_err(|error| error.to_string()),
            Outbox::File(mut file) => {
                let written = file.write_all(&lines(&messages)).and_then(|()| file.finish());
                written.map_err(|error| format!("cannot write the file of --syslog: {error}"))
            }
        };
        sent.map_err(|message| {
            Failure::new(
                Code::NotDelivered,
                message,
                "the report itself is whole; of a stored one, camsweep report FILE --syslog sends them",
            )
        })
    }
}

/// What is said of it before the first packet: where events go over the network when the run is over.
pub fn words(form: &FormArgs) -> String {
    match &form.syslog {
        Some(SyslogTo::Collector(to)) => format!("  afterwards: what was found, by syslog to {to}\n"),
        _ => String::new(),
    }
}

/// This machine's name, where the system tells it without a library's help.
pub(super) fn this_machine() -> Option<String> {
    let of_linux = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let of_windows = || std::env::var("COMPUTERNAME").ok();
    of_linux.or_else(of_windows).map(|name| name.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_it_goes_is_said_beforehand() {
        let form = |to: &str| FormArgs {
            syslog: Some(to.parse().unwrap()),
            ..FormArgs::default()
        };
        assert!(words(&form("tcp://siem.example:601")).ends_with("by syslog to tcp://siem.example:601\n"));
        assert_eq!(words(&form("events")), "");
        assert_eq!(words(&FormArgs::default()), "");
    }
}
