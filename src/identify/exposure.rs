//! What published advisories mean for a device, by its model and version alone. Nothing is ever tried on it.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::HashMap;

use jiff::civil::Date;

use super::advisories::{Advisory, Bulletin, Doubt, Range};
use super::firmware::Release;
use super::{AdvisoryVerdict, Class, Confidence, Device, Exposure, Firmware};

/// Where a version lies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Before,
    Within,
    After,
    Unclear,
}

/// What advisories go by, and nothing else of a device.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Kind {
    maker: String,
    confidence: Option<Confidence>,
    brand: Option<String>,
    class: Option<Class>,
    model: Option<String>,
    firmware: Option<Firmware>,
    /// It says that it was built for somebody else.
    rebuilt: bool,
}

/// The verdicts on each kind of device that has come up: an estate has a hundred of one kind.
#[derive(Debug)]
pub struct Exposures<'a> {
    bulletins: &'a [Bulletin],
    known: RefCell<HashMap<Kind, Vec<AdvisoryVerdict>>>,
}

impl<'a> Exposures<'a> {
    /// Verdicts by these bulletins.
    pub fn new(bulletins: &'a [Bulletin]) -> Self {
        Exposures {
            bulletins,
            known: RefCell::default(),
        }
    }

    /// The advisories that concern a device, the exploited first. `rebuilt`: it says that it was built for somebody else.
    pub fn about(&self, device: &Device, rebuilt: bool) -> Vec<AdvisoryVerdict> {
        let Some(maker) = device.maker.clone() else {
            return Vec::new();
        };
        let kind = Kind {
            maker,
            confidence: device.confidence,
            brand: device.brand.clone(),
            class: device.class,
            model: device.model.clone(),
            firmware: device.firmware.clone(),
            rebuilt,
        };
        let mut known = self.known.borrow_mut();
        known
            .entry(kind)
            .or_insert_with_key(|kind| about(kind, self.bulletins))
            .clone()
    }
}

/// What an advisory may look at.
struct Subject<'a> {
    bulletin: &'a Bulletin,
    device: &'a Kind,
    /// Its version, where it could be read.
    release: Option<Release>,
    /// It bears another label, whose versions are numbered apart.
    relabelled: bool,
}

fn about(device: &Kind, bulletins: &[Bulletin]) -> Vec<AdvisoryVerdict> {
    let of_maker = |bulletin: &&Bulletin| device.maker == bulletin.maker;
    let mut verdicts: Vec<AdvisoryVerdict> = Vec::new();
    for bulletin in bulletins.iter().filter(of_maker) {
        let subject = Subject::new(device, bulletin);
        let advisories = bulletin.advisory.iter();
        verdicts.extend(advisories.filter_map(|advisory| subject.judge(advisory)));
    }
    verdicts.sort_by_cached_key(|one| (one.exploited_since.is_none(), one.verdict, one.id.clone()));
    verdicts
}

impl<'a> Subject<'a> {
    fn new(device: &'a Kind, bulletin: &'a Bulletin) -> Self {
        let firmware = device.firmware.as_ref();
        let release = firmware.and_then(|firmware| Release::of(bulletin.firmware, firmware));
        let customers = release.as_ref().is_some_and(Release::is_customers);
        let own = |model: &String| bulletin.takes(&bulletin.own_models, model);
        let foreign = device.model.as_ref().is_some_and(|model| !own(model));
        Subject {
            bulletin,
            device,
            release,
            relabelled: device.brand.is_some() || device.rebuilt || customers || foreign,
        }
    }

    /// `None` where the advisory is none of its concern. That nothing can be said is said of exploited ones only.
    fn judge(&self, advisory: &Advisory) -> Option<AdvisoryVerdict> {
        if advisory.brand.is_some() && advisory.brand != self.device.brand {
            return None;
        }
        let (verdict, because) = self.unless_unsure(self.weigh(advisory)?);
        (verdict != Exposure::Unknown || advisory.exploited_since.is_some()).then(|| AdvisoryVerdict {
            id: advisory.id.clone(),
            verdict,
            exploited_since: advisory.exploited_since.map(|day| day.to_string()),
            source: advisory.source.clone(),
            because,
        })
    }

