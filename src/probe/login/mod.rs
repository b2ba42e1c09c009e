//! What a unit tells to who has logged in. Only where the user gave a login for it, and the verdict on it is
//! confirmed; whether and how the login is sent is decided behind the door.
//!
//! The paths are constants of this folder, and all that can be done with them is to read.

mod dahua;
mod hikvision;
mod onvif;

use crate::fact::{LOGIN_WITHHELD, Outcome, Protocol, WITH_LOGIN};
use crate::net::{Answer, Ask, Confirmed, Door, LoginEnd};
use crate::wire::http::{Response, in_one_chunk};
use crate::wire::onvif::Request;
use crate::wire::recorder::without_secrets;

use super::tcp::{Asked, Known, Signs, Web, Whom};

/// A question with a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Login {
    /// What a Hikvision unit is.
    Hikvision,
    /// What a Dahua unit is.
    Dahua,
    /// What any unit is, by ONVIF.
    Onvif,
    /// The cameras behind a Hikvision recorder.
    HikvisionChannels,
    /// The cameras behind a Dahua recorder.
    DahuaChannels,
}

/// The most requests for one page: without the login, with it, and with a newer nonce or a look at the clock. Each is
/// a connection of its own where the server keeps none open.
const REQUESTS: u64 = 3;

/// The most connections to one host with a login: it has one maker.
pub fn most_connections() -> u64 {
    let of = |login: Login| login.connections();
    let hikvision = of(Login::Hikvision) + of(Login::HikvisionChannels);
    let dahua = of(Login::Dahua) + of(Login::DahuaChannels);
    hikvision.max(dahua) + of(Login::Onvif)
}

/// Every page that is asked for with a login.
pub fn paths() -> impl Iterator<Item = &'static str> {
    let hikvision = hikvision::DEVICE_INFO.into_iter().chain(hikvision::CHANNELS);
    hikvision.chain(dahua::INFO).chain([dahua::CHANNELS])
}

/// Every question to an ONVIF service that is asked with a login.
pub fn requests() -> impl Iterator<Item = Request> {
    onvif::REQUESTS.into_iter()
}

impl Login {
    /// Whether a host of which this much is known is asked.
    pub fn is_called_for(self, signs: &Signs) -> bool {
        match self {
            _ if signs.login.is_none() => false,
            Login::Hikvision => signs.is_by("hikvision") && lacks_something(signs.known),
            Login::Dahua => signs.is_by("dahua") && lacks_something(signs.known),
            Login::Onvif => onvif::is_called_for(signs),
            Login::HikvisionChannels => signs.is_by("hikvision") && signs.recorder,
            Login::DahuaChannels => signs.is_by("dahua") && signs.recorder,
        }
    }

    /// The protocol of the answers.
    pub fn protocol(self) -> Protocol {
        match self {
            Login::Hikvision | Login::HikvisionChannels => Protocol::Isapi,
            Login::Dahua | Login::DahuaChannels => Protocol::DahuaCgi,
            Login::Onvif => Protocol::Onvif,
        }
    }

    /// What the coverage calls it where it broke before it could say more.
    pub fn name(self) -> &'static str {
        match self {
            Login::Hikvision | Login::HikvisionChannels => "login isapi",
            Login::Dahua | Login::DahuaChannels => "login dahua-cgi",
            Login::Onvif => "login onvif",
        }
    }

    /// The most connections that it takes.
    pub fn connections(self) -> u64 {
        // The first page may have to be looked for at another port.
        let pages = match self {
            Login::Hikvision => hikvision::DEVICE_INFO.len() + 1,
            Login::HikvisionChannels => hikvision::CHANNELS.len() + 1,
            Login::Dahua => dahua::MOST + 1,
            Login::DahuaChannels => 2,
            Login::Onvif => onvif::REQUESTS.len(),
        };
        pages as u64 * REQUESTS
    }

    /// Asks it.
    pub async fn ask<D: Door>(self, door: &D, whom: &Whom, signs: &Signs) -> Vec<Asked> {
        let Some(unit) = &signs.login else { return Vec::new() };
        let mut session = Session {
            door,
            whom,
            unit,
            login: self,
            places: places(signs),
            asked: Vec::new(),
        };
        match self {
            Login::Hikvision => hikvision::ask_info(&mut session).await,
            Login::HikvisionChannels => hikvision::ask_channels(&mut session).await,
            Login::Dahua => dahua::ask_info(&mut session, signs.known).await,
            Login::DahuaChannels => dahua::ask_channels(&mut session).await,
            Login::Onvif => onvif::ask(&mut session, signs).await,
        }
        session.asked
    }
}

/// Even a unit that is settled may not have said when its firmware was built.
fn lacks_something(known: Known) -> bool {
    !(known.model && known.serial && known.firmware && known.build_date)
}

/// Where the web server is: where it has answered, or was announced, or usually is; and should it not be there, or only
/// send us elsewhere, where it is with TLS.
fn places(signs: &Signs) -> Vec<Web> {
    let announced = || signs.announced.iter().copied();
    let first = signs.web.or_else(|| announced().next());
    let first = first.unwrap_or(Web { port: 80, tls: false });
    let secure = announced().find(|web| web.tls).unwrap_or(Web { port: 443, tls: true });
    let mut places = vec![first, secure];
    places.dedup();
    places
}

