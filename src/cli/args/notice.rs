//! The options of notices.

use std::path::PathBuf;

use clap::Args;

use super::store::StoreArgs;
use crate::deliver::mail::Address;

/// Whom a run tells what changed, and how. Addresses of servers are texts here, since the parser's complaint would quote a
/// password in one.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Notices")]
pub struct NoticeArgs {
    /// Mail what changed to this address; may be given again. A run without a change sends none (docs/notices.md).
    #[arg(long, value_name = "ADDRESS", requires = "mail_from", requires = "smtp")]
    pub mail_to: Vec<Address>,
    /// Whom the mail is from.
    #[arg(long, value_name = "ADDRESS", requires = "mail_to")]
    pub mail_from: Option<Address>,
    /// The mail server: smtps:// (TLS), smtp:// (STARTTLS, and nothing without it) or smtp+plain:// (no TLS, and no login but
    /// on this machine).
    #[arg(long, value_name = "smtps://[USER@]HOST[:PORT]", requires = "mail_to")]
    pub smtp: Option<String>,
    /// The password of that user: the first line of this file, which only you may read; else CAMSWEEP_SMTP_PASSWORD.
    #[arg(long, value_name = "FILE", requires = "smtp")]
    pub smtp_password_file: Option<PathBuf>,
    /// Verify the mail server by these certificates (PEM) in place of the system's.
    #[arg(long, value_name = "FILE", requires = "smtp")]
    pub smtp_ca: Option<PathBuf>,
    /// Send what changed to this address as JSON, signed (Standard Webhooks); http:// on this machine only.
    #[arg(
        long,
        value_name = "https://HOST/PATH",
        requires = "webhook_secret_file",
        env = "CAMSWEEP_WEBHOOK",
        hide_env_values = true
    )]
    pub webhook: Option<String>,
    /// The secret that it is signed with: the first line of this file, which only you may read.
    #[arg(long, value_name = "FILE", env = "CAMSWEEP_WEBHOOK_SECRET_FILE")]
    pub webhook_secret_file: Option<PathBuf>,
    /// Verify the server of the webhook by these certificates (PEM) in place of the system's.
    #[arg(long, value_name = "FILE", requires = "webhook")]
    pub webhook_ca: Option<PathBuf>,
}

impl NoticeArgs {
    /// The files that are read.
    pub fn inputs(&self) -> impl Iterator<Item = &PathBuf> {
        let secrets = self.smtp_password_file.iter().chain(&self.webhook_secret_file);
        secrets.chain(&self.smtp_ca).chain(&self.webhook_ca)
    }
}

/// `camsweep deliver`.
#[derive(Debug, Clone, Default, Args)]
pub struct DeliverArgs {
    /// Give up what is waiting of this run; may be given again.
    #[arg(long, value_name = "RUN")]
    pub drop: Vec<i64>,
    /// Whom to tell: what waits for others is only listed.
    #[command(flatten)]
    pub notice: NoticeArgs,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}
