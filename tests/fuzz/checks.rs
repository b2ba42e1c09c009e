//! What must hold for any bytes, one function a codec: shared by the fuzzer (`targets/`) and by the ordinary tests
//! (`tests/fuzz.rs`). Besides what each states, none may panic, and none may take more memory than [`MEMORY`] allows.

mod written;

use std::fmt::Debug;
use std::io::Read;
use std::path::Path;
use std::sync::LazyLock;

use camsweep::cli::Failure;
use camsweep::cli::args::{FormArgs, Format, ScanArgs};
use camsweep::cli::render::render;
use camsweep::fact::{Protocol, Reply};
use camsweep::identify::Knowledge;
use camsweep::identify::makers::Maker;
use camsweep::identify::oui::Registry;
use camsweep::identify::policies::Policy;
use camsweep::judge::judge;
use camsweep::read::{Reading, read};
use camsweep::report::escape::escape;
use camsweep::report::model::Report;
use camsweep::report::register::former;
use camsweep::report::sites::Sites;
use camsweep::scan::Ranges;
use camsweep::store::transfer::Line;
use camsweep::store::{Place, Store};
use camsweep::wire::{
    arp, certificate, dhip, dvrip, favicon, hik_sdk, http, mdns, onvif, recorder, rtsp, sadp, sadp_l2, ssdp, text,
    upnp, web_ui, wsd, xml,
};
use camsweep::{cli, record, scan};
use flate2::read::GzDecoder;
use jiff::Timestamp;
use peak_alloc::PeakAlloc;
use regex::Regex;
use strum::IntoEnumIterator;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// One property.
pub struct Check {
    /// Its name, and that of its target and of its folder of seeds.
    pub name: &'static str,
    /// The file that it is about, in `src/`.
    pub about: &'static str,
    /// Panics where it does not hold.
    pub holds: fn(&[u8]),
}

/// The memory that reading may take: so many bytes for each byte read, and so many besides.
pub const MEMORY: (usize, usize) = (64, 2 << 20);

const fn check(name: &'static str, about: &'static str, holds: fn(&[u8])) -> Check {
    Check { name, about, holds }
}

/// All of them.
pub const CHECKS: &[Check] = &[
    check("arp", "wire/arp.rs", arp),
    check("certificate", "wire/certificate.rs", certificate),
    check("dhip", "wire/dhip.rs", dhip),
    check("dvrip", "wire/dvrip.rs", dvrip),
    check("favicon", "wire/favicon.rs", favicon),
    check("hik_sdk", "wire/hik_sdk.rs", hik_sdk),
    check("http", "wire/http.rs", http),
    check("head", "wire/head.rs", http),
    check("mdns", "wire/mdns.rs", mdns),
    check("onvif", "wire/onvif/response.rs", onvif),
    check("recorder", "wire/recorder.rs", recorder),
    check("rtsp", "wire/rtsp.rs", rtsp),
    check("sadp", "wire/sadp.rs", sadp),
    check("sadp_l2", "wire/sadp_l2.rs", sadp_l2),
    check("ssdp", "wire/ssdp.rs", ssdp),
    check("text", "wire/text.rs", text),
    check("upnp", "wire/upnp.rs", upnp),
    check("web_ui", "wire/web_ui.rs", web_ui),
    check("wsd", "wire/wsd.rs", wsd),
    check("xml", "wire/xml.rs", xml),
    check("read", "read/mod.rs", reading),
    check("judge", "judge.rs", judging),
    check("record", "record.rs", recording),
    check("report", "report/model.rs", reporting),
    check("register", "report/register/former.rs", register),
    check("escape", "report/escape.rs", escaping),
    check("credentials", "cli/credentials.rs", credentials),
    check("targets", "scan/targets.rs", targets),
    check("registry", "identify/oui.rs", registry),
    check("settings", "identify/makers.rs", settings),
    check("resume", "cli/resume/contents.rs", resuming),
    check("import", "store/transfer.rs", importing),
    check("mark", "cli/others/mark.rs", marking),
    check("config", "cli/config/settings.rs", configuring),
];

/// What was read is no larger than what it was read from, allowing for how it is written out.
fn is_bounded(value: impl Debug, input: &[u8]) {
    let written = format!("{value:?}").len();
    assert!(written <= 16 * input.len() + 4096, "{written} of {}", input.len());
}

