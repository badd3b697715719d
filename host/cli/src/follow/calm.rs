//! Whoever follows for hours waits for a store that is throttled, busy or away, and says so once.

use std::time::Duration;

use moontide_control::clocks::SystemClock;
use moontide_control::error::{CommandError, Result, code};
use moontide_control::words;
use moontide_runtime::clock::Clock;
use moontide_runtime::store::StoreError;

use crate::output::Output;
use crate::output::style::{attention, plain};

/// The pause before it is asked again.
const ASK_AGAIN: Duration = Duration::from_secs(2);

/// What is known of the store's trouble.
pub(crate) struct Calm {
    output: Output,
    clock: SystemClock,
    /// Since when it is away.
    since: Option<Duration>,
}

impl Calm {
    /// Of a store that has just answered.
    pub(crate) fn new(output: Output) -> Calm {
        Calm { output, clock: SystemClock::new(), since: None }
    }

    /// Whether it has not answered since it was asked last.
    pub(crate) fn is_away(&self) -> bool {
        self.since.is_some()
    }

    /// What the store answered; `None` if it is away, after a while. Trouble that does not pass is an error.
    pub(crate) async fn hear<T>(&mut self, answer: Result<T, StoreError>) -> Result<Option<T>> {
        let error = match answer {
            Ok(answer) => return Ok(Some(self.back(answer))),
            Err(error @ StoreError::Unusable { transient: true, .. }) => error,
            Err(error) => return Err(error.into()),
        };
        self.away(&error.to_string()).await;
        Ok(None)
    }

    /// The same for a question that was asked for a view.
    pub(crate) async fn hear_view<T>(&mut self, answer: Result<T>) -> Result<Option<T>> {
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
            let what = attention("the store does not answer");
            self.output.say([what, plain(format!(", and is asked until it does: {message}"))]);
        }
        self.clock.sleep(ASK_AGAIN).await;
    }

    fn back<T>(&mut self, answer: T) -> T {
        if let Some(since) = self.since.take() {
            let waited = words::duration(self.clock.monotonic().saturating_sub(since));
            self.output.say([plain(format!("the store answers again after {waited}"))]);
        }
        answer
    }
}
