//! Fragile neighbours: whoever may be one gets no unicast beyond ARP in the profile `clinical`.

use mac_address::MacAddress;

use super::*;
use crate::identify::fragile;
use crate::judge::facts_of;

impl<D: Door> Run<'_, D> {
    /// Whether a host gets no unicast; why is entered into the account.
    pub(super) fn is_fenced(&mut self, host: IpAddr) -> bool {
        let why = self.plan.limits.gentle.then(|| self.why_fragile(host)).flatten();
        let fenced = why.is_some();
        let why = why.map(|why| (host.to_string(), why));
        self.ledger.coverage.fenced.extend(why);
        fenced
    }

    /// A target of which this machine's neighbour table has a fragile MAC on an interface that it is not looked for by: the
    /// same address may belong to somebody else beyond a router, and rather that one is not asked.
    pub(super) fn fence_by(&mut self, row: &Neighbour, mac: MacAddress) {
        let is_target = self.plan.limits.gentle && self.scope.contains(row.address);
        let reply = Reply {
            interface: Some(row.interface.clone()),
            at: Some(self.door.now()),
            asked: Some("table".into()),
            ..Reply::new(row.address.to_string(), Protocol::Neighbour, mac.to_string())
        };
        let is_fragile = || fragile::why(&facts_of(std::slice::from_ref(&reply)), &self.knowledge.registry).is_some();
        if is_target && is_fragile() {
            self.keep(reply);
            self.found(row.address);
        }
    }

    fn why_fragile(&self, host: IpAddr) -> Option<String> {
        let addresses = [vec![host], self.families.others(host)].concat();
        let replies: Vec<Reply> = addresses
            .into_iter()
            .flat_map(|address| self.ledger.of(address))
            .collect();
        fragile::why(&facts_of(&replies), &self.knowledge.registry)
    }

    /// Whether a neighbour may yet turn out to be fragile: it has been heard, and its MAC is not known.
    pub(super) fn is_unknown_neighbour(&self, host: IpAddr) -> bool {
        let is_neighbour = || self.segment_of(host).is_some();
        let has_mac = || fragile::has_mac(&facts_of(&self.ledger.of(host)));
        self.plan.limits.gentle && is_neighbour() && !has_mac()
    }

    /// The neighbours that were not looked for one by one, because nothing but unicast to everybody would have found
    /// them.
    pub(super) fn not_looked_for(&self) -> Ranges {
        let blind = |sweep: &&Sweep| {
            matches!(sweep.presence, Presence::None) && (self.plan.limits.gentle || self.plan.hosts_only)
        };
        let sweeps = self.sweeps.iter().filter(blind);
        sweeps.fold(Ranges::default(), |all, sweep| all.union(&sweep.segment.targets))
    }

    /// What the reader must know of whom the fence cannot see.
    pub(super) fn beyond_the_fence(&self) -> Option<String> {
        let routed = &self.plan.routed;
        (self.plan.limits.gentle && !routed.is_empty()).then(|| {
            format!(
                "Beyond a router no MAC is seen: {} addresses there were asked by datagrams, and only who then said \
                 what it is could be fenced; who became silent there is not noticed (--exclude leaves an address out \
                 altogether).",
                routed.len()
            )
        })
    }

    /// What is not known of the neighbours that were heard and never showed a MAC.
    pub(super) fn without_mac(&self) -> Option<BlindSpot> {
        let hosts: Ranges = self.hosts.unknown.iter().copied().collect();
        (!hosts.is_empty()).then(|| BlindSpot {
            what: format!("what {hosts} would answer to questions of their own"),
            why: "the profile clinical asks no neighbour whose MAC is not known: it may be fragile".into(),
            remedy: "run with sudo, so that ARP shows the MAC".into(),
        })
    }
}
