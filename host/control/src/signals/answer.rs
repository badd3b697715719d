//! An answer to a prompt.

use moontide_runtime::scheduler::prompt::unknown;
use moontide_runtime::scheduler::{Prompt, PromptKind};
use moontide_runtime::store::SignalKind;
use serde_json::Value;

use super::explain::with_open;
use super::{load, send};
use crate::error::{CommandError, Result, code};
use crate::operator::Operator;
use crate::view::Record;
use crate::view::sent::Sent;

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The prompt's id; `None`: the only one that is open.
    pub prompt: Option<String>,
    /// One of its choices.
    pub choice: String,
    /// What the effect returned, where a person says that it happened.
    pub value: Option<Value>,
    /// Why.
    pub comment: String,
}

/// Answers a prompt of an execution. The first answer counts.
pub async fn answer(operator: &Operator, execution: &str, answer: Answer) -> Result<Sent> {
    let record = load(operator, execution).await?;
    let Answer { prompt, choice, value, comment } = answer;
    let prompt = match prompt {
        Some(prompt) => prompt,
        None => only(&record)?.to_owned(),
    };
    let open = record.ahead.prompts.get(&prompt).or_else(|| record.state.prompts.get(&prompt));
    if value.is_some() && !takes_value(open, &choice) {
        let message = "`--value` is what an effect returned: it goes with `happened` only";
        return Err(CommandError::new(code::BAD_ARGUMENT, message));
    }
    let fingerprint = open.map(|prompt| prompt.fingerprint.clone()).unwrap_or_default();
    let wish = SignalKind::Answer { prompt, choice, fingerprint, value: value.unwrap_or_default() };
    send(operator, &record, wish, &comment).await
}

fn takes_value(prompt: Option<&Prompt>, choice: &str) -> bool {
    choice == unknown::HAPPENED && prompt.is_none_or(|it| it.kind == PromptKind::Unknown)
}

/// The prompt that is meant where none is named: the only one that is open, also if an answer for it waits.
fn only(record: &Record) -> Result<&str> {
    let open = [&record.ahead.prompts, &record.state.prompts];
    let mut prompts =
        open.into_iter().find(|it| !it.is_empty()).into_iter().flat_map(|it| it.keys());
    match (prompts.next(), prompts.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(with_open(record, "no prompt is open".to_owned())),
        (Some(_), Some(_)) => {
            Err(with_open(record, "several prompts are open: name one".to_owned()))
        }
    }
}
