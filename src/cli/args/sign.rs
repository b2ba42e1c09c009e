//! The commands of signatures.

use std::path::PathBuf;

use clap::Args;

/// `camsweep keygen`.
#[derive(Debug, Clone, Default, Args)]
pub struct KeygenArgs {
    /// The file of the secret key, for its owner only; the public key goes to FILE.pub.
    pub file: PathBuf,
    /// Protect the secret key by no password, for cron: who reads the file can sign.
    #[arg(long)]
    pub no_password: bool,
}

/// `camsweep sign`.
#[derive(Debug, Clone, Default, Args)]
pub struct SignArgs {
    /// What is signed, as it is; the signature goes to FILE.minisig.
    pub file: PathBuf,
    /// The secret key. Its password comes from CAMSWEEP_KEY_PASSWORD or is asked for.
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
}

/// `camsweep verify`.
#[derive(Debug, Clone, Default, Args)]
pub struct VerifyArgs {
    /// What was signed.
    pub file: PathBuf,
    /// The public key of whoever signed it.
    #[arg(long, value_name = "FILE")]
    pub public_key: PathBuf,
    /// The signature, where it is not in FILE.minisig.
    #[arg(long, value_name = "FILE")]
    pub signature: Option<PathBuf>,
}
