//! Whether the interfaces of a run stay as they were when it began. A cable that is pulled makes no send fail: without a
//! look at the interface all who are behind it were silent, and "none found" would be believed.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use super::Interface;

/// How often it is looked: a look costs a few hundred calls of the system.
const EVERY: Duration = Duration::from_secs(1);

/// What became of interfaces, and when to look again.
#[derive(Debug, Default)]
pub(super) struct Watch {
    next: Option<Instant>,
    faults: BTreeMap<String, &'static str>,
}

impl Watch {
    /// Every fault so far, by the name of the interface; `look` lists the interfaces of now.
    pub(super) fn faults(
        &mut self,
        before: &[Interface],
        look: impl FnOnce() -> std::io::Result<Vec<Interface>>,
    ) -> BTreeMap<String, &'static str> {
        let now = Instant::now();
        if self.next.is_none_or(|next| next <= now) {
            self.next = Some(now + EVERY);
            // What cannot be listed is not known to have changed.
            let found = look().unwrap_or_else(|_| before.to_vec());
            for interface in before.iter().filter(|interface| interface.up) {
                if let Some(fault) = fault(interface, &found) {
                    self.faults.insert(interface.name.clone(), fault);
                }
            }
        }
        self.faults.clone()
    }
}

fn fault(before: &Interface, found: &[Interface]) -> Option<&'static str> {
    let now = found
        .iter()
        .find(|now| (now.index, &now.name) == (before.index, &before.name));
    match now {
        None => Some("the interface was taken away in the midst of the run"),
        Some(now) if !now.up => Some("the interface went down, or its cable was pulled, in the midst of the run"),
        Some(now) if !before.ipv4.iter().all(|address| now.ipv4.contains(address)) => {
            Some("the interface lost an IPv4 address in the midst of the run")
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interface(up: bool, address: &str) -> Interface {
        Interface {
            name: "eth0".into(),
            index: 2,
            mac: None,
            ipv4: vec![address.parse().expect("a network")],
            ipv6: Vec::new(),
            up,
            broadcast: true,
            loopback: false,
            is_virtual: false,
            routes: Vec::new(),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_fault_is_remembered_when_it_is_over() {
        let before = [interface(true, "192.0.2.1/24")];
        let table = [
            (vec![interface(true, "192.0.2.1/24")], None),
            (Vec::new(), Some("taken away")),
            (vec![interface(false, "192.0.2.1/24")], Some("went down")),
            (vec![interface(true, "192.0.2.9/24")], Some("lost an IPv4 address")),
        ];
        for (found, expected) in table {
            let mut watch = Watch::default();
            watch.faults(&before, || Ok(found));
            tokio::time::advance(EVERY).await;
            let faults = watch.faults(&before, || Ok(before.to_vec()));
            let fault = faults.get("eth0").copied();
            assert!(fault.is_some() == expected.is_some(), "{fault:?}");
            assert!(
                fault.is_none_or(|fault| fault.contains(expected.unwrap_or_default())),
                "{fault:?}"
            );
        }
    }
}
