//! How long a store that is throttled, or does not answer, is asked again.
//!
//! Every request of this store may be sent again: reads change nothing, and writes carry a nonce by
//! which their own success is known. The SDK itself sends each only once.

use std::error::Error;
use std::pin::Pin;
use std::time::Duration;

use aws_sdk_dynamodb::error::SdkError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use moontide_runtime::backoff::Backoff;
use moontide_runtime::store::StoreError;
use tokio::time::Sleep;

use super::keys::Item;
use super::refusal::{Conditional, Refusal};
use super::table::Table;

/// The first pause is at most this long; the next ones grow.
const FIRST: Duration = Duration::from_millis(50);
/// No pause is longer.
const LONGEST: Duration = Duration::from_secs(5);

/// For how long something is tried again. Then it is `StoreError::Unusable`, and transient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RetryBudget {
    /// A renewal: it comes again at the next beat, and the lease renewal wants to know.
    Beat,
    /// What a person waits for, or a process that has just begun.
    Usual,
    /// What an execution stops without: its own writes to its journal. Meanwhile it does nothing
    /// to the world, because an intent comes first; and if another runner takes over, the append is refused.
    Execution,
}

impl RetryBudget {
    fn duration(self) -> Duration {
        match self {
            RetryBudget::Beat => Duration::from_secs(5),
            RetryBudget::Usual => Duration::from_secs(30),
            RetryBudget::Execution => Duration::from_mins(15),
        }
    }
}

/// Why a request was not granted in the end.
#[derive(Debug)]
pub(super) enum Stopped {
    /// Its condition does not hold. The item as it is; `None` if there is none.
    Condition(Option<Item>),
    /// There is no such table.
    Missing,
    /// Anything else.
    Error(StoreError),
}

impl Stopped {
    /// As an error of `table`, for a request without a condition.
    pub(super) fn unconditional(self, table: &Table) -> StoreError {
        match self {
            Stopped::Condition(item) => Refusal::Condition(item).at(&table.place),
            Stopped::Missing => Refusal::Missing.at(&table.place),
            Stopped::Error(error) => error,
        }
    }
}

/// Sends a request until it is granted or refused, or until patience is used up.
pub(super) async fn retried<T, E, F>(
    table: &Table,
    patience: RetryBudget,
    mut request: impl FnMut() -> F,
) -> Result<T, Stopped>
where
    E: Conditional + ProvideErrorMetadata + Error + 'static,
    F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
{
    let mut pauses = Pauses::within(patience);
    loop {
        let refusal = match request().await {
            Ok(granted) => return Ok(granted),
            Err(error) => Refusal::of(&error),
        };
        let again = match refusal {
            Refusal::Condition(item) => return Err(Stopped::Condition(item)),
            Refusal::Missing => return Err(Stopped::Missing),
            Refusal::Never(_) => return Err(Stopped::Error(refusal.at(&table.place))),
            // A person who waits wants to know at once.
            Refusal::NotAccepted(_) if patience != RetryBudget::Execution => {
                return Err(Stopped::Error(refusal.at(&table.place)));
            }
            Refusal::Again(sentence) | Refusal::NotAccepted(sentence) => sentence,
        };
        pauses.next(table, &again).await.map_err(Stopped::Error)?;
    }
}

/// The pauses between attempts of one thing, until patience is used up.
pub(super) struct Pauses {
    patience: RetryBudget,
    /// Looked at between two attempts, each of which ends by itself.
    over: Pin<Box<Sleep>>,
    /// How long each pause is at most; it is at least half as long.
    longest: Backoff,
}

impl Pauses {
    pub(super) fn within(patience: RetryBudget) -> Pauses {
        let over = Box::pin(tokio::time::sleep(patience.duration()));
        Pauses { patience, over, longest: Backoff::doubling(FIRST, LONGEST) }
    }

    /// Returns when it is time for another attempt, the last one having come to `again`; or the error that there is
    /// none.
    pub(super) async fn next(&mut self, table: &Table, again: &str) -> Result<(), StoreError> {
        let pause = self.longest.pause().mul_f64(fastrand::f64().mul_add(0.5, 0.5));
        tokio::select! {
            biased;
            () = &mut self.over => {
                let tried = self.patience.duration().as_secs();
                let sentence = format!("for {tried} seconds it was tried in vain: {again}");
                return Err(Refusal::Again(sentence).at(&table.place));
            }
            () = tokio::time::sleep(pause) => {}
        }
        Ok(())
    }
}
