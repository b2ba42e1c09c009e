//! Messages of syslog (RFC 5424), and how they follow one another on each way.

use jiff::Timestamp;

use crate::report::cef::{self, Event};
use crate::report::model::Report;

/// Facility user-level (RFC 5424, section 6.2.1).
const USER: u8 = 1;

/// The report as messages, one for each host. `host`: this machine's name, where it is known.
pub fn messages(report: &Report, host: Option<&str>) -> Vec<String> {
    // The hour of the run and not of the sending, so that a stored report makes the same messages. At most six digits may
    // follow the second.
    let time = report.finished.parse::<Timestamp>();
    let time = time.map_or_else(|_| "-".to_owned(), |time| format!("{time:.3}"));
    let host = host.filter(|host| is_name(host)).unwrap_or("-");
    cef::events(report).map(|event| message(&event, &time, host)).collect()
}

/// Without the byte order mark that RFC 5424 wants before UTF-8: many readers of CEF look for `CEF:` where a message begins,
/// and a device that calls itself by one letter beyond ASCII would be lost to them. Without it the text counts as any octets
/// (MSG-ANY).
fn message(event: &Event, time: &str, host: &str) -> String {
    let priority = USER * 8 + level(event.severity);
    format!("<{priority}>1 {time} {host} camsweep - device - {}", event.line)
}

/// The severity of syslog: 2 critical, 4 warning, 5 notice, 6 informational.
fn level(severity: u8) -> u8 {
    match severity {
        9.. => 2,
        7.. => 4,
        4.. => 5,
        _ => 6,
    }
}

/// HOSTNAME: 1 to 255 visible characters of ASCII.
fn is_name(host: &str) -> bool {
    (1..=255).contains(&host.len()) && host.bytes().all(|byte| byte.is_ascii_graphic())
}

/// On a stream each message has its length in bytes before it (RFC 6587, section 3.4.1; RFC 5425, section 4.3).
pub fn counted(messages: &[String]) -> Vec<u8> {
    let frames = messages.iter().map(|message| format!("{} {message}", message.len()));
    frames.collect::<String>().into_bytes()
}

/// In a file each is a line: no message has a line's end in it.
pub fn lines(messages: &[String]) -> Vec<u8> {
    messages
        .iter()
        .flat_map(|message| [message, "\n"])
        .collect::<String>()
        .into_bytes()
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;
    use crate::report::sample::{NASTY, behind, camera, device, report, tampered};

    #[test]
    fn a_message_is_what_the_rfc_says() {
        let report = report(vec![camera(), device("10.0.0.9", None)]);
        let messages = messages(&report, Some("scanner"));
        let head = "1 2026-11-25T09:00:00.000Z scanner camsweep - device - CEF:0|camsweep|camsweep|";
        assert!(messages[0].starts_with(&format!("<10>{head}")), "{}", messages[0]);
        assert!(messages[1].starts_with(&format!("<14>{head}")), "{}", messages[1]);
    }

    #[test]
    fn what_is_no_name_and_no_time_is_left_open() {
        let mut report = report(vec![camera()]);
        report.finished = "yesterday".into();
        for host in [None, Some(""), Some("two words"), Some("höst")] {
            assert!(messages(&report, host)[0].starts_with("<10>1 - - camsweep - device - CEF:0|"));
        }
    }

    #[test]
    fn a_length_counts_bytes() {
        let messages = ["a".to_owned(), "ü b".to_owned()];
        assert_eq!(counted(&messages), "1 a4 ü b".as_bytes());
        assert_eq!(lines(&messages), "a\nü b\n".as_bytes());
    }

    #[test]
    fn nasty_strings_neither_end_a_message_nor_outgrow_a_collector() {
        let form = Regex::new("^<1[0-5]>1 [^ ]+ scanner camsweep - device - CEF:0\\|[^\\n\\r\\x00]+$").unwrap();
        for said in NASTY {
            let mut sent = report(vec![tampered(said), behind(said)]);
            sent.tool.name = (*said).to_owned();
            for message in messages(&sent, Some("scanner")) {
                assert!(form.is_match(&message) && message.len() < 8192, "{message:?}");
            }
        }
    }
}
