//! Questions in the middle of a wave: what a program asks, and whether an effect has happened of which
//! it is not known. To the driver, and the answer back.

use std::collections::BTreeSet;

use futures_util::future;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::attempt::Attempt;
use super::sent::Sent;
use super::shared::Shared;
use super::wanted::{Question, Wanted};
use crate::effect::builtin::{ASK, AskInput, REPLACE, ReplaceInput, replace as ends};
use crate::effect::door::{Attempted, Halt, Prepared, Settled};
use crate::effect::{Reply, arguments};
use crate::history::{
    Choice, EffectError, Evidence, Format, Lane, Outcome, Prompt, PromptKind, Step, unknown,
};
use crate::machine::Answer;
use crate::plan::{MOST_APPROVALS, approver};
use crate::text::plain;

/// A longer question is cut.
const LONGEST_QUESTION: usize = 2_000;

/// A longer name is cut where it is refused.
const LONGEST_NAME: usize = 60;

/// The error code of an effect of which a person has found that it did not happen.
pub const DID_NOT_HAPPEN: &str = "DidNotHappen";

/// Asks a person on behalf of a program, and waits, for ever if need be.
pub(super) async fn ask<'s>(
    shared: &'s Shared,
    attempt: &Attempt,
    prepared: Prepared<'s>,
) -> Result<Sent<'s>, Halt> {
    let is_bounded = shared.execution.format >= Format(4);
    let bounded = |input| if is_bounded { answerable(input) } else { Ok(input) };
    let read = arguments::read(ASK, &prepared.call.arguments);
    let open = |input| {
        if shared.execution.format >= Format(5) { unsecret(input, shared) } else { Ok(input) }
    };
    let input = match read.and_then(people).and_then(bounded).and_then(open) {
        Ok(input) => input,
        Err(error) => return Ok(Sent::Ended(prepared, Settled::of(Reply::failed(error), 0))),
    };
    let id = format!("{}.{}", prepared.step.lane, prepared.step.position);
    let message = plain(&shared.door.secrets.hide(&input.message), LONGEST_QUESTION);
    let prompt = Prompt {
        choices: input.choices.into_iter().map(Choice::new).collect(),
        approvers: input.approvers,
        approvals: input.approvals.max(1),
        ..Prompt::new(id, &attempt.wave, PromptKind::Question, message, &[])
    };
    let Some(Answer { choice, by, comment, .. }) = answer(shared, attempt, prompt).await else {
        return Ok(Sent::Stopped);
    };
    let comment = shared.door.secrets.hide(&comment);
    let value = json!({ "choice": choice.as_str(), "by": by, "comment": comment });
    Ok(Sent::Ended(prepared, Settled::of(Reply::ok(value), 0)))
}

/// Asks a person what becomes of an instance that a launch would delete. Whose answer is `replace` gives it up,
/// to this execution.
pub(super) async fn replace<'s>(
    shared: &'s Shared,
    attempt: &Attempt,
    prepared: Prepared<'s>,
) -> Result<Sent<'s>, Halt> {
    let input: ReplaceInput = match arguments::read(REPLACE, &prepared.call.arguments) {
        Ok(input) => input,
        Err(error) => return Ok(Sent::Ended(prepared, Settled::of(Reply::failed(error), 0))),
    };
    let ReplaceInput { server, name, instance_id, why, choices } = input;
    let who = if name.is_empty() { server } else { format!("{name} ({server})") };
    let why = if why.is_empty() { why } else { format!(": {why}") };
    let ends = choices.iter().map(|choice| match choice.as_str() {
        ends::KEEP => "keep it",
        ends::REPLACE => "replace it, which deletes it",
        _ => "fail the server, and leave it",
    });
    let ends: Vec<&str> = ends.collect();
    let message =
        format!("{who} has the instance {instance_id}{why}. What now: {}?", ends.join("; "));
    let prompt = Prompt {
        choices: choices.into_iter().map(Choice::new).collect(),
        ..Prompt::new(
            format!("{}.{}", prepared.step.lane, prepared.step.position),
            &attempt.wave,
            PromptKind::Replace,
            plain(&shared.door.secrets.hide(&message), LONGEST_QUESTION),
            &[],
        )
    };
    let Some(Answer { choice, by, comment, .. }) = answer(shared, attempt, prompt).await else {
        return Ok(Sent::Stopped);
    };
    let value = json!({ "choice": choice.as_str(), "by": by, "comment": comment });
    Ok(Sent::Ended(prepared, Settled::of(Reply::ok(value), 0)))
}

