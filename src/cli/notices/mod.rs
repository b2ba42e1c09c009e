//! Notices of what changed (`--mail-to`, `--webhook`): made when the run is over, owed by the store until they are
//! delivered, and tried a few times by each run.

mod post;
mod text;

use std::path::Path;

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::Failure;
use super::alarm;
use super::args::OutputArgs;
use super::args::notice::{DeliverArgs, NoticeArgs};
use super::args::store::KeepArgs;
use super::history::{day, failed, open};
use super::outbox::this_machine;
use super::secret_file::{Wrong, first_line};
use crate::deliver::NoTrust;
use crate::deliver::mail::{Address, Mail, MailServer};
use crate::deliver::webhook::{Key, Webhook};
use crate::report::escape::escape;
use crate::report::model::Report;
use crate::store::{Delivery, Owed, Remembered, Store};
pub use post::Post;

/// The environment variable that holds the password of `--smtp`.
pub const PASSWORD: &str = "CAMSWEEP_SMTP_PASSWORD";

/// Whom a run tells, all that it needs read beforehand.
#[derive(Debug, Default)]
pub struct Notices {
    mail: Option<(Mail, Vec<Address>)>,
    webhook: Option<Webhook>,
}

impl Notices {
    /// Gets them ready. Speaks to nobody.
    ///
    /// # Errors
    /// Where a secret or certificates cannot be read.
    pub fn read(args: &NoticeArgs) -> Result<Notices, Failure> {
        Ok(Notices {
            mail: mail(args)?,
            webhook: webhook(args)?,
        })
    }

    /// The same for a run, whose notices name its units.
    ///
    /// # Errors
    /// The same, and where the report is to be redacted.
    pub fn of_run(args: &OutputArgs) -> Result<Notices, Failure> {
        let notices = Notices::read(&args.notice)?;
        match args.form.redact && !notices.is_empty() {
            true => Err(Failure::usage(
                "--mail-to and --webhook name units, and cannot be redacted",
                "leave --redact away, or make a redacted form later: camsweep report RUN --redact",
            )),
            false => Ok(notices),
        }
    }

    /// Whether nobody is to be told.
    pub fn is_empty(&self) -> bool {
        self.mail.is_none() && self.webhook.is_none()
    }

    /// What is said of them before the first packet.
    pub fn words(&self, keep: &KeepArgs) -> String {
        let mut text = String::new();
        if let Some((mail, to)) = &self.mail {
            let to: Vec<String> = to.iter().map(ToString::to_string).collect();
            text.push_str(&format!(
                "  afterwards: what changed, by mail to {} by {}\n",
                to.join(", "),
                mail.server()
            ));
        }
        if let Some(webhook) = &self.webhook {
            text.push_str(&format!(
                "  afterwards: what changed, by webhook to {}\n",
                webhook.target()
            ));
        }
        if !text.is_empty() && (keep.store.is_none() || keep.no_store) {
            text.push_str("  without --store every run tells, and what cannot be delivered is not kept\n");
        }
        text
    }

    /// What a run owes: a notice for each who is to be told, or none where it has nothing to tell.
    pub fn owed(&self, keep: &KeepArgs, report: &Report, remembered: Option<&Remembered>) -> Vec<Owed> {
        let targets = self.targets();
        if targets.is_empty() || !alarm::tells(keep, report, remembered) {
            return Vec::new();
        }
        let owed = |(way, target): (&str, String)| Owed {
            way: way.to_owned(),
            target,
            // Each has an id of its own, as what a receiver has already.
            notice: text::notice(report, remembered, this_machine(), Timestamp::now()).json(),
        };
        targets.into_iter().map(owed).collect()
    }

    /// How and to whom.
    fn targets(&self) -> Vec<(&'static str, String)> {
        let mail = self.mail.iter().flat_map(|(_, to)| to);
        let mail = mail.map(|to| (post::MAIL, to.to_string()));
        let webhook = self.webhook.iter().map(|webhook| (post::WEBHOOK, webhook.target()));
        mail.chain(webhook).collect()
    }
}

fn mail(args: &NoticeArgs) -> Result<Option<(Mail, Vec<Address>)>, Failure> {
    let (Some(server), Some(from)) = (&args.smtp, &args.mail_from) else {
        return Ok(None);
    };
    let server: MailServer = server.parse().map_err(|why| no_server("--smtp", why))?;
    let password = password(&server, args.smtp_password_file.as_deref())?;
    let mail = Mail::new(server, from.clone(), password, args.smtp_ca.as_deref());
    let mail = mail.map_err(|error| distrusted(&error, "--smtp-ca"))?;
    Ok(Some((mail, args.mail_to.clone())))
}

