//! How much of the network a run may use: a profile, single values in place of its own, and the table of profiles.

use super::Failure;
use super::args::LimitArgs;
use crate::net::profile::{PROFILES, ROWS, profile};
use crate::net::{FORBIDDEN_PORTS, Limits, Profile};

/// A limit that can be given in place of the profile's own.
struct Override {
    flag: &'static str,
    given: fn(&LimitArgs) -> Option<u32>,
    place: fn(&mut Limits) -> &mut u32,
}

const OVERRIDES: &[Override] = &[
    Override {
        flag: "--arp-rate",
        given: |args| args.arp_rate,
        place: |limits| &mut limits.arp_rate,
    },
    Override {
        flag: "--rate",
        given: |args| args.rate,
        place: |limits| &mut limits.rate,
    },
    Override {
        flag: "--host-rate",
        given: |args| args.host_rate,
        place: |limits| &mut limits.host_rate,
    },
    Override {
        flag: "--connections",
        given: |args| args.connections,
        place: |limits| &mut limits.connections,
    },
    Override {
        flag: "--connection-rate",
        given: |args| args.connection_rate,
        place: |limits| &mut limits.connection_rate,
    },
    Override {
        flag: "--pages",
        given: |args| args.pages,
        place: |limits| &mut limits.pages,
    },
];

/// The limits that the user wants.
///
/// # Errors
/// A value of zero, one above the fastest profile without `--i-know`, and limits that contradict each other.
pub fn resolve(args: &LimitArgs) -> Result<Limits, Failure> {
    let mut limits = profile(args.profile.name())
        .map(|profile| profile.limits.clone())
        .unwrap_or_default();
    let [.., fastest] = &PROFILES;
    let mut most = fastest.limits.clone();
    // Whoever names a rate wants that one.
    limits.arp_most = args.arp_rate.unwrap_or(limits.arp_most);
    for Override { flag, given, place } in OVERRIDES {
        let Some(value) = given(args) else { continue };
        let most = *place(&mut most);
        if value == 0 {
            return Err(Failure::usage(format!("{flag} 0 would ask nobody"), "name 1 or more"));
        }
        if value > most && !args.i_know {
            return Err(Failure::usage(
                format!("{flag} {value} is above the {most} of the profile {:?}", fastest.name),
                "name less, or add --i-know if you know that the network and every device on it bear it",
            ));
        }
        *place(&mut limits) = value;
    }
    if limits.host_rate > limits.rate {
        return Err(Failure::usage(
            format!(
                "{} datagrams a second to one host (--host-rate) are more than the {} in all (--rate)",
                limits.host_rate, limits.rate
            ),
            "name a lower --host-rate or a higher --rate",
        ));
    }
    limits.allowed_ports = allowed_ports(&args.allow_port)?;
    Ok(limits)
}

fn allowed_ports(ports: &[u16]) -> Result<Vec<u16>, Failure> {
    match ports.iter().find(|port| !FORBIDDEN_PORTS.contains(port)) {
        Some(port) => Err(Failure::usage(
            format!("--allow-port {port}: that port is not forbidden"),
            "leave it out; docs/what-it-sends.md names those that are",
        )),
        None => Ok(ports.to_vec()),
    }
}

/// The profiles as a table in Markdown.
pub fn table() -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let columns = |cell: &dyn Fn(&Profile) -> String| PROFILES.iter().map(cell).collect::<Vec<_>>();
    let row = |what: &str, cells: Vec<String>, why: &str| {
        let all: Vec<String> = [vec![what.to_owned()], cells, vec![why.to_owned()]].concat();
        line(&all)
    };
    let heads = columns(&|profile| match profile.limits == Limits::default() {
        true => format!("`{}` (default)", profile.name),
        false => format!("`{}`", profile.name),
    });
    let rows = ROWS
        .iter()
        .map(|each| row(each.what, columns(&|profile| (each.value)(&profile.limits)), each.why));
    let ruler = columns(&|_| "---".into());
    [row("what", heads, "why no more"), row("---", ruler, "---")]
        .into_iter()
        .chain(rows)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::ProfileName;
    use crate::cli::exit::Code;

    #[test]
    fn single_values_take_the_place_of_the_profiles() {
        let args = LimitArgs {
            profile: ProfileName::Clinical,
            arp_rate: Some(20),
            ..LimitArgs::default()
        };
        let limits = resolve(&args).unwrap();
        assert_eq!((limits.arp_rate, limits.rate, limits.gentle), (20, 50, true));
        assert_eq!(resolve(&LimitArgs::default()).unwrap(), Limits::default());
    }

    #[test]
    fn what_cannot_be_meant_is_refused_in_one_line() {
        let none = LimitArgs::default;
        let table = [
            (
                LimitArgs {
                    rate: Some(0),
                    ..none()
                },
                "--rate 0",
            ),
            (
                LimitArgs {
                    pages: Some(9),
                    ..none()
                },
                "above the 8",
            ),
            (
                LimitArgs {
                    arp_rate: Some(5001),
                    ..none()
                },
                "above the 5000",
            ),
            (
                LimitArgs {
                    rate: Some(4),
                    ..none()
                },
                "(--host-rate) are more",
            ),
            (
                LimitArgs {
                    rate: Some(3000),
                    host_rate: Some(4000),
                    i_know: true,
                    ..none()
                },
                "4000 datagrams a second to one host",
            ),
            (
                LimitArgs {
                    allow_port: vec![9100, 80],
                    ..none()
                },
                "--allow-port 80: that port is not forbidden",
            ),
        ];
        for (args, part) in table {
            let failure = resolve(&args).unwrap_err();
            assert!(failure.message.contains(part), "{failure:?}");
            assert_eq!((failure.code, failure.hint.is_some()), (Code::Usage, true));
        }
        let known = LimitArgs {
            arp_rate: Some(100_000),
            i_know: true,
            ..none()
        };
        assert_eq!(resolve(&known).unwrap().arp_rate, 100_000);
    }
}
