//! Notices by mail and webhook to servers on the loopback: told once, tried again, kept, never told twice. Nothing else is
//! spoken to.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may fail by it")]

#[path = "notices/exim.rs"]
mod exim;
#[path = "notices/mail.rs"]
mod mail;
mod program;
#[path = "golden/published.rs"]
mod published;
#[path = "notices/servers.rs"]
mod servers;
#[path = "notices/waiting.rs"]
mod waiting;
#[path = "notices/webhook.rs"]
mod webhook;

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;

const SECRET: &str = "a secret of more than 24 bytes";
const FROM: [&str; 2] = ["--mail-from", "camsweep@example.org"];

struct Ran {
    code: i32,
    out: String,
    err: String,
}

/// A home of its own, with a store and recorded replies; nothing outside it is touched.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Home {
        let home = Home(tempfile::tempdir().unwrap());
        home.replies(&["10.20.30.40"], "DS-2CD2143G0-I");
        home.secret("secret", SECRET);
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Replies of a unit at each of these, of that model.
    fn replies(&self, hosts: &[&str], model: &str) {
        let sadp = include_str!("replies/sadp-camera.xml");
        let line = |host: &&str| {
            let mac = format!(
                "44-47-CC-00-00-{:02x}",
                host.rsplit('.').next().unwrap().parse::<u8>().unwrap()
            );
            let text = sadp
                .replace(
                    "DS-2CD2143G0-I20190311AAWRC90000017",
                    &format!("SERIAL{}", host.replace('.', "-")),
                )
                .replace("DS-2CD2143G0-I", model)
                .replace("44-47-CC-0a-0b-0c", &mac);
            json!({"schema": "camsweep.reply/1", "host": host, "protocol": "sadp", "asked": "multicast inquiry",
                   "at": "2026-01-31T09:00:00Z", "text": text})
            .to_string()
        };
        let lines: Vec<String> = hosts.iter().map(line).collect();
        fs::write(self.path("replies"), lines.join("\n")).unwrap();
    }

    fn secret(&self, name: &str, secret: &str) {
        fs::write(self.path(name), secret).unwrap();
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o600)).unwrap();
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = program::camsweep();
        command.args(args).current_dir(self.0.path()).stdin(Stdio::null());
        command.env_remove("NO_PROXY").env_remove("no_proxy");
        // Nobody listens there: what goes to this machine itself takes no way around.
        command
            .env("HTTP_PROXY", "http://127.0.0.1:9")
            .env("HTTPS_PROXY", "http://127.0.0.1:9");
        command
            .env("SSL_CERT_FILE", self.path("system.pem"))
            .env_remove("SSL_CERT_DIR");
        command
    }

    fn run(&self, args: &[&str]) -> Ran {
        ran(&mut self.command(args))
    }

    /// Judges the replies, stores the run, and tells.
    fn judge(&self, to: &[&str]) -> Ran {
        self.run(&[&["judge", "replies", "--format", "ndjson", "--store=store.sqlite"], to].concat())
    }

    fn deliver(&self, to: &[&str]) -> Ran {
        self.run(&[&["deliver", "--store=store.sqlite"], to].concat())
    }
}

fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

fn by_mail<'a>(url: &'a str, to: &[&'a str]) -> Vec<&'a str> {
    let to = to.iter().flat_map(|to| ["--mail-to", to]);
    to.chain(FROM).chain(["--smtp", url]).collect()
}

fn by_webhook(url: &str) -> [&str; 4] {
    ["--webhook", url, "--webhook-secret-file", "secret"]
}

/// A port that was free a moment ago.
fn free() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A mail's text as people read it: quoted-printable undone.
fn read(mail: &str) -> String {
    let (head, body) = mail.split_once("\r\n\r\n").unwrap();
    if head.contains("base64") {
        let body: String = body.split_whitespace().collect();
        return String::from_utf8(STANDARD.decode(body).unwrap()).unwrap();
    }
    if !head.contains("quoted-printable") {
        return body.to_owned();
    }
    let (joined, mut bytes) = (body.replace("=\r\n", ""), Vec::new());
    let mut rest = joined.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        match first {
            b'=' => {
                bytes.push(u8::from_str_radix(std::str::from_utf8(&after[..2]).unwrap(), 16).unwrap());
                rest = &after[2..];
            }
            byte => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap()
}
