//! What a service sees of executions that are not over, from one look to the next: whether their runners live, and when
//! their prompts have waited long enough.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use moontide_runtime::store::Store;

use crate::error::Result;
use crate::list::Line;
use crate::schedule::left::{self, Beats, Of, Verdict};

/// When prompts have waited long enough is looked at so often: their journals are read for it.
const DEADLINES: Duration = Duration::from_mins(10);

/// What it has seen.
#[derive(Default)]
pub(super) struct Watch {
    /// The signs of life of other runners.
    beats: Beats,
    /// When the prompts of what waits have waited long enough, and when that was looked at.
    deadlines: BTreeMap<String, (Option<Timestamp>, Duration)>,
}

impl Watch {
    /// Forgets what is no longer among the executions that are not over.
    pub(super) fn keep(&mut self, lines: &[Line]) {
        self.beats.keep(lines);
        self.deadlines.retain(|id, _| lines.iter().any(|line| line.execution == *id));
    }

    /// What is to become of one that is not driven here: by the wall clock, and by this process's own for signs of life.
    pub(super) async fn verdict(
        &mut self,
        store: &dyn Store,
        (line, schedule): (&Line, Of<'_>),
        (now, monotonic, ttl): (Timestamp, Duration, Duration),
    ) -> Result<Verdict> {
        if !self.beats.is_free(line, monotonic, ttl) {
            return Ok(Verdict::NotYet);
        }
        if !left::goes_on(line) && !self.is_overdue(store, line, (now, monotonic)).await? {
            return Ok(Verdict::NotYet);
        }
        left::verdict(store, line, schedule, now).await
    }

    /// Whether one of its prompts has waited long enough.
    async fn is_overdue(
        &mut self,
        store: &dyn Store,
        line: &Line,
        (now, monotonic): (Timestamp, Duration),
    ) -> Result<bool> {
        let id = &line.execution;
        let seen = self.deadlines.get(id);
        let deadline = if let Some((deadline, _)) =
            seen.filter(|(_, at)| monotonic.saturating_sub(*at) < DEADLINES)
        {
            *deadline
        } else {
            let deadline = left::deadline(store, id).await?;
            self.deadlines.insert(id.clone(), (deadline, monotonic));
            deadline
        };
        Ok(deadline.is_some_and(|deadline| deadline <= now))
    }
}
