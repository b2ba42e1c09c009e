//! The IEEE registry of MAC address blocks: who a prefix is registered to.

use std::borrow::Cow;

use mac_address::MacAddress;

use super::table;

/// Where a registry came from, for `camsweep data` and the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// The day of the listing, `YYYY-MM-DD`; absent for a file of the user's.
    pub date: Option<String>,
    /// How many rows were read.
    pub rows: usize,
    /// The SHA-256 of the built-in table, in hexadecimal; absent for a file of the user's.
    pub sha256: Option<String>,
}

/// What the registry says of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup<'a> {
    /// The block is registered to this organisation.
    Organisation(&'a str),
    /// The block is registered, and its owner keeps the name to himself.
    Private,
    /// Nobody, as far as this registry knows; also the unassigned rest of a block that the IEEE divides.
    Unregistered,
    /// The local bit is set: the address was made up on the device. A few such prefixes are registered as company ids.
    LocallyAdministered(Option<&'a str>),
    /// The group bit is set: no device has such an address.
    Multicast,
}

impl<'a> Lookup<'a> {
    /// The organisation that the block is registered to.
    pub fn organisation(self) -> Option<&'a str> {
        match self {
            Lookup::Organisation(name) => Some(name),
            _ => None,
        }
    }
}

/// A registry of MAC address blocks.
#[derive(Debug, Clone)]
pub struct Registry {
    table: Cow<'static, [u8]>,
    provenance: Provenance,
}

const BUILTIN: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/registry.bin"));
const BUILTIN_PROVENANCE: (&str, usize, &str) = include!(concat!(env!("OUT_DIR"), "/registry.rs"));
const HEADER: usize = 16;

impl Registry {
    /// The registry that the program carries.
    pub fn builtin() -> Self {
        let (date, rows, sha256) = BUILTIN_PROVENANCE;
        let provenance = Provenance {
            date: Some(date.into()),
            rows,
            sha256: Some(sha256.into()),
        };
        Registry {
            table: Cow::Borrowed(BUILTIN),
            provenance,
        }
    }

    /// A registry from a CSV text: `prefix,organisation`, or as the IEEE publishes it.
    ///
    /// # Errors
    /// Names the first line that cannot be read.
    pub fn from_csv(csv: &str) -> Result<Self, String> {
        let rows = table::rows(csv)?;
        let provenance = Provenance {
            date: None,
            rows: rows.len(),
            sha256: None,
        };
        Ok(Registry {
            table: Cow::Owned(table::build(rows)),
            provenance,
        })
    }

