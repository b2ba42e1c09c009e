//! Files that hold a secret: only their owner may read or change them, and no message quotes what is in them.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use zeroize::Zeroizing;

/// The longest file that is read, in bytes.
const MAX_FILE: u64 = 64 * 1024;

/// What is wrong, and the remedy.
pub(super) type Wrong = (String, &'static str);

/// The file's first line.
pub(super) fn first_line(path: &Path) -> Result<Zeroizing<String>, Wrong> {
    let bytes = private(path)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| ("it is not UTF-8".to_owned(), "write it anew"))?;
    Ok(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned()))
}

/// The content of a file that nobody but its owner can read or change.
pub(super) fn private(path: &Path) -> Result<Zeroizing<Vec<u8>>, Wrong> {
    let unreadable = |error: std::io::Error| {
        (
            format!("it cannot be read: {error}"),
            "check its name and your permission to read it",
        )
    };
    let file = File::open(path).map_err(unreadable)?;
    // Of the file that is open, so that it cannot be another by now.
    let mode = mode(&file.metadata().map_err(unreadable)?);
    if mode & 0o077 != 0 && !(mode & 0o037 == 0 && is_handed_over(path)) {
        return Err(("others than its owner may read or change it".into(), "chmod 600 it"));
    }
    // With room for all of it, so that no copy is left behind when it grows.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_FILE as usize + 1));
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    match bytes.len() as u64 > MAX_FILE {
        true => Err((format!("it is longer than {MAX_FILE} bytes"), "name the right file")),
        false => Ok(bytes),
    }
}

#[cfg(unix)]
fn mode(metadata: &std::fs::Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::mode(metadata)
}

#[cfg(not(unix))]
fn mode(_: &std::fs::Metadata) -> u32 {
    0
}

/// Whether it lies in the folder that systemd made for this service alone (systemd.exec(5), `LoadCredential=`). Who may
/// read there is said by a list, of which the mode shows as the group's what is one user's (acl(5)).
fn is_handed_over(path: &Path) -> bool {
    let folder = std::env::var_os("CREDENTIALS_DIRECTORY").filter(|folder| !folder.is_empty());
    folder.is_some_and(|folder| path.parent() == Some(Path::new(&folder)))
}
