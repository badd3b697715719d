//! One execution: where it stands, then each thing that happens, and at its end where it stands then.
//!
//! What happened is told from the journal, of which only what is new is read; what programs say besides comes from
//! the feed that their runner leaves in the store. That a runner has died is told by its lease, which is watched as
//! long as a runner holds it.

use std::time::Duration;

use jiff::Timestamp;
use moontide_runtime::clock::Clock;
use moontide_runtime::journal::Entry;
use moontide_runtime::scheduler::Retold;
use moontide_runtime::store::feed::{Feed, Place};
use moontide_runtime::store::{LeaseRecord, Mark, Seal, Store, StoreError};

use super::calm::Calm;
use super::change::{Change, News, Seen};
use super::runner::RunnerWatch;
use crate::clocks::SystemClock;
use crate::error::Result;
use crate::listener::Listener;
use crate::view::{Record, Replaced, Summary};

/// How long the store is watched at a time.
const WATCH: Duration = Duration::from_mins(10);

/// How often a runner is given the time to leave, and how much each time.
const LEAVES: u32 = 10;
const LEAVING: Duration = Duration::from_millis(200);

/// Watches an execution.
pub struct ExecutionWatch<'w> {
    store: &'w dyn Store,
    id: String,
    /// Limits that the operator has given with this call.
    typed: Vec<(String, String)>,
    calm: Calm<'w>,
    clock: SystemClock,
    retold: Retold,
    /// The last entry that was seen.
    last: u64,
    /// The epoch of its lease: another one is that of another runner.
    epoch: u64,
    runner: RunnerWatch,
    /// When all is looked at next, whether there is news or not.
    all_at: Duration,
    /// The last line of the feed that was seen.
    said: Place,
    turn: Turn,
}

/// What is done next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// Waiting for news, and telling it.
    News,
    /// Looking whether it is over. It seems to be.
    End,
    /// The same once more: the store was away.
    EndAgain,
    /// Looking at its lease.
    Lease,
    /// Nothing: it is over.
    Over,
}

/// What is new.
struct Behind {
    entries: Vec<Entry>,
    feed: Feed,
    /// Its runner, if that is another one than before.
    runner: Option<LeaseRecord>,
    /// Whether it goes on elsewhere.
    is_moved: bool,
}

impl<'w> ExecutionWatch<'w> {
    /// Begins to watch an execution in a store whose leases hold for `ttl`. Returns where it stands, too.
    pub async fn begin(
        (store, listener): (&'w dyn Store, &'w dyn Listener),
        id: &str,
        ttl: Duration,
        typed: &[(String, String)],
    ) -> Result<(Seen, ExecutionWatch<'w>)> {
        // Before the journal is read: what is said from here on is told.
        let said = store.feed(id).await.map_or_else(|_| Place::default(), |feed| feed.end());
        let record = Record::load(store, id).await?;
        let lease = store.lease(id).await.unwrap_or_default().filter(|lease| !lease.is_free());
        let stands = stands(store, &record, typed).await;
        let is_over = record.is_over() || record.moved_to().is_some();
        let last = record.entries.last().map_or((0, 0), |entry| (entry.sequence, entry.epoch));
        let clock = SystemClock::new();
        let now = clock.monotonic();
        // What is shown already.
        let driver = lease.clone().filter(|lease| record.runner.as_ref() == Some(&lease.holder));
        let watch = ExecutionWatch {
            store,
            id: id.to_owned(),
            typed: typed.to_vec(),
            calm: Calm::new(listener),
            retold: Retold::behind(record.graph, record.state),
            last: last.0,
            epoch: last.1,
            clock,
            runner: RunnerWatch::new(ttl, (lease, driver), now),
            all_at: now + WATCH,
            said,
            turn: if is_over { Turn::Over } else { Turn::News },
        };
        Ok((stands, watch))
    }

    /// Waits for something to happen, and tells it; `None`: it is over, or goes on elsewhere, and that was told.
    pub async fn next(&mut self) -> Result<Option<Vec<Seen>>> {
        while self.turn != Turn::Over {
            let seen = match self.turn {
                Turn::End => {
                    self.turn = Turn::Lease;
                    self.end().await?
                }
                Turn::Lease => {
                    self.turn = Turn::News;
                    self.look_at_the_lease().await?
                }
                Turn::News | Turn::EndAgain | Turn::Over => self.news().await?,
            };
            if !seen.is_empty() {
                return Ok(Some(seen));
            }
        }
        Ok(None)
    }