/// The same, if its approvers are people. It is no matter of the arguments' form: an execution that an earlier
/// release began may have asked others.
fn people(input: AskInput) -> Result<AskInput, EffectError> {
    for name in &input.approvers {
        approver::check(name).map_err(|why| {
            let shown = plain(name, LONGEST_NAME);
            refused(&format!("`{shown}` is no approver: {why}"))
        })?;
    }
    Ok(input)
}

/// The same, if it can be answered at all. Executions of earlier formats may have asked it.
fn answerable(input: AskInput) -> Result<AskInput, EffectError> {
    if !(1..=MOST_APPROVALS).contains(&input.approvals) {
        let most = MOST_APPROVALS;
        return Err(refused(&format!("`approvals` must be a whole number from 1 to {most}")));
    }
    let mut known = BTreeSet::new();
    if let Some(twice) = input.choices.iter().find(|choice| !known.insert(choice.as_str())) {
        return Err(refused(&format!("the choice `{twice}` is given twice")));
    }
    Ok(input)
}

/// The same, if nothing that has to be typed or compared holds a secret.
fn unsecret(input: AskInput, shared: &Shared) -> Result<AskInput, EffectError> {
    let secrets = &shared.door.secrets;
    if input.choices.iter().any(|choice| secrets.are_in(choice)) {
        return Err(refused("a choice holds a secret, and choices are shown and journaled"));
    }
    if input.approvers.iter().any(|name| secrets.are_in(name)) {
        return Err(refused(
            "an approver's name holds a secret, and names are shown and journaled",
        ));
    }
    Ok(input)
}

fn refused(why: &str) -> EffectError {
    EffectError::new("InvalidArguments", format!("`moontide.ask`: {why}"))
}

/// Asks a person whether an effect has happened, and does what they say. Only then its outcome is
/// journaled. A program that is stopped here leaves it `unknown`, unless a person has given their [`verdict`].
pub(super) async fn decide<'s>(
    shared: &'s Shared,
    attempt: &Attempt,
    prepared: Prepared<'s>,
    settled: Settled,
) -> Result<Sent<'s>, Halt> {
    let Outcome::Unknown { evidence } = &settled.reply.outcome else {
        return Ok(Sent::Ended(prepared, settled));
    };
    let step = &prepared.step;
    let id = doubt(step, settled.attempt);
    let message = format!("Did `{}` happen? {}", step.operation, evidence.message);
    let choices = [unknown::HAPPENED, unknown::DID_NOT, unknown::TRY_AGAIN];
    let message = plain(&message, LONGEST_QUESTION);
    let prompt = Prompt {
        evidence: Some(Evidence { found: found(step, evidence), ..evidence.clone() }),
        returns: prepared.returns().map(str::to_owned),
        ..Prompt::new(id, &attempt.wave, PromptKind::Unknown, message, &choices)
    };
    let answer = answer(shared, attempt, prompt).await;
    let Some(answer) = answer.or_else(|| verdict(shared, step, settled.attempt)) else {
        return Ok(Sent::Ended(prepared, settled));
    };
    let decided = |reply| Settled { adopted: true, ..Settled::of(reply, settled.attempt) };
    let again = settled
        .intended_at
        .map(|intended_at| Attempted::Again { attempts: settled.attempt, intended_at });
    Ok(match answer.choice.as_str() {
        // What is in doubt was intended.
        unknown::TRY_AGAIN => match again {
            Some(way) => Sent::Again(prepared, way),
            None => Sent::Ended(prepared, Settled { person_decided: true, ..settled }),
        },
        unknown::HAPPENED => Sent::Ended(prepared, decided(Reply::ok(answer.value))),
        _ => {
            let message = format!("`{}` did not happen, says {}", step.operation, answer.by);
            let error = EffectError::new(DID_NOT_HAPPEN, message);
            Sent::Ended(prepared, Settled { adopted: false, ..decided(Reply::failed(error)) })
        }
    })
}