    /// Where it came from.
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// Whom an address's block is registered to, the longest prefix first.
    pub fn lookup(&self, mac: MacAddress) -> Lookup<'_> {
        let (bytes, number) = (mac.bytes(), number(mac));
        let mut kinds = (0..table::LENGTHS.len()).rev();
        let name = kinds.find_map(|kind| self.find(kind, number >> (48 - table::LENGTHS[kind])));
        match name {
            _ if bytes[0] & 1 != 0 => Lookup::Multicast,
            _ if bytes[0] & 2 != 0 => match name {
                Some(name) if !is_unnamed(name) => Lookup::LocallyAdministered(Some(name)),
                _ => Lookup::LocallyAdministered(None),
            },
            Some("Private") => Lookup::Private,
            Some(name) if !is_unnamed(name) => Lookup::Organisation(name),
            _ => Lookup::Unregistered,
        }
    }

    /// Every prefix that is registered to exactly this organisation, as upper-case hexadecimal digits.
    pub fn prefixes_of(&self, organisation: &str) -> Vec<String> {
        let mut found = Vec::new();
        for (kind, length) in table::LENGTHS.iter().enumerate() {
            let first = self.first(kind);
            let rows = (first..first + self.count(kind)).filter(|&row| self.name(row) == organisation);
            found.extend(rows.map(|row| format!("{:0width$X}", self.prefix(row), width = *length as usize / 4)));
        }
        found
    }

    /// The organisations of all rows, where a block has several as one.
    pub fn organisations(&self) -> impl Iterator<Item = &str> {
        (0..self.first(table::LENGTHS.len())).map(|row| self.name(row))
    }

    fn find(&self, kind: usize, prefix: u64) -> Option<&str> {
        let (mut low, mut high) = (self.first(kind), self.first(kind) + self.count(kind));
        while low < high {
            let middle = (low + high) / 2;
            match self.prefix(middle).cmp(&prefix) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(self.name(middle)),
            }
        }
        None
    }

    fn count(&self, kind: usize) -> usize {
        self.number(kind * 4)
    }

    fn first(&self, kind: usize) -> usize {
        (0..kind).map(|kind| self.count(kind)).sum()
    }

    fn prefix(&self, row: usize) -> u64 {
        let at = HEADER + row * 8;
        u64::from_le_bytes(self.table[at..at + 8].try_into().expect("eight bytes"))
    }

    fn name(&self, row: usize) -> &str {
        let rows = self.first(table::LENGTHS.len());
        let ends = HEADER + rows * 12;
        let names = ends + self.count(3) * 4;
        let id = self.number(HEADER + rows * 8 + row * 4);
        let from = if id == 0 { 0 } else { self.number(ends + (id - 1) * 4) };
        let bytes = &self.table[names + from..names + self.number(ends + id * 4)];
        std::str::from_utf8(bytes).expect("the table was built from strings")
    }

    fn number(&self, at: usize) -> usize {
        u32::from_le_bytes(self.table[at..at + 4].try_into().expect("four bytes")) as usize
    }
}

/// The 48 bits of an address.
pub(super) fn number(mac: MacAddress) -> u64 {
    mac.bytes()
        .iter()
        .fold(0, |number, &byte| number << 8 | u64::from(byte))
}