/// More bytes never mean fewer whole answers.
fn only_grows(answers: fn(&[u8]) -> usize, bytes: &[u8]) {
    let half = answers(&bytes[..bytes.len() / 2]);
    assert!(half <= answers(bytes), "{half} answers in the first half");
}

/// What a device's words are when they are written again, where that is no longer than what is read.
fn is_read_again<T: Debug + PartialEq>(value: T, written: &str, decode: impl Fn(&[u8]) -> T) {
    if written.len() <= xml::MAX_LENGTH {
        assert_eq!(decode(written.as_bytes()), value, "{written}");
    }
}

/// A packet that is written again is read as the same.
fn arp(bytes: &[u8]) {
    if let Some(packet) = arp::Packet::decode(bytes) {
        let written = written::arp(&packet);
        assert!(bytes.starts_with(&written));
        assert_eq!(arp::Packet::decode(&written), Some(packet));
    }
}

fn certificate(bytes: &[u8]) {
    is_bounded(certificate::Certificate::decode(bytes), bytes);
}

/// Zeros behind a message say nothing.
fn dhip(bytes: &[u8]) {
    let message = dhip::Message::decode(bytes);
    let padded = [bytes, &[0; 9]].concat();
    assert_eq!(message, dhip::Message::decode(&padded));
    is_bounded(message, bytes);
}

fn dvrip(bytes: &[u8]) {
    is_bounded(dvrip::Message::decode(bytes), bytes);
    is_bounded(dvrip::realm(bytes), bytes);
    let _ = dvrip::is_uninitialised(bytes);
    only_grows(dvrip::answers, bytes);
}

fn favicon(bytes: &[u8]) {
    let _ = (favicon::is_image(bytes), favicon::shodan(bytes));
    assert_eq!(favicon::md5(bytes).len(), 32);
}

/// A greeting is a whole answer.
fn hik_sdk(bytes: &[u8]) {
    only_grows(hik_sdk::answers, bytes);
    if hik_sdk::greeting(bytes).is_some() {
        assert!(hik_sdk::answers(bytes) > 0);
    }
}

/// A status is one, and a whole answer stays whole, in one chunk too.
fn http(bytes: &[u8]) {
    let response = http::Response::decode(bytes);
    let joined = http::in_one_chunk(bytes);
    assert_eq!(http::Response::decode(&joined), response);
    assert_eq!(http::is_complete(&joined), http::is_complete(bytes));
    assert!(response.status.is_none_or(|status| (100..1000).contains(&status)));
    let page = response.text();
    is_bounded(http::title(&page), bytes);
    is_bounded(http::realms(&page), bytes);
    is_bounded(&response, bytes);
    let _ = web_ui::made(&response);
    let more = [bytes, b"x"].concat();
    assert!(!http::is_complete(bytes) || http::is_complete(&more));
}

/// A question of ours is one by whatever id, and whatever follows it.
fn mdns(bytes: &[u8]) {
    is_bounded(mdns::Message::decode(bytes), bytes);
    if let Some((id, more)) = bytes.split_at_checked(2) {
        let question = [id, &mdns::query()[2..], more].concat();
        assert_eq!(mdns::Message::decode(&question), Some(mdns::Message::Question));
    }
}

fn onvif(bytes: &[u8]) {
    is_bounded(onvif::Answer::read(&http::Response::decode(bytes)), bytes);
}

/// What is taken out stays out, and taking it out again changes nothing.
fn recorder(bytes: &[u8]) {
    let text = text::decode(bytes);
    is_bounded(recorder::input_proxy(&text), bytes);
    is_bounded(recorder::remote_devices(&text), bytes);
    let clean = recorder::without_secrets(bytes);
    assert_eq!(recorder::without_secrets(&clean), clean);
}

fn rtsp(bytes: &[u8]) {
    is_bounded(rtsp::responses(bytes), bytes);
    only_grows(rtsp::answers, bytes);
}

/// A device that is written again is read as the same.
fn sadp(bytes: &[u8]) {
    let message = sadp::Message::decode(bytes);
    is_bounded(&message, bytes);
    let written = match &message {
        Some(sadp::Message::ProbeMatch(device)) => written::sadp("ProbeMatch", device),
        Some(sadp::Message::Hello(device)) => written::sadp("Hello", device),
        _ => return,
    };
    is_read_again(message, &written, sadp::Message::decode);
}

