//! A watch of hours waits for a store that is throttled, busy or away, and says so once.

use std::time::Duration;

use moontide_runtime::clock::Clock;
use moontide_runtime::store::StoreError;

use crate::clocks::SystemClock;
use crate::error::{CommandError, Result, code};
use crate::listener::{Listener, Remark};

/// The pause before it is asked again.
const ASK_AGAIN: Duration = Duration::from_secs(2);

/// What is known of the store's trouble.
pub(super) struct Calm<'l> {
    listener: &'l dyn Listener,
    clock: SystemClock,
    /// Since when it is away.
    since: Option<Duration>,
}

impl<'l> Calm<'l> {
    /// Of a store that has just answered.
    pub(super) fn new(listener: &'l dyn Listener) -> Calm<'l> {
        Calm { listener, clock: SystemClock::new(), since: None }
    }

    /// Whether it has not answered since it was asked last.
    pub(super) fn is_away(&self) -> bool {
        self.since.is_some()
    }

    /// What the store answered; `None` if it is away, after a while. Trouble that does not pass is an error.
    pub(super) async fn hear<T>(&mut self, answer: Result<T, StoreError>) -> Result<Option<T>> {
        let error = match answer {
            Ok(answer) => return Ok(Some(self.back(answer))),
            Err(error @ StoreError::Unusable { transient: true, .. }) => error,
            Err(error) => return Err(error.into()),
        };
        self.away(&error.to_string()).await;
        Ok(None)
    }

    /// The same for a question that was asked for a view.
    pub(super) async fn hear_view<T>(&mut self, answer: Result<T>) -> Result<Option<T>> {
        match answer {
            Ok(answer) => Ok(Some(self.back(answer))),
            Err(CommandError { code, message, .. })
                if [code::STORE_BUSY, code::STORE_FULL].contains(&code) =>
            {
                self.away(&message).await;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    async fn away(&mut self, message: &str) {
        if self.since.is_none() {
            self.since = Some(self.clock.monotonic());
            self.listener.hear(&Remark::StoreAway { message: message.to_owned() });
        }
        self.clock.sleep(ASK_AGAIN).await;
    }

    fn back<T>(&mut self, answer: T) -> T {
        if let Some(since) = self.since.take() {
            let waited = self.clock.monotonic().saturating_sub(since);
            self.listener.hear(&Remark::StoreBack { waited });
        }
        answer
    }
}
