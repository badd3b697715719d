//! An operator wants the instances of a drill to stay: its cleanup is not owed any more.

use jiff::{SignedDuration, Timestamp};
use moontide_runtime::clock::Clock as _;
use moontide_runtime::store::obligations::Progress;
use moontide_runtime::store::{Obligation, Store, StoreError};
use schemars::JsonSchema;
use serde::Serialize;

use crate::cleanup::begun::Begun;
use crate::clocks::SystemClock;
use crate::error::{CommandError, Hint, Result, code};
use crate::next::Next;
use crate::operator::Operator;
use crate::view::Record;

/// For so long an execution may still be about to be created, or to arrive from another store.
const YOUNG: SignedDuration = SignedDuration::from_mins(10);

/// What was dropped.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Dropped {
    /// The execution for which nothing is owed any more.
    pub execution: String,
    /// The operator who has dropped it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// The cleanup that was begun at the same moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub under_way: Option<String>,
    /// The steps that make sense now.
    pub next: Vec<Next>,
}

/// Drops what is owed for an execution.
pub async fn drop(operator: &Operator, id: &str, reason: &str) -> Result<Dropped> {
    let store = operator.store.as_ref();
    let person = operator.author().await?;
    let by = if person.sender.is_empty() {
        person.name
    } else {
        format!("{} (sent by {})", person.name, person.sender)
    };
    let now = SystemClock::new().now();
    let dropped = |under_way: Option<String>| Dropped {
        execution: id.to_owned(),
        by: by.clone(),
        reason: reason.to_owned(),
        next: under_way.as_deref().map(Next::cancel).into_iter().collect(),
        under_way,
    };
    let record = match store.execution(id).await {
        Err(StoreError::NotFound(_)) => None,
        _ => Some(Record::load(store, id).await?),
    };
    let Some(obligation) = record.as_ref().and_then(|it| it.obligation.as_ref()) else {
        let is_void =
            |it: &Obligation| record.as_ref().is_none_or(|record| !it.is_of(&record.execution));
        let all = Obligation::all(store, Some(id)).await?.into_iter().flatten();
        let void: Vec<Obligation> = all.filter(is_void).collect();
        if let Some(young) = void.iter().find(|it| is_young(it, now)) {
            let message = format!(
                "`{}` may be about to begin: it was owed a cleanup just now",
                young.execution
            );
            return Err(CommandError::new(code::NOT_NOW, message)
                .hint("try again in ten minutes, if it has not begun by then"));
        }
        for obligation in &void {
            obligation.forget(store, (&by, now)).await?;
        }
        return if void.is_empty() { Err(nothing(id)) } else { Ok(dropped(None)) };
    };
    if let Progress::Done { .. } | Progress::Dropped { .. } = obligation.terms.state {
        return Err(nothing(id));
    }
    if let Some(cleanup) = under_way(store, id).await? {
        let message = format!("`{cleanup}` cleans up after `{id}` already");
        let hint = Hint::step("`", Next::cancel(&cleanup), "` stops it; then this again");
        return Err(CommandError::new(code::NOT_NOW, message).hint(hint));
    }
    obligation.give_up(store, reason, (&by, now)).await?;
    // A carrier may have begun between the two looks; one of the two sees the other.
    Ok(dropped(under_way(store, id).await?))
}

/// Whether its execution may still be about to be created, or to arrive from another store.
fn is_young(obligation: &Obligation, now: Timestamp) -> bool {
    now.duration_since(obligation.terms.made_at).abs() < YOUNG
}

/// The cleanup of a drill that is begun, and not over.
async fn under_way(store: &dyn Store, id: &str) -> Result<Option<String>> {
    for last in Begun::of(store, id).await?.lasts() {
        if !Record::load(store, &last.id).await?.is_over() {
            return Ok(Some(last.id));
        }
    }
    Ok(None)
}

fn nothing(id: &str) -> CommandError {
    let list = Next::Obligations { all: true };
    CommandError::new(code::NOT_NOW, format!("nothing is owed for `{id}`")).hint(Hint::step(
        "`",
        list,
        "` shows what is, and was",
    ))
}
