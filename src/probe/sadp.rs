//! Hikvision SADP: `inquiry` and `inquiry_v32`, the only two verbs that can be expressed.

use uuid::Uuid;

use crate::fact::Protocol;
use crate::wire::sadp::{GROUP, Inquiry, PORT, request};

use super::{Ask, DatagramQuestion};

pub(super) fn question(id: &mut impl FnMut() -> Uuid) -> DatagramQuestion {
    let mut asks = || {
        vec![
            Ask::new("inquiry", request(id(), Inquiry::V1)),
            Ask::new("inquiry_v32", request(id(), Inquiry::V32)),
        ]
    };
    DatagramQuestion {
        protocol: Protocol::Sadp,
        port: PORT,
        source_port: 0,
        group: Some(GROUP),
        broadcast: false,
        listens: true,
        multicast: asks(),
        unicast: asks(),
        unicast_v6: Vec::new(),
    }
}
