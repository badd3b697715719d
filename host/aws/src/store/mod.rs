//! Executions in a DynamoDB table, for machines that share them.
//!
//! - `keys`: which items there are, and what their attributes are called. Start reading here.
//! - `head`: creating executions, and finding them; `listing`: their list, and where each stands.
//! - `state`: the one item of an execution that changes: who holds its lease, how long its journal is.
//! - `lease`: conditional updates of that item. `journal`: transactions on it. `signals`: items beside it.
//! - `documents`: what is kept beside executions.
//! - `chain`: where a journal ends, so that the next entry carries the hash of the last one.
//! - `sources`: sources under their hashes, each once. `batch`: many items a request.
//! - `archive`: cutting journals down; `parcels`: executions that come and go; `arrival`: which import may write.
//! - `text`: JSON of any length in items of at most 400 KB.
//! - `table`: the client, and reading items; `trouble`: what DynamoDB says, in plain sentences.
//! - `retry`: how long a store that is throttled, or does not answer, is asked again.
//! - `watching`: waiting for news, and what that costs. `feeds`: what programs say meanwhile.
//! - `init`: making the table; `replicas`: why a global table is none. `thread`: where all of it runs.
//!
//! **Nothing is taken back, nothing counts twice.** A reply may get lost on its way, and the request be
//! sent again; its condition then fails, because it has been met. So every write carries a nonce, and a
//! condition that failed shows the item as it is: if it bears our nonce, the write has succeeded.
//! Every read is strongly consistent, but for those of `watching`, which only say that it is worth reading.

mod append;
mod archive;
mod arrival;
mod batch;
mod chain;
mod documents;
mod feeds;
mod head;
mod init;
mod item;
mod journal;
mod keys;
mod lease;
mod listing;
mod parcels;
mod replicas;
mod retry;
mod signals;
mod sources;
mod state;
mod table;
mod text;
mod thread;
mod trouble;
mod watching;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use moontide_runtime::clock::Clock;
use moontide_runtime::journal::{Entry, Execution};
use moontide_runtime::store::{
    Archive, Feed, Lease, LeaseRecord, Listed, Mark, Part, Signal, Standing, Store, StoreError,
    Wanted,
};

use self::chain::Tip;
pub use self::init::{Initialised, Setting};
use self::table::Table;
use self::thread::Thread;
use crate::session::{Session, SessionError, SessionSettings};

/// Keeps executions in a DynamoDB table.
pub struct DynamoStore {
    table: Arc<Table>,
    /// Where requests run; `None`: where they are asked for.
    thread: Option<Thread>,
    /// Whose turn it is to append to an execution: entries go in the order they were handed over.
    turns: Mutex<HashMap<String, Arc<Turn>>>,
}

/// Who appends to an execution next, and where they find its journal to end.
type Turn = tokio::sync::Mutex<Option<Tip>>;

/// Why a table cannot be opened or made.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no session.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// There is no such table in this Region.
    #[error("{place}: there is no such table")]
    Missing {
        /// The store.
        place: String,
    },
    /// There is a table, and it was not made a store.
    #[error("{place}: the table is there, and is not a store yet")]
    NotInitialised {
        /// The store.
        place: String,
    },
    /// Anything else.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl DynamoStore {
    /// Opens the store in the table `name`, in the session's Region. Blocks until it has answered.
    ///
    /// All requests run on a thread of the store's own: whoever waits for one may be busy meanwhile, and
    /// the renewal of a lease must not wait for that.
    pub fn open(settings: SessionSettings, name: &str) -> Result<DynamoStore, OpenError> {
        let thread = Thread::start(name)?;
        let name = name.to_owned();
        let table = thread.block_on(async move {
            let session = Session::open(settings).await?;
            let table = Table::new(&session, session.region()?, &name);
            table.check().await?;
            Ok::<_, OpenError>(table)
        })?;
        Ok(DynamoStore { table: Arc::new(table), thread: Some(thread), turns: Mutex::default() })
    }

    /// Makes the table `name` a store, as [`DynamoStore::initialise`] does; one that is not there is encrypted with
    /// this key of KMS. Blocks until it has answered.
    pub fn make(
        settings: SessionSettings,
        name: &str,
        kms_key: Option<&str>,
    ) -> Result<Initialised, OpenError> {
        let thread = Thread::start(name)?;
        let (name, key) = (name.to_owned(), kms_key.map(str::to_owned));
        thread.block_on(async move {
            let session = Session::open(settings).await?;
            let table = Table::new(&session, session.region()?, &name);
            Ok(init::initialise(&table, key.as_deref()).await?)
        })
    }

    /// The store in the table `name` of a Region, as this session reaches it. Asks nothing yet, and runs
    /// where it is asked, such as on a clock of tokio's that is paused.
    pub fn within(session: &Session, region: &str, name: &str) -> DynamoStore {
        let table = Arc::new(Table::new(session, region, name));
        DynamoStore { table, thread: None, turns: Mutex::default() }
    }

    /// Makes the table a store, if it is not one yet; makes the table, if there is none.
    pub async fn initialise(&self) -> Result<Initialised, StoreError> {
        self.on(|table| async move { init::initialise(&table, None).await }).await
    }

    /// Whether the table is there, and is a store that this release reads.
    pub async fn check(&self) -> Result<(), OpenError> {
        self.table.check().await
    }

    /// The store's address: `dynamodb:TABLE@REGION`.
    pub fn place(&self) -> &str {
        &self.table.place
    }

    /// Does something with the table.
    async fn on<T, F>(&self, act: impl FnOnce(Arc<Table>) -> F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StoreError>> + Send + 'static,
    {
        let acting = act(Arc::clone(&self.table));
        match &self.thread {
            Some(thread) => thread.run(acting, &self.table.place).await,
            None => acting.await,
        }
    }

    fn turn(&self, id: &str) -> Arc<Turn> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry(id.to_owned()).or_default())
    }
}

