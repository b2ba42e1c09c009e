//! ONVIF, which any maker's unit may speak: where the maker's own way has brought no firmware, or there is none.

use super::Session;
use crate::net::{Ask, Door};
use crate::probe::onvif::places;
use crate::probe::tcp::{Known, Signs};
use crate::wire::onvif::Request;

/// What is asked, in order.
pub(super) const REQUESTS: [Request; 2] = [Request::DeviceInformation, Request::NetworkInterfaces];

pub(super) fn is_called_for(signs: &Signs) -> bool {
    let Known {
        model,
        serial,
        firmware,
        ..
    } = signs.known;
    let has_own_way = signs.is_by("hikvision") || signs.is_by("dahua");
    let lacks = !firmware || !has_own_way && !(model && serial);
    lacks && !places(signs).is_empty()
}

pub(super) async fn ask<D: Door>(session: &mut Session<'_, D>, signs: &Signs) {
    let answered = |place: &&super::super::tcp::Page| Some(place.web.port) == signs.service_port;
    let places = places(signs);
    let Some(place) = places.iter().find(answered).or(places.first()) else {
        return;
    };
    for request in REQUESTS {
        let path = place.path.clone();
        let answer = session
            .put(place.web, Ask::Onvif { path, request }, request.operation())
            .await;
        if !super::goes_on(&answer) {
            break;
        }
    }
}
