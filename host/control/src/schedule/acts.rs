//! What a person does to a schedule of a store: pauses it, lets it go on, removes it.

use jiff::Timestamp;
use moontide_runtime::store::Documents;
use serde::Serialize;

use super::kept::{Kept, Paused};
use crate::error::{CommandError, Result, code};
use crate::next::Next;

/// What was done.
#[derive(Debug, Serialize)]
pub struct Acted {
    /// The schedule.
    pub schedule: String,
    /// What it is now, in a sentence.
    pub meaning: String,
    /// The steps that make sense now.
    pub next: Vec<Next>,
}

/// Lets a schedule start nothing more; what it has started goes on.
pub async fn pause(
    store: &dyn Documents,
    name: &str,
    reason: &str,
    (by, at): (&str, Timestamp),
) -> Result<Acted> {
    let mut kept = Kept::of(store, name).await?;
    if let Some(paused) = &kept.terms.paused {
        let message = format!("`{name}` is paused already, by {}", paused.by);
        return Err(CommandError::new(code::NOT_NOW, message)
            .hint(Next::ResumeSchedule { schedule: name.to_owned() }));
    }
    kept.terms.paused = Some(Paused { by: by.to_owned(), at, reason: reason.to_owned() });
    kept.write(store, (by, at)).await?;
    let next = vec![Next::ResumeSchedule { schedule: name.to_owned() }];
    let meaning = "it starts nothing more; what it has started goes on".to_owned();
    Ok(Acted { schedule: name.to_owned(), meaning, next })
}

/// Lets a schedule go on that is paused, or held because its last starts have failed: those count no more.
pub async fn resume(
    store: &dyn Documents,
    name: &str,
    (by, at): (&str, Timestamp),
) -> Result<Acted> {
    let mut kept = Kept::of(store, name).await?;
    kept.terms.paused = None;
    kept.terms.resumed_at = Some(at);
    kept.write(store, (by, at)).await?;
    let next = vec![Next::ScheduleTimes { schedule: Some(name.to_owned()) }];
    let meaning = "it goes on at its next time; failures before count no more".to_owned();
    Ok(Acted { schedule: name.to_owned(), meaning, next })
}

/// Removes a schedule. What became of its times stays in the history, and its executions stay.
pub async fn remove(store: &dyn Documents, name: &str, by: (&str, Timestamp)) -> Result<Acted> {
    let kept = Kept::of(store, name).await?;
    kept.remove(store, by).await?;
    let meaning = "it is removed; its executions and its history stay".to_owned();
    Ok(Acted { schedule: name.to_owned(), meaning, next: vec![Next::Schedules] })
}
