//! Where the store is.

use std::path::{Path, PathBuf};
use std::str::FromStr;

/// A file of SQLite, or a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The file.
    File(PathBuf),
    /// The address of a PostgreSQL database.
    Server(String),
}

impl FromStr for Place {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(
            match text.starts_with("postgres://") || text.starts_with("postgresql://") {
                true => Place::Server(text.to_owned()),
                false => Place::File(text.into()),
            },
        )
    }
}

impl Place {
    /// As it may be shown: without a password.
    pub fn name(&self) -> String {
        match self {
            Place::File(path) => path.display().to_string(),
            Place::Server(url) => without_password(url),
        }
    }

    /// Where it is when nobody names a place: of the system for root, else of the user (XDG Base Directory
    /// Specification). `None` for a user without a home.
    pub fn default_for(root: bool, variable: impl Fn(&str) -> Option<String>) -> Option<Place> {
        if root {
            return Some(Place::File("/var/lib/camsweep/store.sqlite".into()));
        }
        // The specification has relative paths ignored.
        let folder = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let data = folder("XDG_DATA_HOME")
            .or_else(|| folder("HOME").map(|home| home.join(".local/share")))
            .or_else(|| folder("LOCALAPPDATA"))?;
        Some(Place::File(data.join("camsweep/store.sqlite")))
    }

    /// The file, where it is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Place::File(path) => Some(path),
            Place::Server(_) => None,
        }
    }

    /// `mode`: how SQLite opens a file, in its own words (sqlite.org/uri.html).
    pub(super) fn url(&self, mode: &str) -> std::io::Result<String> {
        match self {
            Place::Server(url) => Ok(url.clone()),
            Place::File(path) => std::path::absolute(path).map(|path| format!("sqlite://{}?{mode}", encoded(&path))),
        }
    }
}

/// A path in the words of an address: every byte that could mean something there is written as a number.
fn encoded(path: &Path) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte);
    let bytes = path.as_os_str().as_encoded_bytes().iter();
    bytes
        .map(|byte| match plain(*byte) {
            true => char::from(*byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}

fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return "a server".to_owned();
    };
    // A password may be given as a parameter too.
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    match rest.rsplit_once('@') {
        Some((login, server)) => {
            let user = login.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}@{server}")
        }
        None => format!("{scheme}://{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_follows_the_user_and_the_environment() {
        /// Whether root; the environment; the place.
        type Case<'a> = (bool, &'a [(&'a str, &'a str)], Option<&'a str>);
        let table: [Case; 6] = [
            (true, &[("HOME", "/root")], Some("/var/lib/camsweep/store.sqlite")),
            (
                false,
                &[("HOME", "/home/ann")],
                Some("/home/ann/.local/share/camsweep/store.sqlite"),
            ),
            (
                false,
                &[("HOME", "/home/ann"), ("XDG_DATA_HOME", "/data")],
                Some("/data/camsweep/store.sqlite"),
            ),
            (
                false,
                &[("HOME", "/home/ann"), ("XDG_DATA_HOME", "data")],
                Some("/home/ann/.local/share/camsweep/store.sqlite"),
            ),
            (false, &[("HOME", "")], None),
            (false, &[], None),
        ];
        for (root, variables, place) in table {
            let variable = |name: &str| {
                variables
                    .iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| (*value).to_owned())
            };
            let place = place.map(|path| Place::File(path.into()));
            assert_eq!(Place::default_for(root, variable), place, "{root} {variables:?}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let table = [
            ("postgres://ann:s3cret@db/cctv", "postgres://ann@db/cctv"),
            ("postgres://ann:p@ss@db/cctv?password=s3cret", "postgres://ann@db/cctv"),
            ("postgresql://db/cctv?user=x&password=s3cret", "postgresql://db/cctv"),
            ("some/file.sqlite", "some/file.sqlite"),
        ];
        for (text, name) in table {
            let Ok(place) = text.parse::<Place>();
            assert_eq!(place.name(), name);
        }
    }

    #[test]
    fn any_file_name_is_the_same_name_to_the_database() {
        assert_eq!(
            encoded(Path::new("/a b/ü%3F?#.sqlite")),
            "/a%20b/%C3%BC%253F%3F%23.sqlite"
        );
    }
}