    /// Waits for news and tells it.
    async fn news(&mut self) -> Result<Vec<Seen>> {
        let mark = Mark { feed: Some(self.said), ..Mark::of_entries(&self.id, self.last) };
        // Whether it answers again is worth a word of its own.
        let is_ending = self.turn == Turn::EndAgain;
        let is_short = is_ending || self.calm.is_away();
        let time = if is_short { Duration::ZERO } else { self.until_next_look() };
        let watched = self.store.watch(&[mark], &self.clock, time).await;
        let has_news = match self.calm.hear(watched).await? {
            // The store was away when it had ended.
            _ if is_ending => {
                self.turn = Turn::News;
                return self.end().await;
            }
            // Also if there was none for so long: what a watch overlooks, if it can, is found here.
            Some(news) => !news.is_empty() || self.clock.monotonic() >= self.all_at,
            None => return Ok(Vec::new()),
        };
        self.turn = Turn::Lease;
        if has_news { self.tell().await } else { Ok(Vec::new()) }
    }

    /// Until the lease, or all, is to be looked at.
    fn until_next_look(&self) -> Duration {
        let lease_at = self.runner.due().unwrap_or(self.all_at);
        lease_at.min(self.all_at).saturating_sub(self.clock.monotonic())
    }

    /// Tells what is new.
    async fn tell(&mut self) -> Result<Vec<Seen>> {
        let read = self.read().await;
        let Some(news) = self.calm.hear(read).await? else { return Ok(Vec::new()) };
        self.all_at = self.clock.monotonic() + WATCH;
        let is_moved = news.is_moved;
        let seen = self.changes(news);
        if self.retold.state().status().is_terminal() || is_moved {
            self.turn = Turn::End;
        }
        Ok(seen)
    }

    async fn read(&self) -> Result<Behind, StoreError> {
        let (store, id) = (self.store, self.id.as_str());
        let entries = store.journal(id, self.last + 1).await?;
        let feed = store.feed(id).await?;
        let is_taken_over = entries.last().is_some_and(|entry| entry.epoch > self.epoch);
        let lease = if is_taken_over { store.lease(id).await? } else { None };
        let runner = lease.filter(|lease| !lease.is_free());
        // Where nothing else is new, that is.
        let is_quiet = entries.is_empty() && feed.end() <= self.said;
        let is_moved = match store.archive().filter(|_| is_quiet) {
            Some(archive) => matches!(archive.seal(id).await?, Some(Seal::Moved(_))),
            None => false,
        };
        Ok(Behind { entries, feed, runner, is_moved })
    }

    async fn look_at_the_lease(&mut self) -> Result<Vec<Seen>> {
        let of = (self.id.as_str(), self.last, self.retold.state().status());
        let looked = self.runner.look(self.store, of, self.clock.monotonic()).await;
        let news = self.calm.hear(looked).await?.flatten();
        let at = self.clock.now();
        Ok(news.into_iter().map(|news| self.seen(at, news)).collect())
    }

    /// What is new, in the order in which it happened.
    fn changes(&mut self, news: Behind) -> Vec<Seen> {
        let mut told: Vec<(Timestamp, News)> = Vec::new();
        let first = news.entries.first().map(|entry| entry.at);
        if let (Some(at), Some(lease)) = (first, news.runner) {
            let driven = self.runner.takes_over(lease, self.clock.monotonic());
            told.extend(driven.map(|news| (at, news)));
        }
        for entry in &news.entries {
            let notices = self.retold.next(entry);
            told.extend(notices.into_iter().map(|notice| (entry.at, News::notice(notice))));
            (self.last, self.epoch) = (entry.sequence, entry.epoch);
        }
        let said = news.feed.behind(self.said);
        told.extend(said.map(|line| (line.at, News::notice(line.words.clone().notice()))));
        self.said = news.feed.end().max(self.said);
        told.sort_by_key(|(at, _)| *at);
        told.into_iter().map(|(at, news)| self.seen(at, news)).collect()
    }

