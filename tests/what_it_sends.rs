//! `docs/what-it-sends.md` is a promise. Its numbers are compared with the code.

use camsweep::net::{FORBIDDEN_PORTS, Limits, PROFILES};
use camsweep::probe::{ORDER_FOR_LIVE, ORDER_FOR_SILENT, datagram_questions, link_local_questions};
use camsweep::wire::{dvrip, hik_sdk, rtsp, sadp_l2};

fn page() -> String {
    let page = include_str!("../docs/what-it-sends.md");
    page.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn says(words: &str) {
    assert!(page().contains(words), "docs/what-it-sends.md does not say: {words}");
}

#[test]
fn the_number_of_multicast_datagrams() {
    let places = |question: &camsweep::probe::DatagramQuestion| {
        usize::from(question.group.is_some()) + usize::from(question.broadcast)
    };
    let questions = datagram_questions(uuid::Uuid::new_v4);
    let once: usize = questions
        .iter()
        .map(|question| question.multicast.len() * places(question))
        .sum();
    says(&format!(
        "That is {} datagrams per interface in all",
        Limits::default().sends.len() * once
    ));
}

#[test]
fn the_table_of_profiles() {
    assert!(
        include_str!("../docs/what-it-sends.md").contains(&camsweep::cli::limits::table()),
        "docs/what-it-sends.md has another table than `camsweep profiles`"
    );
}

#[test]
fn what_a_host_may_hear_by_multicast_is_all_that_is_sent_so() {
    let questions = datagram_questions(uuid::Uuid::new_v4);
    let places = |question: &camsweep::probe::DatagramQuestion| {
        usize::from(question.group.is_some()) + usize::from(question.broadcast)
    };
    let once: usize = questions
        .iter()
        .map(|question| question.multicast.len() * places(question))
        .sum();
    for profile in &PROFILES {
        let frames = 1;
        let over_ipv6: usize = link_local_questions(uuid::Uuid::new_v4)
            .iter()
            .map(|question| question.asks.len())
            .sum();
        let all = (once + frames + over_ipv6) * profile.limits.sends.len();
        assert_eq!(all, profile.limits.multicasts as usize, "{}", profile.name);
    }
}

#[test]
fn the_number_of_datagrams_over_ipv6() {
    let questions = link_local_questions(uuid::Uuid::new_v4);
    let once: usize = questions.iter().map(|question| question.asks.len()).sum();
    let all = once * Limits::default().sends.len();
    says(&format!("{all} datagrams more per interface"));
}

#[test]
fn the_ports_that_a_passive_run_hears() {
    let ports: Vec<String> = datagram_questions(uuid::Uuid::new_v4)
        .iter()
        .map(|question| question.port.to_string())
        .collect();
    let (last, first) = ports.split_last().expect("there are questions");
    says(&format!(
        "to the ports {} and {last} that reaches an interface",
        first.join(", ")
    ));
}

#[test]
fn the_number_of_rechecks() {
    let (once, in_all) = (camsweep::scan::RECHECKS, camsweep::scan::RECHECKS_IN_ALL);
    says(&format!(
        "of two requests each ({once} at most, and {in_all} to a host in a run"
    ));
}

#[test]
fn the_number_of_raw_frames() {
    let frame = sadp_l2::inquiry([2; 6].into(), [10, 0, 0, 2].into());
    says(&format!(
        "{} per interface: type {:#06x}, to everybody, {} bytes",
        Limits::default().sends.len(),
        sadp_l2::ETHERTYPE,
        frame.len()
    ));
}

#[test]
fn the_number_of_unicast_datagrams() {
    says(&format!("That is {} at most.", ORDER_FOR_LIVE.len()));
    says(&format!(
        "gets the first two once more ({} at most)",
        ORDER_FOR_LIVE.len() + 2
    ));
    says(&format!(
        "{} at most; an address that has answered leaves the passes",
        ORDER_FOR_SILENT.len()
    ));
}

#[test]
fn the_number_of_connections() {
    says(&format!(
        "At most {} connections to one host",
        camsweep::probe::tcp::most_connections(Limits::default().pages)
    ));
}

#[test]
fn every_page() {
    use camsweep::probe::pages::{ACTIVATION, DAHUA_WEB, FAVICON, HIK_DESCRIPTION, HIK_WEB_UI, ISAPI};
    for pages in [ISAPI, ACTIVATION, HIK_DESCRIPTION, HIK_WEB_UI, DAHUA_WEB, FAVICON] {
        pages.paths.iter().for_each(|path| says(&format!("`{path}`")));
    }
}

#[test]
fn the_makers_own_ports_and_the_silent() {
    let hex: Vec<String> = dvrip::realm_request()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    says(&format!("`{} … {}`", hex[..3].join(" "), hex[24..].join(" ")));
    says(&format!("| {}, or the command port", dvrip::TCP_PORT));
    says(&format!("| {}, or the command port", hik_sdk::PORT));
    says(&format!("the device speaks first, {} bytes", hik_sdk::LENGTH));
    says(&format!("| {}, or the port that the device announced", rtsp::PORT));
    let silent = camsweep::probe::tcp::MOST_CONNECTIONS_TO_SILENT;
    says(&format!("That is {silent} connections to an address that stays silent"));
}

#[test]
fn the_logins() {
    let more = camsweep::probe::tcp::most_connections_with_login();
    says(&format!("At most {more} connections more to one host"));
    camsweep::probe::login::paths().for_each(|path| says(&format!("`{path}`")));
    camsweep::probe::login::requests().for_each(|request| says(&format!("`{}`", request.operation())));
}

#[test]
fn every_question_and_every_port() {
    for question in datagram_questions(uuid::Uuid::new_v4) {
        if let Some(group) = question.group {
            says(&format!("{group}:{}", question.port));
        }
        if question.broadcast {
            says(&format!("255.255.255.255:{}", question.port));
        }
    }
    for question in link_local_questions(uuid::Uuid::new_v4) {
        says(&format!("[{}]:{}", question.group, question.port));
    }
    let single = FORBIDDEN_PORTS.iter().filter(|port| !(9100..=9107).contains(*port));
    single.for_each(|port| says(&port.to_string()));
    says("9100–9107");
    assert_eq!(
        FORBIDDEN_PORTS
            .iter()
            .filter(|port| (9100..=9107).contains(*port))
            .count(),
        8
    );
}
