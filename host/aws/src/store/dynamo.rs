//! The store itself: opening and making it, and where its requests run.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use moontide_runtime::store::StoreError;

use super::chain::Tip;
use super::init::{self, Initialised};
use super::open_error::OpenError;
use super::table::Table;
use super::thread::Thread;
use crate::session::{Session, SessionSettings};

/// Keeps executions in a DynamoDB table.
pub struct DynamoStore {
    pub(super) table: Arc<Table>,
    /// Where requests run; `None`: where they are asked for.
    pub(super) thread: Option<Thread>,
    /// Whose turn it is to append to an execution: entries go in the order they were handed over.
    pub(super) turns: Mutex<HashMap<String, Arc<Turn>>>,
}

/// The appender to an execution whose turn it is, and where it finds the journal to end.
pub(super) type Turn = tokio::sync::Mutex<Option<Tip>>;

impl DynamoStore {
    /// Opens the store in the table `name`, in the session's Region. Blocks until it has answered.
    ///
    /// All requests run on a thread of the store's own: the caller of one may be busy meanwhile, and
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
    pub(super) async fn on<T, F>(&self, act: impl FnOnce(Arc<Table>) -> F) -> Result<T, StoreError>
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

    pub(super) fn turn(&self, id: &str) -> Arc<Turn> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry(id.to_owned()).or_default())
    }
}
