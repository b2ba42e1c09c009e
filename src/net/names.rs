//! Names by reverse DNS, from the resolvers that this machine uses anyway.

use std::net::IpAddr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::proto::rr::RData;
use tokio::time::timeout;

/// So many failures before the first answer, and the resolvers are given up.
const PATIENCE: u32 = 3;
/// With one try of 2 s for each resolver that the system names, this is the end of it.
const DEADLINE: Duration = Duration::from_secs(5);
/// The longest name in DNS (RFC 1035, 3.1), in characters without the last dot.
const LONGEST: usize = 253;

/// Asks for names.
#[derive(Default)]
pub(super) struct Names {
    resolver: OnceLock<Option<TokioResolver>>,
    /// Failures in a row before the first answer; after an answer it counts no more.
    failures: AtomicU32,
    answered: OnceLock<()>,
}

impl Names {
    /// The name of an address. Never asks for addresses that no resolver can know.
    pub(super) async fn name_of(&self, address: IpAddr) -> Option<String> {
        let address = address.to_canonical();
        if !worth_asking(address) || self.failures.load(Ordering::Relaxed) >= PATIENCE {
            return None;
        }
        let resolver = self.resolver.get_or_init(resolver).as_ref()?;
        match timeout(DEADLINE, resolver.reverse_lookup(address)).await {
            Ok(Ok(lookup)) => {
                self.note(true);
                lookup.answers().iter().find_map(|record| match &record.data {
                    RData::PTR(name) => tidy(&name.to_string()),
                    _ => None,
                })
            }
            Ok(Err(error)) => {
                self.note(error.is_no_records_found() || error.is_nx_domain());
                None
            }
            Err(_) => {
                self.note(false);
                None
            }
        }
    }

    fn note(&self, answered: bool) {
        if answered {
            self.answered.get_or_init(|| ());
            self.failures.store(0, Ordering::Relaxed);
        } else if self.answered.get().is_none() {
            self.failures.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn resolver() -> Option<TokioResolver> {
    let mut builder = TokioResolver::builder_tokio().ok()?;
    let options = builder.options_mut();
    options.timeout = Duration::from_secs(2);
    options.attempts = 1;
    builder.build().ok()
}

fn worth_asking(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(ip) => {
            !(ip.octets()[0] == 0 || ip.is_loopback() || ip.is_link_local() || ip.is_multicast() || ip.is_broadcast())
        }
        IpAddr::V6(ip) => !(ip.is_unspecified() || ip.is_loopback() || ip.is_unicast_link_local() || ip.is_multicast()),
    }
}

fn tidy(name: &str) -> Option<String> {
    let name = name.trim_end_matches('.');
    (!name.is_empty() && name.len() <= LONGEST).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_nobody_else_knows_are_never_asked_for() {
        for address in [
            "127.0.0.1",
            "127.9.9.9",
            "169.254.1.1",
            "0.0.0.0",
            "::1",
            "fe80::1",
            "::",
            "224.0.0.1",
        ] {
            assert!(!worth_asking(address.parse().unwrap()), "{address}");
        }
        assert!(worth_asking("192.0.2.1".parse().unwrap()));
    }

    #[tokio::test]
    async fn no_resolver_is_even_built_for_the_loopback() {
        let names = Names::default();
        assert_eq!(names.name_of("127.0.0.1".parse().unwrap()).await, None);
        assert_eq!(names.name_of("::ffff:127.0.0.1".parse().unwrap()).await, None);
        assert!(names.resolver.get().is_none());
    }

    #[tokio::test]
    async fn resolvers_that_never_answered_are_given_up() {
        let names = Names::default();
        for _ in 0..PATIENCE {
            names.note(false);
        }
        assert_eq!(names.name_of("192.0.2.1".parse().unwrap()).await, None);
        assert!(names.resolver.get().is_none());
    }

    #[test]
    fn names_are_cut_off_by_length_only() {
        assert_eq!(tidy("cam.example."), Some("cam.example".into()));
        assert_eq!(tidy("."), None);
        assert_eq!(tidy(&"a".repeat(254)), None);
    }
}