/// Whether the effect happened has been found out without the person whom another process has asked.
pub(super) fn found_out(shared: &Shared, step: &Step, attempts: u32) {
    // Without a driver no person is asked either.
    let _ = shared.questions.send(Wanted::Nothing(doubt(step, attempts)));
}

/// Whether a person has said what became of an effect that was cut off. If not, it is about to be sent
/// again, and no person is asked about the earlier call any more.
pub(super) fn is_decided(shared: &Shared, step: &Step, way: Attempted) -> bool {
    let Attempted::CutOff { attempts, .. } = way else { return false };
    let decided = shared.decided.borrow().contains_key(&doubt(step, attempts));
    if !decided {
        found_out(shared, step, attempts);
    }
    decided
}

/// What a person has said became of an effect, if they know: that counts also when the attempt is stopped.
pub(super) fn verdict(shared: &Shared, step: &Step, attempts: u32) -> Option<Answer> {
    let decided = shared.decided.borrow();
    let answer = decided.get(&doubt(step, attempts))?;
    let knows = [unknown::HAPPENED, unknown::DID_NOT].contains(&answer.choice.as_str());
    knows.then(|| answer.clone())
}

/// Whether only a person's word stands for an effect of these lanes: if the program then fails, the word may
/// have been wrong, and it is not known what is there.
pub(super) fn is_vouched_for(shared: &Shared, root: &Lane) -> bool {
    let of_root = |id: &str| {
        let rest = id.strip_prefix(root.as_str());
        rest.is_some_and(|rest| rest.starts_with(['.', '/']) && rest.ends_with(DOUBT))
    };
    let decided = shared.decided.borrow();
    decided.iter().any(|(id, answer)| of_root(id) && answer.choice.as_str() == unknown::HAPPENED)
}

/// How the ids of prompts about effects end.
const DOUBT: &str = ".unknown";

/// The id of the prompt about an effect after so many attempts.
pub fn doubt(step: &Step, attempts: u32) -> String {
    format!("{}.{}.{attempts}{DOUBT}", step.lane, step.position)
}

/// What a person looks at: the call, and what was found while looking for it.
fn found(step: &Step, evidence: &Evidence) -> Value {
    json!({
        "operation": step.operation,
        "arguments": step.arguments,
        "key": step.key.as_str(),
        "found": evidence.found,
    })
}

/// The answer to a prompt; `None` when the attempt is stopped first.
async fn answer(shared: &Shared, attempt: &Attempt, mut prompt: Prompt) -> Option<Answer> {
    if *attempt.stop.borrow() {
        // The attempt may be over before the driver hears of the question.
        return None;
    }
    prompt.opened_at = shared.clock.now();
    shared.door.secrets.hide_in_prompt(&mut prompt);
    let (answer, answered) = oneshot::channel();
    shared.questions.send(Wanted::Answer(Box::new(Question { prompt, answer }))).ok()?;
    let mut watch = attempt.stop.subscribe();
    let stopped = watch.wait_for(|stop| *stop);
    match future::select(answered, Box::pin(stopped)).await {
        future::Either::Left((Ok((answer, _)), _)) => Some(answer),
        _ => None,
    }
}
