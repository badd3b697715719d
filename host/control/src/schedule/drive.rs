//! Driving what a schedule has started, to its end: what a person would be asked, and is not answered, cancels it, if
//! the schedule does not let it wait; what is owed at its end is carried out.

use moontide_runtime::scheduler::{Ended, ExecutionStatus, Prompt, PromptKind};
use moontide_runtime::store::Obligation;
use moontide_runtime::store::obligations::What;

use super::declared::{Answers, Cleanup, Schedule};
use super::spoken;
use crate::error::Result;
use crate::obligations::{Carrier, late};
use crate::operator::Operator;
use crate::resume::{self, Resume, Resumed};
use crate::runner::Runner;
use crate::signals;
use crate::view::Record;

/// Drives it until there is nothing more to do here, or `interrupt` is ready. `schedule` is what started it, if that
/// is still known. Returns how it stands then.
pub async fn to_the_end(
    operator: &Operator,
    schedule: Option<&Schedule>,
    runner: &Runner<'_>,
    interrupt: &mut impl AsyncFnMut(),
) -> Result<(Record, Ended)> {
    let mut ended = Box::pin(runner.drive(interrupt())).await?.ended;
    let id = &runner.execution.id;
    if let Ended::Waiting(prompts) = &ended
        && let Some(schedule) = schedule.filter(|it| cancels(it, prompts))
    {
        let asked: Vec<&str> = prompts.iter().map(|prompt| prompt.id.as_str()).collect();
        let comment = format!(
            "the schedule `{}` lets it wait for no person, and {} asks one",
            schedule.name,
            asked.join(", ")
        );
        let own = spoken::operator(operator, &schedule.name);
        signals::cancel(&own, id, &comment).await?;
        let record = Record::load(operator.store.as_ref(), id).await?;
        let resumed = Box::pin(resume::go_on(operator, record, Resume::default())).await?;
        if let Resumed::Ready(runner, _) = resumed {
            ended = Box::pin(runner.drive(interrupt())).await?.ended;
        }
    }
    let record = Record::load(operator.store.as_ref(), id).await?;
    if let Ended::Finished(_) = ended {
        after(operator, schedule, &record, interrupt).await?;
    }
    let record = Record::load(operator.store.as_ref(), id).await?;
    Ok((record, ended))
}

/// Whether a schedule cancels what asks this. A person who has paused it has seen it, and looks after it; and what
/// cannot be told waits for a person in any case: a cancel would leave it in doubt.
fn cancels(schedule: &Schedule, prompts: &[Prompt]) -> bool {
    let waits = |prompt: &Prompt| matches!(prompt.kind, PromptKind::Hold | PromptKind::Unknown);
    schedule.answers != Answers::Wait && !prompts.is_empty() && !prompts.iter().any(waits)
}

/// What is to be done at its end.
pub async fn after(
    operator: &Operator,
    schedule: Option<&Schedule>,
    record: &Record,
    interrupt: &mut impl AsyncFnMut(),
) -> Result<()> {
    if let Some(schedule) = schedule {
        owe(operator, schedule, record).await?;
    }
    let record = Record::load(operator.store.as_ref(), &record.execution.id).await?;
    if let Some(obligation) = late(&record) {
        Carrier { operator }.carry_out(obligation, interrupt).await?;
    }
    Ok(())
}

/// Whether drills of a schedule come to owe their cleanup only at their end.
pub fn may_owe(schedule: &Schedule) -> bool {
    schedule.cleanup == Cleanup::Completed
}

/// A drill that has completed owes its cleanup, where only those that have completed are cleaned up.
pub async fn owe(operator: &Operator, schedule: &Schedule, record: &Record) -> Result<()> {
    let is_owed = may_owe(schedule)
        && record.status() == ExecutionStatus::Completed
        && record.is_over()
        && record.has_instances
        && record.obligation.is_none();
    if !is_owed {
        return Ok(());
    }
    let (store, execution) = (operator.store.as_ref(), &record.execution);
    Obligation::owe(store, execution, What::Cleanup, schedule.cleanup_after.0).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::schedule::written::parse;

    #[test]
    fn what_a_person_has_paused_and_what_is_in_doubt_is_not_cancelled() {
        let text = "[[schedules]]\nname = \"shop\"\nrunbook = \"shop\"\nwhen = \"rate(1 day)\"\n";
        let start = "2027-01-01T00:00:00Z".parse().unwrap();
        let shop = parse(text, "schedules.toml", Path::new("."), start).unwrap().remove(0).schedule;
        let prompt = |kind: &str| {
            let prompt = serde_json::json!({
                "id": "web", "wave": "web", "kind": kind, "message": "?", "choices": [], "opened_at": start,
            });
            serde_json::from_value::<Prompt>(prompt).unwrap()
        };
        let asked = |kinds: &[&str]| {
            let prompts: Vec<Prompt> = kinds.iter().map(|kind| prompt(kind)).collect();
            cancels(&shop, &prompts)
        };
        assert!(asked(&["pause"]) && asked(&["failure", "question"]));
        assert!(!asked(&["hold"]) && !asked(&["hold", "pause"]), "a person has paused it");
        assert!(!asked(&["unknown", "pause"]), "a cancel would leave it in doubt");
        assert!(!asked(&[]));
        let waits = Schedule { answers: Answers::Wait, ..shop.clone() };
        assert!(!cancels(&waits, &[prompt("pause")]));
    }
}
