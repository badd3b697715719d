//! The list: every row, and then each that changes. That a runner has died changes its row too: its lease is watched.

use std::collections::BTreeMap;
use std::time::Duration;

use moontide_control::clocks::SystemClock;
use moontide_control::error::Result;
use moontide_control::leases;
use moontide_runtime::clock::Clock;
use moontide_runtime::store::{Store, StoreError, Wanted};

use super::beats::{self, Beats, Sign};
use super::{Calm, Screen};
use crate::commands::list::Line;
use crate::context::Context;
use crate::exit;

/// How long the store is watched at a time.
const WATCH: Duration = Duration::from_mins(10);

/// The list is read five times a second at most, however much is written.
const PAUSE: Duration = Duration::from_millis(200);

/// Follows the list until nobody reads any more.
pub(crate) async fn follow(context: &Context, store: &dyn Store, wanted: &Wanted) -> Result<u8> {
    let (clock, screen) = (SystemClock::new(), Screen::new(context.output));
    let mut calm = Calm::new(context.output);
    let mut shown: BTreeMap<String, String> = BTreeMap::new();
    let ttl = leases::ttl(&context.environment, &context.settings(None)?)?;
    let mut leases: BTreeMap<String, Beats> = BTreeMap::new();
    let mut version = 0;
    loop {
        // Before the list is read: what is written meanwhile makes it another one.
        let time = match leases.is_empty() {
            _ if calm.is_away() => Duration::ZERO,
            true => WATCH,
            // What lives writes; where nothing is written, the leases are looked at.
            false => beats::period(ttl),
        };
        let changed = store.any_news(version, &clock, time).await;
        let Some(now) = calm.hear(changed).await? else { continue };
        let rows = Line::all(store, wanted).await;
        let Some(rows) = calm.hear_view(rows).await? else { continue };
        let watched = watched(store, rows, (&mut leases, ttl), clock.monotonic()).await;
        let Some(mut rows) = calm.hear(watched).await? else { continue };
        version = now;
        rows.retain(|row| {
            let text = context.output.text(row);
            shown.insert(row.execution.clone(), text.clone()) != Some(text)
        });
        // The newest stands last, where it is looked for.
        if !screen.show(rows.iter().rev()).await? {
            return Ok(exit::COMPLETED);
        }
        clock.sleep(PAUSE).await;
    }
}

/// The rows, without the runners that give no sign of life.
async fn watched(
    store: &dyn Store,
    rows: Vec<Line>,
    (leases, ttl): (&mut BTreeMap<String, Beats>, Duration),
    now: Duration,
) -> Result<Vec<Line>, StoreError> {
    let (mut last, mut shown) = (std::mem::take(leases), Vec::new());
    for row in rows {
        let Some(lease) = row.lease.clone() else {
            shown.push(row);
            continue;
        };
        let id = row.execution.clone();
        let mut beats = last.remove(&id).unwrap_or_else(|| Beats::new(ttl, lease.clone(), now));
        let lives = beats.look(store, (&id, &lease), now).await? == Sign::Lives;
        leases.insert(id, beats);
        shown.push(if lives { row } else { row.driven_under(None) });
    }
    Ok(shown)
}
