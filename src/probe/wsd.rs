//! ONVIF WS-Discovery: three probes, because there are devices that answer only one of them
//! (D-Link DCS-2310L only `NetworkVideoTransmitter`, others only `Device`, brandless ones only an
//! untyped probe). The untyped one comes last: printers and PCs answer it too.

use uuid::Uuid;

use crate::fact::Protocol;
use crate::wire::wsd::{GROUP, PORT, Sought, probe};

use super::{Ask, DatagramQuestion};

const SOUGHT: [(&str, Sought); 3] = [
    ("Probe NetworkVideoTransmitter", Sought::NetworkVideoTransmitter),
    ("Probe Device", Sought::Device),
    ("Probe", Sought::Anything),
];

pub(super) fn question(id: &mut impl FnMut() -> Uuid) -> DatagramQuestion {
    let mut asks = || {
        SOUGHT
            .iter()
            .map(|&(word, sought)| Ask::new(word, probe(id(), sought)))
            .collect::<Vec<_>>()
    };
    DatagramQuestion {
        protocol: Protocol::Wsd,
        port: PORT,
        source_port: 0,
        group: Some(GROUP),
        broadcast: false,
        listens: false,
        multicast: asks(),
        unicast: asks(),
        unicast_v6: asks(),
    }
}
