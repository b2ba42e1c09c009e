//! `camsweep deliver`: the notices that are waiting.

use super::args::notice::DeliverArgs;
use super::console::print;
use super::exit::{Code, Exit};
use super::notices::{self, Notices};

/// Delivers them, and lists those that still are.
///
/// # Errors
/// Where the store cannot be used, or one was not delivered.
pub fn deliver(args: &DeliverArgs) -> Exit {
    let notices = Notices::read(&args.notice)?;
    let (text, went) = notices::deliver(args, &notices)?;
    print(&text)?;
    went.map(|()| Code::Complete)
}