/// The sender is the one of the frame.
fn sadp_l2(bytes: &[u8]) {
    if let Some(sadp_l2::Message::Answer(answer)) = sadp_l2::Message::decode(bytes) {
        assert_eq!(answer.sender.bytes(), bytes[6..12]);
        is_bounded(answer, bytes);
    }
}

/// An announcement that is written again is read as the same.
fn ssdp(bytes: &[u8]) {
    let message = ssdp::Message::decode(bytes);
    is_bounded(&message, bytes);
    if let Some(ssdp::Message::Announcement(announcement)) = &message {
        let written = written::ssdp(announcement);
        is_read_again(message, &written, ssdp::Message::decode);
    }
}

/// A text is no more than three times as long as its bytes; UTF-8 stays as it is.
fn text(bytes: &[u8]) {
    let decoded = text::decode(bytes);
    assert!(decoded.len() <= 3 * bytes.len() + 3);
    assert!(text::cut(&decoded, 10).len() <= 10);
    let _ = text::charset(&decoded);
}

/// A description that is written again is read as the same.
fn upnp(bytes: &[u8]) {
    let description = upnp::Description::decode(bytes);
    is_bounded(&description, bytes);
    if let Some(said) = &description {
        let written = written::upnp(said);
        is_read_again(description, &written, upnp::Description::decode);
    }
}

/// A version stands in the script, letter by letter.
fn web_ui(bytes: &[u8]) {
    let script = text::decode(bytes);
    if let Some((version, _)) = web_ui::version(&script) {
        assert!(script.contains(version) && version.len() <= 64);
    }
}

/// Matches that are written again are read as the same.
fn wsd(bytes: &[u8]) {
    let message = wsd::Message::decode(bytes);
    is_bounded(&message, bytes);
    let written = match &message {
        Some(wsd::Message::Matches(answer)) if !answer.matches.is_empty() => written::wsd("ProbeMatch", answer),
        Some(wsd::Message::Hello(answer)) => written::wsd("Hello", answer),
        _ => String::new(),
    };
    if !written.is_empty() {
        is_read_again(message, &written, wsd::Message::decode);
    }
    let text = text::decode(bytes);
    assert!(wsd::percent_decode(&text).len() <= 3 * text.len());
    let _ = wsd::scope(&text);
}

/// No more elements than tags, none deeper than the cap, and no entity that makes a text longer.
fn xml(bytes: &[u8]) {
    let document = xml::Document::decode(bytes);
    let tags = text::decode(bytes).matches('<').count();
    assert!(document.nodes().count() <= tags);
    is_bounded(&document, bytes);
    let text = text::decode(bytes);
    assert!(xml::unescape(&text).len() <= text.len());
}

/// The first byte says the protocol, the second how it was asked. What is said is never empty and never long.
fn reading(bytes: &[u8]) {
    let [protocol, asked, rest @ ..] = bytes else { return };
    let protocol = Protocol::iter().cycle().nth((*protocol).into()).expect("one of them");
    let words = [
        "GET /",
        "GET /d.xml",
        "ethernet inquiry",
        "unicast inquiry",
        "GetDeviceInformation with login",
    ];
    let asked = words.get(usize::from(*asked) % 6).map(|asked| (*asked).to_owned());
    let reply = Reply {
        asked,
        ..Reply::new("10.0.0.1", protocol, rest)
    };
    if let Reading::Facts(facts) | Reading::Garbled { facts, .. } = read(&reply) {
        for said in facts {
            assert!(
                !said.value.trim().is_empty() && said.value.len() <= 16 * 1024,
                "{said:?}"
            );
        }
    }
}

/// The replies of a file, as lines, to a report. Nothing that is caught as a fault of ours may happen.
fn judging(bytes: &[u8]) {
    let lines = bytes
        .split(|&byte| byte == b'\n')
        .filter_map(|line| std::str::from_utf8(line).ok());
    let replies: Vec<Reply> = lines.filter_map(|line| record::read_line(line).ok()).take(64).collect();
    let judged = judge(&replies, Knowledge::builtin());
    assert!(judged.broken.is_empty(), "{:?}", judged.broken);
    assert!(
        judged
            .devices
            .iter()
            .all(|device| !device.addresses.is_empty() || device.mac.is_some())
    );
}

/// A line that is read is written and read again as the same.
fn recording(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(reply) = record::read_line(text) {
        assert_eq!(record::read_line(&record::to_line(&reply)).as_ref().ok(), Some(&reply));
    }
}