    fn seen(&self, at: Timestamp, news: News) -> Seen {
        Seen::Happened(Change { execution: self.id.clone(), at, news })
    }

    /// Says how it has ended, if it has: a person may have taken it up again already.
    async fn end(&mut self) -> Result<Vec<Seen>> {
        let record = Record::load(self.store, &self.id).await;
        let Some(record) = self.calm.hear_view(record).await? else {
            self.turn = Turn::EndAgain;
            return Ok(Vec::new());
        };
        if !record.is_over() && record.moved_to().is_none() {
            return Ok(Vec::new());
        }
        let mut seen = self.last_words().await;
        seen.push(stands(self.store, &record, &self.typed).await);
        self.turn = Turn::Over;
        Ok(seen)
    }

    /// What its programs said last, once its runner has left it there, or has had the time to.
    async fn last_words(&mut self) -> Vec<Seen> {
        for _ in 0..LEAVES {
            match self.store.lease(&self.id).await {
                Ok(Some(lease)) if !lease.is_free() => self.clock.sleep(LEAVING).await,
                _ => break,
            }
        }
        // What cannot be read now is no reason to stay.
        let feed = self.store.feed(&self.id).await.unwrap_or_default();
        self.changes(Behind { entries: Vec::new(), feed, runner: None, is_moved: false })
    }
}

/// Where an execution stands, with what others have launched since.
async fn stands(store: &dyn Store, record: &Record, typed: &[(String, String)]) -> Seen {
    let replaced = Replaced::in_store(store, record).await;
    Seen::Stands(Box::new(Summary { replaced, ..Summary::of(record, typed) }))
}

#[cfg(test)]
mod tests {
    use moontide_kit::staged::{execution, failed, journal, keep, started};
    use moontide_runtime::scheduler::ExecutionStatus;
    use moontide_runtime::store::MemoryStore;
    use serde_json::json;

    use super::*;
    use crate::listener::Silent;

    const TTL: Duration = Duration::from_secs(30);

    fn statuses(seen: &[Seen]) -> Vec<ExecutionStatus> {
        let stands = seen.iter().filter_map(|it| match it {
            Seen::Stands(summary) => Some(summary.status),
            Seen::Happened(_) => None,
        });
        stands.collect()
    }

    #[tokio::test]
    async fn what_happens_is_told_until_it_is_over() {
        let store = MemoryStore::new();
        keep(&store, &execution("x", 0, &["db"]), vec![started()]).await;
        let (stands, mut watch) =
            ExecutionWatch::begin((&store, &Silent), "x", TTL, &[]).await.unwrap();
        assert_eq!(statuses(&[stands]), [ExecutionStatus::Running]);
        let free = store.lease("x").await.unwrap();
        let lease = store.take("x", "bob", free.as_ref()).await.unwrap();
        let mut end = journal(20, vec![failed("db", "NoRoom", &json!({}))]);
        (end[0].sequence, end[0].epoch) = (2, lease.epoch);
        store.append(&lease, &end).await.unwrap();
        let told = watch.next().await.unwrap().unwrap();
        let told = serde_json::to_value(&told).unwrap();
        assert_eq!((&told[0]["notice"], &told[0]["runner"]), (&json!("driven"), &json!("bob")));
        assert_eq!((&told[1]["notice"], &told[1]["wave"]), (&json!("wave"), &json!("db")));
        store.release(&lease).await.unwrap();
        let last = watch.next().await.unwrap().unwrap();
        assert_eq!(statuses(&last), [ExecutionStatus::Failed]);
        assert!(watch.next().await.unwrap().is_none());
    }

    #[tokio::test]
    async fn of_one_that_is_over_nothing_more_is_told() {
        let store = MemoryStore::new();
        let bodies = vec![started(), failed("db", "NoRoom", &json!({}))];
        keep(&store, &execution("x", 0, &["db"]), bodies).await;
        let (stands, mut watch) =
            ExecutionWatch::begin((&store, &Silent), "x", TTL, &[]).await.unwrap();
        assert_eq!(statuses(&[stands]), [ExecutionStatus::Failed]);
        assert!(watch.next().await.unwrap().is_none());
    }
}
