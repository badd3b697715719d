//! The pen: gives entries their numbers and appends them under the lease, several at a time when
//! several lanes wait for the same commit.
//!
//! The commits run on a task of their own. A lane that waits for one may not be polled while the driver
//! itself waits for another, so the waiting task must not be the one that commits.

use std::cell::{Cell, RefCell};
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{Either, select};
use jiff::Timestamp;
use tokio::sync::watch;

use crate::backoff::Backoff;
use crate::clock::Clock;
use crate::history::{Body, Entry, weight};
use crate::observe::{Notice, Observer};
use crate::retry_budget::RetryBudget;
use crate::store::{Lease, Pulse, Standing, Store, StoreError};

/// The pause before a store that was busy is asked again; doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// No pause is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// Appends to one execution's journal. After a failed append it writes nothing more: the writer cannot tell
/// what the store holds now, and the next process will read it.
pub struct Writer {
    clock: Arc<dyn Clock>,
    /// The number of the last entry that was handed out.
    last: Cell<u64>,
    /// How many entries of effects there are, those included, and what all entries take.
    effects: Cell<u64>,
    bytes: Cell<u64>,
    commits: Arc<Commits>,
    /// The number of the last durable entry, or why there will be no more.
    durable: watch::Receiver<Result<u64, StoreError>>,
    /// What has not been told yet of the store's trouble.
    waited: RefCell<watch::Receiver<Option<(String, Duration)>>>,
    /// The observer that is told that the store is asked again.
    observer: Option<Rc<dyn Observer>>,
}

/// What the writer and the task that commits share.
struct Commits {
    store: Arc<dyn Store>,
    lease: Lease,
    /// How long a store that is only busy, or full, is asked again.
    patience: RetryBudget,
    /// Whose time that takes; `None`: none at all.
    pulse: Option<Pulse>,
    queue: Mutex<Queue>,
    durable: watch::Sender<Result<u64, StoreError>>,
    /// What the store says while it is asked again, and for how long it has been.
    waits: watch::Sender<Option<(String, Duration)>>,
}

#[derive(Default)]
struct Queue {
    /// Handed out, not yet on their way to the store.
    entries: Vec<Entry>,
    /// Where the execution stands after them, if they change that.
    standing: Option<Standing>,
    /// Whether a task is committing; it takes what arrives meanwhile.
    busy: bool,
}

