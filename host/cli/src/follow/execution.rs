//! One execution: where it stands, then a line for each thing that happens, and at its end where it stands then.
//!
//! What happened is told from the journal, of which only what is new is read; what programs say besides comes from
//! the feed that their runner leaves in the store. That a runner has died is told by its lease, which is watched as
//! long as a runner holds it.

use std::time::Duration;

use jiff::Timestamp;
use moontide_control::clocks::SystemClock;
use moontide_control::error::Result;
use moontide_control::leases;
use moontide_control::words;
use moontide_runtime::clock::Clock;
use moontide_runtime::journal::Entry;
use moontide_runtime::scheduler::{ExecutionStatus, Retold};
use moontide_runtime::store::feed::{Feed, Place};
use moontide_runtime::store::{LeaseRecord, Mark, Seal, Store, StoreError};

use super::beats::{self, Beats, Sign};
use super::line::{Line, News};
use super::{Calm, Screen};
use crate::context::Context;
use crate::exit;
use crate::view::{Record, Replaced, Summary, Worded};

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
    clock: SystemClock,
    /// How long a lease holds without a sign of life.
    ttl: Duration,
    /// Its lease, while a runner holds it, or has died with it.
    beats: Option<Beats>,
    /// The runner that is said to drive it.
    driver: Option<LeaseRecord>,
    /// When the lease is looked at next, and when all is, whether there is news or not.
    lease_at: Duration,
    all_at: Duration,
    /// The last line of the feed that was seen.
    said: Place,
    /// Whether it seems to be over, and the store has not said yet that it is.
    is_ending: bool,
}

/// What is new.
struct Behind {
    entries: Vec<Entry>,
    feed: Feed,
    /// Who drives it, if that is another one than before.
    runner: Option<LeaseRecord>,
    /// Whether it goes on elsewhere.
    is_moved: bool,
}

/// Follows an execution until it is over, or goes on elsewhere, or its lines are read no more.
pub(crate) async fn follow(context: &Context, store: &dyn Store, id: &str) -> Result<u8> {
    // Before the journal is read: what is said from here on is told.
    let said = store.feed(id).await.map_or_else(|_| Place::default(), |feed| feed.end());
    let ttl = leases::ttl(&context.environment, &context.settings(None)?)?;
    let record = Record::load(store, id).await?;
    let lease = store.lease(id).await.unwrap_or_default().filter(|lease| !lease.is_free());
    let screen = Screen::new(context.output);
    let is_over = record.is_over() || record.moved_to().is_some();
    if !screen.show([&Worded(context, &summary(context, store, &record).await)]).await? || is_over {
        return Ok(exit::COMPLETED);
    }
    let last = record.entries.last().map_or((0, 0), |entry| (entry.sequence, entry.epoch));
    let clock = SystemClock::new();
    let now = clock.monotonic();
    let mut follower = Follower {
        context,
        store,
        id,
        calm: Calm::new(context.output),
        screen,
        retold: Retold::behind(record.graph, record.state),
        last: last.0,
        epoch: last.1,
        clock,
        ttl,
        beats: lease.clone().map(|lease| Beats::new(ttl, lease, now)),
        // What is shown already.
        driver: lease.filter(|lease| record.runner.as_ref() == Some(&lease.holder)),
        lease_at: now + beats::period(ttl),
        all_at: now + WATCH,
        said,
        is_ending: false,
    };
    while follower.go_on().await? {}
    Ok(exit::COMPLETED)
}

async fn summary(context: &Context, store: &dyn Store, record: &Record) -> Summary {
    let replaced = Replaced::in_store(store, record).await;
    Summary { replaced, ..Summary::of(record, &context.limits) }
}