    /// What is no more than possibly a maker's is no more than possibly what that maker's are.
    fn unless_unsure(&self, (verdict, because): (Exposure, String)) -> (Exposure, String) {
        let verdict = match (verdict, self.device.confidence) {
            (verdict, Some(Confidence::Probable | Confidence::Confirmed)) => return (verdict, because),
            (Exposure::Affected, _) => Exposure::Possibly,
            (Exposure::NotInRange, _) => Exposure::Unknown,
            (verdict, _) => verdict,
        };
        (verdict, format!("{because}; the maker itself is no more than possible"))
    }

    fn weigh(&self, advisory: &Advisory) -> Option<(Exposure, String)> {
        let model = self.device.model.as_deref();
        let is_named = |range: &&Range| match model {
            _ if range.models.is_empty() => self.is_of_its_kind(advisory),
            model => model.is_some_and(|model| self.bulletin.takes(&range.models, model)),
        };
        let named: Vec<&Range> = advisory.range.iter().filter(is_named).collect();
        match model {
            _ if !named.is_empty() => Some(self.where_named(&named, advisory)),
            _ if !self.may_be_meant(advisory) => None,
            None => Some(self.where_model_is_unknown(advisory)),
            Some(model) => {
                let all: Vec<&Range> = advisory.range.iter().collect();
                Some(self.unless_old(&all, advisory, format!("{model} is not named")))
            }
        }
    }

    /// Whether an advisory that does not name the model may mean it all the same: it is of that kind, and was not
    /// built before or after all that is affected. Where the model alone decides, it is not meant.
    fn may_be_meant(&self, advisory: &Advisory) -> bool {
        let all: Vec<&Range> = advisory.range.iter().collect();
        let by_version = all.iter().any(|range| range.is_bounded());
        by_version
            && self.is_of_its_kind(advisory)
            && self.device.firmware.is_some()
            && self.is_in_time(&all, advisory) != Some(false)
    }

    fn is_of_its_kind(&self, advisory: &Advisory) -> bool {
        let of_its_kind = |class| advisory.classes.contains(&class);
        advisory.classes.is_empty() || self.device.class.is_none_or(of_its_kind)
    }

    fn where_named(&self, named: &[&Range], advisory: &Advisory) -> (Exposure, String) {
        let places: Vec<Place> = named.iter().map(|range| self.place(range)).collect();
        let at = |wanted: Place| {
            let there = named.iter().zip(&places).filter(move |(_, place)| **place == wanted);
            there.map(|(range, _)| *range)
        };
        if let Some(range) = at(Place::Within).find(|range| range.vague.is_none()) {
            return (Exposure::Affected, self.named_with(range));
        }
        if let Some(range) = at(Place::Within).next() {
            let vague = range.vague.as_deref().unwrap_or_default();
            return (Exposure::Possibly, format!("{} ({vague})", self.named_with(range)));
        }
        if let Some(range) = at(Place::Unclear).next() {
            let because = format!("{}, which cannot be compared", self.named_with(range));
            return self.unless_old(named, advisory, because);
        }
        let doubt = advisory.doubt.as_ref().filter(|_| at(Place::After).next().is_some());
        self.outside(named, advisory, doubt)
    }

    fn outside(&self, named: &[&Range], advisory: &Advisory, doubt: Option<&Doubt>) -> (Exposure, String) {
        let because = self.named_with(named[0]);
        match (doubt, self.built()) {
            (Some(doubt), Some(built)) if built < doubt.until => (Exposure::Possibly, doubt.because.clone()),
            (Some(_), None) => (Exposure::Unknown, format!("{because}, without a build date")),
            // What is said of the label itself is said of its own versions.
            _ if self.relabelled && advisory.brand.is_some() => (Exposure::Unknown, because),
            _ if self.relabelled => self.unless_old(named, advisory, because),
            _ => (Exposure::NotInRange, because),
        }
    }

    fn where_model_is_unknown(&self, advisory: &Advisory) -> (Exposure, String) {
        let within = advisory.range.iter().find(|range| self.place(range) == Place::Within);
        match within {
            Some(range) => {
                let named = format!("its model is not known, and {} is named for some", range.words());
                (Exposure::Possibly, format!("{named}; it runs {}", self.reading()))
            }
            None => (Exposure::Unknown, "its model is not known".to_owned()),
        }
    }

