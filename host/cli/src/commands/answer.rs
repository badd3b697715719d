//! `moontide answer`: answers a prompt from any process.

use clap::Args;
use moontide_control::error::{CommandError, Result, code};
use moontide_control::words::quoted;
use moontide_runtime::scheduler::prompt::unknown;
use moontide_runtime::scheduler::{Prompt, PromptKind};
use moontide_runtime::store::{Store, Wish};
use serde_json::Value;

use crate::context::Context;
use crate::exit;
use crate::signals::{self, Author};
use crate::view::{Record, Worded, sealed};

/// Answer a prompt of an execution
///
/// Leaves the answer in the store. Whoever drives the execution takes it; if nobody does, `moontide
/// resume` goes on with it. The first answer counts. Where nobody can tell whether an effect happened,
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

/// Does it.
pub(crate) fn execute(context: &Context, flags: &Flags) -> Result<u8> {
    let store = context.open_store()?;
    context.block_on(send(context, store.as_ref(), flags))
}

async fn send(context: &Context, store: &dyn Store, flags: &Flags) -> Result<u8> {
    let record = Record::load(store, &flags.execution).await?;
    sealed::check(&record, context, &typed(flags))?;
    let (prompt, choice) = match flags.answer.as_slice() {
        [prompt, choice] => (prompt.as_str(), choice),
        words => (only(context, &record)?, &words[0]),
    };
    let open = record.ahead.prompts.get(prompt).or_else(|| record.state.prompts.get(prompt));
    if flags.value.is_some() && !takes_value(open, choice) {
        let message = "`--value` is what an effect returned: it goes with `happened` only";
        return Err(CommandError::new(code::BAD_ARGUMENT, message));
    }
    let wish = Wish::Answer {
        prompt: prompt.to_owned(),
        choice: choice.clone(),
        seal: open.map(|prompt| prompt.seal.clone()).unwrap_or_default(),
        value: flags.value.clone().unwrap_or_default(),
    };
    let sent = signals::send(context, store, &record, wish, &flags.author).await?;
    context.output.show(&Worded(context, &sent))?;
    Ok(exit::COMPLETED)
}

/// What was typed.
fn typed(flags: &Flags) -> String {
    let mut words = vec!["answer".to_owned(), flags.execution.clone()];
    words.extend(flags.answer.iter().map(|word| quoted(word)));
    words.extend(flags.value.iter().map(|value| format!("--value {}", quoted(&value.to_string()))));
    words.join(" ") + &flags.author.words()
}

fn takes_value(prompt: Option<&Prompt>, choice: &str) -> bool {
    choice == unknown::HAPPENED && prompt.is_none_or(|it| it.kind == PromptKind::Unknown)
}

/// The prompt that is meant where none is named: the only one that is open, also if somebody has left an
/// answer for it.
fn only<'r>(context: &Context, record: &'r Record) -> Result<&'r str> {
    let open = [&record.ahead.prompts, &record.state.prompts];
    let mut prompts =
        open.into_iter().find(|it| !it.is_empty()).into_iter().flat_map(|it| it.keys());
    match (prompts.next(), prompts.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(signals::with_open(context, record, "no prompt is open".to_owned())),
        (Some(_), Some(_)) => Err(signals::with_open(
            context,
            record,
            "several prompts are open: name one".to_owned(),
        )),
    }
}