impl Follower<'_> {
    /// Waits for news and tells it; returns whether there may be more.
    async fn go_on(&mut self) -> Result<bool> {
        let mark = Mark { feed: Some(self.said), ..Mark::of_entries(self.id, self.last) };
        // Whether it answers again is worth a line of its own.
        let is_short = self.is_ending || self.calm.is_away();
        let time = if is_short { Duration::ZERO } else { self.until_next_look() };
        let watched = self.store.watch(&[mark], &self.clock, time).await;
        let has_news = match self.calm.hear(watched).await? {
            // The store was away when it had ended.
            _ if self.is_ending => return self.end().await,
            // Also if there was none for so long: what a watch overlooks, if it can, is found here.
            Some(news) => !news.is_empty() || self.clock.monotonic() >= self.all_at,
            None => return Ok(true),
        };
        if has_news && !self.tell().await? {
            return Ok(false);
        }
        let looked = self.look_at_the_lease().await;
        let line = self.calm.hear(looked).await?.flatten();
        self.screen.show(&line).await
    }

    /// Until the lease, or all, is to be looked at.
    fn until_next_look(&self) -> Duration {
        let lease_at = self.beats.as_ref().map_or(self.all_at, |_| self.lease_at);
        lease_at.min(self.all_at).saturating_sub(self.clock.monotonic())
    }

    /// Tells what is new; returns whether there may be more.
    async fn tell(&mut self) -> Result<bool> {
        let read = self.read().await;
        let Some(news) = self.calm.hear(read).await? else { return Ok(true) };
        self.all_at = self.clock.monotonic() + WATCH;
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
        let runner = lease.filter(|lease| !lease.is_free());
        // Where nothing else is new, that is.
        let is_quiet = entries.is_empty() && feed.end() <= self.said;
        let is_moved = match self.store.archive().filter(|_| is_quiet) {
            Some(archive) => matches!(archive.seal(self.id).await?, Some(Seal::Moved(_))),
            None => false,
        };
        Ok(Behind { entries, feed, runner, is_moved })
    }

    /// Looks whether its runner lives, if it is time to; returns what is new of that.
    async fn look_at_the_lease(&mut self) -> Result<Option<Line>, StoreError> {
        let now = self.clock.monotonic();
        let Some(beats) = self.beats.as_mut().filter(|_| now >= self.lease_at) else {
            return Ok(None);
        };
        self.lease_at = now + beats::period(self.ttl);
        let lease = self.store.lease(self.id).await?.filter(|lease| !lease.is_free());
        let sign = match &lease {
            Some(lease) => beats.look(self.store, (self.id, lease), now).await?,
            None => Sign::Stopped,
        };
        let news = match (lease, sign) {
            (Some(lease), Sign::Lives) => self.drives(lease),
            (lease, sign) => {
                // It may have come to its end before it left.
                if !self.store.journal(self.id, self.last + 1).await?.is_empty() {
                    return Ok(None);
                }
                if lease.is_none() {
                    self.beats = None;
                }
                // One that waits for a person has left in good order.
                let is_left =
                    lease.is_some() || self.retold.state().status() == ExecutionStatus::Running;
                self.driver.take().filter(|_| is_left).map(|driver| self.left(driver, sign))
            }
        };
        let (execution, at) = (self.id.to_owned(), self.clock.now());
        Ok(news.map(|news| Line { execution, at, news }))
    }

    /// This runner lives; news, if another one was said to drive it, or none.
    fn drives(&mut self, lease: LeaseRecord) -> Option<News> {
        let is_known = self.driver.as_ref().is_some_and(|driver| driver.epoch == lease.epoch);
        self.driver = Some(lease.clone());
        (!is_known).then(|| News::driven(lease.holder))
    }

    fn left(&self, driver: LeaseRecord, sign: Sign) -> News {
        let reason = match sign {
            Sign::Silent => {
                format!("has given no sign of life for {}", words::duration(self.ttl))
            }
            Sign::Stopped | Sign::Lives => "was stopped".to_owned(),
        };
        let next = self.context.command(&format!("resume {}", self.id));
        News::left(driver.holder, reason, next)
    }

    /// What is new, in the order in which it happened.
    fn lines(&mut self, news: Behind) -> Vec<Line> {
        let mut told: Vec<(Timestamp, News)> = Vec::new();
        let first = news.entries.first().map(|entry| entry.at);
        if let (Some(at), Some(lease)) = (first, news.runner) {
            let now = self.clock.monotonic();
            self.beats = Some(Beats::new(self.ttl, lease.clone(), now));
            self.lease_at = now + beats::period(self.ttl);
            told.extend(self.drives(lease).map(|news| (at, news)));
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
            self.screen.show([&Worded(self.context, &summary)]).await?;
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
