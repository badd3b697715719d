//! A store that lives and dies with its process: for rehearsals, and for tests.

mod documents;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::{Notify, watch};

use super::listing::{Part, Row, Standing, Wanted};
use super::sources::Parted;
use super::{Feed, Lease, LeaseRecord, Listed, Mark, Store, StoreError, Stored, append, stored};
use crate::clock::Clock;
use crate::history::{Entry, Execution, Signal, chain};

/// Keeps executions in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    executions: Mutex<BTreeMap<String, Kept>>,
    documents: Mutex<documents::Kept>,
    /// How often an execution has got an entry, a signal or a line, or changed hands: wakes those who watch.
    news: watch::Sender<u64>,
    /// The entry behind which a runner gets no answer any more; 0: none.
    last: AtomicU64,
    /// Wakes those who wait for that entry.
    written: Notify,
}

/// An execution with all that belongs to it.
#[derive(Debug)]
struct Kept {
    head: Execution,
    journal: Vec<Entry>,
    lease: Option<LeaseRecord>,
    /// Number n is at place n - 1.
    signals: Vec<Signal>,
    standing: Standing,
    /// The versions of documents that effects have made, by their keys.
    marks: BTreeMap<String, u64>,
    feed: Feed,
}

impl MemoryStore {
    /// A store without executions.
    pub fn new() -> MemoryStore {
        MemoryStore::default()
    }

    /// From now on a runner that has written this entry, or finds it written, gets no answer: it is to be killed there.
    /// 0: every runner gets one.
    pub fn silent_behind(&self, sequence: u64) {
        self.last.store(sequence, Ordering::Relaxed);
    }

    /// Returns once a runner has written the entry behind which it gets no answer.
    pub async fn fell_silent(&self) {
        self.written.notified().await;
    }

    /// Gives no answer behind the last entry that a runner was to write.
    async fn answer_behind(&self, sequence: u64) {
        let last = self.last.load(Ordering::Relaxed);
        if last > 0 && sequence >= last {
            self.written.notify_one();
            std::future::pending::<()>().await;
        }
    }

    /// The rows of an execution as a store with a file would have them: its head, then its entries, chained.
    /// Here they are made when they are asked for: what lies in memory has no bytes of its own.
    pub fn rows(&self, id: &str) -> Result<Vec<String>, StoreError> {
        self.with(id, |kept| {
            let unreadable = |error: serde_json::Error| StoreError::Unusable {
                place: "memory".to_owned(),
                message: error.to_string(),
                transient: false,
            };
            let mut rows = vec![Parted::of(&kept.head).map_err(unreadable)?.head];
            for entry in &kept.journal {
                let mut row = chain::unchained(entry).map_err(unreadable)?;
                if let Some(last) = rows.last()
                    && chain::is_kept(kept.head.format)
                {
                    row = chain::chained(&row, chain::link(last));
                }
                rows.push(row);
            }
            Ok(rows)
        })
    }

    fn executions(&self) -> MutexGuard<'_, BTreeMap<String, Kept>> {
        // Nothing in here panics half-way through a change.
        self.executions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something with the execution `id`, if it is there and readable.
    fn with<T>(
        &self,
        id: &str,
        act: impl FnOnce(&mut Kept) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut executions = self.executions();
        let kept = executions.get_mut(id).ok_or_else(|| StoreError::NotFound(id.to_owned()))?;
        kept.head
            .format
            .readable()
            .map_err(|source| StoreError::Format { place: format!("execution `{id}`"), source })?;
        act(kept)
    }
}

