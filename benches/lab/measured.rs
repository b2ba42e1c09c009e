//! A process between us and a tool, so that the tool's memory is its own: whoever starts a program by fork and exec hands it
//! the most that it has held itself, as far as the kernel counts (`ru_maxrss` is kept over execve(2)), and after some sweeps
//! we hold more than arp-scan ever does. This one holds next to nothing.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::stage::{self, Lab, Privilege, Ran};
use crate::sys;

/// The first argument of a process that is to be this one.
pub const PROCESS: &str = "measured_process";

/// Runs a tool in the scanner's namespace.
pub fn run(lab: &Lab, program: &Path, arguments: &[&str], privilege: Privilege) -> Ran {
    let own = std::env::current_exe().expect("this program");
    let no_config = stage::without_config(program);
    let program = program.to_str().expect("a path of this lab");
    let words = [PROCESS, program].into_iter().chain(no_config);
    let arguments: Vec<&str> = words.chain(arguments.iter().copied()).collect();
    let ran = lab.run(&own, &arguments, privilege);
    let last = ran.stderr.lines().last().unwrap_or_default();
    let figures: Vec<u64> = last.split(' ').filter_map(|figure| figure.parse().ok()).collect();
    let &[wall, cpu, peak] = figures.as_slice() else {
        panic!("{program} was not measured: {}", ran.stderr);
    };
    Ran {
        wall: Duration::from_micros(wall),
        cpu: Duration::from_micros(cpu),
        peak: peak as i64,
        ..ran
    }
}

/// The process itself: runs what its arguments name, and says last what that took (microseconds, microseconds, KiB).
pub fn process() -> ! {
    let mut words = std::env::args_os().skip(2);
    let mut command = Command::new(words.next().expect("a program to measure"));
    let begun = Instant::now();
    let child = command.args(words).spawn().expect("the program exists");
    let ended = sys::wait(child.id()).expect("our own child");
    let (wall, cpu) = (begun.elapsed().as_micros(), ended.cpu.as_micros());
    eprintln!("\n{wall} {cpu} {}", ended.peak);
    std::process::exit(ended.code.unwrap_or(1));
}
