//! The list: every row, and then each that changes. That a runner has died changes its row too: its lease is watched.

use std::collections::BTreeMap;
use std::time::Duration;

use moontide_runtime::clock::Clock;
use moontide_runtime::store::{Store, StoreError, Wanted};
use serde_json::Value;

use super::beats::{self, Beats, Sign};
use super::calm::Calm;
use crate::clocks::SystemClock;
use crate::error::Result;
use crate::list::Line;
use crate::listener::Listener;

/// How long the store is watched at a time.
const WATCH: Duration = Duration::from_mins(10);

/// The list is read five times a second at most, however much is written.
const PAUSE: Duration = Duration::from_millis(200);

/// Watches the list of a store.
pub struct ListWatch<'w> {
    store: &'w dyn Store,
    wanted: Wanted,
    calm: Calm<'w>,
    clock: SystemClock,
    /// How long a lease holds without a sign of life.
    ttl: Duration,
    leases: BTreeMap<String, Beats>,
    /// Each row as it was told last.
    told: BTreeMap<String, Value>,
    /// The version of the store that was seen; `None`: none yet.
    version: Option<u64>,
}

impl<'w> ListWatch<'w> {
    /// Of the rows that are wanted, in a store whose leases hold for `ttl`.
    pub fn new(
        (store, listener): (&'w dyn Store, &'w dyn Listener),
        wanted: Wanted,
        ttl: Duration,
    ) -> ListWatch<'w> {
        ListWatch {
            store,
            wanted,
            calm: Calm::new(listener),
            clock: SystemClock::new(),
            ttl,
            leases: BTreeMap::new(),
            told: BTreeMap::new(),
            version: None,
        }
    }

    /// Waits for rows that are new or have changed: at first for all of them, the newest last.
    pub async fn next(&mut self) -> Result<Vec<Line>> {
        loop {
            if self.version.is_some() && !self.calm.is_away() {
                self.clock.sleep(PAUSE).await;
            }
            let rows = self.look().await?;
            if !rows.is_empty() {
                return Ok(rows);
            }
        }
    }

    async fn look(&mut self) -> Result<Vec<Line>> {
        // Before the list is read: what is written meanwhile makes it another one.
        let time = match self.leases.is_empty() {
            _ if self.calm.is_away() => Duration::ZERO,
            true => WATCH,
            // What lives writes; where nothing is written, the leases are looked at.
            false => beats::period(self.ttl),
        };
        let version = self.version.unwrap_or_default();
        let changed = self.store.any_news(version, &self.clock, time).await;
        let Some(now) = self.calm.hear(changed).await? else { return Ok(Vec::new()) };
        let rows = Line::all(self.store, &self.wanted).await;
        let Some(rows) = self.calm.hear_view(rows).await? else { return Ok(Vec::new()) };
        let watched = self.watched(rows).await;
        let Some(mut rows) = self.calm.hear(watched).await? else { return Ok(Vec::new()) };
        self.version = Some(now);
        rows.retain(|row| {
            let data = serde_json::to_value(row).unwrap_or_default();
            self.told.insert(row.execution.clone(), data.clone()) != Some(data)
        });
        rows.reverse();
        Ok(rows)
    }

    /// The rows, without the runners that give no sign of life.
    async fn watched(&mut self, rows: Vec<Line>) -> Result<Vec<Line>, StoreError> {
        let now = self.clock.monotonic();
        let (mut last, mut shown) = (std::mem::take(&mut self.leases), Vec::new());
        for row in rows {
            let Some(lease) = row.lease.clone() else {
                shown.push(row);
                continue;
            };
            let id = row.execution.clone();
            let begun = || Beats::new(self.ttl, lease.clone(), now);
            let mut beats = last.remove(&id).unwrap_or_else(begun);
            let lives = beats.look(self.store, (&id, &lease), now).await? == Sign::Lives;
            self.leases.insert(id, beats);
            shown.push(if lives { row } else { row.driven_under(None) });
        }
        Ok(shown)
    }
}
