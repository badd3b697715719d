//! Questions that a program asks in the middle of its wave: to the driver, and the answer back.

use std::cell::Cell;
use std::rc::Rc;

use futures_util::future;
use serde_json::json;
use tokio::sync::oneshot;

use super::lane::Attempt;
use super::prompt::{Choice, Prompt, PromptKind};
use super::shared::Shared;
use super::state::Answer;
use crate::effect::builtin::{ASK, AskInput};
use crate::effect::door::{Prepared, Settled};
use crate::effect::{Reply, arguments};
use crate::journal::Step;
use crate::sandbox::plain;
use crate::store::StoreError;

/// A longer question is cut.
const LONGEST_QUESTION: usize = 2_000;

/// An answer was handed over, and its lane has not picked it up yet. Ends also if the lane never will.
pub(super) struct OnItsWay(Rc<Cell<usize>>);

impl OnItsWay {
    pub(super) fn new(handed: &Rc<Cell<usize>>) -> OnItsWay {
        handed.set(handed.get() + 1);
        OnItsWay(Rc::clone(handed))
    }
}

impl Drop for OnItsWay {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

/// A program's question on its way to the driver.
pub(super) struct Question {
    pub(super) prompt: Prompt,
    pub(super) answer: oneshot::Sender<(Answer, OnItsWay)>,
}

/// Asks a person and waits, for ever if need be.
pub(super) async fn ask(
    shared: &Shared,
    attempt: &Attempt,
    prepared: Prepared<'_>,
) -> Result<Option<(Step, Settled)>, StoreError> {
    let step = prepared.step;
    let input: AskInput = match arguments::read(ASK, &prepared.call.arguments) {
        Ok(input) => input,
        Err(error) => return Ok(Some((step, settled(Reply::failed(error))))),
    };
    let prompt = Prompt {
        id: format!("{}.{}", step.lane, step.position),
        wave: attempt.wave.clone(),
        kind: PromptKind::Question,
        message: plain(&shared.door.secrets.hide(&input.message), LONGEST_QUESTION),
        choices: input.choices.into_iter().map(Choice::new).collect(),
        approvers: input.approvers,
        opened_at: shared.clock.now(),
        deadline: None,
        on_timeout: None,
    };
    let (answer, answered) = oneshot::channel();
    if shared.questions.send(Question { prompt, answer }).is_err() {
        return Ok(None);
    }
    let mut watch = attempt.stop.subscribe();
    let stopped = watch.wait_for(|stop| *stop);
    match future::select(answered, Box::pin(stopped)).await {
        future::Either::Left((Ok((answer, _)), _)) => {
            let Answer { choice, by, comment } = answer;
            let value = json!({ "choice": choice.as_str(), "by": by, "comment": comment });
            Ok(Some((step, settled(Reply::ok(value)))))
        }
        _ => Ok(None),
    }
}

fn settled(reply: Reply) -> Settled {
    Settled { reply, attempt: 0, adopted: false }
}
