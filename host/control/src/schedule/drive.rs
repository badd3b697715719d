//! Driving what a schedule has started, to its end: what a person would be asked, and is not answered, cancels it, if
//! its mandate does not let it wait; what is owed at its end is carried out.

use moontide_runtime::scheduler::{Ended, Prompt, PromptKind};

use super::declared::Answers;
use super::mandate::Mandate;
use super::spoken;
use crate::error::Result;
use crate::obligations::{Carrier, late};
use crate::operator::Operator;
use crate::resume::{self, Resume, Resumed};
use crate::runner::Runner;
use crate::signals;
use crate::view::Record;

/// Drives it until there is nothing more to do here, or `interrupt` is ready. `mandate` is what its schedule said of it,
/// if that is known. Returns how it stands then.
pub async fn to_the_end(
    operator: &Operator,
    mandate: Option<&Mandate>,
    runner: &Runner<'_>,
    interrupt: &mut impl AsyncFnMut(),
) -> Result<(Record, Ended)> {
    let mut ended = Box::pin(runner.drive(interrupt())).await?.ended;
    let id = &runner.execution.id;
    if let Ended::Waiting(prompts) = &ended
        && let Some(Mandate { schedule, .. }) = mandate.filter(|it| cancels(it, prompts))
    {
        let asked: Vec<&str> = prompts.iter().map(|prompt| prompt.id.as_str()).collect();
        let comment = format!(
            "the schedule `{schedule}` lets it wait for no person, and {} asks one",
            asked.join(", ")
        );
        let own = spoken::operator(operator, schedule);
        signals::cancel(&own, id, &comment).await?;
        let record = Record::load(operator.store.as_ref(), id).await?;
        let resumed = Box::pin(resume::go_on(operator, record, Resume::default())).await?;
        if let Resumed::Ready(runner, _) = resumed {
            ended = Box::pin(runner.drive(interrupt())).await?.ended;
        }
    }
    let record = Record::load(operator.store.as_ref(), id).await?;
    if let Ended::Finished(_) = ended {
        after(operator, &record, interrupt).await?;
    }
    let record = Record::load(operator.store.as_ref(), id).await?;
    Ok((record, ended))
}

/// Whether it is cancelled that asks this. A person who has paused it has seen it, and looks after it; and what
/// cannot be told waits for a person in any case: a cancel would leave it in doubt.
fn cancels(mandate: &Mandate, prompts: &[Prompt]) -> bool {
    let waits = |prompt: &Prompt| matches!(prompt.kind, PromptKind::Hold | PromptKind::Unknown);
    mandate.answers != Answers::Wait && !prompts.is_empty() && !prompts.iter().any(waits)
}

/// What is to be done at its end.
pub async fn after(
    operator: &Operator,
    record: &Record,
    interrupt: &mut impl AsyncFnMut(),
) -> Result<()> {
    if let Some(obligation) = late(record) {
        Carrier { operator }.carry_out(obligation, interrupt).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_has_paused_and_what_is_in_doubt_is_not_cancelled() {
        let start: jiff::Timestamp = "2027-01-01T00:00:00Z".parse().unwrap();
        let of = |answers| Mandate { schedule: "shop".to_owned(), answers, profile: None };
        let shop = of(Answers::Fail);
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
        assert!(!cancels(&of(Answers::Wait), &[prompt("pause")]));
    }
}