    /// Under another label versions are numbered apart, so that only the day of the build says something.
    fn unless_old(&self, ranges: &[&Range], advisory: &Advisory, because: String) -> (Exposure, String) {
        if !self.relabelled {
            return (Exposure::Unknown, because);
        }
        let label = "it bears another label, whose versions are numbered apart";
        match (self.is_in_time(ranges, advisory), self.built()) {
            (Some(true), Some(built)) => (
                Exposure::Possibly,
                format!("{label}, and was built on {built}, before the last of the fixes"),
            ),
            _ => (Exposure::Unknown, format!("{because}; {label}")),
        }
    }

    /// Whether it was built when what is affected was; `None` where one of the days is not known.
    fn is_in_time(&self, ranges: &[&Range], advisory: &Advisory) -> Option<bool> {
        let (built, fixed) = self.built().zip(fixed_by(ranges, advisory))?;
        Some(built < fixed && first_of(ranges).is_none_or(|first| built >= first))
    }

    fn built(&self) -> Option<Date> {
        self.release.as_ref().and_then(Release::built)
    }

    fn named_with(&self, range: &Range) -> String {
        let model = self.device.model.as_deref().unwrap_or("every model");
        format!("{model} is named with {}; it runs {}", range.words(), self.reading())
    }

    /// What it runs, in words.
    fn reading(&self) -> String {
        let Some(firmware) = &self.device.firmware else {
            return "a version that is not known".to_owned();
        };
        let version = firmware.version.as_ref().unwrap_or(&firmware.raw);
        match &firmware.build_date {
            Some(day) => format!("{version} of {day}"),
            None => version.clone(),
        }
    }

    /// Where its version lies: outside by any bound is outside.
    fn place(&self, range: &Range) -> Place {
        let places = match &self.release {
            Some(release) => places(release, range),
            None if range.is_bounded() => vec![Place::Unclear],
            None => Vec::new(),
        };
        [Place::Before, Place::After, Place::Unclear]
            .into_iter()
            .find(|place| places.contains(place))
            .unwrap_or(Place::Within)
    }
}

/// Where a version lies by each bound of a range.
fn places(release: &Release, range: &Range) -> Vec<Place> {
    use Place::{After, Before, Unclear, Within};
    let bounds = range.bounds();
    let by_day = |before| match release.built() {
        Some(built) if built < before => Within,
        Some(_) => After,
        None => Unclear,
    };
    let listed = bounds.only.iter().any(|only| only.same_version(release));
    let only = (!bounds.only.is_empty()).then_some(if listed { Within } else { After });
    let branch = bounds.fixed.iter().find(|fixed| fixed.same_branch(release));
    let fixed =
        (!bounds.fixed.is_empty()).then(|| branch.map_or(Unclear, |it| order(release, it, [Within, After, After])));
    let places = [
        bounds
            .from
            .as_ref()
            .map(|it| order(release, it, [Before, Within, Within])),
        bounds.to.as_ref().map(|it| order(release, it, [Within, Within, After])),
        bounds
            .below
            .as_ref()
            .map(|it| order(release, it, [Within, After, After])),
        range.before.map(by_day),
        only,
        fixed,
    ];
    places.into_iter().flatten().collect()
}

/// The place for older, same and newer than a bound. A bound without a day means each build of its version.
fn order(release: &Release, bound: &Release, [older, same, newer]: [Place; 3]) -> Place {
    match release.compare(bound) {
        Some(Ordering::Less) => older,
        Some(Ordering::Equal) => same,
        Some(Ordering::Greater) => newer,
        None if bound.built().is_none() && release.same_version(bound) => same,
        None => Place::Unclear,
    }
}

/// The day from which on every build is known to be fixed; `None` where none is named.
fn fixed_by(ranges: &[&Range], advisory: &Advisory) -> Option<Date> {
    let days = ranges.iter().flat_map(|range| {
        let bounds = range.bounds();
        let after = bounds
            .to
            .as_ref()
            .and_then(Release::built)
            .and_then(|last| last.tomorrow().ok());
        let below = bounds.below.as_ref().and_then(Release::built);
        let fixed = bounds.fixed.iter().filter_map(Release::built);
        fixed
            .chain([range.before, after, below].into_iter().flatten())
            .collect::<Vec<_>>()
    });
    days.chain(advisory.doubt.iter().map(|doubt| doubt.until)).max()
}

/// The first build day that is affected, where every range has one.
fn first_of(ranges: &[&Range]) -> Option<Date> {
    let first = |range: &&Range| range.bounds().from.as_ref().and_then(Release::built);
    let days: Option<Vec<Date>> = ranges.iter().map(first).collect();
    days?.into_iter().min()
}
