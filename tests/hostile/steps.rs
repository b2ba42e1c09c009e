//! A hostile device as data: what it does on a connection, step by step.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One step. After the last one the connection is closed in order.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    /// Hears a request.
    Hear,
    /// Says this.
    Say(&'static [u8]),
    /// Says this so many times.
    Again(&'static [u8], usize),
    /// Says this for ever, a byte at a time.
    Drip(&'static [u8]),
    /// Keeps the connection and its peace.
    Hold,
    /// Breaks the connection off.
    Reset,
}

/// A device that says something without end.
pub const FOR_EVER: usize = usize::MAX;

const BETWEEN_DRIPS: Duration = Duration::from_millis(20);
/// Longer than any question lasts.
const LONG: Duration = Duration::from_secs(120);

/// Plays the steps, as far as the other side bears it.
pub async fn play(mut stream: TcpStream, steps: &'static [Step]) {
    for step in steps {
        let played = match *step {
            Step::Hear => hear(&mut stream).await,
            Step::Say(bytes) => stream.write_all(bytes).await,
            Step::Again(bytes, times) => again(&mut stream, bytes, times).await,
            Step::Drip(bytes) => drip(&mut stream, bytes).await,
            Step::Hold => {
                tokio::time::sleep(LONG).await;
                Ok(())
            }
            Step::Reset => return drop(socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO))),
        };
        if played.is_err() {
            return;
        }
    }
    let _ = stream.shutdown().await;
}

async fn hear(stream: &mut TcpStream) -> std::io::Result<()> {
    let mut heard = Vec::new();
    while !heard.windows(4).any(|end| end == b"\r\n\r\n") && stream.read_buf(&mut heard).await? > 0 {}
    Ok(())
}

async fn again(stream: &mut TcpStream, bytes: &[u8], times: usize) -> std::io::Result<()> {
    let many = bytes.repeat((64 * 1024 / bytes.len()).clamp(1, times));
    let mut left = times.saturating_mul(bytes.len());
    while left > 0 {
        let now = left.min(many.len());
        stream.write_all(&many[..now]).await?;
        left -= now;
    }
    Ok(())
}

async fn drip(stream: &mut TcpStream, bytes: &[u8]) -> std::io::Result<()> {
    for &byte in bytes.iter().cycle() {
        stream.write_u8(byte).await?;
        tokio::time::sleep(BETWEEN_DRIPS).await;
    }
    Ok(())
}