fn webhook(args: &NoticeArgs) -> Result<Option<Webhook>, Failure> {
    let (Some(to), Some(file)) = (&args.webhook, &args.webhook_secret_file) else {
        return Ok(None);
    };
    let to = to.parse().map_err(|why| no_server("--webhook", why))?;
    let webhook = Webhook::new(to, key(file)?, args.webhook_ca.as_deref());
    webhook.map(Some).map_err(|error| distrusted(&error, "--webhook-ca"))
}

/// Without the value, which may hold a secret.
fn no_server(option: &str, why: String) -> Failure {
    Failure::usage(format!("{option}: {why}"), "docs/notices.md has examples")
}

fn distrusted(error: &NoTrust, option: &str) -> Failure {
    Failure::could_not_run(
        error.to_string(),
        format!("name a file of certificates in PEM: {option} FILE"),
    )
}

/// The password of the mail server's user, from the file or the environment.
fn password(server: &MailServer, file: Option<&Path>) -> Result<Option<Zeroizing<String>>, Failure> {
    let wrong = |why: &str, remedy: &str| Failure::usage(format!("--smtp {server}: {why}"), remedy);
    let given = std::env::var(PASSWORD).map(Zeroizing::new);
    let password = match (server.user(), file) {
        (None, Some(_)) => return Err(wrong("there is a password and no user", "smtps://USER@HOST")),
        (None, None) => return Ok(None),
        (Some(_), Some(path)) => first_line(path).map_err(|wrong| unusable("--smtp-password-file", path, wrong))?,
        (Some(_), None) => given.map_err(|_| {
            let remedy = format!("--smtp-password-file FILE, or set {PASSWORD}");
            wrong("there is a user and no password", &remedy)
        })?,
    };
    match password.is_empty() {
        true => Err(wrong(
            "the password is empty",
            "give the password, or leave the user away",
        )),
        false => Ok(Some(password)),
    }
}

fn key(path: &Path) -> Result<Key, Failure> {
    let wrong = |wrong: Wrong| unusable("--webhook-secret-file", path, wrong);
    let secret = first_line(path).map_err(wrong)?;
    Key::new(&secret).map_err(|why| wrong((why.into(), "make one: printf whsec_; openssl rand -base64 32")))
}

fn unusable(option: &str, path: &Path, (why, remedy): Wrong) -> Failure {
    Failure::usage(format!("{option} {:?}: {why}", path.display().to_string()), remedy)
}

/// `camsweep deliver`: what is said, and what was not delivered.
///
/// # Errors
/// As the store has it.
pub fn deliver(args: &DeliverArgs, notices: &Notices) -> Result<(String, Result<(), Failure>), Failure> {
    let mut store = open(&args.store)?;
    let mut text = String::new();
    for run in &args.drop {
        let given_up = store.give_up(*run).map_err(|error| failed(&error))?;
        text.push_str(&format!("run {run}: {given_up} notice(s) given up\n"));
    }
    let before = store.waiting().map_err(|error| failed(&error))?.len();
    let mut post = Post::Kept(Box::new(store));
    let went = notices.deliver(&mut post);
    let waiting = post.waiting()?;
    text.push_str(&format!(
        "{} notice(s) delivered, {} waiting\n",
        before.saturating_sub(waiting.len()),
        waiting.len()
    ));
    text.extend(waiting.iter().map(line_of));
    Ok((text, went))
}

fn line_of(delivery: &Delivery) -> String {
    let Delivery { run, owed, tries, .. } = delivery;
    let tried = delivery.tried.as_deref().map(|time| format!(", last {}", day(time)));
    let to = format!("{} to {}: ", owed.way, owed.target);
    // The trouble names whom it was with too.
    let why = delivery
        .trouble
        .as_deref()
        .map(|why| why.strip_prefix(&to).unwrap_or(why));
    let why = why.map(|why| format!(": {}", escape(why)));
    format!(
        "  run {run}  {}tried {tries} time(s){}{}\n",
        escape(&to),
        tried.unwrap_or_default(),
        why.unwrap_or_default()
    )
}

/// What the history says of notices; nothing where none is waiting.
///
/// # Errors
/// As the store has it.
pub fn waiting_line(store: &mut Store) -> Result<String, Failure> {
    let waiting = store.waiting().map_err(|error| failed(&error))?;
    let Some(last) = waiting
        .iter()
        .rev()
        .find_map(|one| one.trouble.as_deref())
        .or(waiting.first().map(|_| "not tried"))
    else {
        return Ok(String::new());
    };
    Ok(format!(
        "{} notice(s) are waiting to be delivered ({}): camsweep deliver\n",
        waiting.len(),
        escape(last)
    ))
}
