//! The list: every row, and then each that changes.

use std::collections::BTreeMap;
use std::time::Duration;

use moontide_runtime::clock::Clock;
use moontide_runtime::store::{Store, Wanted};

use super::{Calm, Screen};
use crate::clocks::SystemClock;
use crate::commands::list::Line;
use crate::context::Context;
use crate::error::Result;
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
    let mut version = 0;
    loop {
        // Before the list is read: what is written meanwhile makes it another one.
        let time = if calm.is_away() { Duration::ZERO } else { WATCH };
        let changed = store.any_news(version, &clock, time).await;
        let Some(now) = calm.hear(changed).await? else { continue };
        let rows = Line::all(store, wanted).await;
        let Some(mut rows) = calm.hear_view(rows).await? else { continue };
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
