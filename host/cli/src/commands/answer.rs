//! `moontide answer`: answers a prompt from any process.

use clap::Args;
use moontide_control::error::Result;
use moontide_control::signals::{self, Answer};
use moontide_control::words::quoted;
use serde_json::Value;

use crate::context::Context;
use crate::signals::{Author, send};

/// Answer a prompt of an execution
///
/// Leaves the answer in the store. The execution's runner takes it; if there is none, `moontide
/// resume` goes on with it. The first answer counts. Where it cannot be told whether an effect happened,
/// look at the evidence that `moontide status` prints, then answer `happened`, `did-not` or `try-again`.
#[derive(Args)]
#[command(
    override_usage = "moontide answer [OPTIONS] <EXECUTION> [PROMPT] <CHOICE>",
    after_help = "\
Examples:
  moontide answer three-tier-20261120t080000-7k2m application continue
  moontide answer three-tier-20261120t080000-7k2m application abort --comment 'replica is behind'
  moontide answer three-tier-20261120t080000-7k2m happened --value '{\"command_id\": \"c-1\"}'"
)]
pub(crate) struct Flags {
    /// The execution's id, as `moontide list` shows it
    execution: String,

    /// The prompt's id, which may be left away if only one is open, and the answer
    #[arg(num_args = 1..=2, required = true, value_name = "[PROMPT] CHOICE")]
    answer: Vec<String>,

    /// What the effect returned, for `happened`: the runbook goes on with it. Needed for a launch, a command
    /// and an automation: the id that AWS gave it
    #[arg(long, value_name = "JSON", value_parser = json)]
    value: Option<Value>,

    #[command(flatten)]
    author: Author,
}

/// Reads a value; for clap.
fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))
}

/// Sends the answer.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let (prompt, choice) = match flags.answer.as_slice() {
        [prompt, choice] => (Some(prompt.clone()), choice),
        words => (None, &words[0]),
    };
    send(context, &typed(flags), &flags.author, async |operator, comment| {
        let (choice, value) = (choice.clone(), flags.value.clone());
        let answer = Answer { prompt, choice, value, comment: comment.to_owned() };
        signals::answer(operator, &flags.execution, answer).await
    })
}

/// What was typed.
fn typed(flags: &Flags) -> String {
    let mut words = vec!["answer".to_owned(), flags.execution.clone()];
    words.extend(flags.answer.iter().map(|word| quoted(word)));
    words.extend(flags.value.iter().map(|value| format!("--value {}", quoted(&value.to_string()))));
    words.join(" ")
}
