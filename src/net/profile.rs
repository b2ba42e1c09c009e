//! How much of the network a run may use: three profiles, one table.
//!
//! What is counted are the datagrams and connections that we originate. What travels inside a connection is bounded
//! by its caps.

use std::time::Duration;

/// How much of the network a run may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// ARP requests per second, all interfaces together.
    pub arp_rate: u32,
    /// As many at the most on a segment of more than 4,096 addresses, while known hosts go on answering.
    pub arp_most: u32,
    /// Datagrams and raw frames per second, multicast and unicast together.
    pub rate: u32,
    /// Datagrams and new connections per second to one host.
    pub host_rate: u32,
    /// TCP connections open at one time; to one host it is always one.
    pub connections: u32,
    /// New TCP connections per second.
    pub connection_rate: u32,
    /// How long to wait for a connection. The kernel repeats its question after a second, if that is not over.
    pub connect: Duration,
    /// The same, to a host that answers ARP at once and says nothing else, where packets hardly get lost.
    pub connect_prompt: Duration,
    /// HTTP requests to one host, without a login.
    pub pages: u32,
    /// When the multicast questions are sent, from the start.
    pub sends: &'static [Duration],
    /// Datagrams and frames by multicast and broadcast that leave by one interface, so that no host hears more.
    pub multicasts: u32,
    /// Whether strangers may be fragile: TCP only where a sign says camera.
    pub gentle: bool,
    /// Whether the run ends with its last host, though answers to the multicast questions may still come.
    pub hasty: bool,
    /// Ports of [`super::FORBIDDEN_PORTS`] that the user lets be connected to.
    pub allowed_ports: Vec<u16>,
}

/// A set of limits with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// What the user calls it.
    pub name: &'static str,
    /// Its limits.
    pub limits: Limits,
}

/// TCP connections to one host at one time, in every profile: a Dahua recorder locks up at ten together, a Modbus
/// card has four in all, and a wedged unit of the lab bears one.
pub const CONNECTIONS_TO_A_HOST: usize = 1;
/// How long one host may keep us in conversation over a whole run, in every profile: a host that spins out each answer
/// until its deadline would cost twice as much, and the slowest honest ones take half of it.
pub const TIME_FOR_A_HOST: Duration = Duration::from_secs(60);
/// New connections to one host in any ten seconds, in every profile.
pub const CONNECTIONS_IN_TEN_SECONDS: usize = 15;
/// Nudges of the kernel per second. Above it its neighbour table overflows, which has 1,024 rows for the whole machine.
pub const KERNEL_RATE: u32 = 250;

/// The profiles, the gentlest first.
pub static PROFILES: [Profile; 3] = [
    Profile {
        name: "clinical",
        limits: Limits {
            arp_rate: 50,
            arp_most: 50,
            rate: 50,
            host_rate: 2,
            connections: 16,
            connection_rate: 10,
            connect: Duration::from_millis(900),
            connect_prompt: Duration::from_millis(900),
            pages: 6,
            sends: &[Duration::ZERO],
            multicasts: 15,
            gentle: true,
            hasty: false,
            allowed_ports: Vec::new(),
        },
    },
    Profile {
        name: "standard",
        limits: STANDARD,
    },
    Profile {
        name: "fast",
        limits: Limits {
            arp_rate: 5000,
            arp_most: 5000,
            rate: 1000,
            host_rate: 20,
            connections: 512,
            connection_rate: 500,
            connect: Duration::from_millis(1200),
            connect_prompt: Duration::from_millis(300),
            pages: 8,
            sends: &[Duration::ZERO, Duration::from_millis(500)],
            multicasts: 30,
            gentle: false,
            hasty: true,
            allowed_ports: Vec::new(),
        },
    },
];

const STANDARD: Limits = Limits {
    arp_rate: 500,
    arp_most: 2000,
    rate: 300,
    host_rate: 5,
    connections: 128,
    connection_rate: 100,
    connect: Duration::from_millis(1200),
    connect_prompt: Duration::from_millis(1200),
    pages: 6,
    sends: &[Duration::ZERO, Duration::from_millis(250), Duration::from_millis(750)],
    multicasts: 45,
    gentle: false,
    hasty: false,
    allowed_ports: Vec::new(),
};

impl Default for Limits {
    /// The profile `standard`.
    fn default() -> Self {
        STANDARD
    }
}