/// One unit, and what it has been asked with a login.
struct Session<'a, D: Door> {
    door: &'a D,
    whom: &'a Whom,
    unit: &'a Confirmed,
    login: Login,
    /// Where its web server is looked for, the first place first.
    places: Vec<Web>,
    asked: Vec<Asked>,
}

impl<D: Door> Session<'_, D> {
    /// Asks for a page of the web server. The response, unless it is of no use to ask on.
    async fn get(&mut self, path: &'static str) -> Option<Response> {
        loop {
            let answer = self
                .put(self.places[0], Ask::Get(path.into()), &format!("GET {path}"))
                .await;
            if is_there(&answer) || self.places.len() == 1 {
                return goes_on(&answer).then(|| Response::decode(&answer.bytes));
            }
            self.places.remove(0);
        }
    }

    /// Puts one question, and keeps what comes of it.
    async fn put(&mut self, web: Web, ask: Ask, label: &str) -> Answer {
        let answer = self.door.fetch(self.whom.fetch_with_login(web, ask, self.unit)).await;
        let suffix = match answer.login {
            None => "",
            Some(LoginEnd::Withheld(_)) => LOGIN_WITHHELD,
            Some(_) => WITH_LOGIN,
        };
        let kept = Answer {
            outcome: outcome_of(&answer),
            // A recorder lists the logins of its cameras, and a chunk may end within one.
            bytes: without_secrets(&in_one_chunk(&answer.bytes)),
            ..answer.clone()
        };
        let (name, protocol) = (self.login.name().to_owned(), self.login.protocol());
        let asked = self
            .whom
            .asked(name, web.port, protocol, &format!("{label}{suffix}"), kept);
        self.asked.push(asked);
        answer
    }
}

/// Whether the web server is where it was looked for, and does not just point elsewhere.
fn is_there(answer: &Answer) -> bool {
    let points_elsewhere = || matches!(Response::decode(&answer.bytes).status, Some(300..=399));
    answer.login.is_some() || (answer.outcome == Outcome::Answered && !points_elsewhere())
}

fn goes_on(answer: &Answer) -> bool {
    answer.outcome == Outcome::Answered && matches!(answer.login, None | Some(LoginEnd::Accepted))
}

fn outcome_of(answer: &Answer) -> Outcome {
    match answer.login {
        None | Some(LoginEnd::Accepted) => answer.outcome,
        Some(_) if answer.outcome != Outcome::Answered => answer.outcome,
        Some(_) => Outcome::AuthRequired,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn web(port: u16, tls: bool) -> Web {
        Web { port, tls }
    }

    #[test]
    fn the_web_server_is_looked_for_where_it_answered_or_was_announced_then_with_tls() {
        let table = [
            (None, vec![], vec![web(80, false), web(443, true)]),
            (None, vec![web(8080, false)], vec![web(8080, false), web(443, true)]),
            (
                None,
                vec![web(88, false), web(8443, true)],
                vec![web(88, false), web(8443, true)],
            ),
            (
                Some(web(81, false)),
                vec![web(88, false)],
                vec![web(81, false), web(443, true)],
            ),
            (Some(web(443, true)), vec![web(80, false)], vec![web(443, true)]),
        ];
        for (answered, announced, expected) in table {
            let signs = Signs {
                web: answered,
                announced,
                ..Signs::default()
            };
            assert_eq!(places(&signs), expected);
        }
    }

    #[test]
    fn a_login_is_called_for_only_on_a_confirmed_unit_and_where_something_is_missing_or_hidden() {
        use Login::{Dahua, DahuaChannels, Hikvision, HikvisionChannels, Onvif};
        let unit = |maker: &str| Signs {
            login: Some(Confirmed::by_verdict([10, 0, 0, 1].into(), maker)),
            maker: Some(maker.into()),
            web: Some(web(80, false)),
            ..Signs::default()
        };
        let all = Known {
            model: true,
            serial: true,
            firmware: true,
            build_date: true,
            ..Known::default()
        };
        let undated = Known {
            build_date: false,
            ..all
        };
        let known = |signs: Signs, known| Signs { known, ..signs };
        let recorder = |signs: Signs| Signs {
            recorder: true,
            ..signs
        };
        let nobody = Signs {
            login: None,
            ..recorder(unit("hikvision"))
        };
        let table: [(Signs, &[Login]); 8] = [
            (nobody, &[]),
            (unit("hikvision"), &[Hikvision, Onvif]),
            (recorder(unit("dahua")), &[Dahua, Onvif, DahuaChannels]),
            (known(unit("hikvision"), undated), &[Hikvision]),
            (known(unit("hikvision"), all), &[]),
            (known(recorder(unit("hikvision")), all), &[HikvisionChannels]),
            (unit("axis"), &[Onvif]),
            (known(unit("axis"), undated), &[]),
        ];
        for (signs, expected) in table {
            let all = [Hikvision, Dahua, Onvif, HikvisionChannels, DahuaChannels];
            let called_for: Vec<Login> = all.into_iter().filter(|login| login.is_called_for(&signs)).collect();
            assert_eq!(called_for, expected, "{signs:?}");
        }
    }

    #[test]
    fn no_path_changes_anything() {
        for path in paths() {
            let action = path.split("action=").nth(1).unwrap_or("get");
            assert!(
                path.starts_with('/') && action.starts_with("get") && !path.contains("set"),
                "{path}"
            );
        }
    }
}
