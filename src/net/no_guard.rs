//! Systems other than Linux: nothing is given up, and the report says nothing of it.

use std::io;
use std::path::PathBuf;

/// Does nothing here.
///
/// # Errors
/// None.
pub fn no_core_dumps() -> io::Result<()> {
    Ok(())
}

/// Does nothing here.
///
/// # Errors
/// None.
pub fn act_as_caller() -> io::Result<()> {
    Ok(())
}

/// Does it as it is.
///
/// # Errors
/// None.
pub fn as_root<T>(act: impl FnOnce() -> T) -> io::Result<T> {
    Ok(act())
}

/// Does nothing here.
///
/// # Errors
/// None.
pub fn drop_privileges() -> io::Result<Vec<String>> {
    Ok(Vec::new())
}

/// None can be opened here.
pub fn may_send_frames() -> bool {
    false
}

/// Does nothing here.
///
/// # Errors
/// None.
pub fn confine(_places: &[PathBuf]) -> io::Result<Vec<String>> {
    Ok(Vec::new())
}