impl Writer {
    /// A writer that goes on after entry number `last`.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, lease: Lease, last: u64) -> Writer {
        let (sender, durable) = watch::channel(Ok(last));
        let (patience, pulse) = (RetryBudget::of(Duration::ZERO), None);
        let queue = Mutex::default();
        let (waits, waited) = watch::channel(None);
        let commits = Commits { store, lease, patience, pulse, queue, durable: sender, waits };
        let (last, commits) = (Cell::new(last), Arc::new(commits));
        let (effects, bytes) = (Cell::new(0), Cell::new(0));
        let waited = RefCell::new(waited);
        Writer { clock, last, effects, bytes, commits, durable, waited, observer: None }
    }

    /// The same, over a journal that has these entries by now.
    #[must_use]
    pub fn holding(self, entries: &[Entry]) -> Writer {
        for entry in entries {
            self.weigh(&entry.body);
        }
        self
    }

    /// How many entries of effects the journal has, and the bytes that it takes. What people send is none of the
    /// waves' doing.
    pub fn spent(&self) -> (u64, u64) {
        (self.effects.get(), self.bytes.get())
    }

    fn weigh(&self, body: &Body) {
        let is_effect = !matches!(body, Body::Event { .. });
        self.effects.set(self.effects.get() + u64::from(is_effect));
        self.bytes.set(self.bytes.get().saturating_add(weight::of_body(body)));
    }

    /// The same, asking a store that is only busy again for as long as the patience lasts, and saying so.
    #[must_use]
    pub fn patient(
        mut self,
        patience: RetryBudget,
        pulse: &Pulse,
        observer: &Rc<dyn Observer>,
    ) -> Writer {
        self.observer = Some(Rc::clone(observer));
        if let Some(commits) = Arc::get_mut(&mut self.commits) {
            (commits.patience, commits.pulse) = (patience, Some(pulse.clone()));
        }
        self
    }

    /// Appends an entry dated now; returns its date once it is durable.
    pub async fn append(&self, body: Body) -> Result<Timestamp, StoreError> {
        let at = self.clock.now();
        self.append_at(at, body).await.map(|()| at)
    }

    /// Appends an entry with the date that its writer already reckoned with.
    pub async fn append_at(&self, at: Timestamp, body: Body) -> Result<(), StoreError> {
        self.append_standing(at, body, None).await
    }

    /// The same, with where the execution stands behind it, if that is another place than before.
    pub async fn append_standing(
        &self,
        at: Timestamp,
        body: Body,
        standing: Option<Standing>,
    ) -> Result<(), StoreError> {
        let sequence = self.last.get() + 1;
        self.last.set(sequence);
        self.weigh(&body);
        let epoch = self.commits.lease.epoch;
        let begin = {
            let mut queue = self.commits.queue();
            queue.entries.push(Entry { sequence, epoch, at, body });
            queue.standing = standing.or(queue.standing);
            !std::mem::replace(&mut queue.busy, true)
        };
        if begin {
            tokio::spawn(Arc::clone(&self.commits).run());
        }
        self.reached(sequence).await
    }

    /// Returns once everything that was handed out so far is durable.
    pub async fn flush(&self) -> Result<(), StoreError> {
        self.reached(self.last.get()).await
    }

    async fn reached(&self, sequence: u64) -> Result<(), StoreError> {
        let mut durable = self.durable.clone();
        let settled = |durable: &Result<u64, StoreError>| match durable {
            Ok(written) => *written >= sequence,
            Err(_) => true,
        };
        let mut wait = pin!(durable.wait_for(settled));
        let mut waits = self.waited.borrow().clone();
        let reached = loop {
            match select(wait.as_mut(), pin!(waits.changed())).await {
                Either::Left((reached, _)) => break reached,
                Either::Right((Ok(()), _)) => self.tell(),
                // The task that commits is gone, and so is what is waited for.
                Either::Right((Err(_), _)) => break wait.await,
            }
        };
        match reached.as_deref() {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(error.clone()),
            Err(_) => Err(self.commits.gone()),
        }
    }

    /// Says what the store's trouble is, once, however many lanes wait for it.
    fn tell(&self) {
        let mut waits = self.waited.borrow_mut();
        if !waits.has_changed().unwrap_or_default() {
            return;
        }
        let wait = waits.borrow_and_update().clone();
        if let (Some(observer), Some((message, waited))) = (&self.observer, wait) {
            let patience = self.commits.patience.store;
            observer.notice(self.clock.now(), &Notice::StoreWaits { message, waited, patience });
        }
    }
}

impl Commits {
    /// Commits what is queued until nothing is left.
    async fn run(self: Arc<Commits>) {
        loop {
            let (entries, standing) = {
                let mut queue = self.queue();
                queue.busy = !queue.entries.is_empty() && self.durable.borrow().is_ok();
                if !queue.busy {
                    return;
                }
                (std::mem::take(&mut queue.entries), queue.standing.take())
            };
            let end = entries.last().map_or(0, |entry| entry.sequence);
            // The program would wait for ever if this task died without a word.
            let append = AssertUnwindSafe(self.append(&entries, standing)).catch_unwind();
            let appended = append.await.unwrap_or_else(|_| Err(self.gone()));
            drop(self.durable.send_replace(appended.map(|()| end)));
        }
    }

    /// Appends, and asks a store that is only busy again. What was reported as failed may be durable: then the
    /// journal ends with these entries, under our own epoch, and no other runner writes under that.
    async fn append(
        &self,
        entries: &[Entry],
        standing: Option<Standing>,
    ) -> Result<(), StoreError> {
        let end = entries.last().map_or(0, |entry| entry.sequence);
        let mut failed_before = false;
        let begun = self.pulse.as_ref().map_or(Duration::ZERO, Pulse::now);
        let mut backoff = Backoff::doubling(FIRST_PAUSE, LONGEST_PAUSE);
        loop {
            let error = match self.store.append_standing(&self.lease, entries, standing).await {
                Err(StoreError::Misplaced { last, .. }) if failed_before && last == end => {
                    return Ok(());
                }
                Err(error @ StoreError::Unusable { transient: true, .. }) => error,
                appended => return appended,
            };
            let Some(pulse) = &self.pulse else { return Err(error) };
            let left = self.patience.store.saturating_sub(pulse.now().saturating_sub(begun));
            if left.is_zero() {
                return Err(error);
            }
            self.waits.send_replace(Some((error.to_string(), pulse.now().saturating_sub(begun))));
            pulse.sleep(backoff.pause().min(left)).await;
            failed_before = true;
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        // Nothing in here panics half-way through a change.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn gone(&self) -> StoreError {
        StoreError::Unusable {
            place: format!("journal of {}", self.lease.execution),
            message: "a defect of Moontide: its last append was not seen to its end".to_owned(),
            transient: false,
        }
    }
}