#[async_trait]
impl Store for DynamoStore {
    async fn create(&self, execution: &Execution) -> Result<(), StoreError> {
        let execution = execution.clone();
        self.on(|table| async move { head::create(&table, &execution).await }).await
    }

    async fn execution(&self, id: &str) -> Result<Execution, StoreError> {
        let id = id.to_owned();
        self.on(|table| async move { head::execution(&table, &id).await }).await
    }

    async fn list(&self) -> Result<Vec<Listed>, StoreError> {
        self.on(|table| async move { head::list(&table).await }).await
    }

    async fn find(&self, wanted: &Wanted) -> Result<Part, StoreError> {
        let wanted = wanted.clone();
        self.on(|table| async move { listing::find(&table, &wanted).await }).await
    }

    async fn append_standing(
        &self,
        lease: &Lease,
        entries: &[Entry],
        standing: Option<Standing>,
    ) -> Result<(), StoreError> {
        let (lease, entries) = (lease.clone(), entries.to_vec());
        // In the order of those who ask, which the thread would not keep.
        let mut turn = self.turn(&lease.execution).lock_owned().await;
        self.on(|table| async move {
            let appended = append::append(&table, &lease, &entries, standing, &mut turn).await;
            drop(turn);
            appended
        })
        .await
    }

    async fn journal(&self, id: &str, from: u64) -> Result<Vec<Entry>, StoreError> {
        let id = id.to_owned();
        self.on(|table| async move { journal::read(&table, &id, from).await }).await
    }

    async fn lease(&self, id: &str) -> Result<Option<LeaseRecord>, StoreError> {
        let id = id.to_owned();
        self.on(|table| async move { Ok(lease::state(&table, &id).await?.lease) }).await
    }

    async fn take(
        &self,
        id: &str,
        holder: &str,
        seen: Option<&LeaseRecord>,
    ) -> Result<Lease, StoreError> {
        let (id, holder, seen) = (id.to_owned(), holder.to_owned(), seen.cloned());
        self.on(|table| async move { lease::take(&table, &id, &holder, seen.as_ref()).await }).await
    }

    async fn holder_is_gone(&self, id: &str, seen: &LeaseRecord) -> Result<bool, StoreError> {
        // Whether a process on another machine lives is seen by watching only.
        let (id, is_free) = (id.to_owned(), seen.is_free());
        self.on(|table| async move { lease::state(&table, &id).await.map(|_| is_free) }).await
    }

    async fn renew(&self, lease: &Lease) -> Result<(), StoreError> {
        let lease = lease.clone();
        self.on(|table| async move { lease::renew(&table, &lease).await }).await
    }

    async fn release(&self, lease: &Lease) -> Result<(), StoreError> {
        let given = lease.clone();
        self.on(|table| async move { lease::release(&table, &given).await }).await?;
        self.turns.lock().unwrap_or_else(PoisonError::into_inner).remove(&lease.execution);
        Ok(())
    }

    async fn send(&self, id: &str, signal: &Signal) -> Result<u64, StoreError> {
        let (id, signal) = (id.to_owned(), signal.clone());
        self.on(|table| async move { signals::send(&table, &id, &signal).await }).await
    }

    async fn signals(&self, id: &str, after: u64) -> Result<Vec<(u64, Signal)>, StoreError> {
        let id = id.to_owned();
        self.on(|table| async move { signals::read(&table, &id, after).await }).await
    }

    fn archive(&self) -> Option<&dyn Archive> {
        Some(self)
    }

    async fn publish(&self, lease: &Lease, feed: &Feed) -> Result<(), StoreError> {
        let (lease, feed) = (lease.clone(), feed.clone());
        self.on(|table| async move { feeds::publish(&table, &lease, &feed).await }).await
    }

    async fn feed(&self, id: &str) -> Result<Feed, StoreError> {
        let id = id.to_owned();
        self.on(|table| async move { feeds::feed(&table, &id).await }).await
    }

    async fn watch(
        &self,
        marks: &[Mark],
        clock: &dyn Clock,
        time: Duration,
    ) -> Result<Vec<String>, StoreError> {
        let end = clock.monotonic().saturating_add(time);
        let mut pause = None;
        loop {
            let asked = marks.to_vec();
            let news = self.on(|table| async move { watching::look(&table, &asked).await }).await?;
            let left = end.saturating_sub(clock.monotonic());
            if !news.is_empty() || left.is_zero() {
                return Ok(news);
            }
            let longer = watching::longer(pause);
            pause = Some(longer);
            clock.sleep(longer.min(left)).await;
        }
    }
}