/// One line of the table of profiles: what is limited, to what, and why.
pub struct Row {
    /// What is limited.
    pub what: &'static str,
    /// The limit in words.
    pub value: fn(&Limits) -> String,
    /// Why it is no more.
    pub why: &'static str,
}

/// The table of profiles.
pub const ROWS: &[Row] = &[
    Row {
        what: "ARP requests a second",
        value: |limits| match limits.arp_most > limits.arp_rate {
            true => format!(
                "{}; up to {} beyond 4096 addresses, while known hosts go on answering",
                limits.arp_rate, limits.arp_most
            ),
            false => limits.arp_rate.to_string(),
        },
        why: "arp-scan sends 500; a flood has taken whole networks down",
    },
    Row {
        what: "datagrams a second, in all",
        value: |limits| limits.rate.to_string(),
        why: "what scanners of control systems allow themselves: 300",
    },
    Row {
        what: "datagrams and new connections a second, to one host",
        value: |limits| limits.host_rate.to_string(),
        why: "a quarter of those scanners' 20",
    },
    Row {
        what: "connections open to one host",
        value: |_| CONNECTIONS_TO_A_HOST.to_string(),
        why: "recorders lock up at ten together, a Modbus card has four in all",
    },
    Row {
        what: "time in conversation with one host",
        value: |_| format!("{} s", TIME_FOR_A_HOST.as_secs()),
        why: "a host that drips its answers holds up no run",
    },
    Row {
        what: "connections open in all",
        value: |limits| limits.connections.to_string(),
        why: "256 have wedged the address translation of a virtual machine",
    },
    Row {
        what: "new connections a second",
        value: |limits| limits.connection_rate.to_string(),
        why: "the same",
    },
    Row {
        what: "new connections in ten seconds, to one host",
        value: |_| CONNECTIONS_IN_TEN_SECONDS.to_string(),
        why: "small web servers that are asked on and on stop answering",
    },
    Row {
        what: "wait for a connection",
        value: |limits| {
            let wait = |connect: Duration| {
                let repeated = if connect > SYN_REPEATED { "once" } else { "not" };
                format!("{} ms, its SYN {repeated} repeated", connect.as_millis())
            };
            match limits.connect_prompt < limits.connect {
                true => format!(
                    "{}; {} ms to a host that answers ARP at once and says nothing else",
                    wait(limits.connect),
                    limits.connect_prompt.as_millis()
                ),
                false => wait(limits.connect),
            }
        },
        why: "hosts that exist answer in milliseconds; the repetition is for a lost packet",
    },
    Row {
        what: "HTTP requests to one host, without a login",
        value: |limits| match limits.gentle {
            true => format!("{}, and none before a sign says camera", limits.pages),
            false => limits.pages.to_string(),
        },
        why: "web servers of cameras are slow and small",
    },
    Row {
        what: "multicast questions are sent",
        value: |limits| match limits.sends.len() {
            1 => "once".into(),
            times => format!("{times} times"),
        },
        why: "a lost packet costs no unit; the questions are the same, byte for byte",
    },
    Row {
        what: "after the last multicast question",
        value: |limits| match limits.hasty {
            true => "no longer than the hosts found need".into(),
            false => "4 s of listening".into(),
        },
        why: "devices may take their time before they answer",
    },
    Row {
        what: "datagrams by multicast and broadcast that a host may hear",
        value: |limits| limits.multicasts.to_string(),
        why: "all questions, so often; 1 in 15 only with `--l2-sadp`, 4 in 15 only with `--ipv6`",
    },
];

/// When the kernel repeats a SYN that nobody has answered.
const SYN_REPEATED: Duration = Duration::from_secs(1);

/// The profile of this name.
pub fn profile(name: &str) -> Option<&'static Profile> {
    PROFILES.iter().find(|profile| profile.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_profile_contradicts_itself_and_each_allows_more_than_the_one_before() {
        let numbers = |limits: &Limits| {
            [
                limits.arp_rate,
                limits.rate,
                limits.host_rate,
                limits.connections,
                limits.connection_rate,
                limits.pages,
            ]
        };
        for pair in PROFILES.windows(2) {
            let more = numbers(&pair[0].limits).into_iter().zip(numbers(&pair[1].limits));
            assert!(more.into_iter().all(|(less, more)| less <= more), "{pair:?}");
        }
        for Profile { limits, .. } in &PROFILES {
            assert!(limits.host_rate <= limits.rate, "{limits:?}");
        }
        assert_eq!(
            profile("standard").map(|profile| &profile.limits),
            Some(&Limits::default())
        );
    }
}
