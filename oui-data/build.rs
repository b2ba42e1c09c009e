//! Turns `oui-data/` into what the program carries: the MAC registry as one table, and the lists of the
//! makers', the advisories' and the policies' files. Runs again only when that data, or the code that shapes it, changes.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use sha2::{Digest, Sha256};

#[path = "../src/identify/table.rs"]
mod table;

fn main() {
    for path in ["oui-data", "src/identify/table.rs"] {
        println!("cargo::rerun-if-changed={path}");
    }
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    registry(&root.join("oui-data/ieee"), &out);
    list(&root.join("oui-data/makers"), &out);
    list(&root.join("oui-data/advisories"), &out);
    list(&root.join("oui-data/policies"), &out);
}

fn registry(folder: &Path, out: &Path) {
    let mut rows = Vec::new();
    for name in ["ma-l", "ma-m", "ma-s", "iab", "cid"] {
        let path = folder.join(name).with_extension("csv");
        rows.extend(table::rows(&read(&path)).unwrap_or_else(|why| panic!("{}: {why}", path.display())));
    }
    let readme = read(&folder.join("README.md"));
    let date = readme
        .lines()
        .find_map(|line| line.strip_prefix("date: "))
        .expect("the README has a `date:` line");
    let count = rows.len();
    let table = table::build(rows);
    let sha256 = Sha256::digest(&table)
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    write(&out.join("registry.bin"), &table);
    write(
        &out.join("registry.rs"),
        format!("(\"{date}\", {count}, \"{sha256}\")").as_bytes(),
    );
}

/// The TOML files of a folder, each with its name.
fn list(folder: &Path, out: &Path) {
    let entries = fs::read_dir(folder).unwrap_or_else(|why| panic!("{}: {why}", folder.display()));
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    let mut list = String::from("&[\n");
    for path in paths {
        let name = path
            .file_stem()
            .expect("a file has a name")
            .to_string_lossy()
            .into_owned();
        writeln!(list, "    ({name:?}, include_str!({path:?})),").expect("a string takes everything");
    }
    let name = folder.file_name().expect("a folder has a name");
    write(&out.join(name).with_extension("rs"), (list + "]").as_bytes());
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

fn write(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
}
