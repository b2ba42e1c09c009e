//! ONVIF's device service without a login, on the port and the path that the device announced, else where
//! nearly all have it.
//!
//! `GetDeviceInformation` first: it is the one that brings the firmware, and its refusal proves the service as well as
//! any answer. What is open to everybody is asked afterwards, of a service that is proven, for what is still missing.

use super::tcp::{Asked, Known, Page, Signs, Whom};
use crate::fact::{Outcome, Protocol};
use crate::net::{Ask, Door};
use crate::wire::http::Response;
use crate::wire::onvif::{Answer, Request};

const USUAL_PATH: &str = "/onvif/device_service";
/// The most places that are asked: it may be announced with TLS and without.
pub const MAX_PLACES: usize = 2;
/// The most that is asked of what is open to everybody.
pub const MAX_OPEN: usize = 3;

/// Whether `GetDeviceInformation` may bring something that is missing.
pub fn is_called_for(signs: &Signs) -> bool {
    let Known {
        model,
        serial,
        firmware,
        ..
    } = signs.known;
    let lacks = signs.maker.is_none() || !(model && serial && firmware);
    signs.camera && lacks && !places(signs).is_empty()
}

/// Where the service may be: announced, each port once, else behind the web server.
pub(super) fn places(signs: &Signs) -> Vec<Page> {
    let mut places: Vec<Page> = Vec::new();
    for page in &signs.services {
        if places.iter().all(|known| known.web.port != page.web.port) {
            places.push(page.clone());
        }
    }
    places.truncate(MAX_PLACES);
    let usual = |web| Page {
        web,
        path: USUAL_PATH.into(),
    };
    if places.is_empty() {
        places.extend(signs.web.map(usual));
    }
    places
}

/// The service that has answered.
pub fn service(signs: &Signs) -> Option<Page> {
    places(signs)
        .into_iter()
        .find(|place| Some(place.web.port) == signs.service_port)
}

/// Asks one host `GetDeviceInformation`, until a service has answered or one fell silent.
pub async fn ask<D: Door>(door: &D, whom: &Whom, signs: &Signs) -> Vec<Asked> {
    let mut asked = Vec::new();
    for place in places(signs) {
        if door.pages_left(whom.host) == 0 {
            break;
        }
        let next = put(door, whom, &place, Request::DeviceInformation).await;
        let outcome = next.outcome;
        asked.push(next);
        if matches!(outcome, Outcome::Answered | Outcome::AuthRequired | Outcome::Silent) {
            break;
        }
    }
    asked
}

/// What is asked of a proven service: whose it is; which MAC address it has, where no wire shows one and discovery has
/// brought no endpoint; what it is called, where nothing else tells one such unit from the next.
pub fn open_to_all(signs: &Signs) -> Vec<Request> {
    let Known {
        serial,
        firmware,
        mac,
        name,
        ..
    } = signs.known;
    let requests = [
        (Request::Services, signs.maker.is_none()),
        (Request::EndpointReference, !mac && signs.services.is_empty()),
        (Request::Hostname, !name && !serial && !firmware),
    ];
    let is_proven = service(signs).is_some();
    let wanted = requests.into_iter().filter(|(_, wanted)| *wanted && is_proven);
    wanted.map(|(request, _)| request).collect()
}

/// Asks on, until the service refuses what is open to everybody or falls silent.
pub async fn ask_open<D: Door>(door: &D, whom: &Whom, signs: &Signs) -> Vec<Asked> {
    let mut asked = Vec::new();
    let Some(place) = service(signs) else { return asked };
    for request in open_to_all(signs) {
        if door.pages_left(whom.host) == 0 {
            break;
        }
        let next = put(door, whom, &place, request).await;
        let goes_on = next.outcome == Outcome::Answered;
        asked.push(next);
        if !goes_on {
            break;
        }
    }
    asked
}

async fn put<D: Door>(door: &D, whom: &Whom, place: &Page, request: Request) -> Asked {
    let path = place.path.clone();
    let mut answer = door.fetch(whom.fetch(place.web, Ask::Onvif { path, request })).await;
    if answer.outcome == Outcome::Answered {
        answer.outcome = outcome_of(&Answer::read(&Response::decode(&answer.bytes)));
    }
    let operation = request.operation();
    whom.asked(
        format!("onvif {operation}"),
        place.web.port,
        Protocol::Onvif,
        operation,
        answer,
    )
}

fn outcome_of(answer: &Answer) -> Outcome {
    match answer.is_service() {
        _ if answer.wants_login() => Outcome::AuthRequired,
        true => Outcome::Answered,
        false => Outcome::Garbled,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tcp::Web;
    use super::*;

    fn page(port: u16, tls: bool, path: &str) -> Page {
        Page {
            web: Web { port, tls },
            path: path.into(),
        }
    }

    fn camera() -> Signs {
        Signs {
            camera: true,
            web: Some(Web { port: 8080, tls: false }),
            ..Signs::default()
        }
    }

    #[test]
    fn the_announced_places_are_asked_each_port_once_else_the_web_server() {
        let all = [
            page(80, false, "/onvif/device_service"),
            page(80, false, "/other"),
            page(8899, false, "/onvif/devices"),
            page(443, true, "/onvif/device_service"),
        ];
        let announced = Signs {
            services: all.to_vec(),
            ..camera()
        };
        assert_eq!(places(&announced), [all[0].clone(), all[2].clone()]);
        assert_eq!(places(&camera()), [page(8080, false, USUAL_PATH)]);
        assert_eq!(places(&Signs::default()), []);
    }

    #[test]
    fn it_is_asked_where_a_sign_says_camera_and_something_is_missing() {
        let all = Known {
            model: true,
            serial: true,
            firmware: true,
            ..Known::default()
        };
        let table = [
            (camera(), true),
            (
                Signs {
                    camera: false,
                    ..camera()
                },
                false,
            ),
            (Signs { web: None, ..camera() }, false),
            (Signs { known: all, ..camera() }, true),
            (
                Signs {
                    known: all,
                    maker: Some("dahua".into()),
                    ..camera()
                },
                false,
            ),
            (
                Signs {
                    known: Known { firmware: false, ..all },
                    maker: Some("dahua".into()),
                    ..camera()
                },
                true,
            ),
        ];
        for (signs, expected) in table {
            assert_eq!(is_called_for(&signs), expected, "{signs:?}");
        }
    }

    #[test]
    fn a_proven_service_is_asked_only_for_what_is_missing() {
        use Request::{EndpointReference, Hostname, Services};
        let proven = Signs {
            service_port: Some(8080),
            ..camera()
        };
        let known = |serial, mac, name| Signs {
            known: Known {
                serial,
                mac,
                name,
                ..Known::default()
            },
            ..proven.clone()
        };
        let made = |signs| Signs {
            maker: Some("hikvision".into()),
            ..signs
        };
        let announced = Signs {
            services: vec![page(8080, false, USUAL_PATH)],
            ..proven.clone()
        };
        let table: [(Signs, &[Request]); 7] = [
            (camera(), &[]),
            (proven.clone(), &[Services, EndpointReference, Hostname]),
            (announced, &[Services, Hostname]),
            (known(false, true, true), &[Services]),
            (made(known(true, false, false)), &[EndpointReference]),
            (made(known(false, true, false)), &[Hostname]),
            (made(known(true, true, false)), &[]),
        ];
        for (signs, expected) in table {
            assert_eq!(open_to_all(&signs), expected, "{signs:?}");
            assert!(expected.len() <= MAX_OPEN);
        }
    }
}
