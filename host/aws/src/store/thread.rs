//! The thread that all requests of a store run on.
//!
//! A connection is driven by the runtime that opened it, and a command may have several of those, one
//! after another or side by side. So the store brings one of its own.

use moontide_runtime::store::StoreError;
use tokio::runtime::{Builder, Runtime};

/// A runtime with one thread. Dropping it drops what it still does.
pub(super) struct Thread {
    /// `None` only while it is dropped.
    runtime: Option<Runtime>,
}

impl Thread {
    /// Starts it, for the table `name`.
    pub(super) fn start(name: &str) -> Result<Thread, StoreError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("store-dynamodb")
            .enable_all()
            .build();
        let runtime = runtime.map_err(|error| StoreError::Unusable {
            place: format!("dynamodb:{name}"),
            message: format!("no thread could be started: {error}"),
            transient: false,
        })?;
        Ok(Thread { runtime: Some(runtime) })
    }

    /// Runs a future there, and waits for it without blocking.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        future: impl Future<Output = Result<T, StoreError>> + Send + 'static,
        place: &str,
    ) -> Result<T, StoreError> {
        let gone = || StoreError::Unusable {
            place: place.to_owned(),
            message: "the thread that asks it is dead".to_owned(),
            transient: false,
        };
        let Some(runtime) = &self.runtime else { return Err(gone()) };
        runtime.spawn(future).await.unwrap_or_else(|_| Err(gone()))
    }

    /// Runs a future there, and blocks until it is done; also where another runtime runs.
    pub(super) fn block_on<T, E>(
        &self,
        future: impl Future<Output = Result<T, E>> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let dead = || StoreError::Unusable {
            place: "dynamodb".to_owned(),
            message: "the thread that asks it is dead".to_owned(),
            transient: false,
        };
        let (done, waiting) = std::sync::mpsc::channel();
        let Some(runtime) = &self.runtime else { return Err(dead().into()) };
        runtime.spawn(async move { drop(done.send(future.await)) });
        waiting.recv().unwrap_or_else(|_| Err(dead().into()))
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        // Also where blocking is not allowed.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
