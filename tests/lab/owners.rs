//! The estate's MAC addresses belong to whom its devices would have them from, by the registry's own words.

use crate::estate;
use crate::host::Host;

/// Whose the prefix is, in a word of the registry's, for whatever is not sold under its maker's name.
const OTHERS: &[(&str, &str)] = &[
    ("34c6dd", "Ezviz"),
    ("28f366", "BILIAN"),
    ("9c8ecd", "Amcrest"),
    ("4c5e0c", "Routerboard"),
    ("accc8e", "Axis"),
    ("48ea63", "Uniview"),
    ("ec71db", "Reolink"),
    ("000918", "SAMSUNG TECHWIN"),
    ("48022a", "B-Link"),
    ("001231", "Motion Control Systems"),
    ("001bc5", "IEEE Registration Authority"),
    ("3cd92b", "Hewlett Packard"),
    ("008077", "Brother"),
    ("001132", "Synology"),
    ("005056", "VMware"),
    ("000e8e", "SparkLAN"),
    ("402c761", "Shanghai Dahua Scale Factory"),
    ("b827eb", "Raspberry Pi"),
    ("f8b156", "Dell"),
    ("0012fb", "Samsung Electronics"),
    // Telephones make up an address under a prefix that the registry gives for local use.
    ("daa119", "Google"),
];

/// What the owner's name must contain.
fn wanted(host: &Host) -> &'static str {
    let mac = host.mac.replace(':', "");
    let other = OTHERS.iter().find(|(prefix, _)| mac.starts_with(prefix));
    match (other, host.expect.maker) {
        (Some((_, word)), _) => word,
        (None, Some("hikvision")) => "Hikvision",
        (None, Some("dahua")) => "Zhejiang Dahua Technology",
        _ => panic!("{} has a prefix that is not in the table", host.ip),
    }
}

/// To whom the registry gives the smallest block that holds this MAC; `registry` has the small blocks first.
fn owner<'a>(registry: &'a [(usize, String)], mac: &str) -> Option<&'a str> {
    let mac = mac.replace(':', "").to_uppercase();
    let line = |(digits, list): &'a (usize, String)| {
        let line = list.lines().find(|line| line.split(',').next() == mac.get(..*digits));
        line.and_then(|line| line.split_once(','))
    };
    registry.iter().find_map(line).map(|(_, owner)| owner)
}

#[test]
fn the_estates_macs_are_those_of_its_makers() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/oui-data/ieee");
    let read = |list| std::fs::read_to_string(format!("{folder}/{list}.csv")).expect("the registry is in the tree");
    let lists = [(9, "ma-s"), (9, "iab"), (7, "ma-m"), (6, "ma-l"), (6, "cid")];
    let registry = lists.map(|(digits, list)| (digits, read(list)));
    for host in estate::all() {
        let (owner, wanted) = (owner(&registry, host.mac), wanted(host));
        assert!(
            owner.is_some_and(|owner| owner.contains(wanted)),
            "{}: {owner:?}, not {wanted}",
            host.ip
        );
    }
}
