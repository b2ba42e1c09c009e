//! One connection that stands: questions and answers on it, and how it is closed.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use jiff::Timestamp;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, sink};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};

use super::{Answer, Exchange, Tls};
use crate::fact::Outcome;

/// Bytes both ways, bare or within TLS.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {
    /// What carries them.
    fn tcp(&mut self) -> &mut TcpStream;
}

impl Stream for TcpStream {
    fn tcp(&mut self) -> &mut TcpStream {
        self
    }
}

/// A connection, bare or with TLS on it.
pub(super) struct Line {
    stream: Box<dyn Stream>,
    to: SocketAddr,
    /// When what is asked must be answered.
    end: Instant,
    /// Whether nobody has closed or broken it yet.
    is_open: bool,
    /// What the device showed in the handshake.
    certificate: Option<Vec<u8>>,
    tls: Option<Tls>,
    /// How many connections it took that no answer has counted yet.
    connections: u64,
}

impl Line {
    pub(super) fn new(stream: impl Stream + 'static, to: SocketAddr, end: Instant) -> Line {
        Line {
            stream: Box::new(stream),
            to,
            end,
            is_open: true,
            certificate: None,
            tls: None,
            connections: 1,
        }
    }

    /// The same, with what was seen of TLS.
    pub(super) fn over(self, tls: Option<Tls>, certificate: Option<Vec<u8>>) -> Line {
        Line {
            tls,
            certificate,
            ..self
        }
    }

    /// The same, which took so many connections before.
    #[cfg(feature = "legacy-tls")]
    pub(super) fn after(self, connections: u64) -> Line {
        Line {
            connections: self.connections + connections,
            ..self
        }
    }

    /// What the device has shown on it.
    pub(super) fn certificate(&self) -> Option<&[u8]> {
        self.certificate.as_deref()
    }

    /// Asks, and closes.
    pub(super) async fn ask_and_close(mut self, exchange: &Exchange) -> Answer {
        let answer = self.ask(exchange).await;
        self.close().await;
        answer
    }

    /// Asks, and leaves it open where the other side does.
    pub(super) async fn ask(&mut self, exchange: &Exchange) -> Answer {
        let mut bytes = Vec::new();
        let ended = timeout_at(self.end, ask(exchange, &mut self.stream, &mut bytes)).await;
        self.is_open = matches!(ended, Ok(Ok(End::Answered | End::Full)));
        let is_cut = matches!(ended, Err(_) | Ok(Ok(End::Full)));
        let to = self.to;
        let why = match ended {
            _ if !bytes.is_empty() => None,
            Ok(Ok(_)) => Some(format!("reading from {to}: closed without a byte")),
            Ok(Err(error)) => Some(format!("talking to {to}: {error}")),
            Err(_) => Some(format!("reading from {to}: nothing in time")),
        };
        let outcome = if bytes.is_empty() {
            Outcome::Silent
        } else {
            Outcome::Answered
        };
        Answer {
            outcome,
            connected: true,
            at: Timestamp::now(),
            cut: is_cut && !bytes.is_empty(),
            bytes,
            certificate: self.certificate.clone(),
            tls: self.tls,
            connections: std::mem::take(&mut self.connections),
            login: None,
            why,
        }
    }

    /// The same for one request more, to be answered within `deadline`; none where the other side has closed it meanwhile.
    pub(super) async fn again(mut self, deadline: Duration) -> Option<Line> {
        let unasked = timeout(Duration::ZERO, self.stream.read(&mut [0])).await;
        (self.is_open && unasked.is_err()).then(|| Line {
            end: Instant::now() + deadline,
            ..self
        })
    }

    /// Closes it in order. Who has closed already gets our FIN alone: a goodbye of TLS would be answered by a reset.
    pub(super) async fn close(mut self) {
        if !self.is_open || (self.tls.is_some() && self.is_closed_in_a_moment().await) {
            return;
        }
        // The answer is complete; how the goodbye goes changes nothing.
        if self.tls.is_some() {
            let _ = timeout(FAREWELL.0, self.stream.shutdown()).await;
        }
        bid_farewell(self.stream.tcp()).await;
    }

    /// Whether the other side closes it, as who was asked to does.
    async fn is_closed_in_a_moment(&mut self) -> bool {
        let mut rest = (&mut self.stream).take(FAREWELL.1);
        let ended = timeout(MOMENT, tokio::io::copy(&mut rest, &mut sink())).await;
        ended.is_ok_and(|read| !read.is_ok_and(|length| length == FAREWELL.1))
    }
}

/// How long we let the other side close TLS first.
const MOMENT: Duration = Duration::from_millis(50);
/// How long, and for how many bytes, we wait for the other side to close too. To close with bytes
/// unread would send a reset.
const FAREWELL: (Duration, u64) = (Duration::from_millis(200), 64 * 1024);

/// Closes our side, and reads until the other side is closed too. Below TLS: whatever it still says is no answer.
pub(super) async fn bid_farewell(tcp: &mut TcpStream) {
    let farewell = async {
        tcp.shutdown().await?;
        tokio::io::copy(&mut tcp.take(FAREWELL.1), &mut sink()).await
    };
    let _ = timeout(FAREWELL.0, farewell).await;
}

/// How a dialogue ended.
enum End {
    /// All that was wanted is there.
    Answered,
    /// There is as much as may be, and not yet all.
    Full,
    /// The other side has closed.
    Closed,
}

/// Sends each request when the one before is answered, and reads into `bytes` until the last answer is
/// whole, the cap is reached or the other side closes.
async fn ask(
    exchange: &Exchange,
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    bytes: &mut Vec<u8>,
) -> io::Result<End> {
    let mut requests = exchange.requests.iter();
    let wanted = requests.len().max(1);
    let mut sent = 0;
    let mut written = Ok(());
    let mut buffer = [0; 8 * 1024];
    loop {
        let answered = if bytes.is_empty() { 0 } else { (exchange.answers)(bytes) };
        if answered >= wanted {
            return written.map(|()| End::Answered);
        }
        if bytes.len() >= exchange.cap {
            return written.map(|()| End::Full);
        }
        if answered >= sent
            && let Some(request) = requests.next()
        {
            // A device that has spoken and hung up may refuse the request; what it said is read all the same.
            written = written.and(send(stream, request).await);
            sent += 1;
        }
        let room = buffer.len().min(exchange.cap - bytes.len());
        match stream.read(&mut buffer[..room]).await? {
            0 => return written.map(|()| End::Closed),
            read => bytes.extend_from_slice(&buffer[..read]),
        }
    }
}

async fn send(stream: &mut (impl AsyncWrite + Unpin), request: &[u8]) -> io::Result<()> {
    stream.write_all(request).await?;
    stream.flush().await
}