impl Kept {
    fn last_sequence(&self) -> u64 {
        self.journal.last().map_or(0, |entry| entry.sequence)
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn create(&self, execution: &Execution) -> Result<(), StoreError> {
        match self.executions().entry(execution.id.clone()) {
            Slot::Occupied(_) => Err(StoreError::Exists(execution.id.clone())),
            Slot::Vacant(slot) => {
                slot.insert(Kept {
                    head: execution.clone(),
                    journal: Vec::new(),
                    lease: None,
                    signals: Vec::new(),
                    standing: Standing::NEW,
                    marks: BTreeMap::new(),
                    feed: Feed::default(),
                });
                self.news.send_modify(|count| *count += 1);
                Ok(())
            }
        }
    }

    async fn execution(&self, id: &str) -> Result<Execution, StoreError> {
        self.with(id, |kept| Ok(kept.head.clone()))
    }

    async fn list(&self) -> Result<Vec<Listed>, StoreError> {
        let listed = |kept: &Kept| Listed {
            id: kept.head.id.clone(),
            runbook: kept.head.plan.name.clone(),
            created_at: kept.head.created_at,
            last_sequence: kept.last_sequence(),
        };
        let mut list: Vec<Listed> = self.executions().values().map(listed).collect();
        list.sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| a.id.cmp(&b.id)));
        Ok(list)
    }

    async fn find(&self, wanted: &Wanted) -> Result<Part, StoreError> {
        let row = |kept: &Kept| Row::of(&kept.head, kept.standing, kept.signals.len() as u64);
        let mut rows: Vec<Row> = self.executions().values().map(row).collect();
        rows.retain(|row| wanted.takes(row));
        rows.sort_by_key(|row| Reverse((row.created_at, row.id.clone())));
        rows.truncate(wanted.limit.map_or(usize::MAX, |limit| limit.saturating_add(1)));
        Ok(Part::of(rows, wanted.limit))
    }

    async fn append_standing(
        &self,
        lease: &Lease,
        entries: &[Entry],
        standing: Option<Standing>,
    ) -> Result<(), StoreError> {
        let before = self.with(&lease.execution, |kept| Ok(kept.last_sequence()))?;
        self.answer_behind(before).await;
        let sequence = self.with(&lease.execution, |kept| {
            append::check(lease, kept.lease.as_ref(), kept.last_sequence(), entries)?;
            kept.journal.extend_from_slice(entries);
            kept.standing = standing.unwrap_or(kept.standing);
            self.news.send_modify(|count| *count += 1);
            Ok(kept.last_sequence())
        })?;
        self.answer_behind(sequence).await;
        Ok(())
    }

    async fn journal(&self, id: &str, from: u64) -> Result<Vec<Entry>, StoreError> {
        self.with(id, |kept| {
            let start = kept.journal.partition_point(|entry| entry.sequence < from);
            Ok(kept.journal[start..].to_vec())
        })
    }

    async fn stored(&self, id: &str) -> Result<Stored, StoreError> {
        let mut rows = self.rows(id)?.into_iter();
        let head = rows.next().ok_or_else(|| "it is not there".to_owned());
        self.with(id, |kept| {
            Ok(Stored {
                id: id.to_owned(),
                format: kept.head.format,
                head,
                rows: rows.map(|row| stored::Row { number: None, text: Ok(row) }).collect(),
                last: None,
                standing: Some(kept.standing),
                seal: None,
            })
        })
    }

    async fn lease(&self, id: &str) -> Result<Option<LeaseRecord>, StoreError> {
        self.with(id, |kept| Ok(kept.lease.clone()))
    }

    async fn take(
        &self,
        id: &str,
        holder: &str,
        seen: Option<&LeaseRecord>,
    ) -> Result<Lease, StoreError> {
        self.with(id, |kept| {
            let lease = Lease::take(id, holder, seen, kept.lease.as_ref())?;
            kept.lease = Some(lease.record());
            self.news.send_modify(|count| *count += 1);
            Ok(lease)
        })
    }

    async fn holder_is_gone(&self, id: &str, _seen: &LeaseRecord) -> Result<bool, StoreError> {
        // The caller lives in the holder's process.
        self.with(id, |_| Ok(false))
    }

    async fn renew(&self, lease: &Lease) -> Result<(), StoreError> {
        self.with(&lease.execution, |kept| {
            lease.check(kept.lease.as_ref())?;
            kept.lease.iter_mut().for_each(|record| record.beat += 1);
            Ok(())
        })
    }

    async fn release(&self, lease: &Lease) -> Result<(), StoreError> {
        self.with(&lease.execution, |kept| {
            if lease.check(kept.lease.as_ref()).is_ok() {
                kept.lease.iter_mut().for_each(|record| record.holder.clear());
                self.news.send_modify(|count| *count += 1);
            }
            Ok(())
        })
    }

    async fn send(&self, id: &str, signal: &Signal) -> Result<u64, StoreError> {
        self.with(id, |kept| {
            kept.signals.push(signal.clone());
            self.news.send_modify(|count| *count += 1);
            Ok(kept.signals.len() as u64)
        })
    }

    async fn signals(&self, id: &str, after: u64) -> Result<Vec<(u64, Signal)>, StoreError> {
        self.with(id, |kept| {
            let numbered = (1..).zip(&kept.signals);
            let later = numbered.filter(|(number, _)| *number > after);
            Ok(later.map(|(number, signal)| (number, signal.clone())).collect())
        })
    }

    async fn publish(&self, lease: &Lease, feed: &Feed) -> Result<(), StoreError> {
        self.with(&lease.execution, |kept| {
            if kept.feed.epoch <= feed.epoch {
                kept.feed = feed.clone();
                self.news.send_modify(|count| *count += 1);
            }
            Ok(())
        })
    }

    async fn feed(&self, id: &str) -> Result<Feed, StoreError> {
        self.with(id, |kept| Ok(kept.feed.clone()))
    }

    async fn watch(
        &self,
        marks: &[Mark],
        clock: &dyn Clock,
        time: Duration,
    ) -> Result<Vec<String>, StoreError> {
        // From before the first look on, so that nothing comes between.
        let mut changes = self.news.subscribe();
        let has_news = |mark: &&Mark| {
            let is_passed = |kept: &mut Kept| {
                let (entries, signals) = (kept.last_sequence(), kept.signals.len() as u64);
                Ok(mark.is_passed(entries, signals, kept.feed.end()))
            };
            self.with(&mark.execution, is_passed).unwrap_or(true)
        };
        let waiting = async {
            loop {
                let news = marks.iter().filter(has_news).map(|mark| mark.execution.clone());
                let news: Vec<String> = news.collect();
                if !news.is_empty() || time.is_zero() || changes.changed().await.is_err() {
                    return news;
                }
            }
        };
        tokio::select! {
            biased;
            news = waiting => Ok(news),
            () = clock.sleep(time) => Ok(Vec::new()),
        }
    }

    async fn any_news(
        &self,
        since: u64,
        clock: &dyn Clock,
        time: Duration,
    ) -> Result<u64, StoreError> {
        let mut changes = self.news.subscribe();
        let waiting = async { changes.wait_for(|count| count + 1 != since).await.map(|it| *it) };
        tokio::select! {
            biased;
            now = waiting => Ok(now.map_or(since, |count| count + 1)),
            () = clock.sleep(time) => Ok(since),
        }
    }
}