/// The IEEE keeps the blocks that it divides, and those it never sold, under its own name.
fn is_unnamed(organisation: &str) -> bool {
    organisation.eq_ignore_ascii_case("IEEE Registration Authority") || organisation == "Private"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::parse_mac;
    use proptest::prelude::*;

    fn look<'a>(registry: &'a Registry, mac: &str) -> Lookup<'a> {
        registry.lookup(parse_mac(mac).expect("a MAC address"))
    }

    #[test]
    fn known_prefixes_have_their_owners() {
        let registry = Registry::builtin();
        let table = [
            ("44:47:cc:00:00:01", "Hangzhou Hikvision Digital Technology Co.,Ltd."),
            ("3c:ef:8c:00:00:01", "Zhejiang Dahua Technology Co., Ltd."),
            ("b0:b3:53:60:00:01", "Hangzhou Hikrobot Technology Co., Ltd."),
            ("40:2c:76:10:00:01", "Shanghai Dahua Scale Factory"),
            ("8c:1f:64:f4:b0:01", "JOREX LOREX INDIA PRIVATE LIMITED"),
        ];
        for (mac, owner) in table {
            assert_eq!(look(&registry, mac), Lookup::Organisation(owner), "{mac}");
        }
    }

    #[test]
    fn addresses_that_name_nobody_are_said_to() {
        let registry = Registry::from_csv(
            "prefix,organisation\n001122,IEEE Registration Authority\n0011223,Private\nEA2701,\"ACCE, Inc\"\n",
        )
        .expect("a registry");
        assert_eq!(look(&registry, "00:11:22:00:00:01"), Lookup::Unregistered);
        assert_eq!(look(&registry, "00:11:22:30:00:01"), Lookup::Private);
        assert_eq!(
            look(&registry, "ea:27:01:00:00:01"),
            Lookup::LocallyAdministered(Some("ACCE, Inc"))
        );
        assert_eq!(look(&registry, "02:00:00:00:00:01"), Lookup::LocallyAdministered(None));
        assert_eq!(look(&registry, "01:00:5e:00:00:01"), Lookup::Multicast);
    }

    #[test]
    fn a_block_with_several_owners_names_them_all() {
        let registry = Registry::builtin();
        for mac in ["08:00:30:00:00:01", "00:01:c8:00:00:01"] {
            assert!(
                look(&registry, mac)
                    .organisation()
                    .is_some_and(|name| name.contains(" / ")),
                "{mac}"
            );
        }
    }

    #[test]
    fn the_ieee_form_is_read_and_a_bad_line_is_named() {
        let ieee =
            "Registry,Assignment,Organization Name,Organization Address\r\nMA-L,4447CC,\"A \"\"B\"\"\",\"x\r\ny\"\r\n";
        let registry = Registry::from_csv(ieee).expect("the IEEE's form");
        assert_eq!(look(&registry, "44:47:cc:00:00:01").organisation(), Some("A \"B\""));
        let table = [
            ("", "line 1"),
            ("a,b\n", "line 1"),
            ("prefix,organisation\n4447CC,A\n4447C,B\n", "line 3"),
            ("prefix,organisation\n4447CC\n", "line 2"),
            ("prefix,organisation\n4447CC,\"A\n", "line 2"),
            ("prefix,organisation\n+447CC,A\n", "line 2"),
        ];
        for (csv, line) in table {
            let error = Registry::from_csv(csv).map(|_| ()).expect_err(csv);
            assert!(error.contains(line), "{csv:?}: {error}");
        }
    }

    #[test]
    fn the_builtin_registry_is_whole() {
        let registry = Registry::builtin();
        assert_eq!(registry.provenance().rows, 40_347 + 6_641 + 7_234 + 4_575 + 221);
        assert_eq!(registry.provenance().date.as_deref(), Some("2026-10-17"));
        assert_eq!(registry.provenance().sha256.as_deref().map(str::len), Some(64));
    }

    proptest! {
        #[test]
        fn lookup_agrees_with_the_naive_one(rows in prop::collection::vec((0..3usize, 0..64u64), 0..40), tail in 0..64u64) {
            let digits = [6, 7, 9];
            let rows: Vec<(String, String)> = rows.into_iter().enumerate()
                .map(|(n, (kind, number))| (format!("{number:0width$X}", width = digits[kind]), format!("n{n:02}")))
                .collect();
            let csv = rows.iter().fold("prefix,organisation\n".to_string(), |csv, (p, o)| format!("{csv}{p},{o}\n"));
            let registry = Registry::from_csv(&csv).expect("rows of ours");
            for shift in [12, 20, 24] {
                let text = format!("{:012X}", tail << shift);
                let longest = rows.iter().filter(|row| text.starts_with(&row.0)).map(|row| row.0.len()).max();
                let mut owners: Vec<&str> =
                    rows.iter().filter(|row| Some(row.0.len()) == longest && text.starts_with(&row.0)).map(|row| row.1.as_str()).collect();
                owners.sort_unstable();
                let bytes: Vec<u8> = (0..6).map(|n| u8::from_str_radix(&text[n * 2..n * 2 + 2], 16).expect("digits")).collect();
                let found = registry.lookup(MacAddress::new(bytes.try_into().expect("six")));
                if bytes_are_universal(&text) {
                    let expected = (!owners.is_empty()).then(|| owners.join(" / "));
                    prop_assert_eq!(found.organisation().map(str::to_string), expected);
                }
            }
        }

        #[test]
        fn no_text_breaks_the_reader(text in ".*") {
            let _ = Registry::from_csv(&text);
            let _ = Registry::from_csv(&format!("prefix,organisation\n{text}"));
        }
    }

    fn bytes_are_universal(text: &str) -> bool {
        u8::from_str_radix(&text[..2], 16).is_ok_and(|byte| byte & 3 == 0)
    }
}
