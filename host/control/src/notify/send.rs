//! Telling what is left, without a drive: for an operator, and for cron.

use std::sync::Arc;
use std::time::Duration;

use moontide_runtime::clock::Clock;
use moontide_runtime::store::Store;
use schemars::JsonSchema;
use serde::Serialize;

use super::catch_up::{self, Words};
use super::queue::{By, Item, Standing};
use super::receiver::Receiver;
use super::round::{Came, Post};
use super::sender::Wire;
use crate::error::Result;

/// The pause between two looks, where nothing says that the next one is to be earlier.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// What is needed for it.
pub struct Sending<'s> {
    /// Where the queue is.
    pub store: &'s Arc<dyn Store>,
    /// The receivers.
    pub receivers: &'s Arc<[Receiver]>,
    /// How they are reached.
    pub wire: &'s dyn Wire,
    /// Whose time it is.
    pub clock: &'s dyn Clock,
    /// The teller's name.
    pub teller: &'s str,
}

/// What it has come to.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct Sent {
    /// How many events were queued that no runner had queued yet.
    pub queued: usize,
    /// How it went with each receiver.
    pub receivers: Vec<Told>,
    /// Executions whose journals could not be read, and notifications that could not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
}

/// How it went with a receiver.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct Told {
    /// Its name.
    pub receiver: String,
    /// How many events it has taken.
    pub told: usize,
    /// How many wait still.
    pub left: usize,
    /// How many were given up.
    pub given_up: usize,
    /// What it said when it took nothing.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub said: String,
}

impl Sent {
    /// Whether all of it was told.
    pub fn is_all(&self) -> bool {
        self.unread.is_empty() && self.receivers.iter().all(|it| it.left + it.given_up == 0)
    }

    fn left(&self) -> usize {
        self.receivers.iter().map(|it| it.left).sum()
    }
}

impl Sending<'_> {
    /// Queues what runners have left unqueued, and tells each receiver what is due: once, or until nothing waits, or
    /// `interrupt` is ready.
    pub async fn go(
        &self,
        words: impl Fn() -> Words,
        until_empty: bool,
        mut interrupt: impl AsyncFnMut(),
    ) -> Result<Sent> {
        let mut sent = Sent::default();
        let names = self.receivers.iter().map(|it| it.name.clone());
        sent.receivers = names.map(|receiver| Told { receiver, ..Told::default() }).collect();
        loop {
            let (queued, unread) =
                catch_up::all(self.store, self.receivers, &words, self.by()).await?;
            sent.queued += queued;
            sent.unread = unread.into_iter().map(|(id, error)| format!("{id}: {error}")).collect();
            let (_, torn) = Item::all_and_unreadable(self.store.as_ref(), None).await?;
            sent.unread.extend(torn);
            let rounds = self.receivers.iter().map(|receiver| self.tell(receiver));
            let mut next = LOOK_AGAIN;
            for (told, came) in
                sent.receivers.iter_mut().zip(futures_util::future::join_all(rounds).await)
            {
                let came = came?;
                next = came.next.map_or(next, |it| it.min(next));
                told.told += came.told;
                told.given_up += came.given_up;
                (told.left, told.said) = (came.left, came.trouble);
            }
            if !until_empty || sent.left() == 0 {
                return Ok(sent);
            }
            tokio::select! {
                biased;
                () = interrupt() => return Ok(sent),
                () = self.clock.sleep(next) => {}
            }
        }
    }

    /// Lets what was given up be attempted anew. Returns how many those are.
    pub async fn revive(&self) -> Result<usize> {
        let mut count = 0;
        for item in Item::all(self.store.as_ref(), None).await? {
            let is_known = self.receivers.iter().any(|it| it.name == item.receiver);
            if is_known && item.terms.standing == Standing::GivenUp {
                item.revive(self.store.as_ref(), self.by()).await?;
                count += 1;
            }
        }
        Ok(count)
    }

    async fn tell(&self, receiver: &Receiver) -> Result<Came> {
        let store = self.store.as_ref();
        let post = Post { store, clock: self.clock, wire: self.wire, teller: self.teller };
        Ok(post.tell(receiver).await?)
    }

    fn by(&self) -> By<'_> {
        By { teller: self.teller, at: self.clock.now() }
    }
}
