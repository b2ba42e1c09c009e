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
pub fn drop_privileges() -> io::Result<Vec<String>> {
    Ok(Vec::new())
}

/// None can be opened here.
pub fn may_send_frames() -> bool {
    false
}

/// Unknown here, and of no consequence: it is asked of files whose owner is unknown too.
pub fn is_root() -> bool {
    false
}

/// Nobody here.
pub fn lender() -> Option<(u32, u32)> {
    None
}

/// Does nothing here.
///
/// # Errors
/// None.
pub fn confine(_folders: &[PathBuf]) -> io::Result<Vec<String>> {
    Ok(Vec::new())
}
