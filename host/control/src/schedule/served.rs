//! The process that serves the schedules of a store, and its sign of life. It only spares the others work: whichever of
//! them starts a time, it begins once.

use std::time::Duration;

use jiff::Timestamp;
use moontide_runtime::store::{Change, Condition, Documents, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kind of this document, which is one.
const KIND: &str = "schedule-server";
/// Its name.
const NAME: &str = "leader";
/// How often the server gives a sign of life.
pub const BEAT: Duration = Duration::from_secs(20);
/// After so long without one, another process takes its place.
pub const TTL: Duration = Duration::from_mins(1);
/// After so long without one, a store counts as not served.
pub const SILENT: Duration = Duration::from_mins(3);

/// The process that serves, as its last sign of life says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Server {
    /// The process.
    pub holder: String,
    /// Since when it serves.
    pub since: Timestamp,
    /// When it gave its last sign of life.
    pub beat: Timestamp,
    /// How many schedules there are.
    pub schedules: usize,
    /// What it drives.
    #[serde(default)]
    pub driving: Vec<String>,
    /// The next time of any schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Timestamp>,
}

/// A sign of life, and the version of its document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beat {
    /// The version.
    pub version: u64,
    /// What it says.
    pub server: Server,
}

impl Beat {
    /// The last sign of life of whichever process serves.
    pub async fn last(store: &dyn Documents) -> Result<Option<Beat>, StoreError> {
        let Some(found) = store.document(KIND, NAME).await? else { return Ok(None) };
        let server = serde_json::from_value(found.body).map_err(|error| StoreError::Damaged {
            place: format!("the {KIND} `{NAME}`"),
            message: error.to_string(),
        })?;
        Ok(Some(Beat { version: found.version, server }))
    }

    /// Gives a sign of life in the place of the one that was seen last. [`StoreError::Conflict`] if another process
    /// has given one since.
    pub async fn give(
        store: &dyn Documents,
        seen: Option<&Beat>,
        server: Server,
    ) -> Result<Beat, StoreError> {
        let condition = seen.map_or(Condition::New, |seen| Condition::At(seen.version));
        let (kind, name, body) =
            (KIND.to_owned(), NAME.to_owned(), serde_json::to_value(&server).ok());
        let (at, by) = (server.beat, server.holder.clone());
        let version =
            store.change(&Change { kind, name, body, condition, at, by, behalf: None }).await?;
        Ok(Beat { version, server })
    }

    /// Serves no more: another process takes the place at once.
    pub async fn leave(self, store: &dyn Documents) -> Result<(), StoreError> {
        let (kind, name, condition) =
            (KIND.to_owned(), NAME.to_owned(), Condition::At(self.version));
        let (at, by) = (self.server.beat, self.server.holder);
        let change = Change { kind, name, body: None, condition, at, by, behalf: None };
        store.change(&change).await.map(drop)
    }
}

/// What is known of the process that serves, by one that wants to.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    last: Option<(Beat, Duration)>,
}

impl Seen {
    /// Whether the place is free, once this sign of life is seen at this moment of one's own monotonic clock: there is
    /// none, or it did not change for the whole ttl.
    pub fn is_free(&mut self, beat: Option<&Beat>, monotonic: Duration) -> bool {
        let Some(beat) = beat else { return true };
        match &self.last {
            Some((seen, since)) if seen.version == beat.version => {
                monotonic.saturating_sub(*since) >= TTL
            }
            _ => {
                self.last = Some((beat.clone(), monotonic));
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use moontide_runtime::store::MemoryStore;

    use super::*;

    fn server(holder: &str, second: i64) -> Server {
        let at = Timestamp::from_second(1_800_000_000 + second).unwrap();
        let (holder, driving) = (holder.to_owned(), Vec::new());
        Server { holder, since: at, beat: at, schedules: 0, driving, next: None }
    }

    #[tokio::test]
    async fn one_process_serves_and_another_takes_its_place_after_the_ttl_by_its_own_clock() {
        let store = MemoryStore::new();
        let first = Beat::give(&store, None, server("a", 0)).await.unwrap();
        let lost = Beat::give(&store, None, server("b", 0)).await;
        assert!(matches!(lost, Err(StoreError::Conflict { .. })));
        let mut seen = Seen::default();
        let second = Duration::from_secs;
        assert!(!seen.is_free(Some(&first), second(100)));
        assert!(!seen.is_free(Some(&first), second(159)));
        let again = Beat::give(&store, Some(&first), server("a", 60)).await.unwrap();
        assert!(!seen.is_free(Some(&again), second(160)), "it lives");
        assert!(seen.is_free(Some(&again), second(220)));
        let taken = Beat::give(&store, Some(&again), server("b", 120)).await.unwrap();
        assert!(Beat::give(&store, Some(&again), server("a", 121)).await.is_err());
        taken.leave(&store).await.unwrap();
        assert_eq!(Beat::last(&store).await.unwrap(), None);
    }
}
