//! From devices and coverage to a report.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::model::{Ended, PlanSummary, Report, SCHEMA, Summary, Tool};
use super::words::exploited;
use crate::coverage::{BlindSpot, Coverage};
use crate::identify::{Class, Confidence, Device, Knowledge};

/// Everything that a report is made of.
#[derive(Debug, Clone)]
pub struct Run {
    /// The date of the MAC registry, or the file given in its place.
    pub oui_data: String,
    /// When the run began.
    pub started: Timestamp,
    /// When it ended.
    pub finished: Timestamp,
    /// The user stopped it.
    pub interrupted: bool,
    /// What was planned.
    pub plan: PlanSummary,
    /// What was looked at.
    pub coverage: Coverage,
    /// What could not be looked at.
    pub blind_spots: Vec<BlindSpot>,
    /// Every host that exists.
    pub devices: Vec<Device>,
}

impl Run {
    /// One that has just begun and found nothing yet. `command`: `scan` or `judge`.
    pub fn begun(command: &str, scope: Vec<String>, started: Timestamp) -> Run {
        Run {
            oui_data: String::new(),
            started,
            finished: started,
            interrupted: false,
            plan: PlanSummary {
                command: command.to_owned(),
                scope,
                ..PlanSummary::default()
            },
            coverage: Coverage::default(),
            blind_spots: Vec::new(),
            devices: Vec::new(),
        }
    }
}

/// Makes the report and its counts.
pub fn assemble(mut run: Run) -> Report {
    let today = TimeZone::UTC.to_datetime(run.finished).date();
    for device in &mut run.devices {
        device.firmware_age_days = age(device, today);
    }
    Report {
        schema: SCHEMA.to_owned(),
        tool: Tool {
            name: "camsweep".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            oui_data: run.oui_data,
            advisories_data: Knowledge::builtin().advisories_date(),
        },
        started: run.started.to_string(),
        finished: run.finished.to_string(),
        ended: match (run.interrupted, run.coverage.is_incomplete()) {
            (true, _) => Ended::Interrupted,
            (false, true) => Ended::Incomplete,
            (false, false) => Ended::Complete,
        },
        plan: run.plan,
        coverage: run.coverage,
        sites: Vec::new(),
        policies: Vec::new(),
        blind_spots: run
            .blind_spots
            .into_iter()
            .chain(hidden_cameras(&run.devices))
            .collect(),
        summary: summarise(&run.devices),
        devices: run.devices,
    }
}

/// How many days ago its firmware was built; `None` where that is not known, or is still to come.
fn age(device: &Device, today: Date) -> Option<i64> {
    let built: Date = device.firmware.as_ref()?.build_date.as_ref()?.parse().ok()?;
    let days = i64::from(built.until(today).ok()?.get_days());
    (days >= 0).then_some(days)
}

fn age_words(days: i64) -> &'static str {
    match days / 365 {
        0..2 => "under 2 years",
        2..5 => "2 to 5 years",
        _ => "over 5 years",
    }
}

/// Whether a device is a Hikvision or Dahua unit, however sure.
pub fn is_unit(device: &Device) -> bool {
    matches!(device.maker.as_deref(), Some("hikvision" | "dahua"))
}

/// Cameras on a recorder's own network are seen by nobody but the recorder, which lists them only after a login.
fn hidden_cameras(devices: &[Device]) -> Option<BlindSpot> {
    let lists = |recorder: &&Device| {
        let mut listed = devices.iter().filter_map(|device| device.behind.as_ref());
        listed.any(|behind| recorder.addresses.contains(&behind.recorder))
    };
    let recorders: Vec<&str> = devices
        .iter()
        .filter(|device| is_unit(device) && device.class == Some(Class::Recorder) && device.behind.is_none())
        .filter(|device| !lists(device))
        .filter_map(|device| device.addresses.first().map(String::as_str))
        .collect();
    (!recorders.is_empty()).then(|| BlindSpot {
        what: format!(
            "cameras behind {} recorder(s), if there are any: {}",
            recorders.len(),
            recorders.join(", ")
        ),
        why: "a recorder lists the cameras on its own network only to who has logged in".into(),
        remedy: "a read-only login for the recorders (--credentials)".into(),
    })
}

fn summarise(devices: &[Device]) -> Summary {
    let mut summary = Summary {
        hosts: devices.iter().filter(|device| device.behind.is_none()).count() as u64,
        behind_recorders: devices.iter().filter(|device| device.behind.is_some()).count() as u64,
        exploited: devices
            .iter()
            .filter(|device| exploited(device).next().is_some())
            .count() as u64,
        ..Summary::default()
    };
    for device in devices.iter().filter(|device| is_unit(device)) {
        summary.units += 1;
        summary.with_firmware += u64::from(device.firmware.is_some());
        summary.not_activated += u64::from(device.activated == Some(false));
        if let Some(days) = device.firmware_age_days {
            *summary.by_firmware_age.entry(age_words(days).to_owned()).or_default() += 1;
        }
        let count = summary
            .by_maker
            .entry(device.maker.clone().unwrap_or_default())
            .or_default();
        match device.confidence.unwrap_or(Confidence::Possible) {
            Confidence::Confirmed => count.confirmed += 1,
            Confidence::Probable => count.probable += 1,
            Confidence::Possible => count.possible += 1,
        }
    }
    summary
}
