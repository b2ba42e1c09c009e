//! A notice by mail, to a mail server of the user's own (SMTP, RFC 5321).

use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::time::{Duration, UNIX_EPOCH};

use jiff::Timestamp;
pub use lettre::Address;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::notice::Notice;
use super::server::{bracketed, host_and_port, is_loopback};
use super::{NoTrust, Trouble, causes, is_distrust, trust};

/// How long a connection may take to be made, for each address that the server has.
const CONNECT: Duration = Duration::from_secs(10);
/// How long all of it may take. Servers let strangers wait for their greeting, some for half a minute.
const PATIENCE: Duration = Duration::from_secs(90);
/// How long the server may take to say goodbye, when it has the mail.
const FAREWELL: Duration = Duration::from_secs(2);

/// Who can read it on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display, strum::EnumString)]
enum Security {
    /// TLS from the first byte (RFC 8314).
    #[strum(serialize = "smtps")]
    Tls,
    /// TLS after a greeting, and nothing without it (RFC 3207).
    #[strum(serialize = "smtp")]
    StartTls,
    /// Everybody.
    #[strum(serialize = "smtp+plain")]
    Plain,
}

impl Security {
    fn port(self) -> u16 {
        match self {
            Security::Tls => 465,
            Security::StartTls => 587,
            Security::Plain => 25,
        }
    }
}

/// The user's mail server: `smtps://USER@mail.example`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailServer {
    security: Security,
    /// Who logs in there; nobody where it takes mail from anybody.
    user: Option<String>,
    host: String,
    port: u16,
}

impl MailServer {
    /// Who logs in there.
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }
}

impl fmt::Display for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", self.security, bracketed(&self.host), self.port)
    }
}

impl FromStr for MailServer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form = || "it is written smtps://USER@HOST:PORT, or smtp:// for STARTTLS".to_owned();
        let (scheme, rest) = text.split_once("://").ok_or_else(form)?;
        let security: Security = scheme.parse().map_err(|_| form())?;
        // A user is often a mail address itself.
        let (user, server) = match rest.rsplit_once('@') {
            Some((user, server)) => (Some(user).filter(|user| !user.is_empty()), server),
            None => (None, rest),
        };
        if user.is_some_and(|user| user.contains(':')) {
            return Err("a password has no place in it, where others see it (--smtp-password-file)".into());
        }
        let (host, port) = host_and_port(server).ok_or_else(form)?;
        if security == Security::Plain && user.is_some() && !is_loopback(&host) {
            return Err("a password is not sent without TLS but to this machine itself".into());
        }
        Ok(MailServer {
            security,
            user: user.map(str::to_owned),
            port: port.unwrap_or(security.port()),
            host,
        })
    }
}

/// The way there, all that it needs read beforehand.
pub struct Mail {
    server: MailServer,
    from: Address,
    /// Wiped when it is dropped; the library keeps a copy of its own while it sends.
    password: Option<Zeroizing<String>>,
    /// With TLS only.
    tls: Option<TlsParameters>,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mail({})", self.server)
    }
}

impl Mail {
    /// `ca`: the certificates (PEM) that are trusted in place of the system's.
    ///
    /// # Errors
    /// With TLS, where there is nothing to verify the server by.
    pub fn new(
        server: MailServer,
        from: Address,
        password: Option<Zeroizing<String>>,
        ca: Option<&Path>,
    ) -> Result<Self, NoTrust> {
        let secure = server.security != Security::Plain;
        Ok(Mail {
            tls: secure.then(|| tls(&server.host, ca)).transpose()?,
            server,
            from,
            password,
        })
    }

    /// The server, as it may be shown.
    pub fn server(&self) -> String {
        self.server.to_string()
    }

