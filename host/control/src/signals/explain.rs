//! Why an execution does not take a signal: the machine's own sentence, and what to do about it.

use moontide_runtime::plan::suggest;
use moontide_runtime::scheduler::prompt::unknown::HAPPENED;
use moontide_runtime::scheduler::{ExecutionStatus, Prompt, Refusal};
use moontide_runtime::store::{Signal, SignalKind};

use super::waiting;
use crate::answers;
use crate::error::{Code, CommandError, Hint, code};
use crate::next::Next;
use crate::view::{Record, adopted};
use crate::words;

/// The complaint.
pub(super) fn explain(record: &Record, signal: &Signal, refusal: &Refusal) -> CommandError {
    let id = record.execution.id.as_str();
    if let SignalKind::Answer { prompt, .. } = &signal.wish
        && let Some(error) = closed(record, prompt)
    {
        return error;
    }
    let complain = |code| CommandError::new(code, refusal.to_string());
    let error = match (refusal, &signal.wish) {
        (Refusal::NoPrompt(_), SignalKind::Answer { .. }) if !record.state.started => {
            let message = format!("`{id}` has not begun: it asks nothing yet");
            let after = "` begins it; a `pause` or a `cancel` counts before that";
            CommandError::new(code::BAD_ANSWER, message).hint(Hint::step(
                "`",
                Next::resume(id),
                after,
            ))
        }
        (Refusal::NoPrompt(_), SignalKind::Answer { .. }) => with_open(record, refusal.to_string()),
        (Refusal::NoValue { prompt, returns }, _) => {
            let answer = Next::Answer {
                execution: id.to_owned(),
                prompt: prompt.clone(),
                choices: vec![HAPPENED.to_owned()],
                returns: Some(returns.clone()),
            };
            complain(code::BAD_ANSWER).hint(Hint::step("say which one it was: `", answer, "`"))
        }
        (Refusal::Adopted, _) => return adopted::refusal(&record.execution),
        (Refusal::NoWave(wave), _) => {
            let waves = || record.execution.plan.waves.iter().map(|wave| wave.name.as_str());
            complain(code::NO_WAVE).hint(match suggest::nearest(wave, waves()) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => format!("its waves are {}", waves().collect::<Vec<_>>().join(", ")),
            })
        }
        (Refusal::Aborted { at, .. }, _) => taken_back(record, at, complain(code::NOT_NOW)),
        (Refusal::NotApprover { .. }, SignalKind::Retry { wave, .. }) => {
            taken_back(record, wave, complain(code::NOT_APPROVED))
        }
        (Refusal::Status("over"), SignalKind::Skip { .. } | SignalKind::Retry { .. })
            if record.status() != ExecutionStatus::Completed
                && record.ahead.standing().is_some() =>
        {
            let at = record.ahead.standing().map_or("", |abort| abort.at.as_str());
            taken_back(record, at, complain(code::OVER))
        }
        (Refusal::Status("over"), _) if !record.status().is_terminal() => {
            let message = format!("`{id}` will be over, because of what waits for a runner");
            CommandError::new(code::OVER, message)
        }
        (Refusal::Status("over"), SignalKind::Cancel { .. }) => {
            let message = format!("`{id}` is over; there is nothing to cancel");
            let status = Hint::step("`", Next::status(id), "` shows how it ended");
            CommandError::new(code::OVER, message).hint(status)
        }
        _ => {
            let open = open_in(record, &signal.wish).fold(complain(code_of(refusal)), open_hint);
            open.hint(Hint::step("`", Next::status(id), "` shows where it stands"))
        }
    };
    waiting::told(record, error, "waits for a runner, and counts first")
}

/// What has closed the prompt that is answered, or will: silence, another answer, or something else.
fn closed(record: &Record, prompt: &str) -> Option<CommandError> {
    let id = record.execution.id.as_str();
    if let Some((choice, deadline)) = record.overdue(prompt) {
        let message = format!(
            "the time to answer `{prompt}` was over at {}: {choice}",
            words::time(deadline)
        );
        let resume = Hint::step("`", Next::resume(id), "` goes on with that");
        return Some(CommandError::new(code::BAD_ANSWER, message).hint(resume));
    }
    let closing = record.closed_by(prompt)?;
    let error = CommandError::new(code::BAD_ANSWER, closing.sentence(prompt));
    Some(match closing.answer(prompt) {
        Some(_) => error.hint("the first answer counts"),
        None => error.hint(Hint::step("`", Next::status(id), "` shows where it stands")),
    })
}

fn code_of(refusal: &Refusal) -> &'static Code {
    match refusal {
        Refusal::Status("over") => code::OVER,
        Refusal::NoPrompt(_) | Refusal::OtherQuestion(_) | Refusal::NoChoice { .. } => {
            code::BAD_ANSWER
        }
        Refusal::NotApprover { .. } | Refusal::SamePerson { .. } | Refusal::NotAlone { .. } => {
            code::NOT_APPROVED
        }
        _ => code::NOT_NOW,
    }
}

/// Adds what takes an abort back, and whose it is to do so.
fn taken_back(record: &Record, at: &str, error: CommandError) -> CommandError {
    let may = approvers_of(record, at).map(|approvers| format!(", for {approvers}"));
    let after = format!("` takes the abort back{}", may.unwrap_or_default());
    error.hint(Hint::step("`", Next::retry(&record.execution.id, at), after))
}

/// The approvers at the pause point of a wave, if not all people.
fn approvers_of(record: &Record, wave: &str) -> Option<String> {
    let node = record.graph.nodes().get(record.graph.index(wave)?)?;
    let approvers = &node.pause.as_ref()?.approvers;
    (!approvers.is_empty()).then(|| approvers.join(", "))
}

/// The complaint, and which prompts are open.
pub(super) fn with_open(record: &Record, message: String) -> CommandError {
    let error = CommandError::new(code::BAD_ANSWER, message);
    let open: Vec<&Prompt> = record.ahead.prompts.values().collect();
    if open.is_empty() {
        let status = Next::status(&record.execution.id);
        return error.hint(Hint::step("nothing is asked; `", status, "` says more"));
    }
    open.into_iter().fold(error, open_hint)
}

/// What is asked in the wave that is to be attempted again or left out.
fn open_in<'r>(
    record: &'r Record,
    wish: &SignalKind,
) -> impl Iterator<Item = &'r Prompt> + use<'r> {
    let wave = match wish {
        SignalKind::Retry { wave, .. } | SignalKind::Skip { wave } => Some(wave.clone()),
        _ => None,
    };
    // What will be asked once a runner has begun takes no answer before.
    let prompts = record.ahead.prompts.values().filter(|_| record.state.started);
    prompts.filter(move |prompt| wave.as_ref() == Some(&prompt.wave))
}

fn open_hint(error: CommandError, prompt: &Prompt) -> CommandError {
    error.hint(format!("open: {} ({})", prompt.id, answers::choices(prompt)))
}
