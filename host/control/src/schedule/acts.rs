//! What a person does to a schedule of a store: pauses it, lets it go on, removes it.

use jiff::Timestamp;
use moontide_runtime::store::Documents;
use schemars::JsonSchema;
use serde::Serialize;

use super::clock;
use super::kept::{Kept, Paused};
use super::progress::Progress;
use crate::error::{CommandError, Result, code};
use crate::next::Next;

/// What a person wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// It starts nothing more; what it has started goes on.
    Pause {
        /// Why, for its history.
        reason: String,
    },
    /// It goes on that is paused, or held because its last starts have failed: those count no more. What another clock
    /// has decided of the time to come is decided anew.
    Resume {
        /// Whether a pause stays.
        keeps_pause: bool,
    },
    /// It is removed. What became of its times stays in the history, and its executions stay.
    Remove,
}

/// What was done.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Acted {
    /// The schedule.
    pub schedule: String,
    /// What it is now, in a sentence.
    pub meaning: String,
    /// The steps that make sense now.
    pub next: Vec<Next>,
}

impl Act {
    /// Does it to the schedule of this name, in the name of this person.
    pub async fn perform(
        &self,
        store: &dyn Documents,
        name: &str,
        by: (&str, Timestamp),
    ) -> Result<Acted> {
        let schedule = || name.to_owned();
        let (meaning, next) = match self {
            Act::Pause { reason } => {
                let mut kept = Kept::of(store, name).await?;
                pause(&mut kept, reason, by)?;
                kept.write(store, by).await?;
                let next = Next::ResumeSchedule { schedule: schedule() };
                ("it starts nothing more; what it has started goes on", next)
            }
            Act::Resume { keeps_pause } => {
                let mut kept = Kept::of(store, name).await?;
                kept.terms.resumed_at = Some(by.1);
                let is_paused = *keeps_pause && kept.terms.paused.is_some();
                if !keeps_pause {
                    kept.terms.paused = None;
                }
                kept.write(store, by).await?;
                clock::set_right(store, name, by).await?;
                let next = Next::ScheduleTimes { schedule: Some(schedule()) };
                let waits = Progress::of(store, name).await?.terms.waiting.is_some();
                let meaning = if is_paused {
                    "it stays paused; failures and misses before count no more"
                } else if waits {
                    "it goes on: the time that waits starts at once, unless something else holds it; failures before \
                     count no more"
                } else {
                    "it goes on at its next time; failures before count no more"
                };
                (meaning, next)
            }
            // Also one that cannot be read.
            Act::Remove => {
                Kept::remove(store, name, by).await?;
                ("it is removed; its executions and its history stay", Next::Schedules)
            }
        };
        Ok(Acted { schedule: schedule(), meaning: meaning.to_owned(), next: vec![next] })
    }
}

fn pause(kept: &mut Kept, reason: &str, (by, at): (&str, Timestamp)) -> Result<()> {
    if let Some(paused) = &kept.terms.paused {
        let name = &kept.terms.schedule.name;
        let message = format!("`{name}` is paused already, by {}", paused.by);
        return Err(CommandError::new(code::NOT_NOW, message)
            .hint(Next::ResumeSchedule { schedule: name.clone() }));
    }
    kept.terms.paused = Some(Paused { by: by.to_owned(), at, reason: reason.to_owned() });
    Ok(())
}
