//! One execution: where it stands, then a line for each thing that happens, and at its end where it stands then.
//!
//! What happened is told from the journal, of which only what is new is read; what programs say besides comes from
//! the feed that their runner leaves in the store.

use std::time::Duration;

use jiff::Timestamp;
use moontide_runtime::clock::Clock;
use moontide_runtime::journal::Entry;
use moontide_runtime::scheduler::Retold;
use moontide_runtime::store::feed::{Feed, Place};
use moontide_runtime::store::{Mark, Seal, Store, StoreError};

use super::line::{Line, News};
use super::{Calm, Screen};
use crate::clocks::SystemClock;
use crate::context::Context;
use crate::error::Result;
use crate::exit;
use crate::view::{Record, Replaced, Summary};

/// How long the store is watched at a time.
const WATCH: Duration = Duration::from_mins(10);

/// How often a runner is given the time to leave, and how much each time.
const LEAVES: u32 = 10;
const LEAVING: Duration = Duration::from_millis(200);

/// How far an execution was seen.
struct Follower<'c> {
    context: &'c Context,
    store: &'c dyn Store,
    id: &'c str,
    calm: Calm,
    screen: Screen,
    retold: Retold,
    /// The last entry that was seen.
    last: u64,
    /// The epoch of its lease: another one is that of another runner.
    epoch: u64,
    /// The last line of the feed that was seen.
    said: Place,
    /// Whether it seems to be over, and the store has not said yet that it is.
    is_ending: bool,
}

/// What is new.
struct Behind {
    entries: Vec<Entry>,
    feed: Feed,
    runner: Option<String>,
    /// Whether it goes on elsewhere.
    is_moved: bool,
}

/// Follows an execution until it is over, or goes on elsewhere, or its lines are read no more.
pub(crate) async fn follow(context: &Context, store: &dyn Store, id: &str) -> Result<u8> {
    // Before the journal is read: what is said from here on is told.
    let said = store.feed(id).await.map_or_else(|_| Place::default(), |feed| feed.end());
    let record = Record::load(store, id).await?;
    let screen = Screen::new(context.output);
    let is_over = record.is_over() || record.moved_to().is_some();
    if !screen.show([&summary(context, store, &record).await]).await? || is_over {
        return Ok(exit::COMPLETED);
    }
    let last = record.entries.last().map_or((0, 0), |entry| (entry.sequence, entry.epoch));
    let mut follower = Follower {
        context,
        store,
        id,
        calm: Calm::new(context.output),
        screen,
        retold: Retold::behind(record.graph, record.state),
        last: last.0,
        epoch: last.1,
        said,
        is_ending: false,
    };
    while follower.go_on().await? {}
    Ok(exit::COMPLETED)
}

async fn summary(context: &Context, store: &dyn Store, record: &Record) -> Summary {
    let replaced = Replaced::in_store(store, record, context).await;
    Summary { replaced, ..Summary::of(record, context) }
}

impl Follower<'_> {
    /// Waits for news and tells it; returns whether there may be more.
    async fn go_on(&mut self) -> Result<bool> {
        let mark = Mark { feed: Some(self.said), ..Mark::of_entries(self.id, self.last) };
        // Whether it answers again is worth a line of its own.
        let is_short = self.is_ending || self.calm.is_away();
        let time = if is_short { Duration::ZERO } else { WATCH };
        let watched = self.store.watch(&[mark], &SystemClock::new(), time).await;
        match self.calm.hear(watched).await? {
            // The store was away when it had ended.
            _ if self.is_ending => return self.end().await,
            // Also if there was none for so long: what a watch overlooks, if it can, is found here.
            Some(_) => {}
            None => return Ok(true),
        }
        let read = self.read().await;
        let Some(news) = self.calm.hear(read).await? else { return Ok(true) };
        let is_moved = news.is_moved;
        let lines = self.lines(news);
        if !self.screen.show(&lines).await? {
            return Ok(false);
        }
        if !self.retold.state().status().is_terminal() && !is_moved {
            return Ok(true);
        }
        self.end().await
    }

    async fn read(&self) -> Result<Behind, StoreError> {
        let entries = self.store.journal(self.id, self.last + 1).await?;
        let feed = self.store.feed(self.id).await?;
        let is_taken_over = entries.last().is_some_and(|entry| entry.epoch > self.epoch);
        let lease = if is_taken_over { self.store.lease(self.id).await? } else { None };
        let runner = lease.filter(|lease| !lease.is_free()).map(|lease| lease.holder);
        // Where nothing else is new, that is.
        let is_quiet = entries.is_empty() && feed.end() <= self.said;
        let is_moved = match self.store.archive().filter(|_| is_quiet) {
            Some(archive) => matches!(archive.seal(self.id).await?, Some(Seal::Moved(_))),
            None => false,
        };
        Ok(Behind { entries, feed, runner, is_moved })
    }

    /// What is new, in the order in which it happened.
    fn lines(&mut self, news: Behind) -> Vec<Line> {
        let mut told: Vec<(Timestamp, News)> = Vec::new();
        let first = news.entries.first().map(|entry| entry.at);
        told.extend(first.zip(news.runner).map(|(at, runner)| (at, News::driven(runner))));
        for entry in &news.entries {
            let notices = self.retold.next(entry);
            told.extend(notices.into_iter().map(|notice| (entry.at, News::notice(notice))));
            (self.last, self.epoch) = (entry.sequence, entry.epoch);
        }
        let said = news.feed.behind(self.said);
        told.extend(said.map(|line| (line.at, News::notice(line.words.clone().notice()))));
        self.said = news.feed.end().max(self.said);
        told.sort_by_key(|(at, _)| *at);
        let line = |(at, news)| Line { execution: self.id.to_owned(), at, news };
        told.into_iter().map(line).collect()
    }

    /// Says how it has ended, if it has: somebody may have changed their mind already.
    async fn end(&mut self) -> Result<bool> {
        let record = Record::load(self.store, self.id).await;
        self.is_ending = true;
        let Some(record) = self.calm.hear_view(record).await? else { return Ok(true) };
        self.is_ending = false;
        if !record.is_over() && record.moved_to().is_none() {
            return Ok(true);
        }
        let lines = self.last_words().await;
        if self.screen.show(&lines).await? {
            let summary = summary(self.context, self.store, &record).await;
            self.screen.show([&summary]).await?;
        }
        Ok(false)
    }

    /// What its programs said last, once its runner has left it there, or has had the time to.
    async fn last_words(&mut self) -> Vec<Line> {
        let clock = SystemClock::new();
        for _ in 0..LEAVES {
            match self.store.lease(self.id).await {
                Ok(Some(lease)) if !lease.is_free() => clock.sleep(LEAVING).await,
                _ => break,
            }
        }
        // What cannot be read now is no reason to stay.
        let feed = self.store.feed(self.id).await.unwrap_or_default();
        self.lines(Behind { entries: Vec::new(), feed, runner: None, is_moved: false })
    }
}