    /// Sends it once, to one reader: who else is told is nobody's business, and one refused address is no other's loss.
    ///
    /// # Errors
    /// Where the server did not take it. One that took it and said so too late gets it again, with the same Message-ID.
    pub async fn send(&self, to: &Address, notice: &Notice) -> Result<(), Trouble> {
        let message = self.message(to, notice).map_err(|error| Trouble {
            why: format!("mail to {to}: it cannot be written: {}", causes(&error)),
            may_pass: false,
            alone: true,
        })?;
        let mut connection = match timeout(PATIENCE, self.hand_over(&message)).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err((error, alone))) => Err(self.trouble(to, &error, alone)),
            Err(_) => Err(Trouble {
                why: format!("mail to {to}: {} takes more than {} s", self.server, PATIENCE.as_secs()),
                may_pass: true,
                alone: false,
            }),
        }?;
        // It has the mail: what it says now changes nothing.
        let _ = timeout(FAREWELL, connection.quit()).await;
        Ok(())
    }

    /// Until the server has said that it takes the mail. An error comes with whether it concerns this mail alone.
    async fn hand_over(&self, message: &Message) -> Result<AsyncSmtpConnection, (SmtpError, bool)> {
        let mut connection = self.connect().await.map_err(|error| (error, false))?;
        let sent = connection.send(message.envelope(), &message.formatted()).await;
        sent.map(|_| connection).map_err(|error| {
            let alone = error.is_permanent() || error.is_transient();
            (error, alone)
        })
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SmtpError> {
        let MailServer {
            security,
            user,
            host,
            port,
        } = &self.server;
        // As an address: the name of this machine is often none that a server can look up (RFC 5321, section 4.1.3).
        let hello = ClientId::default();
        let at_once = self.tls.clone().filter(|_| *security == Security::Tls);
        let to = (host.as_str(), *port);
        let mut connection = AsyncSmtpConnection::connect_tokio1(to, Some(CONNECT), &hello, at_once, None).await?;
        if let Some(tls) = self.tls.clone().filter(|_| *security == Security::StartTls) {
            connection.starttls(tls, &hello).await?;
        }
        if let (Some(user), Some(password)) = (user, &self.password) {
            let login = Credentials::new(user.clone(), password.to_string());
            connection.auth(DEFAULT_MECHANISMS, &login).await?;
        }
        Ok(connection)
    }

    /// No text of a device stands in its head.
    fn message(&self, to: &Address, notice: &Notice) -> Result<Message, lettre::error::Error> {
        let made = notice.made.parse::<Timestamp>().ok();
        let made = made.and_then(|made| u64::try_from(made.as_second()).ok()).unwrap_or(0);
        // Nobody's machine answers it (RFC 3834, section 5).
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        Message::builder()
            .from(Mailbox::new(Some("camsweep".into()), self.from.clone()))
            .to(Mailbox::new(None, to.clone()))
            .subject(notice.subject.clone())
            .date(UNIX_EPOCH + Duration::from_secs(made))
            .message_id(Some(format!("<{}@{}>", notice.id, self.from.domain())))
            .raw_header(HeaderValue::new(automatic, "auto-generated".into()))
            .header(ContentType::TEXT_PLAIN)
            .body(notice.text.clone())
    }

    fn trouble(&self, to: &Address, error: &SmtpError, alone: bool) -> Trouble {
        Trouble {
            why: format!("mail to {to}: {}: {}", self.server, causes(error)),
            may_pass: !(error.is_permanent() || error.is_client() || is_distrust(error)),
            alone,
        }
    }
}

fn tls(host: &str, ca: Option<&Path>) -> Result<TlsParameters, NoTrust> {
    // Whether there is any to verify by; the library would only say so when it is too late.
    trust::client(ca)?;
    let wrong = |error: SmtpError| NoTrust::Mail(causes(&error));
    let mut tls = TlsParameters::builder(host.to_owned());
    if let Some(ca) = ca {
        tls = tls.certificate_store(CertificateStore::None);
        for one in trust::certificates(ca)? {
            tls = tls.add_root_certificate(Certificate::from_der(one.to_vec()).map_err(wrong)?);
        }
    }
    tls.build_rustls().map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::NASTY;

    #[test]
    fn a_server_is_read_with_its_user_and_the_usual_port() {
        let table = [
            ("smtps://mail.example", "smtps://mail.example:465", None),
            ("smtp://ann@mail.example:25", "smtp://mail.example:25", Some("ann")),
            (
                "smtp://ann@example.org@[::1]",
                "smtp://[::1]:587",
                Some("ann@example.org"),
            ),
            ("smtp+plain://localhost", "smtp+plain://localhost:25", None),
            (
                "smtp+plain://ann@127.0.0.1:2525",
                "smtp+plain://127.0.0.1:2525",
                Some("ann"),
            ),
        ];
        for (text, shown, user) in table {
            let server: MailServer = text.parse().unwrap();
            assert_eq!((server.to_string().as_str(), server.user()), (shown, user));
        }
        for text in [
            "mail.example",
            "imap://mail.example",
            "smtps://",
            "smtps://ann:s3cret@mail.example",
            "smtp+plain://ann@mail.example",
            "smtps://mail.example/x",
        ] {
            let why = text.parse::<MailServer>().unwrap_err();
            assert!(!why.contains("s3cret"), "{why}");
        }
    }

    /// Even where a text of a device got as far as the subject, which none does.
    #[test]
    fn nothing_that_a_text_says_becomes_a_line_of_the_head() {
        let mail = Mail::new(
            "smtp+plain://localhost".parse().unwrap(),
            "camsweep@example.org".parse().unwrap(),
            None,
            None,
        );
        let (mail, to) = (mail.unwrap(), "ann@example.org".parse().unwrap());
        let injected = ["x\r\nBcc: mallory@example.net", "x\nBcc: mallory@example.net\n\n."];
        for said in NASTY.iter().copied().chain(injected) {
            let notice = Notice {
                subject: said.to_owned(),
                text: format!("{said}\r\n.\r\nMAIL FROM:<x>\n"),
                ..crate::deliver::notice::sample()
            };
            let bytes = mail.message(&to, &notice).unwrap().formatted();
            assert!(bytes.is_ascii(), "{said:?}");
            let text = String::from_utf8(bytes).unwrap();
            let head = text.split("\r\n\r\n").next().unwrap();
            let names: Vec<&str> = head
                .split("\r\n")
                .filter(|line| !line.starts_with([' ', '\t']))
                .map(|line| line.split(':').next().unwrap())
                .collect();
            let expected = [
                "From",
                "To",
                "Subject",
                "Date",
                "Message-ID",
                "Auto-Submitted",
                "Content-Type",
                "Content-Transfer-Encoding",
            ];
            for name in names {
                assert!(expected.contains(&name) || name == "MIME-Version", "{said:?}: {head}");
            }
        }
    }
}