/// A report that is read is written and read again as the same, and no form of it for people has a control character.
fn reporting(bytes: &[u8]) {
    let Ok(report) = serde_json::from_slice::<Report>(bytes) else {
        return;
    };
    let form = |format| {
        render(
            &report,
            format,
            &FormArgs {
                all: true,
                ..FormArgs::default()
            },
            false,
        )
        .expect("memory")
    };
    let again: Report = serde_json::from_slice(&form(Format::Json)).expect("what we write we read");
    assert_eq!(again, report);
    for format in [Format::Table, Format::Markdown, Format::Csv] {
        let written = String::from_utf8(form(format)).expect("UTF-8");
        let written = written.replace("\r\n", "\n");
        assert_eq!(
            written.chars().find(|c| c.is_control() && *c != '\n'),
            None,
            "{format:?}"
        );
    }
    let page = String::from_utf8(form(Format::Html)).expect("UTF-8").to_lowercase();
    assert_eq!(page.matches("<script").count(), 1, "the page has no script but its own");
}

fn register(bytes: &[u8]) {
    for form in [former::Form::Csv, former::Form::Xlsx] {
        if let Err(why) = former::read(bytes, form) {
            assert!(!why.is_empty() && why.len() < 4096);
        }
    }
}

/// No escaped text moves a cursor, turns a direction or hides.
fn escaping(bytes: &[u8]) {
    let text = text::decode(bytes);
    static HIDDEN: LazyLock<Regex> = LazyLock::new(|| {
        let hidden = r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u{2800}]";
        Regex::new(hidden).expect("a pattern of ours")
    });
    assert_eq!(HIDDEN.find(&escape(&text)), None);
}

/// A file of logins that is refused is so in one line that does not quote its password.
fn credentials(bytes: &[u8]) {
    let file = tempfile::NamedTempFile::new().expect("a file of our own");
    std::fs::write(file.path(), bytes).expect("room for a seed");
    let args = ScanArgs {
        credentials: Some(file.path().to_owned()),
        dry_run: true,
        ..ScanArgs::default()
    };
    if let Err(failure) = cli::credentials::vault(&args, &Knowledge::builtin().makers) {
        assert!(
            !failure.message.contains('\n') && !failure.message.contains("hunter2"),
            "{}",
            failure.message
        );
    }
}

/// Targets that are read can be written and read again as the same. Files are left out.
fn targets(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let words: Vec<&str> = text.split_whitespace().filter(|word| !word.contains('@')).collect();
    if let Ok(ranges) = scan::parse_targets(&words) {
        assert_eq!(scan::parse_targets(&ranges.words()).ok(), Some(ranges));
    }
}

fn registry(bytes: &[u8]) {
    if let Err(why) = Registry::from_csv(&text::decode(bytes)) {
        assert!(!why.is_empty());
    }
}

/// The files that people write: makers, sites, policies.
fn settings(bytes: &[u8]) {
    let text = text::decode(bytes);
    let _ = (
        Maker::from_toml(&text),
        Sites::from_toml(&text),
        Policy::from_toml(&text),
    );
}

/// Whatever it quotes of a file.
fn is_one_line(failure: &Failure) {
    assert!(
        !failure.message.contains('\n') && failure.message.len() < 8192,
        "{}",
        failure.message
    );
}

/// What follows the head of a scan's file, or is one from its beginning. A file that is refused is untouched; one that
/// is not has kept whole lines alone, and is taken up again.
fn resuming(bytes: &[u8]) {
    let file = tempfile::NamedTempFile::new().expect("a file of our own");
    let plan = scan::Plan::default();
    let open = || cli::resume::Journal::open(file.path(), &plan).map(drop);
    if !bytes.starts_with(b"{\"schema\":\"camsweep.resume/") {
        open().expect("an empty file is none yet");
    }
    let head = std::fs::read(file.path()).expect("it is there");
    let before = [&head, bytes].concat();
    std::fs::write(file.path(), &before).expect("room for a seed");
    let opened = open();
    let after = std::fs::read(file.path()).expect("it is there");
    match opened {
        Err(failure) => {
            is_one_line(&failure);
            assert_eq!(after, before);
        }
        Ok(()) => {
            // A head that was torn while it was written is written anew.
            assert!(after.ends_with(b"\n") && (before.starts_with(&after) || !before.contains(&b'\n')));
            assert_eq!(open().err().map(|failure| failure.message), None);
        }
    }
}

