//! Sites: which network is where, as the user says.

use std::net::IpAddr;

use ipnetwork::IpNetwork;
use serde::Deserialize;
use toml::Spanned;

use super::model::{Report, Site};
use crate::identify::Behind;

/// The sites of a run.
#[derive(Debug, Clone, Default)]
pub struct Sites {
    sites: Vec<Site>,
    /// Each network, with the place of its site. None where there is one site for everything.
    networks: Option<Vec<(IpNetwork, usize)>>,
}

/// What is wrong with a file that the user wrote, and where, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The first byte of what is wrong.
    pub at: usize,
    /// What it is.
    pub why: String,
}

impl Wrong {
    fn new<T>(what: &Spanned<T>, why: impl Into<String>) -> Wrong {
        Wrong {
            at: what.span().start,
            why: why.into(),
        }
    }
}

impl From<toml::de::Error> for Wrong {
    fn from(error: toml::de::Error) -> Wrong {
        Wrong {
            at: error.span().map_or(0, |span| span.start),
            why: error.message().to_owned(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entries {
    site: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: Spanned<String>,
    networks: Spanned<Vec<Spanned<String>>>,
    #[serde(default)]
    sensitive: bool,
}

impl Sites {
    /// Everything is at this one.
    pub fn one(name: &str) -> Sites {
        let site = Site {
            name: name.to_owned(),
            networks: Vec::new(),
            sensitive: false,
        };
        Sites {
            sites: vec![site],
            networks: None,
        }
    }

    /// Those that a report names.
    pub fn named(sites: &[Site]) -> Sites {
        let network = |(place, site): (usize, &Site)| -> Vec<(IpNetwork, usize)> {
            let networks = site.networks.iter().filter_map(|network| network.parse().ok());
            networks.map(|network| (network, place)).collect()
        };
        let is_one = matches!(sites, [site] if site.networks.is_empty());
        Sites {
            sites: sites.to_vec(),
            networks: (!is_one).then(|| sites.iter().enumerate().flat_map(network).collect()),
        }
    }

    /// Reads a file of sites.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn from_toml(text: &str) -> Result<Sites, Wrong> {
        let entries: Entries = toml::from_str(text)?;
        let mut sites = Sites {
            sites: Vec::new(),
            networks: Some(Vec::new()),
        };
        entries.site.into_iter().try_for_each(|entry| sites.push(entry))?;
        Ok(sites)
    }

    fn push(&mut self, entry: Entry) -> Result<(), Wrong> {
        let name = entry.name.get_ref().trim();
        if name.is_empty() {
            return Err(Wrong::new(&entry.name, "the site has no name"));
        }
        if self.sites.iter().any(|site| site.name == name) {
            return Err(Wrong::new(&entry.name, format!("there are two sites {name:?}")));
        }
        if entry.networks.get_ref().is_empty() {
            return Err(Wrong::new(&entry.networks, format!("the site {name:?} has no network")));
        }
        for network in entry.networks.get_ref() {
            self.push_network(network)?;
        }
        self.sites.push(Site {
            name: name.to_owned(),
            networks: entry
                .networks
                .into_inner()
                .into_iter()
                .map(Spanned::into_inner)
                .collect(),
            sensitive: entry.sensitive,
        });
        Ok(())
    }

    /// A network of the site that is pushed next.
    fn push_network(&mut self, text: &Spanned<String>) -> Result<(), Wrong> {
        let place = self.sites.len();
        let networks = self.networks.get_or_insert_default();
        let network: IpNetwork = text
            .get_ref()
            .parse()
            .map_err(|_| Wrong::new(text, format!("{:?} is no network (10.4.0.0/16)", text.get_ref())))?;
        let same = |(other, _): &&(IpNetwork, usize)| {
            (other.network(), other.prefix()) == (network.network(), network.prefix())
        };
        match networks.iter().find(same) {
            Some(_) => Err(Wrong::new(text, format!("{network} is given to a site twice"))),
            None => {
                networks.push((network, place));
                Ok(())
            }
        }
    }

    /// Says of each device at which site it is, in place of what was said before.
    pub fn assign(&self, report: &mut Report) {
        report.sites.clone_from(&self.sites);
        for device in &mut report.devices {
            let site = self.of(&device.addresses, device.behind.as_ref());
            device.site = site.map(|site| site.name.clone());
        }
    }

    /// A camera that only its recorder speaks of is where the recorder is: its address may be of a network of the
    /// recorder's own.
    pub fn of(&self, addresses: &[String], behind: Option<&Behind>) -> Option<&Site> {
        let place = match (&self.networks, behind) {
            (None, _) => Some(0),
            (Some(networks), Some(behind)) => longest(networks, &behind.recorder),
            (Some(networks), None) => addresses.iter().find_map(|address| longest(networks, address)),
        };
        self.sites.get(place?)
    }
}

/// The site of the longest prefix that an address is in.
fn longest(networks: &[(IpNetwork, usize)], address: &str) -> Option<usize> {
    let address: IpAddr = address.parse().ok()?;
    let mine = networks.iter().filter(|(network, _)| network.contains(address));
    mine.max_by_key(|(network, _)| network.prefix())
        .map(|(_, place)| *place)
}

#[cfg(test)]
mod tests {
    use super::super::sample::{device, report};
    use super::*;

    const FILE: &str = r#"
[[site]]
name = "Trust"
networks = ["10.0.0.0/8", "fd00::/8"]

[[site]]
name = "Hill School"
networks = ["10.4.0.0/16"]
sensitive = true

[[site]]
name = "Hill School, server room"
networks = ["10.4.9.7/32"]
"#;

    #[test]
    fn the_longest_prefix_wins() {
        let table = [
            ("10.1.2.3", Some("Trust")),
            ("10.4.2.3", Some("Hill School")),
            ("10.4.9.7", Some("Hill School, server room")),
            ("fd00::7", Some("Trust")),
            ("192.168.1.64", None),
            ("a label", None),
        ];
        let mut report = report(table.map(|(address, _)| device(address, Some("dahua"))).to_vec());
        Sites::from_toml(FILE).unwrap().assign(&mut report);
        for (device, (address, site)) in report.devices.iter().zip(table) {
            assert_eq!(device.site.as_deref(), site, "{address}");
        }
        assert_eq!(report.sites.iter().filter(|site| site.sensitive).count(), 1);
        // Another file takes the place of the first.
        Sites::one("Annexe").assign(&mut report);
        assert!(
            report
                .devices
                .iter()
                .all(|device| device.site.as_deref() == Some("Annexe"))
        );
    }

    #[test]
    fn what_is_behind_a_recorder_is_where_the_recorder_is() {
        let mut camera = device("10.4.9.7", Some("dahua"));
        camera.behind = Some(Behind {
            recorder: "10.4.0.20".into(),
            channel: "1".into(),
        });
        let mut report = report(vec![camera]);
        Sites::from_toml(FILE).unwrap().assign(&mut report);
        assert_eq!(report.devices[0].site.as_deref(), Some("Hill School"));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let table = [
            (
                "[[site]]\nname = \"a\"\nnetworks = [\"10.0.0.300\"]",
                3,
                "\"10.0.0.300\" is no network",
            ),
            ("[[site]]\nname = \"a\"\nnetworks = []", 3, "has no network"),
            ("[[site]]\nname = \" \"\nnetworks = [\"10.0.0.0/8\"]", 2, "has no name"),
            ("[[site]]\nname = \"a\"\ncolour = 1", 3, "unknown field"),
            ("[[site]]\nname = 7", 2, "invalid type"),
            (
                "[[site]]\nname = \"a\"\nnetworks = [\n\"10.0.0.0/8\",\n\"10.0.0.1/8\"]",
                5,
                "10.0.0.1/8 is given to a site twice",
            ),
            (
                "[[site]]\nname = \"a\"\nnetworks = [\"10.0.0.0/8\"]\n[[site]]\nname = \"a\"\nnetworks = [\"11.0.0.0/8\"]",
                5,
                "two sites \"a\"",
            ),
            ("sites", 1, "expected"),
        ];
        for (text, line, why) in table {
            let wrong = Sites::from_toml(text).unwrap_err();
            assert_eq!(text[..wrong.at].matches('\n').count() + 1, line, "{text:?}: {wrong:?}");
            assert!(wrong.why.contains(why), "{text:?}: {wrong:?}");
        }
    }
}
