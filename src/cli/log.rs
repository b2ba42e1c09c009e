//! The log of `-v`: what libraries say of their work, and may quote of what a device sent.

use std::io::{self, Write};

use tracing::{Level, Subscriber};

use crate::report::escape::escape;

/// Whoever writes each event as a line of plain text. `verbose`: how often `-v` was given.
pub fn subscriber<W: Write + 'static>(verbose: u8, to: fn() -> W) -> impl Subscriber + Send + Sync {
    let level = match verbose {
        0 => Level::WARN,
        1 => Level::INFO,
        _ => Level::DEBUG,
    };
    let log = tracing_subscriber::fmt().with_max_level(level).without_time();
    // The log's own complaint about a closed standard error would be a fault there.
    log.with_writer(move || Lines(to())).log_internal_errors(false).finish()
}

/// Takes whole events, as the subscriber hands them on.
struct Lines<W>(W);

impl<W: Write> Write for Lines<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let line = escape(text.strip_suffix('\n').unwrap_or(&text)).into_owned() + "\n";
        self.0.write_all(line.as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::report::sample::{NASTY, is_plain};

    thread_local! {
        static WRITTEN: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }

    struct Here;

    impl Write for Here {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            WRITTEN.with_borrow_mut(|written| written.write(bytes))
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn nasty_strings_stay_in_their_line_of_the_log() {
        for said in NASTY {
            tracing::subscriber::with_default(subscriber(2, || Here), || {
                tracing::debug!(field = *said, debug = ?said, "{said}");
                tracing::debug!("the next");
            });
            let text = String::from_utf8(WRITTEN.take()).unwrap();
            assert!(is_plain(&text) && text.lines().count() == 2, "{said:?}: {text:?}");
        }
    }

    #[test]
    fn only_who_asks_for_more_is_told_more() {
        for (verbose, lines) in [(0, 1), (1, 2), (2, 3), (9, 3)] {
            tracing::subscriber::with_default(subscriber(verbose, || Here), || {
                tracing::warn!("x");
                tracing::info!("x");
                tracing::debug!("x");
                tracing::trace!("x");
            });
            let text = String::from_utf8(WRITTEN.take()).unwrap();
            assert_eq!(text.lines().count(), lines, "{verbose}");
        }
    }
}