fn empty_store(folder: &Path) -> Store {
    Store::open(&Place::File(folder.join("store")), true).expect("a store of our own")
}

/// How long an export is that came packed, as far as any is unpacked.
fn unpacked(bytes: &[u8]) -> usize {
    let most = MEMORY.0 * bytes.len() + MEMORY.1;
    let mut unpacked = GzDecoder::new(bytes).take(most as u64);
    let mut buffer = [0; 4096];
    let lengths = std::iter::from_fn(|| unpacked.read(&mut buffer).ok().filter(|length| *length > 0));
    lengths.sum()
}

/// A report that a store takes is in it as it was, and once; of an export, packed or not, in which something does not fit nothing is.
fn importing(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder of our own");
    let file = folder.path().join("report");
    std::fs::write(&file, bytes).expect("room for a seed");
    let file = file.display().to_string();
    let unpacked = cli::history::lines(&file).and_then(|lines| lines.collect::<Result<Vec<Line>, _>>());
    let plain = || bytes.split(|byte| *byte == b'\n').map(serde_json::from_slice).collect();
    if let Ok(lines) = unpacked.or_else(|_| plain()) {
        let mut store = empty_store(folder.path());
        let merged = store.merge(|| Ok(lines.iter().cloned().map(Ok)), Timestamp::MAX);
        let stored = merged.map_or(0, |merged| merged.stored.len());
        assert_eq!(store.runs().expect("a list").len(), stored);
    }
    let report = match cli::data::report(&file) {
        Ok(report) => report,
        Err(failure) => return is_one_line(&failure),
    };
    let mut store = empty_store(folder.path());
    if let Some((run, _)) = store.import(&report, Timestamp::MAX).expect("it is a report") {
        assert_eq!(store.report(run).expect("what was stored"), Some(report.clone()));
    }
    assert!(
        store
            .import(&report, Timestamp::MAX)
            .expect("it is still a report")
            .is_none()
    );
}

/// The mark that another user's run may have left, or its scope alone.
fn marking(bytes: &[u8]) {
    let place = tempfile::tempdir().expect("a folder of our own");
    let network = std::fs::read_link("/proc/self/ns/net").unwrap_or_else(|_| "-".into());
    let head = format!("camsweep.run/1\npid 7\nnetwork {}\nscope ", network.display());
    let head = if bytes.starts_with(b"camsweep.run/") { "" } else { &head };
    let path = place.path().join("camsweep-run-theirs");
    std::fs::write(&path, [head.as_bytes(), bytes].concat()).expect("room for a seed");
    let theirs = std::fs::File::open(&path).expect("it is there");
    theirs.try_lock().expect("nobody else knows of it");
    let everything = Ranges::between([0; 4], [0xff; 16]);
    if let Err(failure) = cli::others::claim(&everything, &[place.path().to_owned()], false, &|_| ()) {
        is_one_line(&failure);
    }
    assert!(path.exists(), "what others hold is not taken away");
}

/// A file that is refused is so in one line; what it would bring about names it.
fn configuring(bytes: &[u8]) {
    let file = tempfile::NamedTempFile::new().expect("a file of our own");
    std::fs::write(file.path(), bytes).expect("room for a seed");
    match cli::config::check(Some(file.path())) {
        Err(failure) => is_one_line(&failure),
        Ok(checked) => assert!(checked.words.starts_with(&file.path().display().to_string())),
    }
}

/// Checks one of them by its name.
#[allow(dead_code, reason = "the ordinary tests run all")]
pub fn run(name: &str, bytes: &[u8]) {
    let check = CHECKS.iter().find(|check| check.name == name);
    check.expect("a target by the name of a check").hold(bytes);
}

impl Check {
    /// Checks one case, and how much memory it takes. What is made once, the first time that it is needed, is no
    /// case's cost, so one that takes too much is tried again.
    pub fn hold(&self, bytes: &[u8]) {
        let most = MEMORY.0 * (bytes.len() + unpacked(bytes)) + MEMORY.1;
        let taken = self.memory(bytes);
        if taken > most {
            let taken = self.memory(bytes);
            assert!(
                taken <= most,
                "{}: {taken} bytes of memory for {}",
                self.name,
                bytes.len()
            );
        }
    }

    fn memory(&self, bytes: &[u8]) -> usize {
        HEAP.reset_peak_usage();
        let before = HEAP.current_usage();
        (self.holds)(bytes);
        HEAP.peak_usage().saturating_sub(before)
    }
}
