//! How notices are delivered: the oldest first, each tried a few times where its trouble may pass, and never by two runs
//! at once.

use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;
use tokio::runtime::Runtime;

use super::{Failure, Notices};
use crate::cli::exit::Code;
use crate::cli::history::failed;
use crate::cli::interruption;
use crate::deliver::Trouble;
use crate::deliver::notice::Notice;
use crate::store::{Delivery, Owed, Store};

/// The ways, as the store has them.
pub(super) const MAIL: &str = "mail";
pub(super) const WEBHOOK: &str = "webhook";

/// How long is waited before a notice is tried again. What takes longer to pass waits for the next run.
const PAUSES: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(5)];

/// What is to be delivered.
pub enum Post {
    /// All that the store has.
    Kept(Box<Store>),
    /// What a run without a store owes, which nobody will try again.
    Unkept(Vec<Owed>),
}

impl Post {
    pub(super) fn waiting(&mut self) -> Result<Vec<Delivery>, Failure> {
        match self {
            Post::Kept(store) => store.waiting().map_err(|error| failed(&error)),
            Post::Unkept(owed) => {
                let delivery = |owed: &Owed| Delivery {
                    run: 0,
                    number: 0,
                    owed: owed.clone(),
                    tries: 0,
                    tried: None,
                    trouble: None,
                };
                Ok(owed.iter().map(delivery).collect())
            }
        }
    }

    /// Whether it is ours to deliver.
    fn claim(&mut self, delivery: &Delivery) -> Result<bool, Failure> {
        match self {
            Post::Kept(store) => store.claim(delivery, Timestamp::now()).map_err(|error| failed(&error)),
            Post::Unkept(_) => Ok(true),
        }
    }

    fn settle(&mut self, delivery: &Delivery, went: &Result<(), Trouble>) -> Result<(), Failure> {
        let went = went.as_ref().copied().map_err(|trouble| trouble.why.as_str());
        match self {
            Post::Kept(store) => store
                .settle(delivery, went, Timestamp::now())
                .map_err(|error| failed(&error)),
            Post::Unkept(_) => Ok(()),
        }
    }

    fn remedy(&self) -> &'static str {
        match self {
            Post::Kept(_) => {
                "the report is whole; the store keeps what is waiting, the next run with it tries again, or camsweep deliver"
            }
            Post::Unkept(_) => "the report is whole; with --store what cannot be delivered is kept and tried again",
        }
    }
}

impl Notices {
    /// Delivers what waits for those who are to be told by this run.
    ///
    /// # Errors
    /// What did not get there, in one line; its code is [`Code::NotDelivered`].
    pub fn deliver(&self, post: &mut Post) -> Result<(), Failure> {
        let undelivered = |message: String, post: &Post| Failure::new(Code::NotDelivered, message, post.remedy());
        let targets = self.targets();
        let waiting = post.waiting().map_err(|failure| undelivered(failure.message, post))?;
        let waits = |delivery: &&Delivery| {
            let to = (delivery.owed.way.as_str(), delivery.owed.target.as_str());
            targets.iter().any(|(way, target)| (*way, target.as_str()) == to)
        };
        let ours: Vec<&Delivery> = waiting.iter().filter(waits).collect();
        if ours.is_empty() {
            return Ok(());
        }
        let cannot = |error: std::io::Error| undelivered(format!("cannot deliver notices: {error}"), post);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(cannot)?;
        let (mut left, mut troubles) = (0, Vec::new());
        for way in [MAIL, WEBHOOK] {
            let ours: Vec<&Delivery> = ours.iter().copied().filter(|one| one.owed.way == way).collect();
            let went = self.all(&runtime, post, &ours);
            let (undone, trouble) = went.map_err(|failure| undelivered(failure.message, post))?;
            left += undone;
            troubles.extend(trouble);
        }
        // A name that DNS still owes must not hold up the end.
        runtime.shutdown_background();
        match left {
            0 => Ok(()),
            _ => Err(undelivered(
                format!("{left} notice(s) were not delivered: {}", troubles.join("; ")),
                post,
            )),
        }
    }

    /// Those of one way. How many are left, and what the first trouble was.
    fn all(&self, runtime: &Runtime, post: &mut Post, ours: &[&Delivery]) -> Result<(usize, Option<String>), Failure> {
        let (mut left, mut first) = (0, None);
        for (place, delivery) in ours.iter().enumerate() {
            let Some(trouble) = self.one(runtime, post, delivery)? else {
                continue;
            };
            left += 1;
            let alone = trouble.alone;
            first = first.or(Some(trouble.why));
            if !alone {
                // It would be the same with the others.
                left += ours.len() - place - 1;
                break;
            }
        }
        Ok((left, first))
    }

    /// One of them, as often as it makes sense.
    fn one(&self, runtime: &Runtime, post: &mut Post, delivery: &Delivery) -> Result<Option<Trouble>, Failure> {
        let mut pauses = PAUSES.iter();
        loop {
            if !post.claim(delivery)? {
                return Ok(None);
            }
            let went = runtime.block_on(unless_interrupted(self.send(&delivery.owed)));
            let (went, stopped) = went.map_or_else(|stopped| (Err(stopped), true), |went| (went, false));
            post.settle(delivery, &went)?;
            let Err(trouble) = went else {
                return Ok(None);
            };
            let pause = pauses.next().filter(|_| trouble.may_pass && !stopped);
            let Some(pause) = pause else {
                return Ok(Some(trouble));
            };
            if let Err(stopped) = runtime.block_on(unless_interrupted(async { tokio::time::sleep(*pause).await })) {
                return Ok(Some(stopped));
            }
        }
    }

    async fn send(&self, owed: &Owed) -> Result<(), Trouble> {
        let broken = |error: String| Trouble {
            why: format!(
                "{} to {}: what is stored of it is no notice: {error}",
                owed.way, owed.target
            ),
            may_pass: false,
            alone: true,
        };
        let notice: Notice = serde_json::from_str(&owed.notice).map_err(|error| broken(error.to_string()))?;
        match (owed.way.as_str(), &self.mail, &self.webhook) {
            (MAIL, Some((mail, _)), _) => {
                let to = owed.target.parse();
                mail.send(&to.map_err(|_| broken("its address is none".into()))?, &notice)
                    .await
            }
            (WEBHOOK, _, Some(webhook)) => webhook.send(&notice, Timestamp::now()).await,
            _ => Err(broken("nobody is told this way".into())),
        }
    }
}

/// Until the user has enough of it: a server that hangs must not keep a terminal.
async fn unless_interrupted<T>(what: impl Future<Output = T>) -> Result<T, Trouble> {
    tokio::select! {
        // Listened for before anything is said to anybody.
        biased;
        Ok(()) = interruption() => Err(Trouble {
            why: "interrupted while notices were delivered".into(),
            may_pass: false,
            alone: false,
        }),
        done = what => Ok(done),
    }
}
