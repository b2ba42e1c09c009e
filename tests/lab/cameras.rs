//! The cameras' side: a process in a namespace of its own that dresses it and plays the estate.

use crate::cable::{self, Cable};
use crate::estate;
use crate::host::Host;
use crate::stage::run;
use crate::tcp::LEDGER;
use crate::{announce, arp, below, changing, crier, crowd, ledger, mortal, over_ipv6, play, rogue, sys};

/// The cameras' process: waits for its interfaces, dresses the namespace, plays until its stdin closes.
pub fn cameras() {
    let Some(ledger) = std::env::var_os(LEDGER) else { return };
    println!("\nNAMESPACE");
    let mut macs = String::new();
    std::io::stdin()
        .read_line(&mut macs)
        .expect("the test writes the scanner's MACs");
    let (first, second) = macs.trim().split_once(' ').expect("two MACs");
    if let Some(cable) = cable::bad() {
        lay_cable(cable, first).expect("a bad cable can be laid");
    }
    dress(first, second).expect("the cameras' namespace can be dressed");
    for (interface, scanner) in [("cam0", first), ("cam1", second)] {
        let scanner = arp::bytes_of(scanner);
        let file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&ledger)
            .expect("the ledger can be written");
        let questions = sys::packet_socket(interface, 0x0806).expect("root in its own namespace");
        let holders = arp::holders(interface);
        let all = sys::packet_socket(interface, sys::EVERYTHING).expect("root in its own namespace");
        std::thread::spawn(move || arp::answer(questions, &holders));
        std::thread::spawn(move || ledger::keep(all, scanner, file));
    }
    let inquiries = sys::packet_socket("cam0", below::ETHERTYPE).expect("root in its own namespace");
    std::thread::spawn(move || below::answer(inquiries));
    let solicitations = sys::packet_socket("cam0", over_ipv6::ETHERTYPE).expect("root in its own namespace");
    std::thread::spawn(move || over_ipv6::advertise(solicitations));
    changing::heed(changing::word(ledger.as_ref()));
    mortal::heed(mortal::word_to_die(ledger.as_ref()));
    let (attack, scanner) = (rogue::word_to_attack(ledger.as_ref()), arp::bytes_of(first));
    std::thread::spawn(move || rogue::attack(&attack, scanner));
    let word = crier::word_to_cry(ledger.as_ref());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let devices = play::play(all().collect())
            .await
            .expect("every port of the estate can be opened");
        over_ipv6::play(&devices)
            .await
            .expect("every port over IPv6 can be opened");
        let (near, second) = (near().collect(), estate::SECOND.iter().collect());
        for (interface, hosts) in [("cam0", near), ("cam1", second)] {
            let hosts: Vec<&'static Host> = hosts;
            let index = sys::index(interface).expect("cam0 and cam1 exist");
            let on = Some((interface, index));
            for (group, port) in [
                ([239, 255, 255, 250], play::WSD),
                ([239, 255, 255, 250], play::SADP),
                ([239, 255, 255, 251], play::DHIP),
                ([255; 4], play::DHIP),
                ([255; 4], play::DVRIP),
                ([239, 255, 255, 250], announce::SSDP),
                ([224, 0, 0, 251], announce::MDNS),
            ] {
                play::hear_group(group.into(), port, on, hosts.clone())
                    .await
                    .expect("a group can be joined");
            }
        }
        tokio::spawn(crier::cry(word));
    });
    println!("\nSTANDING");
    let _ = std::io::stdin().read_line(&mut macs);
    std::process::exit(0);
}

/// Puts the cable between the scanner's interface and cam0. Its ends are no hosts: what comes there is carried on and
/// no more.
fn lay_cable(cable: Cable, scanner: &str) -> std::io::Result<()> {
    let [near, far] = cable::ENDS;
    let links =
        format!("link add {far} type veth peer name cam0\nlink set {near} up\nlink set {far} up\nlink set cam0 up\n");
    run("ip", &["-batch", "-"], &links)?;
    let drop = |end: &str| format!("chain {end} {{ type filter hook ingress device {end} priority 0; drop; }}\n");
    let table = format!("table netdev cable {{\n{}{}}}\n", drop(near), drop(far));
    run("nft", &["-f", "-"], &table)?;
    sys::checksums_by_kernel("cam0")?;
    cable::carry(cable, arp::bytes_of(scanner))
}

fn dress(scan0: &str, scan1: &str) -> std::io::Result<()> {
    let mut batch =
        String::from("link set lo up\nlink set cam0 up\nlink set cam1 up\nroute add 10.88.0.0/28 dev cam1\n");
    batch += &format!("route add 10.66.0.0/{} dev cam0\n", crowd::prefix());
    batch += &format!(
        "neigh replace 10.66.0.2 lladdr {scan0} dev cam0 nud permanent\nneigh replace 10.88.0.2 lladdr {scan1} dev cam1 nud permanent\n"
    );
    batch += &over_ipv6::dress(scan0);
    for host in all() {
        batch += &format!("route add local {} dev lo table local\n", host.ip);
    }
    for name in ["all", "cam0", "cam1"] {
        std::fs::write(format!("/proc/sys/net/ipv4/conf/{name}/rp_filter"), "0")?;
        std::fs::write(format!("/proc/sys/net/ipv4/conf/{name}/arp_ignore"), "8")?;
    }
    run("ip", &["-batch", "-"], &batch)?;
    let router = estate::NEAR[0].mac;
    let macs = |hosts: &mut dyn Iterator<Item = &'static Host>, mac: Option<&str>| {
        hosts
            .map(|host| format!("{} : {}", host.ip, mac.unwrap_or(host.mac)))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let walls = estate::all()
        .filter(|host| host.firewalled)
        .map(|host| host.ip)
        .collect::<Vec<_>>()
        .join(", ");
    run(
        "nft",
        &["-f", "-"],
        &format!(
            "table netdev lab {{\n map macs {{ type ipv4_addr : ether_addr; elements = {{ {}, {}, {} }} }}\n\
         chain in0 {{ type filter hook ingress device cam0 priority 0; meta pkttype other meta pkttype set host; }}\n\
         chain in1 {{ type filter hook ingress device cam1 priority 0; meta pkttype other meta pkttype set host; }}\n\
         chain out0 {{ type filter hook egress device cam0 priority 0; ether saddr set ip saddr map @macs; }}\n\
         chain out1 {{ type filter hook egress device cam1 priority 0; ether saddr set ip saddr map @macs; }}\n}}\n\
         table ip walls {{ chain wall {{ type filter hook input priority 0; ip daddr {{ {walls} }} drop; }}\n}}\n",
            macs(&mut near(), None),
            macs(&mut estate::far().chain(changing::FAR), Some(router)),
            macs(&mut estate::SECOND.iter(), None)
        ),
    )
}

/// Those who may come and go, too.
fn near() -> impl Iterator<Item = &'static Host> {
    estate::near().chain(changing::NEAR)
}

fn all() -> impl Iterator<Item = &'static Host> {
    estate::all().chain(changing::NEAR).chain(changing::FAR)
}
